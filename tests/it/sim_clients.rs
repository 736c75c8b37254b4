//! The front ends of simulated phones against clients that nobody here wrote: Debian's `adb` and Python's `adbutils`.

use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

use phone_sim::endpoint::{ConnState, Endpoint, KeyCheck};
use phone_sim::farm::Farm;

use crate::support::plain_phone::{PlainPhone, pattern};
use crate::support::{RealAdbServer, adb, adb_program, adb_running, python, talk, wait_until};

/// The two ways to a phone: a port that `adb -P` takes, and the serial there.
struct BothWays {
    farm: Farm,
    phone: Arc<PlainPhone>,
    ways: Vec<(u16, String)>,
    real: RealAdbServer,
}

/// One phone, reachable over a real adb server and its own adbd, and over the simulation's own server.
fn both_ways() -> BothWays {
    let farm = Farm::new().unwrap();
    let phone = PlainPhone::shared("A12");
    let plug = farm.plug_at(phone.clone(), "1-4.2").unwrap();
    farm.serve_adbd(0).unwrap();
    let real = RealAdbServer::start();
    let serial = real.connect(farm.adbd_addr(plug).unwrap());
    let own = farm.serve_server(0).unwrap().addr().port();
    BothWays { farm, phone, ways: vec![(real.port(), serial), (own, "A12".to_owned())], real }
}

fn on(port: u16, serial: &str, args: &[&str], stdin: &[u8]) -> crate::support::Said {
    adb(port, &[&["-s", serial], args].concat(), stdin)
}

#[test]
fn adb_lists_the_phone_over_its_own_adbd() {
    let all = both_ways();
    let (port, serial) = &all.ways[0];
    let said = adb(*port, &["devices", "-l"], b"");
    let line = format!("{serial:<22} device product:sweet_global model:Redmi_Note_10_Pro device:sweet transport_id:1");
    assert_eq!(said.out, format!("List of devices attached\n{line}\n\n"), "{said:?}");
    assert_eq!(on(*port, serial, &["features"], b"").out, "shell_v2\ncmd\nstat_v2\nls_v2\nfixed_push_mkdir\n");
}

#[test]
fn adb_takes_the_simulations_server_for_its_own() {
    let all = both_ways();
    let (port, _) = all.ways[1];
    let said = adb(port, &["devices", "-l"], b"");
    let line = "A12                    device usb:1-4.2 product:sweet_global model:Redmi_Note_10_Pro device:sweet transport_id:1";
    assert_eq!(said.out, format!("List of devices attached\n{line}\n\n"));
    assert_eq!((said.code, said.err.as_str()), (0, ""), "no restart, no warning");
    let mut plain = std::process::Command::new(adb_program());
    plain.args(["-P", &port.to_string(), "get-state"]);
    let said = talk(plain, b"");
    assert_eq!((said.out.as_str(), said.err.as_str()), ("device\n", ""), "also where adb may start a server itself");
    assert_eq!(adb(port, &["get-serialno"], b"").out, "A12\n");
    assert_eq!(adb(port, &["get-devpath"], b"").out, "usb:1-4.2\n");
    assert_eq!(adb(port, &["-t", "1", "shell", "echo", "by id"], b"").out, "by id\n");
    assert_eq!(adb(port, &["-s", "model:Redmi_Note_10_Pro", "shell", "echo x"], b"").out, "x\n");
    assert_eq!(adb(port, &["wait-for-device"], b"").code, 0);
    assert!(adb(port, &["forward", "tcp:0", "tcp:80"], b"").code != 0);
    assert!(adb(port, &["connect", "127.0.0.1:1"], b"").out.contains("Connection refused"));
    assert_eq!(adb(port, &["forward", "--list"], b"").code, 0);
    assert!(adb(port, &["reverse", "tcp:1", "tcp:2"], b"").code != 0);
}

#[test]
fn shell_keeps_streams_and_exit_code_apart() {
    let all = both_ways();
    for (port, serial) in &all.ways {
        let said = on(*port, serial, &["shell", "echo out; warn err; exit 7"], b"");
        assert_eq!((said.code, said.out.as_str(), said.err.as_str()), (7, "out\n", "err\n"), "{port}");
        let said = on(*port, serial, &["shell", "-x", "echo out; warn err; exit 7"], b"");
        assert_eq!((said.code, said.out.as_str(), said.err.as_str()), (0, "out\nerr\n", ""), "v1 is merged, {port}");
        assert_eq!(on(*port, serial, &["shell", "nonsense"], b"").code, 127);
    }
}

