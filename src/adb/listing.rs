//! Device lists as text → phones. Pure and tolerant: a line that cannot be understood never hides another.

use std::borrow::Cow;

use crate::model::{AdbServer, Device, DeviceState, Serial, TransportId};

/// Reads the text of `host:devices-l`, `host:track-devices-l` or the short `host:devices`, one phone a line.
///
/// Serials may hold spaces and repeat, states may be unknown or missing, and "no permissions" brings a sentence of its own
/// (the forms of adb's `transport.cpp`). An empty line gives nothing; every other line gives a phone.
#[must_use]
pub fn parse_devices(text: &str, server: &AdbServer) -> Vec<Device> {
    text.lines().filter_map(|line| parse_line(line, server)).collect()
}

fn parse_line(line: &str, server: &AdbServer) -> Option<Device> {
    // A tab parts serial and state in the short form; any other control character is dirt of a broken USB descriptor.
    let is_dirt = |c: char| c != '\t' && c.is_control();
    let line = if line.contains(is_dirt) { Cow::Owned(line.replace(is_dirt, "")) } else { Cow::Borrowed(line) };
    let mut rest = line.trim_end();
    if rest.trim_start().is_empty() {
        return None;
    }
    let mut fields = Vec::new();
    if let Some(at) = fields_begin(rest) {
        let (head, tail) = rest.split_at(at);
        fields.extend(tail.split([' ', '\t']).rev().filter_map(field));
        rest = head.trim_end();
    }
    while let Some((head, last)) = rest.rsplit_once([' ', '\t']) {
        let Some((key, value)) = field(last) else { break };
        fields.push((key, value));
        rest = head.trim_end();
    }
    let (serial, state) = serial_and_state(rest);
    let value = |key| fields.iter().find(|(k, v)| *k == key && !v.is_empty()).map(|(_, v)| (*v).to_owned());
    Some(Device {
        server: server.clone(),
        serial: Serial::new(if serial.is_empty() { "(no serial number)" } else { serial }),
        state,
        transport: value("transport_id").and_then(|id| id.parse().ok()).map(TransportId),
        usb_path: value("usb"),
        model: value("model"),
    })
}

/// `key:value` of the long list. Only the keys that adb prints: a serial may hold a colon too.
fn field(token: &str) -> Option<(&str, &str)> {
    let (key, value) = token.split_once(':')?;
    ["usb", "product", "model", "device", "features", "transport_id"].contains(&key).then_some((key, value))
}

/// Where the fields begin behind a state: adb does not clean the names of product and device, which may hold spaces.
fn fields_begin(line: &str) -> Option<usize> {
    let (mut behind_state, mut begin) = (None, 0);
    for word in line.split([' ', '\t']) {
        let end = begin + word.len();
        if !word.is_empty() {
            if behind_state.is_some() && field(word).is_some() {
                return behind_state;
            }
            behind_state = known_state(word).map(|_| end);
        }
        begin = end + 1;
    }
    None
}

fn serial_and_state(text: &str) -> (&str, DeviceState) {
    if let Some(at) = text.find("no permissions") {
        let why = text[at + "no permissions".len()..].trim();
        return (text[..at].trim(), DeviceState::NoPermissions(why.to_owned()));
    }
    if let Some((serial, word)) = text.rsplit_once('\t') {
        return (serial.trim(), state(word.trim()));
    }
    if let Some((serial, word)) = text.rsplit_once(' ')
        && let Some(state) = known_state(word)
    {
        return (serial.trim(), state);
    }
    // An unknown state: the padding of the long form parts it from the serial, and where there is none, the last space.
    let split = text.rsplit_once("  ").or_else(|| text.rsplit_once(' '));
    match split {
        Some((serial, word)) => (serial.trim(), state(word.trim())),
        None => (text.trim(), state("")),
    }
}

fn state(word: &str) -> DeviceState {
    let other = if word.is_empty() { "unknown" } else { word };
    known_state(word).unwrap_or_else(|| DeviceState::Other(other.to_owned()))
}

