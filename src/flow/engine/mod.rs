//! The engine: from one observation to one decision. Pure: no I/O, no clock of its own, bounded.
//!
//! Each turn waits (at most [`Patience`] in a row), spends a visit, or ends. What a decision changes is written down in
//! [`Engine::begin`], so that a decision that was never carried out leaves no trace.

mod act;
mod checking;
mod waiting;

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Decision, Ending, Password, Patience, PlannedAction};
use crate::event::Progress;
use crate::model::{Outcome, Presence, Reason};
use crate::phone::{KeyCode, Look, Observation, Opening, Refusal, ScreenRead, Settle};
use crate::profile::{DeviceProfile, Entry, OpenSpec, Options, Reaction, Recognised, SIGN_OUT, Screen, Verdict, View};
use crate::ui::UiTree;

/// Looks that follow a submission wait this long on the phone for a change, so that the account is gone before a dump is paid for.
const SETTLE: Settle = Settle::Change { max: Duration::from_secs(3) };
const SCREEN: Look = Look::Screen { skip_when_absent: true };
/// A look that starts from nothing.
const AFRESH: Decision = Decision::Look { settle: Settle::Nothing, look: SCREEN };
/// The screen of a profile that is the phone's home screen. Where a profile has it, a walk that is stuck begins anew from there.
const LAUNCHER: &str = "launcher";
/// How often one walk closes a refusal that was in front before it had submitted anything.
const BACKS: u32 = 2;
/// How often one walk begins anew from the home screen.
const RESTARTS: u32 = 2;

/// The stay on one screen, until another is recognised.
#[derive(Clone, Debug, Default)]
struct Visit {
    screen: String,
    since: Duration,
    next_action: usize,
    mutated: bool,
    scrolls: u32,
    last_tree: Option<u64>,
    rounds: u32,
}

/// A mutating decision that was given and not yet begun, or begun and not yet seen through.
#[derive(Clone, Debug)]
struct Mutation {
    screen: String,
    submits: bool,
    /// Whether the screen had been tapped before.
    again: bool,
}

/// Decides what to do with one phone.
#[expect(clippy::struct_excessive_bools, reason = "each is one fact about the walk, and they combine freely")]
pub struct Engine<'p> {
    profile: &'p DeviceProfile,
    options: Options,
    password: Password,
    dry_run: bool,
    locale: String,
    patience: Patience,
    progress: Progress,
    visit: Option<Visit>,
    entry: usize,
    entry_flow: Option<String>,
    entered: bool,
    lost_looks: u32,
    turns: u32,
    retyped: bool,
    popups: BTreeMap<String, u32>,
    last_seen: Option<String>,
    front: Option<String>,
    verdict: Option<Verdict>,
    permitted: bool,
    planned: Option<Mutation>,
    begun: Option<Mutation>,
    /// Something was done whose effect may still be under way: an account that is present proves nothing yet.
    in_flight: bool,
    /// The first screen that is recognised may be one that an earlier run was interrupted on.
    resumed: bool,
    /// The password was submitted by an earlier walk.
    submitted_before: bool,
    /// This walk has begun anew since the password was submitted by an earlier one: what it sees tells nothing of that submission.
    moved_on: bool,
    /// The password in front was typed by this walk.
    typed: bool,
    restarts: u32,
    backs: u32,
    homing: bool,
    asked_password: bool,
    /// The phone was asked what is wrong since the visit began.
    checked: bool,
    /// What was put off to ask the phone what is wrong.
    pending: Option<Decision>,
    blind_checks: u32,
    /// The popup that is waited for, and since when.
    waiting: Option<(String, Duration)>,
    /// The phone shows nothing of what stands in a password field.
    hides_passwords: bool,
    /// How it ends where the password is still asked for: a person types it now.
    left_to_person: Option<Ending>,
}

