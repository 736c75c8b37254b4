//! The run: does what the engine decides, tells events, asks before a password is submitted.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::cheap_look::{Before, CheapLook};
use super::ended::{Counts, Ended, SeenScreen};
use super::late_record::LateRecords;
use super::permit::Turn;
use super::{Decision, Engine, Input as Told, Permit, PlannedAction, StepRecorder, SubmitPermit, VerdictSeen};
use crate::event::{Event, EventKind, Listener, Subject};
use crate::model::{AccountId, AccountsProbe, Ending, Focus, Key, Outcome, Presence, Reason, Secret, Serial};
use crate::phone::{Input, Look, Observation, Phone, PhoneError, ScreenRead, Settle, Step};
use crate::profile::Verdict;
use crate::text::say;
use crate::ui::Point;

/// What a walk does when the connection is lost: gives the phone back, or `None` where it stays away.
pub type Reconnect<'a> = dyn FnMut(&PhoneError) -> Option<Box<dyn Phone>> + 'a;

/// What the phone said of why the walk does not go on.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// The accounts.
    pub accounts: AccountsProbe,
    /// What stops the walk, where only a person can remove it.
    pub ending: Option<Ending>,
    /// Whether the screen was off or covered, and was woken.
    pub woken: bool,
}

/// Asks a phone why a walk does not go on, and wakes it where that is all it needs.
pub type Check<'a> = dyn Fn(&mut dyn Phone) -> Result<Checked, PhoneError> + 'a;

/// How old an observation may be when the password is submitted on the strength of it.
const FRESH: Duration = Duration::from_millis(500);
/// A turn that came within this time was not waited for: what was looked at right before it is still right before the submission.
const AT_ONCE: Duration = Duration::from_millis(50);
/// How long the last look at the accounts may take, when the time is up already.
const LAST_LOOK: Duration = Duration::from_secs(5);
/// How often the connection may be lost in one walk before the phone counts as lost for good.
const LOSSES: u32 = 20;
/// So many unknown screens of one walk are kept.
pub const MOST_UNKNOWN: usize = 8;

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
    /// Writes down what changes the phone.
    pub recorder: &'a dyn StepRecorder,
    /// Asks the phone before a walk that is stuck is ended.
    pub check: &'a Check<'a>,
    /// When the phone's time is up.
    pub deadline: Cell<Instant>,
    /// Whether a person is there to be waited for: a page that only a person can pass is then waited on, and the walk goes on by
    /// itself when it is passed.
    pub waits_for_person: bool,
    /// Set to end at the next safe point.
    pub interrupted: &'a AtomicBool,
    /// Whether the phone's Android has the cheap look of its views: 11 and later.
    pub has_cheap_look: bool,
    /// The longest one step may take.
    pub step_limit: Duration,
    /// The clock: `Instant::now`, or a test's own.
    pub now: &'a dyn Fn() -> Instant,
}

/// Where a walk stands.
pub(super) struct Course<'a> {
    pub(super) phone: Box<dyn Phone>,
    last: Observation,
    turn: Turn<'a>,
    pub(super) counts: Counts,
    losses: u32,
    late_records: LateRecords,
    pub(super) cheap: CheapLook,
    /// The last observation was a dump, and nothing was done since.
    pub(super) dump_is_fresh: bool,
    /// What the cheap look showed beside that dump, where it was read there.
    pub(super) beside_dump: ScreenRead,
    /// The last screen that was read.
    pub(super) last_screen: Option<SeenScreen>,
    /// Unknown screens so far.
    unknown_screens: Vec<SeenScreen>,
    /// A mutating step was begun, and nothing has been observed since.
    unobserved: bool,
}

impl Course<'_> {
    /// Keeps the screen of an observation, so that no walk loses what it ended on, and an unknown one beside it.
    fn keep_screen(&mut self, seen: &Observation, is_known: bool) {
        let ScreenRead::Tree(tree) = &seen.screen else { return };
        let screen = SeenScreen { focus: seen.focus.clone(), tree: tree.clone() };
        let has_it = || self.unknown_screens.iter().any(|kept| kept.tree.fingerprint() == tree.fingerprint());
        if !is_known && self.unknown_screens.len() < MOST_UNKNOWN && !has_it() {
            self.unknown_screens.push(screen.clone());
        }
        self.last_screen = Some(screen);
    }
}

