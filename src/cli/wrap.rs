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
    fn no_line_is_wider_and_no_word_is_lost() {
        let text = "小米帐号 将被注销 请确保 所有设备已退出 and some more words to break";
        for columns in 20..60 {
            let wrapped = wrap(text, columns);
            assert!(wrapped.lines().all(|l| measure_text_width(l) <= columns), "{columns}: {wrapped}");
            assert_eq!(wrapped.split_whitespace().collect::<Vec<_>>(), text.split_whitespace().collect::<Vec<_>>());
        }
    }
}
