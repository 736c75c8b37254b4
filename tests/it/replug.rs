//! The cable comes out right after the password was submitted. mi-signout finds the same phone wherever it comes back, looks at
//! it again, and never taps because of what it saw before.

use std::collections::BTreeSet;
use std::sync::Arc;

use mi_signout::adb::{self, DeviceTracker};
use mi_signout::fleet::Passwords;
use mi_signout::model::{AdbServer, Device, Outcome, Reason, ResultRow, Secret, Serial};
use mi_signout::profile::Catalog;
use phone_sim::device::SimDevice;
use phone_sim::farm::Farm;
use phone_sim::phone::{Disconnect, Fault, PhoneSpec, SimPhone, Stage};

use crate::support::device_lab::{SCALE, Wires, run};
use crate::support::{GUARD, RealAdbServer, adb_connect, adb_disconnect, wait_until};

fn phone(stage: Stage, spec: PhoneSpec) -> SimPhone {
    let phone = SimPhone::new(spec.serial("replugged").scale(SCALE));
    phone.on(stage, Fault::CableOut { back_after: None });
    phone
}

/// Signs out the phone of this serial, the only one that is meant.
fn sign_out(at: &AdbServer, serial: &str, phone: &SimPhone) -> ResultRow {
    let listed = adb::list(at, GUARD).unwrap();
    let chosen: Vec<_> = listed.into_iter().filter(|d| d.serial.as_str() == serial).collect();
    assert_eq!(chosen.len(), 1);
    let mut passwords = Passwords::default();
    passwords.for_serial(Serial::new(serial), Secret::new(phone.spec().told_password().to_owned()));
    let wires = Wires(DeviceTracker::follow(&BTreeSet::from([at.clone()])));
    let ran = run(&chosen, &passwords, &Catalog::builtin().unwrap(), &wires);
    ran.rows.into_iter().next().unwrap()
}

/// Behind the simulated adb server, where phones are on USB: out of one port and into another, with another transport.
fn on_another_usb_port(stage: Stage, spec: PhoneSpec, while_away: fn(&SimPhone)) -> (SimPhone, ResultRow) {
    let farm = Arc::new(Farm::new().unwrap());
    let server = farm.serve_server(0).unwrap();
    let at = AdbServer { host: "127.0.0.1".into(), port: server.addr().port() };
    let phone = phone(stage, spec);
    let bystander = SimPhone::new(PhoneSpec::default().serial("bystander").scale(SCALE));
    farm.plug(Arc::new(SimDevice::new(bystander.clone()))).unwrap();
    let plug = farm.plug_at(Arc::new(SimDevice::new(phone.clone())), "1-4").unwrap();
    let (tx, out) = std::sync::mpsc::channel();
    phone.on_disconnect(move |_: Disconnect| tx.send(()).unwrap_or_default());
    let (hand, table, server_address) = (phone.clone(), Arc::clone(&farm), at.clone());
    let hand = std::thread::spawn(move || {
        out.recv_timeout(GUARD).unwrap();
        table.unplug(plug);
        let is_gone = |listed: &[Device]| listed.iter().all(|device| device.serial.as_str() != "replugged");
        wait_until("the phone is not listed", || is_gone(&adb::list(&server_address, GUARD).unwrap()));
        while_away(&hand);
        table.plug_at(Arc::new(SimDevice::new(hand)), "2-1.3").unwrap();
    });
    let row = sign_out(&at, "replugged", &phone);
    hand.join().unwrap();
    assert!(bystander.record().commands.is_empty(), "another phone was touched");
    assert!(phone.record().passwords_submitted() <= 1);
    (phone, row)
}

fn nothing(_: &SimPhone) {}

#[test]
fn back_on_another_usb_port_after_the_confirm() {
    for stage in [Stage::AfterConfirm, Stage::SigningOut, Stage::AfterSuccess] {
        let (phone, row) = on_another_usb_port(stage, PhoneSpec::default(), nothing);
        assert_eq!((row.outcome, row.reason), (Outcome::SignedOut, None), "{stage:?}: {row:?}");
        assert!(!phone.account_present());
    }
}

