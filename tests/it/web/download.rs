//! Where no driver is on `PATH`: what is asked, what a yes and a no come to, and that nothing is fetched without a yes.

use mi_signout::model::DeletionState;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::mirror::{Gives, Mirror};
use crate::support::browser_session::{BrowserSession, Do, IN_THE_PAGE, Left};
use crate::support::replica::{Knobs, Replica};

const BEGIN: (&str, Do) = ("type: delete 535", Do::Type("delete 535"));
const YES: (&str, Do) = ("To download it, type: yes", Do::Type("yes"));
const NO: (&str, Do) = ("To download it, type: yes", Do::Type(""));

/// A program on this computer's own `PATH`.
fn program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    std::env::split_paths(&path).map(|p| p.join(name)).find(|p| p.is_file()).expect(name)
}

/// A script that becomes this program, which finds its own tools.
fn becomes(program: &Path) -> String {
    format!("#!/bin/sh\nPATH=/usr/bin:/bin exec '{}' \"$@\"\n", program.display())
}

/// The version of the installed Chromium.
fn version() -> String {
    let output = Command::new(program("chromium")).arg("--version").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let is_version = |word: &&str| word.split('.').count() == 4;
    said.split_whitespace().find(is_version).unwrap_or_else(|| panic!("{said}")).to_owned()
}

/// A person with Chromium and no driver, the replica, and a mirror.
struct Place {
    session: BrowserSession,
    replica: Replica,
    mirror: Mirror,
}

impl Place {
    fn new(gives: Gives) -> Self {
        use std::os::unix::fs::PermissionsExt;
        let session = BrowserSession::whole_chromium();
        let chromium = session.path("bin/chromium");
        std::fs::create_dir(chromium.parent().unwrap()).unwrap();
        std::fs::write(&chromium, becomes(&program("chromium"))).unwrap();
        std::fs::set_permissions(&chromium, std::fs::Permissions::from_mode(0o755)).unwrap();
        Self { session, replica: Replica::start(Knobs::default()), mirror: Mirror::start(&version(), gives) }
    }

    fn with_driver() -> Self {
        Self::new(Gives::Driver(becomes(&program("chromedriver"))))
    }

    fn play(&self, more: &[&str], rules: &[(&str, Do)]) -> Left {
        let url = self.mirror.url();
        self.play_with(&[&["--driver-mirror", &url], more].concat(), rules)
    }

    /// With these options only, and Chromium alone on `PATH`.
    fn play_with(&self, more: &[&str], rules: &[(&str, Do)]) -> Left {
        let bin = self.session.path("bin").display().to_string();
        let arguments = self.session.arguments(&self.replica, more);
        let rules = [&[BEGIN], rules, &IN_THE_PAGE].concat();
        self.session.begin_with(&arguments, &[("PATH", &bin)]).play(Some(&self.replica), &rules)
    }

    fn kept(&self) -> PathBuf {
        self.session.path("state/drivers-of-replica")
    }

    /// The steps are printed instead, and nothing was done.
    fn assert_by_hand(&self, left: &Left, said: &str) {
        assert_eq!(left.status, Some(4), "{}", left.printed);
        let hint = "hint: install chromedriver of version ";
        for text in
            ["no chromedriver, msedgedriver or geckodriver on PATH", said, hint, "Continue by hand", "--driver PATH"]
        {
            assert!(left.printed.contains(text), "no '{text}' in:\n{}", left.printed);
        }
        assert_eq!((self.session.state(), self.replica.deletions()), (DeletionState::NotStarted, 0));
        self.session.assert_tidy();
    }
}

fn assert_deleted(left: &Left) {
    assert_eq!(left.status, Some(0), "{}", left.printed);
    assert!(left.printed.contains("\nDeleted: "), "{}", left.printed);
}

#[test]
fn after_a_yes_it_comes_once_and_the_walk_goes_to_its_end() {
    let place = Place::with_driver();
    let left = place.play(&[], &[YES]);
    assert_deleted(&left);
    let before = left.printed.split("type: delete 535").next().unwrap();
    for text in
        ["Lost for good:", "Xiaomi refuses where:", "Steps, at ", "the password is forgotten", "Find Device off"]
    {
        assert!(before.contains(text), "no '{text}' before the browser:\n{}", left.printed);
    }
    let (version, kept) = (version(), place.kept());
    for text in ["chromedriver", &version, &place.mirror.url()[7..], kept.to_str().unwrap(), "run on this computer"] {
        let question = left.printed.split("Downloading from").next().unwrap();
        assert!(question.contains(text), "no '{text}' in:\n{}", left.printed);
    }
    let requests = place.mirror.requests();
    assert_eq!(requests.iter().filter(|r| *r == "/chromedriver.zip").count(), 1, "{requests:?}");
    assert!(requests.iter().all(|r| r.starts_with("/chrome")), "{requests:?}");
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o700);
    }
    place.session.assert_tidy();
    place.session.assert_secretless();

    // It is kept: another account's walk uses it, without a question and without the network.
    place.session.sign_out(
        "7000000111",
        vec![crate::support::browser_session::phone("77aa", true, mi_signout::event::FindDevice::Off)],
    );
    let again = place.play(
        &["--account", "acct-2"],
        &[("type: delete 111", Do::Type("delete 111")), ("your turn: sign in", Do::Close)],
    );
    assert_eq!(again.status, Some(1), "{}", again.printed);
    assert!(again.printed.contains("which an earlier run downloaded after you said yes"), "{}", again.printed);
    assert!(!again.printed.contains("type: yes"), "{}", again.printed);
    assert_eq!(place.mirror.requests(), requests);
}