impl<'a> Walk<'a> {
    /// Walks until the engine ends it, the time is up, or the phone is lost for good.
    pub fn run(&self, engine: &mut Engine<'_>, phone: Box<dyn Phone>, reconnect: &mut Reconnect<'_>) -> Ended {
        let began = (self.now)();
        let turn = Turn::new(self.permit, self.account, self.serial, engine.progress().submitted);
        let (last, counts) = (Observation::default(), Counts::default());
        let mut course = Course {
            phone,
            last,
            turn,
            counts,
            losses: 0,
            late_records: LateRecords::default(),
            cheap: CheapLook::new(self.has_cheap_look),
            dump_is_fresh: false,
            beside_dump: ScreenRead::Skipped,
            last_screen: None,
            unknown_screens: Vec::new(),
            unobserved: false,
        };
        let mut decision = engine.on(Told::Start, Duration::ZERO);
        let ending = loop {
            let next = match &decision {
                Decision::End(ending) if self.is_waited_on(ending) => {
                    self.wait_for_person(engine, &mut course, ending.clone(), began, reconnect)
                }
                Decision::End(ending) => Err(ending.clone()),
                _ if self.is_over() => Err(self.cut_short(engine, &mut course, began)),
                Decision::AskPermit => self.ask(engine, &mut course, began),
                Decision::Check => self.check(engine, &mut course, began, reconnect),
                Decision::WriteAhead { .. } => self.write_ahead(engine, &mut course, &decision, began, reconnect),
                _ => self.turn(engine, &mut course, &decision, began, reconnect),
            };
            match next {
                Ok(next) => decision = next,
                Err(ending) => break ending,
            }
        };
        let presence = course.last.accounts.presence();
        Ended {
            ending,
            presence,
            screen: engine.front_title().map(str::to_owned),
            last_screen: course.last_screen,
            unknown_screens: course.unknown_screens,
            counts: course.counts,
        }
    }

    /// Waits for this phone's turn to submit.
    fn ask(&self, engine: &mut Engine<'_>, course: &mut Course<'a>, began: Instant) -> Result<Decision, Ending> {
        let asked = (self.now)();
        if let Permit::Stopped { hint } = course.turn.ask() {
            return Err(Ending::new(Outcome::NeedsPerson, Reason::AccountStopped, hint));
        }
        // The phone's time stands still while it waits for its turn, and what was seen before is old by then.
        let waited = (self.now)().saturating_duration_since(asked);
        self.deadline.set(self.deadline.get() + waited);
        if waited >= AT_ONCE {
            course.beside_dump = ScreenRead::Skipped;
        }
        if waited >= FRESH {
            let seen = self.look_again(course);
            let now = self.since(began);
            return Ok(engine.on(Told::Permitted(seen.as_ref()), now));
        }
        Ok(engine.on(Told::Permitted(Some(&course.last)), self.since(began)))
    }

    /// Asks the phone what is wrong, and ends or goes on.
    fn check(
        &self,
        engine: &mut Engine<'_>,
        course: &mut Course<'a>,
        began: Instant,
        reconnect: &mut Reconnect<'_>,
    ) -> Result<Decision, Ending> {
        let now = self.since(began);
        match (self.check)(&mut *course.phone) {
            Ok(found) if found.accounts.presence() == Presence::Absent => {
                let seen = Observation { accounts: found.accounts, ..Observation::default() };
                let awaited = engine.progress().awaits_verdict();
                let next = engine.on(Told::Seen(&seen), now);
                course.last = seen;
                self.pass_on(engine, &next, course, awaited);
                Ok(next)
            }
            Ok(Checked { ending: Some(ending), .. }) => Ok(engine.on(Told::Blocked(&ending), now)),
            Ok(found) => Ok(engine.on(Told::Checked { woken: found.woken }, now)),
            Err(error) => self.lost(engine, course, &error, began, reconnect),
        }
    }

    /// The connection is lost: waits for the phone, and looks afresh.
    fn lost(
        &self,
        engine: &mut Engine<'_>,
        course: &mut Course<'a>,
        error: &PhoneError,
        began: Instant,
        reconnect: &mut Reconnect<'_>,
    ) -> Result<Decision, Ending> {
        course.last = Observation::default();
        course.losses += 1;
        course.cheap.forget();
        course.dump_is_fresh = false;
        course.beside_dump = ScreenRead::Skipped;
        let afresh = engine.on(Told::Lost, self.since(began));
        course.phone = self.come_back(engine, error, course.losses, began, reconnect)?;
        Ok(afresh)
    }

