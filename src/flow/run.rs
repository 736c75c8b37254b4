//! The run: does what the engine decides, tells events, asks before a password is submitted.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::{Decision, Ending, Engine, PlannedAction};
use crate::event::{Event, EventKind, Listener, Subject};
use crate::model::{AccountId, Outcome, Presence, Reason, Secret, Serial};
use crate::phone::{Input, Look, Observation, Phone, PhoneError, ScreenRead, Settle, Step};
use crate::profile::Verdict;
use crate::ui::{Point, UiTree};

/// May this account's password be submitted now? Implemented by `fleet`, which sees all phones.
pub trait SubmitPermit: Sync {
    /// Asks, and waits for the verdict of the phone before. Each grant must be answered by one [`SubmitPermit::verdict`].
    fn ask(&self, account: &AccountId, serial: &Serial) -> Permit;

    /// Tells what became of a granted submission.
    fn verdict(&self, account: &AccountId, serial: &Serial, verdict: VerdictSeen);
}

/// The answer of [`SubmitPermit::ask`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Permit {
    /// Submit now.
    Granted,
    /// Do not submit: the account is stopped, with what to do.
    Stopped {
        /// What to do.
        hint: String,
    },
}

/// What became of a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerdictSeen {
    /// The phone took the password.
    Accepted,
    /// The phone refused it.
    Rejected,
    /// It could not be seen.
    Unknown,
}

/// How a walk ended, with what it saw last.
#[derive(Clone, Debug)]
pub struct Ended {
    /// The ending.
    pub ending: Ending,
    /// The accounts at the end.
    pub presence: Presence,
    /// The screen recognised last, in words.
    pub screen: Option<String>,
    /// The last tree read, for a picture or a record.
    pub tree: Option<UiTree>,
    /// Round trips that touched the phone, and screens read.
    pub counts: Counts,
}

/// What a walk cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Steps: round trips with an input or an opening.
    pub steps: u32,
    /// Screens read.
    pub dumps: u32,
}

/// What a walk does when the connection is lost: gives the phone back, or `None` where it stays away.
pub type Reconnect<'a> = dyn FnMut(&PhoneError) -> Option<Box<dyn Phone>> + 'a;

/// How old an observation may be when the password is submitted on the strength of it.
const FRESH: Duration = Duration::from_millis(500);

/// One phone's walk.
pub struct Walk<'a> {
    /// The serial for events.
    pub serial: &'a Serial,
    /// The account that is signed out, as the phone names it.
    pub account: &'a AccountId,
    /// The owner's password, where one was given.
    pub password: Option<&'a Secret>,
    /// Asked before each submission.
    pub permit: &'a dyn SubmitPermit,
    /// Told every event.
    pub listener: &'a dyn Listener,
    /// When the phone's time is up.
    pub deadline: Cell<Instant>,
    /// Set to end at the next safe point.
    pub interrupted: &'a AtomicBool,
    /// The longest one step may take.
    pub step_limit: Duration,
}

