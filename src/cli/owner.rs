//! The owner at the terminal: lines they type, lines they read, and Ctrl-C, which ends things in order.

use std::io::{BufRead, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use crate::web::{News, Person};

/// How often Ctrl-C is looked for while a line is waited for.
const TICK: Duration = Duration::from_millis(100);

/// A person at a terminal.
pub(super) struct Owner<'a> {
    out: &'a mut dyn Write,
    lines: Receiver<String>,
    interrupted: Arc<AtomicBool>,
    /// The time between two looks at the browser.
    pace: Duration,
}

/// Whether a person can be asked: both input and output are a terminal.
pub(super) fn is_there() -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

impl<'a> Owner<'a> {
    /// Begins to read lines, and to catch Ctrl-C.
    pub(super) fn new(out: &'a mut dyn Write, pace: Duration) -> std::io::Result<Self> {
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in std::io::stdin().lock().lines() {
                if line.map(|l| sender.send(l)).is_err() {
                    break;
                }
            }
        });
        Ok(Self { out, lines, interrupted: catch_signals()?, pace })
    }

    /// Prints a line. A terminal that is gone can't be told.
    pub(super) fn say(&mut self, text: &str) {
        let _ = writeln!(self.out, "{text}");
        let _ = self.out.flush();
    }

    /// Asks for a line. None where the person ended the input or the program.
    pub(super) fn ask(&mut self, question: &str) -> Option<String> {
        let _ = write!(self.out, "{question} ");
        let _ = self.out.flush();
        loop {
            match self.lines.recv_timeout(TICK) {
                Ok(line) => return Some(line.trim().to_owned()),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) if self.is_interrupted() => return None,
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// Whether Ctrl-C was pressed.
    pub(super) fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }
}

impl Person for Owner<'_> {
    fn tell(&mut self, news: &News) {
        self.say(&format!("- {news}"));
    }

    fn consents(&mut self, words: &str) -> bool {
        let question = format!("This can't be undone. To have the last Delete pressed now, type: {words}\n>");
        is_there() && self.ask(&question).is_some_and(|typed| typed == words)
    }

    fn goes_on(&mut self) -> bool {
        std::thread::sleep(self.pace);
        !self.is_interrupted()
    }
}

/// Catches Ctrl-C and, on Unix, the polite end and the closing of the terminal.
fn catch_signals() -> std::io::Result<Arc<AtomicBool>> {
    let interrupted = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&interrupted);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (ready, is_ready) = channel();
    std::thread::spawn(move || {
        runtime.block_on(async move {
            #[cfg(unix)]
            {
                use tokio::signal::unix::{SignalKind, signal};
                let signals =
                    (signal(SignalKind::interrupt()), signal(SignalKind::terminate()), signal(SignalKind::hangup()));
                let _ = ready.send(());
                if let (Ok(mut int), Ok(mut term), Ok(mut hup)) = signals {
                    tokio::select! { _ = int.recv() => {}, _ = term.recv() => {}, _ = hup.recv() => {} }
                    flag.store(true, Ordering::Relaxed);
                }
            }
            #[cfg(not(unix))]
            {
                let _ = ready.send(());
                if tokio::signal::ctrl_c().await.is_ok() {
                    flag.store(true, Ordering::Relaxed);
                }
            }
        });
    });
    let _ = is_ready.recv();
    Ok(interrupted)
}
