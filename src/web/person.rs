//! The owner at the terminal, and what the walk tells them.

use std::fmt;

use crate::text::say;

/// What the walk asks of the terminal. Blocking; the person in the browser is not behind this port.
pub trait Person {
    /// Is told what happens.
    fn notify(&mut self, notice: &Notice);

    /// Asks for these words before the last Delete is pressed. True only where they were typed exactly, on a terminal.
    fn consents(&mut self, words: &str) -> bool;

    /// Puts a question to the owner, and does not wait for the answer. What was typed before it is no answer to it.
    fn ask(&mut self, question: Question);

    /// The line that was typed since the latest question; none where there is none yet.
    fn answered(&mut self) -> Option<String>;

    /// Waits a little before the next look. False where the person wants the walk to end (Ctrl-C).
    fn goes_on(&mut self) -> bool;
}

/// A question that stays open while the browser is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Whether the owner has read the caution.
    Caution,
    /// Whether the owner has read why Xiaomi refuses.
    Refused,
    /// How it ended, where this program can't see it.
    DeletedOrKept,
}

impl Question {
    /// What a typed line means: for [`Question::DeletedOrKept`] whether it was deleted, else go on. None where it is no answer.
    #[must_use]
    pub fn answer(self, line: &str) -> Option<bool> {
        match (self, line.trim().trim_matches('"').to_lowercase().as_str()) {
            (Self::Caution, "") | (Self::Refused, _) | (Self::DeletedOrKept, "deleted") => Some(true),
            (Self::DeletedOrKept, "kept" | "not deleted") => Some(false),
            _ => None,
        }
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Self::Caution => say!("ask-to-read-the-caution"),
            Self::Refused => say!("ask-to-read-the-page"),
            Self::DeletedOrKept => say!("ask-how-it-ended"),
        })
    }
}

/// One thing worth a line. No address beyond host and path, no digits of the page but an id's last four.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The deletion page is being opened, at this host and path.
    Opening(String),
    /// It is the person's turn, in the browser.
    YourTurn(Turn),
    /// This program did something.
    Did(Act),
    /// The losses and the box are shown; the last four digits of the account's id, where the page shows them.
    Caution(Option<String>),
    /// The page does not show yet.
    Loading,
    /// Xiaomi does not delete the account now, for these reasons.
    Refused(Vec<super::Refusal>),
    /// A new window is followed.
    NewWindow,
    /// Why this program does not press the last Delete although it was asked to.
    NotPressing(WhyNot),
    /// The last Delete was pressed by this program; what follows is watched.
    Watching,
}

/// What the person has to do in the browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Sign in.
    SignIn,
    /// Solve the picture.
    Captcha,
    /// Ask for the code and type it.
    Verify,
    /// Tick the box and press the first Delete: this program could not.
    Caution,
    /// Press the last Delete, or not.
    LastDelete,
    /// Carry on by hand on a page that is not known: its host and path, and its title.
    UnknownPage(String, String),
    /// The sign-in page says that there is no such account: mistyped, or deleted already.
    NoSuchAccount,
    /// A page says that the account is deleted, without a last question that this program saw.
    SaysDeleted,
    /// The account's own page is shown after the last question.
    HomeAfterLastQuestion,
    /// Answer a dialog of the browser.
    Dialog,
}

/// What this program did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Ticked the box of the caution.
    Ticked,
    /// Pressed the first Delete.
    FirstDelete,
    /// Pressed the last Delete.
    LastDelete,
}

/// Why the last Delete is left to the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyNot {
    /// No code was asked for after the caution, in this session.
    NotVerified,
    /// The page shows no account id, or not the one that the caution showed.
    NoId,
    /// The page has no such button, several, or one that is off.
    NoButton,
    /// The page changed while the words were typed.
    PageChanged,
    /// The page changed under the press.
    Missed,
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Opening(place) => f.write_str(&say!("opening", place)),
            Self::YourTurn(turn) => f.write_str(&say!("your-turn", turn)),
            Self::Did(act) => f.write_str(&say!("done-for-you", act)),
            Self::Caution(Some(last)) => f.write_str(&say!("caution-of-account", last)),
            Self::Caution(None) => f.write_str(&say!("caution-names-the-losses")),
            Self::Loading => f.write_str(&say!("page-is-still-loading")),
            Self::Refused(reasons) => {
                f.write_str(&say!("deletion-is-refused"))?;
                for reason in reasons {
                    write!(f, "\n  - {}: {}", reason.what, reason.remedy)?;
                }
                if reasons.is_empty() {
                    f.write_str(&say!("page-gives-no-reason"))?;
                }
                Ok(())
            }
            Self::NewWindow => f.write_str(&say!("new-window-is-followed")),
            Self::NotPressing(why) => f.write_str(&say!("last-delete-is-left-to-you", why)),
            Self::Watching => f.write_str(&say!("watching-what-follows")),
        }
    }
}

impl fmt::Display for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SignIn => f.write_str(&say!("turn-sign-in")),
            Self::Captcha => f.write_str(&say!("turn-solve-the-picture")),
            Self::Verify => f.write_str(&say!("turn-verify")),
            Self::Caution => f.write_str(&say!("turn-tick-the-box")),
            Self::LastDelete => f.write_str(&say!("turn-last-delete")),
            Self::UnknownPage(place, title) => f.write_str(&say!("turn-unknown-page", place, title)),
            Self::NoSuchAccount => f.write_str(&say!("turn-no-such-account")),
            Self::SaysDeleted => f.write_str(&say!("turn-page-says-deleted")),
            Self::HomeAfterLastQuestion => f.write_str(&say!("turn-accounts-own-page")),
            Self::Dialog => f.write_str(&say!("turn-answer-the-dialog")),
        }
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Self::Ticked => say!("did-tick-the-box"),
            Self::FirstDelete => say!("did-press-first-delete"),
            Self::LastDelete => say!("did-press-last-delete"),
        })
    }
}

impl fmt::Display for WhyNot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Self::NotVerified => say!("not-verified"),
            Self::NoId => say!("page-does-not-show-the-id"),
            Self::NoButton => say!("page-has-not-one-button"),
            Self::Missed => say!("page-changed-under-press"),
            Self::PageChanged => say!("page-changed-meanwhile"),
        })
    }
}
