//! A `uiautomator dump` as a value, of one window or of all, and matching on it. Pure: it must not know where a dump came from, what a profile is, or
//! what is done on a screen.

mod bounds;
mod find;
mod glob;
mod hits;
mod index;
mod node;
mod node_text;
mod parse;
mod refresh;
mod selector;
pub mod text;
mod tree;
pub mod views;
mod window;

pub use bounds::{Bounds, Point};
pub use find::Target;
pub use glob::glob;
pub use index::{Indexed, Vocabulary};
pub use node::{NodeId, UiNode};
pub use node_text::NodeText;
pub use parse::{DumpError, MAX_BYTES, MAX_DEPTH, MAX_NODES};
pub use refresh::Agreement;
pub use selector::{Selector, TextSet};
pub use tree::UiTree;
pub use window::UiWindow;
