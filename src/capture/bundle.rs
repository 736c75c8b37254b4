//! One zip of captures and texts: written stored and in order, looked through before that, and read again within limits.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use serde_json::json;

use crate::text::say;

/// Files that a bundle may have.
const MOST_FILES: usize = 1000;
/// Bytes that one of its files may have, unpacked.
const MOST_OF_ONE: u64 = 16 << 20;
/// Bytes that all of them may have, unpacked.
const MOST_OF_ALL: u64 = 64 << 20;
/// The name of the list of a bundle's files.
pub const BUNDLE_MANIFEST: &str = "manifest.json";
/// A word that is shorter would be found everywhere.
const SHORTEST: usize = 4;

/// The files of a bundle, by path.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Why a bundle could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// It is no zip, or a cut one.
    #[error("{}", say!("not-a-whole-zip", why = .0))]
    Damaged(String),
    /// It holds more than a bug report does.
    #[error("{}", say!("zip-holds-too-much", why = .0))]
    TooMuch(String),
}

/// What must not be in a bundle: serials, account ids, names, secrets.
#[derive(Default)]
pub struct Forbidden(Vec<String>);

impl Forbidden {
    /// These words, in any case; short ones are left out.
    pub fn of(words: impl IntoIterator<Item = String>) -> Self {
        let mut words: Vec<String> =
            words.into_iter().map(|w| w.trim().to_lowercase()).filter(|w| w.chars().count() >= SHORTEST).collect();
        // A word within another must not leave the rest of it standing.
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        words.dedup();
        Self(words)
    }

    /// How often one of the words occurs in these bytes, read as text.
    #[must_use]
    pub fn count(&self, bytes: &[u8]) -> usize {
        let text = String::from_utf8_lossy(bytes).to_lowercase();
        self.0.iter().map(|word| text.matches(word.as_str()).count()).sum()
    }

    /// The text with `x` in the place of each letter and digit of the words.
    fn masked(&self, text: &str) -> String {
        let mut out = text.to_owned();
        for word in &self.0 {
            while let Some((at, len)) = find(&out, word) {
                let masked: String =
                    out[at..at + len].chars().map(|c| if c.is_alphanumeric() { 'x' } else { '-' }).collect();
                out.replace_range(at..at + len, &masked);
            }
        }
        out
    }
}

/// Where a lower-case word occurs in a text of any case: its place and length there, in bytes.
fn find(text: &str, word: &str) -> Option<(usize, usize)> {
    text.char_indices().map(|(at, _)| at).find_map(|at| {
        let mut left = word;
        let mut end = at;
        for c in text[at..].chars() {
            if left.is_empty() {
                break;
            }
            let lower: String = c.to_lowercase().collect();
            left = left.strip_prefix(lower.as_str())?;
            end += c.len_utf8();
        }
        left.is_empty().then_some((at, end - at))
    })
}

/// Searches every file. A hit in a text is masked; a file that is no text is left out. Adds the manifest, which lists
/// each file and what was masked in it, and gives how many words were masked and files left out.
pub fn look_through(files: &mut Files, forbidden: &Forbidden, about: &serde_json::Value) -> (usize, usize) {
    let (mut masked, mut left_out) = (0, Vec::new());
    let mut list = Vec::new();
    for (name, bytes) in std::mem::take(files) {
        let hits = forbidden.count(&bytes);
        let bytes = match String::from_utf8(bytes) {
            Ok(text) if hits > 0 => forbidden.masked(&text).into_bytes(),
            Ok(text) => text.into_bytes(),
            Err(_) if hits > 0 => {
                left_out.push(name);
                continue;
            }
            Err(error) => error.into_bytes(),
        };
        masked += hits;
        let texts = String::from_utf8_lossy(files_masked(&name, &bytes)).into_owned();
        let of_capture = serde_json::from_str::<serde_json::Value>(&texts).ok().map(|v| v["masked"].clone());
        list.push(json!({
            "file": forbidden.masked(&name), "bytes": bytes.len(), "words_masked_here": hits,
            "texts_masked_at_capture": of_capture,
        }));
        files.insert(forbidden.masked(&name), bytes);
    }
    let left: Vec<String> = left_out.iter().map(|name| forbidden.masked(name)).collect();
    let manifest = json!({"type": "bundle", "schema": 1, "about": about, "files": list, "left_out": left});
    let text = serde_json::to_string_pretty(&manifest).unwrap_or_default();
    files.insert(BUNDLE_MANIFEST.to_owned(), (forbidden.masked(&text) + "\n").into_bytes());
    (masked, left.len())
}

