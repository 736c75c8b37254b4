//! Simulated phones behind a real adb server, for runs inside the test program. A thread a phone plays the operator, who plugs
//! the cable in again.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use mi_signout::adb::{AdbPhone, DeviceTracker};
use mi_signout::event::{Event, EventKind, Recorder, Subject};
use mi_signout::fleet::{self, Connector, Passwords, Plan, RunRecorder};
use mi_signout::flow::Patience;
use mi_signout::model::{AdbServer, Device, DeviceState, ResultRow, Secret, Serial};
use mi_signout::phone::{Observation, Phone, PhoneError, PhoneFacts, Step};
use mi_signout::profile::{Catalog, Options};
use mi_signout::reporter::{Reporter, Sink};
use phone_sim::clock::Clock;
use phone_sim::device::SimDevice;
use phone_sim::farm::Farm;
use phone_sim::phone::{Disconnect, PhoneSpec, SimPhone};

use super::record_files::RecordFiles;
use super::{GUARD, RealAdbServer, adb_connect, adb_disconnect, wait_until};

/// How fast the phones' clocks run: fifty times as fast as the host's.
pub const SCALE: f64 = 0.02;

/// A simulated phone of the lab.
pub struct LabPhone {
    /// The phone.
    pub phone: SimPhone,
    /// The phone with its files and its cable.
    pub device: SimDevice,
    /// The serial that the adb server lists.
    pub serial: Serial,
    /// Removed: the operator does not plug it in any more.
    off: Arc<AtomicBool>,
    address: SocketAddr,
}

/// Plugs one phone in again when its cable is out, and starts the adb server again when it was killed.
struct Operator {
    server: Arc<Mutex<RealAdbServer>>,
    port: u16,
    joined: Arc<Mutex<BTreeSet<SocketAddr>>>,
    off: Arc<AtomicBool>,
    phone: SocketAddr,
    clock: Clock,
}

impl Operator {
    fn restore(&self, disconnect: Disconnect) {
        let away = match disconnect {
            Disconnect::Cable { back_after } => back_after,
            Disconnect::Reboot { takes } => Some(takes),
            Disconnect::Server => {
                self.server.lock().unwrap().restart();
                // All its phones are on the line again, but for those whose cable is out.
                for phone in &self.joined.lock().unwrap().clone() {
                    adb_connect(self.port, *phone);
                }
                return;
            }
        };
        adb_disconnect(self.port, self.phone);
        let Some(away) = away else { return };
        // So long the phone is away, by its own clock.
        std::thread::sleep(self.clock.host(away));
        wait_until("the phone is back", || self.off.load(Ordering::Relaxed) || adb_connect(self.port, self.phone));
    }
}

/// A real adb server and the phones that are joined to it, one of which nobody may touch.
pub struct DeviceLab {
    farm: Farm,
    server: Arc<Mutex<RealAdbServer>>,
    at: AdbServer,
    bystander: SimPhone,
    joined: Arc<Mutex<BTreeSet<SocketAddr>>>,
}

impl DeviceLab {
    pub fn new() -> Self {
        let farm = Farm::new().unwrap();
        farm.serve_adbd(0).unwrap();
        let server = RealAdbServer::start();
        let at = AdbServer { host: "127.0.0.1".into(), port: server.port() };
        let bystander = SimPhone::new(PhoneSpec::default().serial("bystander").scale(SCALE));
        let lab = Self { farm, server: Arc::new(Mutex::new(server)), at, bystander, joined: Arc::default() };
        let address = lab.join(&SimDevice::new(lab.bystander.clone()));
        lab.wait_listed(&Serial::new(address.to_string()));
        lab
    }

    /// What was done to the phone that nobody chose.
    pub fn bystander_commands(&self) -> Vec<Vec<String>> {
        self.bystander.record().commands.into_iter().map(|c| c.argv).collect()
    }

    fn join(&self, device: &SimDevice) -> SocketAddr {
        let plug = self.farm.plug(Arc::new(device.clone())).unwrap();
        let address = self.farm.adbd_addr(plug).unwrap();
        self.server.lock().unwrap().connect(address);
        self.joined.lock().unwrap().insert(address);
        address
    }

    /// Connects a phone and waits until it is listed.
    pub fn put(&self, phone: &SimPhone) -> LabPhone {
        let device = SimDevice::new(phone.clone());
        let (tx, news) = mpsc::channel();
        phone.on_disconnect(move |d| tx.send(d).unwrap_or_default());
        let address = self.join(&device);
        let serial = Serial::new(address.to_string());
        self.wait_listed(&serial);
        let off = Arc::new(AtomicBool::new(false));
        let operator = Operator {
            server: Arc::clone(&self.server),
            port: self.at.port,
            joined: Arc::clone(&self.joined),
            off: Arc::clone(&off),
            phone: address,
            clock: phone.clock().clone(),
        };
        std::thread::spawn(move || news.iter().for_each(|disconnect| operator.restore(disconnect)));
        LabPhone { phone: phone.clone(), device, serial, off, address }
    }

    /// Removes phones. Their operators end with them.
    pub fn take(&self, units: Vec<LabPhone>) {
        for unit in units {
            unit.off.store(true, Ordering::Relaxed);
            self.joined.lock().unwrap().remove(&unit.address);
            adb_disconnect(self.at.port, unit.address);
            let plug = self.farm.phones().iter().find(|p| p.adbd == Some(unit.address)).map(|p| p.plug);
            plug.map(|plug| self.farm.unplug(plug));
        }
    }

