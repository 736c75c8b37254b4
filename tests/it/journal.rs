//! The journal as runs, re-runs and the deletion use it, killed at every step.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use chrono::Utc;
use mi_signout::event::{Event, EventKind, FindDevice, Progress, Subject};
use mi_signout::journal::{InstallKey, Journal, JournalError, Mutation, PhoneInfo, PhoneKey, Run, RunInfo};
use mi_signout::model::{AccountId, DeletionState, Outcome};
use mi_signout::record::chain;

use crate::support::Killed;
use crate::support::journal_data::{phone, row};

/// Where the re-executed test finds its journal.
const CHILD: &str = "MI_SIGNOUT_TEST_JOURNAL";

fn open(dir: &Path) -> Arc<Journal> {
    Arc::new(Journal::open(&dir.join("journal.db"), InstallKey::open(dir).unwrap()).unwrap())
}

fn begin(journal: &Arc<Journal>) -> Run {
    let info = RunInfo { tool: "mi-signout 0.1.0".into(), operator: Some("Ana".into()), ..RunInfo::default() };
    journal.begin(info).unwrap()
}

fn tapped(screens: &[&str], submitted: bool) -> Progress {
    let tapped = screens.iter().map(ToString::to_string).collect();
    Progress {
        tapped,
        submitted,
        visits: screens.iter().map(|s| ((*s).to_owned(), 1)).collect(),
        ..Progress::default()
    }
}

#[test]
fn a_run_is_read_back_and_its_chain_holds() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let run = begin(&journal);
    let step = |what: &str| EventKind::Step { screen: "account-page".into(), what: what.into(), mutates: true };
    for key in ["a", "b"] {
        let info = phone(key);
        run.phone(&info).unwrap();
        run.event(&Event::now(Subject::Phone(info.serial.clone()), step("tap logout_account"))).unwrap();
        run.find_device(&info.key, FindDevice::On).unwrap();
        run.picture(&info.key, b"png").unwrap();
        run.result(Some(&info.key), &row(key, Some("6230000535"), Outcome::SignedOut)).unwrap();
    }
    run.result(None, &row("locked", None, Outcome::NeedsPerson)).unwrap();
    run.finish(4).unwrap();

    let record = journal.record("last").unwrap();
    assert_eq!(record.header.id, run.id());
    assert_eq!((record.exit, record.rows.len(), record.open.len()), (Some(4), 3, 0));
    let first = &record.rows[0].record;
    assert_eq!(first.hardware_serial.as_deref(), Some("a"));
    assert_eq!(first.result.account.as_ref().unwrap().as_given(), "6230***535");
    assert_eq!((first.steps.len(), first.steps[0].what.as_str()), (1, "tap logout_account"));
    assert_eq!((first.find_device, first.result.seconds.to_string()), (FindDevice::On, "31.4".into()));
    assert_eq!(record.rows[0].picture.as_deref(), Some(&b"png"[..]));
    assert_eq!(chain::problems(&record), Vec::<String>::new());
    assert_eq!(journal.verify().unwrap(), Vec::<String>::new());
}

#[test]
fn edited_removed_and_moved_rows_are_found() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let run = begin(&journal);
    for key in ["a", "b", "c"] {
        run.phone(&phone(key)).unwrap();
        run.result(Some(&PhoneKey::new(key)), &row(key, None, Outcome::Failed)).unwrap();
    }
    let forged = |sql: &str| {
        let copy = tempfile::tempdir().unwrap();
        for entry in std::fs::read_dir(dir.path()).unwrap() {
            let path = entry.unwrap().path();
            std::fs::copy(&path, copy.path().join(path.file_name().unwrap())).unwrap();
        }
        let file = rusqlite::Connection::open(copy.path().join("journal.db")).unwrap();
        file.execute_batch(sql).unwrap();
        open(copy.path()).verify().unwrap().join("\n")
    };
    assert_eq!(forged(""), "");
    let cases = [
        ("UPDATE rows SET text = replace(text, 'failed', 'signed-out') WHERE row = 2", "row 2: it was edited"),
        ("DELETE FROM rows WHERE row = 2", "row 2: it was row 3"),
        ("DELETE FROM rows WHERE row = 3", "the last row is not the run's last"),
        (
            "UPDATE rows SET row = 9 WHERE row = 1; UPDATE rows SET row = 1 WHERE row = 2; UPDATE rows SET row = 2 WHERE row = 9",
            "row 1: it was row 2",
        ),
        ("UPDATE runs SET header = replace(header, 'Ana', 'Eva')", "the head of the run was edited"),
    ];
    for (sql, problem) in cases {
        assert!(forged(sql).contains(problem), "{sql}: {}", forged(sql));
    }
}

