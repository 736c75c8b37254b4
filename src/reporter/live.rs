//! The board on a real terminal: drawn in place by indicatif, lines that stay above it.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use console::{Term, measure_text_width};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::board::Board;
use crate::event::{Event, EventKind, Listener};

/// Rows left above the board for results, on a terminal of at least `ROOMY` rows.
const RESULTS: u16 = 5;
const ROOMY: u16 = 16;
/// The least time between two drawings, where a later one is sure to come.
const PACE: Duration = Duration::from_millis(50);

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
    /// Writes to the terminal past indicatif, which does not know what a change of its size does to lines that stand there.
    pub raw: Box<dyn Fn(&str) + Send + Sync>,
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
            raw: Box::new(|text| drop(Term::stderr().write_str(text))),
        }
    }
}

/// A listener that keeps the board on the screen. It goes with the value.
pub struct Live {
    shared: Arc<Shared>,
    ticker: Option<JoinHandle<()>>,
}

/// The board, and its state on the screen.
struct Drawn {
    board: Board,
    /// Columns that the terminal had when it was drawn.
    columns: u16,
    /// Widths of the lines that stand there.
    widths: Vec<usize>,
    /// When it was drawn.
    at: Option<Instant>,
}

struct Shared {
    drawn: Mutex<Drawn>,
    bar: ProgressBar,
    options: Options,
    ended: (Mutex<bool>, Condvar),
}

impl Live {
    /// A board on stderr.
    #[must_use]
    pub fn stderr(options: Options) -> Self {
        // How often it is drawn is limited here, so that the state of the screen is known.
        Self::on(ProgressDrawTarget::stderr_with_hz(u8::MAX), options)
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
        let board = Board::new(options.hold, options.colour);
        let drawn = Mutex::new(Drawn { board, columns: 0, widths: Vec::new(), at: None });
        let shared = Arc::new(Shared { drawn, bar, options, ended: (Mutex::new(false), Condvar::new()) });
        let ticker = tick.map(|tick| {
            let shared = Arc::clone(&shared);
            std::thread::spawn(move || shared.tick(tick))
        });
        Self { shared, ticker }
    }

    /// Takes the board off the screen while `ask` talks with the person.
    pub fn suspend<T>(&self, ask: impl FnOnce() -> T) -> T {
        let shared = &self.shared;
        shared.fit(&mut shared.drawn(), (shared.options.size)().1);
        shared.bar.suspend(ask)
    }
}

impl Shared {
    fn draw(&self, drawn: &mut Drawn, at_once: bool) {
        if !at_once && self.options.tick.is_some() && drawn.at.is_some_and(|at| at.elapsed() < PACE) {
            return;
        }
        drawn.at = Some(Instant::now());
        let (rows, columns) = (self.options.size)();
        self.fit(drawn, columns);
        // The last row and column stay free: a terminal scrolls or wraps when they are filled. Where results stay above the
        // board, some rows are left for them.
        let free = if rows < ROOMY || self.options.hold { 1 } else { RESULTS + 1 };
        let (width, height) = (columns.saturating_sub(1), rows.saturating_sub(free).max(1));
        let lines = drawn.board.lines((self.options.clock)(), width.into(), height.into());
        drawn.widths = lines.iter().map(|line| measure_text_width(line)).collect();
        self.bar.set_message(lines.join("\n"));
    }

    /// Takes away what a terminal that became narrower has made of the board: it breaks lines that no longer fit, and indicatif
    /// would go up by as many rows as it had written.
    fn fit(&self, drawn: &mut Drawn, columns: u16) {
        let was = std::mem::replace(&mut drawn.columns, columns);
        if columns < was && columns > 0 && !self.bar.is_hidden() {
            (self.options.raw)(&erased(&drawn.widths, columns.into()));
        }
    }

    fn drawn(&self) -> std::sync::MutexGuard<'_, Drawn> {
        self.drawn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Draws now and then until the end.
    fn tick(&self, every: Duration) {
        let (ended, bell) = &self.ended;
        let mut over = ended.lock().unwrap_or_else(PoisonError::into_inner);
        while !*over {
            over = bell.wait_timeout(over, every).unwrap_or_else(PoisonError::into_inner).0;
            if !*over {
                self.draw(&mut self.drawn(), true);
            }
        }
    }
}

