//! What `sign-out` and `watch` have in common: which phones, where they are, whose passwords, how they are walked, what is recorded.

use super::passwords::PasswordArgs;
use super::phones::{ProfileArgs, WhereArgs, WhichArgs};
use super::record_args::RecordArgs;
use super::sign_out::WalkArgs;
use super::survey::is_named;
use super::terminal::Output;
use super::work::Work;
use crate::fleet::Passwords;
use crate::profile::Catalog;

/// Options of a run over real phones.
#[derive(Clone, Debug, clap::Args)]
pub struct RunArgs {
    #[command(flatten)]
    pub which: WhichArgs,
    #[command(flatten)]
    pub place: WhereArgs,
    #[command(flatten)]
    pub passwords: PasswordArgs,
    #[command(flatten)]
    pub profiles: ProfileArgs,
    #[command(flatten)]
    pub walk: WalkArgs,
    #[command(flatten)]
    pub record: RecordArgs,
    /// Events and results on standard output, one JSON object a line
    #[arg(long)]
    pub json: bool,
}

impl RunArgs {
    /// Whether a person is there, and may be asked.
    pub fn asks(&self, output: &Output) -> bool {
        output.is_interactive() && !self.walk.non_interactive
    }

    /// The run that these options are about.
    pub fn work<'a>(&'a self, catalog: &'a Catalog, passwords: &'a Passwords, output: &'a Output) -> Work<'a> {
        Work {
            walk: &self.walk,
            json: self.json,
            catalog,
            passwords,
            several_accounts: is_named(self.record.authorised_by.as_deref()),
            again: self.record.again,
            interactive: self.asks(output),
            output,
        }
    }
}
