//! How often an account's password was refused: a small file of its own in the state directory, whatever `--journal` says.
//!
//! It is what keeps this program from being a way to guess passwords. A submission is written before it is made, so that
//! killing the program before the verdict does not buy another try.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension};

use super::commit::Writer;
use super::{InstallKey, PhoneKey, Result, meta, now, store};
use crate::model::AccountId;

/// After this many refusals nothing is submitted for the account until its owner says so.
pub const REJECTION_LIMIT: u32 = 3;

/// `PRAGMA application_id` of the ledger: `MiSr`.
pub(super) const LEDGER_ID: i32 = 0x4d69_5372;

const MIGRATIONS: &[&str] = &[
    "CREATE TABLE submissions (id INTEGER PRIMARY KEY, account TEXT NOT NULL, at TEXT NOT NULL, rejected INTEGER)",
    "ALTER TABLE submissions ADD COLUMN phone TEXT;
     ALTER TABLE submissions ADD COLUMN counted INTEGER NOT NULL DEFAULT 1;
     CREATE INDEX submissions_by_account ON submissions (account);
     CREATE INDEX submissions_by_phone ON submissions (phone);
     CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
];

/// One submission whose verdict is not in yet.
#[derive(Debug)]
#[must_use = "a submission without a verdict counts as refused"]
pub struct Submission(i64);

/// The ledger of rejections. Accounts are in it by a keyed hash of their masked form: accounts that share a mask share a
/// count, which errs on the careful side. Phones are in it by a keyed hash of their hardware serial.
#[derive(Debug)]
pub struct Ledger {
    key: InstallKey,
    writer: Writer,
    is_new: bool,
}

impl Ledger {
    /// Opens `rejections.db` in `dir`, or makes it.
    ///
    /// # Errors
    /// Any: without a ledger no password may be submitted.
    pub fn open(dir: &Path, key: InstallKey) -> Result<Self> {
        let path = dir.join("rejections.db");
        let was_there = std::fs::symlink_metadata(&path).is_ok_and(|found| found.len() > 0);
        let writer = Writer::new(path.clone(), store::connect(&path, LEDGER_ID, MIGRATIONS)?);
        let fingerprint = key.fingerprint();
        // Hashes that were made with another key match no account.
        let same = writer.durable(move |c| meta::replace(c, "key", &fingerprint))?;
        Ok(Self { key, writer, is_new: !was_there || same.is_some_and(|same| !same) })
    }

