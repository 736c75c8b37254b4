//! `watch` from the outside: phones that are plugged in, unplugged and plugged in again while the binary runs.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use phone_sim::device::SimDevice;
use phone_sim::endpoint::ConnState;

use phone_sim::phone::{Branch, Fault, PhoneSpec, SimPhone, Stage};
use phone_sim::server::PlugId;
use serde_json::Value;

use crate::support::{GUARD, Killed, RIGHT, TerminalSession, TestBed, mi_signout, signal, spec};

/// `watch` on what is connected, with the right password.
fn watch(bed: &TestBed, args: &[&str]) -> Watching {
    start(bed, "watch", args)
}

fn start(bed: &TestBed, command: &str, args: &[&str]) -> Watching {
    let adb = bed.adb();
    let run = mi_signout(&[command, "--password-stdin", "--json", "--yes", "-q", "--adb", &adb]).args(args);
    let (mut command, home) = run.into_command();
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = Killed(command.spawn().unwrap());
    child.0.stdin.take().unwrap().write_all(format!("{RIGHT}\n").as_bytes()).unwrap();
    let out = BufReader::new(child.0.stdout.take().unwrap());
    let said = Arc::new((Mutex::new(Said::default()), Condvar::new()));
    let told = Arc::clone(&said);
    std::thread::spawn(move || {
        for line in out.lines().map_while(Result::ok) {
            let value = serde_json::from_str(&line).unwrap_or(Value::String(line));
            told.0.lock().unwrap().lines.push(value);
            told.1.notify_all();
        }
        told.0.lock().unwrap().over = true;
        told.1.notify_all();
    });
    Watching { child, said, _home: home }
}

#[derive(Default)]
struct Said {
    lines: Vec<Value>,
    over: bool,
}

/// The binary while it watches.
struct Watching {
    child: Killed,
    said: Arc<(Mutex<Said>, Condvar)>,
    _home: Arc<tempfile::TempDir>,
}

impl Watching {
    /// Waits until so many lines fit.
    #[track_caller]
    fn until(&self, count: usize, fits: impl Fn(&Value) -> bool) {
        let deadline = Instant::now() + GUARD;
        let mut said = self.said.0.lock().unwrap();
        while said.lines.iter().filter(|line| fits(line)).count() < count {
            assert!(!said.over && Instant::now() < deadline, "{:#?}", said.lines);
            said = self.said.1.wait_timeout(said, Duration::from_millis(200)).unwrap().0;
        }
    }

    /// Waits until all was said.
    #[track_caller]
    fn until_over(&self) {
        let said = self.said.0.lock().unwrap();
        let (said, _) = self.said.1.wait_timeout_while(said, GUARD, |said| !said.over).unwrap();
        assert!(said.over, "it does not end: {:#?}", said.lines);
    }

    #[track_caller]
    fn until_results(&self, count: usize) {
        self.until(count, |line| line["type"] == "result");
    }

    #[track_caller]
    fn until_event(&self, serial: &str, event: &str) {
        self.until(1, |line| line["serial"] == serial && line["event"] == event);
    }

    #[track_caller]
    fn until_note(&self, words: &str) {
        self.until(1, |line| line["text"].as_str().is_some_and(|text| text.contains(words)));
    }

    /// Sends Ctrl-C.
    fn interrupt(&self) {
        signal("-INT", self.child.0.id());
    }

    /// Waits for its end: status, rows in short in the order in which they came, stderr.
    #[track_caller]
    fn end(mut self) -> (i32, Vec<String>, Vec<Value>) {
        // Its output ends with it.
        self.until_over();
        let status = self.child.0.wait().unwrap().code().unwrap_or(-1);
        let mut err = String::new();
        self.child.0.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        assert_eq!(err, "", "nothing but JSON is said");
        let lines = self.said.0.lock().unwrap().lines.clone();
        let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let rows = lines.iter().filter(|line| line["type"] == "result");
        let rows =
            rows.map(|row| format!("{} {} {}", word(&row["serial"]), word(&row["outcome"]), word(&row["reason"])));
        (status, rows.collect(), lines)
    }
}

