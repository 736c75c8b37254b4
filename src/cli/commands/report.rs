//! `report`: the report of an earlier run again, the list of runs, and whether anybody edited a report.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::cli::args::JournalArgs;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::journal::{Journal, JournalError};
use crate::model::{ExitStatus, printable};
use crate::record::{RunRecord, chain};
use crate::report::{self, Format, ReportError, Seal, Verified};
use crate::text::say;

/// Options of `report`.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    /// The run: its id, the beginning of the id, or last
    ///
    /// Without a run, the runs are listed.
    run: Option<String>,
    /// The format of the report
    ///
    /// xml is JUnit. Without this option, the format that the extension of --output names, else json.
    #[arg(long, value_name = "html|json|csv|xml", value_parser = format)]
    format: Option<Format>,
    /// Write the report to a file
    ///
    /// Without this option, to standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Check that a report was not edited
    ///
    /// The report can be html, json or csv.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["run", "format", "output"])]
    verify: Option<PathBuf>,
    /// Show all runs of a lot
    ///
    /// Prints the head of each run's chain: as a table, or as JSON with --format json.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["run", "verify", "output"])]
    lot: Option<String>,
    #[command(flatten)]
    journal: JournalArgs,
    /// Print the list of runs as JSON lines
    ///
    /// docs/json.md describes them.
    #[arg(long, conflicts_with_all = ["run", "format", "output", "verify", "lot"], help_heading = "Output")]
    json: bool,
}

fn format(word: &str) -> Result<Format, String> {
    word.parse().map_err(|error: ReportError| error.to_string())
}

/// Writes, lists or verifies.
pub(crate) fn run(args: &Args, output: &Output) -> Result<ExitStatus, Failure> {
    if let Some(file) = &args.verify {
        return verify(file, args, output);
    }
    let none = || Failure::usage(say!("no-run-has-been-recorded-yet")).hint(say!("name-another-journal"));
    let journal = match args.journal.read() {
        None | Some(Err(JournalError::Missing(_))) => return Err(none()),
        Some(journal) => journal?,
    };
    if let Some(lot) = &args.lot {
        return lot_report(&journal.lot(lot)?, lot, args.format, output);
    }
    let Some(run) = &args.run else { return list(&journal, args.json, output) };
    let record = journal.record(run)?;
    let by_name = args.output.as_deref().map(Format::of_path).transpose();
    let format = match (args.format, by_name) {
        (Some(format), _) => format,
        (None, Ok(format)) => format.unwrap_or(Format::Json),
        (None, Err(error)) => return Err(Failure::usage(error.to_string()).hint(say!("say-which-with-format"))),
    };
    let bytes = report::render(&record, format).map_err(|error| Failure::usage(error.to_string()))?;
    match &args.output {
        Some(path) => {
            let failed = |error: std::io::Error| {
                Failure::usage(say!("report-could-not-be-written", error)).at(path.display().to_string())
            };
            report::write_file(path, &bytes).map_err(failed)?;
            output.people(&say!("wrote-report", path = path.display()));
        }
        None => {
            // A closed pipe ends quietly.
            let _ = std::io::stdout().lock().write_all(&bytes);
        }
    }
    Ok(ExitStatus::Done)
}

/// A lot: what became of its phones, and the head of each run's chain.
fn lot_report(runs: &[RunRecord], lot: &str, format: Option<Format>, output: &Output) -> Result<ExitStatus, Failure> {
    match format {
        Some(Format::Json) => {
            // A closed pipe ends quietly.
            let _ = std::io::stdout().lock().write_all(report::lot_document(lot, runs).as_bytes());
        }
        None => report::lot_lines(lot, runs).iter().for_each(|line| output.data(line)),
        Some(_) => {
            return Err(Failure::usage(say!("lot-is-shown-as-table")).hint(say!("leave-format-out")));
        }
    }
    Ok(ExitStatus::Done)
}

