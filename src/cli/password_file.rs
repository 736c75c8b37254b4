//! The CSV file of passwords: `serial,password` or `account,password`.

use std::collections::BTreeMap;
use std::path::Path;

use zeroize::{Zeroize, Zeroizing};

use super::failure::{ErrorCode, Failure};
use crate::fleet::Passwords;
use crate::model::{AccountId, Secret, Serial};
use crate::text::say;

/// Larger files are no list of passwords.
const MAX_BYTES: u64 = 4 << 20;

/// Reads the file, or says what is wrong with it, by line.
pub(super) fn read(path: &Path, attached: Option<&[Serial]>) -> Result<Passwords, Failure> {
    let place = path.display().to_string();
    let wrong = |what: String| Failure::usage(what).code(ErrorCode::PasswordsUnusable).at(place.clone());
    let unread = |error: std::io::Error| {
        wrong(say!("passwords-could-not-be-read", error)).hint(say!("name-the-file-of-passwords"))
    };
    let meta = std::fs::metadata(path).map_err(unread)?;
    if crate::platform::is_open_to_others(&meta) {
        return Err(wrong(say!("file-of-passwords-is-readable-by-others")).hint(format!("chmod 600 {place}")));
    }
    if meta.len() > MAX_BYTES {
        return Err(wrong(say!("passwords-are-too-large", most = MAX_BYTES)));
    }
    let mut text = std::fs::read(path).map_err(unread)?;
    let parsed = parse(&text).and_then(|passwords| match attached.and_then(|known| not_attached(&text, known)) {
        Some(wrong) => Err(wrong),
        None => Ok(passwords),
    });
    text.zeroize();
    parsed.map_err(|Wrong { line, what, hint }| {
        let failure = Failure::usage(what).code(ErrorCode::PasswordsUnusable).at(format!("{place}:{line}"));
        if let Some(hint) = hint { failure.hint(hint) } else { failure }
    })
}

/// What is wrong, on which line. Never quotes a password.
#[derive(Debug, PartialEq, Eq)]
pub struct Wrong {
    line: u64,
    what: String,
    hint: Option<String>,
}

impl Wrong {
    fn new(line: u64, what: impl Into<String>) -> Self {
        Self { line, what: what.into(), hint: None }
    }
}

/// Reads the text of such a file. Pure, and safe on any bytes.
///
/// # Errors
/// With the line, where the header, a row's fields or a duplicate is wrong.
pub fn parse(text: &[u8]) -> Result<Passwords, Wrong> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut records = Records::new(text);
    let header = records.next()?.map(|header| header.fields.clone()).unwrap_or_default();
    let names = header.iter().map(|name| name.trim().to_ascii_lowercase()).collect::<Vec<_>>();
    let by_serial = match names[..] {
        [ref key, ref password] if password == "password" && (key == "serial" || key == "account") => key == "serial",
        _ => {
            return Err(Wrong {
                line: 1,
                what: say!("passwords-need-a-header"),
                hint: Some(say!("put-password-in-quotes")),
            });
        }
    };
    let mut passwords = Passwords::default();
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    while let Some(Record { line, fields }) = records.next()? {
        let [key, password] = &fields[..] else {
            return Err(Wrong::new(line, say!("line-has-not-two-fields", fields = fields.len())));
        };
        let key = key.trim();
        if key.is_empty() || password.is_empty() {
            return Err(Wrong::new(line, say!("field-is-empty")));
        }
        if let Some(first) = seen.insert(key.to_owned(), line) {
            let hint = Some(say!("keep-one-of-the-lines"));
            return Err(Wrong { line, what: say!("line-is-a-duplicate", key, first), hint });
        }
        let secret = Secret::new(password.as_str().to_owned());
        if by_serial {
            passwords.for_serial(Serial::new(key), secret);
        } else {
            passwords.for_account(AccountId::new(key), secret);
        }
    }
    if passwords.is_empty() {
        return Err(Wrong::new(1, say!("passwords-hold-no-line")));
    }
    Ok(passwords)
}

/// One record of the file, with the line it begins on.
struct Record {
    line: u64,
    fields: Vec<Zeroizing<String>>,
}

/// The records of a CSV text. The buffers are this program's own, so that they are overwritten: those of a ready reader would
/// keep every password of the file.
struct Records<'t> {
    reader: csv_core::Reader,
    rest: &'t [u8],
    buffer: Zeroizing<Vec<u8>>,
    /// Where a record ends in the text: line breaks before the next one are no part of it.
    line: u64,
}

