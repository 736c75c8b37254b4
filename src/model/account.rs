//! Accounts as a phone names them, and what `dumpsys account` proved about them.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::printable::short_name;

/// Characters of an account's name: an id has ten digits, a mail address has at most 254 characters.
const LONGEST: usize = 254;

/// A Xiaomi account as a phone names it: the numeric id, or the phone's own masked form (`6230***535`).
///
/// It prints and serialises masked. Two masked ids can collide, so equal masks never prove one account.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId(String);

impl AccountId {
    /// Takes the name as `dumpsys account` printed it. It is a phone's text, and is shown in prompts and documents: control
    /// characters and what else a terminal obeys are left out, and of a longer one only the first characters are kept.
    #[must_use]
    pub fn new(name: impl AsRef<str>) -> Self {
        Self(short_name(name.as_ref(), LONGEST))
    }

    /// Head, `***`, tail: the form that Xiaomi's own `dumpsys account` uses. A short name shows less of itself.
    #[must_use]
    pub fn masked(&self) -> String {
        let chars: Vec<char> = self.0.chars().collect();
        if self.is_masked() {
            return self.0.clone();
        }
        let (head, tail) = match chars.len() {
            0..=3 => (0, 0),
            4..=7 => (1, 1),
            _ => (4, 3),
        };
        let start: String = chars[..head].iter().collect();
        let end: String = chars[chars.len() - tail..].iter().collect();
        format!("{start}***{end}")
    }

    /// Whether the phone had masked it already, so that the full id is not known here.
    #[must_use]
    pub fn is_masked(&self) -> bool {
        self.0.contains("***")
    }

    /// Whether the two can be one account: equal where both are whole, and of equal masks where one of them is known by its mask only.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        if self.is_masked() || other.is_masked() { self.masked() == other.masked() } else { self == other }
    }

    /// The name as the phone gave it, for the keyed hash of the journal and for comparing; never for printing.
    #[must_use]
    pub fn as_given(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl Serialize for AccountId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.masked())
    }
}

/// Reads back what was serialised: the masked form.
impl<'de> Deserialize<'de> for AccountId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|name| Self(Self::new(name).masked()))
    }
}

/// One `User UserInfo{…}` block of `dumpsys account` whose `Accounts: N` line was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserAccounts {
    /// Android user: 0 is the owner, others are second spaces or guests.
    pub user: u32,
    /// The `N` of `Accounts: N`.
    pub count: usize,
    /// Accounts of type `com.xiaomi` in this block.
    pub xiaomi: Vec<AccountId>,
}

/// What one reading of `dumpsys account` said. An empty list of blocks is a failed reading, never "no account".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountsProbe {
    /// Every user's block, in the order printed.
    pub users: Vec<UserAccounts>,
}

impl AccountsProbe {
    /// Present where any user has a Xiaomi account; absent only where every block was read and none has one.
    #[must_use]
    pub fn presence(&self) -> Presence {
        if self.users.is_empty() {
            Presence::Unknown
        } else if self.users.iter().any(|u| !u.xiaomi.is_empty()) {
            Presence::Present
        } else {
            Presence::Absent
        }
    }

    /// The owner's (user 0's) account, or else any other user's.
    #[must_use]
    pub fn account(&self) -> Option<&AccountId> {
        let owner = self.users.iter().filter(|u| u.user == 0);
        let others = self.users.iter().filter(|u| u.user != 0);
        owner.chain(others).flat_map(|u| &u.xiaomi).next()
    }

    /// Users other than 0 that hold a Xiaomi account.
    pub fn other_users(&self) -> impl Iterator<Item = u32> + '_ {
        self.users.iter().filter(|u| u.user != 0 && !u.xiaomi.is_empty()).map(|u| u.user)
    }
}

/// Whether a Xiaomi account is on the phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// At least one user's block lists one.
    Present,
    /// Every user's block was read and none lists one.
    Absent,
    /// The reading failed or was cut.
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_as_the_phone_does() {
        for (name, masked) in
            [("6230000535", "6230***535"), ("6230***535", "6230***535"), ("12345", "1***5"), ("ab", "***")]
        {
            assert_eq!(AccountId::new(name).to_string(), masked);
        }
    }

    #[test]
    fn equal_masks_of_whole_ids_are_two_accounts() {
        let [own, other, mask] = ["6230111535", "6230222535", "6230***535"].map(AccountId::new);
        assert!(own.matches(&own) && own.matches(&mask) && mask.matches(&other) && mask.matches(&mask));
        assert!(!own.matches(&other) && !own.matches(&AccountId::new("6230***536")));
    }

    #[test]
    fn b15_an_account_name_holds_nothing_that_a_terminal_obeys() {
        let id = AccountId::new("62\u{1b}]0;owned\u{7}30\u{202e}000535\n");
        assert!(!id.as_given().contains(char::is_control), "{:?}", id.as_given());
        assert_eq!(AccountId::new("6230\u{200b}000535"), AccountId::new("6230000535"));
        assert!(AccountId::new("9".repeat(1 << 20)).as_given().len() <= LONGEST);
    }

    #[test]
    fn a_full_id_in_a_record_is_read_masked() {
        let read: AccountId = serde_json::from_str("\"6230000535\"").unwrap();
        assert_eq!(read.as_given(), "6230***535");
    }

    #[test]
    fn a_failed_reading_is_never_absent() {
        assert_eq!(AccountsProbe::default().presence(), Presence::Unknown);
    }
}
