//! Durable steps of many workers, committed together: one turn of the disk for all that wait for it.
//!
//! With 256 phones a commit of its own for each step would make every worker wait for every other one's disk write. Here
//! whoever gets the connection does all that has come in meanwhile, in one transaction, each step in a savepoint of its own.

use std::path::PathBuf;
use std::sync::mpsc::sync_channel;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use super::{JournalError, Result, store};

/// Tells a worker what became of its step, once the transaction has ended: `None` where it is on the disk.
type Answer = Box<dyn FnOnce(Option<JournalError>) + Send>;

/// A step that waits for its turn. It says whether it is to be kept.
type Job = Box<dyn FnOnce(&Connection) -> (bool, Answer) + Send>;

/// The one writing connection of a run.
pub(super) struct Writer {
    path: PathBuf,
    connection: Mutex<Connection>,
    queue: Mutex<Vec<Job>>,
    /// Whether there is a write-ahead log: only then may a commit leave the disk for later without risking the file.
    wal: bool,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Writer {
    pub(super) fn new(path: PathBuf, connection: Connection) -> Self {
        let mode: rusqlite::Result<String> = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0));
        let wal = mode.is_ok_and(|mode| mode == "wal");
        Self { path, connection: Mutex::new(connection), queue: Mutex::default(), wal }
    }

    /// The connection, for reading and for what need not be on the disk at once.
    pub(super) fn connection(&self) -> MutexGuard<'_, Connection> {
        // After a panic elsewhere SQLite has rolled that transaction back.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads.
    pub(super) fn read<T>(&self, act: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        act(&self.connection()).map_err(|e| JournalError::of(&self.path, &e))
    }

    /// Does `act`. When this returns without an error, it is on the disk with all that was written before it; otherwise nothing
    /// of it is.
    pub(super) fn durable<T: Send + 'static>(
        &self,
        act: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T> {
        let (tell, told) = sync_channel(1);
        let path = self.path.clone();
        let job: Job = Box::new(move |connection| {
            let done = act(connection).map_err(|e| JournalError::of(&path, &e));
            let keep = done.is_ok();
            let answer = move |failed: Option<JournalError>| {
                // The worker waits for it. Where the worker is gone, the answer has no reader.
                let _ = tell.send(failed.map_or(done, Err));
            };
            (keep, Box::new(answer))
        });
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).push(job);
        {
            let mut connection = self.connection();
            // Empty where another worker did this one's step in its turn.
            let jobs = std::mem::take(&mut *self.queue.lock().unwrap_or_else(PoisonError::into_inner));
            if !jobs.is_empty() {
                self.commit(&mut connection, jobs);
            }
        }
        told.recv().unwrap_or_else(|_| Err(self.failed("the step was not done")))
    }

    /// Does `act`. It survives the end of this process at once, and a power cut from the next durable step on.
    pub(super) fn relaxed<T>(&self, act: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        let connection = self.connection();
        let level = if self.wal { connection.execute_batch("PRAGMA synchronous=NORMAL") } else { Ok(()) };
        level.and_then(|()| act(&connection)).map_err(|e| JournalError::of(&self.path, &e))
    }

    fn commit(&self, connection: &mut Connection, jobs: Vec<Job>) {
        let mut answers = Vec::with_capacity(jobs.len());
        let all = || {
            connection.execute_batch(if self.wal { "PRAGMA synchronous=FULL" } else { "PRAGMA synchronous=EXTRA" })?;
            let mut transaction = store::begin(connection)?;
            for job in jobs {
                let savepoint = transaction.savepoint()?;
                let (keep, answer) = job(&savepoint);
                answers.push(answer);
                if savepoint.is_autocommit() {
                    // A full disk rolled back everything, not the savepoint alone: the steps left are dropped undone.
                    return Err(full());
                }
                if keep {
                    savepoint.commit()?;
                }
            }
            transaction.commit()
        };
        // An error of one step (a full disk) can roll everything back: then nothing of any step is there.
        let why = all().err().map(|e: rusqlite::Error| e.to_string());
        for answer in answers {
            answer(why.as_deref().map(|why| self.failed(why)));
        }
    }

    fn failed(&self, why: &str) -> JournalError {
        JournalError::Unwritable { path: self.path.clone(), why: why.to_owned() }
    }
}

/// What SQLite says of a full disk.
fn full() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writer(dir: &std::path::Path) -> Writer {
        let path = dir.join("j.db");
        let connection = store::connect(&path, 7, &["CREATE TABLE t (a INTEGER PRIMARY KEY, b)"]).unwrap();
        Writer::new(path, connection)
    }

    fn count(writer: &Writer) -> i64 {
        writer.connection().query_row("SELECT count(*) FROM t", [], |r| r.get(0)).unwrap()
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
                        c.execute("INSERT INTO t VALUES (?1, 1)", [n])?;
                        if n % 4 == 0 { Err(rusqlite::Error::QueryReturnedNoRows) } else { Ok(n) }
                    });
                    assert_eq!(done.ok(), (n % 4 != 0).then_some(n));
                });
            }
        });
        assert_eq!(count(&writer), 30);
    }

    #[test]
    fn on_a_full_disk_nobody_is_told_that_it_was_written() {
        let dir = tempfile::tempdir().unwrap();
        let writer = writer(dir.path());
        writer.durable(|c| c.execute("INSERT INTO t VALUES (1, 1)", [])).unwrap();
        writer.connection().query_row("PRAGMA max_page_count=3", [], |r| r.get::<_, i64>(0)).unwrap();
        let mut told = 0;
        std::thread::scope(|scope| {
            let workers: Vec<_> = (2..20_i64)
                .map(|n| {
                    let writer = &writer;
                    let blob = if n % 3 == 0 { 50_000 } else { 1 };
                    scope.spawn(move || {
                        writer.durable(move |c| c.execute("INSERT INTO t VALUES (?1, zeroblob(?2))", [n, blob]))
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
        assert_eq!(count(&writer), 1 + told);
    }
}
