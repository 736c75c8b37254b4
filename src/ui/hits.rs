//! Which nodes of a tree have what a vocabulary names, as places in that tree. The tree keeps them for the next question.

use std::borrow::Cow;
use std::sync::OnceLock;

/// The most kinds that are kept apart; the last one holds all others.
pub(super) const MOST_KINDS: usize = 256;

/// Nodes of one class and package.
#[derive(Clone, Debug)]
pub(super) struct Kind {
    /// The first of them, which has the words.
    pub(super) first: u32,
    pub(super) nodes: Vec<u32>,
}

/// Which nodes of one tree have what a vocabulary names; each list in document order.
#[derive(Clone, Debug, Default)]
pub(super) struct Hits {
    pub(super) slots: Vec<Vec<u32>>,
    pub(super) passwords: Vec<u32>,
    pub(super) kinds: Vec<Kind>,
}

impl Hits {
    /// Nothing found yet, for so many slots.
    pub(super) fn of(slots: usize) -> Self {
        Self { slots: vec![Vec::new(); slots], ..Self::default() }
    }

    pub(super) fn put(&mut self, slots: &[usize], number: u32) {
        for slot in slots {
            if let Some(nodes) = self.slots.get_mut(*slot)
                && nodes.last() != Some(&number)
            {
                nodes.push(number);
            }
        }
    }

    /// The index of a node's kind; adds the kind if it is new. `is_like` says whether another node is of the same kind.
    pub(super) fn kind(&mut self, number: u32, is_like: impl Fn(u32) -> bool) -> usize {
        let known = self.kinds.iter().position(|kind| is_like(kind.first));
        // A tree with so many kinds is no page; its rest shares the last kind.
        known.or_else(|| (self.kinds.len() == MOST_KINDS).then_some(MOST_KINDS - 1)).unwrap_or_else(|| {
            self.kinds.push(Kind { first: number, nodes: Vec::new() });
            self.kinds.len() - 1
        })
    }
}

/// A tree's hits for the vocabulary that asked first. All profiles of a catalog share one.
#[derive(Debug, Default)]
pub(super) struct Cache(OnceLock<(u64, Hits)>);

impl Cache {
    /// The hits for the vocabulary of this number: kept for the vocabulary that asks first, collected again each time for any other.
    pub(super) fn get(&self, vocabulary: u64, collect: impl Fn() -> Hits) -> Cow<'_, Hits> {
        let (owner, hits) = self.0.get_or_init(|| (vocabulary, collect()));
        if *owner == vocabulary { Cow::Borrowed(hits) } else { Cow::Owned(collect()) }
    }
}

/// Copies and comparisons of a tree are about its nodes: a copy starts without hits.
impl Clone for Cache {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for Cache {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Cache {}
