//! A run over the phones of a list: threads that take one phone after the other, and a row for each.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError, mpsc};
use std::thread::Scope;

use super::late_servers::JobList;
use super::tray::{HardwareSerials, duplicate_serial, duplicates};
use super::{Connector, LateServers, Numbers, PasswordGate, Plan, disconnects, worker};
use crate::model::{Device, Outcome, ResultRow};

/// Works on all phones, at most `jobs` at once, and gives a row for each, in the order given.
pub fn run(devices: &[Device], plan: &Plan<'_>, connector: &dyn Connector) -> Vec<ResultRow> {
    run_tray(devices, &Numbers::default(), plan, connector)
}

/// As [`run`], with the numbers of the plugs. Works once on a phone that is attached twice, leaves phones alone that it can't tell apart,
/// and reports phones that disconnect together once.
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
    /// Second connections of phones, each with the first one. They come last, so that work on the first one has begun.
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

    /// Adds phones that were not there at the beginning, and gives how many are new.
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
            let ending = duplicate_serial(device, &others.join(", "));
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

    /// Waits for the outcome of a row that another thread is working on.
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
