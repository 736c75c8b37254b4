//! How often an account's password was refused: a small file of its own in the state directory, whatever `--journal` says.
//!
//! It is what keeps this program from being a way to guess passwords. A submission is written before it is made, so that
//! killing the program before the verdict does not buy another try.

use std::path::Path;
use std::time::Duration;

use super::commit::Writer;
use super::database::Place;
use super::store::schema::LEDGER;
use super::store::{Connection, Row, Sql, Value, values};
use super::{InstallKey, Journal, JournalError, PhoneKey, Result, meta, now};
use crate::model::AccountId;
use crate::text::say;

/// After this many refusals nothing is submitted for the account until its owner says so.
pub const REJECTION_LIMIT: u32 = 3;

/// One submission whose verdict is not in yet.
#[derive(Debug)]
#[must_use = "a submission without a verdict counts as refused"]
pub struct Submission {
    id: i64,
    /// The account's gate, which this submission holds alone, and the gate's epoch.
    gate: Option<(String, i64)>,
}

/// The answer of [`Ledger::turn`].
#[derive(Debug)]
pub enum Turn {
    /// Submit.
    Granted(Submission),
    /// The account was refused too often: do not submit.
    Refused,
    /// Another bench submits for this account now: ask again in a moment.
    Elsewhere,
    /// A phone of another bench refused the password, or its verdict could not be had, since this run began: do not submit.
    Closed {
        /// What that bench said.
        why: String,
    },
}

/// This bench among those that share a ledger.
#[derive(Clone, Debug)]
struct Bench {
    /// Its run.
    run: String,
    /// When it began, by the database's clock.
    began: i64,
    /// How long a gate stays closed behind a bench that no longer answers.
    lease: Duration,
}

/// The ledger of rejections. Accounts are in it by a keyed hash of their masked form: accounts that share a mask share a
/// count, which errs on the careful side. Phones are in it by a keyed hash of their hardware serial.
#[derive(Debug)]
pub struct Ledger {
    key: InstallKey,
    writer: Writer,
    is_new: bool,
    /// Only where other benches share it.
    bench: Option<Bench>,
}

impl Ledger {
    /// Opens `rejections.db` in `dir`, or makes it.
    ///
    /// # Errors
    /// Any: without a ledger no password may be submitted.
    pub fn open(dir: &Path, key: InstallKey) -> Result<Self> {
        let path = dir.join("rejections.db");
        let was_there = std::fs::symlink_metadata(&path).is_ok_and(|found| found.len() > 0);
        let place = Place::File(path);
        let connection = place.connect(&LEDGER)?;
        let writer = Writer::new(place, &LEDGER, connection, Duration::ZERO)?;
        let fingerprint = key.fingerprint();
        // Hashes that were made with another key match no account.
        let same = writer.durable(move |c| meta::replace(c, "key", &fingerprint))?;
        Ok(Self { key, writer, is_new: !was_there || same.is_some_and(|same| !same), bench: None })
    }

