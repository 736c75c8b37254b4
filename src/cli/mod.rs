//! The command line: options in `args`, one file a subcommand in `commands`, prompts, exit statuses. Wires the rooms together.

#![allow(
    clippy::doc_markdown,
    reason = "doc comments of options are their help, and a terminal shows backticks as they are"
)]

mod args;
mod authorisation;
mod commands;
mod emit;
mod failure;
mod host_facts;
mod locate;
mod next_steps;
mod output;
mod password_file;
mod phone_run;
mod phone_table;
mod phones;
mod prompt;
mod record;
mod signals;
#[cfg(feature = "demo")]
mod simulated;
mod stations;
mod wrap;

use std::ffi::OsString;

use clap::{CommandFactory, Parser, Subcommand};

use crate::model::ExitStatus;
use args::OutputArgs;
use commands::{
    bugreport, capture, completions, config, delete, devices, doctor, explain, first_minute, journal, learn, man,
    profiles, report, sign_out, watch,
};
#[cfg(feature = "demo")]
use commands::{demo, simulate};
use failure::Failure;
use output::Output;
#[doc(hidden)]
pub use password_file::parse as parse_password_file;

/// Signs the owner's Xiaomi, Redmi and POCO phones out of their Mi / Xiaomi Account over ADB, and proves it.
#[derive(Debug, Parser)]
#[command(name = "mi-signout", version, about, after_help = EXIT_STATUSES, arg_required_else_help = false)]
#[command(disable_help_flag = true, disable_version_flag = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    output: OutputArgs,
    /// Print the version
    #[arg(short = 'V', long, action = clap::ArgAction::Version, help_heading = "Global options", display_order = 905)]
    version: Option<bool>,
}

const EXIT_STATUSES: &str = "\
Exit status: 0 every chosen phone is signed out (or was, or --dry-run got as far as it should) · 1 at least one is not · \
2 usage, profile or file error · 3 adb or USB not reachable · 4 at least one phone waits for a person · \
5 nothing attached to work on · 6 at least one outcome is unknown · 129 ended by SIGHUP before anything was begun · 130 interrupted · \
143 ended by SIGTERM before anything was begun";

#[derive(Debug, Subcommand)]
enum Command {
    /// List the connected phones and what is missing on each
    Devices(devices::Args),
    /// Sign the Mi / Xiaomi Account out of phones
    SignOut(sign_out::Args),
    /// Sign phones out as they are connected
    ///
    /// Every listed phone is signed out when it is connected, until Ctrl-C or --count.
    Watch(watch::Args),
    /// Check this computer and each phone
    Doctor(doctor::Args),
    /// Walk the owner through the permanent deletion of an account
    ///
    /// The account is one that was signed out of its phones. The deletion is done by its owner, in a real browser, on Xiaomi's own
    /// pages.
    Delete(delete::Args),
    /// List earlier runs, write their reports, verify a report
    Report(report::Args),
    /// Maintain the journal of runs
    Journal(journal::Args),
    /// List, show and check device profiles
    Profiles(profiles::Args),
    /// Save what a phone shows, masked
    ///
    /// Writes a folder with the screen, its picture and the properties of the phone, to write a device profile from or to report
    /// a problem.
    Capture(capture::Args),
    /// Learn an unknown kind of phone from one sign-out by hand
    ///
    /// The owner signs one phone out by hand while mi-signout watches: it reads only, and never taps or types. Writes a folder with
    /// a masked recording, a device profile drafted from it, and saved screens to check it with. With --profiles, that profile
    /// signs out the other phones of the kind.
    Learn(learn::Args),
    /// Pack what a run did not know into a masked zip file
    ///
    /// Nothing is sent.
    Bugreport(bugreport::Args),
    /// Sign simulated phones out, to see how it works
    ///
    /// Needs no phone and no adb.
    #[cfg(feature = "demo")]
    Demo(demo::Args),
    /// Run simulated phones for your own tools and tests
    ///
    /// They stay up until Ctrl-C.
    #[cfg(feature = "demo")]
    Simulate(simulate::Args),
    /// Explain an outcome, a reason or an error code
    ///
    /// Tells what it means, what to do, and where to tap.
    Explain(explain::Args),
    /// Show which options the environment and the configuration file set
    Config(config::Args),
    /// Print the completions for a shell
    Completions(completions::Args),
    /// Print the manual page of a command
    Man(man::Args),
}

