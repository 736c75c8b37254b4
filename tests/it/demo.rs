//! `demo` from the outside: no adb, no home, no terminal; and on one.

use std::process::Command;

use crate::support::{Ran, Said, mi_signout, talk};

const QUICK: &[&str] = &["demo", "--latency", "0.01"];

/// Without anything that a newcomer's computer may lack.
fn bare(args: &[&str]) -> Ran {
    let bare = ["HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "TMPDIR", "ANDROID_SDK_HOME"];
    bare.iter().fold(mi_signout(args), |run, name| run.without(name)).env("PATH", "").run()
}

#[test]
fn it_needs_no_adb_and_no_home_and_prints_plain_lines() {
    insta::assert_snapshot!(bare(QUICK), @r###"
    status: 0
    --- stdout
    phone     model          account      outcome               time
    sim00001  Redmi Note 10  6230***535   signed-out  N:NN
    1 signed-out
    --- stderr
    1 simulated phone, scenario 'plain', behind a simulated adb server; no real phone is touched.
    sim00001: started at 1-1, M2101K7AG
    sim00001: identified: Redmi Note 10, MIUI 14.0.9, account 6230***535
    sim00001: on account-page
    sim00001: on keep-or-remove
    sim00001: on password
    sim00001: on password-filled
    sim00001: on account-gone
    sim00001: signed-out (N s)
    1 signed-out; exit 0
    sim00001: the simulated phone itself says: no account left, 4 tap(s), 1 password submission(s)
    "###);
}

#[test]
fn json_leaves_stdout_to_itself() {
    let ran = bare(&[QUICK, &["--json", "--phones", "2", "-q"]].concat());
    assert_eq!(ran.rows(0, ""), ["sim00001 signed-out -", "sim00002 signed-out -"]);
    let ran = bare(&[QUICK, &["--json", "-vv"]].concat());
    assert_eq!(ran.status, 0, "{ran}");
    assert!(ran.stdout.lines().all(|line| line.starts_with('{') && line.ends_with('}')), "{ran}");
    assert!(ran.stderr.contains("no real phone is touched"), "{ran}");
}

#[test]
fn its_status_is_that_of_a_run() {
    for (scenario, status, row) in [
        ("already-signed-out", 0, "sim00001 already-signed-out -"),
        ("captcha", 4, "sim00001 needs-person captcha"),
        ("android-one", 1, "sim00001 not-supported not-miui"),
        ("no-network", 1, "sim00001 blocked no-network"),
        ("screen-locked", 4, "sim00001 needs-person screen-locked"),
    ] {
        let ran = bare(&[QUICK, &["--json", "-q", "--scenario", scenario]].concat());
        assert_eq!(ran.rows(status, ""), [row], "{scenario}");
    }
}

/// The same on a terminal of 100 columns.
fn on_a_terminal(args: &str, env: &[(&str, &str)]) -> Said {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new("script");
    let line = format!("stty rows 30 cols 100; exec '{}' {args}", env!("CARGO_BIN_EXE_mi-signout"));
    command.args(["-qec", &line, "/dev/null"]);
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("TERM", "xterm-256color").env("HOME", home.path()).env("SHELL", "/bin/sh");
    command.envs(env.iter().copied());
    talk(command, b"")
}

fn colours(text: &str) -> bool {
    regex::Regex::new("\u{1b}\\[[0-9;]*[1-9][0-9;]*m").unwrap().is_match(text)
}

#[test]
fn on_a_terminal_the_moving_line_names_the_screen() {
    let said = on_a_terminal("demo --latency 0.3", &[]);
    assert_eq!(said.code, 0, "{said:?}");
    let screens = ["account-page", "keep-or-remove", "password"];
    let seen = screens.iter().filter(|screen| said.out.contains(**screen)).count();
    assert!(seen >= 2, "{:?}", said.out);
    assert!(said.out.contains("\u{1b}["), "it moves: {:?}", said.out);
    assert!(colours(&said.out), "{:?}", said.out);
    assert!(said.out.contains("signed-out"), "{:?}", said.out);
}

#[test]
fn on_a_terminal_no_color_and_no_progress_are_kept() {
    let said = on_a_terminal("demo --latency 0.01", &[("NO_COLOR", "1")]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(!colours(&said.out), "{:?}", said.out);
    let said = on_a_terminal("demo --latency 0.01 --no-progress --color never", &[]);
    assert!(!said.out.contains('\u{1b}') && said.out.contains("on account-page"), "{:?}", said.out);
}

#[test]
fn on_a_terminal_a_confirmation_is_asked_for() {
    let bed = crate::support::TestBed::own([crate::support::spec("a1")]);
    let said = crate::tray::on_a_terminal(&format!("sign-out --adb {}", bed.adb()), "no\n");
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.out.contains("Type yes") && said.out.contains("not confirmed; nothing was touched"), "{said:?}");
    bed.untouched(0);
}