    /// The ledger of a journal that benches share, for a run there. Waits up to `grace` for a lost database.
    ///
    /// # Errors
    /// Any: without a ledger no password may be submitted.
    pub fn shared(journal: &Journal, run: &str, grace: Duration) -> Result<Self> {
        let place = journal.place.clone();
        let key = journal.key().ok_or_else(|| JournalError::Unwritable {
            path: place.shown().to_owned(),
            why: say!("journal-was-opened-for-reading"),
        })?;
        let connection = place.connect(&LEDGER)?;
        let writer = Writer::new(place, &LEDGER, connection, grace)?;
        let began = writer.read(|c| c.row("SELECT now FROM clock", &[])?.first())?;
        let bench = Bench { run: run.to_owned(), began, lease: journal.lease() };
        Ok(Self { key, writer, is_new: false, bench: Some(bench) })
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
            let values = values![&account, now(), REJECTION_LIMIT];
            (0..rejections.min(REJECTION_LIMIT)).try_for_each(|_| c.execute(sql, values).map(drop))
        })
    }

    /// Asks for the account's turn over all benches, and writes that its password is about to be submitted on `phone`. On the disk before it
    /// returns. Where benches share the ledger, only one of them submits a password that no phone of this bench has accepted.
    ///
    /// # Errors
    /// Any: do not submit.
    pub fn turn(&self, account: &AccountId, phone: Option<&PhoneKey>) -> Result<Turn> {
        let Some(bench) = self.bench.clone() else {
            return Ok(self.submitting(account, phone)?.map_or(Turn::Refused, Turn::Granted));
        };
        let (account, phone) = (self.key.mask(account), phone.map(|phone| self.key.phone(phone)));
        self.writer.durable(move |c| {
            let Some((epoch, closed, why)) = take_gate(c, &account, &bench)? else { return Ok(Turn::Elsewhere) };
            if closed >= bench.began {
                open_gate(c, &account, &bench.run, epoch)?;
                return Ok(Turn::Closed { why });
            }
            let Some(id) = write_submission(c, &account, phone.as_deref())? else {
                open_gate(c, &account, &bench.run, epoch)?;
                return Ok(Turn::Refused);
            };
            Ok(Turn::Granted(Submission { id, gate: Some((account.clone(), epoch)) }))
        })
    }

    /// Closes the account for all benches whose run has begun, and says why: of a submission that an earlier run made.
    ///
    /// # Errors
    /// Where it could not be written: the other benches may submit.
    pub fn close(&self, account: &AccountId, why: &str) -> Result<()> {
        if self.bench.is_none() {
            return Ok(());
        }
        let (account, why) = (self.key.mask(account), why.to_owned());
        self.writer.durable(move |c| close_gate(c, &account, &why))
    }

    /// Writes that a password of `account` is about to be submitted on `phone`. On the disk before it returns. `None` where the
    /// limit is reached, counting what other processes wrote meanwhile: do not submit.
    ///
    /// # Errors
    /// Any: do not submit.
    pub fn submitting(&self, account: &AccountId, phone: Option<&PhoneKey>) -> Result<Option<Submission>> {
        let (account, phone) = (self.key.mask(account), phone.map(|phone| self.key.phone(phone)));
        self.writer.durable(move |c| {
            let id = write_submission(c, &account, phone.as_deref())?;
            Ok(id.map(|id| Submission { id, gate: None }))
        })
    }

    /// As [`Ledger::submitting`], for a password that the account has accepted in this run: it counts once the phone refuses it, and is
    /// remembered for its phone like every other.
    ///
    /// Nothing where another bench closed the account since this run began: do not submit.
    ///
    /// # Errors
    /// Any: do not submit.
    pub fn submitting_known(&self, account: &AccountId, phone: Option<&PhoneKey>) -> Result<Option<Submission>> {
        let (account, phone) = (self.key.mask(account), phone.map(|phone| self.key.phone(phone)));
        // Without other benches no gate is ever closed here.
        let began = self.bench.as_ref().map_or(1, |bench| bench.began);
        self.writer.durable(move |c| {
            let written = c.row_if_any(
                "INSERT INTO submissions (account, at, phone, counted) SELECT $1, $2, $3, 0
                 WHERE NOT EXISTS (SELECT 1 FROM gates WHERE account = $1 AND closed >= $4) RETURNING id",
                values![&account, now(), &phone, began],
            )?;
            written.map(|row| Ok(Submission { id: row.first()?, gate: None })).transpose()
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
            c.row_if_any(sql, values![&phone])?.map(Row::first).transpose()
        })
    }

    /// The phone accepted the password: the account's count begins anew. What other phones said of theirs is still not known.
    ///
    /// # Errors
    /// Where it could not be written; the count then stays as it was.
    pub fn accepted(&self, submission: Submission) -> Result<()> {
        let Submission { id, gate } = submission;
        let run = self.run();
        self.writer.durable(move |c| {
            if let Some((account, epoch)) = &gate {
                open_gate(c, account, &run, *epoch)?;
            }
            let sql = "SELECT account, phone FROM submissions WHERE id = $1";
            let Some(mut found) = c.row_if_any(sql, values![id])? else { return Ok(()) };
            let (account, phone): (String, Option<String>) = (found.take(0)?, found.take(1)?);
            let sql = "DELETE FROM submissions WHERE id = $1 OR (phone = $2 AND rejected IS NULL)";
            c.execute(sql, values![id, phone])?;
            begin_anew(c, &account)
        })
    }

    /// Nothing was submitted after all: it does not count.
    ///
    /// # Errors
    /// Where it could not be written; it then counts.
    pub fn withdrawn(&self, submission: Submission) -> Result<()> {
        let Submission { id, gate } = submission;
        let run = self.run();
        self.writer.durable(move |c| {
            if let Some((account, epoch)) = &gate {
                open_gate(c, account, &run, *epoch)?;
            }
            c.execute("DELETE FROM submissions WHERE id = $1", values![id]).map(drop)
        })
    }

    fn run(&self) -> String {
        self.bench.as_ref().map(|bench| bench.run.clone()).unwrap_or_default()
    }

    /// The phone refused the password. An earlier submission on it waits for nothing any more, and counts.
    ///
    /// # Errors
    /// Where it could not be written; the submission counts all the same.
    #[expect(clippy::needless_pass_by_value, reason = "a submission has one verdict")]
    pub fn rejected(&self, submission: Submission) -> Result<()> {
        let Submission { id, .. } = submission;
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
            let sql = "SELECT count(*) FROM submissions WHERE account = $1 AND counted = 1";
            c.row(sql, values![&account])?.first()
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
    fn write(&self, sql: &'static str, value: impl Into<Value>) -> Result<()> {
        let value = value.into();
        self.writer.durable(move |c| c.execute(sql, std::slice::from_ref(&value))).map(drop)
    }
}

