//! The chain of hashes over a run's rows: pure, shared by `journal` (which makes it) and `report` (which checks it).

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::RunRecord;

use crate::text::say;

/// JSON with sorted keys and no white space, so that one value has one text.
#[must_use]
pub fn canonical(value: &impl Serialize) -> String {
    let mut value = serde_json::to_value(value).unwrap_or(Value::Null);
    value.sort_all_objects();
    value.to_string()
}

/// SHA-256 as 64 small hexadecimal digits.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Small hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The hash that a run's first row is linked to, made of the run's canonical header.
#[must_use]
pub fn genesis(header: &str) -> String {
    sha256(format!("mi-signout run 1\n{header}").as_bytes())
}

/// The hash of a row: over the hash before it and its canonical text.
#[must_use]
pub fn link(previous: &str, text: &str) -> String {
    sha256(format!("{previous}\n{text}").as_bytes())
}

/// What the seal is made over: the chain's head, and what is not in the chain since it is known only after the last row.
#[must_use]
pub fn sealed_text(run: &RunRecord) -> String {
    canonical(&(&run.head, run.rows.len(), run.ended, run.exit, &run.open))
}

/// What is wrong with a run's chain: edited, removed, added or reordered rows, a line each. Empty where it holds.
#[must_use]
pub fn problems(run: &RunRecord) -> Vec<String> {
    let mut problems = Vec::new();
    if genesis(&canonical(&run.header)) != run.genesis {
        problems.push(say!("head-of-run-was-edited"));
    }
    let mut previous = run.genesis.as_str();
    for (index, row) in run.rows.iter().enumerate() {
        let number = index + 1;
        let mut wrong = |what: String| problems.push(say!("row-has-a-problem", number, what));
        if row.record.row as usize != number {
            wrong(say!("row-was-moved", row = row.record.row));
        }
        if row.previous != previous {
            wrong(say!("row-does-not-follow-the-one-before"));
        }
        if link(&row.previous, &row.text) != row.hash {
            wrong(say!("row-was-edited"));
        }
        if row.record.run != run.header {
            wrong(say!("row-belongs-to-another-run"));
        }
        let picture = row.picture.as_deref().map(sha256);
        if picture.is_some() && picture != row.record.picture {
            wrong(say!("row-has-another-picture"));
        }
        previous = &row.hash;
    }
    if run.head != previous {
        problems.push(say!("last-row-is-not-the-runs-last"));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_has_one_text() {
        let a: Value = serde_json::from_str(r#"{"b":1,"a":{"d":[{"z":1,"y":2}],"c":0.1}}"#).unwrap();
        assert_eq!(canonical(&a), r#"{"a":{"c":0.1,"d":[{"y":2,"z":1}]},"b":1}"#);
    }

    #[test]
    fn a_row_depends_on_what_came_before() {
        assert_eq!(genesis("{}").len(), 64);
        assert_ne!(link("a", "row"), link("b", "row"));
        assert_ne!(link("a", "row"), link("a", "row "));
    }
}
