//! The command line: clap types, one file per subcommand, prompts, exit statuses. Wires the rooms together.

#![allow(
    clippy::doc_markdown,
    reason = "doc comments of options are their help, and a terminal shows backticks as they are"
)]

mod bugreport;
mod capture;
mod completions;
mod config;
mod delete;
#[cfg(feature = "demo")]
mod demo;
mod devices;
mod doctor;
mod emit;
mod explain;
mod failure;
mod first_minute;
mod host_facts;
mod journal;
mod locate;
mod man;
mod next_steps;
mod owner;
mod password_file;
mod passwords;
mod phones;
mod profiles;
mod prompt;
mod record_args;
mod report;
mod run_args;
mod sign_out;
mod signals;
#[cfg(feature = "demo")]
mod simulate;
mod survey;
mod terminal;
mod watch;
mod work;
mod wrap;

use std::ffi::OsString;

use clap::{CommandFactory, Parser, Subcommand};

use crate::model::ExitStatus;
use failure::Failure;
#[doc(hidden)]
pub use password_file::parse as parse_password_file;
use terminal::{Output, OutputArgs};

/// Signs the owner's Xiaomi, Redmi and POCO phones out of their Mi / Xiaomi Account over ADB, and proves it.
#[derive(Debug, Parser)]
#[command(name = "mi-signout", version, about, after_help = EXIT_STATUSES, arg_required_else_help = false)]
struct Cli {
    #[command(flatten)]
    output: OutputArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

const EXIT_STATUSES: &str = "\
Exit status: 0 every chosen phone is signed out (or was, or --dry-run got as far as it should) · 1 at least one is not · \
2 usage, profile or file error · 3 adb or USB not reachable · 4 at least one phone waits for a person · \
5 nothing attached to work on · 6 at least one outcome is unknown · 129 ended by SIGHUP before anything was begun · 130 interrupted · \
143 ended by SIGTERM before anything was begun";

#[derive(Debug, Subcommand)]
enum Command {
    /// List the attached phones: state, model, software, account (masked), and what is missing
    Devices(devices::Args),
    /// Sign the Mi / Xiaomi Account out of the chosen phones
    SignOut(sign_out::Args),
    /// The same, plug-and-go: every listed phone that is plugged in is taken in turn, until Ctrl-C or --count
    Watch(watch::Args),
    /// The device profiles: what is known of which phones, and tools to write one
    Profiles(profiles::Args),
    /// What a phone shows, masked, as a folder to write a profile from or to report
    Capture(capture::Args),
    /// Pack what a run met and did not know into one masked zip; nothing is sent
    Bugreport(bugreport::Args),
    /// Check this computer and each phone, and say what to do about what is missing
    Doctor(doctor::Args),
    /// Write the report of an earlier run again, list the runs, or check that nobody edited a report
    Report(report::Args),
    /// Care of the record: remove old runs
    Journal(journal::Args),
    /// Walk the owner through the permanent deletion of a signed-out account, in a real browser
    Delete(delete::Args),
    /// The main job on simulated phones: no hardware, no adb needed
    #[cfg(feature = "demo")]
    Demo(demo::Args),
    /// Simulated phones that stay up until Ctrl-C, for your own tools and tests
    #[cfg(feature = "demo")]
    Simulate(simulate::Args),
    /// What an outcome, a reason or an error code means, what to do, and where to tap
    Explain(explain::Args),
    /// Options from the environment and the configuration file, and where each comes from
    Config(config::Args),
    /// What bash, zsh, fish, PowerShell or elvish offer at the Tab key
    Completions(completions::Args),
    /// The manual page of the program or of a command
    Man(man::Args),
}

/// A core dump of this process would hold the owner's password.
fn no_core_dump() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    }
}

/// Runs the command line and gives the process's exit status.
#[must_use]
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitStatus {
    no_core_dump();
    let args: Vec<OsString> = args.into_iter().collect();
    #[cfg(feature = "live-completions")]
    if completions::answer(Cli::command, &args) {
        return ExitStatus::Done;
    }
    let cli = match parse(args) {
        Ok(cli) => cli,
        Err(status) => return status,
    };
    signals::guarded(move |interrupt| {
        let output = Output::new(&cli.output, interrupt);
        let Some(command) = cli.command else {
            return no_command(&output, interrupt);
        };
        let result = match command {
            Command::Delete(args) => return delete::main(&args, &output, interrupt),
            Command::Devices(args) => devices::run(&args, &output),
            Command::SignOut(args) => sign_out::run(&args, &output, interrupt),
            Command::Watch(args) => watch::run(&args, &output, interrupt),
            Command::Profiles(args) => profiles::run(&args, &output),
            Command::Capture(args) => capture::run(&args, &output),
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

/// What was typed, and beside it what the environment and the configuration file set. What is wrong was told.
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

/// Without a command: the guided first minute on a terminal, the help elsewhere.
fn no_command(output: &Output, interrupt: &signals::Interrupt) -> ExitStatus {
    if output.is_interactive() {
        return first_minute::run(output, interrupt).unwrap_or_else(|failure| {
            output.failure(&failure);
            failure.status
        });
    }
    let help = Cli::command().render_help();
    output.people(&help.to_string());
    ExitStatus::Usage
}
