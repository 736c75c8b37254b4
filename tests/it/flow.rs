//! Whole walks with a scripted phone, as text: what the engine decided, what the phone was told, how it ended.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use mi_signout::event::{Event, EventKind, Progress};
use mi_signout::flow::{Engine, Password, Patience, Permit, SubmitPermit, VerdictSeen, Walk};
use mi_signout::model::{AccountId, Secret, Serial};
use mi_signout::phone::{NotReady, Phone, PhoneError};
use mi_signout::profile::Options;

use crate::scripted::{Effect, Fault, Script, ScriptedPhone, When, profile};

/// What one walk is told beside the phone.
struct Case {
    password: Option<&'static str>,
    dry_run: bool,
    progress: Progress,
    deadline: Duration,
    /// Ctrl-C comes when this screen is told.
    interrupt_on: Option<&'static str>,
    /// How often the phone comes back.
    comes_back: u32,
    /// How long the permit lets the phone wait, or `None` where the account is stopped.
    permit: Option<Duration>,
}

impl Default for Case {
    fn default() -> Self {
        Self {
            password: Some("correct horse"),
            dry_run: false,
            progress: Progress::default(),
            deadline: Duration::from_secs(300),
            interrupt_on: None,
            comes_back: 0,
            permit: Some(Duration::ZERO),
        }
    }
}

struct ScriptedPermit<'a> {
    phone: &'a ScriptedPhone,
    wait: Option<Duration>,
}

impl SubmitPermit for ScriptedPermit<'_> {
    fn ask(&self, _: &AccountId, _: &Serial) -> Permit {
        self.phone.with(|s| {
            let Some(wait) = self.wait else {
                s.log.push("permit: stopped".to_owned());
                return Permit::Stopped { hint: "another phone of this account was refused".to_owned() };
            };
            s.time += wait;
            s.log.push(format!("permit: granted after {} s", wait.as_secs()));
            Permit::Granted
        })
    }

    fn verdict(&self, _: &AccountId, _: &Serial, verdict: VerdictSeen) {
        self.phone.with(|s| s.log.push(format!("permit: told {verdict:?}")));
    }
}

/// An event as a line; times and serials say nothing here.
fn line(event: &Event) -> String {
    match &event.kind {
        EventKind::Screen { name } => format!("screen {name}"),
        EventKind::Step { screen, what, mutates: true } => format!("step on {screen}: {what} (mutates)"),
        EventKind::Step { screen, what, .. } => format!("step on {screen}: {what}"),
        EventKind::Observed { screen } => format!("observed {}", screen.as_deref().unwrap_or("nothing known")),
        EventKind::Lost => "lost".to_owned(),
        EventKind::Back => "back".to_owned(),
        other => format!("{other:?}"),
    }
}

/// Walks, and gives the phone and the trace.
fn walk(script: Script, case: Case) -> (ScriptedPhone, String) {
    let phone = ScriptedPhone::new(script);
    let secret = case.password.map(|text| Secret::new(text.to_owned()));
    let password = secret.as_ref().map_or(Password::None, |s| Password::Given { chars: s.chars() });
    let mut engine =
        Engine::new(profile(), Options::default(), password, case.dry_run, "en-US", Patience::default(), case.progress);
    let interrupted = AtomicBool::new(false);
    let stop_on = case.interrupt_on.map(str::to_owned);
    let tell = |event: Event| {
        phone.with(|s| s.log.push(line(&event)));
        if matches!(&event.kind, EventKind::Screen { name } if Some(name) == stop_on.as_ref()) {
            interrupted.store(true, Ordering::Relaxed);
        }
    };
    let began = Instant::now();
    let permit = ScriptedPermit { phone: &phone, wait: case.permit };
    let ended = Walk {
        serial: &Serial::new("s"),
        account: &AccountId::new("6230***535"),
        password: secret.as_ref(),
        permit: &permit,
        listener: &tell,
        recorder: &mi_signout::flow::NoRecord,
        check: &|_| Ok(mi_signout::flow::Checked::default()),
        waits_for_person: false,
        deadline: Cell::new(began + case.deadline),
        interrupted: &interrupted,
        step_limit: Duration::from_secs(40),
        now: &|| phone.now(began),
    };
    let mut left = case.comes_back;
    let ended = ended.run(&mut engine, Box::new(phone.clone()), &mut |_| {
        left = left.checked_sub(1)?;
        Some(Box::new(phone.clone()) as Box<dyn Phone>)
    });
    let trace = phone.with(|s| {
        let reason = ended.ending.reason.map(|r| format!(", {r}")).unwrap_or_default();
        s.log.push(format!("end: {}{reason}; account {:?}", ended.ending.outcome, ended.presence).to_lowercase());
        s.log.extend(ended.ending.hint.clone().map(|hint| format!("hint: {hint}")));
        folded(&s.log)
    });
    assert!(ended.ending.reason.is_none_or(|r| r.fits(ended.ending.outcome)), "{trace}");
    assert_eq!(ended.ending.reason.is_none(), ended.ending.outcome.is_good(), "{trace}");
    assert!(phone.with(|s| s.submissions) <= 1, "{trace}");
    (phone, trace)
}

/// Up to three lines that come again and again are told once, with how often.
fn folded(log: &[String]) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut at = 0;
    while at < log.len() {
        let times = |n: usize| log[at..].chunks_exact(n).take_while(|lines| *lines == &log[at..at + n]).count();
        let (size, times) = (1..=3).map(|n| (n, times(n))).find(|(_, times)| *times > 2).unwrap_or((1, 1));
        let lines = log[at..at + size].join(" | ");
        out.push(if times > 1 { format!("{lines} ({times} times)") } else { lines });
        at += size * times;
    }
    out.join("\n")
}

fn done(screens: &[&str], submitted: bool) -> Progress {
    Progress { tapped: screens.iter().map(|s| (*s).to_owned()).collect(), submitted, ..Progress::default() }
}

const FOREVER: u32 = u32::MAX;