#[test]
fn full_account_ids_are_never_stored() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let run = begin(&journal);
    run.phone(&phone("a")).unwrap();
    run.account(&PhoneKey::new("a"), &AccountId::new("6230000535")).unwrap();
    run.result(Some(&PhoneKey::new("a")), &row("a", Some("6230000535"), Outcome::SignedOut)).unwrap();
    drop((run, journal));
    for entry in std::fs::read_dir(dir.path()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        assert!(!bytes.windows(10).any(|w| w == b"6230000535"), "{}", path.display());
    }
}

#[test]
fn a_phone_belongs_to_one_run_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (open(dir.path()), open(dir.path()));
    let (first, second) = (begin(&one), begin(&two));
    first.phone(&phone("a")).unwrap();
    let busy = second.phone(&phone("a")).unwrap_err();
    assert!(matches!(&busy, JournalError::Busy { run, .. } if run == first.id()), "{busy}");
    assert!(busy.to_string().ends_with(" works on phone a"), "{busy}");
    second.phone(&phone("b")).unwrap();
    assert!(one.record(second.id()).unwrap().open.iter().any(|p| p.hardware_serial == "b"), "readers always work");

    first.phone(&phone("a")).unwrap();
    let elsewhere = PhoneInfo { place: Some("1-4.3".into()), ..phone("a") };
    assert!(matches!(first.phone(&elsewhere), Err(JournalError::Duplicate(serial)) if serial == "a"));

    first.result(Some(&PhoneKey::new("a")), &row("a", None, Outcome::Failed)).unwrap();
    second.phone(&elsewhere).unwrap();
    drop(second);
    first.phone(&elsewhere).unwrap();
}

#[test]
fn a_re_run_knows_what_was_left_open_and_only_that() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let run = begin(&journal);
    let ends = [("done", Some(Outcome::SignedOut)), ("lost", Some(Outcome::Unknown)), ("cut", None)];
    for (key, outcome) in ends {
        let key_ = PhoneKey::new(key);
        run.phone(&phone(key)).unwrap();
        let step = Mutation { screen: "confirm", what: "tap ok" };
        run.before_mutation(&key_, &step, &tapped(&["confirm"], true)).unwrap();
        if outcome == Some(Outcome::SignedOut) {
            run.observed(&key_, &tapped(&["confirm"], true)).unwrap();
        }
        if let Some(outcome) = outcome {
            run.result(Some(&key_), &row(key, None, outcome)).unwrap();
        }
    }
    let unsettled = || journal.unsettled().unwrap().into_iter().map(|(key, _)| key).collect::<Vec<_>>();
    assert_eq!(unsettled(), [PhoneKey::new("lost")], "the run lives and has 'cut'");
    drop(run);
    let mut unsettled = unsettled();
    unsettled.sort();
    assert_eq!(unsettled, [PhoneKey::new("cut"), PhoneKey::new("lost")]);

    let again = begin(&journal);
    for key in ["lost", "cut"] {
        let earlier = again.earlier(&PhoneKey::new(key)).unwrap().unwrap();
        assert_eq!(earlier.progress, tapped(&["confirm"], true).carried());
        assert_eq!(earlier.unobserved.as_deref(), Some("tap ok on confirm"));
    }
    assert_eq!(again.progress(&PhoneKey::new("done")).unwrap(), None);
    assert_eq!(again.progress(&PhoneKey::new("never seen")).unwrap(), None);
}

