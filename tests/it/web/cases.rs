//! Every oddity of the site × goes through, refuses, closes the browser, kills the tool, resumes.

use crate::support::browser_session::{BrowserSession, Do, IN_THE_PAGE, Left, lives};
use crate::support::is_long;
use crate::support::replica::{Knobs, Replica};
use mi_signout::model::DeletionState;

const BEGIN: (&str, Do) = ("type: delete 535", Do::Type("delete 535"));

/// The page's rules with another deed at one of its steps.
fn but(text: &'static str, what: Do) -> Vec<(&'static str, Do)> {
    let others = IN_THE_PAGE.iter().filter(|(t, _)| *t != text).copied();
    [BEGIN, (text, what)].into_iter().chain(others).collect()
}

fn willing() -> Vec<(&'static str, Do)> {
    [BEGIN].into_iter().chain(IN_THE_PAGE).collect()
}

/// What a case comes to for a person who goes through with it.
#[derive(Clone, Copy, PartialEq)]
enum Comes {
    Deleted,
    Refused,
    ByHand,
}

fn check(left: &Left, status: i32, word: &str, session: &BrowserSession, replica: &Replica, deletions: u32) {
    let printed = &left.printed;
    assert_eq!(left.status, Some(status), "{printed}");
    assert!(printed.contains(word), "no '{word}' in:\n{printed}");
    assert_eq!(replica.deletions(), deletions, "{printed}");
    // What the tool said is what the site counted.
    let said_deleted = printed.contains("\nDeleted: ");
    assert!(said_deleted == (deletions == 1) || printed.contains("\nUnknown: "), "{printed}");
    assert_eq!(replica.record.lock().unwrap().failed_sign_ins, 0, "{printed}");
    session.assert_tidy();
    session.assert_secretless();
}

/// The plain site is walked in the browser that people have.
fn session(knobs: Knobs) -> BrowserSession {
    if knobs == Knobs::default() { BrowserSession::whole_chromium() } else { BrowserSession::new() }
}

fn goes_through(knobs: Knobs, comes: Comes) {
    let (session, replica) = (session(knobs), Replica::start(knobs));
    let left = session.play(&replica, &[], &willing());
    match comes {
        Comes::Deleted => {
            check(&left, 0, "Deleted: ", &session, &replica, 1);
            assert_eq!(session.state(), DeletionState::Done);
            for step in [
                "open: 127.0.0.1",
                "sign in",
                "caution: ",
                "ticked the box",
                "first Delete",
                "verification",
                "last Delete",
            ] {
                assert!(left.printed.contains(step), "{step}:\n{}", left.printed);
            }
            assert_eq!(replica.record.lock().unwrap().final_presses, 1);
        }
        Comes::Refused => {
            check(&left, 1, "Refused: ", &session, &replica, 0);
            assert!(matches!(session.state(), DeletionState::Refused(_)));
            assert!(left.printed.contains("\n  - "), "no reason with its remedy:\n{}", left.printed);
        }
        Comes::ByHand => {
            check(&left, 4, "Stopped: the browser went to localhost", &session, &replica, 0);
            let after = left.printed.split("Stopped: ").nth(1).unwrap();
            assert_eq!(after.trim().lines().count(), 1, "one line says what to do:\n{after}");
        }
    }
}

fn refuses(knobs: Knobs, comes: Comes) {
    if comes == Comes::Deleted {
        let (session, replica) = (session(knobs), Replica::start(Knobs { cancels: true, ..knobs }));
        // After the last question nothing but the owner's word says that it was kept.
        let rules = [&willing()[..], &[("type: deleted or kept?", Do::Type("kept"))]].concat();
        check(&session.play(&replica, &[], &rules), 1, "Recorded as kept", &session, &replica, 0);
        assert_eq!(session.state(), DeletionState::Kept);
    } else {
        let (session, replica) = (session(knobs), Replica::start(knobs));
        let left = session.play(&replica, &[], &[("type: delete 535", Do::Type("no"))]);
        check(&left, 1, "Kept: ", &session, &replica, 0);
        assert_eq!(replica.record.lock().unwrap().sign_ins, 0);
    }
}

