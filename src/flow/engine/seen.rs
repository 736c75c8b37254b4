//! From one observation to one decision: recognise the screen in front, and choose its reaction.

use std::time::Duration;

use super::state::{Mutation, Phase, Visit, Way};
use super::{AFRESH, Engine, SCREEN, SETTLE, act, checking};
use crate::flow::{Decision, PlannedAction, endings};
use crate::model::{Ending, Key, Outcome, Presence, Reason};
use crate::phone::{Observation, Refusal, ScreenRead};
use crate::profile::{Action, Entry, Reaction, Recognised, SIGN_OUT, Screen, View};
use crate::text::say;
use crate::ui::UiTree;

/// The screen of a profile that is the phone's home screen. Where a profile has it, a walk that is stuck begins anew from there.
pub(super) const LAUNCHER: &str = "launcher";
/// How often one walk closes a refusal that was in front before it had submitted anything.
const BACKS: u32 = 2;

impl<'p> Engine<'p> {
    /// The first decision: the first way in, or a look where an earlier run had already begun.
    pub(super) fn start(&mut self) -> Decision {
        if self.progress.mutated() {
            return AFRESH;
        }
        self.way_in()
    }

    /// Decides on one observation; `mutated` is the step that came before it.
    pub(super) fn seen(&mut self, seen: &Observation, mutated: Option<&Mutation>, now: Duration) -> Decision {
        let mut decision = self.recognised(seen, mutated, now);
        self.progress.verdict |= self.progress.awaits_verdict() && self.shows_verdict(seen, &decision);
        if let (Decision::WriteAhead { progress, .. }, Phase::Writing(step)) = (&mut decision, &self.phase) {
            // What is written next has to hold the verdict that was just seen.
            *progress = self.progress_after(step);
        }
        decision
    }

    /// Whether what the phone said to the submitted password can be seen: the account is gone, or a screen tells.
    fn shows_verdict(&self, seen: &Observation, decision: &Decision) -> bool {
        let rejected = matches!(decision, Decision::End(ending) if ending.outcome == Outcome::Rejected);
        seen.accounts.presence() == Presence::Absent || self.memory.verdict.is_some() || rejected
    }

    fn recognised(&mut self, seen: &Observation, mutated: Option<&Mutation>, now: Duration) -> Decision {
        self.memory.turns += 1;
        if seen.accounts.presence() == Presence::Absent {
            self.note_screen_of(seen);
            return Decision::End(Ending::good(Outcome::SignedOut));
        }
        match &seen.refused {
            Some(Refusal::InputNotAllowed) => {
                self.was_not_done(mutated);
                return Decision::End(endings::input_not_allowed());
            }
            Some(Refusal::Claimed(by)) => {
                self.was_not_done(mutated);
                return Decision::End(match seen.accounts.presence() {
                    Presence::Unknown if self.progress.mutated() => {
                        self.cut_short(Presence::Unknown, Reason::Timeout, "")
                    }
                    _ => Ending::in_use(by),
                });
            }
            _ => {}
        }
        if self.memory.turns > self.setup.patience.turns {
            return Decision::End(endings::stuck(&say!("walk-took-too-many-turns")));
        }
        if matches!(seen.refused, Some(Refusal::CannotOpen(_))) && !self.memory.way.has_arrived() {
            return self.way_in();
        }
        let tree = match &seen.screen {
            ScreenRead::Tree(tree) | ScreenRead::Refreshed(tree) => Some(tree),
            _ => None,
        };
        if let Some(decision) = self.blind(seen) {
            return decision;
        }
        if tree.is_some_and(|tree| checking::is_of_another_window(tree, seen.focus.as_ref())) {
            return self.on_nothing(seen, now, &say!("another-window-is-in-front"));
        }
        let view = View { focus: seen.focus.as_ref(), presence: seen.accounts.presence(), tree };
        let profile = self.setup.profile;
        let recognised = profile.recognise(&view);
        if matches!(seen.screen, ScreenRead::Refreshed(_)) && !self.is_known_page(&recognised) {
            return AFRESH;
        }
        match recognised {
            Recognised::Screen(_) if tree.is_some() && checking::is_covered(seen.focus.as_ref()) => {
                self.on_nothing(seen, now, &say!("something-lies-over-page"))
            }
            Recognised::Screen(screen) => self.on_screen(screen, tree, seen.accounts.presence(), now),
            Recognised::Popup(popup) => self.on_popup(popup, tree, now),
            Recognised::Several(names) => {
                self.on_nothing(seen, now, &say!("it-matches-several-screens", names = names.join(", ")))
            }
            Recognised::NeedsTree if matches!(seen.screen, ScreenRead::Skipped) => {
                Decision::Look { settle: self.waiting_settle(), look: SCREEN }
            }
            Recognised::NeedsTree | Recognised::Nothing => self.on_nothing(seen, now, &say!("no-profile-knows-it")),
        }
    }