impl<'p> Engine<'p> {
    /// An engine for a phone whose account is known to be present; `progress` is what was done before a crash of this program.
    #[must_use]
    pub fn new(
        profile: &'p DeviceProfile,
        options: Options,
        password: Password,
        dry_run: bool,
        locale: &str,
        patience: Patience,
        progress: Progress,
    ) -> Self {
        Self {
            profile,
            options,
            password,
            dry_run,
            locale: locale.to_owned(),
            patience,
            in_flight: progress.mutated(),
            resumed: progress.mutated(),
            submitted_before: progress.submitted,
            moved_on: false,
            progress,
            visit: None,
            entry: 0,
            entry_flow: None,
            entered: false,
            lost_looks: 0,
            turns: 0,
            retyped: false,
            popups: BTreeMap::new(),
            last_seen: None,
            front: None,
            verdict: None,
            permitted: false,
            planned: None,
            begun: None,
            typed: false,
            restarts: 0,
            backs: 0,
            homing: false,
            asked_password: false,
            checked: false,
            pending: None,
            blind_checks: 0,
            waiting: None,
            hides_passwords: false,
            left_to_person: None,
        }
    }

    /// The same for a phone that may show an empty password field whatever stands in it: then nothing is typed twice.
    #[must_use]
    pub fn where_passwords_are_hidden(self, hides_passwords: bool) -> Self {
        Self { hides_passwords, ..self }
    }

    /// What was done so far.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// The screen recognised last, by name.
    #[must_use]
    pub fn last_screen(&self) -> Option<&str> {
        self.last_seen.as_deref()
    }

    /// The screen in front, by name, where the last one that was read was recognised.
    #[must_use]
    pub fn front(&self) -> Option<&str> {
        self.front.as_deref()
    }

    /// The words for the screen in front.
    #[must_use]
    pub fn front_title(&self) -> Option<&str> {
        self.profile.screen(self.front()?).map(|s| s.title.as_str())
    }

    /// What a screen said about the password that was submitted.
    #[must_use]
    pub fn verdict(&self) -> Option<Verdict> {
        self.verdict
    }

    /// It was seen what the phone said to the submitted password. Gives whether that is new.
    pub fn verdict_was_seen(&mut self) -> bool {
        let new = self.progress.awaits_verdict();
        self.progress.verdict |= new;
        new
    }

    /// Whether a page that wants the account's password was in front.
    #[must_use]
    pub fn asked_password(&self) -> bool {
        self.asked_password
    }

    /// The password may be submitted now.
    pub fn granted(&mut self) {
        self.permitted = true;
    }

    /// `decision`, the one given last, is about to be carried out: what it changes counts as done from here on, whatever comes
    /// back. `now` is as for [`Engine::decide`]: what is slow is counted from here.
    pub fn begin(&mut self, decision: &Decision, now: Duration) {
        self.typed |= matches!(decision, Decision::Act(PlannedAction::TypePassword { .. }));
        self.begun = self.planned.take();
        let Some(begun) = &self.begun else { return };
        if let Some(visit) = &mut self.visit {
            (visit.mutated, visit.since, visit.rounds) = (true, now, 0);
        }
        self.progress.tapped.insert(begun.screen.clone());
        self.progress.submitted |= begun.submits;
        self.progress.verdict &= !begun.submits;
        self.moved_on |= self.submitted_before && !begun.submits;
        self.in_flight = true;
    }

    /// The connection was lost: what was in front is forgotten, for the phone may have been restarted, and the next decision has
    /// to follow a fresh look. What was done on the screen in front is not forgotten.
    pub fn lost(&mut self) {
        self.lost_looks = 0;
        self.last_seen = None;
        self.front = None;
        self.planned = None;
        self.begun = None;
        // Once the password was submitted there is nothing to go in for again.
        self.entered = self.progress.submitted;
        self.entry = 0;
        self.entry_flow = None;
        self.homing = false;
        self.typed = false;
        match &mut self.visit {
            // What was typed may be gone, and typing clears the field first.
            Some(visit) if !visit.mutated => self.visit = None,
            Some(visit) => visit.rounds = 0,
            None => {}
        }
    }

    /// A person works on the phone: what was counted against the page in front counts anew. What was done to it is not forgotten.
    pub fn person_acts(&mut self, now: Duration) {
        self.turns = 0;
        self.lost_looks = 0;
        self.checked = false;
        self.waiting = None;
        self.popups.clear();
        self.planned = None;
        self.begun = None;
        match &mut self.visit {
            Some(visit) if visit.mutated => (visit.since, visit.rounds) = (now, 0),
            Some(visit) => {
                self.progress.visits.remove(&visit.screen);
                self.visit = None;
            }
            None => {}
        }
    }

