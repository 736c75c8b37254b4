//! # mi-signout
//!
//! Signs the owner's phones out of their Mi / Xiaomi Account over ADB, proves it, and hands the account over to its
//! owner's own deletion of it.
//!
//! This is a program, and no library with a promise: its rooms are public for the program's own tests, benches and fuzz targets, and
//! change from one version to the next. What scripts may depend on is the command line, its exit statuses and its JSON lines.
//!
//! One idea carries the crate: **look → recognise → act.** A device profile says, as data, how to know each screen and
//! what to do there. The engine looks at the phone, recognises one screen, and does that screen's reaction.
//!
//! | room | what it is for | may import |
//! |---|---|---|
//! | [`text`] | what people read: every sentence by its id, a folder a language | - |
//! | [`model`] | words that every room shares; no I/O | text |
//! | [`event`] | everything that happens, as data | model |
//! | [`record`] | the certificate: rows and their chain, built from events | model event text |
//! | [`ui`] | a `uiautomator dump` as a value, and matching | - |
//! | [`profile`] | device profiles: load, validate, choose, recognise | model ui |
//! | [`phone`] | the port to a phone: a few verbs | model ui text |
//! | [`flow`] | the engine that decides, and the run that does | model event ui profile phone text |
//! | [`capture`] | a redacted record of a phone | model ui profile phone platform text |
//! | [`learn`] | a recording of a sign-out by hand, and the profile drafted from it | model ui profile phone capture platform text |
//! | [`preflight`] | what must hold before a phone is touched | model event profile phone text |
//! | [`fleet`] | many phones: a worker each | model event profile phone flow capture preflight journal text |
//! | [`journal`] | the durable record of runs | model event record platform text |
//! | [`report`] | documents from the record: HTML, JSON, CSV, JUnit | model event record platform text |
//! | [`reporter`] | the one thread that hears events: journal, board, plain lines, JSON lines | model event record journal report text |
//! | [`adb`] | discovery and the real phone, over the adb server | model ui phone process platform text |
//! | [`process`] | how other programs are started | model |
//! | [`platform`] | what differs between operating systems | model |
//! | [`web`] | the owner's permanent deletion, in a real browser | model event journal process platform text |
//! | [`cli`] | the command line; wires the rooms | everything |
//!
//! The simulated phones that the tests, `demo` and `simulate` run on are a crate of their own, `phone-sim`: it knows nothing of
//! these rooms, so that it can't share their bugs.
//!
//! ## Invariants
//!
//! - `adb_client` is named in `adb` only, operating systems in `platform` only; printing is done in `cli` and `reporter` only;
//!   `process::exit` in `main.rs` only.
//! - `Engine::on` does no I/O, never sleeps and is bounded.
//! - One phone's trouble never stops or slows another. Outcomes are data, not errors.
//! - A [`model::Secret`] leaves through `expose()`, called in `adb` only.
//! - A mutating step is done at most once per visit of its screen; a password is submitted at most once per phone and run.
//! - An unknown screen is never tapped.
//! - "Signed out" is only said with proof: the account was present before, and is absent after, by `dumpsys account`.
//! - Nothing here works around a lock.

pub mod adb;
pub mod capture;
pub mod cli;
pub mod event;
pub mod fleet;
pub mod flow;
pub mod journal;
pub mod learn;
pub mod model;
pub mod phone;
pub mod platform;
pub mod preflight;
pub mod process;
pub mod profile;
pub mod record;
pub mod report;
pub mod reporter;
pub mod text;
pub mod ui;
pub mod web;
