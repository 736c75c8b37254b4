//! What the web room needs of the journal: who waits for deletion, how far it got, and a lock per account.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use crate::event::FindDevice;
use crate::model::{AccountRef, DeletionState};
use crate::text::say;

/// An account that was signed out of phones, and may be deleted by its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingAccount {
    /// The journal's name for it.
    pub account: AccountRef,
    /// Its id, masked (`6230***535`). Masked ids can collide.
    pub masked: String,
    /// Accounts of the same mask: maybe this one. Only the person knows.
    pub maybe_same: Vec<AccountRef>,
    /// Every phone that is known to have had it.
    pub phones: Vec<WaitingPhone>,
}

impl WaitingAccount {
    /// Phones that are not proven to be signed out.
    pub fn unproven(&self) -> impl Iterator<Item = &WaitingPhone> {
        self.phones.iter().filter(|p| !p.proven_out)
    }
}

/// A phone of a waiting account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingPhone {
    /// Its name for people and for the typed override: the end of its serial (`3f9a`).
    pub name: String,
    /// Its model, where known.
    pub model: Option<String>,
    /// Whether it is proven that the account is gone from it.
    pub proven_out: bool,
    /// What was seen of Find Device.
    pub find_device: FindDevice,
}

/// Why the queue could not be read, written or locked.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// Another run has this account. Wait for it.
    #[error("{}", say!("another-run-is-deleting-this-account"))]
    Busy,
    /// A state can only be recorded while the account is locked.
    #[error("{}", say!("account-is-not-locked"))]
    NotLocked,
    /// The account is not in the journal.
    #[error("{}", say!("account-is-not-in-the-journal"))]
    NoAccount,
    /// The journal can't be read or written.
    #[error("{}", say!("journal-at-place-cannot-be-used", place = .place))]
    Storage {
        /// Where.
        place: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// The lock of an account; released when dropped, also when the process dies.
pub struct AccountLock {
    _held: Box<dyn Any>,
}

impl AccountLock {
    /// Wraps whatever holds the lock until it is dropped.
    #[must_use]
    pub fn new(held: impl Any) -> Self {
        Self { _held: Box::new(held) }
    }
}

/// The accounts that wait for their deletion, as the journal has them.
pub trait DeletionQueue {
    /// The accounts that wait, in the order in which they came.
    ///
    /// # Errors
    /// Where the journal can't be read.
    fn waiting(&self) -> Result<Vec<WaitingAccount>, QueueError>;

    /// How far an account got.
    ///
    /// # Errors
    /// Where the journal can't be read or has no such account.
    fn last(&self, account: AccountRef) -> Result<DeletionState, QueueError>;

    /// Records a state. It is on disk when this returns, so that what follows may be done.
    ///
    /// # Errors
    /// Where it can't be written: then nothing that it announces may be done.
    fn record(&mut self, account: AccountRef, state: &DeletionState) -> Result<(), QueueError>;

    /// Records what the owner found out by looking, where a run could not see how it ended.
    ///
    /// # Errors
    /// Where it can't be written.
    fn settle(&mut self, account: AccountRef, deleted: bool) -> Result<(), QueueError>;

    /// Takes the account for this run.
    ///
    /// # Errors
    /// [`QueueError::Busy`] where another run has it.
    fn lock(&mut self, account: AccountRef) -> Result<AccountLock, QueueError>;
}

/// A queue in memory, for tests and trials. Clones share it.
#[derive(Clone, Default)]
pub struct MemoryQueue {
    waiting: Vec<WaitingAccount>,
    states: Arc<Mutex<BTreeMap<AccountRef, Vec<DeletionState>>>>,
    locked: Arc<Mutex<BTreeSet<AccountRef>>>,
}

impl MemoryQueue {
    /// With these accounts waiting.
    #[must_use]
    pub fn new(waiting: Vec<WaitingAccount>) -> Self {
        Self { waiting, ..Self::default() }
    }

    /// Every state recorded for an account, in order.
    #[must_use]
    pub fn states(&self, account: AccountRef) -> Vec<DeletionState> {
        let states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        states.get(&account).cloned().unwrap_or_default()
    }
}

/// Frees the account when dropped.
struct MemoryLock {
    locked: Arc<Mutex<BTreeSet<AccountRef>>>,
    account: AccountRef,
}

impl Drop for MemoryLock {
    fn drop(&mut self) {
        self.locked.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.account);
    }
}

impl DeletionQueue for MemoryQueue {
    fn waiting(&self) -> Result<Vec<WaitingAccount>, QueueError> {
        Ok(self.waiting.clone())
    }

    fn last(&self, account: AccountRef) -> Result<DeletionState, QueueError> {
        Ok(self.states(account).pop().unwrap_or(DeletionState::NotStarted))
    }

    fn record(&mut self, account: AccountRef, state: &DeletionState) -> Result<(), QueueError> {
        let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        states.entry(account).or_default().push(state.clone());
        Ok(())
    }

    fn settle(&mut self, account: AccountRef, deleted: bool) -> Result<(), QueueError> {
        self.record(account, if deleted { &DeletionState::Done } else { &DeletionState::Kept })
    }

    fn lock(&mut self, account: AccountRef) -> Result<AccountLock, QueueError> {
        let mut locked = self.locked.lock().unwrap_or_else(PoisonError::into_inner);
        if !locked.insert(account) {
            return Err(QueueError::Busy);
        }
        Ok(AccountLock::new(MemoryLock { locked: Arc::clone(&self.locked), account }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_run_has_an_account() {
        let mut queue = MemoryQueue::default();
        let account = AccountRef::new(1);
        let held = queue.lock(account).unwrap();
        assert!(matches!(queue.clone().lock(account), Err(QueueError::Busy)));
        drop(held);
        assert!(queue.lock(account).is_ok());
    }
}
