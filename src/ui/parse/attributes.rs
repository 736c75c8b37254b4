//! The attributes of an element.

use std::borrow::Cow;

use super::DumpError;

/// Every attribute with its value, unescaped. The reader of the values refuses an attribute that occurs twice.
pub(super) fn attributes(raw: &[u8]) -> Result<Vec<(&str, Cow<'_, str>)>, DumpError> {
    let malformed = |what: &str| DumpError::Malformed(format!("an attribute {what}"));
    let raw = std::str::from_utf8(raw).map_err(|e| DumpError::Malformed(e.to_string()))?;
    let mut rest = raw.trim_ascii_start();
    let mut found = Vec::new();
    while !rest.is_empty() {
        let (key, after) = rest.split_once('=').ok_or_else(|| malformed("without a value"))?;
        let after = after.trim_ascii_start();
        let quote =
            after.chars().next().filter(|c| matches!(c, '"' | '\'')).ok_or_else(|| malformed("without quotes"))?;
        let (value, behind) = after[1..].split_once(quote).ok_or_else(|| malformed("that does not end"))?;
        found.push((key.trim_ascii_end(), unescape(value)?));
        rest = behind.trim_ascii_start();
    }
    Ok(found)
}

/// Resolves `&amp;` and `&#10;`. Old Android versions write an emoji as two references, one for each half of its UTF-16 form,
/// which is not well-formed XML; so this is done here and not by the XML reader.
pub(super) fn unescape(value: &str) -> Result<Cow<'_, str>, DumpError> {
    if !value.contains('&') {
        return Ok(Cow::Borrowed(value));
    }
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    let mut high: Option<u16> = None;
    while let Some(at) = rest.find('&') {
        if at > 0 && high.take().is_some() {
            out.push(char::REPLACEMENT_CHARACTER);
        }
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let end = after.find(';').ok_or_else(|| bad_reference(after))?;
        let unit = code_point(&after[..end])?;
        match (high.take(), u16::try_from(unit).ok()) {
            (Some(first), Some(second)) if (0xDC00..0xE000).contains(&second) => {
                out.extend(char::decode_utf16([first, second]).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
            }
            (earlier, unit16) => {
                if earlier.is_some() {
                    out.push(char::REPLACEMENT_CHARACTER);
                }
                match (unit16.filter(|u| (0xD800..0xDC00).contains(u)), char::from_u32(unit)) {
                    (Some(first), _) => high = Some(first),
                    (None, other) => out.push(other.unwrap_or(char::REPLACEMENT_CHARACTER)),
                }
            }
        }
        rest = &after[end + 1..];
    }
    if high.is_some() {
        out.push(char::REPLACEMENT_CHARACTER);
    }
    out.push_str(rest);
    Ok(Cow::Owned(out))
}

/// The number behind a reference's name.
fn code_point(name: &str) -> Result<u32, DumpError> {
    let code = match name {
        "amp" => Some(u32::from('&')),
        "lt" => Some(u32::from('<')),
        "gt" => Some(u32::from('>')),
        "quot" => Some(u32::from('"')),
        "apos" => Some(u32::from('\'')),
        _ => name.strip_prefix('#').and_then(|number| match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => number.parse().ok(),
        }),
    };
    code.filter(|c| *c != 0).ok_or_else(|| bad_reference(name))
}

fn bad_reference(name: &str) -> DumpError {
    DumpError::Malformed(format!("the reference &{}", name.chars().take(12).collect::<String>()))
}
