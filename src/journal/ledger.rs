//! How often an account's password was refused: a small file of its own in the state directory, whatever `--journal` says.
//!
//! It is what keeps this program from being a way to guess passwords. A submission is written before it is made, so that
//! killing the program before the verdict does not buy another try.

use std::path::Path;

use super::commit::Writer;
use super::{InstallKey, Result, now, store};
use crate::model::AccountId;

/// After this many refusals nothing is submitted for the account until its owner says so.
pub const REJECTION_LIMIT: u32 = 3;

/// `PRAGMA application_id` of the ledger: `MiSr`.
pub(super) const LEDGER_ID: i32 = 0x4d69_5372;

const MIGRATIONS: &[&str] =
    &["CREATE TABLE submissions (id INTEGER PRIMARY KEY, account TEXT NOT NULL, at TEXT NOT NULL, rejected INTEGER)"];

/// One submission whose verdict is not in yet.
#[derive(Debug)]
#[must_use = "a submission without a verdict counts as refused"]
pub struct Submission(i64);

/// The ledger of rejections. Accounts are in it by a keyed hash of their masked form: accounts that share a mask share a
/// count, which errs on the careful side.
#[derive(Debug)]
pub struct Ledger {
    key: InstallKey,
    writer: Writer,
}

impl Ledger {
    /// Opens `rejections.db` in `dir`, or makes it.
    ///
    /// # Errors
    /// Any: without a ledger no password may be submitted.
    pub fn open(dir: &Path, key: InstallKey) -> Result<Self> {
        let path = dir.join("rejections.db");
        let writer = Writer::new(path.clone(), store::connect(&path, LEDGER_ID, MIGRATIONS)?);
        Ok(Self { key, writer })
    }

    /// Writes that a password of `account` is about to be submitted. On the disk before it returns. `None` where the limit is
    /// reached, counting what other processes wrote meanwhile: do not submit.
    ///
    /// # Errors
    /// Any: do not submit.
    pub fn submitting(&self, account: &AccountId) -> Result<Option<Submission>> {
        let account = self.key.mask(account);
        self.writer.durable(move |c| {
            let written = c.execute(
                "INSERT INTO submissions (account, at) SELECT ?1, ?2
                 WHERE (SELECT count(*) FROM submissions WHERE account = ?1) < ?3",
                (account, now(), REJECTION_LIMIT),
            )?;
            Ok((written == 1).then(|| Submission(c.last_insert_rowid())))
        })
    }

    /// The phone accepted the password: the account's count begins anew.
    ///
    /// # Errors
    /// Where it could not be written; the count then stays as it was.
    #[expect(clippy::needless_pass_by_value, reason = "a submission has one verdict")]
    pub fn accepted(&self, submission: Submission) -> Result<()> {
        let Submission(id) = submission;
        self.write("DELETE FROM submissions WHERE account = (SELECT account FROM submissions WHERE id = ?1)", id)
    }

    /// Nothing was submitted after all: it does not count.
    ///
    /// # Errors
    /// Where it could not be written; it then counts.
    #[expect(clippy::needless_pass_by_value, reason = "a submission has one verdict")]
    pub fn withdrawn(&self, submission: Submission) -> Result<()> {
        let Submission(id) = submission;
        self.write("DELETE FROM submissions WHERE id = ?1", id)
    }

    /// The phone refused the password.
    ///
    /// # Errors
    /// Where it could not be written; the submission counts all the same.
    #[expect(clippy::needless_pass_by_value, reason = "a submission has one verdict")]
    pub fn rejected(&self, submission: Submission) -> Result<()> {
        let Submission(id) = submission;
        self.write("UPDATE submissions SET rejected = 1 WHERE id = ?1", id)
    }

    /// Refusals of the account since its last acceptance, with the submissions whose verdict was never had.
    ///
    /// # Errors
    /// Any: do not submit.
    pub fn rejections(&self, account: &AccountId) -> Result<u32> {
        let account = self.key.mask(account);
        self.writer
            .read(|c| c.query_row("SELECT count(*) FROM submissions WHERE account = ?1", [account], |row| row.get(0)))
    }

    /// Whether another submission is allowed: fewer than [`REJECTION_LIMIT`] refusals.
    ///
    /// # Errors
    /// Any: do not submit.
    pub fn may_submit(&self, account: &AccountId) -> Result<bool> {
        self.rejections(account).map(|n| n < REJECTION_LIMIT)
    }

    /// The owner said, on a terminal, that the count may begin anew.
    ///
    /// # Errors
    /// Where it could not be written.
    pub fn forgive(&self, account: &AccountId) -> Result<()> {
        self.write("DELETE FROM submissions WHERE account = ?1", self.key.mask(account))
    }

    /// One change, with one value. Many phones get their verdicts at once, and then share one write of the disk.
    fn write(&self, sql: &'static str, value: impl rusqlite::ToSql + Send + 'static) -> Result<()> {
        self.writer.durable(move |c| c.execute(sql, [value])).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(dir: &Path) -> Ledger {
        Ledger::open(dir, InstallKey::open(dir).unwrap()).unwrap()
    }

    #[test]
    fn three_refusals_stop_an_account_over_runs_until_its_owner_says_so() {
        let dir = tempfile::tempdir().unwrap();
        let (account, other) = (AccountId::new("6230000535"), AccountId::new("7000000001"));
        for n in 0..REJECTION_LIMIT {
            let ledger = open(dir.path());
            assert!(ledger.may_submit(&account).unwrap());
            assert_eq!(ledger.rejections(&account).unwrap(), n);
            ledger.rejected(ledger.submitting(&account).unwrap().unwrap()).unwrap();
        }
        let ledger = open(dir.path());
        assert!(!ledger.may_submit(&account).unwrap());
        assert!(ledger.submitting(&account).unwrap().is_none());
        assert_eq!(ledger.rejections(&account).unwrap(), REJECTION_LIMIT, "a refused submission is not counted");
        assert!(ledger.may_submit(&other).unwrap());
        assert!(!ledger.may_submit(&AccountId::new("6230***535")).unwrap(), "the mask is the same account here");
        ledger.forgive(&account).unwrap();
        assert!(ledger.may_submit(&account).unwrap());
    }

    #[test]
    fn a_submission_without_a_verdict_counts_and_an_acceptance_clears() {
        let dir = tempfile::tempdir().unwrap();
        let account = AccountId::new("6230000535");
        let lost = open(dir.path()).submitting(&account).unwrap();
        assert!(lost.is_some());
        let ledger = open(dir.path());
        assert_eq!(ledger.rejections(&account).unwrap(), 1);
        ledger.accepted(ledger.submitting(&account).unwrap().unwrap()).unwrap();
        assert_eq!(ledger.rejections(&account).unwrap(), 0);
    }

    #[test]
    fn the_account_is_not_in_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let ledger = open(dir.path());
        ledger.rejected(ledger.submitting(&AccountId::new("6230000535")).unwrap().unwrap()).unwrap();
        drop(ledger);
        for entry in std::fs::read_dir(dir.path()).unwrap() {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            assert!(!bytes.windows(4).any(|w| w == b"6230"));
        }
    }
}
