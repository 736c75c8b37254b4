//! A tray of phones through the real binary: each ends as it would alone, one phone twice is one, two alike are none, and a person
//! finds which is which.

use std::fmt::Write as _;
use std::sync::Arc;

use mi_signout::ui::{Selector, UiTree};
use phone_sim::device::SimDevice;
use phone_sim::endpoint::ConnState;
use phone_sim::farm::Farm;
use phone_sim::phone::{Branch, Fault, Gate, LockKind, PhoneSpec, SimPhone, Stage};
use phone_sim::scenario::scenario;
use phone_sim::screens::ScreenId;

use crate::support::{RIGHT, RealAdbServer, SCALE, Said, TerminalSession, TestBed, adb, mi_signout, spec};

/// A phone of the tray with an account and a password of its own.
fn own(n: usize) -> PhoneSpec {
    spec(&format!("p{n:02}")).account(Some(&format!("{:04}000{:03}", 1000 + n, n))).password(&format!("Owner-pass {n}"))
}

/// Ten ways in which phones misbehave, and how they then end.
const BAD: [&str; 10] = [
    "needs-person unauthorized",
    "failed offline",
    "failed no-permissions",
    "unknown disconnected",
    "failed timeout",
    "failed dump-failed",
    "needs-person captcha",
    "rejected wrong-password",
    "needs-person screen-locked",
    "blocked device-owner",
];

fn bad(n: usize) -> PhoneSpec {
    match n {
        6 => own(n).with(Branch::Captcha),
        8 => own(n).change(|s| s.keyguard = LockKind::Pin),
        9 => own(n).change(|s| s.device_owner = Some("com.example.mdm".to_owned())),
        _ => own(n),
    }
}

#[test]
fn of_forty_phones_ten_misbehave_and_thirty_are_signed_out() {
    let bed = TestBed::own((0..40).map(|n| if n < 10 { bad(n) } else { own(n) }));
    for (n, state) in [(0, ConnState::Unauthorized), (1, ConnState::Offline), (2, ConnState::NoPermissions)] {
        bed.phones[n].connect(state);
    }
    bed.phone(3).on(Stage::AfterConfirm, Fault::CableOut { back_after: None });
    bed.phone(4).fault(Fault::CommandHangs(1000));
    bed.phone(5).fault(Fault::DumpEmpty(10_000));
    let passwords = (0..40).fold("serial,password\n".to_owned(), |mut text, n| {
        let password = if n == 7 { "not the owner's".to_owned() } else { format!("Owner-pass {n}") };
        let _ = writeln!(text, "p{n:02},{password}");
        text
    });
    let ran = bed
        .run(&[
            "sign-out",
            "--all",
            "--yes",
            "--json",
            "-q",
            "--passwords",
            "p.csv",
            "--timeout",
            "150",
            "--grace",
            "30",
        ])
        .args(&["--authorised-by", "the shop"])
        .file("p.csv", &passwords, 0o600)
        .run();
    let expected: Vec<String> =
        (0..40).map(|n| format!("p{n:02} {}", BAD.get(n).copied().unwrap_or("signed-out -"))).collect();
    assert_eq!(ran.rows(6, ""), expected, "{ran}");
    for n in 0..40 {
        let submitted = bed.phone(n).record().passwords_submitted();
        assert!(submitted <= 1, "p{n:02} submitted {submitted} times");
        // What the phone with the pulled cable did by itself afterwards is not this program's to know.
        assert!(n == 3 || bed.phone(n).account_present() == (n < 10), "p{n:02}");
    }
    let lines = ran.json(6, "");
    let numbers = lines.iter().filter(|line| line["event"] == "started").map(|line| line["tray"].as_u64().unwrap());
    let mut numbers: Vec<u64> = numbers.collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=40).collect::<Vec<_>>(), "each phone has its number in the tray");
}

/// One phone joined to a real adb server under two names.
fn twice(spec: PhoneSpec) -> (Farm, SimDevice, RealAdbServer) {
    let farm = Farm::new().unwrap();
    farm.serve_adbd(0).unwrap();
    let phone = SimDevice::new(SimPhone::new(spec));
    let plug = farm.plug(Arc::new(phone.clone())).unwrap();
    let real = RealAdbServer::start();
    let address = farm.adbd_addr(plug).unwrap();
    real.connect(address);
    let said = adb(real.port(), &["connect", &format!("localhost:{}", address.port())], b"");
    assert!(said.out.contains("connected to"), "{said:?}");
    (farm, phone, real)
}

