//! `journal`: care of the record itself.

use crate::cli::args::JournalArgs;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::journal::JournalError;
use crate::model::ExitStatus;

/// Options of `journal`.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Clone, Debug, clap::Subcommand)]
enum What {
    /// Remove old runs
    ///
    /// Keeps accounts that wait for their deletion, and phones whose outcome is unknown.
    Prune(Prune),
}

#[derive(Clone, Debug, clap::Args)]
struct Prune {
    /// Keep the runs of the last N days
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=36_500))]
    keep_days: u32,
    #[command(flatten)]
    journal: JournalArgs,
}

/// Does what was asked.
pub(crate) fn run(args: &Args, output: &Output) -> Result<ExitStatus, Failure> {
    let What::Prune(args) = &args.what;
    if args.journal.path().is_none_or(|path| !path.exists()) {
        return Err(Failure::from(JournalError::Missing("run yet".to_owned())));
    }
    let pruned = args.journal.open()?.prune(args.keep_days, chrono::Utc::now())?;
    let many = |count: usize, what: &str| if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") };
    output.data(&format!("removed {} with {}", many(pruned.runs, "run"), many(pruned.rows, "row")));
    if pruned.kept > 0 {
        output.data(&format!(
            "kept {} that would have been old enough: still going, or the end of a phone was not seen",
            many(pruned.kept, "run")
        ));
    }
    Ok(ExitStatus::Done)
}
