//! Single actions of a reaction.

use crate::model::{Key, Opening};
use crate::ui::Selector;

/// One thing to do on a screen. No action holds what is typed into a password field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Tap what the selector points at.
    Tap {
        /// What.
        target: Selector,
        /// Scroll to find it.
        scroll: Option<Scroll>,
    },
    /// Type the account's password into the field, then look again: the keyboard moves what is below.
    Type {
        /// The field.
        into: Selector,
    },
    /// Submit the password that was typed into its field.
    Submit {
        /// The button.
        tap: Selector,
    },
    /// Press a key.
    Key(Key),
    /// Open a page.
    Open(Opening),
    /// Type plain words, no secret.
    Words {
        /// Which.
        words: Words,
        /// The field.
        into: Selector,
    },
}

impl Action {
    /// The action in words, for events and logs. Never holds what is typed.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Tap { target, .. } => format!("tap {}", target.describe()),
            Self::Type { .. } => "type password".to_owned(),
            Self::Submit { .. } => "submit password".to_owned(),
            Self::Key(key) => format!("press {}", key.as_str()),
            Self::Open(open) => format!("open {}", open.describe()),
            Self::Words { words, .. } => format!("search for {}", words.name),
        }
    }

    /// The selector whose node the action needs, where it needs one.
    #[must_use]
    pub fn target(&self) -> Option<&Selector> {
        match self {
            Self::Tap { target, .. } => Some(target),
            Self::Type { into } | Self::Words { into, .. } => Some(into),
            Self::Submit { tap } => Some(tap),
            Self::Key(_) | Self::Open(_) => None,
        }
    }
}

/// Scroll until the target is there, or until scrolling no longer changes the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scroll {
    /// Which way the view moves over its content.
    pub direction: Direction,
    /// How often at most.
    pub max: u32,
}

/// Which way to scroll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Towards the end: the finger moves up.
    Down,
    /// Towards the beginning: the finger moves down.
    Up,
}

/// Plain words to type, by language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// Name for people: the label's, or the words.
    pub name: String,
    /// Android's language qualifier (`en`, `zh-rCN`; empty where the words are the same in all) and text.
    pub texts: Vec<(String, String)>,
}

impl Words {
    /// The texts that `input text` can type (printable ASCII), best first for a phone's locale (`ru-RU`): its own language, then
    /// English, then any. Within a language they stay in their order.
    #[must_use]
    pub fn typeable(&self, locale: &str) -> Vec<&str> {
        let language = locale.split(['-', '_']).next().unwrap_or("");
        let rank = |lang: &str| match lang.split("-r").next().unwrap_or(lang) {
            _ if lang.is_empty() => 0,
            l if l == language => 0,
            "en" => 1,
            _ => 2,
        };
        let ascii = |t: &str| !t.is_empty() && t.bytes().all(|b| (0x20..0x7f).contains(&b));
        let mut texts: Vec<(u8, &str)> =
            self.texts.iter().filter(|(_, t)| ascii(t)).map(|(l, t)| (rank(l), t.as_str())).collect();
        texts.sort_by_key(|(rank, _)| *rank);
        let mut seen = Vec::new();
        for (_, text) in texts {
            if !seen.contains(&text) {
                seen.push(text);
            }
        }
        seen
    }
}
