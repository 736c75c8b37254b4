//! Many phones: which are meant, one worker each, whose turn it is with a password, and what each ended as.
//!
//! Knows the port to a phone, never adb: whoever calls gives a [`Connector`].

mod account_probe;
mod accounts;
mod disconnects;
mod first_proof;
mod kept_screens;
mod late_servers;
mod locate;
mod password_gate;
mod passwords;
mod probe;
mod recorder;
mod row_builder;
#[cfg(test)]
mod samples;
mod select;
mod shared_cause;
mod tray;
mod wake;
mod watch;
mod worker;

pub use account_probe::probe_accounts;
pub use late_servers::LateServers;
pub use locate::{Blinks, Shown, blink, hide_number, may_blink, show_number, shown_as};
pub use password_gate::{Owner, PasswordGate};
pub use passwords::Passwords;
pub use recorder::RunRecorder;
pub use select::{SelectError, Selection};
pub use shared_cause::{SharedCause, SharedLoss, shared_losses};
pub use tray::{Numbers, StationNumbers, duplicates, place, without_seen_twice};
pub use watch::{DeviceUpdate, Wanted, Watch};

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError, mpsc};
use std::thread::Scope;
use std::time::{Duration, Instant};

use self::late_servers::JobList;
use self::tray::HardwareSerials;
use crate::event::Listener;
use crate::flow::Patience;
use crate::model::{Device, Ending, Outcome, Reason, ResultRow};
use crate::phone::Phone;
use crate::profile::{Catalog, Options};
use crate::text::say;

/// The longest one round trip may take: a dump of a page that never idles takes 11 s, and slow phones twice that.
const STEP_LIMIT: Duration = Duration::from_secs(40);

/// Gives phones to talk to.
pub trait Connector: Sync {
    /// A phone over this connection. Does no I/O yet.
    fn connect(&self, device: &Device) -> Box<dyn Phone>;

    /// Waits until the same hardware is listed again, on whatever port and with whatever transport, or until `until`.
    fn wait_for(&self, device: &Device, hardware_serial: Option<&str>, until: Instant) -> Option<Device>;

    /// How phones stand in the lists of their adb servers now, in the order given. Where the lists are not followed, all are listed.
    fn attached(&self, devices: &[Device]) -> Vec<Attached> {
        vec![Attached::Listed; devices.len()]
    }
}

/// How the adb server lists a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attached {
    /// It is listed.
    Listed,
    /// It is not.
    Gone,
    /// Its server does not answer.
    ServerGone,
}

/// What a run does with each phone.
#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is one option of the run")]
pub struct Plan<'a> {
    /// The device profiles.
    pub catalog: &'a Catalog,
    /// Answers to what phones ask.
    pub options: Options,
    /// Stop before the first tap that changes anything.
    pub dry_run: bool,
    /// Per phone.
    pub timeout: Duration,
    /// How long to wait for a lost phone.
    pub grace: Duration,
    /// Patience of each walk.
    pub patience: Patience,
    /// The owner's passwords.
    pub passwords: &'a Passwords,
    /// Phones at once; at least 1.
    pub jobs: usize,
    /// Never wait for a person.
    pub non_interactive: bool,
    /// The journal and the ledger of rejections.
    pub recorder: &'a RunRecorder<'a>,
    /// Take up what an earlier run submitted and saw no verdict of as if it had not been.
    pub again: bool,
    /// The owner at the terminal, asked where an account was refused too often.
    pub owner: Option<&'a dyn Owner>,
    /// Told every event.
    pub listener: &'a dyn Listener,
    /// Phones of one account that may submit their password side by side, once one of them has accepted it; at least 1.
    pub per_account: usize,
    /// Whether signing out several accounts was authorised. Without it only the account of the first phone is.
    pub several_accounts: bool,
    /// Set to end at the next safe point.
    pub interrupted: &'a AtomicBool,
}

/// Works on all phones, at most `jobs` at once, and gives a row for each, in the order given.
pub fn run(devices: &[Device], plan: &Plan<'_>, connector: &dyn Connector) -> Vec<ResultRow> {
    run_tray(devices, &Numbers::default(), plan, connector)
}

/// As [`run`], with the numbers of the plugs. A phone that is attached twice is worked on once, phones that can't be told apart are
/// left alone, and phones that go together are told once.
pub fn run_tray(devices: &[Device], numbers: &Numbers, plan: &Plan<'_>, connector: &dyn Connector) -> Vec<ResultRow> {
    run_joined(devices, numbers, plan, connector, None)
}

/// As [`run_tray`]. Phones of `late` servers join while others are at work.
pub fn run_joined(
    devices: &[Device],
    numbers: &Numbers,
    plan: &Plan<'_>,
    connector: &dyn Connector,
    late: Option<LateServers<'_>>,
) -> Vec<ResultRow> {
    let losses = disconnects::LossMonitor::new(devices, plan.listener);
    let plan = Plan { listener: &losses, ..*plan };
    let gate = PasswordGate::of(&plan);
    for device in devices.iter().skip(plan.jobs.max(1)) {
        worker::queue(device, numbers.get(device), &plan);
    }
    let job = Job {
        phones: JobList::new(devices),
        numbers: Mutex::new(numbers.clone()),
        plan: &plan,
        connector,
        gate: &gate,
        rows: Rows::default(),
        hardware_serials: HardwareSerials::default(),
        duplicate_connections: Mutex::default(),
        busy: AtomicUsize::new(0),
    };
    std::thread::scope(|scope| {
        let (working, over) = mpsc::channel::<()>();
        job.start(scope, &working, devices.len().max(1));
        if job.is_over() {
            job.work();
        }
        if let Some(late) = late {
            let (working, job) = (working.clone(), &job);
            let join = move || late.join(job.plan, || job.is_over(), |found| job.join(scope, &working, found));
            let _ = std::thread::Builder::new().name("late".into()).spawn_scoped(scope, join);
        }
        drop(working);
        losses.watch(&over, connector);
    });
    job.rows.all()
}

