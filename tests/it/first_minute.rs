//! The first minute of a person who only types `mi-signout`: from a phone that is not ready to what comes after the sign-out.

use phone_sim::endpoint::ConnState;

use crate::support::{RIGHT, TerminalSession, TestBed, mi_signout, spec};

#[test]
fn a_person_who_types_only_the_name_is_led_to_the_result() {
    let bed = TestBed::own([spec("a1")]);
    bed.phones[0].connect(ConnState::Unauthorized);
    let adb = bed.adb();
    let port = adb.rsplit_once(':').unwrap().1;
    let mut terminal = TerminalSession::run("", "", &[("ANDROID_ADB_SERVER_PORT", port), ("TERM", "dumb")]);
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
    let mut rest = said.as_str();
    for words in [
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
    ] {
        let at = rest.find(words).unwrap_or_else(|| panic!("'{words}' does not come after the last:\n{said}"));
        rest = &rest[at + words.len()..];
    }
    assert!(!bed.phone(0).account_present());
    assert_eq!(said.matches("Password of").count(), 1);
}

#[test]
fn a_person_without_a_phone_is_told_what_to_do_next() {
    let bed = TestBed::own([]);
    let adb = bed.adb();
    let mut terminal = TerminalSession::run("", "", &[("ANDROID_ADB_SERVER_PORT", adb.rsplit_once(':').unwrap().1)]);
    terminal.wait_for("No phone yet: ");
    terminal.wait_for("next: ");
    terminal.wait_for("Ctrl-C ends");
    terminal.types("\x03");
    terminal.wait_for("ended 130");
}

#[test]
fn without_a_terminal_it_is_the_help() {
    let ran = mi_signout(&[]).run();
    assert!(ran.status == 2 && ran.stderr.contains("Usage: mi-signout"), "{ran}");
}
