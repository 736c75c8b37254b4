//! The views of a run: JSON lines on stdout, and the board or plain lines for people.

use std::io::{self, Write};

use super::{JsonLines, Live, Plain, Sink};
use crate::event::{Event, Listener, Question};

impl<W: Write + Send> Sink for JsonLines<W> {
    fn show(&mut self, event: &Event) -> io::Result<()> {
        self.write(event)
    }
}

/// What people see, and how they are asked.
pub struct People<A> {
    /// The board, where the terminal can draw one.
    pub live: Option<Live>,
    /// Plain lines, where there is no board.
    pub plain: Option<Plain<io::Stderr>>,
    /// Asks a question on the terminal.
    pub ask: A,
}

impl<A: FnMut(&Question) -> bool + Send> Sink for People<A> {
    fn show(&mut self, event: &Event) -> io::Result<()> {
        if let Some(live) = &self.live {
            live.emit(event.clone());
        }
        if let Some(plain) = &self.plain {
            plain.emit(event.clone());
        }
        Ok(())
    }

    fn ask(&mut self, question: &Question) -> Option<bool> {
        let ask = &mut self.ask;
        Some(match &self.live {
            Some(live) => live.suspend(|| ask(question)),
            None => ask(question),
        })
    }
}
