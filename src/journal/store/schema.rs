//! The tables, as batches of statements: one batch a version. A version that was released is never changed; a new one is added.
//!
//! The text is SQLite's, and [`for_postgres`] says the few words that PostgreSQL has others for.

/// A schema with its versions.
pub(in crate::journal) struct Schema {
    /// Its name in a database that holds several.
    #[cfg_attr(not(feature = "postgres"), expect(dead_code, reason = "a file holds one"))]
    pub(super) name: &'static str,
    /// `PRAGMA application_id` of its file.
    pub(super) id: i32,
    /// The batches.
    pub(super) versions: &'static [&'static str],
}

impl Schema {
    /// As an earlier version of this program knew it.
    #[cfg(test)]
    pub(in crate::journal) fn at_version(&self, version: usize) -> Self {
        Self { versions: &self.versions[..version], ..*self }
    }

    /// The latest version known here.
    pub(super) fn latest(&self) -> u32 {
        self.versions.len() as u32
    }
}

/// The journal: `MiSo`.
pub(in crate::journal) const JOURNAL: Schema = Schema { name: "journal", id: 0x4d69_536f, versions: JOURNAL_VERSIONS };

/// The ledger of rejected passwords: `MiSr`.
pub(in crate::journal) const LEDGER: Schema = Schema { name: "ledger", id: 0x4d69_5372, versions: LEDGER_VERSIONS };

const JOURNAL_VERSIONS: &[&str] = &[
    "
    CREATE TABLE runs (
        id TEXT PRIMARY KEY, header TEXT NOT NULL, genesis TEXT NOT NULL, head TEXT NOT NULL, rows INTEGER NOT NULL,
        pid INTEGER NOT NULL, started TEXT NOT NULL, ended TEXT, exit INTEGER);
    CREATE TABLE phones (
        run TEXT NOT NULL REFERENCES runs, key TEXT NOT NULL, serial TEXT NOT NULL, adb TEXT NOT NULL, make TEXT, model TEXT,
        place TEXT, find_device TEXT NOT NULL, begun TEXT NOT NULL, progress TEXT NOT NULL, pending TEXT, outcome TEXT,
        PRIMARY KEY (run, key));
    CREATE INDEX phones_by_key ON phones (key, begun);
    CREATE TABLE events (id INTEGER PRIMARY KEY, run TEXT NOT NULL REFERENCES runs, key TEXT, at TEXT NOT NULL, event TEXT NOT NULL);
    CREATE INDEX events_by_phone ON events (run, key);
    CREATE TABLE rows (
        run TEXT NOT NULL REFERENCES runs, row INTEGER NOT NULL, key TEXT, outcome TEXT NOT NULL, text TEXT NOT NULL,
        previous TEXT NOT NULL, hash TEXT NOT NULL, picture BLOB, PRIMARY KEY (run, row));
    CREATE TABLE pictures (run TEXT NOT NULL REFERENCES runs, key TEXT NOT NULL, png BLOB NOT NULL, PRIMARY KEY (run, key));
    CREATE TABLE held (what TEXT PRIMARY KEY, holder TEXT NOT NULL, pid INTEGER NOT NULL, since TEXT NOT NULL);
    CREATE TABLE accounts (
        id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, mask TEXT NOT NULL, certain INTEGER NOT NULL, masked TEXT NOT NULL);
    CREATE TABLE account_phones (
        account INTEGER NOT NULL REFERENCES accounts, key TEXT NOT NULL, run TEXT NOT NULL, model TEXT, outcome TEXT NOT NULL,
        find_device TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (account, key));
    CREATE TABLE web_steps (
        id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts, state TEXT NOT NULL, at TEXT NOT NULL, detail TEXT);
",
    // Nothing that a run does may take longer because the journal has many rows.
    "
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
    CREATE INDEX runs_by_start ON runs (started, id);
    CREATE INDEX runs_open ON runs (id) WHERE ended IS NULL;
    CREATE INDEX phones_open ON phones (key) WHERE outcome IS NULL OR outcome = 'unknown';
    CREATE INDEX rows_rejected ON rows (key) WHERE outcome = 'rejected';
    CREATE INDEX accounts_by_mask ON accounts (mask);
    CREATE INDEX account_phones_by_key ON account_phones (key);
    CREATE INDEX web_steps_by_account ON web_steps (account, id);
    ALTER TABLE runs ADD COLUMN lot TEXT;
    CREATE INDEX runs_by_lot ON runs (lot, started);
",
    // Several benches: `clock` is the database's own, in milliseconds since 1970, since no bench's clock decides for another one.
    // `turn` counts the runs that claimed a phone, `epoch` the holders, and `writers` what each connection has committed.
    "
    ALTER TABLE phones ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
    UPDATE phones SET turn = rowid;
    CREATE INDEX phones_by_turn ON phones (key, turn);
    ALTER TABLE held ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE held ADD COLUMN expires INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE held ADD COLUMN host TEXT NOT NULL DEFAULT '';
    CREATE INDEX held_by_holder ON held (holder);
    CREATE VIEW clock AS SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER) AS now;
    CREATE TABLE writers (id TEXT PRIMARY KEY, batch INTEGER NOT NULL, opened INTEGER NOT NULL);
",
];

const LEDGER_VERSIONS: &[&str] = &[
    "CREATE TABLE submissions (id INTEGER PRIMARY KEY, account TEXT NOT NULL, at TEXT NOT NULL, rejected INTEGER)",
    "ALTER TABLE submissions ADD COLUMN phone TEXT;
     ALTER TABLE submissions ADD COLUMN counted INTEGER NOT NULL DEFAULT 1;
     CREATE INDEX submissions_by_account ON submissions (account);
     CREATE INDEX submissions_by_phone ON submissions (phone);
     CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    // The gate of an account: which bench submits alone, until when by the database's clock, and when it was closed and why.
    "CREATE TABLE gates (
         account TEXT PRIMARY KEY, holder TEXT NOT NULL, epoch INTEGER NOT NULL, expires INTEGER NOT NULL,
         submitted INTEGER NOT NULL, closed INTEGER NOT NULL, why TEXT NOT NULL);
     CREATE INDEX gates_by_holder ON gates (holder);
     CREATE VIEW clock AS SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER) AS now;
     CREATE TABLE writers (id TEXT PRIMARY KEY, batch INTEGER NOT NULL, opened INTEGER NOT NULL)",
];

/// A batch in PostgreSQL's words. Journal and ledger are in one database there, and share the facts about it.
#[cfg(feature = "postgres")]
pub(super) fn for_postgres(batch: &str) -> String {
    [
        ("INTEGER PRIMARY KEY", "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"),
        ("unixepoch('subsec') * 1000 AS INTEGER", "extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT"),
        ("INTEGER", "BIGINT"),
        ("BLOB", "BYTEA"),
        // Ordered byte by byte, as SQLite does, whatever language the database was made for.
        ("TEXT", "TEXT COLLATE \"C\""),
        // PostgreSQL knows no number of a row, and no journal there is older than the column.
        ("UPDATE phones SET turn = rowid;", ""),
        ("CREATE TABLE meta", "CREATE TABLE IF NOT EXISTS meta"),
        ("CREATE TABLE writers", "CREATE TABLE IF NOT EXISTS writers"),
        ("CREATE VIEW clock", "CREATE OR REPLACE VIEW clock"),
    ]
    .iter()
    .fold(batch.to_owned(), |text, (ours, theirs)| text.replace(ours, theirs))
}
