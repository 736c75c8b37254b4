//! The cheap look between dumps: what `cmd window dump-visible-window-views` (Android 11 and later) prints, as a value.
//!
//! It shows class, id, place and state of the views of all visible windows, without a Java machine, an idle wait or the screen
//! reader; no texts, and nothing of web pages. So it never tells which screen is in front: it answers whether what a dump showed is
//! still so. What comes from a phone may be cut, hostile or something else altogether, and must never end in a panic.

mod archive;
mod stream;
#[cfg(test)]
mod tests;

use std::hash::{DefaultHasher, Hash, Hasher};

pub use archive::{MAX_ARCHIVE, MAX_ENTRIES, MAX_ENTRY};
pub use stream::{MAX_LEVELS, MAX_VIEWS};
use stream::{Value, walk};

use super::node_text::Recent;
use super::{Bounds, NodeText, UiNode};

/// Why bytes gave no views. Looking again may help; a dump always does.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ViewsError {
    /// Not what the command prints: this Android does not have it.
    #[error("this is no archive of views")]
    NotAZip,
    /// The end is missing.
    #[error("the archive of views is cut")]
    Cut,
    /// More than this program reads.
    #[error("the archive of views has more than {limit} {what}")]
    TooLarge {
        /// Bytes, windows, views, levels or properties.
        what: &'static str,
        /// How many are read.
        limit: usize,
    },
    /// Not of the form that is known.
    #[error("the archive of views is malformed: {0}")]
    Malformed(&'static str),
}

/// One view.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "a view is a row of flags")]
pub struct View {
    /// Its class.
    pub class: NodeText,
    /// Its id without the package, `id/logout_btn`; empty where it has none.
    pub id: NodeText,
    /// Where it is on the display, in pixels, scrolling counted.
    pub bounds: Bounds,
    /// The part of that which the views around it leave visible.
    pub visible: Bounds,
    /// Whether it and all views around it are visible.
    pub shown: bool,
    /// `misc:enabled`.
    pub enabled: bool,
    /// `misc:clickable`.
    pub clickable: bool,
    /// `misc:focused`.
    pub focused: bool,
    /// `text:selectionEnd`, which after typing is the number of characters in a field.
    pub selection_end: Option<u32>,
}

/// One window, its views in document order, parents before children.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowViews {
    /// The window's name, `package/activity` or a title.
    pub name: String,
    /// Its views.
    pub views: Vec<View>,
}

/// All visible windows at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScreenViews {
    /// In the order of the archive.
    pub windows: Vec<WindowViews>,
}

/// What the views say of a node that a dump showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is there, at the same place, and as enabled as it was.
    Same,
    /// It is gone, elsewhere, or no longer enabled.
    Changed,
    /// It has no id to look for.
    Unclear,
}

impl ScreenViews {
    /// Reads what the command printed.
    ///
    /// # Errors
    /// Where it is no archive, cut, over a limit or malformed. Never panics.
    pub fn parse(bytes: &[u8]) -> Result<Self, ViewsError> {
        let entries = archive::entries(bytes)?;
        let mut texts = Recent::new();
        let read = |(name, content): (String, Vec<u8>)| Ok(WindowViews { name, views: views(&content, &mut texts)? });
        Ok(Self { windows: entries.into_iter().map(read).collect::<Result<_, ViewsError>>()? })
    }

    /// The visible views with a resource id such as `com.xiaomi.account:id/logout_btn`, whose package the views do not tell.
    pub fn with_id(&self, resource_id: &str) -> impl Iterator<Item = &View> {
        let name = resource_id.rsplit_once(":id/").map_or(resource_id, |(_, name)| name).to_owned();
        let views = self.windows.iter().flat_map(|w| &w.views);
        views.filter(move |v| v.shown && !name.is_empty() && v.id.strip_prefix("id/") == Some(&name))
    }

