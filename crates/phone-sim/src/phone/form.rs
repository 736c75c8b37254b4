//! What a person has done to the page in front: typed, scrolled, put the focus somewhere; and the error that it shows.

use crate::screens::{Field, Typed};

/// The state of the page in front, and of the fields of all pages.
#[derive(Debug, Default)]
pub(super) struct Form {
    typed: Typed,
    focus: Option<Field>,
    keyboard: bool,
    scroll: i32,
    scroll_below: i32,
    note: Option<&'static str>,
    dialled: String,
}

impl Form {
    /// A page without focus, keyboard, scroll or error. What was typed stays.
    pub(super) fn fresh(&mut self) {
        self.focus = None;
        self.keyboard = false;
        self.scroll = 0;
        self.note = None;
    }

    /// The text of the fields.
    pub(super) fn typed(&self) -> &Typed {
        &self.typed
    }

    /// The field that has the focus.
    pub(super) fn focus(&self) -> Option<Field> {
        self.focus
    }

    /// Whether the keyboard is up.
    pub(super) fn keyboard(&self) -> bool {
        self.keyboard
    }

    /// How far the page is scrolled, in pixels.
    pub(super) fn scroll(&self) -> i32 {
        self.scroll
    }

    /// How far the page is scrolled that a sign-out's pages lie over, in pixels.
    pub(super) fn scroll_below(&self) -> i32 {
        self.scroll_below
    }

    /// Text resource of the error on the page.
    pub(super) fn note(&self) -> Option<&'static str> {
        self.note
    }

    /// The number in the dialer.
    pub(super) fn dialled(&self) -> &str {
        &self.dialled
    }

    /// Characters come at the end of a field.
    pub(super) fn append(&mut self, field: Field, characters: impl Iterator<Item = char>) {
        self.typed.field(field).extend(characters);
    }

    /// The last character of a field goes.
    pub(super) fn delete(&mut self, field: Field) {
        self.typed.field(field).pop();
    }

    /// A field holds this now.
    pub(super) fn fill(&mut self, field: Field, text: &str) {
        text.clone_into(self.typed.field(field));
    }

    /// All fields are empty.
    pub(super) fn forget(&mut self) {
        self.typed = Typed::default();
    }

    /// The fields for passwords are empty.
    pub(super) fn wipe_passwords(&mut self) {
        self.typed.password.clear();
        self.typed.web.clear();
    }

    /// A field gets the focus.
    pub(super) fn set_focus(&mut self, field: Field) {
        self.focus = Some(field);
    }

    /// The keyboard comes up or goes.
    pub(super) fn set_keyboard(&mut self, up: bool) {
        self.keyboard = up;
    }

    /// The page is scrolled to a place, in pixels. Gives whether it moved.
    pub(super) fn scroll_to(&mut self, scroll: i32) -> bool {
        std::mem::replace(&mut self.scroll, scroll) != scroll
    }

    /// Another page lies over this one from now on, which keeps its place.
    pub(super) fn keep_scroll(&mut self) {
        self.scroll_below = self.scroll;
    }

    /// The page shows an error, or none.
    pub(super) fn set_note(&mut self, note: Option<&'static str>) {
        self.note = note;
    }

    /// The dialer shows a number.
    pub(super) fn dial(&mut self, number: String) {
        self.dialled = number;
    }
}
