//! The deletion by hand, as a checklist: for every browser, without any driver, and wherever the walk can't go on.

use std::fmt;

use super::hosts::ENTRY;
use super::pages::{Pages, Refusal};

use crate::text::say;

/// The checklist as data; it displays as the text that is printed.
#[derive(Clone, Debug)]
pub struct Guide {
    /// The address of Xiaomi's deletion page.
    pub address: &'static str,
    /// What to do first.
    pub before: Vec<String>,
    /// What is lost for good.
    pub losses: Vec<String>,
    /// Why Xiaomi may refuse, with remedies.
    pub refusals: Vec<Refusal>,
    /// The steps, in the page's own order.
    pub steps: Vec<String>,
    /// What else to know.
    pub notes: Vec<String>,
}

/// Xiaomi's page for a forgotten password or a locked account; its sign-in pages link to it.
const RECOVERY: &str = "https://account.xiaomi.com/pass/forgetPassword";

fn before() -> Vec<String> {
    vec![
        say!("before-sign-out-everywhere"),
        say!("before-back-up"),
        say!("before-unbind-devices"),
        say!("before-keep-bills"),
    ]
}

fn losses() -> Vec<String> {
    vec![say!("loss-of-synced-data"), say!("loss-of-purchases"), say!("loss-of-records"), say!("loss-of-the-number")]
}

fn steps() -> Vec<String> {
    vec![
        say!("step-open-the-address"),
        say!("step-sign-in"),
        say!("step-read-the-caution"),
        say!("step-press-delete"),
        say!("step-verify"),
        say!("step-press-delete-again"),
        say!("step-wait-for-the-end"),
    ]
}

fn notes() -> Vec<String> {
    vec![say!("deletion-cannot-be-undone"), say!("delete-only-your-account")]
}

impl Guide {
    /// The checklist, with the reasons for refusal that the pages know.
    #[must_use]
    pub fn new(pages: &Pages) -> Self {
        Self {
            address: ENTRY,
            before: before(),
            losses: losses(),
            refusals: pages.refusals().to_vec(),
            steps: steps(),
            notes: notes(),
        }
    }

    /// What is lost, what makes Xiaomi refuse, and what to do first: the part that is printed before a browser is opened.
    #[must_use]
    pub fn warning(&self) -> String {
        let mut lines = vec![say!("deleting-is-permanent"), String::new(), say!("guide-before")];
        lines.extend(self.before.iter().map(|line| format!("  [ ] {line}")));
        lines.extend([String::new(), say!("guide-lost-for-good")]);
        lines.extend(self.losses.iter().map(|line| format!("  - {line}")));
        lines.extend([String::new(), say!("guide-xiaomi-refuses-where")]);
        lines.extend(self.refusals.iter().map(|r| format!("  - {}: {}", r.what, r.remedy)));
        lines.join("\n") + "\n"
    }
}

impl fmt::Display for Guide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}", self.warning(), say!("guide-steps-at", address = self.address))?;
        for (n, step) in self.steps.iter().enumerate() {
            writeln!(f, "  {}. [ ] {step}", n + 1)?;
        }
        writeln!(f, "\n{}", say!("guide-recovery", address = RECOVERY))?;
        writeln!(f, "{}\n", say!("guide-another-way", address = "https://privacy.mi.com/support"))?;
        for note in &self.notes {
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
