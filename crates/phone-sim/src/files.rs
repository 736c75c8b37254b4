//! A phone's file system as the `sync:` service sees it.

use super::endpoint::{FileError, Files, Meta};
use super::fs::{FileKind, Fs, FsError, Stat};

impl From<FsError> for FileError {
    fn from(error: FsError) -> Self {
        match error {
            FsError::NotFound => Self::NotFound,
            FsError::NotADirectory => Self::NotADirectory,
            FsError::IsADirectory => Self::IsADirectory,
            FsError::Denied => Self::Denied,
            FsError::ReadOnly => Self::ReadOnly,
            FsError::NoSpace => Self::NoSpace,
            FsError::TooManyLinks => Self::TooManyLinks,
            FsError::NameTooLong => Self::NameTooLong,
            FsError::Exists | FsError::NotEmpty | FsError::Invalid => Self::Invalid,
        }
    }
}

impl From<Stat> for Meta {
    fn from(stat: Stat) -> Self {
        let kind = match stat.kind {
            FileKind::File => 0o100_000,
            FileKind::Directory => 0o040_000,
            FileKind::Link => 0o120_000,
            FileKind::Device => 0o020_000,
        };
        Self { mode: kind | stat.mode, size: stat.size, mtime: u32::try_from(stat.mtime).unwrap_or(u32::MAX) }
    }
}

impl Files for Fs {
    fn stat(&self, path: &str, follow: bool) -> Result<Meta, FileError> {
        let stat = if follow { Fs::stat(self, "/", path) } else { self.lstat("/", path) };
        Ok(stat?.into())
    }

    fn list(&self, path: &str) -> Result<Vec<(String, Meta)>, FileError> {
        let folder = path.trim_end_matches('/');
        let names = Fs::list(self, "/", path)?;
        let with_meta = |name: String| Some((Files::stat(self, &format!("{folder}/{name}"), false).ok()?, name));
        Ok(names.into_iter().filter_map(with_meta).map(|(meta, name)| (name, meta)).collect())
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        Ok(Fs::read(self, "/", path)?.to_vec())
    }

    fn write(&self, path: &str, mode: u32, mtime: u32, data: Vec<u8>) -> Result<(), FileError> {
        if let Some((folder, _)) = path.rsplit_once('/').filter(|(folder, _)| !folder.is_empty()) {
            self.mkdir("/", folder, true)?;
        }
        Fs::write(self, "/", path, &data)?;
        self.chmod("/", path, mode)?;
        Ok(self.set_mtime("/", path, u64::from(mtime))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    #[test]
    fn a_pushed_file_is_there_with_its_folder_mode_and_time() {
        let fs = Fs::new(Clock::new(1.0));
        let files: &dyn Files = &fs;
        files.write("/sdcard/new/file", 0o640, 1_700_000_000, b"abc".to_vec()).unwrap();
        let meta = files.stat("/sdcard/new/file", false).unwrap();
        assert_eq!((meta.mode & 0o170_000, meta.size, meta.mtime), (0o100_000, 3, 1_700_000_000));
        assert_eq!(files.list("/sdcard/new").unwrap(), [("file".to_owned(), meta)]);
        assert_eq!(files.read("/sdcard/new/file").unwrap(), b"abc");
        assert!(files.stat("/sdcard", true).unwrap().is_dir());
        assert_eq!(files.read("/sdcard/none").unwrap_err(), FileError::NotFound);
        assert_eq!(files.write("/system/x", 0o644, 0, vec![]).unwrap_err(), FileError::ReadOnly);
    }
}