#[test]
fn the_queue_groups_by_hash_and_asks_the_person_about_masks() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let run = begin(&journal);
    let ends = [
        ("a", "6230000535", Outcome::SignedOut),
        ("b", "6230000535", Outcome::NeedsPerson),
        ("c", "6230***535", Outcome::SignedOut),
    ];
    for (key, account, outcome) in ends {
        run.phone(&phone(key)).unwrap();
        run.account(&PhoneKey::new(key), &AccountId::new(account)).unwrap();
        run.find_device(&PhoneKey::new(key), FindDevice::Off).unwrap();
        run.result(Some(&PhoneKey::new(key)), &row(key, Some(account), outcome)).unwrap();
    }
    let offs = journal.queued_accounts().unwrap();
    assert_eq!(offs.len(), 2);
    assert_eq!((offs[0].certain, offs[0].phones.len(), offs[0].masked.as_str()), (true, 2, "6230***535"));
    assert_eq!(offs[0].not_proven().map(|p| p.key.as_str()).collect::<Vec<_>>(), ["b"]);
    assert!(!offs[1].certain && offs[1].maybe_same == [offs[0].account]);
    assert_eq!(offs[0].phones[0].find_device, FindDevice::Off);
    drop(run);

    let again = begin(&journal);
    again.phone(&phone("b")).unwrap();
    again.result(Some(&PhoneKey::new("b")), &row("b", None, Outcome::AlreadySignedOut)).unwrap();
    assert_eq!(journal.queued_account(offs[0].account).unwrap().not_proven().count(), 0);
    assert!(matches!(journal.queued_account("acct-9".parse().unwrap()), Err(JournalError::Missing(_))));
}

#[test]
fn a_deletion_is_walked_by_one_process_and_pressed_once() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let run = begin(&journal);
    run.phone(&phone("a")).unwrap();
    run.result(Some(&PhoneKey::new("a")), &row("a", Some("6230000535"), Outcome::SignedOut)).unwrap();
    let account = journal.queued_accounts().unwrap()[0].account;

    let walk = journal.deletion(account).unwrap();
    let other = open(dir.path()).deletion(account).unwrap_err();
    assert!(other.to_string().ends_with(" works on account 6230***535"), "{other}");
    assert_eq!(walk.state().unwrap(), DeletionState::NotStarted);
    assert!(matches!(walk.step(&DeletionState::FinalPressed), Err(JournalError::OutOfOrder { .. })));
    for state in
        [DeletionState::Opened, DeletionState::CautionSeen, DeletionState::VerifySeen, DeletionState::FinalArmed]
    {
        walk.step(&state).unwrap();
    }
    walk.step(&DeletionState::FinalPressed).unwrap();
    drop(walk);

    let resumed = journal.deletion(account).unwrap();
    assert!(resumed.state().unwrap().is_open_end());
    assert!(matches!(resumed.step(&DeletionState::Opened), Err(JournalError::OutOfOrder { .. })));
    assert!(matches!(resumed.step(&DeletionState::FinalPressed), Err(JournalError::OutOfOrder { .. })));
    resumed.settle(&DeletionState::Done).unwrap();
    assert_eq!(journal.queued_account(account).unwrap().web, DeletionState::Done);
    assert!(matches!(resumed.settle(&DeletionState::Kept), Err(JournalError::OutOfOrder { .. })));
}

/// The child of the kill tests: it does one phone after the other and says each step before and after it.
/// It is a test of its own only when it was started as that child.
#[test]
fn child_that_is_killed() {
    let Ok(dir) = std::env::var(CHILD) else { return };
    let dir = PathBuf::from(dir);
    let waits = dir.join("waits").exists();
    let mut lines = std::io::stdin().lines();
    let mut say = |what: String| {
        println!("{what}");
        std::io::stdout().flush().unwrap();
        if waits {
            lines.next();
        }
    };
    let run = begin(&open(&dir));
    say(format!("STEP run {}", run.id()));
    for n in 0..8 {
        let name = format!("p{n}");
        let key = PhoneKey::new(&name);
        run.phone(&phone(&name)).unwrap();
        say(format!("STEP phone {name}"));
        let mut done: Vec<&str> = Vec::new();
        for screen in ["account-page", "confirm", "password-filled"] {
            done.push(screen);
            let progress = tapped(&done, screen == "password-filled");
            run.before_mutation(&key, &Mutation { screen, what: "tap" }, &progress).unwrap();
            say(format!("STEP before {name} {screen}"));
            run.observed(&key, &progress).unwrap();
            say(format!("STEP observed {name} {screen}"));
        }
        run.picture(&key, &vec![7; 5000]).unwrap();
        run.result(Some(&key), &row(&name, Some("6230000535"), Outcome::SignedOut)).unwrap();
        say(format!("STEP result {name}"));
    }
    run.finish(0).unwrap();
    say("STEP finish".to_owned());
}

