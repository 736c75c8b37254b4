//! One run: what is told while it goes.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::Utc;
use rusqlite::{Connection, OptionalExtension};

use super::commit::Writer;
use super::run_lock::{self, RunLock};
use super::{
    Earlier, InstallKey, Journal, JournalError, PhoneInfo, PhoneKey, Result, deletion_queue, now, read, rows, store,
    written,
};
use crate::event::{Event, EventKind, FindDevice, Progress, Subject};
use crate::model::{AccountId, ResultRow};
use crate::record::{
    OpenRows, RunHeader,
    chain::{self, canonical},
};

/// What a run is told at its begin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunInfo {
    /// Name and version of this program.
    pub tool: String,
    /// Who works.
    pub operator: Option<String>,
    /// Where.
    pub station: Option<String>,
    /// Who authorised it.
    pub authorised_by: Option<String>,
    /// Options that matter later, by name. Never a password.
    pub options: BTreeMap<String, String>,
    /// The lot that the run belongs to.
    pub lot: Option<String>,
}

/// A mutating step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutation<'a> {
    /// The screen it is done on.
    pub screen: &'a str,
    /// In words; never what is typed.
    pub what: &'a str,
}

/// A run that is going. Cheap to clone; every worker has one.
#[derive(Clone, Debug)]
pub struct Run(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    journal: Arc<Journal>,
    key: InstallKey,
    header: RunHeader,
    writer: Writer,
    /// What was heard of phones that have no row yet.
    open: Mutex<OpenRows>,
    _lock: RunLock,
}

impl Journal {
    /// Begins a run. It holds a lock for as long as its process lives.
    ///
    /// # Errors
    /// [`JournalError::Unwritable`]: go on without a record, saying so.
    pub fn begin(self: &Arc<Self>, info: RunInfo) -> Result<Run> {
        let key = self.key.clone().ok_or_else(|| JournalError::Unwritable {
            path: self.path.clone(),
            why: "it was opened for reading".to_owned(),
        })?;
        let mut connection = self.another()?;
        let started = Utc::now();
        let random: String = connection
            .query_row("SELECT lower(hex(randomblob(2)))", [], |row| row.get(0))
            .map_err(|e| self.failed(&e))?;
        let RunInfo { tool, operator, station, authorised_by, options, lot } = info;
        let id = format!("{}-{random}", started.format("%Y%m%d-%H%M%S"));
        let header = RunHeader { id, started, tool, operator, station, authorised_by, options, lot };
        // Alive before it is in the journal, so that no other run takes it for dead in between.
        let lock = RunLock::take(&self.path, &header.id)?;
        insert_run(&mut connection, &header).map_err(|e| self.failed(&e))?;
        self.sweep(&mut connection);
        let writer = Writer::new(self.path.clone(), connection);
        let journal = Arc::clone(self);
        Ok(Run(Arc::new(Inner { journal, key, header, writer, open: Mutex::default(), _lock: lock })))
    }

    /// Clears away what runs of dead processes held. Best effort: a lock of the dead is also taken over where it stands in the way.
    fn sweep(&self, connection: &mut Connection) {
        let dead: Vec<String> = connection
            .prepare("SELECT DISTINCT holder FROM held UNION SELECT id FROM runs WHERE ended IS NULL")
            .and_then(|mut s| s.query_map([], |row| row.get(0))?.collect())
            .unwrap_or_default();
        for holder in dead.iter().filter(|h| !run_lock::is_alive(&self.path, h)) {
            let _ = connection.execute("DELETE FROM held WHERE holder = ?1", [holder]);
            run_lock::sweep(&self.path, holder);
        }
    }
}

