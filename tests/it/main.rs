//! The integration tests: one crate, one file per seam.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test may panic and print"
)]
#![allow(unreachable_pub, reason = "a test crate has no outside")]

mod adb_exec;
mod adb_phone;
mod adb_server;
mod architecture;
mod authors;
mod board;
mod canary;
mod capture;
mod chaos;
mod cheap_look;
mod choice;
mod commands;
mod demo;
mod devices;
mod doctor;
mod documents;
mod fault_matrix;
mod first_minute;
mod fleet;
mod flow;
mod flow_properties;
mod fuzz_seeds;
mod journal;
mod json_lines;
mod learn;
mod learn_kept;
mod matrix;
mod no_record;
mod person;
mod phone_commands;
mod pictures;
mod profile_errors;
mod profiles;
mod quoting;
mod readme;
mod replug;
mod report;
mod resume;
mod scenarios;
mod screens;
mod shell;
mod sign_out;
mod signals;
mod sim_clients;
mod sim_hostile;
mod simulate;
mod stations;
mod strangers;
mod stream;
mod support;
mod tray;
mod typing;
mod views;
mod watch;
mod web;
