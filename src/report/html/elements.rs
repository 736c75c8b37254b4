//! The parts of the page and its cards: tables, facts and escaped text.

use std::fmt::Write;

use chrono::{DateTime, Utc};

use crate::model::printable;

/// The head of a table.
pub(super) fn table(page: &mut String, attributes: &str, names: &[String]) {
    let _ = write!(page, "<div class=\"wide\"><table {attributes}>\n<thead><tr>");
    for name in names {
        let _ = write!(page, "<th>{}</th>", escape(name));
    }
    *page += "</tr></thead>\n<tbody>\n";
}

/// A name and its value in a `dl`.
pub(super) fn fact(page: &mut String, name: &str, value: &str) {
    let _ = writeln!(page, "<div><dt>{}</dt><dd>{}</dd></div>", escape(name), escape(value));
}

/// A hash, which may break anywhere.
pub(super) fn hash(page: &mut String, name: &str, value: &str) {
    let _ =
        writeln!(page, "<div class=\"hash\"><dt>{}</dt><dd><code>{}</code></dd></div>", escape(name), escape(value));
}

pub(super) fn or_dash(value: Option<&String>) -> &str {
    value.map_or("—", String::as_str)
}

pub(super) fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// The text, cleaned and escaped for HTML, in texts and in attributes.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in printable(text).chars() {
        match c {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            '\'' => safe += "&#39;",
            c => safe.push(c),
        }
    }
    safe
}
