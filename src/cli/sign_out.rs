//! `sign-out`: the chosen phones, signed out of their account.

use std::collections::{BTreeMap, BTreeSet};

use clap::ValueEnum;

use super::failure::Failure;
use super::phones::AdbConnector;
use super::run_args::RunArgs;
use super::signals::Interrupt;
use super::survey::Survey;
use super::terminal::Output;
use super::{devices, locate};
use crate::fleet::Numbers;
use crate::model::{Device, ExitStatus, Serial, counted};
use crate::profile::{Data, Options, PayCards};

/// Options of `sign-out`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    run: RunArgs,
    /// Show each phone's number in the tray on its own screen first, so that it is found
    #[arg(long)]
    locate: bool,
    /// No confirmation
    #[arg(short, long)]
    yes: bool,
}

/// How phones are walked; shared with `watch` and `demo`.
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
    /// Phones of one account that submit the password side by side, once one of them has accepted it
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub per_account: u32,
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
    pub fn for_the_record(&self) -> BTreeMap<String, String> {
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

    /// What signing out does to a phone with these options, for the question before it.
    fn consequences(&self) -> [&'static str; 3] {
        [
            match self.data {
                DataArg::Keep => {
                    "Synced contacts, messages and notes stay on the phone. What is in Xiaomi Cloud stays there."
                }
                DataArg::Remove => {
                    "Synced contacts, messages and notes are REMOVED from the phone. What is in Xiaomi Cloud stays there."
                }
            },
            match self.pay_cards {
                PayCardsArg::Stop => "A phone with Mi Pay cards is left alone, for you to decide.",
                PayCardsArg::Remove => "Mi Pay cards are REMOVED from the phone.",
            },
            "Find Device goes off: the phone asks for the account's password for that.",
        ]
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
    let interactive = args.run.asks(output);
    if !args.yes && !interactive {
        return Err(Failure::usage("signing out needs a confirmation, and there is no terminal to ask on")
            .hint("give --yes where a script does it; nothing was touched"));
    }
    let catalog = args.run.profiles.catalog()?;
    let attached = args.run.place.attached(output)?;
    let devices = args.run.which.selection().choose(&attached)?;
    let numbers = Numbers::of(&attached);
    // Dialers that show numbers are closed again, whatever the answer is, and also after Ctrl-C.
    let in_order = args.locate.then(|| interrupt.in_order());
    let located = args.locate.then(|| locate::show(&devices, &numbers, output));
    let confirmed = if args.yes { Ok(()) } else { confirm(&devices, &numbers, args, output) };
    if let Some(located) = located {
        located.put_back(args.yes && interactive, output);
    }
    confirmed?;
    drop(in_order);
    let serials: Vec<Serial> = attached.iter().map(|device| device.serial.clone()).collect();
    let given = args.run.passwords.read(Some(&serials))?;
    let asks = interactive && given.is_empty();
    let authorised_by = args.run.record.authorised_by.as_deref();
    let survey = Survey::of(&devices, authorised_by, asks);
    survey.check_authorised(authorised_by)?;
    let passwords = if asks { survey.ask_passwords(output)? } else { given };
    let record = args.run.record.open(args.run.walk.for_the_record(), output)?;
    let work = args.run.work(&catalog, &passwords, output);
    let devices = record.unsettled_first(devices);
    // One phone in the tray needs no number.
    let numbers = if attached.len() > 1 { numbers } else { Numbers::default() };
    work.run(&devices, &numbers, &AdbConnector::new(&devices), record, interrupt)
}

/// Shows what is about to be done to which phones, and asks.
fn confirm(devices: &[Device], numbers: &Numbers, args: &Args, output: &Output) -> Result<(), Failure> {
    let lines = devices::read(devices, numbers);
    for line in devices::table(&lines) {
        output.people(&line);
    }
    let accounts: BTreeSet<String> = lines.iter().filter_map(devices::Line::account).collect();
    let phones = counted(devices.len(), "phone");
    if args.run.walk.dry_run {
        return output.confirm(&format!("Walk {phones} up to the sign-out, and change nothing? Type yes: "));
    }
    output.people(&format!("\n{phones}, {}. What signing out does:", counted(accounts.len(), "account")));
    for line in args.run.walk.consequences() {
        output.people(&format!("  {line}"));
    }
    output.confirm(&format!("Sign {phones} out? Type yes: "))
}
