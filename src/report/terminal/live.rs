//! The board on a real terminal: drawn in place by indicatif, lines that stay above it.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use chrono::{DateTime, Utc};
use console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::board::Board;
use crate::event::{Event, EventKind, Listener};

/// Rows left above the board for results, on a terminal of at least `ROOMY` rows.
const RESULTS: u16 = 5;
const ROOMY: u16 = 16;

/// How the board is drawn.
pub struct Options {
    /// Colours; `NO_COLOR` and `--color` are the caller's to read.
    pub colour: bool,
    /// Results stay on the board until the phone is unplugged (`watch`).
    pub hold: bool,
    /// A bell when a phone ends.
    pub bell: bool,
    /// Rows and columns of the terminal, asked at every drawing.
    pub size: Box<dyn Fn() -> (u16, u16) + Send + Sync>,
    /// What time it is.
    pub clock: Box<dyn Fn() -> DateTime<Utc> + Send + Sync>,
    /// How often it is drawn where nothing happens, so that times go on.
    pub tick: Option<Duration>,
}

impl Default for Options {
    fn default() -> Self {
        let size = || Term::stderr().size();
        Self {
            colour: true,
            hold: false,
            bell: false,
            size: Box::new(size),
            clock: Box::new(Utc::now),
            tick: Some(Duration::from_secs(1)),
        }
    }
}

/// A listener that keeps the board on the screen. It goes with the value.
pub struct Live {
    shared: Arc<Shared>,
    ticker: Option<JoinHandle<()>>,
}

struct Shared {
    board: Mutex<Board>,
    bar: ProgressBar,
    options: Options,
    ended: (Mutex<bool>, Condvar),
}

impl Live {
    /// A board on stderr.
    #[must_use]
    pub fn stderr(options: Options) -> Self {
        Self::on(ProgressDrawTarget::stderr(), options)
    }

    /// A board on another target.
    #[must_use]
    pub fn on(target: ProgressDrawTarget, options: Options) -> Self {
        let bar = ProgressBar::with_draw_target(None, target);
        // The template is ours and valid; were it not, the bar's own style would be drawn.
        if let Ok(style) = ProgressStyle::with_template("{msg}") {
            bar.set_style(style);
        }
        let tick = options.tick;
        let board = Mutex::new(Board::new(options.hold, options.colour));
        let shared = Arc::new(Shared { board, bar, options, ended: (Mutex::new(false), Condvar::new()) });
        let ticker = tick.map(|tick| {
            let shared = Arc::clone(&shared);
            std::thread::spawn(move || shared.tick(tick))
        });
        Self { shared, ticker }
    }

    /// Takes the board off the screen while `ask` talks with the person.
    pub fn suspend<T>(&self, ask: impl FnOnce() -> T) -> T {
        self.shared.bar.suspend(ask)
    }
}

impl Shared {
    fn draw(&self, board: &Board) {
        let (rows, columns) = (self.options.size)();
        // The last row and column stay free: a terminal scrolls or wraps when they are filled. Where results stay above the
        // board, some rows are left for them.
        let free = if rows < ROOMY || self.options.hold { 1 } else { RESULTS + 1 };
        let (width, height) = (columns.saturating_sub(1), rows.saturating_sub(free).max(1));
        self.bar.set_message(board.lines((self.options.clock)(), width.into(), height.into()).join("\n"));
    }

    fn board(&self) -> std::sync::MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Draws now and then until the end.
    fn tick(&self, every: Duration) {
        let (ended, bell) = &self.ended;
        let mut over = ended.lock().unwrap_or_else(PoisonError::into_inner);
        while !*over {
            over = bell.wait_timeout(over, every).unwrap_or_else(PoisonError::into_inner).0;
            if !*over {
                self.draw(&self.board());
            }
        }
    }
}

impl Listener for Live {
    fn tell(&self, event: Event) {
        let shared = &self.shared;
        let mut board = shared.board();
        if let Some(line) = board.tell(&event) {
            shared.bar.println(line);
        }
        if shared.options.bell && matches!(event.kind, EventKind::Ended(_)) {
            let _ = Term::stderr().write_str("\u{7}");
        }
        shared.draw(&board);
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        let (ended, bell) = &self.shared.ended;
        *ended.lock().unwrap_or_else(PoisonError::into_inner) = true;
        bell.notify_all();
        if let Some(ticker) = self.ticker.take() {
            let _ = ticker.join();
        }
        self.shared.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use indicatif::InMemoryTerm;

    use super::*;
    use crate::event::Subject;
    use crate::model::{Reason, Serial};
    use crate::report::samples;

    fn live(term: &InMemoryTerm, rows: u16, columns: u16) -> Live {
        let options = Options {
            colour: false,
            size: Box::new(move || (rows, columns)),
            clock: Box::new(|| samples::at(70)),
            tick: None,
            ..Options::default()
        };
        Live::on(ProgressDrawTarget::term_like(Box::new(term.clone())), options)
    }

    fn phone(n: i64, kind: EventKind) -> Event {
        Event { at: samples::at(n), subject: Subject::Phone(Serial::new(format!("serial{n:02}"))), kind }
    }

    #[test]
    fn one_phone_from_begin_to_end() {
        let term = InMemoryTerm::new(24, 80);
        let live = live(&term, 24, 80);
        let mut seen = String::new();
        for event in samples::events() {
            live.tell(event);
            seen.push_str(&term.contents());
            seen.push_str("\n\n");
        }
        drop(live);
        seen.push_str("at the end:\n");
        seen.push_str(&term.contents());
        insta::assert_snapshot!(seen);
    }

    #[test]
    fn forty_phones_stay_within_the_screen() {
        let term = InMemoryTerm::new(24, 80);
        let live = live(&term, 24, 80);
        for n in 0..40 {
            live.tell(phone(
                n,
                EventKind::Started {
                    model: Some("Redmi Note 10".into()),
                    place: Some(format!("1-4.{n}")),
                    tray: Some(n as u32 + 1),
                },
            ));
        }
        for n in 0..12 {
            let hint = "unlock the phone with its PIN; it goes on by itself".into();
            live.tell(phone(n, EventKind::WaitingForPerson { reason: Reason::ScreenLocked, hint }));
        }
        for n in 30..34 {
            let mut row = samples::rows().remove(0);
            row.model = None;
            live.tell(phone(n, EventKind::Ended(Box::new(row))));
        }
        insta::assert_snapshot!(term.contents());
    }

    #[test]
    fn the_ticker_ends_with_the_board() {
        let term = InMemoryTerm::new(24, 80);
        let options = Options { size: Box::new(|| (24, 80)), ..Options::default() };
        let live = Live::on(ProgressDrawTarget::term_like(Box::new(term.clone())), options);
        live.tell(phone(1, EventKind::Screen { name: "account-page".into() }));
        drop(live);
        assert_eq!(term.contents(), "");
    }
}
