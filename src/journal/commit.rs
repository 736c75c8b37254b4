//! Durable steps of many workers, committed together: one turn of the disk for all that wait for it.
//!
//! With 256 phones a commit of its own for each step would make every worker wait for every other one's disk write. Here
//! whoever gets the connection does all that has come in meanwhile, in one transaction, each step in a savepoint of its own.
//!
//! A database server may go away midway. Then the whole transaction is done again on another connection, unless it was committed and only
//! the answer was lost: a number that the transaction itself raises says so.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::database::Place;
use super::store::schema::Schema;
use super::store::{Connection, Sql, SqlError, values};
use super::{JournalError, Result, random_id};

use crate::text::say;

/// How long is waited between two tries to reach a database server: the first time, and at most.
const RETRY: (Duration, Duration) = (Duration::from_millis(50), Duration::from_millis(500));
/// A server that was given up is asked again after this long: asking one that is stopped takes time too.
const ASK_AGAIN: Duration = Duration::from_secs(1);
/// How often a transaction is begun again that waited for one which waited for it.
const CONFLICTS: u32 = 20;

/// A step that waits for its turn.
trait Job: Send {
    /// Does it, maybe once more where the database went away. Says whether it is to be kept.
    fn run(&mut self, connection: &Connection) -> Sql<()>;

    /// Tells the worker what became of it, once the transaction has ended: with an error, where nothing was written.
    fn answer(self: Box<Self>, failed: Option<JournalError>);
}

struct Step<T, F> {
    act: F,
    done: Option<T>,
    /// Why the step itself was refused, where it was.
    refused: Option<JournalError>,
    place: Place,
    tell: SyncSender<Result<T>>,
}

/// What becomes of a step that waits for its turn.
#[must_use = "it says whether the step was written"]
pub(super) struct Queued<T> {
    told: Receiver<Result<T>>,
    place: Place,
}

impl<T> Queued<T> {
    /// What became of it, after [`Writer::flush`].
    pub(super) fn done(self) -> Result<T> {
        self.told.recv().unwrap_or_else(|_| Err(JournalError::of(self.place.shown(), &SqlError::NoRow)))
    }
}

impl<T: Send, F: FnMut(&Connection) -> Sql<T> + Send> Job for Step<T, F> {
    fn run(&mut self, connection: &Connection) -> Sql<()> {
        (self.done, self.refused) = (None, None);
        match (self.act)(connection) {
            Ok(done) => self.done = Some(done),
            Err(error) => {
                self.refused = Some(JournalError::of(self.place.shown(), &error));
                return Err(error);
            }
        }
        Ok(())
    }

    fn answer(self: Box<Self>, failed: Option<JournalError>) {
        let lost = || JournalError::Unwritable { path: self.place.shown().to_owned(), why: say!("step-was-not-done") };
        let told = match (failed, self.refused, self.done) {
            (Some(failed), ..) => Err(failed),
            (None, Some(refused), _) => Err(refused),
            (None, None, Some(done)) => Ok(done),
            (None, None, None) => Err(lost()),
        };
        // The worker waits for it; where it does not any more, nobody needs it.
        let _ = self.tell.send(told);
    }
}

/// What a writer says of its database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Availability {
    /// It went away: nothing is written until it is back.
    Away {
        /// What was heard.
        why: String,
    },
    /// It is back, and what waited is written.
    Back,
}

/// Told what a writer says of its database.
pub(super) type Told = Box<dyn Fn(Availability) + Send>;

/// The one writing connection of a run.
pub(super) struct Writer {
    place: Place,
    schema: &'static Schema,
    state: Mutex<State>,
    queue: Mutex<Vec<Box<dyn Job>>>,
    /// How long to wait for a lost database server.
    grace: Duration,
    told: Mutex<Option<Told>>,
    /// Whether there is a write-ahead log: only then may a commit leave the disk for later without risking the file.
    wal: bool,
}

struct State {
    connection: Connection,
    /// How surely SQLite writes, as it was told last.
    synchronous: &'static str,
    /// This connection's name in the database, and the number of its last transaction there.
    id: String,
    batch: i64,
    /// When the database server had stayed away longer than the wait: later steps do not wait for it any more, and ask it now and then.
    given_up: Option<Instant>,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").field("place", &self.place).finish_non_exhaustive()
    }
}

