//! Text for people, broken to the width of their terminal.

use console::measure_text_width;

/// Breaks each line at spaces so that none is wider than `columns`; what follows a break is aligned with the text of its item. A word
/// that is wider stays whole: it may be an address to copy.
pub(super) fn wrap(text: &str, columns: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text.split('\n') {
        let margin = margin(line).min(columns / 2);
        let indent = &line[..line.len() - line.trim_start().len()];
        let mut current = indent.to_owned();
        let mut is_empty = true;
        for word in line.trim_start().split(' ') {
            if !is_empty && measure_text_width(&current) + 1 + measure_text_width(word) > columns {
                lines.push(std::mem::replace(&mut current, " ".repeat(margin)));
                is_empty = true;
            }
            if !is_empty {
                current.push(' ');
            }
            current.push_str(word);
            is_empty = false;
        }
        lines.push(current);
    }
    lines.join("\n")
}

/// The text, wrapped to the width of a terminal; as it is where that is none.
pub(super) fn fitted(text: &str, terminal: &console::Term) -> String {
    match terminal.size_checked() {
        Some((_, columns)) if terminal.is_term() && columns >= 20 => wrap(text, usize::from(columns)),
        _ => text.to_owned(),
    }
}

/// Paragraphs whose lines were broken by hand, each in one line: ready to be broken anew. Items of a list stay apart.
pub(super) fn unbroken(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    let mut is_open = false;
    for line in text.lines() {
        if is_open && !line.is_empty() && !line.starts_with("- ") {
            joined.push(' ');
        } else if !joined.is_empty() {
            joined.push('\n');
        }
        joined.push_str(line.trim_start());
        is_open = !line.is_empty() && !line.ends_with("Where to tap:");
    }
    joined
}

/// Where the text of a line begins: behind its indent and the mark of its item (`-`, `[ ]`, `1. [ ]`).
fn margin(line: &str) -> usize {
    let text = line
        .trim_start_matches(|c: char| c == ' ' || c == '-' || c == '[' || c == ']' || c == '.' || c.is_ascii_digit());
    let mark = &line[..line.len() - text.len()];
    // A number that begins a sentence is no mark.
    if mark.ends_with(' ') { measure_text_width(mark) } else { line.len() - line.trim_start().len() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_and_hang_under_their_item() {
        insta::assert_snapshot!(
            wrap("Before:\n  [ ] Sign the account out of every phone.\n  1. [ ] Open https://account.xiaomi.com/pass/del now\n- one two three four five six", 24),
            @r"
        Before:
          [ ] Sign the account
              out of every
              phone.
          1. [ ] Open
                 https://account.xiaomi.com/pass/del
                 now
        - one two three four
          five six
        "
        );
    }

    #[test]
    fn a_paragraph_is_one_line_and_an_item_stays_an_item() {
        let text = "captcha\n\nOutcome: x.\nXiaomi asks\nfor it.\n\nWhere to tap:\n- MIUI: the box,\n  then OK.\n- HyperOS: the page.";
        assert_eq!(
            unbroken(text),
            "captcha\n\nOutcome: x. Xiaomi asks for it.\n\nWhere to tap:\n- MIUI: the box, then OK.\n- HyperOS: the page."
        );
    }

    #[test]
    fn no_line_is_wider_and_no_word_is_lost() {
        let text = "小米帐号 将被注销 请确保 所有设备已退出 and some more words to break";
        for columns in 20..60 {
            let wrapped = wrap(text, columns);
            assert!(wrapped.lines().all(|l| measure_text_width(l) <= columns), "{columns}: {wrapped}");
            assert_eq!(wrapped.split_whitespace().collect::<Vec<_>>(), text.split_whitespace().collect::<Vec<_>>());
        }
    }
}
