//! One line from the person at the terminal, or one line of standard input.
//!
//! Nothing is buffered beyond the line: a buffer would keep a copy of a password, and lines that were typed ahead would answer
//! later questions.

use std::io::{self, Read};

use zeroize::Zeroizing;

use crate::platform;

use super::signals::Interrupt;

/// Longer lines are not kept; only their length is counted, up to [`COUNTED`].
const LONGEST: usize = 4096;
/// Bytes that are read at most.
const COUNTED: usize = 1 << 20;

/// What was read.
pub(super) enum Line {
    /// A line without its end, of at most 4096 bytes.
    Read(Zeroizing<Vec<u8>>),
    /// A longer one: its length in bytes.
    TooLong(usize),
    /// Nothing is left to read.
    End,
    /// A signal came first.
    Interrupted,
}

/// Forgets what was typed before the question: it was no answer to it.
pub(super) fn forget_typed_ahead() {
    platform::forget_typed_ahead();
}

/// Reads one line of standard input. What follows it is not read. `interrupt` ends the wait.
///
/// # Errors
/// As reading does.
pub(super) fn line(interrupt: Option<&Interrupt>) -> io::Result<Line> {
    let mut input = platform::unbuffered_stdin()?;
    let is_over = || interrupt.is_some_and(Interrupt::is_set);
    read_line(&mut input, &mut || platform::wait_for_input(&is_over))
}

/// Reads a line byte by byte, after `ready` says each time whether to go on.
fn read_line(input: &mut impl Read, ready: &mut dyn FnMut() -> bool) -> io::Result<Line> {
    let mut line = Zeroizing::new(Vec::with_capacity(LONGEST));
    let mut length = 0;
    loop {
        if !ready() {
            return Ok(Line::Interrupted);
        }
        let mut byte = Zeroizing::new([0]);
        match input.read(&mut *byte) {
            Ok(0) if length == 0 => return Ok(Line::End),
            Ok(0) => break,
            Ok(_) if byte[0] == b'\n' || length == COUNTED => break,
            Ok(_) => {
                length += 1;
                if length <= LONGEST {
                    line.push(byte[0]);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    if length > LONGEST {
        return Ok(Line::TooLong(length));
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(Line::Read(line))
}

/// Whether a line is there to be read. Where that can't be told, reading waits for it.
pub(super) fn is_typed() -> bool {
    platform::has_input().unwrap_or(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> (Line, usize) {
        let mut rest = text;
        let line = read_line(&mut rest, &mut || true).unwrap();
        (line, rest.len())
    }

    #[test]
    fn a_line_ends_at_its_end_and_what_follows_is_left() {
        for (text, left) in [("pass word\n", 0), ("pass word\r\n", 0), ("pass word", 0), ("pass word\nmore", 4)] {
            let (line, rest) = read(text.as_bytes());
            assert!(matches!(line, Line::Read(line) if line.as_slice() == b"pass word"), "{text}");
            assert_eq!(rest, left);
        }
        assert!(matches!(read(b"").0, Line::End));
        assert!(matches!(read(b"\n").0, Line::Read(line) if line.is_empty()));
    }

    #[test]
    fn a10_a_longer_line_is_refused_with_its_length() {
        assert!(matches!(read(&[b'x'; 4096]).0, Line::Read(line) if line.len() == 4096));
        assert!(matches!(read(&[b'x'; 4097]).0, Line::TooLong(4097)));
        assert!(matches!(read(&vec![b'x'; 3 << 20]).0, Line::TooLong(COUNTED)));
    }

    #[test]
    fn a3_a_signal_ends_the_wait() {
        assert!(matches!(read_line(&mut &b"typed\n"[..], &mut || false).unwrap(), Line::Interrupted));
    }
}
