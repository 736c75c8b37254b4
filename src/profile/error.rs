//! What is wrong in a profile, and where, in the form that compilers use.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use crate::model::did_you_mean;

/// Columns of a line that are shown; of a longer one the part around the mistake.
const WIDTH: usize = 180;

/// A mistake in a profile or label file. The file has to be fixed; nothing can go on with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileError {
    /// Name of the file as it was given.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// How many characters of the line are meant, at least one.
    pub width: u32,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// The line of the file.
    pub source_line: String,
    /// What to do, or what may have been meant.
    pub hint: Option<String>,
}

impl ProfileError {
    /// An error at a range of bytes of the file's text.
    #[must_use]
    pub fn at(file: &str, text: &str, span: Range<usize>, message: impl Into<String>) -> Self {
        let start = (0..=span.start.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
        let line_start = text[..start].rfind('\n').map_or(0, |i| i + 1);
        let source_line = text[line_start..].lines().next().unwrap_or("").to_owned();
        let end = span.end.clamp(start, line_start + source_line.len().max(start - line_start));
        let width = text.get(start..end).map_or(1, |s| s.chars().count()).max(1);
        Self {
            file: file.to_owned(),
            line: text[..line_start].matches('\n').count() as u32 + 1,
            column: text[line_start..start].chars().count() as u32 + 1,
            width: width as u32,
            message: message.into(),
            source_line,
            hint: None,
        }
    }

    /// What TOML or serde found.
    pub(super) fn toml(file: &str, text: &str, error: &toml::de::Error) -> Self {
        let message = error.message().lines().next().unwrap_or("not valid TOML").trim_end_matches('.').to_owned();
        let mut this = Self::at(file, text, error.span().unwrap_or(0..0), message);
        let quoted: Vec<&str> = error.message().split('`').skip(1).step_by(2).collect();
        if let ["unknown field" | "unknown variant", ..] = [error.message().split(" `").next().unwrap_or("")]
            && let Some((wrong, known)) = quoted.split_first()
        {
            this.message = format!("unknown key `{wrong}`");
            this.hint = near_or_all(wrong, known.iter().copied());
        }
        this
    }

    /// With words about what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// With the nearest of the known names as hint, where one is near, or the list of them.
    #[must_use]
    pub fn suggest<'n>(mut self, wrong: &str, known: impl IntoIterator<Item = &'n str>) -> Self {
        self.hint = near_or_all(wrong, known);
        self
    }
}

/// The nearest known name, or a short list of them.
fn near_or_all<'n>(wrong: &str, known: impl IntoIterator<Item = &'n str>) -> Option<String> {
    let mut known: Vec<&str> = known.into_iter().collect();
    known.sort_unstable();
    known.dedup();
    match did_you_mean(wrong, known.iter().copied()) {
        Some(name) => Some(format!("did you mean `{name}`?")),
        None if (1..=12).contains(&known.len()) => Some(format!("known are {}", known.join(", "))),
        None => None,
    }
}

impl fmt::Display for ProfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A file may hold what a terminal obeys; a tab is drawn as spaces, by its width.
        let clean = |c: char| if c.is_control() && c != '\t' { '\u{fffd}' } else { c };
        let line: String = self.source_line.chars().map(clean).collect();
        let at = |chars: u32| line.char_indices().nth(chars as usize).map_or(line.len(), |(byte, _)| byte);
        let start = at(self.column - 1);
        let end = at(self.column - 1 + self.width).max(start);
        let place = Snippet::source(&line)
            .line_start(self.line as usize)
            .path(&self.file)
            .annotation(AnnotationKind::Primary.span(start..end));
        let mut group = Level::ERROR.no_name().primary_title(&self.message).element(place);
        if let Some(hint) = &self.hint {
            group = group.element(Level::HELP.with_name("hint").message(hint));
        }
        f.write_str(Renderer::plain().term_width(WIDTH).render(&[group]).trim_end())
    }
}

impl std::error::Error for ProfileError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_in_characters() {
        let text = "a = 1\nü = \"帐号\"\n";
        let at = text.find('帐').unwrap();
        let error = ProfileError::at("f.toml", text, at..at + 6, "odd");
        assert_eq!((error.line, error.column, error.width), (2, 6, 2));
        assert_eq!(error.source_line, "ü = \"帐号\"");
    }

    #[test]
    fn b13_the_caret_stands_under_what_it_means_after_wide_characters() {
        let text = "title = \"小米帐号\", titel = 1\n";
        let at = text.find("titel").unwrap();
        let shown = ProfileError::at("f.toml", text, at..at + 5, "odd").to_string();
        let caret = shown.lines().find_map(|l| l.split_once('|').filter(|(_, r)| r.contains('^'))).unwrap().1;
        // Each of the four characters takes two columns of a terminal.
        assert_eq!(caret, format!(" {}^^^^^", " ".repeat(text[..at].chars().count() + 4)), "{shown}");
    }

    #[test]
    fn what_a_terminal_obeys_is_not_printed() {
        let error = ProfileError::at("f.toml", "a = \"\u{1b}[2J\"", 0..1, "odd");
        assert!(!error.to_string().contains('\u{1b}'));
    }

    #[test]
    fn any_range_is_a_place() {
        for text in ["", "x", "ü\n", "\n\n"] {
            for start in 0..5 {
                for end in 0..7 {
                    let error = ProfileError::at("f", text, start..end, "odd");
                    assert!(error.width >= 1 && error.column >= 1 && error.line >= 1);
                    assert!(error.to_string().contains('^'));
                }
            }
        }
    }
}
