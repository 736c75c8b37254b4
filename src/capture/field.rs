//! Text fields: whatever a person types into one is theirs, and a field that may hold a password is left empty in every record.
//!
//! Android marks a password field as one only while it hides its text. A field that the eye beside it has opened is known by its
//! name, by its hint, or by its place.

use super::mask::Known;
use crate::ui::{UiNode, UiTree};

/// What the ids of password fields hold, in lower case: `input_pwd_view`, `et_password`.
const NAMES: [&str; 3] = ["pwd", "passw", "passcode"];

/// Whether a person can type into it.
pub(super) fn is_field(node: &UiNode) -> bool {
    node.password || node.class.contains("EditText") || node.class.ends_with("AutoCompleteTextView")
}

/// Whether it is a password field, also one whose text is shown in clear. Fields of a web page have no name: each may be one.
pub(super) fn may_hold_password(tree: &UiTree, node: &UiNode, known: &Known) -> bool {
    if node.password || !is_field(node) {
        return node.password;
    }
    let name = node.id.rsplit('/').next().unwrap_or_default().to_lowercase();
    let asks = |text: &str| known.asks_password(text);
    NAMES.iter().any(|word| name.contains(word))
        || asks(&node.hint)
        || asks(&node.text)
        || asks(&node.content_desc)
        || is_on_web_page(tree, node)
}

/// Whether a field that may hold a password is filled with something other than its hint.
pub(super) fn is_typed_in(node: &UiNode, known: &Known) -> bool {
    // Where the dump has no hint, an empty field shows its hint as text; a password field that hides its text tells them apart.
    node.filled() && (node.password || !known.stays(&node.text))
}

fn is_on_web_page(tree: &UiTree, node: &UiNode) -> bool {
    let above = |node: &UiNode| node.parent().and_then(|id| tree.node(id));
    std::iter::successors(above(node), |node| above(node)).any(|around| around.class.ends_with("WebView"))
}
