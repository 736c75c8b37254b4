//! A database that is stopped and not gone: its connections stay, and nothing is answered. Only a time limit on this side tells.

use std::process::Stdio;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};

use mi_signout::journal::Availability;
use mi_signout::record::chain;
use phone_sim::phone::Stage;

use super::office::{Office, Talking, phones, words};
use super::*;
use crate::support::postgres::{PostgresServer, Stopped};
use crate::support::{GUARD, TestBed};

const PHONES: usize = 12;

/// A database whose answers may take 2 s, which is as little as an address may say.
fn quick(server: &PostgresServer) -> String {
    format!("{}?connect_timeout=2", server.database())
}

#[test]
fn rows_that_wait_for_a_stopped_database_are_written_once_when_it_goes_on() {
    let server = PostgresServer::start();
    let (one, _two, _key) = two_benches(&quick(&server));
    let journal = one.journal();
    let run = begin(&journal, "lot-1");
    let (tell, told) = channel();
    run.telling(Some(Box::new(move |it| drop(tell.send(it)))));
    for n in 0..PHONES {
        run.phone(&phone(&format!("p{n}"))).unwrap();
    }
    std::thread::scope(|scope| {
        let mut stopped = None;
        let mut workers = Vec::new();
        for n in 0..PHONES {
            let run = run.clone();
            workers.push(scope.spawn(move || {
                let key = format!("p{n}");
                run.result(Some(&PhoneKey::new(&key)), &row(&key, Some("6230000535"), Outcome::SignedOut))
            }));
            if n == PHONES / 2 {
                stopped = Some(server.stop());
            }
        }
        let away = told.recv_timeout(GUARD).unwrap();
        assert!(matches!(&away, Availability::Away { why } if why.contains("no answer within")), "{away:?}");
        drop(stopped);
        assert!(workers.into_iter().all(|worker| worker.join().unwrap().is_ok()));
    });
    assert_eq!(told.recv_timeout(GUARD).unwrap(), Availability::Back);
    run.finish(0).unwrap();
    let record = journal.record(run.id()).unwrap();
    let mut serials: Vec<_> = record.rows.iter().map(|row| row.record.result.serial.clone()).collect();
    serials.sort();
    serials.dedup();
    assert_eq!((serials.len(), record.rows.len()), (PHONES, PHONES));
    assert_eq!(chain::problems(&record), Vec::<String>::new());
}

#[test]
fn a_run_that_gave_a_stopped_database_up_writes_on_once_it_answers_again() {
    let server = PostgresServer::start();
    let (one, _two, _key) = two_benches(&quick(&server));
    let journal = one.journal();
    let info = RunInfo { grace: Duration::from_millis(300), ..RunInfo::default() };
    let run = journal.begin(info).unwrap();
    let keys = ["a", "b", "c"].map(PhoneKey::new);
    for key in &keys {
        run.phone(&phone(key.as_str())).unwrap();
    }
    let result = |key: &PhoneKey| run.result(Some(key), &row(key.as_str(), None, Outcome::SignedOut));
    let stopped = server.stop();
    let error = result(&keys[0]).unwrap_err();
    assert!(matches!(error, JournalError::Unreachable { .. }) && !error.may_go_on(), "{error}");
    assert!(matches!(one.try_journal(), Err(JournalError::Unreachable { .. })));
    stopped.go_on();
    // What it had been told before it was given up may be done now, or not: never twice, and what comes later goes on behind it.
    crate::support::wait_until("the database answers", || result(&keys[1]).is_ok());
    result(&keys[2]).unwrap();
    let record = journal.record(run.id()).unwrap();
    let serials: Vec<_> = record.rows.iter().map(|row| row.record.result.serial.as_str()).collect();
    assert!(serials.ends_with(&["adb-b", "adb-c"]) && serials.len() <= 3, "{serials:?}");
    assert_eq!(chain::problems(&record), Vec::<String>::new());
}

/// Does this when the first phone of the bench shows its account page, on which nothing was tapped by then. Other phones that come there
/// meanwhile wait for it, so that none is ahead. Gives what it came to.
fn at_the_first_account_page<T: Send + 'static>(
    bed: &TestBed,
    act: impl FnOnce() -> T + Send + 'static,
) -> Receiver<T> {
    let (tell, done) = channel();
    let act = Arc::new(Mutex::new(Some(move || tell.send(act()).unwrap())));
    for phone in &bed.phones {
        let act = Arc::clone(&act);
        phone.phone().on_stage(move |stage| {
            let mut act = act.lock().unwrap();
            if stage == Stage::AccountPage
                && let Some(act) = act.take()
            {
                act();
            }
        });
    }
    done
}

/// Stops the database at the first account page.
fn stop_at_the_first_account_page(bed: &TestBed, server: &Arc<PostgresServer>) -> Receiver<Stopped> {
    let server = Arc::clone(server);
    at_the_first_account_page(bed, move || server.stop())
}

fn office() -> (Arc<PostgresServer>, Office, tempfile::TempDir) {
    let server = Arc::new(PostgresServer::start());
    let carried = tempfile::tempdir().unwrap();
    let office = Office::open(&quick(&server), &carried.path().join("key"));
    (server, office, carried)
}

