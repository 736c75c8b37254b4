//! Which phone a request means, and the device list; texts as adb prints them (platform tools 29).

use std::fmt::Write;

use super::registry::Slot;
use crate::endpoint::{ConnState, Identity};

/// How a request names its phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Select {
    Any,
    Usb,
    /// Phones on TCP, of which this server has none.
    Local,
    Serial(String),
    Transport(u64),
}

const USB_HINT: &str = "user in plugdev group; are your udev rules wrong?";
const USB_HELP: &str = "http://developer.android.com/tools/device.html";

/// The one phone that is meant, in whatever state.
pub(super) fn choose(slots: Vec<Slot>, select: &Select) -> Result<Slot, String> {
    let mut error = match select {
        Select::Any => "no devices/emulators found".to_owned(),
        Select::Usb => "no devices found".to_owned(),
        Select::Local => "no emulators found".to_owned(),
        Select::Serial(serial) => format!("device '{serial}' not found"),
        Select::Transport(id) => format!("no device with transport id '{id}'"),
    };
    let mut found = None;
    for slot in slots {
        if slot.state == ConnState::NoPermissions {
            // As adb has it: such a phone is never chosen, and takes the blame whichever phone was meant.
            error = format!("insufficient permissions for device: {USB_HINT}\nSee [{USB_HELP}] for more information");
            continue;
        }
        let meant = match select {
            Select::Any | Select::Usb => true,
            Select::Local => false,
            Select::Serial(serial) => matches(&slot, serial),
            Select::Transport(id) => slot.transport_id == *id,
        };
        if meant && found.is_some() {
            let many = if *select == Select::Any { "more than one device/emulator" } else { "more than one device" };
            return Err(many.to_owned());
        }
        if meant {
            found = Some(slot);
        }
    }
    found.ok_or(error)
}

/// The one phone that is meant, ready for commands.
pub(super) fn choose_ready(slots: Vec<Slot>, select: &Select) -> Result<Slot, String> {
    let slot = choose(slots, select)?;
    match slot.state {
        ConnState::Device => Ok(slot),
        ConnState::Unauthorized => Err("device unauthorized.\nThis adb server's $ADB_VENDOR_KEYS is not set\n\
             Try 'adb kill-server' if that seems wrong.\nOtherwise check for a confirmation dialog on your device."
            .to_owned()),
        ConnState::Offline | ConnState::NoPermissions | ConnState::Gone => Err("device offline".to_owned()),
    }
}

/// A serial, a USB path, or one of `product:`, `model:`, `device:`.
fn matches(slot: &Slot, target: &str) -> bool {
    let Identity { product, model, device } = listed_identity(slot);
    let serial = slot.endpoint().serial();
    (!serial.is_empty() && target == serial)
        || target.strip_prefix("usb:") == Some(slot.usb_path.as_str())
        || target.strip_prefix("product:").is_some_and(|t| t == product)
        || target.strip_prefix("model:").is_some_and(|t| t == model || t == underscored(&model))
        || target.strip_prefix("device:").is_some_and(|t| t == device)
}

/// The names that the server has heard: none before the phone has greeted it.
fn listed_identity(slot: &Slot) -> Identity {
    if slot.state == ConnState::Device { slot.endpoint().identity() } else { Identity::default() }
}

fn underscored(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

/// The word of the device list.
pub(super) fn state_name(state: ConnState) -> String {
    match state {
        ConnState::Device => "device".to_owned(),
        ConnState::Unauthorized => "unauthorized".to_owned(),
        ConnState::Offline | ConnState::Gone => "offline".to_owned(),
        ConnState::NoPermissions => format!("no permissions ({USB_HINT}); see [{USB_HELP}]"),
    }
}

/// The device list, short or long.
pub(super) fn list(slots: &[Slot], long: bool) -> String {
    let mut text = String::new();
    for slot in slots {
        let serial = match slot.endpoint().serial() {
            serial if serial.is_empty() => "(no serial number)".to_owned(),
            serial => serial,
        };
        let state = state_name(slot.state);
        if !long {
            let _ = writeln!(text, "{serial}\t{state}");
            continue;
        }
        let _ = write!(text, "{serial:<22} {state} usb:{}", slot.usb_path);
        let Identity { product, model, device } = listed_identity(slot);
        for (key, value) in [("product", product), ("model", underscored(&model)), ("device", device)] {
            if !value.is_empty() {
                let _ = write!(text, " {key}:{value}");
            }
        }
        let _ = writeln!(text, " transport_id:{}", slot.transport_id);
    }
    text
}
