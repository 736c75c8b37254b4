//! `watch`: phones signed out as they are connected.

use std::sync::mpsc::channel;

use crate::cli::args::{RunArgs, is_given};
use crate::cli::failure::{ErrorCode, Failure};
use crate::cli::output::Output;
use crate::cli::phones::{AdbConnector, attached};
use crate::cli::record::Record;
use crate::cli::signals::Interrupt;
use crate::cli::work::{WatchFor, Work, asks};
use crate::fleet::{Passwords, Selection, Wanted};
use crate::model::{AccountId, ExitStatus, Secret};

/// Options of `watch`.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    run: RunArgs,
    /// The phones of an account (repeatable)
    ///
    /// The account's id, or as phones show it: 6230***535.
    #[arg(long = "account", value_name = "ID", conflicts_with = "all", help_heading = "Phones")]
    accounts: Vec<String>,
    /// Exit after N phones
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Phones")]
    count: Option<u32>,
    /// Show its number on each phone's screen first
    ///
    /// The numbers follow the order of the USB ports.
    #[arg(long, help_heading = "Phones")]
    locate: bool,
    /// Do not ask for confirmation
    ///
    /// Needs --serial or --account. --all is always confirmed by typing.
    #[arg(short, long, help_heading = "Walk")]
    yes: bool,
}

/// Signs phones out as they are connected.
pub(crate) fn run(args: &Args, output: &Output, interrupt: &Interrupt) -> Result<ExitStatus, Failure> {
    let interactive = asks(&args.run, output);
    let wanted = args.wanted();
    args.check(&wanted, interactive)?;
    let catalog = args.run.profiles.catalog()?;
    let servers = args.run.place.servers()?;
    // Also where nothing is attached yet: a server that can't be had is an error now, and not a long wait.
    attached(&args.run.place, output)?;
    args.confirm(&wanted, output)?;
    let passwords = args.passwords(&wanted, interactive, output)?;
    let record = Record::open(&args.run.record, args.run.walk.for_the_record(), args.run.walk.grace(), output)?;
    let work = Work::of(&args.run, &catalog, &passwords, output);
    let (tell, news) = channel();
    let connector = AdbConnector::following(servers, &tell);
    output.people("watching: connect phones; Ctrl-C ends");
    let count = args.count.map(|count| count as usize);
    let watch = WatchFor { wanted: &wanted, count, locate: args.locate, numbers: args.run.place.numbers()? };
    work.watch(&watch, &news, &connector, record, interrupt)
}

impl Args {
    fn wanted(&self) -> Wanted {
        let Selection { serials, all } = self.run.which.selection();
        Wanted {
            serials: if self.accounts.is_empty() || !self.run.which.serials.is_empty() { serials } else { Vec::new() },
            accounts: self.accounts.iter().map(AccountId::new).collect(),
            all,
        }
    }

    /// Refuses to sign out a phone only because it was connected, for example to charge.
    fn check(&self, wanted: &Wanted, interactive: bool) -> Result<(), Failure> {
        if wanted.all && !interactive {
            return Err(Failure::usage(
                "signing out every connected phone has to be confirmed by typing, and there is no terminal to ask on",
            )
            .code(ErrorCode::NotConfirmed)
            .hint("list the phones with --serial SERIAL or --account ID; nothing was touched"));
        }
        if !wanted.all && wanted.serials.is_empty() && wanted.accounts.is_empty() {
            return Err(Failure::usage(
                "no phone is listed, and mi-signout leaves a phone alone that was only connected",
            )
            .hint("list phones with --serial SERIAL or --account ID (both repeatable), or take them all with --all"));
        }
        if !self.yes && !interactive {
            return Err(Failure::usage("signing out needs a confirmation, and there is no terminal to ask on")
                .code(ErrorCode::NotConfirmed)
                .hint("give --yes where a script does it; nothing was touched"));
        }
        if wanted.accounts.len() > 1 && !is_given(self.run.record.authorised_by.as_deref()) {
            return Err(Failure::usage(format!(
                "{} accounts are listed; signing out more than one needs --authorised-by",
                wanted.accounts.len()
            ))
            .code(ErrorCode::SeveralAccounts)
            .hint("name who authorised it with --authorised-by TEXT (it goes into the record); nothing was touched"));
        }
        Ok(())
    }

    fn confirm(&self, wanted: &Wanted, output: &Output) -> Result<(), Failure> {
        if self.yes && !wanted.all {
            return Ok(());
        }
        let walk = &self.run.walk;
        if !walk.dry_run {
            output.people("What signing out does:");
            for line in walk.consequences() {
                output.people(&format!("  {line}"));
            }
        }
        let (act, end) =
            if walk.dry_run { ("Walk", " up to the sign-out, and change nothing") } else { ("Sign", " out") };
        if wanted.all {
            let phones = "EVERY phone that is connected now or later";
            return output.ask(&format!("{act} {phones}{end}? Type all: "), "all");
        }
        let listed = wanted.serials.iter().map(|serial| format!("phone {serial}"));
        let listed: Vec<String> =
            listed.chain(wanted.accounts.iter().map(|a| format!("the phones of account {a}"))).collect();
        output.confirm(&format!("{act} {}{end}, each when it is connected? Type yes: ", listed.join(", ")))
    }

    /// Whose phones come is known later only, so a person is asked now: once for each listed account, else once for all.
    fn passwords(&self, wanted: &Wanted, ask: bool, output: &Output) -> Result<Passwords, Failure> {
        let mut passwords = self.run.passwords.read(None)?;
        if !passwords.is_empty() || !ask {
            return Ok(passwords);
        }
        for account in &wanted.accounts {
            let typed = output.ask_hidden(&format!("Password of account {account} (empty: none): "))?;
            if !typed.is_empty() {
                passwords.for_account(account.clone(), Secret::new(typed));
            }
        }
        if wanted.accounts.is_empty() {
            let typed = output.ask_hidden("Password of the phones' account (empty: none): ")?;
            if !typed.is_empty() {
                passwords = Passwords::one(Secret::new(typed));
            }
        }
        Ok(passwords)
    }
}