    /// Writes a mutating step down, and does it where the page is still as it was and there is still time.
    fn write_ahead(
        &self,
        engine: &mut Engine<'_>,
        course: &mut Course<'a>,
        decision: &Decision,
        began: Instant,
        reconnect: &mut Reconnect<'_>,
    ) -> Result<Decision, Ending> {
        let Decision::WriteAhead { screen, what, at, progress } = decision else {
            return Ok(engine.on(Told::Stale, self.since(began)));
        };
        match self.look_before(course, decision, *at) {
            Ok(Before::Act) => {}
            Ok(Before::LookAnew) => return Ok(engine.on(Told::Stale, self.since(began))),
            Err(error) => return self.lost(engine, course, &error, began, reconnect),
        }
        self.emit(EventKind::Step { screen: screen.clone(), what: what.clone(), mutates: true });
        let asked = (self.now)();
        if let Err(unrecorded) = self.recorder.before(screen, what, progress) {
            let presence = course.last.accounts.presence();
            return Err(self.end(engine, presence, unrecorded.reason, &unrecorded.hint, began));
        }
        // The phone's time stands still while its record waits for a database, and what was seen before is old by then.
        let waited = (self.now)().saturating_duration_since(asked);
        self.deadline.set(self.deadline.get() + waited);
        let (is_over, is_old) = (self.is_over(), course.late_records.makes_stale(waited));
        if is_over || is_old {
            self.recorder.observed(engine.progress());
        }
        if is_over {
            return Err(self.cut_short(engine, course, began));
        } else if is_old {
            return Ok(engine.on(Told::Stale, self.since(began)));
        }
        let decision = engine.on(Told::Written, self.since(began));
        course.unobserved = true;
        if matches!(decision, Decision::Act(PlannedAction::Submit { .. })) {
            course.turn.submits();
        }
        self.round_trip(engine, course, &decision, began, reconnect)
    }

    /// A look, an opening, or an act that changes nothing, and what follows from it.
    fn turn(
        &self,
        engine: &mut Engine<'_>,
        course: &mut Course<'a>,
        decision: &Decision,
        began: Instant,
        reconnect: &mut Reconnect<'_>,
    ) -> Result<Decision, Ending> {
        let what = match decision {
            Decision::Open(_) => Some("open the account page".to_owned()),
            Decision::Act(action) => Some(action.describe()),
            _ => None,
        };
        if let Some(what) = what {
            let screen = engine.last_screen().unwrap_or("start").to_owned();
            self.emit(EventKind::Step { screen, what, mutates: false });
        }
        match self.look_before(course, decision, None) {
            Ok(_) => self.round_trip(engine, course, decision, began, reconnect),
            Err(error) => self.lost(engine, course, &error, began, reconnect),
        }
    }

    /// One round trip for a decision.
    fn round_trip(
        &self,
        engine: &mut Engine<'_>,
        course: &mut Course<'a>,
        decision: &Decision,
        began: Instant,
        reconnect: &mut Reconnect<'_>,
    ) -> Result<Decision, Ending> {
        let front = course.last.focus.clone();
        match self.perform(course, decision, front.as_ref()) {
            Ok(seen) => {
                let before = engine.last_screen().map(str::to_owned);
                let awaited = engine.progress().awaits_verdict();
                let next = self.hear(engine, course, seen, false, began);
                self.tell_after(engine, before.as_deref(), std::mem::take(&mut course.unobserved));
                if !engine.progress().submitted {
                    course.turn.was_not_submitted();
                }
                self.pass_on(engine, &next, course, awaited);
                match self.keep_waiting(engine, course, &next) {
                    Ok(()) => Ok(next),
                    Err(error) => self.lost(engine, course, &error, began, reconnect),
                }
            }
            Err(error) => self.lost(engine, course, &error, began, reconnect),
        }
    }

    /// Tells the engine what the phone shows, and keeps the screen.
    fn hear(
        &self,
        engine: &mut Engine<'_>,
        course: &mut Course<'a>,
        mut seen: Observation,
        person_acts: bool,
        began: Instant,
    ) -> Decision {
        let told = if person_acts { Told::SeenOfPerson(&seen) } else { Told::Seen(&seen) };
        let next = engine.on(told, self.since(began));
        self.recorder.seen(&seen, engine.front());
        course.keep_screen(&seen, engine.front().is_some());
        if !matches!(next, Decision::AskPermit | Decision::End(_)) {
            // Decided on: hundreds of phones would hold hundreds of screens while they write and wait.
            seen.screen = ScreenRead::Skipped;
        }
        course.last = seen;
        next
    }