fn list(journal: &Journal, json: bool, output: &Output) -> Result<ExitStatus, Failure> {
    for line in journal.runs()? {
        if json {
            let started = line.started.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
            let run = json!({
                "type": "run", "schema": 1, "id": line.id, "started": started, "phones": line.rows, "exit": line.exit,
            });
            output.data(&run.to_string());
            continue;
        }
        let exit = line.exit.map_or_else(|| say!("run-not-ended"), |exit| say!("run-exit", exit));
        output.data(&format!(
            "{}  {}  {}  {exit}",
            line.id,
            line.started.format("%Y-%m-%d %H:%M:%SZ"),
            say!("phones", phones = line.rows)
        ));
    }
    Ok(ExitStatus::Done)
}

fn verify(file: &Path, args: &Args, output: &Output) -> Result<ExitStatus, Failure> {
    let place = file.display().to_string();
    let bytes = std::fs::read(file).map_err(|error| {
        Failure::usage(say!("report-could-not-be-read", error))
            .at(place.clone())
            .hint(say!("name-a-report-of-mi-signout"))
    })?;
    let key = args.journal.key().ok().flatten();
    let seal = key.as_ref().map(|key| move |text: &str| key.seal(text));
    let seal: Option<&dyn Fn(&str) -> String> = seal.as_ref().map(|seal| seal as &dyn Fn(&str) -> String);
    let verified = match report::verify(&bytes, seal) {
        Ok(verified) => verified,
        Err(problems) => {
            output.data(&printable(&say!("report-was-edited-or-is-none", place)));
            for problem in problems {
                output.data(&printable(&format!("  {problem}")));
            }
            return Ok(ExitStatus::NotDone);
        }
    };
    let journal = args.journal.read().and_then(Result::ok);
    let recorded = journal.map_or(Recorded::Unknown, |journal| Recorded::of(&verified, &journal));
    let (says, why, status) = judge(verified.seal, recorded);
    output.data(&printable(&say!("report-is-verified", place, run = verified.run, rows = verified.rows, says)));
    output.data(&printable(&say!("report-has-head", head = verified.head)));
    output.data(&format!("  {why}"));
    Ok(status)
}

/// What the journal here says of a report's run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Recorded {
    /// It has this run, and the same head.
    Same,
    /// It has this run, and more rows than the report: the report was written while the run went on.
    More,
    /// It has this run with other rows, or another end.
    Other,
    /// It does not have the run.
    Unknown,
}

impl Recorded {
    fn of(verified: &Verified, journal: &Journal) -> Self {
        let record = journal.record(&verified.run).ok().filter(|record| record.header.id == verified.run);
        let Some(record) = record else { return Self::Unknown };
        let then = match verified.rows.checked_sub(1) {
            None => Some(&record.genesis),
            Some(last) => record.rows.get(last).map(|row| &row.hash),
        };
        let ends_alike = verified.end.as_ref().is_none_or(|end| *end == chain::sealed_text(&record));
        match then {
            Some(hash) if *hash != verified.head => Self::Other,
            Some(_) if record.rows.len() > verified.rows => Self::More,
            Some(_) if ends_alike || record.ended.is_none() => Self::Same,
            _ => Self::Other,
        }
    }
}

/// What a report whose chain holds proves. Whoever edits a row can compute the chain again.
fn judge(seal: Seal, recorded: Recorded) -> (String, String, ExitStatus) {
    match (recorded, seal) {
        (Recorded::Other, _) => (say!("edited"), say!("journal-has-other-rows"), ExitStatus::NotDone),
        (Recorded::Same, Seal::Ours) => (say!("not-edited"), say!("sealed-and-as-in-the-journal"), ExitStatus::Done),
        (Recorded::More, Seal::Ours) => (say!("not-edited"), say!("sealed-before-the-run-ended"), ExitStatus::Done),
        (Recorded::Unknown, Seal::Ours) => (say!("not-edited"), say!("sealed-by-this-installation"), ExitStatus::Done),
        (Recorded::Same, _) => (say!("not-edited"), say!("journal-has-the-same-run"), ExitStatus::Done),
        (Recorded::More, _) => (say!("not-edited-as-far-as-it-goes"), say!("journal-has-more-rows"), ExitStatus::Done),
        (Recorded::Unknown, Seal::NotOurs) => {
            (say!("chain-is-consistent"), say!("seal-is-of-another-installation"), ExitStatus::NotDone)
        }
        (Recorded::Unknown, Seal::NotChecked) => {
            (say!("chain-is-consistent"), say!("seal-cannot-be-checked"), ExitStatus::NotDone)
        }
    }
}
