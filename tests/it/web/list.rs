//! `delete --list`, for people and for programs.

use mi_signout::event::FindDevice;
use mi_signout::model::DeletionState;
use mi_signout::web::DeletionQueue;

use crate::support::browser_session::{ACCOUNT, BrowserSession, Do, IN_THE_PAGE, JOURNAL, Left, phone};
use crate::support::replica::{Knobs, Replica};

fn list(session: &BrowserSession, more: &[&str]) -> Left {
    let journal = session.path(JOURNAL).display().to_string();
    let words = [&["delete", "--journal", &journal], more].concat();
    session.piped(&words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>(), "")
}

/// Two accounts of three phones, the first of which was refused for these reasons.
fn refused(reasons: &[&str]) -> BrowserSession {
    let session = BrowserSession::with_phones(vec![
        phone("3f9a", true, FindDevice::Off),
        phone("11c2", false, FindDevice::Unknown),
    ]);
    session.sign_out("7000000111", vec![phone("77aa", true, FindDevice::Off)]);
    let (mut queue, account) = (session.queue(), ACCOUNT.parse().unwrap());
    let _lock = queue.lock(account).unwrap();
    for state in [DeletionState::Opened, DeletionState::Refused(reasons.iter().map(|r| (*r).to_owned()).collect())] {
        queue.record(account, &state).unwrap();
    }
    session
}

#[test]
fn it_shows_accounts_phones_and_how_far_each_got() {
    let session = refused(&["find-device", "mi-coins"]);
    let left = list(&session, &["--list"]);
    assert_eq!(left.status, Some(0));
    insta::assert_snapshot!(left.printed, @r"
    acct-1  6230***535  refused by Xiaomi; nothing was deleted. Fix this, then run again:
        - Find Device is still on for a phone of this account: turn Find Device off on every phone (sign-out does it), or on i.mi.com
        - there is a Mi Coin balance: spend it, or ask for a refund
        Redmi Note 10 11c2: NOT proven to be signed out; Find Device unknown
        Redmi Note 10 3f9a: signed out, proven; Find Device off
    acct-2  7000***111  waits
        Redmi Note 10 77aa: signed out, proven; Find Device off
    ");
    let left = list(&session, &[]);
    assert_eq!(left.status, Some(2));
    assert!(left.printed.contains("several accounts wait; name one with --account:\n  acct-1"), "{}", left.printed);
}

#[test]
fn it_shows_why_a_walk_was_refused() {
    let (session, replica) = (BrowserSession::new(), Replica::start(Knobs { refuse: true, ..Knobs::default() }));
    let rules = [&[("type: delete 535", Do::Type("delete 535"))][..], &IN_THE_PAGE].concat();
    let walked = session.play(&replica, &[], &rules);
    assert_eq!(walked.status, Some(1), "{}", walked.printed);
    let said: Vec<&str> =
        walked.printed.split("Refused: ").nth(1).unwrap().lines().filter(|l| l.contains("  - ")).collect();
    assert!(!said.is_empty(), "{}", walked.printed);
    let listed = list(&session, &["--list"]);
    for reason in said {
        assert!(listed.printed.contains(reason.trim()), "no '{reason}' in:\n{}", listed.printed);
    }
}

#[test]
fn a_refusal_without_a_known_reason_says_so() {
    let left = list(&refused(&[]), &["--list"]);
    assert!(left.printed.contains("    - for no reason that is known here"), "{}", left.printed);
}

#[test]
fn for_programs_it_is_one_object_a_line() {
    let session = refused(&["find-device", "gone"]);
    let left = list(&session, &["--list", "--json"]);
    assert_eq!(left.status, Some(0));
    insta::assert_snapshot!(left.printed, @r#"
    {"type":"account","schema":1,"name":"acct-1","account":"6230***535","maybe_same":[],"deletion":"refused","step":"refused","may_be_gone":false,"refusals":[{"code":"find-device","what":"Find Device is still on for a phone of this account","remedy":"turn Find Device off on every phone (sign-out does it), or on i.mi.com"},{"code":"gone","what":null,"remedy":null}],"phones":[{"name":"11c2","model":"Redmi Note 10","proven_out":false,"find_device":"unknown"},{"name":"3f9a","model":"Redmi Note 10","proven_out":true,"find_device":"off"}]}
    {"type":"account","schema":1,"name":"acct-2","account":"7000***111","maybe_same":[],"deletion":"not-started","step":"not-started","may_be_gone":false,"refusals":[],"phones":[{"name":"77aa","model":"Redmi Note 10","proven_out":true,"find_device":"off"}]}
    "#);
    for line in left.printed.lines() {
        assert_eq!(crate::json_lines::check(&serde_json::from_str(line).unwrap()), "account");
    }
    let empty = tempfile::tempdir().unwrap();
    let journal = empty.path().join("journal.db").display().to_string();
    let left = session.piped(&["delete", "--list", "--json", "--journal", &journal].map(str::to_owned), "");
    assert_eq!((left.status, left.printed.as_str()), (Some(0), ""));
    let left = list(&session, &["--json"]);
    assert_eq!(left.status, Some(2), "{}", left.printed);
}

#[test]
fn what_a_stranger_wrote_steers_no_terminal_and_shows_no_id() {
    let session = refused(&["\u{1b}[31m6230000535\u{202e}"]);
    let mut hostile = phone("88bb", true, FindDevice::On);
    hostile.model = "Red\u{1b}]0;x\u{7}mi\u{202e}";
    session.sign_out("8000000222", vec![hostile]);
    for more in [&["--list"][..], &["--list", "--json"]] {
        let printed = list(&session, more).printed;
        assert!(printed.contains("88bb") && printed.contains("[••m••••••••••"), "{printed}");
        assert!(!printed.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{printed:?}");
        assert!(!printed.contains("6230000535"), "{printed}");
    }
}
