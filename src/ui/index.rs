//! Finds nodes by selectors without a scan of the tree per selector or per language.
//!
//! A profile asks a tree some hundreds of questions, and a page may hold thousands of nodes. So all ids and texts that its selectors
//! name are collected once, when the profiles are loaded ([`Vocabulary`]); one pass over a tree then notes which nodes have any of
//! them ([`Hits`]), and a question looks at those nodes only.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::hits::{Hits, Kind, MOST_KINDS};
use super::text::{Pattern, normalise_into};
use super::{Selector, TextSet, UiNode, UiTree, glob};

/// The ids and texts that a set of selectors asks for.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    /// The part of an id after `:id/`, where it has no wildcard.
    names: HashMap<Box<str>, usize>,
    /// Ids with a wildcard in their name.
    wild: Vec<(Box<str>, usize)>,
    /// A set of texts, by its place in memory: sets are shared.
    sets: HashMap<usize, usize>,
    /// Normalised text → the sets that hold it.
    texts: HashMap<Box<str>, Vec<usize>>,
    /// Texts with gaps, by the first character that has to be there; without one, a gap comes first.
    patterns: HashMap<Option<char>, Vec<(Pattern, usize)>>,
    slots: usize,
    /// Keeps the sets in their places.
    kept: Vec<Arc<TextSet>>,
    /// Tells this vocabulary from every other one, also from one that is gone; 0 is the empty one.
    number: u64,
}

/// Two of them differ in nothing that a profile says.
impl PartialEq for Vocabulary {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Vocabulary {}

impl Vocabulary {
    /// The vocabulary of these selectors, and of those within them.
    pub fn of<'s>(selectors: impl IntoIterator<Item = &'s Selector>) -> Self {
        static NUMBERS: AtomicU64 = AtomicU64::new(1);
        let mut vocabulary = Self { number: NUMBERS.fetch_add(1, Ordering::Relaxed), ..Self::default() };
        for selector in selectors {
            vocabulary.add(selector);
        }
        vocabulary
    }

    fn add(&mut self, selector: &Selector) {
        if let Some(id) = &selector.id {
            self.add_id(id);
        }
        if let Some(set) = &selector.label {
            self.add_texts(set);
        }
        let within = [&selector.inside, &selector.has, &selector.after];
        selector.any.iter().chain(within.into_iter().flatten().map(|s| &**s)).for_each(|s| self.add(s));
    }

    fn add_id(&mut self, id: &str) {
        let known = match name_of(id) {
            Some(name) => self.names.contains_key(name),
            None => self.wild.iter().any(|(wild, _)| **wild == *id),
        };
        if known {
            return;
        }
        match name_of(id) {
            Some(name) => drop(self.names.insert(name.into(), self.slots)),
            None => self.wild.push((id.into(), self.slots)),
        }
        self.slots += 1;
    }

    /// The slots of an id that a node has.
    fn id_slots(&self, id: &str) -> Vec<usize> {
        let name = id.rsplit_once(":id/").map_or(id, |(_, name)| name);
        let wild = self.wild.iter().filter(|(wild, _)| glob(wild, id)).map(|(_, slot)| *slot);
        self.names.get(name).copied().into_iter().chain(wild).collect()
    }

    fn add_texts(&mut self, set: &Arc<TextSet>) {
        let slot = self.slots;
        if self.sets.contains_key(&place(set)) {
            return;
        }
        self.sets.insert(place(set), slot);
        self.slots += 1;
        for text in set.exact() {
            self.texts.entry(text.into()).or_default().push(slot);
        }
        for pattern in set.patterns() {
            self.patterns.entry(pattern.first_char()).or_default().push((pattern.clone(), slot));
        }
        self.kept.push(Arc::clone(set));
    }

    /// Notes which nodes of a tree have any of it.
    fn hits(&self, tree: &UiTree) -> Hits {
        let mut hits = Hits::of(self.slots);
        let (mut kinds, mut ids, mut texts) = (Memo::default(), Memo::default(), Memo::default());
        let mut plain = String::new();
        for (number, (_, node)) in (0_u32..).zip(tree.nodes()) {
            let is_like = |other: u32| {
                tree.at(other).is_some_and(|other| other.class == node.class && other.package == node.package)
            };
            let kind = *kinds.get([node.class.place(), node.package.place()], || hits.kind(number, is_like));
            hits.kinds[kind].nodes.push(number);
            if node.password {
                hits.passwords.push(number);
            }
            if !node.id.is_empty() {
                hits.put(ids.get([node.id.place(), 0], || self.id_slots(&node.id)), number);
            }
            for text in [&node.text, &node.content_desc] {
                if !text.is_empty() {
                    hits.put(texts.get([text.place(), 0], || self.text_slots(text, &mut plain)), number);
                }
            }
        }
        hits
    }

