//! The one thread that hears the stream of a run. It owns the record's writes, and hands each event to what shows it: JSON lines
//! for programs; for people a live board where the terminal can draw one, else plain lines. It knows nothing of phones or adb.

mod board;
mod hear;
mod json_lines;
mod live;
mod plain;
mod sink;
mod views;

pub use hear::{Reporter, Shown};
pub use json_lines::{JsonLines, event_line, result_line, summary_line};
pub use live::{Live, Options};
pub use plain::Plain;
pub use sink::Sink;
pub use views::People;
