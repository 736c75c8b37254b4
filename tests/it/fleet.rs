//! Many scripted phones at once: a row for each, and the trouble of one stays its own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use mi_signout::event::{Event, EventKind, Subject};
use mi_signout::fleet::{Connector, Passwords, Plan, run};
use mi_signout::flow::Patience;
use mi_signout::model::{AdbServer, Device, DeviceState, Outcome, Reason, ResultRow, Secret, Serial, TransportId};
use mi_signout::phone::{Observation, Phone, PhoneError, PhoneFacts, Step};
use mi_signout::profile::Options;

use crate::support::GUARD;
use crate::support::scripted::{ACCOUNT, Effect, Fault, Script, ScriptedPhone, When, catalog, node, page};

/// A phone of the fleet: how it is listed, what it does, whether it comes back when it was lost.
struct Member {
    state: DeviceState,
    phone: ScriptedPhone,
    comes_back: bool,
    /// It answers no step before these are signed out.
    slower_than: Vec<ScriptedPhone>,
}

/// A phone that is slower than all others together.
struct Slow {
    phone: ScriptedPhone,
    others: Vec<ScriptedPhone>,
}

impl Phone for Slow {
    fn step(&mut self, step: &Step<'_>, within: Duration) -> Result<Observation, PhoneError> {
        while self.others.iter().any(|other| other.with(|script| script.account.is_some())) {
            std::thread::sleep(Duration::from_millis(5));
        }
        self.phone.step(step, within)
    }

    fn facts(&mut self, probe_input: bool, within: Duration) -> Result<PhoneFacts, PhoneError> {
        self.phone.facts(probe_input, within)
    }

    fn picture(&mut self, within: Duration) -> Result<Vec<u8>, PhoneError> {
        self.phone.picture(within)
    }

    fn tidy(&mut self, within: Duration) -> Result<(), PhoneError> {
        self.phone.tidy(within)
    }
}

impl Member {
    fn new(script: Script) -> Self {
        Self {
            state: DeviceState::Device,
            phone: ScriptedPhone::new(script),
            comes_back: false,
            slower_than: Vec::new(),
        }
    }
}

/// Connects to scripted phones, and notes over which transport.
struct Cables<'a> {
    members: &'a BTreeMap<Serial, Member>,
    connected: Mutex<Vec<(Serial, Option<TransportId>)>>,
}

impl Connector for Cables<'_> {
    fn connect(&self, device: &Device) -> Box<dyn Phone> {
        self.connected.lock().unwrap().push((device.serial.clone(), device.transport));
        let member = &self.members[&device.serial];
        match member.slower_than.as_slice() {
            [] => Box::new(member.phone.clone()),
            others => Box::new(Slow { phone: member.phone.clone(), others: others.to_vec() }),
        }
    }

    fn wait_for(&self, device: &Device, _: Option<&str>, _: Instant) -> Option<Device> {
        let back = Device { transport: device.transport.map(|t| TransportId(t.0 + 100)), ..device.clone() };
        self.members[&device.serial].comes_back.then_some(back)
    }
}

/// What a run of the fleet came to.
struct Ran {
    rows: Vec<ResultRow>,
    events: Vec<(Serial, EventKind)>,
    connected: Vec<(Serial, Option<TransportId>)>,
    members: BTreeMap<Serial, Member>,
}

impl Ran {
    fn row(&self, serial: &str) -> (Outcome, Option<Reason>) {
        let row = self.rows.iter().find(|r| r.serial == serial).unwrap();
        (row.outcome, row.reason)
    }

    fn submissions(&self) -> u32 {
        self.members.values().map(|m| m.phone.with(|s| s.submissions)).sum()
    }

    /// The most phones that were worked on at once.
    fn most_at_once(&self) -> usize {
        let (mut now, mut most) = (0, 0);
        for (_, kind) in &self.events {
            match kind {
                EventKind::Started { .. } => now += 1,
                EventKind::Ended(_) => now -= 1,
                _ => {}
            }
            most = most.max(now);
        }
        most
    }