    /// The slots of a text that a node shows. `plain` is room to work in.
    fn text_slots(&self, text: &str, plain: &mut String) -> Vec<usize> {
        normalise_into(text, plain);
        let Some(first) = plain.chars().next() else { return Vec::new() };
        let exact = self.texts.get(plain.as_str()).into_iter().flatten().copied();
        let patterns = [Some(first), None].into_iter().filter_map(|begins| self.patterns.get(&begins)).flatten();
        exact.chain(patterns.filter(|(pattern, _)| pattern.fits(plain)).map(|(_, slot)| *slot)).collect()
    }
}

/// Remembers what was found out about a text, or about two, by their places in memory, since a list repeats most of its texts. A cell
/// holds the last of those that share it.
struct Memo<T>(Vec<Option<([usize; 2], T)>>);

impl<T: Clone> Default for Memo<T> {
    fn default() -> Self {
        Self(vec![None; Self::CELLS])
    }
}

impl<T> Memo<T> {
    /// A power of two.
    const CELLS: usize = 256;

    /// What is known about the texts at these places, or what `find` finds out now. The texts live for as long as the memo does.
    fn get(&mut self, texts: [usize; 2], find: impl FnOnce() -> T) -> &T {
        let mixed = texts[0] ^ texts[1].rotate_left(3);
        // Texts lie at multiples of 8.
        let cell = &mut self.0[(mixed >> 3 ^ mixed >> 11) % Self::CELLS];
        if cell.as_ref().is_some_and(|(of, _)| *of != texts) {
            *cell = None;
        }
        &cell.get_or_insert_with(|| (texts, find())).1
    }
}

fn place(set: &Arc<TextSet>) -> usize {
    Arc::as_ptr(set) as usize
}

/// The name in an id that has no wildcard in its name: `logout_btn` of `*:id/logout_btn`.
fn name_of(id: &str) -> Option<&str> {
    let name = id.rsplit_once(":id/").map_or(id, |(_, name)| name);
    (!name.contains(['*', '?'])).then_some(name)
}

/// A tree together with what a vocabulary found in it.
pub struct Indexed<'t> {
    tree: &'t UiTree,
    vocabulary: &'t Vocabulary,
    hits: Cow<'t, Hits>,
}

impl UiTree {
    /// The tree with an index for selectors of this vocabulary; made once for the vocabulary that asks first.
    #[must_use]
    pub fn indexed<'t>(&'t self, vocabulary: &'t Vocabulary) -> Indexed<'t> {
        let hits = self.cache().get(vocabulary.number, || vocabulary.hits(self));
        Indexed { tree: self, vocabulary, hits }
    }
}

