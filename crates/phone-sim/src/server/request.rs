//! The words of the smart-socket protocol: what a client asks of the server. Pure.

use super::select::Select;

/// What a client asks.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Request {
    Version,
    Devices {
        long: bool,
    },
    Track {
        long: bool,
    },
    HostFeatures,
    Kill,
    Connect(String),
    Disconnect(String),
    /// Later requests go to this phone; `tell_id` answers with its transport id.
    Transport {
        select: Select,
        tell_id: bool,
    },
    State(Select),
    SerialNumber(Select),
    DevPath(Select),
    Features(Select),
    WaitFor {
        select: Select,
        what: Wanted,
    },
    /// Forwards are never made, so the list is empty and all of them are removed at once.
    ListForward,
    RemoveForwards,
    /// A service of the phone that was chosen before.
    Phone(String),
    Unknown(String),
}

/// What `wait-for-…` waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Device,
    Any,
    Gone,
}

/// Reads a request.
pub(super) fn parse(text: &str) -> Request {
    if let Some(rest) = text.strip_prefix("host:") {
        return of_server(rest).unwrap_or_else(|| of_device(rest, Select::Any));
    }
    if let Some(rest) = text.strip_prefix("host-usb:") {
        return of_device(rest, Select::Usb);
    }
    if let Some(rest) = text.strip_prefix("host-local:") {
        return of_device(rest, Select::Local);
    }
    if let Some(rest) = text.strip_prefix("host-serial:") {
        let (serial, rest) = split_serial(rest);
        return of_device(rest, Select::Serial(serial.to_owned()));
    }
    if let Some(rest) = text.strip_prefix("host-transport-id:") {
        return match rest.split_once(':').map(|(id, rest)| (id.parse(), rest)) {
            Some((Ok(id), rest)) => of_device(rest, Select::Transport(id)),
            _ => Request::Unknown(text.to_owned()),
        };
    }
    Request::Phone(text.to_owned())
}

fn of_server(text: &str) -> Option<Request> {
    Some(match text {
        "version" => Request::Version,
        "devices" => Request::Devices { long: false },
        "devices-l" => Request::Devices { long: true },
        "track-devices" => Request::Track { long: false },
        "track-devices-l" => Request::Track { long: true },
        "host-features" => Request::HostFeatures,
        "kill" => Request::Kill,
        "list-forward" => Request::ListForward,
        "transport-any" => transport(Select::Any),
        "transport-usb" => transport(Select::Usb),
        "transport-local" => transport(Select::Local),
        "tport:any" => Request::Transport { select: Select::Any, tell_id: true },
        "tport:usb" => Request::Transport { select: Select::Usb, tell_id: true },
        "tport:local" => Request::Transport { select: Select::Local, tell_id: true },
        _ => {
            if let Some(serial) = text.strip_prefix("tport:serial:") {
                Request::Transport { select: Select::Serial(serial.to_owned()), tell_id: true }
            } else if let Some(serial) = text.strip_prefix("transport:") {
                transport(Select::Serial(serial.to_owned()))
            } else if let Some(id) = text.strip_prefix("transport-id:") {
                transport(Select::Transport(id.parse().ok()?))
            } else if let Some(address) = text.strip_prefix("connect:") {
                Request::Connect(address.to_owned())
            } else {
                Request::Disconnect(text.strip_prefix("disconnect:")?.to_owned())
            }
        }
    })
}

fn transport(select: Select) -> Request {
    Request::Transport { select, tell_id: false }
}

fn of_device(text: &str, select: Select) -> Request {
    match text {
        "get-state" => Request::State(select),
        "get-serialno" => Request::SerialNumber(select),
        "get-devpath" => Request::DevPath(select),
        "features" => Request::Features(select),
        "killforward-all" => Request::RemoveForwards,
        "list-forward" => Request::ListForward,
        _ => wait_for(text, select).unwrap_or_else(|| Request::Unknown(text.to_owned())),
    }
}

/// `wait-for-STATE` or `wait-for-TRANSPORT-STATE`.
fn wait_for(text: &str, select: Select) -> Option<Request> {
    let rest = text.strip_prefix("wait-for-")?;
    let (transport, state) = rest.split_once('-').unwrap_or(("any", rest));
    let select = match (select, transport) {
        (Select::Any, "usb") => Select::Usb,
        (Select::Any, "local") => Select::Local,
        (select, "any" | "usb") => select,
        _ => return None,
    };
    let what = match state {
        "device" => Wanted::Device,
        "any" => Wanted::Any,
        "disconnect" => Wanted::Gone,
        _ => return None,
    };
    Some(Request::WaitFor { select, what })
}

/// A serial may hold colons: after one of adb's prefixes, and before a port.
fn split_serial(text: &str) -> (&str, &str) {
    const PREFIXES: [&str; 5] = ["usb:", "product:", "model:", "device:", "localfilesystem:"];
    let start = PREFIXES.iter().find(|p| text.starts_with(**p)).map_or(0, |p| p.len());
    let colon = |from: usize| text[from..].find(':').map_or(text.len(), |at| from + at);
    let mut end = colon(start);
    if start == 0 && end < text.len() {
        let port_end = colon(end + 1);
        let port = &text[end + 1..port_end];
        if !port.is_empty() && port_end < text.len() && port.bytes().all(|b| b.is_ascii_digit()) {
            end = port_end;
        }
    }
    (&text[..end], text.get(end + 1..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_of_real_clients_are_read() {
        let serial = |s: &str| Select::Serial(s.to_owned());
        assert_eq!(parse("host:version"), Request::Version);
        assert_eq!(parse("host:transport:a b"), transport(serial("a b")));
        assert_eq!(parse("host:transport-id:7"), transport(Select::Transport(7)));
        assert_eq!(parse("host-serial:X1:features"), Request::Features(serial("X1")));
        assert_eq!(parse("host-serial:127.0.0.1:5555:get-state"), Request::State(serial("127.0.0.1:5555")));
        assert_eq!(parse("host-serial:usb:1-4.2:get-devpath"), Request::DevPath(serial("usb:1-4.2")));
        assert_eq!(parse("host-transport-id:3:get-serialno"), Request::SerialNumber(Select::Transport(3)));
        let wait = Request::WaitFor { select: serial("X"), what: Wanted::Device };
        assert_eq!(parse("host-serial:X:wait-for-any-device"), wait);
        assert_eq!(parse("host:wait-for-usb-any"), Request::WaitFor { select: Select::Usb, what: Wanted::Any });
        assert_eq!(parse("shell:host:version"), Request::Phone("shell:host:version".into()));
    }

    #[test]
    fn nonsense_is_unknown_and_does_not_panic() {
        for text in ["host:", "host-serial:", "host-serial::", "host-transport-id:x:features", "host:transport-id:-1"] {
            assert!(matches!(parse(text), Request::Unknown(_)), "{text}");
        }
        for text in ["host-serial:ü:ü:", "host-serial:usb:", "host:wait-for-", "host-serial:a:1"] {
            let _ = parse(text);
        }
    }
}
