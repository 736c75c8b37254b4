//! The connected phones as a table: what each is, its account, and what keeps it from being signed out. Reads only.

use std::time::Duration;

use serde_json::json;

use crate::adb::AdbPhone;
use crate::fleet::Numbers;
use crate::model::{Device, Ending, Outcome, Presence, Reason, printable};
use crate::phone::{Phone, PhoneFacts};
use crate::preflight::{self, Identity, Wanted};
use crate::profile::{Catalog, Labels};
use crate::text::say;

/// A phone, as far as it could be read without touching it.
pub(crate) struct PhoneLine {
    pub(crate) device: Device,
    /// Its number in the tray, where there are several.
    tray: Option<u32>,
    identity: Identity,
    facts: Option<PhoneFacts>,
    /// Why it can't be signed out now.
    pub(crate) stop: Option<Ending>,
}

/// How likely it is that a phone which is not ready becomes ready while a person looks on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Prospect {
    /// A person at the phone can make it ready.
    Soon,
    /// Somebody else can, or time.
    Perhaps,
    /// Nobody can.
    Never,
}

/// Reads these phones, all at once.
pub(crate) fn read(devices: &[Device], numbers: &Numbers) -> Vec<PhoneLine> {
    // The labels that are compiled in: a mistake there is the profiles' error, which each command tells.
    let catalog = Catalog::builtin().ok();
    let labels = catalog.as_ref().map(Catalog::labels);
    let mut lines: Vec<PhoneLine> = std::thread::scope(|scope| {
        let ask = |device| std::thread::Builder::new().spawn_scoped(scope, move || ask(device, labels));
        let asked: Vec<_> = devices.iter().map(|device| (device, ask(device))).collect();
        // Without a thread for it, ask the phone here, after the others.
        let line = |(device, asked): (&Device, std::io::Result<std::thread::ScopedJoinHandle<'_, PhoneLine>>)| {
            asked.map_or_else(|_| Some(self::ask(device, labels)), |asked| asked.join().ok())
        };
        asked.into_iter().filter_map(line).collect()
    });
    for line in &mut lines {
        line.tray = numbers.get(&line.device).filter(|_| devices.len() > 1);
    }
    lines
}

fn ask(device: &Device, labels: Option<&Labels>) -> PhoneLine {
    let mut line = PhoneLine {
        device: device.clone(),
        tray: None,
        identity: Identity::default(),
        facts: None,
        stop: preflight::of_device(device),
    };
    if line.stop.is_some() {
        return line;
    }
    match AdbPhone::of(device).facts(false, Duration::from_secs(20)) {
        Ok(facts) => {
            line.identity = preflight::identify(&facts.props);
            line.stop = stop(&facts, labels);
            line.facts = Some(facts);
        }
        Err(error) => line.stop = Some(preflight::of_error(&error)),
    }
    line
}

/// Why a phone can't be signed out now. Its input switch is named as the phone names it.
fn stop(facts: &PhoneFacts, labels: Option<&Labels>) -> Option<Ending> {
    let input_switch = labels.map_or("", |labels| preflight::input_switch_name(labels, &facts.props));
    preflight::stop(facts, Wanted { input_switch, password_not_typeable: false })
}

impl PhoneLine {
    fn model(&self) -> Option<String> {
        self.identity.model.clone().or_else(|| self.device.model.as_ref().map(|m| m.replace('_', " ")))
    }

    /// The account, masked.
    pub(crate) fn account(&self) -> Option<String> {
        self.facts.as_ref().and_then(|f| f.accounts.account()).map(ToString::to_string)
    }

    /// Its number in the tray, and its USB path.
    fn place(&self) -> String {
        let number = self.tray.map(|number| format!("#{number}"));
        let parts: Vec<String> = number.into_iter().chain(self.device.usb_path.clone()).collect();
        parts.join(" ")
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.stop.is_none()
    }

