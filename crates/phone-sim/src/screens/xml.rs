//! A page as the file that the phone's `uiautomator dump` writes.

use std::fmt::Write as _;

use super::node::Node;
use crate::spec::DumpFormat;

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

/// One window, as `uiautomator dump --windows` lists it.
#[derive(Debug)]
pub struct Window {
    /// Its display.
    pub display: u32,
    /// Its title.
    pub title: String,
    /// Its tree.
    pub root: Node,
    /// Whether a plain dump would show it.
    pub active: bool,
    /// Its place above the others.
    pub layer: u32,
    /// `AccessibilityWindowInfo`'s type: 1 application, 2 input method, 3 system.
    pub kind: u32,
}

/// The file of `uiautomator dump --windows`: every window of every display.
#[must_use]
pub fn write_windows(windows: &[Window], format: DumpFormat) -> String {
    let mut out = String::from("<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><displays>");
    let mut displays: Vec<u32> = windows.iter().map(|w| w.display).collect();
    displays.sort_unstable();
    displays.dedup();
    for display in displays {
        let _ = write!(out, "<display id=\"{display}\">");
        for (index, window) in windows.iter().filter(|w| w.display == display).enumerate() {
            let bounds = window.root.bounds;
            let _ = write!(out, "<window index=\"{index}\"");
            for (name, value) in [
                ("id", (10 + index).to_string()),
                ("title", window.title.clone()),
                ("bounds", format!("[{},{}][{},{}]", bounds.left, bounds.top, bounds.right, bounds.bottom)),
                ("active", window.active.to_string()),
                ("type", window.kind.to_string()),
                ("layer", window.layer.to_string()),
                ("accessibility-focused", "false".to_owned()),
                ("focused", window.active.to_string()),
            ] {
                attribute(&mut out, name, &value);
            }
            out.push_str("><hierarchy rotation=\"0\">");
            node(&mut out, &window.root, 0, format);
            out.push_str("</hierarchy></window>");
        }
        out.push_str("</display>");
    }
    out.push_str("</displays>");
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
