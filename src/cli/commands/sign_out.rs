//! `sign-out`: the chosen phones, signed out of their account.

use std::collections::BTreeSet;
use std::sync::mpsc::channel;

use crate::cli::args::RunArgs;
use crate::cli::authorisation::ChosenAccounts;
use crate::cli::failure::{ErrorCode, Failure};
use crate::cli::output::Output;
use crate::cli::phone_run::{PhoneRun, asks};
use crate::cli::phone_table::{self, PhoneLine};
use crate::cli::phones::{AdbConnector, attached_and_silent};
use crate::cli::signals::Interrupt;
use crate::cli::{locate, record::Record};
use crate::fleet::{LateServers, Numbers};
use crate::model::{Device, ExitStatus, Serial};
use crate::text::say;

/// Options of `sign-out`.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) run: RunArgs,
    /// Show its number on each phone's screen first
    ///
    /// The numbers follow the order of the USB ports.
    #[arg(long, help_heading = "Phones")]
    locate: bool,
    /// Do not ask for confirmation
    #[arg(short, long, help_heading = "Walk")]
    yes: bool,
}

/// Signs the chosen phones out.
pub(crate) fn run(args: &Args, output: &Output, interrupt: &Interrupt) -> Result<ExitStatus, Failure> {
    let interactive = asks(&args.run, output);
    if !args.yes && !interactive {
        return Err(Failure::usage(say!("signing-out-needs-a-confirmation"))
            .code(ErrorCode::NotConfirmed)
            .hint(say!("give-yes")));
    }
    let catalog = args.run.profiles.catalog()?;
    let (listed, silent) = attached_and_silent(&args.run.place, output)?;
    let devices = args.run.which.selection().choose(&listed)?;
    let numbers = args.run.place.numbers()?.for_all(&listed);
    // Dialers that show numbers are closed again, whatever the answer is, and also after Ctrl-C.
    let in_order = args.locate.then(|| interrupt.in_order());
    let located = args.locate.then(|| locate::show(&devices, &numbers, output));
    let confirmed = if args.yes { Ok(()) } else { confirm(&devices, &numbers, args, output) };
    if let Some(located) = located {
        located.put_back(args.yes && interactive, output);
    }
    confirmed?;
    drop(in_order);
    // Late phones may join only where no question named the phones that are listed now.
    let has_late = args.yes && args.run.which.all && !silent.is_empty();
    let serials: Vec<Serial> = listed.iter().map(|device| device.serial.clone()).collect();
    let given = args.run.passwords.read((!has_late).then_some(&serials[..]))?;
    let asks = interactive && given.is_empty();
    let authorised_by = args.run.record.authorised_by.as_deref();
    let (tell, news) = channel();
    let connector =
        if has_late { AdbConnector::following(args.run.place.servers()?, &tell) } else { AdbConnector::new(&devices) };
    let chosen = ChosenAccounts::of(&devices, &connector, authorised_by, asks);
    chosen.check_authorised(authorised_by)?;
    let passwords = if asks { chosen.ask_passwords(output)? } else { given };
    let record = Record::open(&args.run.record, args.run.walk.for_the_record(), args.run.walk.grace(), output)?;
    let run = PhoneRun::of(&args.run, &catalog, &passwords, output);
    let devices = record.unsettled_first(devices);
    if has_late {
        let late = LateServers { servers: &silent, news };
        return run.run_joined(&devices, &numbers, &connector, late, (record, interrupt));
    }
    // One phone in the tray needs no number.
    let numbers = if listed.len() > 1 { numbers } else { Numbers::default() };
    run.run(&devices, &numbers, &connector, record, interrupt)
}

/// Shows what is about to be done to which phones, and asks.
fn confirm(devices: &[Device], numbers: &Numbers, args: &Args, output: &Output) -> Result<(), Failure> {
    let lines = phone_table::read(devices, numbers);
    for line in phone_table::table(&lines) {
        output.people(&line);
    }
    let accounts: BTreeSet<String> = lines.iter().filter_map(PhoneLine::account).collect();
    let phones = devices.len();
    if args.run.walk.dry_run {
        return output.confirm(&say!("ask-to-rehearse", phones));
    }
    output.people(&say!("what-signing-out-these-phones-does", phones, accounts = accounts.len()));
    for line in args.run.walk.consequences() {
        output.people(&format!("  {line}"));
    }
    output.confirm(&say!("ask-to-sign-out", phones))
}
