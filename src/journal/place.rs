//! Where the record lives, and that it is the user's alone.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use super::JournalError;

/// The directory for what outlives a run: `$XDG_STATE_HOME/mi-signout` or the platform's own; absent where there is no
/// home directory.
#[must_use]
pub fn state_dir() -> Option<PathBuf> {
    let base = etcetera::choose_base_strategy().ok()?;
    Some(base.state_dir().unwrap_or_else(|| base.data_dir()).join("mi-signout"))
}

/// The journal that is used where none is named.
#[must_use]
pub fn default_path() -> Option<PathBuf> {
    state_dir().map(|dir| dir.join("journal.db"))
}

/// Makes the directory, open to its owner only (0700) where it is new.
pub(super) fn make_dir(dir: &Path) -> Result<(), JournalError> {
    if dir.as_os_str().is_empty() || dir.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(|e| JournalError::io(dir, &e))
}

/// Makes the file where it is missing, and sees to it that only its owner can read it (0600): SQLite gives its side files
/// the same mode.
///
/// A file that is there is not opened: closing it would drop the POSIX locks that another connection of this process
/// holds on it (<https://www.sqlite.org/howtocorrupt.html>, section 2.2).
pub(super) fn make_file(path: &Path) -> Result<(), JournalError> {
    if let Some(dir) = path.parent() {
        make_dir(dir)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => close_to_others(path),
        Err(e) => Err(JournalError::io(path, &e)),
    }
}

/// Whether other users can read or write the file.
#[cfg(unix)]
pub(super) fn is_exposed(path: &Path) -> Result<bool, JournalError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path).map_err(|e| JournalError::io(path, &e))?.permissions().mode();
    Ok(mode & 0o077 != 0)
}

/// The profile directory of a user is closed to others by the platform.
#[cfg(not(unix))]
pub(super) fn is_exposed(_: &Path) -> Result<bool, JournalError> {
    Ok(false)
}

fn close_to_others(path: &Path) -> Result<(), JournalError> {
    if !is_exposed(path)? {
        return Ok(());
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).map_err(|e| JournalError::io(path, &e))?;
    }
    Ok(())
}
