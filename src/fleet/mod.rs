//! Many phones: which are meant, one worker each, whose turn it is with a password, and what each ended as.
//!
//! Knows the port to a phone, never adb: whoever calls gives a [`Connector`].

mod account_probe;
mod accounts;
mod disconnects;
mod first_proof;
mod kept_screens;
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
use std::time::{Duration, Instant};

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

/// How a phone stands in the list of its adb server.
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
    let losses = disconnects::LossMonitor::new(devices, plan.listener);
    let plan = Plan { listener: &losses, ..*plan };
    let gate = PasswordGate::of(&plan);
    for device in devices.iter().skip(plan.jobs.max(1)) {
        worker::queue(device, numbers.get(device), &plan);
    }
    let (rows, hardware_serials, duplicate_connections) =
        (Rows::new(devices.len()), HardwareSerials::default(), Mutex::default());
    let job =
        Job { devices, numbers, plan: &plan, connector, gate: &gate, rows, hardware_serials, duplicate_connections };
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let (working, over) = mpsc::channel::<()>();
        let mut workers = 0;
        for _ in 0..plan.jobs.clamp(1, devices.len().max(1)) {
            let (working, job, next) = (working.clone(), &job, &next);
            let worker = move || {
                job.work(next);
                drop(working);
            };
            if std::thread::Builder::new().name("phone".into()).spawn_scoped(scope, worker).is_err() {
                // The workers that there are take the other phones in turn.
                break;
            }
            workers += 1;
        }
        drop(working);
        if workers == 0 {
            job.work(&next);
        }
        losses.watch(&over, connector);
    });
    job.rows.all()
}

/// Everything that the threads of a run share.
struct Job<'a> {
    devices: &'a [Device],
    numbers: &'a Numbers,
    plan: &'a Plan<'a>,
    connector: &'a dyn Connector,
    gate: &'a PasswordGate<'a>,
    rows: Rows,
    hardware_serials: HardwareSerials,
    /// Second connections, with the first: left for the end, so that what they wait for has begun.
    duplicate_connections: Mutex<Vec<(usize, usize)>>,
}

impl Job<'_> {
    /// One thread's share.
    fn work(&self, next: &AtomicUsize) {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(device) = self.devices.get(at) else { break };
            self.one(at, device);
        }
        let duplicate_connection = || self.duplicate_connections.lock().unwrap_or_else(PoisonError::into_inner).pop();
        while let Some((at, first)) = duplicate_connection() {
            let outcome = self.rows.wait(first);
            let (device, number) = (&self.devices[at], self.numbers.get(&self.devices[at]));
            let row = worker::duplicate_connection(
                device,
                number,
                self.plan,
                self.connector,
                (&self.devices[first], outcome),
            );
            self.rows.put(at, row);
        }
    }

    fn one(&self, at: usize, device: &Device) {
        let number = self.numbers.get(device);
        let others = duplicates(device, self.devices);
        if !others.is_empty() {
            let ending = duplicate(device, &others.join(", "));
            return self.rows.put(at, worker::refuse(device, number, self.plan, ending));
        }
        let claim = |own: &str| self.hardware_serials.claim(self.devices, at, own);
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
struct Rows {
    rows: Mutex<Vec<Option<ResultRow>>>,
    came: Condvar,
}

impl Rows {
    fn new(len: usize) -> Self {
        Self { rows: Mutex::new(vec![None; len]), came: Condvar::new() }
    }

    fn put(&self, at: usize, row: ResultRow) {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)[at] = Some(row);
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
