//! Screens that no profile knows are kept, and `bugreport` packs them without anything of anybody.

use std::path::Path;
use std::process::Command;

use mi_signout::capture::{self, Files};
use phone_sim::phone::{Fault, PhoneSpec, Stage};

use crate::support::{SCALE, Said, TestBed, talk};

const ACCOUNT: &str = "6230481535";
const OWNER: &str = "Zsuzsanna Owner";
const SERIAL: &str = "8f2a1b77";
const PASSWORD: &str = "correct-horse-9";
const OPERATOR: &str = "Operator-Kowalska";

/// A phone on which a dialog that no profile knows comes up at a stage of the sign-out.
fn test_bed(stage: Stage) -> TestBed {
    let spec = PhoneSpec::default().serial(SERIAL).account(Some(ACCOUNT)).password(PASSWORD).scale(SCALE);
    let bed = TestBed::own([spec.change(|s| OWNER.clone_into(&mut s.owner))]);
    bed.phone(0).on(stage, Fault::UnknownPopup);
    bed
}

fn run(bed: &TestBed, args: &[&str], input: &str) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mi-signout"));
    command.args(args).arg("--journal").arg(bed.path("journal.db")).current_dir(bed.home.path());
    command.env_remove("ANDROID_SERIAL").env("NO_COLOR", "1").env("XDG_STATE_HOME", bed.path("state"));
    talk(command, input.as_bytes())
}

fn sign_out(bed: &TestBed, more: &[&str]) -> Said {
    let adb = bed.adb();
    let args = ["sign-out", "-s", SERIAL, "--adb", &adb, "--yes", "--password-stdin", "--json", "--non-interactive"];
    run(bed, &[&args[..], more].concat(), &format!("{PASSWORD}\n"))
}

fn row(said: &Said) -> serde_json::Value {
    let mut lines = said.out.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    lines.rfind(|line| line["type"] == "result").expect("no row")
}

fn holds_nothing_of_anybody(files: &Files, zip: &[u8]) {
    let whole = [("the zip".to_owned(), zip.to_vec())].into_iter().collect::<Files>();
    for (name, bytes) in files.iter().chain(&whole) {
        let text = format!("{name}\n{}", String::from_utf8_lossy(bytes)).to_lowercase();
        for secret in [ACCOUNT, OWNER, "Zsuzsanna", SERIAL, PASSWORD, OPERATOR] {
            assert!(!text.contains(&secret.to_lowercase()), "{name} holds {secret}");
        }
    }
}

/// The folder that a row names.
fn kept_folder(hint: &str) -> &Path {
    let (_, behind) = hint.split_once("the screen is kept in ").expect(hint);
    Path::new(behind.split_once(" ('mi-signout").unwrap().0)
}

#[test]
fn a_walk_that_ends_on_an_unknown_screen_keeps_it_and_bugreport_packs_it() {
    let bed = test_bed(Stage::DataChoice);
    let said = sign_out(&bed, &["--operator", OPERATOR, "--report", "report.html", "--report", "report.json"]);
    let row = row(&said);
    assert_eq!(
        (row["outcome"].as_str(), row["reason"].as_str()),
        (Some("needs-person"), Some("unknown-screen")),
        "{said:?}"
    );
    let folder = kept_folder(row["hint"].as_str().unwrap());
    assert!(folder.starts_with(bed.path("screens")), "{}", folder.display());
    let saved = capture::load(folder).unwrap();
    assert_eq!(saved.focus.unwrap().package, "com.example.promo");
    assert!(folder.join("screen.png").is_file(), "the page that ended the walk has its picture");
    assert!(folder.with_file_name(format!("{}-before", folder.file_name().unwrap().to_str().unwrap())).is_dir());
    for report in ["report.html", "report.json"] {
        let text = std::fs::read_to_string(bed.path(report)).unwrap();
        assert!(text.contains(folder.file_name().unwrap().to_str().unwrap()), "{report} does not say where");
    }

    let said = run(&bed, &["bugreport", "-o", "bug.zip"], "");
    assert_eq!((said.code, said.out.trim()), (0, "bug.zip"), "{said:?}");
    let zip = std::fs::read(bed.path("bug.zip")).unwrap();
    let files = capture::unpack(&zip).unwrap();
    holds_nothing_of_anybody(&files, &zip);
    let manifest: serde_json::Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
    let listed: Vec<&str> = manifest["files"].as_array().unwrap().iter().map(|f| f["file"].as_str().unwrap()).collect();
    let there: Vec<&str> = files.keys().map(String::as_str).filter(|name| *name != "manifest.json").collect();
    assert_eq!(listed, there, "the manifest lists every file");
    assert!(there.contains(&"rows.json") && there.iter().any(|name| name.ends_with("screen.xml")), "{there:?}");

    let checked = check(&bed, "bug.zip");
    let lines: Vec<&str> = checked.out.lines().filter(|line| line.contains("screens/")).collect();
    assert!(lines.iter().any(|line| line.ends_with(": no screen (miui)")), "{checked:?}");
    assert!(lines.iter().any(|line| line.ends_with("-before: account-page (miui)")), "{checked:?}");
    assert!(!bed.phone(0).record().taps.iter().any(|tap| tap.text.contains("Buy")), "the unknown dialog was tapped");
    let again = run(&bed, &["bugreport", "-o", "bug.zip"], "");
    assert_eq!(again.code, 2, "nothing is overwritten: {again:?}");
}

fn check(bed: &TestBed, zip: &str) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mi-signout"));
    command.args(["profiles", "check", zip]).current_dir(bed.home.path()).env("NO_COLOR", "1");
    talk(command, b"")
}

#[test]
fn a_cut_zip_and_one_of_something_else_are_clear_errors() {
    let bed = test_bed(Stage::AccountPage);
    let files: Files = [("notes.txt".to_owned(), b"nothing".to_vec())].into();
    let zip = capture::pack(&files).unwrap();
    for (bytes, words) in [
        (&zip[..zip.len() / 2], "not a whole zip file"),
        (&b"not a zip"[..], "not a whole zip file"),
        (&zip[..], "holds no capture and no profile"),
    ] {
        std::fs::write(bed.path("bad.zip"), bytes).unwrap();
        let said = check(&bed, "bad.zip");
        assert_eq!(said.code, 2, "{said:?}");
        assert!(said.err.contains(words) && said.err.contains("bad.zip"), "{}", said.err);
    }
    let said = run(&bed, &["bugreport"], "");
    assert!(said.code == 2 && said.err.contains("no run has been recorded yet"), "{said:?}");
}