fn phone(serial: &str) -> SimDevice {
    SimDevice::new(SimPhone::new(spec(serial)))
}

fn phone_of(spec: PhoneSpec) -> SimDevice {
    SimDevice::new(SimPhone::new(spec))
}

#[test]
fn listed_phones_are_taken_as_they_come_and_others_left_alone() {
    let bed = TestBed::own([]);
    let (a, b, stranger) = (phone("a1"), phone("b2"), phone("x9"));
    bed.plug(&stranger, "1-9");
    let watching = watch(&bed, &["-s", "a1", "-s", "b2", "--count", "2"]);
    watching.until_note("x9 (usb 1-9) is left alone: its serial is not listed");
    bed.plug(&a, "1-4.1");
    watching.until_results(1);
    bed.plug(&b, "1-4.2");
    let (status, rows, lines) = watching.end();
    assert_eq!((status, rows), (0, vec!["a1 signed-out -".to_owned(), "b2 signed-out -".to_owned()]));
    assert_eq!(lines.last().unwrap()["counts"]["signed-out"], 2, "{lines:#?}");
    assert_eq!((a.phone().record().passwords_submitted(), b.phone().record().passwords_submitted()), (1, 1));
    let record = stranger.phone().record();
    assert!(stranger.phone().account_present() && record.taps.is_empty() && record.keys.is_empty(), "{record:#?}");
}

#[test]
fn a_phone_that_was_plugged_in_again_is_recognised_and_not_worked_on_twice() {
    let bed = TestBed::own([]);
    let a = phone("a1");
    let plug = bed.plug(&a, "1-1");
    let watching = watch(&bed, &["-s", "a1"]);
    watching.until_results(1);
    let taps = a.phone().record().taps.len();
    bed.unplug(plug);
    watching.until_event("a1", "unplugged");
    bed.plug(&a, "1-1");
    watching.until_note("a1 is connected again; it ended as signed-out before");
    watching.until_results(2);
    watching.interrupt();
    let (status, rows, _) = watching.end();
    assert_eq!((status, rows), (130, vec!["a1 signed-out -".to_owned(), "a1 already-signed-out -".to_owned()]));
    assert_eq!(a.phone().record().taps.len(), taps);
}

#[test]
fn a_restart_of_the_adb_server_is_survived_and_unplugs_nobody() {
    let bed = TestBed::own([]);
    let (a, b) = (phone("a1"), phone("b2"));
    bed.plug(&a, "1-1");
    let watching = watch(&bed, &["-s", "a1", "-s", "b2", "--count", "2"]);
    watching.until_results(1);
    bed.stop_server();
    watching.until_note("does not answer; waiting for it");
    bed.serve_again();
    watching.until_note("answers again");
    bed.plug(&b, "1-2");
    let (status, rows, lines) = watching.end();
    assert_eq!((status, rows), (0, vec!["a1 signed-out -".to_owned(), "b2 signed-out -".to_owned()]));
    assert!(!lines.iter().any(|line| line["event"] == "unplugged"), "{lines:#?}");
}

#[test]
fn a_phone_that_has_not_allowed_this_computer_waits_and_is_taken_when_it_has() {
    let bed = TestBed::own([]);
    let a = phone("a1");
    a.connect(ConnState::Unauthorized);
    bed.plug(&a, "1-1");
    let watching = watch(&bed, &["-s", "a1", "--count", "1"]);
    watching.until_event("a1", "waiting-for-person");
    a.connect(ConnState::Device);
    assert_eq!(watching.end().1, ["a1 signed-out -"]);
}

