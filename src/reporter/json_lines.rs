//! JSON lines on stdout: events as they happen, a result when a phone ends, a summary at the end. Their shape is a contract.

use std::io::{self, Write};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;

use crate::event::{Event, EventKind, Subject};
use crate::model::{AccountId, Outcome, Proof, Reason, ResultRow, Summary};
use crate::report::text::inert_json;

#[derive(Serialize)]
struct EventLine<'a> {
    r#type: &'static str,
    at: String,
    #[serde(flatten)]
    subject: &'a Subject,
    #[serde(flatten)]
    kind: &'a EventKind,
}

#[derive(Serialize)]
struct ResultLine<'a> {
    r#type: &'static str,
    schema: u32,
    serial: &'a str,
    adb: &'a str,
    model: Option<&'a str>,
    software: Option<&'a str>,
    profile: Option<&'a str>,
    account: Option<&'a AccountId>,
    outcome: Outcome,
    reason: Option<Reason>,
    hint: Option<&'a str>,
    proof: &'a Proof,
    started: String,
    seconds: f64,
    steps: u32,
    dumps: u32,
}

#[derive(Serialize)]
struct SummaryLine {
    r#type: &'static str,
    #[serde(flatten)]
    summary: Summary,
    exit: u8,
}

/// The line of an event. A phone's end and the run's end have lines of their own.
#[must_use]
pub fn event_line(event: &Event) -> String {
    match &event.kind {
        EventKind::Ended(row) => result_line(row),
        EventKind::Finished { counts, exit } => {
            let outcomes = counts.iter().flat_map(|(outcome, n)| std::iter::repeat_n(*outcome, *n));
            summary_line(outcomes, *exit)
        }
        kind => text(&EventLine { r#type: "event", at: moment(event.at), subject: &event.subject, kind }),
    }
}

/// The line of a phone's result.
#[must_use]
pub fn result_line(row: &ResultRow) -> String {
    text(&ResultLine {
        r#type: "result",
        schema: 1,
        serial: &row.serial,
        adb: &row.adb,
        model: row.model.as_deref(),
        software: row.software.as_deref(),
        profile: row.profile.as_deref(),
        account: row.account.as_ref(),
        outcome: row.outcome,
        reason: row.reason,
        hint: row.hint.as_deref(),
        proof: &row.proof,
        started: row.started.to_rfc3339_opts(SecondsFormat::Secs, true),
        seconds: (row.seconds * 10.0).round() / 10.0,
        steps: row.steps,
        dumps: row.dumps,
    })
}

/// The last line of a run.
#[must_use]
pub fn summary_line(outcomes: impl IntoIterator<Item = Outcome>, exit: u8) -> String {
    text(&SummaryLine { r#type: "summary", summary: Summary::of(outcomes), exit })
}

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// These types always serialise: string keys, no maps of others.
fn text(line: &impl Serialize) -> String {
    inert_json(serde_json::to_string(line).unwrap_or_default())
}

/// Writes a line for each event.
pub struct JsonLines<W>(W);

impl<W: Write> JsonLines<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Self {
        Self(out)
    }

    /// Writes the line of an event.
    ///
    /// # Errors
    /// As writing does.
    pub fn write(&mut self, event: &Event) -> io::Result<()> {
        // One write a line, so that lines of two processes do not mix.
        self.0.write_all(format!("{}\n", event_line(event)).as_bytes()).and_then(|()| self.0.flush())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn lines_are_as_the_contract_has_them() {
        let mut out = Vec::new();
        let mut lines = JsonLines::new(&mut out);
        for event in samples::events() {
            lines.write(&event).unwrap();
        }
        let text = String::from_utf8(out).unwrap();
        for line in text.lines() {
            assert!(line.starts_with("{\"type\":\""), "{line}");
            serde_json::from_str::<serde_json::Value>(line).unwrap();
        }
        insta::assert_snapshot!(text);
    }

    #[test]
    fn a_result_has_its_keys_in_order() {
        insta::assert_snapshot!(result_line(&samples::rows()[0]), @r#"{"type":"result","schema":1,"serial":"8f2a1b","adb":"127.0.0.1:5037","model":"Redmi Note 10","software":"MIUI 14.0.9","profile":"miui","account":"6230***535","outcome":"signed-out","reason":null,"hint":null,"proof":{"before":"account present","after":"no com.xiaomi account","ui":"sign-in page"},"started":"2026-11-23T10:00:00Z","seconds":31.4,"steps":7,"dumps":5}"#);
    }
}
