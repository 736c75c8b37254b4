//! Screens in the form of real dumps, for the profile tests: old and new attributes, any language.

use std::fmt::Write as _;

/// One node under the root; all are siblings.
#[derive(Clone, Debug, Default)]
pub struct Node {
    pub class: &'static str,
    pub id: String,
    pub text: String,
    pub package: &'static str,
    pub password: bool,
    pub clickable: bool,
    /// Inside the page's WebView.
    pub web: bool,
}

impl Node {
    pub fn text(text: &str) -> Self {
        Self {
            class: "android.widget.TextView",
            text: text.to_owned(),
            package: "com.xiaomi.account",
            ..Self::default()
        }
    }
    pub fn button(text: &str) -> Self {
        Self { class: "android.widget.Button", clickable: true, ..Self::text(text) }
    }
    pub fn field(text: &str) -> Self {
        Self { class: "android.widget.EditText", clickable: true, ..Self::text(text) }
    }
    pub fn id(self, id: &str) -> Self {
        let id = if id.contains(':') { id.to_owned() } else { format!("com.xiaomi.account:id/{id}") };
        Self { id, ..self }
    }
    pub fn of(self, package: &'static str) -> Self {
        Self { package, ..self }
    }
    pub fn password(self) -> Self {
        Self { password: true, ..self }
    }
    pub fn web(self) -> Self {
        Self { web: true, ..self }
    }
}

/// How a dump is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Text and no hint.
    Old,
    /// `drawing-order` and `hint` after the bounds.
    New,
    /// Buttons carry their words in content-desc only, as one real MIUI page does.
    DescOnly,
}

pub const FORMATS: [Format; 3] = [Format::Old, Format::New, Format::DescOnly];

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;").replace('\n', "&#10;")
}

/// The dump of a page with these nodes, 1080 x 2400.
pub fn dump(nodes: &[Node], format: Format) -> String {
    let mut xml = String::from("<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><hierarchy rotation=\"0\">");
    let package = nodes.first().map_or("com.xiaomi.account", |n| n.package);
    let group = |xml: &mut String, class: &str, web: bool| {
        let _ = write!(
            xml,
            "<node index=\"0\" text=\"\" resource-id=\"\" class=\"{class}\" package=\"{package}\" content-desc=\"\" clickable=\"false\" enabled=\"true\" password=\"false\" bounds=\"[0,0][1080,2400]\">"
        );
        for (i, node) in nodes.iter().enumerate().filter(|(_, n)| n.web == web) {
            one(xml, node, i, format);
        }
    };
    group(&mut xml, "android.widget.FrameLayout", false);
    if nodes.iter().any(|n| n.web) {
        group(&mut xml, "android.webkit.WebView", true);
        xml.push_str("</node>");
    }
    xml.push_str("</node></hierarchy>");
    xml
}

fn one(xml: &mut String, node: &Node, index: usize, format: Format) {
    let top = 100 + index * 110;
    let in_desc = format == Format::DescOnly && node.class.ends_with("Button");
    let (text, desc) = if in_desc { (String::new(), escape(&node.text)) } else { (escape(&node.text), String::new()) };
    let _ = write!(
        xml,
        "<node index=\"{index}\" text=\"{text}\" resource-id=\"{}\" class=\"{}\" package=\"{}\" content-desc=\"{desc}\" checkable=\"false\" checked=\"false\" clickable=\"{}\" enabled=\"true\" focusable=\"{}\" focused=\"false\" scrollable=\"false\" long-clickable=\"false\" password=\"{}\" selected=\"false\" bounds=\"[40,{top}][1040,{}]\"",
        node.id,
        node.class,
        node.package,
        node.clickable,
        node.clickable,
        node.password,
        top + 100
    );
    if format == Format::New {
        let _ = write!(xml, " drawing-order=\"{index}\" hint=\"\"");
    }
    xml.push_str(" />");
}
