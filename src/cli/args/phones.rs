//! Phones: where they are, and which of them are meant.

use std::path::PathBuf;

use clap::Args;

use crate::cli::failure::Failure;
use crate::cli::stations::{self, Station};
use crate::fleet::{Numbers, Selection};
use crate::model::{AdbServer, Serial};
use crate::text::say;

/// Options about where phones are.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Phones")]
pub(crate) struct WhereArgs {
    /// An adb server (repeatable)
    ///
    /// Without this option, the server is read as adb reads it: from ADB_SERVER_SOCKET, else from ANDROID_ADB_SERVER_ADDRESS and
    /// ANDROID_ADB_SERVER_PORT, else 127.0.0.1:5037. A server on this computer that is not running is started.
    #[arg(long = "adb", value_name = "HOST:PORT")]
    pub(crate) servers: Vec<AdbServer>,
    /// A file with the adb servers of several benches
    ///
    /// stations.toml: a table "station" for each, with its name, its address (adb), and the numbers on its tray (first-number, or a table "plugs"
    /// of USB path = number). Servers of --adb come first. docs/stations.md shows one.
    #[arg(long, value_name = "FILE")]
    pub(crate) stations: Option<PathBuf>,
}

/// Options about which phones are meant.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Phones")]
pub(crate) struct WhichArgs {
    /// The serial of a phone (repeatable)
    ///
    /// Without this option and --all, the serial in ANDROID_SERIAL; without that too, the only connected phone.
    // The variable is read by hand: one that a shell has set must not conflict with `--all`, as clap would have it.
    #[arg(short, long = "serial", value_name = "SERIAL")]
    pub(crate) serials: Vec<String>,
    /// Every connected phone
    #[arg(long, conflicts_with = "serials")]
    pub(crate) all: bool,
}

impl WhichArgs {
    /// The selection that was typed, else the serial in the environment.
    pub(crate) fn selection(&self) -> Selection {
        let serials = if self.all { Vec::new() } else { named(&self.serials) };
        Selection { serials, all: self.all }
    }
}

/// The serials that were typed, else the one in the environment. An empty variable counts as unset, as for adb.
pub(crate) fn named(typed: &[String]) -> Vec<Serial> {
    let mut serials: Vec<Serial> = typed.iter().map(Serial::new).collect();
    if serials.is_empty() {
        serials.extend(std::env::var("ANDROID_SERIAL").ok().filter(|serial| !serial.is_empty()).map(Serial::new));
    }
    serials
}

impl WhereArgs {
    /// The stations of the file, where there is one.
    pub(crate) fn read_stations(&self) -> Result<Vec<Station>, Failure> {
        self.stations.as_deref().map_or_else(|| Ok(Vec::new()), stations::read)
    }

    /// The numbers of the stations' trays. No plug has one yet.
    pub(crate) fn numbers(&self) -> Result<Numbers, Failure> {
        let stations = self.read_stations()?;
        Ok(Numbers::at_stations(stations.into_iter().map(|station| (station.adb, station.numbers)).collect()))
    }

    /// The adb servers that are meant, each once.
    ///
    /// # Errors
    /// Where a variable of the environment names no server.
    pub(crate) fn servers(&self) -> Result<Vec<AdbServer>, Failure> {
        let stations = self.read_stations()?;
        if !self.servers.is_empty() || !stations.is_empty() {
            let mut servers: Vec<AdbServer> = Vec::new();
            for server in self.servers.iter().chain(stations.iter().map(|station| &station.adb)) {
                // One that is named twice has its phones once.
                if !servers.contains(server) {
                    servers.push(server.clone());
                }
            }
            return Ok(servers);
        }
        let wrong = |error: String, variable: &str| {
            Failure::usage(error).at(variable).hint(say!("write-the-server-as-host-port"))
        };
        // adb's own order: its socket, before the address and the port.
        if let Some(spec) = std::env::var("ADB_SERVER_SOCKET").ok().filter(|v| !v.is_empty()) {
            return AdbServer::from_socket_spec(&spec)
                .map(|server| vec![server])
                .map_err(|error| wrong(error, "ADB_SERVER_SOCKET"));
        }
        let host = std::env::var("ANDROID_ADB_SERVER_ADDRESS").ok().filter(|v| !v.is_empty());
        let port = std::env::var("ANDROID_ADB_SERVER_PORT").ok().filter(|v| !v.is_empty());
        let host =
            host.map(|host| if host.contains(':') && !host.starts_with('[') { format!("[{host}]") } else { host });
        let text = format!("{}:{}", host.as_deref().unwrap_or("127.0.0.1"), port.as_deref().unwrap_or("5037"));
        text.parse()
            .map(|server| vec![server])
            .map_err(|error: String| wrong(error, "ANDROID_ADB_SERVER_ADDRESS, ANDROID_ADB_SERVER_PORT"))
    }
}
