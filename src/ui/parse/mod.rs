//! From the bytes that `uiautomator dump` wrote to a tree. Streaming and without recursion: what comes from a phone may be
//! cut, hostile or something else altogether, and must never end in a panic.

mod attributes;
mod tag;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use memchr::memmem;
use quick_xml::Reader;
use quick_xml::errors::Error as XmlError;
use quick_xml::events::{BytesStart, Event};

use super::node_text::Recent;
use super::window::in_front;
use super::{Bounds, NodeId, UiNode, UiTree, UiWindow};
use attributes::attributes;
use tag::Tag;

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
    /// Reads a dump of one window (`<hierarchy>`) or of all (`<displays>`, from `--windows`), of which the window in front on display 0
    /// is kept with those that lie over it. Skips anything before `<?xml` or the root and after its end: "UI hierchary dumped to:
    /// /dev/tty", and warnings of MIUI.
    ///
    /// # Errors
    /// Where it is empty, cut, not a dump, over a limit or malformed. Never panics.
    pub fn parse(bytes: &[u8]) -> Result<Self, DumpError> {
        read(bytes, true)
    }
}

/// Reads a dump: the tags of its nodes by hand where they are in the usual form, everything else with the XML reader. Tests compare
/// that with the XML reader alone.
fn read(bytes: &[u8], by_hand: bool) -> Result<UiTree, DumpError> {
    if bytes.len() > MAX_BYTES {
        return Err(DumpError::TooLarge { what: "bytes", limit: MAX_BYTES });
    }
    let text = hierarchy_text(bytes)?;
    let mut builder = Builder::new(text.len());
    let mut at = 0;
    while !builder.done {
        let rest = text.get(at..).unwrap_or_default();
        let plain = if by_hand { builder.plain_tags(rest)? } else { 0 };
        at += plain + builder.event(&rest[plain..])?;
    }
    builder.finish()
}

/// The part that is XML, as text.
fn hierarchy_text(bytes: &[u8]) -> Result<&str, DumpError> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(DumpError::Empty);
    }
    let one = memmem::find(bytes, b"<hierarchy");
    // Only what stands before the first hierarchy can be its root.
    let head = &bytes[..one.unwrap_or(bytes.len())];
    let all = memmem::find(head, b"<displays");
    let (root, end_tag): (_, &[u8]) = match all {
        Some(all) => (Some(all), b"</displays>"),
        None => (one, b"</hierarchy>"),
    };
    let start = match (memmem::find(bytes, b"<?xml"), root) {
        (Some(a), Some(b)) => a.min(b),
        (None, Some(b)) => b,
        // A declaration and nothing else is a dump that was cut.
        (Some(_), None) => return Err(DumpError::Cut { nodes: 0 }),
        (None, None) => return Err(DumpError::NotADump),
    };
    let end = memmem::rfind(bytes, end_tag).map_or(bytes.len(), |at| at + end_tag.len());
    let part = bytes.get(start..end).ok_or(DumpError::NotADump)?;
    if memchr::memchr(0, part).is_some() {
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

/// An element that has not ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Displays,
    Display,
    Window,
    Hierarchy,
    Node(NodeId),
}

impl Open {
    fn name(self) -> &'static str {
        match self {
            Self::Displays => "displays",
            Self::Display => "display",
            Self::Window => "window",
            Self::Hierarchy => "hierarchy",
            Self::Node(_) => "node",
        }
    }
}

/// A usual tag has so many bytes and more.
const USUAL_TAG: usize = 256;

/// The tree while it grows.
struct Builder {
    nodes: Vec<UiNode>,
    texts: Recent,
    open: Vec<Open>,
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
    fn new(bytes: usize) -> Self {
        Self {
            nodes: Vec::with_capacity((bytes / USUAL_TAG).min(MAX_NODES)),
            texts: Recent::new(),
            open: Vec::new(),
            display: 0,
            around: Vec::new(),
            windows: Vec::new(),
            whole: false,
            in_hierarchy: false,
            size: None,
            rotation: 0,
            done: false,
        }
    }

    /// Reads tags of nodes in their usual form, and how many bytes they are.
    fn plain_tags(&mut self, text: &str) -> Result<usize, DumpError> {
        let mut at = 0;
        while self.in_hierarchy {
            let rest = text[at..].trim_ascii_start();
            let start = text.len() - rest.len();
            if let (true, Some(Open::Node(id))) = (rest.starts_with("</node>"), self.open.last()) {
                self.close_node(*id);
                at = start + "</node>".len();
            } else if let Some((tag, is_empty, length)) = Tag::plain(rest) {
                let id = self.node(tag)?;
                if is_empty {
                    self.close_node(id);
                }
                at = start + length;
            } else {
                break;
            }
        }
        Ok(at)
    }

