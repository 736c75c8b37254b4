//! [`AdbPhone`]: the port of `phone`, over one adb server.

use std::time::{Duration, Instant};

use super::claim::{self, Guard};
use super::parse::{self, Section, sections};
use super::parse_limit::ParseLimit;
use super::{Cancel, Channel, Places, Script};
use crate::model::{ACCOUNT_APP_VERSION, AdbServer, Device, Focus, Presence, Serial, TransportId};
use crate::phone::{Look, Observation, Phone, PhoneClaim, PhoneError, PhoneFacts, Refusal, ScreenRead, Step};
use crate::text::say;
use crate::ui::Agreement;

/// The first bytes of every PNG.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// All phones of this process read their screens by turns.
static READERS: ParseLimit = ParseLimit::new();

/// Who a phone says that it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// `ro.serialno`, where it has one.
    pub serial: Option<String>,
    /// `sys.boot_completed`: before that its accounts are not there yet.
    pub booted: bool,
}

/// A phone of an adb server. It belongs to one connection: after the phone was plugged in again, a new one is made.
#[derive(Debug)]
pub struct AdbPhone {
    channel: Channel,
    places: Places,
    /// Whether it can dump all windows; learned from the first time that it was asked to.
    shows_windows: Option<bool>,
    serial: Serial,
    /// The line of the claim that was read last, where it may be taken.
    seen_claim: Option<String>,
}

/// The least time that a second look in one step is worth.
const SECOND_LOOK: Duration = Duration::from_secs(1);

/// The first Android (its API level) whose `uiautomator dump` knows `--windows`.
const SHOWS_WINDOWS: u32 = 31;

impl AdbPhone {
    /// A phone by its transport id where the server gives one, since serials repeat, and else by its serial. No I/O.
    #[must_use]
    pub fn new(server: AdbServer, serial: Serial, transport: Option<TransportId>) -> Self {
        Self::with_cancel(server, serial, transport, Cancel::default())
    }

    /// A phone as its server lists it.
    #[must_use]
    pub fn of(device: &Device) -> Self {
        Self::new(device.server.clone(), device.serial.clone(), device.transport)
    }

    /// As [`AdbPhone::new`], with a signal that many phones may share.
    #[must_use]
    pub fn with_cancel(server: AdbServer, serial: Serial, transport: Option<TransportId>, cancel: Cancel) -> Self {
        let channel = Channel::new(server, serial.clone(), transport, cancel);
        Self { channel, places: Places::default(), shows_windows: None, serial, seen_claim: None }
    }

    /// The signal that ends its running command, and every later one.
    #[must_use]
    pub fn canceller(&self) -> Cancel {
        self.channel.canceller()
    }

    /// The same phone with other folders for its dump file.
    #[must_use]
    pub fn with_places(self, places: Places) -> Self {
        Self { places, ..self }
    }

    /// Asks who it is and whether it has started: two properties, and nothing else.
    ///
    /// # Errors
    /// As for [`Phone::step`].
    pub fn who(&mut self, within: Duration) -> Result<Who, PhoneError> {
        let script = Script::who();
        let boundary = script.boundary().to_owned();
        let output = self.channel.run(script, within)?;
        let sections = sections(&output.bytes, &boundary);
        let value = |name| Some(text(&sections, name).trim().to_owned()).filter(|v| !v.is_empty());
        Ok(Who { serial: value("serial"), booted: value("booted").as_deref() == Some("1") })
    }

    /// All that can be asked, also whether its input is allowed: for a person.
    ///
    /// # Errors
    /// As for [`Phone::step`].
    pub fn all_facts(&mut self, within: Duration) -> Result<PhoneFacts, PhoneError> {
        self.read_facts(Script::facts(true, true).and_tidy(&self.places), within)
    }

    fn read_facts(&mut self, script: Script, within: Duration) -> Result<PhoneFacts, PhoneError> {
        let started = Instant::now();
        let boundary = script.boundary().to_owned();
        let output = self.channel.run(script, within)?;
        let sections = sections(&output.bytes, &boundary);
        let (claim, line) = claim::parse(&text(&sections, "claim"));
        self.see_claim(&claim, line);
        let read = || {
            let _turn = READERS.take();
            facts(&sections)
        };
        let mut facts = PhoneFacts { claim, ..read() };
        if facts.ui_automation.is_some() {
            let processes = self.processes(within.saturating_sub(started.elapsed()))?;
            facts.ui_automation = parse::ui_automation(&text(&sections, "automation"), &processes);
        }
        let level = facts.prop("ro.build.version.sdk").and_then(|level| level.trim().parse::<u32>().ok());
        if level.is_some_and(|level| level < SHOWS_WINDOWS) {
            self.shows_windows = Some(false);
        }
        Ok(facts)
    }