/// Starts the child, reads `n` steps and kills it there. Gives the steps read.
fn kill_after(dir: &Path, n: usize) -> Vec<String> {
    let mut child = Killed(
        Command::new(std::env::current_exe().unwrap())
            .args(["journal::child_that_is_killed", "--exact", "--nocapture", "--test-threads=1"])
            .env(CHILD, dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap(),
    );
    let mut stdin = child.0.stdin.take().unwrap();
    let mut steps = Vec::new();
    for line in BufReader::new(child.0.stdout.take().unwrap()).lines() {
        // The test runner writes the test's name before the first line.
        let line = line.unwrap();
        let Some((_, step)) = line.split_once("STEP ") else { continue };
        steps.push(step.to_owned());
        if steps.len() == n {
            break;
        }
        let _ = writeln!(stdin);
    }
    // Before its input closes, which would let it go on.
    child.0.kill().unwrap();
    child.0.wait().unwrap();
    assert_eq!(steps.len(), n, "the child ended too early");
    steps
}

/// What must hold after a kill: every step that was said is in the journal, and whatever is there is whole.
fn check(dir: &Path, steps: &[String]) {
    let journal = open(dir);
    assert_eq!(journal.verify().unwrap(), Vec::<String>::new(), "{steps:?}");
    let record = journal.record("last").unwrap();
    let run = begin(&journal);
    for step in steps {
        let words: Vec<&str> = step.split(' ').collect();
        match words[..] {
            ["run", id] => assert_eq!(record.header.id, id),
            ["result", name] => {
                let found = record.rows.iter().find(|r| r.record.hardware_serial.as_deref() == Some(name));
                assert_eq!(found.unwrap().picture.as_deref(), Some(&[7; 5000][..]));
            }
            ["phone", name] => run.phone(&phone(name)).unwrap(),
            ["before" | "observed", name, screen] => {
                let has_row = record.rows.iter().any(|r| r.record.hardware_serial.as_deref() == Some(name));
                match run.earlier(&PhoneKey::new(name)).unwrap() {
                    None => assert!(has_row, "{step} is forgotten"),
                    Some(earlier) => {
                        assert!(earlier.progress.tapped.contains(screen), "{step} is forgotten");
                        assert!(earlier.progress.submitted || screen != "password-filled");
                    }
                }
            }
            ["finish"] => assert_eq!(record.exit, Some(0)),
            _ => panic!("{step}"),
        }
    }
    if let Some(last) = steps.last().and_then(|s| s.strip_prefix("before ")) {
        let (name, screen) = last.split_once(' ').unwrap();
        let earlier = run.earlier(&PhoneKey::new(name)).unwrap();
        // In the test that kills a running child, later steps may have been done.
        if dir.join("waits").exists() {
            assert_eq!(earlier.unwrap().unobserved, Some(format!("tap on {screen}")));
        }
    }
}

#[test]
fn killed_at_every_step_nothing_that_was_said_is_lost() {
    for n in 1..=18 {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("waits"), b"").unwrap();
        check(dir.path(), &kill_after(dir.path(), n));
    }
}

#[test]
fn killed_while_it_writes_the_journal_is_whole() {
    for n in (1..=66).step_by(5) {
        let dir = tempfile::tempdir().unwrap();
        check(dir.path(), &kill_after(dir.path(), n));
    }
}

#[test]
fn the_phones_of_a_killed_run_are_taken_over() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("waits"), b"").unwrap();
    let steps = kill_after(dir.path(), 3);
    let left = |dir: &Path| {
        std::fs::read_dir(dir)
            .unwrap()
            .filter(|e| e.as_ref().unwrap().file_name().to_str().unwrap().contains("alive"))
            .count()
    };
    assert_eq!(left(dir.path()), 1, "a killed run cannot tidy");
    let journal = open(dir.path());
    let run = begin(&journal);
    assert_eq!(left(dir.path()), 1, "the next run does it");
    run.phone(&phone("p0")).unwrap();
    assert!(run.earlier(&PhoneKey::new("p0")).unwrap().is_some(), "{steps:?}");
    drop(run);
    assert_eq!(left(dir.path()), 0);
}

