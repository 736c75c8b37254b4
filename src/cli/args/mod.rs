//! The options, one file a heading of the help. What they mean is read here; what is done with it is in `commands`.

mod output;
mod password;
mod phones;
mod profiles;
mod record;
mod walk;

pub(crate) use output::{Color, EventsArgs, JsonArgs, OutputArgs};
pub(crate) use password::PasswordArgs;
pub(crate) use phones::{WhereArgs, WhichArgs, named};
pub(crate) use profiles::ProfileArgs;
pub(crate) use record::{JournalArgs, RecordArgs, is_given};
pub(crate) use walk::WalkArgs;

/// Options of a run over real phones: what `sign-out` and `watch` have in common.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) which: WhichArgs,
    #[command(flatten)]
    pub(crate) place: WhereArgs,
    #[command(flatten)]
    pub(crate) passwords: PasswordArgs,
    #[command(flatten)]
    pub(crate) walk: WalkArgs,
    #[command(flatten, next_help_heading = "Walk")]
    pub(crate) profiles: ProfileArgs,
    #[command(flatten)]
    pub(crate) record: RecordArgs,
    #[command(flatten)]
    pub(crate) events: EventsArgs,
}
