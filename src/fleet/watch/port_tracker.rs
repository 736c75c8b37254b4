//! What is plugged in where, from one list of an adb server to the next: what arrived, what left, what only went with its server.
//! Pure.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::fleet::tray::{PortKey, port_key};
use crate::model::{AdbServer, Device, DeviceState};

/// After a lost server is back, its phones come back one by one. For this long a missing phone does not count as unplugged.
const SETTLE: Duration = Duration::from_secs(5);
/// The longest backoff of a phone with a bad cable, which comes and goes.
const LONGEST_BACKOFF: Duration = Duration::from_secs(60);

/// What a list changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// A phone is there and can't be asked yet; its state says why.
    Waits(Device),
    /// A phone that had nothing more to do, or never began, was unplugged.
    Unplugged(Device),
    /// A phone that has a worker, or waits for one, is no longer listed.
    Missing(Device),
}

/// With what a worker leaves a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PortState {
    /// Nothing is left to do on it.
    Good,
    /// Something is.
    Bad,
    /// Its connection was lost.
    Lost,
}

/// What a plug's phone is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    /// It can't be asked yet.
    Waits,
    /// It may be taken from this moment on.
    Ready(Instant),
    /// A worker has it.
    Busy,
    /// It has its result, or is not on the list: it rests until it is unplugged.
    Rests,
}

#[derive(Clone, Debug)]
struct Plug {
    device: Device,
    state: State,
    listed: bool,
    /// How often in a row it ended without a sign-out, and when it last did.
    bad: u32,
    ended: Option<Instant>,
}

/// All plugs that ever had a phone.
#[derive(Debug, Default)]
pub(super) struct PortTracker {
    plugs: BTreeMap<(PortKey, String), Plug>,
    /// Servers that are lost (absent) or were a moment ago (until then).
    servers: BTreeMap<AdbServer, Option<Instant>>,
}

impl PortTracker {
    /// The server does not answer: its phones count as still connected.
    pub(super) fn server_lost(&mut self, server: &AdbServer) {
        self.servers.insert(server.clone(), None);
    }

    /// The server answers again.
    pub(super) fn server_back(&mut self, now: Instant, server: &AdbServer) {
        self.servers.insert(server.clone(), Some(now + SETTLE));
    }

    /// Whether the server is lost now.
    pub(super) fn is_lost(&self, server: &AdbServer) -> bool {
        self.servers.get(server) == Some(&None)
    }

    /// Takes a server's list.
    pub(super) fn listed(&mut self, now: Instant, server: &AdbServer, devices: &[Device]) -> Vec<Change> {
        let settling = self.is_settling(now, server);
        let mut changes = Vec::new();
        let mut there = Vec::new();
        for device in devices {
            let key = (port_key(device), device.serial.as_str().to_owned());
            there.push(key.clone());
            if let Some(plug) = self.plugs.get_mut(&key) {
                changes.extend(plug.seen(now, device, settling));
                continue;
            }
            let (state, change) = arrived(now, device);
            changes.extend(change);
            self.plugs.insert(key, Plug { device: device.clone(), state, listed: true, bad: 0, ended: None });
        }
        if !settling {
            let gone = self.plugs.iter_mut().filter(|((port_key, _), _)| port_key.0 == *server);
            changes.extend(gone.filter(|(key, _)| !there.contains(key)).filter_map(|(_, plug)| plug.left()));
        }
        changes
    }

    /// Whether phones of this server may still be on their way back.
    fn is_settling(&mut self, now: Instant, server: &AdbServer) -> bool {
        match self.servers.get(server) {
            Some(Some(until)) if *until <= now => {
                self.servers.remove(server);
                false
            }
            Some(_) => true,
            None => false,
        }
    }

    /// Servers whose phones had the time to come back, so that their last list is to be taken again.
    pub(super) fn settled(&self, now: Instant) -> Vec<AdbServer> {
        let over = self.servers.iter().filter(|(_, until)| until.is_some_and(|until| until <= now));
        over.map(|(server, _)| server.clone()).collect()
    }

