//! The board: what stands on the screen while phones are worked on. Pure: events in, lines out.

use std::collections::HashMap;
use std::fmt::Write;

use chrono::{DateTime, Utc};
use console::{Style, measure_text_width, truncate_str};

use crate::event::{Event, EventKind, Subject};
use crate::model::{Outcome, Reason, Serial};
use crate::report::text::{clock, column, cut, style, wrap};

/// No line is wider, so that the eye finds its end.
const WIDEST: usize = 100;

/// What a phone is doing, in the order in which it matters to the person in front of the tray.
#[derive(Clone, Debug, PartialEq)]
enum Doing {
    /// It waits for that person.
    Waiting { reason: Reason, hint: String, since: DateTime<Utc> },
    /// Its connection is lost.
    Lost { since: DateTime<Utc> },
    /// It is on this screen.
    Working { screen: String },
    /// It ended.
    Done { outcome: Outcome, reason: Option<Reason>, at: DateTime<Utc> },
}

#[derive(Clone, Debug)]
struct Phone {
    serial: Serial,
    place: Option<String>,
    model: Option<String>,
    started: DateTime<Utc>,
    doing: Doing,
    screen: String,
}

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
    pub(super) fn tell(&mut self, event: &Event) -> Option<String> {
        self.started.get_or_insert(event.at);
        let Subject::Phone(serial) = &event.subject else {
            return match &event.kind {
                EventKind::Note { text } => Some(cut(text, 400)),
                _ => None,
            };
        };
        if let EventKind::Started { model, place, tray } = &event.kind {
            self.start(
                serial,
                model.clone(),
                shown_place(place.as_deref().unwrap_or(serial.as_str()), place.is_some(), *tray),
                event.at,
            );
            return None;
        }
        // A phone that was never at work has no line to lose.
        if event.kind == EventKind::Unplugged && !self.by_serial.contains_key(serial) {
            return None;
        }
        let index = match self.by_serial.get(serial) {
            Some(index) => *index,
            None => self.start(serial, None, None, event.at),
        };
        self.change(index, event)
    }

    fn start(&mut self, serial: &Serial, model: Option<String>, place: Option<String>, at: DateTime<Utc>) -> usize {
        let doing = Doing::Working { screen: String::new() };
        let phone = Phone { serial: serial.clone(), place, model, started: at, doing, screen: String::new() };
        if let Some(index) = self.by_serial.get(serial) {
            self.phones[*index] = phone;
            return *index;
        }
        self.phones.push(phone);
        self.by_serial.insert(serial.clone(), self.phones.len() - 1);
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
                return (!self.hold).then(|| self.result(&self.phones[index]));
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
            let mut of_phone = vec![self.line(phone, now, width)];
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
                    lines.push(cut(&format!("  and {}", Self::rest(&shown[n..])), width));
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
        let mut text = format!("{done} of {} done", count(|_| true));
        if done > good {
            let _ = write!(text, " ({good} well, {} not)", done - good);
        }
        if waiting > 0 {
            let _ = write!(text, ", {waiting} for you");
        }
        if lost > 0 {
            let _ = write!(text, ", {lost} lost");
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

    /// Puts phones that wait for the same below the one that waits longest.
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
            Doing::Waiting { hint, .. } => first.iter().position(|h| h == hint),
            _ => Some(first.len()),
        });
    }

    /// The line of a result, which stays.
    fn result(&self, phone: &Phone) -> String {
        let Doing::Done { outcome, reason, at } = &phone.doing else { return String::new() };
        let why = reason.map(|r| format!(": {r}")).unwrap_or_default();
        let mark = if outcome.is_good() { "+" } else { "x" };
        let said = format!("{outcome}{why}");
        format!(
            "{} {} {} {} {}",
            style(*outcome, self.colour).apply_to(mark),
            column(phone.name(), 14),
            column(phone.model.as_deref().unwrap_or("-"), 18),
            style(*outcome, self.colour).apply_to(said),
            clock((*at - phone.started).num_seconds())
        )
    }

    /// A phone's line: a mark that says it without colour, where it is, what it is, what it does, how long.
    fn line(&self, phone: &Phone, now: DateTime<Utc>, width: usize) -> String {
        let plain = Style::new().force_styling(self.colour);
        let (mark, doing, took, style) = match &phone.doing {
            Doing::Waiting { reason, since, .. } => ("!", reason.to_string(), now - *since, plain.yellow().bold()),
            Doing::Lost { since } => ("?", "connection lost".to_owned(), now - *since, plain.yellow()),
            Doing::Working { screen } if screen.is_empty() => (" ", "looking".to_owned(), now - phone.started, plain),
            Doing::Working { screen } => (" ", screen.clone(), now - phone.started, plain),
            Doing::Done { outcome, reason, at } => {
                let why = reason.map(|r| format!(": {r}")).unwrap_or_default();
                let mark = if outcome.is_good() { "+" } else { "x" };
                (mark, format!("{outcome}{why}"), *at - phone.started, style(*outcome, self.colour))
            }
        };
        // What mark, place, model, time and the gaps leave is for what it does.
        let (width, place, model, time) = (width.min(WIDEST), 14, 18, 7);
        let room = width.saturating_sub(2 + place + 1 + model + 1 + 1 + time).max(8);
        let line = format!(
            "{} {} {} {} {:>time$}",
            style.apply_to(mark),
            column(phone.name(), place),
            column(phone.model.as_deref().unwrap_or("-"), model),
            style.apply_to(column(&doing, room)),
            clock(took.num_seconds())
        );
        truncate_str(&line, width, "").into_owned()
    }

    /// What is not shown, counted.
    fn rest(phones: &[&Phone]) -> String {
        let count = |of: fn(&Doing) -> bool| phones.iter().filter(|p| of(&p.doing)).count();
        let parts = [
            (count(|d| matches!(d, Doing::Waiting { .. })), "waiting for you"),
            (count(|d| matches!(d, Doing::Lost { .. })), "lost"),
            (count(|d| matches!(d, Doing::Working { .. })), "at work"),
            (count(|d| matches!(d, Doing::Done { .. })), "done"),
        ];
        let parts: Vec<_> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} more {what}")).collect();
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

