//! The commands about the program itself: `explain`, `man`, `completions`, `config show`, and options from the environment and the
//! configuration file.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::{Invocation, RIGHT, TestBed, mi_signout, spec, unused_address};

const SHELLS: [&str; 5] = ["bash", "zsh", "fish", "powershell", "elvish"];

#[test]
fn a_code_is_explained_without_a_network_or_adb() {
    let ran = mi_signout(&["explain", "captcha"]).env("PATH", "").run();
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{ran}");
    assert!(ran.stdout.starts_with("captcha\n\nOutcome: needs-person. "), "{ran}");
    assert!(ran.stdout.contains("What to do: ") && ran.stdout.contains("Where to tap:\n- MIUI: "), "{ran}");
    assert!(!ran.stdout.contains("### "), "{ran}");
    let status = mi_signout(&["explain", "4"]).run();
    assert!(status.stdout.starts_with("exit-4\n") && status.status == 0, "{status}");
    let list = mi_signout(&["explain"]).run();
    assert!(list.stdout.contains("Reasons: unauthorized, ") && list.stdout.lines().count() == 4, "{list}");
    insta::assert_snapshot!(mi_signout(&["explain", "captha"]).run(), @r###"
    status: 2
    --- stdout
    --- stderr
    error: there is no code 'captha'
    hint: did you mean 'captcha'?
    "###);
}

#[test]
fn an_error_names_the_code_that_explain_knows() {
    let bed = TestBed::own([spec("a1"), spec("b2")]);
    let ran = bed.run(&["sign-out", "--yes"]).run();
    let code = ran.stderr.lines().find_map(|line| line.strip_prefix("more: mi-signout explain ")).unwrap();
    assert_eq!(code, "several-phones", "{ran}");
    assert_eq!(mi_signout(&["explain", code]).run().status, 0);
}

#[test]
fn there_is_a_manual_page_for_each_command() {
    let page = mi_signout(&["man", "sign-out"]).run();
    assert_eq!((page.status, page.stderr.as_str()), (0, ""), "{page}");
    assert!(page.stdout.contains(".SH NAME") && page.stdout.contains("\\-\\-password\\-stdin"), "{page}");
    let (mut command, folder) = mi_signout(&["man", "--dir", "pages"]).into_command();
    assert!(command.status().unwrap().success());
    let written: Vec<String> = std::fs::read_dir(folder.path().join("pages"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let help = mi_signout(&["--help"]).run().stdout;
    let commands = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let names = commands.lines().filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' '));
    for name in names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help") {
        assert!(written.contains(&format!("mi-signout-{name}.1")), "{name}: {written:?}");
    }
    assert!(written.contains(&"mi-signout.1".to_owned()), "{written:?}");
}

#[test]
fn each_shell_gets_its_completions() {
    for shell in SHELLS {
        let ran = mi_signout(&["completions", shell]).run();
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{shell}: {ran}");
        assert!(ran.stdout.contains("mi-signout"), "{shell}: {ran}");
    }
    assert_eq!(mi_signout(&["completions", "tcsh"]).run().status, 2);
}

/// What bash would offer behind these words.
#[cfg(feature = "live-completions")]
fn offered(words: &[&str]) -> Invocation {
    let last = (words.len() - 1).to_string();
    mi_signout(&[&["--"], words].concat())
        .env("MI_SIGNOUT_COMPLETE", "bash")
        .env("_CLAP_COMPLETE_INDEX", &last)
        .env("_CLAP_COMPLETE_COMP_TYPE", "9")
        .env("_CLAP_COMPLETE_SPACE", "true")
        .env("_CLAP_IFS", "\n")
}

