//! What a command reads from: a stream that can also say whether there is something to read.

use std::io::{Cursor, Empty, Read};
use std::time::Duration;

/// A stream to read from.
pub trait Input: Read + Send {
    /// Whether reading gives something at once, or the end; waits for that at most so long. A stream that cannot tell says yes.
    fn ready(&mut self, within: Duration) -> bool {
        let _ = within;
        true
    }
}

impl Input for Empty {}

impl<T: AsRef<[u8]> + Send> Input for Cursor<T> {}

impl Input for Box<dyn Input> {
    fn ready(&mut self, within: Duration) -> bool {
        (**self).ready(within)
    }
}