    /// The processes that may hold the screen: asked where something does.
    fn processes(&mut self, within: Duration) -> Result<String, PhoneError> {
        let script = Script::processes();
        let boundary = script.boundary().to_owned();
        let output = self.channel.run(script, within)?;
        Ok(text(&sections(&output.bytes, &boundary), "processes"))
    }

    fn observe(&mut self, step: &Step<'_>, within: Duration) -> Result<Observation, PhoneError> {
        let started = Instant::now();
        let guard = claim::guard(&self.serial);
        let script = Script::guarded_step(step, &self.places, guard)?;
        let boundary = script.boundary().to_owned();
        let output = self.channel.run(script, within)?;
        if guard == Guard::Renew {
            claim::note(&self.serial);
        }
        let (seen, has_no_room, is_late) = {
            let _turn = READERS.take();
            let sections = sections(&output.bytes, &boundary);
            let has = |name| sections.iter().any(|s| s.name == name);
            (observation(&sections), parse::has_no_room(&sections), has("ahead").then(|| has("late")))
        };
        drop(output);
        let left = within.saturating_sub(started.elapsed());
        if has_no_room {
            return Ok(Observation { screen: self.screen_over_terminal(left)?, ..seen });
        }
        match is_late {
            // It was dumped once more since. How long the views take is not known yet.
            Some(true) if matches!(seen.views, ScreenRead::Views(_)) => {
                Ok(Observation { views: ScreenRead::Skipped, ..seen })
            }
            Some(false) if !agrees(&seen) => self.look_after_dump(seen, left),
            _ => Ok(seen),
        }
    }

    /// What was read while the dump waited does not agree with it: the page has changed since, and is looked at anew.
    fn look_after_dump(&mut self, seen: Observation, within: Duration) -> Result<Observation, PhoneError> {
        let is_there = matches!(seen.views, ScreenRead::Views(_));
        let look = if is_there { Look::Views { probes: true } } else { Look::Probes };
        let again = self.observe(&Step::look(look), within)?;
        let views = if is_there { again.screen } else { seen.views };
        Ok(Observation { focus: again.focus, accounts: again.accounts, views, ..seen })
    }

    /// The screen as it is now, over the terminal.
    fn screen_over_terminal(&mut self, within: Duration) -> Result<ScreenRead, PhoneError> {
        let script = Script::screen_over_terminal();
        let boundary = script.boundary().to_owned();
        let output = self.channel.run(script, within)?;
        let _turn = READERS.take();
        Ok(parse::screen(&sections(&output.bytes, &boundary)))
    }

    /// Looks anew at every window where the one in front is not in what was read: a dialog of another app, an autofill window, a
    /// keyboard. Where the phone cannot show all windows, or shows nothing more, what was read stands.
    fn look_at_windows(&mut self, seen: Observation, within: Duration) -> Result<Observation, PhoneError> {
        let again = self.observe(&Step::look(Look::Windows), within)?;
        self.learn(&again);
        Ok(match again.screen {
            ScreenRead::Tree(_) => Observation { refused: seen.refused, ..again },
            _ => seen,
        })
    }

    fn learn(&mut self, seen: &Observation) {
        if let ScreenRead::Tree(tree) = &seen.screen {
            self.shows_windows = Some(!tree.windows().is_empty());
        }
    }
}

/// Whether views and screen of one observation show the same page, though they were not read at the same time. Frames and dialogs of
/// the system look alike on many pages, and a web page changes within one view: only the page's own ids tell.
fn agrees(seen: &Observation) -> bool {
    let (ScreenRead::Tree(tree), ScreenRead::Views(views), Some(focus)) = (&seen.screen, &seen.views, &seen.focus)
    else {
        return false;
    };
    let own = format!("{}:id/", focus.package);
    let has_own = tree.nodes().any(|(_, node)| node.id.starts_with(&own));
    let is_web = tree.nodes().any(|(_, node)| node.class.ends_with("WebView"));
    has_own && !is_web && tree.agrees_with(views) == Agreement::Same
}