    /// Whether a node of an earlier dump is still there, at the same place and as enabled.
    #[must_use]
    pub fn standing(&self, node: &UiNode) -> Standing {
        if node.id.is_empty() {
            return Standing::Unclear;
        }
        let is_same = |v: &View| v.enabled == node.enabled && (v.visible == node.bounds || v.bounds == node.bounds);
        if self.with_id(&node.id).any(is_same) { Standing::Same } else { Standing::Changed }
    }

    /// How many characters the field with this id holds; `None` unless exactly one view has the id and says so.
    #[must_use]
    pub fn typed(&self, resource_id: &str) -> Option<u32> {
        let mut found = self.with_id(resource_id);
        match (found.next(), found.next()) {
            (Some(field), None) => field.selection_end,
            _ => None,
        }
    }

    /// A number that is the same while nothing that the views show changes.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for window in &self.windows {
            window.name.hash(&mut hasher);
            window.views.iter().filter(|v| v.shown).for_each(|v| v.hash(&mut hasher));
        }
        hasher.finish()
    }
}

/// A property that is read; all others are passed over.
#[derive(Clone, Copy)]
enum Property {
    Other,
    Class,
    Id,
    Left,
    Top,
    Right,
    Bottom,
    ScrollX,
    ScrollY,
    TranslationX,
    TranslationY,
    Visibility,
    Clickable,
    Enabled,
    Focused,
    SelectionEnd,
    WindowLeft,
    WindowTop,
    Child,
}

fn property(name: &str) -> Property {
    use Property as P;
    match name {
        "meta:__name__" => P::Class,
        "id" => P::Id,
        "layout:left" => P::Left,
        "layout:top" => P::Top,
        "layout:right" => P::Right,
        "layout:bottom" => P::Bottom,
        "scrolling:scrollX" => P::ScrollX,
        "scrolling:scrollY" => P::ScrollY,
        "drawing:translationX" => P::TranslationX,
        "drawing:translationY" => P::TranslationY,
        "misc:visibility" => P::Visibility,
        "misc:clickable" => P::Clickable,
        "misc:enabled" => P::Enabled,
        "misc:focused" => P::Focused,
        "text:selectionEnd" => P::SelectionEnd,
        "window:left" => P::WindowLeft,
        "window:top" => P::WindowTop,
        _ if name.starts_with("meta:__child__") => P::Child,
        _ => P::Other,
    }
}

/// What is read of one map before it is placed.
struct Raw {
    view: View,
    edges: [i64; 4],
    scroll: (i64, i64),
    moved: (i64, i64),
    window: (i64, i64),
    hidden: bool,
    children: Vec<usize>,
}

impl Default for Raw {
    fn default() -> Self {
        // What does not say so is enabled.
        let view = View { enabled: true, ..View::default() };
        let (edges, scroll, moved, window) = ([0; 4], (0, 0), (0, 0), (0, 0));
        Self { view, edges, scroll, moved, window, hidden: false, children: Vec::new() }
    }
}

/// A map that is to be read: where its parent's content begins, what of that can be seen, and whether it is shown.
struct Pending {
    map: usize,
    origin: (i64, i64),
    clip: Option<Bounds>,
    shown: bool,
}

