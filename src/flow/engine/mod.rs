//! The engine: one input, one decision. Pure: no I/O, no clock of its own, bounded.
//!
//! Each turn waits (at most [`Patience`](super::Patience) in a row), spends a visit, or ends. A step that changes something is decided in
//! two turns: [`Decision::WriteAhead`] asks for it to be put on disk, and only [`Input::Written`] turns it into an act. From then on it
//! counts as done, whatever comes back.

mod act;
mod checking;
mod seen;
mod state;
mod waiting;

use std::time::Duration;

pub use self::state::Setup;
use self::state::{Memory, Mutation, Phase};
use super::{Decision, PlannedAction};
use crate::event::Progress;
use crate::model::{Ending, Outcome, Presence, Reason};
use crate::phone::{Look, Observation, ScreenRead, Settle};
use crate::profile::Verdict;
use crate::text::say;

/// Looks that follow a submission wait this long on the phone for a change, so that the account is gone before a dump is paid for.
const SETTLE: Settle = Settle::Change { max: Duration::from_secs(3) };
/// A budget of time covers at least so many looks as slow as the slowest on this phone: a phone whose dumps take 20 seconds, or fail after
/// that, is looked at as often as a fast one before it is given up.
const LOOKS: u32 = 4;
/// A look that took longer than this was no look alone: the phone was lost in between.
const SLOWEST: Duration = Duration::from_secs(40);
const SCREEN: Look = Look::Screen { skip_when_absent: true };
/// A look that starts from nothing.
const AFRESH: Decision = Decision::Look { settle: Settle::Nothing, look: SCREEN };

