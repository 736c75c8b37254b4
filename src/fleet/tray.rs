//! Where phones lie: numbers for the tray, in the order of USB paths, and which entries of a list are one phone.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::model::{AdbServer, Device, Ending, Outcome, Reason, natural_order};
use crate::text::say;

/// One plug: what stays the same when a phone there is plugged in again.
pub(super) type PortKey = (AdbServer, String);

/// A phone's plug: its USB path, or its serial where it has none.
pub(super) fn port_key(device: &Device) -> PortKey {
    let place =
        device.usb_path.as_ref().map_or_else(|| device.serial.as_str().to_owned(), |path| format!("usb {path}"));
    (device.server.clone(), place)
}

/// Numbers of plugs: 1 is the first by USB path (`1-4.2` before `1-4.10`), and phones that are not on USB come after those that
/// are. A plug keeps its number. Where a station's plugs have numbers of their own, they get those.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    given: Vec<(PortKey, u32)>,
    stations: BTreeMap<AdbServer, StationNumbers>,
}

/// The numbers on the trays of one adb server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StationNumbers {
    /// The number of its first plug that has no other one.
    pub first: Option<u32>,
    /// USB path → number.
    pub plugs: BTreeMap<String, u32>,
}

impl Numbers {
    /// Numbers what is attached.
    #[must_use]
    pub fn of(devices: &[Device]) -> Self {
        Self::default().for_all(devices)
    }

    /// No plug has a number yet, and those of these stations will have theirs.
    #[must_use]
    pub fn at_stations(stations: BTreeMap<AdbServer, StationNumbers>) -> Self {
        Self { given: Vec::new(), stations }
    }

    /// With numbers for what is attached.
    #[must_use]
    pub fn for_all(mut self, devices: &[Device]) -> Self {
        self.give_all(devices);
        self
    }

    /// Numbers plugs that have none yet, in their order.
    pub fn give_all(&mut self, devices: &[Device]) {
        let mut sorted: Vec<&Device> = devices.iter().collect();
        sorted.sort_by_cached_key(|d| (d.usb_path.is_none(), d.server.clone(), natural_order(&port_key(d).1)));
        for device in sorted {
            self.give(device);
        }
    }

    /// The number of a phone's plug.
    #[must_use]
    pub fn get(&self, device: &Device) -> Option<u32> {
        let port_key = port_key(device);
        self.given.iter().find(|(known, _)| *known == port_key).map(|(_, number)| *number)
    }

    /// The number of a phone's plug; a plug that has none gets the next one.
    pub fn give(&mut self, device: &Device) -> u32 {
        self.get(device).unwrap_or_else(|| {
            let station = self.stations.get(&device.server);
            let of_plug = |station: &StationNumbers| station.plugs.get(device.usb_path.as_ref()?).copied();
            let number = station.and_then(of_plug).unwrap_or_else(|| self.next(station.and_then(|s| s.first)));
            self.given.push((port_key(device), number));
            number
        })
    }

    /// The next number that no plug has and that no station keeps for one of its own.
    fn next(&self, first: Option<u32>) -> u32 {
        let is_kept = |number: &u32| self.stations.values().any(|station| station.plugs.values().any(|n| n == number));
        let is_taken = |number: &u32| self.given.iter().any(|(_, given)| given == number) || is_kept(number);
        (first.unwrap_or(1)..=u32::MAX).find(|number| !is_taken(number)).unwrap_or(u32::MAX)
    }
}

/// Leaves out phones that an earlier adb server of the list shows too, with the same serial and USB path: one server at two addresses.
/// Gives the phones that are left, and the pairs of servers.
#[must_use]
pub fn without_seen_twice(devices: Vec<Device>) -> (Vec<Device>, Vec<(AdbServer, AdbServer)>) {
    let (mut kept, mut twice): (Vec<Device>, Vec<(AdbServer, AdbServer)>) = (Vec::new(), Vec::new());
    for device in devices {
        match kept.iter().find(|other| is_seen_twice(other, &device)).map(|other| other.server.clone()) {
            None => kept.push(device),
            Some(first) if twice.iter().any(|pair| *pair == (first.clone(), device.server.clone())) => {}
            Some(first) => twice.push((first, device.server)),
        }
    }
    (kept, twice)
}

/// Whether two entries of two adb servers are one phone: a phone is in one USB port of one computer.
pub(super) fn is_seen_twice(one: &Device, other: &Device) -> bool {
    one.server != other.server
        && one.usb_path.is_some()
        && one.serial.is_given()
        && (&one.serial, &one.usb_path) == (&other.serial, &other.usb_path)
}

/// Where other phones of this serial are plugged in. Over USB, what adb prints is the phone's own serial (`ro.serialno`), and a
/// phone has one USB port: two USB paths are two phones, which no record can tell apart.
#[must_use]
pub fn duplicates(device: &Device, among: &[Device]) -> Vec<String> {
    if device.usb_path.is_none() || !device.serial.is_given() {
        return Vec::new();
    }
    let other = |d: &&Device| {
        d.usb_path.is_some()
            && d.serial == device.serial
            && port_key(d) != port_key(device)
            && !is_seen_twice(d, device)
    };
    among.iter().filter(other).map(place).collect()
}

