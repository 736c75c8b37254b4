//! Where a phone's programs write their files: a port, so that the phone and its file system can be made apart.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// The files of one phone, as its programs need them.
pub trait Files: Send + Sync {
    /// Writes a whole file.
    ///
    /// # Errors
    /// The phone's own words, as `No such file or directory`.
    fn write(&self, path: &str, bytes: &[u8]) -> Result<(), String>;

    /// A whole file, where there is one.
    fn read(&self, path: &str) -> Option<Vec<u8>>;

    /// The disk is full from now on, or has room again. A store that cannot tell leaves it to the phone's programs.
    fn set_full(&self, full: bool) {
        let _ = full;
    }
}

/// Files in memory, without folders.
#[derive(Debug, Default)]
pub struct MemoryFiles(Mutex<BTreeMap<String, Vec<u8>>>);

impl Files for MemoryFiles {
    fn write(&self, path: &str, bytes: &[u8]) -> Result<(), String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), bytes.to_vec());
        Ok(())
    }

    fn read(&self, path: &str) -> Option<Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned()
    }
}
