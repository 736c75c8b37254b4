//! `sign-out`: the chosen phones, signed out of their account.

use std::collections::BTreeMap;
use std::time::Duration;

use clap::ValueEnum;

use super::failure::Failure;
use super::interrupt::Interrupt;
use super::passwords::PasswordArgs;
use super::phones::{AdbConnector, ProfileArgs, WhereArgs, WhichArgs};
use super::record_args::{Record, RecordArgs};
use super::survey::Survey;
use super::tellers::Tellers;
use super::terminal::Output;
use crate::event::{Event, Listener};
use crate::fleet::{self, Books, Passwords, Plan};
use crate::flow::Patience;
use crate::model::{Device, ExitStatus};
use crate::profile::{Catalog, Data, Options, PayCards};
use crate::report::text::clean;

/// Options of `sign-out`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    which: WhichArgs,
    #[command(flatten)]
    place: WhereArgs,
    #[command(flatten)]
    passwords: PasswordArgs,
    #[command(flatten)]
    profiles: ProfileArgs,
    #[command(flatten)]
    walk: WalkArgs,
    #[command(flatten)]
    record: RecordArgs,
    /// No confirmation
    #[arg(short, long)]
    yes: bool,
    /// Events and results on standard output, one JSON object a line
    #[arg(long)]
    json: bool,
}

/// How phones are walked; shared with `demo`.
#[derive(Clone, Debug, clap::Args)]
pub struct WalkArgs {
    /// What to answer when the phone asks about synced data
    #[arg(long, value_enum, default_value_t)]
    pub data: DataArg,
    /// What to do when the phone says that its Mi Pay cards go
    #[arg(long, value_enum, default_value_t)]
    pub pay_cards: PayCardsArg,
    /// Seconds per phone
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub timeout: u64,
    /// Seconds that a phone is waited for when its cable is out or its adb server gone
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(0..=86_400))]
    pub grace: u64,
    /// Phones at once [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub jobs: Option<u32>,
    /// Walk up to, and stop before, the first tap that changes anything
    #[arg(long)]
    pub dry_run: bool,
    /// Never ask: whatever would need a person ends as needs-person
    #[arg(long)]
    pub non_interactive: bool,
}

/// `--data`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum DataArg {
    /// Keep the synced data on the phone
    #[default]
    Keep,
    /// Remove it from the phone
    Remove,
}

/// `--pay-cards`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum PayCardsArg {
    /// Stop and leave it to a person
    #[default]
    Stop,
    /// Let them be removed
    Remove,
}

impl WalkArgs {
    /// The options that the record keeps.
    fn for_the_record(&self) -> BTreeMap<String, String> {
        let word = |value: &dyn std::fmt::Debug| format!("{value:?}").to_lowercase();
        let mut options = BTreeMap::new();
        options.insert("data".to_owned(), word(&self.data));
        options.insert("pay-cards".to_owned(), word(&self.pay_cards));
        options.insert("timeout".to_owned(), self.timeout.to_string());
        if self.dry_run {
            options.insert("dry-run".to_owned(), "yes".to_owned());
        }
        options
    }

    /// The answers for the profiles.
    pub fn options(&self) -> Options {
        Options {
            data: match self.data {
                DataArg::Keep => Data::Keep,
                DataArg::Remove => Data::Remove,
            },
            pay_cards: match self.pay_cards {
                PayCardsArg::Stop => PayCards::Stop,
                PayCardsArg::Remove => PayCards::Remove,
            },
        }
    }
}

/// Signs the chosen phones out.
pub fn run(args: &Args, output: &Output, interrupt: &Interrupt) -> Result<ExitStatus, Failure> {
    let interactive = output.is_interactive() && !args.walk.non_interactive;
    if !args.yes && !interactive {
        return Err(Failure::usage("signing out needs a confirmation, and there is no terminal to ask on")
            .hint("give --yes where a script does it; nothing was touched"));
    }
    let catalog = args.profiles.catalog()?;
    let attached = args.place.attached(output)?;
    let devices = args.which.selection().choose(&attached)?;
    if !args.yes {
        confirm(&devices, args, output)?;
    }
    let given = args.passwords.read()?;
    let asks = interactive && given.is_empty();
    let authorised_by = args.record.authorised_by.as_deref();
    let survey = Survey::of(&devices, authorised_by, asks);
    survey.check_authorised(authorised_by)?;
    let passwords = if asks { survey.ask_passwords(output)? } else { given };
    let record = args.record.open(args.walk.for_the_record(), output)?;
    let work = Work {
        walk: &args.walk,
        json: args.json,
        catalog: &catalog,
        passwords: &passwords,
        again: args.record.again,
        interactive,
        output,
    };
    work.run(&devices, &AdbConnector::new(&devices), record, interrupt)
}

fn confirm(devices: &[Device], args: &Args, output: &Output) -> Result<(), Failure> {
    for device in devices {
        let model = device.model.as_deref().unwrap_or("-").replace('_', " ");
        output.people(&clean(&format!("  {:<22} {:<14} {model}", device.serial.as_str(), device.state.as_str())));
    }
    let what = if args.walk.dry_run { "Walk up to the sign-out of" } else { "Sign the Mi / Xiaomi Account out of" };
    output.ask(&format!("{what} {} phone(s)? Type yes: ", devices.len()), "yes")
}

/// One run over phones, whoever they belong to: `sign-out` and `demo`.
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

impl Work<'_> {
    /// Runs, tells, records, and gives the exit status.
    pub fn run(
        &self,
        devices: &[Device],
        connector: &dyn fleet::Connector,
        mut record: Record,
        interrupt: &Interrupt,
    ) -> Result<ExitStatus, Failure> {
        let tellers = Tellers::new(self.output, self.json, record.id());
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
            jobs: self.walk.jobs.map_or(devices.len(), |jobs| jobs as usize),
            non_interactive: !self.interactive,
            books: &books,
            again: self.again,
            owner: self.interactive.then_some(&tellers as &dyn fleet::Owner),
            listener: &listener,
            interrupted: interrupt,
        };
        let rows = fleet::run(devices, &plan, connector);
        // The same number that the process ends with.
        let status = if interrupt.load(std::sync::atomic::Ordering::Relaxed) {
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