impl Run {
    /// The run's id, which `report RUN` takes.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.0.header.id
    }

    /// The folder beside the journal for the screens that no profile knows, of all runs.
    #[must_use]
    pub fn screens_root(&self) -> PathBuf {
        super::screens_root(self.0.journal.path())
    }

    /// Takes a phone up, for this run alone. Taking it up again at the same place is the same phone come back.
    ///
    /// # Errors
    /// [`JournalError::Busy`] where a run that lives has it, [`JournalError::Duplicate`] where this run has another phone of
    /// this serial; both: leave the phone alone. [`JournalError::Unwritable`].
    pub fn phone(&self, info: &PhoneInfo) -> Result<()> {
        let (claimed, info) = (info.clone(), info.clone());
        let what = format!("phone {}", info.key);
        self.durable(move |t, run| {
            let known: Option<(String, String, Option<String>)> = t
                .query_row(
                    "SELECT serial, adb, place FROM phones WHERE run = ?1 AND key = ?2",
                    (&run.header.id, info.key.as_str()),
                    |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
                )
                .optional()?;
            if let Some((serial, adb, place)) = known {
                let held: Option<String> = t
                    .query_row("SELECT holder FROM held WHERE what = ?1", [&what], |row| row.get(0))
                    .optional()?;
                // Held by this run still, and not where it was: two phones with one serial.
                if held.as_ref() == Some(&run.header.id) && (serial.as_str(), &adb, &place) != (info.serial.as_str(), &info.adb, &info.place) {
                    return Ok(Err(JournalError::Duplicate(info.key.to_string())));
                }
            }
            if let Err(busy) = hold(t, &run.journal, &what, &run.header.id)? {
                return Ok(Err(busy));
            }
            t.execute(
                "INSERT INTO phones (run, key, serial, adb, make, model, place, find_device, begun, progress)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'unknown', ?8, '{}')
                 ON CONFLICT (run, key) DO UPDATE SET serial = ?3, adb = ?4, make = ?5, model = ?6, place = ?7, outcome = NULL",
                (
                    &run.header.id,
                    info.key.as_str(),
                    info.serial.as_str(),
                    &info.adb,
                    &info.make,
                    &info.model,
                    &info.place,
                    now(),
                ),
            )?;
            Ok(Ok(()))
        })??;
        self.open_rows().claim(&claimed);
        Ok(())
    }

    /// Writes an event. It survives the end of this process at once, and a power cut from the next durable step on.
    ///
    /// # Errors
    /// [`JournalError::Unwritable`].
    pub fn event(&self, event: &Event) -> Result<()> {
        let key = match &event.subject {
            Subject::Phone(serial) => {
                let mut open = self.open_rows();
                open.hear(event);
                open.key_of(serial).map(ToString::to_string)
            }
            Subject::Account(_) | Subject::Run(_) => None,
        };
        // The row itself comes through `result`, in its chain.
        if matches!(event.kind, EventKind::Ended(_)) {
            return Ok(());
        }
        let text = serde_json::to_string(event).unwrap_or_default();
        self.0
            .writer
            .relaxed(|c| {
                c.execute(
                    "INSERT INTO events (run, key, at, event) VALUES (?1, ?2, ?3, ?4)",
                    (&self.0.header.id, key, written(event.at), text),
                )
            })
            .map(drop)
    }

    /// Writes that a mutating step is about to be done; `progress` is what will hold once it is. On the disk before it returns.
    ///
    /// # Errors
    /// [`JournalError::Unwritable`]: the step is not recorded.
    pub fn before_mutation(&self, key: &PhoneKey, step: &Mutation<'_>, progress: &Progress) -> Result<()> {
        let pending = format!("{} on {}", step.what, step.screen);
        self.note_progress(key, progress, Some(&pending))
    }

    /// Writes that what followed a mutating step was observed. On the disk before it returns.
    ///
    /// # Errors
    /// [`JournalError::Unwritable`].
    pub fn observed(&self, key: &PhoneKey, progress: &Progress) -> Result<()> {
        self.note_progress(key, progress, None)
    }

    fn note_progress(&self, key: &PhoneKey, progress: &Progress, pending: Option<&str>) -> Result<()> {
        let (phone, progress, pending) = (key.clone(), canonical(progress), pending.map(str::to_owned));
        let changed = self.durable(move |t, run| {
            t.execute(
                "UPDATE phones SET progress = ?3, pending = ?4 WHERE run = ?1 AND key = ?2",
                (&run.header.id, phone.as_str(), progress, pending),
            )
        })?;
        if changed == 1 { Ok(()) } else { Err(JournalError::Missing(format!("phone {key} in this run"))) }
    }

    /// What an earlier run did on this phone and did not bring to an end: it was killed, or its outcome is unknown. Absent where
    /// the last run that had the phone ended with a proven row.
    ///
    /// # Errors
    /// [`JournalError::Unwritable`], [`JournalError::Corrupt`].
    pub fn earlier(&self, key: &PhoneKey) -> Result<Option<Earlier>> {
        read::earlier(&self.connection(), key, Some(self.id())).map_err(|e| self.0.journal.failed(&e))
    }

    /// The progress of [`Run::earlier`].
    ///
    /// # Errors
    /// As there.
    pub fn progress(&self, key: &PhoneKey) -> Result<Option<Progress>> {
        Ok(self.earlier(key)?.map(|e| e.progress))
    }

    /// What the walk saw of Find Device.
    ///
    /// # Errors
    /// [`JournalError::Unwritable`].
    pub fn find_device(&self, key: &PhoneKey, seen: FindDevice) -> Result<()> {
        self.open_rows().find_device(key, seen);
        let key = key.clone();
        self.durable(move |t, run| {
            t.execute(
                "UPDATE phones SET find_device = ?3 WHERE run = ?1 AND key = ?2",
                (&run.header.id, key.as_str(), seen.as_str()),
            )
        })
        .map(drop)
    }

    /// Keeps a PNG of the failing screen for the phone's row; tell it before [`Run::result`]. The caller sees to it that it shows
    /// no password field and no unmasked account.
    ///
    /// # Errors
    /// [`JournalError::Unwritable`].
    pub fn picture(&self, key: &PhoneKey, png: &[u8]) -> Result<()> {
        let (key, png) = (key.clone(), png.to_owned());
        self.durable(move |t, run| {
            t.execute("INSERT OR REPLACE INTO pictures VALUES (?1, ?2, ?3)", (&run.header.id, key.as_str(), png))
        })
        .map(drop)
    }

    /// Writes a phone's row, links it into the chain, notes it for the deletion of its account, and lets the phone go. `key` is
    /// absent where the hardware serial could not be read.
    ///
    /// # Errors
    /// [`JournalError::Unwritable`].
    pub fn result(&self, key: Option<&PhoneKey>, row: &ResultRow) -> Result<()> {
        let record = self.open_rows().close(&self.0.header, key, row);
        let (key, row) = (key.cloned(), row.clone());
        self.durable(move |t, run| {
            let (key, row) = (key.as_ref(), &row);
            rows::append(t, key, record)?;
            if let Some(key) = key {
                t.execute(
                    "UPDATE phones SET outcome = ?3, pending = CASE WHEN ?3 = 'unknown' THEN pending END
                     WHERE run = ?1 AND key = ?2",
                    (&run.header.id, key.as_str(), row.outcome.as_str()),
                )?;
                t.execute(
                    "DELETE FROM held WHERE what = ?1 AND holder = ?2",
                    (format!("phone {key}"), &run.header.id),
                )?;
                deletion_queue::note(t, &run.key, &run.header.id, key, row)?;
            }
            Ok(())
        })
    }

    /// Notes the account of a phone before its end, so that the hand-over knows phones whose run was killed too.
    ///
    /// # Errors
    /// [`JournalError::Unwritable`].
    pub fn account(&self, key: &PhoneKey, account: &AccountId) -> Result<()> {
        let (key, account) = (key.clone(), account.clone());
        self.durable(move |t, run| deletion_queue::seen(t, &run.key, &run.header.id, &key, &account))
    }

    /// Writes that the run ended, with its exit status, and lets everything go.
    ///
    /// # Errors
    /// [`JournalError::Unwritable`].
    pub fn finish(&self, exit: u8) -> Result<()> {
        self.durable(move |t, run| {
            t.execute("UPDATE runs SET ended = ?2, exit = ?3 WHERE id = ?1", (&run.header.id, now(), exit))?;
            t.execute("DELETE FROM held WHERE holder = ?1", [&run.header.id])
        })
        .map(drop)
    }

    fn open_rows(&self) -> MutexGuard<'_, OpenRows> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.0.writer.connection()
    }

    /// Does `act` in a transaction that is on the disk, with all that was written before it, when this returns.
    fn durable<T: Send + 'static>(
        &self,
        act: impl FnOnce(&Connection, &Inner) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T> {
        let run = Arc::clone(&self.0);
        self.0.writer.durable(move |connection| act(connection, &run))
    }
}