#[test]
fn many_workers_write_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let run = begin(&journal);
    std::thread::scope(|scope| {
        for n in 0..16 {
            let run = run.clone();
            scope.spawn(move || {
                let key = PhoneKey::new(format!("p{n}"));
                run.phone(&phone(key.as_str())).unwrap();
                run.before_mutation(&key, &Mutation { screen: "s", what: "tap" }, &tapped(&["s"], false)).unwrap();
                run.result(Some(&key), &row(key.as_str(), None, Outcome::Failed)).unwrap();
            });
        }
    });
    assert_eq!(journal.record(run.id()).unwrap().rows.len(), 16);
    assert_eq!(journal.verify().unwrap(), Vec::<String>::new());
}

/// A run with one phone that ended so, begun `days` ago.
fn old_run(journal: &Arc<Journal>, dir: &Path, key: &str, outcome: Option<Outcome>, days: i64) -> String {
    let run = begin(journal);
    run.phone(&phone(key)).unwrap();
    run.before_mutation(
        &PhoneKey::new(key),
        &Mutation { screen: "confirm", what: "tap ok" },
        &tapped(&["confirm"], true),
    )
    .unwrap();
    if let Some(outcome) = outcome {
        run.result(Some(&PhoneKey::new(key)), &row(key, Some("6230000535"), outcome)).unwrap();
        run.finish(0).unwrap();
    }
    let began = (Utc::now() - chrono::Duration::days(days)).to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    let file = rusqlite::Connection::open(dir.join("journal.db")).unwrap();
    file.execute("UPDATE runs SET started = $1 WHERE id = $2", (&began, run.id())).unwrap();
    file.execute("UPDATE phones SET begun = $1 WHERE run = $2", (&began, run.id())).unwrap();
    run.id().to_owned()
}

#[test]
fn old_runs_are_pruned_and_what_nobody_saw_the_end_of_stays() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let out = old_run(&journal, dir.path(), "out", Some(Outcome::SignedOut), 40);
    let lost = old_run(&journal, dir.path(), "lost", Some(Outcome::Unknown), 40);
    let found = old_run(&journal, dir.path(), "found", Some(Outcome::Unknown), 50);
    let found_again = old_run(&journal, dir.path(), "found", Some(Outcome::SignedOut), 45);
    let killed = old_run(&journal, dir.path(), "killed", None, 40);
    let recent = old_run(&journal, dir.path(), "recent", Some(Outcome::SignedOut), 3);
    let pruned = journal.prune(30, Utc::now()).unwrap();
    assert_eq!((pruned.runs, pruned.rows, pruned.kept), (3, 3, 2));
    let left: Vec<String> = journal.runs().unwrap().into_iter().map(|run| run.id).collect();
    for gone in [&out, &found, &found_again] {
        assert!(!left.contains(gone), "{gone}");
    }
    for kept in [&lost, &killed, &recent] {
        assert!(left.contains(kept), "{kept}");
    }
    let again = begin(&journal);
    assert!(again.progress(&PhoneKey::new("killed")).unwrap().unwrap().submitted);
    assert!(again.progress(&PhoneKey::new("lost")).unwrap().unwrap().submitted);
    assert_eq!(journal.verify().unwrap(), [""; 0]);
    // The account still waits for its deletion, with all of its phones.
    assert_eq!(journal.queued_accounts().unwrap()[0].phones.len(), 4);
    assert_eq!(journal.prune(30, Utc::now()).unwrap().runs, 0);
}