#[test]
fn a_phone_without_shell_v2_merges_its_streams() {
    let farm = Farm::new().unwrap();
    let mut old = PlainPhone::new("OLD");
    old.features = vec!["cmd"];
    let plug = farm.plug(Arc::new(old)).unwrap();
    farm.serve_adbd(0).unwrap();
    let real = RealAdbServer::start();
    let serial = real.connect(farm.adbd_addr(plug).unwrap());
    let own = farm.serve_server(0).unwrap().addr().port();
    for (port, serial) in [(real.port(), serial.as_str()), (own, "OLD")] {
        let said = on(port, serial, &["shell", "echo out; warn err; exit 7"], b"");
        assert_eq!((said.code, said.out.as_str(), said.err.as_str()), (0, "out\nerr\n", ""));
        let said = on(port, serial, &["push", file(b"old").path().to_str().unwrap(), "/sdcard/old"], b"");
        assert_eq!(said.code, 0, "{said:?}");
    }
}

#[test]
fn exec_out_carries_any_byte() {
    let all = both_ways();
    for (port, serial) in &all.ways {
        for length in [0, 1, 65_536, 3_000_001] {
            let said = on(*port, serial, &["exec-out", &format!("bytes {length}")], b"");
            assert!(said.bytes == pattern(length), "{length} bytes on {port}: got {}", said.bytes.len());
        }
    }
}

#[test]
fn scripts_travel_on_standard_input() {
    let all = both_ways();
    for (port, serial) in &all.ways {
        for args in [&["shell"][..], &["shell", "-T", "sh"], &["shell", "sh"]] {
            let said = on(*port, serial, args, b"echo one\nwarn two\nexit 3\n");
            let expected = (3, "one\n", "two\n");
            assert_eq!((said.code, said.out.as_str(), said.err.as_str()), expected, "{args:?} on {port}");
        }
        let big = pattern(1_000_000);
        assert_eq!(on(*port, serial, &["shell", "count"], &big).out, "1000000\n", "{port}");
        assert!(on(*port, serial, &["shell", "cat"], &big).bytes == big, "cat on {port}");
        let said = on(*port, serial, &["shell", "exit 5"], &big);
        assert_eq!(said.code, 5, "a command that reads nothing, on {port}");
    }
}

#[test]
fn a_terminal_echoes_and_turns_line_ends() {
    let all = both_ways();
    for (port, serial) in &all.ways {
        let said = on(*port, serial, &["shell", "-tt"], b"echo hi\rexit 4\r");
        assert_eq!((said.code, said.out.as_str()), (4, "$ echo hi\r\nhi\r\nexit 4\r\n"), "{port}");
        let said = on(*port, serial, &["shell", "-tt", "echo x; warn y"], b"");
        assert_eq!(said.out, "x\r\ny\r\n", "{port}");
    }
}

fn file(data: &[u8]) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), data).unwrap();
    file
}

#[test]
fn files_go_there_and_back_unchanged() {
    let all = both_ways();
    let folder = tempfile::tempdir().unwrap();
    for (port, serial) in &all.ways {
        for length in [0, 1, 65_535, 65_536, 65_537, 3 * 1024 * 1024] {
            let data = pattern(length);
            let (here, back) = (file(&data), folder.path().join("back"));
            let there = format!("/sdcard/file {length}");
            let said = on(*port, serial, &["push", here.path().to_str().unwrap(), &there], b"");
            assert_eq!(said.code, 0, "{said:?}");
            assert!(all.phone.files.lock().unwrap()[&there].1 == data, "pushed {length} over {port}");
            let said = on(*port, serial, &["pull", &there, back.to_str().unwrap()], b"");
            assert_eq!(said.code, 0, "{said:?}");
            assert!(std::fs::read(&back).unwrap() == data, "pulled {length} over {port}");
        }
        let into = file(b"x");
        assert_eq!(on(*port, serial, &["push", into.path().to_str().unwrap(), "/sdcard"], b"").code, 0);
        let name = format!("/sdcard/{}", into.path().file_name().unwrap().to_str().unwrap());
        assert!(all.phone.files.lock().unwrap().contains_key(&name), "a folder as target takes the file's name");
        let listed = on(*port, serial, &["ls", "/sdcard"], b"").out;
        assert!(listed.contains("00010000") && listed.contains("file 65536"), "{listed}");
        let said = on(*port, serial, &["push", into.path().to_str().unwrap(), "/system/x"], b"");
        assert!(said.code == 1 && format!("{}{}", said.out, said.err).contains("Read-only file system"), "{said:?}");
        let said = on(*port, serial, &["pull", "/sdcard/none", folder.path().to_str().unwrap()], b"");
        assert!(said.code == 1 && format!("{}{}", said.out, said.err).contains("No such file"), "{said:?}");
    }
}

