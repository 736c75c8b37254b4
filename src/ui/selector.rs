//! What to look for in a tree.

use std::collections::HashSet;
use std::sync::Arc;

use super::text::{Pattern, normalise};
use super::{UiNode, UiTree, glob};

/// Texts of which any one will do: a label in every language, or a few plain words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextSet {
    name: String,
    exact: HashSet<String>,
    patterns: Vec<Pattern>,
}

impl TextSet {
    /// A set under a name for people. Texts without a letter of their own are left out.
    pub fn new<T: AsRef<str>>(name: impl Into<String>, texts: impl IntoIterator<Item = T>) -> Self {
        Self::of(name, texts.into_iter().filter_map(|text| Pattern::new(text.as_ref())))
    }

    /// A set of texts that were read before.
    pub fn of(name: impl Into<String>, patterns: impl IntoIterator<Item = Pattern>) -> Self {
        let mut set = Self { name: name.into(), ..Self::default() };
        for pattern in patterns {
            match pattern.exact() {
                Some(exact) => {
                    set.exact.insert(exact.to_owned());
                }
                None if !set.patterns.contains(&pattern) => set.patterns.push(pattern),
                None => {}
            }
        }
        set
    }

    /// Its name for people.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether nothing is in it, so that it fits nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.patterns.is_empty()
    }

    pub(super) fn exact(&self) -> impl Iterator<Item = &str> {
        self.exact.iter().map(String::as_str)
    }

    pub(super) fn patterns(&self) -> &[Pattern] {
        &self.patterns
    }

    /// Whether an already normalised text is one of them, placeholders apart.
    #[must_use]
    pub fn fits_exactly(&self, plain: &str) -> bool {
        self.exact.contains(plain)
    }

    /// Whether a text as a node shows it fits.
    fn fits_shown(&self, shown: &str) -> bool {
        !shown.is_empty() && self.fits(&normalise(shown))
    }

    /// Whether an already normalised text fits.
    #[must_use]
    pub fn fits(&self, plain: &str) -> bool {
        !plain.is_empty() && (self.exact.contains(plain) || self.patterns.iter().any(|p| p.fits(plain)))
    }
}

/// A node to look for: everything that is set has to hold. One with nothing set fits every node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selector {
    /// `resource-id`, with `*` and `?`.
    pub id: Option<String>,
    /// Its text or its content-desc, normalised.
    pub label: Option<Arc<TextSet>>,
    /// `class`, with `*` and `?`.
    pub class: Option<String>,
    /// `package`, with `*` and `?`.
    pub package: Option<String>,
    /// `password`.
    pub password: Option<bool>,
    /// `clickable`.
    pub clickable: Option<bool>,
    /// `enabled`.
    pub enabled: Option<bool>,
    /// `focused`.
    pub focused: Option<bool>,
    /// `checkable`.
    pub checkable: Option<bool>,
    /// `checked`.
    pub checked: Option<bool>,
    /// `selected`.
    pub selected: Option<bool>,
    /// `scrollable`.
    pub scrollable: Option<bool>,
    /// Whether something was typed into it, see [`UiNode::filled`].
    pub filled: Option<bool>,
    /// At least one of these fits the same node, where there are any.
    pub any: Vec<Selector>,
    /// A node around it fits this.
    pub inside: Option<Box<Selector>>,
    /// A node within it fits this.
    pub has: Option<Box<Selector>>,
    /// It is the first of its kind that follows a node that fits this, in document order. Looked at in [`UiTree::find`] only,
    /// not in a selector within another.
    pub after: Option<Box<Selector>>,
    /// How many nodes there have to be, for [`UiTree::holds`] and [`UiTree::target`]; at least one where it is not set.
    pub count: Option<usize>,
}

impl Selector {
    /// A selector by id.
    #[must_use]
    pub fn id(id: impl Into<String>) -> Self {
        Self { id: Some(id.into()), ..Self::default() }
    }

    /// The resource ids that it names in full, its alternatives' among them.
    #[must_use]
    pub fn ids(&self) -> Vec<String> {
        let own = self.id.iter().filter(|id| !id.contains(['*', '?'])).cloned();
        own.chain(self.any.iter().flat_map(Self::ids)).collect()
    }

    /// A selector by the texts that a node may show.
    #[must_use]
    pub fn text(texts: TextSet) -> Self {
        Self { label: Some(Arc::new(texts)), ..Self::default() }
    }

    /// A selector by package.
    #[must_use]
    pub fn package(package: impl Into<String>) -> Self {
        Self { package: Some(package.into()), ..Self::default() }
    }

    /// The shortest words that tell a person what is meant: an id without its package, or the name of a label.
    #[must_use]
    pub fn describe(&self) -> String {
        let short = |id: &str| id.rsplit(":id/").next().unwrap_or(id).trim_start_matches('*').to_owned();
        if let Some(label) = &self.label {
            return label.name().to_owned();
        }
        if let Some(id) = &self.id {
            return short(id);
        }
        if let Some(first) = self.any.first() {
            return first.describe();
        }
        if self.password == Some(true) {
            return "the password field".to_owned();
        }
        match (&self.class, &self.package) {
            (Some(class), _) => class.rsplit('.').next().unwrap_or(class).trim_start_matches('*').to_owned(),
            (None, Some(package)) => package.clone(),
            (None, None) => "a node".to_owned(),
        }
    }

    /// Whether the node itself and its surroundings fit; `after` and `count` are not looked at.
    pub(super) fn fits(&self, tree: &UiTree, node: &UiNode) -> bool {
        self.fits_alone(node)
            && (self.any.is_empty() || self.any.iter().any(|s| s.fits(tree, node)))
            && self.inside.as_ref().is_none_or(|s| tree.ancestors(node).any(|a| s.fits(tree, a)))
            && self.has.as_ref().is_none_or(|s| tree.descendants(node).any(|d| s.fits(tree, d)))
    }

    fn fits_alone(&self, node: &UiNode) -> bool {
        // Most nodes have neither id nor text, and a screen's condition asks all of them: the cheap test comes first.
        if self.label.is_some() && node.text.is_empty() && node.content_desc.is_empty() {
            return false;
        }
        let named = |want: &Option<String>, is: &str| want.as_ref().is_none_or(|w| glob(w, is));
        named(&self.id, &node.id)
            && named(&self.class, &node.class)
            && named(&self.package, &node.package)
            && self.flags_fit(node)
            && self.label.as_ref().is_none_or(|l| l.fits_shown(&node.text) || l.fits_shown(&node.content_desc))
    }

    fn flags_fit(&self, node: &UiNode) -> bool {
        let flag = |want: Option<bool>, is: bool| want.is_none_or(|w| w == is);
        flag(self.password, node.password)
            && flag(self.clickable, node.clickable)
            && flag(self.enabled, node.enabled)
            && flag(self.focused, node.focused)
            && flag(self.checkable, node.checkable)
            && flag(self.checked, node.checked)
            && flag(self.selected, node.selected)
            && flag(self.scrollable, node.scrollable)
            && self.filled.is_none_or(|w| w == node.filled())
    }
}
