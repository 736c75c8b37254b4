//! Who may submit a password now: one phone of an account at a time, and none after a rejection.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Condvar, Mutex, PoisonError};

use crate::event::{Event, EventKind, Listener, Subject};
use crate::flow::{Permit, SubmitPermit, VerdictSeen};
use crate::model::{AccountId, Serial};

use super::record::NotNow;
use super::{Books, Passwords};
use crate::journal::Submission;

/// Permits for all phones of a run.
///
/// Accounts are told apart by what phones print of them. Where two accounts share a mask they are treated as one: that
/// only makes them wait for each other and stop together.
pub struct Permits<'a> {
    passwords: &'a Passwords,
    books: &'a Books<'a>,
    owner: Option<&'a dyn Owner>,
    listener: Option<&'a dyn Listener>,
    state: Mutex<State>,
    changed: Condvar,
}

/// The account's owner, at the terminal.
pub trait Owner: Sync {
    /// Whether an account that was refused `rejections` times may be tried once more. Asks, and waits for the answer.
    fn allows_another_try(&self, account: &AccountId, rejections: u32) -> bool;
}

#[derive(Default)]
struct State {
    submissions: BTreeMap<String, Submission>,
    busy: BTreeMap<String, Serial>,
    stopped_accounts: BTreeMap<String, String>,
    stopped_passwords: BTreeMap<usize, String>,
}

impl<'a> Permits<'a> {
    /// Permits that know which phones share a password, and write each submission down. `owner` is asked where an account
    /// was refused too often; without one it stays refused.
    #[must_use]
    pub fn new(passwords: &'a Passwords, books: &'a Books<'a>, owner: Option<&'a dyn Owner>) -> Self {
        Self { passwords, books, owner, listener: None, state: Mutex::default(), changed: Condvar::new() }
    }

    /// Tells `listener` which phones wait for another phone of their account.
    #[must_use]
    pub fn telling(self, listener: &'a dyn Listener) -> Self {
        Self { listener: Some(listener), ..self }
    }

    fn tell(&self, serial: &Serial, kind: EventKind) {
        if let Some(listener) = self.listener {
            listener.tell(Event::now(Subject::Phone(serial.clone()), kind));
        }
    }

    /// Writes the submission down before it is made, or says why it may not be made.
    fn write_down(&self, account: &AccountId, serial: &Serial) -> Result<Option<Submission>, String> {
        let refused = match self.books.submitting(account, serial) {
            Ok(submission) => return Ok(submission),
            Err(NotNow::Refused(refused)) => refused,
            Err(NotNow::Unwritable(why)) => {
                return Err(format!("no password is submitted while rejections can't be written down: {why}"));
            }
        };
        if self.owner.is_some_and(|owner| owner.allows_another_try(account, refused)) {
            self.books.forgive(account);
            if let Ok(submission) = self.books.submitting(account, serial) {
                return Ok(submission);
            }
        }
        Err(format!(
            "account {account} was refused {refused} times, here or in earlier runs, so nothing is submitted: recover the password at account.xiaomi.com, then run on a terminal and confirm that it is the owner's"
        ))
    }

    /// Stops an account before its first submission, with what to do.
    pub fn stop(&self, account: &AccountId, hint: String) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.stopped_accounts.insert(account.masked(), hint);
    }
}

