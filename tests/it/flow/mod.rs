//! Whole walks with a scripted phone, as text: what the engine decided, what the phone was told, how it ended.

mod ends;
mod losses;
mod passwords;
mod screens;
mod ways;
mod web;

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use mi_signout::event::{Event, EventKind, Progress};
use mi_signout::flow::{
    Engine, Password, Patience, Permit, Setup, StepRecorder, SubmitPermit, Unrecorded, VerdictSeen, Walk,
};
use mi_signout::model::{AccountId, Secret, Serial};
use mi_signout::phone::{NotReady, Phone, PhoneError};
use mi_signout::profile::Options;

use crate::support::scripted::{Effect, Fault, Script, ScriptedPhone, When, profile};

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
    /// How long the records of the first mutating steps take; later ones take no time.
    records_take: &'static [Duration],
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
            records_take: &[],
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

/// A record that is sometimes slow.
struct SlowRecord<'a> {
    phone: &'a ScriptedPhone,
    takes: Cell<&'static [Duration]>,
}

impl StepRecorder for SlowRecord<'_> {
    fn before(&self, _: &str, _: &str, _: &Progress) -> Result<(), Unrecorded> {
        let Some((takes, later)) = self.takes.get().split_first() else { return Ok(()) };
        self.takes.set(later);
        self.phone.with(|s| {
            s.time += *takes;
            s.log.push(format!("record: written after {} s", takes.as_secs()));
        });
        Ok(())
    }

    fn observed(&self, _: &Progress) {}
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

/// How most walks begin. The trace of one that does says so in a line instead.
const USUAL: &[&str] = &[
    "step on start: open the account page",
    "phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page",
    "screen account-page",
    "step on account-page: tap logout_btn (mutates)",
    "phone: tap 'Sign out' -> confirm",
    "observed confirm-sign-out",
    "screen confirm-sign-out",
    "step on confirm-sign-out: tap logout_account (mutates)",
    "phone: tap 'Sign out' -> checking",
    "observed checking-cloud-data",
    "screen checking-cloud-data",
    "phone: look -> probes",
    "phone: look -> keep-or-remove",
    "screen keep-or-remove",
    "step on keep-or-remove: tap retain_button (mutates)",
    "phone: tap 'Keep' -> password",
    "observed password",
    "screen password",
    "step on password: type password",
    "phone: tap 'the password field', type a secret -> password",
    "screen password-filled",
];

/// The trace with its usual beginning, up to a screen, in one line.
fn without_usual_beginning(trace: &str) -> String {
    let lines: Vec<&str> = trace.lines().collect();
    let same = USUAL.iter().zip(&lines).take_while(|(usual, line)| usual == line).count();
    match USUAL[..same].iter().rposition(|line| line.starts_with("screen ")) {
        // A beginning of a few lines is read as quickly.
        Some(last) if last >= 6 => {
            [&[format!("(as usual to {})", USUAL[last]).as_str()], &lines[last + 1..]].concat().join("\n")
        }
        _ => trace.to_owned(),
    }
}

/// Walks, and gives the phone and the trace without its usual beginning.
fn walk(script: Script, case: Case) -> (ScriptedPhone, String) {
    let (phone, trace) = walk_in_full(script, case);
    (phone, without_usual_beginning(&trace))
}

/// Walks, and gives the phone and the whole trace.
fn walk_in_full(script: Script, case: Case) -> (ScriptedPhone, String) {
    let phone = ScriptedPhone::new(script);
    let secret = case.password.map(|text| Secret::new(text.to_owned()));
    let password = secret.as_ref().map_or(Password::None, |s| Password::Given { chars: s.chars() });
    let setup = Setup {
        profile: profile(),
        options: Options::default(),
        password,
        dry_run: case.dry_run,
        locale: "en-US",
        patience: Patience::default(),
        hides_passwords: false,
    };
    let mut engine = Engine::new(setup, case.progress);
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
        recorder: &SlowRecord { phone: &phone, takes: Cell::new(case.records_take) },
        check: &|_| Ok(mi_signout::flow::Checked::default()),
        waits_for_person: false,
        deadline: Cell::new(began + case.deadline),
        interrupted: &interrupted,
        has_cheap_look: false,
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
