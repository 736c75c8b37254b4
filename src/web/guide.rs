//! The deletion by hand, as a checklist: for every browser, without any driver, and wherever the walk can't go on.

use std::fmt;

use super::hosts::ENTRY;
use super::pages::{Pages, Refusal};

/// The checklist as data; it displays as the text that is printed.
#[derive(Clone, Debug)]
pub struct Guide {
    /// The address of Xiaomi's deletion page.
    pub address: &'static str,
    /// What to do first.
    pub before: &'static [&'static str],
    /// What is lost for good.
    pub losses: &'static [&'static str],
    /// Why Xiaomi may refuse, with remedies.
    pub refusals: Vec<Refusal>,
    /// The steps, in the page's own order.
    pub steps: &'static [&'static str],
    /// What else to know.
    pub notes: &'static [&'static str],
}

/// Xiaomi's page for a forgotten password or a locked account; its sign-in pages link to it.
const RECOVERY: &str = "https://account.xiaomi.com/pass/forgetPassword";

const BEFORE: &[&str] = &[
    "Sign the account out of every phone, tablet, TV and other device, and turn Find Device off. A phone elsewhere that stays signed in may stay locked to an account that no longer exists.",
    "Back up what you want to keep from i.mi.com: contacts, pictures, notes, messages.",
    "Unbind your devices in Mi Home, and end subscriptions and automatic renewals, wherever you pay them.",
    "Keep copies of bills and warranty papers that are in the account.",
];

const LOSSES: &[&str] = &[
    "contacts, pictures and everything else synced to Xiaomi Cloud",
    "Mi Coins that are left, bought themes and purchases in apps",
    "records of purchases, and with them proof for a warranty",
    "where the number was bound to many accounts lately: the right to register it again, for half a year",
];

const STEPS: &[&str] = &[
    "Open the address. If the address bar shows another site than account.xiaomi.com (or global. or in. before it), stop.",
    "Sign in, with the account that is to be deleted. A picture may have to be solved.",
    "Read the caution. Tick the box that you understand and accept the losses (\"Yes\").",
    "Press Delete. (Nothing is deleted yet.)",
    "Verify that it is you: have a code sent to your phone or e-mail, and type it on the page. Codes are limited to a few a day.",
    "Press Delete again. This is the last question: after it the account is gone.",
    "Wait until the page says that the account was deleted.",
];

const NOTES: &[&str] = &[
    "It can't be undone. Xiaomi decides how long it takes; up to 15 working days have been reported.",
    "Delete only an account that is yours. Deleting an account does not unlock a locked phone.",
];

impl Guide {
    /// The checklist, with the reasons for refusal that the pages know.
    #[must_use]
    pub fn new(pages: &Pages) -> Self {
        Self {
            address: ENTRY,
            before: BEFORE,
            losses: LOSSES,
            refusals: pages.refusals().to_vec(),
            steps: STEPS,
            notes: NOTES,
        }
    }

    /// What is lost, what makes Xiaomi refuse, and what to do first: the part that is printed before a browser is opened.
    #[must_use]
    pub fn warning(&self) -> String {
        let mut text = String::from("Deleting a Mi / Xiaomi Account is permanent.\n\nBefore:\n");
        text.extend(self.before.iter().map(|line| format!("  [ ] {line}\n")));
        text.push_str("\nLost for good:\n");
        text.extend(self.losses.iter().map(|line| format!("  - {line}\n")));
        text.push_str("\nXiaomi refuses where:\n");
        text.extend(self.refusals.iter().map(|r| format!("  - {}: {}\n", r.what, r.remedy)));
        text
    }
}

impl fmt::Display for Guide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\nSteps, at {}", self.warning(), self.address)?;
        for (n, step) in self.steps.iter().enumerate() {
            writeln!(f, "  {}. [ ] {step}", n + 1)?;
        }
        writeln!(
            f,
            "\nIf the password is forgotten or the account is locked, only Xiaomi's own page helps: {RECOVERY}"
        )?;
        writeln!(f, "Another way: ask Xiaomi to delete your data, at https://privacy.mi.com/support\n")?;
        for note in self.notes {
            writeln!(f, "{note}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checklist_reads_as_it_should() {
        insta::assert_snapshot!(Guide::new(&Pages::built_in().unwrap()).to_string());
    }
}