    /// Whether its counts begin anew: it was missing, or its key was.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.is_new
    }

    /// Takes rejections over that a journal knows of, up to [`REJECTION_LIMIT`]: for a ledger that [`Ledger::is_new`].
    ///
    /// # Errors
    /// Any: do not submit.
    pub fn restore(&self, account: &AccountId, rejections: u32) -> Result<()> {
        let account = self.key.mask(account);
        self.writer.durable(move |c| {
            let sql = "INSERT INTO submissions (account, at, rejected) SELECT $1, $2, 1
                       WHERE (SELECT count(*) FROM submissions WHERE account = $1 AND counted = 1) < $3";
            (0..rejections.min(REJECTION_LIMIT))
                .try_for_each(|_| c.execute(sql, (&account, now(), REJECTION_LIMIT)).map(drop))
        })
    }

    /// Writes that a password of `account` is about to be submitted on `phone`. On the disk before it returns. `None` where the
    /// limit is reached, counting what other processes wrote meanwhile: do not submit.
    ///
    /// # Errors
    /// Any: do not submit.
    pub fn submitting(&self, account: &AccountId, phone: Option<&PhoneKey>) -> Result<Option<Submission>> {
        let (account, phone) = (self.key.mask(account), phone.map(|phone| self.key.phone(phone)));
        self.writer.durable(move |c| {
            let written = c.execute(
                "INSERT INTO submissions (account, at, phone) SELECT $1, $2, $3
                 WHERE (SELECT count(*) FROM submissions WHERE account = $1 AND counted = 1) < $4",
                (account, now(), phone, REJECTION_LIMIT),
            )?;
            Ok((written == 1).then(|| Submission(c.last_insert_rowid())))
        })
    }

    /// As [`Ledger::submitting`], for a password that the account has accepted in this run: it counts once the phone refuses it, and is
    /// remembered for its phone like every other.
    ///
    /// # Errors
    /// Any: do not submit.
    pub fn submitting_known(&self, account: &AccountId, phone: Option<&PhoneKey>) -> Result<Submission> {
        let (account, phone) = (self.key.mask(account), phone.map(|phone| self.key.phone(phone)));
        self.writer.durable(move |c| {
            let sql = "INSERT INTO submissions (account, at, phone, counted) VALUES ($1, $2, $3, 0)";
            c.execute(sql, (account, now(), phone))?;
            Ok(Submission(c.last_insert_rowid()))
        })
    }

    /// Since when a submission on this phone waits for its verdict, as RFC 3339; absent where none does.
    ///
    /// # Errors
    /// Any: do not submit.
    pub fn awaits_verdict(&self, phone: &PhoneKey) -> Result<Option<String>> {
        let phone = self.key.phone(phone);
        self.writer.read(|c| {
            let sql = "SELECT at FROM submissions WHERE phone = $1 AND rejected IS NULL ORDER BY id DESC LIMIT 1";
            c.query_row(sql, [phone], |row| row.get(0)).optional()
        })
    }

    /// The phone accepted the password: the account's count begins anew. What other phones said of theirs is still not known.
    ///
    /// # Errors
    /// Where it could not be written; the count then stays as it was.
    #[expect(clippy::needless_pass_by_value, reason = "a submission has one verdict")]
    pub fn accepted(&self, submission: Submission) -> Result<()> {
        let Submission(id) = submission;
        self.writer.durable(move |c| {
            let sql = "SELECT account, phone FROM submissions WHERE id = $1";
            let found: Option<(String, Option<String>)> =
                c.query_row(sql, [id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
            let Some((account, phone)) = found else { return Ok(()) };
            c.execute("DELETE FROM submissions WHERE id = $1 OR (phone = $2 AND rejected IS NULL)", (id, phone))?;
            begin_anew(c, &account)
        })
    }

    /// Nothing was submitted after all: it does not count.
    ///
    /// # Errors
    /// Where it could not be written; it then counts.
    #[expect(clippy::needless_pass_by_value, reason = "a submission has one verdict")]
    pub fn withdrawn(&self, submission: Submission) -> Result<()> {
        let Submission(id) = submission;
        self.write("DELETE FROM submissions WHERE id = $1", id)
    }

    /// The phone refused the password. An earlier submission on it waits for nothing any more, and counts.
    ///
    /// # Errors
    /// Where it could not be written; the submission counts all the same.
    #[expect(clippy::needless_pass_by_value, reason = "a submission has one verdict")]
    pub fn rejected(&self, submission: Submission) -> Result<()> {
        let Submission(id) = submission;
        self.write(
            "UPDATE submissions SET rejected = 1, counted = CASE WHEN id = $1 THEN 1 ELSE counted END WHERE id = $1
             OR (phone = (SELECT phone FROM submissions WHERE id = $1) AND rejected IS NULL)",
            id,
        )
    }

    /// The phone is proven out of its account: whatever was submitted on it was accepted, or matters no more.
    ///
    /// # Errors
    /// Where it could not be written; the submission then waits on.
    pub fn settled(&self, phone: &PhoneKey) -> Result<()> {
        self.write("DELETE FROM submissions WHERE phone = $1 AND rejected IS NULL", self.key.phone(phone))
    }

    /// Refusals of the account since its last acceptance, with the submissions whose verdict was never had.
    ///
    /// # Errors
    /// Any: do not submit.
    pub fn rejections(&self, account: &AccountId) -> Result<u32> {
        let account = self.key.mask(account);
        self.writer.read(|c| {
            c.query_row("SELECT count(*) FROM submissions WHERE account = $1 AND counted = 1", [account], |row| {
                row.get(0)
            })
        })
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
        let account = self.key.mask(account);
        self.writer.durable(move |c| begin_anew(c, &account))
    }

    /// One change, with one value. Many phones get their verdicts at once, and then share one write of the disk.
    fn write(&self, sql: &'static str, value: impl rusqlite::ToSql + Send + 'static) -> Result<()> {
        self.writer.durable(move |c| c.execute(sql, [value])).map(drop)
    }
}

/// The account's count begins anew. Submissions that wait for a phone's verdict are remembered, and no longer counted.
fn begin_anew(c: &Connection, account: &str) -> rusqlite::Result<()> {
    c.execute("DELETE FROM submissions WHERE account = $1 AND (phone IS NULL OR rejected IS NOT NULL)", [account])?;
    c.execute("UPDATE submissions SET counted = 0 WHERE account = $1", [account]).map(drop)
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
            ledger.rejected(ledger.submitting(&account, None).unwrap().unwrap()).unwrap();
        }
        let ledger = open(dir.path());
        assert!(!ledger.may_submit(&account).unwrap());
        assert!(ledger.submitting(&account, None).unwrap().is_none());
        assert_eq!(ledger.rejections(&account).unwrap(), REJECTION_LIMIT, "a refused submission is not counted");
        assert!(ledger.may_submit(&other).unwrap());
        assert!(!ledger.may_submit(&AccountId::new("6230***535")).unwrap(), "the mask is the same account here");
        ledger.forgive(&account).unwrap();
        assert!(ledger.may_submit(&account).unwrap());
    }

    #[test]
    fn a_known_password_counts_once_it_is_refused_and_is_remembered_for_its_phone() {
        let dir = tempfile::tempdir().unwrap();
        let account = AccountId::new("6230000535");
        let ledger = open(dir.path());
        let phones: Vec<PhoneKey> = (0..8).map(|n| PhoneKey::new(format!("phone-{n}"))).collect();
        let mut open: Vec<_> =
            phones.iter().map(|phone| ledger.submitting_known(&account, Some(phone)).unwrap()).collect();
        assert_eq!(ledger.rejections(&account).unwrap(), 0);
        assert!(phones.iter().all(|phone| ledger.awaits_verdict(phone).unwrap().is_some()));
        ledger.rejected(open.pop().unwrap()).unwrap();
        assert_eq!(ledger.rejections(&account).unwrap(), 1);
        ledger.accepted(open.pop().unwrap()).unwrap();
        assert!(ledger.awaits_verdict(&phones[0]).unwrap().is_some(), "what that phone said is still not known");
    }

    #[test]
    fn a_submission_without_a_verdict_counts_and_an_acceptance_clears() {
        let dir = tempfile::tempdir().unwrap();
        let account = AccountId::new("6230000535");
        let lost = open(dir.path()).submitting(&account, None).unwrap();
        assert!(lost.is_some());
        let ledger = open(dir.path());
        assert_eq!(ledger.rejections(&account).unwrap(), 1);
        ledger.accepted(ledger.submitting(&account, None).unwrap().unwrap()).unwrap();
        assert_eq!(ledger.rejections(&account).unwrap(), 0);
    }

    #[test]
    fn the_account_is_not_in_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let ledger = open(dir.path());
        ledger.rejected(ledger.submitting(&AccountId::new("6230000535"), None).unwrap().unwrap()).unwrap();
        drop(ledger);
        for entry in std::fs::read_dir(dir.path()).unwrap() {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            assert!(!bytes.windows(4).any(|w| w == b"6230"));
        }
    }

    #[test]
    fn a17_a_submission_waits_for_its_phones_verdict_whatever_becomes_of_the_account() {
        let dir = tempfile::tempdir().unwrap();
        let account = AccountId::new("6230000535");
        let (a, b) = (PhoneKey::new("a"), PhoneKey::new("b"));
        let ledger = open(dir.path());
        let waits = |phone| open(dir.path()).awaits_verdict(phone).unwrap().is_some();
        let submit = |phone| ledger.submitting(&account, Some(phone)).unwrap().unwrap();
        let _lost = submit(&a);
        assert!(waits(&a) && !waits(&b));
        ledger.accepted(submit(&b)).unwrap();
        assert!(waits(&a) && !waits(&b), "another phone's verdict is not this one's");
        assert_eq!(ledger.rejections(&account).unwrap(), 0);
        ledger.forgive(&account).unwrap();
        assert!(waits(&a));
        // Submitted once more, with --again: killed before the verdict, and then refused.
        let again = submit(&a);
        assert!(waits(&a));
        ledger.withdrawn(again).unwrap();
        assert!(waits(&a), "nothing was submitted the second time");
        ledger.rejected(submit(&a)).unwrap();
        assert!(!waits(&a));
        let _lost = submit(&b);
        ledger.settled(&b).unwrap();
        assert!(!waits(&b), "proven out");
    }

    #[test]
    fn a7_a_ledger_that_was_removed_or_has_another_key_says_that_it_is_new() {
        let dir = tempfile::tempdir().unwrap();
        let account = AccountId::new("6230***535");
        assert!(open(dir.path()).is_new());
        assert!(!open(dir.path()).is_new());
        std::fs::remove_file(dir.path().join("install.key")).unwrap();
        let ledger = open(dir.path());
        assert!(ledger.is_new(), "its hashes belong to nobody");
        ledger.restore(&account, 7).unwrap();
        assert_eq!(ledger.rejections(&AccountId::new("6230000535")).unwrap(), REJECTION_LIMIT);
        drop(ledger);
        assert!(!open(dir.path()).is_new());
        for entry in std::fs::read_dir(dir.path()).unwrap().map(std::result::Result::unwrap) {
            if entry.file_name().to_string_lossy().starts_with("rejections.db") {
                std::fs::remove_file(entry.path()).unwrap();
            }
        }
        assert!(open(dir.path()).is_new());
    }

    #[test]
    fn a_ledger_of_the_first_version_keeps_its_counts_and_is_not_new() {
        let dir = tempfile::tempdir().unwrap();
        let account = AccountId::new("6230000535");
        let key = InstallKey::open(dir.path()).unwrap();
        let first = store::connect(&dir.path().join("rejections.db"), LEDGER_ID, &MIGRATIONS[..1]).unwrap();
        let row = (key.mask(&account), now());
        first.execute("INSERT INTO submissions (account, at, rejected) VALUES ($1, $2, 1)", row).unwrap();
        drop(first);
        let ledger = open(dir.path());
        assert!(!ledger.is_new());
        assert_eq!(ledger.rejections(&account).unwrap(), 1);
    }
}