#[test]
fn phones_of_a_listed_account_are_taken_whatever_their_serial() {
    let bed = TestBed::own([]);
    let (own, other) = (phone("a1"), phone_of(spec("b2").account(Some("7777000111"))));
    let account = own.phone().spec().account.clone().unwrap();
    bed.plug(&other, "1-2");
    let watching = watch(&bed, &["--account", &account, "--count", "1"]);
    watching.until_note("is left alone: its account 7777***111 is not listed");
    bed.plug(&own, "1-1");
    assert_eq!(watching.end().1, ["a1 signed-out -"]);
    assert!(other.phone().account_present() && other.phone().record().taps.is_empty());
}

#[test]
fn a_second_account_is_left_alone_unless_somebody_authorised_it() {
    for authorised in [false, true] {
        let bed = TestBed::own([]);
        let (a, b) = (phone("a1"), phone_of(spec("b2").account(Some("7777000111"))));
        bed.plug(&a, "1-1");
        let more: &[&str] = if authorised { &["--authorised-by", "the owner of both"] } else { &[] };
        let watching = watch(&bed, &[&["-s", "a1", "-s", "b2", "--count", "2"], more].concat());
        watching.until_results(1);
        bed.plug(&b, "1-2");
        let (status, rows, _) = watching.end();
        let second = if authorised { "b2 signed-out -" } else { "b2 needs-person account-stopped" };
        assert_eq!(
            (status, rows),
            (if authorised { 0 } else { 4 }, vec!["a1 signed-out -".to_owned(), second.to_owned()])
        );
        assert_eq!(b.phone().account_present(), !authorised);
    }
}

#[test]
fn a_password_is_not_submitted_again_on_a_phone_that_is_plugged_in_again() {
    let bed = TestBed::own([]);
    let a = phone_of(spec("a1").with(Branch::SignOutFails));
    let plug = bed.plug(&a, "1-1");
    let watching = watch(&bed, &["-s", "a1", "--count", "2"]);
    watching.until_results(1);
    bed.unplug(plug);
    watching.until_event("a1", "unplugged");
    bed.plug(&a, "1-1");
    let (_, rows, lines) = watching.end();
    assert_eq!(a.phone().record().passwords_submitted(), 1, "{rows:?} {lines:#?}");
    assert!(a.phone().account_present());
}

/// Four phones on a hub that answer nothing once the account page is open, so that they stay busy.
fn stuck_on_a_hub(bed: &TestBed) -> Vec<PlugId> {
    let stuck = |n: u32| {
        let device = phone(&format!("p{n}"));
        device.phone().on(Stage::AccountPage, Fault::CommandHangs(1000));
        bed.plug(&device, &format!("1-4.{n}"))
    };
    (1..=4).map(stuck).collect()
}

#[test]
fn phones_of_one_hub_that_go_together_are_one_message() {
    for (command, chosen) in
        [("watch", &["-s", "p1", "-s", "p2", "-s", "p3", "-s", "p4"][..]), ("sign-out", &["--all"])]
    {
        let bed = TestBed::own([]);
        let plugs = stuck_on_a_hub(&bed);
        let watching = start(&bed, command, chosen);
        watching.until(4, |line| line["event"] == "identified");
        for plug in plugs {
            bed.unplug(plug);
        }
        watching.until_note("lost 4 phones on hub 1-4 at once");
    }
}

#[test]
fn a_server_that_goes_with_all_its_phones_is_one_message() {
    let bed = TestBed::own([]);
    stuck_on_a_hub(&bed);
    let running = start(&bed, "sign-out", &["--all"]);
    running.until(4, |line| line["event"] == "identified");
    bed.stop_server();
    running.until_note("(4 phones affected); waiting for it to come back");
    running.interrupt();
    let (status, rows, _) = running.end();
    assert_eq!((status, rows.len()), (130, 4), "a row for each, also after Ctrl-C: {rows:?}");
}

