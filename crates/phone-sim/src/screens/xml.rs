//! A page as the file that the phone's `uiautomator dump` writes.

use std::fmt::Write as _;

use super::node::Node;
use crate::phone::DumpFormat;

/// The whole file: one line, the top nodes in order.
#[must_use]
pub fn write(roots: &[Node], format: DumpFormat) -> String {
    let mut out = String::from("<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><hierarchy rotation=\"0\">");
    for (index, root) in roots.iter().enumerate() {
        node(&mut out, root, index, format);
    }
    out.push_str("</hierarchy>");
    out
}

/// The tree without the nodes that mean nothing to accessibility: their children take their place.
#[must_use]
pub fn compressed(mut root: Node) -> Node {
    root.children = root.children.into_iter().flat_map(important).collect();
    root
}

fn important(node: Node) -> Vec<Node> {
    let node = compressed(node);
    let keep = node.clickable || node.scrollable || node.focusable || !node.text.is_empty() || !node.desc.is_empty();
    if keep { vec![node] } else { node.children }
}

fn node(out: &mut String, node: &Node, index: usize, format: DumpFormat) {
    out.push_str("<node");
    if not_accessible(node) {
        out.push_str(" NAF=\"true\"");
    }
    let bounds = format!("[{},{}][{},{}]", node.bounds.left, node.bounds.top, node.bounds.right, node.bounds.bottom);
    let flag = |on: bool| if on { "true" } else { "false" };
    let index_text = index.to_string();
    for (name, value) in [
        ("index", index_text.as_str()),
        ("text", &node.text),
        ("resource-id", &node.id),
        ("class", &node.class),
        ("package", &node.package),
        ("content-desc", &node.desc),
        ("checkable", flag(node.checkable)),
        ("checked", "false"),
        ("clickable", flag(node.clickable)),
        ("enabled", flag(!node.disabled)),
        ("focusable", flag(node.focusable)),
        ("focused", flag(node.focused)),
        ("scrollable", flag(node.scrollable)),
        ("long-clickable", flag(node.class.ends_with("EditText"))),
        ("password", flag(node.password)),
        ("selected", "false"),
        ("bounds", &bounds),
    ] {
        attribute(out, name, value);
    }
    if format == DumpFormat::New {
        attribute(out, "drawing-order", &(index + 1).to_string());
        attribute(out, "hint", &node.hint);
    }
    if node.children.is_empty() {
        out.push_str(" />");
        return;
    }
    out.push('>');
    for (index, child) in node.children.iter().enumerate() {
        self::node(out, child, index, format);
    }
    out.push_str("</node>");
}

/// "Not accessibility friendly": it takes taps, and neither it nor anything in it says what it is.
fn not_accessible(node: &Node) -> bool {
    node.clickable && !node.disabled && node.all().iter().all(|n| n.text.is_empty() && n.desc.is_empty())
}

/// One attribute, escaped as Android's serialiser does.
fn attribute(out: &mut String, name: &str, value: &str) {
    let _ = write!(out, " {name}=\"");
    if !value.contains(|c: char| c < ' ' || "&<>\"".contains(c)) {
        out.push_str(value);
        out.push('"');
        return;
    }
    for c in value.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c < ' ' => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