impl SubmitPermit for Permits<'_> {
    fn ask(&self, account: &AccountId, serial: &Serial) -> Permit {
        let key = account.masked();
        let group = self.passwords.of(serial, Some(account)).map(|(group, _)| group);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut waits = false;
        loop {
            let stopped = state
                .stopped_accounts
                .get(&key)
                .or_else(|| group.and_then(|group| state.stopped_passwords.get(&group)));
            if let Some(hint) = stopped {
                return Permit::Stopped { hint: hint.clone() };
            }
            if let Entry::Vacant(free) = state.busy.entry(key.clone()) {
                // Busy from here, so that the question to the owner holds up no other account.
                free.insert(serial.clone());
                drop(state);
                if waits {
                    self.tell(serial, EventKind::Resumed);
                }
                let written = self.write_down(account, serial);
                state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                return match written {
                    Ok(submission) => {
                        state.submissions.extend(submission.map(|submission| (key, submission)));
                        Permit::Granted
                    }
                    Err(hint) => {
                        state.busy.remove(&key);
                        state.stopped_accounts.insert(key, hint.clone());
                        self.changed.notify_all();
                        Permit::Stopped { hint }
                    }
                };
            }
            if waits {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            } else {
                // Told without the lock: whoever listens may be slow. Then looked again.
                waits = true;
                drop(state);
                self.tell(serial, EventKind::WaitingForTurn);
                state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    fn verdict(&self, account: &AccountId, serial: &Serial, verdict: VerdictSeen) {
        let key = account.masked();
        let hint = match verdict {
            VerdictSeen::Accepted | VerdictSeen::NotSubmitted => None,
            VerdictSeen::Rejected => Some(format!(
                "phone {serial} refused the password of account {key}, so it is not submitted anywhere else: check it at Xiaomi's own sign-in page, then run again"
            )),
            VerdictSeen::Unknown => Some(format!(
                "what phone {serial} said to the password of account {key} could not be seen, so it is not submitted anywhere else: look at that phone first"
            )),
        };
        let lock = || self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut state = lock();
        if let Some(hint) = hint {
            if let Some((group, _)) = self.passwords.of(serial, Some(account)) {
                state.stopped_passwords.insert(group, hint.clone());
            }
            state.stopped_accounts.insert(key.clone(), hint);
        }
        if state.busy.get(&key) == Some(serial) {
            let submission = state.submissions.remove(&key);
            // The account stays busy while the disk is written, so that this verdict comes before its next submission; the other
            // accounts need not wait for the disk.
            drop(state);
            if let Some(submission) = submission {
                self.books.verdict(submission, verdict);
            }
            lock().busy.remove(&key);
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
        let books = Books::new(None, None, &nobody);
        let permits = Permits::new(&passwords, &books, None);
        let (account, _, a, b) = ids();
        assert_eq!(permits.ask(&account, &a), Permit::Granted);
        std::thread::scope(|scope| {
            let second = scope.spawn(|| permits.ask(&account, &b));
            permits.verdict(&account, &a, VerdictSeen::Accepted);
            assert_eq!(second.join().unwrap(), Permit::Granted);
        });
    }

    #[test]
    fn a_rejection_or_a_lost_verdict_stops_the_account() {
        for verdict in [VerdictSeen::Rejected, VerdictSeen::Unknown] {
            let passwords = Passwords::default();
            let books = Books::new(None, None, &nobody);
            let permits = Permits::new(&passwords, &books, None);
            let (account, other, a, b) = ids();
            assert_eq!(permits.ask(&account, &a), Permit::Granted);
            permits.verdict(&account, &a, verdict);
            assert!(matches!(permits.ask(&account, &b), Permit::Stopped { .. }));
            assert_eq!(permits.ask(&other, &b), Permit::Granted);
        }
    }

    #[test]
    fn a_grant_that_was_not_used_stops_nothing() {
        let passwords = Passwords::one(Secret::new("shared".into()));
        let books = Books::new(None, None, &nobody);
        let permits = Permits::new(&passwords, &books, None);
        let (account, _, a, b) = ids();
        assert_eq!(permits.ask(&account, &a), Permit::Granted);
        permits.verdict(&account, &a, VerdictSeen::NotSubmitted);
        assert_eq!(permits.ask(&account, &b), Permit::Granted);
    }

    #[test]
    fn a_shared_password_stops_all_its_accounts() {
        for verdict in [VerdictSeen::Rejected, VerdictSeen::Unknown] {
            let passwords = Passwords::one(Secret::new("shared".into()));
            let books = Books::new(None, None, &nobody);
            let permits = Permits::new(&passwords, &books, None);
            let (account, other, a, b) = ids();
            assert_eq!(permits.ask(&account, &a), Permit::Granted);
            permits.verdict(&account, &a, verdict);
            assert!(matches!(permits.ask(&other, &b), Permit::Stopped { .. }));
        }
    }
}