#[test]
fn a_client_that_is_killed_hangs_its_command_up() {
    for way in [0, 1] {
        for kind in ["shell", "exec-out"] {
            let all = both_ways();
            let (port, serial) = &all.ways[way];
            let home = tempfile::tempdir().unwrap();
            let client = adb_running(*port, &["-s", serial, kind, "hang"], home.path());
            all.phone.wait_for("hang began");
            drop(client);
            all.phone.wait_for("hung up");
        }
    }
}

#[test]
fn a_pulled_cable_ends_commands_and_comes_back_as_another_connection() {
    let all = both_ways();
    let port = all.ways[1].0;
    let home = tempfile::tempdir().unwrap();
    let mut client = adb_running(port, &["shell", "hang"], home.path());
    all.phone.wait_for("hang began");
    all.phone.set(ConnState::Gone);
    all.phone.wait_for("hung up");
    let _ = client.0.wait();
    assert_eq!(adb(port, &["devices"], b"").out, "List of devices attached\n\n");
    all.phone.set(ConnState::Device);
    assert!(adb(port, &["devices", "-l"], b"").out.contains("transport_id:2"));
    let plug = all.farm.phones()[0].plug;
    assert!(all.farm.unplug(plug) && !all.farm.unplug(plug));
    assert_eq!(adb(port, &["get-state"], b"").err, "error: no devices/emulators found\n");
    all.farm.plug_at(all.phone.clone(), "2-1").unwrap();
    assert!(adb(port, &["devices", "-l"], b"").out.contains("usb:2-1 product:sweet_global"));
    assert!(adb(port, &["devices", "-l"], b"").out.contains("transport_id:3"));
}

#[test]
fn a_phone_that_restarts_leaves_the_real_server() {
    let all = both_ways();
    for (port, serial) in &all.ways {
        all.phone.set(ConnState::Device);
        all.real.connect(all.farm.phones()[0].adbd.unwrap());
        // The phone may be gone before its answer is through, so the client's status says nothing.
        on(*port, serial, &["reboot", "recovery"], b"");
        all.phone.wait_for("reboot recovery");
        // The client may be done before the phone is gone.
        wait_until("the phone is gone", || all.phone.state() == ConnState::Gone);
    }
}

#[test]
fn keys_are_refused_accepted_or_accepted_later() {
    let farm = Farm::new().unwrap();
    let never = PlainPhone::shared("NEVER");
    never.set(ConnState::Unauthorized);
    let mut any = PlainPhone::new("ANY");
    any.key_check = KeyCheck::AcceptAny;
    let any = Arc::new(any);
    let plugs = [farm.plug(never.clone()).unwrap(), farm.plug(any).unwrap()];
    farm.serve_adbd(0).unwrap();
    let real = RealAdbServer::start();
    let serials = plugs.map(|plug| real.connect(farm.adbd_addr(plug).unwrap()));
    let listed = adb(real.port(), &["devices"], b"").out;
    assert!(listed.contains(&format!("{}\tunauthorized\n", serials[0])), "{listed}");
    assert_eq!(on(real.port(), &serials[1], &["shell", "echo in"], b"").out, "in\n");
    let refused = on(real.port(), &serials[0], &["shell", "echo in"], b"");
    let own = farm.serve_server(0).unwrap().addr().port();
    let refused_by_own = on(own, "NEVER", &["shell", "echo in"], b"");
    assert!(refused.err.starts_with("error: device unauthorized.\n"), "{refused:?}");
    assert_eq!(refused, refused_by_own, "word for word what the real server says");
    never.set(ConnState::Device);
    assert_eq!(on(real.port(), &serials[0], &["wait-for-device", "shell", "echo now"], b"").out, "now\n");
}

