//! Kinds of trouble that need a real browser to be seen.

use crate::support::browser_session::{BrowserSession, Do, IN_THE_PAGE};
use crate::support::replica::{Knobs, Replica};
use mi_signout::model::DeletionState;

const BEGIN: (&str, Do) = ("type: delete 535", Do::Type("delete 535"));

fn with(more: &[(&'static str, Do)]) -> Vec<(&'static str, Do)> {
    [BEGIN].iter().chain(more).chain(&IN_THE_PAGE).copied().collect()
}

#[test]
fn d1_unknown_pages_are_unknown_until_the_owner_says_it() {
    for (last, status, state) in
        [(Do::Type("deleted"), Some(0), DeletionState::Done), (Do::Kill, None, DeletionState::MayBeGone)]
    {
        let (session, replica) = (BrowserSession::new(), Replica::start(Knobs { unknown: true, ..Knobs::default() }));
        let left = session.play(
            &replica,
            &[],
            &with(&[("does not know this page", Do::Gate("final")), ("type: deleted or kept?", last)]),
        );
        assert_eq!((left.status, session.state()), (status, state), "{}", left.printed);
        assert!(!left.printed.contains("Kept"), "{}", left.printed);
        let journal = session.path(crate::support::browser_session::JOURNAL).display().to_string();
        let listed = session.piped(&["delete", "--list", "--journal", &journal].map(str::to_owned), "").printed;
        assert_eq!(listed.contains("unknown (may be gone)"), status.is_none(), "{listed}");
    }
}

#[test]
fn d6_a_page_that_never_loads_gives_a_sign_of_life_and_ctrl_c_ends_it() {
    let (session, replica) = (BrowserSession::new(), Replica::start(Knobs { silent: true, ..Knobs::default() }));
    let left = session.play(&replica, &[], &with(&[("still loading", Do::CtrlC)]));
    assert_eq!(left.status, Some(130), "{}", left.printed);
    assert!(left.printed.contains("Interrupted. Nothing was deleted"), "{}", left.printed);
    session.assert_tidy();
}

#[test]
fn d8_a_hidden_box_with_a_label_elsewhere_is_the_box() {
    let (session, replica) = (BrowserSession::new(), Replica::start(Knobs { hidden_box: true, ..Knobs::default() }));
    let left = session.play(&replica, &[], &with(&[]));
    assert_eq!(left.status, Some(0), "{}", left.printed);
    assert!(left.printed.contains("ticked the box"), "{}", left.printed);
    assert_eq!(replica.deletions(), 1);
}

#[test]
fn typed_ahead_lines_answer_no_later_question() {
    let (session, replica) = (BrowserSession::new(), Replica::start(Knobs::default()));
    let mut run = session.begin(&replica, &["--press-final"]);
    run.wait_for(BEGIN.0);
    // The last Delete's words, before they are asked for; and an Enter for the caution.
    run.type_line("delete 535\n\nDELETE 0535\nDELETE 0535");
    run.wait_for("your turn: sign in");
    replica.open_gate("sign-in");
    run.wait_for("Then press Enter here");
    assert_eq!(replica.record.lock().unwrap().codes, 0);
    let left = run.play(Some(&replica), &with(&[("type: DELETE 0535", Do::Type("no"))])[1..]);
    assert_eq!(replica.record.lock().unwrap().final_presses, 0, "{}", left.printed);
}
