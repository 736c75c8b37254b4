//! Several benches that share one record: a PostgreSQL database, real adb servers and real processes.

mod leases;
mod outage;
mod processes;
mod statements;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use mi_signout::journal::{
    InstallKey, Journal, JournalError, KeySource, Ledger, PhoneInfo, PhoneKey, Run, RunInfo, SetUp, SharedDatabase,
};
use mi_signout::model::{AccountId, Outcome, Proof, Reason, ResultRow, Serial};

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

fn phone(key: &str) -> PhoneInfo {
    PhoneInfo {
        key: PhoneKey::new(key),
        serial: Serial::new(format!("adb-{key}")),
        adb: "127.0.0.1:5037".into(),
        make: Some("Xiaomi".into()),
        model: Some("Redmi Note 10".into()),
        place: Some("1-4.2".into()),
    }
}

fn row(key: &str, account: Option<&str>, outcome: Outcome) -> ResultRow {
    ResultRow {
        serial: format!("adb-{key}"),
        adb: "127.0.0.1:5037".into(),
        model: Some("Redmi Note 10".into()),
        software: Some("MIUI 14.0.9".into()),
        profile: Some("miui".into()),
        account: account.map(AccountId::new),
        outcome,
        reason: (outcome == Outcome::Unknown).then_some(Reason::Disconnected),
        hint: None,
        proof: Proof { before: Some("account present".into()), after: None, ui: None },
        started: chrono::DateTime::UNIX_EPOCH,
        seconds: 31.4,
        steps: 7,
        dumps: 5,
    }
}

/// Where the sources are.
fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/journal")
}