impl Walk<'_> {
    /// Walks until the engine ends it, the time is up, or the phone is lost for good.
    pub fn run(&self, engine: &mut Engine<'_>, mut phone: Box<dyn Phone>, reconnect: &mut Reconnect<'_>) -> Ended {
        let began = Instant::now();
        let mut last = Observation::default();
        let mut granted = false;
        let mut counts = Counts::default();
        let mut decision = engine.start();
        let ending = loop {
            if let Decision::End(ending) = decision {
                break ending;
            }
            if let Some(ending) = self.out_of_time(engine, &last) {
                break ending;
            }
            if decision == Decision::AskPermit {
                let asked = Instant::now();
                match self.permit.ask(self.account, self.serial) {
                    Permit::Granted => granted = true,
                    Permit::Stopped { hint } => {
                        break Ending::new(Outcome::NeedsPerson, Reason::AccountStopped, hint);
                    }
                }
                engine.granted();
                // The phone's time stands still while it waits for its turn, and what was seen before is old by then.
                let waited = asked.elapsed();
                self.deadline.set(self.deadline.get() + waited);
                decision = if waited < FRESH {
                    engine.decide(&last, began.elapsed())
                } else {
                    Decision::Look { settle: Settle::Nothing, look: Look::Screen { skip_when_absent: true } }
                };
                continue;
            }
            self.tell_before(engine, &decision);
            match self.perform(&mut counts, &mut *phone, &decision) {
                Ok(seen) => {
                    let before = engine.last_screen().map(str::to_owned);
                    let acted = matches!(&decision, Decision::Act(action) if action.mutates());
                    decision = engine.decide(&seen, began.elapsed());
                    self.tell_after(engine, before.as_deref(), acted);
                    last = seen;
                    if granted {
                        granted = !self.tell_verdict(engine, &decision, &last);
                    }
                }
                Err(error) => match self.come_back(engine, &error, reconnect) {
                    Ok(back) => {
                        phone = back;
                        decision =
                            Decision::Look { settle: Settle::Nothing, look: Look::Screen { skip_when_absent: true } };
                    }
                    Err(ending) => break ending,
                },
            }
        };
        if granted {
            self.permit.verdict(self.account, self.serial, VerdictSeen::Unknown);
        }
        let tree = match last.screen {
            ScreenRead::Tree(tree) => Some(tree),
            _ => None,
        };
        Ended {
            ending,
            presence: last.accounts.presence(),
            screen: engine.last_title().map(str::to_owned),
            tree,
            counts,
        }
    }

    fn remaining(&self) -> Duration {
        self.deadline.get().saturating_duration_since(Instant::now())
    }

    /// The ending of a walk that was interrupted or whose time is up.
    fn out_of_time(&self, engine: &Engine<'_>, last: &Observation) -> Option<Ending> {
        let presence = last.accounts.presence();
        if self.interrupted.load(Ordering::Relaxed) {
            return Some(engine.cut_short(presence, Reason::Timeout, "the run was interrupted; run again to go on"));
        }
        if self.remaining().is_zero() {
            let hint = "the phone's time was up: run again with a longer --timeout";
            return Some(engine.cut_short(presence, Reason::Timeout, hint));
        }
        None
    }

    /// One round trip for one decision. A mutating step is never sent a second time, whatever comes back.
    fn perform(
        &self,
        counts: &mut Counts,
        phone: &mut dyn Phone,
        decision: &Decision,
    ) -> Result<Observation, PhoneError> {
        let step = self.step_of(decision);
        counts.steps += u32::from(!step.inputs.is_empty());
        let wants_dump = matches!(step.look, Look::Screen { .. });
        let seen = phone.step(&step, self.step_limit.min(self.remaining().max(Duration::from_secs(1))))?;
        if wants_dump && !matches!(seen.screen, ScreenRead::Skipped) {
            counts.dumps += 1;
        }
        Ok(seen)
    }

    fn step_of<'s>(&'s self, decision: &'s Decision) -> Step<'s> {
        let screen = Look::Screen { skip_when_absent: true };
        let change = |seconds| Settle::Change { max: Duration::from_secs(seconds) };
        match decision {
            Decision::Look { settle, look } => Step { inputs: Vec::new(), settle: *settle, look: *look },
            Decision::Open(opening) => Step { inputs: vec![Input::Open(opening)], settle: change(3), look: screen },
            Decision::Act(action) => match action {
                PlannedAction::Tap { at, .. } => {
                    Step { inputs: vec![Input::Tap(*at)], settle: Settle::Nothing, look: screen }
                }
                PlannedAction::Scroll { from, to } => Step {
                    inputs: vec![Input::Swipe { from: *from, to: *to, takes: Duration::from_millis(400) }],
                    settle: Settle::Nothing,
                    look: screen,
                },
                PlannedAction::TypePassword { at, clear } => self.typing(*at, *clear),
                // What follows a submission is a spinner that never idles: a dump of it would cost ten seconds.
                PlannedAction::Submit { at, .. } => {
                    Step { inputs: vec![Input::Tap(*at)], settle: change(3), look: Look::Probes }
                }
                PlannedAction::Words { at, text } => {
                    Step { inputs: vec![Input::Tap(*at), Input::Words(text)], settle: Settle::Nothing, look: screen }
                }
                PlannedAction::Key(key) => Step { inputs: vec![Input::Key(*key)], settle: change(2), look: screen },
            },
            Decision::AskPermit | Decision::End(_) => Step::look(Look::Probes),
        }
    }

    fn typing(&self, at: Point, clear: usize) -> Step<'_> {
        let mut inputs = vec![Input::Tap(at)];
        if clear > 0 {
            inputs.push(Input::Clear { chars: clear });
        }
        inputs.extend(self.password.map(Input::Text));
        Step { inputs, settle: Settle::Nothing, look: Look::Screen { skip_when_absent: true } }
    }

    fn tell(&self, kind: EventKind) {
        self.listener.tell(Event::now(Subject::Phone(self.serial.clone()), kind));
    }

    fn tell_before(&self, engine: &Engine<'_>, decision: &Decision) {
        let (what, mutates) = match decision {
            Decision::Open(_) => ("open the account page".to_owned(), false),
            Decision::Act(action) => (action.describe(), action.mutates()),
            _ => return,
        };
        let screen = engine.last_screen().unwrap_or("start").to_owned();
        self.tell(EventKind::Step { screen, what, mutates });
    }

    fn tell_after(&self, engine: &Engine<'_>, before: Option<&str>, acted: bool) {
        let screen = engine.last_screen().map(str::to_owned);
        if acted {
            self.tell(EventKind::Observed { screen: screen.clone() });
        }
        if let Some(name) = screen.filter(|name| Some(name.as_str()) != before) {
            self.tell(EventKind::Screen { name });
        }
    }

    /// Tells the permit what became of the submission, once it can be seen. Gives whether it could.
    fn tell_verdict(&self, engine: &Engine<'_>, decision: &Decision, seen: &Observation) -> bool {
        let rejected = matches!(decision, Decision::End(e) if e.outcome == Outcome::Rejected);
        let verdict = if seen.accounts.presence() == Presence::Absent {
            VerdictSeen::Accepted
        } else if rejected || engine.verdict() == Some(Verdict::Rejected) {
            VerdictSeen::Rejected
        } else if engine.verdict() == Some(Verdict::Accepted) {
            VerdictSeen::Accepted
        } else {
            return false;
        };
        self.permit.verdict(self.account, self.serial, verdict);
        true
    }

    fn come_back(
        &self,
        engine: &mut Engine<'_>,
        error: &PhoneError,
        reconnect: &mut Reconnect<'_>,
    ) -> Result<Box<dyn Phone>, Ending> {
        self.tell(EventKind::Lost);
        match reconnect(error) {
            Some(phone) => {
                engine.reconnected();
                self.tell(EventKind::Back);
                Ok(phone)
            }
            None => {
                let reason = match error {
                    PhoneError::Timeout(_) => Reason::Timeout,
                    _ => Reason::Disconnected,
                };
                let hint = format!("{error}: check cable and port, plug it in again, then run again");
                Err(engine.cut_short(Presence::Unknown, reason, &hint))
            }
        }
    }
}
