//! Finds out whether a report was edited: computes its chain again, makes the report again from its rows, and compares both.

use super::{csv, document, html};
use crate::record::{RunRecord, chain};
use crate::text::{self, say};

/// A report whose chain holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The run.
    pub run: String,
    /// Its rows.
    pub rows: usize,
    /// Its chain's head, to compare with another copy.
    pub head: String,
    /// What the seal says.
    pub seal: Seal,
    /// The text under the seal, to compare with the journal. It also says how the run ended. A table does not carry it.
    pub end: Option<String>,
}

/// What the seal says. Whoever edits a row can compute the chain again, but not the seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seal {
    /// This installation made it.
    Ours,
    /// Another installation made it, or an editor computed the chain again.
    NotOurs,
    /// The report has no seal, or there is no key to check it with.
    NotChecked,
}

/// Checks an HTML, JSON or CSV report. `seal` makes this installation's seal of a text, where its key is at hand.
///
/// # Errors
/// What is wrong with it, a line each.
pub fn verify(bytes: &[u8], seal: Option<&dyn Fn(&str) -> String>) -> Result<Verified, Vec<String>> {
    let one = |problem: String| vec![problem];
    let text = std::str::from_utf8(bytes).map_err(|_| one(say!("report-is-not-text")))?;
    let (run, made_again) = match text.trim_start().chars().next() {
        Some('<') => {
            // A page is in the language of who made it.
            let make = || html::parse(text).map(|run| (html::render(&run), run));
            let (again, run) = text::in_language(html::language(text), make).map_err(one)?;
            (run, again)
        }
        Some('{') => {
            let run = document::parse(text).map_err(one)?;
            let again = document::pretty(&run);
            (run, again)
        }
        _ => return verify_table(bytes),
    };
    let mut problems = chain::problems(&run);
    if made_again != text {
        problems.push(altered(&run));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let end = chain::sealed_text(&run);
    let seal = match seal.filter(|_| !run.seal.is_empty()).map(|seal| seal(&end) == run.seal) {
        Some(true) => Seal::Ours,
        Some(false) => Seal::NotOurs,
        None => Seal::NotChecked,
    };
    Ok(Verified { run: run.header.id, rows: run.rows.len(), head: run.head, seal, end: Some(end) })
}

/// A table has no seal and no head of its run beside its rows.
fn verify_table(bytes: &[u8]) -> Result<Verified, Vec<String>> {
    let (rows, head) = csv::parse(bytes).map_err(|problem| vec![problem])?;
    let Some(first) = rows.first() else {
        return Err(vec![say!("report-has-no-rows")]);
    };
    let header = first.record.run.clone();
    let genesis = chain::genesis(&chain::canonical(&header));
    let empty = String::new;
    let run = RunRecord { header, ended: None, exit: None, rows, open: Vec::new(), genesis, head, seal: empty() };
    let mut problems = chain::problems(&run);
    if csv::render(&run).ok().as_deref() != Some(bytes) {
        problems.push(altered(&run));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Verified { run: run.header.id, rows: run.rows.len(), head: run.head, seal: Seal::NotChecked, end: None })
}

fn altered(run: &RunRecord) -> String {
    say!("report-was-edited", tool = run.header.tool)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Format, render, samples};

    fn text(format: Format) -> String {
        String::from_utf8(render(&samples::record(), format).unwrap()).unwrap()
    }

    #[test]
    fn an_untouched_report_holds() {
        for format in [Format::Html, Format::Json, Format::Csv] {
            let verified = verify(text(format).as_bytes(), None).unwrap();
            assert_eq!((verified.rows, verified.seal, verified.head), (4, Seal::NotChecked, samples::record().head));
        }
    }

    #[test]
    fn the_seal_tells_who_made_it() {
        let html = text(Format::Html);
        assert_eq!(verify(html.as_bytes(), Some(&|_| "5ea1".to_owned())).unwrap().seal, Seal::Ours);
        assert_eq!(verify(html.as_bytes(), Some(&|_| "other".to_owned())).unwrap().seal, Seal::NotOurs);
    }

    #[test]
    fn every_edit_is_found() {
        let edits: &[(Format, &str, &str)] = &[
            (Format::Html, "\"outcome\":\"unknown\"", "\"outcome\":\"signed-out\""),
            (Format::Html, ">unknown</span>", ">signed-out</span>"),
            (Format::Html, "bench 2</dd>", "bench 3</dd>"),
            (Format::Html, "Redmi Note 10", "Redmi Note 11"),
            (Format::Json, "\"needs-person\"", "\"signed-out\""),
            (Format::Json, "\"operator\": \"Ana <ana@example.org>\"", "\"operator\": \"Eva\""),
            (Format::Json, "\"rows\": 4", "\"rows\": 3"),
            (Format::Csv, ",unknown,disconnected,", ",signed-out,,"),
            (Format::Csv, "\"\"outcome\"\":\"\"unknown\"\"", "\"\"outcome\"\":\"\"signed-out\"\""),
        ];
        for (format, from, to) in edits {
            let whole = text(*format);
            assert!(whole.contains(from), "{format:?} {from}");
            let forged = whole.replacen(from, to, 1);
            assert!(verify(forged.as_bytes(), None).is_err(), "{format:?}: {from} -> {to}");
        }
    }

    #[test]
    fn removed_and_moved_rows_are_found() {
        let whole = text(Format::Csv);
        let lines: Vec<&str> = whole.split_inclusive('\n').collect();
        let without = |n: usize| lines.iter().enumerate().filter(|(i, _)| *i != n).map(|(_, l)| *l).collect::<String>();
        for n in 1..=4 {
            assert!(verify(without(n).as_bytes(), None).is_err(), "row {n}");
        }
        let mut moved = lines.clone();
        moved.swap(2, 3);
        let problems = verify(moved.concat().as_bytes(), None).unwrap_err();
        assert!(problems.iter().any(|p| p.starts_with("what it shows is not what its rows say")), "{problems:?}");
    }

    #[test]
    fn strangers_files_are_errors() {
        for bytes in [&b""[..], b"{}", b"<html></html>", b"\xff\xfe", b"a,b\n1,2\n", b"<"] {
            assert!(verify(bytes, None).is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn a_changed_picture_is_found() {
        let html = text(Format::Html);
        let from = html.find("base64,").unwrap() + 40;
        let mut forged = html.clone();
        let other = if forged.as_bytes()[from] == b'A' { "B" } else { "A" };
        forged.replace_range(from..=from, other);
        assert!(verify(forged.as_bytes(), None).is_err());
        let start = html.find("<figure>").unwrap();
        let end = html.find("</figure>").unwrap() + "</figure>".len();
        let mut removed = html.clone();
        removed.replace_range(start..end, "");
        assert!(verify(removed.as_bytes(), None).is_err());
    }
}
