//! What comes after a sign-out: which phones of an account are still missing, its deletion, and the phone's way to its next owner.

use std::collections::BTreeMap;

use crate::model::{Outcome, ResultRow};
use crate::text::say;

/// A phone of an account that the journal knows from earlier runs, and that is not proven to be signed out.
pub(super) struct Missing {
    /// The account, masked.
    pub account: String,
    /// The phone, for a person.
    pub phone: String,
}

/// The lines for people at the end of a run; none where nothing was tried.
pub(super) fn lines(rows: &[ResultRow], missing: &[Missing]) -> Vec<String> {
    let is_out = |row: &ResultRow| {
        matches!(row.outcome, Outcome::SignedOut | Outcome::AlreadySignedOut) && row.proof.after.is_some()
    };
    let mut accounts: BTreeMap<String, (usize, Vec<String>)> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.outcome != Outcome::DryRun) {
        let Some(account) = &row.account else { continue };
        let (out, open) = accounts.entry(account.masked()).or_default();
        if is_out(row) {
            *out += 1;
        } else {
            let model = row.model.as_deref().map(|model| format!("{model} ")).unwrap_or_default();
            open.push(format!("{model}{} ({})", row.serial, row.outcome));
        }
    }
    for phone in missing {
        if let Some((_, open)) = accounts.get_mut(&phone.account) {
            open.push(phone.phone.clone());
        }
    }
    // A phone that is still signed in stays locked by its reset.
    let mut lines: Vec<String> = rows.iter().any(is_out).then(|| say!("next-factory-reset")).into_iter().collect();
    for (account, (out, open)) in accounts {
        lines.push(if open.is_empty() {
            say!("next-delete-account", account, phones = out)
        } else {
            say!("next-account-may-be-on", account, phones = open.join(", "))
        });
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AccountId, Proof, Reason};

    fn row(serial: &str, account: &str, outcome: Outcome) -> ResultRow {
        let after = (outcome == Outcome::SignedOut).then(|| "no com.xiaomi account".to_owned());
        ResultRow {
            serial: serial.into(),
            adb: "127.0.0.1:5037".into(),
            model: Some("Redmi Note 10".into()),
            software: None,
            profile: None,
            account: Some(AccountId::new(account)),
            outcome,
            reason: (outcome != Outcome::SignedOut).then_some(Reason::Captcha),
            hint: None,
            proof: Proof { before: None, after, ui: None },
            started: chrono::Utc::now(),
            seconds: 1.0,
            steps: 1,
            dumps: 1,
        }
    }

    #[test]
    fn an_account_is_deleted_only_once_all_its_phones_are_out() {
        let rows = [
            row("a", "6230000535", Outcome::SignedOut),
            row("b", "6230000535", Outcome::NeedsPerson),
            row("c", "7777000111", Outcome::SignedOut),
            row("d", "8888000222", Outcome::SignedOut),
        ];
        let earlier = Missing { account: "8888***222".into(), phone: "POCO X3 e5 (seen in an earlier run)".into() };
        insta::assert_snapshot!(lines(&rows, &[earlier]).join("\n"), @r"
        next: factory reset each signed-out phone before you hand it on, and switch USB debugging off
        next: account 6230***535 may still be on Redmi Note 10 b (needs-person): sign it out there before you hand that on or delete the account
        next: mi-signout delete, if account 7777***111 is to go for good (1 phone signed out, none missing)
        next: account 8888***222 may still be on POCO X3 e5 (seen in an earlier run): sign it out there before you hand that on or delete the account
        ");
    }

    #[test]
    fn a_phone_that_is_still_signed_in_is_not_to_be_reset() {
        let said = lines(&[row("b", "6230000535", Outcome::Rejected)], &[]);
        assert!(said.len() == 1 && said[0].contains("may still be on Redmi Note 10 b (rejected)"), "{said:?}");
        assert!(lines(&[row("c", "6230000535", Outcome::DryRun)], &[]).is_empty(), "a rehearsal leaves nothing to do");
    }
}
