//! What is written with everything: a moment, and names that nobody else has.

use super::error::{JournalError, Result};

/// Eight random bytes, hexadecimal.
pub(super) fn random_id() -> Result<String> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|e| JournalError::Unwritable {
        path: std::path::PathBuf::from("random numbers"),
        why: e.to_string(),
    })?;
    Ok(crate::record::chain::hex(&bytes))
}

/// This moment, as it is written: RFC 3339, UTC, milliseconds.
pub(super) fn now() -> String {
    written(chrono::Utc::now())
}

/// A moment as it is written.
pub(super) fn written(at: chrono::DateTime<chrono::Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
