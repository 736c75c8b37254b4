//! The subcommands, one file each. A command reads its options, does its work through the other rooms, and gives the exit status.

pub(crate) mod bugreport;
pub(crate) mod capture;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod delete;
#[cfg(feature = "demo")]
pub(crate) mod demo;
pub(crate) mod devices;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod first_minute;
pub(crate) mod journal;
pub(crate) mod learn;
pub(crate) mod man;
pub(crate) mod profiles;
pub(crate) mod report;
pub(crate) mod sign_out;
#[cfg(feature = "demo")]
pub(crate) mod simulate;
pub(crate) mod watch;
