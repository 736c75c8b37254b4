//! Where phones are: adb servers, their lists, and the connector that the fleet talks through.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use clap::Args;

use super::failure::Failure;
use super::terminal::Output;
use crate::adb::{self, Roster, Sighting, Tracker};
use crate::capture;
use crate::fleet::{Attached, Connector, News, Selection};
use crate::model::{AdbServer, Device, DeviceState, ExitStatus, Serial};
use crate::phone::Phone;
use crate::profile::{Catalog, MAX_BYTES};

/// How long an adb server may take to start and to answer.
const SERVER_WITHIN: Duration = Duration::from_secs(15);

/// Options about where phones are.
#[derive(Clone, Debug, Default, Args)]
pub struct WhereArgs {
    /// The adb server (repeatable) [default: from ADB_SERVER_SOCKET, or ANDROID_ADB_SERVER_ADDRESS and ANDROID_ADB_SERVER_PORT, else 127.0.0.1:5037]
    #[arg(long = "adb", value_name = "HOST:PORT")]
    pub servers: Vec<AdbServer>,
}

/// Options about which phones are meant.
#[derive(Clone, Debug, Default, Args)]
pub struct WhichArgs {
    /// A phone's serial (repeatable) [env: ANDROID_SERIAL]
    // The variable is read by hand: one that a shell has set must not stand against `--all`, as clap would have it.
    #[arg(short, long = "serial", value_name = "SERIAL")]
    pub serials: Vec<String>,
    /// Every attached phone
    #[arg(long, conflicts_with = "serials")]
    pub all: bool,
}

impl WhichArgs {
    /// The selection that was typed; where nothing was, the serial in the environment.
    pub fn selection(&self) -> Selection {
        let serials = if self.all { Vec::new() } else { named(&self.serials) };
        Selection { serials, all: self.all }
    }
}

/// The serials that were typed; where none was, the one in the environment. An empty variable is none, as for adb.
pub fn named(typed: &[String]) -> Vec<Serial> {
    let mut serials: Vec<Serial> = typed.iter().map(Serial::new).collect();
    if serials.is_empty() {
        serials.extend(std::env::var("ANDROID_SERIAL").ok().filter(|serial| !serial.is_empty()).map(Serial::new));
    }
    serials
}

/// Options about device profiles.
#[derive(Clone, Debug, Default, Args)]
pub struct ProfileArgs {
    /// Additional device profiles; they win over built-in ones of the same name
    #[arg(long = "profiles", value_name = "DIR")]
    pub dir: Option<PathBuf>,
}

impl ProfileArgs {
    /// The built-in profiles, and those of the directory.
    pub fn catalog(&self) -> Result<Catalog, Failure> {
        let broken = |error: crate::profile::ProfileError| Failure::usage(error.to_string());
        let mut catalog = Catalog::builtin().map_err(broken)?;
        let Some(dir) = &self.dir else { return Ok(catalog) };
        let unreadable = |error: std::io::Error| {
            Failure::usage(format!("the device profiles could not be read: {error}")).at(dir.display().to_string())
        };
        let mut files: Vec<PathBuf> = std::fs::read_dir(dir)
            .map_err(unreadable)?
            .filter_map(|entry| entry.ok().map(|e| e.path()))
            .filter(|path| path.extension().is_some_and(|e| e == "toml"))
            .collect();
        files.sort();
        if files.is_empty() {
            return Err(Failure::usage("the directory has no device profile (*.toml)").at(dir.display().to_string()));
        }
        let read = |path: &PathBuf| {
            Ok((path.display().to_string(), capture::read_regular_text(path, MAX_BYTES).map_err(unreadable)?))
        };
        let texts = files.iter().map(read).collect::<Result<Vec<_>, Failure>>()?;
        catalog.add_all(&texts).map_err(broken)?;
        Ok(catalog)
    }
}

impl WhereArgs {
    /// The servers that are meant.
    pub fn servers(&self) -> Result<Vec<AdbServer>, Failure> {
        if !self.servers.is_empty() {
            let mut servers: Vec<AdbServer> = Vec::new();
            for server in &self.servers {
                // One that is named twice has its phones once.
                if !servers.contains(server) {
                    servers.push(server.clone());
                }
            }
            return Ok(servers);
        }
        // adb's own order: its socket, before the address and the port.
        if let Some(spec) = std::env::var("ADB_SERVER_SOCKET").ok().filter(|v| !v.is_empty()) {
            return AdbServer::from_socket_spec(&spec)
                .map(|server| vec![server])
                .map_err(|error| Failure::usage(error).at("ADB_SERVER_SOCKET"));
        }
        let host = std::env::var("ANDROID_ADB_SERVER_ADDRESS").ok().filter(|v| !v.is_empty());
        let port = std::env::var("ANDROID_ADB_SERVER_PORT").ok().filter(|v| !v.is_empty());
        let host =
            host.map(|host| if host.contains(':') && !host.starts_with('[') { format!("[{host}]") } else { host });
        let text = format!("{}:{}", host.as_deref().unwrap_or("127.0.0.1"), port.as_deref().unwrap_or("5037"));
        text.parse()
            .map(|server| vec![server])
            .map_err(|error: String| Failure::usage(error).at("ANDROID_ADB_SERVER_ADDRESS, ANDROID_ADB_SERVER_PORT"))
    }

