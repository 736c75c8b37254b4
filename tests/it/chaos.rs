//! Chaos: phones, languages, speeds and faults drawn at random, several phones at once, some of one account. Whatever is drawn, the
//! invariants hold.
//!
//! `MI_SIGNOUT_TEST_CHAOS=N` runs N of them (`tests/run --chaos N`), `MI_SIGNOUT_TEST_CHAOS_FROM=S` from that seed on, and
//! `MI_SIGNOUT_TEST_CHAOS_SEED=S` one alone, with everything that was told.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use mi_signout::profile::Catalog;
use phone_sim::labels;
use phone_sim::phone::{Branch, Fault, Generation, LockKind, PhoneSpec, SimPhone, Stage};
use phone_sim::screens::ScreenId as S;

use crate::support::device_lab::{DeviceLab, LabPhone, trace};
use crate::support::invariants::violations;

/// Runs where nobody says how many.
const RUNS: u64 = 300;
/// Runs at once, unless `MI_SIGNOUT_TEST_CHAOS_JOBS` says otherwise. Most of a run is waiting.
const AT_ONCE: u64 = 16;

/// Numbers that look drawn, the same for the same seed: `SplitMix64`.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    fn below(&mut self, end: usize) -> usize {
        (self.roll() % end as u64) as usize
    }

    /// Whether something happens that does so often in a hundred times.
    fn percent(&mut self, often: usize) -> bool {
        self.below(100) < often
    }

    fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }

    fn upto(&mut self, most: u32) -> u32 {
        1 + self.below(most as usize) as u32
    }

    fn ms(&mut self, from: u64, to: u64) -> u64 {
        from + self.roll() % (to - from)
    }

    fn fault(&mut self) -> Fault {
        match self.below(33) {
            0 => Fault::CableOut { back_after: None },
            1 | 2 => Fault::CableOut { back_after: Some(self.ms(500, 20_000)) },
            3 => Fault::Reboot { takes: self.ms(5_000, 30_000) },
            4 => Fault::CommandHangs(self.upto(2)),
            5 => Fault::DumpNotIdle(self.upto(4)),
            6 => Fault::DumpNullRoot(self.upto(5)),
            7 => Fault::DumpKilled(self.upto(5)),
            8 => Fault::DumpNoisy(self.upto(5)),
            9 | 10 => Fault::DumpStale(self.upto(3)),
            11 => Fault::DumpCut(self.upto(5)),
            12 => Fault::DumpEmpty(self.upto(5)),
            13 => Fault::KnownPopup,
            14 => Fault::UnknownPopup,
            15 => Fault::IncomingCall,
            16 => Fault::Anr,
            17 => Fault::CrashToLauncher,
            18 => Fault::Toast { lasts: self.ms(500, 8_000) },
            19 => Fault::ScreenOff,
            20 => Fault::PinLock,
            21 => Fault::SlowPage(self.ms(500, 15_000)),
            22 => Fault::TapDropped(self.upto(2)),
            23 => Fault::SpinnerFor(self.ms(3_000, 60_000)),
            24 => Fault::NetworkLost,
            25 => Fault::GateClosed,
            26 => Fault::GateSilent,
            27 | 28 => Fault::SecureKeyboard(self.upto(12)),
            29 => Fault::KeysSwallowed,
            30 => Fault::AutofillBubble,
            31 => Fault::AutofillSave,
            _ => Fault::DiskFull,
        }
    }

    fn phone(&mut self, seed: u64, place: usize) -> PhoneSpec {
        let generation = self.of(&[
            Generation::Miui9,
            Generation::Miui10,
            Generation::Miui11,
            Generation::Miui12,
            Generation::Miui125,
            Generation::Miui13,
            Generation::Miui14,
            Generation::Miui14,
            Generation::HyperOs1,
            Generation::HyperOs2,
            Generation::HyperOs3,
            Generation::HyperOs4,
        ]);
        let language = self.of(&labels::languages());
        let mut spec = PhoneSpec::of(generation).language(language).serial(&format!("chaos{seed}x{place}"));
        spec.scale = self.of(&[0.008, 0.015, 0.025]);
        spec.find_device = self.percent(80);
        spec.synced_data = self.percent(80);
        spec.button_below_fold = self.percent(50);
        spec.keyboard_opens = self.percent(30);
        spec.crossed_buttons = self.percent(30);
        spec.status_bar = self.percent(50);
        spec.shows_password_length = self.percent(92);
        spec.keyguard = self.of(&[LockKind::None, LockKind::None, LockKind::None, LockKind::Swipe]);
        let turns = [
            Branch::Captcha,
            Branch::SecondFactor,
            Branch::IdentityCheck,
            Branch::WebPassword,
            Branch::NativePassword,
            Branch::PasswordFirst,
            Branch::PasswordChangedRecently,
            Branch::FindDeviceFails,
            Branch::FindDevicePasswordAgain,
            Branch::SignOutFails,
            Branch::ServerError,
            Branch::FindDeviceSpinner,
            Branch::WrongPasswordDialog,
            Branch::EndsOnSignIn,
        ];
        while self.percent(25) {
            let turn = self.of(&turns);
            spec = spec.with(turn);
        }
        spec
    }
}

