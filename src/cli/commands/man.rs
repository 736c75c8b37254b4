//! `man`: the manual pages, made from the same words as the help.

use std::path::PathBuf;

use clap::Command;

use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::model::{ExitStatus, did_you_mean};
use crate::text::say;

/// Options of `man`.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    /// The command
    ///
    /// Without it, the page of the program itself.
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
    /// Write the pages of all commands into a folder
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    dir: Option<PathBuf>,
}

/// Prints one page, or writes all of them.
pub(crate) fn run(args: &Args, cli: Command, output: &Output) -> Result<ExitStatus, Failure> {
    let unwritten = |error: std::io::Error| Failure::usage(say!("manual-page-could-not-be-written", error));
    let mut cli = cli.disable_help_subcommand(true);
    if let Some(dir) = &args.dir {
        let failed = |error| unwritten(error).at(dir.display().to_string());
        std::fs::create_dir_all(dir).map_err(failed)?;
        clap_mangen::generate_to(cli, dir).map_err(failed)?;
        output.people(&say!("wrote-manual-pages", dir = dir.display()));
        return Ok(ExitStatus::Done);
    }
    cli.build();
    let page = match &args.command {
        None => cli,
        Some(name) => cli.find_subcommand(name).cloned().ok_or_else(|| {
            let failure = Failure::usage(say!("there-is-no-command", name));
            match did_you_mean(name, cli.get_subcommands().map(Command::get_name)) {
                Some(near) => failure.hint(say!("did-you-mean", near)),
                None => failure.hint(say!("help-lists-the-commands")),
            }
        })?,
    };
    let mut roff = Vec::new();
    clap_mangen::Man::new(page).render(&mut roff).map_err(unwritten)?;
    output.data(String::from_utf8_lossy(&roff).trim_end());
    Ok(ExitStatus::Done)
}
