//! The sections of a screen dump → a tree, or why there is none.

use super::{Section, find};
use crate::phone::{NotReady, ScreenRead};
use crate::ui::UiTree;
use crate::ui::views::ScreenViews;

/// Judges a dump by its content alone: `uiautomator` ends with 0 where it failed, and prints stack traces of the theme where
/// it did not. What it said only tells *why* there is no document.
///
/// Sections `said` (its words and exit code) and `file`, or `tty` with `tty-code`; none of them means that the screen was
/// left out. Section `views` is the archive of the cheap look, which is the screen where nothing else is.
#[must_use]
pub fn screen(sections: &[Section<'_>]) -> ScreenRead {
    let part = |name: &str| sections.iter().find(|s| s.name == name);
    let documents: Vec<&[u8]> = ["file", "tty"].iter().filter_map(|n| part(n)).map(|s| s.body).collect();
    if documents.is_empty() {
        return views(sections);
    }
    if let Some(document) = documents.iter().find_map(|body| document(body)) {
        return match UiTree::parse(document) {
            Ok(tree) => ScreenRead::Tree(tree),
            Err(error) if error.is_passing() => ScreenRead::NotReady(NotReady::Cut),
            Err(error) => ScreenRead::Unreadable(error.to_string()),
        };
    }
    // Where it was dumped twice, the last time counts.
    let last = |name: &str| sections.iter().rfind(|s| s.name == name);
    let words: String = ["said", "tty"].iter().filter_map(|n| last(n)).map(Section::text).collect();
    let codes = ["said", "tty-code"].iter().filter_map(|n| last(n)?.code).collect::<Vec<_>>();
    failure(&words, &codes)
}

/// The views, which may have been read beside a screen. Where they were read more than once, the last time counts.
#[must_use]
pub fn views(sections: &[Section<'_>]) -> ScreenRead {
    views_in(sections, "views")
}

/// The views that were read once more, right after the first ones.
#[must_use]
pub fn second_views(sections: &[Section<'_>]) -> ScreenRead {
    views_in(sections, "views-again")
}

fn views_in(sections: &[Section<'_>], name: &str) -> ScreenRead {
    match sections.iter().rfind(|s| s.name == name).map(|views| ScreenViews::parse(views.body)) {
        None => ScreenRead::Skipped,
        Some(Ok(views)) => ScreenRead::Views(views),
        // An Android without the command prints its usage, and no archive.
        Some(Err(error)) => ScreenRead::Unreadable(error.to_string()),
    }
}

/// Whether a dump says that it was written and its file does not hold it: the disk is full.
#[must_use]
pub fn has_no_room(sections: &[Section<'_>]) -> bool {
    let says_so = sections.iter().rfind(|s| s.name == "said").is_some_and(|said| said.text().contains("dumped to"));
    says_so && sections.iter().any(|s| s.name == "file" && document(s.body).is_none())
}

/// From the head of the document to its end. Over the terminal, the words of the program follow it.
fn document(body: &[u8]) -> Option<&[u8]> {
    let one = find(body, b"<hierarchy")?;
    // A dump of all windows has the hierarchies within.
    let (root, closing): (_, &[u8]) = match find(&body[..one], b"<displays") {
        Some(all) => (all, b"</displays>"),
        None => (one, b"</hierarchy>"),
    };
    let start = find(&body[..root], b"<?xml").unwrap_or(root);
    let end = body.windows(closing.len()).rposition(|w| w == closing)? + closing.len();
    (end > root).then(|| &body[start..end])
}

fn failure(words: &str, codes: &[i32]) -> ScreenRead {
    let says = |parts: &[&str]| parts.iter().any(|p| words.contains(p));
    if says(&["could not get idle state"]) {
        ScreenRead::NotReady(NotReady::NotIdle)
    } else if says(&["null root node"]) {
        ScreenRead::NotReady(NotReady::NullRoot)
    } else if codes.contains(&137) || says(&["Killed", "already registered", "UiAutomationService", "not connected"]) {
        ScreenRead::NotReady(NotReady::Killed)
    } else if codes.iter().any(|c| matches!(c, 126 | 127)) {
        ScreenRead::Unreadable("the phone has no uiautomator that can be run".into())
    } else {
        ScreenRead::NotReady(NotReady::Cut)
    }
}

#[cfg(test)]
mod tests {
    use super::super::sections;
    use super::*;

    fn read(output: &str) -> ScreenRead {
        screen(&sections(output.as_bytes(), "M "))
    }

    const TREE: &str = "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><hierarchy rotation=\"0\"><node index=\"0\" text=\"\" \
                        bounds=\"[0,0][10,10]\" /></hierarchy>";

    #[test]
    fn only_the_content_counts() {
        let noise =
            "java.io.FileNotFoundException: /data/system/theme_config/theme_compatibility.xml: open failed: ENOENT";
        assert!(matches!(read(&format!("M said 1\n{noise}\nM file\n{TREE}")), ScreenRead::Tree(_)));
        assert!(matches!(
            read(&format!("M tty\n{TREE}UI hierchary dumped to: /dev/tty\nM tty-code 0\n")),
            ScreenRead::Tree(_)
        ));
        assert!(matches!(read("M focus\nx\n"), ScreenRead::Skipped));
    }

    #[test]
    fn failures_are_told_apart() {
        use NotReady as N;
        for (output, expected) in [
            ("M said 0\nERROR: could not get idle state.\nM file\n", N::NotIdle),
            ("M said 0\nERROR: null root node returned by UiTestAutomationBridge.\nM file\n", N::NullRoot),
            ("M said 137\nKilled \nM file\n", N::Killed),
            ("M said 1\njava.lang.IllegalStateException: UiAutomationService already registered!\nM file\n", N::Killed),
            ("M said 0\nUI hierchary dumped to: /x\nM file\n<?xml version='1.0'?><hierarchy><node", N::Cut),
            ("M said 0\n\nM file\n", N::Cut),
            ("M said 0\nUI hierchary dumped to: /x\nM file\nM tty\nM tty-code 0\n", N::Cut),
        ] {
            assert!(matches!(read(output), ScreenRead::NotReady(why) if why == expected), "{output}");
        }
        assert!(matches!(read("M said 127\nsh: uiautomator: not found\nM file\n"), ScreenRead::Unreadable(_)));
    }
}