    /// Tells what became of the submission once it can be seen, and writes it down where the verdict was still `awaited`.
    fn pass_on(&self, engine: &Engine<'_>, next: &Decision, course: &mut Course<'a>, awaited: bool) {
        let Some(verdict) = verdict(engine, next, &course.last) else { return };
        course.turn.verdict(verdict);
        if awaited && !engine.progress().awaits_verdict() {
            self.recorder.observed(engine.progress());
        }
    }

    fn is_waited_on(&self, ending: &Ending) -> bool {
        self.waits_for_person && ending.is_passed_by_hand() && !self.interrupted.load(Ordering::Relaxed)
    }

    /// Looks again and again, touching nothing, until the page that a person has to pass is passed. The phone's time stands still.
    fn wait_for_person(
        &self,
        engine: &mut Engine<'_>,
        course: &mut Course<'a>,
        mut ending: Ending,
        began: Instant,
        reconnect: &mut Reconnect<'_>,
    ) -> Result<Decision, Ending> {
        self.tell_waiting(&ending);
        course.turn.waits_for_person();
        loop {
            let turn = (self.now)();
            let seen = self.look_for_person(&ending, &mut *course.phone);
            self.deadline.set(self.deadline.get() + (self.now)().saturating_duration_since(turn));
            if self.interrupted.load(Ordering::Relaxed) {
                return Err(ending);
            }
            let seen = match seen {
                Ok(Some(seen)) => seen,
                Ok(None) => continue,
                Err(error) => {
                    course.losses += 1;
                    engine.on(Told::Lost, self.since(began));
                    course.phone = self.come_back(engine, &error, course.losses, began, reconnect)?;
                    continue;
                }
            };
            let awaited = engine.progress().awaits_verdict();
            let next = self.hear(engine, course, seen, true, began);
            self.pass_on(engine, &next, course, awaited);
            match next {
                Decision::Look { .. } | Decision::Check => {}
                Decision::End(other) if self.is_waited_on(&other) => {
                    if other != ending {
                        self.tell_waiting(&other);
                        ending = other;
                    }
                }
                next => {
                    self.emit(EventKind::Resumed);
                    return Ok(next);
                }
            }
        }
    }

    fn tell_waiting(&self, ending: &Ending) {
        let Some(reason) = ending.reason else { return };
        self.emit(EventKind::WaitingForPerson { reason, hint: ending.hint.clone().unwrap_or_default() });
    }

    /// One look while waiting for a person; nothing where it is clear that the person is not done.
    fn look_for_person(&self, ending: &Ending, phone: &mut dyn Phone) -> Result<Option<Observation>, PhoneError> {
        let settle = Settle::Change { max: Duration::from_secs(4) };
        let look = Look::Screen { skip_when_absent: true };
        let seen = phone.step(&Step { inputs: Vec::new(), settle, look }, self.step_limit)?;
        if ending.reason == Some(Reason::InputNotAllowed) {
            // The page looks the same whether taps are allowed or not: ask the switch, and the harmless key.
            let facts = phone.facts(true, self.step_limit)?;
            return Ok(facts.input_is_allowed().then_some(seen));
        }
        Ok(Some(seen))
    }

    fn since(&self, began: Instant) -> Duration {
        (self.now)().saturating_duration_since(began)
    }

    pub(super) fn remaining(&self) -> Duration {
        self.deadline.get().saturating_duration_since((self.now)())
    }

