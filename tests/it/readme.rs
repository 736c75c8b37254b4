//! What the README says of commands and exit statuses is so.

use std::collections::BTreeMap;

use mi_signout::model::ExitStatus as E;

use crate::cli::mi_signout;

const README: &str = include_str!("../../README.md");

#[test]
fn the_table_of_exit_statuses_is_whole() {
    let table: BTreeMap<u8, &str> = README
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | "))
        .filter_map(|(code, meaning)| Some((code.parse().ok()?, meaning)))
        .collect();
    let all = [
        E::Done,
        E::NotDone,
        E::Usage,
        E::Adb,
        E::NeedsPerson,
        E::NothingAttached,
        E::Unknown,
        E::HungUp,
        E::Interrupted,
        E::Terminated,
    ];
    // A status that is added makes this match fail to compile until it is listed above.
    for status in all {
        match status {
            E::Done
            | E::NotDone
            | E::Usage
            | E::Adb
            | E::NeedsPerson
            | E::NothingAttached
            | E::Unknown
            | E::HungUp
            | E::Interrupted
            | E::Terminated => {}
        }
    }
    assert_eq!(table.keys().copied().collect::<Vec<_>>(), all.map(E::code).to_vec());
    let help = mi_signout(&["--help"]).run();
    assert_eq!((help.status, help.stderr.as_str()), (0, ""));
    let help = help.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for (code, meaning) in &table {
        let first_words: Vec<&str> = meaning.split([',', ':', '`']).next().unwrap().split_whitespace().collect();
        assert!(help.contains(&format!("{code} {}", first_words.join(" "))), "{code} {meaning}\n{help}");
    }
}

#[test]
fn its_commands_and_options_exist() {
    let commands: Vec<Vec<&str>> = README
        .lines()
        .filter_map(|line| {
            let line = line.split('#').next()?.trim();
            let words = line.strip_prefix("mi-signout ").or_else(|| line.strip_prefix("cargo run --release -- "))?;
            Some(words.split_whitespace().take_while(|w| *w != "<" && *w != "|").collect())
        })
        .collect();
    assert!(commands.len() >= 6, "{commands:?}");
    for words in commands {
        let help = mi_signout(&[words[0], "--help"]).run();
        assert_eq!((help.status, help.stderr.as_str()), (0, ""), "{words:?}");
        for option in words.iter().filter(|w| w.starts_with("--")) {
            assert!(help.stdout.contains(option), "{words:?}: {option}\n{help}");
        }
    }
}

#[test]
fn without_a_command_and_a_terminal_there_is_the_help() {
    let ran = mi_signout(&[]).run();
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{ran}");
    assert!(ran.stderr.contains("Usage: mi-signout") && ran.stderr.contains("sign-out"), "{ran}");
    insta::assert_snapshot!(mi_signout(&["sign-of"]).run(), @r###"
    status: 2
    --- stdout
    --- stderr
    error: unrecognized subcommand 'sign-of'

      tip: a similar subcommand exists: 'sign-out'

    Usage: mi-signout [OPTIONS] [COMMAND]

    For more information, try '--help'.
    "###);
}
