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
use stream::{Stream, Value};

use super::{Bounds, UiNode};

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
    pub class: String,
    /// Its id without the package, `id/logout_btn`; empty where it has none.
    pub id: String,
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
        let read = |(name, content): (String, Vec<u8>)| Ok(WindowViews { name, views: views(&content)? });
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
#[derive(Clone, Copy, PartialEq)]
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
#[derive(Default)]
struct Raw {
    view: View,
    edges: [i64; 4],
    scroll: (i64, i64),
    moved: (i64, i64),
    window: (i64, i64),
    hidden: bool,
    children: Vec<usize>,
}

/// A map that is to be read: where its parent's content begins, what of that can be seen, and whether it is shown.
struct Pending {
    map: usize,
    origin: (i64, i64),
    clip: Option<Bounds>,
    shown: bool,
}

fn views(content: &[u8]) -> Result<Vec<View>, ViewsError> {
    let stream = Stream::read(content)?;
    let tops = || stream.maps[0].iter().filter_map(|(key, v)| matches!(v, Value::Map(_)).then_some((key, v)));
    let Some((_, Value::Map(index))) = tops().next_back() else {
        return Err(ViewsError::Malformed("the names of the properties are missing"));
    };
    let mut names = vec![Property::Other; usize::from(u16::MAX) + 1];
    for (key, value) in &stream.maps[*index] {
        if let Value::Text(place) = value {
            names[usize::from(*key)] = property(&stream.text(place));
        }
    }
    let origin = raw(&stream, &names, 0).window;
    let roots = tops().filter_map(|(_, v)| if let Value::Map(map) = v { Some(*map) } else { None });
    let roots: Vec<usize> = roots.filter(|map| map != index).collect();
    let mut pending: Vec<Pending> =
        roots.iter().rev().map(|map| Pending { map: *map, origin, clip: None, shown: true }).collect();
    let mut found = Vec::new();
    while let Some(next) = pending.pop() {
        let mut raw = raw(&stream, &names, next.map);
        let [left, top, right, bottom] = raw.edges;
        let at = (next.origin.0 + left + raw.moved.0, next.origin.1 + top + raw.moved.1);
        let bounds = Bounds::new(
            pixel(at.0),
            pixel(at.1),
            pixel(at.0.saturating_add(right - left)),
            pixel(at.1.saturating_add(bottom - top)),
        );
        let visible = next.clip.map_or(bounds, |clip| bounds.intersect(&clip));
        let shown = next.shown && !raw.hidden;
        let inner = (at.0 - raw.scroll.0, at.1 - raw.scroll.1);
        let children = raw.children.iter().rev();
        pending.extend(children.map(|map| Pending { map: *map, origin: inner, clip: Some(visible), shown }));
        raw.view.shown = shown && !visible.is_empty();
        found.push(View { bounds, visible, ..raw.view });
    }
    Ok(found)
}

fn raw(stream: &Stream<'_>, names: &[Property], map: usize) -> Raw {
    use Property as P;
    let mut raw = Raw { view: View { enabled: true, ..View::default() }, ..Raw::default() };
    for (key, value) in &stream.maps[map] {
        match (names[usize::from(*key)], value) {
            (P::Class, Value::Text(place)) => raw.view.class = stream.text(place),
            (P::Id, Value::Text(place)) => raw.view.id = stream.text(place),
            (P::Left, value) => raw.edges[0] = number(value),
            (P::Top, value) => raw.edges[1] = number(value),
            (P::Right, value) => raw.edges[2] = number(value),
            (P::Bottom, value) => raw.edges[3] = number(value),
            (P::ScrollX, value) => raw.scroll.0 = number(value),
            (P::ScrollY, value) => raw.scroll.1 = number(value),
            (P::TranslationX, value) => raw.moved.0 = number(value),
            (P::TranslationY, value) => raw.moved.1 = number(value),
            (P::WindowLeft, value) => raw.window.0 = number(value),
            (P::WindowTop, value) => raw.window.1 = number(value),
            (P::Visibility, value) => raw.hidden = number(value) != 0,
            (P::Clickable, Value::Bool(yes)) => raw.view.clickable = *yes,
            (P::Enabled, Value::Bool(yes)) => raw.view.enabled = *yes,
            (P::Focused, Value::Bool(yes)) => raw.view.focused = *yes,
            (P::SelectionEnd, Value::Int(end)) => raw.view.selection_end = u32::try_from(*end).ok(),
            (P::Child, Value::Map(child)) => raw.children.push(*child),
            _ => {}
        }
    }
    raw
}

/// A coordinate, limited so that sums over a deep tree can't overflow.
fn number(value: &Value) -> i64 {
    const FAR: i64 = i32::MAX as i64;
    let number = match value {
        Value::Int(number) => *number,
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
