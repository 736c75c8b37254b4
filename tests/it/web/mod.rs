//! `mi-signout delete`, the real binary at a real terminal, in headless Chromium with the real chromedriver, against a replica
//! of the site. The replica counts deletions, and the count always has to be what the tool said.

mod cases;
mod download;
mod guide;
mod list;
mod mirror;
mod pages;
mod press;
mod replica;
mod seat;

pub use seat::need_chromium;
