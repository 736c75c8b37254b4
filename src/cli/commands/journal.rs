//! `journal`: care of the record itself.

use crate::cli::args::JournalArgs;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::journal::JournalError;
use crate::model::ExitStatus;
use crate::text::say;

/// Options of `journal`.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Clone, Debug, clap::Subcommand)]
enum What {
    /// Set up a journal that several benches share
    ///
    /// The first bench makes the tables and the key; every other bench runs the same command once to get the key. Without --key, the key
    /// is sealed in the database with a passphrase: MI_SIGNOUT_JOURNAL_PASSPHRASE, or asked for.
    #[cfg(feature = "postgres")]
    Init(Init),
    /// Copy all runs into an empty journal
    ///
    /// From a file into a database that benches share, or back. Both must have the same key.
    Copy(Copy),
    /// Remove old runs
    ///
    /// Keeps accounts that wait for their deletion, and phones whose outcome is unknown.
    Prune(Prune),
}

#[cfg(feature = "postgres")]
#[derive(Clone, Debug, clap::Args)]
struct Init {
    /// The database, as postgres://USER@127.0.0.1:5432/DATABASE
    #[arg(value_name = "URL")]
    url: String,
    /// The file with the key, which you carry to each bench
    ///
    /// Made where the journal is new. With one bench's own install.key, its journal can be copied into the new one.
    #[arg(long, value_name = "FILE", help_heading = "Record")]
    key: Option<std::path::PathBuf>,
    /// Seconds that a bench keeps its phones after it last answered
    ///
    /// Without this option, 30. Then another bench may take them over.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(3..=3600), help_heading = "Record")]
    lease: Option<u64>,
}

#[derive(Clone, Debug, clap::Args)]
struct Copy {
    /// The journal to read: a file or a URL
    #[arg(value_name = "FROM")]
    from: std::path::PathBuf,
    /// The journal to write, which must hold no run: a file or a URL
    #[arg(value_name = "TO")]
    to: std::path::PathBuf,
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
    match &args.what {
        #[cfg(feature = "postgres")]
        What::Init(args) => init(args, output),
        What::Copy(args) => copy(args, output),
        What::Prune(args) => prune(args, output),
    }
}

#[cfg(feature = "postgres")]
fn init(args: &Init, output: &Output) -> Result<ExitStatus, Failure> {
    use crate::journal::{KeySource, SetUp, SharedDatabase, state_dir};
    let database = SharedDatabase::parse(&args.url)?;
    let state =
        state_dir().ok_or_else(|| Failure::usage(say!("no-home-for-the-key")).hint(say!("set-xdg-state-home")))?;
    let passphrase = match &args.key {
        None => Some(passphrase(output)?),
        Some(_) => None,
    };
    let from = match (&args.key, &passphrase) {
        (Some(file), _) => KeySource::File(file),
        (None, Some(passphrase)) => KeySource::Passphrase(passphrase),
        (None, None) => return Err(Failure::usage(say!("no-passphrase-was-given"))),
    };
    let done = database.set_up(&state, from, args.lease.map(std::time::Duration::from_secs))?;
    let journal = database.shown().display();
    output.data(&match done {
        SetUp::Made => say!("set-up-the-journal", journal),
        SetUp::Joined => say!("joined-the-journal", journal),
    });
    output.data(&say!("use-the-journal", url = args.url));
    Ok(ExitStatus::Done)
}

/// The passphrase of the benches' key, from the environment or typed. It is no phone's password.
#[cfg(feature = "postgres")]
fn passphrase(output: &Output) -> Result<zeroize::Zeroizing<String>, Failure> {
    const SHORTEST: usize = 12;
    let given = std::env::var("MI_SIGNOUT_JOURNAL_PASSPHRASE").ok().filter(|text| !text.is_empty());
    let text = match given {
        Some(text) => text,
        None if output.is_interactive() => output.ask_hidden(&say!("ask-for-the-passphrase"))?,
        None => {
            return Err(Failure::usage(say!("key-needs-passphrase")).hint(say!("set-the-passphrase-or-name-a-key")));
        }
    };
    let text = zeroize::Zeroizing::new(text);
    if text.chars().count() < SHORTEST {
        return Err(
            Failure::usage(say!("passphrase-is-too-short", shortest = SHORTEST)).hint(say!("take-several-words"))
        );
    }
    Ok(text)
}

fn copy(args: &Copy, output: &Output) -> Result<ExitStatus, Failure> {
    let of = |place: &std::path::Path| JournalArgs { journal: Some(place.to_owned()) };
    let from = match of(&args.from).read() {
        None => return Err(Failure::from(JournalError::Missing(say!("missing-run-yet")))),
        Some(journal) => journal?,
    };
    let to = of(&args.to).open()?;
    let copied = from.copy_to(&to)?;
    from.copy_rejections_to(&to)?;
    output.data(&say!("journal-copied", runs = copied.runs, rows = copied.rows));
    Ok(ExitStatus::Done)
}

fn prune(args: &Prune, output: &Output) -> Result<ExitStatus, Failure> {
    if !args.journal.is_shared() && args.journal.path().is_none_or(|path| !path.exists()) {
        return Err(Failure::from(JournalError::Missing(say!("missing-run-yet"))));
    }
    let pruned = args.journal.open()?.prune(args.keep_days, chrono::Utc::now())?;
    output.data(&say!("journal-removed", runs = pruned.runs, rows = pruned.rows));
    if pruned.kept > 0 {
        output.data(&say!("journal-kept", runs = pruned.kept));
    }
    Ok(ExitStatus::Done)
}
