//! `mi-signout delete`, the real binary at a real terminal, in headless Chromium with the real chromedriver, against a replica
//! of the site. The replica counts deletions, and the count always has to be what the tool said.

#[cfg(not(feature = "driver-manager"))]
mod by_hand;
mod cases;
#[cfg(feature = "driver-manager")]
mod download;
mod guide;
mod kinds;
mod list;
#[cfg(feature = "driver-manager")]
mod mirror;

mod press;
