//! One run over phones, from the first event to the last report: what `sign-out`, `watch` and `demo` share.

use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use super::failure::Failure;
use super::record_args::Record;
use super::sign_out::WalkArgs;
use super::signals::Interrupt;
use super::tellers::Tellers;
use super::terminal::Output;
use crate::event::{Event, Listener};
use crate::fleet::{self, Books, Connector, News, Numbers, Passwords, Plan, Wanted, Watch};
use crate::flow::Patience;
use crate::model::{Device, ExitStatus, ResultRow};
use crate::profile::Catalog;

/// The most phones that `watch` works on at once where `--jobs` says nothing.
const WATCH_JOBS: usize = 256;

/// A run, whoever the phones belong to.
pub struct Work<'a> {
    /// How phones are walked.
    pub walk: &'a WalkArgs,
    /// JSON lines on stdout instead of a table.
    pub json: bool,
    /// The device profiles.
    pub catalog: &'a Catalog,
    /// The passwords.
    pub passwords: &'a Passwords,
    /// Submit once more where an earlier run saw no verdict.
    pub again: bool,
    /// Whether a person can be asked.
    pub interactive: bool,
    /// The output policy.
    pub output: &'a Output,
}

/// What only `watch` has.
pub struct WatchFor<'a> {
    /// Which phones are taken.
    pub wanted: &'a Wanted,
    /// Ends after so many.
    pub count: Option<usize>,
    /// Shows each phone's number on its screen.
    pub locate: bool,
}

impl Work<'_> {
    /// Works on these phones, tells, records, and gives the exit status.
    pub fn run(
        &self,
        devices: &[Device],
        numbers: &Numbers,
        connector: &dyn Connector,
        record: Record,
        interrupt: &Interrupt,
    ) -> Result<ExitStatus, Failure> {
        let tellers = Tellers::new(self.output, self.json, record.id());
        self.go(tellers, record, interrupt, devices.len(), |plan| fleet::run_tray(devices, numbers, plan, connector))
    }

    /// Works on phones as they are plugged in, until Ctrl-C or the count.
    pub fn watch(
        &self,
        watch: &WatchFor<'_>,
        news: &Receiver<News>,
        connector: &dyn Connector,
        record: Record,
        interrupt: &Interrupt,
    ) -> Result<ExitStatus, Failure> {
        let tellers = Tellers::holding(self.output, self.json, record.id());
        self.go(tellers, record, interrupt, WATCH_JOBS, |plan| {
            Watch { plan, connector, wanted: watch.wanted, count: watch.count, locate: watch.locate }.run(news)
        })
    }

    fn go(
        &self,
        tellers: Tellers<'_>,
        mut record: Record,
        interrupt: &Interrupt,
        jobs: usize,
        work: impl FnOnce(&Plan<'_>) -> Vec<ResultRow>,
    ) -> Result<ExitStatus, Failure> {
        let _in_order = interrupt.in_order();
        let ledger = record.take_ledger();
        let books = Books::new(record.run(), ledger, &tellers);
        let listener = |event: Event| {
            books.event(&event);
            tellers.tell(event);
        };
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
            books: &books,
            again: self.again,
            owner: self.interactive.then_some(&tellers as &dyn fleet::Owner),
            listener: &listener,
            interrupted: interrupt,
        };
        let rows = work(&plan);
        // The same number that the process ends with.
        let status = if interrupt.load(Ordering::Relaxed) {
            ExitStatus::Interrupted
        } else {
            ExitStatus::of(rows.iter().map(|row| row.outcome))
        };
        drop(books);
        tellers.finish(&rows, status);
        match record.finish(status, self.output) {
            Ok(()) => Ok(status),
            Err(failure) if status == ExitStatus::Done => Err(failure),
            Err(failure) => {
                self.output.failure(&failure);
                Ok(status)
            }
        }
    }
}