    /// Whether a tree that the cheap look brought up to date is of the page that a dump has recognised, or of that page with the
    /// password in its field. Another page is a dump's to recognise.
    fn is_known_page(&self, recognised: &Recognised<'_>) -> bool {
        let Recognised::Screen(screen) = recognised else { return false };
        let submits = |reaction: &Reaction| match reaction {
            Reaction::Do { actions, .. } => matches!(actions.last(), Some(Action::Submit { .. })),
            _ => false,
        };
        let is_filled = self.memory.typing.typed && self.reaction(&screen.name).is_some_and(submits);
        is_filled || self.memory.visit.as_ref().is_some_and(|visit| visit.screen == screen.name)
    }

    fn note_screen_of(&mut self, seen: &Observation) {
        let tree = match &seen.screen {
            ScreenRead::Tree(tree) => Some(tree),
            _ => None,
        };
        let view = View { focus: seen.focus.as_ref(), presence: Presence::Absent, tree };
        self.memory.last_seen = match self.setup.profile.recognise(&view) {
            Recognised::Screen(screen) => Some(screen.name.clone()),
            _ => None,
        };
        self.memory.front.clone_from(&self.memory.last_seen);
    }

    /// The next way into the account page, or the end where none is left.
    pub(super) fn way_in(&mut self) -> Decision {
        let next = match &self.memory.way {
            Way::In { next, .. } => *next,
            Way::Arrived => 0,
        };
        let Some(entry) = self.setup.profile.entry.get(next) else {
            return Decision::End(Ending::new(
                Outcome::NeedsPerson,
                Reason::UnknownScreen,
                say!("account-page-could-not-be-opened"),
            ));
        };
        self.memory.lost_looks = 0;
        // The next way may lead over the same screen: what was looked for there before is not what is looked for now, and it is
        // no sign of going round in circles. There are only so many ways in.
        if let Some(left) = self.memory.visit.take_if(|visit| !visit.mutated) {
            self.progress.visits.remove(&left.screen);
        }
        // What the flow before was looking for is not what this page was opened for.
        let (flow, decision) = match entry {
            Entry::Open(open) => (None, Decision::Open(open.clone())),
            Entry::Flow(name) => (Some(name.clone()), AFRESH),
        };
        self.memory.way = Way::In { next: next + 1, flow };
        decision
    }

