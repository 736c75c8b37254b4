//! One node of a dump.

use std::ops::Range;

use super::{Bounds, NodeText, text};

/// A node's place in its [`super::UiTree`]; of use in that tree only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(super) u32);

impl NodeId {
    pub(super) fn at(self) -> usize {
        self.0 as usize
    }
}

/// One view, as `uiautomator dump` writes it. `drawing-order` is left out: nothing here needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "a dump's node is a row of flags")]
pub struct UiNode {
    /// `index` among its siblings.
    pub index: u32,
    /// `text`. The text of a filled password field is kept as dots of the same number, whatever the dump showed.
    pub text: NodeText,
    /// `resource-id`, for example `com.xiaomi.account:id/logout_btn`; empty where there is none.
    pub id: NodeText,
    /// `class`.
    pub class: NodeText,
    /// `package`.
    pub package: NodeText,
    /// `content-desc`.
    pub content_desc: NodeText,
    /// `hint`, which only newer Android versions write.
    pub hint: NodeText,
    /// `checkable`.
    pub checkable: bool,
    /// `checked`.
    pub checked: bool,
    /// `clickable`.
    pub clickable: bool,
    /// `enabled`; true where the dump does not say.
    pub enabled: bool,
    /// `focusable`.
    pub focusable: bool,
    /// `focused`.
    pub focused: bool,
    /// `scrollable`.
    pub scrollable: bool,
    /// `long-clickable`.
    pub long_clickable: bool,
    /// `password`.
    pub password: bool,
    /// `selected`.
    pub selected: bool,
    /// `NAF`: uiautomator's own mark for a clickable node that has no text.
    pub naf: bool,
    /// `bounds`.
    pub bounds: Bounds,
    pub(super) parent: Option<NodeId>,
    /// Places of the nodes within it, which follow it in document order.
    pub(super) within: Range<u32>,
}

impl Default for UiNode {
    fn default() -> Self {
        Self {
            index: 0,
            text: NodeText::default(),
            id: NodeText::default(),
            class: NodeText::default(),
            package: NodeText::default(),
            content_desc: NodeText::default(),
            hint: NodeText::default(),
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
            bounds: Bounds::default(),
            parent: None,
            within: 0..0,
        }
    }
}

/// Characters that Android and web pages show in place of a typed one.
const MASKS: &[char] = &['•', '●', '∙', '·', '*', '＊', '⦁', '⚫'];

impl UiNode {
    /// Its parent, where it is not a root.
    #[must_use]
    pub fn parent(&self) -> Option<NodeId> {
        self.parent
    }

    /// Whether no node is within it.
    #[must_use]
    pub fn is_leaf(&self) -> bool {
        self.within.is_empty()
    }

    /// Whether the field is filled: its text is not empty, and is not its hint. In a password field the text has to
    /// look typed: an older Android writes the hint as text and has no `hint` attribute to tell them apart.
    #[must_use]
    pub fn filled(&self) -> bool {
        if self.text.is_empty() || text::normalise(&self.text) == text::normalise(&self.hint) {
            return false;
        }
        !self.password || !self.hint.is_empty() || looks_masked(&self.text)
    }

    /// How many characters a password field holds; `None` for any other node.
    #[must_use]
    pub fn masked_len(&self) -> Option<usize> {
        self.password.then(|| if self.filled() { self.text.chars().count() } else { 0 })
    }

    /// Hides what a password field shows. Call it once all attributes are set.
    pub(super) fn finish(&mut self) {
        if self.password && self.filled() {
            // The character typed last can be in clear for a moment, and some settings show all of them.
            self.text = "•".repeat(self.text.chars().count()).into();
        }
    }

    /// Whether its text or its content-desc shows more than spaces and marks.
    pub(super) fn says_something(&self) -> bool {
        [&self.text, &self.content_desc].into_iter().any(|shown| !text::normalise(shown).is_empty())
    }
}

/// All characters but at most the last are mask characters.
fn looks_masked(text: &str) -> bool {
    let count = text.chars().count();
    text.chars().take(count.saturating_sub(1).max(1)).all(|c| MASKS.contains(&c)) || count == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_is_not_a_password() {
        for (text, hint, len) in [
            ("", "", 0),
            ("", "Enter password", 0),
            ("Enter password", "Enter password", 0),
            ("Enter password", "", 0),
            ("••••", "", 4),
            ("•••d", "", 4),
            ("d", "", 1),
            ("shown in clear", "Enter password", 14),
        ] {
            let mut node = UiNode { password: true, text: text.into(), hint: hint.into(), ..UiNode::default() };
            node.finish();
            assert_eq!(node.masked_len(), Some(len), "{text:?} {hint:?}");
            assert!(len == 0 || node.text.chars().all(|c| c == '•'), "{text:?} is not hidden");
        }
        assert_eq!(UiNode::default().masked_len(), None);
    }
}
