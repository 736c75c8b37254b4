//! What is run on the phone's shell: one script for one round trip.
//!
//! Plain `mksh` only: no functions, no arithmetic, no `case`, so that the shells of Android 6 to 16 run it alike. Output is
//! parted by lines that begin with a random boundary, since the phone's own words must not be able to imitate one.

use std::fmt::{self, Write as _};

use zeroize::Zeroizing;

use super::boundary::random_boundary;
use super::claim::{self, Guard};
use super::quote::{input_text, input_words, quote};
use crate::model::{Focus, Opening};
use crate::phone::{Input, Look, PhoneError, Settle, Step};

/// The beginning of every file that this program makes on a phone.
pub const FILE_PREFIX: &str = "mi-signout-";

/// The longest that the phone looks for a change after the inputs, whatever the step allows.
const LONGEST_SETTLE_MS: u128 = 30_000;
/// What one look for a change takes on a phone, in ms: two `dumpsys`.
const READ_MS: u128 = 100;
/// Deleting characters goes in calls of this many keys, for the sake of the line's length.
const MOST_KEYS: usize = 200;

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
    /// One round trip: the inputs, each only once and none after a refused one; a bounded wait for a change; the probes; and
    /// the screen, where it is asked for.
    ///
    /// # Errors
    /// [`PhoneError::Adb`] where a text cannot be typed.
    pub fn step(step: &Step<'_>, places: &Places) -> Result<Self, PhoneError> {
        Self::guarded_step(step, places, Guard::None)
    }

    /// The same on a phone that this process has claimed: no input is done where it is another run's by now.
    ///
    /// # Errors
    /// As for [`Script::step`].
    pub(super) fn guarded_step(step: &Step<'_>, places: &Places, guard: Guard) -> Result<Self, PhoneError> {
        let mut script = Self::new();
        let reads_probes = step.look != Look::Views { probes: false };
        let settle_ms = match step.settle {
            Settle::Nothing | Settle::Pause(_) => 0,
            Settle::Change { max } => max.as_millis().max(1),
        };
        if settle_ms > 0 {
            script.line("w=displays");
            script.line(READ);
            script.line("b=$n");
        }
        script.line("x=");
        let guarded = claim::guarded(guard, &script.boundary);
        script.text.push_str(&guarded);
        if settle_ms == 0 && matches!(step.inputs.first(), Some(Input::While(_))) {
            script.line(FOCUS);
        } else if settle_ms > 0 {
            script.line(OTHER_FOCUS);
        }
        for input in &step.inputs {
            script.input(input)?;
        }
        if settle_ms > 0 {
            script.settle(settle_ms);
        } else {
            if let Settle::Pause(pause) = step.settle {
                let tenths = pause.as_millis().min(LONGEST_SETTLE_MS) / 100;
                script.line(&format!("sleep {}.{} 2>/dev/null", tenths / 10, tenths % 10));
            }
            if !step.look.reads_screen() && reads_probes {
                script.line(FOCUS);
            }
            if reads_probes {
                script.line(ACCOUNTS);
            }
        }
        if reads_probes {
            // With a screen the focus is read after it.
            if settle_ms > 0 || !step.look.reads_screen() {
                script.section("focus");
                script.line("echo \"$f\"");
            }
            script.accounts();
        }
        if step.look.reads_screen() {
            script.screen(step.look, places);
        } else if matches!(step.look, Look::Views { .. }) {
            script.views();
        }
        if !script.secret {
            // Hundreds of phones wait for their scripts to end at the same time.
            script.text.shrink_to_fit();
        }
        Ok(script)
    }

    /// What must be known before the first tap.
    #[must_use]
    pub fn facts(probe_input: bool) -> Self {
        let mut script = Self::new();
        script.line(FOCUS);
        script.section("focus");
        script.line("echo \"$f\"");
        script.line(ACCOUNTS);
        script.accounts();
        for (name, command) in FACTS {
            script.section(name);
            script.line(command);
        }
        script.section("claim");
        script.line("date +%s");
        script.line(&claim::read());
        script.line("echo \"$l\"");
        if probe_input {
            // Key 0 is no key: it passes the permission check and does nothing.
            script.line("o=$(input keyevent 0 2>&1); r=$?");
            script.section("input $r");
            script.line("echo \"$o\"");
        }
        script
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
            let place = quote(place);
            // Our names have no white space; the list is made by `ls`, since a pattern without a match stays as it is.
            self.line(&format!(
                "for f in $(ls {place} 2>/dev/null | grep '^{FILE_PREFIX}'); do rm -f {place}/\"$f\"; done"
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

    fn input(&mut self, input: &Input<'_>) -> Result<(), PhoneError> {
        match input {
            Input::While(front) => self.only_while(front),
            Input::Tap(at) => self.event(&format!("tap {} {}", at.x, at.y)),
            Input::Swipe { from, to, takes } => {
                self.event(&format!("swipe {} {} {} {} {}", from.x, from.y, to.x, to.y, takes.as_millis()));
            }
            Input::Key(key) => self.event(&format!("keyevent {}", *key as i32)),
            Input::Clear { chars } => self.clear(*chars),
            Input::Text(secret) => {
                self.secret = true;
                self.typed(input_text(secret))?;
            }
            Input::Words(words) => self.typed(input_words(words))?,
            Input::Open(opening) => self.open(opening),
        }
        Ok(())
    }

    /// Ends the inputs where the window that was read before them is another one. The system writes a component short or long.
    fn only_while(&mut self, front: &Focus) {
        let Focus { package, activity } = front;
        let long = if activity.starts_with('.') { format!("{package}/{package}{activity}") } else { front.to_string() };
        self.line("m=");
        for component in [front.to_string(), long] {
            self.line(&format!("k={}; q=${{f#*\"$k\"}}; if [ \"$q\" != \"$f\" ]; then m=1; fi", quote(&component)));
        }
        self.line("if [ -z \"$m\" ]; then x=1; fi");
    }

    fn typed(&mut self, parts: Option<Vec<Zeroizing<String>>>) -> Result<(), PhoneError> {
        let parts = parts.ok_or_else(|| PhoneError::Adb("the text has characters that cannot be typed".into()))?;
        for part in parts {
            let mut event = Zeroizing::new(String::with_capacity(part.len() + 8));
            event.push_str("text ");
            event.push_str(&part);
            self.event(&event);
        }
        Ok(())
    }

    /// One input event. What it prints stays on the phone, but for the refusal; a refused or missing `input` ends the inputs.
    fn event(&mut self, event: &str) {
        self.line("if [ -z \"$x\" ]; then");
        for piece in ["o=$(input ", event, " 2>&1); r=$?\n"] {
            self.text.push_str(piece);
        }
        self.line("q=${o#*INJECT_EVENTS}; if [ \"$q\" != \"$o\" ]; then x=1");
        self.section("refused");
        self.line("fi\nif [ $r -gt 125 ]; then x=1; fi\nfi");
    }

    fn clear(&mut self, chars: usize) {
        if chars == 0 {
            return;
        }
        self.event("keyevent 123"); // KEYCODE_MOVE_END
        let mut left = chars;
        while left > 0 {
            let now = left.min(MOST_KEYS);
            self.event(&format!("keyevent{}", " 67".repeat(now))); // KEYCODE_DEL
            left -= now;
        }
    }

    fn open(&mut self, opening: &Opening) {
        let mut command = "am start".to_owned();
        match opening {
            Opening::Action { action, package } => {
                let _ = write!(command, " -a {}", quote(action));
                if let Some(package) = package {
                    let _ = write!(command, " -p {}", quote(package));
                }
            }
            Opening::Component(name) => {
                let _ = write!(command, " -n {}", quote(name));
            }
            Opening::Dial(digits) => {
                let _ = write!(command, " -a android.intent.action.DIAL -d {}", quote(&format!("tel:{digits}")));
            }
        }
        self.line("if [ -z \"$x\" ]; then");
        self.line(&format!("o=$({command} 2>&1); r=$?"));
        self.section("open $r");
        self.line("echo \"$o\"");
        self.line("if echo \"$o\" | grep -q -E '^Error|Exception|Permission Denial'; then x=1; fi");
        self.line("if [ $r -gt 125 ]; then x=1; fi\nfi");
    }

    /// Waits on the phone until a window in focus or the list of accounts is another than before the inputs. The looks come less often
    /// the longer it takes.
    fn settle(&mut self, max_ms: u128) {
        self.line(READ);
        let (mut left, mut pause) = (max_ms.min(LONGEST_SETTLE_MS), 200);
        let mut pauses = Vec::new();
        while left > 0 {
            pauses.push(format!("{}.{}", pause / 1000, pause % 1000 / 100));
            left = left.saturating_sub(pause + READ_MS);
            pause = (pause + pause / 2).min(400) / 100 * 100;
        }
        self.line("if [ -z \"$x\" ]; then");
        self.line(&format!("for i in {}; do", pauses.join(" ")));
        self.line("if [ \"$b\" = \"$n\" ]; then sleep $i 2>/dev/null");
        self.line(READ);
        self.line("fi\ndone\nfi");
        self.line(OTHER_FOCUS);
    }

    /// What [`ACCOUNTS`] read last.
    fn accounts(&mut self) {
        self.section("accounts $r");
        self.line("echo \"$a\"");
    }

    /// The views of all visible windows, as the archive that the window manager writes.
    fn views(&mut self) {
        self.section("views");
        self.line("cmd window dump-visible-window-views 2>/dev/null; r=$?");
        self.section("views-code $r");
    }

    /// The screen, into a file of its own that is judged by its content; without a file, over the terminal.
    fn screen(&mut self, look: Look, places: &Places) {
        self.line("s=1");
        if look.skips_when_absent() {
            // A reading without its count is no proof. The host reads the same text again, and more strictly.
            self.line("q=${a#*Accounts: }; if [ $r = 0 ]; then if [ \"$q\" != \"$a\" ]; then s=");
            // As Android prints an account; the description of its authenticator has no comma before the type.
            self.line("k=', type=com.xiaomi}'\nq=${a#*\"$k\"}; if [ \"$q\" != \"$a\" ]; then s=1; fi\nfi\nfi");
        }
        let file = format!("{FILE_PREFIX}{}.xml", random_boundary());
        let [first, second] = [&places.first, &places.second].map(|p| quote(&format!("{p}/{file}")));
        self.line("if [ -n \"$s\" ]; then\nt=");
        for path in [first, second] {
            // `echo` and not `:`, after whose failed redirection a shell ends.
            self.line(&format!(
                "if [ -z \"$t\" ]; then if echo 2>/dev/null >{path}; then t={path}; fi\nrm -f {path} 2>/dev/null; fi"
            ));
        }
        self.line("if [ -n \"$t\" ]; then\nv=");
        if look == Look::Windows {
            // Android 12 and later have the option; earlier ones take it for the file's name.
            self.line("if [ \"$(getprop ro.build.version.sdk)\" -ge 31 ] 2>/dev/null; then");
            self.line("o=$(uiautomator dump --windows \"$t\" 2>&1); r=$?");
            self.line("if grep -q '</displays>' \"$t\" 2>/dev/null; then v=1; fi\nfi");
        }
        self.line("if [ -z \"$v\" ]; then o=$(uiautomator dump \"$t\" 2>&1); r=$?; fi");
        self.section("said $r");
        self.line("echo \"$o\"");
        self.section("file");
        self.line("cat \"$t\" 2>/dev/null");
        // It says that it has dumped even where the disk was full: the terminal needs no disk.
        self.line(
            "q=${o#*dumped to}; if [ \"$q\" != \"$o\" ]; then grep -q '</hierarchy>' \"$t\" 2>/dev/null || s=tty; fi",
        );
        self.line("rm -f \"$t\" 2>/dev/null\nelse s=tty; fi\nif [ \"$s\" = tty ]; then");
        self.section("tty");
        self.line("uiautomator dump /dev/tty 2>&1; r=$?");
        self.section("tty-code $r");
        self.line("fi");
        self.line("fi");
        // The window may have changed while the screen was read.
        self.line(FOCUS);
        self.section("focus");
        self.line("echo \"$f\"");
    }
}

/// Leaves of `f` what is of display 0: what stands before its heading, and from the next heading on, is of other displays (casting, a
/// rear screen). An output without headings stays whole. Expansions start no process.
macro_rules! of_display_0 {
    () => {
        "\nf=${f#*Display: mDisplayId=0}; f=${f%%Display: mDisplayId=*}"
    };
}
/// Reads the focused window of display 0 into `f`.
macro_rules! read_focus {
    () => {
        concat!("f=$(dumpsys window $w 2>/dev/null | grep -E 'Display: mDisplayId=|mCurrentFocus=')", of_display_0!())
    };
}
/// Reads the focus from where later and earlier Android versions name it, where `f` has none.
macro_rules! read_other_focus {
    () => {
        concat!(
            "if [ \"$f\" = \"${f#*mCurrentFocus=}\" ]; then w=windows\n",
            read_focus!(),
            "\nfi\nif [ \"$f\" = \"${f#*mCurrentFocus=}\" ]; then w=\n",
            read_focus!(),
            "\nfi"
        )
    };
}
/// The focused window. Android 10 and later name it in `displays`, earlier ones in `windows`, and some only in the whole.
const FOCUS: &str = concat!("w=displays\n", read_focus!(), "\n", read_other_focus!());
/// The same, where a reading of `displays` found none.
const OTHER_FOCUS: &str = read_other_focus!();
/// Reads the accounts into `a`, and how that ended into `r`.
macro_rules! read_accounts {
    () => {
        "a=$(dumpsys account 2>&1); r=$?"
    };
}
const ACCOUNTS: &str = read_accounts!();
/// Reads the focused window and the accounts, and both into `n`, without the history of accounts, which grows by itself.
const READ: &str = concat!(read_focus!(), "\n", read_accounts!(), "\nn=\"$f ${a%%AccountId, Action_Type*}\"");

/// Section → what fills it.
const FACTS: &[(&str, &str)] = &[
    ("props", "getprop"),
    ("user", "am get-current-user 2>&1"),
    ("owner", "dumpsys device_policy 2>/dev/null"),
    ("power", "dumpsys power 2>/dev/null | grep mWakefulness"),
    ("policy", "dumpsys window policy 2>/dev/null"),
    ("trust", "dumpsys trust 2>/dev/null | grep deviceLocked"),
    ("network", "dumpsys connectivity 2>/dev/null | grep -E 'NetworkAgentInfo|Active default network'"),
    ("battery", "dumpsys battery 2>/dev/null"),
    ("account-app", "dumpsys package com.xiaomi.account 2>/dev/null | grep versionName="),
    ("display", "wm size 2>/dev/null"),
    ("automation", "u=$(dumpsys accessibility 2>/dev/null | grep 'Ui Automation'); echo \"$u\""),
    // With the framework's own name in it, the list was read.
    ("apps", "p=$(pm list packages --user 0 2>/dev/null | grep -E ':(android|com.xiaomi|com.miui)'); echo \"$p\""),
    // Also those that were removed for the user and are still in the system; asked where the account app is among the missing.
    (
        "known-apps",
        "q=${p#*:com.xiaomi.account}; if [ \"$q\" = \"$p\" ]; then pm list packages -u 2>/dev/null | grep ':com.xiaomi.account'; fi",
    ),
    // Where a tool holds the screen, its name. Android 6 lists all processes only without an option, later ones only with it.
    (
        "processes",
        "if [ -n \"$u\" ]; then ps -A 2>/dev/null | grep -i -E 'uiautomator|appium|uia2'; ps 2>/dev/null | grep -i -E 'uiautomator|appium|uia2'; fi",
    ),
];
