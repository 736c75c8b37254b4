//! Writes a report so that its file is always whole: writes a temporary file beside it, then renames that.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use crate::platform;
use crate::text::say;

/// Writes the file whole or not at all; an older one stays until the new one is on the disk. The temporary file has a new, random name,
/// so that it follows no link of another user.
///
/// # Errors
/// What the file system says. No temporary file is left then.
pub fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = beside(path)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    // The rename too; the file itself is on the disk already.
    platform::sync_folder(dir_of(path));
    Ok(())
}

/// Checks, before a run begins, that a report can be written there at its end. Leaves nothing behind.
///
/// # Errors
/// What the file system says.
pub fn check_target(path: &Path) -> io::Result<()> {
    drop(beside(path)?);
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => Err(io::Error::new(io::ErrorKind::IsADirectory, say!("place-is-a-folder"))),
        // The rename would replace a pipe or a device.
        Ok(found) if !found.is_file() && !found.is_symlink() => {
            Err(io::Error::new(io::ErrorKind::InvalidInput, say!("place-is-not-a-regular-file")))
        }
        Ok(_) => Ok(()),
        // The file system may refuse the name itself: too long, or with a character that it forbids.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            drop(File::options().write(true).create_new(true).open(path)?);
            fs::remove_file(path)
        }
        Err(error) => Err(error),
    }
}

/// A new file in the report's folder, with the mode that any new file of this user has.
fn beside(path: &Path) -> io::Result<tempfile::NamedTempFile> {
    if path.file_name().is_none() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, say!("place-has-no-file-name")));
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix(".mi-signout-").suffix(".part");
    platform::as_new_files_are(&mut builder);
    builder.tempfile_in(dir_of(path))
}

fn dir_of(path: &Path) -> &Path {
    path.parent().filter(|d| !d.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_replaced_whole_and_nothing_is_left() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("report.html");
        write_file(&path, b"one").unwrap();
        write_file(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert!(write_file(&dir.path().join("missing").join("report.html"), b"x").is_err());
        // A directory in its place cannot be replaced by a file.
        fs::create_dir(dir.path().join("dir.html")).unwrap();
        assert!(write_file(&dir.path().join("dir.html"), b"x").is_err());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
    }

    #[test]
    fn a5_a_target_that_cannot_be_written_is_told_before_and_nothing_is_left() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("dir.html")).unwrap();
        fs::write(dir.path().join("old.html"), b"old").unwrap();
        for name in ["dir.html", "missing/r.html", &format!("{}.html", "x".repeat(260)), ".."] {
            assert!(check_target(&dir.path().join(name)).is_err(), "{name}");
        }
        for name in ["old.html", "new.html", &format!("{}.html", "x".repeat(245))] {
            check_target(&dir.path().join(name)).unwrap();
            write_file(&dir.path().join(name), b"new").unwrap();
            fs::remove_file(dir.path().join(name)).unwrap();
        }
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a4_a_link_that_somebody_made_beforehand_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let victim = dir.path().join("victim");
        fs::write(&victim, b"precious").unwrap();
        let report = dir.path().join("r.html");
        let beside = dir.path().join(format!(".r.html.{}.part", std::process::id()));
        for link in [&beside, &report] {
            std::os::unix::fs::symlink(&victim, link).unwrap();
        }
        write_file(&report, b"report").unwrap();
        assert_eq!(
            (fs::read(&victim).unwrap(), fs::read(&report).unwrap()),
            (b"precious".to_vec(), b"report".to_vec())
        );
    }
}