/// Runs the command line and gives the process's exit status.
#[must_use]
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitStatus {
    // It would hold the owner's password.
    crate::platform::no_core_dump();
    let args: Vec<OsString> = args.into_iter().collect();
    #[cfg(feature = "live-completions")]
    if completions::answer(Cli::command, &args) {
        return ExitStatus::Done;
    }
    let (cli, is_alone) = match parse_or_guide(args) {
        Ok(parsed) => parsed,
        Err(status) => return status,
    };
    signals::guarded(move |interrupt| {
        let output = Output::new(&cli.output, interrupt);
        let Some(command) = cli.command else {
            output.people(&Cli::command().render_help().to_string());
            return ExitStatus::Usage;
        };
        let result = match command {
            Command::Delete(args) => return delete::main(&args, &output, interrupt),
            Command::Devices(args) => devices::run(&args, &output),
            Command::SignOut(args) if is_alone => first_minute::run(args, &output, interrupt),
            Command::SignOut(args) => sign_out::run(&args, &output, interrupt),
            Command::Watch(args) => watch::run(&args, &output, interrupt),
            Command::Profiles(args) => profiles::run(&args, &output),
            Command::Capture(args) => capture::run(&args, &output),
            Command::Learn(args) => learn::run(&args, &output, interrupt),
            Command::Bugreport(args) => bugreport::run(&args, &output),
            Command::Doctor(args) => doctor::run(&args, &output, interrupt),
            Command::Report(args) => report::run(&args, &output),
            Command::Journal(args) => journal::run(&args, &output),
            #[cfg(feature = "demo")]
            Command::Demo(args) => demo::run(&args, &output, interrupt),
            #[cfg(feature = "demo")]
            Command::Simulate(args) => simulate::run(&args, &output, interrupt),
            Command::Explain(args) => explain::run(&args, &output),
            Command::Config(args) => config::run(&args, &Cli::command(), &output),
            Command::Completions(args) => completions::run(&args, Cli::command(), &output),
            Command::Man(args) => man::run(&args, Cli::command(), &output),
        };
        result.unwrap_or_else(|failure: Failure| {
            output.failure(&failure);
            failure.status
        })
    })
}

/// What was typed, and whether that was the program's name alone, at a terminal: then a person is guided through `sign-out`, with all that the
/// environment and the configuration file set for it. Elsewhere nothing is guessed.
fn parse_or_guide(mut args: Vec<OsString>) -> Result<(Cli, bool), ExitStatus> {
    let cli = parse(args.clone())?;
    let output = Output::new(&cli.output, &signals::Interrupt::default());
    if cli.command.is_some() || !output.is_interactive() {
        return Ok((cli, false));
    }
    args.push("sign-out".into());
    Ok((parse(args)?, true))
}

/// What was typed, and beside it what the environment and the configuration file set. Prints what is wrong.
fn parse(args: Vec<OsString>) -> Result<Cli, ExitStatus> {
    let refused = |error: &clap::Error, notes: &[String]| {
        // A closed pipe is no reason to complain.
        let _ = error.print();
        if !error.use_stderr() {
            return ExitStatus::Done;
        }
        let output = Output::new(&OutputArgs::default(), &signals::Interrupt::default());
        for note in notes {
            output.people(&format!("note: {note}"));
        }
        ExitStatus::Usage
    };
    let command = Cli::command();
    match Cli::try_parse_from(&args) {
        // Help is given whatever the configuration file holds.
        Err(error) if !error.use_stderr() => return Err(refused(&error, &[])),
        _ => {}
    }
    let settings = config::Settings::read(&command).map_err(|failure| {
        Output::new(&OutputArgs::default(), &signals::Interrupt::default()).failure(&failure);
        failure.status
    })?;
    let applied = settings.apply(&command, args);
    Cli::try_parse_from(applied.args).map_err(|error| refused(&error, &applied.notes))
}

#[cfg(test)]
mod help_tests;
#[cfg(test)]
mod second_language_tests;
