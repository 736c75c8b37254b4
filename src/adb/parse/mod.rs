//! What the phone's programs printed, as values. Pure: text in, values out; what cannot be read is "unknown", never a guess.

mod accounts;
mod dump;
mod system;
mod window;

pub use accounts::accounts;
pub use dump::{has_no_room, screen, second_views, views};
pub use system::{
    battery, current_user, device_owner, display, input_probe, lock_signs, missing_apps, network, properties,
    ui_automation, version_name,
};
pub use window::{awake, focus, has_lock, keyguard};

/// A part of a script's output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section<'a> {
    /// Its name in the script.
    pub name: &'a str,
    /// The exit code that stands beside the name, where one does.
    pub code: Option<i32>,
    /// What was printed up to the next section.
    pub body: &'a [u8],
}

impl Section<'_> {
    /// The body as text; bytes that are no UTF-8 become U+FFFD.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(self.body).into_owned()
    }
}

/// Parts a script's output at its boundary. A boundary may follow output without a line end; its own line is always complete.
#[must_use]
pub fn sections<'a>(output: &'a [u8], boundary: &str) -> Vec<Section<'a>> {
    let boundary = boundary.as_bytes();
    let starts: Vec<usize> = positions(output, boundary);
    let mut found = Vec::new();
    for (n, start) in starts.iter().enumerate() {
        let end = starts.get(n + 1).copied().unwrap_or(output.len());
        let part = &output[start + boundary.len()..end];
        let Some(line) = part.iter().position(|b| *b == b'\n') else { continue };
        let Ok(title) = std::str::from_utf8(&part[..line]) else { continue };
        let mut words = title.split_whitespace();
        let Some(name) = words.next() else { continue };
        found.push(Section { name, code: words.next().and_then(|c| c.parse().ok()), body: &part[line + 1..] });
    }
    found
}

fn positions(bytes: &[u8], what: &[u8]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = find(&bytes[from..], what) {
        found.push(from + at);
        from += at + what.len();
    }
    found
}

/// Where `what` begins, by its first byte: the output may have millions.
fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    let first = *what.first()?;
    let mut from = 0;
    while let Some(at) = bytes[from..].iter().position(|b| *b == first) {
        let at = from + at;
        if bytes[at..].starts_with(what) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

/// The value of `key` among `key=value` words, which end at white space, a comma or a closing bracket.
fn word<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '{' | '(' | '[' | '}' | ')' | ']'))
        .find_map(|w| w.strip_prefix(key)?.strip_prefix('='))
        .filter(|v| !v.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_need_no_line_end_before_their_mark() {
        let output = b"noise\nM focus\nline\nM file\n<xml/>M said 137\nKilled\nM cut";
        let seen: Vec<_> = sections(output, "M ").into_iter().map(|s| (s.name, s.code, s.text())).collect();
        assert_eq!(
            seen,
            [
                ("focus", None, "line\n".to_owned()),
                ("file", None, "<xml/>".to_owned()),
                ("said", Some(137), "Killed\n".to_owned())
            ]
        );
    }

    #[test]
    fn words_are_whole() {
        assert_eq!(word("  showingAndNotOccluded=true showing=false\n", "showing"), Some("false"));
        assert_eq!(word("secure= x", "secure"), None);
    }

    proptest::proptest! {
        #[test]
        fn any_output_is_read_without_a_panic(output in proptest::collection::vec(proptest::num::u8::ANY, 0..200), text in ".{0,200}") {
            let _ = (sections(&output, "M"), accounts(&text, Some(0)), focus(&text), keyguard(&text, &text));
            let _ = (network(&text), device_owner(&text), display(&text), battery(&text), properties(&text));
            let _ = screen(&[Section { name: "file", code: None, body: &output }]);
        }
    }
}
