//! A tree, masked and written as a dump again.

use std::fmt::Write as _;

use super::field;
use super::mask::{Kind, Known};
use crate::ui::text::normalise;
use crate::ui::{Bounds, NodeId, UiNode, UiTree};

/// One text that was masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Masked {
    /// The node's place in document order, from 0.
    pub node: usize,
    /// The node's resource id, maybe empty.
    pub id: String,
    /// The attribute: `text`, `content-desc`, `hint`.
    pub attribute: &'static str,
    /// What it looked like.
    pub kind: Kind,
    /// How many characters it has.
    pub chars: usize,
}

/// A tree without anything that identifies a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MaskedTree {
    /// As a dump.
    pub xml: String,
    /// What was masked in it.
    pub masked: Vec<Masked>,
    /// Where the masked texts stand on the screen.
    pub over: Vec<Bounds>,
    /// Where nothing but known texts stands.
    pub known: Vec<Bounds>,
}

/// What a node shows after masking.
struct Shown {
    text: String,
    desc: String,
    hint: String,
}

/// Replaces any text that was typed into a field: its length and its marks are private too.
const TYPED: &str = "xxxx";

/// What stands for anything in a password field, where it is marked at all.
pub const FILLED: &str = "••••";

/// Masks a tree. Ids, classes and bounds stay, so that it is recognised as before; a field that may hold a password loses its text.
#[must_use]
pub fn masked(tree: &UiTree, known: &Known) -> MaskedTree {
    masked_as(tree, known, false)
}

/// The same, but a filled password field shows [`FILLED`], whatever it is and however long: a record of several
/// screens tells by it when the password was typed.
#[must_use]
pub fn masked_with_marks(tree: &UiTree, known: &Known) -> MaskedTree {
    masked_as(tree, known, true)
}

fn masked_as(tree: &UiTree, known: &Known, marks: bool) -> MaskedTree {
    let mut out = MaskedTree::default();
    let (width, height) = tree.display();
    out.xml = format!(
        "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<hierarchy rotation=\"0\" width=\"{width}\" height=\"{height}\">\n"
    );
    let mut open: Vec<NodeId> = Vec::new();
    for (place, (id, node)) in tree.nodes().enumerate() {
        while !open.is_empty() && open.last().copied() != node.parent() {
            open.pop();
            out.xml.push_str("</node>\n");
        }
        let before = out.masked.len();
        let secret = field::may_hold_password(tree, node, known);
        let mark = if marks && field::is_typed_in(node, known) { FILLED } else { "" };
        let shown = shown(place, node, known, &mut out.masked, secret.then_some(mark));
        let is_masked = out.masked.len() > before;
        if is_masked || secret {
            out.over.push(node.bounds);
        } else if shows_known_words(node, height) {
            out.known.push(node.bounds);
        }
        write_node(&mut out.xml, node, &shown, known);
        open.push(id);
    }
    out.xml.push_str(&"</node>\n".repeat(open.len()));
    out.xml.push_str("</hierarchy>\n");
    out
}

/// Whether the node draws its text and nothing else: no picture, no page, no container.
fn shows_known_words(node: &UiNode, height: u32) -> bool {
    let drawn = ["TextView", "Button", "View"].iter().any(|end| node.class.ends_with(end));
    let other = ["WebView", "ImageView", "SurfaceView", "TextureView"].iter().any(|end| node.class.ends_with(end));
    drawn && !other && !node.text.is_empty() && node.is_leaf() && node.bounds.height() * 6 <= height
}

fn shown(place: usize, node: &UiNode, known: &Known, list: &mut Vec<Masked>, secret: Option<&str>) -> Shown {
    let mut one = |attribute: &'static str, text: &str| {
        let Some((masked, kind)) = known.masked(text) else { return text.to_owned() };
        list.push(Masked { node: place, id: known.name(&node.id), attribute, kind, chars: text.chars().count() });
        masked
    };
    let text = match secret {
        Some(mark) => mark.to_owned(),
        None if field::is_field(node) && !known.stays(&node.text) => {
            one("text", &node.text);
            TYPED.to_owned()
        }
        None => one("text", &node.text),
    };
    let desc = one("content-desc", &node.content_desc);
    let mut hint = one("hint", &node.hint);
    let same = |a: &str, b: &str| normalise(a) == normalise(b);
    // A masked text may come to look like its hint: then the field would look empty.
    if same(&text, &hint) && !same(&node.text, &node.hint) {
        hint = hint.replace(['x', 'X'], "y");
        if same(&text, &hint) {
            hint.clear();
        }
    }
    Shown { text, desc, hint }
}

fn write_node(xml: &mut String, node: &UiNode, shown: &Shown, known: &Known) {
    let _ = write!(xml, "<node index=\"{}\"", node.index);
    if node.naf {
        xml.push_str(" NAF=\"true\"");
    }
    for (key, value) in [
        ("text", &shown.text),
        ("resource-id", &known.name(&node.id)),
        ("class", &known.name(&node.class)),
        ("package", &known.name(&node.package)),
        ("content-desc", &shown.desc),
    ] {
        let _ = write!(xml, " {key}=\"{}\"", escape(value));
    }
    for (key, flag) in [
        ("checkable", node.checkable),
        ("checked", node.checked),
        ("clickable", node.clickable),
        ("enabled", node.enabled),
        ("focusable", node.focusable),
        ("focused", node.focused),
        ("scrollable", node.scrollable),
        ("long-clickable", node.long_clickable),
        ("password", node.password),
        ("selected", node.selected),
    ] {
        let _ = write!(xml, " {key}=\"{flag}\"");
    }
    if !shown.hint.is_empty() {
        let _ = write!(xml, " hint=\"{}\"", escape(&shown.hint));
    }
    let b = node.bounds;
    let _ = writeln!(xml, " bounds=\"[{},{}][{},{}]\">", b.left, b.top, b.right, b.bottom);
}

/// An attribute's value. Characters that XML does not allow become dots, as in Android's own dumps.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\r' => out.push_str("&#13;"),
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => out.push('.'),
            c => out.push(c),
        }
    }
    out
}