    /// The password is a person's to type from here on, so that two do not type into one field; `ending` is how it ends where
    /// they do not.
    pub fn leaves_password_to_person(&mut self, ending: &Ending) {
        self.left_to_person = Some(ending.clone());
    }

    /// The first decision: the first way in, or a look where an earlier run had already begun.
    pub fn start(&mut self) -> Decision {
        if self.progress.mutated() {
            return Decision::Look { settle: Settle::Nothing, look: SCREEN };
        }
        self.way_in()
    }

    /// Decides on one observation. `now` is the time since the walk began.
    pub fn decide(&mut self, seen: &Observation, now: Duration) -> Decision {
        self.turns += 1;
        self.planned = None;
        let begun = self.begun.take();
        if seen.accounts.presence() == Presence::Absent {
            self.note_screen_of(seen);
            return Decision::End(Ending::good(Outcome::SignedOut));
        }
        match &seen.refused {
            Some(Refusal::InputNotAllowed) => {
                self.was_not_done(begun);
                return Decision::End(Ending::input_not_allowed());
            }
            Some(Refusal::Claimed(by)) => {
                self.was_not_done(begun);
                return Decision::End(match seen.accounts.presence() {
                    Presence::Unknown if self.progress.mutated() => {
                        self.cut_short(Presence::Unknown, Reason::Timeout, "")
                    }
                    _ => Ending::in_use(by),
                });
            }
            Some(Refusal::CannotOpen(_)) if !self.entered => return self.way_in(),
            _ => {}
        }
        if self.turns > self.patience.turns {
            return Decision::End(Ending::stuck("the walk took too many turns"));
        }
        let tree = match &seen.screen {
            ScreenRead::Tree(tree) => Some(tree),
            _ => None,
        };
        if let Some(decision) = self.blind(seen) {
            return decision;
        }
        if tree.is_some_and(|tree| checking::is_of_another_window(tree, seen.focus.as_ref())) {
            return self.on_nothing(seen, now, "what was read is not what is in front");
        }
        let view = View { focus: seen.focus.as_ref(), presence: seen.accounts.presence(), tree };
        let profile = self.profile;
        match profile.recognise(&view) {
            Recognised::Screen(_) if tree.is_some() && checking::is_covered(seen.focus.as_ref()) => {
                self.on_nothing(seen, now, "something lies over the page")
            }
            Recognised::Screen(screen) => self.on_screen(screen, tree, seen.accounts.presence(), now),
            Recognised::Popup(popup) => self.on_popup(popup, tree, now),
            Recognised::Several(names) => {
                let names = names.join("' and '");
                self.on_nothing(seen, now, &format!("it fits '{names}' alike"))
            }
            Recognised::NeedsTree if matches!(seen.screen, ScreenRead::Skipped) => {
                Decision::Look { settle: self.waiting_settle(), look: SCREEN }
            }
            Recognised::NeedsTree | Recognised::Nothing => self.on_nothing(seen, now, "no profile knows it"),
        }
    }

    /// The ending where the walk's time is up or the phone is lost for good. `fresh` is what the accounts are now, and
    /// [`Presence::Unknown`] where only an older reading is there: an account that was present before proves nothing.
    #[must_use]
    pub fn cut_short(&self, fresh: Presence, reason: Reason, hint: &str) -> Ending {
        match fresh {
            Presence::Absent => Ending::good(Outcome::SignedOut),
            Presence::Present if self.progress.mutated() && !self.in_flight => still_signed_in(hint),
            _ if self.progress.mutated() => {
                Ending::new(Outcome::Unknown, reason, format!("look at the phone before doing anything; {hint}"))
            }
            _ => Ending::new(Outcome::Failed, reason, hint),
        }
    }

    /// The ending where a screen stayed for as long as a slow page may take after it was answered.
    fn stayed(&self, presence: Presence, hint: &str) -> Ending {
        match presence {
            Presence::Present if self.progress.mutated() => still_signed_in(hint),
            other => self.cut_short(other, Reason::Timeout, hint),
        }
    }

