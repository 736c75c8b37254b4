//! The database file: opening, its schema and migrations, durability.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection as File, OpenFlags};

use super::look::{self, Found};
use super::schema::Schema;
use super::{Connection, JournalError, Result};
use crate::journal::folder;
use crate::text::say;

/// How long a writer waits for another one.
const BUSY: Duration = Duration::from_secs(10);
/// So many statements stay prepared: more than a run has.
const STATEMENTS: usize = 64;

/// Opens the file of a schema, or makes it.
pub(in crate::journal) fn open(path: &Path, schema: &Schema) -> Result<Connection> {
    connect(path, schema.id, schema.versions).map(Connection::Sqlite)
}

/// Opens a file for reading alone: nothing is made or changed in its folder. The folder, where there is one, holds the copy that is read
/// where the file itself can't be.
pub(in crate::journal) fn read(file: &Path, schema: &Schema) -> Result<(Connection, Option<tempfile::TempDir>)> {
    let (connection, copy) = match look::look(file, Some(schema.id))? {
        Found::Nothing | Found::Empty => return Err(JournalError::Missing(say!("missing-run-yet"))),
        Found::Ours(found) if found > schema.latest() => {
            return Err(JournalError::Newer { path: file.to_owned(), found, known: schema.latest() });
        }
        Found::Ours(found) if found != schema.latest() => copied(file, schema)?,
        Found::Ours(_) if !has_log(file) => (look::immutable(file)?, None),
        Found::Ours(_) | Found::Blank => shared(file, schema).map(|c| (c, None)).or_else(|_| copied(file, schema))?,
    };
    Ok((Connection::Sqlite(connection), copy))
}

/// Whether the write-ahead log beside the file has content.
fn has_log(path: &Path) -> bool {
    std::fs::metadata(beside(path, "-wal")).is_ok_and(|found| found.len() > 0)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Reads a journal that has a write-ahead log, beside the run that may be writing it. The log is left as it is.
fn shared(path: &Path, schema: &Schema) -> Result<File> {
    let failed = |e: rusqlite::Error| JournalError::of_file(path, &e);
    let connection = File::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(failed)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(failed)?;
    connection.busy_timeout(BUSY).map_err(failed)?;
    match migratable(path, &connection, schema.id, schema.latest())? {
        found if found == schema.latest() => Ok(connection),
        _ => Err(JournalError::Unwritable { path: path.to_owned(), why: say!("journal-has-an-older-format") }),
    }
}

/// A private copy, brought up to date: for a journal that an older version left, or with a log in a folder where nothing may
/// be made.
fn copied(path: &Path, schema: &Schema) -> Result<(File, Option<tempfile::TempDir>)> {
    let dir = tempfile::tempdir().map_err(|e| JournalError::io(path, &e))?;
    let copy = dir.path().join("journal.db");
    std::fs::copy(path, &copy).map_err(|e| JournalError::io(path, &e))?;
    if has_log(path) {
        std::fs::copy(beside(path, "-wal"), beside(&copy, "-wal")).map_err(|e| JournalError::io(path, &e))?;
    }
    Ok((connect(&copy, schema.id, schema.versions)?, Some(dir)))
}

/// Opens a database of ours, with every commit on the disk before it returns.
fn connect(path: &Path, id: i32, migrations: &[&str]) -> Result<File> {
    let failed = |e: rusqlite::Error| JournalError::of_file(path, &e);
    // Checked before anything is opened: a file of another program stays as it is, its mode too.
    let mut found = look::look(path, Some(id))?;
    if found == Found::Nothing && !folder::make_file(path)? {
        found = look::look(path, Some(id))?;
    }
    let known = migrations.len() as u32;
    match found {
        Found::Ours(found) if found > known => {
            return Err(JournalError::Newer { path: path.to_owned(), found, known });
        }
        Found::Blank => look_into_the_log(path, id, known)?,
        Found::Nothing | Found::Empty | Found::Ours(_) => {}
    }
    folder::close_to_others(path)?;
    let connection = File::open(path).map_err(failed)?;
    connection.busy_timeout(BUSY).map_err(failed)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // No table is analysed, so no value makes a better plan: a statement is prepared once for all values.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(failed)?;
    migratable(path, &connection, id, known)?;
    if !matches!(found, Found::Ours(_)) {
        // In the main file before there is a log, so that the file says whose it is from its first moment.
        connection.execute_batch(&format!("PRAGMA application_id={id}")).map_err(failed)?;
    }
    let mode: String = connection.query_row("PRAGMA journal_mode=WAL", [], |row| row.get(0)).map_err(failed)?;
    // Where there can be no write-ahead log (some network file systems), the rollback journal is as safe and only slower.
    let level = if mode == "wal" { "FULL" } else { "EXTRA" };
    connection.execute_batch(&format!("PRAGMA synchronous={level}; PRAGMA foreign_keys=ON")).map_err(failed)?;
    migrate(path, &connection, id, migrations)?;
    Ok(connection)
}

/// A database whose main file says nothing: what its write-ahead log says, without writing the log back.
fn look_into_the_log(path: &Path, id: i32, known: u32) -> Result<()> {
    let failed = |e: rusqlite::Error| JournalError::of_file(path, &e);
    let connection = File::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(failed)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(failed)?;
    connection.busy_timeout(BUSY).map_err(failed)?;
    migratable(path, &connection, id, known).map(drop)
}

/// The version found, where the file is ours and not newer than this program.
fn migratable(path: &Path, connection: &File, id: i32, known: u32) -> Result<u32> {
    let failed = |e: rusqlite::Error| JournalError::of_file(path, &e);
    let pragma = |name: &str| connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0));
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0)).map_err(failed)?;
    let found = pragma("user_version").map_err(failed)? as u32;
    let owner = pragma("application_id").map_err(failed)? as i32;
    if tables > 0 && owner != id {
        return Err(JournalError::Corrupt { path: path.to_owned(), why: say!("database-is-of-another-program") });
    }
    if found > known {
        return Err(JournalError::Newer { path: path.to_owned(), found, known });
    }
    Ok(found)
}

