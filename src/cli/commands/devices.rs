//! `devices`: every attached phone, and what is missing; or the phones of a lot, on all benches. Reads only.

use serde_json::json;

use crate::cli::args::{JournalArgs, JsonArgs, WhereArgs};
use crate::cli::failure::Failure;
use crate::cli::locate;
use crate::cli::output::Output;
use crate::cli::phone_table::{read, table};
use crate::cli::phones::attached;
use crate::journal::JournalError;
use crate::model::{ExitStatus, Outcome, Reason, printable};
use crate::report;
use crate::report::text::inert_json;
use crate::text::say;

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
    /// The phones of a lot, on all benches, as the journal knows them
    #[arg(long, value_name = "NAME", conflicts_with_all = ["locate", "servers", "stations"], help_heading = "Record")]
    lot: Option<String>,
    #[command(flatten)]
    journal: JournalArgs,
    #[command(flatten)]
    output: JsonArgs,
}

/// Lists the attached phones.
pub(crate) fn run(args: &Args, output: &Output) -> Result<ExitStatus, Failure> {
    if let Some(lot) = &args.lot {
        return of_lot(lot, args, output);
    }
    let devices = attached(&args.place, output)?;
    if devices.is_empty() {
        return Err(crate::fleet::SelectError::Nothing.into());
    }
    let numbers = args.place.numbers()?.for_all(&devices);
    let lines = read(&devices, &numbers);
    if args.output.json {
        for line in &lines {
            output.data(&inert_json(line.json().to_string()));
        }
    } else {
        for line in table(&lines) {
            output.answer(&line);
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

/// Lists the phones that the runs of a lot have met.
fn of_lot(lot: &str, args: &Args, output: &Output) -> Result<ExitStatus, Failure> {
    let journal = args.journal.read().unwrap_or_else(|| Err(JournalError::Missing(say!("missing-lot", lot))))?;
    for phone in report::lot_phones(&journal.lot(lot)?) {
        let outcome = phone.outcome.map(Outcome::as_str);
        if args.output.json {
            let line = json!({
                "type": "phone", "schema": 1, "hardware_serial": phone.hardware_serial, "model": phone.model, "outcome": outcome,
                "reason": phone.reason.map(Reason::as_str), "station": phone.station, "run": phone.run,
            });
            output.data(&inert_json(line.to_string()));
        } else {
            let or_dash = |text: Option<&str>| text.unwrap_or("-").to_owned();
            output.data(&printable(&format!(
                "{:<20} {:<22} {:<18} {:<12} {}",
                phone.hardware_serial,
                or_dash(phone.model.as_deref()),
                outcome.map_or_else(|| say!("no-result"), str::to_owned),
                or_dash(phone.station.as_deref()),
                phone.run
            )));
        }
    }
    Ok(ExitStatus::Done)
}
