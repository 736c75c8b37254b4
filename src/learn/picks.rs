//! Selectors for a node, as the profile's format writes them and as a tree is asked by them.

use std::sync::Arc;

use crate::profile::Labels;
use crate::ui::{NodeId, Selector, Target, TextSet, UiNode, UiTree, text::normalise};

/// How telling a selector is, most telling first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Grade {
    /// A resource id of the app.
    Id,
    /// A text that is known in every language.
    Label,
    /// A text in the phone's language.
    Text,
    /// An id that every dialog of Android or MIUI has.
    CommonId,
    /// Class, package, place: nothing of its own.
    Structure,
}

/// A selector under construction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pick {
    pub(super) package: Option<String>,
    pub(super) id: Option<String>,
    pub(super) label: Option<String>,
    pub(super) text: Option<String>,
    pub(super) class: Option<String>,
    pub(super) clickable: Option<bool>,
    pub(super) password: Option<bool>,
    pub(super) filled: Option<bool>,
    pub(super) has: Option<Box<Pick>>,
    pub(super) after: Option<Box<Pick>>,
    pub(super) count: Option<usize>,
}

/// A text as TOML writes it: JSON's form is one of TOML's.
pub(super) fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

impl Pick {
    /// As the format writes it.
    pub(super) fn toml(&self) -> String {
        let mut parts = Vec::new();
        for (key, value) in [
            ("package", &self.package),
            ("id", &self.id),
            ("class", &self.class),
            ("label", &self.label),
            ("text", &self.text),
        ] {
            if let Some(value) = value {
                parts.push(format!("{key} = {}", quoted(value)));
            }
        }
        for (key, value) in [("clickable", self.clickable), ("password", self.password), ("filled", self.filled)] {
            if let Some(value) = value {
                parts.push(format!("{key} = {value}"));
            }
        }
        for (key, value) in [("has", &self.has), ("after", &self.after)] {
            if let Some(value) = value {
                parts.push(format!("{key} = {}", value.toml()));
            }
        }
        if let Some(count) = self.count {
            parts.push(format!("count = {count}"));
        }
        format!("{{ {} }}", parts.join(", "))
    }

    /// As a tree is asked by it. Built as the loader builds it from [`Pick::toml`].
    pub(super) fn selector(&self, labels: &Labels) -> Selector {
        let label = match (&self.label, &self.text) {
            (Some(name), _) => labels.get(name).map(|label| Arc::clone(label.set(false))),
            (None, Some(text)) => Some(Arc::new(TextSet::new(text.clone(), [text]))),
            (None, None) => None,
        };
        let inner = |pick: &Option<Box<Self>>| pick.as_ref().map(|pick| Box::new(pick.selector(labels)));
        Selector {
            id: self.id.clone(),
            label,
            class: self.class.clone(),
            package: self.package.clone(),
            password: self.password,
            clickable: self.clickable,
            filled: self.filled,
            has: inner(&self.has),
            after: inner(&self.after),
            count: self.count,
            ..Selector::default()
        }
    }

    /// How telling it is: as its most telling part.
    pub(super) fn grade(&self) -> Grade {
        let own = match self {
            Self { id: Some(id), .. } if !is_common(id) => Grade::Id,
            Self { label: Some(_), .. } => Grade::Label,
            Self { text: Some(_), .. } => Grade::Text,
            Self { id: Some(_), .. } => Grade::CommonId,
            _ => Grade::Structure,
        };
        // Only its place tells what comes after a heading.
        if self.after.is_some() {
            return Grade::Structure;
        }
        self.has.as_ref().map_or(own, |has| own.min(has.grade()))
    }

    /// Whether it holds a text of the phone's language only.
    pub(super) fn is_of_language(&self) -> bool {
        self.text.is_some() || [&self.has, &self.after].into_iter().flatten().any(|pick| pick.is_of_language())
    }
}

/// Whether dialogs of every app have this id.
fn is_common(id: &str) -> bool {
    ["android:id/", "miui:id/", "miuix.appcompat:id/"].iter().any(|start| id.starts_with(start))
}

/// The last part of a class with a star: other Androids have the same widget in other packages.
pub(super) fn short_class(class: &str) -> String {
    format!("*{}", class.rsplit('.').next().unwrap_or(class))
}

/// Words that a profile may contain: of a known label, or confirmed by the person at the phone.
pub(super) struct Vocabulary<'a> {
    pub(super) labels: &'a Labels,
    pub(super) words: &'a [String],
}

