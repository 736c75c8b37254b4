//! A person fixes on the phone what the run waits for, and the run continues by itself.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use mi_signout::adb::{self, AdbPhone};
use mi_signout::event::{Event, EventKind};
use mi_signout::fleet::{Connector, Passwords, Plan, RunRecorder, run};
use mi_signout::flow::Patience;
use mi_signout::model::{AdbServer, Device, Outcome, Reason, ResultRow, Secret};
use mi_signout::phone::Phone;
use mi_signout::profile::{Catalog, Options};
use mi_signout::ui::{Selector, UiTree};
use phone_sim::clock::{Cancel, Clock};
use phone_sim::device::SimDevice;
use phone_sim::farm::Farm;
use phone_sim::phone::{Branch, Gate, PhoneSpec, SimPhone};
use phone_sim::shell::{Programs, Stdio};

/// The longest that a test waits.
const GUARD: Duration = Duration::from_secs(60);

struct Direct;

impl Connector for Direct {
    fn connect(&self, device: &Device) -> Box<dyn Phone> {
        Box::new(AdbPhone::of(device))
    }

    fn wait_for(&self, device: &Device, _: Option<&str>, _: Instant) -> Option<Device> {
        Some(device.clone())
    }
}

/// Signs the phone out while `person` is told each reason for waiting, on a thread of its own.
fn sign_out(spec: PhoneSpec, person: impl Fn(&SimPhone, Reason) + Send + Sync) -> (ResultRow, SimPhone, Vec<Reason>) {
    let phone = SimPhone::new(spec.scale(0.01));
    let farm = Farm::new().unwrap();
    farm.plug(Arc::new(SimDevice::new(phone.clone()))).unwrap();
    let at = farm.serve_server(0).unwrap().addr();
    let server = AdbServer { host: at.ip().to_string(), port: at.port() };
    let devices = adb::list(&server, Duration::from_secs(10)).unwrap();
    let catalog = Catalog::builtin().unwrap();
    let passwords = Passwords::one(Secret::new(phone.spec().told_password().to_owned()));
    let (tell, told) = mpsc::channel();
    let tell = Mutex::new(tell);
    let listener = |event: Event| {
        if let EventKind::WaitingForPerson { reason, .. } = event.kind {
            tell.lock().unwrap().send(Some(reason)).unwrap();
        }
    };
    let recorder = RunRecorder::new(None, None, &listener);
    let interrupted = AtomicBool::new(false);
    let (end, over) = mpsc::channel::<()>();
    let plan = Plan {
        catalog: &catalog,
        options: Options::default(),
        dry_run: false,
        timeout: Duration::from_secs(120),
        grace: Duration::from_secs(5),
        patience: Patience::default(),
        passwords: &passwords,
        jobs: 1,
        non_interactive: false,
        recorder: &recorder,
        again: false,
        per_account: 8,
        several_accounts: true,
        owner: None,
        listener: &listener,
        interrupted: &interrupted,
    };
    std::thread::scope(|scope| {
        // A person whose part was not understood would be waited for without end.
        let interrupted = &interrupted;
        scope.spawn(move || {
            if over.recv_timeout(GUARD) == Err(mpsc::RecvTimeoutError::Timeout) {
                interrupted.store(true, Ordering::Relaxed);
            }
        });
        let (person, patient) = (&person, &phone);
        let helper = scope.spawn(move || {
            let mut reasons = Vec::new();
            while let Ok(Some(reason)) = told.recv() {
                reasons.push(reason);
                person(patient, reason);
            }
            reasons
        });
        let row = run(&devices, &plan, &Direct).remove(0);
        drop(end);
        tell.lock().unwrap().send(None).unwrap();
        (row, phone.clone(), helper.join().unwrap())
    })
}

fn done(spec: PhoneSpec, reason: Reason, person: impl Fn(&SimPhone) + Send + Sync) -> SimPhone {
    let (row, phone, reasons) = sign_out(spec, |phone, _| person(phone));
    assert_eq!((row.outcome, row.reason), (Outcome::SignedOut, None), "{row:?}");
    assert_eq!(reasons, [reason]);
    assert!(!phone.account_present());
    phone
}

