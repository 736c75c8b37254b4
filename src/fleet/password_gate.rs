//! Who may submit a password now: the first phone of an account alone, several side by side once one of them has accepted it, and
//! none after a rejection.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::event::{Event, EventKind, Listener, Subject};
use crate::flow::{Permit, SubmitPermit, VerdictSeen};
use crate::model::{AccountId, Serial};

use super::accounts::Accounts;
use super::first_proof::FirstProof;
use super::recorder::NotNow;
use super::{Owner, Passwords, Plan, RunRecorder};
use crate::journal::Submission;
use crate::text::say;

/// The pause between two questions whether another bench has its verdict.
const ELSEWHERE: Duration = Duration::from_millis(300);

/// The password gate for all phones of a run.
///
/// Accounts are told apart by what phones print of them. Where two accounts share a mask they are treated as one: that
/// only makes them wait for each other and stop together.
pub struct PasswordGate<'a> {
    passwords: &'a Passwords,
    recorder: &'a RunRecorder<'a>,
    owner: Option<&'a dyn Owner>,
    listener: Option<&'a dyn Listener>,
    accounts: Accounts,
    first_proof: FirstProof,
    /// Phones of one account that may submit side by side.
    per_account: usize,
    /// Set to end the run: then no phone waits for another bench.
    interrupted: Option<&'a AtomicBool>,
    state: Mutex<State>,
    changed: Condvar,
}

/// A phone that submits, and has no verdict yet.
struct Submitting {
    /// What the ledger keeps of it.
    submission: Option<Submission>,
    /// Whether the account had accepted this password before.
    is_known: bool,
    /// It shows a page that a person has to pass before there is a verdict.
    waits_for_person: bool,
}

#[derive(Default)]
struct State {
    /// By account, the phones that submit now.
    submitting: BTreeMap<String, BTreeMap<Serial, Submitting>>,
    /// Accounts as their phones name them, with the group of the password that was accepted in this run. Two accounts that share a
    /// mask are told apart where their phones tell them apart.
    accepted: BTreeSet<(String, Option<usize>)>,
    stopped_accounts: BTreeMap<String, String>,
    stopped_passwords: BTreeMap<usize, String>,
}

impl State {
    fn stopped(&self, key: &str, group: Option<usize>) -> Option<&String> {
        self.stopped_accounts.get(key).or_else(|| self.stopped_passwords.get(&group?))
    }

    /// Whether a phone may submit beside those that do.
    fn has_room(&self, key: &str, is_known: bool, most: usize) -> bool {
        let Some(others) = self.submitting.get(key).filter(|others| !others.is_empty()) else { return true };
        is_known && others.len() < most && others.values().all(|other| other.is_known && !other.waits_for_person)
    }
}

