//! A run from its journal to its reports, and back through `verify`.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use chrono::Utc;
use mi_signout::event::{Event, EventKind, Subject};
use mi_signout::journal::{InstallKey, Journal, PhoneInfo, PhoneKey, RunInfo};
use mi_signout::model::{AccountId, Outcome, Proof, Reason, ResultRow, Serial};
use mi_signout::record::{RunRecord, chain};
use mi_signout::report::{self, Format, ReportError, Seal};

use crate::support::browser_session::chromium;
use crate::support::talk;

/// A run of three phones; the second fails, the third is cut off.
fn recorded(dir: &Path) -> (RunRecord, InstallKey) {
    let key = InstallKey::open(dir).unwrap();
    let journal = Arc::new(Journal::open(&dir.join("journal.db"), key.clone()).unwrap());
    let authorised_by = Some("order 4711".to_owned());
    let run = journal.begin(RunInfo { tool: "mi-signout 0.1.0".into(), authorised_by, ..RunInfo::default() }).unwrap();
    for (name, outcome) in [("a", Some(Outcome::SignedOut)), ("b", Some(Outcome::Unknown)), ("c", None)] {
        let info = PhoneInfo {
            key: PhoneKey::new(name),
            serial: Serial::new(format!("adb-{name}")),
            adb: "127.0.0.1:5037".into(),
            make: Some("Redmi".into()),
            model: Some("Note \u{1b}[31m<b>10</b>\u{202e}".into()),
            place: None,
        };
        let started = Utc::now();
        run.phone(&info).unwrap();
        for (screen, what) in [("account-page", "tap logout_account"), ("keep-or-remove", "tap retain_button")] {
            let step = EventKind::Step { screen: screen.into(), what: what.into(), mutates: true };
            run.event(&Event::now(Subject::Phone(info.serial.clone()), step)).unwrap();
        }
        let Some(outcome) = outcome else { continue };
        let row = ResultRow {
            serial: info.serial.to_string(),
            adb: info.adb.clone(),
            model: info.model.clone(),
            software: Some("MIUI 14.0.9".into()),
            profile: Some("miui".into()),
            account: Some(AccountId::new("6230000535")),
            outcome,
            reason: (outcome == Outcome::Unknown).then_some(Reason::Timeout),
            hint: (outcome == Outcome::Unknown).then(|| "look at the phone".into()),
            proof: Proof::default(),
            started,
            seconds: 12.345,
            steps: 1,
            dumps: 2,
        };
        if outcome == Outcome::Unknown {
            run.picture(&info.key, b"\x89PNG not really").unwrap();
        }
        run.result(Some(&info.key), &row).unwrap();
    }
    run.finish(6).unwrap();
    (journal.record("last").unwrap(), key)
}

#[test]
fn every_report_of_a_run_is_verified_and_tells_its_installation() {
    let (dir, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (run, key) = recorded(dir.path());
    let other = InstallKey::open(elsewhere.path()).unwrap();
    for name in ["report.html", "report.json", "report.csv"] {
        let path = dir.path().join(name);
        report::write(&run, &path).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let ours = report::verify(&bytes, Some(&|text| key.seal(text))).unwrap();
        let theirs = report::verify(&bytes, Some(&|text| other.seal(text))).unwrap();
        let expected = if name == "report.csv" { [Seal::NotChecked; 2] } else { [Seal::Ours, Seal::NotOurs] };
        assert_eq!([ours.seal, theirs.seal], expected, "{name}");
        assert_eq!((ours.run, ours.rows, ours.head), (run.header.id.clone(), 2, run.head.clone()), "{name}");
    }
}

#[test]
fn no_report_shows_a_full_account_or_obeys_a_phone() {
    let dir = tempfile::tempdir().unwrap();
    let (run, _) = recorded(dir.path());
    for format in [Format::Html, Format::Json, Format::Csv, Format::Junit] {
        let text = String::from_utf8(report::render(&run, format).unwrap()).unwrap();
        assert!(text.contains("6230***535") && !text.contains("6230000535"), "{format:?}");
        // The canonical text of a row is kept as it was hashed, in one column of the table.
        if format != Format::Csv {
            assert!(!text.contains(['\u{1b}', '\u{202e}']), "{format:?}");
        }
        assert!(!text.contains("<b>") || matches!(format, Format::Json | Format::Csv), "{format:?}");
    }
}

#[test]
fn a_killed_runs_open_phones_are_in_its_reports() {
    let dir = tempfile::tempdir().unwrap();
    let (run, _) = recorded(dir.path());
    assert_eq!(run.open.iter().map(|p| p.hardware_serial.as_str()).collect::<Vec<_>>(), ["c"]);
    let html = String::from_utf8(report::render(&run, Format::Html).unwrap()).unwrap();
    assert!(html.contains("no result") && html.contains("1 without a result"));
}

#[test]
fn a_file_name_that_names_no_format_is_a_usage_error() {
    let dir = tempfile::tempdir().unwrap();
    let (run, _) = recorded(dir.path());
    assert!(matches!(report::write(&run, Path::new("report.pdf")), Err(ReportError::UnknownFormat(_))));
    assert!(matches!(report::write(&run, &dir.path().join("no/dir/r.html")), Err(ReportError::Write { .. })));
}

/// What a page says of itself in a real browser. It is shown in a frame: a window of headless Chromium is at least 500 pixels wide.
fn in_chromium(page: &Path, width: u32, dark: bool) -> String {
    let profile = tempfile::tempdir().unwrap();
    let frame = format!(
        "<!DOCTYPE html><meta name=\"color-scheme\" content=\"light dark\"><title></title><script>onmessage = e => \
         document.title = e.data</script><iframe src=\"file://{}\" style=\"width:{width}px;height:1500px;border:0\"></iframe>",
        page.display()
    );
    let outer = page.with_file_name("frame.html");
    std::fs::write(&outer, frame).unwrap();
    let mut command = chromium();
    command.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--dump-dom"]);
    command.arg(format!("--user-data-dir={}", profile.path().display()));
    command.args(["--window-size=1400,1600", "--hide-scrollbars", "--virtual-time-budget=5000"]);
    command.arg(format!("--blink-settings=preferredColorScheme={}", u8::from(!dark)));
    command.arg(format!("file://{}", outer.display()));
    let said = talk(command, b"");
    let (_, title) = said.out.split_once("<title>").unwrap_or_else(|| panic!("{said:?}"));
    title.split_once("</title>").unwrap().0.to_owned()
}

#[test]
fn the_page_fits_a_phone_and_a_desk_in_light_and_dark() {
    let dir = tempfile::tempdir().unwrap();
    let (record, _) = recorded(dir.path());
    let page = String::from_utf8(report::render(&record, Format::Html).unwrap()).unwrap();
    let ask = "<script>const wide = [...document.querySelectorAll('article *, header *')].filter(e => e.scrollWidth > \
               e.clientWidth + 1 && getComputedStyle(e).overflowX === 'auto').length; parent.postMessage([innerWidth, \
               document.documentElement.scrollWidth, wide, getComputedStyle(document.body).backgroundColor].join(' '), '*');</script>";
    let path = dir.path().join("page.html");
    std::fs::write(&path, page.replace("</body>", &format!("{ask}</body>"))).unwrap();
    for (dark, back) in [(false, "rgb(244, 245, 247)"), (true, "rgb(15, 18, 22)")] {
        for width in [390, 1280] {
            // As wide as the window, and no table inside has to be scrolled.
            assert_eq!(in_chromium(&path, width, dark), format!("{width} {width} 0 {back}"));
        }
    }
}

/// The binary with its state folder, run to its end.
fn verify(state: &Path, file: &Path, more: &[&str]) -> crate::support::Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mi-signout"));
    command.args(["report", "--verify"]).arg(file).args(more);
    command.env_clear().env("HOME", state).env("XDG_STATE_HOME", state);
    talk(command, b"")
}

