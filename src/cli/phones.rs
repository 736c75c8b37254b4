//! The connected phones: the lists of the adb servers, and the connector that the fleet talks through.

use std::collections::BTreeSet;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use super::args::{WhereArgs, named};
use super::failure::Failure;
use super::output::Output;
use crate::adb::{self, DeviceTracker, Sighting, Tracker};
use crate::fleet::{Attached, Connector, DeviceUpdate, Selection, without_seen_twice};
use crate::model::{AdbServer, Device, DeviceState, Ending, ExitStatus};
use crate::phone::Phone;
use crate::preflight;
use crate::text::say;

/// How long an adb server may take to start and to answer.
const SERVER_WITHIN: Duration = Duration::from_secs(15);

/// All phones of all servers, in the order that the servers list them.
pub(crate) fn attached(place: &WhereArgs, output: &Output) -> Result<Vec<Device>, Failure> {
    attached_and_silent(place, output).map(|(devices, _)| devices)
}

/// All phones of all servers, in the order that the servers list them, and the servers that do not answer. Such a server is an error only
/// where none answers; otherwise it is reported and passed over. Asks all of them at once, so that a slow server delays only itself.
pub(crate) fn attached_and_silent(
    place: &WhereArgs,
    output: &Output,
) -> Result<(Vec<Device>, Vec<AdbServer>), Failure> {
    let servers = place.servers()?;
    let names = place.read_stations()?;
    for server in servers.iter().filter(|server| !server.is_loopback()) {
        output.warning(&say!("server-is-reached-without-encryption", server, port = server.port, host = server.host));
    }
    let answers: Vec<_> = std::thread::scope(|scope| {
        let asked: Vec<_> = servers.iter().map(|server| (server, scope.spawn(|| listed(server)))).collect();
        asked.into_iter().map(|(server, thread)| (server, thread.join())).collect()
    });
    let (mut devices, mut failures, mut silent) = (Vec::new(), Vec::new(), Vec::new());
    for (server, answer) in answers {
        match answer {
            Ok(Ok(mut found)) => devices.append(&mut found),
            Ok(Err(error)) => {
                let name = names.iter().find(|station| station.adb == *server).map(|station| &station.name);
                let name = name.map(|name| say!("station-named", name)).unwrap_or_default();
                failures.push(Failure::new(ExitStatus::Adb, format!("{name}{error}")).hint(error.hint()));
                silent.push(server.clone());
            }
            Err(_) => {
                failures.push(Failure::new(ExitStatus::Adb, say!("could-not-ask-adb-server", server)));
                silent.push(server.clone());
            }
        }
    }
    if failures.len() == servers.len() {
        return Err(failures.remove(0));
    }
    for failure in &failures {
        output.failure(failure);
    }
    let (devices, twice) = without_seen_twice(devices);
    for (first, second) in twice {
        output.warning(&say!("servers-show-the-same-phones", first, second));
    }
    Ok((devices, silent))
}

/// The one phone that is meant: that of the serial, or the only one. One that can't be read is an error with what to do about it.
pub(crate) fn one_phone(serials: &[String], place: &WhereArgs, output: &Output) -> Result<Device, Failure> {
    let listed = attached(place, output)?;
    let selection = Selection { serials: named(serials), all: false };
    let devices = selection.choose(&listed)?;
    let [device] = devices.as_slice() else {
        return Err(Failure::usage(say!("several-phones-have-this-serial")).hint(say!("unplug-the-others")));
    };
    match preflight::of_device(device) {
        Some(stop) => Err(stopped(say!("phone-is-in-state", state = device.state), stop).at(device.serial.to_string())),
        None => Ok((*device).clone()),
    }
}

/// What ends a command on one phone, with the exit status and the hint of what stopped it.
pub(crate) fn stopped(what: String, stop: Ending) -> Failure {
    Failure::new(ExitStatus::of([stop.outcome]), what).hint(stop.hint.unwrap_or_default())
}

fn listed(server: &AdbServer) -> Result<Vec<Device>, adb::AdbError> {
    let started = adb::ensure_server(server, SERVER_WITHIN)?;
    let found = adb::list(server, SERVER_WITHIN)?;
    // A server that was just started has not seen its USB devices yet.
    if started == adb::Started::Now && found.is_empty() { settle(server) } else { Ok(found) }
}

/// The list of a server that was started a moment ago, once it has found phones or had the time to.
fn settle(server: &AdbServer) -> Result<Vec<Device>, adb::AdbError> {
    let Ok((tracker, seen)) = Tracker::channel(server.clone()) else {
        return adb::list(server, SERVER_WITHIN);
    };
    let until = Instant::now() + Duration::from_secs(3);
    let mut devices = Vec::new();
    while let Ok(sighting) = seen.recv_timeout(until.saturating_duration_since(Instant::now())) {
        if let Sighting::Devices(found) = sighting {
            let ready = !found.is_empty() && found.iter().all(|d| d.state == DeviceState::Device);
            devices = found;
            if ready {
                break;
            }
        }
    }
    drop(tracker);
    Ok(devices)
}

/// Talks to phones over their adb servers, and follows the servers' lists for phones that come back.
pub(super) struct AdbConnector(DeviceTracker);

fn news_of(server: &AdbServer, sighting: &Sighting) -> DeviceUpdate {
    match sighting {
        Sighting::Devices(found) => DeviceUpdate::Listed(server.clone(), found.clone()),
        Sighting::Lost(_) => DeviceUpdate::Lost(server.clone()),
        Sighting::Back => DeviceUpdate::Back(server.clone()),
    }
}

impl AdbConnector {
    /// Follows the servers of these phones.
    pub(super) fn new(devices: &[Device]) -> Self {
        Self(DeviceTracker::follow(&devices.iter().map(|d| d.server.clone()).collect()))
    }

    /// Follows these servers, and passes on what they list.
    pub(super) fn following(servers: Vec<AdbServer>, news: &Sender<DeviceUpdate>) -> Self {
        let servers = servers.into_iter().collect();
        // The receiver is gone once the watch has ended.
        let news = news.clone();
        let tell = move |server: &AdbServer, sighting: &Sighting| drop(news.send(news_of(server, sighting)));
        Self(DeviceTracker::telling(&servers, tell))
    }
}

impl Connector for AdbConnector {
    fn attached(&self, devices: &[Device]) -> Vec<Attached> {
        let listed = self.0.lists();
        let seen: BTreeSet<_> =
            listed.values().flatten().flatten().map(|d| (&d.server, &d.serial, &d.usb_path)).collect();
        let stands = |device: &Device| match listed.get(&device.server) {
            // Before its first list, nothing is known of a server.
            None => Attached::Listed,
            Some(None) => Attached::ServerGone,
            Some(Some(_)) if seen.contains(&(&device.server, &device.serial, &device.usb_path)) => Attached::Listed,
            Some(Some(_)) => Attached::Gone,
        };
        devices.iter().map(stands).collect()
    }

    fn connect(&self, device: &Device) -> Box<dyn Phone> {
        Box::new(self.0.phone(device))
    }

    fn wait_for(&self, device: &Device, hardware_serial: Option<&str>, until: Instant) -> Option<Device> {
        self.0.wait_for(device, hardware_serial, until)
    }
}
