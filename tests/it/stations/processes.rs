//! Real processes on real adb servers, each in a home of its own as on a computer of its own.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use super::office::{Office, Talking, phones, start, submissions, words};
use crate::support::postgres::{PASSWORD, PostgresServer};
use crate::support::{RIGHT, TestBed, adb, spec, talk};

#[test]
fn two_benches_submit_one_wrong_password_once_and_a_killed_ones_phones_are_taken_over() {
    let url = PostgresServer::shared().database();
    let carried = tempfile::tempdir().unwrap();
    let key = carried.path().join("key");
    let offices = [Office::open(&url, &key), Office::open(&url, &key)];
    let beds = [TestBed::real(phones(1, 12, 4)), TestBed::real(phones(2, 12, 4))];

    let (mut dies, mut told) = start(offices[0].sign_out(&[&beds[0]]));
    let (mut lives, others) = start(offices[1].sign_out(&[&beds[1]]));
    assert!(told.by_ref().take(3).count() == 3, "it ended before it was killed");
    dies.0.kill().unwrap();
    dies.0.wait().unwrap();
    let second: Vec<Value> = others.collect();
    lives.0.wait().unwrap();
    assert_eq!(second.len(), 16, "{second:#?}");

    // The other bench's computer takes the phones of the dead one: its leases run out.
    let taken = talk(offices[1].sign_out(&[&beds[0]]), b"");
    let rows: Vec<Value> = taken.out.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let rows: Vec<&Value> = rows.iter().filter(|line| line["type"] == "result").collect();
    assert_eq!(rows.len(), 16, "{taken:?}");
    for (bed, rows) in [(&beds[0], rows), (&beds[1], second.iter().collect())] {
        for row in rows {
            let serial = row["serial"].as_str().unwrap();
            let n = bed.serials.iter().position(|known| known == serial).unwrap();
            let (is_out, words) = (!bed.phone(n).account_present(), words(row));
            assert_eq!(is_out, matches!(words.as_str(), "signed-out -" | "already-signed-out -"), "{row:#}");
            // Killed between the record of the submission and its tap: nobody may tap again, so a person does.
            let is_written_only =
                words == "needs-person unknown-screen" && bed.phone(n).record().passwords_submitted() == 0;
            let is_open = is_written_only || words.starts_with("unknown") || words.starts_with("failed");
            assert!(n >= 12 || is_out || is_open, "{row:#}");
        }
    }
    let all: Vec<usize> = beds.iter().flat_map(submissions).collect();
    assert!(all.iter().all(|times| *times <= 1), "{all:?}");
    let wrong: usize = [&all[12..16], &all[28..]].concat().iter().sum();
    // Killed between submission and verdict, the second run of that bench may try once more: the ledger counts both.
    assert!((1..=2).contains(&wrong), "{all:?}");

    let report = offices[0].journal(&["report", "--lot", "lot-1", "--format", "json"]);
    let report: Value = serde_json::from_str(&report.out).unwrap_or_else(|e| panic!("{e}: {report:?}"));
    assert_eq!(report["runs"].as_array().map(Vec::len), Some(3), "{report:#}");
    let waits = offices[1].journal(&["delete", "--list"]);
    assert!(waits.code == 0 && waits.out.contains("6230***535"), "{waits:?}");
}

