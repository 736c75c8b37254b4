//! Decides which connected phones are signed out: asks each for its account first, and admits only listed ones. Touches nothing.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::fleet::accounts::Accounts;
use crate::fleet::tray::is_seen_twice;
use crate::fleet::{Connector, place};
use crate::model::{AccountId, Device, Ending, Outcome, Serial};
use crate::text::say;

/// How long a phone may take to say whose it is.
const ASK: Duration = Duration::from_secs(20);

/// Which phones may be taken.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Serials, as adb prints them or as the phone itself says.
    pub serials: Vec<Serial>,
    /// Accounts, whole or masked.
    pub accounts: Vec<AccountId>,
    /// Every phone.
    pub all: bool,
}

/// How a phone ended, where it was here before.
type Before = Option<Outcome>;

/// What becomes of a phone at the admission.
pub(super) enum Entry {
    /// The watch works on it.
    Admitted {
        /// How it ended, where it was here before.
        before: Before,
        /// The account that it passes for, where the phone shows that masked: another account may look the same.
        by_mask: Option<AccountId>,
    },
    /// It is not on the list: no row.
    Skipped(String),
    /// It is on the list, but may not be signed out.
    Refused(Ending),
    /// Another phone of this serial is attached there.
    Duplicate(Device),
}

/// What is known of the phones that came.
pub(super) struct Admission<'a> {
    wanted: &'a Wanted,
    accounts: &'a Accounts,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Hardware serial → where it was taken, and how it ended.
    phones: BTreeMap<String, (Device, Before)>,
}

/// What a phone says of itself; nothing where it could not be asked.
#[derive(Default)]
struct Says {
    hardware_serial: Option<String>,
    account: Option<AccountId>,
    was_read: bool,
}

