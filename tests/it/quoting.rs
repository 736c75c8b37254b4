//! Hostile strings through a real `mksh`, the shell of the phones: what its programs receive, byte for byte.

use std::process::{Command, Stdio};

use mi_signout::adb::{Places, Script, quote};
use mi_signout::model::{Opening, Secret};
use mi_signout::phone::{Input, Look, Settle, Step};
use proptest::prelude::*;

use crate::support::fake_adb::Stubs;

fn mksh(script: &str) -> Vec<u8> {
    let output = Command::new("mksh").args(["-c", script]).stdin(Stdio::null()).output().expect("mksh is installed");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{script}");
    output.stdout
}

fn joined<S: AsRef<str>>(words: &[S]) -> Vec<u8> {
    words.iter().flat_map(|w| w.as_ref().bytes().chain([0])).collect()
}

/// What Android's `sendText` types for one argument: `%s` is a space, and nothing else is special.
fn send_text(argument: &str) -> String {
    let mut typed: Vec<char> = argument.chars().collect();
    let (mut at, mut escape) = (0, false);
    while at < typed.len() {
        if escape {
            escape = false;
            if typed[at] == 's' {
                typed[at] = ' ';
                at -= 1;
                typed.remove(at);
            }
        }
        escape |= typed[at] == '%';
        at += 1;
    }
    typed.into_iter().collect()
}

/// A phone whose `input` writes down its arguments.
fn recorder() -> Stubs {
    let stubs = Stubs::new();
    stubs.program("input", "for a in \"$@\"; do printf '%s\\0' \"$a\"; done >>\"$LOG\"");
    stubs.program("am", "for a in \"$@\"; do printf '%s\\0' \"$a\"; done >>\"$LOG\"");
    stubs
}

fn step(input: Input<'_>) -> Script {
    let step = Step { inputs: vec![input], settle: Settle::Nothing, look: Look::Probes };
    Script::step(&step, &Places::default()).unwrap()
}

/// What the phone would type, put together from the calls of `input`.
fn typed(stubs: &Stubs, input: Input<'_>) -> String {
    let _ = std::fs::remove_file(stubs.path("log"));
    stubs.run(step(input).text());
    let log = stubs.log();
    let arguments: Vec<&str> = log.split_terminator('\0').collect();
    arguments
        .chunks(2)
        .map(|call| {
            assert_eq!(call[0], "text");
            send_text(call[1])
        })
        .collect()
}

const HOSTILE: &[&str] = &[
    "'",
    "''",
    "\\",
    "\\'",
    "\"",
    "$(reboot)",
    "`reboot`",
    "$HOME",
    "${x}",
    ";",
    "&",
    "|",
    "<",
    ">",
    "*",
    "?",
    "[a-z]",
    "~",
    "~root",
    "#",
    "!",
    "!!",
    "%",
    "%s",
    "%%s",
    "% s",
    "%s%s",
    "s",
    "-",
    "-n",
    "--",
    "-d",
    "=",
    "{a,b}",
    "()",
    "a b",
    " ",
    "  ",
    "a'b\"c\\d$e`f",
    "$'\\x41'",
    "^",
    "100%sure",
    "'%s'",
    "%'s",
];

#[test]
fn every_hostile_word_arrives() {
    let script: Vec<String> = HOSTILE.iter().map(|w| quote(w)).collect();
    assert_eq!(mksh(&format!("printf '%s\\0' {}", script.join(" "))), joined(HOSTILE));
}

#[test]
fn every_hostile_password_is_typed() {
    let stubs = recorder();
    for text in HOSTILE {
        assert_eq!(typed(&stubs, Input::Text(&Secret::new((*text).into()))), *text);
    }
    let all: String = (' '..='~').collect();
    assert_eq!(typed(&stubs, Input::Words(&all)), all);
}

#[test]
fn an_opening_reaches_am_as_it_is() {
    let stubs = recorder();
    let opening = Opening::Action { action: "a.b; reboot".into(), package: Some("c'd $(e)".into()) };
    stubs.run(step(Input::Open(&opening)).text());
    assert_eq!(stubs.log().as_bytes(), joined(&["start", "-a", "a.b; reboot", "-p", "c'd $(e)"]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_words_arrive(words in proptest::collection::vec("[^\0]{0,40}", 1..8)) {
        let script: Vec<String> = words.iter().map(|w| quote(w)).collect();
        prop_assert_eq!(mksh(&format!("printf '%s\\0' {}", script.join(" "))), joined(&words));
    }

    #[test]
    fn any_printable_password_is_typed(text in "([ -~]|%s|%|s|'){1,40}") {
        let stubs = recorder();
        prop_assert_eq!(typed(&stubs, Input::Text(&Secret::new(text.clone()))), text);
    }
}
