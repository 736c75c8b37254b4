//! Devices for the tests of this room.

use crate::model::{AdbServer, Device, DeviceState, Serial};

/// A phone that is ready, on the usual server.
pub(super) fn device(serial: &str, usb: Option<&str>) -> Device {
    Device {
        server: AdbServer { host: "127.0.0.1".into(), port: 5037 },
        serial: Serial::new(serial),
        state: DeviceState::Device,
        transport: None,
        usb_path: usb.map(str::to_owned),
        model: None,
    }
}