    /// No phone submits before the one before it has shown what became of its submission.
    fn check_one_submission_at_a_time(&self) {
        let mut pending: Option<&Serial> = None;
        for (serial, kind) in &self.events {
            match kind {
                EventKind::Step { what, .. } if what == "submit password" => {
                    assert_eq!(pending, None, "{serial} submits while another waits for its verdict");
                    pending = Some(serial);
                }
                EventKind::Screen { .. } | EventKind::Ended(_) if pending == Some(serial) => pending = None,
                _ => {}
            }
        }
    }
}

fn run_all(members: Vec<(String, Member)>, passwords: &Passwords, jobs: usize) -> Ran {
    run_with(members, passwords, jobs, |plan| Plan { per_account: 1, ..plan })
}

fn run_with(
    members: Vec<(String, Member)>,
    passwords: &Passwords,
    jobs: usize,
    change: impl for<'p> FnOnce(Plan<'p>) -> Plan<'p>,
) -> Ran {
    let devices: Vec<Device> = members
        .iter()
        .enumerate()
        .map(|(at, (serial, member))| Device {
            server: AdbServer { host: "127.0.0.1".into(), port: 5037 },
            serial: Serial::new(serial.as_str()),
            state: member.state.clone(),
            transport: Some(TransportId(at as u64)),
            usb_path: None,
            model: None,
        })
        .collect();
    let members: BTreeMap<Serial, Member> = members.into_iter().map(|(s, m)| (Serial::new(s), m)).collect();
    let events = Mutex::new(Vec::new());
    let listener = |event: Event| {
        if let Subject::Phone(serial) = event.subject {
            events.lock().unwrap().push((serial, event.kind));
        }
    };
    let cables = Cables { members: &members, connected: Mutex::default() };
    let recorder = mi_signout::fleet::RunRecorder::new(None, None, &listener);
    let plan = Plan {
        catalog: catalog(),
        options: Options::default(),
        dry_run: false,
        timeout: Duration::from_secs(300),
        grace: Duration::from_secs(1),
        patience: Patience::default(),
        passwords,
        jobs,
        non_interactive: true,
        recorder: &recorder,
        again: false,
        per_account: 8,
        several_accounts: true,
        owner: None,
        listener: &listener,
        interrupted: &AtomicBool::new(false),
    };
    let plan = change(plan);
    // Phones that wait for each other would wait forever, and the scope with them.
    let (done, hangs) = std::sync::mpsc::channel::<()>();
    let watchdog = std::thread::spawn(move || {
        if hangs.recv_timeout(GUARD) == Err(RecvTimeoutError::Timeout) {
            eprintln!("the fleet hangs");
            std::process::exit(101);
        }
    });
    let rows = run(&devices, &plan, &cables);
    drop(done);
    watchdog.join().unwrap();
    let given: Vec<&str> = devices.iter().map(|d| d.serial.as_str()).collect();
    let told: Vec<&str> = rows.iter().map(|r| r.serial.as_str()).collect();
    assert_eq!(told, given, "a row for each phone, in the order given");
    for row in &rows {
        assert!(row.reason.is_none_or(|r| r.fits(row.outcome)), "{row:?}");
        assert_eq!(
            (row.reason.is_none(), row.hint.is_none()),
            (row.outcome.is_good(), row.outcome.is_good()),
            "{row:?}"
        );
    }
    let connected = cables.connected.into_inner().unwrap();
    let events = events.into_inner().unwrap();
    let ended = events.iter().filter(|(_, kind)| matches!(kind, EventKind::Ended(_))).count();
    assert_eq!(ended, rows.len());
    Ran { rows, events, connected, members }
}

fn right() -> Passwords {
    Passwords::one(Secret::new("correct horse".to_owned()))
}

/// A password of its own for each phone: a verdict that can't be had stops a password on all phones that share it.
fn each_its_own(members: &[(String, Member)]) -> Passwords {
    let mut passwords = Passwords::default();
    for (number, (serial, member)) in members.iter().enumerate() {
        let password: &'static str = Box::leak(format!("correct horse {number}").into_boxed_str());
        member.phone.with(|script| script.password = password);
        passwords.for_serial(Serial::new(serial.as_str()), Secret::new(password.to_owned()));
    }
    passwords
}

