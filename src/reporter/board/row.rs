//! One phone on the board: what it does, where it stands among the others, and its line.

use chrono::{DateTime, Utc};
use console::{Style, measure_text_width, truncate_str};

use crate::model::{Outcome, Reason, Serial};
use crate::report::text::{clock, column, style};
use crate::text::say;

/// No line is wider, so that the eye finds its end.
pub(super) const WIDEST: usize = 100;

/// What a phone is doing, in the order in which it matters to the person in front of the tray.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Doing {
    /// It waits for that person.
    Waiting { reason: Reason, hint: String, since: DateTime<Utc> },
    /// Its connection is lost.
    Lost { since: DateTime<Utc> },
    /// It is on this screen.
    Working { screen: String },
    /// Another phone of its account is being judged.
    WaitingForTurn { since: DateTime<Utc> },
    /// Work on it has not begun.
    Queued,
    /// It ended.
    Done { outcome: Outcome, reason: Option<Reason>, at: DateTime<Utc> },
}

#[derive(Clone, Debug)]
pub(super) struct Phone {
    pub(super) serial: Serial,
    pub(super) place: Option<String>,
    pub(super) tray: Option<u32>,
    pub(super) model: Option<String>,
    pub(super) started: DateTime<Utc>,
    pub(super) doing: Doing,
    pub(super) screen: String,
}

impl Phone {
    /// A phone of which nothing else is known.
    pub(super) fn new(serial: &Serial, at: DateTime<Utc>, doing: Doing) -> Self {
        Self { serial: serial.clone(), place: None, tray: None, model: None, started: at, doing, screen: String::new() }
    }

    /// Where it is in the tray, or else its serial.
    pub(super) fn name(&self) -> &str {
        self.place.as_deref().unwrap_or(self.serial.as_str())
    }

    /// What the person has to see comes first, and of that what is oldest; where no action is needed, the order is that of
    /// the tray, so that lines keep their place.
    pub(super) fn rank(&self) -> (u8, DateTime<Utc>, Option<u32>) {
        let (kind, since) = match &self.doing {
            Doing::Waiting { since, .. } => (0, *since),
            Doing::Lost { since } => (1, *since),
            Doing::Done { outcome, at, .. } if !outcome.is_good() => (2, *at),
            Doing::Working { .. } => (3, DateTime::UNIX_EPOCH),
            Doing::WaitingForTurn { .. } => (4, DateTime::UNIX_EPOCH),
            Doing::Queued => (5, DateTime::UNIX_EPOCH),
            Doing::Done { at, .. } => (6, *at),
        };
        (kind, since, self.tray)
    }

    /// The line of a result, which stays.
    pub(super) fn result(&self, colour: bool) -> String {
        let Doing::Done { outcome, reason, at } = &self.doing else { return String::new() };
        let (mark, said) = ended(*outcome, *reason);
        format!(
            "{} {} {} {} {}",
            style(*outcome, colour).apply_to(mark),
            column(self.name(), 14),
            column(self.model.as_deref().unwrap_or("-"), 18),
            style(*outcome, colour).apply_to(said),
            clock((*at - self.started).num_seconds())
        )
    }

    /// Its line: a mark that says it without colour, where it is, what it is, what it does, how long.
    pub(super) fn line(&self, now: DateTime<Utc>, width: usize, colour: bool) -> String {
        let plain = Style::new().force_styling(colour);
        let whole = now - self.started;
        let (mark, doing, took, style) = match &self.doing {
            Doing::Waiting { reason, since, .. } => ("!", reason.to_string(), now - *since, plain.yellow().bold()),
            Doing::Lost { since } => ("?", say!("connection-lost"), now - *since, plain.yellow()),
            Doing::Working { screen } if screen.is_empty() => (" ", say!("phone-is-being-looked-at"), whole, plain),
            Doing::Working { screen } => (" ", screen.clone(), whole, plain),
            Doing::WaitingForTurn { since } => {
                (".", say!("waits-for-other-phone-of-account"), now - *since, plain.dim())
            }
            Doing::Queued => (".", say!("waits-its-turn"), whole, plain.dim()),
            Doing::Done { outcome, reason, at } => {
                let (mark, said) = ended(*outcome, *reason);
                (mark, said, *at - self.started, style(*outcome, colour))
            }
        };
        // What mark, place, model, time and the gaps leave is for what it does; on a narrow terminal that is worth more than the model.
        let (width, place, time) = (width.min(WIDEST), 14, 7);
        let model = match width {
            70.. => format!("{} ", column(self.model.as_deref().unwrap_or("-"), 18)),
            56.. => format!("{} ", column(self.model.as_deref().unwrap_or("-"), 10)),
            _ => String::new(),
        };
        let room = width.saturating_sub(2 + place + 1 + measure_text_width(&model) + 1 + time).max(8);
        let line = format!(
            "{} {} {model}{} {:>time$}",
            style.apply_to(mark),
            column(self.name(), place),
            style.apply_to(column(&doing, room)),
            clock(took.num_seconds())
        );
        truncate_str(&line, width, "").into_owned()
    }
}

/// Mark and words of a result.
fn ended(outcome: Outcome, reason: Option<Reason>) -> (&'static str, String) {
    let why = reason.map(|r| format!(": {r}")).unwrap_or_default();
    (if outcome.is_good() { "+" } else { "x" }, format!("{outcome}{why}"))
}
