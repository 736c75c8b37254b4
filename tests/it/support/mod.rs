//! What several test files need, one file a helper.

pub mod browser_session;
pub mod device_lab;
pub mod fake_adb;
pub mod invariants;
pub mod invocation;
pub mod journal_data;
pub mod plain_phone;
pub mod postgres;
pub mod process;
pub mod python;
pub mod real_adb;
pub mod record_files;
pub mod replica;
mod replica_pages;
pub mod scripted;
pub mod simulate;
pub mod terminal;
pub mod test_bed;

pub use invocation::{Invocation, Ran, mi_signout};
pub use process::{GUARD, Killed, Said, signal, talk, wait_until};
pub use python::python;
pub use real_adb::{RealAdbServer, adb, adb_connect, adb_disconnect, adb_program, adb_running, free_port};
pub use simulate::Simulate;
pub use terminal::TerminalSession;
pub use test_bed::{RIGHT, SCALE, TestBed, spec, unused_address};

/// Whether the long form was asked for (`tests/run --long`): cases one by one that the short form takes together.
pub fn is_long() -> bool {
    std::env::var_os("MI_SIGNOUT_TEST_LONG").is_some()
}
