//! One step as a script: the inputs, a bounded wait, and a look.

use std::fmt::Write as _;
use std::time::Duration;

use zeroize::Zeroizing;

use super::{FILE_PREFIX, Places, Script, reads};
use crate::adb::boundary::random_boundary;
use crate::adb::claim::{self, Guard};
use crate::adb::quote::{input_text, input_words, quote};
use crate::model::{Focus, Opening};
use crate::phone::{Input, Look, PhoneError, Settle, Step};

/// The longest that the phone looks for a change after the inputs, whatever the step allows.
const LONGEST_SETTLE_MS: u128 = 30_000;
/// Before the first look for a change: a page takes about as long to come.
const FIRST_PAUSE: Duration = Duration::from_millis(400);
/// Between two looks for a change.
const PAUSE: Duration = Duration::from_millis(200);
/// What one look for a change takes on a phone, in ms: one or two `dumpsys`.
const READ_MS: u128 = 80;
/// How many seconds after the inputs the phone is read while a dump waits: most pages have changed by then, and the second without a change,
/// which the dump waits for, is far from over.
const QUIET: &str = "0.5";
/// The same after typing: a dump that is over by then may show half of it. One that shows all is over a second after it at the earliest.
const QUIET_AFTER_TYPING: &str = "0.8";
/// Where a dump is over within so many seconds of a reading, that was made in the second without a change which the dump waited for.
const SHORTLY: &str = "0.8";
/// Where it is not over after so many more seconds, the page has changed since the reading.
const LATER: &str = "0.4";
/// So many readings are made while a dump waits.
const MOST_READINGS: usize = 3;
/// What `read` ends with where nothing came in time: 128 and the number of a signal. Anything less is an end, or an error.
const TIMED_OUT: u8 = 128;
/// Deleting characters goes in calls of this many keys, for the sake of the line's length.
const MOST_KEYS: usize = 200;

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
    pub(in crate::adb) fn guarded_step(step: &Step<'_>, places: &Places, guard: Guard) -> Result<Self, PhoneError> {
        let mut script = Self::new();
        if dumps_beside_inputs(step) {
            script.dump_beside_inputs(step, places, guard)?;
        } else {
            let changes = match step.settle {
                Settle::Nothing | Settle::Pause(_) => None,
                Settle::Change { max } => Some(max.as_millis().max(1)),
            };
            script.inputs(step, guard, changes.is_some())?;
            if let Some(max_ms) = changes {
                script.wait_for_change(max_ms, step.inputs.is_empty());
            }
            script.look(step, places, changes.is_some());
        }
        if !script.secret {
            // Hundreds of phones wait for their scripts to end at the same time.
            script.text.shrink_to_fit();
        }
        Ok(script)
    }

    /// What another run has claimed is left alone; what was made for another window, too. Then the inputs.
    fn inputs(&mut self, step: &Step<'_>, guard: Guard, reads_focus: bool) -> Result<(), PhoneError> {
        self.line("x=");
        let guarded = claim::guarded(guard, &self.boundary);
        self.text.push_str(&guarded);
        if reads_focus || matches!(step.inputs.first(), Some(Input::While(_))) {
            self.line(reads::FOCUS);
            self.line("b=\"$f\"");
        }
        for input in &step.inputs {
            self.input(input)?;
        }
        Ok(())
    }

    /// The dump's Java machine starts while the inputs are done: it takes longer than they do, and then waits for a second without any
    /// change. One that was over before the inputs were, or a moment later, may show a page that was there before them, and is made again.
    ///
    /// The probes are read while the dump waits, where nothing changes any more on most pages, with views these, too. Where it goes on for
    /// longer, the page has changed since (a spinner has ended), and they are read again. With views, `ahead` says so, and `late` that the
    /// dump was over before they were; the host looks again where they do not agree with the dump. Without, they are known to be of its
    /// page where they were read within its second without a change, and the window is read once more where they were not.
    fn dump_beside_inputs(&mut self, step: &Step<'_>, places: &Places, guard: Guard) -> Result<(), PhoneError> {
        let with_views = step.look == Look::ScreenAndViews;
        self.choose_file(places);
        self.line("{\nif [ -n \"$t\" ]; then o=$(uiautomator dump \"$t\" 2>&1); r=$?");
        self.section("said $r");
        self.line("echo \"$o\"\nfi\n} | {\n{");
        self.inputs(step, guard, false)?;
        self.line("} </dev/null");
        self.probes_while_dumping(with_views, if types(step) { QUIET_AFTER_TYPING } else { QUIET });
        self.line(super::PASS_ON);
        // The file is emptied first: where the second dump fails, there is none.
        self.line("if [ -n \"$e\" ]; then y=; true >\"$t\"");
        self.dump();
        if with_views {
            self.probes_and_views(false, Duration::ZERO);
        } else {
            self.line(reads::ACCOUNTS);
            self.accounts();
        }
        self.line("fi");
        self.file_or_terminal();
        if !with_views {
            self.line("if [ -z \"$y\" ]; then");
            self.line(reads::FOCUS);
            self.focus();
            self.line("fi");
        }
        self.line("}");
        Ok(())
    }

    /// The probes, and with views these, once a moment has passed since the inputs, and anew while the dump goes on. Its first line comes
    /// through the pipe when it is over. `e` is set where it was over too soon, `y` where it was over shortly after the last reading, and
    /// `k` where it was later, or where that can't be told.
    fn probes_while_dumping(&mut self, with_views: bool, quiet: &str) {
        let reading = |script: &mut Self| {
            script.line("{");
            script.probes_and_views(with_views, Duration::ZERO);
            script.line("} </dev/null");
        };
        self.line("e=; y=; k=; if [ -s \"$t\" ]; then e=1; fi");
        self.line("if [ -z \"$e\" ]; then");
        self.wait_for_dump(quiet, "e");
        // A shell without such a wait, or no file to dump to.
        self.line(&format!(
            "if [ $r -gt 0 ]; then if [ $r -lt {TIMED_OUT} ]; then k=1; sleep {quiet} 2>/dev/null; fi; fi"
        ));
        self.line("fi\nif [ -z \"$e\" ]; then");
        reading(self);
        if with_views {
            self.section("ahead");
            self.line("if [ -s \"$t\" ]; then e=1");
            self.section("late");
            self.line("fi");
        }
        self.line("if [ -z \"$e$k\" ]; then");
        self.wait_for_dump(SHORTLY, "y");
        for _ in 1..MOST_READINGS {
            self.line("if [ -z \"$y$k\" ]; then");
            self.wait_for_dump(LATER, "k");
            self.line("fi\nif [ -z \"$y$k\" ]; then");
            reading(self);
            self.wait_for_dump(SHORTLY, "y");
            self.line("fi");
        }
        self.line("fi\nfi");
    }

    /// Waits for the first line of a dump that comes through the pipe, and sets a variable and passes it on where it came in time.
    fn wait_for_dump(&mut self, seconds: &str, came: &str) {
        self.line(&format!("IFS= read -r -t {seconds} q 2>/dev/null; r=$?"));
        self.line(&format!("if [ $r = 0 ]; then {came}=1; echo \"$q\"; fi"));
    }

    /// Reads what is asked for. After a wait for a change, focus and accounts are known.
    fn look(&mut self, step: &Step<'_>, places: &Places, probes_are_known: bool) {
        let pause = match step.settle {
            Settle::Pause(pause) => pause,
            _ => Duration::ZERO,
        };
        match step.look {
            Look::Views { probes: true } if !probes_are_known => return self.probes_and_views(true, pause),
            Look::ViewsTwice if !probes_are_known => return self.probes_and_views_twice(pause),
            _ => self.pause(pause),
        }
        match step.look {
            Look::Views { probes: false } => self.views("views"),
            Look::Probes | Look::Views { .. } | Look::ViewsTwice => {
                if !probes_are_known {
                    self.line(reads::FOCUS);
                    self.line(reads::ACCOUNTS);
                }
                self.focus();
                self.accounts();
                if step.look != Look::Probes {
                    self.views("views");
                }
                if step.look == Look::ViewsTwice {
                    self.views("views-again");
                }
            }
            // What was done right before can't have ended yet.
            look if look.reads_screen() && !probes_are_known && (!look.skips_when_absent() || types(step)) => {
                self.choose_file(places);
                self.dump_if_file();
                self.file_or_terminal();
                self.probes_and_views(look == Look::ScreenAndViews, Duration::ZERO);
            }
            Look::Screen { .. } | Look::ScreenAndViews | Look::Windows => {
                if !probes_are_known {
                    self.line(reads::ACCOUNTS);
                    self.line("g=");
                    self.line(reads::IS_GONE);
                }
                self.accounts();
                if probes_are_known {
                    self.focus();
                }
                self.line("if [ -z \"$g\" ]; then");
                self.choose_file(places);
                if step.look == Look::Windows {
                    self.dump_of_windows();
                } else {
                    self.dump_if_file();
                }
                self.file_or_terminal();
                self.line("fi");
                let with_views = step.look == Look::ScreenAndViews;
                // The window may have changed while the screen was read; where it was not read, what is known stands.
                self.line(if probes_are_known { "if [ -z \"$g\" ]; then" } else { "if true; then" });
                if with_views {
                    self.beside(
                        |script| {
                            script.line(reads::FOCUS);
                            script.focus();
                        },
                        |script| script.views("views"),
                    );
                } else {
                    self.line(reads::FOCUS);
                    self.focus();
                }
                self.line("fi");
            }
        }
    }

    /// Focus and accounts, side by side; with the views, both beside these. A pause comes before.
    fn probes_and_views(&mut self, with_views: bool, pause: Duration) {
        let accounts = |script: &mut Self| {
            script.line(reads::ACCOUNTS);
            script.accounts();
        };
        let focus = |script: &mut Self| {
            script.line(reads::FOCUS);
            script.focus();
        };
        self.pause(pause);
        if with_views {
            self.beside(
                |script| {
                    accounts(script);
                    focus(script);
                },
                |script| script.views("views"),
            );
        } else {
            self.beside(accounts, focus);
        }
    }

    /// Focus and accounts, and the views twice, the second time a moment later: what moves is elsewhere then. The archives hold any bytes,
    /// so a program passes the first one on.
    fn probes_and_views_twice(&mut self, pause: Duration) {
        self.pause(pause);
        self.line("{\n{");
        self.line(reads::ACCOUNTS);
        self.accounts();
        self.line("} | {\n{");
        self.views("views");
        self.line("} </dev/null");
        self.line(super::PASS_ON);
        self.line("}\n} | {\n{");
        self.line(reads::FOCUS);
        self.focus();
        self.views("views-again");
        self.line("} </dev/null\ncat\n}");
    }

    /// Waits on what the client sends to the script, which is nothing. Only where that is at an end, or the shell has no such wait, does a
    /// program wait.
    fn pause(&mut self, pause: Duration) {
        let tenths = pause.as_millis().min(LONGEST_SETTLE_MS) / 100;
        if tenths > 0 {
            let seconds = format!("{}.{}", tenths / 10, tenths % 10);
            self.line(&format!("IFS= read -r -t {seconds} q 2>/dev/null"));
            self.line(&format!("if [ $? -lt {TIMED_OUT} ]; then sleep {seconds} 2>/dev/null; fi"));
        }
    }

    /// What [`reads::FOCUS`] read last.
    fn focus(&mut self) {
        self.section("focus");
        self.line("echo \"$f\"");
    }

    /// Waits on the phone until the window in focus is another than before the inputs, or no Xiaomi account is there.
    fn wait_for_change(&mut self, max_ms: u128, is_only_a_look: bool) {
        // The accounts are what most waits are for; the window is looked at now and then. Where it has changed they are read once more: the
        // account page closes once its account is gone.
        let left = max_ms.min(LONGEST_SETTLE_MS).saturating_sub(FIRST_PAUSE.as_millis() + READ_MS);
        let looks = 1 + left.div_ceil(PAUSE.as_millis() + READ_MS);
        let looks: Vec<_> = (0..looks).map(|look| if look % 3 == 0 { "w" } else { "a" }).collect();
        self.line("g=; c=; j=");
        // What follows an input takes a moment, and where there was none, the wait is over.
        self.line(if is_only_a_look { "if true; then" } else { "if [ -n \"$x\" ]; then" });
        self.line(reads::ACCOUNTS);
        self.line(reads::IS_GONE);
        self.line("fi");
        self.line(&format!("for i in {}; do", looks.join(" ")));
        self.line("if [ -z \"$x$g$c\" ]; then");
        self.line("if [ -z \"$j\" ]; then j=1");
        self.pause(FIRST_PAUSE);
        self.line("else");
        self.pause(PAUSE);
        self.line("fi");
        self.line(reads::ACCOUNTS);
        self.line(reads::IS_GONE);
        self.line("if [ $i$g = w ]; then");
        self.line(reads::FOCUS_AGAIN);
        self.line("if [ \"$b\" != \"$f\" ]; then c=1");
        self.line(reads::ACCOUNTS);
        self.line(reads::IS_GONE);
        self.line("fi\nfi\nfi\ndone");
    }

    /// The views of all visible windows, as the archive that the window manager writes.
    fn views(&mut self, section: &str) {
        self.section(section);
        self.line("cmd window dump-visible-window-views 2>/dev/null; r=$?");
        self.section("views-code $r");
    }

    /// Makes a file for the screen, `t`, that is judged by its content; none where no folder takes one.
    fn choose_file(&mut self, places: &Places) {
        let file = format!("{FILE_PREFIX}{}.xml", random_boundary());
        let [first, second] = [&places.first, &places.second].map(|p| quote(&format!("{p}/{file}")));
        self.line("t=");
        for path in [first, second] {
            // `echo` and not `:`, after whose failed redirection a shell ends. What it wrote shows that there is room.
            self.line(&format!(
                "if [ -z \"$t\" ]; then if echo 2>/dev/null >{path}; then t={path}; true >{path}; fi; fi"
            ));
        }
    }

    fn dump_if_file(&mut self) {
        self.line("if [ -n \"$t\" ]; then");
        self.dump();
        self.line("fi");
    }

    /// Dumps the screen into `t`.
    fn dump(&mut self) {
        self.line("o=$(uiautomator dump \"$t\" 2>&1); r=$?");
        self.section("said $r");
        self.line("echo \"$o\"");
    }

    /// Android 12 and later dump all windows where they are asked to; earlier ones take the option for the file's name.
    fn dump_of_windows(&mut self) {
        self.line("if [ -n \"$t\" ]; then\nv=");
        self.line("if [ \"$(getprop ro.build.version.sdk)\" -ge 31 ] 2>/dev/null; then");
        self.line("o=$(uiautomator dump --windows \"$t\" 2>&1); r=$?");
        self.line("if grep -q '</displays>' \"$t\" 2>/dev/null; then v=1; fi\nfi");
        self.line("if [ -z \"$v\" ]; then o=$(uiautomator dump \"$t\" 2>&1); r=$?; fi");
        self.section("said $r");
        self.line("echo \"$o\"\nfi");
    }

    /// What is in the file of the screen; without a file, the screen over the terminal.
    fn file_or_terminal(&mut self) {
        self.line("if [ -n \"$t\" ]; then");
        self.section("file");
        self.line("cat \"$t\" 2>/dev/null\nrm -f \"$t\" 2>/dev/null\nelse");
        self.terminal();
        self.line("fi");
    }

    /// The screen over the terminal, which needs no disk.
    fn terminal(&mut self) {
        self.section("tty");
        self.line("uiautomator dump /dev/tty 2>&1; r=$?");
        self.section("tty-code $r");
    }

    /// The screen over the terminal alone: for a phone that says that it has dumped, and has no room for the file.
    #[must_use]
    pub(in crate::adb) fn screen_over_terminal() -> Self {
        let mut script = Self::new();
        script.terminal();
        script
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
        self.line("case $o in (Error*|*'\nError'*|*Exception*|*'Permission Denial'*) x=1;; esac");
        self.line("if [ $r -gt 125 ]; then x=1; fi\nfi");
    }
}

/// Whether the dump may begin while the inputs are done: a page that is waited on is dumped once it has changed, and a field that is cleared
/// first once all is typed, since as many characters as are typed may have been in it before.
fn dumps_beside_inputs(step: &Step<'_>) -> bool {
    let plain = matches!(step.look, Look::Screen { .. } | Look::ScreenAndViews);
    let clears = step.inputs.iter().any(|input| matches!(input, Input::Clear { .. }));
    plain && step.settle == Settle::Nothing && !step.inputs.is_empty() && !clears
}

fn types(step: &Step<'_>) -> bool {
    step.inputs.iter().any(|input| matches!(input, Input::Text(_) | Input::Words(_) | Input::Clear { .. }))
}
