//! The tag of a node: all that a dump consists of, but for a few lines around it.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memchr;

use super::{DumpError, read_bounds};
use crate::ui::node_text::Recent;
use crate::ui::{Bounds, NodeId, UiNode};

/// A node as its tag writes it, nothing of it copied yet.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "a dump's node is a row of flags")]
pub(super) struct Tag<'t> {
    index: u32,
    text: &'t str,
    id: &'t str,
    class: &'t str,
    package: &'t str,
    content_desc: &'t str,
    hint: &'t str,
    checkable: bool,
    checked: bool,
    clickable: bool,
    enabled: bool,
    focusable: bool,
    focused: bool,
    scrollable: bool,
    long_clickable: bool,
    password: bool,
    selected: bool,
    naf: bool,
    bounds: Bounds,
}

impl Tag<'_> {
    /// A tag that says nothing.
    const EMPTY: Self = Self {
        index: 0,
        text: "",
        id: "",
        class: "",
        package: "",
        content_desc: "",
        hint: "",
        checkable: false,
        checked: false,
        clickable: false,
        enabled: true,
        focusable: false,
        focused: false,
        scrollable: false,
        long_clickable: false,
        password: false,
        selected: false,
        naf: false,
        bounds: Bounds { left: 0, top: 0, right: 0, bottom: 0 },
    };
}

/// Takes a text that was not set before.
fn once<'t>(before: &mut &'t str, value: &'t str) -> Result<(), DumpError> {
    if !before.is_empty() {
        return Err(DumpError::Malformed("an attribute stands twice".to_owned()));
    }
    *before = value;
    Ok(())
}

