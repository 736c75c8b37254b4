//! Adb servers that did not answer when a run began: once they do, their phones join it, while others are at work.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::tray::{PortKey, is_seen_twice, port_key};
use super::{DeviceUpdate, Plan};
use crate::event::{Event, EventKind, Subject};
use crate::model::{AdbServer, Device, DeviceState};
use crate::text::say;

/// The pause between two looks whether the run is over.
const TICK: Duration = Duration::from_millis(100);
/// A phone that an adb server has just found may be called offline or unauthorized for a moment.
const SETTLES: Duration = Duration::from_secs(5);

/// Adb servers that did not answer at the beginning, and the lists of all servers since.
#[derive(Debug)]
pub struct LateServers<'a> {
    /// The servers.
    pub servers: &'a [AdbServer],
    /// What the servers list.
    pub news: Receiver<DeviceUpdate>,
}

impl LateServers<'_> {
    /// Listens until the run is over. `join` adds phones to the run, and gives how many of them are new.
    pub(super) fn join(&self, plan: &Plan<'_>, is_over: impl Fn() -> bool, join: impl Fn(Vec<Device>) -> usize) {
        let mut waiting: BTreeMap<PortKey, (Instant, Device)> = BTreeMap::new();
        while !is_over() && !plan.interrupted.load(Ordering::Relaxed) {
            match self.news.recv_timeout(TICK) {
                Ok(DeviceUpdate::Listed(server, devices)) if self.servers.contains(&server) => {
                    let first = |device: &Device| waiting.get(&port_key(device)).map_or(Instant::now(), |(at, _)| *at);
                    let seen: Vec<_> = devices.into_iter().map(|d| (port_key(&d), (first(&d), d))).collect();
                    waiting.retain(|_, (_, device)| device.server != server);
                    waiting.extend(seen);
                }
                Ok(_) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            let has_settled =
                |(at, device): &(Instant, Device)| device.state == DeviceState::Device || at.elapsed() >= SETTLES;
            let mut ready: BTreeMap<AdbServer, Vec<Device>> = BTreeMap::new();
            for (_, device) in waiting.values().filter(|waits| has_settled(waits)) {
                ready.entry(device.server.clone()).or_default().push(device.clone());
            }
            waiting.retain(|_, waits| !has_settled(waits));
            for (server, devices) in ready {
                let joined = join(devices);
                if joined > 0 {
                    let text = say!("late-adb-server-answers", server, phones = joined);
                    plan.listener.emit(Event::now(Subject::Run("run".into()), EventKind::Note { text }));
                }
            }
        }
    }
}

/// The phones of a run in their order. It grows when phones join.
pub(super) struct JobList(Mutex<State>);

struct State {
    devices: Arc<Vec<Device>>,
    next: usize,
}

impl JobList {
    pub(super) fn new(devices: &[Device]) -> Self {
        Self(Mutex::new(State { devices: Arc::new(devices.to_vec()), next: 0 }))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next phone without a worker, with its place in the list.
    pub(super) fn next(&self) -> Option<(usize, Device)> {
        let mut state = self.lock();
        let next = state.devices.get(state.next).cloned().map(|device| (state.next, device))?;
        state.next += 1;
        Some(next)
    }

    /// All phones so far.
    pub(super) fn all(&self) -> Arc<Vec<Device>> {
        Arc::clone(&self.lock().devices)
    }

    /// Adds the phones that are not in the list yet, and gives them. A phone is in the list if its plug is, or if another server shows
    /// it.
    pub(super) fn add(&self, found: Vec<Device>) -> Vec<Device> {
        let mut state = self.lock();
        let is_known =
            |device: &Device, known: &Device| port_key(known) == port_key(device) || is_seen_twice(known, device);
        let fresh: Vec<Device> =
            found.into_iter().filter(|device| !state.devices.iter().any(|known| is_known(device, known))).collect();
        Arc::make_mut(&mut state.devices).extend(fresh.iter().cloned());
        fresh
    }
}
