//! What must hold before a phone is touched: pure checks over what was read of it. Also what `doctor` prints.
//!
//! Knows no adb and asks no phone: it is given [`PhoneFacts`].

pub mod doctor;
mod identity;
mod words;

pub use identity::{Identity, hides_passwords, identify};
pub use words::{input_switch_name, locale};

use crate::model::{DeviceState, Outcome, Presence, Reason};
use crate::phone::{InputProbe, Keyguard, Network, PhoneError, PhoneFacts};

/// Why a phone is not walked, as a row says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// The outcome.
    pub outcome: Outcome,
    /// The reason; none for a phone that is signed out already.
    pub reason: Option<Reason>,
    /// What to do, and where to tap.
    pub hint: Option<String>,
}

impl Stop {
    /// A stop with its reason and what to do.
    #[must_use]
    pub fn new(outcome: Outcome, reason: Reason, hint: impl Into<String>) -> Self {
        debug_assert!(reason.fits(outcome), "{reason} beside {outcome}");
        Self { outcome, reason: Some(reason), hint: Some(hint.into()) }
    }

    /// Whether a person at the phone can mend it, so that it is worth waiting for.
    #[must_use]
    pub fn can_be_waited_for(&self) -> bool {
        self.outcome == Outcome::NeedsPerson || self.reason == Some(Reason::NoNetwork) || self.is_another_tool()
    }

    /// Whether another tool keeps the screen from being read. It may be about to end: a dump of a run that was killed goes on for
    /// ten seconds.
    #[must_use]
    pub fn is_another_tool(&self) -> bool {
        self.outcome == Outcome::Failed && self.reason == Some(Reason::DumpFailed)
    }
}

/// What a connection state alone says: `None` where the phone can be asked.
#[must_use]
pub fn of_state(state: &DeviceState) -> Option<Stop> {
    let stop = match state {
        DeviceState::Device => return None,
        DeviceState::Unauthorized | DeviceState::Authorizing => Stop::new(
            Outcome::NeedsPerson,
            Reason::Unauthorized,
            "unlock the phone and accept 'Allow USB debugging?' (tick 'Always allow'); if it does not come up, plug the cable in again",
        ),
        DeviceState::NoPermissions(text) => Stop::new(
            Outcome::Failed,
            Reason::NoPermissions,
            format!(
                "this computer may not open the USB device, says adb: no permissions {text}. Add the udev rule for vendor 2717 or join the plugdev group, then plug the cable in again"
            ),
        ),
        DeviceState::Offline | DeviceState::Connecting => Stop::new(
            Outcome::Failed,
            Reason::Offline,
            "the phone does not answer adb: plug the cable in again, or switch USB debugging off and on",
        ),
        DeviceState::Recovery | DeviceState::Sideload | DeviceState::Bootloader => Stop::new(
            Outcome::Failed,
            Reason::Offline,
            format!("the phone is in {} mode: start it normally", state.as_str()),
        ),
        DeviceState::Other(text) => Stop::new(
            Outcome::Failed,
            Reason::Offline,
            format!("adb lists the phone as '{text}': plug the cable in again"),
        ),
    };
    Some(stop)
}

