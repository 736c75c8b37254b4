//! `watch`: phones signed out as they are connected.

use std::sync::mpsc::channel;

use crate::cli::args::{RunArgs, is_given};
use crate::cli::failure::{ErrorCode, Failure};
use crate::cli::output::Output;
use crate::cli::phone_run::{PhoneRun, WatchFor, asks};
use crate::cli::phones::{AdbConnector, attached};
use crate::cli::record::Record;
use crate::cli::signals::Interrupt;
use crate::fleet::{Passwords, Selection, Wanted};
use crate::model::{AccountId, ExitStatus, Secret};
use crate::text::say;

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
    // Also before any phone is attached: an adb server that does not answer is an error now, not a long wait.
    attached(&args.run.place, output)?;
    args.confirm(&wanted, output)?;
    let passwords = args.passwords(&wanted, interactive, output)?;
    let record = Record::open(&args.run.record, args.run.walk.for_the_record(), args.run.walk.grace(), output)?;
    let run = PhoneRun::of(&args.run, &catalog, &passwords, output);
    let (tell, news) = channel();
    let connector = AdbConnector::following(servers, &tell);
    output.people(&say!("watching-connect-phones"));
    let count = args.count.map(|count| count as usize);
    let watch = WatchFor { wanted: &wanted, count, locate: args.locate, numbers: args.run.place.numbers()? };
    run.watch(&watch, &news, &connector, record, interrupt)
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
            return Err(Failure::usage(say!("watching-all-has-to-be-typed"))
                .code(ErrorCode::NotConfirmed)
                .hint(say!("list-the-phones-to-watch")));
        }
        if !wanted.all && wanted.serials.is_empty() && wanted.accounts.is_empty() {
            return Err(Failure::usage(say!("no-phone-is-listed")).hint(say!("list-phones-or-take-all")));
        }
        if !self.yes && !interactive {
            return Err(Failure::usage(say!("signing-out-needs-a-confirmation"))
                .code(ErrorCode::NotConfirmed)
                .hint(say!("give-yes")));
        }
        if wanted.accounts.len() > 1 && !is_given(self.run.record.authorised_by.as_deref()) {
            return Err(Failure::usage(say!("several-accounts-are-listed", accounts = wanted.accounts.len()))
                .code(ErrorCode::SeveralAccounts)
                .hint(say!("name-who-authorised-it")));
        }
        Ok(())
    }

    fn confirm(&self, wanted: &Wanted, output: &Output) -> Result<(), Failure> {
        if self.yes && !wanted.all {
            return Ok(());
        }
        let walk = &self.run.walk;
        if !walk.dry_run {
            output.people(&say!("what-signing-out-does"));
            for line in walk.consequences() {
                output.people(&format!("  {line}"));
            }
        }
        if wanted.all {
            let question = if walk.dry_run { say!("ask-to-rehearse-all") } else { say!("ask-to-sign-all-out") };
            return output.ask(&question, "all");
        }
        let listed = wanted.serials.iter().map(|serial| say!("phone-with-serial", serial));
        let listed: Vec<String> =
            listed.chain(wanted.accounts.iter().map(|account| say!("phones-of-account", account))).collect();
        let phones = listed.join(", ");
        output.confirm(&if walk.dry_run {
            say!("ask-to-rehearse-listed", phones)
        } else {
            say!("ask-to-sign-listed-out", phones)
        })
    }

    /// Which account each phone holds becomes known later, so ask the person now: once for each listed account, else once for all.
    fn passwords(&self, wanted: &Wanted, ask: bool, output: &Output) -> Result<Passwords, Failure> {
        let mut passwords = self.run.passwords.read(None)?;
        if !passwords.is_empty() || !ask {
            return Ok(passwords);
        }
        for account in &wanted.accounts {
            let typed = output.ask_hidden(&say!("ask-password-of-listed-account", account))?;
            if !typed.is_empty() {
                passwords.for_account(account.clone(), Secret::new(typed));
            }
        }
        if wanted.accounts.is_empty() {
            let typed = output.ask_hidden(&say!("ask-password-of-the-account"))?;
            if !typed.is_empty() {
                passwords = Passwords::one(Secret::new(typed));
            }
        }
        Ok(passwords)
    }
}
