//! What a run keeps of screens that no profile knows: one folder a screen, within bounds in number and size.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::folder::{FolderError, write};

/// Screens that one run keeps at most, over all its phones.
const MOST_SCREENS: usize = 64;
/// Bytes that one run keeps at most.
const MOST_BYTES: usize = 32 << 20;
/// Runs whose screens are kept at most: the oldest go first.
const MOST_RUNS: usize = 20;

/// The screens of one run: a folder beside the journal, made when the first screen comes.
#[derive(Debug)]
pub struct KeptScreens {
    folder: PathBuf,
    so_far: Mutex<(usize, usize)>,
}

impl KeptScreens {
    /// The screens of a run under `root`. Nothing is made yet.
    #[must_use]
    pub fn of(root: &Path, run: &str) -> Self {
        Self { folder: root.join(run), so_far: Mutex::default() }
    }

    /// Writes one capture, and gives its folder; `None` where the run has kept as much as it may.
    ///
    /// # Errors
    /// Where it can't be written.
    pub fn keep(&self, name: &str, files: &[(&str, Vec<u8>)]) -> Result<Option<PathBuf>, FolderError> {
        let mut so_far = self.so_far.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
        if so_far.0 >= MOST_SCREENS || so_far.1 + bytes > MOST_BYTES {
            return Ok(None);
        }
        if so_far.0 == 0 {
            self.make_room()?;
        }
        let folder = self.folder.join(name);
        write(&folder, files)?;
        *so_far = (so_far.0 + 1, so_far.1 + bytes);
        Ok(Some(folder))
    }

    /// Makes the root for its owner only, and removes the folders of the oldest runs in it.
    fn make_room(&self) -> Result<(), FolderError> {
        let Some(root) = self.folder.parent() else { return Ok(()) };
        crate::platform::private_folders()
            .recursive(true)
            .create(&self.folder)
            .map_err(|error| FolderError::Io { path: self.folder.clone(), error })?;
        let Ok(entries) = fs::read_dir(root) else { return Ok(()) };
        // A run's id begins with its time, so that names sort by age. What is no run's folder is not ours.
        let mut runs: Vec<PathBuf> = entries
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
            .map(|entry| entry.path())
            .filter(|path| is_run(path) && *path != self.folder)
            .collect();
        runs.sort();
        for old in runs.iter().take((runs.len() + 1).saturating_sub(MOST_RUNS)) {
            let _ = fs::remove_dir_all(old);
        }
        Ok(())
    }
}

/// Whether a folder's name has the form of a run's id: `20261124-061215-9f3a`.
fn is_run(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let parts: Vec<&str> = name.split('-').collect();
    let digits = |part: &str, len: usize| part.len() == len && part.chars().all(|c| c.is_ascii_digit());
    matches!(parts.as_slice(), [day, time, rest] if digits(day, 8) && digits(time, 6) && !rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(size: usize) -> Vec<(&'static str, Vec<u8>)> {
        vec![("capture.json", vec![b'x'; size])]
    }

    #[test]
    fn a_run_keeps_so_many_screens_and_bytes_and_no_more() {
        let dir = tempfile::tempdir().unwrap();
        let kept = KeptScreens::of(dir.path(), "20261124-061215-9f3a");
        for n in 0..MOST_SCREENS {
            assert!(kept.keep(&n.to_string(), &files(1)).unwrap().is_some(), "{n}");
        }
        assert_eq!(kept.keep("more", &files(1)).unwrap(), None);
        let other = KeptScreens::of(dir.path(), "20261124-061216-9f3b");
        assert!(other.keep("small", &files(9)).unwrap().is_some());
        assert_eq!(other.keep("large", &files(MOST_BYTES)).unwrap(), None);
    }

    #[test]
    fn the_oldest_runs_go_and_nothing_of_anybody_else() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("somebody-elses")).unwrap();
        for n in 0..MOST_RUNS + 3 {
            let kept = KeptScreens::of(dir.path(), &format!("20261124-0612{n:02}-9f3a"));
            kept.keep("one", &files(1)).unwrap();
        }
        let left = fs::read_dir(dir.path()).unwrap().count();
        assert_eq!(left, MOST_RUNS + 1);
        assert!(dir.path().join("somebody-elses").is_dir());
        assert!(!dir.path().join("20261124-061200-9f3a").exists());
        assert!(dir.path().join("20261124-061222-9f3a").exists());
    }
}
