//! What can go wrong with an adb server itself; what goes wrong with one phone is a `PhoneError`.

use std::path::PathBuf;
use std::time::Duration;

use crate::model::AdbServer;
use crate::text::say;

/// Why an adb server could not be used, by what the caller does next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AdbError {
    /// No server runs on this computer, and there is no `adb` to start one with.
    #[error("{}", say!("no-adb-server-and-no-program", server = .server, looked = .looked))]
    NoAdb {
        /// Where a server was wanted.
        server: AdbServer,
        /// Where the program was looked for.
        looked: String,
    },
    /// `adb start-server` did not bring a server up.
    #[error("{}", say!("could-not-start-adb-server", adb = adb.display(), why = .why))]
    StartFailed {
        /// The program that was run.
        adb: PathBuf,
        /// What happened.
        why: String,
    },
    /// The server cannot be reached, or hung up: it may come back.
    #[error("{}", say!("adb-server-does-not-answer-because", server = .server, why = .why))]
    Unreachable {
        /// The server.
        server: AdbServer,
        /// What the operating system said.
        why: String,
    },
    /// Something answers there, but it does not speak as an adb server does.
    #[error("{}", say!("not-an-adb-server-at", server = .server))]
    NotAdb {
        /// The address.
        server: AdbServer,
    },
    /// The server refused a request, in its own words.
    #[error("{}", say!("adb-server-refused-because", server = .server, why = .why))]
    Refused {
        /// The server.
        server: AdbServer,
        /// Its words.
        why: String,
    },
    /// The server accepted the connection, but did not answer in time.
    #[error("{}", say!("adb-server-did-not-answer-within", server = .server, seconds = within.as_secs_f32()))]
    Timeout {
        /// The server.
        server: AdbServer,
        /// How long it was waited for.
        within: Duration,
    },
}

impl AdbError {
    /// What a person can do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::NoAdb { .. } => say!("install-adb"),
            Self::StartFailed { .. } => say!("start-the-adb-server-yourself"),
            Self::Unreachable { server, .. } | Self::Timeout { server, .. } if server.is_loopback() => {
                say!("see-whether-adb-answers")
            }
            Self::Unreachable { .. } | Self::Timeout { .. } => say!("check-adb-host-and-port"),
            Self::NotAdb { .. } => say!("another-program-uses-this-port"),
            Self::Refused { .. } => say!("update-platform-tools"),
        }
    }
}