/// Everything that one seed draws.
struct Drawn {
    phones: Vec<SimPhone>,
    kills_server: bool,
    words: String,
}

fn draw(seed: u64) -> Drawn {
    let mut dice = Dice(seed);
    let count = dice.of(&[1, 1, 1, 1, 1, 1, 2, 2, 2, 3]);
    let (one_account, wrong) = (dice.percent(50), dice.percent(12));
    let kills_server = dice.percent(6);
    let (mut phones, mut words) = (Vec::new(), String::new());
    for place in 0..count {
        let mut spec = dice.phone(seed, place);
        let account = if one_account { 0 } else { place };
        spec.account = Some(format!("62300{account}1{}535", seed % 1000));
        // Of one account, all have the same password, right or wrong.
        spec.believed_password = wrong.then(|| "Owner-pass 2".to_owned());
        write!(words, "{} {} {} {:?};", spec.serial, spec.generation.name(), spec.language, spec.branches).unwrap();
        let phone = SimPhone::new(spec);
        for _ in 0..dice.upto(3) {
            // Early stages are reached more often.
            let stage = Stage::ALL[dice.below(7).min(dice.below(8))];
            let fault = dice.fault();
            write!(words, " {fault:?} at {stage:?};").unwrap();
            phone.on(stage, fault);
        }
        if kills_server && place == 0 {
            let stage = dice.of(&Stage::ALL);
            write!(words, " ServerKilled at {stage:?};").unwrap();
            phone.on(stage, Fault::ServerKilled);
        }
        words.push('\n');
        phones.push(phone);
    }
    Drawn { phones, kills_server, words }
}

/// What one run showed.
#[derive(Default)]
struct Shown {
    /// Kind of fault → stage of the sign-out that its phone reached → how often.
    reached: BTreeMap<(String, &'static str), u64>,
    outcomes: BTreeMap<String, u64>,
    faults: u64,
    wrong: Vec<String>,
}

fn run(seed: u64, shared: &DeviceLab, catalog: &Catalog, loud: bool) -> Shown {
    let drawn = draw(seed);
    let own = drawn.kills_server.then(DeviceLab::new);
    let lab = own.as_ref().unwrap_or(shared);
    let units: Vec<LabPhone> = drawn.phones.iter().map(|phone| lab.put(phone)).collect();
    let ran = lab.sign_out(&units, catalog);
    // What was under way when a row was written has time to end, so that a row that said too little is found out.
    for unit in &units {
        std::thread::sleep(unit.phone.clock().host(8_000));
    }
    let mut shown = Shown::default();
    for (unit, row) in units.iter().zip(&ran.rows) {
        let found = violations(unit, row);
        shown.wrong.extend(found.into_iter().map(|what| format!("{}: {what}", unit.phone.serial())));
        if row.hint.as_deref().is_some_and(|hint| hint.contains("a bug")) {
            shown.wrong.push(format!("{}: panicked", unit.phone.serial()));
        }
        let reason = row.reason.map(|r| format!(": {r}")).unwrap_or_default();
        *shown.outcomes.entry(format!("{}{reason}", row.outcome)).or_default() += 1;
        shown.note(unit);
    }
    shown.wrong.extend(wrong_submissions(&units));
    if own.is_some() && !lab.bystander_commands().is_empty() {
        shown.wrong.push("a phone that nobody chose was touched".into());
    }
    if loud {
        println!("{}", drawn.words);
        for (unit, row) in units.iter().zip(&ran.rows) {
            println!("{row:?}\n{}", trace(&ran, &unit.phone));
        }
    }
    if !shown.wrong.is_empty() {
        shown.wrong.push(drawn.words);
    }
    lab.take(units);
    shown
}

/// One account's wrong password goes out once, whatever number of phones has it.
fn wrong_submissions(units: &[LabPhone]) -> Vec<String> {
    let mut by_account: BTreeMap<&str, usize> = BTreeMap::new();
    for unit in units {
        let wrong = unit.phone.record().submissions.iter().filter(|s| !s.right).count();
        *by_account.entry(unit.phone.spec().account.as_deref().unwrap()).or_default() += wrong;
    }
    let often = by_account.iter().filter(|(_, wrong)| **wrong > 1);
    often.map(|(account, wrong)| format!("account {account}: {wrong} wrong submissions")).collect()
}

const REACHED: [&str; 6] = ["nothing", "account page", "data choice", "password", "signing out", "signed out"];

impl Shown {
    fn note(&mut self, unit: &LabPhone) {
        let record = unit.phone.record();
        let visited: BTreeSet<S> = record.screens.iter().map(|(_, screen)| *screen).collect();
        let reached = if !record.removals.is_empty() {
            5
        } else if visited.contains(&S::SigningOut) {
            4
        } else if visited.iter().any(|s| s.is_password()) {
            3
        } else if visited.contains(&S::KeepRemove) {
            2
        } else {
            usize::from(visited.contains(&S::AccountPage))
        };
        for (_, _, fault) in &record.faults {
            let kind = format!("{fault:?}").split(['(', ' ']).next().unwrap().to_owned();
            *self.reached.entry((kind, REACHED[reached])).or_default() += 1;
            self.faults += 1;
        }
    }

