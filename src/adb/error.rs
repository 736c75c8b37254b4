//! What can go wrong with an adb server itself; what goes wrong with one phone is a `PhoneError`.

use std::path::PathBuf;
use std::time::Duration;

use crate::model::AdbServer;

/// Why an adb server could not be used, by what the caller does next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AdbError {
    /// No server runs on this computer, and there is no `adb` to start one with.
    #[error("no adb server at {server}, and no adb program was found ({looked})")]
    NoAdb {
        /// Where a server was wanted.
        server: AdbServer,
        /// Where the program was looked for.
        looked: String,
    },
    /// `adb start-server` did not bring a server up.
    #[error("'{}' could not start an adb server: {why}", adb.display())]
    StartFailed {
        /// The program that was run.
        adb: PathBuf,
        /// What happened.
        why: String,
    },
    /// The server cannot be reached, or hung up: it may come back.
    #[error("the adb server at {server} does not answer: {why}")]
    Unreachable {
        /// The server.
        server: AdbServer,
        /// What the operating system said.
        why: String,
    },
    /// Something answers there, but it does not speak as an adb server does.
    #[error("what answers at {server} is no adb server")]
    NotAdb {
        /// The address.
        server: AdbServer,
    },
    /// The server refused a request, in its own words.
    #[error("the adb server at {server} refused: {why}")]
    Refused {
        /// The server.
        server: AdbServer,
        /// Its words.
        why: String,
    },
    /// The server accepted the connection, but did not answer in time.
    #[error("the adb server at {server} did not answer within {} s", within.as_secs_f32())]
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
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoAdb { .. } => {
                "install Android's platform-tools (Debian, Ubuntu: apt install adb; macOS: brew install \
                 android-platform-tools; Windows: winget install Google.PlatformTools), or set ADB to the program"
            }
            Self::StartFailed { .. } => "run 'adb start-server' yourself and read what it says",
            Self::Unreachable { server, .. } | Self::Timeout { server, .. } if server.is_loopback() => {
                "run 'adb devices' and see whether it answers; another program may be holding the server"
            }
            Self::Unreachable { .. } | Self::Timeout { .. } => {
                "check host and port; a server on another computer must have been started with 'adb -a'"
            }
            Self::NotAdb { .. } => "another program uses this port: name the right one with --adb HOST:PORT",
            Self::Refused { .. } => "the server may be too old: update Android's platform-tools",
        }
    }
}