impl Vocabulary<'_> {
    /// A text as part of a selector: its label where it is known in every language, else the word itself where it was kept.
    pub(super) fn pick(&self, text: &str) -> Option<Pick> {
        let plain = normalise(text);
        if plain.is_empty() {
            return None;
        }
        let known =
            self.labels.iter().find(|(_, label)| label.set(false).fits(&plain)).map(|(name, _)| name.to_owned());
        match known {
            Some(label) => Some(Pick { label: Some(label), ..Pick::default() }),
            None if self.words.iter().any(|word| normalise(word) == plain) => {
                Some(Pick { text: Some(text.trim().to_owned()), ..Pick::default() })
            }
            None => None,
        }
    }

    fn of_node(&self, node: &UiNode) -> Option<Pick> {
        self.pick(&node.text).or_else(|| self.pick(&node.content_desc))
    }

    /// Selectors that may point at a node, the most telling first. The caller checks whether one does.
    pub(super) fn targets(&self, tree: &UiTree, id: NodeId) -> Vec<Pick> {
        let Some(node) = tree.node(id) else { return Vec::new() };
        let package = Some(node.package.to_string());
        let class = Some(short_class(&node.class));
        let mut picks = Vec::new();
        let words = self.of_node(node);
        if !node.id.is_empty() {
            picks.push(Pick { package: package.clone(), id: Some(node.id.to_string()), ..Pick::default() });
            picks.extend(words.clone().map(|w| Pick { package: package.clone(), id: Some(node.id.to_string()), ..w }));
        }
        if let Some(words) = words {
            picks.push(Pick { package: package.clone(), ..words.clone() });
            picks.push(Pick {
                package: package.clone(),
                class: class.clone(),
                clickable: Some(node.clickable),
                ..words
            });
        }
        for inner in tree.descendants(node).rev().filter_map(|inner| self.of_node(inner)) {
            let has = Some(Box::new(inner));
            picks.push(Pick { package: package.clone(), clickable: Some(node.clickable), has, ..Pick::default() });
        }
        let alone = Pick { package, class, clickable: Some(node.clickable), ..Pick::default() };
        picks.push(Pick { count: Some(1), ..alone.clone() });
        // The first of its kind after something that can be told.
        for (_, anchor) in tree.nodes().take_while(|(other, _)| *other < id).filter(|(_, n)| n.package == node.package)
        {
            let words = self.of_node(anchor);
            let by_id = (!anchor.id.is_empty()).then(|| Pick { id: Some(anchor.id.to_string()), ..Pick::default() });
            let by_class = Some(Pick { class: Some(short_class(&anchor.class)), ..Pick::default() });
            for after in words.into_iter().chain(by_id).chain(by_class) {
                picks.push(Pick { after: Some(Box::new(after)), ..alone.clone() });
            }
        }
        picks.sort_by_key(Pick::grade);
        picks
    }

    /// What may tell a screen that shows this tree: ids, then words, then structure.
    pub(super) fn signs(&self, tree: &UiTree) -> Vec<Pick> {
        let mut picks: Vec<Pick> = Vec::new();
        let mut classes: Vec<(String, String, usize)> = Vec::new();
        for (_, node) in tree.nodes().filter(|(_, node)| node.package != "com.android.systemui") {
            let package = Some(node.package.to_string());
            if !node.id.is_empty() {
                picks.push(Pick { package: package.clone(), id: Some(node.id.to_string()), ..Pick::default() });
            }
            picks.extend(self.of_node(node).map(|words| Pick { package: package.clone(), ..words }));
            let class = short_class(&node.class);
            match classes.iter_mut().find(|(p, c, _)| node.package == *p && *c == class) {
                Some((.., count)) => *count += 1,
                None => classes.push((node.package.to_string(), class, 1)),
            }
        }
        for (package, class, count) in classes {
            let (package, class) = (Some(package), Some(class));
            picks.push(Pick { package: package.clone(), class: class.clone(), ..Pick::default() });
            picks.push(Pick { package, class, count: Some(count), ..Pick::default() });
        }
        let mut distinct: Vec<Pick> = Vec::new();
        for pick in picks {
            if !distinct.contains(&pick) {
                distinct.push(pick);
            }
        }
        distinct.sort_by_key(Pick::grade);
        distinct
    }
}

/// Whether a selector points at this node, or at the node that takes its tap.
pub(super) fn points_at(tree: &UiTree, selector: &Selector, node: NodeId) -> bool {
    let Target::One(found) = tree.target(selector) else { return false };
    let (Some(at), Some(wanted)) = (tree.tap_point(found), tree.node(node)) else { return false };
    found == node || (wanted.bounds.contains(at) && is_near(tree, found, node))
}

/// Whether one lies within the other.
fn is_near(tree: &UiTree, one: NodeId, other: NodeId) -> bool {
    let (Some(a), Some(b)) = (tree.node(one), tree.node(other)) else { return false };
    tree.ancestors(a).any(|around| std::ptr::eq(around, b)) || tree.ancestors(b).any(|around| std::ptr::eq(around, a))
}
