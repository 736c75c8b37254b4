//! What each page of a simulated phone is, per family: written from what is known of the phones, not from the profiles.

use phone_sim::phone::Generation;
use phone_sim::screens::{Act, Field, ScreenId};

/// The families, by the name of the profile that has to be chosen.
pub const FAMILIES: [(&str, &[Generation]); 4] = [
    ("miui-8-10", &[Generation::Miui9, Generation::Miui10]),
    ("miui", &[Generation::Miui11, Generation::Miui12, Generation::Miui125, Generation::Miui13, Generation::Miui14]),
    ("hyperos", &[Generation::HyperOs1, Generation::HyperOs2, Generation::HyperOs3]),
    ("generic", &[Generation::HyperOs4]),
];

/// A page that no screen of the profile is, nor any of its popups.
pub const NOTHING: &str = "nothing";

/// The screen that a page is in a family; `filled` where its field holds the owner's words. `None` where the family has no
/// such page.
pub fn screen_of(page: ScreenId, family: &str, filled: bool) -> Option<&'static str> {
    use ScreenId as S;
    let hyper = matches!(family, "hyperos" | "generic");
    let oldest = family == "miui-8-10";
    Some(match page {
        S::SettingsHome | S::AccountGone => "settings-home",
        S::SettingsSearch if filled => "settings-search-results",
        S::SettingsSearch => "settings-search",
        S::AccountPage => "account-page",
        S::SignIn => "sign-in-page",
        S::PayCards => "pay-cards",
        // Its text left the account app with HyperOS 1.
        S::JustASec if hyper => return None,
        S::JustASec => "checking-cloud-data",
        S::SigningOut => "signing-out",
        S::TurningOffFindDevice => "turning-off-find-device",
        S::KeepRemove => "keep-or-remove",
        // The first two are in the files of MIUI 9 and 10, the third in those of MIUI 12 and later.
        S::UnsyncedItems if oldest => "unsynced-items",
        S::HiddenPhotos if oldest => "hidden-photos",
        S::HighQualityPhotos if !oldest => "high-quality-photos",
        S::Password if filled => "password-filled",
        S::Password => "password",
        S::PasswordWrong | S::PasswordWrongDialog => "wrong-password",
        S::PasswordEmpty if family == "generic" => "password",
        S::PasswordEmpty => "password-empty",
        S::PasswordCaptcha => "captcha",
        S::SecondFactor => "second-factor",
        S::IdentityCheck => "identity-check",
        S::WebPassword if hyper && filled => "web-password-filled",
        S::WebPassword if hyper => "web-password",
        S::WebPassword => "web-password-unsure",
        S::WebOther | S::WebCode => "web-verification",
        S::FindDeviceStatus | S::FindDeviceGuide | S::FindDeviceOff => "find-device-page",
        S::FindDeviceLocated | S::FindDeviceNoise => "find-device-notice",
        S::AccountUpdate => "popup account-app-update",
        S::TokenExpired => "session-expired",
        S::PasswordChangedRecently => "password-recently-changed",
        S::FindDeviceFailed => "cannot-turn-off-find-device",
        S::SignOutFailed => "cannot-sign-out",
        S::NoNetwork | S::NoNetworkPage => "no-network",
        S::ServerError => "server-error",
        S::FindDevicePasswordAgain => "find-device-password-again",
        S::LastDevice if hyper => "last-device",
        S::SecondSpace => "second-space",
        S::LowBattery => "popup system-dialog",
        S::Launcher => "launcher",
        S::Anr => "popup not-responding",
        S::IncomingCall => "popup call",
        S::SecureKeyboard => "popup secure-keyboard",
        S::AutofillBubble => "popup autofill",
        S::AutofillSave => "popup autofill-save",
        S::LostMode => "lost-mode",
        S::FinanceLock => "find-device-lock",
        S::UnsyncedItems
        | S::HiddenPhotos
        | S::HighQualityPhotos
        | S::LastDevice
        | S::OtherApp
        | S::Dialer
        | S::UnknownPopup
        | S::Keyguard
        | S::PinKeyguard => NOTHING,
    })
}

/// The field of a page that the keyboard types into, where it has one.
pub fn field_of(page: ScreenId) -> Option<Field> {
    use ScreenId as S;
    Some(match page {
        S::Password | S::PasswordWrong | S::PasswordEmpty | S::PasswordCaptcha => Field::Password,
        S::WebPassword => Field::WebPassword,
        S::SecondFactor | S::WebCode => Field::Code,
        S::SettingsSearch => Field::Search,
        S::SignIn => Field::Account,
        _ => return None,
    })
}

/// Whether the field is also drawn filled in: where the profiles tell that from an empty one.
pub fn is_filled_too(page: ScreenId) -> bool {
    matches!(page, ScreenId::Password | ScreenId::WebPassword | ScreenId::SettingsSearch)
}

/// What the phone itself does where a screen's action of a flow taps; a missing target is no tap.
pub fn taps(flow: &str, screen: &str, data: &str) -> &'static [Act] {
    const ACCOUNT: &[Act] = &[Act::Open(ScreenId::AccountPage), Act::Open(ScreenId::SignIn)];
    match (flow, screen) {
        ("sign-out", "account-page") => &[Act::SignOut],
        ("sign-out", "keep-or-remove") if data == "keep" => &[Act::Keep],
        ("sign-out", "keep-or-remove") => &[Act::Remove],
        ("sign-out", "pay-cards") => &[Act::Accept],
        ("sign-out", "password") => &[Act::Focus(Field::Password)],
        ("sign-out", "web-password") => &[Act::Focus(Field::WebPassword)],
        ("sign-out", "password-filled" | "web-password-filled") => &[Act::Confirm],
        ("through-settings" | "through-heading", "settings-home")
        | ("through-search" | "through-search-again", "settings-search-results") => ACCOUNT,
        ("through-search" | "through-search-again", "settings-home") => &[Act::Open(ScreenId::SettingsSearch)],
        ("through-search" | "through-search-again", "settings-search") => &[Act::Focus(Field::Search)],
        _ => &[],
    }
}

/// Whether the action's target has to be there without scrolling.
pub fn has_target(flow: &str, screen: &str) -> bool {
    flow == "sign-out" && screen != "account-page"
        || matches!(screen, "settings-search" | "settings-search-results") && flow.starts_with("through-search")
}