#[cfg(feature = "live-completions")]
#[test]
fn the_serials_that_are_offered_are_those_of_the_attached_phones() {
    let bed = TestBed::own([spec("a1"), spec("b2")]);
    let (_, port) = bed.adb().split_once(':').map(|(host, port)| (host.to_owned(), port.to_owned())).unwrap();
    let ran = offered(&["mi-signout", "sign-out", "--serial", ""]).env("ANDROID_ADB_SERVER_PORT", &port).run();
    assert_eq!((ran.status, ran.stdout.trim_end()), (0, "a1\nb2"), "{ran}");
    bed.untouched(0);
    let options = offered(&["mi-signout", "sign-out", "--dry"]).run();
    assert_eq!(options.stdout.trim_end(), "--dry-run", "{options}");
    for (words, expected) in [
        (&["mi-signout", "explain", "captch"][..], "captcha"),
        (&["mi-signout", "simulate", "--scenario", "hyperos-4"], "hyperos-4-future"),
    ] {
        let values = offered(words).run();
        assert_eq!(values.stdout.trim_end(), expected, "{values}");
    }
}

#[cfg(feature = "live-completions")]
#[test]
fn completing_starts_no_adb_server() {
    let server = unused_address();
    let port = server.split_once(':').unwrap().1;
    let ran = offered(&["mi-signout", "sign-out", "--serial", ""]).env("ANDROID_ADB_SERVER_PORT", port).run();
    assert_eq!((ran.status, ran.stdout.trim_end()), (0, ""), "{ran}");
    assert!(std::net::TcpStream::connect(&server).is_err(), "an adb server was started");
}

#[cfg(feature = "live-completions")]
#[test]
fn a_server_that_does_not_answer_does_not_hold_the_tab_key_up() {
    // It takes connections, and says nothing.
    let mute = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = mute.local_addr().unwrap().port().to_string();
    let began = Instant::now();
    let ran = offered(&["mi-signout", "sign-out", "--serial", ""]).env("ANDROID_ADB_SERVER_PORT", &port).run();
    assert_eq!((ran.status, ran.stdout.trim_end()), (0, ""), "{ran}");
    // Not a measure, but a bound that only an endless wait exceeds.
    assert!(began.elapsed() < Duration::from_secs(60));
}

const FILE: &str = "jobs = 1\n[sign-out]\ndata = 'remove'\n";

/// With the configuration file in the platform's place.
fn configured(run: Invocation, text: &str) -> Invocation {
    run.folder("mi-signout").file("mi-signout/config.toml", text, 0o600)
}

#[test]
fn config_show_says_where_each_option_comes_from() {
    let ran = configured(mi_signout(&["config", "show"]), FILE).env("MI_SIGNOUT_TIMEOUT", "60").run();
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{ran}");
    let text = ran.to_string();
    for line in [
        "configuration file: HERE/mi-signout/config.toml\n",
        "sign-out --jobs = 1  (HERE/mi-signout/config.toml)\n",
        "sign-out --data = remove  (HERE/mi-signout/config.toml)\n",
        "sign-out --timeout = 60  (MI_SIGNOUT_TIMEOUT)\n",
    ] {
        assert!(text.contains(line), "no '{line}' in:\n{text}");
    }
    assert!(!text.contains("watch --data ="), "{text}");
    let json = mi_signout(&["config", "show", "--json"]).env("MI_SIGNOUT_JOBS", "2").run().json(0, "");
    let jobs = json.iter().find(|o| o["command"] == "sign-out" && o["option"] == "jobs").unwrap();
    assert_eq!((&jobs["value"], &jobs["from"]), (&"2".into(), &"MI_SIGNOUT_JOBS".into()));
}

#[test]
fn the_password_is_never_shown() {
    let ran = mi_signout(&["config", "show", "--every"]).env("MI_SIGNOUT_PASSWORD", "Secret-word 7").run();
    assert!(ran.status == 0 && !ran.to_string().contains("Secret-word"), "{ran}");
}