/// Which connection of a phone the run uses, where it has several: the one on USB, else the first that claims it.
#[derive(Debug, Default)]
pub(super) struct HardwareSerials(Mutex<BTreeMap<String, usize>>);

impl HardwareSerials {
    /// The phone at this place in the list says that this is its `ro.serialno`. Gives the place of its other connection, where the run
    /// uses that one.
    pub(super) fn claim(&self, devices: &[Device], at: usize, hardware_serial: &str) -> Option<usize> {
        let mut first = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if devices[at].usb_path.is_some() {
            return devices[..at].iter().position(|other| is_seen_twice(other, &devices[at]));
        }
        let cabled = devices.iter().position(|d| d.usb_path.is_some() && d.serial.as_str() == hardware_serial);
        let worked_on = cabled.unwrap_or_else(|| *first.entry(hardware_serial.to_owned()).or_insert(at));
        (worked_on != at).then_some(worked_on)
    }
}

/// Where a phone is, for people.
#[must_use]
pub fn place(device: &Device) -> String {
    device.usb_path.as_ref().map_or_else(|| device.serial.to_string(), |path| format!("usb {path}"))
}

/// The ending of a phone that the record could not tell from another one.
pub(super) fn duplicate_serial(device: &Device, others: &str) -> Ending {
    let hint = say!("two-phones-have-serial", serial = device.serial, place = place(device), others);
    Ending::new(Outcome::Failed, Reason::DuplicateSerial, hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::samples::device;

    #[test]
    fn numbers_follow_the_usb_path_as_people_count() {
        let devices = [
            device("w", None),
            device("a", Some("1-4.10")),
            device("b", Some("1-4.2")),
            device("c", Some("1-10")),
            device("d", Some("1-4")),
        ];
        let numbers = Numbers::of(&devices);
        let given: Vec<u32> = devices.iter().map(|d| numbers.get(d).unwrap()).collect();
        assert_eq!(given, [5, 3, 2, 4, 1]);
    }

    fn at(port: u16, serial: &str, usb: &str) -> Device {
        let mut device = device(serial, Some(usb));
        device.server.port = port;
        device
    }

    #[test]
    fn the_plugs_of_a_station_have_the_numbers_on_its_tray() {
        let devices = [at(1, "a", "1-1"), at(1, "b", "1-2"), at(2, "c", "1-1"), at(2, "d", "1-2"), at(2, "e", "1-3")];
        let station =
            StationNumbers { first: Some(33), plugs: BTreeMap::from([("1-2".to_owned(), 2), ("1-9".to_owned(), 34)]) };
        let stations = BTreeMap::from([(devices[2].server.clone(), station)]);
        let numbers = Numbers::at_stations(stations).for_all(&devices);
        assert_eq!(devices.map(|d| numbers.get(&d).unwrap()), [1, 3, 33, 2, 35]);
    }

    #[test]
    fn one_phone_that_two_servers_show_is_one_phone() {
        let devices =
            vec![at(1, "a", "1-1"), at(1, "b", "1-2"), at(2, "a", "1-1"), at(2, "b", "1-2"), at(2, "a", "1-9")];
        let (kept, twice) = without_seen_twice(devices.clone());
        assert_eq!(kept, [&devices[..2], &devices[4..]].concat());
        assert_eq!(twice, [(devices[0].server.clone(), devices[2].server.clone())]);
        assert_eq!(HardwareSerials::default().claim(&devices, 2, "a"), Some(0));
        assert_eq!(duplicates(&devices[0], &devices), ["usb 1-9"], "another port is another phone");
    }

    #[test]
    fn a_plug_keeps_its_number_for_the_next_phone() {
        let mut numbers = Numbers::of(&[device("a", Some("1-1")), device("b", Some("1-2"))]);
        assert_eq!(numbers.give(&device("c", Some("1-1"))), 1);
        assert_eq!(numbers.give(&device("c", Some("1-0"))), 3);
        assert_eq!(numbers.get(&device("x", None)), None);
    }

    #[test]
    fn the_same_phone_twice_is_worked_on_over_usb() {
        let devices = [
            device("192.168.1.5:5555", None),
            device("8f2a1b", Some("1-4.2")),
            device("other", Some("1-4.3")),
            device("10.0.0.7:5555", None),
            device("adb-c3._adb-tls-connect._tcp", None),
        ];
        let hardware_serials = HardwareSerials::default();
        assert_eq!(hardware_serials.claim(&devices, 0, "8f2a1b"), Some(1));
        assert_eq!(hardware_serials.claim(&devices, 1, "8f2a1b"), None);
        assert_eq!(hardware_serials.claim(&devices, 2, "other"), None);
        assert_eq!(hardware_serials.claim(&devices, 4, "c3"), None);
        assert_eq!(hardware_serials.claim(&devices, 3, "c3"), Some(4), "over the network, the first that was asked");
        assert_eq!(hardware_serials.claim(&devices, 4, "c3"), None, "asked again, it is still that one");
    }

    #[test]
    fn two_usb_paths_are_two_phones() {
        let same = "0123456789ABCDEF";
        let devices =
            [device(same, Some("1-1")), device(same, Some("1-2")), device(same, None), device("b", Some("1-3"))];
        let found: Vec<_> = devices.iter().map(|d| duplicates(d, &devices).join(",")).collect();
        assert_eq!(found, ["usb 1-2", "usb 1-1", "", ""]);
    }
}
