//! Phones as an adb server lists them.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::text::say;

/// A property of a phone that is none of Android's: the `versionName` of the account app, `com.xiaomi.account`. Profiles match it.
pub const ACCOUNT_APP_VERSION: &str = "account-app.version";

/// A serial as adb prints it: not always unique, and `host:port` for a phone on the network.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Serial(String);

impl Serial {
    /// Takes the text of a device list.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text as adb prints it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the phone has one: adb has words in its place where it has none.
    #[must_use]
    pub fn is_given(&self) -> bool {
        !self.0.is_empty() && !self.0.starts_with('(') && !self.0.starts_with('?')
    }

    /// Whether it names a place on the network (`host:port`, or a service of adb's discovery) and no hardware.
    #[must_use]
    pub fn is_network(&self) -> bool {
        self.0.contains(':') || self.0.contains("._adb")
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The adb server's number for one connection of one phone; a new one at every plug-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TransportId(pub u64);

/// The connection state that a device list names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DeviceState {
    /// Ready for commands.
    Device,
    /// Listed, but not answering.
    Offline,
    /// The phone has not accepted this computer's key.
    Unauthorized,
    /// The phone is being asked.
    Authorizing,
    /// The server is connecting to it.
    Connecting,
    /// The operating system does not let adb open the USB device; the text is adb's own explanation.
    NoPermissions(String),
    /// Recovery mode.
    Recovery,
    /// Sideload mode.
    Sideload,
    /// Fastboot, as far as adb lists it.
    Bootloader,
    /// A state this program does not know, as printed.
    Other(String),
}

impl DeviceState {
    /// The word of adb's device list.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Device => "device",
            Self::Offline => "offline",
            Self::Unauthorized => "unauthorized",
            Self::Authorizing => "authorizing",
            Self::Connecting => "connecting",
            Self::NoPermissions(_) => "no permissions",
            Self::Recovery => "recovery",
            Self::Sideload => "sideload",
            Self::Bootloader => "bootloader",
            Self::Other(text) => text,
        }
    }
}

impl fmt::Display for DeviceState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// `HOST:PORT` of an adb server.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AdbServer {
    /// Host name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
}

impl AdbServer {
    /// Whether it is on this computer, so that it may be started when it does not run.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }
}

impl AdbServer {
    /// Reads a socket as adb's own variable `ADB_SERVER_SOCKET` names it: `tcp:PORT` or `tcp:HOST:PORT`.
    ///
    /// # Errors
    /// With the reason, where it is another kind of socket or no address.
    pub fn from_socket_spec(spec: &str) -> Result<Self, String> {
        match spec.strip_prefix("tcp:") {
            Some(port) if !port.contains(':') => format!("127.0.0.1:{port}").parse(),
            Some(address) => address.parse(),
            None => Err(say!("not-a-tcp-spec", spec)),
        }
    }
}

impl fmt::Display for AdbServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

impl std::str::FromStr for AdbServer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (host, port) = text.rsplit_once(':').ok_or_else(|| say!("not-host-port", text))?;
        let port = port.parse().map_err(|_| say!("not-a-tcp-port", port))?;
        // An IPv6 address is in brackets, as in a URL: `[::1]:5037`.
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let is_address = bare.is_some_and(|bare| bare.parse::<std::net::Ipv6Addr>().is_ok());
        if host.is_empty() || port == 0 || (bare.is_some() && !is_address) {
            return Err(say!("not-host-port", text));
        }
        if bare.is_none() && host.contains(':') {
            return Err(say!("ipv6-address-needs-brackets", text, port));
        }
        Ok(Self { host: bare.unwrap_or(host).to_owned(), port })
    }
}

/// One line of a device list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// The server that lists it.
    pub server: AdbServer,
    /// Its serial, which need not be unique.
    pub serial: Serial,
    /// Its connection state.
    pub state: DeviceState,
    /// The server's number for this connection, where the server gives one.
    pub transport: Option<TransportId>,
    /// The USB path (`1-4.2`, without `usb:`), where it is on USB.
    pub usb_path: Option<String>,
    /// `model:` of the long list, as printed (`Redmi_Note_10`).
    pub model: Option<String>,
}

/// The activity in front, as `mCurrentFocus` names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Focus {
    /// Package, for example `com.xiaomi.account`.
    pub package: String,
    /// Activity with its package prefix shortened to a dot where it can be (`.ui.AccountSettingsActivity`); empty for a window that is no activity.
    pub activity: String,
}

impl Focus {
    /// Reads `package/activity`; a full activity name that begins with the package is shortened to `.name`.
    #[must_use]
    pub fn parse(component: &str) -> Self {
        let (package, activity) = component.split_once('/').unwrap_or((component, ""));
        let activity = match activity.strip_prefix(package) {
            Some(rest) if rest.starts_with('.') => rest,
            _ => activity,
        };
        Self { package: package.to_owned(), activity: activity.to_owned() }
    }
}

impl fmt::Display for Focus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.package, self.activity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_activity_name_is_shortened() {
        let short = Focus::parse("com.xiaomi.account/.ui.QuickLoginActivity");
        assert_eq!(Focus::parse("com.xiaomi.account/com.xiaomi.account.ui.QuickLoginActivity"), short);
        assert_eq!(Focus::parse("com.xiaomi.account/com.xiaomi.accountx.A").activity, "com.xiaomi.accountx.A");
    }

    #[test]
    fn b14_an_ipv6_server_stands_in_brackets() {
        let server: AdbServer = "[::1]:5037".parse().unwrap();
        assert_eq!((server.host.as_str(), server.to_string().as_str()), ("::1", "[::1]:5037"));
        assert!(server.is_loopback());
        for bad in ["::1:5037", "[::1]", "[::1]:", "[adb]:5037", "[]:5037"] {
            assert!(bad.parse::<AdbServer>().is_err(), "{bad}");
        }
    }

    #[test]
    fn b14_adbs_own_variable_is_read() {
        let at = |spec| AdbServer::from_socket_spec(spec).map(|server| server.to_string());
        assert_eq!(at("tcp:5555"), Ok("127.0.0.1:5555".into()));
        assert_eq!(at("tcp:bench2:5555"), Ok("bench2:5555".into()));
        assert_eq!(at("tcp:[::1]:5555"), Ok("[::1]:5555".into()));
        for bad in ["5555", "localfilesystem:/tmp/adb", "tcp:", "tcp:bench2:"] {
            assert!(at(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn adb_server_needs_host_and_port() {
        assert!("127.0.0.1:5037".parse::<AdbServer>().is_ok());
        for bad in ["", "5037", ":5037", "host:", "host:0", "host:70000"] {
            assert!(bad.parse::<AdbServer>().is_err(), "{bad}");
        }
    }
}