    /// What [`Engine::begin`] was told of was not done after all: the walk is at its end.
    pub fn take_back(&mut self) {
        let begun = self.begun.take();
        self.was_not_done(begun);
        self.in_flight &= self.progress.mutated();
    }

    /// The phone refused the input: what was begun is proven not to have been done.
    fn was_not_done(&mut self, begun: Option<Mutation>) {
        let Some(begun) = begun else { return };
        if !begun.again {
            self.progress.tapped.remove(&begun.screen);
        }
        self.progress.submitted &= !begun.submits;
    }

    fn waiting_settle(&self) -> Settle {
        if self.progress.submitted { SETTLE } else { Settle::Nothing }
    }

    fn note_screen_of(&mut self, seen: &Observation) {
        let tree = match &seen.screen {
            ScreenRead::Tree(tree) => Some(tree),
            _ => None,
        };
        let view = View { focus: seen.focus.as_ref(), presence: Presence::Absent, tree };
        self.last_seen = match self.profile.recognise(&view) {
            Recognised::Screen(screen) => Some(screen.name.clone()),
            _ => None,
        };
        self.front.clone_from(&self.last_seen);
    }

    /// The next way into the account page, or the end where none is left.
    fn way_in(&mut self) -> Decision {
        let Some(entry) = self.profile.entry.get(self.entry) else {
            return Decision::End(Ending::new(
                Outcome::NeedsPerson,
                Reason::UnknownScreen,
                "the Mi / Xiaomi Account page could not be opened: open Settings > Mi / Xiaomi Account on the phone, look what is there, then run again",
            ));
        };
        self.entry += 1;
        self.lost_looks = 0;
        // The next way may lead over the same screen: what was looked for there before is not what is looked for now, and it is
        // no sign of going round in circles. There are only so many ways in.
        if let Some(left) = self.visit.take_if(|visit| !visit.mutated) {
            self.progress.visits.remove(&left.screen);
        }
        match entry {
            Entry::Open(open) => {
                // What the flow before was looking for is not what this page was opened for.
                self.entry_flow = None;
                Decision::Open(opening(open))
            }
            Entry::Flow(name) => {
                self.entry_flow = Some(name.clone());
                Decision::Look { settle: Settle::Nothing, look: SCREEN }
            }
        }
    }

