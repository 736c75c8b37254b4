//! Documents of a run's record: HTML, JSON, CSV, `JUnit`, and the check of one that comes back. It knows nothing of phones, adb or
//! the journal's file.

mod csv;
mod document;
mod file;
mod html;
mod junit;
mod lot;
pub mod text;
mod verify;

#[cfg(test)]
pub(crate) mod samples;

use std::path::{Path, PathBuf};

use crate::model::natural_order;
use crate::record::{ChainedRow, RunRecord};
use crate::text::say;

pub use file::{check_target, write_file};
pub use lot::{LotPhone, lot_document, lot_lines, lot_phones};
pub use verify::{Seal, Verified, verify};

/// The form of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One self-contained page with a certificate per phone.
    Html,
    /// A document with the chain.
    Json,
    /// A table with the chain.
    Csv,
    /// JUnit XML for build servers.
    Junit,
}

impl Format {
    /// The form that a file's extension names: `.html`, `.json`, `.csv`, `.xml`.
    ///
    /// # Errors
    /// [`ReportError::UnknownFormat`].
    pub fn of_path(path: &Path) -> Result<Self, ReportError> {
        let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
        extension.parse().map_err(|_| ReportError::UnknownFormat(path.display().to_string()))
    }
}

impl std::str::FromStr for Format {
    type Err = ReportError;

    fn from_str(word: &str) -> Result<Self, ReportError> {
        match word.to_ascii_lowercase().as_str() {
            "html" | "htm" => Ok(Self::Html),
            "json" => Ok(Self::Json),
            "csv" => Ok(Self::Csv),
            "xml" | "junit" => Ok(Self::Junit),
            _ => Err(ReportError::UnknownFormat(word.to_owned())),
        }
    }
}

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

/// The rows as the phones lie in the tray: by adb server and USB path (`1-4.2` before `1-4.10`), those without a cable last.
fn tray_order(run: &RunRecord) -> Vec<&ChainedRow> {
    let mut rows: Vec<&ChainedRow> = run.rows.iter().collect();
    rows.sort_by_cached_key(|row| {
        let (record, result) = (&row.record, &row.record.result);
        let place = record.place.as_deref().unwrap_or(&result.serial);
        // A network address has a port, a USB path has none.
        (record.place.is_none() || place.contains(':'), natural_order(&result.adb), natural_order(place), record.row)
    });
    rows
}

/// Makes the report of a run.
///
/// # Errors
/// [`ReportError::Render`].
pub fn render(run: &RunRecord, format: Format) -> Result<Vec<u8>, ReportError> {
    match format {
        Format::Html => Ok(html::render(run).into_bytes()),
        Format::Json => Ok(document::pretty(run).into_bytes()),
        Format::Csv => csv::render(run),
        Format::Junit => junit::render(run).map(String::into_bytes),
    }
}

/// Makes the report that `path`'s extension names and writes it there, whole or not at all.
///
/// # Errors
/// Any of [`ReportError`].
pub fn write(run: &RunRecord, path: &Path) -> Result<(), ReportError> {
    let bytes = render(run, Format::of_path(path)?)?;
    write_file(path, &bytes).map_err(|source| ReportError::Write { path: path.to_owned(), source })
}
