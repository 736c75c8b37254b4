//! From the bytes that `uiautomator dump` wrote to a tree. Streaming and without recursion: what comes from a phone may be
//! cut, hostile or something else altogether, and must never end in a panic.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::errors::Error as XmlError;
use quick_xml::events::{BytesStart, Event};

use super::window::in_front;
use super::{Bounds, NodeId, UiNode, UiTree, UiWindow};

/// The longest dump that is read.
pub const MAX_BYTES: usize = 50 * 1024 * 1024;
/// The deepest nesting that is read.
pub const MAX_DEPTH: usize = 10_000;
/// The most nodes that are read.
pub const MAX_NODES: usize = 50_000;

/// Why bytes gave no tree, by what the caller does next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DumpError {
    /// Nothing was written, or a hierarchy without a node: look again.
    #[error("the dump is empty")]
    Empty,
    /// The end is missing: look again.
    #[error("the dump is cut after {nodes} nodes")]
    Cut {
        /// Nodes read before the end.
        nodes: usize,
    },
    /// No hierarchy in it at all; looking again may help where something else was written in its place.
    #[error("this is no dump of a screen")]
    NotADump,
    /// More than this program reads. Looking again does not help.
    #[error("the dump has more than {limit} {what}")]
    TooLarge {
        /// Bytes, levels or nodes.
        what: &'static str,
        /// How many are read.
        limit: usize,
    },
    /// Not well-formed. Looking again does not help.
    #[error("the dump is malformed: {0}")]
    Malformed(String),
}

impl DumpError {
    /// Whether another look may give a tree.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Empty | Self::Cut { .. } | Self::NotADump)
    }
}

impl UiTree {
    /// Reads a dump of one window (`<hierarchy>`) or of all (`<displays>`, from `--windows`), of which the window in front on
    /// display 0 is kept with those that lie over it. Anything before `<?xml` or the root and after its end is left out ("UI hierchary dumped to:
    /// /dev/tty" stands there, and warnings of MIUI).
    ///
    /// # Errors
    /// Where it is empty, cut, not a dump, over a limit or malformed. Never panics.
    pub fn parse(bytes: &[u8]) -> Result<Self, DumpError> {
        if bytes.len() > MAX_BYTES {
            return Err(DumpError::TooLarge { what: "bytes", limit: MAX_BYTES });
        }
        let text = hierarchy_text(bytes)?;
        let mut builder = Builder::default();
        let mut reader = Reader::from_str(text);
        loop {
            match reader.read_event() {
                Ok(Event::Start(start)) => builder.open(&start)?,
                Ok(Event::Empty(start)) => {
                    builder.open(&start)?;
                    builder.close(start.name().as_ref());
                }
                Ok(Event::End(end)) => builder.close(end.name().as_ref()),
                Ok(Event::DocType(_)) => return Err(DumpError::Malformed("it has a document type".to_owned())),
                // A syntax error is an element or a comment that never ends.
                Ok(Event::Eof) | Err(XmlError::Syntax(_)) => return Err(builder.cut()),
                Ok(_) => {}
                Err(other) => return Err(DumpError::Malformed(other.to_string())),
            }
            if builder.done {
                return builder.finish();
            }
        }
    }
}

