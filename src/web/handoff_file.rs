//! A hand-off kept in a file of JSON lines: accounts and states, appended and synced. Locks are held by the operating system.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::handoff::{AccountLock, AccountRef, HandOff, HandOffError, WaitingAccount, WebState};

/// A line of the file.
#[derive(Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
enum Line {
    /// An account that waits; the latest line of an account counts.
    Account(WaitingAccount),
    /// A state of an account.
    Web {
        #[serde(rename = "ref")]
        account: AccountRef,
        at: DateTime<Utc>,
        #[serde(flatten)]
        state: WebState,
    },
}

/// The hand-off in a file.
pub struct FileHandOff {
    path: PathBuf,
}

impl FileHandOff {
    /// A hand-off in this file, which need not be there yet.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Adds an account, or what is newly known of it.
    ///
    /// # Errors
    /// Where the file can't be written.
    pub fn add(&mut self, account: WaitingAccount) -> Result<(), HandOffError> {
        self.append(&Line::Account(account))
    }

    fn storage(&self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> HandOffError {
        HandOffError::Storage { place: self.path.display().to_string(), source: source.into() }
    }

    fn append(&self, line: &Line) -> Result<(), HandOffError> {
        let mut text = serde_json::to_string(line).map_err(|e| self.storage(e))?;
        text.push('\n');
        let write = || -> std::io::Result<()> {
            if let Some(folder) = self.path.parent() {
                super::process::private_folder(folder)?;
            }
            let mut file = OpenOptions::new().create(true).append(true).open(&self.path)?;
            // A line that a crash cut off announced nothing that was done: it goes, so that it can't swallow this one.
            let there = std::fs::read(&self.path)?;
            if there.last().is_some_and(|b| *b != b'\n') {
                let whole = there.iter().rposition(|b| *b == b'\n').map_or(0, |n| n + 1);
                file.set_len(whole as u64)?;
            }
            file.write_all(text.as_bytes())?;
            file.sync_data()
        };
        write().map_err(|e| self.storage(e))
    }

    fn lines(&self) -> Result<Vec<Line>, HandOffError> {
        let text = match std::fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(e) if e.kind() == ErrorKind::NotFound => String::new(),
            Err(e) => return Err(self.storage(e)),
        };
        let whole = text.ends_with('\n');
        let count = text.lines().count();
        let mut lines = Vec::new();
        for (n, line) in text.lines().enumerate().filter(|(_, l)| !l.is_empty()) {
            match serde_json::from_str(line) {
                Ok(line) => lines.push(line),
                // Only a line that was being written when the process died may be unreadable: it announced nothing that was done.
                Err(_) if n + 1 == count && !whole => {}
                Err(e) => return Err(self.storage(format!("line {}: {e}", n + 1))),
            }
        }
        Ok(lines)
    }
}

impl HandOff for FileHandOff {
    fn waiting(&self) -> Result<Vec<WaitingAccount>, HandOffError> {
        let mut accounts: Vec<WaitingAccount> = Vec::new();
        for line in self.lines()? {
            let Line::Account(new) = line else { continue };
            match accounts.iter_mut().find(|a| a.account == new.account) {
                Some(old) => *old = new,
                None => accounts.push(new),
            }
        }
        Ok(accounts)
    }

    fn last(&self, wanted: &AccountRef) -> Result<WebState, HandOffError> {
        let mut states = self.lines()?.into_iter().filter_map(|line| match line {
            Line::Web { account, state, .. } if account == *wanted => Some(state),
            _ => None,
        });
        Ok(states.next_back().unwrap_or(WebState::NotStarted))
    }

    fn record(&mut self, account: &AccountRef, state: &WebState) -> Result<(), HandOffError> {
        self.append(&Line::Web { account: account.clone(), at: Utc::now(), state: state.clone() })
    }

    fn settle(&mut self, account: &AccountRef, deleted: bool) -> Result<(), HandOffError> {
        self.record(account, if deleted { &WebState::DoneSeen } else { &WebState::Kept })
    }

    fn lock(&mut self, account: &AccountRef) -> Result<AccountLock, HandOffError> {
        let safe: String = account.0.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let path = self.path.with_extension(format!("{safe}.lock"));
        if let Some(folder) = path.parent() {
            super::process::private_folder(folder).map_err(|e| self.storage(e))?;
        }
        File::options().create(true).append(true).open(&path).map_err(|e| self.storage(e))?;
        // An exclusive transaction is a lock that every platform releases when the process dies.
        let held = rusqlite::Connection::open(&path).map_err(|e| self.storage(e))?;
        held.busy_timeout(std::time::Duration::ZERO).map_err(|e| self.storage(e))?;
        match held.execute_batch("BEGIN EXCLUSIVE") {
            Ok(()) => Ok(AccountLock::new(held)),
            Err(e) if e.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => Err(HandOffError::Busy),
            Err(e) => Err(self.storage(e)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::FindDevice;

    #[test]
    fn accounts_and_states_survive() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/hand-off.jsonl");
        let account = AccountRef("acct-1".into());
        let mut one = FileHandOff::new(&path);
        assert!(one.waiting().unwrap().is_empty());
        let phone = super::super::WaitingPhone {
            name: "3f9a".into(),
            model: None,
            proven_out: true,
            find_device: FindDevice::Off,
        };
        one.add(WaitingAccount { account: account.clone(), masked: "6230***535".into(), phones: vec![phone] }).unwrap();
        one.record(&account, &WebState::Opened).unwrap();
        one.record(&account, &WebState::Refused(vec!["cloud".into()])).unwrap();
        let two = FileHandOff::new(&path);
        assert_eq!(two.waiting().unwrap().len(), 1);
        assert_eq!(two.last(&account).unwrap(), WebState::Refused(vec!["cloud".into()]));
        assert_eq!(two.last(&AccountRef("other".into())).unwrap(), WebState::NotStarted);
    }

    #[test]
    fn a_cut_last_line_is_forgiven_and_a_wrong_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("h.jsonl");
        let account = AccountRef("a".into());
        let mut hand_off = FileHandOff::new(&path);
        hand_off.record(&account, &WebState::VerifySeen).unwrap();
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(b"{\"type\":\"web\",\"re").unwrap();
        assert_eq!(hand_off.last(&account).unwrap(), WebState::VerifySeen);
        hand_off.record(&account, &WebState::FinalArmed).unwrap();
        assert_eq!(hand_off.last(&account).unwrap(), WebState::FinalArmed);
        std::fs::write(&path, "{}\n").unwrap();
        assert!(hand_off.last(&account).unwrap_err().to_string().contains("h.jsonl"));
    }

    #[test]
    fn the_lock_is_one_runs() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("h.jsonl");
        let (a, b) = (AccountRef("a".into()), AccountRef("b".into()));
        let held = FileHandOff::new(&path).lock(&a).unwrap();
        assert!(matches!(FileHandOff::new(&path).lock(&a), Err(HandOffError::Busy)));
        assert!(FileHandOff::new(&path).lock(&b).is_ok());
        drop(held);
        assert!(FileHandOff::new(&path).lock(&a).is_ok());
    }
}
