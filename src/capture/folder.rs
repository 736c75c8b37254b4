//! The folder of a capture: written whole or not at all, and read again.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::model::{Focus, Presence};
use crate::text::say;
use crate::ui::{DumpError, MAX_BYTES, UiTree};

use super::read_regular;

/// What the capture is about; also the mark of a capture's folder.
pub(super) const MANIFEST: &str = "capture.json";
/// The properties in `getprop`'s form.
pub(super) const PROPERTIES: &str = "getprop.txt";
/// The screen as a dump.
pub(super) const SCREEN: &str = "screen.xml";

/// Why a folder could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// There is something already.
    #[error("{}", say!("there-are-files-already"))]
    NotEmpty,
    /// The operating system says no.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What it says.
        error: io::Error,
    },
    /// The dump is none.
    #[error("{}: {error}", path.display())]
    Dump {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: DumpError,
    },
    /// The manifest is none.
    #[error("{}", say!("not-a-manifest-of-a-capture", path = .0.display()))]
    Manifest(PathBuf),
}

/// A capture that was read again.
#[derive(Clone, Debug)]
pub struct Saved {
    /// Its properties.
    pub props: BTreeMap<String, String>,
    /// Its focused window.
    pub focus: Option<Focus>,
    /// Its account.
    pub presence: Presence,
    /// Its screen.
    pub tree: UiTree,
}

/// Properties in the form of `getprop`.
pub(super) fn properties(props: &BTreeMap<String, String>) -> String {
    props.iter().fold(String::new(), |out, (key, value)| out + "[" + key.as_str() + "]: [" + value.as_str() + "]\n")
}

/// Reads lines in the form of `getprop`.
#[must_use]
pub fn parse_properties(text: &str) -> BTreeMap<String, String> {
    let pair = |line: &str| {
        let (key, value) = line.trim_end().strip_prefix('[')?.strip_suffix(']')?.split_once("]: [")?;
        Some((key.to_owned(), value.to_owned()))
    };
    text.lines().filter_map(pair).collect()
}

/// Whether a folder is a capture's.
#[must_use]
pub fn is_capture(folder: &Path) -> bool {
    folder.join(MANIFEST).is_file()
}

/// Writes the files into a new folder (an empty one may be there): first beside it, then moved as a whole.
///
/// # Errors
/// Where something is there already, or a file can't be written; then nothing is left behind.
pub fn write(folder: &Path, files: &[(&str, Vec<u8>)]) -> Result<(), FolderError> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |error| FolderError::Io { path, error }
    };
    let is_there = match fs::read_dir(folder) {
        Ok(entries) => {
            if entries.count() > 0 {
                return Err(FolderError::NotEmpty);
            }
            true
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => return Err(at(folder)(error)),
    };
    let parent = folder.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(at(parent))?;
    // Made new under a random name, and removed again with everything in it where something fails.
    let mut builder = tempfile::Builder::new();
    let beside = builder.prefix(".mi-signout-").suffix(".part").tempdir_in(parent).map_err(at(parent))?;
    let moved = fill(beside.path(), files).and_then(|()| {
        if is_there {
            fs::remove_dir(folder)?;
        }
        fs::rename(beside.path(), folder)?;
        crate::platform::sync_folder(parent);
        Ok(())
    });
    moved.map_err(at(folder))?;
    // Its name is gone: there is nothing to remove.
    let _ = beside.keep();
    Ok(())
}

fn fill(folder: &Path, files: &[(&str, Vec<u8>)]) -> io::Result<()> {
    for (name, bytes) in files {
        let mut file = File::create(folder.join(name))?;
        file.write_all(bytes)?;
        file.sync_all()?;
    }
    crate::platform::sync_folder(folder);
    Ok(())
}

/// Reads a capture's folder.
///
/// # Errors
/// Where a file is missing or not what it should be.
pub fn load(folder: &Path) -> Result<Saved, FolderError> {
    load_from(folder, |path| read_regular(path, MAX_BYTES))
}

/// Reads a capture whose files come from anywhere, for example out of a zip; `folder` is its path there.
///
/// # Errors
/// As for [`load`].
pub fn load_from(folder: &Path, file: impl Fn(&Path) -> io::Result<Vec<u8>>) -> Result<Saved, FolderError> {
    let read = |name: &str| {
        let path = folder.join(name);
        file(&path).map(|bytes| (path.clone(), bytes)).map_err(|error| FolderError::Io { path, error })
    };
    let (path, bytes) = read(MANIFEST)?;
    let manifest: serde_json::Value =
        serde_json::from_slice(&bytes).map_err(|_| FolderError::Manifest(path.clone()))?;
    if manifest["type"] != "capture" {
        return Err(FolderError::Manifest(path));
    }
    let (path, bytes) = read(SCREEN)?;
    let tree = UiTree::parse(&bytes).map_err(|error| FolderError::Dump { path, error })?;
    let (_, props) = read(PROPERTIES)?;
    Ok(Saved {
        props: parse_properties(&String::from_utf8_lossy(&props)),
        focus: manifest["focus"].as_str().map(Focus::parse),
        presence: match manifest["account"].as_str() {
            Some("present") => Presence::Present,
            Some("absent") => Presence::Absent,
            _ => Presence::Unknown,
        },
        tree,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_written_whole_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("new/one");
        write(&folder, &[("a", b"1".to_vec()), ("b", b"2".to_vec())]).unwrap();
        assert_eq!(fs::read(folder.join("b")).unwrap(), b"2");
        assert!(matches!(write(&folder, &[("a", b"3".to_vec())]), Err(FolderError::NotEmpty)));
        assert_eq!(fs::read(folder.join("a")).unwrap(), b"1");
        let other = dir.path().join("new/two");
        assert!(write(&other, &[("a", b"1".to_vec()), ("no/such", b"2".to_vec())]).is_err());
        let left: Vec<_> = fs::read_dir(dir.path().join("new")).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left, ["one"], "a half folder is left");
        fs::create_dir(&other).unwrap();
        write(&other, &[("a", b"1".to_vec())]).unwrap();
        assert!(other.join("a").is_file(), "an empty folder may be filled");
    }

    #[test]
    fn properties_come_back() {
        let props = BTreeMap::from([("a.b".to_owned(), String::new()), ("c".to_owned(), "x]: [y".to_owned())]);
        assert_eq!(parse_properties(&properties(&props)), props);
    }
}
