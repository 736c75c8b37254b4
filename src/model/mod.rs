//! Words that every room shares: phones, accounts, secrets, outcomes. No I/O, no other room.

mod account;
mod deletion;
mod device;
mod ending;
mod input;
mod order;
mod outcome;
mod printable;
mod secret;
mod suggest;

pub use account::{AccountId, AccountsProbe, Presence, UserAccounts};
pub use deletion::{AccountRef, DeletionState};
pub use device::{ACCOUNT_APP_VERSION, AdbServer, Device, DeviceState, Focus, Serial, TransportId};
pub use ending::Ending;
pub use input::{Key, Opening};
pub use order::natural_order;
pub use outcome::{ExitStatus, Outcome, Proof, Reason, ResultRow, Summary};
pub use printable::{is_inert, printable, short_name};
pub use secret::{PASSWORD_VARIABLE, Secret};
pub use suggest::did_you_mean;
