//! Reads which account each phone holds, before a run changes anything.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Connector;
use crate::model::{AccountId, Device, DeviceState, Serial};
use crate::phone::{Look, Step};

/// How long a phone may take to name its accounts.
const WITHIN: Duration = Duration::from_secs(20);

/// Asks all authorised phones at once. A phone that does not answer, or has no account, is left out. Reads only.
#[must_use]
pub fn probe_accounts(devices: &[Device], connector: &dyn Connector) -> BTreeMap<AccountId, Vec<Serial>> {
    let account = |device: &Device| {
        let seen = connector.connect(device).step(&Step::look(Look::Probes), WITHIN).ok()?;
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
    accounts
}