impl Indexed<'_> {
    /// As [`UiTree::holds`].
    #[must_use]
    pub fn holds(&self, selector: &Selector) -> bool {
        if selector.after.is_some() {
            return self.tree.holds(selector);
        }
        match self.candidates(selector) {
            Some(nodes) => self.fitting(selector, nodes.iter()),
            None => self.fitting(selector, self.kinds(selector).flat_map(|kind| &kind.nodes)),
        }
    }

    /// Whether as many of these nodes fit as the selector's `count` asks for.
    fn fitting<'n>(&self, selector: &Selector, nodes: impl Iterator<Item = &'n u32>) -> bool {
        let mut fitting = nodes.filter_map(|n| self.tree.at(*n)).filter(|n| selector.fits(self.tree, n));
        match selector.count {
            None => fitting.next().is_some(),
            Some(count) => fitting.count() == count,
        }
    }

    /// The nodes that may fit, each once; `None` where any node may.
    fn candidates<'s>(&'s self, selector: &Selector) -> Option<Cow<'s, [u32]>> {
        let slot = |slot: &usize| self.hits.slots.get(*slot).map(|nodes| Cow::Borrowed(nodes.as_slice()));
        if let Some(set) = &selector.label {
            return self.vocabulary.sets.get(&place(set)).and_then(slot);
        }
        if let Some(id) = &selector.id {
            return match name_of(id) {
                Some(name) => self.vocabulary.names.get(name).and_then(slot),
                // An empty id, which no slot has, fits no pattern but `*`.
                None if id.bytes().all(|b| b == b'*') => None,
                None => self.vocabulary.wild.iter().find(|(wild, _)| **wild == **id).and_then(|(_, at)| slot(at)),
            };
        }
        if selector.password == Some(true) {
            return Some(Cow::Borrowed(&self.hits.passwords));
        }
        if !selector.any.is_empty() {
            return Self::union(selector.any.iter().map(|s| self.candidates(s)));
        }
        None
    }

    /// The kinds of which some nodes may have the selector's class and package.
    fn kinds<'s>(&'s self, selector: &'s Selector) -> impl Iterator<Item = &'s Kind> {
        let fits = |want: &Option<String>, is: &str| want.as_ref().is_none_or(|w| glob(w, is));
        self.hits.kinds.iter().enumerate().filter_map(move |(nth, kind)| {
            let is = |n: &UiNode| fits(&selector.class, &n.class) && fits(&selector.package, &n.package);
            (nth + 1 == MOST_KINDS || self.tree.at(kind.first).is_some_and(is)).then_some(kind)
        })
    }

    fn union<'s>(lists: impl Iterator<Item = Option<Cow<'s, [u32]>>>) -> Option<Cow<'s, [u32]>> {
        let mut all: Cow<'s, [u32]> = Cow::Borrowed(&[]);
        for list in lists {
            let list = list?;
            if all.is_empty() {
                all = list;
            } else if !list.is_empty() {
                all.to_mut().extend_from_slice(&list);
                let nodes = all.to_mut();
                nodes.sort_unstable();
                nodes.dedup();
            }
        }
        Some(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<hierarchy><node class="a.FrameLayout" package="p" bounds="[0,0][9,9]">
        <node class="a.Button" package="p" text="Sign out" resource-id="p:id/out" clickable="true"/>
        <node class="a.Button" package="p" content-desc="Cancel" resource-id="p:id/no"/>
        <node class="a.EditText" package="p" password="true" resource-id="p:id/pwd_field"/>
        <node class="a.TextView" package="q" text="Account: 62*35"/>
        <node class="a.TextView" package="q" text="Sign out"/></node></hierarchy>"#;

    fn words(texts: &[&str]) -> Selector {
        Selector::text(TextSet::new("t", texts))
    }

    /// Selectors of every shape that a profile has.
    fn selectors() -> Vec<Selector> {
        let is = |text: &str| Some(text.to_owned());
        let none = Selector::default;
        let base = vec![
            Selector::id("p:id/out"),
            Selector::id("*:id/out"),
            Selector::id("p:id/*"),
            Selector::id("*"),
            Selector::id("p:id/absent"),
            words(&["Sign out"]),
            words(&["Account: %1$s", "nowhere"]),
            words(&["%d of it"]),
            Selector { package: is("q"), ..words(&["sign OUT"]) },
            Selector { class: is("*Button"), ..none() },
            Selector { class: is("*Button"), package: is("q"), ..none() },
            Selector::package("q"),
            Selector { password: Some(true), ..none() },
            Selector { password: Some(false), ..none() },
            Selector { clickable: Some(true), ..none() },
            Selector { inside: Some(Box::new(Selector::package("p"))), ..words(&["Sign out"]) },
            Selector { has: Some(Box::new(words(&["Cancel"]))), ..none() },
            Selector { after: Some(Box::new(Selector::id("p:id/out"))), ..Selector::package("q") },
            Selector { any: vec![Selector::id("p:id/out"), words(&["Cancel"])], ..none() },
            Selector { any: vec![words(&["nowhere"]), Selector { clickable: Some(true), ..none() }], ..none() },
            Selector { any: vec![Selector::id("p:id/out"), words(&["Sign out"])], class: is("*Button"), ..none() },
        ];
        let counted = base.iter().flat_map(|s| (0..4).map(|count| Selector { count: Some(count), ..s.clone() }));
        base.iter().cloned().chain(counted).collect()
    }

    #[test]
    fn an_index_answers_as_the_tree_does() {
        let tree = UiTree::parse(PAGE.as_bytes()).unwrap();
        let selectors = selectors();
        let vocabulary = Vocabulary::of(&selectors);
        let empty = Vocabulary::default();
        // The second one finds the index of the first, and the third knows none of the words.
        for vocabulary in [&vocabulary, &Vocabulary::of(&selectors), &empty] {
            let indexed = tree.indexed(vocabulary);
            for selector in &selectors {
                assert_eq!(indexed.holds(selector), tree.holds(selector), "{selector:?}");
            }
        }
    }

    #[test]
    fn a_tree_of_many_kinds_is_answered_right() {
        let node = |n: usize| format!("<node class=\"c{n}\" package=\"p\"/>");
        let xml: String = (0..MOST_KINDS * 2).map(node).collect();
        let tree = UiTree::parse(format!("<hierarchy>{xml}</hierarchy>").as_bytes()).unwrap();
        let vocabulary = Vocabulary::default();
        for n in [0, MOST_KINDS - 1, MOST_KINDS, MOST_KINDS * 2 - 1, MOST_KINDS * 2] {
            let selector = Selector { class: Some(format!("c{n}")), ..Selector::default() };
            assert_eq!(tree.indexed(&vocabulary).holds(&selector), n < MOST_KINDS * 2, "{n}");
        }
    }
}