/// Whether the window in front is not in a plain dump, which shows the active window only.
fn hides_the_front(seen: &Observation) -> bool {
    let (ScreenRead::Tree(tree), Some(focus)) = (&seen.screen, &seen.focus) else { return false };
    let shown = || tree.nodes().any(|(_, node)| node.package == focus.package);
    // An activity's name has a dot; a window that is no activity has only a title.
    !focus.activity.contains('.') || !shown()
}

impl AdbPhone {
    /// Keeps the line of a claim that may be taken: never one that another run holds.
    fn see_claim(&mut self, claim: &PhoneClaim, line: String) {
        self.seen_claim = (!matches!(claim, PhoneClaim::Held { .. })).then_some(line);
    }

    /// Takes the phone, where its claim is still the one that was read last and may be taken.
    fn try_claim(&mut self, within: Duration) -> Result<PhoneClaim, PhoneError> {
        let seen = self.seen_claim.take().unwrap_or_default();
        let script = Script::claim(&seen);
        let boundary = script.boundary().to_owned();
        let output = self.channel.run(script, within)?;
        let (claim, line) = claim::parse(&text(&sections(&output.bytes, &boundary), "claim"));
        self.see_claim(&claim, line);
        if claim == PhoneClaim::Ours {
            claim::note(&self.serial);
        }
        Ok(claim)
    }
}

impl Phone for AdbPhone {
    fn step(&mut self, step: &Step<'_>, within: Duration) -> Result<Observation, PhoneError> {
        let started = Instant::now();
        let mut seen = self.observe(step, within)?;
        // The phone left the screen out by a coarser reading of the accounts than ours: look, and touch nothing.
        let skipped = matches!(seen.screen, ScreenRead::Skipped);
        if step.look.skips_when_absent() && skipped && seen.accounts.presence() != Presence::Absent {
            let left = within.saturating_sub(started.elapsed());
            let look = Step::look(Look::Screen { skip_when_absent: false });
            // What was done is done and was seen: without time for another look, what was read stands, and the next step looks.
            if left >= SECOND_LOOK {
                let again = self.observe(&look, left)?;
                seen = Observation { refused: seen.refused, ..again };
            }
        }
        if step.look == Look::Windows {
            self.learn(&seen);
        } else if step.look.reads_screen() && self.shows_windows != Some(false) && hides_the_front(&seen) {
            let left = within.saturating_sub(started.elapsed());
            if left >= SECOND_LOOK {
                seen = self.look_at_windows(seen, left)?;
            }
        }
        Ok(seen)
    }

    fn facts(&mut self, probe_input: bool, within: Duration) -> Result<PhoneFacts, PhoneError> {
        // Whoever is about to touch the phone clears away first what a run that was killed left there, and needs nothing for people.
        let script =
            if probe_input { Script::facts(true, false).and_tidy(&self.places) } else { Script::facts(false, true) };
        self.read_facts(script, within)
    }

    fn claim(&mut self, within: Duration) -> Result<PhoneClaim, PhoneError> {
        let claim = self.try_claim(within)?;
        // It was another run's when it was read last, and has expired since.
        if claim == PhoneClaim::Void { self.try_claim(within) } else { Ok(claim) }
    }

    fn picture(&mut self, within: Duration) -> Result<Vec<u8>, PhoneError> {
        let output = self.channel.run(Script::picture(), within)?;
        if output.code == 0 && output.bytes.starts_with(PNG) {
            return Ok(output.bytes);
        }
        Err(PhoneError::Adb(say!("phone-gave-no-picture", code = output.code)))
    }

    fn tidy(&mut self, within: Duration) -> Result<(), PhoneError> {
        claim::forget(&self.serial);
        self.channel.run(Script::tidy(&self.places), within).map(drop)
    }
}