/// What an error of the first reading says.
#[must_use]
pub fn of_error(error: &PhoneError) -> Stop {
    match error {
        PhoneError::Unauthorized => of_state(&DeviceState::Unauthorized).unwrap_or_else(|| offline(error)),
        PhoneError::Timeout(_) => Stop::new(
            Outcome::Failed,
            Reason::Timeout,
            format!("{error}: restart the phone or use another hub port, then run again"),
        ),
        PhoneError::Gone | PhoneError::ServerGone(_) => {
            Stop::new(Outcome::Failed, Reason::Disconnected, format!("{error}: check cable and port, then run again"))
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
pub fn still_starting() -> Stop {
    Stop::new(
        Outcome::Failed,
        Reason::Offline,
        "the phone is still starting: wait until it shows its home screen, then run again",
    )
}

fn offline(error: &PhoneError) -> Stop {
    Stop::new(Outcome::Failed, Reason::Offline, format!("{error}: plug the cable in again, then run again"))
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
pub fn stop(facts: &PhoneFacts, wanted: Wanted<'_>) -> Option<Stop> {
    not_supported(facts)
        .or_else(|| already(facts))
        .or_else(|| blocked(facts))
        .or_else(|| needs_person(facts, wanted))
        .or_else(|| held(facts))
}

/// Only one tool at a time can read a phone's screen.
fn held(facts: &PhoneFacts) -> Option<Stop> {
    let other = facts.ui_automation.as_ref()?;
    let hint =
        format!("'{other}' holds the phone's screen reader: close that tool (Appium, uiautomator2, …), then run again");
    Some(Stop::new(Outcome::Failed, Reason::DumpFailed, hint))
}

fn not_supported(facts: &PhoneFacts) -> Option<Stop> {
    let miui = facts.prop("ro.miui.ui.version.name").is_some() || facts.prop("ro.mi.os.version.name").is_some();
    (!miui).then(|| {
        Stop::new(
            Outcome::NotSupported,
            Reason::NotMiui,
            "neither MIUI nor HyperOS runs on this phone, so it has no Mi Account to sign out of here",
        )
    })
}

fn already(facts: &PhoneFacts) -> Option<Stop> {
    (facts.accounts.presence() == Presence::Absent).then_some(Stop {
        outcome: Outcome::AlreadySignedOut,
        reason: None,
        hint: None,
    })
}

fn blocked(facts: &PhoneFacts) -> Option<Stop> {
    if let Some(owner) = &facts.device_owner {
        return Some(Stop::new(
            Outcome::Blocked,
            Reason::DeviceOwner,
            format!("the phone is managed by '{owner}': ask whoever manages it to release it first"),
        ));
    }
    if let Some(sign) = facts.lock_signs.first() {
        return Some(Stop::new(
            Outcome::Blocked,
            Reason::LostMode,
            format!(
                "the phone is locked from afar ({sign}): its owner has to end that at i.mi.com or with the lender; this program leaves it alone"
            ),
        ));
    }
    if facts.current_user.is_some_and(|user| user != 0) {
        return Some(Stop::new(
            Outcome::Blocked,
            Reason::SecondSpace,
            "a second space or another user is in front: switch to the first space, then run again",
        ));
    }
    if let Some(user) = facts.accounts.other_users().next() {
        return Some(Stop::new(
            Outcome::Blocked,
            Reason::SecondSpace,
            format!(
                "user {user} of the phone is signed in too: sign out there, or remove the second space, then run again"
            ),
        ));
    }
    match facts.network {
        Network::None => Some(Stop::new(
            Outcome::Blocked,
            Reason::NoNetwork,
            "the phone has no network, and signing out needs one: join a Wi-Fi network on the phone, then run again",
        )),
        Network::NotValidated => Some(Stop::new(
            Outcome::Blocked,
            Reason::NoNetwork,
            "the phone's network does not reach the internet (a sign-in page of the Wi-Fi?): mend it on the phone, then run again",
        )),
        Network::Validated | Network::Unknown => None,
    }
}

fn needs_person(facts: &PhoneFacts, wanted: Wanted<'_>) -> Option<Stop> {
    if facts.keyguard == Keyguard::Secure {
        return Some(Stop::new(
            Outcome::NeedsPerson,
            Reason::ScreenLocked,
            "unlock the phone's screen (its PIN is never typed from here)",
        ));
    }
    if facts.input == InputProbe::Refused || facts.prop("persist.security.adbinput") != Some("1") {
        return Some(Stop::new(Outcome::NeedsPerson, Reason::InputNotAllowed, input_switch(wanted.input_switch)));
    }
    if wanted.password_not_typeable {
        return Some(not_typeable());
    }
    None
}

/// Where the input switch is. `name` is its title in the phone's language.
#[must_use]
pub fn input_switch(name: &str) -> String {
    format!(
        "on the phone: Settings > Additional settings > Developer options > '{name}', and wait through its three warnings \
         (it wants the signed-in account, on some models a SIM of any kind, and a network)"
    )
}

/// The stop for a password with characters that a phone's `input text` cannot type.
#[must_use]
pub fn not_typeable() -> Stop {
    Stop::new(
        Outcome::NeedsPerson,
        Reason::PasswordNotTypeable,
        "the password has characters that adb cannot type (only printable ASCII can be): type it on the phone yourself",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AccountId, AccountsProbe, UserAccounts};

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
        assert_eq!(reason(|f| f.network = Network::NotValidated), Some(Reason::NoNetwork));
        assert_eq!(reason(|f| f.keyguard = Keyguard::Secure), Some(Reason::ScreenLocked));
        assert_eq!(reason(|f| f.input = InputProbe::Refused), Some(Reason::InputNotAllowed));
        assert_eq!(reason(|f| f.ui_automation = Some("appium".into())), Some(Reason::DumpFailed));
    }

    #[test]
    fn a_switch_that_is_not_one_is_off_even_where_the_key_raised_nothing() {
        for value in ["0", "", "true"] {
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
        assert_eq!(of_state(&DeviceState::Device), None);
        for state in [
            DeviceState::Offline,
            DeviceState::Unauthorized,
            DeviceState::Authorizing,
            DeviceState::Connecting,
            DeviceState::NoPermissions(String::new()),
            DeviceState::Recovery,
            DeviceState::Other("?".into()),
        ] {
            assert!(of_state(&state).is_some(), "{state}");
        }
    }
}