/// Issue-sized: both benches reach both adb servers, one process is killed, and the other one brings its phones to their end.
#[test]
fn of_32_phones_on_two_benches_8_with_a_wrong_password_submit_once_in_all_though_one_bench_is_killed() {
    let url = PostgresServer::shared().database();
    let carried = tempfile::tempdir().unwrap();
    let key = carried.path().join("key");
    // The bench that lives waits for the leases of the one that dies, however busy this computer is.
    let offices = [0, 1].map(|_| Office::open_with_lease(&url, &key, "20"));
    let beds = [TestBed::real(phones(1, 12, 4)), TestBed::real(phones(2, 12, 4))];
    let (mut dies, mut told) = start(offices[0].sign_out(&[&beds[0]]));
    let lives = Talking::start(offices[1].sign_out(&[&beds[0], &beds[1]]));
    assert!(told.by_ref().take(3).count() == 3, "it ended before it was killed");
    lives.until(1, |line| line["event"] == "started");
    dies.0.kill().unwrap();
    dies.0.wait().unwrap();
    let (_, rows, said) = lives.end();
    assert_eq!(rows.len(), 32, "{said}");
    let mut ends: BTreeMap<String, usize> = BTreeMap::new();
    let mut written_only = 0;
    for row in &rows {
        let serial = row["serial"].as_str().unwrap();
        let found = beds.iter().find_map(|bed| Some((bed, bed.serials.iter().position(|known| known == serial)?)));
        let (bed, n) = found.unwrap();
        let (is_out, words) = (!bed.phone(n).account_present(), words(row));
        assert_eq!(is_out, words.ends_with("signed-out -"), "{row:#}");
        // Killed between the record of the submission and its tap: nobody may tap again, so a person does.
        let is_written_only =
            words == "needs-person unknown-screen" && bed.phone(n).record().passwords_submitted() == 0;
        written_only += usize::from(is_written_only);
        assert!(is_out == (n < 12) || is_written_only, "{row:#}\n{said}");
        *ends.entry(words).or_default() += 1;
    }
    let all: Vec<usize> = beds.iter().flat_map(submissions).collect();
    let (right, wrong) = ([&all[..12], &all[16..28]].concat(), [&all[12..16], &all[28..]].concat());
    assert!(right.iter().all(|times| *times <= 1), "{all:?}");
    assert!(right.iter().sum::<usize>() + written_only >= 24 && written_only <= 12, "{all:?} {ends:#?}");
    assert!(wrong.iter().sum::<usize>() + written_only >= 1 && wrong.iter().sum::<usize>() <= 1, "{all:?} {ends:#?}");
    let stopped = ends.get("needs-person account-stopped").copied().unwrap_or_default();
    let refused = ends.get("rejected wrong-password").copied().unwrap_or_default();
    assert!(refused <= 1 && stopped + refused >= 7, "{ends:#?}");

    let report = offices[0].journal(&["report", "--lot", "lot-1", "--format", "json"]);
    let report: Value = serde_json::from_str(&report.out).unwrap_or_else(|e| panic!("{e}: {report:?}"));
    assert_eq!(report["runs"].as_array().map(Vec::len), Some(2), "{report:#}");
    // A phone that a bench could not read counts for itself, by what adb printed.
    let unread = |phone: &&Value| phone["hardware_serial"].as_str().is_none_or(|serial| serial.contains(':'));
    let phones: Vec<&Value> = report["phones"].as_array().unwrap().iter().collect();
    let (unread, read): (Vec<_>, Vec<_>) = phones.into_iter().partition(unread);
    assert_eq!(read.len(), 32, "{read:#?}");
    assert!(unread.iter().all(|phone| phone["outcome"] == "failed"), "{unread:#?}");
    println!("phones that could not be read: {unread:?}");
}

