//! `bugreport`: packs the screens that a run did not know into one zip to pass on. Sends nothing.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::capture::{self, Files, Forbidden};
use crate::cli::args::JournalArgs;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::journal::{self, JournalError};
use crate::model::ExitStatus;
use crate::record::RunRecord;
use crate::text::say;

/// The environment variable that may hold the password.
const PASSWORD: &str = "MI_SIGNOUT_PASSWORD";
/// Bytes of one kept file at most.
const MOST_OF_ONE: usize = 16 << 20;

/// Options of `bugreport`.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    /// The run: its id, the beginning of the id, or last
    #[arg(default_value = "last")]
    run: String,
    /// The zip file to create
    ///
    /// The file must not exist. Without this option, mi-signout-RUN.zip in the current directory.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    journal: JournalArgs,
}

/// Packs one run.
pub(crate) fn run(args: &Args, output: &Output) -> Result<ExitStatus, Failure> {
    let none = || Failure::usage(say!("no-run-has-been-recorded-yet")).hint(say!("name-another-journal"));
    let journal = match args.journal.read() {
        None | Some(Err(JournalError::Missing(_))) => return Err(none()),
        Some(journal) => journal?,
    };
    let record = journal.record(&args.run)?;
    let folder = journal::screens_root(journal.path()).join(&record.header.id);
    let mut files = Files::new();
    kept(&folder, &mut files)?;
    let captures = files.keys().filter(|name| name.ends_with("/capture.json")).count();
    files.insert("rows.json".to_owned(), rows(&record));
    let about = json!({"tool": concat!("mi-signout ", env!("CARGO_PKG_VERSION")), "run": record.header.id});
    let (masked, left_out) = capture::look_through(&mut files, &forbidden(&record), &about);
    let zip = capture::pack(&files).map_err(|error| Failure::usage(error.to_string()))?;
    // The last look, over the bytes as they will be written.
    if forbidden(&record).count(&zip) > 0 {
        return Err(Failure::new(ExitStatus::NotDone, say!("bug-report-still-names-somebody"))
            .hint(say!("report-this-mistake-without-the-zip")));
    }
    let path = args.output.clone().unwrap_or_else(|| PathBuf::from(format!("mi-signout-{}.zip", record.header.id)));
    write_new(&path, &zip)?;
    output.people(&say!("what-the-bug-report-holds", captures, phones = record.rows.len(), masked, left_out));
    output.people(&say!("look-through-the-bug-report", path = path.display()));
    output.people(&say!("next-profiles-check", path = path.display()));
    output.data(&path.display().to_string());
    Ok(ExitStatus::Done)
}

/// What identifies the phones, accounts and people of a run.
fn forbidden(record: &RunRecord) -> Forbidden {
    let header = &record.header;
    let people = [&header.operator, &header.station, &header.authorised_by].into_iter().flatten().cloned();
    let of_rows = record.rows.iter().flat_map(|row| {
        let one = &row.record;
        let account = one.result.account.as_ref().map(|account| account.as_given().to_owned());
        [Some(one.result.serial.clone()), one.hardware_serial.clone(), account].into_iter().flatten()
    });
    let open = record.open.iter().flat_map(|phone| [phone.serial.clone(), phone.hardware_serial.clone()]);
    let home = std::env::var("HOME").ok().filter(|home| home.len() > 5);
    Forbidden::of(people.chain(of_rows).chain(open).chain(std::env::var(PASSWORD).ok()).chain(home))
}

/// The rows without what names a phone or an account.
fn rows(record: &RunRecord) -> Vec<u8> {
    let rows: Vec<serde_json::Value> = (1..)
        .zip(&record.rows)
        .map(|(number, row): (usize, _)| {
            let (one, result) = (&row.record, &row.record.result);
            json!({
                "phone": number, "make": one.make, "model": result.model, "software": result.software,
                "profile": result.profile, "outcome": result.outcome, "reason": result.reason, "hint": result.hint,
                "proof": result.proof, "seconds": result.seconds, "steps": result.steps, "dumps": result.dumps,
                "walk": one.steps.iter().map(|step| json!({"screen": step.screen, "did": step.what})).collect::<Vec<_>>(),
            })
        })
        .collect();
    let text = serde_json::to_string_pretty(&json!({"run": record.header.id, "rows": rows})).unwrap_or_default();
    (text + "\n").into_bytes()
}

/// The captures that a run kept; none where it has no folder.
fn kept(folder: &Path, files: &mut Files) -> Result<(), Failure> {
    let failed = |path: &Path, error: &std::io::Error| {
        Failure::usage(say!("folder-cannot-be-read", error)).at(path.display().to_string())
    };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(folder, &error)),
    };
    for screen in entries.filter_map(Result::ok).map(|e| e.path()).filter(|path| capture::is_capture(path)) {
        let within = std::fs::read_dir(&screen).map_err(|error| failed(&screen, &error))?;
        for path in within.filter_map(Result::ok).map(|e| e.path()) {
            let bytes = capture::read_regular(&path, MOST_OF_ONE).map_err(|error| failed(&path, &error))?;
            let part = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files.insert(format!("screens/{}/{}", part(&screen), part(&path)), bytes);
        }
    }
    Ok(())
}

fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    let written = crate::platform::private(&mut options)
        .open(path)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
    written.map_err(|error| {
        Failure::usage(say!("zip-could-not-be-written", error))
            .at(path.display().to_string())
            .hint(say!("name-another-file-with-output"))
    })
}