#[test]
fn phones_pause_before_their_first_change_while_the_database_is_stopped_and_go_on_with_it() {
    let (server, office, _carried) = office();
    let bed = TestBed::own(phones(1, 3, 0));
    let stopped = stop_at_the_first_account_page(&bed, &server);
    let talking = Talking::start(office.sign_out(&[&bed]));
    let stopped = stopped.recv_timeout(GUARD).unwrap();
    talking.until_note("lost the database of the record (no answer within");
    assert!(bed.phones.iter().all(|phone| phone.phone().account_present()), "a phone was signed out without a record");
    assert!(bed.phones.iter().all(|phone| phone.phone().record().passwords_submitted() == 0));
    stopped.go_on();
    talking.until_note("the database of the record is back");
    let (status, rows, said) = talking.end();
    assert_eq!((status, rows.iter().map(words).collect::<Vec<_>>()), (0, vec!["signed-out -".to_owned(); 3]), "{said}");
    assert!(bed.phones.iter().all(|phone| phone.phone().record().passwords_submitted() == 1));
    let lot = office.journal(&["devices", "--lot", "lot-1"]);
    assert_eq!(lot.out.matches(" signed-out ").count(), 3, "{lot:?}");
}

#[test]
fn a_database_that_stays_stopped_ends_the_phones_as_journal_unwritable_and_untouched() {
    let (server, office, _carried) = office();
    let bed = TestBed::own(phones(1, 3, 0));
    let stopped = stop_at_the_first_account_page(&bed, &server);
    let mut command = office.sign_out(&[&bed]);
    command.args(["--grace", "1"]);
    let talking = Talking::start(command);
    let _stopped = stopped.recv_timeout(GUARD).unwrap();
    let (status, rows, said) = talking.end();
    let ends: Vec<String> = rows.iter().map(words).collect();
    assert_eq!((status, ends), (1, vec!["failed journal-unwritable".to_owned(); 3]), "{said}");
    assert!(said.contains("3 rows of this run are not in the record: "), "{said}");
    assert!(bed.phones.iter().all(|phone| phone.phone().account_present()));
    assert!(bed.phones.iter().all(|phone| phone.phone().record().passwords_submitted() == 0));
}

/// Ends a run by a signal while its database is stopped or killed. It would wait for the database for longer than a test may take.
fn ended_by(signal: &str, is_stopped: bool) {
    let mut server = PostgresServer::start();
    let carried = tempfile::tempdir().unwrap();
    let office = Office::open(&quick(&server), &carried.path().join("key"));
    let bed = TestBed::own(phones(1, 3, 0));
    let away = at_the_first_account_page(&bed, move || {
        let stopped = is_stopped.then(|| server.stop());
        if !is_stopped {
            server.kill();
        }
        (stopped, server)
    });
    let mut command = office.sign_out(&[&bed]);
    command.args(["--grace", "3600"]);
    let talking = Talking::start(command);
    let _away = away.recv_timeout(GUARD).unwrap();
    talking.until_note("lost the database of the record");
    talking.signal(signal);
    let (status, rows, said) = talking.end();
    assert_eq!((status, rows.len()), (130, 3), "{said}");
    assert!(rows.iter().all(|row| row["outcome"] == "failed"), "{said}");
    assert!(said.contains("3 rows of this run are not in the record: "), "{said}");
    assert!(bed.phones.iter().all(|phone| phone.phone().account_present()));
    assert!(bed.phones.iter().all(|phone| phone.phone().record().passwords_submitted() == 0));
}

#[test]
fn ctrl_c_ends_a_run_whose_database_is_stopped_and_says_which_rows_are_unwritten() {
    ended_by("-INT", true);
}

#[test]
fn sigterm_ends_a_run_whose_database_is_stopped_and_says_which_rows_are_unwritten() {
    ended_by("-TERM", true);
}

#[test]
fn ctrl_c_ends_a_run_whose_database_was_killed_and_says_which_rows_are_unwritten() {
    ended_by("-INT", false);
}

#[test]
fn ctrl_c_ends_a_command_that_waits_for_a_stopped_database_at_once() {
    let (server, office, _carried) = office();
    let _stopped = server.stop();
    let bed = TestBed::own(phones(1, 1, 0));
    for args in [&["report", "last"][..], &["delete", "--list"], &["devices", "--lot", "lot-1"]] {
        let mut command = office.command(&[args, &["--journal", &office.url]].concat());
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut child = crate::support::Killed(child);
        // Signals are heard from before the work begins.
        crate::signals::wait_for_thread(&child.0, "command");
        crate::support::signal("-INT", child.0.id());
        assert_eq!(child.0.wait().unwrap().code(), Some(130), "{args:?}");
    }
    // Without a signal it is an error, and nothing is begun.
    let refused = crate::support::talk(office.sign_out(&[&bed]), b"");
    assert!(refused.code == 2 && refused.err.contains("does not answer: no answer within"), "{refused:?}");
    bed.untouched(0);
}
