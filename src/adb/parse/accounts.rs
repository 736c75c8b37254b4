//! `dumpsys account` → the accounts of every Android user.

use std::num::ParseIntError;

use crate::model::{AccountId, AccountsProbe, UserAccounts};

/// The type of a Xiaomi account. `com.xiaomi.unactivated`, a SIM that was not registered, is another type.
const XIAOMI: &str = "com.xiaomi";
/// How the line of such an account ends.
const XIAOMI_END: &str = "com.xiaomi}";

/// Reads every user's block. The proof of "absent" rests on this, so a block counts only where its `Accounts: N` line was
/// read and exactly N accounts follow it; the authenticators further down, which name the type too, are never looked at.
///
/// Where any block is incomplete or has no user, a Xiaomi account stands outside of one, the exit `code` is not 0, or the
/// service timed out, a reading without a Xiaomi account is no reading: it gives no user at all. One with a Xiaomi account
/// stands, since what was seen is there.
#[must_use]
pub fn accounts(text: &str, code: Option<i32>) -> AccountsProbe {
    let mut users = Vec::new();
    let mut whole = code == Some(0) && !FAILURES.iter().any(|f| text.contains(f));
    let mut lines = text.lines().map(|l| l.trim_end_matches('\r')).peekable();
    let mut open: Option<u32> = None;
    while let Some(line) = lines.next() {
        if let Some(user) = user_of(line) {
            // The block before it never came to its count.
            whole &= open.is_none();
            match user {
                Ok(user) => open = Some(user),
                Err(_) => whole = false,
            }
            continue;
        }
        let Some(count) = line.trim().strip_prefix("Accounts: ") else {
            // One that no list holds: what else was not read?
            whole &= !(line.trim().starts_with("Account {") && line.trim().ends_with(XIAOMI_END));
            continue;
        };
        let Some(user) = open.take() else {
            // A list that no user has: its header was not read.
            whole = false;
            continue;
        };
        let mut listed = 0;
        let mut xiaomi = Vec::new();
        while let Some((name, kind)) = lines.peek().and_then(|l| account_of(l)) {
            listed += 1;
            if kind == XIAOMI {
                xiaomi.push(AccountId::new(name));
            } else {
                whole &= !kind.ends_with(XIAOMI);
            }
            lines.next();
        }
        whole &= count.trim().parse() == Ok(listed);
        users.push(UserAccounts { user, count: listed, xiaomi });
    }
    whole &= open.is_none();
    if !whole {
        users.retain(|u| !u.xiaomi.is_empty());
    }
    AccountsProbe { users }
}

/// What `dumpsys` prints where the service did not answer to the end.
const FAILURES: &[&str] = &["DUMP TIMEOUT", "Error dumping service", "Can't find service", "Failed to dump service"];

/// The user of a line `User UserInfo{0:Owner:13}:`; an error where the number cannot be read.
fn user_of(line: &str) -> Option<Result<u32, ParseIntError>> {
    let rest = line.trim_start().strip_prefix("User UserInfo{")?;
    Some(rest.split(':').next().unwrap_or_default().parse())
}

