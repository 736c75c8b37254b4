//! The run on a terminal, for a person: a live board where there is one, plain lines where there is none.

mod board;
mod live;
mod plain;

pub use live::{Live, Options};
pub use plain::Plain;
