//! Which accounts the chosen phones hold: several need `--authorised-by`, and each has its own password.

use std::collections::BTreeMap;

use super::args::is_given;
use super::failure::{ErrorCode, Failure};
use super::output::Output;
use crate::fleet::{Connector, Passwords, probe_accounts};
use crate::model::{AccountId, Device, Secret, Serial};
use crate::text::say;

/// Accounts with the phones that have them.
#[derive(Clone, Debug, Default)]
pub(crate) struct ChosenAccounts {
    accounts: BTreeMap<AccountId, Vec<Serial>>,
}

impl ChosenAccounts {
    /// Asks each phone that answers, where an answer decides something: whose passwords `asks` is about, or whether several
    /// accounts are signed out without an authorisation. Reads only.
    pub(crate) fn of(devices: &[Device], connector: &dyn Connector, authorised_by: Option<&str>, asks: bool) -> Self {
        if !asks && (devices.len() < 2 || is_given(authorised_by)) {
            return Self::default();
        }
        Self { accounts: probe_accounts(devices, connector) }
    }

    /// Refuses several accounts without an authorisation.
    pub(crate) fn check_authorised(&self, authorised_by: Option<&str>) -> Result<(), Failure> {
        if self.accounts.len() < 2 || is_given(authorised_by) {
            return Ok(());
        }
        let list: Vec<String> = self
            .accounts
            .iter()
            .map(|(account, serials)| format!("    {account}: {}", say!("phones", phones = serials.len())))
            .collect();
        Err(Failure::usage(say!("several-accounts-need-authorised-by", accounts = self.accounts.len()))
            .at(say!("accounts-of-these-phones", list = list.join("\n")))
            .code(ErrorCode::SeveralAccounts)
            .hint(say!("name-who-authorised-it")))
    }

    /// Asks for the passwords, once per account.
    pub(crate) fn ask_passwords(&self, output: &Output) -> Result<Passwords, Failure> {
        let mut passwords = Passwords::default();
        for (account, serials) in &self.accounts {
            let names: Vec<&str> = serials.iter().map(Serial::as_str).collect();
            // A whole tray's serials would hide the question.
            let phones = if names.len() > 4 { say!("phones", phones = names.len()) } else { names.join(", ") };
            let prompt = say!("ask-password-of-account", account, phones);
            let typed = output.ask_hidden(&prompt)?;
            if !typed.is_empty() {
                passwords.for_account(account.clone(), Secret::new(typed));
            }
        }
        Ok(passwords)
    }
}
