//! The owner at the terminal, and what the walk tells them.

use std::fmt;

/// What the walk asks of the terminal. Blocking; the person in the browser is not behind this port.
pub trait Person {
    /// Is told what happens.
    fn tell(&mut self, news: &News);

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
        f.write_str(match self {
            Self::Caution => "Read Xiaomi's caution in the browser. Then press Enter here to have the box ticked and the first Delete pressed (it deletes nothing yet), or do both in the browser.",
            Self::Refused => "Read the page in the browser. Press Enter here to close the browser.",
            Self::DeletedOrKept => "This program cannot see how it ends. When you know, type: deleted or kept?",
        })
    }
}

/// One thing worth a line. No address beyond host and path, no digits of the page but an id's last four.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
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

impl fmt::Display for News {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Opening(place) => write!(f, "open: {place}"),
            Self::YourTurn(turn) => write!(f, "your turn: {turn}"),
            Self::Did(act) => write!(f, "done for you: {act}"),
            Self::Caution(Some(last)) => write!(f, "caution: the page speaks of the account that ends in {last}"),
            Self::Caution(None) => f.write_str("caution: the page names the losses"),
            Self::Loading => f.write_str("the page is still loading; waiting for it (Ctrl-C ends this)"),
            Self::Refused(reasons) => {
                f.write_str("Refused: Xiaomi does not delete this account now. Nothing was deleted.")?;
                for reason in reasons {
                    write!(f, "\n  - {}: {}", reason.what, reason.remedy)?;
                }
                if reasons.is_empty() {
                    f.write_str("\n  The page gives no reason that mi-signout knows. Read it in the browser, or ask Xiaomi's customer service.")?;
                }
                Ok(())
            }
            Self::NewWindow => f.write_str("a new window was opened and is followed"),
            Self::NotPressing(why) => write!(f, "the last Delete is left to you: {why}"),
            Self::Watching => f.write_str("watching what follows; it is not pressed again"),
        }
    }
}

impl fmt::Display for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SignIn => f.write_str("sign in, in the browser; this program does not see what you type"),
            Self::Captcha => f.write_str("solve the picture, in the browser"),
            Self::Verify => f.write_str("verification: ask for the code and type it, in the browser"),
            Self::Caution => f.write_str("tick the box and press Delete, in the browser"),
            Self::LastDelete => f.write_str("last Delete: press it in the browser to delete for good, or close the window to keep the account"),
            Self::UnknownPage(place, title) => {
                write!(f, "mi-signout does not know this page, go on by hand: {place} \"{title}\"")
            }
            Self::NoSuchAccount => f.write_str("Xiaomi says that there is no such account: look whether it is spelt right; if it is, it is gone, and you can close the window"),
            Self::SaysDeleted => f.write_str("the page says that the account is deleted, but this program saw no last question: check that it means your account"),
            Self::HomeAfterLastQuestion => f.write_str("the account's own page is shown. Xiaomi may still be working: check in the browser whether the account was deleted"),
            Self::Dialog => f.write_str("answer the dialog in the browser"),
        }
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ticked => "ticked the box",
            Self::FirstDelete => "pressed the first Delete",
            Self::LastDelete => "pressed the last Delete, once",
        })
    }
}

impl fmt::Display for WhyNot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotVerified => "no verification was seen after the caution",
            Self::NoId => "the page does not show the id of the account that the caution showed",
            Self::NoButton => "the page has not exactly one such button that is on",
            Self::Missed => "the page changed under the press, so it did not count. Press it yourself",
            Self::PageChanged => "the page changed meanwhile",
        })
    }
}