#[test]
fn the_same_phone_twice_is_worked_on_once_and_has_a_row_for_each() {
    for (password, expected) in [
        (format!("{RIGHT}\n"), ["already-signed-out -", "signed-out -"]),
        ("not the owner's\n".to_owned(), ["failed duplicate-serial", "rejected wrong-password"]),
    ] {
        let (_farm, phone, real) = twice(spec("8f2a1b"));
        let server = format!("127.0.0.1:{}", real.port());
        let args = ["sign-out", "--all", "--password-stdin", "--json", "--yes", "-q", "--adb", &server];
        let ran = mi_signout(&args).stdin(&password).run();
        let status = i32::from(expected[0].starts_with("failed"));
        let rows = ran.rows(status, "");
        let mut outcomes: Vec<&str> = rows.iter().map(|row| row.split_once(' ').unwrap().1).collect();
        outcomes.sort_unstable();
        assert_eq!(outcomes, expected, "{ran}");
        assert_eq!(phone.phone().record().passwords_submitted(), 1);
    }
}

#[test]
fn one_job_is_enough_for_a_phone_that_is_there_twice() {
    let (_farm, phone, real) = twice(spec("8f2a1b"));
    let server = format!("127.0.0.1:{}", real.port());
    let args = ["sign-out", "--all", "--password-stdin", "--json", "--yes", "-q", "--jobs", "1", "--adb", &server];
    let ran = mi_signout(&args).stdin(&format!("{RIGHT}\n")).run();
    assert_eq!(ran.rows(0, "").len(), 2, "{ran}");
    assert_eq!(phone.phone().record().passwords_submitted(), 1);
}

#[test]
fn two_phones_of_one_serial_are_left_alone_and_told_apart_by_their_ports() {
    let bed = TestBed::own([spec("0123456789ABCDEF"), spec("0123456789ABCDEF"), spec("b2")]);
    let ran = bed.sign_out(RIGHT, &["--all"]).run();
    let alike = "0123456789ABCDEF failed duplicate-serial";
    assert_eq!(ran.rows(1, ""), [alike, alike, "b2 signed-out -"], "{ran}");
    let lines = ran.json(1, "");
    let hints: Vec<&str> = lines.iter().filter_map(|line| line["hint"].as_str()).collect();
    assert!(hints.iter().any(|hint| hint.contains("at usb 1-1 and at usb 1-2")), "{hints:?}");
    assert!(hints.iter().any(|hint| hint.contains("at usb 1-2 and at usb 1-1")), "{hints:?}");
    for n in 0..2 {
        assert!(bed.phone(n).account_present() && bed.phone(n).record().taps.is_empty());
    }
}

/// The digits that the dialer shows, if it is in front.
fn dialled(phone: &SimPhone) -> Option<String> {
    let tree = UiTree::parse(phone.dump_xml().as_bytes()).unwrap();
    let digits = Selector { id: Some("com.android.contacts:id/digits".into()), ..Selector::default() };
    tree.find(&digits).first().and_then(|id| tree.node(*id)).map(|node| node.text.to_string())
}