/// The part that is XML, as text.
fn hierarchy_text(bytes: &[u8]) -> Result<&str, DumpError> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(DumpError::Empty);
    }
    let find = |needle: &[u8]| bytes.windows(needle.len()).position(|w| w == needle);
    let one = find(b"<hierarchy");
    // Only what stands before the first hierarchy can be its root.
    let head = &bytes[..one.unwrap_or(bytes.len())];
    let all = head.windows(9).position(|w| w == b"<displays");
    let (root, end_tag): (_, &[u8]) = match all {
        Some(all) => (Some(all), b"</displays>"),
        None => (one, b"</hierarchy>"),
    };
    let start = match (find(b"<?xml"), root) {
        (Some(a), Some(b)) => a.min(b),
        (None, Some(b)) => b,
        // A declaration and nothing else is a dump that was cut.
        (Some(_), None) => return Err(DumpError::Cut { nodes: 0 }),
        (None, None) => return Err(DumpError::NotADump),
    };
    let end = bytes.windows(end_tag.len()).rposition(|w| w == end_tag).map_or(bytes.len(), |at| at + end_tag.len());
    let part = bytes.get(start..end).ok_or(DumpError::NotADump)?;
    if part.contains(&0) {
        return Err(DumpError::Malformed("it holds a NUL".to_owned()));
    }
    match std::str::from_utf8(part) {
        Ok(text) => Ok(text),
        // No length: the last character is not complete.
        Err(e) if e.error_len().is_none() => Err(DumpError::Cut { nodes: 0 }),
        Err(e) => Err(DumpError::Malformed(format!("it is not UTF-8 at byte {}", e.valid_up_to()))),
    }
}

/// The most windows that are read.
const MAX_WINDOWS: usize = 1_000;

/// What stands around an element.
struct Level {
    root: bool,
    window: bool,
    node: bool,
}

/// The tree while it grows.
#[derive(Default)]
struct Builder {
    nodes: Vec<UiNode>,
    /// Open elements; `None` is one that is no node.
    open: Vec<Option<NodeId>>,
    /// The display and the windows around the element at hand; a window may hold others.
    display: i32,
    around: Vec<UiWindow>,
    windows: Vec<UiWindow>,
    /// The root is `displays`.
    whole: bool,
    in_hierarchy: bool,
    size: Option<(i32, i32)>,
    rotation: u8,
    done: bool,
}

impl Builder {
    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), DumpError> {
        let name = start.name();
        if self.open.len() > MAX_DEPTH {
            return Err(DumpError::TooLarge { what: "levels", limit: MAX_DEPTH });
        }
        let level = Level { root: self.open.is_empty(), window: !self.around.is_empty(), node: self.in_hierarchy };
        match (name.as_ref(), level) {
            (b"node", Level { node: true, .. }) => return self.node(start),
            (b"hierarchy", Level { root: true, .. }) => {
                self.size = hierarchy_size(start)?;
                self.rotation = hierarchy_rotation(start)?;
                self.in_hierarchy = true;
            }
            (b"hierarchy", Level { window: true, node: false, .. }) => {
                if let Some(window) = self.around.last_mut() {
                    window.nodes = self.nodes.len()..self.nodes.len();
                }
                self.rotation = hierarchy_rotation(start)?;
                self.in_hierarchy = true;
            }
            (b"displays", Level { root: true, .. }) => self.whole = true,
            (b"display", Level { root: false, window: false, node: false }) => self.display = display_id(start)?,
            (b"window", Level { root: false, node: false, .. }) => {
                if self.windows.len() + self.around.len() >= MAX_WINDOWS {
                    return Err(DumpError::TooLarge { what: "windows", limit: MAX_WINDOWS });
                }
                self.around.push(read_window(start, self.display)?);
            }
            (_, Level { root: true, .. }) => return Err(DumpError::NotADump),
            (other, _) => {
                return Err(DumpError::Malformed(format!("an element <{}>", String::from_utf8_lossy(other))));
            }
        }
        self.open.push(None);
        Ok(())
    }

    fn node(&mut self, start: &BytesStart<'_>) -> Result<(), DumpError> {
        if self.nodes.len() >= MAX_NODES {
            return Err(DumpError::TooLarge { what: "nodes", limit: MAX_NODES });
        }
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        let mut node = read_node(start)?;
        node.parent = self.open.last().copied().flatten();
        if let Some(parent) = node.parent.and_then(|p| self.nodes.get_mut(p.at())) {
            parent.children.push(id);
        }
        self.nodes.push(node);
        self.open.push(Some(id));
        Ok(())
    }

    fn close(&mut self, name: &[u8]) {
        self.open.pop();
        match name {
            b"hierarchy" => {
                self.in_hierarchy = false;
                if let Some(window) = self.around.last_mut() {
                    window.nodes.end = self.nodes.len();
                }
            }
            b"window" => self.windows.extend(self.around.pop()),
            _ => {}
        }
        self.done = self.open.is_empty();
    }

    fn cut(&self) -> DumpError {
        DumpError::Cut { nodes: self.nodes.len() }
    }

    fn finish(self) -> Result<UiTree, DumpError> {
        let (windows, nodes) = if self.whole { in_front(self.windows, self.nodes) } else { (Vec::new(), self.nodes) };
        if nodes.is_empty() {
            return Err(DumpError::Empty);
        }
        Ok(UiTree::of(nodes, windows, self.size).turned(self.rotation))
    }
}

