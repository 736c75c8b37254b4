//! What must hold before a phone is touched: pure checks over what was read of it. Also what `doctor` prints.
//!
//! Knows no adb and asks no phone: it is given [`PhoneFacts`].

pub mod doctor;
mod identity;
mod words;

pub use identity::{Identity, has_cheap_look, hides_passwords, identify};
pub use words::{input_switch_name, locale};

use crate::model::{Device, DeviceState, Ending, Outcome, Presence, Reason};
use crate::phone::{Keyguard, Network, PhoneClaim, PhoneError, PhoneFacts};
use crate::text::say;

/// What a phone's connection state alone says: `None` where the phone can be asked.
#[must_use]
pub fn of_device(device: &Device) -> Option<Ending> {
    let wireless = device.serial.is_network() && device.usb_path.is_none();
    let reconnect = if wireless { say!("connect-over-network-again") } else { say!("plug-the-cable-in-again") };
    let stop = match &device.state {
        DeviceState::Device => return None,
        DeviceState::Unauthorized | DeviceState::Authorizing => Ending::new(
            Outcome::NeedsPerson,
            Reason::Unauthorized,
            say!(
                "accept-the-question-on-the-phone",
                question = if wireless { "Allow wireless debugging?" } else { "Allow USB debugging?" },
                reconnect
            ),
        ),
        DeviceState::NoPermissions(text) => Ending::new(
            Outcome::Failed,
            Reason::NoPermissions,
            say!("may-not-open-usb-device", reason = adbs_reason(text)),
        ),
        DeviceState::Offline | DeviceState::Connecting => Ending::new(
            Outcome::Failed,
            Reason::Offline,
            if wireless {
                say!("wireless-phone-does-not-answer-adb", reconnect)
            } else {
                say!("usb-phone-does-not-answer-adb", reconnect)
            },
        ),
        DeviceState::Recovery | DeviceState::Sideload | DeviceState::Bootloader => Ending::new(
            Outcome::Failed,
            Reason::Offline,
            say!("phone-is-in-another-mode", state = device.state.as_str()),
        ),
        DeviceState::Other(text) => {
            Ending::new(Outcome::Failed, Reason::Offline, say!("adb-lists-phone-as", text, reconnect))
        }
    };
    Some(stop)
}

/// adb's own reason for "no permissions", in brackets. adb prints it in brackets, as a sentence with a link behind it, or not at
/// all: `(missing udev rules? user is in the plugdev group); see [http://developer.android.com/tools/device.html]`.
fn adbs_reason(text: &str) -> String {
    let before_link = text.split("see [").next().unwrap_or_default();
    let reason = before_link.trim().trim_end_matches(';').trim();
    let reason = reason.strip_prefix('(').and_then(|r| r.strip_suffix(')')).unwrap_or(reason).trim();
    if reason.is_empty() { String::new() } else { format!(" (adb: {reason})") }
}

/// What an error of the first reading says.
#[must_use]
pub fn of_error(error: &PhoneError) -> Ending {
    match error {
        PhoneError::Unauthorized => {
            Ending::new(Outcome::NeedsPerson, Reason::Unauthorized, say!("accept-usb-debugging"))
        }
        PhoneError::Timeout(_) => {
            Ending::new(Outcome::Failed, Reason::Timeout, say!("error-restart-phone-or-use-another-port", error))
        }
        PhoneError::Gone | PhoneError::ServerGone(_) => {
            let hint = say!("error-check-cable-or-wifi", error);
            Ending::new(Outcome::Failed, Reason::Disconnected, hint)
        }
        PhoneError::Offline | PhoneError::Adb(_) => offline(error),
    }
}

/// Whether the phone has started: before that its accounts are not there yet.
#[must_use]
pub fn has_started(facts: &PhoneFacts) -> bool {
    facts.prop("sys.boot_completed") == Some("1")
}

/// The stop for a phone that has not started in all the time that it was waited for.
#[must_use]
pub fn still_starting() -> Ending {
    Ending::new(Outcome::Failed, Reason::Offline, say!("phone-is-still-starting"))
}

fn offline(error: &PhoneError) -> Ending {
    Ending::new(Outcome::Failed, Reason::Offline, say!("error-connect-phone-again", error))
}