#[test]
fn each_phone_shows_its_number_in_the_tray() {
    let bed = TestBed::own([spec("a1"), spec("b2").change(|s| s.dialer = false), spec("c3"), spec("d4")]);
    bed.phones[3].connect(ConnState::Unauthorized);
    let ran = bed.run(&["devices", "--locate"]).run();
    insta::assert_snapshot!(ran, @r###"
    status: 0
    --- stdout
    TRAY    SERIAL  STATE         MODEL          SOFTWARE     ACCOUNT     READY
    #1 1-1  a1      device        Redmi Note 10  MIUI 14.0.9  6230***535  ready
    #2 1-2  b2      device        Redmi Note 10  MIUI 14.0.9  6230***535  ready
    #3 1-3  c3      device        Redmi Note 10  MIUI 14.0.9  6230***535  ready
    #4 1-4  d4      unauthorized  -              -            -           unauthorized
    d4: hint: unlock the phone and accept 'Allow USB debugging?' (tick 'Always allow'); if it does not come up, plug the cable in again
    --- stderr
      #1   a1                     usb 1-1      shows 0001 on its screen
      #3   c3                     usb 1-3      shows 0003 on its screen
      d4 (usb 1-4) can't be reached: unauthorized
      #2   b2                     usb 1-2      blinks now: it has no dialer to show a number in
    "###);
    assert_eq!((dialled(bed.phone(0)), dialled(bed.phone(2))), (Some("0001".into()), Some("0003".into())));
    assert_eq!(dialled(bed.phone(1)), None);
    let ran = bed.sign_out(RIGHT, &["-s", "c3", "--locate"]).run();
    assert_eq!(ran.rows(0, ""), ["c3 signed-out -"], "{ran}");
    assert_eq!(dialled(bed.phone(2)), None, "the number is gone");
    assert_eq!(dialled(bed.phone(0)), Some("0001".into()), "and nobody else was touched");
}

#[test]
fn a_tablet_blinks_where_that_locks_nothing_and_is_as_before_afterwards() {
    let tablet = |serial: &str| scenario("tablet").unwrap().phone(0).serial(serial).scale(SCALE);
    let bed = TestBed::own([
        tablet("open"),
        tablet("swipe").change(|s| s.keyguard = LockKind::Swipe),
        tablet("pin").change(|s| s.keyguard = LockKind::Pin),
        tablet("gate"),
        tablet("off").change(|s| s.awake = false),
    ]);
    bed.phone(3).set_gate(Gate::Refused);
    bed.phone(1).unlock();
    bed.phone(2).unlock();
    let state = |n: usize| {
        let phone = bed.phone(n);
        (phone.is_awake(), phone.current_screen())
    };
    for n in [0, 1] {
        bed.phone(n).show(ScreenId::AccountPage);
    }
    let before: Vec<_> = (0..5).map(state).collect();
    let ran = bed.run(&["devices", "--locate", "--json"]).run();
    insta::assert_snapshot!(ran.stderr, @"
      #1   open                   usb 1-1      blinks now: it has no dialer to show a number in
      #2   swipe                  usb 1-2      blinks now: it has no dialer to show a number in
      #3   pin                    usb 1-3      can't show its number: it has no dialer, and can't blink: its screen would be locked if it went off
      #4   gate                   usb 1-4      can't show its number: it has no dialer, and can't blink: it takes no keys
      #5   off                    usb 1-5      blinks now: it has no dialer to show a number in
    ");
    assert_eq!((0..5).map(state).collect::<Vec<_>>(), before);
    let blinked = |n: usize| bed.phone(n).record().keys.iter().filter(|key| **key == 223).count();
    assert_eq!([0, 1, 2, 3, 4].map(blinked), [4, 4, 0, 0, 4]);
}

/// The binary on a terminal, with what a person types there.
pub fn on_a_terminal(args: &str, typed: &str) -> Said {
    on_a_terminal_with(args, typed, &[])
}

/// The same, with variables of the environment.
pub fn on_a_terminal_with(args: &str, typed: &str, variables: &[(&str, &str)]) -> Said {
    let environment = [&[("TERM", "xterm-256color")], variables].concat();
    let mut terminal = TerminalSession::run(args, "", &environment);
    typed.lines().for_each(|line| terminal.answers(line));
    let (code, out) = terminal.rest();
    Said { code, bytes: Vec::new(), err: String::new(), out }
}

#[test]
fn on_a_terminal_a_password_is_asked_once_for_each_account() {
    let other = |serial: &str| spec(serial).account(Some("7777000111")).password("other");
    let bed = TestBed::own([spec("a1"), other("b2"), spec("c3"), other("d4")]);
    let args = format!("sign-out --all --adb {} --authorised-by owner --no-progress", bed.adb());
    let said = on_a_terminal(&args, &format!("yes\n{RIGHT}\nother\n"));
    assert_eq!(said.code, 0, "{}", said.out);
    assert_eq!(said.out.matches("Password of account").count(), 2, "{}", said.out);
    assert!(said.out.contains("Password of account 6230***535 (a1, c3;"), "{}", said.out);
    assert!(said.out.contains("Password of account 7777***111 (b2, d4;"), "{}", said.out);
    assert!((0..4).all(|n| !bed.phone(n).account_present()));
}

#[test]
fn on_a_terminal_watch_takes_all_only_after_a_typed_word() {
    let bed = TestBed::own([spec("a1")]);
    let args = format!("watch --all --yes --count 1 --adb {} --no-progress", bed.adb());
    let said = on_a_terminal(&args, "yes\n");
    assert!(said.code == 2 && said.out.contains("not confirmed; nothing was touched"), "{}", said.out);
    bed.untouched(0);
    let said = on_a_terminal(&args, &format!("all\n{RIGHT}\n"));
    assert_eq!(said.code, 0, "{}", said.out);
    assert!(said.out.contains("EVERY phone") && !bed.phone(0).account_present(), "{}", said.out);
}
