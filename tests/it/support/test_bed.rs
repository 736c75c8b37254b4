//! Simulated phones behind a real adb server or the simulation's own, for runs of the binary.

use std::path::PathBuf;
use std::sync::Arc;

use phone_sim::device::SimDevice;
use phone_sim::farm::{Farm, ServerHandle};
use phone_sim::phone::{PhoneSpec, SimPhone};
use phone_sim::server::PlugId;

use super::invocation::{Invocation, mi_signout};
use super::process::wait_until;
use super::real_adb::{RealAdbServer, free_port};

/// The right password of a simulated phone, unless its spec has another.
pub const RIGHT: &str = "Owner-pass 1";
/// Simulated time against real time.
pub const SCALE: f64 = 0.01;

/// Simulated phones, the adb server that lists them, and their serials there.
pub struct TestBed {
    pub phones: Vec<SimDevice>,
    pub serials: Vec<String>,
    /// A folder for files of the test.
    pub home: tempfile::TempDir,
    port: u16,
    farm: Farm,
    own_server: Option<ServerHandle>,
    _real: Option<RealAdbServer>,
}

/// A phone with a serial, quick.
pub fn spec(serial: &str) -> PhoneSpec {
    PhoneSpec::default().serial(serial).scale(SCALE)
}

impl TestBed {
    /// Behind the simulation's own server, as on USB.
    pub fn own(specs: impl IntoIterator<Item = PhoneSpec>) -> Self {
        let farm = Farm::new().unwrap();
        let (phones, _) = plug(&farm, specs);
        let server = farm.serve_server(0).unwrap();
        let serials = phones.iter().map(|p| p.phone().serial().to_owned()).collect();
        let home = tempfile::tempdir().unwrap();
        Self { phones, serials, home, port: server.addr().port(), farm, own_server: Some(server), _real: None }
    }

    /// Behind a real adb server, joined with `adb connect`.
    pub fn real(specs: impl IntoIterator<Item = PhoneSpec>) -> Self {
        let farm = Farm::new().unwrap();
        farm.serve_adbd(0).unwrap();
        let (phones, plugs) = plug(&farm, specs);
        let real = RealAdbServer::start();
        let serials = plugs.iter().map(|p| real.connect(farm.adbd_addr(*p).unwrap())).collect();
        let home = tempfile::tempdir().unwrap();
        Self { phones, serials, home, port: real.port(), farm, own_server: None, _real: Some(real) }
    }

    /// One phone behind a real adb server.
    pub fn one() -> Self {
        Self::real([spec("8f2a1b")])
    }

    /// Connects one more phone, at this USB port.
    pub fn plug(&self, phone: &SimDevice, usb: &str) -> PlugId {
        self.farm.plug_at(Arc::new(phone.clone()), usb).unwrap()
    }

    /// Disconnects a phone.
    pub fn unplug(&self, plug: PlugId) {
        self.farm.unplug(plug);
    }

    /// Ends the simulation's own server.
    pub fn stop_server(&self) {
        self.own_server.as_ref().expect("a server of the simulation's own").stop();
    }

    /// Serves again at the same port.
    pub fn serve_again(&self) {
        wait_until("the port is free again", || self.farm.serve_server(self.port).is_ok());
    }

    /// A file in its folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// The server's port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The server's address.
    pub fn adb(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// A phone.
    pub fn phone(&self, index: usize) -> &SimPhone {
        self.phones[index].phone()
    }

    /// The binary on this server.
    pub fn run(&self, args: &[&str]) -> Invocation {
        let adb = self.adb();
        let run = mi_signout(args).args(&["--adb", &adb]).hide(&adb, "127.0.0.1:10000");
        let serials = self.serials.iter().enumerate().filter(|(_, serial)| serial.contains(':'));
        serials.fold(run, |run, (n, serial)| run.hide(serial, &format!("127.0.0.1:1000{}", n + 1)))
    }

    /// `sign-out` with the password on stdin, JSON lines, and nothing said on stderr but errors.
    pub fn sign_out(&self, password: &str, args: &[&str]) -> Invocation {
        let base = ["sign-out", "--password-stdin", "--json", "--yes", "-q", "--authorised-by", "their owner"];
        self.run(&[&base, args].concat()).stdin(&format!("{password}\n"))
    }

    /// That nothing was opened, tapped, swiped or typed on a phone.
    #[track_caller]
    pub fn untouched(&self, index: usize) {
        let record = self.phone(index).record();
        assert!(record.taps.is_empty() && record.typed == 0 && record.submissions.is_empty(), "{record:#?}");
        let changing = |argv: &[String]| {
            let words: Vec<&str> = argv.iter().map(String::as_str).collect();
            matches!(words[..], ["am", "start", ..] | ["input", "tap" | "text" | "swipe", ..] | ["uiautomator", ..])
        };
        let found: Vec<_> = record.commands.iter().filter(|c| changing(&c.argv)).collect();
        assert!(found.is_empty(), "{found:#?}");
        assert!(record.keys.iter().all(|key| *key == 0), "only the probe, which no app sees: {:?}", record.keys);
        assert_eq!(record.screens.len(), 1, "{:?}", record.screens);
    }
}

fn plug(farm: &Farm, specs: impl IntoIterator<Item = PhoneSpec>) -> (Vec<SimDevice>, Vec<PlugId>) {
    let phones: Vec<SimDevice> = specs.into_iter().map(|spec| SimDevice::new(SimPhone::new(spec))).collect();
    let plugs = phones.iter().map(|phone| farm.plug(Arc::new(phone.clone())).unwrap()).collect();
    (phones, plugs)
}

/// The address of a server that is not there.
pub fn unused_address() -> String {
    format!("127.0.0.1:{}", free_port())
}