/// `width` and `height` of the hierarchy, which some servers write.
fn hierarchy_size(start: &BytesStart<'_>) -> Result<Option<(i32, i32)>, DumpError> {
    let (mut width, mut height) = (None, None);
    each_attribute(start, |key, value| {
        match key {
            "width" => width = value.parse().ok(),
            "height" => height = value.parse().ok(),
            _ => {}
        }
        Ok(())
    })?;
    Ok(width.zip(height))
}

/// `rotation` of the hierarchy in quarters; 0 where it says nothing.
fn hierarchy_rotation(start: &BytesStart<'_>) -> Result<u8, DumpError> {
    let mut rotation = 0;
    each_attribute(start, |key, value| {
        if key == "rotation" {
            rotation = value.parse().unwrap_or(0);
        }
        Ok(())
    })?;
    Ok(rotation)
}

fn display_id(start: &BytesStart<'_>) -> Result<i32, DumpError> {
    let mut id = None;
    each_attribute(start, |key, value| {
        if key == "id" {
            id = value.parse().ok();
        }
        Ok(())
    })?;
    id.ok_or_else(|| DumpError::Malformed("a display without a number".to_owned()))
}

fn read_window(start: &BytesStart<'_>, display: i32) -> Result<UiWindow, DumpError> {
    let mut window = UiWindow { display, ..UiWindow::default() };
    each_attribute(start, |key, value| {
        match key {
            "title" => window.title = value.into_owned(),
            "bounds" => window.bounds = read_bounds(&value)?,
            "active" => window.active = value == "true",
            "focused" => window.focused = value == "true",
            "layer" => window.layer = value.parse().unwrap_or(0),
            "type" => window.kind = value.parse().unwrap_or(0),
            _ => {}
        }
        Ok(())
    })?;
    Ok(window)
}

/// A text that was not set before.
fn once(before: &str, value: Cow<'_, str>) -> Result<String, DumpError> {
    if before.is_empty() {
        Ok(value.into_owned())
    } else {
        Err(DumpError::Malformed("an attribute stands twice".to_owned()))
    }
}

fn read_bounds(value: &str) -> Result<Bounds, DumpError> {
    Bounds::parse(value).ok_or_else(|| DumpError::Malformed(format!("bounds {value:?}")))
}

fn read_node(start: &BytesStart<'_>) -> Result<UiNode, DumpError> {
    let mut node = UiNode::default();
    each_attribute(start, |key, value| {
        let yes = value == "true";
        match key {
            "index" => node.index = value.parse().unwrap_or(0),
            "text" => node.text = once(&node.text, value)?,
            "resource-id" => node.id = once(&node.id, value)?,
            "class" => node.class = once(&node.class, value)?,
            "package" => node.package = once(&node.package, value)?,
            "content-desc" => node.content_desc = once(&node.content_desc, value)?,
            "hint" => node.hint = once(&node.hint, value)?,
            "checkable" => node.checkable = yes,
            "checked" => node.checked = yes,
            "clickable" => node.clickable = yes,
            "enabled" => node.enabled = yes,
            "focusable" => node.focusable = yes,
            "focused" => node.focused = yes,
            "scrollable" => node.scrollable = yes,
            "long-clickable" => node.long_clickable = yes,
            "password" => node.password = yes,
            "selected" => node.selected = yes,
            "NAF" => node.naf = yes,
            "bounds" => node.bounds = read_bounds(&value)?,
            _ => {}
        }
        Ok(())
    })?;
    node.finish();
    Ok(node)
}

