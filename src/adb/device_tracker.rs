//! Which phones the adb servers list now, kept up to date, to find a lost phone again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{AdbPhone, Sighting, Tracker};
use crate::model::{AdbServer, Device, DeviceState, Serial};

/// How long a phone that is listed again may take to say who it is.
const ANSWER: Duration = Duration::from_secs(10);
/// How long to wait for the first list of a server.
const FIRST_LIST: Duration = Duration::from_secs(5);
/// A phone that is listed again may still be starting: after this long it is asked again, without a change of the list.
const AGAIN: Duration = Duration::from_secs(1);

/// The lists of some servers, followed until it is dropped.
pub struct DeviceTracker {
    state: Arc<State>,
    _trackers: Vec<Tracker>,
}

#[derive(Default)]
struct State {
    lists: Mutex<Lists>,
    changed: Condvar,
}

#[derive(Default)]
struct Lists {
    /// What each server lists; nothing where it does not answer.
    now: BTreeMap<AdbServer, Option<Vec<Device>>>,
    /// Who was there first: phones of their own, that a lost one cannot have become.
    first: BTreeMap<AdbServer, BTreeSet<Serial>>,
}

impl State {
    fn lock(&self) -> MutexGuard<'_, Lists> {
        self.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, server: &AdbServer, sighting: Sighting) {
        let mut lists = self.lock();
        match sighting {
            Sighting::Devices(found) => {
                let serials = || found.iter().map(|d| d.serial.clone()).collect();
                lists.first.entry(server.clone()).or_insert_with(serials);
                lists.now.insert(server.clone(), Some(found));
            }
            Sighting::Lost(_) => drop(lists.now.insert(server.clone(), None)),
            Sighting::Back => {}
        }
        self.changed.notify_all();
    }
}

impl DeviceTracker {
    /// Follows these servers. One that the operating system gives no thread for is never heard of.
    #[must_use]
    pub fn follow(servers: &BTreeSet<AdbServer>) -> Self {
        Self::telling(servers, |_: &AdbServer, _: &Sighting| {})
    }

    /// As [`DeviceTracker::follow`], and tells what is seen before it can be asked for.
    #[must_use]
    pub fn telling(
        servers: &BTreeSet<AdbServer>,
        tell: impl Fn(&AdbServer, &Sighting) + Clone + Send + 'static,
    ) -> Self {
        let state = Arc::new(State::default());
        let tracker = |server: &AdbServer| {
            let (state, of, tell) = (Arc::clone(&state), server.clone(), tell.clone());
            Tracker::start(server.clone(), move |sighting| {
                tell(&of, &sighting);
                state.take(&of, sighting);
            })
            .ok()
        };
        let trackers = servers.iter().filter_map(tracker).collect();
        Self { state, _trackers: trackers }
    }

    /// What each server lists now; nothing for one that does not answer, and no entry for one that was not heard of yet.
    #[must_use]
    pub fn lists(&self) -> BTreeMap<AdbServer, Option<Vec<Device>>> {
        self.state.lock().now.clone()
    }

    /// A phone to talk to. By its serial, which means the same phone whatever happens: a server that was started again gives the
    /// transport ids of before to other phones. By its transport only where several phones have its serial.
    #[must_use]
    pub fn phone(&self, device: &Device) -> AdbPhone {
        let mut lists = self.state.lock();
        let until = Instant::now() + FIRST_LIST;
        while !lists.first.contains_key(&device.server) && Instant::now() < until {
            let left = until.saturating_duration_since(Instant::now());
            lists = self.state.changed.wait_timeout(lists, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        let listed = lists.now.get(&device.server).into_iter().flatten().flatten();
        let named_so = listed.filter(|d| d.serial == device.serial).count();
        if named_so > 1 || !device.serial.is_given() {
            return AdbPhone::of(device);
        }
        AdbPhone::new(device.server.clone(), device.serial.clone(), None)
    }

    /// Waits until the hardware of `device` is listed again and has started, on whatever port and with whatever transport, or
    /// until `until`. Without the hardware's own serial only the serial of the list counts.
    #[must_use]
    pub fn wait_for(&self, device: &Device, hardware_serial: Option<&str>, until: Instant) -> Option<Device> {
        loop {
            let candidates = self.candidates(device, hardware_serial);
            if let Some(back) = candidates.into_iter().find(|d| self.is_same(d, hardware_serial)) {
                return Some(back);
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            let lists = self.state.lock();
            drop(self.state.changed.wait_timeout(lists, left.min(AGAIN)));
        }
    }

    /// Whether a listed phone has started and is the hardware that is meant. Asked by its serial: the list may be from before the
    /// server was started again, and its transport another phone's by now.
    fn is_same(&self, listed: &Device, hardware_serial: Option<&str>) -> bool {
        let Some(wanted) = hardware_serial else { return true };
        let who = self.phone(listed).who(ANSWER);
        who.is_ok_and(|who| who.booted && who.serial.as_deref() == Some(wanted))
    }

    /// Listed phones that may be the lost one: the same serial, the hardware's serial, or one on the network that was not there
    /// at the start. No other phone is asked anything.
    fn candidates(&self, device: &Device, hardware_serial: Option<&str>) -> Vec<Device> {
        let lists = self.state.lock();
        let first = lists.first.get(&device.server);
        let matches = |listed: &&Device| {
            let is_new = first.is_some_and(|first| !first.contains(&listed.serial));
            let moved = hardware_serial
                .is_some_and(|own| listed.serial.as_str() == own || (listed.serial.is_network() && is_new));
            listed.state == DeviceState::Device && (listed.serial == device.serial || moved)
        };
        lists.now.get(&device.server).into_iter().flatten().flatten().filter(matches).cloned().collect()
    }
}
