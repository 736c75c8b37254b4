//! Pages as data: how to know each page of the deletion, and what on it may be pressed. Loading only; see `classify`.

use std::path::Path;

use serde::{Deserialize, Serialize};

/// The files that are compiled in.
const BUILT_IN: [(&str, &str); 3] = [
    ("account-popups.toml", include_str!("../../device-profiles/web/account-popups.toml")),
    ("account-pages.toml", include_str!("../../device-profiles/web/account-pages.toml")),
    ("refusals.toml", include_str!("../../device-profiles/web/refusals.toml")),
];

/// What a page is for, in the order in which pages are tried: what ends the walk comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// "Your account has been deleted."
    Done,
    /// The account does not exist (any more).
    Missing,
    /// Xiaomi will not delete the account now.
    Refused,
    /// A picture has to be solved.
    Captcha,
    /// The sign-in page.
    SignIn,
    /// A code from a message is asked for.
    Verify,
    /// The losses, with the box and the first Delete.
    Caution,
    /// The last question: a Delete without a box.
    Final,
    /// The account's own page, outside the deletion.
    Home,
}

impl Role {
    /// Every role, in the order tried.
    pub const ALL: [Self; 9] = [
        Self::Done,
        Self::Missing,
        Self::Refused,
        Self::Captcha,
        Self::SignIn,
        Self::Verify,
        Self::Caution,
        Self::Final,
        Self::Home,
    ];
}

/// All known pages and reasons for refusal.
#[derive(Clone, Debug, Default)]
pub struct Pages {
    /// In the order of the files.
    pub(super) pages: Vec<PageRule>,
    /// In the order of the files.
    pub(super) refusals: Vec<Refusal>,
}

/// How to know one page, and what may be pressed on it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageRule {
    /// What the page is for.
    pub is: Role,
    /// Where the page is known from, and how sure that is.
    pub evidence: String,
    /// All of these hold.
    pub all: toml::Spanned<Vec<Clue>>,
    /// None of these holds.
    #[serde(default)]
    pub none: Vec<Clue>,
    /// Texts of the button that may be pressed here.
    #[serde(default)]
    pub press: Vec<String>,
}

/// One thing to look for. Exactly one key; any entry of its list will do.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Clue {
    /// A text somewhere on the page.
    Text(Vec<String>),
    /// A text that the page says as a fact, not in a condition, an advice or an announcement.
    Stated(Vec<String>),
    /// A button with exactly this text.
    Button(Vec<String>),
    /// A box to tick; with texts, one whose label holds one of them.
    Box(Vec<String>),
    /// A form that can be used: a field to fill, and a button that is on and has none of these texts ("Back").
    Form(Vec<String>),
    /// A field of this kind.
    Field(Vec<super::FieldKind>),
    /// The id of an element that is shown.
    Id(Vec<String>),
    /// The class of an element that is shown.
    Class(Vec<String>),
    /// A frame whose source holds this.
    Frame(Vec<String>),
    /// The path of the address begins with this.
    Path(Vec<String>),
}

impl Clue {
    fn is_hollow(&self) -> bool {
        match self {
            Self::Box(_) => false,
            Self::Field(kinds) => kinds.is_empty(),
            Self::Text(l)
            | Self::Stated(l)
            | Self::Form(l)
            | Self::Button(l)
            | Self::Id(l)
            | Self::Class(l)
            | Self::Frame(l)
            | Self::Path(l) => l.is_empty() || l.iter().any(|t| t.trim().is_empty()),
        }
    }
}

/// A reason for which Xiaomi refuses, and what the owner can do.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// A stable short word.
    pub code: String,
    /// What it is about, in words.
    pub what: String,
    /// What the owner can do.
    pub remedy: String,
    /// Texts of it on a refusing page.
    #[serde(default)]
    pub text: Vec<String>,
    /// Classes of it on a refusing page.
    #[serde(default)]
    pub class: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: toml::Spanned<u32>,
    #[serde(default)]
    page: Vec<PageRule>,
    #[serde(default)]
    refusal: Vec<Refusal>,
}

