//! Where no driver is on `PATH` and the build can't bring one: the steps are printed, with the driver that fits the browser.

use crate::support::browser_session::{BrowserSession, Do};
use crate::support::replica::{Knobs, Replica};
use mi_signout::model::DeletionState;

#[test]
fn a_build_without_the_manager_names_the_driver_that_fits() {
    use std::os::unix::fs::PermissionsExt;
    let (session, replica) = (BrowserSession::whole_chromium(), Replica::start(Knobs::default()));
    let browser = session.path("bin/chromium");
    std::fs::create_dir(browser.parent().unwrap()).unwrap();
    std::fs::write(&browser, "#!/bin/sh\necho 'Chromium 156.0.1.2 built on Debian'\n").unwrap();
    std::fs::set_permissions(&browser, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = session.path("bin").display().to_string();
    let begin = ("type: delete 535", Do::Type("delete 535"));
    let left = session.begin_with(&session.arguments(&replica, &[]), &[("PATH", &path)]).play(Some(&replica), &[begin]);
    assert_eq!(left.status, Some(4), "{}", left.printed);
    for text in ["this build can't download one", "hint: install chromedriver of version 156 ", "Continue by hand"] {
        assert!(left.printed.contains(text), "no '{text}' in:\n{}", left.printed);
    }
    assert!(!left.printed.contains("type: yes"), "{}", left.printed);
    assert_eq!((session.state(), replica.deletions()), (DeletionState::NotStarted, 0));
    session.assert_tidy();
}
