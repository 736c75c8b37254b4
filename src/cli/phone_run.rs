//! One run over phones, from the first event to the last report: what `sign-out`, `watch` and `demo` share.

use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use super::args::{RunArgs, WalkArgs, is_given};
use super::failure::Failure;
use super::output::Output;
use super::record::Record;
use super::signals::Interrupt;
use super::{emit, next_steps};
use crate::event::{Question, Recorder, Stream};
use crate::fleet::{self, Connector, DeviceUpdate, LateServers, Numbers, Passwords, Plan, RunRecorder, Wanted, Watch};
use crate::flow::Patience;
use crate::model::{AccountId, Device, ExitStatus, ResultRow};
use crate::profile::Catalog;
use crate::text::say;

/// The most phones at once without `--jobs`, before it is known how many come.
const MOST_JOBS: usize = 256;

/// A run, whoever the phones belong to.
#[expect(clippy::struct_excessive_bools, reason = "each is one option of the command line")]
pub(super) struct PhoneRun<'a> {
    /// How phones are walked.
    pub walk: &'a WalkArgs,
    /// JSON lines on stdout instead of a table.
    pub json: bool,
    /// The device profiles.
    pub catalog: &'a Catalog,
    /// The passwords.
    pub passwords: &'a Passwords,
    /// Whether signing out several accounts was authorised.
    pub several_accounts: bool,
    /// Submit once more where an earlier run saw no verdict.
    pub again: bool,
    /// Whether a person can be asked.
    pub interactive: bool,
    /// The output policy.
    pub output: &'a Output,
}

/// What only `watch` has.
pub(super) struct WatchFor<'a> {
    /// Which phones are taken.
    pub wanted: &'a Wanted,
    /// Ends after so many.
    pub count: Option<usize>,
    /// Shows each phone's number on its screen.
    pub locate: bool,
    /// The numbers of the stations' trays.
    pub(super) numbers: Numbers,
}

/// Whether a person is there, and may be asked.
pub(crate) fn asks(run: &RunArgs, output: &Output) -> bool {
    output.is_interactive() && !run.walk.non_interactive
}

impl<'a> PhoneRun<'a> {
    /// The run that these options are about.
    pub(crate) fn of(run: &'a RunArgs, catalog: &'a Catalog, passwords: &'a Passwords, output: &'a Output) -> Self {
        Self {
            walk: &run.walk,
            json: run.events.json,
            catalog,
            passwords,
            several_accounts: is_given(run.record.authorised_by.as_deref()),
            again: run.record.again,
            interactive: asks(run, output),
            output,
        }
    }

    /// Works on these phones, tells, records, and gives the exit status.
    pub(super) fn run(
        &self,
        devices: &[Device],
        numbers: &Numbers,
        connector: &dyn Connector,
        record: Record,
        interrupt: &Interrupt,
    ) -> Result<ExitStatus, Failure> {
        self.go(false, record, interrupt, devices.len(), |plan| fleet::run_tray(devices, numbers, plan, connector))
    }

    /// As [`PhoneRun::run`]; phones of the late servers join.
    pub(super) fn run_joined(
        &self,
        devices: &[Device],
        numbers: &Numbers,
        connector: &dyn Connector,
        late: LateServers<'_>,
        (record, interrupt): (Record, &Interrupt),
    ) -> Result<ExitStatus, Failure> {
        let work = |plan: &Plan<'_>| fleet::run_joined(devices, numbers, plan, connector, Some(late));
        self.go(false, record, interrupt, MOST_JOBS, work)
    }

    /// Works on phones as they are plugged in, until Ctrl-C or the count.
    pub(super) fn watch(
        &self,
        watch: &WatchFor<'_>,
        news: &Receiver<DeviceUpdate>,
        connector: &dyn Connector,
        record: Record,
        interrupt: &Interrupt,
    ) -> Result<ExitStatus, Failure> {
        self.go(true, record, interrupt, MOST_JOBS, |plan| {
            Watch {
                plan,
                connector,
                wanted: watch.wanted,
                count: watch.count,
                locate: watch.locate,
                numbers: watch.numbers.clone(),
            }
            .run(news)
        })
    }

    fn go(
        &self,
        holds: bool,
        mut record: Record,
        interrupt: &Interrupt,
        jobs: usize,
        work: impl FnOnce(&Plan<'_>) -> Vec<ResultRow>,
    ) -> Result<ExitStatus, Failure> {
        let _in_order = interrupt.in_order();
        let ledger = record.take_ledger();
        let reporter = emit::reporter(self.output, self.json, holds, &record)?;
        let stream = reporter.stream().clone();
        let recorder = RunRecorder::new(record.keeps().then_some(&stream as &dyn Recorder), ledger, &stream)
            .keeping_screens(record.screens())
            .sharing(record.lease());
        let owner = Owner(&stream);
        let plan = Plan {
            catalog: self.catalog,
            options: self.walk.options(),
            dry_run: self.walk.dry_run,
            timeout: Duration::from_secs(self.walk.timeout),
            grace: Duration::from_secs(self.walk.grace),
            patience: Patience::default(),
            passwords: self.passwords,
            jobs: self.walk.jobs.map_or(jobs, |jobs| jobs as usize),
            non_interactive: !self.interactive,
            recorder: &recorder,
            again: self.again,
            per_account: self.walk.per_account as usize,
            several_accounts: self.several_accounts,
            owner: self.interactive.then_some(&owner as &dyn fleet::Owner),
            listener: &stream,
            interrupted: interrupt,
        };
        let rows = work(&plan);
        // The same number that the process ends with.
        let status = match ExitStatus::of(rows.iter().map(|row| row.outcome)) {
            // An unknown outcome is never hidden behind an interruption.
            ExitStatus::Unknown => ExitStatus::Unknown,
            _ if interrupt.load(Ordering::Relaxed) => ExitStatus::Interrupted,
            status => status,
        };
        drop(recorder);
        drop(stream);
        let shown = reporter.close(emit::finished(record.id(), &rows, status));
        // Complete the record and the reports before waiting for a slow reader.
        // A log has a time on each line, and is no place for advice.
        let read = record.keeps() && !self.json && self.output.is_read();
        let next = if read { next_steps::lines(&rows, &record.missing()) } else { Vec::new() };
        let later = self.output.holding_back();
        let finished = record.finish(status, shown.unwritten(), &later);
        let read = shown.finish();
        if !self.json {
            emit::table(self.output, &rows);
        }
        later.release();
        for line in next {
            self.output.people(&line);
        }
        let read = read.map_err(|error| {
            Failure::new(ExitStatus::NotDone, say!("could-not-write-every-line", error))
                .hint(say!("record-has-every-row"))
        });
        self.conclude(status, [finished, read])
    }

    /// The exit status: a failure beside the phones shows only where no phone is worse.
    fn conclude(&self, status: ExitStatus, results: [Result<(), Failure>; 2]) -> Result<ExitStatus, Failure> {
        let mut failures: Vec<Failure> = results.into_iter().filter_map(Result::err).collect();
        let last = if status == ExitStatus::Done { failures.pop() } else { None };
        for failure in &failures {
            self.output.failure(failure);
        }
        last.map_or(Ok(status), Err)
    }
}

/// The owner at the terminal, asked through the stream.
struct Owner<'a>(&'a Stream);

impl fleet::Owner for Owner<'_> {
    fn allows_another_try(&self, account: &AccountId, rejections: u32) -> bool {
        self.0.ask(Question::AnotherTry { account: account.clone(), rejections })
    }
}
