//! Named phones to try things on: one for each family, language and turn of a sign-out.

use crate::models::{android_one, custom_rom, nubia_miui};
use crate::spec::{AccountApp, Branch, Gate, Generation, LockKind, PhoneSpec};

/// A kind of phone with a name.
#[derive(Clone, Copy)]
pub struct Scenario {
    /// Its name on the command line.
    pub name: &'static str,
    /// What is special about it, in one line.
    pub about: &'static str,
    /// Makes the phone of a place in a row, from 0.
    pub make: fn(usize) -> PhoneSpec,
}

impl Scenario {
    /// The phone of a place in a row, from 0, with a serial of its own.
    #[must_use]
    pub fn phone(&self, index: usize) -> PhoneSpec {
        (self.make)(index).serial(&format!("sim{:05}", index + 1))
    }
}

/// The scenario of a name.
#[must_use]
pub fn scenario(name: &str) -> Option<&'static Scenario> {
    SCENARIOS.iter().find(|s| s.name == name)
}

/// All scenarios, the plain one first.
#[must_use]
pub fn scenarios() -> &'static [Scenario] {
    SCENARIOS
}

const fn scenario_of(name: &'static str, about: &'static str, make: fn(usize) -> PhoneSpec) -> Scenario {
    Scenario { name, about, make }
}

fn miui_14() -> PhoneSpec {
    PhoneSpec::default()
}

fn hyperos(generation: Generation) -> PhoneSpec {
    PhoneSpec::of(generation)
}

/// A phone with a ROM of China.
fn china(generation: Generation) -> PhoneSpec {
    PhoneSpec::of(generation).language("zh-rCN").change(|s| {
        s.china_app = true;
        "CN".clone_into(&mut s.region);
    })
}

/// A phone whose owner believes in another password.
fn mistaken() -> PhoneSpec {
    miui_14().change(|s| s.believed_password = Some("Owner-pass 2".to_owned()))
}

/// A phone with an account and a password of its own. The first four and the last three digits, which are what masks show, are
/// another pair for each.
fn own_account(index: usize) -> PhoneSpec {
    let account = format!("{:04}000{:03}", 6230 + index / 1000, index % 1000);
    miui_14().account(Some(&account)).password(&format!("Owner-pass {}", index + 1))
}

/// A phone whose account page opens through Settings only.
fn no_way_in(spec: PhoneSpec) -> PhoneSpec {
    spec.with(Branch::NoIntent).with(Branch::NoComponent)
}

/// A phone of a future whose account app has another name and other ids.
fn made_up() -> PhoneSpec {
    PhoneSpec::of(Generation::HyperOs4).with(Branch::NativePassword).change(|s| {
        "morrow_global".clone_into(&mut s.mod_device);
        s.resource_ids = true;
        s.account_app = Some(AccountApp {
            package: "com.xiaomi.passport".to_owned(),
            page: ".home.HomeActivity".to_owned(),
            action: "com.xiaomi.passport.action.HOME".to_owned(),
            id_prefix: "v2_".to_owned(),
        });
    })
}

/// Ten kinds of phones, as they lie on a tray.
fn tray(index: usize) -> PhoneSpec {
    match index % 10 {
        0 => miui_14(),
        1 => PhoneSpec::of(Generation::Miui9).language("hi"),
        2 => PhoneSpec::of(Generation::Miui125).language("ru"),
        3 => hyperos(Generation::HyperOs1).language("zh-rCN"),
        4 => PhoneSpec::of(Generation::Miui13).change(|s| s.find_device = false),
        5 => hyperos(Generation::HyperOs2),
        6 => PhoneSpec::of(Generation::Miui12).language("es"),
        7 => miui_14().account(None),
        8 => hyperos(Generation::HyperOs3).language("ar"),
        _ => PhoneSpec::of(Generation::Miui10).change(|s| s.cards = true),
    }
}