/// A finger of the person, on the one node that the selector means.
fn tap(phone: &SimPhone, id: &str) {
    // The keyboard moves the buttons a moment after a field was tapped.
    assert!(phone.clock().sleep(1000, &Cancel::default()));
    let tree = UiTree::parse(phone.dump_xml().as_bytes()).unwrap();
    let node = tree.find(&Selector::id(id));
    let at = tree.tap_point(*node.first().unwrap_or_else(|| panic!("no {id}"))).unwrap();
    input(phone, &["tap", &at.x.to_string(), &at.y.to_string()]);
}

fn input(phone: &SimPhone, words: &[&str]) {
    let argv: Vec<String> = std::iter::once("input").chain(words.iter().copied()).map(str::to_owned).collect();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut io = Stdio { stdin: &mut std::io::empty(), stdout: &mut out, stderr: &mut err };
    let clock: &Clock = phone.clock();
    assert_eq!(phone.run(&argv, &mut io, clock, &Cancel::default()), Some(0), "{}", String::from_utf8_lossy(&err));
}

#[test]
fn the_input_switch_is_turned_on() {
    let spec = PhoneSpec::default().change(|s| s.input_gate = Gate::Refused);
    done(spec, Reason::InputNotAllowed, |phone| phone.set_gate(Gate::Open));
}

#[test]
fn the_other_tool_is_closed() {
    let spec = PhoneSpec::default().change(|s| s.automation = Some("io.appium.uiautomator2.server".into()));
    done(spec, Reason::DumpFailed, SimPhone::close_automation);
}

#[test]
fn the_screen_is_unlocked() {
    let spec = PhoneSpec::default().change(|s| s.keyguard = phone_sim::phone::LockKind::Pin);
    done(spec, Reason::ScreenLocked, SimPhone::unlock);
}

#[test]
fn the_network_comes() {
    done(PhoneSpec::default().change(|s| s.network = false), Reason::NoNetwork, |phone| phone.set_network(true));
}

#[test]
fn the_picture_code_is_solved() {
    let phone = done(PhoneSpec::default().with(Branch::Captcha), Reason::Captcha, |phone| {
        tap(phone, "com.xiaomi.account:id/et_captcha_code");
        input(phone, &["text", &phone.spec().captcha_code]);
        tap(phone, "com.xiaomi.account:id/passport_confirm");
    });
    assert!(phone.record().passwords_submitted() <= 2, "once by the program, once by the person");
}

#[test]
fn the_code_of_the_message_is_entered() {
    let spec = PhoneSpec::default().with(Branch::SecondFactor);
    let (row, _, reasons) = sign_out(spec, |phone, _| {
        tap(phone, "com.xiaomi.account:id/passport_vcode");
        input(phone, &["text", &phone.spec().second_factor_code]);
        tap(phone, "com.xiaomi.account:id/passport_confirm");
    });
    assert_eq!((row.outcome, reasons), (Outcome::SignedOut, vec![Reason::SecondFactor]), "{row:?}");
}

/// A person types the password and confirms it.
fn by_hand(phone: &SimPhone) {
    tap(phone, "com.xiaomi.account:id/input_pwd_view");
    input(phone, &["keyevent", "123"]);
    for _ in 0..30 {
        input(phone, &["keyevent", "67"]);
    }
    // Halfway the field holds what the program may not take for its own.
    input(phone, &["text", "Owner-pas"]);
    assert!(phone.clock().sleep(20_000, &Cancel::default()));
    input(phone, &["text", "s%s1"]);
}

#[test]
fn the_password_is_typed_by_hand_where_its_length_is_not_shown() {
    let spec = PhoneSpec::of(phone_sim::phone::Generation::Miui9)
        .password("Owner-pass 1")
        .change(|s| s.shows_password_length = false);
    let typed = AtomicBool::new(false);
    let phone = done(spec, Reason::PasswordNotTypeable, |phone| {
        let before = phone.record().typed;
        by_hand(phone);
        // As long as the person is at it the program keeps its hands off.
        typed.store(phone.record().typed == before + 12, Ordering::Relaxed);
        assert!(phone.record().submissions.is_empty());
        tap(phone, "com.xiaomi.account:id/passport_confirm");
    });
    assert!(typed.load(Ordering::Relaxed), "{:?}", phone.record());
    assert_eq!(phone.record().passwords_submitted(), 1, "by the person");
}
