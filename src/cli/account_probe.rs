//! A look at all chosen phones before anything is touched: whose account is on which.

use std::collections::BTreeMap;
use std::time::Duration;

use super::args::is_given;
use super::failure::Failure;
use super::output::Output;
use crate::adb::AdbPhone;
use crate::fleet::Passwords;
use crate::model::{AccountId, Device, DeviceState, Secret, Serial, counted};
use crate::phone::{Look, Phone, Step};

/// How long a phone may take to name its accounts.
const WITHIN: Duration = Duration::from_secs(20);

/// Accounts with the phones that have them.
#[derive(Clone, Debug, Default)]
pub struct AccountProbe {
    accounts: BTreeMap<AccountId, Vec<Serial>>,
}

impl AccountProbe {
    /// Asks each phone that answers, where an answer decides something: whose passwords `asks` is about, or whether several
    /// accounts are signed out without somebody who authorised it. Reads only.
    pub fn of(devices: &[Device], authorised_by: Option<&str>, asks: bool) -> Self {
        if !asks && (devices.len() < 2 || is_given(authorised_by)) {
            return Self::default();
        }
        let account = |device: &Device| {
            let seen = AdbPhone::of(device).step(&Step::look(Look::Probes), WITHIN).ok()?;
            seen.accounts.account().cloned()
        };
        let found: Vec<(AccountId, Serial)> = std::thread::scope(|scope| {
            let ready = devices.iter().filter(|device| device.state == DeviceState::Device);
            let asked: Vec<_> =
                ready.map(|device| scope.spawn(move || Some((account(device)?, device.serial.clone())))).collect();
            asked.into_iter().filter_map(|asked| asked.join().ok().flatten()).collect()
        });
        let mut accounts: BTreeMap<AccountId, Vec<Serial>> = BTreeMap::new();
        for (account, serial) in found {
            accounts.entry(account).or_default().push(serial);
        }
        Self { accounts }
    }

    /// Refuses several accounts without somebody who authorised it.
    pub fn check_authorised(&self, authorised_by: Option<&str>) -> Result<(), Failure> {
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
        .hint("name who authorised it with --authorised-by TEXT (it goes into the record); nothing was touched"))
    }

    /// Asks for the passwords, once per account.
    pub fn ask_passwords(&self, output: &Output) -> Result<Passwords, Failure> {
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