fn known_state(word: &str) -> Option<DeviceState> {
    Some(match word {
        "device" => DeviceState::Device,
        "offline" => DeviceState::Offline,
        "unauthorized" => DeviceState::Unauthorized,
        "authorizing" => DeviceState::Authorizing,
        "connecting" => DeviceState::Connecting,
        "recovery" => DeviceState::Recovery,
        "sideload" => DeviceState::Sideload,
        "bootloader" => DeviceState::Bootloader,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Device> {
        parse_devices(text, &AdbServer { host: "127.0.0.1".into(), port: 5037 })
    }

    fn one(line: &str) -> (String, DeviceState, Option<u64>, Option<String>, Option<String>) {
        let mut list = read(line);
        assert_eq!(list.len(), 1, "{line:?}");
        let d = list.remove(0);
        (d.serial.as_str().to_owned(), d.state, d.transport.map(|t| t.0), d.usb_path, d.model)
    }

    #[test]
    fn the_long_form() {
        let line = "8f2a1b                 device usb:1-4.2 product:mojito_global model:Redmi_Note_10 device:mojito \
                    transport_id:7\r";
        let expected =
            ("8f2a1b".into(), DeviceState::Device, Some(7), Some("1-4.2".into()), Some("Redmi_Note_10".into()));
        assert_eq!(one(line), expected);
    }

    #[test]
    fn no_permissions_with_its_sentence() {
        let line = "8f2a1b                 no permissions (user in plugdev group; are your udev rules wrong?); see \
                    [http://developer.android.com/tools/device.html] usb:3-1 transport_id:2";
        let (serial, state, id, usb, _) = one(line);
        assert_eq!((serial.as_str(), id, usb.as_deref()), ("8f2a1b", Some(2), Some("3-1")));
        let DeviceState::NoPermissions(why) = state else { panic!("{state:?}") };
        assert!(why.starts_with("(user in plugdev group;") && why.ends_with("device.html]"), "{why}");
    }

    #[test]
    fn odd_serials_and_states() {
        for (line, serial, state) in [
            ("(no serial number)     device usb:1-1 transport_id:1", "(no serial number)", DeviceState::Device),
            ("                       device usb:1-1", "(no serial number)", DeviceState::Device),
            ("my old phone           offline transport_id:3", "my old phone", DeviceState::Offline),
            ("my old phone\tunauthorized", "my old phone", DeviceState::Unauthorized),
            ("a serial that is longer than 22 device", "a serial that is longer than 22", DeviceState::Device),
            ("192.168.1.5:5555       connecting", "192.168.1.5:5555", DeviceState::Connecting),
            ("8f2a1b                 half awake usb:1-2", "8f2a1b", DeviceState::Other("half awake".into())),
            ("8f2a1b                 detached", "8f2a1b", DeviceState::Other("detached".into())),
            ("8f2a1b", "8f2a1b", DeviceState::Other("unknown".into())),
            ("8f\u{1b}[2a1b\u{0}\tdevice", "8f[2a1b", DeviceState::Device),
        ] {
            let (s, st, ..) = one(line);
            assert_eq!((s.as_str(), st), (serial, state), "{line:?}");
        }
    }

    #[test]
    fn names_of_product_and_device_may_hold_spaces() {
        let line = "8f2a1b                 device usb:1-4.2 product:a b model:Redmi_Note_10 device:c d transport_id:7";
        let expected =
            ("8f2a1b".into(), DeviceState::Device, Some(7), Some("1-4.2".into()), Some("Redmi_Note_10".into()));
        assert_eq!(one(line), expected);
    }

    #[test]
    fn a_field_without_a_usable_value_is_a_missing_field() {
        let (_, state, id, usb, model) = one("8f2a1b device usb: model: transport_id:x");
        assert_eq!((state, id, usb, model), (DeviceState::Device, None, None, None));
    }

    #[test]
    fn duplicates_stay_and_a_bad_line_hides_no_other() {
        let list = read("0123456789ABCDEF\tdevice\r\n\r\n????\u{7}::\n0123456789ABCDEF\tdevice\n");
        let serials: Vec<_> = list.iter().map(|d| d.serial.as_str()).collect();
        assert_eq!(serials, ["0123456789ABCDEF", "????::", "0123456789ABCDEF"]);
    }

    proptest::proptest! {
        #[test]
        fn every_line_with_something_on_it_is_a_phone(lines in proptest::collection::vec(".{0,60}", 0..6)) {
            let text = lines.join("\n");
            let shown = text
                .lines()
                .filter(|l| !l.chars().filter(|c| !c.is_control()).collect::<String>().trim_start().is_empty())
                .count();
            proptest::prop_assert_eq!(read(&text).len(), shown);
        }
    }
}
