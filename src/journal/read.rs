//! What the journal tells: runs, their records, and what earlier runs left open. Reading never waits for a writer.

use chrono::{DateTime, Utc};

use super::store::{Connection, Row, Sql, values};
use super::{Journal, JournalError, PhoneKey, Result};
use crate::event::{Earlier, FindDevice, Progress};
use crate::model::Serial;
use crate::record::{ChainedRow, OpenPhone, RunHeader, RunRecord, chain};
use crate::text::say;

/// One line of the list of runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunLine {
    /// Its id.
    pub id: String,
    /// When it began.
    pub started: DateTime<Utc>,
    /// Its exit status; absent where it was killed, or is still going.
    pub exit: Option<u8>,
    /// How many rows it has.
    pub rows: u32,
}

impl Journal {
    /// The runs, the latest first.
    ///
    /// # Errors
    /// [`JournalError::Corrupt`], [`JournalError::Unwritable`].
    pub fn runs(&self) -> Result<Vec<RunLine>> {
        self.reading(|c| {
            let lines = c.rows("SELECT id, started, exit, rows FROM runs ORDER BY started DESC, id DESC", &[])?;
            let line = |mut row: Row| {
                let started: String = row.take(1)?;
                Ok(RunLine { id: row.take(0)?, started: moment(&started), exit: row.take(2)?, rows: row.take(3)? })
            };
            lines.into_iter().map(line).collect()
        })
    }

    /// A run's record, by its id, the beginning of it where only one run begins so, or `last`.
    ///
    /// # Errors
    /// [`JournalError::Missing`], [`JournalError::Corrupt`].
    pub fn record(&self, run: &str) -> Result<RunRecord> {
        self.at_one_moment(|c| {
            let id = named(c, run).map_err(|e| self.failed(&e))?;
            self.load(c, &id.ok_or_else(|| JournalError::Missing(say!("missing-run", run)))?)
        })
    }

    /// The records of a lot's runs, the earliest first. Each has a chain of its own.
    ///
    /// # Errors
    /// [`JournalError::Missing`] where no run belongs to it, [`JournalError::Corrupt`].
    pub fn lot(&self, lot: &str) -> Result<Vec<RunRecord>> {
        self.at_one_moment(|c| {
            let ids = c.rows("SELECT id FROM runs WHERE lot = $1 ORDER BY started, id", values![lot]);
            let ids = ids.and_then(|ids| ids.into_iter().map(Row::first::<String>).collect::<Sql<Vec<_>>>());
            let ids = ids.map_err(|e| self.failed(&e))?;
            if ids.is_empty() {
                return Err(JournalError::Missing(say!("missing-lot", lot)));
            }
            ids.iter().map(|id| self.load(c, id)).collect()
        })
    }

    /// Reads in one transaction, so that a run that is still writing is read at one moment.
    fn at_one_moment<T>(&self, act: impl Fn(&Connection) -> Result<T>) -> Result<T> {
        self.reading(|c| c.snapshot(&act))?
    }

    fn load(&self, c: &Connection, id: &str) -> Result<RunRecord> {
        let sql = "SELECT header, genesis, head, ended, exit FROM runs WHERE id = $1";
        let mut run = c.row(sql, values![id]).map_err(|e| self.failed(&e))?;
        let mut told = || Ok((run.take(0)?, run.take(1)?, run.take(2)?, run.take(3)?, run.take(4)?));
        let (header, genesis, head, ended, exit): (String, _, String, Option<String>, _) =
            told().map_err(|e| self.failed(&e))?;
        let header: RunHeader = serde_json::from_str(&header).map_err(|e| self.damaged(&format!("run {id}: {e}")))?;
        let mut record = RunRecord {
            header,
            ended: ended.as_deref().map(moment),
            exit,
            rows: self.chained_rows(c, id)?,
            open: open_phones(c, id).map_err(|e| self.failed(&e))?,
            genesis,
            seal: String::new(),
            head,
        };
        record.seal = self.key.as_ref().map(|key| key.seal(&chain::sealed_text(&record))).unwrap_or_default();
        Ok(record)
    }

