//! The run on a terminal, for a person: a live board where there is one, plain lines where there is none.

mod board;
mod json_lines;
mod live;
mod plain;

pub use json_lines::{JsonLines, event_line, result_line, summary_line};
pub use live::{Live, Options};
pub use plain::Plain;