    /// Reads what comes next with the XML reader, and how many bytes it is.
    fn event(&mut self, text: &str) -> Result<usize, DumpError> {
        let mut reader = Reader::from_str(text);
        // It sees one event only: which end belongs to which start is known here.
        reader.config_mut().check_end_names = false;
        reader.config_mut().allow_unmatched_ends = true;
        match reader.read_event() {
            Ok(Event::Start(start)) => self.open(&start)?,
            Ok(Event::Empty(start)) => {
                self.open(&start)?;
                self.close(start.name().as_ref())?;
            }
            Ok(Event::End(end)) => self.close(end.name().as_ref())?,
            Ok(Event::DocType(_)) => return Err(DumpError::Malformed("it has a document type".to_owned())),
            // A syntax error is an element or a comment that never ends.
            Ok(Event::Eof) | Err(XmlError::Syntax(_)) => return Err(self.cut()),
            Ok(_) => {}
            Err(other) => return Err(DumpError::Malformed(other.to_string())),
        }
        Ok(usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX))
    }

    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), DumpError> {
        let name = start.name();
        let attributes = || attributes(start.attributes_raw());
        let level = Level { root: self.open.is_empty(), window: !self.around.is_empty(), node: self.in_hierarchy };
        let open = match (name.as_ref(), level) {
            (b"node", Level { node: true, .. }) => {
                self.node(Tag::of(&attributes()?)?)?;
                return Ok(());
            }
            (b"hierarchy", Level { root: true, .. }) => {
                let attributes = attributes()?;
                self.size = hierarchy_size(&attributes);
                self.rotation = hierarchy_rotation(&attributes);
                self.in_hierarchy = true;
                Open::Hierarchy
            }
            (b"hierarchy", Level { window: true, node: false, .. }) => {
                if let Some(window) = self.around.last_mut() {
                    window.nodes = self.nodes.len()..self.nodes.len();
                }
                self.rotation = hierarchy_rotation(&attributes()?);
                self.in_hierarchy = true;
                Open::Hierarchy
            }
            (b"displays", Level { root: true, .. }) => {
                self.whole = true;
                Open::Displays
            }
            (b"display", Level { root: false, window: false, node: false }) => {
                self.display = display_id(&attributes()?)?;
                Open::Display
            }
            (b"window", Level { root: false, node: false, .. }) => {
                if self.windows.len() + self.around.len() >= MAX_WINDOWS {
                    return Err(DumpError::TooLarge { what: "windows", limit: MAX_WINDOWS });
                }
                self.around.push(read_window(&attributes()?, self.display)?);
                Open::Window
            }
            (_, Level { root: true, .. }) => return Err(DumpError::NotADump),
            (other, _) => {
                return Err(DumpError::Malformed(format!("an element <{}>", String::from_utf8_lossy(other))));
            }
        };
        self.push(open)
    }

    fn push(&mut self, open: Open) -> Result<(), DumpError> {
        if self.open.len() > MAX_DEPTH {
            return Err(DumpError::TooLarge { what: "levels", limit: MAX_DEPTH });
        }
        self.open.push(open);
        Ok(())
    }

    fn node(&mut self, tag: Tag<'_>) -> Result<NodeId, DumpError> {
        if self.nodes.len() >= MAX_NODES {
            return Err(DumpError::TooLarge { what: "nodes", limit: MAX_NODES });
        }
        let number = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        let parent = match self.open.last() {
            Some(Open::Node(parent)) => Some(*parent),
            _ => None,
        };
        self.push(Open::Node(NodeId(number)))?;
        self.nodes.push(tag.into_node(parent, number + 1..number + 1, &mut self.texts));
        Ok(NodeId(number))
    }

    fn close_node(&mut self, id: NodeId) {
        self.open.pop();
        let end = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        if let Some(node) = self.nodes.get_mut(id.at()) {
            node.within.end = end;
        }
    }

    fn close(&mut self, name: &[u8]) -> Result<(), DumpError> {
        let is_its = |open: &Open| open.name().as_bytes() == name;
        match self.open.last().copied().filter(is_its) {
            None => {
                let name = String::from_utf8_lossy(name);
                return Err(DumpError::Malformed(format!("an end </{name}> without its beginning")));
            }
            Some(Open::Node(id)) => {
                self.close_node(id);
                return Ok(());
            }
            Some(Open::Hierarchy) => {
                self.in_hierarchy = false;
                if let Some(window) = self.around.last_mut() {
                    window.nodes.end = self.nodes.len();
                }
            }
            Some(Open::Window) => self.windows.extend(self.around.pop()),
            Some(Open::Displays | Open::Display) => {}
        }
        self.open.pop();
        self.done = self.open.is_empty();
        Ok(())
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
fn hierarchy_size(attributes: &[(&str, Cow<'_, str>)]) -> Option<(i32, i32)> {
    let number = |name: &str| last(attributes, name)?.parse().ok();
    number("width").zip(number("height"))
}

/// `rotation` of the hierarchy in quarters; 0 where it says nothing.
fn hierarchy_rotation(attributes: &[(&str, Cow<'_, str>)]) -> u8 {
    last(attributes, "rotation").and_then(|rotation| rotation.parse().ok()).unwrap_or(0)
}

fn display_id(attributes: &[(&str, Cow<'_, str>)]) -> Result<i32, DumpError> {
    let id = last(attributes, "id").and_then(|id| id.parse().ok());
    id.ok_or_else(|| DumpError::Malformed("a display without a number".to_owned()))
}

/// The value of an attribute; the last one where it stands twice.
fn last<'a>(attributes: &'a [(&str, Cow<'_, str>)], name: &str) -> Option<&'a str> {
    attributes.iter().rfind(|(key, _)| *key == name).map(|(_, value)| value.as_ref())
}

fn read_window(attributes: &[(&str, Cow<'_, str>)], display: i32) -> Result<UiWindow, DumpError> {
    let value = |name: &str| last(attributes, name);
    let number = |name: &str| value(name).and_then(|number| number.parse().ok()).unwrap_or(0);
    Ok(UiWindow {
        display,
        title: value("title").unwrap_or_default().to_owned(),
        bounds: value("bounds").map(read_bounds).transpose()?.unwrap_or_default(),
        active: value("active") == Some("true"),
        focused: value("focused") == Some("true"),
        layer: number("layer"),
        kind: number("type"),
        ..UiWindow::default()
    })
}

fn read_bounds(value: &str) -> Result<Bounds, DumpError> {
    Bounds::parse(value).ok_or_else(|| DumpError::Malformed(format!("bounds {value:?}")))
}
