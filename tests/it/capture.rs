//! `capture` of simulated phones: a folder that holds nothing of anybody, and is recognised as the page that was shown.

use std::path::Path;
use std::process::Command;

use mi_signout::adb::AdbPhone;
use mi_signout::model::{AdbServer, Secret, Serial};
use mi_signout::phone::{Input, Look, Phone, Settle, Step};
use mi_signout::ui::{Bounds, UiTree};
use phone_sim::phone::{Generation, PhoneSpec, SimPhone};
use phone_sim::screens::ScreenId;

use crate::support::{GUARD, SCALE, Said, TestBed, talk};

const ACCOUNT: &str = "6230481535";
const OWNER: &str = "Zsuzsanna Owner";
const SERIAL: &str = "8f2a1b77";

/// A phone that shows this page.
fn page(spec: PhoneSpec, screen: ScreenId) -> TestBed {
    let spec = spec.serial(SERIAL).account(Some(ACCOUNT)).scale(SCALE).change(|s| {
        s.masks_account = false;
        s.button_below_fold = false;
        OWNER.clone_into(&mut s.owner);
    });
    let bed = TestBed::own([spec]);
    bed.phone(0).show(screen);
    bed
}

/// Runs the program.
pub fn mi_signout(args: &[&str]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mi-signout"));
    command.args(args).env_remove("ANDROID_SERIAL").env("NO_COLOR", "1");
    talk(command, b"")
}

fn capture(bed: &TestBed, folder: &str, more: &[&str]) -> Said {
    let (adb, folder) = (bed.adb(), bed.path(folder));
    mi_signout(&[&["capture", "-s", SERIAL, "--adb", &adb, "-o", folder.to_str().unwrap()], more].concat())
}

fn check(bed: &TestBed, folder: &str) -> Said {
    mi_signout(&["profiles", "check", bed.path(folder).to_str().unwrap()])
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    let mut files: Vec<_> =
        entries.map(|p| (p.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(&p).unwrap())).collect();
    files.sort();
    files
}

/// No file holds any of the secrets, in any case.
fn holds_nothing_of_anybody(folder: &Path, said: &Said) {
    let mut texts = vec![("stdout".to_owned(), said.out.clone()), ("stderr".to_owned(), said.err.clone())];
    texts.extend(files(folder).into_iter().map(|(name, bytes)| (name, String::from_utf8_lossy(&bytes).into_owned())));
    for (name, text) in texts {
        let text = text.to_lowercase();
        for secret in [ACCOUNT, &ACCOUNT[..5], &ACCOUNT[5..], OWNER, "Zsuzsanna", SERIAL] {
            assert!(!text.contains(&secret.to_lowercase()), "{name} holds {secret}");
        }
    }
}

fn pixels(png: &[u8]) -> (u32, Vec<u8>) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!(info.color_type, png::ColorType::Grayscale, "the simulated phones draw in grey");
    (info.width, pixels)
}

fn shades(picture: &(u32, Vec<u8>), area: Bounds) -> Vec<u8> {
    let all = (area.top..area.bottom).flat_map(|y| (area.left..area.right).map(move |x| (x, y)));
    let mut shades: Vec<u8> = all.map(|(x, y)| picture.1[(y as u32 * picture.0 + x as u32) as usize]).collect();
    shades.sort_unstable();
    shades.dedup();
    shades
}

/// Bounds of the node with this id, in the phone's own dump.
fn bounds(phone: &SimPhone, fits: impl Fn(&mi_signout::ui::UiNode) -> bool) -> Bounds {
    let tree = UiTree::parse(phone.dump_xml().as_bytes()).unwrap();
    tree.nodes().find(|(_, n)| fits(n)).expect("no such node").1.bounds
}

