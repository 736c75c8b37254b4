//! The passwords of a run, by serial, by account, or one for all.

use std::collections::BTreeMap;

use crate::model::{AccountId, Secret, Serial};

/// The owner's passwords as they were given. Each distinct text is one group: a rejection of it stops the group.
#[derive(Clone, Debug, Default)]
pub struct Passwords {
    secrets: Vec<Secret>,
    all: Option<usize>,
    by_serial: BTreeMap<Serial, usize>,
    by_account: Vec<(AccountId, usize)>,
}

impl Passwords {
    /// One password for every phone.
    #[must_use]
    pub fn one(secret: Secret) -> Self {
        Self { secrets: vec![secret], all: Some(0), ..Self::default() }
    }

    /// Adds a password for one phone.
    pub fn for_serial(&mut self, serial: Serial, secret: Secret) {
        let group = self.group(secret);
        self.by_serial.insert(serial, group);
    }

    /// Adds a password for one account, by its full id or the masked form that phones print.
    pub fn for_account(&mut self, account: AccountId, secret: Secret) {
        let group = self.group(secret);
        self.by_account.push((account, group));
    }

    /// Sets the password of every phone and account without one of its own.
    pub fn for_all(&mut self, secret: Secret) {
        self.all = Some(self.group(secret));
    }

    /// Whether none was given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }

    fn group(&mut self, secret: Secret) -> usize {
        self.secrets.iter().position(|s| *s == secret).unwrap_or_else(|| {
            self.secrets.push(secret);
            self.secrets.len() - 1
        })
    }

    /// The password of a phone with its group: by serial, then by account, then the one for all.
    ///
    /// A phone may print its account masked, so a masked id that fits two listed accounts with different passwords fits none.
    #[must_use]
    pub fn of(&self, serial: &Serial, account: Option<&AccountId>) -> Option<(usize, &Secret)> {
        let by_serial = self.by_serial.get(serial).copied();
        let group = by_serial.or_else(|| self.of_account(account?)).or(self.all)?;
        Some((group, &self.secrets[group]))
    }

    /// Whether the mask that this phone shows fits several listed accounts with different passwords: then the phone has no password.
    #[must_use]
    pub fn is_ambiguous(&self, serial: &Serial, account: &AccountId) -> bool {
        let fitting = || self.by_account.iter().filter(|(id, _)| id.matches(account)).map(|(_, group)| *group);
        self.of(serial, Some(account)).is_none() && fitting().count() > 1
    }

    fn of_account(&self, account: &AccountId) -> Option<usize> {
        let exact = self.by_account.iter().find(|(id, _)| id == account && !id.is_masked());
        if let Some((_, group)) = exact {
            return Some(*group);
        }
        let mut groups = self.by_account.iter().filter(|(id, _)| id.matches(account)).map(|(_, g)| *g);
        let first = groups.next()?;
        groups.all(|g| g == first).then_some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::new(text.into())
    }

    #[test]
    fn a16_two_listed_accounts_of_one_mask_are_told_apart_by_serial_only() {
        let mut passwords = Passwords::default();
        passwords.for_account(AccountId::new("6230111535"), secret("one"));
        passwords.for_account(AccountId::new("6230222535"), secret("other"));
        passwords.for_serial(Serial::new("s1"), secret("serial"));
        let masked = AccountId::new("6230***535");
        assert!(
            passwords.is_ambiguous(&Serial::new("s2"), &masked)
                && passwords.of(&Serial::new("s2"), Some(&masked)).is_none()
        );
        assert!(!passwords.is_ambiguous(&Serial::new("s1"), &masked));
        assert!(!passwords.is_ambiguous(&Serial::new("s2"), &AccountId::new("7777***111")));
    }

    #[test]
    fn serial_wins_over_account_wins_over_all() {
        let mut passwords = Passwords::one(secret("all"));
        passwords.for_account(AccountId::new("6230000535"), secret("account"));
        passwords.for_serial(Serial::new("s1"), secret("serial"));
        let masked = AccountId::new("6230***535");
        let of = |serial: &str, account| passwords.of(&Serial::new(serial), account).unwrap().1.clone();
        assert!(of("s1", Some(&masked)) == secret("serial"));
        assert!(of("s2", Some(&masked)) == secret("account"));
        assert!(of("s2", Some(&AccountId::new("1"))) == secret("all"));
    }

    #[test]
    fn a_mask_that_fits_two_accounts_fits_none() {
        let mut passwords = Passwords::default();
        passwords.for_account(AccountId::new("6230111535"), secret("a"));
        passwords.for_account(AccountId::new("6230222535"), secret("b"));
        assert!(passwords.of(&Serial::new("s"), Some(&AccountId::new("6230***535"))).is_none());
        assert!(passwords.of(&Serial::new("s"), Some(&AccountId::new("6230222535"))).is_some());
        // A phone that shows its whole id does not belong to an account that only shares the mask.
        assert!(passwords.of(&Serial::new("s"), Some(&AccountId::new("6230333535"))).is_none());
    }

    #[test]
    fn equal_passwords_are_one_group() {
        let mut passwords = Passwords::one(secret("same"));
        passwords.for_account(AccountId::new("1"), secret("same"));
        let group = |account: &str| passwords.of(&Serial::new("s"), Some(&AccountId::new(account))).unwrap().0;
        assert_eq!(group("1"), group("2"));
    }
}
