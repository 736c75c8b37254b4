//! The guard of accounts: a second account is touched only with an authorisation.
//!
//! It checks each phone after the first reading and before the first change. So it also guards a phone whose account was unknown when the
//! run began: one that allowed this computer later, or was connected later.

use std::sync::{Mutex, PoisonError};

use crate::model::{AccountId, Ending, Outcome, Reason};
use crate::text::say;

/// The accounts of a run.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    /// Whether several were authorised.
    several: bool,
    /// Every account that was admitted; one where `several` is not set.
    admitted: Mutex<Vec<AccountId>>,
}

impl Accounts {
    pub(super) fn new(several: bool) -> Self {
        Self { several, admitted: Mutex::default() }
    }

    /// Admits the account of a phone, or says why that phone is left alone. The first account of a run is always admitted.
    pub(super) fn admit(&self, account: &AccountId) -> Result<(), Ending> {
        if self.several {
            return Ok(());
        }
        let mut admitted = self.admitted.lock().unwrap_or_else(PoisonError::into_inner);
        // Compare with all forms of it: a phone that shows a mask of the first account does not admit another account of that mask.
        if let Some(other) = admitted.iter().find(|known| !known.matches(account)) {
            return Err(another(account, other));
        }
        if !admitted.contains(account) {
            admitted.push(account.clone());
        }
        Ok(())
    }
}

fn another(account: &AccountId, first: &AccountId) -> Ending {
    let hint = say!("second-account-needs-authorised-by", first, account);
    Ending::new(Outcome::NeedsPerson, Reason::AccountStopped, hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_account_is_admitted_in_all_its_forms() {
        let accounts = Accounts::new(false);
        let admits = |id: &str| accounts.admit(&AccountId::new(id)).is_ok();
        assert!(admits("6230***535"));
        assert!(!admits("7777000111"));
        assert!(admits("6230000535"));
        assert!(!admits("6230111535"), "the mask fits both, and they are two accounts");
        assert!(admits("6230***535"));
    }

    #[test]
    fn several_accounts_that_were_authorised() {
        let accounts = Accounts::new(true);
        assert!(["6230***535", "7777000111"].iter().all(|id| accounts.admit(&AccountId::new(id)).is_ok()));
    }
}