#[test]
fn the_same_phone_at_two_connections_is_worked_on_once() {
    let bed = TestBed::own([]);
    let a = phone("a1");
    bed.plug(&a, "1-1");
    let watching = watch(&bed, &["-s", "a1"]);
    watching.until_results(1);
    // A second phone with the serial of the first, which is still there.
    let fake = phone("a1");
    bed.plug(&fake, "1-2");
    watching.until_results(2);
    watching.interrupt();
    let (_, rows, _) = watching.end();
    assert_eq!(rows, ["a1 signed-out -", "a1 failed duplicate-serial"]);
    assert!(fake.phone().account_present() && fake.phone().record().taps.is_empty());
}

#[test]
fn nobodys_phone_is_taken_without_being_listed() {
    let bed = TestBed::own([spec("a1")]);
    insta::assert_snapshot!(bed.run(&["watch", "--yes"]).run(), @r###"
    status: 2
    --- stdout
    --- stderr
    error: no phone is listed, and mi-signout leaves a phone alone that was only connected
    hint: list phones with --serial SERIAL or --account ID (both repeatable), or take them all with --all
    "###);
    insta::assert_snapshot!(bed.run(&["watch", "--yes", "--all"]).run(), @r###"
    status: 2
    --- stdout
    --- stderr
    error: signing out every connected phone has to be confirmed by typing, and there is no terminal to ask on
    hint: list the phones with --serial SERIAL or --account ID; nothing was touched
    more: mi-signout explain not-confirmed
    "###);
    insta::assert_snapshot!(bed.run(&["watch", "-s", "a1"]).run(), @r###"
    status: 2
    --- stdout
    --- stderr
    error: signing out needs a confirmation, and there is no terminal to ask on
    hint: give --yes where a script does it; nothing was touched
    more: mi-signout explain not-confirmed
    "###);
    let two = ["watch", "--yes", "--account", "6230000535", "--account", "7777000111"];
    insta::assert_snapshot!(bed.run(&two).run(), @r###"
    status: 2
    --- stdout
    --- stderr
    error: 2 accounts are listed; signing out more than one needs --authorised-by
    hint: name who authorised it with --authorised-by TEXT (it goes into the record); nothing was touched
    more: mi-signout explain several-accounts
    "###);
    bed.untouched(0);
}

#[test]
fn with_locate_each_phone_shows_its_number_before_it_is_worked_on() {
    let bed = TestBed::own([]);
    let (a, tablet) = (phone("a1"), phone_of(spec("b2").change(|s| s.dialer = false)));
    bed.plug(&a, "1-1");
    let watching = watch(&bed, &["-s", "a1", "-s", "b2", "--count", "2", "--locate"]);
    watching.until_note("a1 shows the number 0001");
    bed.plug(&tablet, "1-2");
    watching.until_note("b2 blinks now: it has no dialer to show a number in");
    let (status, rows, _) = watching.end();
    assert_eq!((status, rows.len()), (0, 2), "{rows:?}");
    let dialled = a.phone().record().commands.iter().any(|c| c.argv.iter().any(|word| word == "tel:0001"));
    let slept = tablet.phone().record().keys.iter().filter(|key| **key == 223).count();
    assert_eq!(slept, 4, "{:?}", tablet.phone().record().keys);
    assert!(dialled && a.phone().record().keys.contains(&3), "{:#?}", a.phone().record().keys);
}

#[test]
fn on_a_terminal_it_says_what_signing_out_does_and_asks_twice_at_most() {
    let bed = TestBed::own([spec("a1")]);
    let mut session = TerminalSession::run(&format!("watch -s a1 --adb {}", bed.adb()), "", &[]);
    session.answers("what");
    assert!(session.printed.contains("What signing out does:"), "{}", session.printed);
    assert!(
        session.printed.contains("Sign phone a1 out, each when it is connected? Type yes: "),
        "{}",
        session.printed
    );
    session.answers("no");
    session.wait_for("not confirmed; nothing was touched");
    session.wait_for("ended 2");
    bed.untouched(0);
}