    fn is_over(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed) || self.remaining().is_zero()
    }

    /// The ending of a walk that was interrupted or whose time is up. Where anything was changed, one last cheap look is taken.
    fn cut_short(&self, engine: &mut Engine<'_>, course: &mut Course<'a>, began: Instant) -> Ending {
        if engine.progress().mutated() {
            course.last = course.phone.step(&Step::look(Look::Probes), LAST_LOOK).unwrap_or_default();
        }
        let presence = course.last.accounts.presence();
        if presence == Presence::Absent {
            course.turn.verdict(VerdictSeen::Accepted);
        }
        let hint = if self.interrupted.load(Ordering::Relaxed) {
            say!("run-was-interrupted")
        } else {
            say!("phones-time-was-up")
        };
        self.end(engine, presence, Reason::Timeout, &hint, began)
    }

    /// One round trip for one decision. A mutating step is never sent a second time, whatever comes back.
    fn perform(
        &self,
        course: &mut Course<'a>,
        decision: &Decision,
        front: Option<&Focus>,
    ) -> Result<Observation, PhoneError> {
        let mut step = self.step_of(decision);
        if let Some(front) = front.filter(|front| depends_on_page(decision) && front.activity.contains('.')) {
            step.inputs.insert(0, Input::While(front));
        }
        course.counts.steps += u32::from(!step.inputs.is_empty());
        self.look_after(course, decision, step)
    }

    /// The longest that a step may take now.
    pub(super) fn limit(&self) -> Duration {
        self.step_limit.min(self.remaining().max(Duration::from_secs(1)))
    }

    fn step_of<'s>(&'s self, decision: &'s Decision) -> Step<'s> {
        let screen = Look::Screen { skip_when_absent: true };
        let change = |seconds| Settle::Change { max: Duration::from_secs(seconds) };
        match decision {
            Decision::Look { settle, look } => Step { inputs: Vec::new(), settle: *settle, look: *look },
            // The dump waits by itself, for a second more than a page takes to come.
            Decision::Open(opening) => {
                Step { inputs: vec![Input::Open(opening)], settle: Settle::Nothing, look: screen }
            }
            Decision::Act(action) => match action {
                PlannedAction::Tap { at, .. } => {
                    Step { inputs: vec![Input::Tap(*at)], settle: Settle::Nothing, look: screen }
                }
                PlannedAction::Scroll { from, to, .. } => Step {
                    inputs: vec![Input::Swipe { from: *from, to: *to, takes: Duration::from_millis(600) }],
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
            Decision::WriteAhead { .. } | Decision::AskPermit | Decision::Check | Decision::End(_) => {
                Step::look(Look::Probes)
            }
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

    fn emit(&self, kind: EventKind) {
        self.listener.emit(Event::now(Subject::Phone(self.serial.clone()), kind));
    }

    fn tell_after(&self, engine: &Engine<'_>, before: Option<&str>, acted: bool) {
        let screen = engine.last_screen().map(str::to_owned);
        if acted {
            self.recorder.observed(engine.progress());
            self.emit(EventKind::Observed { screen: engine.front().map(str::to_owned) });
        }
        if let Some(name) = screen.filter(|name| Some(name.as_str()) != before) {
            self.emit(EventKind::Screen { name });
        }
    }

    fn come_back(
        &self,
        engine: &mut Engine<'_>,
        error: &PhoneError,
        losses: u32,
        began: Instant,
        reconnect: &mut Reconnect<'_>,
    ) -> Result<Box<dyn Phone>, Ending> {
        self.emit(EventKind::Lost);
        if let Some(phone) = (losses <= LOSSES).then(|| reconnect(error)).flatten() {
            self.emit(EventKind::Back);
            return Ok(phone);
        }
        let reason = match error {
            PhoneError::Timeout(_) => Reason::Timeout,
            _ => Reason::Disconnected,
        };
        if *error == PhoneError::Unauthorized && !engine.progress().mutated() {
            let hint = say!("accept-allow-usb-debugging-on-phone");
            return Err(Ending::new(Outcome::NeedsPerson, Reason::Unauthorized, hint));
        }
        let hint = say!("error-check-cable-and-port", error);
        Err(self.end(engine, Presence::Unknown, reason, &hint, began))
    }

    /// The engine's ending of a walk that can't go on.
    fn end(&self, engine: &mut Engine<'_>, fresh: Presence, reason: Reason, hint: &str, began: Instant) -> Ending {
        match engine.on(Told::CutShort { fresh, reason, hint }, self.since(began)) {
            Decision::End(ending) => ending,
            // `CutShort` always ends; another decision would be a fault of the engine, and is no proof of anything.
            _ => Ending::new(Outcome::Unknown, reason, say!("look-at-phone-first", hint)),
        }
    }
}

/// Whether an act means the page that was looked at, and would be another one elsewhere: all but the way home.
fn depends_on_page(decision: &Decision) -> bool {
    matches!(decision, Decision::Act(action) if *action != PlannedAction::Key(Key::Home))
}

/// What became of the submission, once it can be seen.
fn verdict(engine: &Engine<'_>, next: &Decision, seen: &Observation) -> Option<VerdictSeen> {
    let rejected = matches!(next, Decision::End(e) if e.outcome == Outcome::Rejected);
    match engine.verdict() {
        _ if seen.accounts.presence() == Presence::Absent => Some(VerdictSeen::Accepted),
        Some(Verdict::Rejected) => Some(VerdictSeen::Rejected),
        _ if rejected => Some(VerdictSeen::Rejected),
        Some(Verdict::Accepted) => Some(VerdictSeen::Accepted),
        None => None,
    }
}