    /// How likely it is that waiting for the phone helps, where it is not ready.
    pub(crate) fn prospect(&self) -> Prospect {
        match &self.stop {
            Some(stop) if stop.can_pass() || stop.reason == Some(Reason::Offline) => Prospect::Soon,
            Some(stop) if stop.outcome == Outcome::NotSupported => Prospect::Never,
            _ => Prospect::Perhaps,
        }
    }

    pub(crate) fn signed_out(&self) -> bool {
        self.facts.as_ref().is_some_and(|f| f.accounts.presence() == Presence::Absent)
    }

    /// The phone as `devices --json` prints it.
    pub(crate) fn json(&self) -> serde_json::Value {
        let stop = self.stop.as_ref();
        json!({
            "type": "device", "schema": 1,
            "serial": self.device.serial, "adb": self.device.server.to_string(), "state": self.device.state.as_str(),
            "usb": self.device.usb_path, "tray": self.tray, "model": self.model(), "software": self.identity.software,
            "account": self.account(),
            "signed_in": self.facts.as_ref().and_then(|f| match f.accounts.presence() {
                Presence::Present => Some(true),
                Presence::Absent => Some(false),
                Presence::Unknown => None,
            }),
            // Only a walk can see it: no reading that adb allows tells it.
            "find_device": null,
            "ready": self.is_ready(),
            "outcome": stop.map(|s| s.outcome),
            "reason": stop.and_then(|s| s.reason),
            "hint": stop.and_then(|s| s.hint.clone()),
        })
    }
}

/// The lines as a table, and a hint for each phone that is not ready.
pub(crate) fn table(lines: &[PhoneLine]) -> Vec<String> {
    let head = [
        say!("column-tray"),
        say!("column-serial"),
        say!("column-state"),
        say!("column-model"),
        say!("column-software"),
        say!("column-account"),
        say!("column-ready"),
    ];
    let mut rows = vec![head];
    for line in lines {
        let ready = match &line.stop {
            None => say!("table-ready"),
            Some(stop) => stop.reason.map_or_else(|| say!("table-signed-out-already"), |r| r.to_string()),
        };
        let dash = |value: Option<String>| value.unwrap_or_else(|| "-".into());
        rows.push(
            [
                line.place(),
                line.device.serial.to_string(),
                line.device.state.to_string(),
                dash(line.model()),
                dash(line.identity.software.clone()),
                dash(line.account()),
                ready,
            ]
            .map(|cell| printable(&cell)),
        );
    }
    let width = |column: usize| rows.iter().map(|row| console::measure_text_width(&row[column])).max().unwrap_or(0);
    let widths: Vec<usize> = (0..7).map(width).collect();
    // One phone needs no number.
    let first = usize::from(lines.iter().all(|line| line.tray.is_none()));
    let mut printed: Vec<String> =
        rows.iter()
            .map(|row| {
                let cells =
                    row.iter().zip(&widths).skip(first).map(|(cell, width)| {
                        console::pad_str(cell, *width, console::Alignment::Left, None).into_owned()
                    });
                cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
            })
            .collect();
    for line in lines {
        if let Some(hint) = line.stop.as_ref().and_then(|s| s.hint.as_ref()) {
            printed.push(printable(&format!("{}: hint: {hint}", line.device.serial)));
        }
    }
    printed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AccountId, AccountsProbe, UserAccounts};

    #[test]
    fn the_input_switch_is_named_in_the_phones_language() {
        let account = UserAccounts { user: 0, count: 1, xiaomi: vec![AccountId::new("6230***535")] };
        let props = [("ro.miui.ui.version.name", "V140"), ("persist.sys.locale", "de-DE")];
        let facts = PhoneFacts {
            props: props.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
            accounts: AccountsProbe { users: vec![account] },
            ..PhoneFacts::default()
        };
        let catalog = Catalog::builtin().unwrap();
        let hint = stop(&facts, Some(catalog.labels())).unwrap().hint.unwrap();
        assert!(hint.contains("'USB-Debugging (Sicherheitseinstellungen)'"), "{hint}");
    }
}