/// What the walk wants of the phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted<'a> {
    /// The name of the input switch in the phone's language.
    pub input_switch: &'a str,
    /// Whether a password was given that can't be typed.
    pub password_not_typeable: bool,
}

/// The first thing that keeps the phone from being walked, in the contract's order: not supported, already signed out,
/// blocked, needs a person; last, that its screen can't be read.
#[must_use]
pub fn stop(facts: &PhoneFacts, wanted: Wanted<'_>) -> Option<Ending> {
    not_supported(facts)
        .or_else(|| already(facts))
        .or_else(|| in_use(facts))
        .or_else(|| blocked(facts))
        .or_else(|| needs_person(facts, wanted))
        .or_else(|| held(facts))
}

/// Two runs would type into one field.
fn in_use(facts: &PhoneFacts) -> Option<Ending> {
    let PhoneClaim::Held { by } = &facts.claim else { return None };
    let hint = say!("another-run-works-on-phone", by);
    Some(Ending::new(Outcome::Failed, Reason::InUse, hint))
}

/// Only one tool at a time can read a phone's screen.
fn held(facts: &PhoneFacts) -> Option<Ending> {
    let other = facts.ui_automation.as_ref()?;
    let hint = say!("tool-holds-screen-reader", other);
    Some(Ending::new(Outcome::Failed, Reason::DumpFailed, hint))
}

fn not_supported(facts: &PhoneFacts) -> Option<Ending> {
    let miui = facts.prop("ro.miui.ui.version.name").is_some() || facts.prop("ro.mi.os.version.name").is_some();
    (!miui).then(|| {
        let has_account = facts.accounts.presence() == Presence::Present;
        // The account app may have been taken to other software, and be signed in there.
        let hint = if has_account { say!("account-without-miui") } else { not_miui() };
        Ending::new(Outcome::NotSupported, Reason::NotMiui, hint)
    })
}

/// What is said of a phone without MIUI, HyperOS and Mi Account.
#[must_use]
pub fn not_miui() -> String {
    say!("phone-has-neither-miui-nor-hyperos")
}

fn already(facts: &PhoneFacts) -> Option<Ending> {
    (facts.accounts.presence() == Presence::Absent).then_some(Ending {
        outcome: Outcome::AlreadySignedOut,
        reason: None,
        hint: None,
    })
}

fn blocked(facts: &PhoneFacts) -> Option<Ending> {
    if let Some(owner) = &facts.device_owner {
        return Some(Ending::new(Outcome::Blocked, Reason::DeviceOwner, say!("phone-is-managed", owner)));
    }
    if let Some(sign) = facts.lock_signs.first() {
        return Some(Ending::new(Outcome::Blocked, Reason::LostMode, say!("phone-is-locked-from-afar", sign)));
    }
    if facts.current_user.is_some_and(|user| user != 0) {
        return Some(Ending::new(Outcome::Blocked, Reason::SecondSpace, say!("second-space-is-in-front")));
    }
    if let Some(user) = facts.accounts.other_users().next() {
        return Some(Ending::new(
            Outcome::Blocked,
            Reason::SecondSpace,
            say!("other-user-of-phone-is-signed-in", user),
        ));
    }
    // A network that Android could not validate may well work: its check asks Google's servers, which fails in China. Where it
    // does not work, the account app says so itself.
    (facts.network == Network::None)
        .then(|| Ending::new(Outcome::Blocked, Reason::NoNetwork, say!("phone-has-no-network")))
}

/// The first app that is missing and that the walk needs. The security app holds the pages of the input switch, so it is needed
/// only while that is off.
pub(crate) fn missing_app(facts: &PhoneFacts) -> Option<&str> {
    let needed = |app: &&str| **app != *SECURITY_APP || !facts.input_is_allowed();
    let supported = not_supported(facts).is_none();
    facts.missing_apps.iter().map(String::as_str).find(needed).filter(|_| supported)
}

/// The app with the pages of the input switch.
const SECURITY_APP: &str = "com.miui.securitycenter";

/// How an app that the owner removed for the first user comes back.
pub(crate) fn install_again(package: &str) -> String {
    say!("install-app-again", package)
}

