//! Every fault at every stage of a sign-out, through a real adb server: one expected outcome for each cell, written here
//! before it was run, and the invariants asked of the phone's own record. The table is printed, and kept in `docs/faults.md`.
//!
//! `MI_SIGNOUT_TEST_CELL="cable out" cargo test --test it fault_matrix` runs the rows of that name only and prints what was told.
//! `MI_SIGNOUT_TEST_BLESS=1` writes the document anew.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use mi_signout::event::EventKind;
use mi_signout::model::{Outcome, Reason, ResultRow};
use mi_signout::profile::Catalog;
use phone_sim::phone::{Fault, LockKind, PhoneSpec, SimPhone, Stage};

use crate::support::device_lab::{DeviceLab, Run, SCALE, trace};
use crate::support::invariants::violations;
use crate::support::record_files::{File, RecordFiles};

/// Cells at once. Most of a cell is waiting.
const AT_ONCE: usize = 16;

/// What a cell has to end as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ends {
    /// `signed-out`.
    Out,
    /// `failed`, `disconnected`: nothing was changed.
    Lost,
    /// `unknown`, `disconnected`: the sign-out had begun.
    Unknown,
    /// `failed`, `still-signed-in`: the password was submitted, and is not submitted twice.
    Still,
    /// `needs-person`, `unknown-screen`.
    Page,
    /// `needs-person`, `screen-locked`.
    Locked,
    /// `needs-person`, `input-not-allowed`.
    Input,
    /// `needs-person`, `password-not-typeable`.
    Typing,
    /// `needs-person`, `account-stopped`.
    Stopped,
    /// `blocked`, `no-network`.
    Network,
}

