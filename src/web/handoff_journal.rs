//! The hand-off as the journal keeps it.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use super::handoff::{AccountLock, AccountRef, HandOff, HandOffError, WaitingAccount, WaitingPhone, WebState};
use crate::journal::{self, Deletion, Journal, JournalError};

/// The journal's hand-off. A state is recorded by whoever holds the account's lock.
pub struct JournalHandOff {
    journal: Arc<Journal>,
    held: BTreeMap<AccountRef, Weak<Deletion>>,
}

impl JournalHandOff {
    /// The hand-off of this journal.
    #[must_use]
    pub fn new(journal: Arc<Journal>) -> Self {
        Self { journal, held: BTreeMap::new() }
    }

    fn failed(&self, error: JournalError) -> HandOffError {
        match error {
            JournalError::Busy { .. } => HandOffError::Busy,
            JournalError::Missing(_) => HandOffError::NoAccount,
            other => {
                HandOffError::Storage { place: self.journal.path().display().to_string(), source: Box::new(other) }
            }
        }
    }

    fn deletion(&self, account: &AccountRef) -> Result<Arc<Deletion>, HandOffError> {
        self.held.get(account).and_then(Weak::upgrade).ok_or(HandOffError::NotLocked)
    }
}

fn number(account: &AccountRef) -> Result<journal::AccountRef, HandOffError> {
    account.0.parse().map_err(|_| HandOffError::NoAccount)
}

impl HandOff for JournalHandOff {
    fn waiting(&self) -> Result<Vec<WaitingAccount>, HandOffError> {
        let all = self.journal.hand_offs().map_err(|e| self.failed(e))?;
        Ok(all.iter().map(waiting).collect())
    }

    fn last(&self, account: &AccountRef) -> Result<WebState, HandOffError> {
        self.journal
            .hand_off(number(account)?)
            .map(|found| read(found.web, found.web_detail.as_deref()))
            .map_err(|e| self.failed(e))
    }

    fn record(&mut self, account: &AccountRef, state: &WebState) -> Result<(), HandOffError> {
        let detail = match state {
            WebState::Refused(reasons) => Some(reasons.join(" ")),
            _ => None,
        };
        self.deletion(account)?.step(written(state), detail.as_deref()).map_err(|e| self.failed(e))
    }

    fn settle(&mut self, account: &AccountRef, deleted: bool) -> Result<(), HandOffError> {
        let said = if deleted { journal::WebState::Done } else { journal::WebState::Kept };
        self.deletion(account)?.settle(said).map_err(|e| self.failed(e))
    }

    fn lock(&mut self, account: &AccountRef) -> Result<AccountLock, HandOffError> {
        let deletion = Arc::new(self.journal.deletion(number(account)?).map_err(|e| self.failed(e))?);
        self.held.insert(account.clone(), Arc::downgrade(&deletion));
        Ok(AccountLock::new(deletion))
    }
}

/// Phones are named by the end of their serial, by all of it where two ends are the same.
fn waiting(found: &journal::HandOff) -> WaitingAccount {
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
        account: AccountRef(found.account.to_string()),
        masked: found.masked.clone(),
        maybe_same: found.maybe_same.iter().map(|a| AccountRef(a.to_string())).collect(),
        phones: phones.collect(),
    }
}

/// `detail` is what was noted with the state: of a refusal its codes, with spaces between.
fn read(state: journal::WebState, detail: Option<&str>) -> WebState {
    use journal::WebState as J;
    match state {
        J::NotStarted => WebState::NotStarted,
        J::Opened => WebState::Opened,
        J::SignedInSeen => WebState::SignedInSeen,
        J::CautionSeen => WebState::CautionSeen,
        J::VerifySeen => WebState::VerifySeen,
        J::MayBeGone => WebState::MayBeGone,
        J::FinalArmed => WebState::FinalArmed,
        J::FinalPressed => WebState::FinalPressed,
        J::Done => WebState::DoneSeen,
        J::Refused => WebState::Refused(detail.unwrap_or_default().split_whitespace().map(str::to_owned).collect()),
        J::Kept => WebState::Kept,
        J::Unknown => WebState::Unknown,
    }
}

fn written(state: &WebState) -> journal::WebState {
    use journal::WebState as J;
    match state {
        WebState::NotStarted => J::NotStarted,
        WebState::Opened => J::Opened,
        WebState::SignedInSeen => J::SignedInSeen,
        WebState::CautionSeen => J::CautionSeen,
        WebState::VerifySeen => J::VerifySeen,
        WebState::MayBeGone => J::MayBeGone,
        WebState::FinalArmed => J::FinalArmed,
        WebState::FinalPressed => J::FinalPressed,
        WebState::DoneSeen => J::Done,
        WebState::Refused(_) => J::Refused,
        WebState::Kept => J::Kept,
        WebState::Unknown => J::Unknown,
    }
}

impl WebState {
    /// The word, as the journal has it.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        written(self).as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_of_the_journal_is_read_back_as_written() {
        for state in journal::WebState::ALL {
            assert_eq!(written(&read(state, Some("x"))), state);
        }
    }
}