#[test]
fn back_on_another_usb_port_before_the_confirm() {
    for stage in [Stage::AccountPage, Stage::DataChoice, Stage::Password] {
        let (_, row) = on_another_usb_port(stage, PhoneSpec::default(), nothing);
        assert_eq!((row.outcome, row.reason), (Outcome::SignedOut, None), "{stage:?}: {row:?}");
    }
}

/// A phone whose sign-out takes long enough to be interrupted.
fn slow_server() -> PhoneSpec {
    PhoneSpec::default().with(phone_sim::phone::Branch::SecondFactor)
}

/// The account app was closed meanwhile: the account is still there, and the password is not sent a second time.
#[test]
fn back_and_still_signed_in() {
    let (phone, row) =
        on_another_usb_port(Stage::AfterConfirm, slow_server(), |phone| phone.fault(Fault::CrashToLauncher));
    assert_eq!((row.outcome, row.reason), (Outcome::Failed, Some(Reason::StillSignedIn)), "{row:?}");
    assert!(phone.account_present());
    assert_eq!(phone.record().passwords_submitted(), 1);
}

#[test]
fn back_on_another_network_port() {
    let farm = Arc::new(Farm::new().unwrap());
    farm.serve_adbd(0).unwrap();
    let server = RealAdbServer::start();
    let at = AdbServer { host: "127.0.0.1".into(), port: server.port() };
    let phone = phone(Stage::AfterConfirm, PhoneSpec::default());
    let first = farm.plug(Arc::new(SimDevice::new(phone.clone()))).unwrap();
    let before = farm.adbd_addr(first).unwrap();
    server.connect(before);
    let (tx, out) = std::sync::mpsc::channel();
    phone.on_disconnect(move |_: Disconnect| tx.send(()).unwrap_or_default());
    let (hand, table, port) = (phone.clone(), Arc::clone(&farm), at.port);
    let hand = std::thread::spawn(move || {
        out.recv_timeout(GUARD).unwrap();
        adb_disconnect(port, before);
        table.unplug(first);
        let again = table.plug(Arc::new(SimDevice::new(hand))).unwrap();
        let after = table.adbd_addr(again).unwrap();
        assert_ne!(before, after);
        assert!(adb_connect(port, after));
    });
    let row = sign_out(&at, &before.to_string(), &phone);
    hand.join().unwrap();
    assert_eq!((row.outcome, row.reason), (Outcome::SignedOut, None), "{row:?}");
    assert_eq!(phone.record().passwords_submitted(), 1);
}

/// Another phone that comes on the line meanwhile is asked who it is, and nothing else.
#[test]
fn another_phone_on_the_network_is_not_taken_for_it() {
    let farm = Arc::new(Farm::new().unwrap());
    farm.serve_adbd(0).unwrap();
    let server = RealAdbServer::start();
    let at = AdbServer { host: "127.0.0.1".into(), port: server.port() };
    let phone = phone(Stage::AfterConfirm, PhoneSpec::default());
    let stranger = SimPhone::new(PhoneSpec::default().serial("stranger").scale(SCALE));
    let before = farm.adbd_addr(farm.plug(Arc::new(SimDevice::new(phone.clone()))).unwrap()).unwrap();
    let other = farm.adbd_addr(farm.plug(Arc::new(SimDevice::new(stranger.clone()))).unwrap()).unwrap();
    server.connect(before);
    let (tx, out) = std::sync::mpsc::channel();
    phone.on_disconnect(move |_: Disconnect| tx.send(()).unwrap_or_default());
    let port = at.port;
    let hand = std::thread::spawn(move || {
        out.recv_timeout(GUARD).unwrap();
        adb_disconnect(port, before);
        assert!(adb_connect(port, other));
    });
    let row = sign_out(&at, &before.to_string(), &phone);
    hand.join().unwrap();
    assert_eq!((row.outcome, row.reason), (Outcome::Unknown, Some(Reason::Disconnected)), "{row:?}");
    let record = stranger.record();
    assert!(record.taps.is_empty() && record.keys.is_empty() && record.typed == 0);
    assert!(record.commands.iter().all(|c| c.argv[0] == "getprop"), "{:?}", record.commands);
}

