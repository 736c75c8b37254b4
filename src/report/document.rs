//! The JSON document of a run, with its chain. The HTML report carries it too, so that it can be checked.

use serde::Deserialize;
use serde_json::{Value, json};

use super::text::inert_json;
use crate::record::chain::canonical;
use crate::record::{ChainedRow, OpenPhone, RunHeader, RunRecord};
use crate::text::say;

/// What the document calls itself.
const FORMAT: &str = "mi-signout report";

/// The document as a value.
fn value(run: &RunRecord) -> Value {
    let rows: Vec<Value> = run
        .rows
        .iter()
        .map(|row| {
            // The value of the hashed text, so that nothing is lost that this version does not know.
            let record: Value = serde_json::from_str(&row.text).unwrap_or_default();
            json!({ "record": record, "previous": row.previous, "hash": row.hash })
        })
        .collect();
    json!({
        "format": FORMAT,
        "schema": 1,
        "run": run.header,
        "ended": run.ended,
        "exit": run.exit,
        "rows": rows,
        "open": run.open,
        "chain": { "genesis": run.genesis, "head": run.head, "rows": run.rows.len(), "seal": run.seal },
    })
}

/// The document for a file of its own.
pub(super) fn pretty(run: &RunRecord) -> String {
    let mut text = inert_json(serde_json::to_string_pretty(&value(run)).unwrap_or_default());
    text.push('\n');
    text
}

/// The document on one line, for within a page.
pub(super) fn compact(run: &RunRecord) -> String {
    inert_json(value(run).to_string())
}

#[derive(Deserialize)]
struct Document {
    format: String,
    schema: u32,
    run: RunHeader,
    ended: Option<chrono::DateTime<chrono::Utc>>,
    exit: Option<u8>,
    rows: Vec<Row>,
    open: Vec<OpenPhone>,
    chain: Chain,
}

#[derive(Deserialize)]
struct Row {
    record: Value,
    previous: String,
    hash: String,
}

#[derive(Deserialize)]
struct Chain {
    genesis: String,
    head: String,
    rows: usize,
    seal: String,
}

/// Reads a document back. Pictures are not in it.
///
/// # Errors
/// What is wrong with it, in words.
pub(super) fn parse(text: &str) -> Result<RunRecord, String> {
    let document: Document = serde_json::from_str(text).map_err(|e| say!("not-a-report-of-this-program", error = e))?;
    if document.format != FORMAT || document.schema != 1 {
        return Err(say!(
            "report-has-another-format",
            format = document.format,
            schema = document.schema,
            wanted = FORMAT
        ));
    }
    if document.chain.rows != document.rows.len() {
        return Err(say!("report-has-another-number-of-rows", rows = document.rows.len(), says = document.chain.rows));
    }
    let rows = document.rows.into_iter().map(|row| chained(&row.record, row.previous, row.hash));
    Ok(RunRecord {
        header: document.run,
        ended: document.ended,
        exit: document.exit,
        rows: rows.collect::<Result<_, _>>()?,
        open: document.open,
        genesis: document.chain.genesis,
        head: document.chain.head,
        seal: document.chain.seal,
    })
}

/// A row of its value.
pub(super) fn chained(record: &Value, previous: String, hash: String) -> Result<ChainedRow, String> {
    let text = canonical(record);
    let record = serde_json::from_str(&text).map_err(|e| say!("row-cannot-be-read", error = e))?;
    Ok(ChainedRow { record, text, previous, hash, picture: None })
}