static SCENARIOS: &[Scenario] = &[
    scenario_of("plain", "MIUI 14 Global in English: data choice, then the password", |_| miui_14()),
    scenario_of("tray", "ten kinds of phones, one after the other", tray),
    scenario_of("own-accounts", "as plain, each phone with an account and a password of its own", own_account),
    scenario_of("miui-9", "MIUI 9, English", |_| PhoneSpec::of(Generation::Miui9)),
    scenario_of("miui-9-hindi", "MIUI 9 in Hindi", |_| PhoneSpec::of(Generation::Miui9).language("hi")),
    scenario_of("miui-10", "MIUI 10 on a small screen", |_| PhoneSpec::of(Generation::Miui10)),
    scenario_of("miui-11", "MIUI 11", |_| PhoneSpec::of(Generation::Miui11)),
    scenario_of("miui-12", "MIUI 12", |_| PhoneSpec::of(Generation::Miui12)),
    scenario_of("miui-12.5-russian", "MIUI 12.5 in Russian", |_| PhoneSpec::of(Generation::Miui125).language("ru")),
    scenario_of("miui-13", "MIUI 13", |_| PhoneSpec::of(Generation::Miui13)),
    scenario_of("hyperos-1-chinese", "HyperOS 1 in Chinese: the server's web page asks the password", |_| {
        hyperos(Generation::HyperOs1).language("zh-rCN")
    }),
    scenario_of("hyperos-2", "HyperOS 2, English", |_| hyperos(Generation::HyperOs2)),
    scenario_of("hyperos-2-native", "HyperOS 2 with the native password dialog", |_| {
        hyperos(Generation::HyperOs2).with(Branch::NativePassword)
    }),
    scenario_of("hyperos-3-arabic", "HyperOS 3 in Arabic, mirrored", |_| hyperos(Generation::HyperOs3).language("ar")),
    scenario_of("hyperos-4-future", "a HyperOS that nobody has seen yet, without ids on its account page", |_| {
        hyperos(Generation::HyperOs4)
    }),
    scenario_of("tablet", "Xiaomi Pad 5: HyperOS 1 on a tablet, which has no dialer", |_| {
        hyperos(Generation::HyperOs1).change(|s| {
            "21051182C".clone_into(&mut s.model);
            "nabu".clone_into(&mut s.device);
            "Xiaomi Pad 5".clone_into(&mut s.market_name);
            s.size = (1600, 2560);
            s.dialer = false;
        })
    }),
    scenario_of("nubia-miui", "another maker's phone with MIUI 10", |_| nubia_miui()),
    scenario_of("android-one", "Mi A2: Android One, no MIUI", |_| android_one()),
    scenario_of("custom-rom", "a custom ROM on Xiaomi hardware", |_| custom_rom()),
    scenario_of("other-maker", "a phone of another maker", |_| PhoneSpec::of(Generation::Plain)),
    scenario_of("already-signed-out", "nobody is signed in", |_| miui_14().account(None)),
    scenario_of("find-device-off", "Find Device is off: no password is asked", |_| {
        miui_14().change(|s| s.find_device = false)
    }),
    scenario_of("no-synced-data", "no data choice", |_| miui_14().change(|s| s.synced_data = false)),
    scenario_of("pay-cards", "bank cards are on the phone", |_| miui_14().change(|s| s.cards = true)),
    scenario_of("button-on-fold", "the sign-out button is visible at once", |_| {
        miui_14().change(|s| s.button_below_fold = false)
    }),
    scenario_of("no-ids", "the account page has no resource ids", |_| miui_14().change(|s| s.resource_ids = false)),
    scenario_of("crossed-buttons", "button1 is Cancel, button2 is OK", |_| {
        miui_14().change(|s| {
            s.crossed_buttons = true;
            s.cards = true;
        })
    }),
    scenario_of("keyboard-open", "the keyboard is up when the password is asked", |_| {
        miui_14().change(|s| s.keyboard_opens = true)
    }),
    scenario_of("secure-keyboard", "MIUI's secure keyboard comes up over the password field, once", |_| {
        miui_14().with(Branch::SecureKeyboard)
    }),
    scenario_of("secure-keyboard-again", "it comes up again each time it is closed, eight times", |_| {
        miui_14().with(Branch::SecureKeyboardAgain)
    }),
    scenario_of("secure-keyboard-swallows", "it loses every third key, and can't be closed", |_| {
        miui_14().with(Branch::SecureKeyboardSwallows)
    }),
    scenario_of("autofill", "Android offers to fill the password in, over the button, and then to save it", |_| {
        miui_14().with(Branch::AutofillBubble).with(Branch::AutofillSave)
    }),
    scenario_of("android-7", "MIUI 9 on an Android that shows nothing of a password field's content", |_| {
        PhoneSpec::of(Generation::Miui9).change(|s| s.shows_password_length = false)
    }),
    scenario_of("through-settings", "no intent opens the account page: its row at the bottom of Settings does", |_| {
        no_way_in(miui_14())
    }),
    scenario_of("through-settings-chinese", "the same in Chinese, with the row at the top", |_| {
        no_way_in(hyperos(Generation::HyperOs1).language("zh-rCN"))
    }),
    scenario_of("through-heading", "the row shows the owner's name only: it is found by the heading over it", |_| {
        no_way_in(PhoneSpec::of(Generation::Miui12).language("tr"))
            .with(Branch::BareRow)
            .change(|s| s.row_at_top = false)
    }),
    scenario_of("through-search", "the row shows the owner's name only and has no heading: Settings' search", |_| {
        no_way_in(hyperos(Generation::HyperOs2)).with(Branch::BareRow)
    }),
    scenario_of("no-way-in", "the same in a language whose words cannot be typed", |_| {
        no_way_in(hyperos(Generation::HyperOs3).language("ar")).with(Branch::BareRow)
    }),
    scenario_of("unknown-account-app", "an account app that is laid out in another way than any known one", |_| {
        made_up()
    }),
    scenario_of("unknown-data-words", "the data choice in words that nobody knows", |_| {
        miui_14()
            .with(Branch::OldDataChoice)
            .change(|s| s.data_labels = Some(("Behold".to_owned(), "Begone".to_owned())))
    }),
    scenario_of("password-first", "the password comes before the data choice", |_| {
        miui_14().with(Branch::PasswordFirst)
    }),
    scenario_of("find-device-spinner", "\"Turning off Find device…\" before \"Signing out…\"", |_| {
        miui_14().with(Branch::FindDeviceSpinner)
    }),
    scenario_of("ends-on-sign-in", "the sign-in page shows after the sign-out", |_| {
        miui_14().with(Branch::EndsOnSignIn)
    }),
    scenario_of("wrong-password", "the owner is wrong about the password", |_| mistaken()),
    scenario_of("wrong-password-dialog", "the same, told in a dialog of its own", |_| {
        mistaken().with(Branch::WrongPasswordDialog)
    }),
    scenario_of("captcha", "the server wants a picture code", |_| miui_14().with(Branch::Captcha)),
    scenario_of("second-factor", "the server wants a second factor", |_| miui_14().with(Branch::SecondFactor)),
    scenario_of("identity-check", "the server wants the owner's identity checked", |_| {
        miui_14().with(Branch::IdentityCheck)
    }),
    scenario_of("web-password", "MIUI 14 with the web page that asks the password", |_| {
        miui_14().with(Branch::WebPassword)
    }),
    scenario_of("web-other", "a web page without a password field", |_| {
        hyperos(Generation::HyperOs2).with(Branch::WebOther)
    }),
    scenario_of("token-expired", "the phone wants a new sign-in first", |_| miui_14().with(Branch::TokenExpired)),
    scenario_of("password-changed-recently", "the password was changed within the last days", |_| {
        miui_14().with(Branch::PasswordChangedRecently)
    }),
    scenario_of("find-device-fails", "Find Device cannot be turned off", |_| miui_14().with(Branch::FindDeviceFails)),
    scenario_of("find-device-password-again", "Find Device asks for the password once more", |_| {
        miui_14().with(Branch::FindDevicePasswordAgain)
    }),
    scenario_of("sign-out-fails", "the server refuses the sign-out", |_| miui_14().with(Branch::SignOutFails)),
    scenario_of("server-error", "the server fails to judge the password", |_| miui_14().with(Branch::ServerError)),
    scenario_of("last-device", "the last device with Advanced data protection", |_| {
        hyperos(Generation::HyperOs2).with(Branch::LastDevice)
    }),
    scenario_of("unsynced-items", "MIUI 10 with items that are not synced", |_| {
        PhoneSpec::of(Generation::Miui10).with(Branch::UnsyncedItems)
    }),
    scenario_of("hidden-photos", "MIUI 10 with hidden photos that are not synced", |_| {
        PhoneSpec::of(Generation::Miui10).with(Branch::HiddenPhotos)
    }),
    scenario_of("high-quality-photos", "high-quality photos would be lost", |_| {
        miui_14().with(Branch::HighQualityPhotos)
    }),
    scenario_of("second-space", "the second space is in front", |_| miui_14().change(|s| s.second_space = true)),
    scenario_of("no-network", "no network", |_| miui_14().change(|s| s.network = false)),
    scenario_of("input-gate-off", "input over USB is switched off", |_| {
        miui_14().change(|s| s.input_gate = Gate::Refused)
    }),
    scenario_of("input-gate-silent", "the same, without a word of it", |_| {
        miui_14().change(|s| s.input_gate = Gate::Silent)
    }),
    scenario_of("automation-held", "another tool holds the connection that a dump needs", |_| {
        miui_14().change(|s| s.automation = Some("io.appium.uiautomator2.server".to_owned()))
    }),
    scenario_of("screen-off", "the screen is off, a swipe opens the lock screen", |_| {
        miui_14().change(|s| {
            s.keyguard = LockKind::Swipe;
            s.awake = false;
        })
    }),
    scenario_of("screen-locked", "locked with a PIN", |_| miui_14().change(|s| s.keyguard = LockKind::Pin)),
    scenario_of("lost-mode", "locked by its owner as lost", |_| miui_14().change(|s| s.keyguard = LockKind::Lost)),
    scenario_of("finance-lock", "locked by a lender", |_| miui_14().change(|s| s.keyguard = LockKind::Finance)),
    scenario_of("managed", "a company manages it", |_| {
        miui_14().change(|s| s.device_owner = Some("com.example.mdm".to_owned()))
    }),
    scenario_of("china-rom", "MIUI 10 of China: the account app with its own ids, in Chinese", |_| {
        china(Generation::Miui10)
    }),
    scenario_of("china-rom-14", "MIUI 14 of China", |_| china(Generation::Miui14)),
    scenario_of("china-rom-hyperos", "HyperOS 2 of China", |_| china(Generation::HyperOs2)),
    scenario_of("china-rom-9", "MIUI 9 of China", |_| china(Generation::Miui9)),
    scenario_of("china-rom-11", "MIUI 11 of China", |_| china(Generation::Miui11)),
    scenario_of("china-rom-12", "MIUI 12 of China", |_| china(Generation::Miui12)),
    scenario_of("china-rom-12.5", "MIUI 12.5 of China", |_| china(Generation::Miui125)),
    scenario_of("china-rom-13", "MIUI 13 of China", |_| china(Generation::Miui13)),
    scenario_of("china-rom-hyperos-1", "HyperOS 1 of China", |_| china(Generation::HyperOs1)),
    scenario_of("china-rom-hyperos-3", "HyperOS 3 of China", |_| china(Generation::HyperOs3)),
    scenario_of("global-rom", "MIUI 10 Global, with the cloud app's own page for the data choice", |_| {
        PhoneSpec::of(Generation::Miui10)
    }),
    scenario_of("old-data-choice", "the data choice of older notes, without ids", |_| {
        miui_14().with(Branch::OldDataChoice)
    }),
    scenario_of("account-app-update", "the account app offers its own update, in Chinese", |_| {
        china(Generation::Miui12).with(Branch::AccountAppUpdate)
    }),
    scenario_of("account-app-update-global", "the same in English, the buttons the other way round", |_| {
        miui_14().with(Branch::AccountAppUpdate).change(|s| s.crossed_buttons = true)
    }),
    scenario_of("jsb-web-password", "the password page in the newer passport's web activity", |_| {
        hyperos(Generation::HyperOs2).with(Branch::JsbPages)
    }),
    scenario_of("jsb-web-code", "a code page in the newer passport's web activity", |_| {
        hyperos(Generation::HyperOs2).with(Branch::JsbPages).with(Branch::WebCode)
    }),
    scenario_of("web-code", "HyperOS 3: a web page with a code field and no password field", |_| {
        hyperos(Generation::HyperOs3).with(Branch::WebCode)
    }),
    scenario_of("slow-web", "a web page that shows nothing of itself at first", |_| {
        hyperos(Generation::HyperOs2).with(Branch::SlowWeb)
    }),
    scenario_of("confirm-lost", "the tap on OK of the password dialog is lost", |_| {
        miui_14().with(Branch::ConfirmLost)
    }),
    scenario_of("cast-display", "another display with a focus of its own is listed first", |_| {
        miui_14().with(Branch::CastDisplay)
    }),
    scenario_of("cast-display-identity", "the same, and the owner's identity is checked", |_| {
        miui_14().with(Branch::CastDisplay).with(Branch::IdentityCheck)
    }),
    scenario_of("partial-connectivity", "a network that Google's check calls partial, and that works", |_| {
        china(Generation::Miui14).with(Branch::Unvalidated)
    }),
    scenario_of("find-device-missing", "Find Device's app was removed for the user", |_| {
        miui_14().with(Branch::NoFindDeviceApp)
    }),
    scenario_of("find-device-located", "the owner locates the phone from afar", |_| miui_14().with(Branch::Located)),
    scenario_of("find-device-rings", "the owner lets the phone ring from afar", |_| miui_14().with(Branch::Rings)),
    scenario_of("input-gate-true", "the input switch is stored as 'true'", |_| miui_14().with(Branch::GateSaysTrue)),
    scenario_of("automation-held-android-9", "another tool holds the screen of an Android 9 phone", |_| {
        PhoneSpec::of(Generation::Miui10).change(|s| s.automation = Some("io.appium.uiautomator2.server".to_owned()))
    }),
    scenario_of("views-missing", "the views of the windows cannot be dumped", |_| miui_14().with(Branch::ViewsMissing)),
    scenario_of("views-slow", "dumping the views of the windows takes longer than dumping the screen", |_| {
        miui_14().with(Branch::ViewsSlow)
    }),
    scenario_of("views-stale", "the views of the windows are those of the page before", |_| {
        miui_14().with(Branch::ViewsStale)
    }),
    scenario_of("views-shifted", "the views of the windows are lower than what they show", |_| {
        miui_14().with(Branch::ViewsShifted)
    }),
    scenario_of("scrolling-pages", "pages scroll as a whole, with views below the fold", |_| {
        miui_14().with(Branch::ScrollingPages)
    }),
    scenario_of("low-battery", "the battery is nearly empty", |_| miui_14().change(|s| s.battery = 4)),
];

