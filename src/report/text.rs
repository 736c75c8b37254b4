//! Words for people: cleaned of what a terminal would obey, cut to a width, laid out as a table.

use console::{Style, measure_text_width, truncate_str};

use crate::model::{Outcome, ResultRow, is_inert, printable};
use crate::text::say;

/// JSON whose texts hold nothing that a terminal or an editor would obey: what [`printable`] removes is written as `\\uXXXX`.
#[must_use]
pub fn inert_json(json: String) -> String {
    if json.chars().all(|c| c == '\n' || is_inert(c)) {
        return json;
    }
    let written = |c: char| match c {
        c if c != '\n' && !is_inert(c) => format!("\\u{:04x}", c as u32),
        c => c.to_string(),
    };
    json.chars().map(written).collect()
}

/// Cleaned, cut to `width` columns with an ellipsis, and filled up with spaces.
#[must_use]
pub fn column(text: &str, width: usize) -> String {
    let text = printable(text);
    let cut = truncate_str(&text, width, "…");
    format!("{cut}{}", " ".repeat(width.saturating_sub(measure_text_width(&cut))))
}

/// Cleaned and cut to `width` columns.
#[must_use]
pub fn cut(text: &str, width: usize) -> String {
    truncate_str(&printable(text), width, "…").into_owned()
}

/// Cleaned and broken at spaces into lines of `width` columns.
#[must_use]
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in printable(text).split_whitespace() {
        match lines.last_mut() {
            Some(line) if measure_text_width(line) + 1 + measure_text_width(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(cut(word, width)),
        }
    }
    lines
}

/// `0:42`, `12:05`, `1:00:00`.
#[must_use]
pub fn clock(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// The colour of an outcome: green is done, yellow waits for a person, red is not done.
#[must_use]
pub fn style(outcome: Outcome, colour: bool) -> Style {
    let style = Style::new().for_stderr().force_styling(colour);
    match outcome {
        good if good.is_good() => style.green(),
        Outcome::NeedsPerson | Outcome::NotSupported => style.yellow(),
        _ => style.red(),
    }
}

/// `3 signed-out, 1 failed`, in the order of the contract's table.
#[must_use]
pub fn counts(outcomes: &[Outcome]) -> String {
    let count = |outcome| outcomes.iter().filter(|o| **o == outcome).count();
    let parts: Vec<String> = Outcome::ALL
        .into_iter()
        .map(|outcome| (count(outcome), outcome))
        .filter(|(n, _)| *n > 0)
        .map(|(n, outcome)| format!("{n} {outcome}"))
        .collect();
    if parts.is_empty() { say!("nothing-done") } else { parts.join(", ") }
}

/// An error in three lines: what, where, and what to do.
#[must_use]
pub fn error_lines(what: &str, place: &str, hint: &str) -> String {
    format!("error: {}\n  where: {}\n  hint: {}", printable(what), printable(place), printable(hint))
}

/// The table at the end of a run: a line per phone, and below it the hint of a phone that is not done. A hint that several phones share
/// is printed once; the others name the first of these phones. No line is wider than `width`.
#[must_use]
pub fn final_table(rows: &[ResultRow], width: usize, colour: bool) -> String {
    let widest = |of: fn(&ResultRow) -> &str, least: usize, most: usize| {
        rows.iter().map(|row| measure_text_width(&printable(of(row)))).max().unwrap_or(0).clamp(least, most)
    };
    let serial = widest(|row| &row.serial, 6, 20);
    let model = widest(model, 5, 16);
    let mut lines = vec![format!(
        "{}  {}  {}  {}    {}",
        column(&say!("table-phone"), serial),
        column(&say!("table-model"), model),
        column(&say!("table-account"), 11),
        column(&say!("table-outcome"), 18),
        say!("table-time")
    )];
    let mut told: Vec<(String, &str)> = Vec::new();
    for row in rows {
        let masked = row.account.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
        lines.push(format!(
            "{}  {}  {}  {}  {:>6}",
            column(&row.serial, serial),
            column(self::model(row), model),
            column(&masked, 11),
            style(row.outcome, colour).apply_to(column(row.outcome.as_str(), 18)),
            clock(row.seconds.round() as i64),
        ));
        if let Some(reason) = row.reason {
            let mut why = format!("{reason}: {}", row.hint.as_deref().unwrap_or_default());
            match told.iter().find(|(hint, _)| *hint == why) {
                Some((_, first)) => why = say!("reason-as-of-first-phone", reason, first),
                None => told.push((why.clone(), &row.serial)),
            }
            lines.extend(wrap(&why, width.saturating_sub(4)).iter().map(|line| format!("    {line}")));
        }
    }
    lines.push(counts(&rows.iter().map(|row| row.outcome).collect::<Vec<_>>()));
    lines.iter().map(|line| truncate_str(line, width, "…").trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

fn model(row: &ResultRow) -> &str {
    row.model.as_deref().unwrap_or("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn terminal_escapes_and_bidi_marks_are_removed() {
        assert_eq!(printable("Red\u{1b}[31mmi\u{7} \u{202e}9 etoN\u{202c}\r\nx\u{9b}2J\0"), "Red[31mmi 9 etoN  x2J");
        assert_eq!(column("Xiaomi 小米 13", 8), "Xiaomi …");
        assert_eq!(column("小米", 6), "小米  ");
    }

    #[test]
    fn json_says_the_same_without_obeying() {
        let json = serde_json::to_string("a\u{202e}b\u{9b}2J\u{1b}小\n").unwrap();
        let inert = inert_json(json.clone());
        assert_eq!(inert, "\"a\\u202eb\\u009b2J\\u001b小\\n\"");
        assert_eq!(serde_json::from_str::<String>(&inert).unwrap(), serde_json::from_str::<String>(&json).unwrap());
    }

    #[test]
    fn times() {
        assert_eq!([0, 42, 725, 3600, -5].map(clock), ["0:00", "0:42", "12:05", "1:00:00", "0:00"]);
    }

    #[test]
    fn errors_have_three_lines() {
        let text = error_lines(
            "two phones and no choice",
            "127.0.0.1:5037",
            "name one with -s SERIAL\u{1b}[2J, or all with --all",
        );
        insta::assert_snapshot!(text, @r"
        error: two phones and no choice
          where: 127.0.0.1:5037
          hint: name one with -s SERIAL[2J, or all with --all
        ");
    }

    #[test]
    fn the_table_tells_what_many_phones_have_once() {
        let row = samples::rows().remove(1);
        let rows: Vec<ResultRow> =
            ["a1", "b2", "c3"].map(|serial| ResultRow { serial: serial.into(), ..row.clone() }).into();
        insta::assert_snapshot!(final_table(&rows, 80, false), @r#"
        phone   model             account      outcome               time
        a1      POCO <X3> & "Pr…  6230***535   needs-person          0:31
            input-not-allowed: on the phone: Settings > Additional settings > Developer
            options > USB debugging (Security settings), then run again
        b2      POCO <X3> & "Pr…  6230***535   needs-person          0:31
            input-not-allowed: as a1
        c3      POCO <X3> & "Pr…  6230***535   needs-person          0:31
            input-not-allowed: as a1
        3 needs-person
        "#);
    }

    #[test]
    fn the_table_at_the_end() {
        insta::assert_snapshot!(final_table(&samples::rows(), 80, false));
        for line in final_table(&samples::rows(), 60, true).lines() {
            assert!(measure_text_width(line) <= 60, "{line}");
        }
    }
}
