//! Who is alive: a run holds an exclusive SQLite lock on a file of its own for as long as its process lives.
//!
//! The operating system drops the lock with the process, however it dies, so that a stale lock can't be and a process id that
//! was given out again deceives nobody. SQLite does the locking in the same way on every platform.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::{JournalError, Result, place};

/// Takes the lock without a side file: nothing is ever written.
const EXCLUSIVE: &str = "PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE";

/// A sign of life. The lock ends with it.
#[derive(Debug)]
pub(super) struct Alive {
    path: PathBuf,
    /// In a mutex only so that workers can share the run.
    lock: Mutex<Option<Connection>>,
}

impl Alive {
    /// Takes the lock of `name` beside `journal`.
    pub(super) fn new(journal: &Path, name: &str) -> Result<Self> {
        let path = beside(journal, name);
        place::make_file(&path)?;
        let failed = |e: rusqlite::Error| JournalError::of(&path, &e);
        let lock = Connection::open(&path).map_err(failed)?;
        lock.busy_timeout(Duration::ZERO).map_err(failed)?;
        lock.execute_batch(EXCLUSIVE).map_err(failed)?;
        Ok(Self { lock: Mutex::new(Some(lock)), path })
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        drop(self.lock.get_mut().unwrap_or_else(PoisonError::into_inner).take());
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Whether the holder of `name` beside `journal` still lives. Where it can't be told, it does: nobody takes over by guess.
pub(super) fn is_alive(journal: &Path, name: &str) -> bool {
    let path = beside(journal, name);
    if !path.exists() {
        return false;
    }
    // Without CREATE: its holder may remove the file this moment.
    let Ok(probe) = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_WRITE) else {
        return path.exists();
    };
    let _ = probe.busy_timeout(Duration::ZERO);
    probe.execute_batch(EXCLUSIVE).is_err()
}

/// Removes what a dead holder left.
pub(super) fn sweep(journal: &Path, name: &str) {
    let _ = std::fs::remove_file(beside(journal, name));
}

fn beside(journal: &Path, name: &str) -> PathBuf {
    let mut file = journal.file_name().unwrap_or_default().to_owned();
    file.push(format!("-alive-{name}"));
    journal.with_file_name(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_lives_as_long_as_its_holder() {
        let dir = tempfile::tempdir().unwrap();
        let journal = dir.path().join("journal.db");
        assert!(!is_alive(&journal, "a"));
        let alive = Alive::new(&journal, "a").unwrap();
        assert!(is_alive(&journal, "a"));
        assert!(is_alive(&journal, "a"), "looking does not take the lock away");
        assert!(matches!(Alive::new(&journal, "a"), Err(JournalError::Unwritable { .. })));
        drop(alive);
        assert!(!is_alive(&journal, "a"));
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_file_without_a_lock_is_what_the_dead_left() {
        let dir = tempfile::tempdir().unwrap();
        let journal = dir.path().join("journal.db");
        std::fs::write(dir.path().join("journal.db-alive-b"), b"").unwrap();
        assert!(!is_alive(&journal, "b"));
        sweep(&journal, "b");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
