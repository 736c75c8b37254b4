//! Several benches that share one record: a PostgreSQL database, real adb servers and real processes.

mod addresses;
mod cost;
mod engines;
mod kills;
mod leases;
mod office;
mod outage;
mod processes;
mod servers;
mod statements;
mod stopped;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use mi_signout::journal::{
    InstallKey, Journal, JournalError, KeySource, Ledger, PhoneKey, Run, RunInfo, SetUp, SharedDatabase,
};
use mi_signout::model::{AccountId, Outcome};

use crate::support::journal_data::{phone, row};

/// A computer with a state directory of its own.
struct Bench {
    state: tempfile::TempDir,
    database: SharedDatabase,
}

impl Bench {
    /// A bench that joins, or sets up, the journal at `url`, with the key in `key`.
    fn join(url: &str, key: &Path) -> Self {
        let bench = Self::without_key(url);
        bench.database.set_up(bench.state.path(), KeySource::File(key), Some(LEASE)).unwrap();
        bench
    }

    fn without_key(url: &str) -> Self {
        Self { state: tempfile::tempdir().unwrap(), database: SharedDatabase::parse(url).unwrap() }
    }

    fn journal(&self) -> Arc<Journal> {
        Arc::new(self.try_journal().unwrap())
    }

    fn try_journal(&self) -> Result<Journal, JournalError> {
        self.database.open(self.state.path())
    }
}

/// How long a lease lasts in these tests.
const LEASE: Duration = Duration::from_secs(3);

/// Two benches of one journal.
fn two_benches(url: &str) -> (Bench, Bench, tempfile::TempDir) {
    let carried = tempfile::tempdir().unwrap();
    let key = carried.path().join("key");
    let benches = (Bench::join(url, &key), Bench::join(url, &key));
    (benches.0, benches.1, carried)
}

fn begin(journal: &Arc<Journal>, lot: &str) -> Run {
    let info = RunInfo {
        tool: "mi-signout 0.1.0".into(),
        lot: Some(lot.into()),
        grace: Duration::from_secs(60),
        ..RunInfo::default()
    };
    journal.begin(info).unwrap()
}

/// Where the sources are.
fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/journal")
}
