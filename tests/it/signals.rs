//! Ctrl-C and its kin: a prompt, and a command that only reads, end at once; the terminal is as it was.

use std::io::Write;
use std::net::TcpListener;
use std::process::{Child, Stdio};

use phone_sim::screens::ScreenId;
use rustix::process::{Pid, Signal, kill_process};

use crate::support::{Killed, TerminalSession, TestBed, mi_signout, spec};

/// Waits until the process has a thread of this name: that of the command is begun once signals are listened for.
pub fn wait_for_thread(child: &Child, name: &str) {
    let tasks = format!("/proc/{}/task", child.id());
    let named =
        |task: std::fs::DirEntry| std::fs::read_to_string(task.path().join("comm")).is_ok_and(|n| n.trim() == name);
    while !std::fs::read_dir(&tasks).unwrap().flatten().any(named) {
        std::thread::yield_now();
    }
}

fn send(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

#[test]
fn a3_ctrl_c_at_a_question_ends_at_once_and_touches_nothing() {
    let bed = TestBed::own([spec("a1")]);
    let mut terminal = TerminalSession::run(&format!("sign-out --adb {}", bed.adb()), "", &[]);
    terminal.wait_for("yes");
    terminal.types("\x03");
    terminal.wait_for("ended 130");
    assert!(bed.phone(0).record().taps.is_empty());
}

#[test]
fn a3_ctrl_c_at_the_password_gives_the_echo_back() {
    let bed = TestBed::own([spec("a1")]);
    let mut terminal = TerminalSession::run(&format!("sign-out --yes --adb {}", bed.adb()), "stty -a; echo over", &[]);
    terminal.wait_for("assword");
    terminal.types("half of it\x03");
    terminal.wait_for("ended 130");
    terminal.wait_for("over\r\n");
    let settings: Vec<&str> = terminal.printed.split(|c: char| c.is_whitespace() || c == ';').collect();
    assert!(settings.contains(&"echo") && !settings.contains(&"-echo"), "{}", terminal.printed);
    assert!(!terminal.printed.contains("half of it"));
}

#[test]
fn a_command_in_the_background_of_a_terminal_is_not_stopped() {
    // zsh puts `source <(mi-signout completions zsh)` there, and waits for it.
    let program = env!("CARGO_BIN_EXE_mi-signout");
    let look = "while s=$(cut -d' ' -f3 /proc/$p/stat 2>/dev/null) && [ \"$s\" != Z ]; do \
                if [ \"$s\" = T ]; then echo stopped; kill -9 $p; fi; sleep 0.1; done";
    let line =
        format!("set -m; '{program}' explain captcha >/dev/null & p=$!; {look}; wait $p; echo \"background $?\"");
    let mut terminal = TerminalSession::run("--version", &line, &[]);
    terminal.wait_for("background ");
    terminal.wait_for("\r\n");
    while !terminal.printed.ends_with('\n') {
        terminal.reads();
    }
    assert!(terminal.printed.contains("background 0\r\n"), "{}", terminal.printed);
}

#[test]
fn a_line_typed_before_the_question_is_no_answer() {
    let bed = TestBed::own([spec("a1")]);
    let mut terminal = TerminalSession::run(&format!("sign-out --adb {}", bed.adb()), "", &[]);
    // The terminal takes it before the program has begun to ask.
    terminal.types("yes\n");
    terminal.wait_for("yes: ");
    terminal.types("no\n");
    terminal.wait_for("ended 2");
    assert!(bed.phone(0).record().taps.is_empty());
}

#[test]
fn a3_a_signal_ends_the_wait_for_standard_input() {
    for (signal, status) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let bed = TestBed::own([spec("a1")]);
        let (mut command, _home) = bed.run(&["sign-out", "--yes", "--password-stdin"]).into_command();
        let mut child = Killed(command.stdin(Stdio::piped()).spawn().unwrap());
        wait_for_thread(&child.0, "command");
        send(&child.0, signal);
        assert_eq!(child.0.wait().unwrap().code(), Some(status));
        assert!(bed.phone(0).record().taps.is_empty());
    }
}

