//! The least of a terminal that `adb shell` without a command needs: the client's terminal is in raw mode, so the phone
//! turns line ends, echoes what is typed, and knows Ctrl-C and Ctrl-D.

use std::collections::VecDeque;
use std::io::{self, Read, Write};

use super::input::Input;

/// The key that hangs the session up (the session looks for it itself: a running command may read nothing).
pub(super) const CTRL_C: u8 = 3;
const CTRL_D: u8 = 4;

/// Longest line that is kept before it is handed on unfinished.
const LINE: usize = 4096;

/// Turns `\n` into `\r\n`.
pub(super) struct CookedOutput<W>(pub W);

impl<W: Write> Write for CookedOutput<W> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        let mut cooked = Vec::with_capacity(data.len() + 16);
        for &byte in data {
            if byte == b'\n' {
                cooked.push(b'\r');
            }
            cooked.push(byte);
        }
        self.0.write_all(&cooked)?;
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Gathers typed bytes into lines, echoing them. Ctrl-C ends the input; Ctrl-D on an empty line ends the input.
pub(super) struct CookedInput<R, W> {
    keys: R,
    echo: CookedOutput<W>,
    line: Vec<u8>,
    ready: VecDeque<u8>,
    ended: bool,
}

impl<R: Read, W: Write> CookedInput<R, W> {
    pub(super) fn new(keys: R, echo: W) -> Self {
        Self { keys, echo: CookedOutput(echo), line: Vec::new(), ready: VecDeque::new(), ended: false }
    }

    fn key(&mut self, key: u8) -> io::Result<()> {
        match key {
            CTRL_C => self.ended = true,
            CTRL_D if self.line.is_empty() => self.ended = true,
            CTRL_D => self.ready.extend(self.line.drain(..)),
            8 | 127 => {
                if self.line.pop().is_some() {
                    self.echo.write_all(b"\x08 \x08")?;
                }
            }
            b'\r' | b'\n' => {
                self.line.push(b'\n');
                self.echo.write_all(b"\n")?;
                self.ready.extend(self.line.drain(..));
            }
            key => {
                self.line.push(key);
                self.echo.write_all(&[key])?;
                if self.line.len() >= LINE {
                    self.ready.extend(self.line.drain(..));
                }
            }
        }
        Ok(())
    }
}

impl<R: Read + Send, W: Write + Send> Input for CookedInput<R, W> {}

impl<R: Read, W: Write> Read for CookedInput<R, W> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut keys = [0; 256];
        while self.ready.is_empty() && !self.ended {
            let count = self.keys.read(&mut keys)?;
            if count == 0 {
                self.ended = true;
                self.ready.extend(self.line.drain(..));
            }
            for &key in &keys[..count] {
                if !self.ended {
                    self.key(key)?;
                }
            }
        }
        self.ready.read(buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(keys: &[u8]) -> (String, String) {
        let (mut echo, mut text) = (Vec::new(), String::new());
        CookedInput::new(keys, &mut echo).read_to_string(&mut text).unwrap();
        (text, String::from_utf8(echo).unwrap())
    }

    #[test]
    fn a_typed_line_is_echoed_and_handed_on_whole() {
        assert_eq!(typed(b"ix\x7fd\rexit\n"), ("id\nexit\n".into(), "ix\x08 \x08d\r\nexit\r\n".into()));
    }

    #[test]
    fn ctrl_d_on_an_empty_line_and_ctrl_c_end_the_input() {
        assert_eq!(typed(b"a\x04b\n\x04c\n").0, "ab\n");
        assert_eq!(typed(b"sleep 9\n\x03c\n").0, "sleep 9\n");
    }
}
