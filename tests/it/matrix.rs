//! The simulated phones draw every page in every language; each has to be recognised as exactly its own screen, under the profile
//! that the phone's properties choose, and pages of others as nothing.

use std::collections::BTreeSet;

use mi_signout::model::{Focus, Presence};
use mi_signout::profile::{Catalog, Recognised, View};
use mi_signout::sim::phone::{DumpFormat, Generation, PhoneSpec, SimPhone};
use mi_signout::sim::screens::ScreenId;
use mi_signout::ui::UiTree;

/// The family that a generation belongs to.
fn family(generation: Generation) -> &'static str {
    use Generation as G;
    match generation {
        G::Miui9 | G::Miui10 => "miui-8-10",
        G::Miui11 | G::Miui12 | G::Miui125 | G::Miui13 | G::Miui14 => "miui",
        G::HyperOs1 | G::HyperOs2 | G::HyperOs3 => "hyperos",
        G::HyperOs4 => "generic",
        G::Plain => "none",
    }
}

const NOTHING: &str = "nothing";

/// The profile's screen for a page; `None` where the generation has no such page.
fn expected(screen: ScreenId, family: &str) -> Option<&'static str> {
    use ScreenId as S;
    let hyper = matches!(family, "hyperos" | "generic");
    Some(match screen {
        S::SettingsHome | S::AccountGone => "settings-home",
        S::SettingsSearch => "settings-search",
        S::AccountPage => "account-page",
        S::SignIn => "sign-in-page",
        S::PayCards => "pay-cards",
        S::JustASec if hyper => return None,
        S::JustASec => "checking-cloud-data",
        S::SigningOut => "signing-out",
        S::TurningOffFindDevice => "turning-off-find-device",
        S::KeepRemove => "keep-or-remove",
        S::UnsyncedItems if family == "miui-8-10" => "unsynced-items",
        S::HiddenPhotos if family == "miui-8-10" => "hidden-photos",
        S::HighQualityPhotos if family != "miui-8-10" => "high-quality-photos",
        S::Password => "password",
        S::PasswordWrong | S::PasswordWrongDialog => "wrong-password",
        S::PasswordEmpty if family == "generic" => "password",
        S::PasswordEmpty => "password-empty",
        S::PasswordCaptcha => "captcha",
        S::SecondFactor => "second-factor",
        S::IdentityCheck => "identity-check",
        S::WebPassword if hyper => "web-password",
        S::WebPassword => "web-password-unsure",
        S::WebOther => "web-verification",
        S::TokenExpired => "session-expired",
        S::PasswordChangedRecently => "password-recently-changed",
        S::FindDeviceFailed => "cannot-turn-off-find-device",
        S::SignOutFailed => "cannot-sign-out",
        S::NoNetwork => "no-network",
        S::ServerError => "server-error",
        S::FindDevicePasswordAgain => "find-device-password-again",
        S::LastDevice if hyper => "last-device",
        S::SecondSpace => "second-space",
        S::LowBattery => "popup system-dialog",
        S::Launcher => "launcher",
        S::Anr => "popup not-responding",
        S::IncomingCall => "popup call",
        S::LostMode => "lost-mode",
        S::FinanceLock => "find-device-lock",
        S::UnsyncedItems
        | S::HiddenPhotos
        | S::HighQualityPhotos
        | S::LastDevice
        | S::OtherApp
        | S::UnknownPopup
        | S::Keyguard
        | S::PinKeyguard => NOTHING,
    })
}

/// What a phone shows, as its profile sees it.
fn seen(catalog: &Catalog, phone: &SimPhone, screen: ScreenId) -> (String, String) {
    let profile = match catalog.choose(&phone.props()) {
        Ok(profile) => profile,
        Err(choice) => return (String::new(), choice.to_string()),
    };
    phone.show(screen);
    let xml = phone.dump_xml();
    let tree = UiTree::parse(xml.as_bytes()).unwrap_or_else(|e| panic!("{e}: {xml}"));
    let focus = Focus::parse(&screen.activity(phone.spec()));
    let shown = match profile.recognise(&View { focus: Some(&focus), presence: Presence::Present, tree: Some(&tree) }) {
        Recognised::Screen(screen) => screen.name.clone(),
        Recognised::Popup(popup) => format!("popup {}", popup.name),
        Recognised::Nothing => NOTHING.to_owned(),
        other => format!("{other:?}"),
    };
    (profile.name.clone(), shown)
}

const SIZES: [(u32, u32); 3] = [(720, 1280), (1080, 2400), (1440, 3200)];

