//! The record of a run, from the command line: the journal, who worked and who authorised it, and the reports at the end.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::args::RecordArgs;
use super::failure::{ErrorCode, Failure};
use super::next_steps::Missing;
use super::output::Output;
use crate::capture::KeptScreens;
use crate::journal::{InstallKey, Journal, JournalError, Ledger, QueuedAccount, QueuedPhone, Run, RunInfo};
use crate::model::{Device, ExitStatus};
use crate::report::{self, Format};
use crate::text::say;

/// What a run writes in.
pub(super) struct Record {
    journal: Option<Arc<Journal>>,
    run: Option<Run>,
    ledger: Option<Ledger>,
    reports: Vec<(PathBuf, Format)>,
    /// Holds the journal of a run that has no other one, for its reports.
    scratch: Option<tempfile::TempDir>,
}

impl Record {
    /// Opens everything before the first tap. A run goes on without a journal that can't be written, after a warning; one that is
    /// damaged, and a report that could not be written at the end, are refused now.
    ///
    /// A journal that benches share is another matter: without it this bench does not know what the others did, so the run does not
    /// begin. `grace` is how long a step waits for it when it is lost later.
    pub(crate) fn open(
        args: &RecordArgs,
        options: BTreeMap<String, String>,
        grace: Duration,
        output: &Output,
    ) -> Result<Self, Failure> {
        let reports = args.reports.iter().map(|path| writable(path)).collect::<Result<Vec<_>, _>>()?;
        let state = args.journal.key_dir().ok_or_else(|| {
            Failure::usage(say!("no-home-for-the-ledger")).hint(say!("set-xdg-state-home-or-name-a-journal"))
        })?;
        let info = RunInfo {
            tool: concat!("mi-signout ", env!("CARGO_PKG_VERSION")).to_owned(),
            operator: args.operator.clone(),
            station: args.station.clone(),
            authorised_by: args.authorised_by.clone(),
            options,
            lot: args.lot.clone(),
            grace,
        };
        if args.journal.is_shared() {
            let journal = args.journal.open_until(output.interrupted())?;
            let run = journal.begin(info)?;
            let ledger = Ledger::shared(&journal, run.id(), grace)?;
            return Ok(Self { journal: Some(journal), run: Some(run), ledger: Some(ledger), reports, scratch: None });
        }
        let ledger = InstallKey::open(&state).and_then(|key| Ledger::open(&state, key))?;
        let begun = args.journal.open().and_then(|journal| Ok((journal.begin(info.clone())?, journal)));
        let (run, journal, scratch) = match begun {
            Ok((run, journal)) => {
                take_over_rejections(&ledger, &journal, output)?;
                (Some(run), Some(journal), None)
            }
            Err(error) if error.may_go_on() => {
                output.people(&say!("run-is-not-recorded", error, hint = error.hint()));
                if reports.is_empty() { (None, None, None) } else { in_memory(info)? }
            }
            Err(error) => return Err(error.into()),
        };
        Ok(Self { journal, run, ledger: Some(ledger), reports, scratch })
    }
}

/// Warns about a key or a ledger that was removed. The rejections that the journal knows of count again, so that removing the
/// ledger gives no more tries at a password.
fn take_over_rejections(ledger: &Ledger, journal: &Journal, output: &Output) -> Result<(), Failure> {
    if journal.key_changed() {
        output.warning(&say!("install-key-has-changed"));
    }
    if !ledger.is_new() {
        return Ok(());
    }
    for (account, rejections) in journal.rejections()? {
        ledger.restore(&account, rejections)?;
        output.warning(&say!("ledger-is-new", rejections, account));
    }
    Ok(())
}

/// A journal that lasts as long as the run, so that its reports can be written all the same.
#[allow(clippy::type_complexity, reason = "the three things that a run needs")]
fn in_memory(info: RunInfo) -> Result<(Option<Run>, Option<Arc<Journal>>, Option<tempfile::TempDir>), Failure> {
    let scratch = tempfile::tempdir().map_err(|error| Failure::usage(say!("no-folder-for-reports", error)))?;
    let dir = scratch.path();
    let open = || -> Result<(Run, Arc<Journal>), JournalError> {
        let journal = Arc::new(Journal::open(&dir.join("journal.db"), InstallKey::open(dir)?)?);
        Ok((journal.begin(info)?, journal))
    };
    let (run, journal) = open()?;
    Ok((Some(run), Some(journal), Some(scratch)))
}

/// The format of a report's path, and that a file can be made there.
fn writable(path: &Path) -> Result<(PathBuf, Format), Failure> {
    let format = Format::of_path(path)
        .map_err(|error| Failure::usage(error.to_string()).hint(say!("end-report-in-its-format")))?;
    report::check_target(path).map_err(|error| {
        Failure::usage(say!("report-could-not-be-written-there", error))
            .at(path.display().to_string())
            .hint(say!("name-another-report-file"))
    })?;
    Ok((path.to_owned(), format))
}

