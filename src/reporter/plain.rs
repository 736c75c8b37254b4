//! Plain lines for log files and pipes: one for each change, with its time and its phone; nothing is drawn over or coloured.

use crate::model::printable;
use std::collections::HashMap;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

use chrono::SecondsFormat;

use crate::event::{Event, EventKind, Listener, Subject};
use crate::report::text::counts;
use crate::text::say;

/// A listener that writes a line for each change: `2026-11-23T10:00:05Z #3 SERIAL: what`, with the number in the tray where there
/// is one.
pub struct Plain<W> {
    inner: Mutex<Inner<W>>,
    steps: bool,
}

struct Inner<W> {
    out: W,
    last: HashMap<Subject, String>,
    /// Numbers in the tray.
    numbers: HashMap<Subject, u32>,
}

impl<W: Write + Send> Plain<W> {
    /// Writes to `out`; `steps` writes each step too (`-v`).
    pub fn new(out: W, steps: bool) -> Self {
        Self { inner: Mutex::new(Inner { out, last: HashMap::new(), numbers: HashMap::new() }), steps }
    }
}

impl<W: Write + Send> Listener for Plain<W> {
    fn emit(&self, event: Event) {
        let Some(what) = line(&event.kind, self.steps) else { return };
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        // The same again is no change.
        if inner.last.get(&event.subject) == Some(&what) {
            return;
        }
        if let EventKind::Started { tray: Some(number), .. } | EventKind::Queued { tray: Some(number), .. } =
            &event.kind
        {
            inner.numbers.insert(event.subject.clone(), *number);
        }
        let number = inner.numbers.get(&event.subject).map(|number| format!("#{number} ")).unwrap_or_default();
        let whom = match &event.subject {
            Subject::Phone(serial) => format!("{number}{}: ", printable(serial.as_str())),
            Subject::Account(masked) => say!("line-of-account", account = printable(masked)),
            Subject::Run(_) => String::new(),
        };
        let at = event.at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let _ = writeln!(inner.out, "{at} {whom}{}", printable(&what)).and_then(|()| inner.out.flush());
        inner.last.insert(event.subject, what);
    }
}

fn line(kind: &EventKind, steps: bool) -> Option<String> {
    Some(match kind {
        EventKind::Started { model, place, .. } | EventKind::Queued { model, place, .. } => {
            let begins =
                if matches!(kind, EventKind::Queued { .. }) { say!("waits-its-turn") } else { say!("line-started") };
            let place = place.as_ref().map(|p| say!("line-at-place", place = p)).unwrap_or_default();
            let model = model.as_ref().map(|m| format!(", {m}")).unwrap_or_default();
            format!("{begins}{place}{model}")
        }
        EventKind::Identified { model, software, account, .. } => {
            let account = account.as_ref().map(|a| say!("line-with-account", account = a));
            let parts: Vec<_> = [model.clone(), software.clone(), account].into_iter().flatten().collect();
            say!("line-identified", parts = parts.join(", "))
        }
        EventKind::Screen { name } => say!("line-on-screen", name),
        EventKind::Step { screen, what, .. } if steps => say!("line-step-on-screen", screen, what),
        EventKind::Step { .. } | EventKind::Observed { .. } => return None,
        EventKind::WaitingForPerson { reason, hint } => say!("waiting-for-person", reason, hint),
        EventKind::WaitingForTurn => say!("waiting-for-another-phone"),
        EventKind::Resumed => say!("line-continues"),
        EventKind::Lost => say!("connection-lost"),
        EventKind::Back => say!("connected-again"),
        EventKind::Unplugged => say!("unplugged"),
        EventKind::Note { text } => text.clone(),
        EventKind::Ended(row) => {
            let why = row.reason.map(|r| format!(": {r}")).unwrap_or_default();
            let hint = row.hint.as_ref().map(|h| format!(": {h}")).unwrap_or_default();
            format!("{}{why} ({:.1} s){hint}", row.outcome, row.seconds)
        }
        EventKind::Finished { counts: all, exit } => {
            let outcomes: Vec<_> = all.iter().flat_map(|(o, n)| std::iter::repeat_n(*o, *n)).collect();
            say!("line-counts-and-exit", counts = counts(&outcomes), exit)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;
    use crate::text;

    #[test]
    fn lines_come_out_in_a_second_language() {
        let page = EventKind::Screen { name: "account-page".to_owned() };
        let said = text::in_language(text::Language::MadeUp, || [page, EventKind::Lost].map(|kind| line(&kind, false)));
        assert_eq!(said.map(Option::unwrap), ["ĉe account-page", "konekto perdita"]);
    }

    #[test]
    fn a_line_for_each_change() {
        let plain = Plain::new(Vec::new(), true);
        for event in samples::events() {
            plain.emit(event.clone());
            plain.emit(event);
        }
        let text = String::from_utf8(plain.inner.into_inner().unwrap().out).unwrap();
        insta::assert_snapshot!(text);
    }
}
