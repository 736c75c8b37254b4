//! What the journal tells: runs, their records, and what earlier runs left open. Reading never waits for a writer.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row};

use super::{Journal, JournalError, PhoneKey, Result};
use crate::event::{Earlier, FindDevice, Progress};
use crate::model::Serial;
use crate::record::{ChainedRow, OpenPhone, RunHeader, RunRecord, chain};

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
        let connection = self.connection();
        let lines = connection
            .prepare("SELECT id, started, exit, rows FROM runs ORDER BY started DESC, id DESC")
            .and_then(|mut s| {
                s.query_map([], |r| {
                    Ok(RunLine {
                        id: r.get(0)?,
                        started: moment(&r.get::<_, String>(1)?),
                        exit: r.get(2)?,
                        rows: r.get(3)?,
                    })
                })?
                .collect()
            });
        lines.map_err(|e| self.failed(&e))
    }

    /// A run's record, by its id, the beginning of it where only one run begins so, or `last`.
    ///
    /// # Errors
    /// [`JournalError::Missing`], [`JournalError::Corrupt`].
    pub fn record(&self, run: &str) -> Result<RunRecord> {
        // One transaction, so that a run that is still writing is read at one moment.
        let connection = self.connection();
        let transaction = connection.unchecked_transaction().map_err(|e| self.failed(&e))?;
        let id = named(&transaction, run).map_err(|e| self.failed(&e))?;
        self.load(&transaction, &id.ok_or_else(|| JournalError::Missing(format!("run {run}")))?)
    }

    /// The records of a lot's runs, the earliest first. Each has a chain of its own.
    ///
    /// # Errors
    /// [`JournalError::Missing`] where no run belongs to it, [`JournalError::Corrupt`].
    pub fn lot(&self, lot: &str) -> Result<Vec<RunRecord>> {
        let connection = self.connection();
        let transaction = connection.unchecked_transaction().map_err(|e| self.failed(&e))?;
        let ids: rusqlite::Result<Vec<String>> = transaction
            .prepare("SELECT id FROM runs WHERE lot = $1 ORDER BY started, id")
            .and_then(|mut s| s.query_map([lot], |row| row.get(0))?.collect());
        let ids = ids.map_err(|e| self.failed(&e))?;
        if ids.is_empty() {
            return Err(JournalError::Missing(format!("lot {lot}")));
        }
        ids.iter().map(|id| self.load(&transaction, id)).collect()
    }

    fn load(&self, c: &Connection, id: &str) -> Result<RunRecord> {
        let (header, genesis, head, ended, exit) = c
            .query_row("SELECT header, genesis, head, ended, exit FROM runs WHERE id = ?1", [id], |r| {
                Ok((
                    r.get::<_, String>(0)?,
                    r.get(1)?,
                    r.get::<_, String>(2)?,
                    r.get::<_, Option<String>>(3)?,
                    r.get(4)?,
                ))
            })
            .map_err(|e| self.failed(&e))?;
        let header: RunHeader = serde_json::from_str(&header).map_err(|e| self.damaged(&format!("run {id}: {e}")))?;
        let mut record = RunRecord {
            header,
            ended: ended.as_deref().map(moment),
            exit,
            rows: self.rows(c, id)?,
            open: open_phones(c, id).map_err(|e| self.failed(&e))?,
            genesis,
            seal: String::new(),
            head,
        };
        record.seal = self.key.as_ref().map(|key| key.seal(&chain::sealed_text(&record))).unwrap_or_default();
        Ok(record)
    }

    fn rows(&self, c: &Connection, id: &str) -> Result<Vec<ChainedRow>> {
        let mut found = c
            .prepare("SELECT text, previous, hash, picture FROM rows WHERE run = ?1 ORDER BY row")
            .map_err(|e| self.failed(&e))?;
        let raw = found
            .query_map([id], |r| Ok((r.get::<_, String>(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))
            .map_err(|e| self.failed(&e))?;
        raw.map(|row| {
            let (text, previous, hash, picture) = row.map_err(|e| self.failed(&e))?;
            let record = serde_json::from_str(&text).map_err(|e| self.damaged(&format!("a row of run {id}: {e}")))?;
            Ok(ChainedRow { record, text, previous, hash, picture })
        })
        .collect()
    }

    fn damaged(&self, why: &str) -> JournalError {
        JournalError::Corrupt { path: self.path.clone(), why: why.to_owned() }
    }

    /// Phones that a run left without a proven end, the latest first: a re-run looks at them first. A phone that a run which
    /// lives is working on is not among them. Each with the serial that adb printed for it then: over the network that is an address.
    ///
    /// # Errors
    /// [`JournalError::Corrupt`], [`JournalError::Unwritable`].
    pub fn unsettled(&self) -> Result<Vec<(PhoneKey, Serial)>> {
        let connection = self.connection();
        // Only phones that some run left open are looked at: a journal may know a hundred thousand others. SQLite takes the serial
        // from the row of the maximum.
        let keys: rusqlite::Result<Vec<(String, String, String)>> = connection
            .prepare(
                "SELECT key, serial, max(begun) AS last FROM phones
                 WHERE key IN (SELECT key FROM phones WHERE outcome IS NULL OR outcome = 'unknown')
                 GROUP BY key ORDER BY last DESC",
            )
            .and_then(|mut s| s.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?.collect());
        let mut unsettled = Vec::new();
        for (key, serial, _) in keys.map_err(|e| self.failed(&e))? {
            let key = PhoneKey::new(key);
            let holder: Option<String> = connection
                .query_row("SELECT holder FROM held WHERE what = ?1", [format!("phone {key}")], |r| r.get(0))
                .optional()
                .map_err(|e| self.failed(&e))?;
            if holder.is_some_and(|h| super::run_lock::is_alive(&self.path, &h)) {
                continue;
            }
            if earlier(&connection, &key, None).map_err(|e| self.failed(&e))?.is_some() {
                unsettled.push((key, Serial::new(serial)));
            }
        }
        Ok(unsettled)
    }

    /// Checks the whole file and every run's chain; what is wrong, a line each.
    ///
    /// # Errors
    /// [`JournalError::Corrupt`] where it cannot be read at all.
    pub fn verify(&self) -> Result<Vec<String>> {
        let mut problems: Vec<String> = {
            let connection = self.connection();
            let lines: rusqlite::Result<Vec<String>> =
                connection.prepare("PRAGMA quick_check").and_then(|mut s| s.query_map([], |r| r.get(0))?.collect());
            lines.map_err(|e| self.failed(&e))?.into_iter().filter(|line| line != "ok").collect()
        };
        for line in self.runs()? {
            let record = self.record(&line.id)?;
            problems.extend(chain::problems(&record).into_iter().map(|p| format!("run {}: {p}", line.id)));
            let bare = record.rows.iter().filter(|row| row.picture.is_none() && row.record.picture.is_some());
            problems.extend(bare.map(|row| format!("run {}: row {}: its picture is missing", line.id, row.record.row)));
            if record.rows.len() as u32 != line.rows {
                problems.push(format!("run {}: {} rows instead of {}", line.id, record.rows.len(), line.rows));
            }
        }
        Ok(problems)
    }
}

/// The id of a run: as it is, `last`, or the beginning of one id alone.
fn named(c: &Connection, run: &str) -> rusqlite::Result<Option<String>> {
    if run == "last" {
        let sql = "SELECT id FROM runs ORDER BY started DESC, id DESC LIMIT 1";
        return c.query_row(sql, [], |row| row.get(0)).optional();
    }
    // `~` comes after every character of an id.
    let ids: Vec<String> = c
        .prepare("SELECT id FROM runs WHERE id >= $1 AND id < $1 || '~' ORDER BY id LIMIT 2")?
        .query_map([run], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(match &ids[..] {
        [first, ..] if first == run => Some(first.clone()),
        [only] if !run.is_empty() => Some(only.clone()),
        _ => None,
    })
}

/// The last run that had the phone, where it left it open.
pub(super) fn earlier(c: &Connection, key: &PhoneKey, except: Option<&str>) -> rusqlite::Result<Option<Earlier>> {
    // The latest first, by the order in which they were written: a computer's clock may be set back between two runs.
    let mut rows = c.prepare(
        "SELECT run, progress, pending, outcome FROM phones WHERE key = ?1 AND run <> ?2 ORDER BY rowid DESC LIMIT 200",
    )?;
    let rows = rows.query_map((key.as_str(), except.unwrap_or_default()), |r| {
        let progress = serde_json::from_str::<Progress>(&r.get::<_, String>(1)?).unwrap_or_default();
        Ok((Earlier { run: r.get(0)?, progress, unobserved: r.get(2)? }, r.get::<_, Option<String>>(3)?))
    })?;
    let mut found: Option<Earlier> = None;
    // Whether all later runs of this phone were killed, or lost sight of it: then what this one tapped may still be under way.
    let mut open = true;
    for row in rows {
        let (earlier, outcome) = row?;
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

fn open_phones(c: &Connection, run: &str) -> rusqlite::Result<Vec<OpenPhone>> {
    let mut found = c.prepare(
        "SELECT key, serial, model, pending FROM phones WHERE run = ?1 AND outcome IS NULL ORDER BY begun, key",
    )?;
    let phones = found.query_map([run], |r: &Row<'_>| {
        Ok(OpenPhone { hardware_serial: r.get(0)?, serial: r.get(1)?, model: r.get(2)?, unobserved: r.get(3)? })
    })?;
    phones.collect()
}

/// The word of the journal; a strange one tells nothing.
pub(super) fn find_device(word: &str) -> FindDevice {
    [FindDevice::On, FindDevice::Off].into_iter().find(|f| f.as_str() == word).unwrap_or_default()
}

/// A moment of the journal; one that cannot be read is the beginning of time, so that the rest can be told.
pub(super) fn moment(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).map(|at| at.with_timezone(&Utc)).unwrap_or_default()
}
