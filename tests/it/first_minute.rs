//! The first minute of a person who only types `mi-signout`: from a phone that is not ready to what comes after the sign-out.

use phone_sim::endpoint::ConnState;
use phone_sim::phone::{Generation, PhoneSpec};

use crate::support::{RIGHT, SCALE, TerminalSession, TestBed, mi_signout, spec};

/// `mi-signout` alone at a terminal, on this test bed.
fn alone(bed: &TestBed) -> TerminalSession {
    TerminalSession::run("", "", &[("ANDROID_ADB_SERVER_PORT", &bed.port().to_string()), ("TERM", "dumb")])
}

/// That these words were said one after the other.
#[track_caller]
fn in_order(said: &str, all: &[&str]) {
    let mut rest = said;
    for words in all {
        let at = rest.find(words).unwrap_or_else(|| panic!("'{words}' does not come after the last:\n{said}"));
        rest = &rest[at + words.len()..];
    }
}

#[test]
fn a_person_who_types_only_the_name_is_led_to_the_result() {
    let bed = TestBed::own([spec("a1")]);
    bed.phones[0].connect(ConnState::Unauthorized);
    let mut terminal = alone(&bed);
    // One next thing to do; it goes on by itself once that is done.
    terminal.wait_for("next: ");
    terminal.wait_for("Ctrl-C ends");
    bed.phones[0].connect(ConnState::Device);
    terminal.wait_for("It does not delete the account");
    terminal.answers("what?");
    terminal.answers("y");
    terminal.answers(RIGHT);
    let (status, said) = terminal.rest();
    assert_eq!(status, 0, "{said}");
    in_order(
        &said,
        &[
            "a1",
            "next: ",
            "activation lock",
            "SOFTWARE",
            "MIUI 14.0.9",
            "6230***535",
            "1 phone, 1 account",
            "Find Device goes off",
            "Sign 1 phone out?",
            "Please type yes or no",
            "Password of account 6230***535",
            "signed-out",
            "next: factory reset",
            "next: mi-signout delete",
        ],
    );
    assert!(!bed.phone(0).account_present());
    assert_eq!(said.matches("Password of").count(), 1);
}

#[test]
fn a_person_without_a_phone_is_told_what_to_do_next() {
    let bed = TestBed::own([]);
    let mut terminal = alone(&bed);
    terminal.wait_for("No phone yet: ");
    terminal.wait_for("next: ");
    terminal.wait_for("Ctrl-C ends");
    terminal.types("\x03");
    terminal.wait_for("ended 130");
}

#[test]
fn a_phone_that_is_not_ready_is_shown_beside_those_that_are_and_left_alone() {
    let bed = TestBed::own([spec("a1"), spec("b2"), spec("c3").account(None)]);
    bed.phones[1].connect(ConnState::Unauthorized);
    let mut terminal = alone(&bed);
    terminal.answers("y");
    terminal.answers(RIGHT);
    let (status, said) = terminal.rest();
    assert_eq!(status, 0, "{said}");
    let left =
        ["not signed out now", "b2", "unauthorized", "c3", "signed out already", "b2: hint: ", "Sign 1 phone out?"];
    in_order(&said, &left);
    assert!(!bed.phone(0).account_present() && bed.phone(1).account_present());
    bed.untouched(1);
}

#[test]
fn a_person_with_two_accounts_is_asked_who_authorised_it() {
    let bed = TestBed::own([spec("a1"), spec("b2").account(Some("7777000111")).password("second")]);
    let mut terminal = alone(&bed);
    terminal.answers("their owner");
    terminal.answers("yes");
    // In the order of the accounts.
    terminal.answers(RIGHT);
    terminal.answers("second");
    let (status, said) = terminal.rest();
    assert_eq!(status, 0, "{said}");
    in_order(&said, &["The phones have 2 accounts", "Sign 2 phones out?", "next: mi-signout delete", "7777***111"]);
    assert!((0..2).all(|n| !bed.phone(n).account_present()));

    let bed = TestBed::own([spec("a1"), spec("b2").account(Some("7777000111"))]);
    let mut terminal = alone(&bed);
    terminal.answers("");
    terminal.answers("yes");
    let (status, said) = terminal.rest();
    assert!(status == 2 && said.contains("explain several-accounts"), "{said}");
    (0..2).for_each(|n| bed.untouched(n));
}

#[test]
fn what_a_person_can_do_comes_before_what_nobody_can() {
    let other = || PhoneSpec::of(Generation::Plain).serial("a1").scale(SCALE);
    let bed = TestBed::own([other(), spec("b2")]);
    bed.phones[1].connect(ConnState::Unauthorized);
    let mut terminal = alone(&bed);
    terminal.wait_for("Found b2, but it is not ready");
    terminal.types("\x03");
    terminal.wait_for("ended 130");

    // A phone that can never be signed out is not waited for beside one that is signed out.
    let bed = TestBed::own([other(), spec("b2").account(None)]);
    let (status, said) = alone(&bed).rest();
    assert_eq!(status, 0, "{said}");
    in_order(&said, &["not-miui", "signed out already", "No phone here is left to sign out"]);
}

#[test]
fn what_the_environment_sets_for_sign_out_holds_without_a_command_too() {
    let bed = TestBed::own([spec("a1"), spec("b2")]);
    let (port, report) = (bed.port().to_string(), bed.path("own.html").display().to_string());
    let set = [("ANDROID_ADB_SERVER_PORT", port.as_str()), ("MI_SIGNOUT_REPORT", &report), ("TERM", "dumb")];
    let mut terminal = TerminalSession::run("", "", &[&set[..], &[("ANDROID_SERIAL", "b2")]].concat());
    terminal.answers("y");
    terminal.answers(RIGHT);
    let (status, said) = terminal.rest();
    assert_eq!(status, 0, "{said}");
    assert!(bed.phone(0).account_present() && !bed.phone(1).account_present(), "the serial is a choice: {said}");
    assert!(std::path::Path::new(&report).exists(), "{said}");

    let mut terminal = TerminalSession::run("", "", &[&set[..], &[("ANDROID_SERIAL", "c3")]].concat());
    terminal.wait_for("next: connect that phone");
    terminal.types("\x03");
    terminal.wait_for("ended 130");
    bed.untouched(0);
}

#[test]
fn without_a_terminal_it_is_the_help() {
    let ran = mi_signout(&[]).run();
    assert!(ran.status == 2 && ran.stderr.contains("Usage: mi-signout"), "{ran}");
}