    pub(super) fn reaction(&self, screen: &str) -> Option<&'p Reaction> {
        let profile = self.setup.profile;
        let of = |flow: &str| profile.reaction(flow, screen, &self.setup.options);
        let way = match &self.memory.way {
            Way::In { flow, .. } => flow.as_deref(),
            Way::Arrived => None,
        };
        of(SIGN_OUT).or_else(|| of(way?))
    }

    fn on_screen(&mut self, screen: &'p Screen, tree: Option<&UiTree>, presence: Presence, now: Duration) -> Decision {
        self.memory.lost_looks = 0;
        self.saw(screen);
        if let (Some(_), Some(visit)) = (self.memory.waiting.take(), &mut self.memory.visit) {
            // The page had no chance to change while something else was in front.
            (visit.since, visit.rounds) = (now, 0);
        }
        if self.progress.submitted && !self.memory.earlier.moved_on && screen.verdict.is_some() {
            self.memory.verdict = screen.verdict;
        }
        let reaction = self.reaction(&screen.name);
        if self.memory.visit.as_ref().is_none_or(|v| v.screen != screen.name) {
            // What a crash of this program interrupted may still be under way on the screen that is found first.
            let mutated = self.memory.earlier.resumed && self.progress.tapped.contains(&screen.name);
            self.memory.earlier.resumed = false;
            self.memory.typing.typed &= tree.is_some_and(|tree| tree.nodes().any(|(_, node)| node.password));
            let visits = self.progress.visits.entry(screen.name.clone()).or_default();
            *visits += 1;
            let too_often = *visits > self.setup.patience.visits;
            self.memory.visit = Some(Visit { screen: screen.name.clone(), since: now, mutated, ..Visit::default() });
            self.memory.checked = false;
            // A screen that asks for something is waiting for it; a spinner or a foreign page says nothing.
            self.memory.in_flight &= mutated || !matches!(reaction, Some(Reaction::Do { .. } | Reaction::End { .. }));
            if too_often {
                return Decision::End(endings::stuck(&say!("page-came-again-and-again", title = screen.title)));
            }
        }
        if self.setup.profile.reaction(SIGN_OUT, &screen.name, &self.setup.options).is_some() {
            self.memory.way = Way::Arrived;
        }
        match reaction {
            // An earlier run, or a person, left it there: it is closed, and what is behind it is looked at.
            Some(Reaction::End { outcome: Outcome::Rejected, .. })
                if !self.progress.submitted && self.memory.backs < BACKS =>
            {
                self.memory.backs += 1;
                Decision::Act(PlannedAction::Key(Key::Back))
            }
            Some(Reaction::End { outcome: Outcome::Rejected, .. }) if !self.progress.submitted => {
                Decision::End(endings::stuck(&say!("phone-refused-password-of-somebody-else")))
            }
            Some(Reaction::End { settle: Some(max), .. }) if self.is_loading(*max, tree, now) => {
                Decision::Look { settle: SETTLE, look: SCREEN }
            }
            Some(Reaction::End { outcome, reason, hint, .. }) => Decision::End(Ending::new(*outcome, *reason, hint)),
            Some(Reaction::Wait { max }) => self.wait(*max, presence, now, &screen.title),
            Some(Reaction::Do { actions, mutates }) => self.act(screen, actions, *mutates, tree, presence, now),
            None if !self.memory.way.has_arrived() => self.not_there_yet(),
            None if screen.name == LAUNCHER => self.on_launcher(presence, now),
            None => {
                let hint = say!("phone-went-to-another-page", title = screen.title);
                self.patient(now, Ending::new(Outcome::NeedsPerson, Reason::UnknownScreen, hint))
            }
        }
    }

    fn saw(&mut self, screen: &Screen) {
        self.memory.last_seen = Some(screen.name.clone());
        self.memory.front.clone_from(&self.memory.last_seen);
    }

    fn on_popup(&mut self, popup: &'p Screen, tree: Option<&UiTree>, now: Duration) -> Decision {
        self.saw(popup);
        self.memory.lost_looks = 0;
        let reaction = self.setup.profile.reaction(SIGN_OUT, &popup.name, &self.setup.options);
        if let Some(Reaction::Wait { max }) = reaction {
            let since = match &self.memory.waiting {
                Some((name, since)) if *name == popup.name => *since,
                _ => now,
            };
            self.memory.waiting = Some((popup.name.clone(), since));
            if now.saturating_sub(since) < *max {
                return Decision::Look { settle: SETTLE, look: SCREEN };
            }
        }
        let count = self.memory.popups.entry(popup.name.clone()).or_default();
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
                say!("page-stays-in-front", title = popup.title),
            )),
        }
    }

    /// Spends one action of the visit; a mutating one is to be written down first.
    pub(super) fn spend(&mut self, screen: &Screen, action: PlannedAction) -> Decision {
        if let Some(visit) = &mut self.memory.visit {
            visit.next_action += 1;
        }
        if !action.mutates() {
            return Decision::Act(action);
        }
        let again = self.progress.tapped.contains(&screen.name);
        let step = Mutation { screen: screen.name.clone(), action, again };
        let decision = Decision::WriteAhead {
            screen: step.screen.clone(),
            what: step.action.describe(),
            at: step.action.point(),
            progress: self.progress_after(&step),
        };
        self.phase = Phase::Writing(step);
        decision
    }
}