/// Writes a submission, where the account was not refused too often.
fn write_submission(c: &Connection, account: &str, phone: Option<&str>) -> Sql<Option<i64>> {
    let written = c.row_if_any(
        "INSERT INTO submissions (account, at, phone) SELECT $1, $2, $3
         WHERE (SELECT count(*) FROM submissions WHERE account = $1 AND counted = 1) < $4
         RETURNING id",
        values![account, now(), phone, REJECTION_LIMIT],
    )?;
    written.map(Row::first).transpose()
}

/// Takes the account's gate: its epoch, when it was closed last, and why. Nothing where another bench has it. One that died has submitted
/// maybe, and nobody saw the verdict: that closes the gate for whoever had begun by then.
fn take_gate(c: &Connection, account: &str, bench: &Bench) -> Sql<Option<(i64, i64, String)>> {
    let taken = c.row_if_any(
        "INSERT INTO gates (account, holder, epoch, expires, submitted, closed, why)
         SELECT $1, $2, now, now + CAST($3 AS BIGINT), now, 0, '' FROM clock WHERE now > 0
         ON CONFLICT (account) DO UPDATE SET holder = excluded.holder, expires = excluded.expires, submitted = excluded.submitted,
             epoch = CASE WHEN excluded.epoch > gates.epoch THEN excluded.epoch ELSE gates.epoch + 1 END,
             closed = CASE WHEN gates.holder IN ('', excluded.holder) THEN gates.closed ELSE gates.submitted END,
             why = CASE WHEN gates.holder IN ('', excluded.holder) THEN gates.why ELSE $4 END
         WHERE gates.holder IN ('', excluded.holder) OR gates.expires <= (SELECT now FROM clock)
         RETURNING epoch, closed, why",
        values![account, &bench.run, bench.lease.as_millis() as i64, say!("another-bench-no-longer-answers")],
    )?;
    let Some(mut row) = taken else { return Ok(None) };
    Ok(Some((row.take(0)?, row.take(1)?, row.take(2)?)))
}

/// Lets the gate go.
fn open_gate(c: &Connection, account: &str, run: &str, epoch: i64) -> Sql<()> {
    let sql = "UPDATE gates SET holder = '' WHERE account = $1 AND holder = $2 AND epoch = $3";
    c.execute(sql, values![account, run, epoch]).map(drop)
}

/// Closes the gate for all whose run has begun.
fn close_gate(c: &Connection, account: &str, why: &str) -> Sql<()> {
    c.execute(
        "INSERT INTO gates (account, holder, epoch, expires, submitted, closed, why)
         SELECT $1, '', now, 0, now, now, $2 FROM clock WHERE now > 0
         ON CONFLICT (account) DO UPDATE SET holder = '', closed = excluded.closed, why = excluded.why",
        values![account, why],
    )
    .map(drop)
}

/// The account's count begins anew. Submissions that wait for a phone's verdict are remembered, and no longer counted.
fn begin_anew(c: &Connection, account: &str) -> Sql<()> {
    let sql = "DELETE FROM submissions WHERE account = $1 AND (phone IS NULL OR rejected IS NOT NULL)";
    c.execute(sql, values![account])?;
    c.execute("UPDATE submissions SET counted = 0 WHERE account = $1", values![account]).map(drop)
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
            phones.iter().map(|phone| ledger.submitting_known(&account, Some(phone)).unwrap().unwrap()).collect();
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
        let first = Place::File(dir.path().join("rejections.db")).connect(&LEDGER.at_version(1)).unwrap();
        let row = values![key.mask(&account), now()];
        first.execute("INSERT INTO submissions (account, at, rejected) VALUES ($1, $2, 1)", row).unwrap();
        drop(first);
        let ledger = open(dir.path());
        assert!(!ledger.is_new());
        assert_eq!(ledger.rejections(&account).unwrap(), 1);
    }
}