/// The report with one outcome edited, and its chain and seal computed anew, as somebody who has this program could.
fn forged(run: &RunRecord) -> RunRecord {
    let mut run = run.clone();
    run.rows[1].record.result.outcome = Outcome::SignedOut;
    let mut previous = run.genesis.clone();
    for row in &mut run.rows {
        row.text = chain::canonical(&row.record);
        row.previous = std::mem::take(&mut previous);
        row.hash = chain::link(&row.previous, &row.text);
        previous.clone_from(&row.hash);
    }
    run.head = previous;
    run.seal = "5".repeat(64);
    run
}

#[test]
fn a2_a_chain_that_was_computed_anew_proves_no_origin() {
    let state = tempfile::tempdir().unwrap();
    let own = state.path().join("mi-signout");
    std::fs::create_dir(&own).unwrap();
    let (run, _) = recorded(&own);
    let (elsewhere, files) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for extension in ["html", "json", "csv"] {
        let (honest, fake) =
            (files.path().join(format!("honest.{extension}")), files.path().join(format!("fake.{extension}")));
        report::write(&run, &honest).unwrap();
        report::write(&forged(&run), &fake).unwrap();

        let here = verify(state.path(), &honest, &[]);
        assert!(here.code == 0 && here.out.contains(": not edited"), "{here:?}");
        let caught = verify(state.path(), &fake, &[]);
        assert!(caught.code == 1 && caught.out.contains(": edited"), "{caught:?}");
        // Neither key nor journal: no word about who made it, and nothing is made (a8).
        for file in [&honest, &fake] {
            let there = verify(elsewhere.path(), file, &[]);
            assert_eq!(there.code, 1, "{there:?}");
            assert!(there.out.contains("the chain is consistent; its origin is not proven"), "{there:?}");
        }
        // The key alone: its seal tells, and a table has none.
        let none = files.path().join("no-journal.db");
        let sealed = verify(state.path(), &honest, &["--journal", none.to_str().unwrap()]);
        assert_eq!(sealed.code, i32::from(extension == "csv"), "{sealed:?}");
        assert_eq!(verify(state.path(), &fake, &["--journal", none.to_str().unwrap()]).code, 1);
        // The journal alone: its head tells.
        let journal = own.join("journal.db");
        let compared = verify(elsewhere.path(), &honest, &["--journal", journal.to_str().unwrap()]);
        assert_eq!(compared.code, 0, "{compared:?}");
        assert_eq!(verify(elsewhere.path(), &fake, &["--journal", journal.to_str().unwrap()]).code, 1);
    }
    assert_eq!(std::fs::read_dir(elsewhere.path()).unwrap().count(), 0, "a8: nothing is made");
    assert_eq!(std::fs::read_dir(files.path()).unwrap().count(), 6);
}

#[test]
fn a2_another_end_of_the_run_is_found_by_the_journal_alone() {
    let dir = tempfile::tempdir().unwrap();
    let (mut run, _) = recorded(dir.path());
    run.exit = Some(0);
    let file = dir.path().join("end.json");
    report::write(&run, &file).unwrap();
    std::fs::remove_file(dir.path().join("install.key")).unwrap();
    let journal = dir.path().join("journal.db");
    let said = verify(&dir.path().join("home"), &file, &["--journal", journal.to_str().unwrap()]);
    assert!(said.code == 1 && said.out.contains("another end"), "{said:?}");
}