#[test]
fn all_the_way() {
    let (_, trace) = walk(Script::new(), Case::default());
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> confirm
    observed confirm-sign-out
    screen confirm-sign-out
    step on confirm-sign-out: tap logout_account (mutates)
    phone: tap 'Sign out' -> checking
    observed checking-cloud-data
    screen checking-cloud-data
    phone: look -> probes
    phone: look -> keep-or-remove
    screen keep-or-remove
    step on keep-or-remove: tap micloud_wipe_data_retain (mutates)
    phone: tap 'Keep' -> password
    observed password
    screen password
    step on password: type password
    phone: tap 'the password field', type a secret -> password
    screen password-filled
    permit: granted after 0 s
    step on password-filled: submit password (mutates)
    phone: password number 1 submitted
    phone: tap 'OK' -> probes
    observed password-filled
    phone: look -> signing-out
    screen signing-out
    permit: told Accepted
    phone: look -> probes, no account
    screen account-gone
    end: signed-out; account absent
    ");
}

#[test]
fn no_synced_data_and_find_device_off() {
    let (_, trace) = walk(
        Script::new().on_tap("confirm", "Sign out", Effect::Go("signing-out")),
        Case { password: None, ..Case::default() },
    );
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> confirm
    observed confirm-sign-out
    screen confirm-sign-out
    step on confirm-sign-out: tap logout_account (mutates)
    phone: tap 'Sign out' -> signing-out
    observed signing-out
    screen signing-out
    phone: look -> probes
    phone: look -> probes, no account
    screen account-gone
    end: signed-out; account absent
    ");
}

#[test]
fn password_first() {
    let (_, trace) = walk(
        Script::new()
            .on_tap("account-page", "Sign out", Effect::Go("password"))
            .on_tap("keep-or-remove", "Keep", Effect::Go("signing-out"))
            .on_tap("password", "OK", Effect::Check("keep-or-remove", "wrong")),
        Case::default(),
    );
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> password
    observed password
    screen password
    step on password: type password
    phone: tap 'the password field', type a secret -> password
    screen password-filled
    permit: granted after 0 s
    step on password-filled: submit password (mutates)
    phone: password number 1 submitted
    phone: tap 'OK' -> probes
    observed password-filled
    phone: look -> keep-or-remove
    screen keep-or-remove
    permit: told Accepted
    step on keep-or-remove: tap micloud_wipe_data_retain (mutates)
    phone: tap 'Keep' -> signing-out
    observed signing-out
    screen signing-out
    phone: look -> probes
    phone: look -> probes, no account
    screen account-gone
    end: signed-out; account absent
    ");
}