/// A phone whose account is its own.
fn of_account(number: usize) -> Script {
    let mut script = Script::new();
    script.account = Some(format!("{number:04}000535"));
    script
}

fn gone() -> PhoneError {
    PhoneError::Gone
}

/// One of ten fates, and the row that it ends as.
fn fate(number: usize) -> (Member, Outcome, Option<Reason>) {
    use Outcome as O;
    use Reason as R;
    let script = of_account(number);
    let dead = |when, fault| Member::new(of_account(number).fault(when, fault));
    match number % 10 {
        0 => (Member::new(script), O::SignedOut, None),
        1 => (dead(When::Facts, Fault::Before(gone())), O::Failed, Some(R::Disconnected)),
        2 => {
            let hangs = PhoneError::Timeout(Duration::from_secs(40));
            (dead(When::Facts, Fault::Before(hangs)), O::Failed, Some(R::Timeout))
        }
        3 => (dead(When::On("account-page"), Fault::Panic), O::Unknown, Some(R::Timeout)),
        4 => (dead(When::Tap("OK"), Fault::Panic), O::Unknown, Some(R::Timeout)),
        5 => (dead(When::Tap("OK"), Fault::After(gone())), O::Unknown, Some(R::Disconnected)),
        6 => {
            let member = Member { state: DeviceState::Unauthorized, ..Member::new(script) };
            (member, O::NeedsPerson, Some(R::Unauthorized))
        }
        7 => {
            let script = script.on_tap("account-page", "Sign out", Effect::Go("foreign"));
            (Member::new(script), O::NeedsPerson, Some(R::UnknownScreen))
        }
        8 => {
            let mut script = script;
            script.account = None;
            (Member::new(script), O::AlreadySignedOut, None)
        }
        _ => {
            let member = dead(When::Tap("OK"), Fault::After(gone()));
            (Member { comes_back: true, ..member }, O::SignedOut, None)
        }
    }
}

#[test]
fn fifty_phones_each_end_as_they_would_alone() {
    let (mut members, mut expected) = (Vec::new(), Vec::new());
    for number in 0..50 {
        let (member, outcome, reason) = fate(number);
        members.push((format!("phone-{number:02}"), member));
        expected.push((format!("phone-{number:02}"), outcome, reason));
    }
    let passwords = each_its_own(&members);
    let ran = run_all(members, &passwords, 8);
    let told: Vec<_> = ran.rows.iter().map(|r| (r.serial.clone(), r.outcome, r.reason)).collect();
    assert_eq!(told, expected);
    assert!(ran.most_at_once() <= 8, "{}", ran.most_at_once());
    for (serial, member) in &ran.members {
        assert!(member.phone.with(|s| s.submissions) <= 1, "{serial}");
    }
}

