//! `devices`: every attached phone, and what is missing. Reads only.

use crate::cli::args::{JsonArgs, WhereArgs};
use crate::cli::failure::Failure;
use crate::cli::locate;
use crate::cli::output::Output;
use crate::cli::phone_table::{read, table};
use crate::cli::phones::attached;
use crate::fleet::Numbers;
use crate::model::ExitStatus;
use crate::report::text::inert_json;

/// Options of `devices`.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    place: WhereArgs,
    /// Show its number on each phone's screen
    ///
    /// The numbers follow the order of the USB ports.
    #[arg(long, help_heading = "Phones")]
    locate: bool,
    #[command(flatten)]
    output: JsonArgs,
}

/// Lists the attached phones.
pub(crate) fn run(args: &Args, output: &Output) -> Result<ExitStatus, Failure> {
    let devices = attached(&args.place, output)?;
    if devices.is_empty() {
        return Err(crate::fleet::SelectError::Nothing.into());
    }
    let numbers = Numbers::of(&devices);
    let lines = read(&devices, &numbers);
    if args.output.json {
        for line in &lines {
            output.data(&inert_json(line.json().to_string()));
        }
    } else {
        for line in table(&lines) {
            output.data(&line);
        }
    }
    if args.locate {
        let located = locate::show(&devices, &numbers, output);
        if output.is_interactive() {
            located.put_back(true, output);
        }
    }
    Ok(ExitStatus::Done)
}
