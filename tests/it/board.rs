//! What a run shows while it goes on: the board on a terminal, with and without colour, and the lines of a log file.

use std::io::Write as _;

use phone_sim::phone::PhoneSpec;

use crate::support::{RIGHT, TestBed, spec};
use crate::tray::{on_a_terminal, on_a_terminal_with};

/// Phones that have an account each, and the file of their passwords.
fn tray(phones: usize) -> (TestBed, tempfile::NamedTempFile) {
    let own = |n: usize| -> PhoneSpec { spec(&format!("p{n}")).account(Some(&format!("{}000111", 1000 + n))) };
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "serial,password").unwrap();
    for n in 0..phones {
        writeln!(file, "p{n},{RIGHT}").unwrap();
    }
    (TestBed::own((0..phones).map(own)), file)
}

fn sign_out(bed: &TestBed, file: &tempfile::NamedTempFile, more: &str) -> String {
    let passwords = file.path().display();
    format!("sign-out --all --yes --authorised-by owner --passwords {passwords} --adb {} {more}", bed.adb())
}

#[test]
fn without_colour_no_line_has_any_and_with_it_the_words_are_the_same() {
    let colour = regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap();
    for (variable, has_colour) in [("", true), ("1", false)] {
        let (bed, file) = tray(3);
        let said = on_a_terminal_with(&sign_out(&bed, &file, "--jobs 1"), "", &[("NO_COLOR", variable)]);
        assert_eq!(said.code, 0, "{}", said.out);
        assert_eq!(colour.is_match(&said.out), has_colour, "{}", said.out);
        let bare = colour.replace_all(&said.out, "");
        for words in ["of 3 done", "2 wait their turn", "waits its turn", "+ #3 1-3", "signed-out"] {
            assert!(bare.contains(words), "'{words}' is not in\n{bare}");
        }
    }
}

#[test]
fn a_terminal_that_can_t_move_its_cursor_gets_plain_lines() {
    let (bed, file) = tray(1);
    let said = on_a_terminal_with(&sign_out(&bed, &file, "--color never"), "", &[("TERM", "dumb")]);
    assert!(said.code == 0 && said.out.contains("p0: on account-page") && !said.out.contains('\u{1b}'), "{}", said.out);
}

#[test]
fn phones_of_one_account_say_that_they_wait_for_each_other() {
    let bed = TestBed::own((0..3).map(|n| spec(&format!("p{n}"))));
    let ran = bed.sign_out(RIGHT, &["--all"]).run();
    assert_eq!(ran.rows(0, ""), ["p0 signed-out -", "p1 signed-out -", "p2 signed-out -"], "{ran}");
    let lines = ran.json(0, "");
    for n in 0..3 {
        let events = lines.iter().filter(|line| line["serial"] == format!("p{n}"));
        let mut of_phone = events.filter_map(|line| line["event"].as_str());
        // Who waited goes on afterwards, and only then submits.
        if of_phone.any(|event| event == "waiting-for-turn") {
            assert_eq!(of_phone.next(), Some("resumed"), "{ran}");
        }
    }
}

#[test]
fn a_log_file_has_a_line_for_each_event_with_its_time_and_phone() {
    let (bed, file) = tray(3);
    let passwords = file.path().display().to_string();
    let args = ["sign-out", "--all", "--yes", "--authorised-by", "owner", "--jobs", "1", "--passwords", &passwords];
    let (mut command, _home) = bed.run(&args).into_command();
    let output = command.stdin(std::process::Stdio::null()).output().unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && !log.contains('\u{1b}') && !log.contains('\r'), "{log}");
    let line =
        regex::Regex::new(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (#[123] p[012]: \S|3 signed-out; exit 0$)").unwrap();
    for text in log.lines() {
        assert!(line.is_match(text), "{text}");
    }
    for words in
        ["#1 p0: started at 1-1", "#3 p2: waits its turn at 1-3", "#2 p1: on account-page", "#2 p1: signed-out ("]
    {
        assert!(log.contains(words), "'{words}' is not in\n{log}");
    }
}

#[test]
fn watch_rings_at_each_end_and_holds_results_until_the_phone_is_unplugged() {
    let bed = TestBed::own([spec("a1"), spec("b2")]);
    let args = format!("watch -s a1 -s b2 --yes --count 2 --adb {}", bed.adb());
    let said = on_a_terminal(&args, &format!("{RIGHT}\n"));
    assert_eq!(said.code, 0, "{}", said.out);
    assert_eq!(said.out.matches('\u{7}').count(), 2, "{:?}", said.out);
    let bare = console::strip_ansi_codes(&said.out);
    let held = bare.rfind("2 of 2 done").map(|at| &bare[at..]);
    let held = held.unwrap_or_else(|| panic!("{bare}"));
    assert!(held.contains("+ #1 1-1") && held.contains("+ #2 1-2"), "the board shows both at the end: {held}");
}