#[test]
fn found_midway_after_a_crash() {
    let (_, trace) = walk(
        Script::new().at("keep-or-remove"),
        Case { progress: done(&["account-page", "confirm-sign-out"], false), ..Case::default() },
    );
    insta::assert_snapshot!(trace, @r"
    phone: look -> keep-or-remove
    screen keep-or-remove
    step on keep-or-remove: tap micloud_wipe_data_retain (mutates)
    phone: tap 'Keep' -> password
    observed password
    screen password
    step on password: type password
    phone: tap 'the password field', type a secret -> password
    screen password-filled
    permit: granted after 0 s
    step on password-filled: submit password (mutates)
    phone: password number 1 submitted
    phone: tap 'OK' -> probes
    observed password-filled
    phone: look -> signing-out
    screen signing-out
    permit: told Accepted
    phone: look -> probes, no account
    screen account-gone
    end: signed-out; account absent
    ");
}

/// The tap before the crash may still be under way: it is waited for, and only then is the page left and opened anew.
#[test]
fn found_after_a_crash_on_the_screen_that_was_tapped() {
    let (_, trace) = walk(
        Script::new().at("confirm"),
        Case { progress: done(&["account-page", "confirm-sign-out"], false), ..Case::default() },
    );
    insta::assert_snapshot!(trace, @r"
    phone: look -> confirm
    screen confirm-sign-out
    phone: look -> confirm (12 times)
    step on confirm-sign-out: press home
    phone: key Home -> launcher
    screen launcher
    step on launcher: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> confirm
    observed confirm-sign-out
    screen confirm-sign-out
    step on confirm-sign-out: tap logout_account (mutates)
    phone: tap 'Sign out' -> checking
    observed checking-cloud-data
    screen checking-cloud-data
    phone: look -> probes
    phone: look -> keep-or-remove
    screen keep-or-remove
    step on keep-or-remove: tap micloud_wipe_data_retain (mutates)
    phone: tap 'Keep' -> password
    observed password
    screen password
    step on password: type password
    phone: tap 'the password field', type a secret -> password
    screen password-filled
    permit: granted after 0 s
    step on password-filled: submit password (mutates)
    phone: password number 1 submitted
    phone: tap 'OK' -> probes
    observed password-filled
    phone: look -> signing-out
    screen signing-out
    permit: told Accepted
    phone: look -> probes, no account
    screen account-gone
    end: signed-out; account absent
    ");
}

#[test]
fn found_on_the_password_dialog_after_a_crash_that_followed_its_submission() {
    let (phone, trace) = walk(
        Script::new().at("password"),
        Case { progress: done(&["account-page", "password-filled"], true), ..Case::default() },
    );
    assert_eq!(phone.with(|s| s.submissions), 0);
    insta::assert_snapshot!(trace, @r"
    phone: look -> password
    screen password
    permit: told Unknown
    end: needs-person, account-stopped; account present
    hint: the phone asks for the password again after it was submitted once; it is not submitted twice: finish on the phone by hand
    ");
}

#[test]
fn a_dry_run_stops_before_the_first_tap() {
    let (phone, trace) = walk(Script::new(), Case { dry_run: true, ..Case::default() });
    assert!(phone.with(|s| s.taps.is_empty()));
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    end: dry-run; account present
    ");
}

#[test]
fn a_wrong_password_is_submitted_once_and_told_once() {
    let (phone, trace) = walk(Script::new(), Case { password: Some("wrong horse!!"), ..Case::default() });
    assert_eq!(phone.with(|s| s.submissions), 1);
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> confirm
    observed confirm-sign-out
    screen confirm-sign-out
    step on confirm-sign-out: tap logout_account (mutates)
    phone: tap 'Sign out' -> checking
    observed checking-cloud-data
    screen checking-cloud-data
    phone: look -> probes
    phone: look -> keep-or-remove
    screen keep-or-remove
    step on keep-or-remove: tap micloud_wipe_data_retain (mutates)
    phone: tap 'Keep' -> password
    observed password
    screen password
    step on password: type password
    phone: tap 'the password field', type a secret -> password
    screen password-filled
    permit: granted after 0 s
    step on password-filled: submit password (mutates)
    phone: password number 1 submitted
    phone: tap 'OK' -> probes
    observed password-filled
    phone: look -> wrong
    screen wrong-password
    permit: told Rejected
    end: rejected, wrong-password; account present
    hint: the phone refused the password: check it at account.xiaomi.com before trying again; several wrong ones lock the account
    ");
}

#[test]
fn no_password_was_given() {
    let (_, trace) = walk(Script::new(), Case { password: None, ..Case::default() });
    assert!(!trace.contains("type"));
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> confirm
    observed confirm-sign-out
    screen confirm-sign-out
    step on confirm-sign-out: tap logout_account (mutates)
    phone: tap 'Sign out' -> checking
    observed checking-cloud-data
    screen checking-cloud-data
    phone: look -> probes
    phone: look -> keep-or-remove
    screen keep-or-remove
    step on keep-or-remove: tap micloud_wipe_data_retain (mutates)
    phone: tap 'Keep' -> password
    observed password
    screen password
    end: needs-person, no-password; account present
    hint: the phone asks for the account's password: run again and give it (--password-stdin, or at the prompt)
    ");
}

#[test]
fn a_lost_character_is_typed_again() {
    let (phone, trace) = walk(Script::new().fault(When::On("password"), Fault::Loses(2)), Case::default());
    assert_eq!(phone.with(|s| s.submissions), 1);
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> confirm
    observed confirm-sign-out
    screen confirm-sign-out
    step on confirm-sign-out: tap logout_account (mutates)
    phone: tap 'Sign out' -> checking
    observed checking-cloud-data
    screen checking-cloud-data
    phone: look -> probes
    phone: look -> keep-or-remove
    screen keep-or-remove
    step on keep-or-remove: tap micloud_wipe_data_retain (mutates)
    phone: tap 'Keep' -> password
    observed password
    screen password
    step on password: type password
    phone: tap 'the password field', type a secret -> password
    screen password-filled
    step on password-filled: type password
    phone: tap 'the password field', clear 11, type a secret -> password
    permit: granted after 0 s
    step on password-filled: submit password (mutates)
    phone: password number 1 submitted
    phone: tap 'OK' -> probes
    observed password-filled
    phone: look -> signing-out
    screen signing-out
    permit: told Accepted
    phone: look -> probes, no account
    screen account-gone
    end: signed-out; account absent
    ");
}

#[test]
fn characters_lost_twice_are_never_submitted() {
    let (phone, trace) = walk(Script::new().faults(When::On("password"), Fault::Loses(2), 2), Case::default());
    assert_eq!(phone.with(|s| s.submissions), 0);
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> confirm
    observed confirm-sign-out
    screen confirm-sign-out
    step on confirm-sign-out: tap logout_account (mutates)
    phone: tap 'Sign out' -> checking
    observed checking-cloud-data
    screen checking-cloud-data
    phone: look -> probes
    phone: look -> keep-or-remove
    screen keep-or-remove
    step on keep-or-remove: tap micloud_wipe_data_retain (mutates)
    phone: tap 'Keep' -> password
    observed password
    screen password
    step on password: type password
    phone: tap 'the password field', type a secret -> password
    screen password-filled
    step on password-filled: type password
    phone: tap 'the password field', clear 11, type a secret -> password
    end: needs-person, password-not-typeable; account present
    hint: 11 characters arrived of 13, so nothing was submitted: turn off the secure keyboard on the phone (Settings > Additional settings > Languages & input > Secure keyboard) and run again, or type the password on the phone yourself and confirm it there
    ");
}

#[test]
fn a_keyboard_that_types_nothing() {
    let (phone, trace) = walk(Script::new().faults(When::On("password"), Fault::Loses(13), FOREVER), Case::default());
    assert_eq!(phone.with(|s| s.submissions), 0);
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> confirm
    observed confirm-sign-out
    screen confirm-sign-out
    step on confirm-sign-out: tap logout_account (mutates)
    phone: tap 'Sign out' -> checking
    observed checking-cloud-data
    screen checking-cloud-data
    phone: look -> probes
    phone: look -> keep-or-remove
    screen keep-or-remove
    step on keep-or-remove: tap micloud_wipe_data_retain (mutates)
    phone: tap 'Keep' -> password
    observed password
    screen password
    step on password: type password
    phone: tap 'the password field', type a secret -> password
    step on password: type password
    phone: tap 'the password field', clear 13, type a secret -> password
    phone: look -> password (11 times)
    end: needs-person, password-not-typeable; account present
    hint: 0 characters arrived of 13, so nothing was submitted: turn off the secure keyboard on the phone (Settings > Additional settings > Languages & input > Secure keyboard) and run again, or type the password on the phone yourself and confirm it there
    ");
}

/// The phone drops the tap: two visits of the account page, one of the question.
#[test]
fn a_page_that_stays_is_left_and_visited_anew() {
    let (phone, trace) =
        walk(Script::new().fault(When::Tap("Sign out"), Fault::Dropped), Case { password: None, ..Case::default() });
    assert_eq!(phone.with(|s| s.taps.iter().filter(|t| *t == "Sign out").count()), 3);
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> account-page
    observed account-page
    phone: look -> account-page (11 times)
    step on account-page: press home
    phone: key Home -> launcher
    screen launcher
    step on launcher: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> confirm
    observed confirm-sign-out
    screen confirm-sign-out
    step on confirm-sign-out: tap logout_account (mutates)
    phone: tap 'Sign out' -> checking
    observed checking-cloud-data
    screen checking-cloud-data
    phone: look -> probes
    phone: look -> keep-or-remove
    screen keep-or-remove
    step on keep-or-remove: tap micloud_wipe_data_retain (mutates)
    phone: tap 'Keep' -> password
    observed password
    screen password
    end: needs-person, no-password; account present
    hint: the phone asks for the account's password: run again and give it (--password-stdin, or at the prompt)
    ");
}

/// One tap in each of three visits, then the end.
#[test]
fn a_page_that_stays_whatever_is_done() {
    let (phone, trace) = walk(Script::new().faults(When::On("account-page"), Fault::Dropped, FOREVER), Case::default());
    assert_eq!(phone.with(|s| s.taps.len()), 3);
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> account-page
    observed account-page
    phone: look -> account-page (11 times)
    step on account-page: press home
    phone: key Home -> launcher
    screen launcher
    step on launcher: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> account-page
    observed account-page
    phone: look -> account-page (11 times)
    step on account-page: press home
    phone: key Home -> launcher
    screen launcher
    step on launcher: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> account-page
    observed account-page
    phone: look -> account-page (11 times)
    end: failed, still-signed-in; account present
    hint: the account is still there; the phone stayed on 'the account page' after it was answered: look at it, then run again
    ");
}

#[test]
fn a_submission_that_does_nothing_is_never_repeated() {
    let (phone, trace) = walk(Script::new().fault(When::Tap("OK"), Fault::Dropped), Case::default());
    assert_eq!(phone.with(|s| s.taps.iter().filter(|t| *t == "OK").count()), 1);
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> confirm
    observed confirm-sign-out
    screen confirm-sign-out
    step on confirm-sign-out: tap logout_account (mutates)
    phone: tap 'Sign out' -> checking
    observed checking-cloud-data
    screen checking-cloud-data
    phone: look -> probes
    phone: look -> keep-or-remove
    screen keep-or-remove
    step on keep-or-remove: tap micloud_wipe_data_retain (mutates)
    phone: tap 'Keep' -> password
    observed password
    screen password
    step on password: type password
    phone: tap 'the password field', type a secret -> password
    screen password-filled
    permit: granted after 0 s
    step on password-filled: submit password (mutates)
    phone: tap 'OK' -> probes
    observed password-filled
    phone: look -> password (11 times)
    permit: told Unknown
    end: failed, still-signed-in; account present
    hint: the account is still there; the phone stayed on 'the password dialog, filled in' after it was answered: look at it, then run again
    ");
}

#[test]
fn an_unknown_screen_is_never_tapped() {
    let (phone, trace) = walk(Script::new().on_tap("account-page", "Sign out", Effect::Go("foreign")), Case::default());
    assert_eq!(phone.with(|s| s.taps.len()), 1);
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> foreign
    observed nothing known
    phone: look -> foreign (12 times)
    end: needs-person, unknown-screen; account present
    hint: the phone shows a page that is not acted on (com.android.chrome/.Main; no profile knows it): finish or close it on the phone, then run again
    ");
}

#[test]
fn two_screens_that_fit_are_never_tapped() {
    let (phone, trace) =
        walk(Script::new().on_tap("account-page", "Sign out", Effect::Go("ambiguous")), Case::default());
    assert_eq!(phone.with(|s| s.taps.len()), 1);
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> ambiguous
    observed nothing known
    phone: look -> ambiguous (12 times)
    end: needs-person, unknown-screen; account present
    hint: the phone shows a page that is not acted on (com.xiaomi.account/.ui.X; it fits 'turning-off-find-device' and 'signing-out' alike): finish or close it on the phone, then run again
    ");
}

#[test]
fn a_spinner_that_never_ends() {
    let (_, trace) = walk(Script::new().on_tap("confirm", "Sign out", Effect::Go("endless")), Case::default());
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> confirm
    observed confirm-sign-out
    screen confirm-sign-out
    step on confirm-sign-out: tap logout_account (mutates)
    phone: tap 'Sign out' -> endless
    observed signing-out
    screen signing-out
    phone: look -> probes | phone: look -> endless (30 times)
    end: unknown, timeout; account present
    hint: look at the phone before doing anything; 'signing out' did not end within 120 s
    ");
}

#[test]
fn a_spinner_that_never_ends_nor_idles() {
    let (_, trace) = walk(Script::new().on_tap("confirm", "Sign out", Effect::Go("endless-moving")), Case::default());
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> confirm
    observed confirm-sign-out
    screen confirm-sign-out
    step on confirm-sign-out: tap logout_account (mutates)
    phone: tap 'Sign out' -> not ready: NotIdle
    observed nothing known
    phone: look -> probes | phone: look -> not ready: NotIdle (8 times)
    end: unknown, dump-failed; account present
    hint: look at the phone before doing anything; the screen could not be read (com.xiaomi.account/.ui.AccountSettingsActivity): look at the phone, close other tools that use it, then run again
    ");
}

#[test]
fn a_known_popup_is_closed() {
    let (_, trace) = walk(
        Script::new().on_tap("account-page", "Sign out", Effect::Go("battery")),
        Case { password: None, ..Case::default() },
    );
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> battery
    observed battery
    screen battery
    step on battery: tap Got it
    phone: tap 'Got it' -> confirm
    screen confirm-sign-out
    step on confirm-sign-out: tap logout_account (mutates)
    phone: tap 'Sign out' -> checking
    observed checking-cloud-data
    screen checking-cloud-data
    phone: look -> probes
    phone: look -> keep-or-remove
    screen keep-or-remove
    step on keep-or-remove: tap micloud_wipe_data_retain (mutates)
    phone: tap 'Keep' -> password
    observed password
    screen password
    end: needs-person, no-password; account present
    hint: the phone asks for the account's password: run again and give it (--password-stdin, or at the prompt)
    ");
}

#[test]
fn a_popup_that_comes_again_and_again() {
    let (phone, trace) = walk(
        Script::new().on_tap("account-page", "Sign out", Effect::Go("battery")).on_tap(
            "battery",
            "Got it",
            Effect::Go("battery"),
        ),
        Case::default(),
    );
    assert_eq!(phone.with(|s| s.taps.len()), 3);
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> battery
    observed battery
    screen battery
    step on battery: tap Got it
    phone: tap 'Got it' -> battery
    step on battery: tap Got it
    phone: tap 'Got it' -> battery
    end: needs-person, unknown-screen; account present
    hint: 'the low battery warning' stays in front: close it on the phone, then run again
    ");
}

#[test]
fn dumps_that_are_not_ready_at_first() {
    let (_, trace) = walk(
        Script::new().faults(When::On("confirm"), Fault::NotReady(NotReady::NullRoot), 3),
        Case { password: None, ..Case::default() },
    );
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> not ready: NullRoot
    observed nothing known
    phone: look -> not ready: NullRoot
    phone: look -> not ready: NullRoot
    phone: look -> confirm
    screen confirm-sign-out
    step on confirm-sign-out: tap logout_account (mutates)
    phone: tap 'Sign out' -> checking
    observed checking-cloud-data
    screen checking-cloud-data
    phone: look -> probes
    phone: look -> keep-or-remove
    screen keep-or-remove
    step on keep-or-remove: tap micloud_wipe_data_retain (mutates)
    phone: tap 'Keep' -> password
    observed password
    screen password
    end: needs-person, no-password; account present
    hint: the phone asks for the account's password: run again and give it (--password-stdin, or at the prompt)
    ");
}

#[test]
fn a_screen_that_cannot_be_read() {
    let (_, trace) = walk(Script::new().faults(When::On("confirm"), Fault::Unreadable, FOREVER), Case::default());
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> unreadable
    observed nothing known
    phone: look -> unreadable (12 times)
    end: unknown, dump-failed; account present
    hint: look at the phone before doing anything; the screen could not be read (com.xiaomi.account/.ui.AccountSettingsActivity): look at the phone, close other tools that use it, then run again
    ");
}

#[test]
fn nothing_can_be_read_before_anything_is_done() {
    let (phone, trace) =
        walk(Script::new().faults(When::On("account-page"), Fault::NotReady(NotReady::Cut), FOREVER), Case::default());
    assert!(phone.with(|s| s.taps.is_empty()));
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> not ready: Cut
    phone: look -> not ready: Cut (3 times)
    step on start: open the account page
    phone: open com.xiaomi.account/.ui.AccountSettingsActivity -> not ready: Cut
    phone: look -> not ready: Cut (3 times)
    step on start: open the account page
    phone: open SETTINGS -> not ready: Cut
    phone: look -> not ready: Cut (7 times)
    step on start: open the account page
    phone: open SETTINGS -> not ready: Cut
    phone: look -> not ready: Cut (7 times)
    step on start: open the account page
    phone: open SETTINGS -> not ready: Cut
    phone: look -> not ready: Cut (7 times)
    step on start: open the account page
    phone: open SETTINGS -> not ready: Cut
    phone: look -> not ready: Cut (7 times)
    end: failed, dump-failed; account present
    hint: the screen could not be read (com.xiaomi.account/.ui.AccountSettingsActivity): look at the phone, close other tools that use it, then run again
    ");
}

#[test]
fn unplugged_before_the_first_tap_and_back() {
    let (_, trace) = walk(
        Script::new().fault(When::On("account-page"), Fault::Before(PhoneError::Gone)),
        Case { password: None, comes_back: 1, ..Case::default() },
    );
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: failed: the phone is not connected
    lost
    back
    phone: look -> account-page
    observed account-page
    screen account-page
    phone: look -> account-page (11 times)
    step on account-page: press home
    phone: key Home -> launcher
    screen launcher
    step on launcher: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> confirm
    observed confirm-sign-out
    screen confirm-sign-out
    step on confirm-sign-out: tap logout_account (mutates)
    phone: tap 'Sign out' -> checking
    observed checking-cloud-data
    screen checking-cloud-data
    phone: look -> probes
    phone: look -> keep-or-remove
    screen keep-or-remove
    step on keep-or-remove: tap micloud_wipe_data_retain (mutates)
    phone: tap 'Keep' -> password
    observed password
    screen password
    end: needs-person, no-password; account present
    hint: the phone asks for the account's password: run again and give it (--password-stdin, or at the prompt)
    ");
}

#[test]
fn unplugged_while_typing_and_back() {
    let (phone, trace) = walk(
        Script::new().fault(When::On("password"), Fault::After(PhoneError::Gone)),
        Case { comes_back: 1, ..Case::default() },
    );
    assert_eq!(phone.with(|s| s.submissions), 1);
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> confirm
    observed confirm-sign-out
    screen confirm-sign-out
    step on confirm-sign-out: tap logout_account (mutates)
    phone: tap 'Sign out' -> checking
    observed checking-cloud-data
    screen checking-cloud-data
    phone: look -> probes
    phone: look -> keep-or-remove
    screen keep-or-remove
    step on keep-or-remove: tap micloud_wipe_data_retain (mutates)
    phone: tap 'Keep' -> password
    observed password
    screen password
    step on password: type password
    phone: tap 'the password field', type a secret
    phone: failed: the phone is not connected
    lost
    back
    phone: look -> password
    screen password-filled
    step on password-filled: type password
    phone: tap 'the password field', clear 13, type a secret -> password
    permit: granted after 0 s
    step on password-filled: submit password (mutates)
    phone: password number 1 submitted
    phone: tap 'OK' -> probes
    observed password-filled
    phone: look -> signing-out
    screen signing-out
    permit: told Accepted
    phone: look -> probes, no account
    screen account-gone
    end: signed-out; account absent
    ");
}

#[test]
fn unplugged_right_after_the_submission_and_back() {
    let (phone, trace) = walk(
        Script::new().fault(When::Tap("OK"), Fault::After(PhoneError::Gone)),
        Case { comes_back: 1, ..Case::default() },
    );
    assert_eq!(phone.with(|s| s.submissions), 1);
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> confirm
    observed confirm-sign-out
    screen confirm-sign-out
    step on confirm-sign-out: tap logout_account (mutates)
    phone: tap 'Sign out' -> checking
    observed checking-cloud-data
    screen checking-cloud-data
    phone: look -> probes
    phone: look -> keep-or-remove
    screen keep-or-remove
    step on keep-or-remove: tap micloud_wipe_data_retain (mutates)
    phone: tap 'Keep' -> password
    observed password
    screen password
    step on password: type password
    phone: tap 'the password field', type a secret -> password
    screen password-filled
    permit: granted after 0 s
    step on password-filled: submit password (mutates)
    phone: password number 1 submitted
    phone: tap 'OK'
    phone: failed: the phone is not connected
    lost
    back
    phone: look -> signing-out
    observed signing-out
    screen signing-out
    permit: told Accepted
    phone: look -> probes
    phone: look -> probes, no account
    screen account-gone
    end: signed-out; account absent
    ");
}

#[test]
fn unplugged_for_good_after_the_submission() {
    let (_, trace) = walk(Script::new().fault(When::Tap("OK"), Fault::After(PhoneError::Gone)), Case::default());
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> confirm
    observed confirm-sign-out
    screen confirm-sign-out
    step on confirm-sign-out: tap logout_account (mutates)
    phone: tap 'Sign out' -> checking
    observed checking-cloud-data
    screen checking-cloud-data
    phone: look -> probes
    phone: look -> keep-or-remove
    screen keep-or-remove
    step on keep-or-remove: tap micloud_wipe_data_retain (mutates)
    phone: tap 'Keep' -> password
    observed password
    screen password
    step on password: type password
    phone: tap 'the password field', type a secret -> password
    screen password-filled
    permit: granted after 0 s
    step on password-filled: submit password (mutates)
    phone: password number 1 submitted
    phone: tap 'OK'
    phone: failed: the phone is not connected
    lost
    permit: told Unknown
    end: unknown, disconnected; account unknown
    hint: look at the phone before doing anything; the phone is not connected: check cable and port, plug it in again, then run again
    ");
}

#[test]
fn unplugged_for_good_before_anything_was_done() {
    let (_, trace) = walk(Script::new().fault(When::Open, Fault::Before(PhoneError::Gone)), Case::default());
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: failed: the phone is not connected
    lost
    end: failed, disconnected; account unknown
    hint: the phone is not connected: check cable and port, plug it in again, then run again
    ");
}

#[test]
fn a_flapping_cable_ends() {
    let (_, trace) = walk(
        Script::new().faults(When::On("launcher"), Fault::Before(PhoneError::Gone), FOREVER),
        Case { comes_back: FOREVER, ..Case::default() },
    );
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: failed: the phone is not connected | lost | back (20 times)
    phone: failed: the phone is not connected
    lost
    end: failed, disconnected; account unknown
    hint: the phone is not connected: check cable and port, plug it in again, then run again
    ");
}

#[test]
fn a_tap_that_hangs_is_not_sent_again() {
    let (phone, trace) = walk(
        Script::new().fault(When::Tap("OK"), Fault::After(PhoneError::Timeout(Duration::from_secs(40)))),
        Case { comes_back: 2, ..Case::default() },
    );
    assert_eq!(phone.with(|s| s.submissions), 1);
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> confirm
    observed confirm-sign-out
    screen confirm-sign-out
    step on confirm-sign-out: tap logout_account (mutates)
    phone: tap 'Sign out' -> checking
    observed checking-cloud-data
    screen checking-cloud-data
    phone: look -> probes
    phone: look -> keep-or-remove
    screen keep-or-remove
    step on keep-or-remove: tap micloud_wipe_data_retain (mutates)
    phone: tap 'Keep' -> password
    observed password
    screen password
    step on password: type password
    phone: tap 'the password field', type a secret -> password
    screen password-filled
    permit: granted after 0 s
    step on password-filled: submit password (mutates)
    phone: password number 1 submitted
    phone: tap 'OK'
    phone: failed: the phone did not answer within 40 s
    lost
    back
    phone: look -> signing-out
    observed signing-out
    screen signing-out
    permit: told Accepted
    phone: look -> probes
    phone: look -> probes, no account
    screen account-gone
    end: signed-out; account absent
    ");
}

#[test]
fn the_key_of_this_computer_is_withdrawn() {
    let (_, trace) = walk(Script::new().fault(When::Open, Fault::Before(PhoneError::Unauthorized)), Case::default());
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: failed: the phone has not allowed USB debugging from this computer
    lost
    end: needs-person, unauthorized; account unknown
    hint: accept 'Allow USB debugging?' on the phone (tick 'Always allow'), then run again
    ");
}

/// What was refused was not done: nothing was submitted, and no other phone is stopped.
#[test]
fn the_input_switch_goes_off_midway() {
    let (phone, trace) = walk(Script::new().fault(When::Tap("OK"), Fault::Refused), Case::default());
    assert_eq!(phone.with(|s| s.submissions), 0);
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> confirm
    observed confirm-sign-out
    screen confirm-sign-out
    step on confirm-sign-out: tap logout_account (mutates)
    phone: tap 'Sign out' -> checking
    observed checking-cloud-data
    screen checking-cloud-data
    phone: look -> probes
    phone: look -> keep-or-remove
    screen keep-or-remove
    step on keep-or-remove: tap micloud_wipe_data_retain (mutates)
    phone: tap 'Keep' -> password
    observed password
    screen password
    step on password: type password
    phone: tap 'the password field', type a secret -> password
    screen password-filled
    permit: granted after 0 s
    step on password-filled: submit password (mutates)
    phone: look -> input refused
    observed password-filled
    permit: told NotSubmitted
    end: needs-person, input-not-allowed; account present
    hint: turn on Developer options > USB debugging (Security settings) on the phone, then run again
    ");
}

#[test]
fn no_way_in_works() {
    let (phone, trace) = walk(Script::new().faults(When::Open, Fault::CannotOpen, FOREVER), Case::default());
    assert!(phone.with(|s| s.taps.is_empty()));
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page | phone: look -> cannot open (3 times)
    phone: look -> launcher
    screen launcher
    phone: look -> launcher
    step on launcher: open the account page
    phone: look -> cannot open
    phone: look -> launcher
    phone: look -> launcher
    step on launcher: open the account page
    phone: look -> cannot open
    phone: look -> launcher
    phone: look -> launcher
    step on launcher: open the account page
    phone: look -> cannot open
    phone: look -> launcher
    phone: look -> launcher
    end: needs-person, unknown-screen; account present
    hint: the Mi / Xiaomi Account page could not be opened: open Settings > Mi / Xiaomi Account on the phone, look what is there, then run again
    ");
}

#[test]
fn somebody_else_removes_the_account() {
    let (_, trace) = walk(Script::new().fault(When::On("keep-or-remove"), Fault::Removed), Case::default());
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> confirm
    observed confirm-sign-out
    screen confirm-sign-out
    step on confirm-sign-out: tap logout_account (mutates)
    phone: tap 'Sign out' -> checking
    observed checking-cloud-data
    screen checking-cloud-data
    phone: look -> probes
    phone: look -> keep-or-remove
    screen keep-or-remove
    step on keep-or-remove: tap micloud_wipe_data_retain (mutates)
    phone: tap 'Keep' -> probes, no account
    observed account-gone
    screen account-gone
    end: signed-out; account absent
    ");
}

#[test]
fn accounts_that_cannot_be_read_are_no_proof() {
    let (_, trace) = walk(
        Script::new().on_tap("keep-or-remove", "Keep", Effect::Go("keep-or-remove")).faults(
            When::On("keep-or-remove"),
            Fault::NoAccounts,
            FOREVER,
        ),
        Case::default(),
    );
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> confirm
    observed confirm-sign-out
    screen confirm-sign-out
    step on confirm-sign-out: tap logout_account (mutates)
    phone: tap 'Sign out' -> checking
    observed checking-cloud-data
    screen checking-cloud-data
    phone: look -> probes
    phone: look -> keep-or-remove
    screen keep-or-remove
    step on keep-or-remove: tap micloud_wipe_data_retain (mutates)
    phone: tap 'Keep' -> keep-or-remove
    observed keep-or-remove
    phone: look -> keep-or-remove (11 times)
    step on keep-or-remove: press home
    phone: key Home -> launcher
    screen launcher
    step on launcher: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> confirm
    observed confirm-sign-out
    screen confirm-sign-out
    step on confirm-sign-out: tap logout_account (mutates)
    phone: tap 'Sign out' -> checking
    observed checking-cloud-data
    screen checking-cloud-data
    phone: look -> probes
    phone: look -> keep-or-remove
    screen keep-or-remove
    step on keep-or-remove: tap micloud_wipe_data_retain (mutates)
    phone: tap 'Keep' -> keep-or-remove
    observed keep-or-remove
    phone: look -> keep-or-remove (11 times)
    step on keep-or-remove: press home
    phone: key Home -> launcher
    screen launcher
    step on launcher: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> confirm
    observed confirm-sign-out
    screen confirm-sign-out
    step on confirm-sign-out: tap logout_account (mutates)
    phone: tap 'Sign out' -> checking
    observed checking-cloud-data
    screen checking-cloud-data
    phone: look -> probes
    phone: look -> keep-or-remove
    screen keep-or-remove
    step on keep-or-remove: tap micloud_wipe_data_retain (mutates)
    phone: tap 'Keep' -> keep-or-remove
    observed keep-or-remove
    phone: look -> keep-or-remove (11 times)
    end: unknown, timeout; account unknown
    hint: look at the phone before doing anything; the phone stayed on 'the question what becomes of synced data' after it was answered: look at it, then run again
    ");
}

#[test]
fn interrupted_before_anything_was_done() {
    let (phone, trace) = walk(Script::new(), Case { interrupt_on: Some("account-page"), ..Case::default() });
    assert!(phone.with(|s| s.taps.is_empty()));
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    end: failed, timeout; account present
    hint: the run was interrupted; run again to go on
    ");
}

/// The phone waits for an answer, so that the account is proven to be still there.
#[test]
fn interrupted_at_a_question() {
    let (_, trace) = walk(Script::new(), Case { interrupt_on: Some("keep-or-remove"), ..Case::default() });
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> confirm
    observed confirm-sign-out
    screen confirm-sign-out
    step on confirm-sign-out: tap logout_account (mutates)
    phone: tap 'Sign out' -> checking
    observed checking-cloud-data
    screen checking-cloud-data
    phone: look -> probes
    phone: look -> keep-or-remove
    screen keep-or-remove
    phone: look -> probes
    end: failed, still-signed-in; account present
    hint: the account is still there; the run was interrupted; run again to go on
    ");
}

/// The account is there, and may be gone in a moment.
#[test]
fn interrupted_while_the_phone_signs_out() {
    let (_, trace) = walk(
        Script::new().on_tap("password", "OK", Effect::Check("endless", "wrong")),
        Case { interrupt_on: Some("signing-out"), ..Case::default() },
    );
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> confirm
    observed confirm-sign-out
    screen confirm-sign-out
    step on confirm-sign-out: tap logout_account (mutates)
    phone: tap 'Sign out' -> checking
    observed checking-cloud-data
    screen checking-cloud-data
    phone: look -> probes
    phone: look -> keep-or-remove
    screen keep-or-remove
    step on keep-or-remove: tap micloud_wipe_data_retain (mutates)
    phone: tap 'Keep' -> password
    observed password
    screen password
    step on password: type password
    phone: tap 'the password field', type a secret -> password
    screen password-filled
    permit: granted after 0 s
    step on password-filled: submit password (mutates)
    phone: password number 1 submitted
    phone: tap 'OK' -> probes
    observed password-filled
    phone: look -> endless
    screen signing-out
    permit: told Accepted
    phone: look -> probes
    end: unknown, timeout; account present
    hint: look at the phone before doing anything; the run was interrupted; run again to go on
    ");
}

/// The last look finds the proof.
#[test]
fn interrupted_when_the_phone_is_about_to_be_signed_out() {
    let (_, trace) = walk(Script::new(), Case { interrupt_on: Some("signing-out"), ..Case::default() });
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> confirm
    observed confirm-sign-out
    screen confirm-sign-out
    step on confirm-sign-out: tap logout_account (mutates)
    phone: tap 'Sign out' -> checking
    observed checking-cloud-data
    screen checking-cloud-data
    phone: look -> probes
    phone: look -> keep-or-remove
    screen keep-or-remove
    step on keep-or-remove: tap micloud_wipe_data_retain (mutates)
    phone: tap 'Keep' -> password
    observed password
    screen password
    step on password: type password
    phone: tap 'the password field', type a secret -> password
    screen password-filled
    permit: granted after 0 s
    step on password-filled: submit password (mutates)
    phone: password number 1 submitted
    phone: tap 'OK' -> probes
    observed password-filled
    phone: look -> signing-out
    screen signing-out
    permit: told Accepted
    phone: look -> probes, no account
    end: signed-out; account absent
    ");
}

#[test]
fn the_time_is_up_before_anything_was_done() {
    let (phone, trace) = walk(Script::new(), Case { deadline: Duration::from_secs(1), ..Case::default() });
    assert!(phone.with(|s| s.taps.is_empty()));
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    end: failed, timeout; account present
    hint: the phone's time was up: run again with a longer --timeout
    ");
}

#[test]
fn the_time_is_up_while_the_phone_signs_out() {
    let (_, trace) = walk(
        Script::new().on_tap("confirm", "Sign out", Effect::Go("endless")),
        Case { deadline: Duration::from_secs(20), ..Case::default() },
    );
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> confirm
    observed confirm-sign-out
    screen confirm-sign-out
    step on confirm-sign-out: tap logout_account (mutates)
    phone: tap 'Sign out' -> endless
    observed signing-out
    screen signing-out
    phone: look -> probes | phone: look -> endless (3 times)
    phone: look -> probes
    phone: look -> probes
    end: unknown, timeout; account present
    hint: look at the phone before doing anything; the phone's time was up: run again with a longer --timeout
    ");
}

#[test]
fn the_account_is_stopped() {
    let (phone, trace) = walk(Script::new(), Case { permit: None, ..Case::default() });
    assert_eq!(phone.with(|s| s.submissions), 0);
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> confirm
    observed confirm-sign-out
    screen confirm-sign-out
    step on confirm-sign-out: tap logout_account (mutates)
    phone: tap 'Sign out' -> checking
    observed checking-cloud-data
    screen checking-cloud-data
    phone: look -> probes
    phone: look -> keep-or-remove
    screen keep-or-remove
    step on keep-or-remove: tap micloud_wipe_data_retain (mutates)
    phone: tap 'Keep' -> password
    observed password
    screen password
    step on password: type password
    phone: tap 'the password field', type a secret -> password
    screen password-filled
    permit: stopped
    end: needs-person, account-stopped; account present
    hint: another phone of this account was refused
    ");
}

/// Its own time stands still meanwhile.
#[test]
fn a_phone_that_waited_for_its_turn_looks_again() {
    let (phone, trace) = walk(Script::new(), Case { permit: Some(Duration::from_secs(400)), ..Case::default() });
    assert_eq!(phone.with(|s| s.submissions), 1);
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> confirm
    observed confirm-sign-out
    screen confirm-sign-out
    step on confirm-sign-out: tap logout_account (mutates)
    phone: tap 'Sign out' -> checking
    observed checking-cloud-data
    screen checking-cloud-data
    phone: look -> probes
    phone: look -> keep-or-remove
    screen keep-or-remove
    step on keep-or-remove: tap micloud_wipe_data_retain (mutates)
    phone: tap 'Keep' -> password
    observed password
    screen password
    step on password: type password
    phone: tap 'the password field', type a secret -> password
    screen password-filled
    permit: granted after 400 s
    phone: look -> password
    step on password-filled: submit password (mutates)
    phone: password number 1 submitted
    phone: tap 'OK' -> probes
    observed password-filled
    phone: look -> signing-out
    screen signing-out
    permit: told Accepted
    phone: look -> probes, no account
    screen account-gone
    end: signed-out; account absent
    ");
}

/// The field is cleared and typed into first.
#[test]
fn a_password_that_somebody_else_typed_is_not_submitted() {
    let (phone, trace) = walk(
        Script::new().at("password").holds(13),
        Case { progress: done(&["account-page"], false), ..Case::default() },
    );
    assert_eq!(phone.with(|s| s.submissions), 1);
    insta::assert_snapshot!(trace, @r"
    phone: look -> password
    screen password-filled
    step on password-filled: type password
    phone: tap 'the password field', clear 13, type a secret -> password
    permit: granted after 0 s
    step on password-filled: submit password (mutates)
    phone: password number 1 submitted
    phone: tap 'OK' -> probes
    observed password-filled
    phone: look -> signing-out
    screen signing-out
    permit: told Accepted
    phone: look -> probes, no account
    screen account-gone
    end: signed-out; account absent
    ");
}

/// However long the phone waited for its turn before.
#[test]
fn a_slow_page_counts_from_the_tap() {
    let script = Script::new().fault(When::Tap("OK"), Fault::Dropped);
    let (_, trace) = walk(script, Case { permit: Some(Duration::from_secs(400)), ..Case::default() });
    assert!(trace.contains("phone: look -> password (11 times)"), "{trace}");
}

/// The phone closed the account page by itself: it is opened again, a bounded number of times.
#[test]
fn an_account_app_that_closes_is_opened_again() {
    let script = Script::new().on_tap("account-page", "Sign out", Effect::Go("launcher"));
    let (phone, trace) = walk(script, Case::default());
    assert_eq!(phone.with(|s| s.taps.len()), 3);
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> launcher
    observed launcher
    screen launcher
    phone: look -> launcher (12 times)
    step on launcher: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> launcher
    observed launcher
    screen launcher
    phone: look -> launcher (12 times)
    step on launcher: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> launcher
    observed launcher
    screen launcher
    phone: look -> launcher (12 times)
    end: failed, still-signed-in; account present
    hint: the account is still there; the phone went back to its home screen: look at it, then run again
    ");
}

/// A password that a person typed and the phone refused is no verdict on the owner's.
#[test]
fn a_refusal_that_is_not_ours() {
    let (_, trace) = walk(Script::new().on_tap("account-page", "Sign out", Effect::Go("wrong")), Case::default());
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> wrong
    observed wrong-password
    screen wrong-password
    step on wrong-password: press back
    phone: key Back -> wrong
    step on wrong-password: press back
    phone: key Back -> wrong
    end: needs-person, unknown-screen; account present
    hint: the phone refused a password that this program did not submit: look at the phone, bring it back to the home screen, then run again
    ");
}

/// The verdict on what was submitted before a crash stops the account all the same.
#[test]
fn a_refusal_that_is_seen_after_a_crash() {
    let progress = done(&["account-page", "password-filled"], true);
    let (_, trace) = walk(Script::new().at("wrong"), Case { progress, ..Case::default() });
    insta::assert_snapshot!(trace, @r"
    phone: look -> wrong
    screen wrong-password
    permit: told Rejected
    end: rejected, wrong-password; account present
    hint: the phone refused the password: check it at account.xiaomi.com before trying again; several wrong ones lock the account
    ");
}