fn views(content: &[u8], texts: &mut Recent) -> Result<Vec<View>, ViewsError> {
    let (properties, names) = properties(content)?;
    let mut raws = vec![Raw::default()];
    let mut roots = Vec::new();
    walk(content, |map, key, value| {
        if let Value::Map(begun) = value {
            raws.push(Raw::default());
            if map == 0 && begun != names {
                roots.push(begun);
            }
        }
        if let (Some(property), Some(raw)) = (properties.get(usize::from(key)), raws.get_mut(map)) {
            raw.take(*property, value, texts);
        }
    })?;
    let origin = raws[0].window;
    let mut pending: Vec<Pending> =
        roots.iter().rev().map(|map| Pending { map: *map, origin, clip: None, shown: true }).collect();
    let mut found = Vec::with_capacity(raws.len());
    while let Some(next) = pending.pop() {
        let Raw { view, edges, scroll, moved, hidden, children, .. } = std::mem::take(&mut raws[next.map]);
        let [left, top, right, bottom] = edges;
        let at = (next.origin.0 + left + moved.0, next.origin.1 + top + moved.1);
        let bounds = Bounds::new(
            pixel(at.0),
            pixel(at.1),
            pixel(at.0.saturating_add(right - left)),
            pixel(at.1.saturating_add(bottom - top)),
        );
        let visible = next.clip.map_or(bounds, |clip| bounds.intersect(&clip));
        let shown = next.shown && !hidden;
        let inner = (at.0 - scroll.0, at.1 - scroll.1);
        let children = children.iter().rev();
        pending.extend(children.map(|map| Pending { map: *map, origin: inner, clip: Some(visible), shown }));
        found.push(View { bounds, visible, shown: shown && !visible.is_empty(), ..view });
    }
    Ok(found)
}

/// Which property each key stands for, and the number of the map that says so: the last of the top maps.
fn properties(content: &[u8]) -> Result<(Vec<Property>, usize), ViewsError> {
    let (mut last, mut names) = (None, Vec::new());
    walk(content, |map, key, value| match value {
        Value::Map(begun) if map == 0 => {
            last = Some(begun);
            names.clear();
        }
        Value::Text(name) if last == Some(map) => names.push((usize::from(key), name)),
        _ => {}
    })?;
    let last = last.ok_or(ViewsError::Malformed("the names of the properties are missing"))?;
    let keys = names.iter().map(|(key, _)| key + 1).max().unwrap_or(0);
    let mut properties = vec![Property::Other; keys];
    for (key, name) in names {
        properties[key] = property(&String::from_utf8_lossy(name));
    }
    Ok((properties, last))
}

impl Raw {
    fn take(&mut self, property: Property, value: Value<'_>, texts: &mut Recent) {
        use Property as P;
        match (property, value) {
            (P::Class, Value::Text(text)) => self.view.class = texts.share(&String::from_utf8_lossy(text)),
            (P::Id, Value::Text(text)) => self.view.id = texts.share(&String::from_utf8_lossy(text)),
            (P::Left, value) => self.edges[0] = number(value),
            (P::Top, value) => self.edges[1] = number(value),
            (P::Right, value) => self.edges[2] = number(value),
            (P::Bottom, value) => self.edges[3] = number(value),
            (P::ScrollX, value) => self.scroll.0 = number(value),
            (P::ScrollY, value) => self.scroll.1 = number(value),
            (P::TranslationX, value) => self.moved.0 = number(value),
            (P::TranslationY, value) => self.moved.1 = number(value),
            (P::WindowLeft, value) => self.window.0 = number(value),
            (P::WindowTop, value) => self.window.1 = number(value),
            (P::Visibility, value) => self.hidden = number(value) != 0,
            (P::Clickable, Value::Bool(yes)) => self.view.clickable = yes,
            (P::Enabled, Value::Bool(yes)) => self.view.enabled = yes,
            (P::Focused, Value::Bool(yes)) => self.view.focused = yes,
            (P::SelectionEnd, Value::Int(end)) => self.view.selection_end = u32::try_from(end).ok(),
            (P::Child, Value::Map(child)) => self.children.push(child),
            _ => {}
        }
    }
}

/// A coordinate, limited so that sums over a deep tree can't overflow.
fn number(value: Value<'_>) -> i64 {
    const FAR: i64 = i32::MAX as i64;
    let number = match value {
        Value::Int(number) => number,
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a float beyond the range of integers becomes the nearest one"
        )]
        Value::Float(number) => number.round() as i64,
        _ => 0,
    };
    number.clamp(-FAR, FAR)
}

fn pixel(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(if number < 0 { i32::MIN } else { i32::MAX })
}
