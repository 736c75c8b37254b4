//! Waiting: blank and unknown screens, spinners, pages that stay; and beginning anew from the home screen.

use std::time::Duration;

use super::seen::LAUNCHER;
use super::state::Way;
use super::{Engine, SCREEN, SETTLE};
use crate::flow::{Decision, PlannedAction};
use crate::model::{Ending, Key, Outcome, Presence, Reason};
use crate::phone::{Look, NotReady, Observation, ScreenRead};
use crate::profile::{Action, Entry, Reaction};
use crate::text::say;
use crate::ui::UiTree;

/// Looks at one screen that stays, whatever time they take.
const ROUNDS: u32 = 12;
/// How often one walk begins anew from the home screen.
const RESTARTS: u32 = 2;

impl Engine<'_> {
    /// A blank, unreadable or unknown screen: patience, then the next way in, then the end.
    pub(super) fn on_nothing(&mut self, seen: &Observation, now: Duration, why: &str) -> Decision {
        self.memory.lost_looks += 1;
        self.memory.homing = false;
        self.memory.front = None;
        if matches!(seen.screen, ScreenRead::NotReady(NotReady::NotIdle))
            && let Some(decision) = self.on_moving(seen.accounts.presence(), now)
        {
            return decision;
        }
        // What was begun may still end by itself, behind whatever is in front.
        let slow_page = self.slow_page();
        let may_end = self.memory.in_flight
            && self.memory.visit.as_ref().is_some_and(|v| now.saturating_sub(v.since) < slow_page);
        if self.memory.lost_looks < self.setup.patience.looks || may_end {
            let settle = if self.memory.lost_looks == 1 { self.waiting_settle() } else { SETTLE };
            let look =
                Decision::Look { settle, look: if self.memory.lost_looks == 1 { SCREEN } else { Look::Windows } };
            return if self.memory.lost_looks == 1 || self.memory.in_flight { look } else { self.or_check(look) };
        }
        // Where no way is left and the screen can't even be read, it is the dump that failed, and no unknown page.
        let unreadable = matches!(seen.screen, ScreenRead::NotReady(_) | ScreenRead::Unreadable(_));
        if !self.memory.way.has_arrived() && (!unreadable || self.has_another_way()) {
            return self.way_in();
        }
        let focus = seen.focus.as_ref().map_or_else(|| say!("focus-is-unknown"), ToString::to_string);
        let ending = match &seen.screen {
            ScreenRead::NotReady(_) | ScreenRead::Unreadable(_) => {
                let hint = say!("screen-could-not-be-read", focus);
                self.cut_short(seen.accounts.presence(), Reason::DumpFailed, &hint)
            }
            _ => Ending::new(
                Outcome::NeedsPerson,
                Reason::UnknownScreen,
                say!("phone-shows-page-that-is-not-handled", focus, why),
            ),
        };
        self.or_check(Decision::End(ending))
    }

    /// A screen that never idles gives no dump. Where a spinner was seen before, it most likely still turns; and what follows a
    /// mutating step is given as long as a slow page may take.
    fn on_moving(&mut self, presence: Presence, now: Duration) -> Option<Decision> {
        let visit = self.memory.visit.as_ref()?;
        let spinner = match self.reaction(&visit.screen) {
            Some(Reaction::Wait { max }) => Some(*max),
            _ => None,
        };
        let max = spinner.or_else(|| self.memory.in_flight.then_some(self.moving()))?;
        if now.saturating_sub(visit.since) < max {
            return Some(Decision::Look { settle: SETTLE, look: Look::Probes });
        }
        let screen = self.setup.profile.screen(&visit.screen);
        let title = screen.map_or_else(|| say!("the-page-without-a-title"), |s| s.title.clone());
        let hint = say!("page-did-not-end-within", title, seconds = max.as_secs());
        spinner.map(|_| Decision::End(self.cut_short(presence, Reason::Timeout, &hint)))
    }

    /// A known screen that is no part of the walk, before the account page was reached.
    pub(super) fn not_there_yet(&mut self) -> Decision {
        if self.is_flow_next() {
            return self.way_in();
        }
        let rounds = self.memory.visit.as_mut().map_or(0, |v| {
            v.rounds += 1;
            v.rounds
        });
        if rounds < 2 { Decision::Look { settle: SETTLE, look: SCREEN } } else { self.way_in() }
    }

    /// Whether the page was opened for the flow that comes next: that one knows what to do on the screen in front.
    fn is_flow_next(&self) -> bool {
        let Way::In { next, .. } = &self.memory.way else { return false };
        let Some(Entry::Flow(flow)) = self.setup.profile.entry.get(*next) else { return false };
        let screen = self.memory.visit.as_ref().map(|v| v.screen.as_str());
        screen.is_some_and(|screen| self.setup.profile.reaction(flow, screen, &self.setup.options).is_some())
    }

    /// A screen that goes away by itself.
    pub(super) fn wait(&self, max: Duration, presence: Presence, now: Duration, title: &str) -> Decision {
        let since = self.memory.visit.as_ref().map_or(now, |v| v.since);
        if now.saturating_sub(since) >= max {
            let hint = say!("page-did-not-end-within", title, seconds = max.as_secs());
            return Decision::End(self.cut_short(presence, Reason::Timeout, &hint));
        }
        // A spinner may never idle, and a dump of it costs ten seconds then: the probes come first, and lead to a dump where they
        // do not decide.
        Decision::Look { settle: SETTLE, look: Look::Probes }
    }

    /// Whether a page may still be loading. What ends a walk because something is *not* on a page waits until the page has content
    /// and two looks in a row saw the same: a web page is read before it is whole, and its password field may come a second later.
    pub(super) fn is_loading(&mut self, max: Duration, tree: Option<&UiTree>, now: Duration) -> bool {
        let Some((tree, visit)) = tree.zip(self.memory.visit.as_mut()) else { return false };
        if now.saturating_sub(visit.since) >= max || visit.rounds >= ROUNDS {
            return false;
        }
        visit.rounds += 1;
        let shown = tree.fingerprint();
        visit.last_tree.replace(shown) != Some(shown) || tree.is_loading()
    }

    /// Another look at a screen that stays, unless it stayed for as long as a slow page may take.
    pub(super) fn look_again(&mut self, now: Duration) -> Option<Decision> {
        let slow_page = self.slow_page();
        let visit =
            self.memory.visit.as_mut().filter(|v| now.saturating_sub(v.since) < slow_page && v.rounds < ROUNDS)?;
        visit.rounds += 1;
        Some(Decision::Look { settle: SETTLE, look: SCREEN })
    }

    /// Waits on the screen in front for as long as a slow page may take, then ends. A way in that leads no further is no end:
    /// there may be another.
    pub(super) fn patient(&mut self, now: Duration, ending: Ending) -> Decision {
        if !self.memory.way.has_arrived() {
            return self.not_there_yet();
        }
        self.look_again(now).unwrap_or_else(|| self.or_check(Decision::End(ending)))
    }

    /// A screen that stays after its mutating step was done: it is not answered twice. After a while the walk begins anew from
    /// the home screen, for the phone may have dropped the tap; but never once a password was submitted.
    pub(super) fn stays(&mut self, presence: Presence, now: Duration, title: &str) -> Decision {
        if let Some(decision) = self.look_again(now) {
            return decision;
        }
        let decision = if self.may_restart() && self.setup.profile.screen(LAUNCHER).is_some() {
            self.memory.restarts += 1;
            self.memory.homing = true;
            if let Some(visit) = &mut self.memory.visit {
                (visit.since, visit.rounds) = (now, 0);
            }
            Decision::Act(PlannedAction::Key(Key::Home))
        } else if self.last_tap_was_lost(presence) {
            let hint = say!("page-did-not-react-to-its-last-tap", title);
            Decision::End(Ending::new(Outcome::NeedsPerson, Reason::UnknownScreen, hint))
        } else {
            let hint = say!("phone-stayed-on-answered-page", title);
            Decision::End(self.stayed(presence, &hint))
        };
        self.or_check(decision)
    }

    /// The home screen in the middle of a walk: either this program went there, or the account app closed.
    pub(super) fn on_launcher(&mut self, presence: Presence, now: Duration) -> Decision {
        if !self.memory.homing {
            // The accounts were read before the screen was, and may have gone in between.
            let may_end = self.memory.in_flight || self.progress.submitted;
            if let (true, Some(decision)) = (may_end, self.look_again(now)) {
                return decision;
            }
            if !self.may_restart() {
                let hint = say!("phone-went-back-to-its-home-screen");
                let ending = Decision::End(self.stayed(presence, &hint));
                return self.or_check(ending);
            }
            self.memory.restarts += 1;
        }
        self.memory.homing = false;
        self.memory.way = Way::START;
        self.way_in()
    }

    /// Whether the page still shows the password that was submitted on it by this walk, as if nobody had pressed its button. Nothing
    /// was refused, and nothing moved: the tap was most likely lost. A person may press the button; this program does so only once.
    fn last_tap_was_lost(&self, presence: Presence) -> bool {
        let submits = |screen: &str| match self.reaction(screen) {
            Some(Reaction::Do { actions, .. }) => matches!(actions.last(), Some(Action::Submit { .. })),
            _ => false,
        };
        let stays = self.memory.visit.as_ref().is_some_and(|visit| visit.mutated && submits(&visit.screen));
        presence == Presence::Present && self.progress.submitted && self.memory.verdict.is_none() && stays
    }

    /// Whether the profile has an entry that was not tried.
    fn has_another_way(&self) -> bool {
        matches!(&self.memory.way, Way::In { next, .. } if *next < self.setup.profile.entry.len())
    }

    fn may_restart(&self) -> bool {
        self.memory.restarts < RESTARTS && !self.progress.submitted
    }
}