impl<'t> Tag<'t> {
    /// What these attributes say, which may be written in any form that XML allows.
    pub(super) fn of(attributes: &'t [(&str, Cow<'_, str>)]) -> Result<Self, DumpError> {
        let mut tag = Self::EMPTY;
        for (key, value) in attributes {
            let yes = value == "true";
            match *key {
                "index" => tag.index = value.parse().unwrap_or(0),
                "text" => once(&mut tag.text, value)?,
                "resource-id" => once(&mut tag.id, value)?,
                "class" => once(&mut tag.class, value)?,
                "package" => once(&mut tag.package, value)?,
                "content-desc" => once(&mut tag.content_desc, value)?,
                "hint" => once(&mut tag.hint, value)?,
                "checkable" => tag.checkable = yes,
                "checked" => tag.checked = yes,
                "clickable" => tag.clickable = yes,
                "enabled" => tag.enabled = yes,
                "focusable" => tag.focusable = yes,
                "focused" => tag.focused = yes,
                "scrollable" => tag.scrollable = yes,
                "long-clickable" => tag.long_clickable = yes,
                "password" => tag.password = yes,
                "selected" => tag.selected = yes,
                "NAF" => tag.naf = yes,
                "bounds" => tag.bounds = read_bounds(value)?,
                _ => {}
            }
        }
        Ok(tag)
    }

    /// Reads a whole tag in the one form that uiautomator writes: its own attributes, double quotes, one space before each, no
    /// references. Also tells whether the tag closes itself, and its length. `None` for any other tag, and for one with a mistake:
    /// [`Tag::of`] reads those.
    ///
    /// A page of 2,000 nodes is 800 KB and has 36,000 attributes. Asked in the order in which they are written, nearly all of
    /// them are where they are expected, and cost a comparison of a few bytes.
    #[inline]
    pub(super) fn plain(text: &'t str) -> Option<(Self, bool, usize)> {
        let mut tag = Self::EMPTY;
        let mut cursor = Cursor { text, at: 0 };
        if !cursor.takes(b"<node") {
            return None;
        }
        loop {
            let before = cursor.at;
            if cursor.takes(b" NAF=\"") {
                tag.naf = cursor.flag()?;
            }
            if cursor.takes(b" index=\"") {
                tag.index = cursor.value()?.parse().unwrap_or(0);
            }
            cursor.text(b" text=\"", &mut tag.text)?;
            cursor.text(b" resource-id=\"", &mut tag.id)?;
            cursor.text(b" class=\"", &mut tag.class)?;
            cursor.text(b" package=\"", &mut tag.package)?;
            cursor.text(b" content-desc=\"", &mut tag.content_desc)?;
            if cursor.takes(b" checkable=\"") {
                tag.checkable = cursor.flag()?;
            }
            if cursor.takes(b" checked=\"") {
                tag.checked = cursor.flag()?;
            }
            if cursor.takes(b" clickable=\"") {
                tag.clickable = cursor.flag()?;
            }
            if cursor.takes(b" enabled=\"") {
                tag.enabled = cursor.flag()?;
            }
            if cursor.takes(b" focusable=\"") {
                tag.focusable = cursor.flag()?;
            }
            if cursor.takes(b" focused=\"") {
                tag.focused = cursor.flag()?;
            }
            if cursor.takes(b" scrollable=\"") {
                tag.scrollable = cursor.flag()?;
            }
            if cursor.takes(b" long-clickable=\"") {
                tag.long_clickable = cursor.flag()?;
            }
            if cursor.takes(b" password=\"") {
                tag.password = cursor.flag()?;
            }
            if cursor.takes(b" selected=\"") {
                tag.selected = cursor.flag()?;
            }
            if cursor.takes(b" visible-to-user=\"") {
                cursor.value()?;
            }
            if cursor.takes(b" bounds=\"") {
                tag.bounds = Bounds::parse(cursor.value()?)?;
            }
            if cursor.takes(b" drawing-order=\"") {
                cursor.value()?;
            }
            cursor.text(b" hint=\"", &mut tag.hint)?;
            if cursor.takes(b" display-id=\"") {
                cursor.value()?;
            }
            if cursor.at == before {
                break;
            }
        }
        let _ = cursor.takes(b" ");
        let is_empty = cursor.takes(b"/");
        let is_whole = cursor.takes(b">") && memchr(b'&', &text.as_bytes()[..cursor.at]).is_none();
        is_whole.then_some((tag, is_empty, cursor.at))
    }

    /// The node with its descendants. Hides what a password field shows, which never was among the shared texts.
    #[inline]
    pub(super) fn into_node(self, parent: Option<NodeId>, within: Range<u32>, recent: &mut Recent) -> UiNode {
        let mut node = UiNode {
            index: self.index,
            text: if self.password { self.text.into() } else { recent.share(self.text) },
            id: recent.share(self.id),
            class: recent.share(self.class),
            package: recent.share(self.package),
            content_desc: recent.share(self.content_desc),
            hint: recent.share(self.hint),
            checkable: self.checkable,
            checked: self.checked,
            clickable: self.clickable,
            enabled: self.enabled,
            focusable: self.focusable,
            focused: self.focused,
            scrollable: self.scrollable,
            long_clickable: self.long_clickable,
            password: self.password,
            selected: self.selected,
            naf: self.naf,
            bounds: self.bounds,
            parent,
            within,
        };
        node.finish();
        node
    }
}

/// A place in a tag.
struct Cursor<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Cursor<'t> {
    /// Steps over these bytes where they come next.
    #[inline]
    fn takes<const N: usize>(&mut self, next: &[u8; N]) -> bool {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let is_next = rest.first_chunk() == Some(next);
        if is_next {
            self.at += N;
        }
        is_next
    }

    /// The value that begins here, and steps behind its quote.
    #[inline]
    fn value(&mut self) -> Option<&'t str> {
        let rest = self.text.get(self.at..)?;
        let end = memchr(b'"', rest.as_bytes())?;
        self.at += end + 1;
        rest.get(..end)
    }

    #[inline]
    fn flag(&mut self) -> Option<bool> {
        if self.takes(b"false\"") {
            return Some(false);
        }
        self.value().map(|value| value == "true")
    }

    /// Takes a text where this attribute comes next. `None` where it has one already, or does not end.
    #[inline]
    fn text<const N: usize>(&mut self, attribute: &[u8; N], text: &mut &'t str) -> Option<()> {
        if !self.takes(attribute) {
            return Some(());
        }
        // Most texts are empty.
        let value = if self.takes(b"\"") { "" } else { self.value()? };
        once(text, value).ok()
    }
}
