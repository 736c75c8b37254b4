//! Documents of a run's record: HTML, JSON, CSV, `JUnit`, and the check of one that comes back. It knows nothing of phones, adb or
//! the journal's file.

mod csv;
mod document;
mod error;
mod file;
mod format;
mod html;
mod junit;
mod lot;
mod render;
pub mod text;
mod tray_order;
mod verify;

#[cfg(test)]
pub(crate) mod samples;

pub use error::ReportError;
pub use file::{check_target, write_file};
pub use format::Format;
pub use lot::{LotPhone, lot_document, lot_lines, lot_phones};
pub use render::{render, write};
pub use verify::{Seal, Verified, verify};