    /// The next phone that may be taken; it counts as busy from here.
    pub(super) fn take(&mut self, now: Instant) -> Option<Device> {
        let plug = self.plugs.values_mut().find(|plug| matches!(plug.state, State::Ready(from) if from <= now))?;
        plug.state = State::Busy;
        Some(plug.device.clone())
    }

    /// A worker is done with a phone. One that is gone by then was unplugged for its result, unless the loss is its result: then that
    /// rests until the phone comes again.
    pub(super) fn rests(&mut self, now: Instant, device: &Device, rest: PortState) -> Option<Change> {
        let plug = self.plugs.get_mut(&(port_key(device), device.serial.as_str().to_owned()))?;
        plug.state = State::Rests;
        plug.bad = if rest == PortState::Good { 0 } else { plug.bad + 1 };
        plug.ended = Some(now);
        (rest != PortState::Lost && !plug.listed).then(|| Change::Unplugged(plug.device.clone()))
    }
}

/// A phone that has just been plugged in.
fn arrived(now: Instant, device: &Device) -> (State, Option<Change>) {
    match device.state {
        DeviceState::Device => (State::Ready(now), None),
        _ => (State::Waits, Some(Change::Waits(device.clone()))),
    }
}

impl Plug {
    /// It is on the list.
    fn seen(&mut self, now: Instant, device: &Device, settling: bool) -> Option<Change> {
        // Another transport is another connection, unless the server is a new one and counts from the beginning.
        let again = !self.listed || (!settling && self.device.transport != device.transport);
        let changed = self.device.state != device.state;
        self.listed = true;
        self.device = device.clone();
        match self.state {
            State::Rests if again && !settling => {
                let (state, change) = arrived(now, device);
                // A phone that comes and goes waits longer each time; a person needs longer to fix it anyway.
                let backoff = Duration::from_secs(1 << self.bad.min(6)).min(LONGEST_BACKOFF);
                let from = self.ended.filter(|_| self.bad > 0).map_or(now, |ended| ended + backoff);
                self.state = if state == State::Waits { state } else { State::Ready(from.max(now)) };
                change
            }
            State::Busy | State::Rests => None,
            State::Ready(from) if device.state == DeviceState::Device => {
                self.state = State::Ready(from);
                None
            }
            State::Ready(_) | State::Waits => {
                let (state, change) = arrived(now, device);
                self.state = state;
                change.filter(|_| changed || again)
            }
        }
    }

