//! The board: the progress lines of a run. Pure: events in, lines out.

mod row;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use console::{Style, measure_text_width};

use self::row::{Doing, Phone, WIDEST};
use crate::event::{Event, EventKind, Subject};
use crate::model::Serial;
use crate::report::text::{clock, cut, wrap};
use crate::text::say;

/// All phones of a run.
#[derive(Debug, Default)]
pub(super) struct Board {
    phones: Vec<Phone>,
    by_serial: HashMap<Serial, usize>,
    started: Option<DateTime<Utc>>,
    /// Results stay on the board until the phone is unplugged.
    hold: bool,
    colour: bool,
}

impl Board {
    pub(super) fn new(hold: bool, colour: bool) -> Self {
        Self { hold, colour, ..Self::default() }
    }

    /// Takes an event. Gives a line that stays, where the event is worth one.
    pub(super) fn emit(&mut self, event: &Event) -> Option<String> {
        self.started.get_or_insert(event.at);
        let Subject::Phone(serial) = &event.subject else {
            return match &event.kind {
                EventKind::Note { text } => Some(cut(text, 400)),
                _ => None,
            };
        };
        if let EventKind::Started { model, place, tray } | EventKind::Queued { model, place, tray } = &event.kind {
            let waits = matches!(event.kind, EventKind::Queued { .. });
            let doing = if waits { Doing::Queued } else { Doing::Working { screen: String::new() } };
            let shown = shown_place(place.as_deref().unwrap_or(serial.as_str()), place.is_some(), *tray);
            let new = Phone { place: shown, tray: *tray, model: model.clone(), ..Phone::new(serial, event.at, doing) };
            self.start(new);
            return None;
        }
        // A phone that was never at work has no line to lose.
        if event.kind == EventKind::Unplugged && !self.by_serial.contains_key(serial) {
            return None;
        }
        let index = match self.by_serial.get(serial) {
            Some(index) => *index,
            None => self.start(Phone::new(serial, event.at, Doing::Working { screen: String::new() })),
        };
        self.change(index, event)
    }

    fn start(&mut self, phone: Phone) -> usize {
        if let Some(index) = self.by_serial.get(&phone.serial) {
            self.phones[*index] = phone;
            return *index;
        }
        self.by_serial.insert(phone.serial.clone(), self.phones.len());
        self.phones.push(phone);
        self.phones.len() - 1
    }

    fn change(&mut self, index: usize, event: &Event) -> Option<String> {
        let phone = &mut self.phones[index];
        let done = matches!(phone.doing, Doing::Done { .. });
        match &event.kind {
            EventKind::Identified { model, .. } => phone.model = model.clone().or_else(|| phone.model.take()),
            EventKind::Screen { name } => {
                phone.screen.clone_from(name);
                phone.doing = Doing::Working { screen: name.clone() };
            }
            EventKind::WaitingForPerson { reason, hint } => {
                phone.doing = Doing::Waiting { reason: *reason, hint: hint.clone(), since: event.at };
            }
            EventKind::WaitingForTurn if !done => phone.doing = Doing::WaitingForTurn { since: event.at },
            EventKind::Resumed | EventKind::Back if !done => {
                phone.doing = Doing::Working { screen: phone.screen.clone() };
            }
            // A phone that has its result and goes was unplugged: its place on the board is free.
            EventKind::Lost if done => self.forget(index),
            EventKind::Unplugged => self.forget(index),
            EventKind::Lost => phone.doing = Doing::Lost { since: event.at },
            EventKind::Note { text } => {
                let name = phone.name().to_owned();
                return Some(cut(&format!("{name}: {text}"), 400));
            }
            EventKind::Ended(row) => {
                phone.model = row.model.clone().or_else(|| phone.model.take());
                phone.doing = Doing::Done { outcome: row.outcome, reason: row.reason, at: event.at };
                return (!self.hold).then(|| self.phones[index].result(self.colour));
            }
            _ => {}
        }
        None
    }

    fn forget(&mut self, index: usize) {
        self.phones[index].serial = Serial::new("");
        self.by_serial.retain(|_, i| *i != index);
    }

