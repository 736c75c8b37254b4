//! Several adb servers in one run: one board, one record, one row for each phone; a server that is down is a line of its own.

use serde_json::Value;

use super::office::{Office, Talking, phones, start, words};
use crate::support::postgres::PostgresServer;
use crate::support::{RIGHT, TestBed, spec, talk, wait_until};
use phone_sim::phone::Stage;

/// Two benches' adb servers as a file of stations.
fn stations(office: &Office, beds: [&TestBed; 2]) -> String {
    let station = |(n, bed): (usize, &TestBed)| {
        let (name, first) = (n + 1, 1 + n * 32);
        format!("[[station]]\nname = 'bench-{name}'\nadb = '{}'\nfirst-number = {first}\n\n", bed.adb())
    };
    let text: String = beds.into_iter().enumerate().map(station).collect();
    std::fs::write(office.home.path().join("stations.toml"), text).unwrap();
    "stations.toml".to_owned()
}

fn office() -> (Office, tempfile::TempDir) {
    let carried = tempfile::tempdir().unwrap();
    let office = Office::open(&PostgresServer::shared().database(), &carried.path().join("key"));
    (office, carried)
}

#[test]
fn devices_of_a_lot_are_those_of_all_benches_with_their_last_outcome() {
    let url = PostgresServer::shared().database();
    let carried = tempfile::tempdir().unwrap();
    let offices = [0, 1].map(|_| Office::open(&url, &carried.path().join("key")));
    let beds = [TestBed::own(phones(1, 2, 0)), TestBed::own(phones(2, 1, 1))];
    for (n, (office, bed)) in offices.iter().zip(&beds).enumerate() {
        let mut command = office.sign_out(&[bed]);
        command.args(["--station", &format!("bench-{}", n + 1)]);
        talk(command, b"");
    }
    for office in &offices {
        let list = office.journal(&["devices", "--lot", "lot-1", "--json"]);
        let mut lines: Vec<String> = list
            .out
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .inspect(|line| assert_eq!(crate::json_lines::check(line), "phone"))
            .map(|line| ["hardware_serial", "outcome", "station"].map(|key| line[key].as_str().unwrap().to_owned()))
            .map(|words| words.join(" "))
            .collect();
        lines.sort();
        let expected = [
            "bad200 rejected bench-2",
            "own100 signed-out bench-1",
            "own101 signed-out bench-1",
            "own200 signed-out bench-2",
        ];
        assert_eq!((list.code, lines), (0, expected.map(str::to_owned).to_vec()), "{list:?}");
        let table = office.journal(&["devices", "--lot", "lot-1"]);
        assert_eq!((table.code, table.out.lines().count()), (0, 4), "{table:?}");
        assert!(table.out.lines().any(|line| line.contains("own200") && line.contains("bench-2")), "{table:?}");
    }
    let unknown = offices[0].journal(&["devices", "--lot", "lot-2"]);
    assert!(unknown.code == 2 && unknown.err.contains("lot-2"), "{unknown:?}");
}

