//! A lot: the runs of one or several benches that belong together. The chain of each run holds by itself; here are their heads.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::text::inert_json;
use crate::model::{Outcome, Reason, printable};
use crate::record::RunRecord;
use crate::text::say;

/// The word for a phone without a result in the document.
const NO_RESULT: &str = "no result";

/// Phones by outcome, in the order of the contract; those without a result last.
fn counts(phones: &[LotPhone]) -> Vec<(&'static str, usize)> {
    let count = |wanted: Option<Outcome>| phones.iter().filter(|phone| phone.outcome == wanted).count();
    Outcome::ALL
        .into_iter()
        .map(|outcome| (outcome.as_str(), count(Some(outcome))))
        .chain([(NO_RESULT, count(None))])
        .filter(|(_, count)| *count > 0)
        .collect()
}

/// The lot for people: its phones, then a line a run with the head of its chain.
#[must_use]
pub fn lot_lines(lot: &str, runs: &[RunRecord]) -> Vec<String> {
    let phones = lot_phones(runs);
    let named = |what: &str| if what == NO_RESULT { say!("no-result") } else { what.to_owned() };
    let counts: Vec<String> =
        counts(&phones).into_iter().map(|(what, count)| format!("{count} {}", named(what))).collect();
    let head =
        say!("lot-with-runs-and-phones", lot, runs = runs.len(), phones = phones.len(), counts = counts.join(", "));
    let mut lines = vec![printable(&head)];
    lines.extend(runs.iter().map(|run| {
        let header = &run.header;
        let station = header.station.as_deref().unwrap_or("-");
        printable(&say!("run-of-lot", run = header.id, station, rows = run.rows.len(), head = run.head))
    }));
    lines
}

/// A phone of a lot, with its last result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LotPhone {
    /// `ro.serialno`, or what adb printed where that could not be read. Over the network adb prints an address, which another
    /// bench may give to another phone: such a phone counts for itself, and no other phone's result hides it.
    pub hardware_serial: String,
    /// Market name or model.
    pub model: Option<String>,
    /// How it last ended; absent where it was begun and has no row.
    pub outcome: Option<Outcome>,
    /// Why, where that outcome has a reason.
    pub reason: Option<Reason>,
    /// The run that says so.
    pub run: String,
    /// Where that run worked.
    pub station: Option<String>,
}

/// The phones of a lot on all benches, by their hardware serials.
#[must_use]
pub fn lot_phones(runs: &[RunRecord]) -> Vec<LotPhone> {
    let mut phones: BTreeMap<String, LotPhone> = BTreeMap::new();
    for run in runs {
        let phone = |hardware_serial: String, model: Option<String>, outcome, reason| {
            let (id, station) = (run.header.id.clone(), run.header.station.clone());
            LotPhone { hardware_serial, model, outcome, reason, run: id, station }
        };
        for open in &run.open {
            let found = phone(open.hardware_serial.clone(), open.model.clone(), None, None);
            phones.insert(found.hardware_serial.clone(), found);
        }
        for row in &run.rows {
            let (record, result) = (&row.record, &row.record.result);
            let key = record.hardware_serial.clone().unwrap_or_else(|| result.serial.clone());
            let found = phone(key, result.model.clone(), Some(result.outcome), result.reason);
            // Another run or connection has the phone, and says what became of it.
            if matches!(result.reason, Some(Reason::InUse | Reason::DuplicateSerial)) {
                phones.entry(found.hardware_serial.clone()).or_insert(found);
            } else {
                phones.insert(found.hardware_serial.clone(), found);
            }
        }
    }
    phones.into_values().collect()
}

/// The lot for programs.
#[must_use]
pub fn lot_document(lot: &str, runs: &[RunRecord]) -> String {
    let runs_of_it: Vec<Value> = runs
        .iter()
        .map(|run| {
            json!({
                "run": run.header.id, "station": run.header.station, "operator": run.header.operator,
                "started": run.header.started, "ended": run.ended, "exit": run.exit,
                "rows": run.rows.len(), "open": run.open.len(), "head": run.head, "seal": run.seal,
            })
        })
        .collect();
    let all = lot_phones(runs);
    let phone = |phone: &LotPhone| {
        let (outcome, reason) = (phone.outcome.map(Outcome::as_str), phone.reason.map(Reason::as_str));
        json!({ "hardware_serial": phone.hardware_serial, "outcome": outcome, "reason": reason, "run": phone.run })
    };
    let phones: Vec<Value> = all.iter().map(phone).collect();
    let counts: serde_json::Map<String, Value> =
        counts(&all).into_iter().map(|(what, count)| (what.to_owned(), count.into())).collect();
    let document = json!({
        "format": "mi-signout lot", "schema": 1, "lot": lot, "counts": counts, "runs": runs_of_it, "phones": phones,
    });
    inert_json(serde_json::to_string_pretty(&document).unwrap_or_default()) + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn a_run_that_left_a_phone_to_another_one_says_nothing_of_it() {
        let (first, mut second) = (samples::record(), samples::record());
        second.open.clear();
        second.rows.truncate(1);
        let left = &mut second.rows[0].record.result;
        (left.outcome, left.reason) = (Outcome::Failed, Some(Reason::InUse));
        assert_eq!(lot_phones(&[first.clone(), second.clone()]), lot_phones(&[first]));
        assert_eq!(lot_phones(&[second])[0].reason, Some(Reason::InUse), "nobody else says more");
    }

    #[test]
    fn a_phone_counts_once_with_its_last_outcome_and_every_run_has_its_head() {
        let (first, mut second) = (samples::record(), samples::record());
        second.header.id = "20261124-070000-0001".into();
        second.rows.truncate(1);
        second.rows[0].record.result.outcome = Outcome::AlreadySignedOut;
        second.open.clear();
        second.head = "f".repeat(64);
        let runs = [first.clone(), second];
        let lines = lot_lines("lot-1\u{1b}[31m", &runs);
        assert!(lines[0].contains("2 runs, 5 phones: 2 already-signed-out"), "{}", lines[0]);
        assert!(lines[0].contains("1 no result") && !lines[0].contains('\u{1b}'), "{}", lines[0]);
        assert!(
            lines[1].ends_with(&format!("head {}", first.head)) && lines[2].ends_with(&"f".repeat(64)),
            "{lines:?}"
        );
        let document: Value = serde_json::from_str(&lot_document("lot-1", &runs)).unwrap();
        assert_eq!(document["runs"][1]["head"], "f".repeat(64));
        assert_eq!(document["phones"].as_array().unwrap().len(), 5);
    }
}
