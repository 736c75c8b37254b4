//! The integration tests: one crate, one file per seam.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test may panic and print"
)]

mod adb_exec;
mod adb_phone;
mod adb_server;
mod architecture;
mod fake_adb;
mod fleet;
mod flow;
mod flow_properties;
mod journal;
mod plain_phone;
mod profiles;
mod quoting;
mod scripted;
mod shell;
mod sim_clients;
mod sim_hostile;
mod support;
