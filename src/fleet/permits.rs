//! Who may submit a password now: one phone of an account at a time, and none after a rejection.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Condvar, Mutex, PoisonError};

use crate::flow::{Permit, SubmitPermit, VerdictSeen};
use crate::model::{AccountId, Serial};

use super::Passwords;

/// Permits for all phones of a run.
///
/// Accounts are told apart by what phones print of them. Where two accounts share a mask they are treated as one: that
/// only makes them wait for each other and stop together.
pub struct Permits<'a> {
    passwords: &'a Passwords,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    busy: BTreeMap<String, Serial>,
    stopped_accounts: BTreeMap<String, String>,
    stopped_passwords: BTreeMap<usize, String>,
}

impl<'a> Permits<'a> {
    /// Permits that know which phones share a password.
    #[must_use]
    pub fn new(passwords: &'a Passwords) -> Self {
        Self { passwords, state: Mutex::default(), changed: Condvar::new() }
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
        loop {
            let stopped = state
                .stopped_accounts
                .get(&key)
                .or_else(|| group.and_then(|group| state.stopped_passwords.get(&group)));
            if let Some(hint) = stopped {
                return Permit::Stopped { hint: hint.clone() };
            }
            if let Entry::Vacant(free) = state.busy.entry(key.clone()) {
                free.insert(serial.clone());
                return Permit::Granted;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn verdict(&self, account: &AccountId, serial: &Serial, verdict: VerdictSeen) {
        let key = account.masked();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.busy.get(&key) == Some(serial) {
            state.busy.remove(&key);
        }
        match verdict {
            VerdictSeen::Accepted | VerdictSeen::NotSubmitted => {}
            VerdictSeen::Rejected => {
                let hint = format!(
                    "phone {serial} refused the password of account {key}, so it is not submitted anywhere else: check it at Xiaomi's own sign-in page, then run again"
                );
                if let Some((group, _)) = self.passwords.of(serial, Some(account)) {
                    state.stopped_passwords.insert(group, hint.clone());
                }
                state.stopped_accounts.insert(key, hint);
            }
            // That one phone was lost says nothing about other accounts with the same password.
            VerdictSeen::Unknown => {
                let hint = format!(
                    "what phone {serial} said to the password of account {key} could not be seen, so it is not submitted anywhere else: look at that phone first"
                );
                state.stopped_accounts.insert(key, hint);
            }
        }
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Secret;

    fn ids() -> (AccountId, AccountId, Serial, Serial) {
        (AccountId::new("6230000535"), AccountId::new("7777000111"), Serial::new("a"), Serial::new("b"))
    }

    #[test]
    fn the_next_phone_waits_for_the_verdict() {
        let passwords = Passwords::one(Secret::new("x".into()));
        let permits = Permits::new(&passwords);
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
            let permits = Permits::new(&passwords);
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
        let permits = Permits::new(&passwords);
        let (account, _, a, b) = ids();
        assert_eq!(permits.ask(&account, &a), Permit::Granted);
        permits.verdict(&account, &a, VerdictSeen::NotSubmitted);
        assert_eq!(permits.ask(&account, &b), Permit::Granted);
    }

    #[test]
    fn a_lost_verdict_stops_no_other_account() {
        let passwords = Passwords::one(Secret::new("shared".into()));
        let permits = Permits::new(&passwords);
        let (account, other, a, b) = ids();
        assert_eq!(permits.ask(&account, &a), Permit::Granted);
        permits.verdict(&account, &a, VerdictSeen::Unknown);
        assert_eq!(permits.ask(&other, &b), Permit::Granted);
    }

    #[test]
    fn a_shared_password_stops_all_its_accounts() {
        let passwords = Passwords::one(Secret::new("shared".into()));
        let permits = Permits::new(&passwords);
        let (account, other, a, b) = ids();
        assert_eq!(permits.ask(&account, &a), Permit::Granted);
        permits.verdict(&account, &a, VerdictSeen::Rejected);
        assert!(matches!(permits.ask(&other, &b), Permit::Stopped { .. }));
    }
}