#[test]
fn a_variable_chooses_phones_as_the_option_would() {
    let bed = TestBed::own([spec("a1"), spec("b2").account(Some("6230111222"))]);
    let ran = bed.sign_out(RIGHT, &["--dry-run"]).env("MI_SIGNOUT_SERIAL", "b2").run();
    assert_eq!(ran.rows(0, ""), ["b2 dry-run -"]);
    let ran = bed.sign_out(RIGHT, &["-s", "a1"]).env("MI_SIGNOUT_DRY_RUN", "1").env("MI_SIGNOUT_SERIAL", "b2").run();
    assert_eq!(ran.rows(0, ""), ["a1 dry-run -"]);
    assert!(bed.phone(1).record().submissions.is_empty());
}

#[test]
fn a_bad_value_is_told_with_its_origin() {
    let ran = mi_signout(&["sign-out", "--yes"]).env("MI_SIGNOUT_JOBS", "many").run();
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{ran}");
    assert!(ran.stderr.contains("invalid value 'many' for '--jobs"), "{ran}");
    assert!(ran.stderr.contains("note: --jobs is set by MI_SIGNOUT_JOBS"), "{ran}");
}

#[test]
fn a_configuration_file_decides_nothing_about_phones() {
    let bed = TestBed::own([spec("a1"), spec("b2").account(Some("6230111222"))]);
    let ran = configured(bed.sign_out(RIGHT, &[]), "all = true\n").run();
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{ran}");
    assert!(ran.stderr.contains("may not set 'all'"), "{ran}");
    bed.untouched(0);
    bed.untouched(1);
    // The help is still there.
    assert_eq!(configured(mi_signout(&["sign-out", "--help"]), "all = true\n").run().status, 0);
}

#[test]
fn a_closed_pipe_is_quiet_everywhere() {
    // What doctor finds depends on the computer.
    const ANY: i32 = -1;
    let bed = TestBed::own([spec("a1"), spec("b2")]);
    let port = bed.port().to_string();
    let journal = bed.path("journal.db").display().to_string();
    let ran = bed.sign_out(RIGHT, &["--all", "--journal", &journal]).run();
    assert_eq!(ran.rows(0, "").len(), 2);
    let recorded = ["--journal", &journal];
    let commands: [(&[&str], i32); 24] = [
        (&["--help"], 0),
        (&["--version"], 0),
        (&["devices"], 0),
        (&["devices", "--json"], 0),
        (&["doctor"], ANY),
        (&["doctor", "--json"], ANY),
        (&["sign-out", "--all", "--yes", "--no-progress"], 0),
        (&["sign-out", "--all", "--yes", "--json"], 0),
        (&["demo"], 0),
        (&["demo", "--json"], 0),
        (&["simulate", "--list"], 0),
        (&["explain"], 0),
        (&["explain", "captcha"], 0),
        (&["config", "show", "--every"], 0),
        (&["config", "show", "--every", "--json"], 0),
        (&["completions", "bash"], 0),
        (&["man", "sign-out"], 0),
        (&["profiles", "list"], 0),
        (&["profiles", "list", "--json"], 0),
        (&["profiles", "show", "miui"], 0),
        (&["profiles", "schema"], 0),
        (&["report", "--json", recorded[0], recorded[1]], 0),
        (&["report", "last", "--format", "html", recorded[0], recorded[1]], 0),
        (&["delete", "--guide", "--no-open"], 0),
    ];
    for (words, status) in commands {
        let (mut command, _home) =
            mi_signout(words).env("ANDROID_ADB_SERVER_PORT", &port).env("PATH", "").into_command();
        // Nobody reads what is printed.
        let (read, write) = std::io::pipe().unwrap();
        drop(read);
        let ran = command.stdin(Stdio::null()).stdout(write).stderr(Stdio::piped()).output().unwrap();
        let said = String::from_utf8_lossy(&ran.stderr).to_lowercase();
        let code = ran.status.code().unwrap();
        assert!(code == status || status == ANY, "{words:?}: {code}: {said}");
        for word in ["error", "pipe", "panic"] {
            assert!(!said.contains(word), "{words:?}: {said}");
        }
    }
}
