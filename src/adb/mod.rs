//! The real phone, over the adb server: discovery of phones, and [`AdbPhone`] behind the port of `phone`.
//!
//! The only room that names `adb_client`, writes a command for a phone's shell, or exposes a `Secret`. It must not know of
//! profiles, flows or screens: it does the inputs it is given and says what it read.
//!
//! - `smart_socket`: the adb server's own protocol, as far as discovery needs it.
//! - `listing`, `discovery`: device lists, once or as a stream of snapshots.
//! - `device_tracker`: the lists of servers, kept up to date, to find a lost phone again.
//! - `start`: a server on this computer is started once where none runs. None is ever killed.
//! - `quote`, `script`: what is sent to the phone's shell.
//! - `claim`: which run works on a phone, written on the phone.
//! - `exec`: one script, one stream, with exit code, deadline and cancel.
//! - `parse`: what the phone's programs printed, as values. Pure.
//! - `phone`: [`AdbPhone`].
//! - `touches`: the touch panel's events, as they come.

mod boundary;
mod claim;
mod device_tracker;
mod discovery;
mod error;
mod exec;
mod listing;
#[doc(hidden)]
pub mod parse;
mod parse_limit;
mod phone;
mod quote;
mod script;
mod smart_socket;
mod start;
mod touches;

pub use device_tracker::DeviceTracker;
pub use discovery::{Sighting, Tracker, list, version};
pub use error::AdbError;
pub use exec::{Cancel, Channel, Output};
pub use listing::parse_devices;
pub use phone::{AdbPhone, Who};
pub use quote::{input_text, quote};
pub use script::{FILE_PREFIX, Places, Script};
pub use start::{Started, ensure_server, ensure_server_with, find_adb};
pub use touches::AdbTouches;
