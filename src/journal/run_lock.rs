//! Which runs are alive: a run holds an exclusive lock on a file of its own for as long as its process lives.
//!
//! The operating system drops the lock with the process, however it dies. So there are no stale locks, and a process id that
//! was given out again deceives nobody.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use super::{JournalError, Result, folder};

/// The lock of a run that is alive. It ends with this value, or with the process.
#[derive(Debug)]
pub(super) struct RunLock {
    path: PathBuf,
    file: Option<File>,
}

impl RunLock {
    /// Takes the lock of `name` beside `journal`.
    pub(super) fn take(journal: &Path, name: &str) -> Result<Self> {
        let path = beside(journal, name);
        if let Some(dir) = path.parent() {
            folder::make_dir(dir)?;
        }
        let mut options = OpenOptions::new();
        let file = crate::platform::private(options.write(true).create_new(true))
            .open(&path)
            .map_err(|e| JournalError::io(&path, &e))?;
        if let Err(error) = file.try_lock() {
            let _ = std::fs::remove_file(&path);
            return Err(JournalError::io(&path, &error.into()));
        }
        Ok(Self { path, file: Some(file) })
    }
}

impl Drop for RunLock {
    fn drop(&mut self) {
        // Closed first: Windows removes no open file.
        drop(self.file.take());
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Whether the holder of `name` beside `journal` still lives. Where that can't be determined, it does: no run takes over by guess.
pub(super) fn is_alive(journal: &Path, name: &str) -> bool {
    let path = beside(journal, name);
    let file = match OpenOptions::new().read(true).write(true).open(&path) {
        Ok(file) => file,
        Err(error) => return error.kind() != std::io::ErrorKind::NotFound,
    };
    // Shared, so that two that look at once do not take each other for the holder.
    file.try_lock_shared().is_err()
}

/// Removes what a dead holder left.
pub(super) fn sweep(journal: &Path, name: &str) {
    let _ = std::fs::remove_file(beside(journal, name));
}

/// The lock file. Only letters, digits and dashes of the name count: it comes from the journal, and names no other folder.
fn beside(journal: &Path, name: &str) -> PathBuf {
    let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
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
        let lock = RunLock::take(&journal, "a").unwrap();
        assert!(is_alive(&journal, "a"));
        assert!(is_alive(&journal, "a"), "looking does not take the lock away");
        assert!(matches!(RunLock::take(&journal, "a"), Err(JournalError::Unwritable { .. })));
        assert!(is_alive(&journal, "a"), "nor does asking for it");
        drop(lock);
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

    #[test]
    fn a_name_from_a_journal_leads_to_no_other_folder() {
        let journal = Path::new("/a/journal.db");
        assert_eq!(beside(journal, "x/../../b"), Path::new("/a/journal.db-alive-xb"));
    }
}
