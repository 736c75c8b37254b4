//! The owner at the terminal: lines they type, lines they read, and Ctrl-C, which ends things in order.

use std::io::Write;
use std::time::Duration;

use crate::cli::prompt::{self, Line};
use crate::cli::signals::{InOrder, Interrupt};
use crate::cli::wrap::fitted;
use crate::text::say;
use crate::web::{Notice, Person, Question};

/// How long a signal may take from the terminal to this process's flag, on a busy computer.
const SIGNAL_ARRIVES: Duration = Duration::from_secs(1);

/// A person at a terminal.
pub(super) struct Owner {
    out: console::Term,
    interrupt: Interrupt,
    /// The browser is closed in order, and the end of a deletion is recorded.
    _in_order: InOrder,
    /// The time between two looks at the browser.
    pace: Duration,
}

impl Owner {
    /// An owner who reads standard error. From here on the first Ctrl-C asks for an end in order.
    pub(super) fn new(pace: Duration, interrupt: &Interrupt) -> Self {
        Self { out: console::Term::stderr(), interrupt: interrupt.clone(), _in_order: interrupt.in_order(), pace }
    }

    /// Prints a line. Ignores a terminal that is gone.
    pub(super) fn say(&mut self, text: &str) {
        let _ = writeln!(self.out, "{}", fitted(text, &self.out));
        let _ = self.out.flush();
    }

    /// Prints a question. Forgets what was typed before it, which was no answer.
    fn put(&mut self, question: &str) {
        prompt::forget_typed_ahead();
        let _ = write!(self.out, "{} ", fitted(question, &self.out));
        let _ = self.out.flush();
    }

    /// Asks for a line. None where the person ended the input or the program.
    pub(super) fn ask(&mut self, question: &str) -> Option<String> {
        self.put(question);
        match prompt::line(Some(&self.interrupt)) {
            Ok(Line::Read(line)) => Some(String::from_utf8_lossy(&line).trim().to_owned()),
            _ => None,
        }
    }

    /// Asks for these words, and once more after a slip. Whether they were typed.
    pub(super) fn types(&mut self, question: &str, words: &str) -> bool {
        match self.ask(question) {
            None => false,
            Some(typed) if typed == words => true,
            Some(typed) if typed.is_empty() || typed.eq_ignore_ascii_case("no") => false,
            Some(_) => {
                let again = say!("ask-for-the-words-again", words);
                self.ask(&again).is_some_and(|typed| typed == words)
            }
        }
    }

    /// Whether the account was deleted, as the owner says; none where it stays open.
    pub(super) fn deleted_or_kept(&mut self) -> Option<bool> {
        let mut question = say!("ask-deleted-or-kept");
        loop {
            let typed = self.ask(&question).filter(|typed| !typed.is_empty())?;
            if let Some(deleted) = Question::DeletedOrKept.answer(&typed) {
                return Some(deleted);
            }
            question = say!("ask-deleted-or-kept-again");
        }
    }

    /// Waits for Enter, so that the browser can be read before it is closed.
    pub(super) fn lets_close(&mut self) {
        if !self.is_interrupted() {
            self.ask(&say!("press-enter-to-close-browser"));
        }
    }

    /// Whether Ctrl-C was pressed.
    pub(super) fn is_interrupted(&self) -> bool {
        self.interrupt.is_set()
    }

    /// Whether Ctrl-C was pressed, after something failed that it may have broken off. It goes to every program of the terminal at
    /// once: a child may have ended of it before this process has read its own signal.
    pub(super) fn was_interrupted(&self) -> bool {
        let until = std::time::Instant::now() + SIGNAL_ARRIVES;
        while std::time::Instant::now() < until && !self.is_interrupted() {
            std::thread::sleep(Duration::from_millis(10));
        }
        self.is_interrupted()
    }

    /// What ends a wait for the browser.
    pub(super) fn interrupt(&self) -> Interrupt {
        self.interrupt.clone()
    }
}

impl Person for Owner {
    fn notify(&mut self, notice: &Notice) {
        self.say(&match notice {
            // The end of the deletion starts at the margin.
            Notice::Refused(_) => notice.to_string(),
            _ => format!("- {notice}"),
        });
    }

    fn consents(&mut self, words: &str) -> bool {
        let question = say!("ask-for-the-last-delete", words);
        self.types(&question, words)
    }

    fn ask(&mut self, question: Question) {
        self.put(&format!("{question}\n>"));
    }

    fn answered(&mut self) -> Option<String> {
        if !prompt::is_typed() {
            return None;
        }
        match prompt::line(Some(&self.interrupt)) {
            Ok(Line::Read(line)) => Some(String::from_utf8_lossy(&line).trim().to_owned()),
            // The terminal is gone, so no answer will come.
            Ok(Line::End) => {
                self.interrupt.store(true, std::sync::atomic::Ordering::SeqCst);
                None
            }
            _ => None,
        }
    }

    fn goes_on(&mut self) -> bool {
        let until = std::time::Instant::now() + self.pace;
        while std::time::Instant::now() < until && !self.is_interrupted() {
            std::thread::sleep(Duration::from_millis(40).min(self.pace));
        }
        !self.is_interrupted()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_that_arrives_after_the_failure_it_caused_is_its_cause() {
        let interrupt = Interrupt::default();
        let owner = Owner::new(Duration::ZERO, &interrupt);
        assert!(!owner.was_interrupted());
        let late = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(100));
            interrupt.store(true, std::sync::atomic::Ordering::SeqCst);
        });
        assert!(owner.was_interrupted());
        late.join().unwrap();
    }
}
