//! Discovery and starting: against a tiny server, and against the real `adb` on a port of its own.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use mi_signout::adb::{AdbError, AdbPhone, DeviceTracker, Sighting, Started, Tracker, ensure_server_with, list};
use mi_signout::model::{AdbServer, Device, Serial, TransportId};
use mi_signout::phone::{Phone, PhoneError};

use crate::support::fake_adb::{FakeServer, block, fail, okay};
use crate::support::wait_until;

/// A guard against hanging, no expectation.
const LONG: Duration = Duration::from_secs(60);

/// A port on which nothing of an ordinary user can listen.
const CLOSED: u16 = 1;

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn at(port: u16) -> AdbServer {
    AdbServer { host: "127.0.0.1".into(), port }
}

fn serials(devices: &[Device]) -> Vec<&str> {
    devices.iter().map(|d| d.serial.as_str()).collect()
}

fn next(news: &Receiver<Sighting>) -> Sighting {
    news.recv_timeout(LONG).expect("news")
}

/// A server that tracks with the given snapshots and then keeps the line open.
fn tracking(snapshots: &'static [&'static str]) -> FakeServer {
    FakeServer::start(move |request, stream| {
        if request != "host:track-devices-l" {
            return fail(stream, "unknown host service");
        }
        okay(stream) && snapshots.iter().all(|text| block(stream, text))
    })
}

#[test]
fn a_list_with_one_bad_phone() {
    let text = "8f2a1b                 device usb:1-4.2 transport_id:1\n\
                bad                    no permissions (user in plugdev group); see [http://x.y] usb:1-4.3 transport_id:2\n\
                (no serial number)     unheard-of\n";
    let server = FakeServer::start(move |request, stream| {
        assert_eq!(request, "host:devices-l");
        okay(stream) && block(stream, text)
    });
    let devices = list(&server.address(), LONG).unwrap();
    assert_eq!(serials(&devices), ["8f2a1b", "bad", "(no serial number)"]);
    assert!(devices.iter().all(|d| d.server == server.address()));
}

#[test]
fn a_long_list_is_read_by_its_length() {
    let line = |n| format!("phone-{n:<16} device usb:1-{n} product:p model:m device:d transport_id:{n}\n");
    let text = (0..300).map(line).collect::<Vec<_>>().concat();
    let server = FakeServer::start(move |_, stream| okay(stream) && block(stream, &text));
    assert_eq!(list(&server.address(), LONG).unwrap().len(), 300);
}

#[test]
fn what_is_no_adb_server() {
    let server = FakeServer::start(|_, stream| {
        use std::io::Write;
        let _ = stream.write_all(b"SSH-2.0-x\r\n");
        false
    });
    assert_eq!(list(&server.address(), LONG), Err(AdbError::NotAdb { server: server.address() }));
    let silent = FakeServer::start(|_, _| true);
    let short = Duration::from_millis(100);
    assert_eq!(list(&silent.address(), short), Err(AdbError::Timeout { server: silent.address(), within: short }));
}

#[test]
fn a_tracker_gives_whole_snapshots() {
    let server = tracking(&["a\tdevice\nb\toffline\n", "b\tdevice\n", ""]);
    let (_tracker, news) = Tracker::channel(server.address()).unwrap();
    for expected in [&["a", "b"][..], &["b"], &[]] {
        let Sighting::Devices(devices) = next(&news) else { panic!() };
        assert_eq!(serials(&devices), expected);
    }
}

#[test]
fn a18_a_list_that_flaps_is_told_now_and_then_and_ends_right() {
    let flaps = (0..20_000).map(|n| if n % 2 == 0 { "a\tdevice\n" } else { "" }).chain(["end\tdevice\n"]);
    let flaps: Vec<&str> = flaps.collect();
    let server = tracking(flaps.leak());
    let (_tracker, news) = Tracker::channel(server.address()).unwrap();
    let mut told = 0;
    loop {
        let Sighting::Devices(devices) = next(&news) else { panic!() };
        told += 1;
        if serials(&devices) == ["end"] {
            break;
        }
    }
    assert!(told < 2_000, "{told} lists were passed on");
}

#[test]
fn a_tracker_tells_a_lost_server_and_its_return() {
    let down = Arc::new(AtomicBool::new(false));
    let is_down = Arc::clone(&down);
    let server = FakeServer::start(move |_, stream| {
        !is_down.load(Ordering::SeqCst) && okay(stream) && block(stream, "a\tdevice\n")
    });
    let (_tracker, news) = Tracker::channel(server.address()).unwrap();
    assert!(matches!(next(&news), Sighting::Devices(_)));
    down.store(true, Ordering::SeqCst);
    server.hang_up();
    assert!(matches!(next(&news), Sighting::Lost(AdbError::Unreachable { .. })));
    down.store(false, Ordering::SeqCst);
    assert_eq!(next(&news), Sighting::Back);
    assert!(matches!(next(&news), Sighting::Devices(_)));
}

#[test]
fn a_dropped_tracker_ends_its_thread() {
    let server = tracking(&["a\tdevice\n"]);
    let (tracker, news) = Tracker::channel(server.address()).unwrap();
    assert!(matches!(next(&news), Sighting::Devices(_)));
    drop(tracker);
    assert!(news.recv().is_err(), "the channel ends with the thread");
    // One that waits for a server to come back ends too.
    let (tracker, news) = Tracker::channel(at(CLOSED)).unwrap();
    assert!(matches!(next(&news), Sighting::Lost(_)));
    drop(tracker);
    assert!(news.recv().is_err());
}

