//! `report`: the report of an earlier run again, the list of runs, and whether anybody edited a report.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::failure::Failure;
use super::terminal::Output;
use crate::journal::{self, InstallKey, Journal, JournalError};
use crate::model::ExitStatus;
use crate::report::text::clean;
use crate::report::{self, Format, ReportError, Seal};

/// Options of `report`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The run: its id, the beginning of it, or 'last'; without one, the runs are listed
    run: Option<String>,
    /// The form: html, json, csv or xml (JUnit) [default: json, or what --output's extension names]
    #[arg(long, value_name = "FORMAT", value_parser = format)]
    format: Option<Format>,
    /// Where to write it [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Check that nobody edited this report (html, json, csv)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["run", "format", "output"])]
    verify: Option<PathBuf>,
    #[command(flatten)]
    journal: JournalArgs,
}

/// Where the record is.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct JournalArgs {
    /// Where runs are recorded [default: in the platform's state directory]
    #[arg(long, value_name = "PATH")]
    pub journal: Option<PathBuf>,
}

impl JournalArgs {
    /// The journal's file.
    pub fn path(&self) -> Option<PathBuf> {
        self.journal.clone().or_else(journal::default_path)
    }

    /// Opens it, with this installation's key.
    pub fn open(&self) -> Result<Arc<Journal>, JournalError> {
        let missing = || JournalError::Unwritable {
            path: PathBuf::from("journal.db"),
            why: "there is no home directory to keep it in".into(),
        };
        let path = self.path().ok_or_else(missing)?;
        let key = InstallKey::open(&key_dir(&path).ok_or_else(missing)?)?;
        Journal::open(&path, key).map(Arc::new)
    }
}

/// Keys and the ledger of rejections live in the state directory, wherever the journal is; beside it where there is none.
pub fn key_dir(journal: &Path) -> Option<PathBuf> {
    journal::state_dir().or_else(|| journal.parent().map(Path::to_owned))
}

fn format(word: &str) -> Result<Format, String> {
    word.parse().map_err(|error: ReportError| error.to_string())
}

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        Self::usage(error.to_string()).hint(error.hint())
    }
}

/// Writes, lists or verifies.
pub fn run(args: &Args, output: &Output) -> Result<ExitStatus, Failure> {
    if let Some(file) = &args.verify {
        return verify(file, args, output);
    }
    if args.journal.path().is_some_and(|path| !path.exists()) {
        return Err(Failure::usage("no run has been recorded yet").hint("name another journal with --journal PATH"));
    }
    let journal = args.journal.open()?;
    let Some(run) = &args.run else { return list(&journal, output) };
    let record = journal.record(run)?;
    let by_name = args.output.as_deref().map(Format::of_path).transpose();
    let format = match (args.format, by_name) {
        (Some(format), _) => format,
        (None, Ok(format)) => format.unwrap_or(Format::Json),
        (None, Err(error)) => return Err(Failure::usage(error.to_string()).hint("say which with --format")),
    };
    let bytes = report::render(&record, format).map_err(|error| Failure::usage(error.to_string()))?;
    match &args.output {
        Some(path) => {
            let failed = |error: std::io::Error| {
                Failure::usage(format!("the report could not be written: {error}")).at(path.display().to_string())
            };
            report::write_file(path, &bytes).map_err(failed)?;
            output.people(&format!("wrote {}", path.display()));
        }
        None => {
            // A closed pipe ends quietly.
            let _ = std::io::stdout().lock().write_all(&bytes);
        }
    }
    Ok(ExitStatus::Done)
}

fn list(journal: &Journal, output: &Output) -> Result<ExitStatus, Failure> {
    for line in journal.runs()? {
        let exit = line.exit.map_or_else(|| "not ended".to_owned(), |exit| format!("exit {exit}"));
        output.data(&format!(
            "{}  {}  {} phone(s)  {exit}",
            line.id,
            line.started.format("%Y-%m-%d %H:%M:%SZ"),
            line.rows
        ));
    }
    Ok(ExitStatus::Done)
}

fn verify(file: &Path, args: &Args, output: &Output) -> Result<ExitStatus, Failure> {
    let place = file.display().to_string();
    let bytes = std::fs::read(file)
        .map_err(|error| Failure::usage(format!("the report could not be read: {error}")).at(place.clone()))?;
    let key = args.journal.path().and_then(|path| key_dir(&path)).and_then(|dir| existing_key(&dir));
    let seal = key.as_ref().map(|key| move |text: &str| key.seal(text));
    let seal: Option<&dyn Fn(&str) -> String> = seal.as_ref().map(|seal| seal as &dyn Fn(&str) -> String);
    match report::verify(&bytes, seal) {
        Ok(verified) => {
            let seal = match verified.seal {
                Seal::Ours => "sealed by this installation",
                Seal::NotOurs => "sealed by another installation, or its chain was computed anew: compare the head",
                Seal::NotChecked => "its seal could not be checked here: compare the head",
            };
            output.data(&clean(&format!("{place}: run {}, {} row(s), not edited", verified.run, verified.rows)));
            output.data(&clean(&format!("  head {}", verified.head)));
            output.data(&format!("  {seal}"));
            Ok(if verified.seal == Seal::NotOurs { ExitStatus::NotDone } else { ExitStatus::Done })
        }
        Err(problems) => {
            output.data(&clean(&format!("{place}: edited, or not a report of this program")));
            for problem in problems {
                output.data(&clean(&format!("  {problem}")));
            }
            Ok(ExitStatus::NotDone)
        }
    }
}

/// This installation's key, where one was ever made: checking a report makes none.
fn existing_key(dir: &Path) -> Option<InstallKey> {
    dir.is_dir().then(|| InstallKey::open(dir).ok()).flatten()
}
