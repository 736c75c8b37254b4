//! The queue of accounts to delete, as the journal keeps it.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use super::queue::{AccountLock, DeletionQueue, QueueError, WaitingAccount, WaitingPhone};
use crate::journal::{self, Deletion, Journal, JournalError};
use crate::model::{AccountRef, DeletionState};

/// The journal's queue. A state is recorded by whoever holds the account's lock.
pub struct JournalQueue {
    journal: Arc<Journal>,
    held: BTreeMap<AccountRef, Weak<Deletion>>,
}

impl JournalQueue {
    /// The queue of this journal.
    #[must_use]
    pub fn new(journal: Arc<Journal>) -> Self {
        Self { journal, held: BTreeMap::new() }
    }

    fn failed(&self, error: JournalError) -> QueueError {
        match error {
            JournalError::Busy { .. } => QueueError::Busy,
            JournalError::Missing(_) => QueueError::NoAccount,
            other => QueueError::Storage { place: self.journal.path().display().to_string(), source: Box::new(other) },
        }
    }

    fn deletion(&self, account: AccountRef) -> Result<Arc<Deletion>, QueueError> {
        self.held.get(&account).and_then(Weak::upgrade).ok_or(QueueError::NotLocked)
    }
}

impl DeletionQueue for JournalQueue {
    fn waiting(&self) -> Result<Vec<WaitingAccount>, QueueError> {
        let all = self.journal.queued_accounts().map_err(|e| self.failed(e))?;
        Ok(all.iter().map(waiting).collect())
    }

    fn last(&self, account: AccountRef) -> Result<DeletionState, QueueError> {
        self.journal.queued_account(account).map(|found| found.web).map_err(|e| self.failed(e))
    }

    fn record(&mut self, account: AccountRef, state: &DeletionState) -> Result<(), QueueError> {
        self.deletion(account)?.step(state).map_err(|e| self.failed(e))
    }

    fn settle(&mut self, account: AccountRef, deleted: bool) -> Result<(), QueueError> {
        let said = if deleted { DeletionState::Done } else { DeletionState::Kept };
        self.deletion(account)?.settle(&said).map_err(|e| self.failed(e))
    }

    fn lock(&mut self, account: AccountRef) -> Result<AccountLock, QueueError> {
        let deletion = Arc::new(self.journal.deletion(account).map_err(|e| self.failed(e))?);
        self.held.insert(account, Arc::downgrade(&deletion));
        Ok(AccountLock::new(deletion))
    }
}

/// Phones are named by the end of their serial, by all of it where two ends are the same.
fn waiting(found: &journal::QueuedAccount) -> WaitingAccount {
    let end = |key: &str| key.chars().skip(key.chars().count().saturating_sub(4)).collect::<String>();
    let name = |key: &str| {
        let alike = found.phones.iter().filter(|p| end(p.key.as_str()) == end(key)).count();
        if alike > 1 { key.to_owned() } else { end(key) }
    };
    let phones = found.phones.iter().map(|p| WaitingPhone {
        name: name(p.key.as_str()),
        model: p.model.clone(),
        proven_out: p.is_out(),
        find_device: p.find_device,
    });
    WaitingAccount {
        account: found.account,
        masked: found.masked.clone(),
        maybe_same: found.maybe_same.clone(),
        phones: phones.collect(),
    }
}