/// Everything that the threads of a run share.
struct Job<'a> {
    phones: JobList,
    numbers: Mutex<Numbers>,
    plan: &'a Plan<'a>,
    connector: &'a dyn Connector,
    gate: &'a PasswordGate<'a>,
    rows: Rows,
    hardware_serials: HardwareSerials,
    /// Second connections, with the first: left for the end, so that what they wait for has begun.
    duplicate_connections: Mutex<Vec<(usize, usize)>>,
    /// Threads at work.
    busy: AtomicUsize,
}

impl Job<'_> {
    /// Starts threads for so many more phones, at most as many as may work at once. Where the operating system gives none, the threads that
    /// there are take the phones in turn.
    fn start<'s>(&'s self, scope: &'s Scope<'s, '_>, working: &mpsc::Sender<()>, phones: usize) {
        for _ in 0..phones.min(self.plan.jobs.max(1).saturating_sub(self.busy.load(Ordering::SeqCst))) {
            let working = working.clone();
            self.busy.fetch_add(1, Ordering::SeqCst);
            let worker = move || {
                self.work();
                self.busy.fetch_sub(1, Ordering::SeqCst);
                drop(working);
            };
            if std::thread::Builder::new().name("phone".into()).spawn_scoped(scope, worker).is_err() {
                self.busy.fetch_sub(1, Ordering::SeqCst);
                break;
            }
        }
    }

    fn is_over(&self) -> bool {
        self.busy.load(Ordering::SeqCst) == 0
    }

    /// Takes phones in that were not there at the beginning, and says how many.
    fn join<'s>(&'s self, scope: &'s Scope<'s, '_>, working: &mpsc::Sender<()>, found: Vec<Device>) -> usize {
        let fresh = self.phones.add(found);
        self.numbers.lock().unwrap_or_else(PoisonError::into_inner).give_all(&fresh);
        let free = self.plan.jobs.max(1).saturating_sub(self.busy.load(Ordering::SeqCst));
        for device in fresh.iter().skip(free) {
            worker::queue(device, self.number(device), self.plan);
        }
        self.start(scope, working, fresh.len());
        fresh.len()
    }

    fn number(&self, device: &Device) -> Option<u32> {
        self.numbers.lock().unwrap_or_else(PoisonError::into_inner).get(device)
    }

    /// One thread's share.
    fn work(&self) {
        while let Some((at, device)) = self.phones.next() {
            self.one(at, &device);
        }
        let duplicate_connection = || self.duplicate_connections.lock().unwrap_or_else(PoisonError::into_inner).pop();
        while let Some((at, first)) = duplicate_connection() {
            let outcome = self.rows.wait(first);
            let devices = self.phones.all();
            let (device, number) = (&devices[at], self.number(&devices[at]));
            let row =
                worker::duplicate_connection(device, number, self.plan, self.connector, (&devices[first], outcome));
            self.rows.put(at, row);
        }
    }

    fn one(&self, at: usize, device: &Device) {
        let number = self.number(device);
        let others = duplicates(device, &self.phones.all());
        if !others.is_empty() {
            let ending = duplicate(device, &others.join(", "));
            return self.rows.put(at, worker::refuse(device, number, self.plan, ending));
        }
        let claim = |own: &str| self.hardware_serials.claim(&self.phones.all(), at, own);
        match worker::work(device, number, self.plan, self.connector, self.gate, &claim) {
            worker::Worked::Row(row) => self.rows.put(at, *row),
            worker::Worked::DuplicateConnection(first) => {
                self.duplicate_connections.lock().unwrap_or_else(PoisonError::into_inner).push((at, first));
            }
        }
    }
}

/// The ending of a phone that the record could not tell from another one.
fn duplicate(device: &Device, others: &str) -> Ending {
    let hint = say!("two-phones-have-serial", serial = device.serial, place = place(device), others);
    Ending::new(Outcome::Failed, Reason::DuplicateSerial, hint)
}

/// The rows of a run as they come.
#[derive(Default)]
struct Rows {
    rows: Mutex<Vec<Option<ResultRow>>>,
    came: Condvar,
}

impl Rows {
    fn put(&self, at: usize, row: ResultRow) {
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        let len = rows.len().max(at + 1);
        rows.resize(len, None);
        rows[at] = Some(row);
        self.came.notify_all();
    }

    /// The outcome of a row that somebody is working on.
    fn wait(&self, at: usize) -> Outcome {
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(row) = rows.get(at).and_then(Option::as_ref) {
                return row.outcome;
            }
            rows = self.came.wait(rows).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn all(self) -> Vec<ResultRow> {
        self.rows.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().flatten().collect()
    }
}
