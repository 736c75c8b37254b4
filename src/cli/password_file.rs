//! The CSV file of passwords: `serial,password` or `account,password`.

use std::collections::BTreeMap;
use std::path::Path;

use zeroize::Zeroize;

use super::failure::Failure;
use crate::fleet::Passwords;
use crate::model::{AccountId, Secret, Serial};

/// Larger files are no list of passwords.
const MAX_BYTES: u64 = 4 << 20;

/// Reads the file, or says what is wrong with it, by line.
pub fn read(path: &Path, attached: Option<&[Serial]>) -> Result<Passwords, Failure> {
    let place = path.display().to_string();
    let wrong = |what: String| Failure::usage(what).at(place.clone());
    let meta =
        std::fs::metadata(path).map_err(|error| wrong(format!("the file of passwords could not be read: {error}")))?;
    if readable_by_others(&meta) {
        return Err(wrong("the file of passwords is readable by others".into()).hint(format!("chmod 600 {place}")));
    }
    if meta.len() > MAX_BYTES {
        return Err(wrong(format!("the file of passwords is larger than {MAX_BYTES} bytes")));
    }
    let mut text =
        std::fs::read(path).map_err(|error| wrong(format!("the file of passwords could not be read: {error}")))?;
    let parsed = parse(&text).and_then(|passwords| match attached.and_then(|known| not_attached(&text, known)) {
        Some(wrong) => Err(wrong),
        None => Ok(passwords),
    });
    text.zeroize();
    parsed.map_err(|Wrong { line, what, hint }| {
        let failure = Failure::usage(what).at(format!("{place}:{line}"));
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
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::None).from_reader(text);
    let header = reader.headers().map_err(|_| Wrong::new(1, "the header is not UTF-8 text"))?.clone();
    let by_serial = match header.iter().map(|h| h.trim().to_ascii_lowercase()).collect::<Vec<_>>()[..] {
        [ref key, ref password] if password == "password" && (key == "serial" || key == "account") => key == "serial",
        _ => {
            return Err(Wrong {
                line: 1,
                what: "the first line must be the header serial,password or account,password".into(),
                hint: Some("put a password with a comma or a quote in double quotes, as spreadsheets do".into()),
            });
        }
    };
    let mut passwords = Passwords::default();
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    for record in reader.records() {
        let record = record.map_err(|error| {
            Wrong::new(error.position().map_or(0, csv::Position::line), "the line is not UTF-8 text")
        })?;
        let line = record.position().map_or(0, |position| line_of(text, position));
        let (Some(key), Some(password), 2) = (record.get(0), record.get(1), record.len()) else {
            return Err(Wrong::new(line, format!("the line has {} fields, not 2", record.len())));
        };
        let key = key.trim();
        if key.is_empty() || password.is_empty() {
            return Err(Wrong::new(line, "a field is empty"));
        }
        if let Some(first) = seen.insert(key.to_owned(), line) {
            return Err(Wrong::new(line, format!("'{key}' stands on line {first} already")));
        }
        let secret = Secret::new(password.to_owned());
        if by_serial {
            passwords.for_serial(Serial::new(key), secret);
        } else {
            passwords.for_account(AccountId::new(key), secret);
        }
    }
    if passwords.is_empty() {
        return Err(Wrong::new(1, "the file has no line below its header"));
    }
    Ok(passwords)
}

/// The first line that names a serial which is not attached. The text has been parsed before.
fn not_attached(text: &[u8], attached: &[Serial]) -> Option<Wrong> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::None).from_reader(text);
    let by_serial = reader.headers().ok()?.get(0)?.trim().eq_ignore_ascii_case("serial");
    let mut records = reader.records().filter_map(Result::ok).filter(|_| by_serial);
    records.find_map(|record| {
        let serial = record.get(0)?.trim().to_owned();
        let known = attached.iter().any(|known| known.as_str() == serial);
        let line = record.position().map_or(0, |position| line_of(text, position));
        (!known).then(|| Wrong {
            line,
            what: format!("no attached phone has the serial '{serial}'"),
            hint: Some("take the line out, or plug the phone in; nothing was touched".into()),
        })
    })
}

/// The line of a record: the reader counts from before the empty lines that it skips.
fn line_of(text: &[u8], position: &csv::Position) -> u64 {
    let rest = text.get(position.byte() as usize..).unwrap_or_default();
    let skipped = rest.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).filter(|byte| **byte == b'\n').count();
    position.line() + skipped as u64
}

#[cfg(unix)]
fn readable_by_others(meta: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    meta.permissions().mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn readable_by_others(_: &std::fs::Metadata) -> bool {
    false
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
