//! What the benchmark stands its phones on: simulated phones in this process, a real adb server on a port of its own, and children whose
//! cost is read from `/proc`.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use phone_sim::device::SimDevice;
use phone_sim::farm::Farm;
use phone_sim::phone::{PhoneSpec, SimPhone, Stats};
use phone_sim::server::PlugId;

/// Any one process is given up after this.
const GUARD: Duration = Duration::from_secs(600);
/// `/proc` counts processor time in hundredths of a second on every Linux.
const TICK_MS: f64 = 10.0;

/// Waits for the end of a child that nobody has waited for yet: processor time in ms, and the most memory in KiB.
///
/// An ended child stays in `/proc` with its times until it is waited for. Its memory is gone by then: the mark of the most that it
/// ever had is read while it runs.
pub(crate) fn watch(pid: u32, begun: Instant) -> Result<(f64, u64)> {
    let mut memory = 0;
    loop {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
        let line = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        if let Some(peak) = line("VmHWM:").and_then(|peak| peak.strip_suffix(" kB")) {
            memory = peak.trim().parse()?;
        }
        if line("State:").is_some_and(|state| state.starts_with('Z')) {
            return Ok((cpu_ms(pid)?, memory));
        }
        ensure!(begun.elapsed() < GUARD, "mi-signout does not end");
        sleep(Duration::from_millis(20));
    }
}

/// The processor time of a process and of its ended children so far, user and system, in ms.
fn cpu_ms(pid: u32) -> Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name stands in parentheses, and may hold anything; after it come state, parent, …, and the four times from the 14th on.
    let (_, rest) = stat.rsplit_once(')').context("/proc/PID/stat")?;
    let ticks: Vec<f64> = rest.split_whitespace().skip(11).take(4).filter_map(|n| n.parse().ok()).collect();
    ensure!(ticks.len() == 4, "/proc/PID/stat has no times");
    Ok(ticks.iter().sum::<f64>() * TICK_MS)
}

/// A child process that ends with its guard.
pub(crate) struct Killed(pub(crate) Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Nothing of the user's: neither adb's key and servers, nor this program's journal.
pub(crate) fn private(command: &mut Command, home: &Path) {
    command.env("HOME", home).env("ANDROID_SDK_HOME", home).env("XDG_STATE_HOME", home.join("state"));
    for name in ["ADB_VENDOR_KEYS", "ANDROID_SERIAL", "ANDROID_ADB_SERVER_PORT", "ADB_TRACE"] {
        command.env_remove(name);
    }
}

/// A real adb server on a port of its own.
pub(crate) struct Server {
    _process: Killed,
    pub(crate) port: u16,
}

impl Server {
    pub(crate) fn start(home: &Path) -> Result<Self> {
        // Free a moment ago: adb can't be told to take any.
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let mut command = Command::new(adb());
        command.args(["-L", &format!("tcp:localhost:{port}"), "nodaemon", "server"]);
        private(&mut command, home);
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut process = Killed(child.context("adb can't be started: install it, or set ADB")?);
        let begun = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            ensure!(process.0.try_wait()?.is_none() && begun.elapsed() < GUARD, "the adb server does not start");
            sleep(Duration::from_millis(20));
        }
        Ok(Self { _process: process, port })
    }

    fn connect(&self, home: &Path, address: &str) -> Result<()> {
        let mut command = Command::new(adb());
        command.args(["-H", "127.0.0.1", "-P", &self.port.to_string(), "connect", address]);
        private(&mut command, home);
        let output = command.stdin(Stdio::null()).output()?;
        let said = String::from_utf8_lossy(&output.stdout);
        ensure!(said.contains("connected to"), "adb connect {address}: {said}");
        Ok(())
    }
}

pub(crate) fn adb() -> String {
    std::env::var("ADB").unwrap_or_else(|_| "adb".to_owned())
}

/// Simulated phones, joined to the adb server.
pub(crate) struct Phones {
    farm: Farm,
    plugs: Vec<PlugId>,
    pub(crate) devices: Vec<SimDevice>,
    /// As adb lists them.
    pub(crate) serials: Vec<String>,
}

impl Phones {
    pub(crate) fn new(server: &Server, home: &Path, specs: impl Iterator<Item = PhoneSpec>) -> Result<Self> {
        let farm = Farm::new()?;
        farm.serve_adbd(0)?;
        let devices: Vec<SimDevice> = specs.map(|spec| SimDevice::new(SimPhone::new(spec))).collect();
        let mut phones = Self { farm, plugs: Vec::new(), devices, serials: Vec::new() };
        for device in &phones.devices {
            let plug = phones.farm.plug(Arc::new(device.clone()))?;
            let address = phones.farm.adbd_addr(plug).context("the phone has no address")?.to_string();
            server.connect(home, &address)?;
            phones.plugs.push(plug);
            phones.serials.push(address);
        }
        Ok(phones)
    }

    /// How many are signed out.
    pub(crate) fn signed_out(&self) -> usize {
        self.devices.iter().filter(|device| !device.phone().account_present()).count()
    }

    /// What all of them had to do.
    pub(crate) fn stats(&self) -> Stats {
        self.devices.iter().fold(Stats::default(), |mut sum, device| {
            let one = device.phone().stats();
            sum.shell_calls += one.shell_calls;
            sum.processes += one.processes;
            sum.java_machines += one.java_machines;
            sum.dumps += one.dumps;
            sum.views_dumps += one.views_dumps;
            sum
        })
    }
}

impl Drop for Phones {
    fn drop(&mut self) {
        for plug in &self.plugs {
            self.farm.unplug(*plug);
        }
    }
}