impl<'t> Records<'t> {
    fn new(text: &'t [u8]) -> Self {
        // A field is never longer than its text.
        Self { reader: csv_core::Reader::new(), rest: text, buffer: Zeroizing::new(vec![0; text.len() + 1]), line: 1 }
    }

    /// The next record; none at the end.
    fn next(&mut self) -> Result<Option<Record>, Wrong> {
        while let Some((b'\n' | b'\r', rest)) = self.rest.split_first() {
            self.line += u64::from(self.rest[0] == b'\n');
            self.rest = rest;
        }
        let (line, mut fields, mut written) = (self.line, Vec::new(), 0);
        loop {
            let (result, read, wrote) = self.reader.read_field(self.rest, &mut self.buffer[written..]);
            self.line += (self.rest[..read].split(|byte| *byte == b'\n').count() - 1) as u64;
            self.rest = &self.rest[read..];
            written += wrote;
            let csv_core::ReadFieldResult::Field { record_end } = result else {
                if result == csv_core::ReadFieldResult::InputEmpty && read > 0 {
                    continue;
                }
                return Ok(None);
            };
            let field =
                std::str::from_utf8(&self.buffer[..written]).map_err(|_| Wrong::new(line, say!("line-is-not-text")))?;
            fields.push(Zeroizing::new(field.to_owned()));
            written = 0;
            if record_end {
                return Ok(Some(Record { line, fields }));
            }
        }
    }
}

/// The first line that names a serial which is not attached. The text has been parsed before.
fn not_attached(text: &[u8], attached: &[Serial]) -> Option<Wrong> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut records = Records::new(text);
    let header = records.next().ok()??;
    let by_serial = header.fields.first()?.trim().eq_ignore_ascii_case("serial");
    while let Some(Record { line, fields }) = records.next().ok()? {
        let serial = fields.first()?.trim();
        if by_serial && !attached.iter().any(|known| known.as_str() == serial) {
            return Some(Wrong {
                line,
                what: say!("no-attached-phone-has-serial", serial),
                hint: Some(say!("take-the-line-out")),
            });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong_line(text: &str) -> u64 {
        parse(text.as_bytes()).unwrap_err().line
    }

    #[test]
    fn both_headers_are_read() {
        let passwords = parse(b"serial,password\r\n8f2a1b,\"a,\"\"b\"\r\n").unwrap();
        assert!(*passwords.of(&Serial::new("8f2a1b"), None).unwrap().1 == Secret::new("a,\"b".into()));
        let passwords = parse(b"\xef\xbb\xbfAccount,Password\n6230000535, x \n").unwrap();
        let account = AccountId::new("6230***535");
        assert!(*passwords.of(&Serial::new("s"), Some(&account)).unwrap().1 == Secret::new(" x ".into()));
    }

    #[test]
    fn what_is_wrong_names_its_line() {
        assert_eq!(wrong_line(""), 1);
        assert_eq!(wrong_line("serial,password\n"), 1);
        assert_eq!(wrong_line("8f2a1b,secret\n"), 1);
        assert_eq!(wrong_line("serial,password\na,x\nb\n"), 3);
        assert_eq!(wrong_line("serial,password\na,x\n\na,y\n"), 4);
        assert_eq!(wrong_line("serial,password\na,x,y\n"), 2);
        assert_eq!(wrong_line("serial,password\n,y\n"), 2);
        // A quoted line break is part of its record, which is named by the line it begins on.
        assert_eq!(wrong_line("serial,password\r\n\r\na,\"x\r\ny\"\r\nb\r\n"), 5);
    }

    #[test]
    fn a_serial_that_is_not_attached_names_its_line() {
        let attached = [Serial::new("a")];
        assert_eq!(not_attached(b"serial,password\na,x\n", &attached), None);
        assert_eq!(not_attached(b"serial,password\na,x\n\nb,y\n", &attached).unwrap().line, 4);
        assert_eq!(not_attached(b"account,password\nb,y\n", &attached), None);
    }

    #[test]
    fn no_error_quotes_a_password() {
        for text in [
            "canary-1,canary-2\n",
            "serial,password\na,canary-1\na,canary-2\n",
            "serial,password\na,canary-1,canary-2\n",
        ] {
            assert!(!format!("{:?}", parse(text.as_bytes()).unwrap_err()).contains("canary"));
        }
    }
}
