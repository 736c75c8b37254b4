//! `learn` as its user sees it: the whole binary at a terminal, and what it writes.

use std::path::Path;

use mi_signout::capture::{self, Files};
use phone_sim::generations::AppGeneration;
use phone_sim::screens::{Act, Field, ScreenId};

use super::{ACCOUNT, OWNER, phone};
use crate::support::{RIGHT, TerminalSession, TestBed, mi_signout};

const SERIAL: &str = "8f2a1b77";

/// Every file under a folder, and what is in its zips.
fn files(folder: &Path) -> Files {
    let mut found = Files::new();
    let mut open = vec![folder.to_owned()];
    while let Some(dir) = open.pop() {
        for path in std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            if path.extension().is_some_and(|end| end == "zip") {
                found.extend(
                    capture::unpack(&bytes).unwrap().into_iter().map(|(name, bytes)| (format!("zip/{name}"), bytes)),
                );
            }
            found.insert(path.strip_prefix(folder).unwrap().display().to_string(), bytes);
        }
    }
    found
}

#[test]
fn a_person_signs_one_phone_out_and_finds_a_profile_without_anything_of_theirs() {
    let bed = TestBed::own((0..2).map(|n| phone(AppGeneration::SettingsOnly, &format!("{SERIAL}{n}"))));
    let sim = bed.phone(0).clone();
    sim.show(ScreenId::SettingsHome);
    let folder = bed.path("learned");
    let args = format!("learn -s {SERIAL}0 -o '{}' --adb {}", folder.display(), bed.adb());
    let mut terminal = TerminalSession::run(&args, "", &[("TERM", "dumb")]);
    let press = |act: Act| {
        let (x, y) = sim.place_of(act).unwrap_or_else(|| panic!("{act:?} on {:?}", sim.current_screen()));
        sim.touch(x, y);
    };
    terminal.wait_for("screen 1 (");
    press(Act::Open(ScreenId::AccountPage));
    terminal.wait_for("PassportHomeActivity)");
    let (width, height) = sim.spec().size;
    let (x, height) = (width.cast_signed() / 2, height.cast_signed());
    sim.drag((x, height * 3 / 4), (x, height / 4));
    // The page is read again before it is touched: its button lies elsewhere now.
    let before = sim.record().commands.len();
    crate::support::wait_until("the page is read again", || {
        sim.record().commands[before..].iter().filter(|run| run.argv[0] == "uiautomator").count() >= 2
    });
    press(Act::SignOut);
    terminal.wait_for("MiCloudWipeDataConfirmActivity)");
    press(Act::Keep);
    terminal.wait_for("QuickLoginActivity)");
    press(Act::Focus(Field::Password));
    sim.type_by_hand(RIGHT);
    let seen = terminal.printed.matches("seen: screen").count();
    while terminal.printed.matches("seen: screen").count() == seen {
        terminal.reads();
    }
    press(Act::Confirm);
    terminal.wait_for("name a person");
    let offered = terminal.printed.clone();
    let of_owner = |line: &str| line.trim().strip_suffix(OWNER)?.trim().parse::<usize>().ok();
    let number = offered.lines().find_map(of_owner).expect("the owner's name is offered").to_string();
    terminal.answers(&number);
    let (status, said) = terminal.rest();
    assert_eq!(status, 0, "{said}");
    for words in ["does not tap", "pressed: ", "0 questions", "sign-out --profiles", "--dry-run", "--all"] {
        assert!(said.contains(words), "'{words}' is not said:\n{said}");
    }
    assert!(!bed.phone(0).account_present());

    let files = files(&folder);
    for kind in ["recording.json", "frames/001.xml", ".toml", "/screen.xml", "zip/recording.json", "zip/manifest.json"]
    {
        assert!(files.keys().any(|name| name.ends_with(kind)), "no {kind} among {:?}", files.keys());
    }
    for (name, bytes) in &files {
        let text = format!("{name}\n{}", String::from_utf8_lossy(bytes)).to_lowercase();
        for secret in [ACCOUNT, OWNER, "Zsuzsanna", SERIAL, RIGHT] {
            assert!(!text.contains(&secret.to_lowercase()), "{name} holds {secret}");
        }
    }
    let folder = folder.display().to_string();
    let checked = mi_signout(&["profiles", "check", &folder]).run();
    assert_eq!(checked.status, 0, "{checked}");
    assert!(!checked.stdout.contains("no screen") && checked.stdout.contains("learned-account-page"), "{checked}");
    let dry = bed.sign_out(RIGHT, &["-s", &bed.serials[1], "--profiles", &folder, "--dry-run"]).run();
    assert!(dry.stdout.contains("\"outcome\":\"dry-run\"") && bed.phone(1).account_present(), "{dry}");
    let real = bed.sign_out(RIGHT, &["-s", &bed.serials[1], "--profiles", &folder]).run();
    assert!(real.stdout.contains("\"outcome\":\"signed-out\"") && !bed.phone(1).account_present(), "{real}");
}

#[test]
fn learn_needs_a_terminal_and_damaged_or_different_recordings_are_clear_errors() {
    let bed = TestBed::own([phone(AppGeneration::OtherIds, "one"), phone(AppGeneration::NoIds, "two")]);
    let out = bed.path("out").display().to_string();
    let ran = bed.run(&["learn", "-s", "one", "-o", &out]).run();
    assert!(ran.status == 2 && ran.stderr.contains("needs a terminal"), "{ran}");
    bed.untouched(0);
    for (n, name) in ["one", "two"].into_iter().enumerate() {
        let mut hand = super::ScriptedHand::new(bed.phone(n), super::hand::Manner::Plain);
        super::record(&bed, n, &mut hand, &bed.path(name)).unwrap();
    }
    let [one, two] = ["one", "two"].map(|name| bed.path(name).display().to_string());
    let ran = mi_signout(&["learn", "--merge", "--with", &one, "--with", &two, "-o", &out]).run();
    assert!(ran.status == 2 && ran.stderr.contains("phones with different software"), "{ran}");
    let damaged = bed.path("cut.zip");
    let files: Files = [("recording.json".to_owned(), b"{}".to_vec())].into();
    let zip = capture::pack(&files).unwrap();
    let damaged_name = damaged.display().to_string();
    for (bytes, words) in [(&zip[..zip.len() / 2], "not a whole zip"), (&zip[..], "no recording")] {
        std::fs::write(&damaged, bytes).unwrap();
        let ran = mi_signout(&["learn", "--merge", "--with", &damaged_name, "-o", &out]).run();
        assert!(ran.status == 2 && ran.stderr.contains(words) && ran.stderr.contains("cut.zip"), "{ran}");
    }
    let ran = mi_signout(&["learn", "--merge", "--with", &one, "-o", &out]).run();
    assert!(ran.status == 0 && ran.stderr.contains("next: mi-signout sign-out --profiles"), "{ran}");
    let again = mi_signout(&["learn", "--merge", "--with", &one, "-o", &out]).run();
    assert!(again.status == 2 && again.stderr.contains("none is overwritten"), "{again}");
}
