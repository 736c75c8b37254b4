//! One place decides stdout, stderr, colour and bars. Stdout carries only what could be piped.

use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};

use super::args::{Color, OutputArgs};
use super::failure::{ErrorCode, Failure};
use super::prompt::{self, Line};
use super::signals::Interrupt;
use super::wrap::fitted;
use crate::model::{ExitStatus, printable};
use crate::platform::Terminal;
use crate::text::say;

/// The output policy of this process.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is decided on its own, and read by its name")]
pub(super) struct Output {
    /// How much is said: 0 is normal.
    pub verbose: u8,
    /// Results and errors only.
    pub quiet: bool,
    /// Whether moving lines may be drawn on stderr.
    pub progress: bool,
    /// Whether to colour what goes to stderr.
    pub color: bool,
    /// Whether to colour a table on stdout.
    pub color_stdout: bool,
    /// Ends a question.
    interrupt: Interrupt,
    /// Lines for people that are printed later.
    held: Option<Arc<Mutex<Vec<u8>>>>,
}

impl Output {
    /// Decides once, from the options and from where the streams go.
    pub(super) fn new(args: &OutputArgs, interrupt: &Interrupt) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
        let wanted = |terminal: bool| match args.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && !no_color,
        };
        let (color, color_stdout) = (wanted(terminal), wanted(std::io::stdout().is_terminal()));
        console::set_colors_enabled(color_stdout);
        console::set_colors_enabled_stderr(color);
        // A terminal that can't move its cursor (an editor's shell) gets plain lines.
        let moves = terminal && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        let progress = moves && !args.no_progress && !args.quiet;
        Self {
            verbose: args.verbose,
            quiet: args.quiet,
            progress,
            color,
            color_stdout,
            interrupt: interrupt.clone(),
            held: None,
        }
    }

    /// Set once a signal came, for waits in other rooms.
    pub(super) fn interrupted(&self) -> Arc<std::sync::atomic::AtomicBool> {
        self.interrupt.flag()
    }

    /// Whether a person reads the messages: they go to a terminal.
    #[allow(clippy::unused_self, reason = "part of the policy")]
    pub(super) fn is_read(&self) -> bool {
        std::io::stderr().is_terminal()
    }

    /// Whether a person can be asked: both ends are a terminal.
    #[allow(clippy::unused_self, reason = "part of the policy")]
    pub(super) fn is_interactive(&self) -> bool {
        std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
    }

    /// A line of stdout: something that could be piped. A closed pipe ends quietly.
    #[allow(clippy::unused_self, reason = "part of the policy")]
    pub(super) fn data(&self, line: &str) {
        let _ = writeln!(std::io::stdout().lock(), "{line}");
    }

    /// A line of stdout that a person reads: on a terminal it is broken between words.
    pub(super) fn answer(&self, line: &str) {
        self.data(&fitted(line, &console::Term::stdout()));
    }

    /// A line for people, on stderr.
    pub(super) fn people(&self, line: &str) {
        if !self.quiet {
            self.stderr(format_args!("{line}\n"));
        }
    }

    /// A warning about the record, on stderr, however quiet a run is to be.
    pub(super) fn warning(&self, line: &str) {
        self.stderr(format_args!("warning: {line}\n"));
    }

    /// The same policy, whose lines for people wait until [`Output::release`]: a slow terminal holds up nothing meanwhile, and a
    /// board is not written into.
    #[must_use]
    pub(super) fn holding_back(&self) -> Self {
        Self { held: Some(Arc::default()), ..self.clone() }
    }

    /// Prints what was held back.
    pub(super) fn release(self) {
        if let Some(held) = self.held {
            let lines = std::mem::take(&mut *held.lock().unwrap_or_else(PoisonError::into_inner));
            let _ = std::io::stderr().lock().write_all(&lines);
        }
    }

    fn stderr(&self, text: std::fmt::Arguments<'_>) {
        // A word that a terminal breaks in the middle is hard to read, and a command can't be copied.
        let text = fitted(&text.to_string(), &console::Term::stderr());
        let _ = match &self.held {
            Some(held) => held.lock().unwrap_or_else(PoisonError::into_inner).write_all(text.as_bytes()),
            None => std::io::stderr().lock().write_all(text.as_bytes()),
        };
    }

    /// Asks a question on the terminal and goes on only with the expected answer, typed after the question.
    pub(super) fn ask(&self, question: &str, expected: &str) -> Result<(), Failure> {
        if self.read(question)? == expected {
            return Ok(());
        }
        Err(not_confirmed())
    }

    /// Asks whether to go on: `yes` or `y`. Any other answer but `no` and `n` is asked about once more.
    pub(super) fn confirm(&self, question: &str) -> Result<(), Failure> {
        let mut question = question.to_owned();
        for _ in 0..2 {
            match self.read(&question)?.to_ascii_lowercase().as_str() {
                "yes" | "y" => return Ok(()),
                "no" | "n" => break,
                _ => question = say!("ask-yes-or-no"),
            }
        }
        Err(not_confirmed())
    }

    /// A line that is typed after the question; an empty one at the end of the input.
    pub(super) fn read(&self, question: &str) -> Result<String, Failure> {
        prompt::forget_typed_ahead();
        let _ = write!(std::io::stderr().lock(), "{}", fitted(question, &console::Term::stderr()));
        match prompt::line(Some(&self.interrupt)) {
            Ok(Line::Read(line)) => Ok(String::from_utf8_lossy(&line).trim().to_owned()),
            Ok(Line::Interrupted) => Err(Failure::new(ExitStatus::Interrupted, say!("interrupted-before-anything"))),
            Ok(Line::End) => Err(not_confirmed()),
            Ok(Line::TooLong(_)) | Err(_) => Ok(String::new()),
        }
    }

    /// Asks for something that is not shown while it is typed.
    #[allow(clippy::unused_self, reason = "part of the policy")]
    pub(super) fn ask_hidden(&self, prompt: &str) -> Result<String, Failure> {
        // Before the question shows: who pastes the answer at once is quicker than the program that reads it.
        let terminal = Terminal::now();
        terminal.hide_typing();
        prompt::forget_typed_ahead();
        let typed = rpassword::prompt_password(fitted(prompt, &console::Term::stderr()));
        terminal.restore();
        typed.map_err(|error| match error.kind() {
            // Ctrl-C ends the reading before its signal ends the process, or after.
            std::io::ErrorKind::Interrupted => {
                Failure::new(ExitStatus::Interrupted, say!("interrupted-before-anything"))
            }
            _ => Failure::usage(say!("password-could-not-be-read", error)),
        })
    }

    /// An error, in three parts.
    pub(super) fn failure(&self, failure: &Failure) {
        let error = console::style("error:").red().bold().for_stderr();
        // Lists of phones and words of an adb server are strangers' text; only their line breaks are kept.
        let tame = |text: &str| text.lines().map(printable).collect::<Vec<_>>().join("\n");
        self.stderr(format_args!("{error} {}\n", tame(&failure.what)));
        if let Some(place) = &failure.place {
            self.stderr(format_args!("  {}\n", tame(place)));
        }
        // A mistake in a file is shown with its own hint, beside its line.
        let general = || if failure.what.contains("hint: ") { None } else { failure.code.hint() };
        if let Some(hint) = failure.hint.clone().or_else(general) {
            let word = console::style("hint:").cyan().bold().for_stderr();
            self.stderr(format_args!("{word} {}\n", tame(&hint)));
        }
        if failure.code.tells_more() {
            let more = console::style("more:").cyan().bold().for_stderr();
            self.stderr(format_args!("{more} mi-signout explain {}\n", failure.code.as_str()));
        }
    }
}

/// The error of a question that was not answered with yes.
fn not_confirmed() -> Failure {
    Failure::usage(say!("not-confirmed")).code(ErrorCode::NotConfirmed)
}