impl Writer {
    /// A writer on a connection of its own.
    pub(super) fn new(place: Place, schema: &'static Schema, connection: Connection, grace: Duration) -> Result<Self> {
        let wal = match &connection {
            Connection::Sqlite(file) => {
                let mode: rusqlite::Result<String> = file.query_row("PRAGMA journal_mode", [], |row| row.get(0));
                mode.is_ok_and(|mode| mode == "wal")
            }
            #[cfg(feature = "postgres")]
            Connection::Postgres(_) => false,
        };
        let id = random_id()?;
        let state = State { connection, synchronous: "", id, batch: 0, given_up: None };
        if state.connection.is_shared() {
            state.register().map_err(|e| JournalError::of(place.shown(), &e))?;
        }
        let (state, queue, told) = (Mutex::new(state), Mutex::default(), Mutex::default());
        Ok(Self { place, schema, state, queue, grace, told, wal })
    }

    /// Tells `told` when the database goes away and comes back; nobody any more with `None`.
    pub(super) fn telling(&self, told: Option<Told>) {
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) = told;
    }

    fn notify(&self, availability: Availability) {
        if let Some(told) = &*self.told.lock().unwrap_or_else(PoisonError::into_inner) {
            told(availability);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // After a panic elsewhere the database has rolled that transaction back.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads.
    pub(super) fn read<T>(&self, act: impl Fn(&Connection) -> Sql<T>) -> Result<T> {
        let mut state = self.state();
        match act(&state.connection) {
            Err(error) if error.is_away() => {
                self.reach(&mut state, &error, Instant::now() + self.grace)?;
                act(&state.connection).map_err(|e| self.failed(&e))
            }
            read => read.map_err(|e| self.failed(&e)),
        }
    }

    /// Does `act`. When this returns without an error, it is on the disk with all that was written before it; otherwise nothing
    /// of it is. It may be done once more where the first time came to nothing.
    pub(super) fn durable<T: Send + 'static>(
        &self,
        act: impl FnMut(&Connection) -> Sql<T> + Send + 'static,
    ) -> Result<T> {
        let queued = self.queue(act);
        self.flush();
        queued.done()
    }

    /// Leaves `act` for the next [`Writer::flush`]: steps that wait together cost hardly more than one.
    pub(super) fn queue<T: Send + 'static>(
        &self,
        act: impl FnMut(&Connection) -> Sql<T> + Send + 'static,
    ) -> Queued<T> {
        let (tell, told) = sync_channel(1);
        self.put(act, tell);
        Queued { told, place: self.place.clone() }
    }

    /// Does `act`. In a file, it survives the end of this process at once, and a power cut from the next durable step on. In a database
    /// server, it is written with the next durable step, or by [`Writer::flush`].
    pub(super) fn relaxed(&self, mut act: impl FnMut(&Connection) -> Sql<()> + Send + 'static) -> Result<()> {
        if !matches!(self.place, Place::File(_)) {
            let (tell, _) = sync_channel(1);
            self.put(act, tell);
            return Ok(());
        }
        let mut state = self.state();
        let level = if self.wal { state.synchronous("NORMAL") } else { Ok(()) };
        level.and_then(|()| act(&state.connection)).map_err(|e| self.failed(&e))
    }

    fn put<T: Send + 'static>(
        &self,
        act: impl FnMut(&Connection) -> Sql<T> + Send + 'static,
        tell: SyncSender<Result<T>>,
    ) {
        let step = Step { act, done: None, refused: None, place: self.place.clone(), tell };
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(step));
    }

    /// Writes all that waits.
    pub(super) fn flush(&self) {
        let mut state = self.state();
        // Empty where another worker did this one's step in its turn.
        let jobs = std::mem::take(&mut *self.queue.lock().unwrap_or_else(PoisonError::into_inner));
        if !jobs.is_empty() {
            self.commit(&mut state, jobs);
        }
    }

    fn commit(&self, state: &mut State, mut jobs: Vec<Box<dyn Job>>) {
        let ended = if state.connection.is_shared() {
            self.commit_shared(state, &mut jobs)
        } else {
            self.commit_file(state, &mut jobs)
                .map_err(|e| JournalError::Unwritable { path: self.place.shown().to_owned(), why: e.to_string() })
        };
        // An error of one step (a full disk) can roll everything back: then nothing of any step is there.
        for job in jobs {
            job.answer(ended.as_ref().err().map(JournalError::again));
        }
    }

    fn commit_file(&self, state: &mut State, jobs: &mut [Box<dyn Job>]) -> Sql<()> {
        state.synchronous(if self.wal { "FULL" } else { "EXTRA" })?;
        state.connection.transaction(|c| each(c, jobs, Care::Savepoints)).map(drop)
    }

    /// The same on a database server, for as long as it may be away.
    fn commit_shared(&self, state: &mut State, jobs: &mut [Box<dyn Job>]) -> Result<()> {
        let (mut conflicts, mut away_until, mut may_be_committed, mut care) = (0, None, false, Care::Plain);
        loop {
            match state.attempt(jobs, care, &mut may_be_committed) {
                Ok(false) => care = Care::Savepoints,
                Ok(true) => {
                    if away_until.is_some() {
                        self.notify(Availability::Back);
                    }
                    return Ok(());
                }
                Err(error) if error.is_conflict() && conflicts < CONFLICTS => conflicts += 1,
                Err(error) if error.is_away() => {
                    if away_until.is_none() && state.given_up.is_none() {
                        self.notify(Availability::Away { why: error.to_string() });
                    }
                    // Counted from the first time: a server that answers a connection and nothing else is away all the while.
                    let until = *away_until.get_or_insert_with(|| Instant::now() + self.grace);
                    self.reach(state, &error, until)?;
                }
                Err(error) => return Err(self.failed(&error)),
            }
        }
    }

    /// Another connection, once the database server can be reached, or at `until` at the latest. Where this process has to end, it is asked
    /// once.
    fn reach(&self, state: &mut State, error: &SqlError, until: Instant) -> Result<()> {
        let may_wait = || state.given_up.is_none() && Instant::now() < until && !self.place.is_interrupted();
        if state.given_up.is_some_and(|at| at.elapsed() < ASK_AGAIN) {
            return Err(self.failed(error));
        }
        let mut pause = RETRY.0;
        loop {
            match self.place.connect(self.schema) {
                Ok(connection) => {
                    (state.connection, state.given_up) = (connection, None);
                    return Ok(());
                }
                Err(JournalError::Unreachable { .. }) if may_wait() => {
                    std::thread::sleep(pause.min(until.saturating_duration_since(Instant::now())));
                    pause = (pause * 2).min(RETRY.1);
                }
                Err(JournalError::Unreachable { .. }) => {
                    state.given_up = Some(Instant::now());
                    return Err(self.failed(error));
                }
                Err(other) => return Err(other),
            }
        }
    }

    fn failed(&self, error: &SqlError) -> JournalError {
        JournalError::of(self.place.shown(), error)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.telling(None);
        let state = self.state();
        if state.connection.is_shared() {
            let _ = state.connection.execute("DELETE FROM writers WHERE id = $1", values![&state.id]);
        }
    }
}