impl<'a> Admission<'a> {
    pub(super) fn new(wanted: &'a Wanted, accounts: &'a Accounts) -> Self {
        Self { wanted, accounts, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks a phone, and decides. `is_there` says whether another one is still plugged in.
    pub(super) fn ask(&self, device: &Device, connector: &dyn Connector, is_there: &dyn Fn(&Device) -> bool) -> Entry {
        // One phone's bug is that phone's row: the worker meets it again, and catches it.
        let asked = std::panic::AssertUnwindSafe(|| connector.connect(device).facts(false, ASK));
        let says = match std::panic::catch_unwind(asked) {
            Ok(Ok(facts)) => Says {
                hardware_serial: facts.prop("ro.serialno").map(str::to_owned),
                account: facts.accounts.account().cloned(),
                was_read: true,
            },
            _ => Says::default(),
        };
        self.decide(device, &says, is_there)
    }

    fn decide(&self, device: &Device, says: &Says, is_there: &dyn Fn(&Device) -> bool) -> Entry {
        let key = says.hardware_serial.clone().unwrap_or_else(|| device.serial.to_string());
        let mut state = self.state();
        let known = state.phones.get(&key).cloned();
        if known.is_none()
            && let Some(why) = self.why_not(device, says)
        {
            return Entry::Skipped(why);
        }
        if let Some((other, ended)) = &known
            && ((other.usb_path.as_ref(), &other.serial) != (device.usb_path.as_ref(), &device.serial)
                || is_seen_twice(other, device))
            && (ended.is_none() || is_there(other))
        {
            if is_seen_twice(other, device) {
                return Entry::Skipped(say!("server-has-the-same-phone", server = other.server));
            }
            return match (&other.usb_path, &device.usb_path) {
                (Some(_), Some(_)) if is_there(other) => Entry::Duplicate(other.clone()),
                _ => Entry::Skipped(say!("same-phone-is-attached-at", place = place(other))),
            };
        }
        if let Some(account) = &says.account
            && let Err(ending) = self.accounts.admit(account)
        {
            return Entry::Refused(ending);
        }
        state.phones.insert(key, (device.clone(), None));
        let by_mask = says.account.clone().filter(|a| a.is_masked() && known.is_none() && !self.is_named(device, says));
        Entry::Admitted { before: known.and_then(|(_, ended)| ended), by_mask }
    }

    /// Whether a phone comes in whatever its account.
    fn is_named(&self, device: &Device, says: &Says) -> bool {
        let own = says.hardware_serial.as_deref().map(Serial::new);
        let named = |serial: &Serial| *serial == device.serial || own.as_ref() == Some(serial);
        self.wanted.all || self.wanted.serials.iter().any(named)
    }

    /// Why a phone is not on the list.
    fn why_not(&self, device: &Device, says: &Says) -> Option<String> {
        if self.is_named(device, says) {
            return None;
        }
        match &says.account {
            Some(account) if self.wanted.accounts.iter().any(|listed| listed.matches(account)) => None,
            _ if self.wanted.accounts.is_empty() => Some(say!("its-serial-is-not-listed")),
            Some(account) => Some(say!("its-account-is-not-listed", account)),
            None if says.was_read => Some(say!("phone-has-no-account")),
            None => Some(say!("its-account-could-not-be-read")),
        }
    }

    /// A phone has its row.
    pub(super) fn ended(&self, device: &Device, outcome: Outcome) {
        let mut state = self.state();
        let phone = state.phones.values_mut().find(|(known, _)| known == device);
        if let Some((_, ended)) = phone {
            *ended = Some(outcome);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::samples::device;

    fn says(own: &str, account: Option<&str>) -> Says {
        Says { hardware_serial: Some(own.to_owned()), account: account.map(AccountId::new), was_read: true }
    }

    fn word(entry: &Entry) -> String {
        match entry {
            Entry::Admitted { before, by_mask } => {
                let doubt = by_mask.as_ref().map(|account| format!(" by the mask {account}")).unwrap_or_default();
                format!("taken {}{doubt}", before.map_or("new", Outcome::as_str))
            }
            Entry::Skipped(why) => format!("left: {why}"),
            Entry::Refused(ending) => format!("refused: {}", ending.reason.unwrap()),
            Entry::Duplicate(other) => format!("duplicate of {}", place(other)),
        }
    }

    #[test]
    fn only_listed_serials_and_accounts_come_in() {
        let wanted = Wanted {
            serials: vec![Serial::new("8f2a1b")],
            accounts: vec![AccountId::new("6230000535")],
            ..Wanted::default()
        };
        let accounts = Accounts::new(true);
        let admission = Admission::new(&wanted, &accounts);
        let ask = |serial, own, account| word(&admission.decide(&device(serial, None), &says(own, account), &|_| true));
        assert_eq!(ask("8f2a1b", "8f2a1b", Some("1234567890")), "taken new");
        assert_eq!(ask("10.0.0.2:5555", "c3", Some("6230***535")), "taken new by the mask 6230***535");
        assert_eq!(ask("d4", "d4", Some("7777000111")), "left: its account 7777***111 is not listed");
        assert_eq!(ask("e5", "e5", None), "left: it has no account");
        let unread = word(&admission.decide(&device("f6", None), &Says::default(), &|_| true));
        assert_eq!(unread, "left: its account could not be read");
    }

    #[test]
    fn a_phone_that_another_adb_server_shows_too_is_left_there() {
        let wanted = Wanted { all: true, ..Wanted::default() };
        let accounts = Accounts::new(true);
        let admission = Admission::new(&wanted, &accounts);
        let first = device("a", Some("1-1"));
        let mut second = first.clone();
        second.server.port += 1;
        let ask = |device: &Device, there| word(&admission.decide(device, &says("a", Some("1234567890")), &|_| there));
        assert_eq!(ask(&first, true), "taken new");
        assert!(ask(&second, true).ends_with("has the same phone"));
        admission.ended(&first, Outcome::SignedOut);
        assert!(ask(&second, true).ends_with("has the same phone"));
        assert_eq!(ask(&second, false), "taken signed-out", "moved to the other computer");
    }

    #[test]
    fn an_account_that_only_looks_the_same_masked_is_left() {
        for (listed, said, taken) in [
            ("6230111535", "6230222535", "left: its account 6230***535 is not listed"),
            ("6230111535", "6230111535", "taken new"),
            // A phone that masks its account can't be told further; whoever is signed out has to know the password.
            ("6230111535", "6230***535", "taken new by the mask 6230***535"),
            ("6230***535", "6230222535", "taken new"),
        ] {
            let wanted = Wanted { accounts: vec![AccountId::new(listed)], ..Wanted::default() };
            let accounts = Accounts::new(false);
            let admission = Admission::new(&wanted, &accounts);
            let word = word(&admission.decide(&device("a1", None), &says("a1", Some(said)), &|_| true));
            assert_eq!(word, taken, "{listed} {said}");
        }
        // Nor is it the account that is being signed out.
        let wanted = Wanted { all: true, ..Wanted::default() };
        let accounts = Accounts::new(false);
        let admission = Admission::new(&wanted, &accounts);
        let ask = |own, account| word(&admission.decide(&device(own, None), &says(own, Some(account)), &|_| true));
        assert_eq!(ask("a", "6230111535"), "taken new");
        assert_eq!(ask("b", "6230222535"), "refused: account-stopped");
    }

    #[test]
    fn a_phone_that_was_ours_is_recognised_without_its_account() {
        let wanted = Wanted { accounts: vec![AccountId::new("6230***535")], ..Wanted::default() };
        let accounts = Accounts::new(false);
        let admission = Admission::new(&wanted, &accounts);
        let first = device("8f2a1b", Some("1-1"));
        assert_eq!(
            word(&admission.decide(&first, &says("8f2a1b", Some("6230***535")), &|_| true)),
            "taken new by the mask 6230***535"
        );
        admission.ended(&first, Outcome::SignedOut);
        let moved = device("8f2a1b", Some("1-2"));
        assert_eq!(word(&admission.decide(&moved, &says("8f2a1b", None), &|_| false)), "taken signed-out");
    }

    #[test]
    fn a_phone_that_is_here_already_does_not_come_in_twice() {
        let wanted = Wanted { all: true, ..Wanted::default() };
        let accounts = Accounts::new(false);
        let admission = Admission::new(&wanted, &accounts);
        let ask = |device: &Device, there| word(&admission.decide(device, &says("8f2a1b", None), &move |_| there));
        assert_eq!(ask(&device("8f2a1b", Some("1-1")), true), "taken new");
        assert_eq!(ask(&device("10.0.0.2:5555", None), true), "left: the same phone is attached at usb 1-1");
        assert_eq!(ask(&device("8f2a1b", Some("1-2")), true), "duplicate of usb 1-1");
        // Its worker follows it from port to port.
        assert_eq!(ask(&device("8f2a1b", Some("1-2")), false), "left: the same phone is attached at usb 1-1");
    }

    #[test]
    fn a_second_account_needs_somebody_who_authorised_it() {
        for several_accounts in [false, true] {
            let (wanted, accounts) = (Wanted { all: true, ..Wanted::default() }, Accounts::new(several_accounts));
            let admission = Admission::new(&wanted, &accounts);
            let ask = |own, account| word(&admission.decide(&device(own, None), &says(own, Some(account)), &|_| true));
            assert_eq!(ask("a", "6230000535"), "taken new");
            assert_eq!(ask("b", "6230***535"), "taken new");
            let third = ask("c", "7777000111");
            assert_eq!(third, if several_accounts { "taken new" } else { "refused: account-stopped" });
        }
    }
}