fn closes_the_browser(knobs: Knobs, comes: Comes) {
    let (session, replica) = (session(knobs), Replica::start(knobs));
    if comes == Comes::Deleted {
        // The last Delete may have been pressed just before: it can't be known.
        let mut rules = but("your turn: last Delete", Do::Close);
        rules.push(("deleted or kept?", Do::Type("")));
        let left = session.play(&replica, &[], &rules);
        check(&left, 6, "Unknown: ", &session, &replica, 0);
        assert_eq!(session.state(), DeletionState::Unknown);
    } else {
        check(&session.play(&replica, &[], &but("your turn: sign in", Do::Close)), 1, "Kept: ", &session, &replica, 0);
    }
}

fn kills_and_resumes(knobs: Knobs, comes: Comes) {
    let (session, replica) = (session(knobs), Replica::start(knobs));
    let at = if comes == Comes::Deleted { "your turn: verification" } else { "your turn: sign in" };
    let left = session.play(&replica, &[], &but(at, Do::Kill));
    assert_eq!((left.status, replica.deletions()), (None, 0), "{}", left.printed);
    session.assert_secretless();
    let left_over = session.processes();
    assert!(left_over.len() >= 2, "driver and browser live on after a kill");
    let left = session.play(&replica, &[], &willing());
    assert!(left_over.iter().all(|pid| !lives(*pid)), "a left-over still runs");
    assert!(left.printed.contains("An earlier run was cut off"), "{}", left.printed);
    match comes {
        Comes::Deleted => check(&left, 0, "Deleted: ", &session, &replica, 1),
        Comes::Refused => check(&left, 1, "Refused: ", &session, &replica, 0),
        Comes::ByHand => check(&left, 4, "Stopped: ", &session, &replica, 0),
    }
}

macro_rules! tests_of {
    ($knobs:expr, $comes:ident: $($deed:ident)*) => { $(
        #[test]
        fn $deed() {
            super::$deed($knobs, Comes::$comes);
        }
    )* };
}

macro_rules! cases {
    ($($name:ident: $comes:ident, $knobs:expr;)*) => { $(
        mod $name {
            use super::*;

            tests_of! { $knobs, $comes: goes_through refuses closes_the_browser kills_and_resumes }
        }
    )* };
}

/// Sites that differ from those of `cases` in nothing that a closed browser or a killed program leaves.
macro_rules! like_them {
    ($($name:ident: $comes:ident, $knobs:expr;)*) => {
        $(
            mod $name {
                use super::*;

                tests_of! { $knobs, $comes: goes_through refuses }
            }
        )*

        fn each_of_them() -> Vec<(Knobs, Comes)> {
            vec![$(($knobs, Comes::$comes)),*]
        }
    };
}

cases! {
    plain: Deleted, Knobs::default();
    popups: Deleted, Knobs { popups: true, ..Knobs::default() };
    captcha_in_a_frame: Deleted, Knobs { captcha: true, ..Knobs::default() };
    new_window: Deleted, Knobs { new_window: true, ..Knobs::default() };
    refused: Refused, Knobs { refuse: true, ..Knobs::default() };
    wrong_host: ByHand, Knobs { wrong_host: true, ..Knobs::default() };
}

like_them! {
    chinese: Deleted, Knobs { chinese: true, ..Knobs::default() };
    code_in_a_frame: Deleted, Knobs { code_in_frame: true, ..Knobs::default() };
    slow_redirects: Deleted, Knobs { slow: true, ..Knobs::default() };
    redrawn: Deleted, Knobs { redraw: true, ..Knobs::default() };
    session_expires: Deleted, Knobs { expires: true, ..Knobs::default() };
    home_first: Deleted, Knobs { home_first: true, ..Knobs::default() };
    refused_in_a_popup: Refused, Knobs { refuse: true, popups: true, ..Knobs::default() };
    too_frequent: Refused, Knobs { too_frequent: true, ..Knobs::default() };
}

/// What a person meets who closes the browser or kills the tool on such a site: all their oddities on two sites, or in the long
/// form each on a site of its own.
fn like_them() -> Vec<(Knobs, Comes)> {
    if is_long() {
        return each_of_them();
    }
    let all = Knobs {
        chinese: true,
        code_in_frame: true,
        slow: true,
        redraw: true,
        expires: true,
        home_first: true,
        ..Knobs::default()
    };
    vec![(all, Comes::Deleted), (Knobs { too_frequent: true, ..Knobs::default() }, Comes::Refused)]
}

mod like_them {
    #[test]
    fn closes_the_browser() {
        for (knobs, comes) in super::like_them() {
            super::closes_the_browser(knobs, comes);
        }
    }

    #[test]
    fn kills_and_resumes() {
        for (knobs, comes) in super::like_them() {
            super::kills_and_resumes(knobs, comes);
        }
    }
}