    fn listed(&self) -> Vec<Device> {
        mi_signout::adb::list(&self.at, GUARD).unwrap_or_default()
    }

    fn wait_listed(&self, serial: &Serial) -> Device {
        let mut found = None;
        wait_until("the phone is listed", || {
            found = self.listed().into_iter().find(|d| d.serial == *serial && d.state == DeviceState::Device);
            found.is_some()
        });
        found.unwrap()
    }

    /// Signs these phones out in one run, and gives their rows and everything that was told.
    pub fn sign_out(&self, units: &[LabPhone], catalog: &Catalog) -> Run {
        self.sign_out_recorded(units, catalog, None)
    }

    /// The same, written down.
    pub fn sign_out_recorded(&self, units: &[LabPhone], catalog: &Catalog, record: Option<&RecordFiles>) -> Run {
        let listed = self.listed();
        let chosen: Vec<Device> =
            units.iter().map(|u| listed.iter().find(|d| d.serial == u.serial).unwrap().clone()).collect();
        let mut passwords = Passwords::default();
        for unit in units {
            passwords.for_serial(unit.serial.clone(), Secret::new(unit.phone.spec().told_password().to_owned()));
        }
        let connector = Wires(DeviceTracker::follow(&BTreeSet::from([self.at.clone()])));
        run_recorded(&chosen, &passwords, catalog, &connector, record)
    }
}

/// One run: its rows, and what was told meanwhile.
pub struct Run {
    pub rows: Vec<ResultRow>,
    pub told: Vec<Event>,
}

/// The wiring of the command line, with less patience.
pub fn run(devices: &[Device], passwords: &Passwords, catalog: &Catalog, connector: &dyn Connector) -> Run {
    run_recorded(devices, passwords, catalog, connector, None)
}

fn run_recorded(
    devices: &[Device],
    passwords: &Passwords,
    catalog: &Catalog,
    connector: &dyn Connector,
    record: Option<&RecordFiles>,
) -> Run {
    let (show, told) = mpsc::channel();
    let (journal, ledger) = record.map(RecordFiles::open).unzip();
    let writes = journal.is_some();
    let reporter = Reporter::start("run", journal, vec![Box::new(Told(show))], None).unwrap();
    let stream = reporter.stream().clone();
    let recorder = RunRecorder::new(writes.then_some(&stream as &dyn Recorder), ledger, &stream);
    let plan = Plan {
        catalog,
        options: Options::default(),
        dry_run: false,
        timeout: Duration::from_secs(120),
        grace: Duration::from_secs(6),
        patience: Patience { slow_page: Duration::from_secs(2), moving: Duration::from_secs(4), ..Patience::default() },
        passwords,
        jobs: devices.len(),
        non_interactive: true,
        recorder: &recorder,
        again: false,
        per_account: 8,
        several_accounts: true,
        owner: None,
        listener: &stream,
        interrupted: &AtomicBool::new(false),
    };
    let rows = fleet::run(devices, &plan, connector);
    drop(recorder);
    drop(stream);
    let last = EventKind::Finished { counts: Vec::new(), exit: 0 };
    reporter.close(Event::now(Subject::Run("run".into()), last)).finish().unwrap();
    let told = told.into_iter().filter(|event| !matches!(event.kind, EventKind::Finished { .. })).collect();
    Run { rows, told }
}

/// Keeps what is shown.
struct Told(mpsc::Sender<Event>);

impl Sink for Told {
    fn show(&mut self, event: &Event) -> std::io::Result<()> {
        self.0.send(event.clone()).unwrap();
        Ok(())
    }
}

/// Phones over a real adb server. A hanging command is given up sooner than a real phone would be.
pub struct Wires(pub DeviceTracker);

impl Connector for Wires {
    fn connect(&self, device: &Device) -> Box<dyn Phone> {
        Box::new(Hurried(self.0.phone(device)))
    }

    fn wait_for(&self, device: &Device, hardware_serial: Option<&str>, until: Instant) -> Option<Device> {
        self.0.wait_for(device, hardware_serial, until)
    }
}

struct Hurried(AdbPhone);

/// The longest that one round trip may take here.
const HURRY: Duration = Duration::from_secs(6);

impl Phone for Hurried {
    fn step(&mut self, step: &Step<'_>, within: Duration) -> Result<Observation, PhoneError> {
        self.0.step(step, within.min(HURRY))
    }

    fn facts(&mut self, probe_input: bool, within: Duration) -> Result<PhoneFacts, PhoneError> {
        self.0.facts(probe_input, within.min(HURRY))
    }

    fn picture(&mut self, within: Duration) -> Result<Vec<u8>, PhoneError> {
        self.0.picture(within.min(HURRY))
    }

    fn tidy(&mut self, within: Duration) -> Result<(), PhoneError> {
        self.0.tidy(within.min(HURRY))
    }
}

/// What was told and what the phone saw, for reading.
pub fn trace(run: &Run, phone: &SimPhone) -> String {
    let mut text = String::new();
    for event in &run.told {
        writeln!(text, "  {} {:?}", event.at.format("%M:%S%.3f"), event.kind).unwrap();
    }
    let record = phone.record();
    for (at, screen) in &record.screens {
        writeln!(text, "  phone {at:>7} shows {}", screen.name()).unwrap();
    }
    for tap in &record.taps {
        writeln!(text, "  phone {:>7} tap on {} '{}' {} hit={}", tap.at, tap.screen.name(), tap.text, tap.id, tap.hit)
            .unwrap();
    }
    writeln!(text, "  phone faults {:?}", record.faults).unwrap();
    text
}