#[test]
fn watch_follows_several_adb_servers_into_one_record() {
    let (office, _carried) = office();
    let beds = [TestBed::own(phones(1, 1, 0)), TestBed::own(phones(2, 2, 0))];
    let file = stations(&office, [&beds[0], &beds[1]]);
    let passwords = office.home.path().join("w.csv");
    std::fs::write(&passwords, format!("serial,password\nown100,{RIGHT}\nown200,{RIGHT}\nown201,{RIGHT}\n")).unwrap();
    std::fs::set_permissions(&passwords, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let named = ["-s", "own100", "-s", "own200", "-s", "own201"];
    let options = ["watch", "--yes", "--json", "-q", "--passwords", "w.csv", "--count", "3", "--stations", &file];
    let record = ["--journal", &office.url, "--lot", "lot-1", "--authorised-by", "the shop"];
    let (status, rows, said) = Talking::start(office.command(&[&options[..], &named, &record].concat())).end();
    let mut ends: Vec<String> = rows
        .iter()
        .map(|row| format!("{} {} {}", row["serial"].as_str().unwrap(), row["adb"].as_str().unwrap(), words(row)))
        .collect();
    ends.sort();
    let [one, two] = [beds[0].adb(), beds[1].adb()];
    let expected = [
        format!("own100 {one} signed-out -"),
        format!("own200 {two} signed-out -"),
        format!("own201 {two} signed-out -"),
    ];
    assert_eq!((status, ends), (0, expected.to_vec()), "{said}");
    let lot = office.journal(&["report", "--lot", "lot-1", "--format", "json"]);
    let report: Value = serde_json::from_str(&lot.out).unwrap_or_else(|e| panic!("{e}: {lot:?}"));
    assert_eq!(report["runs"].as_array().map(Vec::len), Some(1), "{report:#}");
}

#[test]
fn watch_waits_for_a_server_that_is_down_when_it_begins() {
    let (office, _carried) = office();
    let beds = [TestBed::own(phones(1, 1, 0)), TestBed::own(phones(2, 1, 0))];
    let file = stations(&office, [&beds[0], &beds[1]]);
    beds[1].stop_server();
    let options =
        ["watch", "--yes", "--json", "-q", "--count", "2", "--stations", &file, "--authorised-by", "the shop"];
    let named = ["-s", "own100", "-s", "own200", "--journal", &office.url];
    let mut command = office.command(&[&options[..], &named].concat());
    command.env("ADB", "/nonexistent/adb").env("MI_SIGNOUT_PASSWORD", RIGHT);
    let talking = Talking::start(command);
    talking.until_results(1);
    talking.until_note("does not answer; waiting for it");
    beds[1].serve_again();
    let (status, rows, said) = talking.end();
    assert_eq!((status, rows.iter().map(words).collect::<Vec<_>>()), (0, vec!["signed-out -".to_owned(); 2]), "{said}");
    assert!(said.contains("station bench-2"), "a line of its own: {said}");
}

#[test]
fn phones_of_a_server_that_was_down_join_a_sign_out_of_all_phones_when_it_comes() {
    let (office, _carried) = office();
    let beds = [TestBed::own(phones(1, 2, 0)), TestBed::own(phones(2, 2, 0))];
    beds[1].stop_server();
    // One phone of the bench that is there waits at its account page until another bench's phone has its row.
    let (go_on, waits) = std::sync::mpsc::channel::<()>();
    let waits = std::sync::Mutex::new(waits);
    beds[0].phone(0).on_stage(move |stage| {
        if stage == Stage::AccountPage {
            let _ = waits.lock().unwrap().recv();
        }
    });
    let mut command = office.sign_out(&[&beds[0], &beds[1]]);
    command.env("ADB", "/nonexistent/adb");
    let talking = Talking::start(command);
    talking.until_results(1);
    beds[1].serve_again();
    talking.until_note("answers now; joining the run: ");
    talking.until_results(3);
    drop(go_on);
    let (status, rows, said) = talking.end();
    let mut ends: Vec<String> =
        rows.iter().map(|row| format!("{} {}", row["serial"].as_str().unwrap(), words(row))).collect();
    ends.sort();
    let expected = ["own100", "own101", "own200", "own201"].map(|serial| format!("{serial} signed-out -"));
    assert_eq!((status, ends), (0, expected.to_vec()), "{said}");
    let lot = office.journal(&["devices", "--lot", "lot-1"]);
    assert_eq!(lot.out.matches(" signed-out ").count(), 4, "{lot:?}");
}

#[test]
fn phones_of_a_server_that_was_down_do_not_join_where_phones_were_named() {
    let (office, _carried) = office();
    let beds = [TestBed::own(phones(1, 1, 0)), TestBed::own(phones(2, 1, 0))];
    beds[1].stop_server();
    let (go_on, waits) = std::sync::mpsc::channel::<()>();
    let waits = std::sync::Mutex::new(waits);
    beds[0].phone(0).on_stage(move |stage| {
        if stage == Stage::AccountPage {
            let _ = waits.lock().unwrap().recv();
        }
    });
    let file = stations(&office, [&beds[0], &beds[1]]);
    let options = ["sign-out", "-s", "own100", "--yes", "--json", "-q", "--stations", &file, "--journal", &office.url];
    let mut command = office.command(&options);
    command.env("ADB", "/nonexistent/adb").env("MI_SIGNOUT_PASSWORD", RIGHT);
    let talking = Talking::start(command);
    wait_until("the phone is at its account page", || !beds[0].phone(0).record().commands.is_empty());
    beds[1].serve_again();
    drop(go_on);
    let (status, rows, said) = talking.end();
    assert_eq!((status, rows.iter().map(words).collect::<Vec<_>>()), (0, vec!["signed-out -".to_owned()]), "{said}");
    beds[1].untouched(0);
    assert!(beds[1].phone(0).record().commands.is_empty(), "it was not even asked");
}

#[test]
fn a_phone_that_two_adb_servers_show_is_one_phone_on_two_benches_too() {
    let url = PostgresServer::shared().database();
    let carried = tempfile::tempdir().unwrap();
    let offices = [0, 1].map(|_| Office::open(&url, &carried.path().join("key")));
    // Two benches' lists, and one of their phones is in both: `ssh -L` to the same server, under two names.
    let bed = TestBed::own([spec("8f2a1b").account(Some("6230000535"))]);
    let runs: Vec<_> = offices.iter().map(|office| start(office.sign_out(&[&bed]))).collect();
    let mut ends: Vec<String> =
        runs.into_iter().flat_map(|(_child, rows)| rows.map(|row| words(&row)).collect::<Vec<_>>()).collect();
    ends.sort();
    assert_eq!(bed.phone(0).record().passwords_submitted(), 1, "{ends:?}");
    assert!(ends.contains(&"signed-out -".to_owned()), "{ends:?}");
    let other = ends.iter().find(|end| *end != "signed-out -").unwrap();
    assert!(["already-signed-out -", "failed in-use"].contains(&other.as_str()), "{ends:?}");
}