#[test]
fn b6_a_command_that_only_reads_ends_at_once() {
    // An adb server that takes the connection and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = silent.local_addr().unwrap().to_string();
    for args in [vec!["devices"], vec!["doctor"], vec!["capture", "-s", "a1", "-o", "out"]] {
        let (mut command, _home) = mi_signout(&args).args(&["--adb", &at]).into_command();
        let mut child = Killed(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
        let _waiting = silent.accept().unwrap();
        send(&child.0, Signal::INT);
        assert_eq!(child.0.wait().unwrap().code(), Some(130), "{args:?}");
    }
}

#[test]
fn b5_the_dialers_are_closed_again_whatever_the_answer_is() {
    for (answer, ended) in [("no\n", "ended 2"), ("\x03", "ended 130")] {
        let bed = TestBed::own([spec("a1"), spec("b2")]);
        let mut terminal = TerminalSession::run(&format!("sign-out --all --locate --adb {}", bed.adb()), "", &[]);
        terminal.wait_for("yes");
        let dialled = |n: usize| bed.phone(n).record().screens.iter().any(|(_, s)| *s == ScreenId::Dialer);
        assert!(dialled(0) && dialled(1));
        terminal.types(answer);
        terminal.wait_for(ended);
        assert!((0..2).all(|n| bed.phone(n).current_screen() == ScreenId::Launcher), "{}", terminal.printed);
    }
}

#[test]
fn b7_a_run_whose_terminal_goes_ends_in_order_with_a_row() {
    let bed = TestBed::own([spec("a1").scale(0.5)]);
    let (mut command, _home) = bed.run(&["sign-out", "--yes", "--password-stdin", "--json", "-q"]).into_command();
    let mut child = Killed(command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap());
    child.0.stdin.take().unwrap().write_all(format!("{}\n", crate::support::RIGHT).as_bytes()).unwrap();
    let mut lines =
        std::io::BufRead::lines(std::io::BufReader::new(child.0.stdout.take().unwrap())).map_while(Result::ok);
    assert!(lines.any(|line| line.contains("\"event\":\"screen\"")), "it ends by itself");
    send(&child.0, Signal::HUP);
    let rest: Vec<String> = lines.collect();
    assert!(rest.iter().any(|line| line.contains("\"type\":\"result\"")), "{rest:#?}");
    assert!(rest.last().is_some_and(|line| line.contains("\"type\":\"summary\"")), "{rest:#?}");
    assert!(matches!(child.0.wait().unwrap().code(), Some(130 | 6)));
}

#[test]
fn b9_an_empty_serial_in_the_environment_is_none() {
    let bed = TestBed::own([spec("a1")]);
    let ran = bed.run(&["doctor", "--json"]).env("ANDROID_SERIAL", "").run();
    assert!(ran.stdout.contains("\"a1\"") && !ran.stderr.contains("no attached phone"), "{ran}");
    let ran = bed.run(&["capture", "-o", "out"]).env("ANDROID_SERIAL", "").run();
    assert_eq!((ran.status, ran.stderr.contains("no attached phone")), (0, false), "{ran}");
}

#[test]
fn b14_adbs_own_variable_names_the_server() {
    let bed = TestBed::own([spec("a1")]);
    let ran = mi_signout(&["devices", "--json"]).env("ADB_SERVER_SOCKET", &format!("tcp:{}", bed.adb())).run();
    assert!(ran.stdout.contains("\"a1\""), "{ran}");
    let ran = mi_signout(&["devices"]).env("ADB_SERVER_SOCKET", "localfilesystem:/adb").run();
    assert_eq!(ran.status, 2, "{ran}");
}

#[test]
fn b12_a_name_that_is_far_from_all_gets_no_suggestion() {
    let ran = mi_signout(&["demo", "--scenario", "zzqqx"]).run();
    assert!(ran.status == 2 && !ran.stderr.contains("did you mean"), "{ran}");
    let ran = mi_signout(&["demo", "--scenario", "token-expird"]).run();
    assert!(ran.stderr.contains("did you mean 'token-expired'?"), "{ran}");
}

#[test]
fn b8_doctors_children_get_no_password() {
    use std::os::unix::fs::PermissionsExt;
    let bed = TestBed::own([spec("a1")]);
    let folder = tempfile::tempdir().unwrap();
    let (adb, told) = (folder.path().join("adb"), folder.path().join("told"));
    std::fs::write(&adb, format!("#!/bin/sh\nenv > '{}'\necho Android Debug Bridge version 1.0.41\n", told.display()))
        .unwrap();
    std::fs::set_permissions(&adb, std::fs::Permissions::from_mode(0o755)).unwrap();
    bed.run(&["doctor"]).env("ADB", adb.to_str().unwrap()).env("MI_SIGNOUT_PASSWORD", "canary-5e1f").run();
    let told = std::fs::read_to_string(told).unwrap();
    assert!(told.contains("PATH=") && !told.contains("canary"), "{told}");
}
