//! Makes a report in one of its forms, and writes it.

use std::path::Path;

use super::{Format, ReportError, csv, document, html, junit, write_file};
use crate::record::RunRecord;

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