    /// It is not on the list.
    fn left(&mut self) -> Option<Change> {
        if !std::mem::take(&mut self.listed) {
            return None;
        }
        match self.state {
            State::Busy => Some(Change::Missing(self.device.clone())),
            State::Rests => Some(Change::Unplugged(self.device.clone())),
            State::Waits | State::Ready(_) => {
                // If it comes back later, it counts as a new arrival.
                self.state = State::Rests;
                Some(Change::Unplugged(self.device.clone()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Serial, TransportId};

    fn server() -> AdbServer {
        AdbServer { host: "127.0.0.1".into(), port: 5037 }
    }

    fn device(serial: &str, transport: u64, state: DeviceState) -> Device {
        Device {
            server: server(),
            serial: Serial::new(serial),
            state,
            transport: Some(TransportId(transport)),
            usb_path: Some(format!("1-{serial}")),
            model: None,
        }
    }

    fn ready(serial: &str, transport: u64) -> Device {
        device(serial, transport, DeviceState::Device)
    }

    struct TestBed {
        plugs: PortTracker,
        began: Instant,
    }

    impl TestBed {
        fn new() -> Self {
            Self { plugs: PortTracker::default(), began: Instant::now() }
        }

        fn at(&self, seconds: u64) -> Instant {
            self.began + Duration::from_secs(seconds)
        }

        /// What a list changes, and what may be taken then.
        fn list(&mut self, seconds: u64, devices: &[Device]) -> (Vec<Change>, Vec<Device>) {
            let now = self.at(seconds);
            let changes = self.plugs.listed(now, &server(), devices);
            (changes, std::iter::from_fn(|| self.plugs.take(now)).collect())
        }
    }

    #[test]
    fn a_phone_is_taken_once_and_again_only_after_it_was_unplugged() {
        let (mut bed, a) = (TestBed::new(), ready("a", 1));
        assert_eq!(bed.list(0, std::slice::from_ref(&a)), (vec![], vec![a.clone()]));
        assert_eq!(bed.list(1, std::slice::from_ref(&a)), (vec![], vec![]), "it is worked on");
        bed.plugs.rests(bed.at(2), &a, PortState::Good);
        assert_eq!(bed.list(3, std::slice::from_ref(&a)), (vec![], vec![]), "it has its result");
        assert_eq!(bed.list(4, &[]), (vec![Change::Unplugged(a)], vec![]));
        assert_eq!(bed.list(5, &[ready("a", 2)]).1, [ready("a", 2)]);
        bed.plugs.rests(bed.at(6), &ready("a", 2), PortState::Good);
        assert_eq!(bed.list(7, &[ready("a", 3)]).1, [ready("a", 3)], "replugged between two lists");
    }

    #[test]
    fn a_phone_that_has_not_allowed_this_computer_waits() {
        let (mut bed, closed) = (TestBed::new(), device("a", 1, DeviceState::Unauthorized));
        assert_eq!(bed.list(0, std::slice::from_ref(&closed)), (vec![Change::Waits(closed.clone())], vec![]));
        assert_eq!(bed.list(1, &[closed]), (vec![], vec![]), "told once");
        assert_eq!(bed.list(2, &[ready("a", 1)]).1, [ready("a", 1)]);
        let offline = device("b", 2, DeviceState::Offline);
        bed.list(3, &[ready("a", 1), offline.clone()]);
        assert_eq!(bed.list(4, &[ready("a", 1)]).0, [Change::Unplugged(offline)]);
    }

    #[test]
    fn a_busy_phone_that_is_missing_stays_with_its_worker() {
        let (mut bed, a) = (TestBed::new(), ready("a", 1));
        bed.list(0, std::slice::from_ref(&a));
        assert_eq!(bed.list(1, &[]), (vec![Change::Missing(a)], vec![]));
        assert_eq!(bed.list(2, &[ready("a", 2)]), (vec![], vec![]), "the worker has it back");
        bed.plugs.rests(bed.at(3), &ready("a", 2), PortState::Lost);
        assert_eq!(bed.list(4, &[ready("a", 2)]), (vec![], vec![]));
        assert_eq!(bed.list(5, &[]), (vec![Change::Unplugged(ready("a", 2))], vec![]));
        assert_eq!(bed.list(6, &[ready("a", 4)]), (vec![], vec![ready("a", 4)]), "its backoff is over");
    }

    #[test]
    fn a_restarted_server_unplugs_nobody() {
        let (mut bed, a, b) = (TestBed::new(), ready("a", 7), ready("b", 8));
        bed.list(0, &[a.clone(), b.clone()]);
        bed.plugs.rests(bed.at(1), &a, PortState::Good);
        bed.plugs.rests(bed.at(1), &b, PortState::Good);
        bed.plugs.server_lost(&server());
        assert!(bed.plugs.is_lost(&server()));
        bed.plugs.server_back(bed.at(10), &server());
        assert_eq!(bed.list(10, &[]), (vec![], vec![]));
        assert_eq!(bed.list(11, &[ready("a", 1)]), (vec![], vec![]), "a new count of transports");
        assert_eq!(bed.plugs.settled(bed.at(16)), [server()]);
        assert_eq!(bed.list(16, &[ready("a", 1)]), (vec![Change::Unplugged(b)], vec![]), "and b did not come back");
        assert!(bed.plugs.settled(bed.at(17)).is_empty());
    }

    #[test]
    fn a_bad_cable_gets_more_peace_each_time() {
        let mut bed = TestBed::new();
        bed.list(0, &[ready("a", 1)]);
        let mut waits = Vec::new();
        let mut now = 0;
        for transport in 2..6 {
            bed.plugs.rests(bed.at(now), &ready("a", transport - 1), PortState::Bad);
            bed.list(now, &[]);
            let began = now;
            while bed.list(now, &[ready("a", transport)]).1.is_empty() {
                now += 1;
            }
            waits.push(now - began);
        }
        assert_eq!(waits, [2, 4, 8, 16]);
    }
}
