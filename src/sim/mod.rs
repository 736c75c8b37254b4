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
//! - `scenario`: named phones to try things on.
//! - `adbd`, `server`: the two front ends on loopback.

pub mod clock;
pub mod fs;
pub mod labels;
pub mod phone;
pub mod scenario;
pub mod screens;
pub mod shell;
