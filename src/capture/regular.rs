//! Reads files that a person names: regular ones only, and up to a limit.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use crate::text::say;

/// The bytes of a regular file. A pipe would block until it is written to, and a device such as `/dev/zero`, or a link to
/// one, never ends.
///
/// # Errors
/// Where it is no regular file, longer than `limit` bytes, or the operating system says no.
pub fn read_regular(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let refused = |what: String| io::Error::new(io::ErrorKind::InvalidInput, what);
    if !fs::metadata(path)?.is_file() {
        return Err(refused(say!("file-is-not-regular")));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > limit {
        return Err(refused(say!("file-is-too-long", most = limit / 1024)));
    }
    Ok(bytes)
}

/// The same as text.
///
/// # Errors
/// As for [`read_regular`], and where it is not UTF-8.
pub fn read_regular_text(path: &Path, limit: usize) -> io::Result<String> {
    let bytes = read_regular(path, limit)?;
    String::from_utf8(bytes).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, say!("file-is-not-text")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a14_only_regular_files_up_to_the_limit() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        fs::write(&path, "1234").unwrap();
        assert_eq!(read_regular(&path, 4).unwrap(), b"1234");
        assert!(read_regular(&path, 3).unwrap_err().to_string().contains("longer than"));
        assert!(read_regular(dir.path(), 9).unwrap_err().to_string().contains("not a regular file"));
        fs::write(&path, [0xff]).unwrap();
        assert!(read_regular_text(&path, 9).unwrap_err().to_string().contains("UTF-8"));
    }
}
