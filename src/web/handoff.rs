//! What the web room needs of the journal: who waits for deletion, how far it got, and a lock per account.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use crate::event::FindDevice;

/// The journal's name for an account; holds nothing of its id.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountRef(pub String);

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

/// How far the deletion of an account got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WebState {
    /// Nothing yet.
    NotStarted,
    /// The deletion page was asked for.
    Opened,
    /// A page was seen that only a signed-in owner sees.
    SignedInSeen,
    /// The losses and the first Delete were seen.
    CautionSeen,
    /// The code was asked for, after the caution.
    VerifySeen,
    /// A page was seen that is not known: its owner may have gone on there by hand. Also what a cut-off run leaves.
    MayBeGone,
    /// The last question was seen: from here on the account may be gone.
    FinalArmed,
    /// The last Delete is about to be pressed by this program. Never pressed again.
    FinalPressed,
    /// Xiaomi said that the account is deleted.
    DoneSeen,
    /// Xiaomi refused, for these reasons (codes).
    Refused(Vec<String>),
    /// The owner kept it; nothing was deleted.
    Kept,
    /// It could not be seen whether it was deleted.
    Unknown,
}

impl WebState {
    /// Whether the account may be gone already, so that its owner has to look before anything else is done.
    #[must_use]
    pub fn may_be_gone(&self) -> bool {
        matches!(self, Self::MayBeGone | Self::FinalArmed | Self::FinalPressed | Self::Unknown)
    }

    /// Whether a run that was cut off here may have left its browser with the owner, who could go on in it.
    #[must_use]
    pub fn was_cut_off(&self) -> bool {
        self.may_be_gone() || matches!(self, Self::SignedInSeen | Self::CautionSeen | Self::VerifySeen)
    }
}

/// Why the hand-off could not be read, written or locked.
#[derive(Debug, thiserror::Error)]
pub enum HandOffError {
    /// Another run has this account. Wait for it.
    #[error("another run is deleting this account")]
    Busy,
    /// A state can only be recorded while the account is locked.
    #[error("the account is not locked by this run")]
    NotLocked,
    /// The account is not in the journal.
    #[error("the account is not in the journal")]
    NoAccount,
    /// The journal can't be read or written.
    #[error("the journal at {place} cannot be used")]
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

/// The journal, as seen from here.
pub trait HandOff {
    /// The accounts that wait, in the order in which they came.
    ///
    /// # Errors
    /// Where the journal can't be read.
    fn waiting(&self) -> Result<Vec<WaitingAccount>, HandOffError>;

    /// How far an account got.
    ///
    /// # Errors
    /// Where the journal can't be read or has no such account.
    fn last(&self, account: &AccountRef) -> Result<WebState, HandOffError>;

    /// Records a state. It is on disk when this returns, so that what follows may be done.
    ///
    /// # Errors
    /// Where it can't be written: then nothing that it announces may be done.
    fn record(&mut self, account: &AccountRef, state: &WebState) -> Result<(), HandOffError>;

    /// Records what the owner found out by looking, where a run could not see how it ended.
    ///
    /// # Errors
    /// Where it can't be written.
    fn settle(&mut self, account: &AccountRef, deleted: bool) -> Result<(), HandOffError>;

    /// Takes the account for this run.
    ///
    /// # Errors
    /// [`HandOffError::Busy`] where another run has it.
    fn lock(&mut self, account: &AccountRef) -> Result<AccountLock, HandOffError>;
}

/// A hand-off in memory, for tests and trials. Clones share it.
#[derive(Clone, Default)]
pub struct MemoryHandOff {
    waiting: Vec<WaitingAccount>,
    states: Arc<Mutex<BTreeMap<AccountRef, Vec<WebState>>>>,
    locked: Arc<Mutex<BTreeSet<AccountRef>>>,
}

impl MemoryHandOff {
    /// With these accounts waiting.
    #[must_use]
    pub fn new(waiting: Vec<WaitingAccount>) -> Self {
        Self { waiting, ..Self::default() }
    }

    /// Every state recorded for an account, in order.
    #[must_use]
    pub fn states(&self, account: &AccountRef) -> Vec<WebState> {
        let states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        states.get(account).cloned().unwrap_or_default()
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

impl HandOff for MemoryHandOff {
    fn waiting(&self) -> Result<Vec<WaitingAccount>, HandOffError> {
        Ok(self.waiting.clone())
    }

    fn last(&self, account: &AccountRef) -> Result<WebState, HandOffError> {
        Ok(self.states(account).pop().unwrap_or(WebState::NotStarted))
    }

    fn record(&mut self, account: &AccountRef, state: &WebState) -> Result<(), HandOffError> {
        let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        states.entry(account.clone()).or_default().push(state.clone());
        Ok(())
    }

    fn settle(&mut self, account: &AccountRef, deleted: bool) -> Result<(), HandOffError> {
        self.record(account, if deleted { &WebState::DoneSeen } else { &WebState::Kept })
    }

    fn lock(&mut self, account: &AccountRef) -> Result<AccountLock, HandOffError> {
        let mut locked = self.locked.lock().unwrap_or_else(PoisonError::into_inner);
        if !locked.insert(account.clone()) {
            return Err(HandOffError::Busy);
        }
        Ok(AccountLock::new(MemoryLock { locked: Arc::clone(&self.locked), account: account.clone() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_run_has_an_account() {
        let mut hand_off = MemoryHandOff::default();
        let account = AccountRef("a".into());
        let held = hand_off.lock(&account).unwrap();
        assert!(matches!(hand_off.clone().lock(&account), Err(HandOffError::Busy)));
        drop(held);
        assert!(hand_off.lock(&account).is_ok());
    }
}