#[test]
fn a_row_says_what_was_seen_and_nothing_older() {
    let mut lost = fate(5).0;
    lost.comes_back = false;
    let members = vec![("lost".to_owned(), lost), ("fine".to_owned(), fate(0).0)];
    let passwords = each_its_own(&members);
    let ran = run_all(members, &passwords, 2);
    insta::assert_debug_snapshot!(ran.rows.iter().map(|r| &r.proof).collect::<Vec<_>>(), @r#"
    [
        Proof {
            before: Some(
                "account present",
            ),
            after: None,
            ui: None,
        },
        Proof {
            before: Some(
                "account present",
            ),
            after: Some(
                "no com.xiaomi account",
            ),
            ui: Some(
                "no account on the phone",
            ),
        },
    ]
    "#);
    assert_eq!(ran.rows[0].profile.as_deref(), Some("scripted"));
    assert_eq!(ran.rows[0].account.as_ref().unwrap().to_string(), "0005***535");
}

/// The others would wait forever, if any of them waited for the slow one.
#[test]
fn one_slow_phone_among_fifteen_fast_ones_delays_none() {
    let mut members: Vec<_> = (0..16).map(|n| (format!("p{n:02}"), Member::new(of_account(n)))).collect();
    members[0].1.slower_than = members[1..].iter().map(|(_, fast)| fast.phone.clone()).collect();
    let ran = run_with(members, &right(), 16, |plan| plan);
    assert!(ran.rows.iter().all(|r| r.outcome == Outcome::SignedOut), "{:?}", ran.rows);
}

#[test]
fn one_phone_of_an_account_submits_at_a_time() {
    let members = (0..16).map(|n| (format!("p{n}"), Member::new(Script::new()))).collect();
    let ran = run_all(members, &right(), 8);
    ran.check_one_submission_at_a_time();
    assert!(ran.rows.iter().all(|r| r.outcome == Outcome::SignedOut), "{:?}", ran.rows);
    assert_eq!(ran.submissions(), 16);
}

#[test]
fn phones_of_one_account_submit_side_by_side_once_one_was_accepted() {
    let members = (0..16).map(|n| (format!("p{n}"), Member::new(Script::new()))).collect();
    let ran = run_with(members, &right(), 16, |plan| Plan { per_account: 4, ..plan });
    assert!(ran.rows.iter().all(|r| r.outcome == Outcome::SignedOut), "{:?}", ran.rows);
    assert_eq!(ran.submissions(), 16);
    let submits = |kind: &EventKind| matches!(kind, EventKind::Step { what, .. } if what == "submit password");
    let first = ran.events.iter().position(|(_, kind)| submits(kind)).unwrap();
    let (serial, rest) = (&ran.events[first].0, &ran.events[first + 1..]);
    let second = rest.iter().position(|(_, kind)| submits(kind)).unwrap();
    let seen = rest[..second]
        .iter()
        .any(|(s, kind)| s == serial && matches!(kind, EventKind::Screen { .. } | EventKind::Ended(_)));
    assert!(seen, "the first submission is alone until its verdict");
}

/// What may come between accepted phones, with how the phone that it comes to ends: a refusal, since the password was changed in between; a
/// picture code, which only a person passes; a phone that is lost before its verdict can be read.
fn disturbances() -> Vec<(Script, Outcome, Option<Reason>)> {
    let mut refuses = Script::new();
    refuses.password = "changed since";
    let mut captcha = Script::new().on_tap("password", "OK", Effect::Check("captcha", "captcha"));
    let code = node("EditText", ACCOUNT, "et_captcha_code", "", &[], [0, 100, 1080, 300]);
    captcha.pages.push(page("captcha", "com.xiaomi.account/.ui.QuickLoginActivity", &[code]));
    vec![
        (refuses, Outcome::Rejected, Some(Reason::WrongPassword)),
        (captcha, Outcome::NeedsPerson, Some(Reason::Captcha)),
        (Script::new().fault(When::Tap("OK"), Fault::After(gone())), Outcome::Unknown, Some(Reason::Disconnected)),
    ]
}

#[test]
fn what_comes_between_accepted_phones_closes_the_account() {
    for (script, outcome, reason) in disturbances() {
        let mut members: Vec<_> = (0..6).map(|n| (format!("p{n}"), Member::new(Script::new()))).collect();
        members[1].1 = Member::new(script);
        let ran = run_with(members, &right(), 1, |plan| Plan { per_account: 4, ..plan });
        assert_eq!(ran.row("p0"), (Outcome::SignedOut, None));
        assert_eq!(ran.row("p1"), (outcome, reason));
        assert_eq!(ran.submissions(), 2, "{reason:?}: nobody submits after it");
        assert!(ran.rows[2..].iter().all(|r| r.reason == Some(Reason::AccountStopped)), "{:?}", ran.rows);
    }
}

#[test]
fn what_comes_between_side_by_side_stops_all_that_have_not_submitted() {
    const MOST: usize = 4;
    for (script, outcome, reason) in disturbances() {
        let mut members: Vec<_> = (0..12).map(|n| (format!("p{n:02}"), Member::new(Script::new()))).collect();
        members[5].1 = Member::new(script);
        let ran = run_with(members, &right(), 12, |plan| Plan { per_account: MOST, ..plan });
        assert_eq!(ran.row("p05"), (outcome, reason));
        let count = |wanted: Outcome| ran.rows.iter().filter(|r| r.outcome == wanted).count();
        let stopped = ran.rows.iter().filter(|r| r.reason == Some(Reason::AccountStopped)).count();
        let submissions = ran.submissions() as usize;
        assert_eq!((count(Outcome::SignedOut) + 1, 12 - stopped), (submissions, submissions), "{:?}", ran.rows);
        let is_submit = |kind: &EventKind| matches!(kind, EventKind::Step { what, .. } if what == "submit password");
        let of_it =
            |(serial, kind): &(Serial, EventKind)| serial.as_str() == "p05" && matches!(kind, EventKind::Ended(_));
        let ended = ran.events.iter().position(of_it).unwrap();
        let later = ran.events[ended..].iter().filter(|(_, kind)| is_submit(kind)).count();
        assert!(later < MOST, "{later} that had not got their turn submitted after it");
        // No more than that at a time, the first one alone.
        let (mut now, mut most, mut is_first) = (BTreeSet::new(), 0, true);
        for (serial, kind) in &ran.events {
            if is_submit(kind) {
                assert!(now.is_empty() || !is_first, "{serial} submits beside the first");
                now.insert(serial);
            } else if matches!(kind, EventKind::Screen { .. } | EventKind::Ended(_)) && now.remove(serial) {
                is_first = false;
            }
            most = most.max(now.len());
        }
        assert!(most <= MOST, "{most} at a time");
    }
}

#[test]
fn b4_a_second_account_is_touched_only_where_it_was_authorised() {
    for (several, second) in
        [(false, (Outcome::NeedsPerson, Some(Reason::AccountStopped))), (true, (Outcome::SignedOut, None))]
    {
        let members =
            vec![("one".to_owned(), Member::new(Script::new())), ("two".to_owned(), Member::new(of_account(7)))];
        let ran = run_with(members, &right(), 1, |plan| Plan { several_accounts: several, ..plan });
        assert_eq!(ran.row("one"), (Outcome::SignedOut, None));
        assert_eq!(ran.row("two"), second);
        let touched = ran.members[&Serial::new("two")].phone.with(|s| s.log.iter().any(|line| line.contains("open")));
        assert_eq!(touched, several, "nothing of it was opened or tapped");
    }
}

#[test]
fn the_first_rejection_stops_the_account_on_all_phones() {
    let members = (0..12).map(|n| (format!("p{n}"), Member::new(Script::new()))).collect();
    let ran = run_all(members, &Passwords::one(Secret::new("wrong horse!!".to_owned())), 6);
    assert_eq!(ran.submissions(), 1);
    let count = |outcome, reason| ran.rows.iter().filter(|r| (r.outcome, r.reason) == (outcome, Some(reason))).count();
    assert_eq!(count(Outcome::Rejected, Reason::WrongPassword), 1);
    assert_eq!(count(Outcome::NeedsPerson, Reason::AccountStopped), 11);
}

#[test]
fn a_rejected_password_is_not_tried_on_other_accounts() {
    let members = (0..3).map(|n| (format!("p{n}"), Member::new(of_account(n)))).collect();
    let ran = run_all(members, &Passwords::one(Secret::new("wrong horse!!".to_owned())), 1);
    assert_eq!(ran.submissions(), 1);
    assert_eq!(ran.row("p0"), (Outcome::Rejected, Some(Reason::WrongPassword)));
    assert_eq!(ran.row("p2"), (Outcome::NeedsPerson, Some(Reason::AccountStopped)));
}

#[test]
fn a_rejection_stops_no_account_with_another_password() {
    let mut passwords = right();
    passwords.for_serial(Serial::new("p0"), Secret::new("wrong horse!!".to_owned()));
    let members = (0..3).map(|n| (format!("p{n}"), Member::new(of_account(n)))).collect();
    let ran = run_all(members, &passwords, 1);
    assert_eq!(ran.row("p0"), (Outcome::Rejected, Some(Reason::WrongPassword)));
    assert_eq!((ran.row("p1"), ran.row("p2")), ((Outcome::SignedOut, None), (Outcome::SignedOut, None)));
}

/// The phones that wait for its verdict would wait forever.
#[test]
fn a_phone_that_panics_with_the_permit_in_its_hand_gives_it_back() {
    let mut members: Vec<(String, Member)> = (0..6).map(|n| (format!("p{n}"), Member::new(Script::new()))).collect();
    for (_, member) in &members {
        member.phone.with(|s| s.faults.push((When::Tap("OK"), Fault::Panic, 1)));
    }
    members[5].1 = Member::new(of_account(5));
    let ran = run_all(members, &right(), 6);
    let unknown = ran.rows.iter().filter(|r| r.outcome == Outcome::Unknown).count();
    let of_it = |r: &&ResultRow| r.serial != "p5" && r.reason == Some(Reason::AccountStopped);
    assert_eq!((unknown, ran.rows.iter().filter(of_it).count()), (1, 4));
    // The other account has the same password: it is stopped too, where it had not submitted by then.
    let other = ran.row("p5");
    let either = [(Outcome::SignedOut, None), (Outcome::NeedsPerson, Some(Reason::AccountStopped))];
    assert!(either.contains(&other), "{other:?}");
}

/// A turn that was granted and not used stops nobody: the phones after it go on.
#[test]
fn a_phone_that_refuses_the_tap_leaves_the_turn_to_the_next() {
    let mut members = vec![("refuses".to_owned(), Member::new(Script::new().fault(When::Tap("OK"), Fault::Refused)))];
    members.push(("next".to_owned(), Member::new(Script::new())));
    let ran = run_all(members, &right(), 1);
    assert_eq!(ran.row("refuses"), (Outcome::NeedsPerson, Some(Reason::InputNotAllowed)));
    assert_eq!(ran.row("next"), (Outcome::SignedOut, None));
}

#[test]
fn a_phone_that_came_back_is_spoken_to_over_its_new_transport() {
    let hangs = PhoneError::Timeout(Duration::from_secs(40));
    let script = Script::new()
        .fault(When::On("keep-or-remove"), Fault::Before(gone()))
        .fault(When::On("password"), Fault::After(hangs));
    let member = Member { comes_back: true, ..Member::new(script) };
    let ran = run_all(vec![("p".to_owned(), member)], &right(), 1);
    assert_eq!(ran.row("p"), (Outcome::SignedOut, None));
    // The first connection, the one after the loss, the one after the hang, and the one that tidies up.
    let transports: Vec<u64> = ran.connected.iter().map(|(_, t)| t.unwrap().0).collect();
    assert_eq!(transports, [0, 100, 100, 100]);
}

#[test]
fn a_phone_that_is_lost_while_it_is_read_first_is_waited_for() {
    let script = Script::new().fault(When::Facts, Fault::Before(gone())).fault(When::Facts, Fault::Before(gone()));
    let member = Member { comes_back: true, ..Member::new(script) };
    let ran = run_all(vec![("p".to_owned(), member)], &right(), 1);
    assert_eq!(ran.row("p"), (Outcome::SignedOut, None));
    let told = |kind: &EventKind| ran.events.iter().filter(|(_, k)| k == kind).count();
    assert_eq!((told(&EventKind::Lost), told(&EventKind::Back)), (1, 1), "{:?}", ran.events);
    let transports: Vec<u64> = ran.connected.iter().map(|(_, t)| t.unwrap().0).collect();
    assert_eq!(transports, [0, 100, 200, 200], "and it is walked over the transport that it came back on");
}

#[test]
fn no_phones_are_no_rows() {
    assert!(run_all(Vec::new(), &right(), 0).rows.is_empty());
}