/// Name and type of a line `Account {name=6230***535, type=com.xiaomi}`. A name may hold commas and brackets.
fn account_of(line: &str) -> Option<(&str, &str)> {
    let rest = line.trim().strip_prefix("Account {name=")?.strip_suffix('}')?;
    rest.rsplit_once(", type=")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Presence;

    /// In the form of real output, authenticators included.
    const SIGNED_IN: &str = "User UserInfo{0:Chủ sở hữu:13}:
  Accounts: 3
    Account {name=NNNNNNNN***@gmail.com, type=com.google}
    Account {name=6230***535, type=com.xiaomi}
    Account {name=WPS, {x}, type=ice, type=cn.wps.moffice}

  AccountId, Action_Type, timestamp, UID, TableName, Key
  Accounts History
  1,action_account_add,2024-01-01 10:00:00,1000,accounts,0

  Active Sessions: 0

  RegisteredServicesCache: 2 services
    ServiceInfo: AuthenticatorDescription {type=com.xiaomi}, ComponentInfo{com.xiaomi.account/.X}, uid 1000
";
    const SIGNED_OUT: &str = "User UserInfo{0:Owner:c13}:
  Accounts: 1
    Account {name=NNNN***@gmail.com, type=com.google}

  RegisteredServicesCache: 2 services
    ServiceInfo: AuthenticatorDescription {type=com.xiaomi}, ComponentInfo{com.xiaomi.account/.X}, uid 1000
";

    fn presence(text: &str) -> Presence {
        accounts(text, Some(0)).presence()
    }

    #[test]
    fn present_masked_and_full() {
        let probe = accounts(SIGNED_IN, Some(0));
        assert_eq!(probe.users, [UserAccounts { user: 0, count: 3, xiaomi: vec![AccountId::new("6230***535")] }]);
        let full = accounts(&SIGNED_IN.replace("6230***535", "6230000535").replace('\n', "\r\n"), Some(0));
        assert_eq!(full.account(), Some(&AccountId::new("6230000535")));
    }

    #[test]
    fn the_authenticators_do_not_make_an_account() {
        assert_eq!(presence(SIGNED_OUT), Presence::Absent);
        assert_eq!(presence("User UserInfo{0:Owner:13}:\n  Accounts: 0\n"), Presence::Absent);
    }

    #[test]
    fn every_user_counts() {
        let second = SIGNED_IN.replace("{0:", "{10:");
        let probe = accounts(&format!("{SIGNED_OUT}\n{second}"), Some(0));
        assert_eq!(probe.presence(), Presence::Present);
        assert_eq!(probe.other_users().collect::<Vec<_>>(), [10]);
    }

    #[test]
    fn a_failed_or_cut_reading_is_never_absent() {
        for text in [
            "",
            "Can't find service: account",
            "User UserInfo{0:Owner:13}:\n",
            "User UserInfo{0:Owner:13}:\n  Accounts: 1\n",
            "User UserInfo{0:Owner:13}:\n  Accounts: 2\n    Account {name=a, type=com.google}\n",
            "User UserInfo{0:Owner:13}:\n  Accounts: 1\n    Account {name=6230***5",
            "User UserInfo{0:Owner:13}:\n  Accounts: x\n",
            "User UserInfo{zero:Owner:13}:\n  Accounts: 0\n",
            "User UserInfo{0:Owner:13}:\n  Accounts: 0\n\nUser UserInfo{10:Second:10}:\n",
            "User UserInfo{0:Owner:13}:\n  Accounts: 0\n*** SERVICE 'account' DUMP TIMEOUT (10000ms) EXPIRED ***",
            "Accounts: 0\n",
            // The header of the second user is garbled; an account that no list holds; a line that is no longer whole.
            "User UserInfo{0:Owner:13}:\n  Accounts: 0\nUser 10:Second:10}:\n  Accounts: 0\n",
            "User UserInfo{0:Owner:13}:\n  Accounts: 0\n\n    Account {name=6230***535, type=com.xiaomi}\n",
            "User UserInfo{0:Owner:13}:\n  Accounts: 0\n\n    Account {name=6230***535, \0type=com.xiaomi}\n",
            "User UserInfo{0:Owner:13}:\n  Accounts: 1\n    Account {name=a, type=x, type\0=com.xiaomi}\n",
            "Permission Denial: can't dump AccountManagerService",
        ] {
            assert_eq!(presence(text), Presence::Unknown, "{text:?}");
        }
        assert_eq!(accounts(SIGNED_OUT, Some(1)).presence(), Presence::Unknown);
        assert_eq!(accounts(SIGNED_OUT, None).presence(), Presence::Unknown);
    }

    #[test]
    fn every_cut_of_a_signed_in_reading_is_present_or_unknown() {
        for end in SIGNED_IN.char_indices().map(|(at, _)| at) {
            assert_ne!(presence(&SIGNED_IN[..end]), Presence::Absent, "{:?}", &SIGNED_IN[..end]);
        }
    }

    #[test]
    fn what_was_seen_stands_in_an_incomplete_reading() {
        let text = "User UserInfo{0:Owner:13}:\n  Accounts: 5\n    Account {name=2807***558, type=com.xiaomi}\n";
        assert_eq!(presence(text), Presence::Present);
        assert_eq!(presence(&text.replace("com.xiaomi}", "com.xiaomi.unactivated}")), Presence::Unknown);
    }
}
