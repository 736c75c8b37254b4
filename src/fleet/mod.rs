//! Many phones: which are meant, one worker each, whose turn it is with a password, and what each ended as.
//!
//! Knows the port to a phone, never adb: whoever calls gives a [`Connector`].

mod passwords;
mod permits;
mod record;
mod select;
mod worker;

pub use passwords::Passwords;
pub use permits::{Owner, Permits};
pub use record::Books;
pub use select::{SelectError, Selection};

use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use crate::event::Listener;
use crate::flow::Patience;
use crate::model::{Device, ResultRow};
use crate::phone::Phone;
use crate::profile::{Catalog, Options};

/// Gives phones to talk to.
pub trait Connector: Sync {
    /// A phone over this connection. Does no I/O yet.
    fn connect(&self, device: &Device) -> Box<dyn Phone>;

    /// Waits until the same hardware is listed again, on whatever port and with whatever transport, or until `until`.
    fn wait_for(&self, device: &Device, hardware_serial: Option<&str>, until: Instant) -> Option<Device>;
}

/// What a run does with each phone.
pub struct Plan<'a> {
    /// The device profiles.
    pub catalog: &'a Catalog,
    /// Answers to what phones ask.
    pub options: Options,
    /// Stop before the first tap that changes anything.
    pub dry_run: bool,
    /// Per phone.
    pub timeout: Duration,
    /// How long a lost phone is waited for.
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
    pub books: &'a Books<'a>,
    /// Take up what an earlier run submitted and saw no verdict of as if it had not been.
    pub again: bool,
    /// The owner at the terminal, asked where an account was refused too often.
    pub owner: Option<&'a dyn Owner>,
    /// Told every event.
    pub listener: &'a dyn Listener,
    /// Set to end at the next safe point.
    pub interrupted: &'a AtomicBool,
}

/// Works on all phones, at most `jobs` at once, and gives a row for each, in the order given.
pub fn run(devices: &[Device], plan: &Plan<'_>, connector: &dyn Connector) -> Vec<ResultRow> {
    let permits = Permits::new(plan.passwords, plan.books, plan.owner);
    let next = std::sync::atomic::AtomicUsize::new(0);
    let rows = std::sync::Mutex::new(vec![None; devices.len()]);
    std::thread::scope(|scope| {
        for _ in 0..plan.jobs.clamp(1, devices.len().max(1)) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    let Some(device) = devices.get(at) else { break };
                    let row = worker::work(device, plan, connector, &permits);
                    rows.lock().unwrap_or_else(std::sync::PoisonError::into_inner)[at] = Some(row);
                }
            });
        }
    });
    rows.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).into_iter().flatten().collect()
}