#[test]
fn every_state_is_listed_and_refused_in_adbs_words() {
    let farm = Farm::new().unwrap();
    let port = farm.serve_server(0).unwrap().addr().port();
    let error = |args: &[&str]| adb(port, args, b"").err;
    assert_eq!(error(&["shell", "id"]), "error: no devices/emulators found\n");
    assert_eq!(error(&["-s", "X", "shell", "id"]), "error: device 'X' not found\n");
    let phones = [("OFF", ConnState::Offline), ("NOPERM", ConnState::NoPermissions), ("two words", ConnState::Device)];
    for (serial, state) in phones {
        let phone = PlainPhone::shared(serial);
        phone.set(state);
        farm.plug(phone).unwrap();
    }
    farm.plug(PlainPhone::shared("TWIN")).unwrap();
    farm.plug(PlainPhone::shared("TWIN")).unwrap();
    let listed = adb(port, &["devices", "-l"], b"").out;
    let names = "product:sweet_global model:Redmi_Note_10_Pro device:sweet";
    let hint = "no permissions (user in plugdev group; are your udev rules wrong?); see [http://developer.android.com/tools/device.html]";
    let expected = [
        "List of devices attached".to_owned(),
        "OFF                    offline usb:1-1 transport_id:1".to_owned(),
        format!("NOPERM                 {hint} usb:1-2 transport_id:2"),
        format!("two words              device usb:1-3 {names} transport_id:3"),
        format!("TWIN                   device usb:1-4 {names} transport_id:4"),
        format!("TWIN                   device usb:1-5 {names} transport_id:5"),
    ];
    assert_eq!(listed.trim_end().lines().collect::<Vec<_>>(), expected);
    assert_eq!(adb(port, &["-s", "two words", "shell", "echo hi"], b"").out, "hi\n");
    assert_eq!(error(&["-s", "OFF", "shell", "id"]), "error: device offline\n");
    assert_eq!(error(&["shell", "id"]), "error: more than one device/emulator\n");
    assert_eq!(error(&["-s", "TWIN", "shell", "id"]), "error: more than one device\n");
    assert_eq!(adb(port, &["-t", "5", "shell", "echo fifth"], b"").out, "fifth\n");
    assert!(error(&["-s", "NOPERM", "shell", "id"]).starts_with("error: insufficient permissions for device"));
    assert_eq!(adb(port, &["-s", "usb:1-5", "get-state"], b"").out, "device\n");
}

#[test]
fn kill_server_ends_this_server_only() {
    let farm = Farm::new().unwrap();
    farm.plug(PlainPhone::shared("A")).unwrap();
    let (first, second) = (farm.serve_server(0).unwrap(), farm.serve_server(0).unwrap());
    assert_eq!(adb(first.addr().port(), &["kill-server"], b"").code, 0);
    assert!(!first.is_running() && second.is_running());
    assert_eq!(adb(second.addr().port(), &["shell", "echo on"], b"").out, "on\n");
}

#[test]
fn adb_follows_the_list() {
    let farm = Farm::new().unwrap();
    let port = farm.serve_server(0).unwrap().addr().port();
    let home = tempfile::tempdir().unwrap();
    let mut client = adb_running(port, &["track-devices"], home.path());
    let mut out = BufReader::new(client.0.stdout.take().unwrap());
    let mut next = || {
        let mut length = [0; 4];
        out.read_exact(&mut length).unwrap();
        let mut text = vec![0; usize::from_str_radix(std::str::from_utf8(&length).unwrap(), 16).unwrap()];
        out.read_exact(&mut text).unwrap();
        String::from_utf8(text).unwrap()
    };
    assert_eq!(next(), "");
    let phone = PlainPhone::shared("A");
    let plug = farm.plug(phone.clone()).unwrap();
    assert_eq!(next(), "A\tdevice\n");
    phone.set(ConnState::Offline);
    assert_eq!(next(), "A\toffline\n");
    farm.unplug(plug);
    assert_eq!(next(), "", "also when nothing is left");
    drop(client);
    assert!(out.fill_buf().unwrap().is_empty());
}

#[test]
fn adbutils_believes_both_servers() {
    let all = both_ways();
    for (port, serial) in &all.ways {
        let said = python("adbutils_check.py", &[&port.to_string(), serial]);
        assert_eq!((said.code, said.out.trim()), (0, "ok"), "{}", said.err);
    }
}

#[test]
fn a_farm_may_be_used_and_dropped_inside_another_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let farm = Farm::new().unwrap();
        farm.plug(PlainPhone::shared("A")).unwrap();
        assert!(farm.serve_server(0).unwrap().is_running());
        farm.serve_adbd(0).unwrap();
        let port = farm.phones()[0].adbd.unwrap();
        drop(farm);
        assert!(port.ip().is_loopback());
    });
}