/// What erases lines of these widths where they have been broken to fit into `columns`, and leaves the cursor in the row where
/// indicatif, which goes up by a row for each line but one, ends in their first.
fn erased(widths: &[usize], columns: usize) -> String {
    let Some(below) = widths.len().checked_sub(1) else { return String::new() };
    let rows: usize = widths.iter().map(|width| width.div_ceil(columns).max(1)).sum();
    let (up, down) = (cursor(rows - 1, 'A'), cursor(below, 'B'));
    format!("\r{up}\u{1b}[J{down}")
}

/// Moves the cursor; by no row it must not be sent, since 0 counts as 1.
fn cursor(rows: usize, way: char) -> String {
    if rows == 0 { String::new() } else { format!("\u{1b}[{rows}{way}") }
}

impl Listener for Live {
    fn emit(&self, event: Event) {
        let shared = &self.shared;
        let mut drawn = shared.drawn();
        let line = drawn.board.emit(&event);
        if let Some(line) = line {
            shared.fit(&mut drawn, (shared.options.size)().1);
            shared.bar.println(line);
        }
        if shared.options.bell && matches!(event.kind, EventKind::Ended(_)) {
            let _ = Term::stderr().write_str("\u{7}");
        }
        // What the person waits for is not kept back.
        let at_once = matches!(event.kind, EventKind::Ended(_) | EventKind::WaitingForPerson { .. });
        shared.draw(&mut drawn, at_once);
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
        let shared = &self.shared;
        shared.fit(&mut shared.drawn(), (shared.options.size)().1);
        shared.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU16, Ordering};

    use indicatif::{InMemoryTerm, TermLike};

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
            raw: Box::new(|_| unreachable!("its size does not change")),
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
            live.emit(event);
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
            live.emit(phone(
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
            live.emit(phone(n, EventKind::WaitingForPerson { reason: Reason::ScreenLocked, hint }));
        }
        for n in 30..34 {
            let mut row = samples::rows().remove(0);
            row.model = None;
            live.emit(phone(n, EventKind::Ended(Box::new(row))));
        }
        insta::assert_snapshot!(term.contents());
    }

    /// What a terminal makes of its lines when it becomes narrower.
    fn broken(contents: &str, columns: usize) -> String {
        let rows = |line: &str| {
            let chars: Vec<char> = line.chars().collect();
            chars.chunks(columns).map(|row| row.iter().collect()).collect::<Vec<String>>()
        };
        contents.lines().flat_map(rows).collect::<Vec<_>>().join("\r\n")
    }

    #[test]
    fn a_terminal_that_becomes_narrower_keeps_no_stale_lines() {
        let (term, columns) = (InMemoryTerm::new(40, 80), Arc::new(AtomicU16::new(80)));
        let (raw, size) = (term.clone(), Arc::clone(&columns));
        let options = Options {
            colour: false,
            size: Box::new(move || (24, size.load(Ordering::Relaxed))),
            clock: Box::new(|| samples::at(70)),
            tick: None,
            raw: Box::new(move |text| raw.write_str(text).unwrap()),
            ..Options::default()
        };
        let live = Live::on(ProgressDrawTarget::term_like(Box::new(term.clone())), options);
        let begin = |model: &str| EventKind::Started { model: Some(model.into()), place: None, tray: None };
        for n in 0..8 {
            live.emit(phone(n, begin("Redmi Note 10")));
        }
        let mut row = samples::rows().remove(0);
        row.model = None;
        live.emit(phone(7, EventKind::Ended(Box::new(row))));
        let before = term.contents();
        // Narrower twice, and wider again.
        for (width, n) in [(50, 1), (30, 2), (70, 3)] {
            let stands = term.contents();
            term.reset();
            term.write_str(&broken(&stands, width.into())).unwrap();
            columns.store(width, Ordering::Relaxed);
            live.emit(phone(n, EventKind::Screen { name: format!("page-{width}") }));
            let now = term.contents();
            assert_eq!(now.matches(" of 8 done").count(), 1, "{before}\n\n{now}");
            assert_eq!(now.matches("looking").count(), before.matches("looking").count() - n as usize, "{now}");
            assert!(now.contains("signed-out"), "the result above the board stays: {now}");
        }
        drop(live);
        assert!(!term.contents().contains("done"), "{}", term.contents());
    }

    #[test]
    fn the_ticker_ends_with_the_board() {
        let term = InMemoryTerm::new(24, 80);
        let options = Options { size: Box::new(|| (24, 80)), ..Options::default() };
        let live = Live::on(ProgressDrawTarget::term_like(Box::new(term.clone())), options);
        live.emit(phone(1, EventKind::Screen { name: "account-page".into() }));
        drop(live);
        assert_eq!(term.contents(), "");
    }
}
