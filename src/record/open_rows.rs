//! The rows of phones that are in progress, built from their events.

use std::collections::HashMap;

use chrono::Utc;

use super::{PhoneRecord, RunHeader, StepRecord};
use crate::event::{Event, EventKind, FindDevice, PhoneInfo, PhoneKey, Subject};
use crate::model::{ResultRow, Serial};

/// Rows that are not closed yet.
#[derive(Debug, Default)]
pub struct OpenRows {
    phones: HashMap<PhoneKey, (PhoneInfo, FindDevice)>,
    keys: HashMap<Serial, PhoneKey>,
    steps: HashMap<Serial, Vec<StepRecord>>,
}

impl OpenRows {
    /// Hears an event: a step belongs to the row of its phone.
    pub fn hear(&mut self, event: &Event) {
        let Subject::Phone(serial) = &event.subject else { return };
        match &event.kind {
            EventKind::Step { screen, what, mutates } => {
                let step = StepRecord { at: event.at, screen: screen.clone(), what: what.clone(), mutates: *mutates };
                self.steps.entry(serial.clone()).or_default().push(step);
            }
            // A phone that is plugged in again has only its new steps.
            EventKind::Started { .. } => drop(self.steps.remove(serial)),
            _ => {}
        }
    }

    /// A worker has claimed a phone.
    pub fn claim(&mut self, info: &PhoneInfo) {
        let seen = self.phones.get(&info.key).map_or(FindDevice::Unknown, |(_, seen)| *seen);
        self.keys.insert(info.serial.clone(), info.key.clone());
        self.phones.insert(info.key.clone(), (info.clone(), seen));
    }

    /// The phone that events name by this serial.
    #[must_use]
    pub fn key_of(&self, serial: &Serial) -> Option<&PhoneKey> {
        self.keys.get(serial)
    }

    /// What the walk saw of Find Device.
    pub fn find_device(&mut self, key: &PhoneKey, seen: FindDevice) {
        if let Some((_, known)) = self.phones.get_mut(key) {
            *known = seen;
        }
    }

    /// Closes a phone's row; of one without a key the `hardware_serial` may be known. Its number and its picture are known where it is
    /// linked into the chain.
    pub fn close(
        &mut self,
        header: &RunHeader,
        key: Option<&PhoneKey>,
        hardware_serial: Option<String>,
        row: &ResultRow,
    ) -> PhoneRecord {
        let known = key.and_then(|key| self.phones.get(key));
        let (make, place) = known.map_or((None, None), |(info, _)| (info.make.clone(), info.place.clone()));
        let find_device = known.map_or(FindDevice::Unknown, |(_, seen)| *seen);
        let heard = self.steps.remove(&Serial::new(&row.serial)).unwrap_or_default();
        let mut result = row.clone();
        result.seconds = (row.seconds * 10.0).round() / 10.0;
        // In the record an account is masked, as it is wherever it is read again.
        result.account = row.account.as_ref().map(|account| crate::model::AccountId::new(account.masked()));
        PhoneRecord {
            row: 0,
            run: header.clone(),
            hardware_serial: key.map(ToString::to_string).or(hardware_serial),
            make,
            place,
            find_device,
            result,
            ended: Utc::now(),
            steps: if key.is_some() { heard } else { Vec::new() },
            picture: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::{AccountId, Outcome, Proof};

    #[test]
    fn a_row_has_the_steps_of_its_own_phone_since_its_work_began() {
        let mut rows = OpenRows::default();
        let event = |serial: &str, kind| Event::now(Subject::Phone(Serial::new(serial)), kind);
        let step = |what: &str| EventKind::Step { screen: "account-page".into(), what: what.into(), mutates: true };
        let started = || EventKind::Started { model: None, place: None, tray: None };
        let info = PhoneInfo {
            key: PhoneKey::new("hw1"),
            serial: Serial::new("usb1"),
            adb: "127.0.0.1:5037".into(),
            make: Some("Xiaomi".into()),
            model: None,
            place: Some("1-4".into()),
        };
        for (serial, kind) in
            [("usb1", step("of an earlier visit")), ("usb1", started()), ("usb2", step("other")), ("usb1", step("tap"))]
        {
            rows.hear(&event(serial, kind));
        }
        rows.claim(&info);
        rows.find_device(&info.key, FindDevice::Off);
        assert_eq!(rows.key_of(&info.serial), Some(&info.key));
        let header = RunHeader {
            id: "r".into(),
            started: Utc::now(),
            tool: "t".into(),
            operator: None,
            station: None,
            authorised_by: None,
            options: BTreeMap::new(),
            lot: None,
        };
        let row = ResultRow {
            serial: "usb1".into(),
            adb: info.adb.clone(),
            model: None,
            software: None,
            profile: None,
            account: Some(AccountId::new("6230000535")),
            outcome: Outcome::SignedOut,
            reason: None,
            hint: None,
            proof: Proof::default(),
            started: Utc::now(),
            seconds: 1.26,
            steps: 1,
            dumps: 1,
        };
        let record = rows.close(&header, Some(&info.key), None, &row);
        assert_eq!(record.steps.iter().map(|step| step.what.as_str()).collect::<Vec<_>>(), ["tap"]);
        assert_eq!((record.make.as_deref(), record.place.as_deref()), (Some("Xiaomi"), Some("1-4")));
        assert_eq!((record.find_device, record.result.seconds), (FindDevice::Off, 1.3));
        assert_eq!(record.result.account.unwrap().as_given(), "6230***535");
        assert!(rows.close(&header, Some(&info.key), None, &row).steps.is_empty(), "they are in one row only");
    }
}