    fn reaction(&self, screen: &str) -> Option<&'p Reaction> {
        let profile = self.profile;
        profile
            .reaction(SIGN_OUT, screen, &self.options)
            .or_else(|| profile.reaction(self.entry_flow.as_deref().filter(|_| !self.entered)?, screen, &self.options))
    }

    fn on_screen(&mut self, screen: &'p Screen, tree: Option<&UiTree>, presence: Presence, now: Duration) -> Decision {
        self.lost_looks = 0;
        self.saw(screen);
        if let (Some(_), Some(visit)) = (self.waiting.take(), &mut self.visit) {
            // The page had no chance to change while something else was in front.
            (visit.since, visit.rounds) = (now, 0);
        }
        if self.progress.submitted && !self.moved_on && screen.verdict.is_some() {
            self.verdict = screen.verdict;
        }
        let reaction = self.reaction(&screen.name);
        if self.visit.as_ref().is_none_or(|v| v.screen != screen.name) {
            // What a crash of this program interrupted may still be under way on the screen that is found first.
            let mutated = self.resumed && self.progress.tapped.contains(&screen.name);
            self.resumed = false;
            self.typed &= tree.is_some_and(|tree| tree.nodes().any(|(_, node)| node.password));
            let visits = self.progress.visits.entry(screen.name.clone()).or_default();
            *visits += 1;
            let too_often = *visits > self.patience.visits;
            self.visit = Some(Visit { screen: screen.name.clone(), since: now, mutated, ..Visit::default() });
            self.checked = false;
            // A screen that asks for something is waiting for it; a spinner or a foreign page says nothing.
            self.in_flight &= mutated || !matches!(reaction, Some(Reaction::Do { .. } | Reaction::End { .. }));
            if too_often {
                return Decision::End(Ending::stuck(&format!("'{}' came again and again", screen.title)));
            }
        }
        if self.profile.reaction(SIGN_OUT, &screen.name, &self.options).is_some() {
            self.entered = true;
        }
        match reaction {
            // An earlier run, or a person, left it there: it is closed, and what is behind it is looked at.
            Some(Reaction::End { outcome: Outcome::Rejected, .. })
                if !self.progress.submitted && self.backs < BACKS =>
            {
                self.backs += 1;
                Decision::Act(PlannedAction::Key(KeyCode::Back))
            }
            Some(Reaction::End { outcome: Outcome::Rejected, .. }) if !self.progress.submitted => {
                Decision::End(Ending::stuck("the phone refused a password that this program did not submit"))
            }
            Some(Reaction::End { settle: Some(max), .. }) if self.is_loading(*max, tree, now) => {
                Decision::Look { settle: SETTLE, look: SCREEN }
            }
            Some(Reaction::End { outcome, reason, hint, .. }) => Decision::End(Ending::new(*outcome, *reason, hint)),
            Some(Reaction::Wait { max }) => self.wait(*max, presence, now, &screen.title),
            Some(Reaction::Do { actions, mutates }) => self.act(screen, actions, *mutates, tree, presence, now),
            None if !self.entered => self.not_there_yet(),
            None if screen.name == LAUNCHER => self.on_launcher(presence, now),
            None => {
                let hint =
                    format!("the phone went to '{}', which ends the walk: look at it, then run again", screen.title);
                self.patient(now, Ending::new(Outcome::NeedsPerson, Reason::UnknownScreen, hint))
            }
        }
    }

    fn saw(&mut self, screen: &Screen) {
        self.last_seen = Some(screen.name.clone());
        self.front.clone_from(&self.last_seen);
    }

    fn on_popup(&mut self, popup: &'p Screen, tree: Option<&UiTree>, now: Duration) -> Decision {
        self.saw(popup);
        self.lost_looks = 0;
        let reaction = self.profile.reaction(SIGN_OUT, &popup.name, &self.options);
        if let Some(Reaction::Wait { max }) = reaction {
            let since = match &self.waiting {
                Some((name, since)) if *name == popup.name => *since,
                _ => now,
            };
            self.waiting = Some((popup.name.clone(), since));
            if now.saturating_sub(since) < *max {
                return Decision::Look { settle: SETTLE, look: SCREEN };
            }
        }
        let count = self.popups.entry(popup.name.clone()).or_default();
        *count += 1;
        let is_few = *count <= popup.max.unwrap_or(1);
        let planned = match reaction {
            Some(Reaction::Do { actions, .. }) if is_few => {
                actions.first().zip(tree).and_then(|(action, tree)| act::on_popup(action, tree))
            }
            Some(Reaction::End { outcome, reason, hint, .. }) => {
                return Decision::End(Ending::new(*outcome, *reason, hint));
            }
            _ => None,
        };
        match planned {
            Some(planned) => Decision::Act(planned),
            None => Decision::End(Ending::new(
                Outcome::NeedsPerson,
                Reason::UnknownScreen,
                format!("'{}' stays in front: close it on the phone, then run again", popup.title),
            )),
        }
    }

    /// Plans one action of the visit; a mutating one counts from [`Engine::begin`] on.
    fn spend(&mut self, screen: &Screen, action: PlannedAction) -> Decision {
        if let Some(visit) = &mut self.visit {
            visit.next_action += 1;
        }
        if action.mutates() {
            self.planned = Some(Mutation {
                screen: screen.name.clone(),
                submits: matches!(action, PlannedAction::Submit { .. }),
                again: self.progress.tapped.contains(&screen.name),
            });
        }
        Decision::Act(action)
    }
}

fn still_signed_in(hint: &str) -> Ending {
    Ending::new(Outcome::Failed, Reason::StillSignedIn, format!("the account is still there; {hint}"))
}

fn opening(open: &OpenSpec) -> Opening {
    match open {
        OpenSpec::Action { action, package } => Opening::Action { action: action.clone(), package: package.clone() },
        OpenSpec::Component(component) => Opening::Component(component.clone()),
    }
}