impl Phone {
    /// Where it is in the tray, or else its serial.
    fn name(&self) -> &str {
        self.place.as_deref().unwrap_or(self.serial.as_str())
    }

    /// What the person has to see comes first, and of that what is oldest.
    fn rank(&self) -> (u8, DateTime<Utc>) {
        match &self.doing {
            Doing::Waiting { since, .. } => (0, *since),
            Doing::Lost { since } => (1, *since),
            Doing::Done { outcome, at, .. } if !outcome.is_good() => (2, *at),
            Doing::Working { .. } => (3, self.started),
            Doing::Done { at, .. } => (4, *at),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::report::samples;

    fn told(board: &mut Board, seconds: i64, serial: &str, kind: EventKind) -> Option<String> {
        board.tell(&Event { at: samples::at(seconds), subject: Subject::Phone(Serial::new(serial)), kind })
    }

    /// Forty phones of a tray: some wait, one is lost, some are done.
    fn tray(hold: bool, colour: bool) -> Board {
        let mut board = Board::new(hold, colour);
        let models = ["Redmi Note 10", "POCO X3 Pro", "Xiaomi 13 Ultra Limited Edition", "Redmi 9A"];
        for n in 0..40_i64 {
            let serial = format!("serial{n:02}");
            let model = models[n as usize % 4].to_owned();
            let place = Some(format!("1-4.{}.{}", n / 10 + 1, n % 10 + 1));
            told(
                &mut board,
                n / 10,
                &serial,
                EventKind::Started { model: Some(model), place, tray: Some(n as u32 + 1) },
            );
            let kind = match n % 13 {
                3 => EventKind::WaitingForPerson {
                    reason: Reason::InputNotAllowed,
                    hint: "on the phone: Settings > Additional settings > Developer options > USB debugging (Security settings)"
                        .into(),
                },
                7 => EventKind::Lost,
                _ => EventKind::Screen { name: ["account-page", "password", "signing-out"][n as usize % 3].into() },
            };
            told(&mut board, 20 + n, &serial, kind);
            if n % 4 == 1 {
                let mut row = samples::rows().remove(usize::from(n % 8 == 1));
                row.serial.clone_from(&serial);
                row.model = None;
                told(&mut board, 65, &serial, EventKind::Ended(Box::new(row)));
            }
        }
        board
    }

    #[test]
    fn forty_phones_on_a_small_terminal() {
        let lines = tray(false, false).lines(samples::at(70), 80, 23);
        assert!(lines.len() <= 23 && lines.iter().all(|l| measure_text_width(l) <= 80));
        insta::assert_snapshot!(lines.join("\n"));
    }

    #[test]
    fn results_are_held_until_the_phone_is_unplugged() {
        let mut board = tray(true, false);
        insta::assert_snapshot!(board.lines(samples::at(70), 120, 50).join("\n"));
        let before = board.lines(samples::at(70), 80, 99).len();
        told(&mut board, 71, "serial05", EventKind::Lost);
        assert_eq!(board.lines(samples::at(72), 80, 99).len(), before - 1);
        told(
            &mut board,
            73,
            "serial05",
            EventKind::Started { model: None, place: Some("1-4.1.6".into()), tray: Some(6) },
        );
        assert_eq!(board.lines(samples::at(74), 80, 99).len(), before);
    }

    #[test]
    fn colour_changes_no_text_and_no_size_is_exceeded() {
        let (plain, colour) = (tray(true, false), tray(true, true));
        for (width, height) in [(20, 3), (40, 10), (80, 24), (200, 60), (1, 1)] {
            let now = samples::at(70) + TimeDelta::hours(30);
            let (plain, colour) = (plain.lines(now, width, height), colour.lines(now, width, height));
            assert!(
                colour.len() <= height && colour.iter().all(|l| measure_text_width(l) <= width),
                "{width}x{height}"
            );
            let bare: Vec<_> = colour.iter().map(|l| console::strip_ansi_codes(l).into_owned()).collect();
            assert_eq!(bare, plain);
        }
    }

    #[test]
    fn what_a_phone_says_moves_no_cursor() {
        let mut board = Board::new(false, false);
        told(
            &mut board,
            0,
            "a",
            EventKind::Started { model: Some("Mi\u{1b}[2J\n9".into()), place: Some("\u{202e}x".into()), tray: None },
        );
        told(&mut board, 0, "a", EventKind::Screen { name: "s\u{7}".into() });
        let note = told(&mut board, 1, "a", EventKind::Note { text: "n\u{9b}2J".into() }).unwrap();
        let text = board.lines(samples::at(2), 80, 24).join("|") + note.as_str();
        assert!(!text.chars().any(|c| c.is_control() || c == '\u{202e}'), "{text:?}");
    }
}
