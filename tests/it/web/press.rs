//! The last press by the tool, what a killed or second run may do, and a driver that runs already.

use mi_signout::model::DeletionState;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use mi_signout::event::FindDevice;

use crate::support::browser_session::{BrowserSession, Do, IN_THE_PAGE, Left, lives, phone};
use crate::support::replica::{Knobs, Replica};

const BEGIN: (&str, Do) = ("type: delete 535", Do::Type("delete 535"));
const WORDS: (&str, Do) = ("type: DELETE 0535", Do::Type("DELETE 0535"));

fn with(more: &[(&'static str, Do)]) -> Vec<(&'static str, Do)> {
    let page = IN_THE_PAGE.iter().filter(|(t, _)| more.iter().all(|(m, _)| m != t));
    [BEGIN].iter().chain(more).chain(page).copied().collect()
}

fn assert_left(left: &Left, status: Option<i32>, word: &str) {
    assert_eq!(left.status, status, "{}", left.printed);
    assert!(left.printed.contains(word), "no '{word}' in:\n{}", left.printed);
}

fn presses(session: &BrowserSession, knobs: Knobs) {
    let replica = Replica::start(knobs);
    let left = session.play(&replica, &["--press-final"], &with(&[WORDS]));
    assert_left(&left, Some(0), "Deleted: ");
    assert!(left.printed.contains("pressed the last Delete, once"), "{}", left.printed);
    let record = replica.record.lock().unwrap();
    assert_eq!((record.deletions, record.final_presses), (1, 1));
    session.assert_tidy();
    session.assert_secretless();
}

#[test]
fn it_presses_once_after_the_words() {
    presses(&BrowserSession::whole_chromium(), Knobs::default());
}

#[test]
fn it_presses_once_in_the_pop_up() {
    presses(&BrowserSession::new(), Knobs { popups: true, ..Knobs::default() });
}

#[test]
fn other_words_press_nothing() {
    let (session, replica) = (BrowserSession::new(), Replica::start(Knobs::default()));
    let left = session.play(
        &replica,
        &["--press-final"],
        &with(&[("type: DELETE 0535", Do::Type("DELETE 0536")), ("Type: DELETE 0535", Do::Type("DELETE 0537"))]),
    );
    assert_left(&left, Some(1), "Kept: ");
    assert_eq!(replica.record.lock().unwrap().final_presses, 0);
}

#[test]
fn killed_after_the_press_it_never_presses_again() {
    let (session, replica) = (BrowserSession::new(), Replica::start(Knobs { slow_final: true, ..Knobs::default() }));
    let left = session.play(&replica, &["--press-final"], &with(&[WORDS, ("watching what follows", Do::Kill)]));
    assert_eq!((left.status, session.state()), (None, DeletionState::FinalPressed), "{}", left.printed);
    let left_over = session.processes();
    // Left open, then told: the owner's word alone goes on from here, and no browser is opened.
    for (typed, status, state) in [
        ("", 6, DeletionState::FinalPressed),
        ("perhaps", 6, DeletionState::FinalPressed),
        ("deleted", 0, DeletionState::Done),
        ("never asked", 0, DeletionState::Done),
    ] {
        let left = session.play(
            &replica,
            &["--press-final"],
            &[("(Enter leaves it open)", Do::Type(typed)), ("nothing to leave it open:", Do::Type("")), BEGIN, WORDS],
        );
        assert_left(&left, Some(status), "delete");
        assert!(!left.printed.contains("open: "), "{}", left.printed);
        assert_eq!(session.state(), state);
    }
    assert!(left_over.iter().all(|pid| !lives(*pid)));
    let record = replica.record.lock().unwrap();
    assert_eq!((record.deletions, record.final_presses), (1, 1));
    session.assert_tidy();
    session.assert_secretless();
}

#[test]
fn killed_at_the_last_question_the_owner_looks_first() {
    let (session, replica) = (BrowserSession::new(), Replica::start(Knobs::default()));
    let left = session.play(&replica, &[], &with(&[("your turn: last Delete", Do::Kill)]));
    assert_eq!((left.status, session.state()), (None, DeletionState::FinalArmed));
    let left = session.play(&replica, &[], &with(&[("deleted or kept?", Do::Type("not deleted"))]));
    assert_left(&left, Some(1), "Recorded as kept");
    assert_left(&session.play(&replica, &[], &with(&[])), Some(0), "Deleted: ");
    assert_eq!(replica.deletions(), 1);
    session.assert_tidy();
}

#[test]
fn without_a_terminal_nothing_is_begun_whatever_is_piped_in() {
    let (session, replica) = (BrowserSession::new(), Replica::start(Knobs::default()));
    let left = session.without_terminal(&replica, &["--press-final"], "delete 535\nDELETE 0535\n");
    assert_left(&left, Some(4), "needs its owner at a terminal");
    assert_eq!((replica.record.lock().unwrap().sign_ins, session.state()), (0, DeletionState::NotStarted));
    session.assert_tidy();
}

#[test]
fn a_second_run_on_the_account_is_refused() {
    let (session, replica) = (BrowserSession::new(), Replica::start(Knobs::default()));
    let mut first = session.begin(&replica, &[]);
    first.wait_for(BEGIN.0);
    first.type_line("delete 535");
    first.wait_for("your turn: sign in");
    let second = session.play(&replica, &[], &with(&[]));
    assert_left(&second, Some(1), "Another run is deleting 6230***535");
    // The first one is untouched by it.
    assert_left(&first.play(Some(&replica), &IN_THE_PAGE), Some(0), "Deleted: ");
    assert_eq!(replica.deletions(), 1);
}

#[test]
fn ctrl_c_closes_the_browser() {
    for (at, status, word) in
        [("your turn: sign in", 130, "Interrupted. Nothing was deleted"), ("your turn: last Delete", 6, "Unknown: ")]
    {
        let (session, replica) = (BrowserSession::new(), Replica::start(Knobs::default()));
        assert_left(&session.play(&replica, &[], &with(&[(at, Do::CtrlC)])), Some(status), word);
        assert_eq!(replica.deletions(), 0);
        session.assert_tidy();
    }
}

#[test]
fn phones_that_are_not_proven_out_are_named_in_the_override() {
    let phones = || vec![phone("3f9a", true, FindDevice::Off), phone("11c2", false, FindDevice::On)];
    let (session, replica) = (BrowserSession::with_phones(phones()), Replica::start(Knobs::default()));
    let left = session.play(
        &replica,
        &[],
        &[("type: without 11c2", Do::Type("yes")), ("Type: without 11c2", Do::Type("")), BEGIN],
    );
    assert_left(&left, Some(1), "NOT proven to be signed out; Find Device ON");
    assert_eq!(session.state(), DeletionState::NotStarted);
    let left = session.play(
        &replica,
        &[],
        &with(&[("type: without 11c2", Do::Type("without 11c2")), ("your turn: sign in", Do::Close)]),
    );
    assert_left(&left, Some(1), "Kept: ");
    assert_eq!(session.state(), DeletionState::Kept);
}

/// A driver of this test's own.
struct Grid(Child, u16);

impl Grid {
    fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new("chromedriver");
        command.arg(format!("--port={port}")).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let grid = Self(command.spawn().unwrap(), port);
        for _ in 0..600 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return grid;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("chromedriver does not answer");
    }
}

impl Drop for Grid {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_driver_that_runs_already_is_for_the_replica_only() {
    let (session, replica, grid) = (BrowserSession::new(), Replica::start(Knobs::default()), Grid::start());
    let url = format!("http://127.0.0.1:{}", grid.1);
    assert_left(&session.play(&replica, &["--webdriver", &url], &with(&[])), Some(0), "Deleted: ");
    assert_eq!(replica.deletions(), 1);
    let real = ["delete", "--webdriver", &url].map(str::to_owned);
    assert_left(&session.piped(&real, ""), Some(2), "--webdriver is for tests");
}