/// A server that was started again counts its transports anew, so that the number of one phone is another phone's.
#[test]
fn after_a_restart_of_the_server_a_phone_is_still_itself() {
    let farm = Farm::new().unwrap();
    farm.serve_adbd(0).unwrap();
    let mut server = RealAdbServer::start();
    let at = AdbServer { host: "127.0.0.1".into(), port: server.port() };
    let [mine, other] = ["mine", "other"].map(|s| SimPhone::new(PhoneSpec::default().serial(s).scale(SCALE)));
    let [mine_at, other_at] =
        [&mine, &other].map(|p| farm.adbd_addr(farm.plug(Arc::new(SimDevice::new(p.clone()))).unwrap()).unwrap());
    server.connect(mine_at);
    let device = adb::list(&at, GUARD).unwrap().remove(0);
    let mut phone = DeviceTracker::follow(&BTreeSet::from([at])).phone(&device);
    server.restart();
    server.connect(other_at);
    server.connect(mine_at);
    let who = phone.who(GUARD).unwrap();
    assert_eq!(who.serial.as_deref(), Some("mine"));
    assert!(other.record().commands.is_empty());
}

#[test]
fn lost_while_it_is_read_first_and_back_on_another_port() {
    let farm = Farm::new().unwrap();
    let server = farm.serve_server(0).unwrap();
    let at = AdbServer { host: "127.0.0.1".into(), port: server.addr().port() };
    let phone = SimPhone::new(PhoneSpec::default().serial("replugged").scale(SCALE));
    let plug = farm.plug_at(Arc::new(SimDevice::new(phone.clone())), "1-4").unwrap();
    // The first command of the first reading hangs until the cable comes out.
    phone.fault(Fault::CommandHangs(1));
    let row = std::thread::scope(|scope| {
        scope.spawn(|| {
            wait_until("the first command", || !phone.record().commands.is_empty());
            farm.unplug(plug);
            wait_until("the phone is not listed", || adb::list(&at, GUARD).unwrap().is_empty());
            farm.plug_at(Arc::new(SimDevice::new(phone.clone())), "2-1.3").unwrap();
        });
        sign_out(&at, "replugged", &phone)
    });
    assert_eq!((row.outcome, row.reason), (Outcome::SignedOut, None), "{row:?}");
    assert_eq!(phone.record().passwords_submitted(), 1);
}

#[test]
fn a_phone_that_is_still_starting_is_no_phone_without_an_account() {
    for (boots_for, ends) in
        [(60_000, (Outcome::SignedOut, None)), (u64::MAX, (Outcome::Failed, Some(Reason::Offline)))]
    {
        let farm = Farm::new().unwrap();
        let server = farm.serve_server(0).unwrap();
        let at = AdbServer { host: "127.0.0.1".into(), port: server.addr().port() };
        let spec = PhoneSpec::default().serial("starting").scale(SCALE).change(|s| s.boots_for = boots_for);
        let phone = SimPhone::new(spec);
        farm.plug(Arc::new(SimDevice::new(phone.clone()))).unwrap();
        let row = sign_out(&at, "starting", &phone);
        assert_eq!((row.outcome, row.reason), ends, "{row:?}");
        let starts = row.hint.is_none_or(|hint| hint.contains("still starting"));
        assert!(starts && (phone.account_present() == row.reason.is_some()));
        assert!(row.reason.is_none() || phone.record().taps.is_empty());
    }
}