    fn chained_rows(&self, c: &Connection, id: &str) -> Result<Vec<ChainedRow>> {
        let sql = "SELECT text, previous, hash, picture FROM rows WHERE run = $1 ORDER BY row";
        let rows = c.rows(sql, values![id]).map_err(|e| self.failed(&e))?;
        let chained = |mut row: Row| {
            let mut told = || Ok((row.take(0)?, row.take(1)?, row.take(2)?, row.take(3)?));
            let (text, previous, hash, picture): (String, _, _, _) = told().map_err(|e| self.failed(&e))?;
            let record =
                serde_json::from_str(&text).map_err(|e| self.damaged(&say!("row-of-run-is-wrong", id, error = e)))?;
            Ok(ChainedRow { record, text, previous, hash, picture })
        };
        rows.into_iter().map(chained).collect()
    }

    fn damaged(&self, why: &str) -> JournalError {
        JournalError::Corrupt { path: self.place.shown().to_owned(), why: why.to_owned() }
    }

    /// Phones that a run left without a proven end, the latest first: a re-run looks at them first. A phone that a run which
    /// lives is working on is not among them. Each with the serial that adb printed for it then: over the network that is an address.
    ///
    /// # Errors
    /// [`JournalError::Corrupt`], [`JournalError::Unwritable`].
    pub fn unsettled(&self) -> Result<Vec<(PhoneKey, Serial)>> {
        // Only phones that some run left open are looked at: a journal may know a hundred thousand others.
        let open = "SELECT p.key, p.serial FROM phones p
                    WHERE p.key IN (SELECT key FROM phones WHERE outcome IS NULL OR outcome = 'unknown')
                      AND p.turn = (SELECT MAX(q.turn) FROM phones q WHERE q.key = p.key)
                    ORDER BY p.begun DESC";
        self.reading(|c| {
            let mut unsettled = Vec::new();
            for mut row in c.rows(open, &[])? {
                let (key, serial) = (PhoneKey::new(row.take::<String>(0)?), Serial::new(row.take::<String>(1)?));
                if !self.is_held(c, &format!("phone {key}"))? && earlier(c, &key, None)?.is_some() {
                    unsettled.push((key, serial));
                }
            }
            Ok(unsettled)
        })
    }

    /// Whether a holder that lives has `what`.
    fn is_held(&self, c: &Connection, what: &str) -> Sql<bool> {
        let sql =
            "SELECT holder, CASE WHEN expires > (SELECT now FROM clock) THEN 1 ELSE 0 END FROM held WHERE what = $1";
        let Some(mut held) = c.row_if_any(sql, values![what])? else { return Ok(false) };
        let (holder, is_current): (String, i64) = (held.take(0)?, held.take(1)?);
        Ok(if self.is_shared() { is_current == 1 } else { super::run_lock::is_alive(&self.path, &holder) })
    }

    /// Checks the whole file and every run's chain; what is wrong, a line each.
    ///
    /// # Errors
    /// [`JournalError::Corrupt`] where it cannot be read at all.
    pub fn verify(&self) -> Result<Vec<String>> {
        let mut problems: Vec<String> = Vec::new();
        if !self.is_shared() {
            // A server checks its own pages.
            let lines = self.reading(|c| c.rows("PRAGMA quick_check", &[])?.into_iter().map(Row::first).collect())?;
            problems.extend(<Vec<String>>::into_iter(lines).filter(|line| line != "ok"));
        }
        for line in self.runs()? {
            let record = self.record(&line.id)?;
            problems.extend(chain::problems(&record).into_iter().map(|p| format!("run {}: {p}", line.id)));
            let bare = record.rows.iter().filter(|row| row.picture.is_none() && row.record.picture.is_some());
            problems.extend(bare.map(|row| say!("row-of-run-has-no-picture", id = line.id, row = row.record.row)));
            if record.rows.len() as u32 != line.rows {
                problems.push(say!(
                    "run-has-another-number-of-rows",
                    id = line.id,
                    rows = record.rows.len(),
                    counted = line.rows
                ));
            }
        }
        Ok(problems)
    }
}