/// The other computer's process can't be asked whether it lives, so only the phone's clock says when its claim is void.
#[test]
fn the_phone_of_a_bench_that_died_on_another_computer_is_taken_over_when_its_claim_expires() {
    let url = PostgresServer::shared().database();
    let carried = tempfile::tempdir().unwrap();
    let office = Office::open(&url, &carried.path().join("key"));
    let bed = TestBed::real([spec("8f2a1b").scale(0.04)]);
    let folder = "/data/local/tmp/mi-signout.claim";
    let write = format!("mkdir -p {folder} && echo \"token $(date +%s) bench-9 4711\" > {folder}/by");
    let renew = || {
        let said = adb(bed.port(), &["-s", &bed.serials[0], "shell", &write], b"");
        assert_eq!(said.code, 0, "{said:?}");
    };
    renew();
    let is_dead = AtomicBool::new(false);
    let (alone, talking) = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_dead.load(Ordering::Relaxed) {
                renew();
            }
        });
        let alone = bed.sign_out(RIGHT, &["--all"]).run();
        let talking = Talking::start(office.sign_out(&[&bed]));
        let seen = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            talking.until_note("a run on computer bench-9, process 4711 left its claim");
        }));
        is_dead.store(true, Ordering::Relaxed);
        seen.unwrap();
        (alone, talking)
    });
    assert!(alone.stdout.contains(r#""reason":"in-use""#), "without a shared record nobody waits: {alone}");
    let (_, rows, told) = talking.end();
    assert_eq!(rows.iter().map(words).collect::<Vec<_>>(), ["signed-out -"], "{told}");
    assert_eq!(bed.phone(0).record().passwords_submitted(), 1);
}

#[test]
fn two_benches_with_one_account_and_a_wrong_password_submit_once_in_all() {
    let url = PostgresServer::shared().database();
    let carried = tempfile::tempdir().unwrap();
    let key = carried.path().join("key");
    let offices = [Office::open(&url, &key), Office::open(&url, &key)];
    let beds = [TestBed::real(phones(1, 0, 4)), TestBed::real(phones(2, 0, 4))];
    let runs = [0, 1].map(|n| start(offices[n].sign_out(&[&beds[n]])));
    let mut ends: Vec<String> =
        runs.into_iter().flat_map(|(_child, rows)| rows.map(|row| words(&row)).collect::<Vec<_>>()).collect();
    ends.sort();
    let all: Vec<usize> = beds.iter().flat_map(submissions).collect();
    assert_eq!(all.iter().sum::<usize>(), 1, "{all:?} {ends:#?}");
    assert_eq!(ends[7], "rejected wrong-password", "{ends:#?}");
    assert!(ends[..7].iter().all(|end| end == "needs-person account-stopped"), "{ends:#?}");
}

#[test]
fn two_benches_share_an_account_whose_password_is_right() {
    let url = PostgresServer::shared().database();
    let carried = tempfile::tempdir().unwrap();
    let key = carried.path().join("key");
    let offices = [Office::open(&url, &key), Office::open(&url, &key)];
    let of_one = |bench: usize| (0..3).map(move |n| spec(&format!("one{bench}{n}")).account(Some("6230000535")));
    let beds = [TestBed::real(of_one(1)), TestBed::real(of_one(2))];
    let runs = [0, 1].map(|n| start(offices[n].sign_out(&[&beds[n]])));
    let ends: Vec<String> =
        runs.into_iter().flat_map(|(_child, rows)| rows.map(|row| words(&row)).collect::<Vec<_>>()).collect();
    assert_eq!(ends, vec!["signed-out -"; 6]);
}

#[test]
fn two_adb_servers_are_one_board_and_one_record_and_one_that_is_down_is_a_line() {
    let beds = [TestBed::own([spec("8f2a1b"), spec("8f2a1c")]), TestBed::own([spec("9a0000")])];
    let down = crate::support::unused_address();
    let stations = format!(
        "[[station]]\nname = 'bench-2'\nadb = '{}'\nfirst-number = 33\n\n[[station]]\nname = 'bench-3'\nadb = '{down}'\n",
        beds[1].adb()
    );
    let run = beds[0]
        .sign_out(RIGHT, &["--all", "--stations", "stations.toml"])
        .env("ADB", "/nonexistent/adb")
        .file("stations.toml", &stations, 0o644)
        .run();
    let rows: Vec<Value> = run.stdout.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let mut ends: Vec<String> = rows
        .iter()
        .filter(|line| line["type"] == "result")
        .map(|row| format!("{} {} {}", row["serial"].as_str().unwrap(), row["adb"].as_str().unwrap(), words(row)))
        .collect();
    ends.sort();
    let [one, two] = [beds[0].adb(), beds[1].adb()];
    assert_eq!(
        ends,
        [
            format!("8f2a1b {one} signed-out -"),
            format!("8f2a1c {one} signed-out -"),
            format!("9a0000 {two} signed-out -")
        ],
        "{run}"
    );
    assert!(run.stderr.contains("station bench-3"), "{run}");
    let trays: Vec<u64> =
        rows.iter().filter(|line| line["event"] == "started").filter_map(|line| line["tray"].as_u64()).collect();
    assert!(trays.contains(&33), "{trays:?}");
}

#[test]
fn one_phone_that_two_adb_servers_show_is_signed_out_once() {
    let bed = TestBed::own([spec("8f2a1b")]);
    let again = format!("localhost:{}", bed.port());
    let run = bed.sign_out(RIGHT, &["--all", "--adb", &again]).run();
    let rows = run.stdout.lines().filter(|line| line.contains(r#""type":"result""#)).count();
    assert_eq!((rows, bed.phone(0).record().passwords_submitted()), (1, 1), "{run}");
    assert!(run.stderr.contains("show the same phones") || run.status == 0, "{run}");
}

#[test]
fn a_bench_with_another_key_is_refused_before_the_first_phone() {
    let url = PostgresServer::shared().database();
    let carried = tempfile::tempdir().unwrap();
    let office = Office::open(&url, &carried.path().join("key"));
    let stranger = Office { home: tempfile::tempdir().unwrap(), url };
    let bed = TestBed::own([spec("8f2a1b")]);
    let refused = talk(stranger.sign_out(&[&bed]), b"");
    assert!(refused.code == 2 && refused.err.contains("this bench does not have its key yet"), "{refused:?}");
    bed.untouched(0);
    assert_eq!(talk(office.sign_out(&[&bed]), b"").code, 0);
}

#[test]
fn the_password_of_the_database_comes_from_a_file_and_is_said_nowhere() {
    let server = PostgresServer::shared();
    let url = PostgresServer::locked(&server.database());
    let carried = tempfile::tempdir().unwrap();
    let key = carried.path().join("key").display().to_string();
    let home = tempfile::tempdir().unwrap();
    let office = Office { home, url: url.clone() };
    let refused = office.run(&["journal", "init", &url, "--key", &key]);
    assert_eq!(refused.code, 2, "{refused:?}");
    let with = |url: &str| url.replace("locked@", &format!("locked:{PASSWORD}@"));
    let in_argv = office.run(&["journal", "init", &with(&url), "--key", &key]);
    assert!(in_argv.code == 2 && in_argv.err.contains("~/.pgpass"), "{in_argv:?}");
    let pgpass = office.home.path().join(".pgpass");
    std::fs::write(&pgpass, format!("127.0.0.1:*:*:locked:{PASSWORD}\n")).unwrap();
    std::fs::set_permissions(&pgpass, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let made = office.run(&["journal", "init", &url, "--key", &key]);
    assert_eq!(made.code, 0, "{made:?}");
    let bed = TestBed::own([spec("8f2a1b")]);
    let mut command = office.sign_out(&[&bed]);
    command.args(["--report", "r.json", "--report", "r.html"]);
    let said = talk(command, b"");
    assert_eq!(said.code, 0, "{said:?}");
    let report = std::fs::read_to_string(office.home.path().join("r.json")).unwrap();
    let all =
        [&refused, &in_argv, &made, &said].map(|said| format!("{}{}", said.out, said.err)).concat() + report.as_str();
    assert!(!all.contains(PASSWORD), "{all}");
    assert!(!all.contains("6230000535") && !all.contains(RIGHT));
}
