//! Finds what phones that disconnected at the same moment have in common, a hub, a bus or an adb server. Pure.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

use crate::model::{AdbServer, Device};
use crate::text::say;

/// Losses within so much time of each other are one event.
const WINDOW: Duration = Duration::from_secs(1);

/// What several lost phones share.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SharedCause {
    /// The adb server.
    Server(AdbServer),
    /// A hub, by its USB path (`1-4`).
    Hub(String),
    /// Ports of the computer itself, by their bus number.
    Bus(String),
}

/// Phones lost at one moment, with what they share.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SharedLoss {
    /// What they have in common.
    pub cause: SharedCause,
    /// How many.
    pub phones: usize,
}

impl fmt::Display for SharedLoss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let phones = self.phones;
        match &self.cause {
            SharedCause::Server(server) => f.write_str(&say!("lost-adb-server", server, phones)),
            SharedCause::Hub(hub) => f.write_str(&say!("lost-phones-on-hub", phones, hub)),
            SharedCause::Bus(bus) => f.write_str(&say!("lost-phones-on-bus", phones, bus)),
        }
    }
}

/// Losses that later ones may join.
#[derive(Debug, Default)]
pub(super) struct Losses {
    pending: Vec<(Instant, Device)>,
}

impl Losses {
    /// A phone is gone.
    pub(super) fn lost(&mut self, now: Instant, device: &Device) {
        self.pending.push((now, device.clone()));
    }

    /// The groups, once [`WINDOW`] has passed without a further loss.
    pub(super) fn settled(&mut self, now: Instant, is_gone: impl Fn(&AdbServer) -> bool) -> Vec<SharedLoss> {
        let last = self.pending.iter().map(|(at, _)| *at).max();
        if last.is_none_or(|last| now.saturating_duration_since(last) < WINDOW) {
            return Vec::new();
        }
        let gone: Vec<Device> = std::mem::take(&mut self.pending).into_iter().map(|(_, device)| device).collect();
        shared_losses(&gone, is_gone)
    }
}

/// Groups phones lost within one moment: by adb server where that is gone, else by the nearest hub that they share.
#[must_use]
pub fn shared_losses(lost: &[Device], is_gone: impl Fn(&AdbServer) -> bool) -> Vec<SharedLoss> {
    let mut servers: BTreeMap<&AdbServer, usize> = BTreeMap::new();
    // Under one port of the computer, the hub nearest to all of them is what went; ports themselves share the bus.
    let mut trees: BTreeMap<(&AdbServer, String), Vec<Vec<String>>> = BTreeMap::new();
    for device in lost {
        if is_gone(&device.server) {
            *servers.entry(&device.server).or_default() += 1;
        } else if let Some((bus, ports)) = device.usb_path.as_deref().and_then(parse) {
            let root = if ports.len() == 1 { bus.clone() } else { format!("{bus}-{}", ports[0]) };
            trees.entry((&device.server, root)).or_default().push(ports);
        }
    }
    let servers =
        servers.into_iter().map(|(server, phones)| SharedLoss { cause: SharedCause::Server(server.clone()), phones });
    let hubs = trees.into_iter().filter(|(_, phones)| phones.len() > 1).map(|((_, root), phones)| {
        let cause = match root.split_once('-') {
            None => SharedCause::Bus(root),
            Some((bus, _)) => SharedCause::Hub(format!("{bus}-{}", shared_hub(&phones).join("."))),
        };
        SharedLoss { cause, phones: phones.len() }
    });
    servers.chain(hubs).collect()
}

/// `1-4.2` → bus `1`, ports `4`, `2`. What is no path of Linux tells nothing.
fn parse(path: &str) -> Option<(String, Vec<String>)> {
    let (bus, ports) = path.split_once('-')?;
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let ports: Vec<String> = ports.split('.').map(str::to_owned).collect();
    (number(bus) && ports.iter().all(|port| number(port))).then(|| (bus.to_owned(), ports))
}

/// The longest beginning that all paths share, without the last port of any.
fn shared_hub(paths: &[Vec<String>]) -> Vec<String> {
    let mut hub: Vec<String> = paths.first().map(|path| path[..path.len() - 1].to_vec()).unwrap_or_default();
    for path in paths {
        let equal = hub.iter().zip(&path[..path.len() - 1]).take_while(|(a, b)| a == b).count();
        hub.truncate(equal);
    }
    hub
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::samples;

    fn device(usb: Option<&str>) -> Device {
        samples::device(&format!("serial at {usb:?}"), usb)
    }

    fn said(paths: &[&str]) -> Vec<String> {
        let lost: Vec<Device> = paths.iter().map(|path| device(Some(path))).collect();
        shared_losses(&lost, |_| false).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn phones_of_one_hub_are_one_message() {
        let six = ["1-4.1", "1-4.2", "1-4.3", "1-4.4", "1-4.5", "1-4.6"];
        assert_eq!(said(&six), ["lost 6 phones on hub 1-4 at once; check the hub's cable and its power"]);
    }

    #[test]
    fn the_nearest_hub_that_all_share_is_named() {
        assert!(said(&["1-4.1.1", "1-4.1.2"])[0].starts_with("lost 2 phones on hub 1-4.1 at"));
        assert!(said(&["1-4.1.1", "1-4.2.2", "1-4.3"])[0].starts_with("lost 3 phones on hub 1-4 at"));
        let two = said(&["1-4.1", "1-4.2", "2-1.1", "2-1.2", "2-1.3"]);
        assert!(two[0].contains("hub 1-4 ") && two[1].contains("3 phones on hub 2-1 "), "{two:?}");
        assert!(said(&["1-1", "1-2", "1-3"])[0].starts_with("lost 3 phones on USB bus 1 at"));
    }

    #[test]
    fn single_phones_and_odd_paths_are_no_message() {
        assert!(said(&["1-4.1", "1-5.1", "2-4.1", "1-1"]).is_empty());
        assert!(said(&["337641472X", "337641473X", "-", "1-", "1-4..2", "1-4..3"]).is_empty());
        assert!(shared_losses(&[device(None), device(None)], |_| false).is_empty());
    }

    #[test]
    fn where_the_server_is_gone_nobody_looks_for_a_hub() {
        let lost = [device(Some("1-4.1")), device(Some("1-5.1")), device(None)];
        let told: Vec<String> = shared_losses(&lost, |_| true).iter().map(ToString::to_string).collect();
        assert_eq!(told, ["lost the adb server at 127.0.0.1:5037 (3 phones affected); waiting for it to come back"]);
    }

    #[test]
    fn losses_are_gathered_until_a_moment_passed_without_one() {
        let (mut losses, began) = (Losses::default(), Instant::now());
        let at = |ms| began + Duration::from_millis(ms);
        losses.lost(at(0), &device(Some("1-4.1")));
        losses.lost(at(900), &device(Some("1-4.2")));
        assert!(losses.settled(at(1500), |_| false).is_empty());
        losses.lost(at(1800), &device(Some("1-4.3")));
        assert_eq!(losses.settled(at(2800), |_| false)[0].phones, 3);
        assert!(losses.settled(at(9000), |_| false).is_empty(), "told once");
    }
}