impl Record {
    /// Nothing is written: for simulated phones.
    #[cfg(feature = "demo")]
    pub(super) fn none() -> Self {
        Self { journal: None, run: None, ledger: None, reports: Vec::new(), scratch: None }
    }

    /// The run's id.
    pub(super) fn id(&self) -> &str {
        self.run.as_ref().map_or("not-recorded", Run::id)
    }

    /// Phones that earlier runs saw with an account, and that are not proven to be signed out.
    pub(super) fn missing(&self) -> Vec<Missing> {
        let known = self.journal.as_ref().and_then(|journal| journal.queued_accounts().ok()).unwrap_or_default();
        let of = |account: QueuedAccount| {
            let phone = |phone: &QueuedPhone| {
                let model = phone.model.as_deref().map(|model| format!("{model} ")).unwrap_or_default();
                Missing {
                    account: account.masked.clone(),
                    phone: say!("phone-of-an-earlier-run", model, key = phone.key),
                }
            };
            account.not_proven().filter(|phone| phone.run != self.id()).map(phone).collect::<Vec<_>>()
        };
        known.into_iter().flat_map(of).collect()
    }

    /// How long a bench keeps a phone that it no longer answers for; nothing where no other bench uses the journal.
    pub(super) fn lease(&self) -> Option<Duration> {
        self.journal.as_ref().filter(|journal| journal.is_shared()).map(|journal| journal.lease())
    }

    /// Whether there is a journal to write in.
    pub(super) fn keeps(&self) -> bool {
        self.run.is_some()
    }

    /// Where the screens are kept that no profile knows; nowhere where the journal itself goes at the end.
    pub(super) fn screens(&self) -> Option<KeptScreens> {
        let run = self.run.as_ref().filter(|_| self.scratch.is_none())?;
        Some(KeptScreens::of(&run.screens_root(), run.id()))
    }

    /// The run, for the reporter.
    pub(super) fn run(&self) -> Option<Run> {
        self.run.clone()
    }

    /// The ledger, for the recorder.
    pub(super) fn take_ledger(&mut self) -> Option<Ledger> {
        self.ledger.take()
    }

    /// Puts phones that an earlier run left without a proven end first, as far as their serials tell before they are asked.
    pub(super) fn unsettled_first(&self, mut devices: Vec<Device>) -> Vec<Device> {
        let unsettled = self.journal.as_ref().and_then(|journal| journal.unsettled().ok()).unwrap_or_default();
        let is_unsettled = |device: &Device| {
            unsettled.iter().any(|(key, serial)| key.as_str() == device.serial.as_str() || *serial == device.serial)
        };
        devices.sort_by_key(|device| !is_unsettled(device));
        devices
    }

    /// Ends the run in the journal and writes its reports. `unwritten` are the phones whose rows the journal could not take.
    pub(super) fn finish(self, status: ExitStatus, unwritten: &[String], output: &Output) -> Result<(), Failure> {
        let (Some(run), Some(journal)) = (&self.run, &self.journal) else { return Ok(()) };
        if let Err(error) = run.finish(status.code()) {
            output.people(&say!("warning-record-is-incomplete", error));
        }
        let reports = self.write_reports(run, journal, output);
        if unwritten.is_empty() {
            return reports;
        }
        if let Err(failure) = reports {
            output.failure(&failure);
        }
        let what = say!("rows-are-not-in-the-record", rows = unwritten.len(), serials = unwritten.join(", "));
        Err(Failure::usage(what)
            .code(ErrorCode::JournalUnusable)
            .at(journal.shown().display().to_string())
            .hint(say!("keep-what-is-printed")))
    }

    fn write_reports(&self, run: &Run, journal: &Journal, output: &Output) -> Result<(), Failure> {
        if self.reports.is_empty() {
            return Ok(());
        }
        let record = journal.record(run.id())?;
        // One that can't be written keeps no other from being written.
        let mut failed = None;
        for (path, format) in &self.reports {
            match report::render(&record, *format).map_err(|e| e.to_string()).and_then(|bytes| {
                report::write_file(path, &bytes).map_err(|error| say!("report-could-not-be-written", error))
            }) {
                Ok(()) => output.people(&say!("wrote-report", path = path.display())),
                Err(why) => {
                    let failure = Failure::usage(why).at(path.display().to_string());
                    if let Some(earlier) = failed.replace(failure) {
                        output.failure(&earlier);
                    }
                }
            }
        }
        failed.map_or(Ok(()), Err)
    }
}
