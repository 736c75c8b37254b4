//! The database goes away midway: nothing is done without its record, and nothing is lost or written twice.

use std::sync::mpsc::channel;

use mi_signout::journal::Availability;
use mi_signout::record::chain;

use super::*;
use crate::support::postgres::PostgresServer;

const PHONES: usize = 12;

#[test]
fn rows_that_wait_for_the_database_are_written_once_when_it_is_back() {
    let mut server = PostgresServer::start();
    let (one, _two, _key) = two_benches(&server.database());
    let journal = one.journal();
    let run = begin(&journal, "lot-1");
    let (tell, told) = channel();
    run.telling(Some(Box::new(move |it| drop(tell.send(it)))));
    for n in 0..PHONES {
        run.phone(&phone(&format!("p{n}"))).unwrap();
    }
    std::thread::scope(|scope| {
        let mut workers = Vec::new();
        for n in 0..PHONES {
            let run = run.clone();
            workers.push(scope.spawn(move || {
                let key = format!("p{n}");
                run.result(Some(&PhoneKey::new(&key)), &row(&key, Some("6230000535"), Outcome::SignedOut))
            }));
            if n == PHONES / 2 {
                server.kill();
            }
        }
        let away = told.recv_timeout(crate::support::GUARD).unwrap();
        assert!(matches!(away, Availability::Away { .. }), "{away:?}");
        server.restart();
        assert!(workers.into_iter().all(|worker| worker.join().unwrap().is_ok()));
    });
    assert_eq!(told.recv_timeout(crate::support::GUARD).unwrap(), Availability::Back);
    run.finish(0).unwrap();
    let record = journal.record(run.id()).unwrap();
    let mut serials: Vec<_> = record.rows.iter().map(|row| row.record.result.serial.clone()).collect();
    serials.sort();
    serials.dedup();
    assert_eq!((serials.len(), record.rows.len()), (PHONES, PHONES));
    assert_eq!(chain::problems(&record), Vec::<String>::new());
}

#[test]
fn a_database_that_stays_away_is_an_error_and_not_a_wait_for_ever() {
    let mut server = PostgresServer::start();
    let (one, _two, _key) = two_benches(&server.database());
    let journal = one.journal();
    let info = RunInfo { grace: Duration::from_millis(300), ..RunInfo::default() };
    let run = journal.begin(info).unwrap();
    run.phone(&phone("a")).unwrap();
    server.kill();
    for _ in 0..3 {
        let error = run.result(Some(&PhoneKey::new("a")), &row("a", None, Outcome::SignedOut)).unwrap_err();
        assert!(matches!(error, JournalError::Unreachable { .. }) && !error.may_go_on(), "{error}");
    }
    assert!(matches!(one.try_journal(), Err(JournalError::Unreachable { .. })));
}