impl State {
    /// Tells SQLite how surely it writes from now on, where that is something else than before.
    fn synchronous(&mut self, level: &'static str) -> Sql<()> {
        if self.synchronous != level {
            self.connection.batch(&format!("PRAGMA synchronous={level}"))?;
            self.synchronous = level;
        }
        Ok(())
    }

    /// Gives this connection's transactions a number.
    fn register(&self) -> Sql<()> {
        let sql = "INSERT INTO writers (id, batch, opened) SELECT $1, CAST($2 AS BIGINT), now FROM clock WHERE now > 0
                   ON CONFLICT (id) DO NOTHING";
        self.connection.execute(sql, values![&self.id, self.batch]).map(drop)
    }

    /// Raises the number, and says whether it was the one that is known here.
    fn count(&self) -> Sql<bool> {
        let sql = "UPDATE writers SET batch = batch + 1, opened = (SELECT now FROM clock) WHERE id = $1 AND batch = $2";
        self.connection.execute(sql, values![&self.id, self.batch]).map(|changed| changed == 1)
    }

    /// Takes the number that the database has. It is another one where a batch was given up that was committed all the same, and there is
    /// none where a watch wrote nothing for a day, so that `prune` took it for one that was killed.
    fn agree(&mut self) -> Sql<()> {
        let found = self.connection.row_if_any("SELECT batch FROM writers WHERE id = $1", values![&self.id])?;
        if let Some(row) = found {
            self.batch = row.first()?;
        }
        self.register()
    }