impl<'a> PasswordGate<'a> {
    /// A gate that knows which phones share a password, and writes each submission down. `owner` is asked where an account
    /// was refused too often; without one it stays refused.
    #[must_use]
    pub fn new(passwords: &'a Passwords, recorder: &'a RunRecorder<'a>, owner: Option<&'a dyn Owner>) -> Self {
        Self {
            passwords,
            recorder,
            owner,
            listener: None,
            accounts: Accounts::default(),
            first_proof: FirstProof::default(),
            per_account: 1,
            interrupted: None,
            state: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// The gate of a run.
    pub(super) fn of(plan: &Plan<'a>) -> Self {
        let gate = Self::new(plan.passwords, plan.recorder, plan.owner).telling(plan.listener);
        Self {
            accounts: Accounts::new(plan.several_accounts),
            per_account: plan.per_account.max(1),
            interrupted: Some(plan.interrupted),
            ..gate
        }
    }

    /// Which accounts may be signed out.
    pub(super) fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// Profiles that no phone of this run was proven signed out with yet.
    pub(super) fn first_proof(&self) -> &FirstProof {
        &self.first_proof
    }

    /// Tells `listener` which phones wait for another phone of their account.
    #[must_use]
    pub fn telling(self, listener: &'a dyn Listener) -> Self {
        Self { listener: Some(listener), ..self }
    }

    fn emit(&self, serial: &Serial, kind: EventKind) {
        if let Some(listener) = self.listener {
            listener.emit(Event::now(Subject::Phone(serial.clone()), kind));
        }
    }

    /// Writes the submission down before it is made, or says why it may not be made.
    fn write_down(&self, account: &AccountId, serial: &Serial) -> Result<Option<Submission>, String> {
        let mut waits = false;
        let refused = loop {
            let asked = self.recorder.submitting(account, serial);
            if waits && !matches!(asked, Err(NotNow::Elsewhere)) {
                self.emit(serial, EventKind::Resumed);
            }
            match asked {
                Ok(submission) => return Ok(submission),
                Err(NotNow::Refused(refused)) => break refused,
                Err(NotNow::Unwritable(why)) => return Err(unwritable(&why)),
                Err(NotNow::Closed(why)) => return Err(why),
                Err(NotNow::Elsewhere) if self.interrupted.is_some_and(|it| it.load(Ordering::Relaxed)) => {
                    return Err(say!("run-was-interrupted"));
                }
                Err(NotNow::Elsewhere) => {
                    if !std::mem::replace(&mut waits, true) {
                        self.emit(serial, EventKind::WaitingForTurn);
                    }
                    std::thread::sleep(ELSEWHERE);
                }
            }
        };
        if self.owner.is_some_and(|owner| owner.allows_another_try(account, refused)) {
            self.recorder.forgive(account);
            if let Ok(submission) = self.recorder.submitting(account, serial) {
                return Ok(submission);
            }
        }
        Err(say!("nothing-is-submitted-for-refused-account", account, refused))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn group(&self, account: &AccountId, serial: &Serial) -> Option<usize> {
        self.passwords.of(serial, Some(account)).map(|(group, _)| group)
    }

    /// The phone has its place: writes its submission into the ledger, which may refuse it.
    fn enter(&self, account: &AccountId, serial: &Serial, is_known: bool) -> Permit {
        let key = account.masked();
        let written = if is_known { self.write_down_known(account, serial) } else { self.write_down(account, serial) };
        let mut state = self.lock();
        let phones = state.submitting.entry(key.clone()).or_default();
        match written {
            Ok(submission) => {
                if let Some(phone) = phones.get_mut(serial) {
                    phone.submission = submission;
                }
                Permit::Granted
            }
            Err(hint) => {
                phones.remove(serial);
                state.stopped_accounts.insert(key, hint.clone());
                drop(state);
                self.changed.notify_all();
                Permit::Stopped { hint }
            }
        }
    }

    fn write_down_known(&self, account: &AccountId, serial: &Serial) -> Result<Option<Submission>, String> {
        self.recorder.submitting_known(account, serial).map_err(|why| match why {
            NotNow::Refused(times) => say!("account-was-refused-times", account, times),
            NotNow::Unwritable(why) => unwritable(&why),
            NotNow::Closed(why) => why,
            NotNow::Elsewhere => say!("another-bench-submits-for-account", account),
        })
    }

    /// Stops an account before its first submission, with what to do.
    pub fn stop(&self, account: &AccountId, hint: String) {
        self.lock().stopped_accounts.insert(account.masked(), hint);
    }
}

fn unwritable(why: &str) -> String {
    say!("rejections-cannot-be-written-down", why)
}

impl SubmitPermit for PasswordGate<'_> {
    fn ask(&self, account: &AccountId, serial: &Serial) -> Permit {
        let key = account.masked();
        let group = self.group(account, serial);
        let mut state = self.lock();
        let mut waits = false;
        loop {
            if let Some(hint) = state.stopped(&key, group) {
                return Permit::Stopped { hint: hint.clone() };
            }
            let is_known = state.accepted.contains(&(account.as_given().to_owned(), group));
            if state.has_room(&key, is_known, self.per_account) {
                // It has its place from here on, so that the question to the owner holds up no other account.
                let place = Submitting { submission: None, is_known, waits_for_person: false };
                state.submitting.entry(key.clone()).or_default().insert(serial.clone(), place);
                drop(state);
                if waits {
                    self.emit(serial, EventKind::Resumed);
                }
                return self.enter(account, serial, is_known);
            }
            if waits {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            } else {
                // Tell it without the lock, since the listener may be slow; then look again.
                waits = true;
                drop(state);
                self.emit(serial, EventKind::WaitingForTurn);
                state = self.lock();
            }
        }
    }

    fn waits_for_person(&self, account: &AccountId, serial: &Serial) {
        let mut state = self.lock();
        let phones = state.submitting.get_mut(&account.masked());
        if let Some(phone) = phones.and_then(|phones| phones.get_mut(serial)) {
            phone.waits_for_person = true;
        }
    }

    fn verdict(&self, account: &AccountId, serial: &Serial, verdict: VerdictSeen) {
        let key = account.masked();
        let group = self.group(account, serial);
        let hint = match verdict {
            VerdictSeen::Accepted | VerdictSeen::NotSubmitted => None,
            VerdictSeen::Rejected => Some(say!("phone-refused-password-of-account", serial, key)),
            VerdictSeen::Unknown => Some(say!("could-not-tell-whether-password-was-accepted", serial, key)),
        };
        let mut state = self.lock();
        if let Some(hint) = &hint {
            if let Some(group) = group {
                state.stopped_passwords.insert(group, hint.clone());
            }
            state.stopped_accounts.insert(key.clone(), hint.clone());
        }
        let phone = state.submitting.get_mut(&key).and_then(|phones| phones.get_mut(serial));
        if let Some(phone) = phone {
            let submission = phone.submission.take();
            // It keeps its place while the disk is written, so that this verdict comes before the account's next submission; the
            // other accounts need not wait for the disk.
            drop(state);
            self.recorder.verdict(account, submission, verdict, hint.as_deref());
            let mut state = self.lock();
            if let Some(phones) = state.submitting.get_mut(&key) {
                phones.remove(serial);
            }
            if verdict == VerdictSeen::Accepted {
                state.accepted.insert((account.as_given().to_owned(), group));
            }
        } else {
            // Of a submission that an earlier run made.
            drop(state);
            self.recorder.verdict(account, None, verdict, hint.as_deref());
        }
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Secret;

    fn nobody(_: crate::event::Event) {}

    fn ids() -> (AccountId, AccountId, Serial, Serial) {
        (AccountId::new("6230000535"), AccountId::new("7777000111"), Serial::new("a"), Serial::new("b"))
    }

    #[test]
    fn the_next_phone_waits_for_the_verdict() {
        let passwords = Passwords::one(Secret::new("x".into()));
        let recorder = RunRecorder::new(None, None, &nobody);
        let (tell, told) = std::sync::mpsc::channel();
        let tell = Mutex::new(tell);
        let listener = |event: Event| tell.lock().unwrap().send(event.kind).unwrap();
        let gate = PasswordGate::new(&passwords, &recorder, None).telling(&listener);
        let (account, _, a, b) = ids();
        assert_eq!(gate.ask(&account, &a), Permit::Granted);
        let next = || told.recv_timeout(std::time::Duration::from_secs(60)).unwrap();
        std::thread::scope(|scope| {
            let second = scope.spawn(|| gate.ask(&account, &b));
            let waits = matches!(next(), EventKind::WaitingForTurn) && !second.is_finished();
            let is_alone = !gate.lock().submitting[&account.masked()].contains_key(&b);
            gate.verdict(&account, &a, VerdictSeen::Accepted);
            assert_eq!(second.join().unwrap(), Permit::Granted);
            assert!(waits && is_alone && matches!(next(), EventKind::Resumed));
        });
    }

    /// A gate for three at a time.
    fn three<'a>(passwords: &'a Passwords, recorder: &'a RunRecorder<'a>) -> PasswordGate<'a> {
        PasswordGate { per_account: 3, ..PasswordGate::new(passwords, recorder, None) }
    }

    /// Phones of one account ask at the same time; how many are granted before any has a verdict.
    fn granted_at_once(gate: &PasswordGate<'_>, account: &AccountId, phones: &[&str]) -> usize {
        let room = |serial: &&&str| {
            let state = gate.lock();
            let group = gate.group(account, &Serial::new(**serial));
            let is_known = state.accepted.contains(&(account.as_given().to_owned(), group));
            state.stopped(&account.masked(), group).is_none()
                && state.has_room(&account.masked(), is_known, gate.per_account)
        };
        let enters = |serial: &&&str| room(serial) && gate.ask(account, &Serial::new(**serial)) == Permit::Granted;
        phones.iter().filter(enters).count()
    }

    #[test]
    fn once_a_phone_has_accepted_others_submit_side_by_side() {
        let passwords = Passwords::one(Secret::new("x".into()));
        let recorder = RunRecorder::new(None, None, &nobody);
        let gate = three(&passwords, &recorder);
        let (account, ..) = ids();
        assert_eq!(granted_at_once(&gate, &account, &["a", "b", "c"]), 1, "the first is alone");
        gate.verdict(&account, &Serial::new("a"), VerdictSeen::Accepted);
        assert_eq!(granted_at_once(&gate, &account, &["b", "c", "d", "e"]), 3);
        gate.verdict(&account, &Serial::new("c"), VerdictSeen::Accepted);
        assert_eq!(granted_at_once(&gate, &account, &["e", "f"]), 1);
    }

    #[test]
    fn a_rejection_or_a_captcha_in_between_closes_the_gate() {
        for verdict in [VerdictSeen::Rejected, VerdictSeen::Unknown] {
            let passwords = Passwords::one(Secret::new("x".into()));
            let recorder = RunRecorder::new(None, None, &nobody);
            let gate = three(&passwords, &recorder);
            let (account, ..) = ids();
            gate.ask(&account, &Serial::new("a"));
            gate.verdict(&account, &Serial::new("a"), VerdictSeen::Accepted);
            assert_eq!(granted_at_once(&gate, &account, &["b", "c"]), 2);
            gate.waits_for_person(&account, &Serial::new("b"));
            assert_eq!(granted_at_once(&gate, &account, &["d"]), 0, "a captcha holds the others back");
            gate.verdict(&account, &Serial::new("b"), verdict);
            assert!(matches!(gate.ask(&account, &Serial::new("d")), Permit::Stopped { .. }));
            gate.verdict(&account, &Serial::new("c"), VerdictSeen::Accepted);
            assert!(matches!(gate.ask(&account, &Serial::new("e")), Permit::Stopped { .. }), "and stays closed");
        }
    }

    #[test]
    fn another_password_of_the_account_is_alone_again() {
        let mut passwords = Passwords::one(Secret::new("x".into()));
        passwords.for_serial(Serial::new("own"), Secret::new("y".into()));
        let recorder = RunRecorder::new(None, None, &nobody);
        let gate = three(&passwords, &recorder);
        let (account, ..) = ids();
        gate.ask(&account, &Serial::new("a"));
        gate.verdict(&account, &Serial::new("a"), VerdictSeen::Accepted);
        assert_eq!(granted_at_once(&gate, &account, &["b", "own"]), 1);
        gate.verdict(&account, &Serial::new("b"), VerdictSeen::Accepted);
        assert_eq!(granted_at_once(&gate, &account, &["own", "c"]), 1);
        // Nor does one account vouch for another that looks the same masked.
        let (one, other) = (AccountId::new("6230111535"), AccountId::new("6230222535"));
        let gate = three(&passwords, &recorder);
        gate.ask(&one, &Serial::new("a"));
        gate.verdict(&one, &Serial::new("a"), VerdictSeen::Accepted);
        assert_eq!(granted_at_once(&gate, &other, &["b", "c"]), 1);
    }

    #[test]
    fn a_rejection_or_a_lost_verdict_stops_the_account() {
        for verdict in [VerdictSeen::Rejected, VerdictSeen::Unknown] {
            let passwords = Passwords::default();
            let recorder = RunRecorder::new(None, None, &nobody);
            let gate = PasswordGate::new(&passwords, &recorder, None);
            let (account, other, a, b) = ids();
            assert_eq!(gate.ask(&account, &a), Permit::Granted);
            gate.verdict(&account, &a, verdict);
            assert!(matches!(gate.ask(&account, &b), Permit::Stopped { .. }));
            assert_eq!(gate.ask(&other, &b), Permit::Granted);
        }
    }

    #[test]
    fn a_grant_that_was_not_used_stops_nothing() {
        let passwords = Passwords::one(Secret::new("shared".into()));
        let recorder = RunRecorder::new(None, None, &nobody);
        let gate = PasswordGate::new(&passwords, &recorder, None);
        let (account, _, a, b) = ids();
        assert_eq!(gate.ask(&account, &a), Permit::Granted);
        gate.verdict(&account, &a, VerdictSeen::NotSubmitted);
        assert_eq!(gate.ask(&account, &b), Permit::Granted);
    }

    #[test]
    fn a_shared_password_stops_all_its_accounts() {
        for verdict in [VerdictSeen::Rejected, VerdictSeen::Unknown] {
            let passwords = Passwords::one(Secret::new("shared".into()));
            let recorder = RunRecorder::new(None, None, &nobody);
            let gate = PasswordGate::new(&passwords, &recorder, None);
            let (account, other, a, b) = ids();
            assert_eq!(gate.ask(&account, &a), Permit::Granted);
            gate.verdict(&account, &a, verdict);
            assert!(matches!(gate.ask(&other, &b), Permit::Stopped { .. }));
        }
    }
}