/// Why pages could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum PagesError {
    /// A file can't be read.
    #[error("cannot read {file}")]
    Read {
        /// The file or folder.
        file: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file is wrong at a line.
    #[error("{file}:{line}: {what}")]
    Wrong {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
    /// The folder given has no page file.
    #[error("{0} has no .toml file")]
    Empty(String),
}

impl Pages {
    /// The pages that are compiled in.
    ///
    /// # Errors
    /// Never for a tested build; the built-in files go through the same checks as others.
    pub fn built_in() -> Result<Self, PagesError> {
        Self::from_files(BUILT_IN.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())))
    }

    /// The built-in pages with those of a folder: a file of the same name replaces the built-in one, others come first.
    ///
    /// # Errors
    /// Where the folder or a file can't be read, or a file is wrong: with its line.
    pub fn with_folder(folder: &Path) -> Result<Self, PagesError> {
        let read = |file: &Path, source| PagesError::Read { file: file.display().to_string(), source };
        let mut own = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(|e| read(folder, e))? {
            let path = entry.map_err(|e| read(folder, e))?.path();
            if path.extension().is_some_and(|e| e == "toml") {
                let text = std::fs::read_to_string(&path).map_err(|e| read(&path, e))?;
                own.push((path, text));
            }
        }
        if own.is_empty() {
            return Err(PagesError::Empty(folder.display().to_string()));
        }
        own.sort();
        let replaced = |name: &str| own.iter().any(|(p, _)| p.file_name().is_some_and(|f| f == name));
        let rest: Vec<_> = BUILT_IN.iter().filter(|(name, _)| !replaced(name)).collect();
        let own = own.iter().map(|(path, text)| (path.display().to_string(), text.clone()));
        Self::from_files(own.chain(rest.into_iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned()))))
    }

    /// The known reasons for refusal, for the guide.
    #[must_use]
    pub fn refusals(&self) -> &[Refusal] {
        &self.refusals
    }

    fn from_files(files: impl Iterator<Item = (String, String)>) -> Result<Self, PagesError> {
        let mut all = Self::default();
        for (name, text) in files {
            all.add(&name, &text)?;
        }
        Ok(all)
    }

    fn add(&mut self, file: &str, text: &str) -> Result<(), PagesError> {
        let wrong = |at: usize, what: String| PagesError::Wrong {
            file: file.to_owned(),
            line: text[..at.min(text.len())].matches('\n').count() + 1,
            what,
        };
        let read: File = toml::from_str(text)
            .map_err(|e| wrong(e.span().map_or(0, |s| s.start), e.message().lines().collect::<Vec<_>>().join(" ")))?;
        if *read.schema.get_ref() != 1 {
            return Err(wrong(read.schema.span().start, "only schema 1 is known".to_owned()));
        }
        for page in &read.page {
            let clues = page.all.get_ref();
            let at = page.all.span().start;
            if clues.is_empty() {
                return Err(wrong(at, "a page needs at least one clue in 'all'".to_owned()));
            }
            if clues.iter().chain(&page.none).any(Clue::is_hollow) {
                return Err(wrong(at, "a clue of this page has an empty list or text".to_owned()));
            }
            if matches!(page.is, Role::Caution | Role::Final) == page.press.is_empty() {
                return Err(wrong(at, "'press' belongs to caution and final pages, and they need it".to_owned()));
            }
        }
        self.pages.extend(read.page);
        self.refusals.extend(read.refusal);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_pages_load_and_know_every_role() {
        let pages = Pages::built_in().unwrap();
        for role in Role::ALL {
            assert!(pages.pages.iter().any(|p| p.is == role), "{role:?}");
        }
        assert!(pages.refusals.len() >= 10);
        assert!(pages.pages.iter().all(|p| !p.evidence.is_empty()));
    }

    #[test]
    fn errors_name_file_and_line() {
        for (text, expected) in [
            ("schema = 1\n[[page]]\nis = \"cautoin\"\n", "x.toml:3: unknown variant"),
            ("schema = 2\n", "x.toml:1: only schema 1"),
            ("schema = 1\n[[page]]\nis = \"home\"\nevidence = \"e\"\nall = []\n", "x.toml:5: a page needs"),
            ("schema = 1\n[[page]]\nis = \"home\"\nevidence = \"e\"\nall = [{ text = [\" \"] }]\n", "x.toml:5: a clue"),
            (
                "schema = 1\n[[page]]\nis = \"final\"\nevidence = \"e\"\nall = [{ text = [\"x\"] }]\n",
                "x.toml:5: 'press' belongs",
            ),
            ("schema = 1\n\n[[page]]\nis = \"home\"\ntypo = 1\n", "x.toml:5: unknown field"),
        ] {
            let error = Pages::default().add("x.toml", text).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }

    #[test]
    fn a_file_of_the_same_name_replaces_the_built_in_one() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(Pages::with_folder(folder.path()), Err(PagesError::Empty(_))));
        std::fs::write(folder.path().join("refusals.toml"), "schema = 1\n").unwrap();
        let pages = Pages::with_folder(folder.path()).unwrap();
        assert!(pages.refusals.is_empty() && !pages.pages.is_empty());
    }
}
