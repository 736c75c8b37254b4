//! What is run on the phone's shell: one script for one round trip.
//!
//! Plain `mksh` only: no functions and no arithmetic, so that the shells of Android 6 to 16 run it alike. Output is parted by lines that
//! begin with a random boundary, since the phone's own words must not be able to imitate one.
//!
//! - `step`: inputs, then a wait, then a look.
//! - `reads`: what looks and facts read.

mod reads;
mod step;

use std::fmt;

use zeroize::Zeroizing;

use super::boundary::random_boundary;
use super::claim;
use super::quote::quote;

/// The beginning of every file that this program makes on a phone.
pub const FILE_PREFIX: &str = "mi-signout-";

/// Prints what comes through a pipe, line by line. The shell does it itself.
const PASS_ON: &str = "while IFS= read -r q; do echo \"$q\"; done";

/// Folders on the phone for its dump file, the second where the first cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// The usual one, which `shell` owns.
    pub first: String,
    /// The other one.
    pub second: String,
}

impl Default for Places {
    fn default() -> Self {
        Self { first: "/data/local/tmp".into(), second: "/sdcard".into() }
    }
}

/// A script. It may hold what is typed: no `Display`, its `Debug` is blind, and its memory is overwritten when it goes.
pub struct Script {
    text: Zeroizing<String>,
    boundary: String,
    secret: bool,
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Script(*** {} bytes)", self.text.len())
    }
}

impl Script {
    /// What must be known before the first tap; with `probe_input` also whether the harmless key is refused, and with `for_people`
    /// also what only a person is told.
    #[must_use]
    pub fn facts(probe_input: bool, for_people: bool) -> Self {
        let in_lines = |script: &mut Self| {
            let end = format!("}} 2>/dev/null | grep -E '{}|{}'", script.boundary, reads::LINES);
            let [first, second, third] = reads::IN_LINES;
            script.line("{");
            script.side_by_side(&[&|s| s.facts_of(first), &|s| s.facts_of(second), &|s| s.facts_of(third)]);
            script.line(&end);
        };
        let [first, second, third] = reads::WHOLE;
        let probes = |script: &mut Self| {
            script.line(reads::FOCUS);
            script.section("focus");
            script.line("echo \"$f\"");
            script.line(reads::ACCOUNTS);
            script.accounts();
            script.facts_of(if for_people { reads::FOR_PEOPLE } else { &[] });
        };
        let input_and_claim = |script: &mut Self| {
            if probe_input {
                // Key 0 is no key: it passes the permission check and does nothing.
                script.line("o=$(input keyevent 0 2>&1); r=$?");
                script.section("input $r");
                script.line("echo \"$o\"");
            }
            script.section("claim");
            script.line(&claim::read());
            script.line(claim::print());
        };
        let mut script = Self::new();
        script.side_by_side(&[
            &in_lines,
            &|s| s.facts_of(first),
            &|s| s.facts_of(second),
            &|s| s.facts_of(third),
            &probes,
            &input_and_claim,
        ]);
        script
    }

    fn facts_of(&mut self, facts: &[(&str, &str)]) {
        for (name, command) in facts {
            self.section(name);
            self.line(command);
        }
    }

    /// Who the phone is, and whether it has started.
    #[must_use]
    pub fn who() -> Self {
        let mut script = Self::new();
        for (name, property) in [("serial", "ro.serialno"), ("booted", "sys.boot_completed")] {
            script.section(name);
            script.line(&format!("getprop {property}"));
        }
        script
    }

    /// Processes that are known to hold a phone's screen. Android 6 lists all processes only without an option, later ones only with it.
    #[must_use]
    pub(super) fn processes() -> Self {
        let mut script = Self::new();
        script.section("processes");
        for ps in ["ps -A", "ps"] {
            script.line(&format!("{ps} 2>/dev/null | grep -i -E 'uiautomator|appium|uia2'"));
        }
        script
    }

    /// Claims the phone, where its claim is still the line that was `seen`.
    #[must_use]
    pub(super) fn claim(seen: &str) -> Self {
        let mut script = Self::new();
        let lines = claim::take(seen, &script.boundary);
        script.text.push_str(&lines);
        script
    }

    /// A picture of the screen, as bytes and nothing else.
    #[must_use]
    pub fn picture() -> Self {
        let mut script = Self::new();
        script.line("screencap -p 2>/dev/null");
        script
    }

    /// What the input devices can report.
    #[must_use]
    pub(super) fn input_devices() -> Self {
        let mut script = Self::new();
        script.line("getevent -lp 2>&1");
        script
    }

    /// Removes files of this program that an interrupted step left behind.
    #[must_use]
    pub fn tidy(places: &Places) -> Self {
        let mut script = Self::new();
        script.line(&claim::release());
        script.and_tidy(places)
    }

    /// The same script, which in the end removes what an interrupted step, or a run that was killed, left behind.
    #[must_use]
    pub fn and_tidy(mut self, places: &Places) -> Self {
        for place in [&places.first, &places.second] {
            // A pattern that nothing matches stays as it is.
            self.line(&format!(
                "for f in {}/{FILE_PREFIX}*; do if [ -f \"$f\" ]; then rm -f \"$f\"; fi; done",
                quote(place)
            ));
        }
        self
    }

    /// What is sent to the shell.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What begins each section's first line.
    #[must_use]
    pub fn boundary(&self) -> &str {
        &self.boundary
    }

    /// Whether a password is in it.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        self.secret
    }

    fn new() -> Self {
        // Large enough for every step, so that it is not moved with a password in it.
        let text = Zeroizing::new(String::with_capacity(16 << 10));
        Self { text, boundary: random_boundary(), secret: false }
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn section(&mut self, name: &str) {
        let line = format!("echo \"{} {name}\"", self.boundary);
        self.line(&line);
    }

    /// Runs parts at the same time; what they print, which is text, comes in their order. None sees what another sets, and nothing after
    /// them does. Each holds its words back until the pipe from the one before ends, through which nothing comes: a `cat` for each part
    /// would pass them on as well.
    fn side_by_side(&mut self, parts: &[&dyn Fn(&mut Self)]) {
        for (place, part) in parts.iter().enumerate() {
            self.text.push_str(if place == 0 { "{\n" } else { " | " });
            self.line("{\no=$({");
            part(self);
            self.line("} </dev/null)");
            if place > 0 {
                self.line("while read -r q; do true; done");
            }
            self.text.push_str("print -r -- \"$o\" >&3\n}");
        }
        self.line("\n} 3>&1");
    }

    /// Runs two parts at the same time, of which the first one prints little: that is passed on without a process.
    fn beside(&mut self, first: impl FnOnce(&mut Self), second: impl FnOnce(&mut Self)) {
        self.line("{");
        first(self);
        self.line("} | {\n{");
        second(self);
        self.line("} </dev/null");
        self.line(PASS_ON);
        self.line("}");
    }

    /// What [`reads::ACCOUNTS`] read last.
    fn accounts(&mut self) {
        self.section("accounts $r");
        self.line("echo \"$a\"");
    }
}
