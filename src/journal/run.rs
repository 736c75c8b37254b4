//! One run: what is told while it goes.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::Utc;

use super::commit::{Told, Writer};
use super::lease::{self, Heartbeat};
use super::run_lock::{self, RunLock};
use super::store::schema::JOURNAL;
use super::store::{Connection, Sql, values};
use super::{
    Earlier, InstallKey, Journal, JournalError, PhoneInfo, PhoneKey, Result, deletion_queue, now, random_id, read,
    rows, written,
};
use crate::event::{Event, EventKind, FindDevice, Progress, Subject};
use crate::model::{AccountId, ResultRow};
use crate::record::{
    OpenRows, RunHeader,
    chain::{self, canonical},
};
use crate::text::say;

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
    /// How long to wait for a lost database server.
    pub grace: Duration,
}

/// A mutating step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutation<'a> {
    /// The screen it is done on.
    pub screen: &'a str,
    /// In words; never what is typed.
    pub what: &'a str,
}

/// What becomes of a step that waits for [`Run::flush`]: to be called after it.
pub(super) type Pending<'r, T> = Box<dyn FnOnce() -> Result<T> + 'r>;

/// A run that is going. Cheap to clone; every worker has one.
#[derive(Clone, Debug)]
pub struct Run(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    journal: Arc<Journal>,
    key: InstallKey,
    header: RunHeader,
    writer: Arc<Writer>,
    /// What was heard of phones that have no row yet.
    open: Mutex<OpenRows>,
    /// The epochs of the phones that this run holds.
    epochs: Mutex<BTreeMap<PhoneKey, i64>>,
    _heartbeat: Option<Heartbeat>,
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
            why: say!("journal-was-opened-for-reading"),
        })?;
        let connection = self.another()?;
        let started = Utc::now();
        let RunInfo { tool, operator, station, authorised_by, options, lot, grace } = info;
        // Many benches begin runs in one second.
        let random = random_id()?;
        let id = format!("{}-{}", started.format("%Y%m%d-%H%M%S"), &random[..if self.is_shared() { 8 } else { 4 }]);
        let header = RunHeader { id, started, tool, operator, station, authorised_by, options, lot };
        // Alive before it is in the journal, so that no other run takes it for dead in between.
        let lock = RunLock::take(&self.path, &header.id)?;
        insert_run(&connection, &header).map_err(|e| self.failed(&e))?;
        self.sweep(&connection);
        let writer = Arc::new(Writer::new(self.place.clone(), &JOURNAL, connection, grace)?);
        let events = Arc::downgrade(&writer);
        let heartbeat = Heartbeat::start(self, &header.id, move || {
            if let Some(writer) = events.upgrade() {
                writer.flush();
            }
        })?;
        Ok(Run(Arc::new(Inner {
            journal: Arc::clone(self),
            key,
            header,
            writer,
            open: Mutex::default(),
            epochs: Mutex::default(),
            _heartbeat: heartbeat,
            _lock: lock,
        })))
    }

    /// Clears away what runs of dead processes of this computer held. Best effort: a lock of the dead is also taken over where it stands
    /// in the way.
    fn sweep(&self, connection: &Connection) {
        let found = if self.is_shared() {
            connection.rows("SELECT DISTINCT holder FROM held WHERE host = $1 AND host <> ''", values![self.bench()])
        } else {
            connection.rows("SELECT DISTINCT holder FROM held UNION SELECT id FROM runs WHERE ended IS NULL", &[])
        };
        let holders = found.unwrap_or_default().into_iter().filter_map(|row| row.first::<String>().ok());
        for holder in holders.filter(|holder| !run_lock::is_alive(&self.path, holder)) {
            let _ = connection.execute("DELETE FROM held WHERE holder = $1", values![&holder]);
            run_lock::sweep(&self.path, &holder);
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
        self.flushed(self.queue_phone(info))
    }

    pub(super) fn queue_phone(&self, info: &PhoneInfo) -> Pending<'_, ()> {
        let (claimed, info) = (info.clone(), info.clone());
        let what = format!("phone {}", info.key);
        let epoch = self.queue(move |t, run| {
            let known = t.row_if_any(
                "SELECT serial, adb, place FROM phones WHERE run = $1 AND key = $2",
                values![&run.header.id, info.key.as_str()],
            )?;
            if let Some(mut known) = known {
                let (serial, adb, place): (String, String, Option<String>) =
                    (known.take(0)?, known.take(1)?, known.take(2)?);
                let is_elsewhere = (serial.as_str(), &adb, &place) != (info.serial.as_str(), &info.adb, &info.place);
                let held = t.row_if_any(
                    "SELECT 1 FROM held WHERE what = $1 AND holder = $2",
                    values![&what, &run.header.id],
                )?;
                // Held by this run still, and not where it was: two phones with one serial.
                if held.is_some() && is_elsewhere {
                    return Ok(Err(JournalError::Duplicate(info.key.to_string())));
                }
            }
            let epoch = match lease::take(t, &run.journal, &what, &run.header.id)? {
                Ok(epoch) => epoch,
                Err(busy) => return Ok(Err(busy)),
            };
            t.execute(
                "INSERT INTO phones (run, key, serial, adb, make, model, place, find_device, begun, progress, turn)
                 SELECT $1, $2, $3, $4, $5, $6, $7, 'unknown', $8, '{}', COALESCE(MAX(turn), 0) + 1 FROM phones WHERE key = $2
                 ON CONFLICT (run, key) DO UPDATE SET serial = excluded.serial, adb = excluded.adb, make = excluded.make,
                     model = excluded.model, place = excluded.place, outcome = NULL",
                values![
                    &run.header.id,
                    info.key.as_str(),
                    info.serial.as_str(),
                    &info.adb,
                    &info.make,
                    &info.model,
                    &info.place,
                    now(),
                ],
            )?;
            Ok(Ok(epoch))
        });
        Box::new(move || {
            self.epochs().insert(claimed.key.clone(), epoch()??);
            self.open_rows().claim(&claimed);
            Ok(())
        })
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
        let (run, at) = (self.0.header.id.clone(), written(event.at));
        self.0.writer.relaxed(move |c| {
            let sql = "INSERT INTO events (run, key, at, event) VALUES ($1, $2, $3, $4)";
            c.execute(sql, values![&run, &key, &at, &text]).map(drop)
        })
    }

    /// Writes that a mutating step is about to be done; `progress` is what will hold once it is. On the disk before it returns.
    ///
    /// # Errors
    /// [`JournalError::Unwritable`]: the step is not recorded.
    pub fn before_mutation(&self, key: &PhoneKey, step: &Mutation<'_>, progress: &Progress) -> Result<()> {
        self.flushed(self.queue_mutation(key, step, progress))
    }

    pub(super) fn queue_mutation(&self, key: &PhoneKey, step: &Mutation<'_>, progress: &Progress) -> Pending<'_, ()> {
        self.queue_progress(key, progress, Some(format!("{} on {}", step.what, step.screen)))
    }

    /// Writes that what followed a mutating step was observed. On the disk before it returns.
    ///
    /// # Errors
    /// [`JournalError::Unwritable`].
    pub fn observed(&self, key: &PhoneKey, progress: &Progress) -> Result<()> {
        self.flushed(self.queue_progress(key, progress, None))
    }

    /// With the step whose end was not observed yet, where there is one.
    pub(super) fn queue_progress(
        &self,
        key: &PhoneKey,
        progress: &Progress,
        pending: Option<String>,
    ) -> Pending<'_, ()> {
        let (of, phone, progress) = (key.clone(), key.clone(), canonical(progress));
        let changed = self.as_holder(key, move |t, run| {
            t.execute(
                "UPDATE phones SET progress = $3, pending = $4 WHERE run = $1 AND key = $2",
                values![&run.header.id, phone.as_str(), &progress, &pending],
            )
        });
        Box::new(move || {
            if changed()? == 1 { Ok(()) } else { Err(JournalError::Missing(say!("missing-phone-of-run", key = of))) }
        })
    }

    /// What an earlier run did on this phone and did not bring to an end: it was killed, or its outcome is unknown. Absent where
    /// the last run that had the phone ended with a proven row.
    ///
    /// # Errors
    /// [`JournalError::Unwritable`], [`JournalError::Corrupt`].
    pub fn earlier(&self, key: &PhoneKey) -> Result<Option<Earlier>> {
        self.0.writer.read(|c| read::earlier(c, key, Some(self.id())))
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
        self.flushed(self.queue_find_device(key, seen))
    }

    pub(super) fn queue_find_device(&self, key: &PhoneKey, seen: FindDevice) -> Pending<'_, ()> {
        self.open_rows().find_device(key, seen);
        let phone = key.clone();
        self.as_holder(key, move |t, run| {
            t.execute(
                "UPDATE phones SET find_device = $3 WHERE run = $1 AND key = $2",
                values![&run.header.id, phone.as_str(), seen.as_str()],
            )
            .map(drop)
        })
    }

    /// Keeps a PNG of the failing screen for the phone's row; tell it before [`Run::result`]. The caller sees to it that it shows
    /// no password field and no unmasked account.
    ///
    /// # Errors
    /// [`JournalError::Unwritable`].
    pub fn picture(&self, key: &PhoneKey, png: &[u8]) -> Result<()> {
        self.flushed(self.queue_picture(key, png))
    }

    pub(super) fn queue_picture(&self, key: &PhoneKey, png: &[u8]) -> Pending<'_, ()> {
        let (phone, png) = (key.clone(), png.to_owned());
        self.as_holder(key, move |t, run| {
            t.execute(
                "INSERT INTO pictures (run, key, png) VALUES ($1, $2, $3) ON CONFLICT (run, key) DO UPDATE SET png = excluded.png",
                values![&run.header.id, phone.as_str(), &png[..]],
            )
            .map(drop)
        })
    }

    /// Writes a phone's row, links it into the chain, notes it for the deletion of its account, and lets the phone go. `key` is
    /// absent where the hardware serial could not be read.
    ///
    /// # Errors
    /// [`JournalError::Unwritable`].
    pub fn result(&self, key: Option<&PhoneKey>, row: &ResultRow) -> Result<()> {
        self.flushed(self.queue_result(key, None, row))
    }

    /// As [`Run::result`], with `ro.serialno` of a phone that this run did not claim.
    pub(super) fn queue_result(
        &self,
        key: Option<&PhoneKey>,
        hardware_serial: Option<String>,
        row: &ResultRow,
    ) -> Pending<'_, ()> {
        let record = self.open_rows().close(&self.0.header, key, hardware_serial, row);
        let (phone, row) = (key.cloned(), row.clone());
        let write = move |t: &Connection, run: &Inner| {
            let (key, row) = (phone.as_ref(), &row);
            rows::append(t, key, record.clone())?;
            if let Some(key) = key {
                t.execute(
                    "UPDATE phones SET outcome = $3, pending = CASE WHEN $3 = 'unknown' THEN pending END
                     WHERE run = $1 AND key = $2",
                    values![&run.header.id, key.as_str(), row.outcome.as_str()],
                )?;
                lease::release(t, &format!("phone {key}"), &run.header.id)?;
                deletion_queue::note(t, &run.key, &run.header.id, key, row)?;
            }
            Ok(())
        };
        let Some(key) = key.cloned() else { return self.queue(write) };
        let written = self.as_holder(&key, write);
        Box::new(move || {
            written()?;
            self.epochs().remove(&key);
            Ok(())
        })
    }

    /// Notes the account of a phone before its end, so that the hand-over knows phones whose run was killed too.
    ///
    /// # Errors
    /// [`JournalError::Unwritable`].
    pub fn account(&self, key: &PhoneKey, account: &AccountId) -> Result<()> {
        self.flushed(self.queue_account(key, account))
    }

    pub(super) fn queue_account(&self, key: &PhoneKey, account: &AccountId) -> Pending<'_, ()> {
        let (phone, account) = (key.clone(), account.clone());
        self.as_holder(key, move |t, run| deletion_queue::seen(t, &run.key, &run.header.id, &phone, &account))
    }

    /// Writes that the run ended, with its exit status, and lets everything go.
    ///
    /// # Errors
    /// [`JournalError::Unwritable`].
    pub fn finish(&self, exit: u8) -> Result<()> {
        self.durable(move |t, run| {
            t.execute("UPDATE runs SET ended = $2, exit = $3 WHERE id = $1", values![&run.header.id, now(), exit])?;
            t.execute("DELETE FROM held WHERE holder = $1", values![&run.header.id])
        })
        .map(drop)
    }

    fn open_rows(&self) -> MutexGuard<'_, OpenRows> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn epochs(&self) -> MutexGuard<'_, BTreeMap<PhoneKey, i64>> {
        self.0.epochs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether other benches write in the same journal.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.0.journal.is_shared()
    }

    /// Tells `told` when the database goes away and comes back; nobody any more with `None`.
    pub fn telling(&self, told: Option<Told>) {
        self.0.writer.telling(told);
    }

    /// Does `act` in a transaction that is on the disk, with all that was written before it, when this returns.
    fn durable<T: Send + 'static>(&self, act: impl FnMut(&Connection, &Inner) -> Sql<T> + Send + 'static) -> Result<T> {
        self.flushed(self.queue(act))
    }

    /// Leaves `act` for the next [`Run::flush`].
    fn queue<T: Send + 'static>(
        &self,
        mut act: impl FnMut(&Connection, &Inner) -> Sql<T> + Send + 'static,
    ) -> Pending<'static, T> {
        let run = Arc::clone(&self.0);
        let queued = self.0.writer.queue(move |connection| act(connection, &run));
        Box::new(move || queued.done())
    }

    /// Writes all that waits, in one transaction.
    pub(super) fn flush(&self) {
        self.0.writer.flush();
    }

    fn flushed<T>(&self, pending: Pending<'_, T>) -> Result<T> {
        self.flush();
        pending()
    }

    /// As [`Run::queue`], for what only the holder of the phone may write.
    fn as_holder<T: Send + 'static>(
        &self,
        key: &PhoneKey,
        mut act: impl FnMut(&Connection, &Inner) -> Sql<T> + Send + 'static,
    ) -> Pending<'static, T> {
        if !self.is_shared() {
            return self.queue(act);
        }
        let what = format!("phone {key}");
        let Some(epoch) = self.epochs().get(key).copied() else {
            return Box::new(|| Err(JournalError::TakenOver { what }));
        };
        let held = self.queue(move |t, run| match lease::renew(t, &run.journal, &what, &run.header.id, epoch)? {
            Ok(()) => act(t, run).map(Ok),
            Err(lost) => Ok(Err(lost)),
        });
        Box::new(|| held()?)
    }
}

fn insert_run(connection: &Connection, header: &RunHeader) -> Sql<()> {
    let text = canonical(header);
    let genesis = chain::genesis(&text);
    connection.execute(
        "INSERT INTO runs (id, header, genesis, head, rows, pid, started, lot) VALUES ($1, $2, $3, $3, 0, $4, $5, $6)",
        values![&header.id, text, genesis, std::process::id(), written(header.started), &header.lot],
    )?;
    Ok(())
}
