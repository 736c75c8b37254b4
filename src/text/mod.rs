//! What people read: every sentence, heading and question of this program, by id, in one folder a language.
//!
//! To change a sentence, search `src/text/en/` for its words. The name in front of it is its id; `say!("id", …)` is where it is
//! said. The files are [Fluent](https://projectfluent.org/fluent/guide/): `{ $name }` is an argument, `{ $phones -> … }` chooses by
//! its number, and `{ phones }` takes in the message `phones`, which gets the same arguments.
//!
//! A second language is a folder beside `en/` with messages of the same ids, and its variant in [`Language`]. What it leaves out is
//! said in English.
//!
//! What phones show (labels, titles of windows, names) is handed in as an argument, in the phone's language. Where a phone can't be
//! read yet, its words stay in the sentence as an English phone shows them, in a translation too.
//!
//! Not here, because no language changes it: JSON keys and CSV headings, the codes of outcomes, reasons and errors, names in JUnit
//! files, the proof and the steps in the record, the marks `error:`, `hint:` and `warning:`, and the words that a person types (`yes`,
//! `all`, `deleted`). The text of `explain` is `docs/codes.md`, the help of an option is its doc comment in `cli::args`, and the `hint`
//! of a screen and the reasons of a refusal are data of `device-profiles/`. For authors of profiles there is English alone: mistakes
//! (`profile::load`, `profile::error`), `profiles show` and `profiles check`, what `learn` drafts, and the manifest of a capture.
//! `tests/it/architecture.rs` lists these places, and fails for a sentence anywhere else.

#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::fmt::Display;
use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

/// The files of a language, compiled in.
macro_rules! files {
    ($folder:literal: $($topic:literal)*) => {
        &[$(include_str!(concat!($folder, "/", $topic, ".ftl"))),*]
    };
}

const ENGLISH: &[&str] = files!(
    "en": "adb" "capture" "cli" "counted" "delete" "fleet" "flow" "journal" "learn"
    "model" "passwords" "phone" "preflight" "record" "records" "report" "reporter" "sign-out"
    "web"
);

/// A language that the program speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English, which has every message.
    English,
    /// Made up for the tests.
    #[cfg(test)]
    MadeUp,
}

impl Language {
    /// Every language.
    pub const ALL: &[Self] = &[
        Self::English,
        #[cfg(test)]
        Self::MadeUp,
    ];

    /// Its code, as a page names it in `lang`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            #[cfg(test)]
            Self::MadeUp => "art",
        }
    }

    fn files(self) -> &'static [&'static str] {
        match self {
            Self::English => ENGLISH,
            #[cfg(test)]
            Self::MadeUp => &[include_str!("made-up.ftl")],
        }
    }

    fn texts(self) -> &'static Texts {
        static ALL: [OnceLock<Texts>; Language::ALL.len()] = [const { OnceLock::new() }; Language::ALL.len()];
        ALL[self as usize].get_or_init(|| Texts::new(self))
    }
}

/// The language that people are spoken to in: the one place where it is chosen.
#[must_use]
pub fn language() -> Language {
    FIXED.get().unwrap_or(Language::English)
}

thread_local! {
    /// What [`in_language`] says it is.
    static FIXED: Cell<Option<Language>> = const { Cell::new(None) };
}

/// Does something in the language of a document, whatever language people are spoken to in: a page is checked by making it again.
pub fn in_language<T>(language: Language, does: impl FnOnce() -> T) -> T {
    let before = FIXED.replace(Some(language));
    let done = does();
    FIXED.set(before);
    done
}

/// The messages of one language.
struct Texts(FluentBundle<FluentResource>);

impl Texts {
    fn new(language: Language) -> Self {
        let mut bundle = FluentBundle::new_concurrent(vec![language.code().parse().unwrap_or_default()]);
        // Marks around each argument, for languages from right to left: a terminal would show them, and who copies a serial
        // would copy them too.
        bundle.set_use_isolating(false);
        for file in language.files() {
            // The tests read every file: what can't be parsed, or is there twice, doesn't get past them.
            let resource = FluentResource::try_new((*file).to_owned()).unwrap_or_else(|(good, _)| good);
            let _ = bundle.add_resource(resource);
        }
        Self(bundle)
    }

    /// The message, if it is here with all that it takes in.
    fn say(&self, id: &str, args: &FluentArgs<'_>) -> Option<String> {
        let pattern = self.0.get_message(id)?.value()?;
        let mut mistakes = Vec::new();
        let said = self.0.format_pattern(pattern, Some(args), &mut mistakes);
        mistakes.is_empty().then(|| said.into_owned())
    }
}

/// The message `id` in the language of [`language`], or else in English. Called by `say!`, whose ids and arguments a test checks
/// against the files; an id without a message is said as it is.
#[must_use]
pub fn message(id: &str, args: &[(&'static str, &dyn Display)]) -> String {
    let args: FluentArgs<'_> = args.iter().map(|(name, value)| (*name, argument(value.to_string()))).collect();
    let said = language().texts().say(id, &args).or_else(|| Language::English.texts().say(id, &args));
    said.unwrap_or_else(|| id.to_owned())
}

/// Whole numbers choose between singular and plural; everything else is a text. Zeros in front belong to a text, and long rows of
/// digits (serials, account ids) would be rounded.
fn argument(text: String) -> FluentValue<'static> {
    let is_whole =
        text.len() <= 15 && text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    match text.parse::<f64>() {
        Ok(number) if is_whole => number.into(),
        _ => text.into(),
    }
}

/// A message: `say!("phone-shows-its-number", serial, number = shown_as(7))`. An argument is anything that can be displayed; a
/// variable of the argument's own name needs no `=`.
macro_rules! say {
    ($id:literal $(, $name:ident $(= $value:expr)?)* $(,)?) => {
        $crate::text::message($id, &[$((stringify!($name), &$crate::text::value!($name $(= $value)?) as &dyn ::std::fmt::Display)),*])
    };
}
pub(crate) use say;

/// The value of one argument of [`say!`].
macro_rules! value {
    ($name:ident) => {
        $name
    };
    ($name:ident = $value:expr) => {
        $value
    };
}
pub(crate) use value;
