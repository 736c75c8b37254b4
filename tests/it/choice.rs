//! Which phones are meant, where they are looked for, and what is said where there are none.

use crate::support::{RIGHT, TestBed, adb, adb_program, free_port, mi_signout, spec, unused_address};

fn two() -> TestBed {
    TestBed::own([spec("a1"), spec("b2").account(Some("6230111222"))])
}

#[test]
fn an_unknown_serial_lists_what_is_there() {
    let bed = two();
    insta::assert_snapshot!(bed.run(&["sign-out", "--yes", "-s", "a1", "-s", "c3"]).run(), @r###"
    status: 2
    --- stdout
    --- stderr
    error: no attached phone has the serial 'c3'
      attached:
        a1                     device         M2101K7AG            usb 1-1
        b2                     device         M2101K7AG            usb 1-2
    hint: name one of these with --serial
    more: mi-signout explain no-such-phone
    "###);
    assert!((0..2).all(|n| bed.phone(n).record().commands.is_empty()));
}

#[test]
fn several_phones_and_no_choice_names_the_options() {
    let bed = two();
    insta::assert_snapshot!(bed.run(&["sign-out", "--yes"]).run(), @r###"
    status: 2
    --- stdout
    --- stderr
    error: 2 phones are attached, and none was chosen
      attached:
        a1                     device         M2101K7AG            usb 1-1
        b2                     device         M2101K7AG            usb 1-2
    hint: choose with --serial SERIAL (repeatable, or ANDROID_SERIAL), or take them all with --all
    more: mi-signout explain several-phones
    "###);
    assert!((0..2).all(|n| bed.phone(n).record().commands.is_empty()));
}

#[test]
fn a_serial_in_the_environment_is_a_choice_but_none_against_the_command_line() {
    let bed = two();
    let ran = bed.sign_out(RIGHT, &["--dry-run"]).env("ANDROID_SERIAL", "b2").run();
    assert_eq!(ran.rows(0, ""), ["b2 dry-run -"]);
    let ran = bed.sign_out(RIGHT, &["--dry-run", "--all"]).env("ANDROID_SERIAL", "b2").run();
    assert_eq!(ran.rows(0, ""), ["a1 dry-run -", "b2 dry-run -"]);
    let ran = bed.sign_out(RIGHT, &["--dry-run", "-s", "a1"]).env("ANDROID_SERIAL", "gone").run();
    assert_eq!(ran.rows(0, ""), ["a1 dry-run -"]);
    let ran = bed.run(&["sign-out", "--yes", "--all", "-s", "a1"]).run();
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{ran}");
    assert!(ran.stderr.contains("cannot be used with"), "{ran}");
}

#[test]
fn a_server_that_is_named_twice_has_its_phones_once() {
    let (one, other) = (two(), TestBed::own([spec("c3").account(Some("6230111333"))]));
    let ran = one.sign_out(RIGHT, &["--dry-run", "--all", "--adb", &other.adb(), "--adb", &one.adb()]).run();
    assert_eq!(ran.rows(0, ""), ["a1 dry-run -", "b2 dry-run -", "c3 dry-run -"]);
}

#[test]
fn several_accounts_want_somebody_who_authorised_it() {
    let bed = two();
    insta::assert_snapshot!(bed.run(&["sign-out", "--yes", "--all"]).run(), @r"
    status: 2
    --- stdout
    --- stderr
    error: these phones hold 2 accounts; signing out more than one needs --authorised-by
      accounts:
        6230***222: 1 phone
        6230***535: 1 phone
    hint: name who authorised it with --authorised-by TEXT (it goes into the record); nothing was touched
    more: mi-signout explain several-accounts
    ");
    (0..2).for_each(|n| bed.untouched(n));
}

#[test]
fn without_a_terminal_a_confirmation_is_given_by_yes() {
    let bed = TestBed::one();
    insta::assert_snapshot!(bed.run(&["sign-out", "--password-stdin"]).stdin(RIGHT).run(), @r###"
    status: 2
    --- stdout
    --- stderr
    error: signing out needs a confirmation, and there is no terminal to ask on
    hint: give --yes where a script does it; nothing was touched
    more: mi-signout explain not-confirmed
    "###);
    assert!(bed.phone(0).record().commands.is_empty());
}

#[test]
fn nothing_attached_is_status_5() {
    let bed = TestBed::own([]);
    insta::assert_snapshot!(bed.run(&["sign-out", "--yes", "--all"]).run(), @r###"
    status: 5
    --- stdout
    --- stderr
    error: no phone is attached
    hint: plug a phone in by a data cable and switch USB debugging on; 'mi-signout demo' shows the whole job without one
    more: mi-signout explain nothing-attached
    "###);
    insta::assert_snapshot!(bed.run(&["devices", "--json"]).run(), @r###"
    status: 5
    --- stdout
    --- stderr
    error: no phone is attached
    hint: plug a phone in by a data cable and switch USB debugging on; 'mi-signout demo' shows the whole job without one
    more: mi-signout explain nothing-attached
    "###);
    insta::assert_snapshot!(bed.run(&["sign-out", "--yes", "-s", "a1"]).run(), @r###"
    status: 5
    --- stdout
    --- stderr
    error: no attached phone has the serial 'a1'
    hint: nothing is attached: check cable, port and USB debugging
    more: mi-signout explain nothing-attached
    "###);
}

#[test]
fn no_server_and_no_adb_is_status_3_with_the_install_hint() {
    let adb = unused_address();
    let ran = mi_signout(&["devices", "--adb", &adb]).env("PATH", "").hide(&adb, "127.0.0.1:10000").run();
    insta::assert_snapshot!(ran, @r###"
    status: 3
    --- stdout
    --- stderr
    error: no adb server at 127.0.0.1:10000, and no adb program was found (no 'adb' on PATH, and ADB does not name it)
    hint: install Android's platform-tools (Debian, Ubuntu: apt install adb; macOS: brew install android-platform-tools; Windows: winget install Google.PlatformTools), or set ADB to the program
    more: mi-signout explain adb-unreachable
    "###);
    let port = adb.rsplit_once(':').unwrap().1;
    let by_variable = mi_signout(&["sign-out", "--yes"]).env("PATH", "").env("ANDROID_ADB_SERVER_PORT", port);
    insta::assert_snapshot!(by_variable.hide(&adb, "127.0.0.1:10000").run(), @r###"
    status: 3
    --- stdout
    --- stderr
    error: no adb server at 127.0.0.1:10000, and no adb program was found (no 'adb' on PATH, and ADB does not name it)
    hint: install Android's platform-tools (Debian, Ubuntu: apt install adb; macOS: brew install android-platform-tools; Windows: winget install Google.PlatformTools), or set ADB to the program
    more: mi-signout explain adb-unreachable
    "###);
    let ran = mi_signout(&["devices", "--adb", "nowhere"]).run();
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{ran}");
    assert!(ran.stderr.contains("'nowhere' is not HOST:PORT"), "{ran}");
}

/// Ends a server by its process id, which its command line tells.
pub struct Started(pub u16);

impl Started {
    /// Its process id, where it runs.
    pub fn pid(&self) -> Option<u32> {
        let listens = format!("tcp:{}", self.0);
        let local = format!("tcp:127.0.0.1:{}", self.0);
        let entries = std::fs::read_dir("/proc").unwrap().flatten();
        entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok()).find(|pid| {
            let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            let words: Vec<&str> = line.split(|b| *b == 0).filter_map(|w| std::str::from_utf8(w).ok()).collect();
            words.iter().any(|w| *w == listens || *w == local) && words.contains(&"server")
        })
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        if let Some(pid) = self.pid() {
            let _ = std::process::Command::new("kill").arg(pid.to_string()).status();
        }
    }
}

#[test]
fn a_server_that_does_not_run_is_started_once_and_inherits_no_password() {
    let server = Started(free_port());
    let address = format!("127.0.0.1:{}", server.0);
    let run = || {
        let run = mi_signout(&["sign-out", "--yes", "--adb", &address]).hide(&address, "127.0.0.1:10000");
        run.env("ADB", &adb_program()).env("MI_SIGNOUT_PASSWORD", "canary-Kq7Zx9")
    };
    // Phones of this computer's USB ports may be there; none is named, and none is touched without a choice.
    let first = run().args(&["-s", "no-such-phone"]).run();
    assert!([2, 5].contains(&first.status), "{first}");
    let pid = server.pid().expect("a server was started on the chosen port");
    let environ = String::from_utf8_lossy(&std::fs::read(format!("/proc/{pid}/environ")).unwrap()).into_owned();
    assert!(environ.contains("HOME=") && !environ.contains("Kq7Zx9"), "{environ:?}");
    let again = run().args(&["-s", "no-such-phone"]).run();
    assert_eq!((again.status, server.pid()), (first.status, Some(pid)), "{again}");
    assert!(adb(server.0, &["devices"], b"").out.starts_with("List of devices attached"));
}
