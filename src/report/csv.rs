//! A table for spreadsheets, a line per phone in the order of the tray (`row` is the order in which they ended), with the chain
//! in its last columns. Times are UTC.

use crate::model::printable;
use std::io::Read;

use chrono::SecondsFormat;

use super::ReportError;
use super::document::chained;
use super::text::inert_json;
use super::tray_order::tray_order;
use crate::record::{ChainedRow, RunRecord};
use crate::text::say;

/// The columns that people read; the chain's own follow.
const COLUMNS: [&str; 24] = [
    "serial",
    "hardware_serial",
    "make",
    "model",
    "software",
    "account",
    "outcome",
    "reason",
    "hint",
    "proof_before",
    "proof_after",
    "proof_ui",
    "find_device",
    "started",
    "ended",
    "seconds",
    "profile",
    "operator",
    "station",
    "authorised_by",
    "tool",
    "run",
    "row",
    "rows",
];

const CHAIN: [&str; 4] = ["previous", "hash", "head", "record"];

/// The table.
pub(super) fn render(run: &RunRecord) -> Result<Vec<u8>, ReportError> {
    let failed = |e: &dyn std::fmt::Display| ReportError::Render(e.to_string());
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(COLUMNS.iter().chain(&CHAIN)).map_err(|e| failed(&e))?;
    for row in tray_order(run) {
        let chain = [row.previous.clone(), row.hash.clone(), run.head.clone(), inert_json(row.text.clone())];
        let cells = cells(row, run.rows.len()).into_iter().map(|cell| guarded(&cell)).chain(chain);
        table.write_record(cells).map_err(|e| failed(&e))?;
    }
    table.into_inner().map_err(|e| failed(&e))
}

fn cells(row: &ChainedRow, rows: usize) -> [String; COLUMNS.len()] {
    let record = &row.record;
    let (result, run) = (&record.result, &record.run);
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let moment = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    [
        result.serial.clone(),
        text(&record.hardware_serial),
        text(&record.make),
        text(&result.model),
        text(&result.software),
        result.account.as_ref().map(ToString::to_string).unwrap_or_default(),
        result.outcome.to_string(),
        result.reason.map(|r| r.to_string()).unwrap_or_default(),
        text(&result.hint),
        text(&result.proof.before),
        text(&result.proof.after),
        text(&result.proof.ui),
        record.find_device.as_str().to_owned(),
        moment(result.started),
        moment(record.ended),
        format!("{:.1}", result.seconds),
        text(&result.profile),
        text(&run.operator),
        text(&run.station),
        text(&run.authorised_by),
        run.tool.clone(),
        run.id.clone(),
        record.row.to_string(),
        rows.to_string(),
    ]
}

/// The cell, with an apostrophe before it where a spreadsheet would run it as a formula (OWASP, CSV injection).
fn guarded(cell: &str) -> String {
    let cell = printable(cell);
    if cell.trim_start().starts_with(['=', '+', '-', '@']) { format!("'{cell}") } else { cell }
}

/// Reads the rows of a table back, with the head of the chain that they name. An error says what is wrong beside the chain.
pub(super) fn parse(bytes: &[u8]) -> Result<(Vec<ChainedRow>, String), String> {
    let mut table = csv::Reader::from_reader(bytes.take(u64::MAX));
    let header = table.headers().map_err(|e| e.to_string())?.clone();
    let column = |name: &str| header.iter().position(|h| h == name).ok_or_else(|| say!("csv-column-is-missing", name));
    let (previous, hash, head, record) = (column("previous")?, column("hash")?, column("head")?, column("record")?);
    let (mut rows, mut named) = (Vec::new(), String::new());
    for line in table.records() {
        let line = line.map_err(|e| e.to_string())?;
        let cell = |index: usize| line.get(index).unwrap_or_default();
        let value = serde_json::from_str(cell(record))
            .map_err(|e| say!("row-has-a-problem", number = rows.len() + 1, what = e))?;
        rows.push(chained(&value, cell(previous).to_owned(), cell(hash).to_owned())?);
        cell(head).clone_into(&mut named);
    }
    // The lines are in the order of the tray, the chain in the order in which the phones ended.
    rows.sort_by_key(|row: &ChainedRow| row.record.row);
    Ok((rows, named))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn the_table_reads_as_written() {
        let bytes = render(&samples::record()).unwrap();
        let mut table = csv::Reader::from_reader(bytes.as_slice());
        let mut text = String::new();
        for line in table.records() {
            let line = line.unwrap();
            text += &line.iter().take(COLUMNS.len()).collect::<Vec<_>>().join(" | ");
            text += "\n";
        }
        insta::assert_snapshot!(text);
    }

    #[test]
    fn no_cell_is_a_formula() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1"] {
            assert!(guarded(text).starts_with('\''), "{text:?}");
        }
        assert_eq!(guarded("8f2a1b"), "8f2a1b");
    }
}
