//! `sign-out` from the outside: what it prints and returns, and what the phone says was done to it.

use phone_sim::endpoint::ConnState;
use phone_sim::phone::{Fault, Generation, PhoneSpec, Stage};
use serde_json::Value;

use crate::support::{Invocation, Killed, RIGHT, SCALE, TestBed, adb, spec};

#[test]
fn a_phone_is_signed_out_and_then_is_signed_out_already() {
    let bed = TestBed::one();
    let first = bed.sign_out(RIGHT, &["--all"]).run();
    let lines = first.json(0, "");
    let result = lines.iter().find(|line| line["type"] == "result").unwrap();
    assert_eq!(result["outcome"], "signed-out", "{first}");
    assert_eq!(lines.last().unwrap()["counts"]["signed-out"], 1);
    let record = bed.phone(0).record();
    assert_eq!((record.passwords_submitted(), bed.phone(0).account_present()), (1, false));
    let files = bed.phone(0).files();
    assert_eq!(files.read("/sdcard/window_dump.xml"), None, "its dumps are gone");

    let taps = record.taps.len();
    let again = bed.sign_out(RIGHT, &["--all"]).run();
    insta::assert_snapshot!(again, @r###"
    status: 0
    --- stdout
    {"type":"event","at":"TIME","serial":"127.0.0.1:10001","event":"started","model":"M2101K7AG","place":null}
    {"type":"result","schema":1,"serial":"127.0.0.1:10001","adb":"127.0.0.1:10000","model":"Redmi Note 10","software":"MIUI 14.0.9","profile":null,"account":null,"outcome":"already-signed-out","reason":null,"hint":null,"proof":{"before":"no com.xiaomi account","after":"no com.xiaomi account","ui":SCREEN},"started":"TIME","seconds":N,"steps":N,"dumps":N}
    {"type":"summary","counts":{"already-signed-out":1},"exit":0}
    --- stderr
    "###);
    assert_eq!(bed.phone(0).record().taps.len(), taps, "nothing was touched");
}

#[test]
fn a_result_has_the_contracts_keys_in_their_order() {
    let bed = TestBed::one();
    let ran = bed.sign_out(RIGHT, &[]).run();
    ran.json(0, "");
    let text = ran.to_string();
    let result = text.lines().find(|line| line.starts_with(r#"{"type":"result""#)).unwrap();
    insta::assert_snapshot!(result, @r###"
    {"type":"result","schema":1,"serial":"127.0.0.1:10001","adb":"127.0.0.1:10000","model":"Redmi Note 10","software":"MIUI 14.0.9","profile":"miui","account":"6230***535","outcome":"signed-out","reason":null,"hint":null,"proof":{"before":"account present","after":"no com.xiaomi account","ui":SCREEN},"started":"TIME","seconds":N,"steps":N,"dumps":N}
    "###);
    insta::assert_snapshot!(text.lines().find(|line| line.contains("summary")).unwrap(), @r###"
    {"type":"summary","counts":{"signed-out":1},"exit":0}
    "###);
}

#[test]
fn a_wrong_password_is_submitted_once() {
    let bed = TestBed::one();
    let ran = bed.sign_out("not the owner's", &["--all"]).run();
    let lines = ran.json(1, "");
    let result = lines.iter().find(|line| line["type"] == "result").unwrap();
    assert_eq!((&result["outcome"], &result["reason"]), (&"rejected".into(), &"wrong-password".into()));
    assert!(result["hint"].as_str().is_some_and(|hint| !hint.is_empty()));
    assert_eq!(bed.phone(0).record().passwords_submitted(), 1);
    assert!(bed.phone(0).account_present());
}

#[test]
fn a_person_reads_lines_and_a_table() {
    let bed = TestBed::one();
    let ran = bed.run(&["sign-out", "--yes", "--password-stdin"]).stdin(RIGHT).run();
    insta::assert_snapshot!(ran, @r###"
    status: 0
    --- stdout
    phone            model          account      outcome               time
    127.0.0.1:10001  Redmi Note 10  6230***535   signed-out  N:NN
    1 signed-out
    --- stderr
    127.0.0.1:10001: started, M2101K7AG
    127.0.0.1:10001: identified: Redmi Note 10, MIUI 14.0.9, account 6230***535
    127.0.0.1:10001: on account-page
    127.0.0.1:10001: on keep-or-remove
    127.0.0.1:10001: on password
    127.0.0.1:10001: on password-filled
    127.0.0.1:10001: on account-gone
    127.0.0.1:10001: signed-out (N s)
    1 signed-out; exit 0
    "###);
    let bed = TestBed::one();
    let ran = bed.run(&["sign-out", "--yes", "--password-stdin", "-q"]).stdin("wrong").run();
    insta::assert_snapshot!(ran, @r###"
    status: 1
    --- stdout
    phone            model          account      outcome               time
    127.0.0.1:10001  Redmi Note 10  6230***535   rejected  N:NN
        wrong-password: the phone refused the password: check it at account.xiaomi.com before trying
        again; several wrong ones lock the account
    1 rejected
    --- stderr
    "###);
}

#[test]
fn the_password_may_stand_in_the_environment_or_in_a_file() {
    let bed = TestBed::own([spec("a1"), spec("b2").account(Some("6230111222")).password("b, \"2\"")]);
    let quiet = ["sign-out", "--json", "--yes", "-q"];
    let ran = bed.run(&quiet).args(&["-s", "a1"]).env("MI_SIGNOUT_PASSWORD", RIGHT).run();
    assert_eq!(ran.rows(0, ""), ["a1 signed-out -"]);
    let file = "serial,password\nb2,\"b, \"\"2\"\"\"\n";
    let ran = bed.run(&quiet).args(&["--all", "--passwords", "p.csv"]).file("p.csv", file, 0o600).run();
    assert_eq!(ran.rows(0, ""), ["a1 already-signed-out -", "b2 signed-out -"]);
}

#[test]
fn a_phone_is_read_once_before_its_walk() {
    let bed = TestBed::one();
    bed.sign_out(RIGHT, &["--all"]).run().json(0, "");
    let record = bed.phone(0).record();
    assert_eq!(record.commands.iter().filter(|c| c.argv[0] == "getprop").count(), 1, "{:#?}", record.commands);
}

#[test]
fn a_file_of_passwords_by_account_serves_every_phone_of_the_account() {
    let other = |serial: &str| spec(serial).account(Some("6230111222")).password("other");
    let bed = TestBed::own([spec("a1"), other("b2"), other("c3")]);
    let id = bed.phone(0).spec().account.clone().unwrap();
    let file = format!("account,password\n{id},{RIGHT}\n6230111222,other\n");
    let ran = bed
        .run(&["sign-out", "--json", "--yes", "-q", "--all", "--authorised-by", "us", "--passwords", "p.csv"])
        .file("p.csv", &file, 0o600)
        .run();
    assert_eq!(ran.rows(0, ""), ["a1 signed-out -", "b2 signed-out -", "c3 signed-out -"]);
}

#[test]
fn what_is_wrong_with_a_file_of_passwords_names_its_line() {
    let bed = TestBed::own([spec("a1")]);
    let with =
        |text: &str, mode: u32| bed.run(&["sign-out", "--yes", "--passwords", "p.csv"]).file("p.csv", text, mode).run();
    insta::assert_snapshot!(with("serial,password\na1,x\n", 0o644), @r###"
    status: 2
    --- stdout
    --- stderr
    error: the file of passwords is readable by others
      p.csv
    hint: chmod 600 p.csv
    more: mi-signout explain passwords-unusable
    "###);
    insta::assert_snapshot!(with("a1,x\n", 0o600), @r###"
    status: 2
    --- stdout
    --- stderr
    error: the first line must be the header serial,password or account,password
      p.csv:1
    hint: put a password with a comma or a quote in double quotes, as spreadsheets do
    more: mi-signout explain passwords-unusable
    "###);
    insta::assert_snapshot!(with("serial,password\na1,x\n\na1,y\n", 0o600), @r###"
    status: 2
    --- stdout
    --- stderr
    error: 'a1' is a duplicate of line 2
      p.csv:4
    hint: keep one of the two lines; nothing was touched
    more: mi-signout explain passwords-unusable
    "###);
    insta::assert_snapshot!(bed.run(&["sign-out", "--yes", "--passwords", "none.csv"]).run(), @r###"
    status: 2
    --- stdout
    --- stderr
    error: the file of passwords could not be read: No such file or directory (os error 2)
      none.csv
    hint: name a CSV file that you may read, with the header serial,password or account,password; nothing was touched
    more: mi-signout explain passwords-unusable
    "###);
    insta::assert_snapshot!(bed.run(&["sign-out", "--yes", "--password-stdin"]).stdin("\n").run(), @r###"
    status: 2
    --- stdout
    --- stderr
    error: standard input held no password
    hint: give it as one line, or leave --password-stdin out
    more: mi-signout explain passwords-unusable
    "###);
    bed.untouched(0);
}

#[test]
fn without_a_password_the_phone_waits_at_its_question() {
    let bed = TestBed::own([spec("a1")]);
    let ran = bed.run(&["sign-out", "--json", "--yes", "-q"]).run();
    assert_eq!(ran.rows(4, ""), ["a1 needs-person no-password"]);
    assert_eq!(bed.phone(0).record().submissions.len(), 0);
    let bed = TestBed::own([spec("a1").change(|s| s.find_device = false)]);
    let ran = bed.run(&["sign-out", "--json", "--yes", "-q"]).run();
    assert_eq!(ran.rows(0, ""), ["a1 signed-out -"], "none is asked for with Find Device off");
}

#[test]
fn a_password_that_cannot_be_typed_touches_nothing() {
    let bed = TestBed::real([spec("a1"), spec("b2").account(None)]);
    let ran = bed.sign_out("пароль", &["--all"]).run();
    let rows = ran.rows(4, "");
    assert_eq!(rows, ["127.0.0.1:10001 needs-person password-not-typeable", "127.0.0.1:10002 already-signed-out -"]);
    bed.untouched(0);
    bed.untouched(1);
}

#[test]
fn the_answer_about_synced_data_is_the_one_that_was_given() {
    let bed = TestBed::own([spec("a1"), spec("b2").account(Some("6230111222"))]);
    assert_eq!(bed.sign_out(RIGHT, &["-s", "a1"]).run().rows(0, ""), ["a1 signed-out -"]);
    assert_eq!(bed.sign_out(RIGHT, &["-s", "b2", "--data", "remove"]).run().rows(0, ""), ["b2 signed-out -"]);
    let kept: Vec<_> = (0..2).map(|i| bed.phone(i).record().removals[0].data_kept).collect();
    assert_eq!(kept, [Some(true), Some(false)]);
}

#[test]
fn a_dry_run_stops_before_the_first_tap_that_changes_anything() {
    let bed = TestBed::one();
    let ran = bed.run(&["sign-out", "--yes", "--dry-run", "--password-stdin"]).stdin(RIGHT).run();
    insta::assert_snapshot!(ran, @r###"
    status: 0
    --- stdout
    phone            model          account      outcome               time
    127.0.0.1:10001  Redmi Note 10  6230***535   dry-run  N:NN
    1 dry-run
    --- stderr
    127.0.0.1:10001: started, M2101K7AG
    127.0.0.1:10001: identified: Redmi Note 10, MIUI 14.0.9, account 6230***535
    127.0.0.1:10001: on account-page
    127.0.0.1:10001: dry-run (N s)
    1 dry-run; exit 0
    "###);
    let record = bed.phone(0).record();
    assert!(bed.phone(0).account_present());
    assert_eq!((record.taps_on("com.xiaomi.account:id/logout_btn"), record.submissions.len(), record.typed), (0, 0, 0));
    assert!(record.screens.len() > 1, "it has looked at the account page: {:?}", record.screens);
}

/// Phones in every state that adb lists, next to a good one.
fn tray() -> TestBed {
    let account = |n: usize| format!("62301112{n:02}");
    let bed = TestBed::own(
        ["good", "unauth", "offline", "noperm"]
            .iter()
            .enumerate()
            .map(|(n, serial)| spec(serial).account(Some(&account(n)))),
    );
    for (n, state) in [(1, ConnState::Unauthorized), (2, ConnState::Offline), (3, ConnState::NoPermissions)] {
        bed.phones[n].connect(state);
    }
    bed
}

#[test]
fn every_phone_gets_its_row_and_none_hides_another() {
    let bed = tray();
    let ran = bed.sign_out(RIGHT, &["--all"]).run();
    let rows = ran.rows(1, "");
    let expected = [
        "good signed-out -",
        "noperm failed no-permissions",
        "offline failed offline",
        "unauth needs-person unauthorized",
    ];
    assert_eq!(rows, expected);
    (1..4).for_each(|n| bed.untouched(n));
    let ran = bed.sign_out(RIGHT, &["-s", "good", "-s", "unauth"]).run();
    assert_eq!(ran.rows(4, ""), ["good already-signed-out -", "unauth needs-person unauthorized"]);
}

#[test]
fn an_unknown_outcome_wins_over_a_failure() {
    let bed = TestBed::own([spec("a1"), spec("b2").account(Some("6230111222"))]);
    bed.phones[1].connect(ConnState::Offline);
    bed.phone(0).on(Stage::AfterConfirm, Fault::CableOut { back_after: None });
    let ran = bed.sign_out(RIGHT, &["--all", "--timeout", "8"]).run();
    assert_eq!(ran.rows(6, ""), ["a1 unknown disconnected", "b2 failed offline"]);
    assert_eq!(bed.phone(0).record().passwords_submitted(), 1);
}

#[test]
fn the_time_of_a_phone_ends() {
    let bed = TestBed::own([spec("a1")]);
    bed.phone(0).fault(Fault::CommandHangs(1000));
    let ran = bed.sign_out(RIGHT, &["--timeout", "1"]).run();
    assert_eq!(ran.rows(1, ""), ["a1 failed timeout"]);
    bed.untouched(0);
}

#[test]
fn bad_dumps_are_looked_at_again() {
    let faults: Vec<Fault> = vec![
        Fault::DumpCut(2),
        Fault::DumpEmpty(2),
        Fault::DumpKilled(2),
        Fault::DumpNullRoot(2),
        Fault::DumpNotIdle(1),
        Fault::DumpNoisy(3),
        Fault::DumpStale(1),
    ];
    let stages = [Stage::AccountPage, Stage::DataChoice, Stage::Password, Stage::SigningOut];
    let account = |n: usize| format!("62301113{n:02}");
    let bed = TestBed::own((0..faults.len()).map(|n| spec(&format!("p{n}")).account(Some(&account(n)))));
    for (n, fault) in faults.iter().enumerate() {
        for stage in stages {
            bed.phone(n).on(stage, *fault);
        }
    }
    let ran = bed.sign_out(RIGHT, &["--all"]).run();
    let expected: Vec<String> = (0..faults.len()).map(|n| format!("p{n} signed-out -")).collect();
    assert_eq!(ran.rows(0, ""), expected, "{ran}");
    for (n, fault) in faults.iter().enumerate() {
        let record = bed.phone(n).record();
        assert_eq!((record.passwords_submitted(), record.faults.len()), (1, 4), "{fault:?}");
    }
}

#[test]
fn a_phone_that_never_gives_a_whole_dump_is_not_tapped() {
    let faults =
        [Fault::DumpCut(10_000), Fault::DumpEmpty(10_000), Fault::DumpKilled(10_000), Fault::DumpNullRoot(10_000)];
    let account = |n: usize| format!("62301114{n:02}");
    let bed = TestBed::own((0..faults.len()).map(|n| spec(&format!("p{n}")).account(Some(&account(n)))));
    for (n, fault) in faults.iter().enumerate() {
        bed.phone(n).fault(*fault);
    }
    let ran = bed.sign_out(RIGHT, &["--all"]).run();
    let expected: Vec<String> = (0..faults.len()).map(|n| format!("p{n} failed dump-failed")).collect();
    assert_eq!(ran.rows(1, ""), expected, "{ran}");
    for n in 0..faults.len() {
        assert!(bed.phone(n).record().taps.is_empty() && bed.phone(n).account_present());
    }
}

#[test]
fn a_strangers_text_gives_the_terminal_no_orders() {
    let hostile = "Red\u{1b}[2J\u{7}mi\u{202e}9\u{9b}1m";
    let bed = TestBed::own(["a1", "b2"].map(|serial| {
        spec(serial).change(|s| {
            hostile.clone_into(&mut s.model);
            hostile.clone_into(&mut s.market_name);
        })
    }));
    let runs: Vec<Invocation> = vec![
        bed.run(&["devices"]),
        bed.run(&["devices", "--json"]),
        bed.run(&["sign-out", "--yes"]),
        bed.run(&["sign-out", "--yes", "-s", "no\u{1b}[2Jne"]),
        bed.run(&["sign-out", "--yes", "-s", "a1", "-vv", "--password-stdin"]).stdin("wrong"),
        bed.run(&["sign-out", "--yes", "-s", "a1", "--json", "--dry-run"]),
    ];
    for run in runs {
        let ran = run.run();
        let all = format!("{}{}", ran.stdout, ran.stderr);
        let bad = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
        assert!(!all.contains(bad), "{ran:#}\n{all:?}");
        assert!(all.contains("Red") || all.contains("no"), "{ran}");
    }
}

#[test]
fn events_come_before_the_result_and_the_summary_last() {
    let bed = TestBed::one();
    let ran = bed.sign_out(RIGHT, &["--all"]).run();
    let lines = ran.json(0, "");
    let types: Vec<&str> = lines.iter().filter_map(|line| line["type"].as_str()).collect();
    assert_eq!(types[types.len() - 2..], ["result", "summary"], "{ran}");
    assert!(types[..types.len() - 2].iter().all(|t| *t == "event"), "{ran}");
    let screens: Vec<&Value> = lines.iter().map(|line| &line["name"]).filter(|name| name.is_string()).collect();
    assert!(screens.contains(&&Value::from("account-page")), "{ran}");
}

#[test]
fn what_the_screen_says_is_only_read() {
    let owner = "</node>\"'&#0;&bogus;]]><!--\u{202e}\u{1b}[2J Sign out; $(id)";
    let bed = TestBed::own([spec("a1").change(|s| owner.clone_into(&mut s.owner))]);
    let ran = bed.sign_out(RIGHT, &[]).run();
    assert_eq!(ran.rows(0, ""), ["a1 signed-out -"], "{ran}");
    assert_eq!(bed.phones[0].refused(), 0, "none of it became a command");
}

#[test]
fn an_interrupted_run_still_gives_its_rows() {
    use std::io::{BufRead, BufReader};
    let bed = TestBed::own([spec("a1")]);
    // Its first page takes for ever, so that the signal comes in time.
    bed.phone(0).fault(Fault::SlowPage(60_000_000));
    let (mut command, _home) = bed.run(&["sign-out", "--yes", "--json", "-q"]).into_command();
    let piped = std::process::Stdio::piped;
    let mut child = Killed(command.stdin(std::process::Stdio::null()).stdout(piped()).stderr(piped()).spawn().unwrap());
    let mut lines = BufReader::new(child.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.contains(r#""event":"step""#)), "the walk has begun");
    let pid = child.0.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let rest: Vec<Value> = lines.map(|line| serde_json::from_str(&line).unwrap()).collect();
    let status = child.0.wait().unwrap().code();
    let [.., result, summary] = &rest[..] else { panic!("{rest:?}") };
    assert_eq!((&result["type"], &result["serial"]), (&"result".into(), &"a1".into()), "{rest:?}");
    assert_eq!((&summary["exit"], status), (&130.into(), Some(130)), "{rest:?}");
    let record = bed.phone(0).record();
    assert!(record.taps.is_empty() && bed.phone(0).account_present(), "{result}");
}

#[test]
fn nothing_is_left_on_the_phone_and_nothing_runs_on_it() {
    for generation in [Generation::Miui9, Generation::Miui14, Generation::HyperOs2] {
        let bed = TestBed::real([PhoneSpec::of(generation).serial("8f2a1b").scale(SCALE)]);
        let row = bed.sign_out(RIGHT, &[]).run().rows(0, "").remove(0);
        assert!(row.ends_with("signed-out -"), "{generation:?}: {row}");
        for folder in ["/data/local/tmp", "/sdcard"] {
            let files = bed.phones[0].fs().list("/", folder).unwrap_or_default();
            assert!(!files.iter().any(|file| file.contains("mi-signout")), "{generation:?}: {folder}: {files:?}");
        }
        // The simulated shell starts nothing that outlives its call, and counts what it refuses.
        assert_eq!(bed.phones[0].refused(), 0, "{generation:?}");
        for command in bed.phone(0).record().commands {
            let line = command.argv.join(" ");
            let outlives =
                ["am instrument", "am start-service", "am startservice", "pm install", "app_process", "nohup"];
            assert!(!outlives.iter().any(|words| line.contains(words)), "{generation:?}: {line}");
        }
        let before = bed.phone(0).stats();
        assert_eq!(adb(bed.port(), &["-s", &bed.serials[0], "shell", "true"], b"").code, 0);
        assert_eq!(
            bed.phone(0).stats().since(&before).shell_calls,
            1,
            "{generation:?}: something still asks the phone"
        );
    }
}