#[cfg(test)]
mod tests {
    use super::super::phone::SimPhone;
    use super::*;

    #[test]
    fn names_are_unique_and_every_phone_starts() {
        let names: std::collections::BTreeSet<_> = scenarios().iter().map(|s| s.name).collect();
        assert_eq!(names.len(), scenarios().len());
        for scenario in scenarios() {
            assert!(!scenario.about.is_empty() && !scenario.name.contains(' '));
            let phone = SimPhone::new(scenario.phone(3));
            assert_eq!(phone.serial(), "sim00004");
            assert!(phone.dump_xml().ends_with("</hierarchy>"), "{}", scenario.name);
        }
        assert_eq!(scenario("plain").map(|s| s.phone(0)), Some(PhoneSpec::default()));
        assert!(scenario("nonsense").is_none());
    }

    #[test]
    fn accounts_of_their_own_differ_where_masks_show_it() {
        let phones: Vec<_> = (0..1024).map(own_account).collect();
        let shown = |s: &PhoneSpec| s.account.as_ref().map(|a| (a[..4].to_owned(), a[a.len() - 3..].to_owned()));
        let accounts: std::collections::BTreeSet<_> = phones.iter().map(shown).collect();
        let passwords: std::collections::BTreeSet<_> = phones.iter().map(|s| s.password.clone()).collect();
        assert_eq!((accounts.len(), passwords.len()), (1024, 1024));
    }

    #[test]
    fn a_tray_holds_ten_kinds() {
        let tray = scenario("tray").unwrap();
        let mut kinds: Vec<_> = (0..10).map(|i| tray.phone(i).serial("x")).collect();
        kinds.dedup();
        assert_eq!(kinds.len(), 10);
        assert_eq!(tray.phone(10).serial("x"), tray.phone(0).serial("x"));
    }
}