fn needs_person(facts: &PhoneFacts, wanted: Wanted<'_>) -> Option<Ending> {
    if facts.keyguard == Keyguard::Secure {
        return Some(Ending::new(Outcome::NeedsPerson, Reason::ScreenLocked, say!("unlock-phone-by-hand")));
    }
    if let Some(package) = missing_app(facts) {
        let hint = say!("app-is-missing", package, fix = install_again(package));
        return Some(Ending::new(Outcome::NeedsPerson, Reason::MissingApp, hint));
    }
    if !facts.input_is_allowed() {
        return Some(Ending::new(Outcome::NeedsPerson, Reason::InputNotAllowed, input_switch(wanted.input_switch)));
    }
    if wanted.password_not_typeable {
        return Some(not_typeable());
    }
    None
}

/// Where the input switch is. `name` is its title in the phone's language.
#[must_use]
pub fn input_switch(name: &str) -> String {
    say!("where-the-input-switch-is", name)
}

/// The stop for a password with characters that a phone's `input text` cannot type.
#[must_use]
pub fn not_typeable() -> Ending {
    Ending::new(Outcome::NeedsPerson, Reason::PasswordNotTypeable, say!("adb-cannot-type-password"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AccountId, AccountsProbe, UserAccounts};
    use crate::phone::InputProbe;

    fn ready() -> PhoneFacts {
        let account = UserAccounts { user: 0, count: 1, xiaomi: vec![AccountId::new("6230***535")] };
        PhoneFacts {
            props: [("ro.miui.ui.version.name", "V140"), ("persist.security.adbinput", "1")]
                .map(|(k, v)| (k.to_owned(), v.to_owned()))
                .into(),
            accounts: AccountsProbe { users: vec![account] },
            network: Network::Validated,
            keyguard: Keyguard::None,
            has_lock: Some(false),
            ..PhoneFacts::default()
        }
    }

    const WANTED: Wanted<'_> =
        Wanted { input_switch: "USB debugging (Security settings)", password_not_typeable: false };

    fn reason(change: impl FnOnce(&mut PhoneFacts)) -> Option<Reason> {
        let mut facts = ready();
        change(&mut facts);
        stop(&facts, WANTED).and_then(|s| s.reason)
    }

    #[test]
    fn a_ready_phone_is_walked() {
        assert_eq!(stop(&ready(), WANTED), None);
    }

    #[test]
    fn each_missing_thing_has_its_reason() {
        assert_eq!(reason(|f| f.props.clear()), Some(Reason::NotMiui));
        assert_eq!(reason(|f| f.device_owner = Some("com.mdm".into())), Some(Reason::DeviceOwner));
        assert_eq!(reason(|f| f.lock_signs.push("lost mode".into())), Some(Reason::LostMode));
        assert_eq!(reason(|f| f.current_user = Some(10)), Some(Reason::SecondSpace));
        assert_eq!(reason(|f| f.network = Network::None), Some(Reason::NoNetwork));
        assert_eq!(reason(|f| f.keyguard = Keyguard::Secure), Some(Reason::ScreenLocked));
        assert_eq!(reason(|f| f.input = InputProbe::Refused), Some(Reason::InputNotAllowed));
        assert_eq!(reason(|f| f.ui_automation = Some("appium".into())), Some(Reason::DumpFailed));
    }

    #[test]
    fn a_switch_that_is_not_one_is_off_even_where_the_key_raised_nothing() {
        for value in ["0", "", "false", "off", "TRUE"] {
            let found = reason(|f| {
                f.props.insert("persist.security.adbinput".into(), value.into());
                f.input = InputProbe::Allowed;
            });
            assert_eq!(found, Some(Reason::InputNotAllowed), "{value:?}");
        }
    }

    #[test]
    fn the_order_is_the_contracts() {
        let mut facts = ready();
        facts.keyguard = Keyguard::Secure;
        facts.network = Network::None;
        assert_eq!(stop(&facts, WANTED).unwrap().outcome, Outcome::Blocked);
        facts.accounts.users[0].xiaomi.clear();
        assert_eq!(stop(&facts, WANTED).unwrap().outcome, Outcome::AlreadySignedOut);
        facts.props.clear();
        assert_eq!(stop(&facts, WANTED).unwrap().outcome, Outcome::NotSupported);
    }

    #[test]
    fn every_state_but_device_stops() {
        assert_eq!(of_device(&device("8f2a1b", DeviceState::Device)), None);
        for state in [
            DeviceState::Offline,
            DeviceState::Unauthorized,
            DeviceState::Authorizing,
            DeviceState::Connecting,
            DeviceState::NoPermissions(String::new()),
            DeviceState::Recovery,
            DeviceState::Other("?".into()),
        ] {
            assert!(of_device(&device("8f2a1b", state.clone())).is_some(), "{state}");
        }
    }

    fn device(serial: &str, state: DeviceState) -> Device {
        let server = crate::model::AdbServer { host: "127.0.0.1".into(), port: 5037 };
        let serial = crate::model::Serial::new(serial);
        Device { server, serial, state, transport: None, usb_path: None, model: None }
    }

    fn hint(serial: &str, state: DeviceState) -> String {
        of_device(&device(serial, state)).unwrap().hint.unwrap()
    }

    #[test]
    fn f18b_a_phone_without_a_cable_is_not_told_to_plug_it_in() {
        for serial in ["adb-2233fd19-9mU6UL (2)._adb-tls-connect._tcp", "192.168.31.77:37571", "Android.local:46345"] {
            for state in [
                DeviceState::Offline,
                DeviceState::Connecting,
                DeviceState::Authorizing,
                DeviceState::Unauthorized,
                DeviceState::Other("detached".into()),
            ] {
                let hint = hint(serial, state);
                assert!(!hint.contains("cable") && !hint.contains("USB") && hint.contains("connect again"), "{hint}");
            }
        }
        assert!(hint("8f2a1b", DeviceState::Offline).contains("plug the cable in"));
    }

    #[test]
    fn f18b_adbs_own_reason_reads_as_part_of_the_sentence() {
        let link = "see [http://developer.android.com/tools/device.html]";
        for (text, reason) in [
            (String::new(), "USB device: add"),
            (
                format!("(missing udev rules? user is in the plugdev group); {link}"),
                "USB device (adb: missing udev rules? user is in the plugdev group): add",
            ),
            (format!("; {link}"), "USB device: add"),
        ] {
            let hint = hint("8f2a1b", DeviceState::NoPermissions(text));
            assert!(hint.contains(reason), "{hint}");
            assert!(!hint.contains(" .") && !hint.contains(" ;") && !hint.contains(";;"), "{hint}");
        }
    }

    #[test]
    fn f10_an_account_without_miui_is_not_called_none() {
        let mut facts = ready();
        facts.props.clear();
        let hint = stop(&facts, WANTED).unwrap().hint.unwrap();
        assert!(hint.starts_with("this phone has a Mi Account"), "{hint}");
        facts.accounts.users[0].xiaomi.clear();
        assert!(stop(&facts, WANTED).unwrap().hint.unwrap().contains("no Mi Account"));
    }

    #[test]
    fn f11_the_switch_is_a_boolean_of_the_framework() {
        for value in ["1", "y", "yes", "on", "true"] {
            let found = reason(|f| drop(f.props.insert("persist.security.adbinput".into(), value.into())));
            assert_eq!(found, None, "{value}");
        }
    }

    #[test]
    fn f13_a_network_that_is_not_validated_is_no_reason_to_stop() {
        for network in [Network::NotValidated, Network::Unknown] {
            assert_eq!(reason(|f| f.network = network), None);
        }
    }

    #[test]
    fn f14_a_missing_companion_app_is_named_before_anything_is_opened() {
        for app in ["com.xiaomi.account", "com.miui.cloudservice", "com.xiaomi.finddevice"] {
            let mut facts = ready();
            facts.missing_apps = vec![app.to_owned()];
            let stop = stop(&facts, WANTED).unwrap();
            assert_eq!((stop.outcome, stop.reason), (Outcome::NeedsPerson, Some(Reason::MissingApp)));
            assert!(stop.hint.unwrap().contains(&format!("cmd package install-existing {app}")));
        }
        let security = || vec!["com.miui.securitycenter".to_owned()];
        assert_eq!(reason(|f| f.missing_apps = security()), None, "its switch is on already");
        let off = |f: &mut PhoneFacts| {
            f.missing_apps = security();
            f.input = InputProbe::Refused;
        };
        assert_eq!(reason(off), Some(Reason::MissingApp));
    }
}