    fn add(&mut self, other: Self) {
        for (key, count) in other.reached {
            *self.reached.entry(key).or_default() += count;
        }
        for (key, count) in other.outcomes {
            *self.outcomes.entry(key).or_default() += count;
        }
        self.faults += other.faults;
        self.wrong.extend(other.wrong);
    }

    fn table(&self) -> String {
        let mut text = format!("| fault that fired | {} |\n|{}\n", REACHED.join(" | "), "---|".repeat(7));
        let kinds: BTreeSet<&String> = self.reached.keys().map(|(kind, _)| kind).collect();
        for kind in kinds {
            let count = |at: &&'static str| self.reached.get(&(kind.clone(), *at)).copied().unwrap_or(0).to_string();
            writeln!(text, "| {kind} | {} |", REACHED.iter().map(count).collect::<Vec<_>>().join(" | ")).unwrap();
        }
        text.push_str("\n| outcome | phones |\n|---|---|\n");
        for (outcome, count) in &self.outcomes {
            writeln!(text, "| {outcome} | {count} |").unwrap();
        }
        text
    }
}

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")))
}

#[test]
fn whatever_goes_wrong_the_invariants_hold() {
    let alone = number("MI_SIGNOUT_TEST_CHAOS_SEED");
    let first = alone.or_else(|| number("MI_SIGNOUT_TEST_CHAOS_FROM")).unwrap_or(1);
    let runs = if alone.is_some() { 1 } else { number("MI_SIGNOUT_TEST_CHAOS").unwrap_or(RUNS) };
    let (lab, catalog) = (DeviceLab::new(), Catalog::builtin().unwrap());
    let (next, fired) = (AtomicU64::new(first), AtomicU64::new(0));
    let all = Mutex::new(Shown::default());
    std::thread::scope(|scope| {
        for _ in 0..number("MI_SIGNOUT_TEST_CHAOS_JOBS").unwrap_or(AT_ONCE) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + runs {
                        break;
                    }
                    let mut shown = run(seed, &lab, &catalog, alone.is_some());
                    fired.fetch_add(u64::from(shown.faults > 0), Ordering::Relaxed);
                    if !shown.wrong.is_empty() {
                        let again =
                            format!("MI_SIGNOUT_TEST_CHAOS_SEED={seed} cargo test --test it chaos:: -- --nocapture");
                        shown.wrong.insert(0, again);
                        eprintln!("{}", shown.wrong.join("\n"));
                    }
                    all.lock().unwrap_or_else(PoisonError::into_inner).add(shown);
                }
            });
        }
    });
    let all = all.into_inner().unwrap();
    let fired = fired.into_inner();
    println!("{}\n{runs} runs from seed {first}; in {fired} of them a fault fired, {} in all", all.table(), all.faults);
    assert!(all.wrong.is_empty(), "\n{}", all.wrong.join("\n"));
    assert!(alone.is_some() || fired * 10 >= runs * 9, "only {fired} of {runs} runs had a fault");
    assert_eq!(lab.bystander_commands(), Vec::<Vec<String>>::new(), "a phone that nobody chose was touched");
}
