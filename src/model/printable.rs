//! A stranger's text made safe to print. Phones name themselves and their accounts, adb servers name phones: a terminal, a CSV
//! cell or a browser must obey none of it.

use unicode_width::UnicodeWidthChar;

/// Marks that may follow one character. Vietnamese and Hebrew need two or three; hundreds paint over the lines around them.
const MARKS: usize = 4;

/// Whether a terminal or an editor would obey the character, or shows nothing of it: control characters (terminal escapes among
/// them), bidirectional marks, zero-width characters, Unicode tags and supplementary variation selectors.
#[must_use]
pub fn is_inert(c: char) -> bool {
    !(c.is_control()
        || matches!(c,
            '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'))
}

/// The text without characters that are not inert, with at most four marks on a character. Line breaks and tabs become spaces.
#[must_use]
pub fn printable(text: &str) -> String {
    let mut marks = 0;
    text.chars()
        .filter_map(|c| if matches!(c, '\n' | '\r' | '\t') { Some(' ') } else { is_inert(c).then_some(c) })
        .filter(|c| {
            marks = if c.width() == Some(0) { marks + 1 } else { 0 };
            marks <= MARKS
        })
        .collect()
}

/// A name of at most `chars` characters: printable, and without white space at its ends. A phone may send a megabyte.
#[must_use]
pub fn short_name(text: &str, chars: usize) -> String {
    // What is removed does not count, but a megabyte of it is not read either.
    let read: String = text.chars().take(chars * 8).collect();
    let clean: String = printable(&read).trim().chars().take(chars).collect();
    clean.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a15_nothing_that_a_terminal_obeys_is_left() {
        assert_eq!(printable("a\u{1b}[2Jb\u{9b}31m\u{7}c"), "a[2Jb31mc");
        assert_eq!(printable("one\r\ntwo\tthree"), "one  two three");
        assert_eq!(printable("\u{202e}evil\u{2066}\u{200b}\u{feff}\u{e0041}\u{e007f}\u{e0100}"), "evil");
    }

    #[test]
    fn a15_stacked_marks_are_cut_and_languages_are_left_alone() {
        let stacked = format!("e{}x", "\u{301}".repeat(300));
        assert_eq!(printable(&stacked).chars().count(), 2 + MARKS);
        for text in ["Điện thoại", "שָׁלוֹם", "हिन्दी", "ภาษาไทย", "退出小米帐号", "e\u{301}\u{323}"]
        {
            assert_eq!(printable(text), text);
        }
    }

    #[test]
    fn a15_a_megabyte_is_a_short_name() {
        assert_eq!(short_name(&"n".repeat(1 << 20), 64).len(), 64);
        assert_eq!(short_name(&" \u{1b}".repeat(1 << 20), 64), "");
        assert_eq!(short_name("  Redmi Note 10 ", 64), "Redmi Note 10");
    }
}