/// One language on one generation of each family, whose other traits take turns with the language.
fn draw(catalog: &Catalog, turn: usize, language: &str, wrong: &mut Vec<String>) -> usize {
    use Generation as G;
    let pick = |of: &[G]| of[turn % of.len()];
    let generations = [
        pick(&[G::Miui9, G::Miui10]),
        pick(&[G::Miui11, G::Miui12, G::Miui125, G::Miui13, G::Miui14]),
        pick(&[G::HyperOs1, G::HyperOs2, G::HyperOs3]),
        G::HyperOs4,
    ];
    let mut count = 0;
    for (nth, generation) in generations.into_iter().enumerate() {
        let bit = |n: usize| (turn + nth) >> n & 1 == 1;
        let (width, height) = SIZES[(turn + nth) % SIZES.len()];
        let spec = PhoneSpec::of(generation).language(language).size(width, height).change(|s| {
            s.dump_format = if bit(0) { DumpFormat::Old } else { DumpFormat::New };
            s.crossed_buttons = bit(1);
            s.button_below_fold = bit(2);
            s.row_at_top = !bit(1);
            s.status_bar = bit(0);
            s.resource_ids = !bit(2) || bit(3);
        });
        let phone = SimPhone::new(spec);
        for screen in ScreenId::ALL {
            let Some(expected) = expected(*screen, family(generation)) else { continue };
            let got = seen(catalog, &phone, *screen);
            count += 1;
            if got != (family(generation).to_owned(), expected.to_owned()) {
                wrong.push(format!("{} {language} {}: {expected}, but {got:?}", generation.name(), screen.name()));
            }
        }
    }
    count
}

#[test]
fn every_simulated_page_is_exactly_its_screen() {
    let catalog = &Catalog::builtin().unwrap();
    let languages = mi_signout::sim::labels::languages();
    let languages: &Vec<(usize, &str)> = &languages.into_iter().enumerate().collect();
    let results: Vec<(usize, Vec<String>)> = std::thread::scope(|scope| {
        let half = |rest: usize| {
            move || {
                let mut wrong = Vec::new();
                let mine = languages.iter().filter(|(turn, _)| turn % 2 == rest);
                let count = mine.map(|(turn, language)| draw(catalog, *turn, language, &mut wrong)).sum();
                (count, wrong)
            }
        };
        let runs = [scope.spawn(half(0)), scope.spawn(half(1))];
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    let count: usize = results.iter().map(|(count, _)| count).sum();
    let wrong: Vec<String> = results.into_iter().flat_map(|(_, wrong)| wrong).collect();
    let kinds: BTreeSet<&str> = wrong.iter().filter_map(|w| w.split(": ").next()?.rsplit(' ').next()).collect();
    println!("{count} pages drawn: {} screens, {} languages", ScreenId::ALL.len(), languages.len());
    assert!(
        wrong.is_empty(),
        "{} of {count} wrong ({kinds:?}):\n{}",
        wrong.len(),
        wrong[..wrong.len().min(50)].join("\n")
    );
}

#[test]
fn a_damaged_page_is_another_screen_or_none() {
    let catalog = Catalog::builtin().unwrap();
    let phone = SimPhone::new(PhoneSpec::of(Generation::Miui14));
    let profile = catalog.choose(&phone.props()).unwrap();
    let look = |screen: ScreenId, damage: &dyn Fn(&str) -> String| {
        phone.show(screen);
        let xml = damage(&phone.dump_xml());
        let focus = Focus::parse(&screen.activity(phone.spec()));
        let tree = match UiTree::parse(xml.as_bytes()) {
            Ok(tree) => tree,
            Err(error) => return error.to_string(),
        };
        match profile.recognise(&View { focus: Some(&focus), presence: Presence::Present, tree: Some(&tree) }) {
            Recognised::Screen(screen) => screen.name.clone(),
            other => format!("{other:?}"),
        }
    };
    // Page, what is put in place of what, and what it is then taken for.
    let swap = "\u{1}";
    for (name, screen, changes, expected) in [
        ("no damage", ScreenId::AccountPage, &[][..], "account-page"),
        ("no field id", ScreenId::Password, &[(":id/input_pwd_view", ":id/other")], "Nothing"),
        ("Keep alone", ScreenId::KeepRemove, &[("\"Remove\"", "\"Other\"")], "Nothing"),
        ("Remove alone", ScreenId::KeepRemove, &[("\"Keep\"", "\"Other\"")], "Nothing"),
        (
            "another app",
            ScreenId::AccountPage,
            &[("package=\"com.xiaomi.account\"", "package=\"com.evil\""), ("com.xiaomi.account:id", "com.evil:id")],
            "Nothing",
        ),
        (
            "title and message of two dialogs crossed",
            ScreenId::SignOutFailed,
            &[("Can't sign out", swap), ("No response, try again.", "Invalid username or password"), (swap, "x")],
            "wrong-password",
        ),
    ] {
        let damage = |xml: &str| changes.iter().fold(xml.to_owned(), |xml, (from, to)| xml.replace(from, to));
        assert_eq!(look(screen, &damage), expected, "{name}");
    }
    assert_eq!(look(ScreenId::AccountPage, &|_| "<hierarchy rotation=\"0\"/>".to_owned()), "the dump is empty");
}
