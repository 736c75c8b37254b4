//! The zip that `dump-visible-window-views` writes: by its central directory, since the entries' own headers have no sizes.

use super::ViewsError;

/// The largest archive that is read, in bytes.
pub const MAX_ARCHIVE: usize = 16 * 1024 * 1024;
/// The most entries, and so windows, that are read.
pub const MAX_ENTRIES: usize = 64;
/// The largest entry after unpacking, in bytes.
pub const MAX_ENTRY: usize = 8 * 1024 * 1024;

const END: &[u8] = b"PK\x05\x06";
const CENTRAL: &[u8] = b"PK\x01\x02";
const LOCAL: &[u8] = b"PK\x03\x04";
/// Length of the end record, and the longest comment behind it.
const END_LENGTH: usize = 22;
const MAX_COMMENT: usize = 0xffff;

/// Name and content of every entry, in the order of the central directory.
pub(super) fn entries(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, ViewsError> {
    if bytes.len() > MAX_ARCHIVE {
        return Err(ViewsError::TooLarge { what: "bytes", limit: MAX_ARCHIVE });
    }
    let from = bytes.len().saturating_sub(END_LENGTH + MAX_COMMENT);
    let tail = &bytes[from..];
    let end = tail.windows(END.len()).rposition(|w| w == END).ok_or(ViewsError::NotAZip)? + from;
    let count = usize::from(u16_at(bytes, end + 10)?);
    let size = usize_at(bytes, end + 12)?;
    let offset = usize_at(bytes, end + 16)?;
    if count > MAX_ENTRIES {
        return Err(ViewsError::TooLarge { what: "windows", limit: MAX_ENTRIES });
    }
    // What a shell printed before the archive moves all of it.
    let start = end.checked_sub(size).ok_or(ViewsError::Malformed("the directory has a wrong size"))?;
    let moved = start.checked_sub(offset).ok_or(ViewsError::Malformed("the directory has a wrong place"))?;
    let mut at = start;
    let mut found = Vec::with_capacity(count);
    for _ in 0..count {
        let (entry, next) = entry(bytes, at, moved)?;
        found.push(entry);
        at = next;
    }
    Ok(found)
}

fn entry(bytes: &[u8], at: usize, moved: usize) -> Result<((String, Vec<u8>), usize), ViewsError> {
    if part(bytes, at, 4)? != CENTRAL {
        return Err(ViewsError::Malformed("an entry of the directory is none"));
    }
    let (method, packed, unpacked) = (u16_at(bytes, at + 10)?, usize_at(bytes, at + 20)?, usize_at(bytes, at + 24)?);
    let length = |at: usize| u16_at(bytes, at).map(usize::from);
    let (name, extra, comment) = (length(at + 28)?, length(at + 30)?, length(at + 32)?);
    let local = usize_at(bytes, at + 42)?.checked_add(moved).ok_or(ViewsError::Cut)?;
    let title = String::from_utf8_lossy(part(bytes, at + 46, name)?).into_owned();
    if part(bytes, local, 4)? != LOCAL {
        return Err(ViewsError::Malformed("an entry has no header"));
    }
    let data = local + 30 + length(local + 26)? + length(local + 28)?;
    let data = part(bytes, data, packed)?;
    if unpacked > MAX_ENTRY {
        return Err(ViewsError::TooLarge { what: "bytes in a window", limit: MAX_ENTRY });
    }
    let content = match method {
        0 => data.to_vec(),
        8 => miniz_oxide::inflate::decompress_to_vec_with_limit(data, MAX_ENTRY)
            .map_err(|_| ViewsError::Malformed("an entry cannot be unpacked"))?,
        _ => return Err(ViewsError::Malformed("an entry is packed in an unknown way")),
    };
    if content.len() != unpacked {
        return Err(ViewsError::Malformed("an entry has another length than the directory says"));
    }
    Ok(((title, content), at + 46 + name + extra + comment))
}

fn part(bytes: &[u8], at: usize, length: usize) -> Result<&[u8], ViewsError> {
    let end = at.checked_add(length).ok_or(ViewsError::Cut)?;
    bytes.get(at..end).ok_or(ViewsError::Cut)
}

fn u16_at(bytes: &[u8], at: usize) -> Result<u16, ViewsError> {
    part(bytes, at, 2).map(|b| u16::from_le_bytes([b[0], b[1]]))
}

fn usize_at(bytes: &[u8], at: usize) -> Result<usize, ViewsError> {
    part(bytes, at, 4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize)
}
