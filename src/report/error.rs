//! Why there is no report.

use std::path::PathBuf;

use crate::text::say;

/// Why there is no report, by what the caller does next.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The extension or word names no form: a usage error.
    #[error("{}", say!("names-no-report-format", name = .0))]
    UnknownFormat(String),
    /// The file could not be written: another place may do.
    #[error("{}", say!("cannot-write-report", path = .path.display(), why = .source))]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The report could not be made of this record: a bug.
    #[error("{}", say!("cannot-make-report", why = .0))]
    Render(String),
}