/// The id of a run: as it is, `last`, or the beginning of one id alone.
fn named(c: &Connection, run: &str) -> Sql<Option<String>> {
    if run == "last" {
        let sql = "SELECT id FROM runs ORDER BY started DESC, id DESC LIMIT 1";
        return c.row_if_any(sql, &[])?.map(Row::first).transpose();
    }
    // `~` comes after every character of an id.
    let found = c.rows("SELECT id FROM runs WHERE id >= $1 AND id < $1 || '~' ORDER BY id LIMIT 2", values![run])?;
    let ids: Vec<String> = found.into_iter().map(Row::first).collect::<Sql<_>>()?;
    Ok(match &ids[..] {
        [first, ..] if first == run => Some(first.clone()),
        [only] if !run.is_empty() => Some(only.clone()),
        _ => None,
    })
}

/// The last run that had the phone, where it left it open.
pub(super) fn earlier(c: &Connection, key: &PhoneKey, except: Option<&str>) -> Sql<Option<Earlier>> {
    // The latest first, by the order in which they were written: a computer's clock may be set back between two runs.
    let rows = c.rows(
        "SELECT run, progress, pending, outcome FROM phones WHERE key = $1 AND run <> $2 ORDER BY turn DESC LIMIT 200",
        values![key.as_str(), except.unwrap_or_default()],
    )?;
    let mut found: Option<Earlier> = None;
    // Whether all later runs of this phone were killed, or lost sight of it: then what this one tapped may still be under way.
    let mut open = true;
    for mut row in rows {
        let progress = serde_json::from_str::<Progress>(&row.take::<String>(1)?).unwrap_or_default();
        let earlier = Earlier { run: row.take(0)?, progress, unobserved: row.take(2)? };
        let outcome: Option<String> = row.take(3)?;
        let outcome = outcome.as_deref();
        if matches!(outcome, Some("signed-out" | "already-signed-out")) {
            break;
        }
        open &= matches!(outcome, None | Some("unknown"));
        let (afresh, verdict) = (earlier.progress.afresh, earlier.progress.verdict);
        if open {
            match &mut found {
                None => found = Some(earlier),
                Some(found) => {
                    found.progress.tapped.extend(earlier.progress.tapped);
                    found.progress.submitted |= earlier.progress.submitted;
                    found.unobserved = found.unobserved.take().or(earlier.unobserved);
                }
            }
        } else if earlier.progress.awaits_verdict() {
            // It ended with a row, and the phone's answer is still unknown: the password may have been wrong.
            let carried = found.get_or_insert(Earlier { progress: Progress::default(), ..earlier });
            carried.progress.submitted = true;
        }
        if verdict || afresh {
            break;
        }
    }
    Ok(found.map(|found| Earlier { progress: found.progress.carried(), ..found }))
}

fn open_phones(c: &Connection, run: &str) -> Sql<Vec<OpenPhone>> {
    let sql = "SELECT key, serial, model, pending FROM phones WHERE run = $1 AND outcome IS NULL ORDER BY begun, key";
    let phone = |mut row: Row| {
        let (hardware_serial, serial) = (row.take(0)?, row.take(1)?);
        Ok(OpenPhone { hardware_serial, serial, model: row.take(2)?, unobserved: row.take(3)? })
    };
    c.rows(sql, values![run])?.into_iter().map(phone).collect()
}

/// The word of the journal; a strange one tells nothing.
pub(super) fn find_device(word: &str) -> FindDevice {
    [FindDevice::On, FindDevice::Off].into_iter().find(|f| f.as_str() == word).unwrap_or_default()
}

/// A moment of the journal; one that cannot be read is the beginning of time, so that the rest can be told.
pub(super) fn moment(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).map(|at| at.with_timezone(&Utc)).unwrap_or_default()
}
