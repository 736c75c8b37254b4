//! Phones that real adb clients believe, for anyone's tests: no hardware, no emulator.
//!
//! A phone is a state machine with pages, an account, a clock and faults. It speaks the real protocols on loopback, so `adb`,
//! `adbutils` and whatever builds on them work with it as with a phone. Nothing that a client sends reaches the host's files or
//! programs: a phone's file system is in memory, and its shell is an interpreter.
//!
//! It is written from what is known of real phones, and from nothing of the programs that are tested on it: it must not share their
//! bugs. mi-signout tests itself on these phones, and shows them by `demo` and `simulate`.
//!
//! - `spec`, `models`, `generations`: what one phone is; a model for each generation of the system; made-up account apps.
//! - `clock`: a phone's own time, all latencies scaled by one factor.
//! - `fs`: a phone's file system, in memory.
//! - `shell`: the interpreter of the phone's `sh`; the parser is apart from the commands.
//! - `screens`, `labels`: the pages, how they are drawn, and their texts.
//! - `phone`: the state machine and the programs of a phone; what was done to it ([`phone::Record`]) and what it cost
//!   ([`phone::Stats`]).
//! - `scenario`: named phones to try things on.
//! - `endpoint`: what the front ends need of a phone; `device`: a phone, its shell and its files joined to that.
//! - `adbd`, `server`: the two front ends on loopback; `service`, `session`, `sync`: what both offer of a phone.
//! - `farm`: several phones running together.
//!
//! Each of these imports only what is above it, or beside it without a circle. `examples/one_phone.rs` starts one phone.

mod accept;
mod adbd;
pub mod clock;
pub mod device;
pub mod endpoint;
pub mod farm;
mod files;
pub mod fs;
pub mod generations;
pub mod input;
pub mod labels;
mod models;
pub mod phone;
pub mod scenario;
pub mod screens;
pub mod server;
pub mod service;
mod session;
pub mod shell;
pub mod spec;
mod sync;
mod terminal;

#[doc(hidden)]
pub use adbd::read_packets;

/// The README's code compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