/// Brings an older file up to date, in one transaction: either all of it or nothing.
fn migrate(path: &Path, connection: &File, id: i32, migrations: &[&str]) -> Result<()> {
    let failed = |e: rusqlite::Error| JournalError::of_file(path, &e);
    let known = migrations.len() as u32;
    if migratable(path, connection, id, known)? == known {
        return Ok(());
    }
    // Dropped on an error, it rolls back.
    let transaction =
        rusqlite::Transaction::new_unchecked(connection, rusqlite::TransactionBehavior::Immediate).map_err(failed)?;
    // Read again under the lock: another process may have done it meanwhile.
    let found = migratable(path, &transaction, id, known)?;
    for batch in &migrations[found as usize..] {
        transaction.execute_batch(batch).map_err(failed)?;
    }
    transaction.execute_batch(&format!("PRAGMA application_id={id}; PRAGMA user_version={known}")).map_err(failed)?;
    transaction.commit().map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::store::schema::JOURNAL;
    use crate::journal::{InstallKey, Journal};

    fn mode(connection: &File, pragma: &str) -> String {
        connection
            .query_row(&format!("PRAGMA {pragma}"), [], |row| {
                Ok(row.get_ref(0)?.as_str().map_or_else(|_| row.get::<_, i64>(0).unwrap().to_string(), str::to_owned))
            })
            .unwrap()
    }

    #[test]
    fn every_commit_is_on_the_disk() {
        let dir = tempfile::tempdir().unwrap();
        let connection = connect(&dir.path().join("j.db"), 7, &["CREATE TABLE t (a)"]).unwrap();
        assert_eq!((mode(&connection, "journal_mode"), mode(&connection, "synchronous")), ("wal".into(), "2".into()));
    }

    #[test]
    fn an_older_file_is_brought_up_to_date_and_keeps_its_rows() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("j.db");
        let (one, two) = ("CREATE TABLE t (a)", "ALTER TABLE t ADD COLUMN b DEFAULT 5");
        connect(&path, 7, &[one]).unwrap().execute_batch("INSERT INTO t VALUES (1)").unwrap();
        let newer = connect(&path, 7, &[one, two]).unwrap();
        assert_eq!(newer.query_row("SELECT a + b FROM t", [], |r| r.get::<_, i64>(0)).unwrap(), 6);
        let error = connect(&path, 7, &[one]).unwrap_err();
        assert!(matches!(error, JournalError::Newer { found: 2, known: 1, .. }) && !error.may_go_on());
    }

    /// A checkpoint writes the first page, with the new size, before the pages that make the file as long as it says.
    #[test]
    fn a_file_whose_process_was_killed_while_it_wrote_the_log_back_is_whole() {
        let dir = tempfile::tempdir().unwrap();
        let (path, killed) = (dir.path().join("j.db"), dir.path().join("killed.db"));
        let tables = &["CREATE TABLE t (a)"];
        let writer = connect(&path, 7, tables).unwrap();
        let checkpoint = || writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
        checkpoint();
        let short = std::fs::read(&path).unwrap();
        for _ in 0..40 {
            writer.execute("INSERT INTO t VALUES (hex(randomblob(2000)))", []).unwrap();
        }
        std::fs::copy(beside(&path, "-wal"), beside(&killed, "-wal")).unwrap();
        checkpoint();
        let long = std::fs::read(&path).unwrap();
        assert!(long.len() > 2 * short.len(), "it grew");
        std::fs::write(&killed, [&long[..4096], &short[4096..]].concat()).unwrap();

        let found = connect(&killed, 7, tables).unwrap();
        assert_eq!(found.query_row("SELECT count(*) FROM t", [], |row| row.get::<_, i64>(0)).unwrap(), 40);
        assert_eq!(mode(&found, "integrity_check"), "ok");
    }

    #[test]
    fn a_failed_migration_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("j.db");
        connect(&path, 7, &["CREATE TABLE t (a)"]).unwrap();
        assert!(connect(&path, 7, &["", "CREATE TABLE u (a); CREATE TABLE t (a)"]).is_err());
        let again = connect(&path, 7, &["CREATE TABLE t (a)"]).unwrap();
        let tables: i64 = again.query_row("SELECT count(*) FROM sqlite_master", [], |r| r.get(0)).unwrap();
        assert_eq!(tables, 1);
    }

    #[test]
    fn a_file_that_is_no_journal_is_refused_and_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let noise = dir.path().join("noise.db");
        std::fs::write(
            &noise,
            "a text of somebody, longer than a header of SQLite would be; really, it is not short at all",
        )
        .unwrap();
        let before = std::fs::read(&noise).unwrap();
        let error = connect(&noise, 7, &["CREATE TABLE t (a)"]).unwrap_err();
        assert!(matches!(error, JournalError::Corrupt { .. }) && !error.may_go_on(), "{error}");
        assert_eq!(std::fs::read(&noise).unwrap(), before);

        let foreign = dir.path().join("foreign.db");
        File::open(&foreign).unwrap().execute_batch("CREATE TABLE theirs (a)").unwrap();
        let before = std::fs::read(&foreign).unwrap();
        assert!(matches!(connect(&foreign, 7, &["CREATE TABLE t (a)"]), Err(JournalError::Corrupt { .. })));
        assert_eq!(std::fs::read(&foreign).unwrap(), before);
    }

    #[test]
    fn a_damaged_page_is_found_as_damage() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("j.db");
        let connection = connect(&path, 7, &["CREATE TABLE t (a)"]).unwrap();
        connection.execute_batch("INSERT INTO t VALUES (zeroblob(20000)); PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        drop(connection);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[100..4096].fill(0xee);
        std::fs::write(&path, bytes).unwrap();
        assert!(matches!(connect(&path, 7, &["CREATE TABLE t (a)"]), Err(JournalError::Corrupt { .. })));
    }

    #[test]
    fn a_place_that_cannot_be_written_and_a_full_disk_let_a_run_go_on() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        std::fs::write(&file, b"").unwrap();
        let error = connect(&file.join("j.db"), 7, &["CREATE TABLE t (a)"]).unwrap_err();
        assert!(error.may_go_on(), "{error}");

        let path = dir.path().join("full.db");
        let connection = connect(&path, 7, &["CREATE TABLE t (a)"]).unwrap();
        connection.query_row("PRAGMA max_page_count=2", [], |r| r.get::<_, i64>(0)).unwrap();
        let full = connection.execute_batch("INSERT INTO t VALUES (zeroblob(100000))").unwrap_err();
        let error = JournalError::of_file(&path, &full);
        assert!(error.may_go_on(), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn the_file_and_its_side_files_are_the_users_alone() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new").join("j.db");
        let connection = connect(&path, 7, &["CREATE TABLE t (a)"]).unwrap();
        connection.execute_batch("INSERT INTO t VALUES (1)").unwrap();
        let mode = |p: &Path| std::fs::metadata(p).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        let files: Vec<_> = std::fs::read_dir(path.parent().unwrap()).unwrap().map(|e| e.unwrap().path()).collect();
        assert!(files.len() >= 2, "{files:?}");
        assert!(files.iter().all(|f| mode(f) == 0o600), "{files:?}");
    }

    /// What is at a path and beside it: mode, bytes, names.
    #[cfg(unix)]
    fn state(dir: &Path) -> Vec<(PathBuf, u32, Option<Vec<u8>>)> {
        use std::os::unix::fs::PermissionsExt;
        let mut all: Vec<_> = std::fs::read_dir(dir)
            .unwrap()
            .map(|entry| {
                let path = entry.unwrap().path();
                let found = std::fs::symlink_metadata(&path).unwrap();
                let bytes = found.is_file().then(|| std::fs::read(&path).unwrap());
                (path, found.permissions().mode(), bytes)
            })
            .collect();
        all.sort();
        all
    }

    #[cfg(unix)]
    #[test]
    fn a1_what_is_not_ours_is_refused_and_stays_exactly_as_it_was() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::create_dir(at("folder")).unwrap();
        std::fs::write(at("text"), "a text, longer than a header of SQLite. ".repeat(9)).unwrap();
        std::fs::write(at("short"), "x").unwrap();
        std::fs::write(at("empty"), "").unwrap();
        assert!(std::process::Command::new("mkfifo").arg(at("fifo")).status().unwrap().success());
        let foreign = File::open(at("foreign")).unwrap();
        foreign.execute_batch("PRAGMA user_version=1; CREATE TABLE theirs (a)").unwrap();
        // Killed before its log was written back: all that the main file says is that it is a database.
        let logged = File::open(at("logged")).unwrap();
        logged.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).unwrap();
        logged.execute_batch("PRAGMA journal_mode=WAL; CREATE TABLE theirs (a)").unwrap();
        drop((foreign, logged));
        for name in ["text", "folder", "empty", "foreign", "nothing"] {
            symlink(at(name), at(&format!("link-{name}"))).unwrap();
        }
        for name in ["text", "foreign", "logged"] {
            std::fs::set_permissions(at(name), std::fs::Permissions::from_mode(0o664)).unwrap();
        }
        let before = state(dir.path());
        let names = ["text", "short", "folder", "fifo", "foreign", "logged"].map(str::to_owned);
        let links = ["text", "folder", "empty", "foreign", "nothing"].map(|name| format!("link-{name}"));
        let key = InstallKey::open(tempfile::tempdir().unwrap().path()).unwrap();
        for name in names.iter().chain(&links) {
            for error in
                [Journal::open(&at(name), key.clone()).unwrap_err(), Journal::read(&at(name), None).unwrap_err()]
            {
                assert!(matches!(error, JournalError::Corrupt { .. }), "{name}: {error}");
            }
            let after = state(dir.path());
            // SQLite's index of a log is made anew by whoever looks at it.
            let same: Vec<_> = after.into_iter().filter(|(path, ..)| !path.ends_with("logged-shm")).collect();
            assert_eq!(
                same,
                before.iter().filter(|(p, ..)| !p.ends_with("logged-shm")).cloned().collect::<Vec<_>>(),
                "{name}"
            );
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_our_own_journal_names_the_same_journal() {
        let dir = tempfile::tempdir().unwrap();
        let key = InstallKey::open(dir.path()).unwrap();
        let (file, link) = (dir.path().join("j.db"), dir.path().join("link.db"));
        drop(Journal::open(&file, key.clone()).unwrap());
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let opened = Journal::open(&link, key).unwrap();
        assert_eq!(opened.path(), std::fs::canonicalize(&file).unwrap());
    }

    #[test]
    fn a9_reading_a_journal_makes_nothing_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        let keys = tempfile::tempdir().unwrap();
        let path = dir.path().join("j.db");
        assert!(matches!(Journal::read(&path, None), Err(JournalError::Missing(_))));
        let journal = std::sync::Arc::new(Journal::open(&path, InstallKey::open(keys.path()).unwrap()).unwrap());
        let names = || std::fs::read_dir(dir.path()).unwrap().count();
        // While a run writes, its log is read.
        let run = journal.begin(crate::journal::RunInfo::default()).unwrap();
        let beside = names();
        assert_eq!(Journal::read(&path, None).unwrap().record("last").unwrap().header.id, run.id());
        assert_eq!(names(), beside);
        drop((run, journal));
        assert_eq!(names(), 1, "closed in order");
        assert_eq!(Journal::read(&path, None).unwrap().runs().unwrap().len(), 1);
        assert_eq!(names(), 1);
        // A copy is as good where the log can't be shared.
        assert_eq!(
            copied(&path, &JOURNAL).unwrap().0.query_row("SELECT count(*) FROM runs", [], |r| r.get(0)),
            Ok(1_i64)
        );
    }
}