/// Holds `what` for `holder`. Whoever held it and is dead loses it.
pub(super) fn hold(
    t: &Connection,
    journal: &Journal,
    what: &str,
    holder: &str,
) -> rusqlite::Result<std::result::Result<(), JournalError>> {
    let held: Option<(String, u32, String)> = t
        .query_row("SELECT holder, pid, since FROM held WHERE what = ?1", [what], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    if let Some((run, pid, since)) = held
        && run != holder
        && run_lock::is_alive(&journal.path, &run)
    {
        return Ok(Err(JournalError::Busy { what: what.to_owned(), run, pid, since }));
    }
    t.execute("INSERT OR REPLACE INTO held VALUES (?1, ?2, ?3, ?4)", (what, holder, std::process::id(), now()))?;
    Ok(Ok(()))
}

fn insert_run(connection: &mut Connection, header: &RunHeader) -> rusqlite::Result<()> {
    let text = canonical(header);
    let genesis = chain::genesis(&text);
    let transaction = store::begin(connection)?;
    transaction.execute(
        "INSERT INTO runs (id, header, genesis, head, rows, pid, started, lot) VALUES (?1, ?2, ?3, ?3, 0, ?4, ?5, ?6)",
        (&header.id, text, genesis, std::process::id(), written(header.started), &header.lot),
    )?;
    transaction.commit()
}