/// Calls `each` with every attribute, its value unescaped.
///
/// A screen has tens of thousands of attributes, and the XML reader's own list of them takes most of the time that reading a dump takes.
/// What stands twice is checked where the attributes are taken.
fn each_attribute(
    start: &BytesStart<'_>,
    mut each: impl FnMut(&str, Cow<'_, str>) -> Result<(), DumpError>,
) -> Result<(), DumpError> {
    let malformed = |what: &str| DumpError::Malformed(format!("an attribute {what}"));
    let raw = std::str::from_utf8(start.attributes_raw()).map_err(|e| DumpError::Malformed(e.to_string()))?;
    let mut rest = raw.trim_ascii_start();
    while !rest.is_empty() {
        let (key, after) = rest.split_once('=').ok_or_else(|| malformed("without a value"))?;
        let after = after.trim_ascii_start();
        let quote =
            after.chars().next().filter(|c| matches!(c, '"' | '\'')).ok_or_else(|| malformed("without quotes"))?;
        let (value, behind) = after[1..].split_once(quote).ok_or_else(|| malformed("that does not end"))?;
        each(key.trim_ascii_end(), unescape(value)?)?;
        rest = behind.trim_ascii_start();
    }
    Ok(())
}

/// Resolves `&amp;` and `&#10;`. Old Android versions write an emoji as two references, one for each half of its UTF-16 form,
/// which is not well-formed XML; so this is done here and not by the XML reader.
fn unescape(value: &str) -> Result<Cow<'_, str>, DumpError> {
    if !value.contains('&') {
        return Ok(Cow::Borrowed(value));
    }
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    let mut high: Option<u16> = None;
    while let Some(at) = rest.find('&') {
        if at > 0 && high.take().is_some() {
            out.push(char::REPLACEMENT_CHARACTER);
        }
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let end = after.find(';').ok_or_else(|| bad_reference(after))?;
        let unit = code_point(&after[..end])?;
        match (high.take(), u16::try_from(unit).ok()) {
            (Some(first), Some(second)) if (0xDC00..0xE000).contains(&second) => {
                out.extend(char::decode_utf16([first, second]).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
            }
            (earlier, unit16) => {
                if earlier.is_some() {
                    out.push(char::REPLACEMENT_CHARACTER);
                }
                match (unit16.filter(|u| (0xD800..0xDC00).contains(u)), char::from_u32(unit)) {
                    (Some(first), _) => high = Some(first),
                    (None, other) => out.push(other.unwrap_or(char::REPLACEMENT_CHARACTER)),
                }
            }
        }
        rest = &after[end + 1..];
    }
    if high.is_some() {
        out.push(char::REPLACEMENT_CHARACTER);
    }
    out.push_str(rest);
    Ok(Cow::Owned(out))
}

/// The number behind a reference's name.
fn code_point(name: &str) -> Result<u32, DumpError> {
    let code = match name {
        "amp" => Some(u32::from('&')),
        "lt" => Some(u32::from('<')),
        "gt" => Some(u32::from('>')),
        "quot" => Some(u32::from('"')),
        "apos" => Some(u32::from('\'')),
        _ => name.strip_prefix('#').and_then(|number| match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => number.parse().ok(),
        }),
    };
    code.filter(|c| *c != 0).ok_or_else(|| bad_reference(name))
}

fn bad_reference(name: &str) -> DumpError {
    DumpError::Malformed(format!("the reference &{}", name.chars().take(12).collect::<String>()))
}
