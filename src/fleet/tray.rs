//! Where phones lie: numbers for the tray, in the order of USB paths, and which entries of a list are one phone.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::model::{AdbServer, Device, natural_order};

/// One plug: what stays the same when a phone there is plugged in again.
pub(super) type PortKey = (AdbServer, String);

/// A phone's plug: its USB path, or its serial where it has none.
pub(super) fn port_key(device: &Device) -> PortKey {
    let place =
        device.usb_path.as_ref().map_or_else(|| device.serial.as_str().to_owned(), |path| format!("usb {path}"));
    (device.server.clone(), place)
}

/// Numbers of plugs: 1 is the first by USB path (`1-4.2` before `1-4.10`), and phones that are not on USB come after those that
/// are. A plug keeps its number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbers(Vec<PortKey>);

impl Numbers {
    /// Numbers what is attached.
    #[must_use]
    pub fn of(devices: &[Device]) -> Self {
        let mut numbers = Self::default();
        numbers.give_all(devices);
        numbers
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
        self.0.iter().position(|known| *known == port_key).map(|at| at as u32 + 1)
    }

    /// The number of a phone's plug; a plug that has none gets the next one.
    pub fn give(&mut self, device: &Device) -> u32 {
        self.get(device).unwrap_or_else(|| {
            self.0.push(port_key(device));
            self.0.len() as u32
        })
    }
}

/// Where other phones of this serial are plugged in. Over USB, what adb prints is the phone's own serial (`ro.serialno`), and a
/// phone has one USB port: two USB paths are two phones, which no record can tell apart.
#[must_use]
pub fn duplicates(device: &Device, among: &[Device]) -> Vec<String> {
    if device.usb_path.is_none() || !device.serial.is_given() {
        return Vec::new();
    }
    let other = |d: &&Device| d.usb_path.is_some() && d.serial == device.serial && port_key(d) != port_key(device);
    among.iter().filter(other).map(place).collect()
}

/// Which connection a phone is worked on over, where it has several: the one on USB, else the one that was asked first.
#[derive(Debug, Default)]
pub(super) struct HardwareSerials(Mutex<BTreeMap<String, usize>>);

impl HardwareSerials {
    /// The phone at this place in the list says that this is its `ro.serialno`. Gives the place of its other connection, where it is
    /// worked on over that.
    pub(super) fn claim(&self, devices: &[Device], at: usize, hardware_serial: &str) -> Option<usize> {
        let mut first = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if devices[at].usb_path.is_some() {
            return None;
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
