//! Many phones: which are meant, one worker each, whose turn it is with a password, and what each ended as.
//!
//! Knows the port to a phone, never adb: whoever calls gives a [`Connector`].

mod account_probe;
mod accounts;
mod connector;
mod disconnects;
mod first_proof;
mod kept_screens;
mod late_servers;
mod locate;
mod password_gate;
mod passwords;
mod phone_recorder;
mod plan;
mod probe;
mod recorder;
mod row_builder;
mod run;
#[cfg(test)]
mod samples;
mod select;
mod shared_cause;
mod tray;
mod wake;
mod watch;
mod worker;

pub use account_probe::probe_accounts;
pub use connector::{Attached, Connector, DeviceUpdate};
pub use late_servers::LateServers;
pub use locate::{Blinks, Shown, blink, hide_number, may_blink, show_number, shown_as};
pub use password_gate::PasswordGate;
pub use passwords::Passwords;
pub use plan::{Owner, Plan};
pub use recorder::RunRecorder;
pub use run::{run, run_joined, run_tray};
pub use select::{SelectError, Selection};
pub use shared_cause::{SharedCause, SharedLoss, shared_losses};
pub use tray::{Numbers, StationNumbers, duplicates, place, without_seen_twice};
pub use watch::{Wanted, Watch};
