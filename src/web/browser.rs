//! The port to a browser: a few verbs. Knows no pages and no driver.

use super::snapshot::{Handle, Snapshot};

use crate::text::say;

/// A browser window or tab, by the driver's name for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowId(pub String);

/// A browser that a person sits at. Blocking; it never types.
pub trait Browser {
    /// Begins to load an address in the present window.
    ///
    /// # Errors
    /// See [`BrowserError`].
    fn open(&mut self, url: &str) -> Result<(), BrowserError>;

    /// Takes the whole picture of the present page, in one call.
    ///
    /// # Errors
    /// See [`BrowserError`].
    fn snapshot(&mut self) -> Result<Snapshot, BrowserError>;

    /// Presses something found in the latest look, once, as a person would: a covered or vanished thing is an error.
    ///
    /// # Errors
    /// See [`BrowserError`].
    fn press(&mut self, handle: &Handle) -> Result<(), BrowserError>;

    /// The open windows, oldest first.
    ///
    /// # Errors
    /// See [`BrowserError`].
    fn windows(&mut self) -> Result<Vec<WindowId>, BrowserError>;

    /// Looks at another window from now on.
    ///
    /// # Errors
    /// See [`BrowserError`].
    fn switch(&mut self, window: &WindowId) -> Result<(), BrowserError>;
}

/// What went wrong, by what the walk does next. No text of a driver is kept: it may quote the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BrowserError {
    /// The page changed under the call, or is between two pages: look again.
    #[error("{}", say!("page-changed"))]
    Again,
    /// The browser did not answer in time: it may be loading a page that does not come.
    #[error("{}", say!("browser-does-not-answer-yet"))]
    Slow,
    /// A dialog of the browser is open, which the person answers.
    #[error("{}", say!("dialog-is-open-in-browser"))]
    Dialog,
    /// The present window is gone; others may be there.
    #[error("{}", say!("window-was-closed"))]
    WindowGone,
    /// The browser is gone.
    #[error("{}", say!("browser-was-closed"))]
    Gone,
}