impl Ends {
    fn row(self) -> (Outcome, Option<Reason>) {
        match self {
            Self::Out => (Outcome::SignedOut, None),
            Self::Lost => (Outcome::Failed, Some(Reason::Disconnected)),
            Self::Unknown => (Outcome::Unknown, Some(Reason::Disconnected)),
            Self::Still => (Outcome::Failed, Some(Reason::StillSignedIn)),
            Self::Page => (Outcome::NeedsPerson, Some(Reason::UnknownScreen)),
            Self::Locked => (Outcome::NeedsPerson, Some(Reason::ScreenLocked)),
            Self::Input => (Outcome::NeedsPerson, Some(Reason::InputNotAllowed)),
            Self::Typing => (Outcome::NeedsPerson, Some(Reason::PasswordNotTypeable)),
            Self::Stopped => (Outcome::NeedsPerson, Some(Reason::AccountStopped)),
            Self::Network => (Outcome::Blocked, Some(Reason::NoNetwork)),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Out => "signed-out",
            Self::Lost => "failed: disconnected",
            Self::Unknown => "unknown: disconnected",
            Self::Still => "failed: still-signed-in",
            Self::Page => "needs-person: unknown-screen",
            Self::Locked => "needs-person: screen-locked",
            Self::Input => "needs-person: input-not-allowed",
            Self::Typing => "needs-person: password-not-typeable",
            Self::Stopped => "needs-person: account-stopped",
            Self::Network => "blocked: no-network",
        }
    }
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrong {
    /// On the phone, or on the way to it.
    Phone(Fault),
    /// On this computer: a file of the record can't be written any more.
    Record(File),
}

/// One fault, what it has to end as at each stage of [`Stage::ALL`], and why.
struct Row {
    name: &'static str,
    wrong: Wrong,
    ends: [Ends; 7],
    why: &'static str,
}

const fn row(name: &'static str, fault: Fault, ends: [Ends; 7], why: &'static str) -> Row {
    Row { name, wrong: Wrong::Phone(fault), ends, why }
}

const fn record(name: &'static str, file: File, ends: [Ends; 7], why: &'static str) -> Row {
    Row { name, wrong: Wrong::Record(file), ends, why }
}

use Ends::{Input, Locked, Lost, Network, Out, Page, Still, Stopped, Typing, Unknown};

const MENDS: [Ends; 7] = [Out; 7];

#[rustfmt::skip]
static MATRIX: &[Row] = &[
    row("cable out and back", Fault::CableOut { back_after: Some(4000) }, MENDS,
        "mi-signout waits for the phone, looks at it, and continues"),
    row("cable out for good", Fault::CableOut { back_after: None }, [Lost, Lost, Unknown, Unknown, Unknown, Unknown, Unknown],
        "after the tap on the sign-out button the end is unknown"),
    row("adb server killed, started again", Fault::ServerKilled, MENDS, "as a cable that is out and back"),
    row("phone reboots", Fault::Reboot { takes: 8000 }, [Out, Out, Out, Out, Still, Still, Out],
        "the sign-out starts anew; after the confirm the password is not submitted again"),
    row("command hangs", Fault::CommandHangs(1), MENDS, "given up, and looked at again; nothing is tapped twice"),
    row("dump: not idle, 3 times", Fault::DumpNotIdle(3), MENDS, "looked at again"),
    row("dump: null root, 3 times", Fault::DumpNullRoot(3), MENDS, "looked at again"),
    row("dump: killed, 3 times", Fault::DumpKilled(3), MENDS, "looked at again"),
    row("dump: good file, exit 1, stack trace", Fault::DumpNoisy(3), MENDS, "only the content of the file counts"),
    row("dump: stale file", Fault::DumpStale(1), MENDS, "the window in front is another one"),
    row("dump: cut XML, 3 times", Fault::DumpCut(3), MENDS, "looked at again"),
    row("dump: empty, 3 times", Fault::DumpEmpty(3), MENDS, "looked at again"),
    row("views: stale, 3 times", Fault::ViewsStale(3), MENDS, "where views and dump disagree, the dump counts"),
    row("views: shifted, 3 times", Fault::ViewsShifted(3), MENDS, "where views and dump disagree, the dump counts"),
    row("views: cut, 3 times", Fault::ViewsCut(3), MENDS, "the phone is read by dumps"),
    row("views: slow, 3 times", Fault::ViewsSlow(3), MENDS, "the phone is read by dumps"),
    row("known pop-up", Fault::KnownPopup, MENDS, "Back closes it and accepts nothing"),
    row("unknown pop-up", Fault::UnknownPopup, [Page, Page, Page, Page, Out, Out, Out],
        "never tapped; the sign-out goes on below it, and is proven without the screen"),
    row("incoming call", Fault::IncomingCall, MENDS, "mi-signout waits until it stops ringing, and never hangs up"),
    row("app does not respond", Fault::Anr, MENDS, "\"Wait\" closes nothing"),
    row("app crashes to the launcher", Fault::CrashToLauncher, [Out, Out, Out, Out, Still, Still, Out],
        "opened again; after the confirm the password is not submitted again"),
    row("toast over the button", Fault::Toast { lasts: 3500 }, MENDS, "the dump waits for it"),
    row("screen off", Fault::ScreenOff, MENDS, "woken, and a lock screen without a lock swiped away"),
    row("PIN lock", Fault::PinLock, [Locked, Locked, Locked, Locked, Out, Out, Out],
        "no PIN is ever typed; the sign-out goes on behind it"),
    row("slow pages", Fault::SlowPage(6000), MENDS, "mi-signout waits, and never taps again"),
    row("tap dropped", Fault::TapDropped(1), MENDS,
        "the page is left and opened again before anything is tapped a second time"),
    row("spinner for 30 s", Fault::SpinnerFor(30_000), MENDS, "mi-signout waits"),
    row("account app offers its update", Fault::AccountAppUpdate, MENDS, "declined by its text, wherever the button is"),
    row("owner locates the phone", Fault::Located, [Page, Page, Page, Page, Out, Out, Out],
        "the owner is told; the sign-out goes on below it, and is proven without the screen"),
    row("another display is listed first", Fault::CastDisplay, MENDS, "the phone's own display is 0"),
    row("network not validated", Fault::Unvalidated, MENDS, "Google's check fails in some regions; the phone itself tells of a real lack"),
    row("network lost", Fault::NetworkLost, [Network, Network, Network, Network, Network, Network, Out],
        "the phone says so itself"),
    row("input switch off", Fault::GateClosed, [Input, Input, Input, Input, Out, Out, Out],
        "a person turns it on; after the confirm no input is needed"),
    row("input switch off, silently", Fault::GateSilent, [Input, Input, Input, Input, Out, Out, Out],
        "a tap without effect, so the switch is read again"),
    row("secure keyboard", Fault::SecureKeyboard(1), MENDS,
        "closed with Back, its keys are never tapped; what it swallowed is typed again before anything is submitted"),
    row("secure keyboard, 8 times", Fault::SecureKeyboard(8), MENDS, "closed each time"),
    row("secure keyboard loses keys", Fault::KeysSwallowed, [Typing, Typing, Typing, Typing, Out, Out, Out],
        "typed again once; the field's length is still another, so nothing is submitted"),
    row("autofill bubble", Fault::AutofillBubble, MENDS, "closed with Back; nothing of what it offers is tapped"),
    row("autofill asks to save", Fault::AutofillSave, MENDS, "closed with Back, or left below; nothing is saved"),
    record("journal can't be written", File::Journal, MENDS, "said once; a lost record stops no phone"),
    record("rejections can't be written", File::Ledger, [Stopped, Stopped, Stopped, Stopped, Out, Out, Out],
        "what can't be counted is not submitted; a verdict that can't be written counts as a rejection"),
    row("phone's disk full", Fault::DiskFull, MENDS, "the dump goes over the terminal"),
];

struct Cell {
    row: usize,
    stage: usize,
    verdict: Result<(), String>,
}

fn spec(row: &Row, stage: usize) -> PhoneSpec {
    let serial = format!("cell{:02}{stage}", MATRIX.iter().position(|r| std::ptr::eq(r, row)).unwrap());
    let swipe = row.wrong == Wrong::Phone(Fault::ScreenOff);
    PhoneSpec::default().serial(&serial).scale(SCALE).change(|s| {
        if swipe {
            s.keyguard = LockKind::Swipe;
        }
    })
}

fn run_cell(row: &Row, stage: usize, shared: &DeviceLab, catalog: &Catalog) -> Result<(), String> {
    // A server that is killed takes all its phones with it.
    let own = (row.wrong == Wrong::Phone(Fault::ServerKilled)).then(DeviceLab::new);
    let lab = own.as_ref().unwrap_or(shared);
    let phone = SimPhone::new(spec(row, stage));
    let (record, fired) = (Arc::new(RecordFiles::new()), Arc::new(AtomicUsize::new(0)));
    match row.wrong {
        Wrong::Phone(fault) => phone.on(Stage::ALL[stage], fault),
        Wrong::Record(file) => fill_up(&phone, Stage::ALL[stage], Arc::clone(&record), file, Arc::clone(&fired)),
    }
    let units = vec![lab.put(&phone)];
    let written = matches!(row.wrong, Wrong::Record(_)).then_some(&*record);
    let run = lab.sign_out_recorded(&units, catalog, written);
    let ended = &run.rows[0];
    let mut wrong = violations(&units[0], ended);
    let expected = row.ends[stage];
    if (ended.outcome, ended.reason) != expected.row() {
        wrong.insert(0, format!("{} instead of {}", said(ended), expected.words()));
    }
    if phone.record().faults.len() + fired.load(Ordering::Relaxed) == 0 {
        wrong.push("the fault did not fire".into());
    }
    // The ledger's last writing is the verdict, which may be in before "Signing out…" shows.
    let is_silent = match row.wrong {
        Wrong::Record(File::Ledger) => stage <= 4 && !is_said(&run, ended),
        Wrong::Record(File::Journal) => !is_said(&run, ended),
        Wrong::Phone(_) => false,
    };
    if is_silent {
        wrong.push("nobody was told that the record is incomplete".into());
    }
    let on_another = lab.bystander_commands();
    if own.is_some() && !on_another.is_empty() {
        wrong.push(format!("another phone was touched: {on_another:?}"));
    }
    let trace = trace(&run, &phone);
    lab.take(units);
    if std::env::var_os("MI_SIGNOUT_TEST_CELL").is_some() {
        println!("--- {} / {:?}\n{trace}", row.name, Stage::ALL[stage]);
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
}

/// Makes a file of the record unwritable the first time that a stage is reached.
fn fill_up(phone: &SimPhone, at: Stage, record: Arc<RecordFiles>, file: File, fired: Arc<AtomicUsize>) {
    phone.on_stage(move |stage| {
        if stage == at && fired.fetch_add(1, Ordering::Relaxed) == 0 {
            record.fill_up(file);
        }
    });
}

/// Whether somebody reads that the record is incomplete.
fn is_said(run: &Run, row: &ResultRow) -> bool {
    let noted =
        |kind: &EventKind| matches!(kind, EventKind::Note { text } if text.contains("the record is incomplete"));
    run.told.iter().any(|event| noted(&event.kind))
        || row.hint.as_deref().is_some_and(|h| h.contains("can't be written"))
}

fn said(row: &ResultRow) -> String {
    match row.reason {
        Some(reason) => format!("{}: {reason} ({})", row.outcome, row.hint.as_deref().unwrap_or("")),
        None => row.outcome.to_string(),
    }
}

#[test]
fn every_fault_at_every_stage_ends_as_it_should() {
    let wanted = std::env::var("MI_SIGNOUT_TEST_CELL").unwrap_or_default();
    let cells: Vec<(usize, usize)> = (0..MATRIX.len())
        .filter(|row| MATRIX[*row].name.contains(&wanted))
        .flat_map(|row| (0..Stage::ALL.len()).map(move |stage| (row, stage)))
        .collect();
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let (lab, catalog) = (DeviceLab::new(), Catalog::builtin().unwrap());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some((row, stage)) = cells.get(next.fetch_add(1, Ordering::Relaxed)).copied() {
                    let verdict = run_cell(&MATRIX[row], stage, &lab, &catalog);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push(Cell { row, stage, verdict });
                }
            });
        }
    });
    let done = done.into_inner().unwrap();
    println!("{}", markdown());
    let mut failures = String::new();
    for cell in &done {
        if let Err(why) = &cell.verdict {
            writeln!(failures, "{} / {:?}: {why}", MATRIX[cell.row].name, Stage::ALL[cell.stage]).unwrap();
        }
    }
    println!("{} of {} cells hold", done.iter().filter(|c| c.verdict.is_ok()).count(), cells.len());
    assert!(failures.is_empty(), "\n{failures}");
    assert_eq!(done.len(), cells.len(), "a cell panicked");
    assert_eq!(lab.bystander_commands(), Vec::<Vec<String>>::new(), "a phone that nobody chose was touched");
}

const STAGES: [&str; 7] = [
    "before entry",
    "account page",
    "data choice",
    "password",
    "right after confirm",
    "while signing out",
    "after success",
];

fn markdown() -> String {
    let mut text = format!("| fault | {} | why |\n|{}\n", STAGES.join(" | "), "---|".repeat(STAGES.len() + 2));
    for row in MATRIX {
        let ends: Vec<&str> = row.ends.iter().map(|ends| ends.words()).collect();
        writeln!(text, "| {} | {} | {} |", row.name, ends.join(" | "), row.why).unwrap();
    }
    text
}

#[test]
fn the_document_shows_this_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/faults.md");
    let text = std::fs::read_to_string(path).unwrap();
    let (begin, end) = ("<!-- matrix -->\n", "<!-- /matrix -->");
    let start = text.find(begin).unwrap() + begin.len();
    let stop = text.find(end).unwrap();
    if std::env::var_os("MI_SIGNOUT_TEST_BLESS").is_some() {
        std::fs::write(path, format!("{}{}{}", &text[..start], markdown(), &text[stop..])).unwrap();
        return;
    }
    assert_eq!(&text[start..stop], markdown(), "run this test with MI_SIGNOUT_TEST_BLESS=1");
}
