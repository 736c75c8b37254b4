//! Where the record lives, and whose that place is.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use super::JournalError;

use crate::platform;
use crate::text::say;

/// The directory for what outlives a run: `$XDG_STATE_HOME/mi-signout` or the platform's own; absent where there is no
/// home directory.
#[must_use]
pub fn state_dir() -> Option<PathBuf> {
    let base = etcetera::choose_base_strategy().ok()?;
    Some(base.state_dir().unwrap_or_else(|| base.data_dir()).join("mi-signout"))
}

/// The folder beside a journal for the screens that no profile knows, one folder a run.
#[must_use]
pub fn screens_root(journal: &Path) -> PathBuf {
    journal.with_file_name("screens")
}

/// The journal that is used where none is named.
#[must_use]
pub fn default_path() -> Option<PathBuf> {
    state_dir().map(|dir| dir.join("journal.db"))
}

/// Where the installation's key and the ledger of rejections are: the state directory, wherever the journal is. The journal's
/// own folder where there is no state directory, or where it can't be written (a read-only home).
#[must_use]
pub fn key_dir(journal: &Path) -> Option<PathBuf> {
    let beside =
        || journal.parent().map(|dir| if dir.as_os_str().is_empty() { Path::new(".") } else { dir }.to_owned());
    state_dir().filter(|dir| is_writable(dir)).or_else(beside)
}

/// Whether files can be made in the folder. It is made where it is missing.
fn is_writable(dir: &Path) -> bool {
    make_dir(dir).is_ok() && tempfile::tempfile_in(dir).is_ok()
}

/// Checks that a folder is this user's alone: a real folder (no link), owned by this user, and not writable by others.
///
/// What is in such a folder was put there by this user. Nothing may be removed, and no process ended, on the word of a file in
/// any other folder: another user may have written that word.
///
/// # Errors
/// [`JournalError::NotOurs`]: leave it alone. [`JournalError::Unwritable`] where it can't be looked at.
pub fn is_ours(dir: &Path) -> Result<(), JournalError> {
    let found = fs::symlink_metadata(dir).map_err(|e| JournalError::io(dir, &e))?;
    let refused = |why| Err(JournalError::NotOurs { path: dir.to_owned(), why });
    if !found.is_dir() {
        return refused(say!("folder-is-none"));
    }
    if platform::is_of_another_user(&found) {
        return refused(say!("folder-belongs-to-another-user"));
    }
    if platform::others_can_write(&found) {
        return refused(say!("others-can-write-in-the-folder"));
    }
    Ok(())
}

/// Makes the directory, open to its owner only (0700) where it is new.
pub(super) fn make_dir(dir: &Path) -> Result<(), JournalError> {
    if dir.as_os_str().is_empty() || dir.is_dir() {
        return Ok(());
    }
    platform::private_folders().recursive(true).create(dir).map_err(|e| JournalError::io(dir, &e))
}

/// Makes an empty file that only its owner can read (0600): SQLite gives its side files the same mode. Never opens, and never
/// follows, what is there already; gives whether the file is new.
pub(super) fn make_file(path: &Path) -> Result<bool, JournalError> {
    if let Some(dir) = path.parent() {
        make_dir(dir)?;
    }
    match platform::private(OpenOptions::new().write(true).create_new(true)).open(path) {
        Ok(_) => Ok(true),
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(e) => Err(JournalError::io(path, &e)),
    }
}

/// Whether other users can read or write the file.
pub(super) fn is_exposed(path: &Path) -> Result<bool, JournalError> {
    fs::metadata(path).map(|file| platform::is_open_to_others(&file)).map_err(|e| JournalError::io(path, &e))
}

/// Takes a file of ours from other users. Only for a file that is known to be ours.
pub(super) fn close_to_others(path: &Path) -> Result<(), JournalError> {
    if !is_exposed(path)? {
        return Ok(());
    }
    platform::close_to_others(path).map_err(|e| JournalError::io(path, &e))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn b1_only_a_folder_of_this_user_that_others_cannot_write_is_ours() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let dir = tempfile::tempdir().unwrap();
        let mode = |mode| fs::set_permissions(dir.path(), fs::Permissions::from_mode(mode)).unwrap();
        is_ours(dir.path()).unwrap();
        for open in [0o777, 0o1777, 0o770, 0o702] {
            mode(open);
            assert!(matches!(is_ours(dir.path()), Err(JournalError::NotOurs { .. })), "{open:o}");
        }
        mode(0o700);
        let link = dir.path().join("link");
        symlink(dir.path(), &link).unwrap();
        assert!(matches!(is_ours(&link), Err(JournalError::NotOurs { .. })));
        assert!(matches!(is_ours(&dir.path().join("missing")), Err(JournalError::Unwritable { .. })));
        if rustix::process::geteuid().is_root() {
            std::os::unix::fs::chown(dir.path(), Some(65_534), None).unwrap();
            assert!(matches!(is_ours(dir.path()), Err(JournalError::NotOurs { .. })), "another user's");
        }
    }
}
