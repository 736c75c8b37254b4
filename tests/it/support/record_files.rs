//! The files that a run writes in, and a disk that fills up under them: from then on they can be read, and nothing can be written.

use std::sync::Arc;
use std::time::Duration;

use mi_signout::journal::{InstallKey, Journal, Ledger, Run, RunInfo};
use rusqlite::Connection;
use tempfile::TempDir;

/// One of the two files of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum File {
    /// What was done on which phone.
    Journal,
    /// How often an account was refused.
    Ledger,
}

impl File {
    fn name(self) -> &'static str {
        match self {
            Self::Journal => "journal.db",
            Self::Ledger => "rejections.db",
        }
    }
}

/// A folder with a journal and a ledger.
pub struct RecordFiles {
    dir: TempDir,
}

impl RecordFiles {
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    /// A run that writes here.
    pub fn open(&self) -> (Run, Ledger) {
        let key = || InstallKey::open(self.dir.path()).unwrap();
        let journal = Arc::new(Journal::open(&self.dir.path().join(File::Journal.name()), key()).unwrap());
        let info = RunInfo { tool: "mi-signout".into(), ..RunInfo::default() };
        (journal.begin(info).unwrap(), Ledger::open(self.dir.path(), key()).unwrap())
    }

    /// From now on every writer of the file, whoever it is, fails as on a full disk: what it had begun is rolled back.
    pub fn fill_up(&self, file: File) {
        let other = Connection::open(self.dir.path().join(file.name())).unwrap();
        other.busy_timeout(Duration::from_secs(60)).unwrap();
        let mut list = other.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").unwrap();
        let tables: Vec<String> = list.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        assert!(!tables.is_empty());
        for table in tables {
            for act in ["INSERT", "UPDATE", "DELETE"] {
                let words = format!(
                    "CREATE TRIGGER full_{table}_{act} BEFORE {act} ON {table}
                     BEGIN SELECT RAISE(ROLLBACK, 'database or disk is full'); END"
                );
                other.execute_batch(&words).unwrap();
            }
        }
    }
}
