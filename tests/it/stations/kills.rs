//! `kill -9` of a bench and of the database at moments that differ from seed to seed: no row is lost, and nothing is submitted twice.
//!
//! `MI_SIGNOUT_TEST_CHAOS=100` takes a hundred seeds; with `--nocapture` each is a row of a table.

use std::sync::atomic::{AtomicBool, Ordering};

use mi_signout::model::ResultRow;
use phone_sim::phone::Stage;
use serde_json::Value;

use super::office::{Office, phones, start, submissions, words};
use super::*;
use crate::support::postgres::PostgresServer;
use crate::support::{TestBed, talk, wait_until};

/// Of each bench: phones with an account of their own, and one whose password is wrong.
const OWN: usize = 3;
const PHONES: usize = OWN + 1;

/// What is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Victim {
    Bench,
    Database,
}

/// What became of one seed.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    seeds: usize,
    /// Passwords that the first bench had submitted when the kill came; 0 in how many seeds.
    before_submission: usize,
    /// Phones that the next run took over and worked on.
    taken_over: usize,
    /// Phones with more submissions than they may have.
    again: usize,
    /// Rows that a bench told and the record does not hold.
    lost: usize,
}

/// Where the kill comes: when a phone of the first bench is there; with none, after some of the questions that phones are asked first.
const BEFORE: [Option<Stage>; 3] = [None, Some(Stage::BeforeEntry), Some(Stage::AccountPage)];
const AFTER: [Option<Stage>; 5] = [
    Some(Stage::DataChoice),
    Some(Stage::Password),
    Some(Stage::AfterConfirm),
    Some(Stage::SigningOut),
    Some(Stage::AfterSuccess),
];

/// A quarter of the seeds that are asked for.
fn run(quarter: usize, victim: Victim, moments: &[Option<Stage>]) {
    let asked: Option<usize> = std::env::var("MI_SIGNOUT_TEST_CHAOS").ok().and_then(|n| n.parse().ok());
    let mut server = PostgresServer::start();
    let mut sum = Sum::default();
    for seed in (quarter..asked.map_or(4, |n| n.clamp(4, 100))).step_by(4) {
        let stage = moments[seed / 4 % moments.len()];
        let one = one(victim, stage, seed, &mut server);
        println!(
            "| {seed} | {victim:?} | {stage:?} | {} | {} | {} | {} |",
            if one.before_submission == 1 { "before" } else { "after" },
            one.taken_over,
            one.again,
            one.lost
        );
        sum.seeds += 1;
        sum.before_submission += one.before_submission;
        sum.taken_over += one.taken_over;
        sum.again += one.again;
        sum.lost += one.lost;
    }
    println!("{victim:?}: {sum:?}");
    assert_eq!((sum.again, sum.lost), (0, 0));
}

