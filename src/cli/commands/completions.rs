//! `completions`: what a shell offers at the Tab key. With the feature `live-completions` the shell asks this program each time, so
//! that `--serial` offers the phones that are attached now; without it the shell gets the fixed words.

use clap::Command;
use clap_complete::Shell;

use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::model::ExitStatus;
use crate::text::say;

/// The name of the program, as shells know it.
const PROGRAM: &str = "mi-signout";

/// Options of `completions`.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

/// Prints the script for a shell.
pub(crate) fn run(args: &Args, cli: Command, output: &Output) -> Result<ExitStatus, Failure> {
    let script =
        script(args.shell, cli).map_err(|error| Failure::usage(say!("completions-could-not-be-written", error)))?;
    output.data(String::from_utf8_lossy(&script).trim_end());
    Ok(ExitStatus::Done)
}

#[cfg(not(feature = "live-completions"))]
#[allow(clippy::unnecessary_wraps, reason = "the live form can fail")]
fn script(shell: Shell, mut cli: Command) -> std::io::Result<Vec<u8>> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut cli, PROGRAM, &mut script);
    Ok(script)
}

#[cfg(feature = "live-completions")]
fn script(shell: Shell, _cli: Command) -> std::io::Result<Vec<u8>> {
    live::script(shell)
}

#[cfg(feature = "live-completions")]
pub(crate) use live::answer;

#[cfg(feature = "live-completions")]
mod live {
    use std::ffi::OsString;
    use std::time::Duration;

    use clap::Command;
    use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
    use clap_complete::env::{EnvCompleter, Shells};
    use clap_complete::{CompleteEnv, Shell};

    use super::PROGRAM;
    use crate::adb;
    use crate::cli::args::WhereArgs;
    use crate::cli::commands::explain;
    use crate::model::printable;
    use crate::text::say;

    /// The variable by which a shell asks.
    const ASKED: &str = "MI_SIGNOUT_COMPLETE";
    /// How long a person at the Tab key waits for the phones' names.
    const WITHIN: Duration = Duration::from_millis(300);

    /// Answers a shell that asks what to offer; gives whether one did.
    pub(crate) fn answer(cli: fn() -> Command, args: &[OsString]) -> bool {
        let here = std::env::current_dir().ok();
        let asked = CompleteEnv::with_factory(move || with_values(cli())).var(ASKED).bin(PROGRAM);
        asked.try_complete(args.iter().cloned(), here.as_deref()).unwrap_or(false)
    }

    pub(super) fn script(shell: Shell) -> std::io::Result<Vec<u8>> {
        let name = shell.to_string();
        let shells = Shells::builtins();
        let shell: &dyn EnvCompleter =
            shells.completer(&name).ok_or_else(|| std::io::Error::other(say!("shell-is-not-known", name)))?;
        let mut script = Vec::new();
        shell.write_registration(ASKED, PROGRAM, PROGRAM, PROGRAM, &mut script)?;
        Ok(script)
    }

    /// Has every `--serial` offer the attached phones, `explain` its codes, and every `--scenario` the scenarios.
    fn with_values(cli: Command) -> Command {
        let explains = cli.get_name() == "explain";
        let cli = cli.mut_args(|arg| match arg.get_long() {
            Some("serial") => arg.add(ArgValueCandidates::new(serials)),
            #[cfg(feature = "demo")]
            Some("scenario") => arg.add(ArgValueCandidates::new(scenarios)),
            None if explains => {
                arg.add(ArgValueCandidates::new(|| explain::codes().map(CompletionCandidate::new).collect()))
            }
            _ => arg,
        });
        cli.mut_subcommands(with_values)
    }

    #[cfg(feature = "demo")]
    fn scenarios() -> Vec<CompletionCandidate> {
        let about = |about: &str| Some(printable(about).into());
        phone_sim::scenario::scenarios()
            .iter()
            .map(|scenario| CompletionCandidate::new(scenario.name).help(about(scenario.about)))
            .collect()
    }

    /// The phones that the adb servers list. A server that does not run is not started.
    fn serials() -> Vec<CompletionCandidate> {
        let servers = WhereArgs::default().servers().unwrap_or_default();
        let listed = servers.iter().filter_map(|server| adb::list(server, WITHIN).ok()).flatten();
        listed
            .map(|device| {
                let model = device.model.as_deref().unwrap_or_default();
                let help = format!("{} {model}", device.state.as_str());
                CompletionCandidate::new(device.serial.as_str()).help(Some(printable(help.trim()).into()))
            })
            .collect()
    }
}
