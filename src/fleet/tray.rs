//! Where phones lie: numbers for the tray, in the order of USB paths, and which entries of a list are one phone. Pure.

use crate::model::{AdbServer, Device};

/// One plug: what stays the same when a phone there is plugged in again.
pub(super) type Spot = (AdbServer, String);

/// A phone's plug: its USB path, or its serial where it has none.
pub(super) fn spot(device: &Device) -> Spot {
    let place =
        device.usb_path.as_ref().map_or_else(|| device.serial.as_str().to_owned(), |path| format!("usb {path}"));
    (device.server.clone(), place)
}

/// Numbers of plugs: 1 is the first by USB path (`1-4.2` before `1-4.10`), and phones that are not on USB come after those that
/// are. A plug keeps its number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbers(Vec<Spot>);

impl Numbers {
    /// Numbers what is attached.
    #[must_use]
    pub fn of(devices: &[Device]) -> Self {
        let mut numbers = Self::default();
        let mut sorted: Vec<&Device> = devices.iter().collect();
        sorted.sort_by_cached_key(|d| (d.usb_path.is_none(), d.server.clone(), natural(&spot(d).1)));
        for device in sorted {
            numbers.give(device);
        }
        numbers
    }

    /// The number of a phone's plug.
    #[must_use]
    pub fn get(&self, device: &Device) -> Option<u32> {
        let spot = spot(device);
        self.0.iter().position(|known| *known == spot).map(|at| at as u32 + 1)
    }

    /// The number of a phone's plug; a plug that has none gets the next one.
    pub fn give(&mut self, device: &Device) -> u32 {
        self.get(device).unwrap_or_else(|| {
            self.0.push(spot(device));
            self.0.len() as u32
        })
    }
}

/// A text in pieces that sort as people count: digits by their value.
fn natural(text: &str) -> Vec<(u64, String)> {
    let mut pieces: Vec<(u64, String)> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let words = rest[digits..].find(|c: char| c.is_ascii_digit()).map_or(rest.len(), |at| digits + at);
        pieces.push((rest[..digits].parse().unwrap_or(u64::MAX), rest[digits..words].to_owned()));
        rest = &rest[words..];
    }
    pieces
}

/// What an entry of a list is among the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// A phone of its own.
    #[default]
    Own,
    /// Another connection (Wi-Fi, a second server) of the phone at this index, which is worked on there.
    Twin(usize),
    /// Another phone has the same hardware serial: the record can't tell them apart. Where the others are.
    Duplicate(Vec<String>),
}

/// Which entries are one phone. `hardware` holds each one's `ro.serialno`, where it could be read.
///
/// A phone has one USB port: two USB paths are two phones, whatever their serials say. A phone on USB and once more over the
/// network, or twice over the network, is one; USB is preferred, then what is listed first.
#[must_use]
pub fn standings(devices: &[Device], hardware: &[Option<String>]) -> Vec<Standing> {
    let serial = |at: usize| hardware.get(at).and_then(Option::as_deref);
    // Over USB, what adb prints is the phone's own serial: it tells a duplicate also where the phone could not be asked.
    let same = |a: usize, b: usize| match (serial(a), serial(b)) {
        (Some(x), Some(y)) => x == y,
        _ => devices[a].serial == devices[b].serial,
    };
    let on_usb = |at: usize| devices[at].usb_path.is_some();
    (0..devices.len())
        .map(|at| {
            let others: Vec<usize> = (0..devices.len()).filter(|other| *other != at && same(at, *other)).collect();
            let usb: Vec<usize> = others.iter().copied().filter(|other| on_usb(*other)).collect();
            match (on_usb(at), usb.first()) {
                (true, Some(_)) => Standing::Duplicate(usb.iter().map(|other| place(&devices[*other])).collect()),
                (false, Some(_)) if usb.len() > 1 => {
                    Standing::Duplicate(usb.iter().map(|other| place(&devices[*other])).collect())
                }
                (false, Some(first)) => Standing::Twin(*first),
                (true, None) => Standing::Own,
                (false, None) => {
                    others.first().filter(|first| **first < at).map_or(Standing::Own, |f| Standing::Twin(*f))
                }
            }
        })
        .collect()
}

/// Where a phone is, for people.
#[must_use]
pub fn place(device: &Device) -> String {
    device.usb_path.as_ref().map_or_else(|| device.serial.to_string(), |path| format!("usb {path}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{DeviceState, Serial};

    fn device(serial: &str, usb: Option<&str>) -> Device {
        Device {
            server: AdbServer { host: "127.0.0.1".into(), port: 5037 },
            serial: Serial::new(serial),
            state: DeviceState::Device,
            transport: None,
            usb_path: usb.map(str::to_owned),
            model: None,
        }
    }

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

    fn told(entries: &[(&str, Option<&str>, Option<&str>)]) -> Vec<Standing> {
        let devices: Vec<Device> = entries.iter().map(|(serial, usb, _)| device(serial, *usb)).collect();
        let hardware: Vec<Option<String>> = entries.iter().map(|(.., own)| own.map(str::to_owned)).collect();
        standings(&devices, &hardware)
    }

    #[test]
    fn the_same_phone_twice_is_worked_on_over_usb() {
        let list = [
            ("192.168.1.5:5555", None, Some("8f2a1b")),
            ("8f2a1b", Some("1-4.2"), Some("8f2a1b")),
            ("other", Some("1-4.3"), Some("other")),
        ];
        assert_eq!(told(&list), [Standing::Twin(1), Standing::Own, Standing::Own]);
        let network = [("192.168.1.5:5555", None, Some("8f2a1b")), ("adb-8f2a1b._tcp", None, Some("8f2a1b"))];
        assert_eq!(told(&network), [Standing::Own, Standing::Twin(0)]);
    }

    #[test]
    fn two_usb_paths_are_two_phones_and_none_of_them_can_be_recorded() {
        let list = [
            ("0123456789ABCDEF", Some("1-1"), Some("0123456789ABCDEF")),
            ("0123456789ABCDEF", Some("1-2"), None),
            ("10.0.0.2:5555", None, Some("0123456789ABCDEF")),
        ];
        let duplicate = |places: &[&str]| Standing::Duplicate(places.iter().map(|p| (*p).to_owned()).collect());
        assert_eq!(told(&list)[..2], [duplicate(&["usb 1-2"]), duplicate(&["usb 1-1"])]);
        let unread = [("a", Some("1-1"), None), ("b", Some("1-2"), None)];
        assert_eq!(told(&unread), [Standing::Own, Standing::Own]);
    }
}