fn one(victim: Victim, stage: Option<Stage>, seed: usize, server: &mut PostgresServer) -> Sum {
    let url = server.database();
    let carried = tempfile::tempdir().unwrap();
    let key = carried.path().join("key");
    let offices = [Office::open(&url, &key), Office::open(&url, &key)];
    let beds = [TestBed::real(phones(1, OWN, 1)), TestBed::real(phones(2, OWN, 1))];
    let reached = Arc::new(AtomicBool::new(false));
    let tell = Arc::clone(&reached);
    beds[0].phone(seed / 4 % OWN).on_stage(move |now| {
        if Some(now) == stage {
            tell.store(true, Ordering::SeqCst);
        }
    });
    let (mut first, first_rows) = start(offices[0].sign_out(&[&beds[0]]));
    let (mut other, other_rows) = start(offices[1].sign_out(&[&beds[1]]));
    // Counted in what the phones were asked.
    let asked = |bed: usize| (0..PHONES).map(|n| beds[bed].phone(n).record().commands.len()).sum::<usize>();
    // A bench that finds no database when it starts ends at once: both have begun with their phones.
    wait_until("the moment of the kill", || {
        let is_there = if stage.is_some() { reached.load(Ordering::SeqCst) } else { asked(0) >= 4 + seed * 7 % 60 };
        (is_there && asked(1) >= 4) || first.0.try_wait().unwrap().is_some()
    });
    std::thread::sleep(Duration::from_millis(seed as u64 * 13 % 40));
    let submitted: usize = submissions(&beds[0]).iter().sum();
    match victim {
        Victim::Bench => first.0.kill().unwrap(),
        Victim::Database => {
            server.kill();
            server.restart();
        }
    }
    let mut told: Vec<Value> = first_rows.collect();
    first.0.wait().unwrap();
    assert!(victim == Victim::Bench || told.len() == PHONES, "seed {seed}: {told:#?}");
    let of_other: Vec<Value> = other_rows.collect();
    other.0.wait().unwrap();
    assert_eq!(of_other.len(), PHONES, "seed {seed}: {of_other:#?}");
    told.extend(of_other);
    // The other bench goes on with what the first one left.
    let last = talk(offices[1].sign_out(&[&beds[0]]), b"");
    let rows = last.out.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let rows: Vec<Value> = rows.filter(|line| line["type"] == "result").collect();
    assert_eq!(rows.len(), PHONES, "seed {seed}: {last:?}");
    for row in &rows {
        let n = beds[0].serials.iter().position(|known| known == row["serial"].as_str().unwrap()).unwrap();
        let is_out = !beds[0].phone(n).account_present();
        assert_eq!(is_out, words(row).ends_with("signed-out -"), "seed {seed}: {row:#}");
    }
    let taken_over = rows.iter().filter(|row| !words(row).starts_with("already-signed-out")).count();
    told.extend(rows);
    let all: Vec<usize> = beds.iter().flat_map(submissions).collect();
    // A wrong password may be submitted once by each of the two runs on the phone.
    let most = |n: usize| if n % PHONES == OWN { 2 } else { 1 };
    let again = all.iter().enumerate().filter(|(n, times)| **times > most(*n)).count();
    let journal = Bench { state: tempfile::tempdir().unwrap(), database: SharedDatabase::parse(&url).unwrap() };
    journal.database.set_up(journal.state.path(), KeySource::File(&key), None).unwrap();
    let journal = journal.journal();
    assert_eq!(journal.verify().unwrap(), Vec::<String>::new(), "seed {seed}");
    let lot = journal.lot("lot-1").unwrap();
    let mut recorded: Vec<String> = Vec::new();
    for run in &lot {
        let mut serials: Vec<_> = run.rows.iter().map(|row| row.record.result.serial.clone()).collect();
        serials.sort();
        serials.dedup();
        assert_eq!(serials.len(), run.rows.len(), "seed {seed}: a row is written twice");
        let of = |row: &ResultRow| format!("{} {}", row.serial, row.outcome.as_str());
        recorded.extend(run.rows.iter().map(|row| of(&row.record.result)));
    }
    let mut missing = 0;
    for row in &told {
        let row = format!("{} {}", row["serial"].as_str().unwrap(), row["outcome"].as_str().unwrap());
        match recorded.iter().position(|known| *known == row) {
            Some(at) => drop(recorded.swap_remove(at)),
            None => missing += 1,
        }
    }
    assert_eq!((again, missing), (0, 0), "seed {seed}: {all:?} {told:#?} {recorded:?}");
    Sum { seeds: 1, before_submission: usize::from(submitted == 0), taken_over, again, lost: missing }
}

#[test]
fn kill_9_of_a_bench_before_its_first_change_loses_no_row_and_submits_nothing_twice() {
    run(0, Victim::Bench, &BEFORE);
}

#[test]
fn kill_9_of_a_bench_while_phones_change_loses_no_row_and_submits_nothing_twice() {
    run(1, Victim::Bench, &AFTER);
}

#[test]
fn kill_9_of_the_database_before_the_first_change_loses_no_row_and_submits_nothing_twice() {
    run(2, Victim::Database, &BEFORE);
}

#[test]
fn kill_9_of_the_database_while_phones_change_loses_no_row_and_submits_nothing_twice() {
    run(3, Victim::Database, &AFTER);
}