fn text(sections: &[Section<'_>], name: &str) -> String {
    sections.iter().find(|s| s.name == name).map(Section::text).unwrap_or_default()
}

fn accounts(sections: &[Section<'_>]) -> crate::model::AccountsProbe {
    // What was read last is the newest.
    let section = sections.iter().rfind(|s| s.name == "accounts");
    section.map(|s| parse::accounts(&s.text(), s.code)).unwrap_or_default()
}

/// The last reading that was made: with a screen, the one after it.
fn focus(sections: &[Section<'_>]) -> Option<Focus> {
    sections.iter().rfind(|s| s.name == "focus").and_then(|s| parse::focus(&s.text()))
}

fn observation(sections: &[Section<'_>]) -> Observation {
    Observation {
        focus: focus(sections),
        accounts: accounts(sections),
        screen: parse::screen(sections),
        // Where there is nothing else, they are the screen.
        views: if sections.iter().any(|s| matches!(s.name, "file" | "tty")) {
            parse::views(sections)
        } else {
            parse::second_views(sections)
        },
        refused: refusal(sections),
    }
}

/// The first refusal among the inputs; what comes after one is not done.
fn refusal(sections: &[Section<'_>]) -> Option<Refusal> {
    sections.iter().find_map(|section| match section.name {
        "refused" => Some(Refusal::InputNotAllowed),
        "claimed" => Some(Refusal::Claimed(claim::holder(&section.text()))),
        "open" => cannot_open(&section.text(), section.code),
        _ => None,
    })
}

/// `am start` ends with 0 or 1 alike where it cannot open a page, so its words count, and the exit code only where the shell
/// could not run it.
fn cannot_open(words: &str, code: Option<i32>) -> Option<Refusal> {
    let says = |l: &&str| l.starts_with("Error") || l.contains("Exception") || l.contains("Permission Denial");
    let lines = || words.lines().map(str::trim).filter(says);
    // "Error type 3" says less than the sentence after it.
    let line = lines().find(|l| !l.starts_with("Error type")).or_else(|| lines().next());
    match (line, code) {
        (Some(line), _) => Some(Refusal::CannotOpen(super::smart_socket::tame(line))),
        (None, Some(code)) if code > 125 => Some(Refusal::CannotOpen(say!("am-ended-with", code))),
        _ => None,
    }
}

fn facts(sections: &[Section<'_>]) -> PhoneFacts {
    let text = |name| text(sections, name);
    let mut props = parse::properties(&text("props"));
    if let Some(version) = parse::version_name(&text("account-app")) {
        props.insert(ACCOUNT_APP_VERSION.to_owned(), version);
    }
    let focus = focus(sections);
    let input = sections.iter().find(|s| s.name == "input");
    PhoneFacts {
        accounts: accounts(sections),
        current_user: parse::current_user(&text("user")),
        device_owner: parse::device_owner(&text("owner")),
        awake: parse::awake(&text("power")),
        keyguard: parse::keyguard(&text("policy"), &text("trust")),
        has_lock: parse::has_lock(&text("policy")),
        network: parse::network(&text("network")),
        battery: parse::battery(&text("battery")),
        display: parse::display(&text("display")),
        input: input.map(|s| parse::input_probe(&s.text(), s.code)).unwrap_or_default(),
        lock_signs: parse::lock_signs(&props, focus.as_ref()),
        ui_automation: parse::ui_automation(&text("automation"), ""),
        claim: PhoneClaim::default(),
        missing_apps: parse::missing_apps(&text("apps"), &text("known-apps")),
        props,
        focus,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openings_that_failed() {
        for (words, code, expected) in [
            (
                "Starting: Intent { act=x }\nError type 3\nError: Activity class {a/b} does not exist.\n",
                1,
                Some("Error: Activity class {a/b} does not exist."),
            ),
            (
                "Starting: Intent { act=x }\nError: Activity not started, unable to resolve Intent { act=x }",
                0,
                Some("Error: Activity not started, unable to resolve Intent { act=x }"),
            ),
            (
                "java.lang.SecurityException: Permission Denial: starting Intent { cmp=a/b }",
                255,
                Some("java.lang.SecurityException: Permission Denial: starting Intent { cmp=a/b }"),
            ),
            ("sh: am: not found", 127, Some("am ended with 127")),
            (
                "Starting: Intent { act=x }\nWarning: Activity not started, its current task has been brought to the front",
                0,
                None,
            ),
            ("Starting: Intent { act=x }\n", 0, None),
        ] {
            let expected = expected.map(|e| Refusal::CannotOpen(e.to_owned()));
            assert_eq!(cannot_open(words, Some(code)), expected, "{words}");
        }
    }
}
