//! Record: the journal, who worked and who authorised it, and the reports at the end.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::builder::NonEmptyStringValueParser;

use crate::journal::{self, InstallKey, Journal, JournalError};

/// Options about the record of a run.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Record")]
pub(crate) struct RecordArgs {
    #[command(flatten)]
    pub(crate) journal: JournalArgs,
    /// Write a report at the end (repeatable)
    ///
    /// The extension chooses the format: .html, .json, .csv, or .xml for JUnit.
    #[arg(long = "report", value_name = "PATH")]
    pub(crate) reports: Vec<PathBuf>,
    /// Submit a password again whose verdict is not known
    ///
    /// An earlier run submitted it on a phone and lost the phone before the answer. Without this option it is not submitted
    /// again there.
    #[arg(long)]
    pub(crate) again: bool,
    /// Who does the work
    #[arg(long, value_name = "TEXT")]
    pub(crate) operator: Option<String>,
    /// Where the work is done
    #[arg(long, value_name = "TEXT")]
    pub(crate) station: Option<String>,
    /// The lot that this run belongs to
    ///
    /// Use the same name on every bench; report --lot NAME then shows the runs of all benches.
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) lot: Option<String>,
    /// Who authorised it; required for several accounts
    #[arg(long, value_name = "TEXT")]
    pub(crate) authorised_by: Option<String>,
}

/// Whether a text was given that says something: spaces name no one who authorised anything.
pub(crate) fn is_given(text: Option<&str>) -> bool {
    text.is_some_and(|text| !text.trim().is_empty())
}

/// Where the record is.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Record")]
pub(crate) struct JournalArgs {
    /// The journal of all runs
    ///
    /// Without this option, a file in the platform's state directory.
    #[arg(long, value_name = "PATH")]
    pub(crate) journal: Option<PathBuf>,
}

impl JournalArgs {
    /// The journal's file.
    pub(crate) fn path(&self) -> Option<PathBuf> {
        self.journal.clone().or_else(journal::default_path)
    }

    /// The folder of `install.key` and of the ledger of rejected passwords; absent where there is no home directory.
    pub(crate) fn key_dir(&self) -> Option<PathBuf> {
        journal::key_dir(&self.path()?)
    }

    /// Opens it to write in, with this installation's key.
    pub(crate) fn open(&self) -> Result<Arc<Journal>, JournalError> {
        let missing = || JournalError::Unwritable {
            path: PathBuf::from("journal.db"),
            why: "there is no home directory to keep it in".into(),
        };
        let path = self.path().ok_or_else(missing)?;
        let key = InstallKey::open(&self.key_dir().ok_or_else(missing)?)?;
        Journal::open(&path, key).map(Arc::new)
    }

    /// Opens it to read. Nothing is made or changed; absent where there is no home directory to look in.
    pub(crate) fn read(&self) -> Option<Result<Journal, JournalError>> {
        let path = self.path()?;
        Some(self.key().and_then(|key| Journal::read(&path, key)))
    }

    /// This installation's key, where one was ever made: in the state directory, or beside the journal.
    pub(crate) fn key(&self) -> Result<Option<InstallKey>, JournalError> {
        let beside = self.path().and_then(|path| path.parent().map(Path::to_owned));
        for dir in [journal::state_dir(), beside].into_iter().flatten() {
            if let Some(key) = InstallKey::existing(&dir)? {
                return Ok(Some(key));
            }
        }
        Ok(None)
    }
}