#[test]
fn after_a_no_nothing_is_asked_of_the_network() {
    for typed in [NO, (NO.0, Do::Type("y es")), (NO.0, Do::Type("no"))] {
        let place = Place::with_driver();
        place.assert_by_hand(&place.play(&[], &[typed]), "and nothing was downloaded");
        assert_eq!(place.mirror.requests(), [""; 0]);
        assert!(!place.kept().exists());
    }
}

#[test]
fn without_a_terminal_nothing_is_asked_and_nothing_comes() {
    let place = Place::with_driver();
    let more = ["--driver-mirror", &place.mirror.url()];
    let left = place.session.without_terminal(&place.replica, &more, "delete 535\nyes\n");
    assert_eq!(left.status, Some(4), "{}", left.printed);
    assert!(left.printed.contains("needs its owner at a terminal"), "{}", left.printed);
    assert_eq!(place.mirror.requests(), [""; 0]);
}

#[test]
fn a_named_driver_is_used_and_nothing_is_asked() {
    let place = Place::with_driver();
    let left = place.play(&["--driver", program("chromedriver").to_str().unwrap()], &[YES]);
    assert_deleted(&left);
    assert!(!left.printed.contains("type: yes"), "{}", left.printed);
    assert_eq!(place.mirror.requests(), [""; 0]);
}

#[test]
fn what_does_not_come_is_explained() {
    for (gives, said) in [
        (Gives::Nothing, "it does not answer (is this computer online?), or names no driver"),
        (Gives::NoArchive, "it does not give out the driver that it names"),
        (Gives::OtherArchive, "what came holds no driver"),
    ] {
        let place = Place::new(gives);
        place.assert_by_hand(&place.play(&[], &[YES]), said);
        assert!(!place.mirror.requests().is_empty());
    }
    // Nobody is there at all.
    let place = Place::with_driver();
    let gone = Mirror::start("1.0.0.0", Gives::Nothing).url();
    let left = place.play_with(&["--driver-mirror", &gone], &[YES]);
    place.assert_by_hand(&left, "it does not answer (is this computer online?), or names no driver");
}

#[test]
fn ctrl_c_ends_the_question_and_the_download() {
    let place = Place::new(Gives::Silence);
    for at in ["To download it, type: yes", "Downloading from"] {
        let rules = [(at, Do::CtrlC), YES];
        let left = place.play(&[], if at == YES.0 { &rules[..1] } else { &rules });
        assert_eq!(left.status, Some(130), "{}", left.printed);
        assert!(left.printed.contains("Interrupted. Nothing was done"), "{}", left.printed);
        assert_eq!(place.session.state(), DeletionState::NotStarted);
    }
    place.session.assert_tidy();
}

#[test]
#[cfg(not(feature = "driver-download"))]
fn a_build_that_can_not_download_says_so() {
    let place = Place::with_driver();
    let left = place.play_with(&[], &[YES]);
    place.assert_by_hand(&left, "this build can't download one");
    assert!(left.printed.contains("Debian: apt install chromium-driver"), "{}", left.printed);
    assert!(!left.printed.contains("type: yes"), "{}", left.printed);
}

#[test]
fn a_mirror_is_for_the_replica_and_on_this_computer() {
    let session = BrowserSession::whole_chromium();
    let left = session.piped(&["delete", "--driver-mirror", "http://127.0.0.1:1"].map(str::to_owned), "");
    assert_eq!(left.status, Some(2), "{}", left.printed);
    assert!(left.printed.contains("--site"), "{}", left.printed);
    let replica = Replica::start(Knobs::default());
    for bad in ["http://example.com:80/", "https://127.0.0.1:1/", "http://localhost:1/"] {
        let left = session.piped(&session.arguments(&replica, &["--driver-mirror", bad]), "");
        assert_eq!(left.status, Some(2), "{}", left.printed);
        assert!(left.printed.contains("nor http on a loopback address"), "{}", left.printed);
    }
}