#[test]
fn the_journal_of_the_first_version_is_brought_up_to_date_with_all_its_rows() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let id = old_run(&journal, dir.path(), "a", Some(Outcome::SignedOut), 1);
    drop(journal);
    // As version 1 left it: without what came later.
    let file = rusqlite::Connection::open(dir.path().join("journal.db")).unwrap();
    let later: Vec<String> = file
        .prepare("SELECT 'DROP ' || type || ' ' || name FROM sqlite_master WHERE name IN ('meta', 'clock', 'writers') OR (type = 'index' AND sql IS NOT NULL AND name NOT IN ('phones_by_key', 'events_by_phone'))")
        .unwrap()
        .query_map([], |r| r.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert!(later.len() >= 10, "{later:?}");
    let columns = [("runs", "lot"), ("phones", "turn"), ("held", "epoch"), ("held", "expires"), ("held", "host")];
    let columns = columns.map(|(table, column)| format!("ALTER TABLE {table} DROP COLUMN {column}"));
    file.execute_batch(&format!("{};{};PRAGMA user_version=1", later.join(";"), columns.join(";"))).unwrap();
    drop(file);
    // First for reading alone, which changes nothing.
    let read = Journal::read(&dir.path().join("journal.db"), None).unwrap();
    assert_eq!(read.record("last").unwrap().header.id, id);
    drop(read);
    let version = |wanted: i64| {
        let file = rusqlite::Connection::open(dir.path().join("journal.db")).unwrap();
        assert_eq!(file.query_row("PRAGMA user_version", [], |r| r.get::<_, i64>(0)).unwrap(), wanted);
    };
    version(1);
    let journal = open(dir.path());
    version(3);
    assert_eq!(journal.record(&id).unwrap().rows.len(), 1);
    assert!(!journal.key_changed());
}

/// What the plan of a statement says: a journal with many rows is searched, and never read from end to end.
#[test]
fn no_statement_of_a_run_reads_the_whole_journal() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()));
    let file = rusqlite::Connection::open(dir.path().join("journal.db")).unwrap();
    for sql in [
        "SELECT id FROM runs ORDER BY started DESC, id DESC LIMIT 1",
        "SELECT id FROM runs WHERE id >= 'a' AND id < 'b' ORDER BY id LIMIT 2",
        "SELECT id FROM runs WHERE ended IS NULL",
        "SELECT id FROM runs WHERE lot = 'a' ORDER BY started, id",
        "SELECT key FROM phones WHERE outcome IS NULL OR outcome = 'unknown'",
        "SELECT run, progress, pending, outcome FROM phones WHERE key = 'a' AND run <> 'b' ORDER BY turn DESC LIMIT 200",
        "SELECT COALESCE(MAX(turn), 0) + 1 FROM phones WHERE key = 'a'",
        "UPDATE held SET expires = 1 WHERE holder = 'a'",
        "UPDATE account_phones SET outcome = 'x' WHERE key = 'a' AND outcome NOT IN ('x')",
        "SELECT id FROM accounts WHERE mask = 'a' AND id <> 2",
        "SELECT state FROM web_steps WHERE account = 1 ORDER BY id DESC LIMIT 1",
        "SELECT text FROM rows WHERE run = 'a' ORDER BY row",
        "SELECT event FROM events WHERE run = 'a' AND key = 'b' ORDER BY id",
        "SELECT text FROM rows r WHERE r.outcome = 'rejected'",
    ] {
        let plan: Vec<String> = file
            .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
            .unwrap()
            .query_map([], |r| r.get(3))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert!(plan.iter().all(|step| !step.starts_with("SCAN") || step.contains("INDEX")), "{sql}: {plan:?}");
    }
}

#[test]
fn the_runs_of_a_lot_are_told_together_and_each_chain_holds() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    for (lot, station, key) in
        [(Some("lot-1"), "bench 1", "a"), (Some("lot-1"), "bench 2", "b"), (None, "bench 1", "c")]
    {
        let lot = lot.map(str::to_owned);
        let info = RunInfo { tool: "mi-signout".into(), station: Some(station.into()), lot, ..RunInfo::default() };
        let run = journal.begin(info).unwrap();
        run.phone(&phone(key)).unwrap();
        run.result(Some(&PhoneKey::new(key)), &row(key, None, Outcome::SignedOut)).unwrap();
        run.finish(0).unwrap();
    }
    let records = journal.lot("lot-1").unwrap();
    let stations: Vec<_> = records.iter().map(|record| record.header.station.clone().unwrap()).collect();
    assert_eq!(stations, ["bench 1", "bench 2"]);
    assert!(records.iter().all(|record| record.rows.len() == 1 && chain::problems(record).is_empty()));
    assert!(matches!(journal.lot("lot-2"), Err(JournalError::Missing(_))));
}
