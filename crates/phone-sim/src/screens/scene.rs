//! What a page is drawn from, and what a drawn page is.

use super::act::{Field, Typed};
use super::node::{Node, Rect};
use crate::labels;
use crate::spec::PhoneSpec;

/// Everything that a page is drawn from.
#[derive(Clone, Debug)]
pub struct Scene<'a> {
    /// The phone.
    pub spec: &'a PhoneSpec,
    /// The account, where one is signed in.
    pub account: Option<&'a str>,
    /// The text of the fields.
    pub typed: &'a Typed,
    /// The field that has the focus.
    pub focus: Option<Field>,
    /// Whether the keyboard is up.
    pub keyboard: bool,
    /// How far the page is scrolled, in pixels.
    pub scroll: i32,
    /// The number in the dialer.
    pub dialled: &'a str,
    /// Text resource of an error on the page.
    pub note: Option<&'static str>,
    /// Whether a web page has not shown anything of itself to a screen reader yet.
    pub loading: bool,
}

impl Scene<'_> {
    /// A text in the phone's language and generation.
    #[must_use]
    pub fn text(&self, resource: &str) -> String {
        let made_up = self.spec.app_generation.and_then(|app| app.text(resource, &self.spec.language));
        made_up.unwrap_or_else(|| labels::text(resource, &self.spec.language, self.spec.generation))
    }

    /// Density-independent units to pixels: a phone's screen is 360 units wide, a tablet's is wider, and each at least 640 high.
    #[must_use]
    pub fn px(&self, units: i32) -> i32 {
        units * self.width().min(self.height() * 9 / 16) / 360
    }

    /// Width in pixels.
    #[must_use]
    pub fn width(&self) -> i32 {
        self.spec.size.0.cast_signed()
    }

    /// Height in pixels.
    #[must_use]
    pub fn height(&self) -> i32 {
        self.spec.size.1.cast_signed()
    }

    /// Where the keyboard is, while it is up.
    #[must_use]
    pub fn keyboard_area(&self) -> Option<Rect> {
        let top = self.height() - self.px(270);
        (self.keyboard && self.focus.is_some()).then(|| Rect {
            left: 0,
            top,
            right: self.width(),
            bottom: self.height(),
        })
    }

    /// The lowest line that a page can use.
    #[must_use]
    pub fn floor(&self) -> i32 {
        self.keyboard_area().map_or(self.height(), |k| k.top)
    }
}

/// One page as drawn: the active window and what belongs to it.
#[derive(Clone, Debug)]
pub struct Drawing {
    /// The active window's tree.
    pub root: Node,
    /// The focused activity, `package/class`.
    pub activity: String,
    /// How far the page can be scrolled, in pixels.
    pub scroll_max: i32,
    /// Whether something on it moves, so that it never idles.
    pub moves: bool,
    /// Whether a picture of it is black.
    pub secure: bool,
    /// Where the keyboard is, while it is up.
    pub keyboard: Option<Rect>,
}