#[test]
fn the_account_page_is_a_fixture_without_its_owner() {
    let bed = page(PhoneSpec::of(Generation::Miui14), ScreenId::AccountPage);
    let said = capture(&bed, "page", &[]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(said.out.trim(), bed.path("page").to_str().unwrap());
    holds_nothing_of_anybody(&bed.path("page"), &said);
    let names: Vec<String> = files(&bed.path("page")).into_iter().map(|f| f.0).collect();
    assert_eq!(names, ["capture.json", "getprop.txt", "masked.txt", "screen.png", "screen.xml"]);

    let before = pixels(&bed.phone(0).picture());
    let after = pixels(&std::fs::read(bed.path("page/screen.png")).unwrap());
    for id in ["nick_name", "user_id"] {
        let area = bounds(bed.phone(0), |n| n.id.ends_with(id));
        assert!(shades(&before, area).len() > 1, "{id}: there was something to paint over");
        assert_eq!(shades(&after, area), [0], "{id} shows");
    }
    assert_eq!(
        shades(&after, bounds(bed.phone(0), |n| n.id.ends_with("user_avatar"))),
        [200],
        "the owner's picture shows"
    );
    let button = bounds(bed.phone(0), |n| n.id.ends_with("logout_btn"));
    assert_eq!(shades(&after, button), shades(&before, button), "a known button is left as it was");

    let checked = check(&bed, "page");
    assert_eq!(
        (checked.code, checked.out),
        (0, format!("{}{}: account-page (miui)\n", good(), bed.path("page").display()))
    );
    // It read and did nothing else.
    let record = bed.phone(0).record();
    assert!(record.taps.is_empty() && record.passwords_submitted() == 0 && bed.phone(0).account_present());
    assert_eq!(bed.phone(0).current_screen(), ScreenId::AccountPage);
}

/// What `check` says of the built-in profiles before it comes to saved screens.
fn good() -> String {
    mi_signout(&["profiles", "check"]).out
}

#[test]
fn the_owner_in_settings_is_masked_in_every_script() {
    for (language, generation) in
        [("zh-rCN", Generation::HyperOs2), ("ar", Generation::Miui12), ("en", Generation::HyperOs4)]
    {
        let bed = page(PhoneSpec::of(generation).language(language), ScreenId::SettingsHome);
        let said = capture(&bed, "home", &[]);
        assert_eq!(said.code, 0, "{said:?}");
        holds_nothing_of_anybody(&bed.path("home"), &said);
        let row = bounds(bed.phone(0), |n| n.text == OWNER);
        let after = pixels(&std::fs::read(bed.path("home/screen.png")).unwrap());
        assert_eq!(shades(&after, row), [0], "{language}");
        let checked = check(&bed, "home");
        assert!(checked.code == 0 && checked.out.contains(": settings-home ("), "{language}: {checked:?}");
    }
}

#[test]
fn a_password_page_is_refused_and_its_structure_given_on_request_only() {
    let bed = page(PhoneSpec::of(Generation::Miui14), ScreenId::Password);
    let said = capture(&bed, "refused", &[]);
    assert_eq!(said.code, 4, "{said:?}");
    assert!(said.err.contains("password field") && said.err.contains("--no-picture"), "{}", said.err);
    assert!(!bed.path("refused").exists(), "something was written");

    let said = capture(&bed, "structure", &["--no-picture"]);
    assert_eq!(said.code, 0, "{said:?}");
    holds_nothing_of_anybody(&bed.path("structure"), &said);
    assert!(!bed.path("structure/screen.png").exists());
    let xml = std::fs::read(bed.path("structure/screen.xml")).unwrap();
    let tree = UiTree::parse(&xml).unwrap();
    let fields: Vec<_> = tree.nodes().filter(|(_, n)| n.password).map(|(_, n)| n.text.clone()).collect();
    assert_eq!(fields, [""]);
    let checked = check(&bed, "structure");
    assert!(checked.code == 0 && checked.out.contains(": password (miui)"), "{checked:?}");
}

#[test]
fn a_typed_password_is_refused_in_any_case() {
    let bed = page(PhoneSpec::of(Generation::Miui14), ScreenId::Password);
    let field = bounds(bed.phone(0), |n| n.password).center().unwrap();
    let server = AdbServer { host: "127.0.0.1".into(), port: bed.port() };
    let secret = Secret::new("correct horse".into());
    let inputs = vec![Input::Tap(field), Input::Text(&secret)];
    let step = Step { inputs, settle: Settle::Nothing, look: Look::Probes };
    AdbPhone::new(server, Serial::new(SERIAL), None).step(&step, GUARD).unwrap();
    for more in [&[][..], &["--no-picture"]] {
        let said = capture(&bed, "refused", more);
        assert_eq!(said.code, 4, "{said:?}");
        assert!(said.err.contains("something is typed in a password field"), "{}", said.err);
        assert!(!bed.path("refused").exists(), "something was written");
    }
}

#[test]
fn a_password_that_the_phone_shows_in_clear_is_refused_too() {
    for (generation, screen) in [(Generation::Miui9, ScreenId::Password), (Generation::HyperOs2, ScreenId::WebPassword)]
    {
        let bed = page(PhoneSpec::of(generation).change(|s| s.password_in_clear = true), screen);
        let said = capture(&bed, "empty", &[]);
        assert!(said.code == 4 && said.err.contains("a password field is on the screen"), "{said:?}");
        let said = capture(&bed, "structure", &["--no-picture"]);
        assert_eq!(said.code, 0, "{said:?}");
        let field = bounds(bed.phone(0), |n| n.class.ends_with("EditText")).center().unwrap();
        let server = AdbServer { host: "127.0.0.1".into(), port: bed.port() };
        let secret = Secret::new("correct horse".into());
        let inputs = vec![Input::Tap(field), Input::Text(&secret)];
        let step = Step { inputs, settle: Settle::Nothing, look: Look::Probes };
        AdbPhone::new(server, Serial::new(SERIAL), None).step(&step, GUARD).unwrap();
        assert!(bed.phone(0).dump_xml().contains("correct horse"), "it is there to be read");
        for more in [&[][..], &["--no-picture"]] {
            let said = capture(&bed, "refused", more);
            assert_eq!(said.code, 4, "{said:?}");
            assert!(said.err.contains("something is typed in a password field"), "{}", said.err);
            assert!(!bed.path("refused").exists(), "something was written");
        }
    }
}

#[test]
fn a_text_that_is_named_stays_and_nothing_is_overwritten() {
    let bed = page(PhoneSpec::of(Generation::Miui14), ScreenId::AccountPage);
    let said = capture(&bed, "page", &["--keep", "account  SECURITY", "--no-picture"]);
    assert_eq!(said.code, 0, "{said:?}");
    let xml = std::fs::read_to_string(bed.path("page/screen.xml")).unwrap();
    assert!(xml.contains("\"Account security\"") && xml.contains("\"Xxxxxx xxxxxxxx\""), "{xml}");
    let before = files(&bed.path("page"));
    let said = capture(&bed, "page", &[]);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.err.contains("none is overwritten"), "{}", said.err);
    assert_eq!(files(&bed.path("page")), before);
}