#[test]
fn an_old_server_without_the_long_form() {
    let server = FakeServer::start(|request, stream| match request {
        "host:track-devices" => okay(stream) && block(stream, "a\tdevice\n"),
        "host:devices-l" => okay(stream) && block(stream, "a device usb:1-1 transport_id:9\n"),
        _ => fail(stream, "unknown host service"),
    });
    let (_tracker, news) = Tracker::channel(server.address()).unwrap();
    let Sighting::Devices(devices) = next(&news) else { panic!() };
    assert_eq!(devices[0].transport.unwrap().0, 9);
}

/// The list may be from before the server was started again, and its transport ids other phones' by now.
#[test]
fn a_lost_phone_that_is_listed_again_is_asked_by_its_serial() {
    let (tell, asked) = std::sync::mpsc::channel();
    let server = FakeServer::start(move |request, stream| {
        if request == "host:track-devices-l" {
            return okay(stream)
                && block(stream, "mine device usb:1-1 transport_id:1\nother device usb:1-2 transport_id:2\n");
        }
        let _ = tell.send(request.to_owned());
        fail(stream, "closed")
    });
    let tracker = DeviceTracker::follow(&BTreeSet::from([server.address()]));
    let mut listed = None;
    wait_until("the list", || {
        listed = tracker.lists().remove(&server.address()).flatten();
        listed.is_some()
    });
    let mine = listed.unwrap().remove(0);
    assert_eq!(mine.transport, Some(TransportId(1)));
    let back = tracker.wait_for(&mine, Some("mine"), Instant::now() + Duration::from_millis(1));
    let asked: Vec<String> = asked.try_iter().collect();
    assert!(back.is_none() && !asked.is_empty(), "{asked:?}");
    assert!(asked.iter().all(|request| request == "host:transport:mine"), "{asked:?}");
}

/// A program in a folder of its own.
fn program(folder: &Path, body: &str) -> PathBuf {
    let path = folder.join("adb");
    let fresh = folder.join(".adb");
    std::fs::write(&fresh, format!("#!/bin/sh\n{body}\n")).unwrap();
    std::fs::set_permissions(&fresh, std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::rename(fresh, &path).unwrap();
    path
}

#[test]
fn a_running_server_is_left_alone() {
    let server = FakeServer::start(|_, stream| okay(stream) && block(stream, "0029"));
    assert_eq!(ensure_server_with(&server.address(), Err("nowhere".into()), LONG), Ok(Started::Running));
}

#[test]
fn no_server_and_no_adb_is_one_clear_error() {
    let server = at(CLOSED);
    let error = ensure_server_with(&server, Err("no 'adb' on PATH".into()), LONG).unwrap_err();
    assert_eq!(error, AdbError::NoAdb { server: server.clone(), looked: "no 'adb' on PATH".into() });
    assert!(error.to_string().contains(&server.to_string()) && error.hint().contains("platform-tools"));
}

#[test]
fn an_adb_that_does_not_help_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let useless = program(folder.path(), &format!("echo \"$@\" >'{}'", folder.path().join("log").display()));
    let server = at(CLOSED);
    let error = ensure_server_with(&server, Ok(useless.clone()), LONG).unwrap_err();
    assert!(matches!(&error, AdbError::StartFailed { adb, .. } if *adb == useless), "{error}");
    let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
    assert_eq!(log.trim(), format!("-P {} start-server", server.port));
    let stuck = program(folder.path(), "exec sleep 600");
    let error = ensure_server_with(&server, Ok(stuck), Duration::from_millis(200)).unwrap_err();
    assert!(error.to_string().contains("did not end"), "{error}");
}

#[test]
fn something_else_on_the_port_is_not_started_over() {
    let server = FakeServer::start(|_, stream| {
        use std::io::Write;
        let _ = stream.write_all(b"HTTP/1.1 400\r\n");
        false
    });
    let error = ensure_server_with(&server.address(), Ok("/nonexistent".into()), LONG).unwrap_err();
    assert_eq!(error, AdbError::NotAdb { server: server.address() });
}

/// Ends the server of one private port.
struct RealServer(PathBuf, u16);

impl Drop for RealServer {
    fn drop(&mut self) {
        let _ = Command::new(&self.0).args(["-P", &self.1.to_string(), "kill-server"]).output();
    }
}

#[test]
fn the_real_adb_is_started_once() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().display();
    let adb = program(folder.path(), &format!("HOME='{home}' ANDROID_SDK_HOME='{home}' exec /usr/bin/adb \"$@\""));
    let server = at(free_port());
    let _guard = RealServer(adb.clone(), server.port);
    assert_eq!(ensure_server_with(&server, Ok(adb.clone()), LONG), Ok(Started::Now));
    assert_eq!(ensure_server_with(&server, Ok(adb), LONG), Ok(Started::Running));
    assert!(list(&server, LONG).is_ok());
    // The real server's own words for a phone that is not there.
    for transport in [None, Some(TransportId(4242))] {
        let mut phone = AdbPhone::new(server.clone(), Serial::new("not-there"), transport);
        assert_eq!(phone.tidy(LONG), Err(PhoneError::Gone), "{transport:?}");
    }
    let (_tracker, news) = Tracker::channel(server).unwrap();
    assert!(matches!(next(&news), Sighting::Devices(_)));
}
