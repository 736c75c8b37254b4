//! Record: the journal, who worked and who authorised it, and the reports at the end.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use clap::builder::NonEmptyStringValueParser;

use crate::journal::{self, InstallKey, Journal, JournalError};
use crate::text::say;

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
    /// Without this option, a file in the platform's state directory. postgres://USER@127.0.0.1:5432/DATABASE names a journal that
    /// several benches share; journal init sets it up. Its password comes from PGPASSWORD, PGPASSFILE or ~/.pgpass.
    #[arg(long, value_name = "PATH|URL")]
    pub(crate) journal: Option<PathBuf>,
}

impl JournalArgs {
    /// The journal's file; of a journal that benches share, a file that is not there, in this computer's state directory.
    pub(crate) fn path(&self) -> Option<PathBuf> {
        if self.is_shared() { journal::default_path() } else { self.journal.clone().or_else(journal::default_path) }
    }

    /// The folder of `install.key` and of the ledger of rejected passwords; absent where there is no home directory.
    pub(crate) fn key_dir(&self) -> Option<PathBuf> {
        journal::key_dir(&self.path()?)
    }

    /// Whether other benches use the same journal.
    pub(crate) fn is_shared(&self) -> bool {
        self.journal.as_deref().and_then(Path::to_str).is_some_and(journal::is_address)
    }

    /// Opens it to write in, with this installation's key, or with the key that the benches share.
    pub(crate) fn open(&self) -> Result<Arc<Journal>, JournalError> {
        self.open_until(Arc::default())
    }

    /// As [`JournalArgs::open`], for a run that sets `interrupted` when it has to end: then it stops waiting for a journal that benches
    /// share.
    pub(crate) fn open_until(&self, interrupted: Arc<AtomicBool>) -> Result<Arc<Journal>, JournalError> {
        if let Some(url) = self.url() {
            return open_shared(url, interrupted).map(Arc::new);
        }
        let path = self.path().ok_or_else(no_home)?;
        let key = InstallKey::open(&self.key_dir().ok_or_else(no_home)?)?;
        Journal::open(&path, key).map(Arc::new)
    }

    /// Opens it to read. Nothing is made or changed; absent where there is no home directory to look in.
    pub(crate) fn read(&self) -> Option<Result<Journal, JournalError>> {
        if let Some(url) = self.url() {
            return Some(open_shared(url, Arc::default()));
        }
        let path = self.path()?;
        Some(self.key().and_then(|key| Journal::read(&path, key)))
    }

    /// This installation's key, where one was ever made: in the state directory, or beside the journal. Of a journal that benches share, the
    /// key of that.
    pub(crate) fn key(&self) -> Result<Option<InstallKey>, JournalError> {
        if let Some(url) = self.url() {
            return open_shared(url, Arc::default()).map(|journal| journal.key());
        }
        let beside = self.path().and_then(|path| path.parent().map(Path::to_owned));
        for dir in [journal::state_dir(), beside].into_iter().flatten() {
            if let Some(key) = InstallKey::existing(&dir)? {
                return Ok(Some(key));
            }
        }
        Ok(None)
    }

    fn url(&self) -> Option<&str> {
        self.journal.as_deref().and_then(Path::to_str).filter(|place| journal::is_address(place))
    }
}

fn no_home() -> JournalError {
    JournalError::Unwritable { path: PathBuf::from("journal.db"), why: say!("no-home-for-the-journal") }
}

#[cfg(feature = "postgres")]
fn open_shared(url: &str, interrupted: Arc<AtomicBool>) -> Result<Journal, JournalError> {
    journal::SharedDatabase::parse(url)?.until(interrupted).open(&journal::state_dir().ok_or_else(no_home)?)
}

#[cfg(not(feature = "postgres"))]
fn open_shared(_: &str, _: Arc<AtomicBool>) -> Result<Journal, JournalError> {
    Err(JournalError::Address { why: say!("this-build-has-no-postgres") })
}
