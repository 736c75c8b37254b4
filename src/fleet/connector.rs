//! The way to phones and to the servers that list them, as a port: this room knows no adb.

use std::time::Instant;

use crate::model::{AdbServer, Device};
use crate::phone::Phone;

/// Gives phones to talk to.
pub trait Connector: Sync {
    /// A phone over this connection. Does no I/O yet.
    fn connect(&self, device: &Device) -> Box<dyn Phone>;

    /// Waits until the same hardware is listed again, on whatever port and with whatever transport, or until `until`.
    fn wait_for(&self, device: &Device, hardware_serial: Option<&str>, until: Instant) -> Option<Device>;

    /// How the adb servers list these phones now, in the order given. A connector that does not follow the lists says that all are
    /// listed.
    fn attached(&self, devices: &[Device]) -> Vec<Attached> {
        vec![Attached::Listed; devices.len()]
    }
}

/// How the adb server lists a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attached {
    /// It is listed.
    Listed,
    /// It is not.
    Gone,
    /// Its server does not answer.
    ServerGone,
}

/// What an adb server reports of its phones.
#[derive(Clone, Debug)]
pub enum DeviceUpdate {
    /// All that a server lists now.
    Listed(AdbServer, Vec<Device>),
    /// A server went away, or was never there.
    Lost(AdbServer),
    /// A lost server answers again.
    Back(AdbServer),
}
