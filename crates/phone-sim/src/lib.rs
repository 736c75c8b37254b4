//! Simulated phones: the test bench of this project, and what `demo` and `simulate` run on.
//!
//! Written from what is known of real phones, and never from this project's own `adb`, `flow` or `profile`: it must not
//! share their bugs. It speaks the real protocols on loopback. Nothing that a client sends reaches the host's files or
//! programs: a phone's file system is in memory.
//!
//! - `clock`: a phone's own time, all latencies scaled by one factor.
//! - `fs`: a phone's file system, in memory.
//! - `shell`: the interpreter of the phone's `sh`; the parser is apart from the commands.
//! - `phone`: the state machine and the programs of a phone.
//! - `screens`, `labels`: its pages, how they are drawn, and their texts.
//! - `generations`: made-up generations of the account app.
//! - `scenario`: named phones to try things on.
//! - `endpoint`: what the front ends need of a phone; `device`: a phone, its shell and its files joined to that.
//! - `adbd`, `server`: the two front ends on loopback; `service`, `session`, `sync`: what both offer of a phone.
//! - `farm`: several phones running together.

mod accept;
mod adbd;
pub mod clock;
pub mod device;
pub mod endpoint;
pub mod farm;
mod files;
pub mod fs;
pub mod generations;
pub mod labels;
pub mod phone;
pub mod scenario;
pub mod screens;
pub mod server;
pub mod service;
mod session;
pub mod shell;
mod sync;
mod terminal;

#[doc(hidden)]
pub use adbd::read_packets;
