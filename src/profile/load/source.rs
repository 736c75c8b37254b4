//! The file at hand, its mistakes with their places, and the rule of its names.

use std::ops::Range;

use crate::profile::raw::At;
use crate::profile::{Labels, ProfileError};

/// The file at hand, and what its names may mean.
pub(super) struct Source<'a> {
    pub(super) file: &'a str,
    pub(super) text: &'a str,
    pub(super) labels: &'a Labels,
}

impl Source<'_> {
    /// A mistake at this place of the file.
    pub(super) fn error(&self, span: Range<usize>, message: impl Into<String>) -> ProfileError {
        ProfileError::at(self.file, self.text, span, message)
    }

    /// A name that is not among the known ones.
    pub(super) fn unknown<'n>(
        &self,
        what: &str,
        name: &At<String>,
        known: impl IntoIterator<Item = &'n str>,
    ) -> ProfileError {
        self.error(name.span(), format!("unknown {what} `{}`", name.get())).suggest(name.get(), known)
    }
}

/// Small letters, digits and hyphens.
pub(super) fn check_name(source: &Source<'_>, what: &str, name: &At<String>) -> Result<(), ProfileError> {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.get().is_empty() || !name.get().chars().all(good) {
        return Err(source.error(name.span(), format!("{what} is of small letters, digits and hyphens")));
    }
    Ok(())
}