    /// One transaction. Gives whether it is done; else one of the steps failed, and nothing is written.
    fn attempt(&mut self, jobs: &mut [Box<dyn Job>], care: Care, may_be_committed: &mut bool) -> Sql<bool> {
        self.connection.begin()?;
        let done = (|| {
            if !self.count()? {
                if *may_be_committed {
                    // The last try was committed, and the answer did not come. The results of its steps are here.
                    return Ok(Tried::Before);
                }
                self.agree()?;
                if !self.count()? {
                    return Err(SqlError::NoRow);
                }
            }
            if !each(&self.connection, jobs, care)? {
                return Ok(Tried::InVain);
            }
            *may_be_committed = true;
            self.connection.batch("COMMIT")?;
            Ok(Tried::Now)
        })();
        if !matches!(done, Ok(Tried::Now)) {
            self.connection.roll_back();
        }
        let done = done? != Tried::InVain;
        self.batch += i64::from(done);
        Ok(done)
    }
}

/// When a transaction was committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tried {
    /// Now.
    Now,
    /// The time before.
    Before,
    /// Not at all: a step failed.
    InVain,
}

/// How the steps of one transaction are done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Care {
    /// Each in a savepoint of its own, so that one worker's error is its own.
    Savepoints,
    /// One after the other, as long as none fails: a server answers for each savepoint, and twice.
    Plain,
}

/// Does each step. Gives whether all were done as they should be; otherwise nothing of the transaction counts.
fn each(c: &Connection, jobs: &mut [Box<dyn Job>], care: Care) -> Sql<bool> {
    for job in jobs {
        if care == Care::Savepoints {
            c.control("SAVEPOINT step")?;
        }
        match job.run(c) {
            Ok(()) if care == Care::Savepoints => c.control("RELEASE step")?,
            Ok(()) => {}
            Err(error) if error.is_away() || error.is_conflict() => return Err(error),
            // A full disk rolled back everything, not the savepoint alone: the steps left are dropped undone.
            Err(_) if c.is_autocommit() => return Err(full()),
            Err(_) if care == Care::Plain => return Ok(false),
            Err(_) => c.batch("ROLLBACK TO step; RELEASE step")?,
        }
    }
    Ok(true)
}

/// What SQLite says of a full disk.
fn full() -> SqlError {
    SqlError::Sqlite(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL), None))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::store::schema::JOURNAL;

    fn writer(dir: &std::path::Path) -> Writer {
        let place = Place::File(dir.join("j.db"));
        let connection = place.connect(&JOURNAL).unwrap();
        connection.batch("CREATE TABLE t (a INTEGER PRIMARY KEY, b)").unwrap();
        Writer::new(place, &JOURNAL, connection, Duration::ZERO).unwrap()
    }

    fn number(writer: &Writer, sql: &'static str) -> i64 {
        writer.read(|c| c.row(sql, &[])?.first()).unwrap()
    }

    #[test]
    fn one_workers_error_is_its_own() {
        let dir = tempfile::tempdir().unwrap();
        let writer = writer(dir.path());
        std::thread::scope(|scope| {
            for n in 0..40_i64 {
                let writer = &writer;
                scope.spawn(move || {
                    let done = writer.durable(move |c| {
                        c.execute("INSERT INTO t VALUES ($1, 1)", values![n])?;
                        if n % 4 == 0 { Err(SqlError::NoRow) } else { Ok(n) }
                    });
                    assert_eq!(done.ok(), (n % 4 != 0).then_some(n));
                });
            }
        });
        assert_eq!(number(&writer, "SELECT count(*) FROM t"), 30);
    }

    #[test]
    fn on_a_full_disk_nobody_is_told_that_it_was_written() {
        let dir = tempfile::tempdir().unwrap();
        let writer = writer(dir.path());
        writer.durable(|c| c.execute("INSERT INTO t VALUES (1, 1)", &[])).unwrap();
        let pages = number(&writer, "PRAGMA page_count") + 1;
        writer.read(|c| c.rows(&format!("PRAGMA max_page_count={pages}"), &[])).unwrap();
        let mut told = 0;
        std::thread::scope(|scope| {
            let workers: Vec<_> = (2..20_i64)
                .map(|n| {
                    let writer = &writer;
                    let blob = if n % 3 == 0 { 50_000_i64 } else { 1 };
                    scope.spawn(move || {
                        writer.durable(move |c| c.execute("INSERT INTO t VALUES ($1, zeroblob($2))", values![n, blob]))
                    })
                })
                .collect();
            for worker in workers {
                match worker.join().unwrap() {
                    Ok(_) => told += 1,
                    Err(error) => assert!(error.may_go_on(), "{error}"),
                }
            }
        });
        assert_eq!(number(&writer, "SELECT count(*) FROM t"), 1 + told);
    }
}
