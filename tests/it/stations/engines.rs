//! What is done to a whole journal, on both engines: copied either way, pruned, brought up to date from every earlier schema.

use super::office::{Office, phones};
use super::*;
use crate::support::postgres::PostgresServer;
use crate::support::{Said, TestBed, talk};

/// The key of a computer's own journal.
fn own_key(office: &Office) -> PathBuf {
    let state = office.home.path().join("mi-signout");
    let key = state.join("install.key");
    assert!(key.exists(), "{}", state.display());
    key
}

fn report(office: &Office, journal: &str) -> Said {
    office.run(&["report", "last", "--format", "json", "--journal", journal])
}

#[test]
fn a_journal_goes_from_a_file_into_the_database_and_back_and_is_pruned_in_both() {
    let server = PostgresServer::shared();
    let url = server.database();
    let office = Office { home: tempfile::tempdir().unwrap(), url: "own.db".to_owned() };
    let bed = TestBed::own(phones(1, 2, 0));
    assert_eq!(talk(office.sign_out(&[&bed]), b"").code, 0);
    let key = own_key(&office).display().to_string();
    let done = |args: &[&str], out: &str| {
        let said = office.run(args);
        assert!(said.code == 0 && said.out.contains(out), "{args:?}: {said:?}");
    };
    done(&["journal", "init", &url, "--key", &key], "set up the journal postgres://");
    done(&["journal", "copy", "own.db", &url], "copied 1 run with 2 rows");
    done(&["journal", "copy", &url, "back.db"], "copied 1 run with 2 rows");
    let [own, shared, back] = ["own.db", &url, "back.db"].map(|journal| report(&office, journal));
    assert_eq!((own.code, &own.out), (0, &shared.out), "{shared:?}");
    assert_eq!(own.out, back.out, "{back:?}");
    let full = office.run(&["journal", "copy", "own.db", &url]);
    assert!(full.code == 2 && full.err.contains("holds runs already"), "{full:?}");
    let other = Office { home: tempfile::tempdir().unwrap(), url: String::new() };
    let theirs = office.home.path().join("own.db").display().to_string();
    let stranger = other.run(&["journal", "copy", &theirs, "theirs.db"]);
    assert!(stranger.code == 2 && stranger.err.contains("different keys"), "{stranger:?}");
    for journal in ["back.db", &url] {
        done(&["journal", "prune", "--keep-days", "1", "--journal", journal], "removed 0 runs with 0 rows");
        done(&["journal", "prune", "--keep-days", "0", "--journal", journal], "removed 1 run with 2 rows");
        assert_eq!(report(&office, journal).code, 2);
        // The accounts still wait for their deletion.
        let waits = office.run(&["delete", "--list", "--journal", journal]);
        assert!(waits.code == 0 && waits.out.contains("7110***001"), "{waits:?}");
    }
}

#[test]
fn a_journal_that_a_run_is_writing_is_copied_as_far_as_it_had_come() {
    let (one, _two, key) = two_benches(&PostgresServer::shared().database());
    let journal = one.journal();
    let run = begin(&journal, "lot-1");
    for n in 0..3 {
        run.phone(&phone(&format!("p{n}"))).unwrap();
    }
    run.result(Some(&PhoneKey::new("p0")), &row("p0", None, Outcome::SignedOut)).unwrap();
    let writing = {
        let run = run.clone();
        std::thread::spawn(move || {
            for n in 1..3 {
                run.result(Some(&PhoneKey::new(format!("p{n}"))), &row(&format!("p{n}"), None, Outcome::SignedOut))
                    .unwrap();
            }
        })
    };
    let file = key.path().join("copy.db");
    let copy = Journal::open(&file, journal.key().unwrap()).unwrap();
    let copied = journal.copy_to(&copy).unwrap();
    writing.join().unwrap();
    assert!((1..=3).contains(&copied.rows), "{copied:?}");
    assert_eq!(copy.verify().unwrap(), Vec::<String>::new());
}

/// What versions 2 and 3 of the schema added, taken away again. The facts in `meta` stay: a journal is known by them.
const UNDO: [&str; 2] = [
    "DROP INDEX runs_by_start, runs_open, phones_open, rows_rejected, accounts_by_mask, account_phones_by_key,
         web_steps_by_account, runs_by_lot; ALTER TABLE runs DROP COLUMN lot",
    "DROP INDEX phones_by_turn, held_by_holder; ALTER TABLE phones DROP COLUMN turn; DROP VIEW clock; DROP TABLE writers;
         ALTER TABLE held DROP COLUMN epoch, DROP COLUMN expires, DROP COLUMN host",
];

#[test]
fn an_older_schema_in_the_database_is_brought_up_to_date_with_all_its_rows() {
    let server = PostgresServer::shared();
    let columns = "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || COALESCE(column_default, '')
                   FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1";
    let indexes = "SELECT indexname || indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1";
    for version in [2, 1] {
        let url = server.database();
        let (one, _two, _key) = two_benches(&url);
        let run = begin(&one.journal(), "lot-1");
        run.phone(&phone("a")).unwrap();
        run.result(Some(&PhoneKey::new("a")), &row("a", Some("6230000535"), Outcome::SignedOut)).unwrap();
        run.finish(0).unwrap();
        let id = run.id().to_owned();
        drop(run);
        let facts = server.query(&url, "SELECT name || '=' || value FROM meta ORDER BY 1");
        let now = [columns, indexes].map(|sql| server.query(&url, sql));
        for undo in UNDO[version - 1..].iter().rev() {
            server.query(&url, undo);
        }
        server.query(&url, &format!("UPDATE versions SET version = {version} WHERE name = 'journal'"));
        // The ledger's own part of the clock and of the writers is as old.
        server.query(&url, "DROP TABLE gates; UPDATE versions SET version = 2 WHERE name = 'ledger'");
        assert_eq!(server.query(&url, "SELECT name || '=' || value FROM meta ORDER BY 1"), facts);
        let journal = one.journal();
        let record = journal.record(&id).unwrap();
        assert_eq!((record.rows.len(), record.header.lot.as_deref()), (1, Some("lot-1")), "version {version}");
        assert_eq!(journal.verify().unwrap(), Vec::<String>::new());
        let later = begin(&journal, "lot-1");
        later.phone(&phone("a")).unwrap();
        Ledger::shared(&journal, later.id(), Duration::from_secs(60)).unwrap();
        let [mut was, mut is] = [now, [columns, indexes].map(|sql| server.query(&url, sql))].map(|all| all.concat());
        was.sort();
        is.sort();
        assert_eq!(was, is, "version {version}");
    }
}

#[test]
fn a_database_of_a_later_version_is_left_as_it_is() {
    let server = PostgresServer::shared();
    let url = server.database();
    let (one, _two, key) = two_benches(&url);
    server.query(&url, "UPDATE versions SET version = 99");
    assert!(matches!(one.try_journal(), Err(JournalError::Newer { found: 99, .. })));
    let file = key.path().join("key");
    let joined = one.database.set_up(one.state.path(), KeySource::File(&file), None);
    assert!(matches!(joined, Err(JournalError::Newer { found: 99, .. })), "{joined:?}");
    assert_eq!(server.query(&url, "SELECT DISTINCT version FROM versions"), ["99"]);
}