/// What the engine is told.
#[derive(Clone, Copy, Debug)]
pub enum Input<'o> {
    /// The walk begins.
    Start,
    /// What the phone shows after the last decision was carried out.
    Seen(&'o Observation),
    /// What the phone shows while a person works on it. Nothing that was counted against the page in front counts any more.
    SeenOfPerson(&'o Observation),
    /// The step of [`Decision::WriteAhead`] is on disk.
    Written,
    /// The account's turn to submit has come, with what was seen last where that is still fresh.
    Permitted(Option<&'o Observation>),
    /// The step of [`Decision::WriteAhead`] was not written, for what it is to be done on is not as it was seen.
    Stale,
    /// The answer to [`Decision::Check`]: nothing keeps the walk from going on, or the screen was dark and has been woken.
    Checked {
        /// Whether the phone had to be woken.
        woken: bool,
    },
    /// The answer to [`Decision::Check`]: this keeps the walk from going on.
    Blocked(&'o Ending),
    /// The connection was lost.
    Lost,
    /// The walk's time is up, or the phone is lost for good.
    CutShort {
        /// What the accounts are now; [`Presence::Unknown`] where only an older reading is there: an account that was present
        /// before proves nothing.
        fresh: Presence,
        /// Why.
        reason: Reason,
        /// What to do.
        hint: &'o str,
    },
}

/// Decides what to do with one phone whose account is known to be present.
pub struct Engine<'p> {
    setup: Setup<'p>,
    progress: Progress,
    memory: Memory,
    phase: Phase,
}

impl<'p> Engine<'p> {
    /// An engine; `progress` is what earlier walks did on this phone.
    #[must_use]
    pub fn new(setup: Setup<'p>, progress: Progress) -> Self {
        let memory = Memory::new(progress.mutated(), progress.submitted);
        Self { setup, progress, memory, phase: Phase::Looking }
    }

    /// Decides on one input. `now` is the time since the walk began.
    pub fn on(&mut self, input: Input<'_>, now: Duration) -> Decision {
        let phase = std::mem::take(&mut self.phase);
        self.measure(input, now);
        let decision = match (input, phase) {
            (Input::Start, _) => self.start(),
            (Input::Written, Phase::Writing(step)) => return self.do_now(step, now),
            (Input::Permitted(seen), _) => {
                self.memory.typing.permitted = true;
                seen.map_or(AFRESH, |seen| self.seen(seen, None, now))
            }
            (Input::Checked { woken: true }, _) => {
                self.memory.forget_darkness();
                AFRESH
            }
            (Input::Checked { woken: false }, Phase::Checking(decision)) => decision,
            (Input::Stale, Phase::Writing(_)) => {
                // The step was spent, and is to be decided on anew.
                if let Some(visit) = &mut self.memory.visit {
                    visit.next_action = visit.next_action.saturating_sub(1);
                }
                AFRESH
            }
            // What was put off is not known any more.
            (Input::Written | Input::Stale | Input::Checked { woken: false }, _) => AFRESH,
            (Input::Blocked(ending), _) => Decision::End(ending.clone()),
            (Input::Lost, _) => {
                self.memory.forget_front(self.progress.submitted);
                AFRESH
            }
            (Input::CutShort { fresh, reason, hint }, _) => Decision::End(self.cut_short(fresh, reason, hint)),
            (Input::Seen(seen), Phase::Mutated(step)) => self.seen(seen, Some(&step), now),
            (Input::Seen(seen), _) => self.seen(seen, None, now),
            (Input::SeenOfPerson(seen), phase) => {
                self.person_acts(phase, now);
                self.seen(seen, None, now)
            }
        };
        self.note(&decision, now);
        decision
    }

    /// Keeps how slow this phone's looks are.
    fn measure(&mut self, input: Input<'_>, now: Duration) {
        let told_at = self.memory.told_at.take();
        if let (Input::Seen(seen), Some(told_at)) = (input, told_at)
            && matches!(seen.screen, ScreenRead::Tree(_) | ScreenRead::NotReady(_))
        {
            let took = now.saturating_sub(told_at).min(SLOWEST);
            self.memory.slowest_look = self.memory.slowest_look.max(took);
        }
    }

    /// How long a screen may stay after its mutating step was done, on this phone.
    fn slow_page(&self) -> Duration {
        self.setup.patience.slow_page.max(self.memory.slowest_look * LOOKS)
    }

    /// How long a screen may move on this phone.
    fn moving(&self) -> Duration {
        self.setup.patience.moving.max(self.memory.slowest_look * LOOKS)
    }

    /// What was done so far.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// The screen recognised last, by name.
    #[must_use]
    pub fn last_screen(&self) -> Option<&str> {
        self.memory.last_seen.as_deref()
    }

    /// The screen in front, by name, where the last one that was read was recognised.
    #[must_use]
    pub fn front(&self) -> Option<&str> {
        self.memory.front.as_deref()
    }

    /// The title of the screen in front.
    #[must_use]
    pub fn front_title(&self) -> Option<&str> {
        self.setup.profile.screen(self.front()?).map(|s| s.title.as_str())
    }

    /// What a screen said about the password that was submitted.
    #[must_use]
    pub fn verdict(&self) -> Option<Verdict> {
        self.memory.verdict
    }

    /// Whether the screen in front has had its mutating step, whose effect is awaited.
    #[must_use]
    pub fn awaits_effect(&self) -> bool {
        self.memory.front.is_some() && self.memory.visit.as_ref().is_some_and(|visit| visit.mutated)
    }

    /// Whether a page that wants the account's password was in front.
    #[must_use]
    pub fn asked_password(&self) -> bool {
        self.memory.typing.asked
    }

    /// The step is on disk: it counts as done from here on, and what is slow is counted from here.
    fn do_now(&mut self, step: Mutation, now: Duration) -> Decision {
        if let Some(visit) = &mut self.memory.visit {
            (visit.mutated, visit.since, visit.rounds) = (true, now, 0);
        }
        self.progress = self.progress_after(&step);
        let earlier = &mut self.memory.earlier;
        earlier.moved_on |= earlier.submitted && !step.submits();
        self.memory.in_flight = true;
        self.memory.told_at = Some(now);
        let action = step.action.clone();
        self.phase = Phase::Mutated(step);
        Decision::Act(action)
    }

    /// The progress once a step is done.
    fn progress_after(&self, step: &Mutation) -> Progress {
        let mut progress = self.progress.clone();
        progress.tapped.insert(step.screen.clone());
        progress.submitted |= step.submits();
        progress.verdict &= !step.submits();
        progress
    }

    /// The phone refused the input: what was begun is proven not to have been done.
    fn was_not_done(&mut self, step: Option<&Mutation>) {
        let Some(step) = step else { return };
        if !step.again {
            self.progress.tapped.remove(&step.screen);
        }
        self.progress.submitted &= !step.submits();
    }

    /// What a decision means for the phase and the field in front.
    fn note(&mut self, decision: &Decision, now: Duration) {
        let is_step = matches!(decision, Decision::Look { .. } | Decision::Open(_) | Decision::Act(_));
        self.memory.told_at = is_step.then_some(now);
        match decision {
            Decision::Act(PlannedAction::TypePassword { .. }) => self.memory.typing.typed = true,
            Decision::End(ending) => self.phase = Phase::Ended(ending.clone()),
            _ => {}
        }
    }

    /// A person works on the phone. What was done to the page in front is not forgotten. Where it was the password's page that the walk
    /// ended on, the password is the person's to type from here on, so that two do not type into one field.
    fn person_acts(&mut self, phase: Phase, now: Duration) {
        if let Phase::Ended(ending) = phase
            && ending.reason == Some(Reason::PasswordNotTypeable)
        {
            self.memory.typing.left_to_person = Some(ending);
        }
        let memory = &mut self.memory;
        memory.turns = 0;
        memory.lost_looks = 0;
        memory.checked = false;
        memory.waiting = None;
        memory.popups.clear();
        match &mut memory.visit {
            Some(visit) if visit.mutated => (visit.since, visit.rounds) = (now, 0),
            Some(visit) => {
                self.progress.visits.remove(&visit.screen);
                memory.visit = None;
            }
            None => {}
        }
    }

    /// The ending where the walk's time is up or the phone is lost for good.
    fn cut_short(&self, fresh: Presence, reason: Reason, hint: &str) -> Ending {
        match fresh {
            Presence::Absent => Ending::good(Outcome::SignedOut),
            Presence::Present if self.progress.mutated() && !self.memory.in_flight => still_signed_in(hint),
            _ if self.progress.mutated() => Ending::new(Outcome::Unknown, reason, say!("look-at-phone-first", hint)),
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

    fn waiting_settle(&self) -> Settle {
        if self.progress.submitted { SETTLE } else { Settle::Nothing }
    }
}

fn still_signed_in(hint: &str) -> Ending {
    Ending::new(Outcome::Failed, Reason::StillSignedIn, say!("account-is-still-there", hint))
}