/// The bytes of a capture's manifest, which tells what was masked; nothing for another file.
fn files_masked<'a>(name: &str, bytes: &'a [u8]) -> &'a [u8] {
    if name.ends_with(super::folder::MANIFEST) { bytes } else { b"" }
}

/// The zip: stored, without times of day, so that the same files give the same bytes.
///
/// # Errors
/// Only where there is more than a zip can hold.
pub fn pack(files: &Files) -> Result<Vec<u8>, BundleError> {
    let damaged = |error: &dyn std::fmt::Display| BundleError::Damaged(error.to_string());
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in files {
        zip.start_file(name.as_str(), options).map_err(|e| damaged(&e))?;
        zip.write_all(bytes).map_err(|e| damaged(&e))?;
    }
    Ok(zip.finish().map_err(|e| damaged(&e))?.into_inner())
}

/// The files of a zip, within limits; the sizes that it claims are not believed. Nothing is written anywhere.
///
/// # Errors
/// Where it is no whole zip, or holds too much.
pub fn unpack(bytes: &[u8]) -> Result<Files, BundleError> {
    let damaged = |error: &dyn std::fmt::Display| BundleError::Damaged(error.to_string());
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| damaged(&e))?;
    if zip.len() > MOST_FILES {
        return Err(BundleError::TooMuch(say!("zip-has-too-many-files")));
    }
    let (mut files, mut all) = (Files::new(), 0);
    for place in 0..zip.len() {
        let entry = zip.by_index(place).map_err(|e| damaged(&e))?;
        if entry.is_dir() {
            continue;
        }
        let name = entry.name().map_err(|e| damaged(&e))?.into_owned();
        let mut bytes = Vec::new();
        entry.take(MOST_OF_ONE + 1).read_to_end(&mut bytes).map_err(|e| damaged(&e))?;
        all += bytes.len() as u64;
        if bytes.len() as u64 > MOST_OF_ONE {
            return Err(BundleError::TooMuch(say!("zip-has-too-long-a-file")));
        }
        if all > MOST_OF_ALL {
            return Err(BundleError::TooMuch(say!("zip-is-too-long")));
        }
        files.insert(name, bytes);
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(pairs: &[(&str, &[u8])]) -> Files {
        pairs.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect()
    }

    #[test]
    fn a_bundle_comes_back_and_a_cut_one_does_not() {
        let before = files(&[("a/one.txt", b"1"), ("b.bin", &[0, 255, 7])]);
        let zip = pack(&before).unwrap();
        assert_eq!(unpack(&zip).unwrap(), before);
        for cut in [0, 1, zip.len() / 2, zip.len() - 1] {
            assert!(matches!(unpack(&zip[..cut]), Err(BundleError::Damaged(_))), "{cut}");
        }
        let mut flipped = zip.clone();
        let at = flipped.windows(1).position(|w| w == b"1").unwrap();
        flipped[at] = b'2';
        assert!(unpack(&flipped).is_err() || unpack(&flipped).unwrap() != before);
    }

    #[test]
    fn what_is_too_much_is_refused() {
        let many: Files = (0..=MOST_FILES).map(|n| (n.to_string(), Vec::new())).collect();
        assert!(matches!(unpack(&pack(&many).unwrap()), Err(BundleError::TooMuch(what)) if what == "files"));
        let large = files(&[("large", &vec![0; MOST_OF_ONE as usize + 1])]);
        assert!(
            matches!(unpack(&pack(&large).unwrap()), Err(BundleError::TooMuch(what)) if what == "bytes in one file")
        );
    }

    #[test]
    fn every_forbidden_word_is_masked_or_its_file_left_out() {
        let forbidden = Forbidden::of(["8F2A1B77".into(), "Zoë Öwner".into(), "6230481535".into(), "abc".into()]);
        let mut files = files(&[
            ("phone-8f2a1b77/x.txt", "serial 8f2A1b77, ZOË ÖWNER, abc".as_bytes()),
            ("picture.png", b"\xff\xfe6230481535"),
            ("fine.png", b"\xff\xfe"),
        ]);
        let (masked, left_out) = look_through(&mut files, &forbidden, &json!({"run": "6230481535"}));
        assert_eq!((masked, left_out), (2, 1));
        assert_eq!(files["phone-xxxxxxxx/x.txt"], "serial xxxxxxxx, xxx-xxxxx, abc".as_bytes());
        assert_eq!(files.keys().collect::<Vec<_>>(), ["fine.png", "manifest.json", "phone-xxxxxxxx/x.txt"]);
        for (name, bytes) in &files {
            assert_eq!(forbidden.count(bytes) + forbidden.count(name.as_bytes()), 0, "{name}");
        }
    }
}
