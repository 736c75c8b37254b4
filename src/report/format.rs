//! The forms of a report, by the words that name them.

use std::path::Path;

use super::ReportError;

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
