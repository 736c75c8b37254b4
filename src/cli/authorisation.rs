//! Which accounts the chosen phones hold: several need `--authorised-by`, and each has its own password.

use std::collections::BTreeMap;

use super::args::is_given;
use super::failure::{ErrorCode, Failure};
use super::output::Output;
use crate::fleet::{Connector, Passwords, probe_accounts};
use crate::model::{AccountId, Device, Secret, Serial, counted};

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
            .map(|(account, serials)| format!("    {account}: {}", counted(serials.len(), "phone")))
            .collect();
        Err(Failure::usage(format!(
            "these phones hold {} accounts; signing out more than one needs --authorised-by",
            self.accounts.len()
        ))
        .at(format!("accounts:\n{}", list.join("\n")))
        .code(ErrorCode::SeveralAccounts)
        .hint("name who authorised it with --authorised-by TEXT (it goes into the record); nothing was touched"))
    }

    /// Asks for the passwords, once per account.
    pub(crate) fn ask_passwords(&self, output: &Output) -> Result<Passwords, Failure> {
        let mut passwords = Passwords::default();
        for (account, serials) in &self.accounts {
            let names: Vec<&str> = serials.iter().map(Serial::as_str).collect();
            let prompt = format!("Password of account {account} ({}; empty: none): ", names.join(", "));
            let typed = output.ask_hidden(&prompt)?;
            if !typed.is_empty() {
                passwords.for_account(account.clone(), Secret::new(typed));
            }
        }
        Ok(passwords)
    }
}