    /// The board at `now`: at most `height` lines of at most `width` columns.
    pub(super) fn lines(&self, now: DateTime<Utc>, width: usize, height: usize) -> Vec<String> {
        let Some(started) = self.started else { return Vec::new() };
        let mut lines = vec![self.head(started, now, width)];
        let mut shown: Vec<&Phone> = self.phones.iter().filter(|p| self.is_shown(p)).collect();
        shown.sort_by_key(|p| p.rank());
        Self::together(&mut shown);
        let room = height.saturating_sub(1);
        let (mut used, mut said) = (0, "");
        for (n, phone) in shown.iter().enumerate() {
            let mut of_phone = vec![phone.line(now, width, self.colour)];
            // Phones that wait for the same are told once what to do.
            if let Doing::Waiting { hint, .. } = &phone.doing
                && hint != said
            {
                said = hint;
                of_phone.extend(wrap(hint, width.saturating_sub(6)).into_iter().take(2).map(|l| format!("      {l}")));
            }
            // A line is kept for "and more", unless this is the last phone.
            let kept = usize::from(n + 1 < shown.len());
            if used + of_phone.len() + kept > room {
                if used < room {
                    lines.push(cut(&say!("and-more", rest = Self::rest(&shown[n..])), width));
                }
                break;
            }
            used += of_phone.len();
            lines.extend(of_phone);
        }
        lines
    }

    /// Done and waiting, counted.
    fn head(&self, started: DateTime<Utc>, now: DateTime<Utc>, width: usize) -> String {
        // What was unplugged with its result counts; what was unplugged without one was never there.
        let present = |p: &&Phone| !p.serial.as_str().is_empty() || matches!(p.doing, Doing::Done { .. });
        let count = |of: fn(&Doing) -> bool| self.phones.iter().filter(present).filter(|p| of(&p.doing)).count();
        let done = count(|d| matches!(d, Doing::Done { .. }));
        let waiting = count(|d| matches!(d, Doing::Waiting { .. }));
        let lost = count(|d| matches!(d, Doing::Lost { .. }));
        let good = count(|d| matches!(d, Doing::Done { outcome, .. } if outcome.is_good()));
        let mut text = say!("board-done", done, all = count(|_| true));
        if done > good {
            text += &say!("board-well-and-not", good, bad = done - good);
        }
        if waiting > 0 {
            text += &say!("board-waiting", waiting);
        }
        if lost > 0 {
            text += &say!("board-lost", lost);
        }
        let turn = count(|d| matches!(d, Doing::WaitingForTurn { .. } | Doing::Queued));
        if turn > 0 {
            text += &say!("board-turn", turn);
        }
        let elapsed = clock((now - started).num_seconds());
        let text = cut(&text, width.saturating_sub(elapsed.len() + 1));
        let gap = width.min(WIDEST).saturating_sub(measure_text_width(&text) + elapsed.len()).max(1);
        let text = cut(&format!("{text}{}{elapsed}", " ".repeat(gap)), width);
        Style::new().bold().force_styling(self.colour).apply_to(text).to_string()
    }

    fn is_shown(&self, phone: &Phone) -> bool {
        let gone = phone.serial.as_str().is_empty();
        !gone && (self.hold || !matches!(phone.doing, Doing::Done { .. }))
    }

    /// Puts phones that wait for the same together, below the one that waits longest, in the order of the tray.
    fn together(phones: &mut [&Phone]) {
        let mut first: Vec<&str> = Vec::new();
        for phone in phones.iter() {
            if let Doing::Waiting { hint, .. } = &phone.doing
                && !first.contains(&hint.as_str())
            {
                first.push(hint);
            }
        }
        phones.sort_by_key(|p| match &p.doing {
            Doing::Waiting { hint, .. } => (first.iter().position(|h| h == hint), p.tray),
            _ => (Some(first.len()), None),
        });
    }

    /// What is not shown, counted.
    fn rest(phones: &[&Phone]) -> String {
        let count = |of: fn(&Doing) -> bool| phones.iter().filter(|p| of(&p.doing)).count();
        let parts = [
            (count(|d| matches!(d, Doing::Waiting { .. })), say!("rest-waiting")),
            (count(|d| matches!(d, Doing::Lost { .. })), say!("rest-lost")),
            (count(|d| matches!(d, Doing::Working { .. })), say!("rest-at-work")),
            (count(|d| matches!(d, Doing::WaitingForTurn { .. } | Doing::Queued)), say!("rest-waiting-their-turn")),
            (count(|d| matches!(d, Doing::Done { .. })), say!("rest-done")),
        ];
        let parts: Vec<_> =
            parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| say!("more-of-the-rest", n, what)).collect();
        parts.join(", ")
    }
}

/// The number in the tray, with the USB path or else the serial.
fn shown_place(place: &str, is_known: bool, tray: Option<u32>) -> Option<String> {
    match tray {
        Some(number) => Some(format!("#{number} {place}")),
        None => is_known.then(|| place.to_owned()),
    }
}
