//! Quoting for the phone's shell (`mksh`), and the encoding of `input text`.

use zeroize::Zeroizing;

use crate::model::Secret;

/// One word for a POSIX shell, whatever it holds: in single quotes, with `'` as `'\''`. A NUL cannot be passed to any
/// program and must be refused before.
#[must_use]
pub fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The quoted arguments of the `input text` calls that type `secret`, in order; `None` where it cannot be typed (it is empty
/// or has anything but printable ASCII).
///
/// `input text` turns `%s` into a space and has no way to write a literal `%s`, so one call ends between the `%` and the `s`
/// (Android's `sendText`, the same from Android 4 to 16).
#[must_use]
pub fn input_text(secret: &Secret) -> Option<Vec<Zeroizing<String>>> {
    secret.is_typeable().then(|| encode(secret.expose()))
}

/// As [`input_text`], for words that are no secret.
pub(super) fn input_words(words: &str) -> Option<Vec<Zeroizing<String>>> {
    let typeable = !words.is_empty() && words.bytes().all(|b| (0x20..=0x7e).contains(&b));
    typeable.then(|| encode(words))
}

fn encode(text: &str) -> Vec<Zeroizing<String>> {
    let mut parts = Vec::new();
    let mut from = 0;
    for (at, _) in text.match_indices("%s") {
        parts.push(part(&text[from..=at]));
        from = at + 1;
    }
    parts.push(part(&text[from..]));
    parts
}

/// Written into one buffer of its final size, so that no copy of a secret stays behind.
fn part(text: &str) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(text.len() * 4 + 2));
    out.push('\'');
    for c in text.chars() {
        match c {
            ' ' => out.push_str("%s"),
            '\'' => out.push_str(r"'\''"),
            _ => out.push(c),
        }
    }
    out.push('\'');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Vec<String> {
        input_text(&Secret::new(text.into())).unwrap().iter().map(|p| p.to_string()).collect()
    }

    #[test]
    fn spaces_quotes_and_percent_s() {
        assert_eq!(parts("a b"), ["'a%sb'"]);
        assert_eq!(parts("it's"), [r"'it'\''s'"]);
        assert_eq!(parts("100%sure"), ["'100%'", "'sure'"]);
        assert_eq!(parts("%s%%s"), ["'%'", "'s%%'", "'s'"]);
    }

    #[test]
    fn what_cannot_be_typed_is_refused() {
        for text in ["", "пароль", "a\tb", "a\0b"] {
            assert!(input_text(&Secret::new(text.into())).is_none(), "{text:?}");
        }
    }
}