    /// All phones of all servers, in the order that the servers list them. A server that is not there is an error only where
    /// none is; otherwise it is said and passed over.
    pub fn attached(&self, output: &Output) -> Result<Vec<Device>, Failure> {
        let mut devices = Vec::new();
        let mut failures = Vec::new();
        let servers = self.servers()?;
        for server in &servers {
            let listed = adb::ensure_server(server, SERVER_WITHIN).and_then(|started| {
                let found = adb::list(server, SERVER_WITHIN)?;
                // A server that was just started has not seen its USB devices yet.
                if started == adb::Started::Now && found.is_empty() { settle(server) } else { Ok(found) }
            });
            match listed {
                Ok(mut found) => devices.append(&mut found),
                Err(error) => failures.push(Failure::new(ExitStatus::Adb, error.to_string()).hint(error.hint())),
            }
        }
        if failures.len() == servers.len() {
            return Err(failures.remove(0));
        }
        for failure in &failures {
            output.failure(failure);
        }
        Ok(devices)
    }
}

/// The list of a server that was started a moment ago, once it has found phones or had the time to.
fn settle(server: &AdbServer) -> Result<Vec<Device>, adb::AdbError> {
    let Ok((tracker, seen)) = Tracker::channel(server.clone()) else {
        return adb::list(server, SERVER_WITHIN);
    };
    let until = Instant::now() + Duration::from_secs(3);
    let mut devices = Vec::new();
    while let Ok(sighting) = seen.recv_timeout(until.saturating_duration_since(Instant::now())) {
        if let Sighting::Devices(found) = sighting {
            let ready = !found.is_empty() && found.iter().all(|d| d.state == DeviceState::Device);
            devices = found;
            if ready {
                break;
            }
        }
    }
    drop(tracker);
    Ok(devices)
}

/// Talks to phones over their adb servers, and follows the servers' lists for phones that come back.
pub struct AdbConnector(Roster);

fn news_of(server: &AdbServer, sighting: &Sighting) -> News {
    match sighting {
        Sighting::Devices(found) => News::Listed(server.clone(), found.clone()),
        Sighting::Lost(_) => News::Lost(server.clone()),
        Sighting::Back => News::Back(server.clone()),
    }
}

impl AdbConnector {
    /// Follows the servers of these phones.
    pub fn new(devices: &[Device]) -> Self {
        Self(Roster::follow(&devices.iter().map(|d| d.server.clone()).collect()))
    }

    /// Follows these servers, and passes on what they list.
    pub fn following(servers: Vec<AdbServer>, news: &Sender<News>) -> Self {
        let servers = servers.into_iter().collect();
        // Nobody hears the news of a watch that is over.
        let news = news.clone();
        let tell = move |server: &AdbServer, sighting: &Sighting| drop(news.send(news_of(server, sighting)));
        Self(Roster::telling(&servers, tell))
    }
}

impl Connector for AdbConnector {
    fn attached(&self, devices: &[Device]) -> Vec<Attached> {
        let listed = self.0.lists();
        let seen: BTreeSet<_> =
            listed.values().flatten().flatten().map(|d| (&d.server, &d.serial, &d.usb_path)).collect();
        let stands = |device: &Device| match listed.get(&device.server) {
            // Before its first list, nothing is known of a server.
            None => Attached::Listed,
            Some(None) => Attached::ServerGone,
            Some(Some(_)) if seen.contains(&(&device.server, &device.serial, &device.usb_path)) => Attached::Listed,
            Some(Some(_)) => Attached::Gone,
        };
        devices.iter().map(stands).collect()
    }

    fn connect(&self, device: &Device) -> Box<dyn Phone> {
        Box::new(self.0.phone(device))
    }

    fn wait_for(&self, device: &Device, hardware_serial: Option<&str>, until: Instant) -> Option<Device> {
        self.0.wait_for(device, hardware_serial, until)
    }
}
