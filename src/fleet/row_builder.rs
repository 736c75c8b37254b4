//! Collects what a phone's result row needs while its worker runs.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use crate::event::{FindDevice, Progress};
use crate::flow::Counts;
use crate::journal::PhoneKey;
use crate::model::{AccountId, Device, Ending, Presence, Proof, ResultRow};
use crate::preflight::Identity;

/// What is known for the row so far.
pub(super) struct RowBuilder {
    pub(super) serial: String,
    pub(super) adb: String,
    pub(super) identity: Identity,
    pub(super) fallback_model: Option<String>,
    pub(super) profile: Option<String>,
    pub(super) account: Option<AccountId>,
    pub(super) proof: Proof,
    pub(super) started: DateTime<Utc>,
    pub(super) began: Instant,
    pub(super) progress: Progress,
    pub(super) counts: Counts,
    pub(super) key: Option<PhoneKey>,
    /// Time spent waiting for a person before the walk.
    pub(super) waited: Duration,
    pub(super) asked_password: bool,
    /// Where the phone was claimed, until what is left on it has been cleared away.
    pub(super) claimed: Option<Device>,
}

impl RowBuilder {
    pub(super) fn new(device: &Device) -> Self {
        Self {
            serial: device.serial.to_string(),
            adb: device.server.to_string(),
            identity: Identity::default(),
            fallback_model: device.model.as_ref().map(|m| m.replace('_', " ")),
            profile: None,
            account: None,
            proof: Proof::default(),
            started: Utc::now(),
            began: Instant::now(),
            progress: Progress::default(),
            counts: Counts::default(),
            key: None,
            waited: Duration::ZERO,
            asked_password: false,
            claimed: None,
        }
    }

    pub(super) fn finish(self, ending: Ending) -> ResultRow {
        ResultRow {
            serial: self.serial,
            adb: self.adb,
            model: self.identity.model.or(self.fallback_model),
            software: self.identity.software,
            profile: self.profile,
            account: self.account,
            outcome: ending.outcome,
            reason: ending.reason,
            hint: ending.hint,
            proof: self.proof,
            started: self.started,
            seconds: (self.began.elapsed().as_secs_f64() * 10.0).round() / 10.0,
            steps: self.counts.steps,
            dumps: self.counts.dumps,
        }
    }
}

pub(super) fn words(presence: Presence) -> Option<String> {
    match presence {
        Presence::Present => Some("account present".into()),
        Presence::Absent => Some("no com.xiaomi account".into()),
        Presence::Unknown => None,
    }
}

/// What the walk saw of Find Device. The password is asked to turn it off, so a phone that asked and is out has it off now.
pub(super) fn find_device(asked_password: bool, presence: Presence) -> FindDevice {
    match (asked_password, presence) {
        (true, Presence::Absent) => FindDevice::Off,
        (true, Presence::Present) => FindDevice::On,
        _ => FindDevice::Unknown,
    }
}
