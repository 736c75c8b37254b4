//! What needs no browser: the checklist, the list, and what is said when no browser can be had.

use mi_signout::model::DeletionState;
use mi_signout::web::{Guide, Pages};

use crate::support::browser_session::{BrowserSession, Do};
use crate::support::replica::{Knobs, Replica};

const BEGIN: (&str, Do) = ("type: delete 535", Do::Type("delete 535"));

fn words(arguments: &[&str]) -> Vec<String> {
    arguments.iter().map(|a| (*a).to_owned()).collect()
}

/// A "default browser" that only notes what it was asked to open.
fn browser_that_notes(session: &BrowserSession) -> (String, std::path::PathBuf) {
    use std::os::unix::fs::PermissionsExt;
    let (program, note) = (session.path("browser"), session.path("opened"));
    std::fs::write(&program, format!("#!/bin/sh\necho \"$1\" > '{}.new'; mv '{0}.new' '{0}'\n", note.display()))
        .unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    (program.display().to_string(), note)
}

#[test]
fn the_guide_needs_no_terminal_no_driver_and_no_journal() {
    let session = BrowserSession::whole_chromium();
    let left = session.piped(&words(&["delete", "--guide"]), "");
    assert_eq!(left.status, Some(0));
    assert_eq!(left.printed, Guide::new(&Pages::built_in().unwrap()).to_string());
}

#[test]
fn the_guide_opens_the_default_browser_on_a_terminal_only() {
    let session = BrowserSession::whole_chromium();
    let (program, note) = browser_that_notes(&session);
    let tool = env!("CARGO_BIN_EXE_mi-signout");
    let left =
        session.begin_with(&words(&["delete", "--guide", "--no-open"]), &[("BROWSER", &program)]).play(None, &[]);
    assert_eq!((left.status, note.exists()), (Some(0), false), "{}", left.printed);
    // A terminal that closes ends what was started on it, so it stays until the browser is there.
    let stay = format!("n=0; while [ ! -e '{}' ] && [ $n -lt 300 ]; do sleep 0.1; n=$((n+1)); done", note.display());
    let left = session.shell(&format!("BROWSER='{program}' '{tool}' delete --guide && {{ {stay}; }}")).play(None, &[]);
    assert_eq!(left.status, Some(0), "{}", left.printed);
    assert_eq!(std::fs::read_to_string(note).unwrap().trim(), "https://account.xiaomi.com/pass/del");
}

#[test]
fn without_a_browser_the_checklist_is_printed() {
    let (session, replica) = (BrowserSession::whole_chromium(), Replica::start(Knobs::default()));
    let empty = session.path("empty");
    std::fs::create_dir(&empty).unwrap();
    let path = [("PATH", empty.to_str().unwrap())];
    let left = session.begin_with(&session.arguments(&replica, &[]), &path).play(Some(&replica), &[BEGIN]);
    assert_eq!(left.status, Some(4), "{}", left.printed);
    for text in [
        "no chromedriver, msedgedriver or geckodriver on PATH",
        "no Chrome, Chromium, Edge or Firefox was found",
        "hint: install",
        "Continue by hand",
    ] {
        assert!(left.printed.contains(text), "{text}:\n{}", left.printed);
    }
    assert_eq!(session.state(), DeletionState::NotStarted);
    session.assert_tidy();
}

#[test]
fn a_browser_that_does_not_start_is_explained_and_leaves_nothing() {
    let (session, replica) = (BrowserSession::whole_chromium(), Replica::start(Knobs::default()));
    // Not a browser at all; and Chromium with a window, where there is no display.
    for (more, wish) in [(&["--browser", "/bin/false"][..], "headless"), (&[][..], "")] {
        let arguments = session.arguments(&replica, more);
        let left = session
            .begin_with(&arguments, &[("MI_SIGNOUT_TEST_BROWSER", wish), ("DISPLAY", "")])
            .play(Some(&replica), &[BEGIN]);
        assert_eq!(left.status, Some(4), "{}", left.printed);
        assert!(left.printed.contains("the browser did not start: there may be no display"), "{}", left.printed);
        session.assert_tidy();
    }
}

#[test]
fn bad_pages_and_bad_sites_are_usage_errors() {
    let session = BrowserSession::whole_chromium();
    let folder = session.path("pages");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("own.toml"), "schema = 1\n[[page]]\nis = \"finale\"\n").unwrap();
    let left = session.piped(&words(&["delete", "--guide", "--pages", folder.to_str().unwrap()]), "");
    assert_eq!(left.status, Some(2));
    assert!(left.printed.contains("own.toml:3: unknown variant `finale`"), "{}", left.printed);
    for site in ["http://example.com/pass/del", "http://localhost:1/", "https://127.0.0.1:1/"] {
        let left = session.piped(&words(&["delete", "--site", site]), "");
        assert_eq!(left.status, Some(2), "{}", left.printed);
    }
}
