//! The text of an attribute.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A text of a node: a class, an id, what is shown. The rows of a list repeat most of theirs, so equal texts of a dump share one
/// place in memory, and an empty one has none.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeText(Option<Arc<str>>);

impl NodeText {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }

    /// Where it is in memory, for as long as it lives there; 0 for an empty one. Texts at one place are equal.
    pub(super) fn place(&self) -> usize {
        self.0.as_ref().map_or(0, |shared| Arc::as_ptr(shared).cast::<u8>() as usize)
    }
}

impl Deref for NodeText {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl From<&str> for NodeText {
    fn from(text: &str) -> Self {
        Self((!text.is_empty()).then(|| text.into()))
    }
}

impl From<String> for NodeText {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl PartialEq<str> for NodeText {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for NodeText {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl PartialEq<String> for NodeText {
    fn eq(&self, other: &String) -> bool {
        self.as_str() == other
    }
}

impl fmt::Debug for NodeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

impl fmt::Display for NodeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

/// Texts that were made last, so that an equal one need not be made again. Its size is fixed, whatever a phone sends.
pub(super) struct Recent(Vec<NodeText>);

impl Recent {
    /// A power of two.
    const SIZE: usize = 512;

    pub(super) fn new() -> Self {
        Self(vec![NodeText::default(); Self::SIZE])
    }

    /// The text, shared with an earlier one where there was one.
    pub(super) fn share(&mut self, text: &str) -> NodeText {
        if text.is_empty() {
            return NodeText::default();
        }
        let slot = &mut self.0[Self::slot(text.as_bytes())];
        if slot.as_str() != text {
            *slot = text.into();
        }
        slot.clone()
    }

    /// From the length and the last bytes: beginnings such as `com.xiaomi.account:id/` are all the same.
    fn slot(text: &[u8]) -> usize {
        let end = match text.last_chunk::<8>() {
            Some(end) => u64::from_le_bytes(*end),
            None => text.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
        };
        let mixed = (end ^ text.len() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (mixed >> 32) as usize % Self::SIZE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_share_a_place_and_others_do_not() {
        let mut recent = Recent::new();
        let texts =
            ["android.widget.TextView", "x", "Sign out", "Sign  out", "登出", "com.miui.securitycenter:id/title"];
        for text in texts {
            let (one, two) = (recent.share(text), recent.share(text));
            assert_eq!(one, *text);
            assert_eq!(one.place(), two.place());
            assert_eq!(one.to_string(), text);
        }
        assert_eq!(recent.share(""), NodeText::default());
        assert_eq!(NodeText::from("").place(), 0);
        // Two texts that take turns in one slot stay themselves.
        for n in 0..Recent::SIZE * 4 {
            assert_eq!(recent.share(&format!("row {n}")), format!("row {n}"));
        }
    }
}
