//! Finds the nodes of a tree that fit a selector, and the one thing to tap.

use std::collections::BTreeSet;

use super::{NodeId, Selector, UiTree};

/// What a selector points at, for tapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// One thing that can be tapped.
    One(NodeId),
    /// Nothing that can be tapped: no node fits, or no fitting node is visible and enabled.
    Missing,
    /// This many different things, so that tapping any of them would be a guess.
    Several(usize),
}

impl UiTree {
    /// The nodes that fit, in document order.
    #[must_use]
    pub fn find(&self, selector: &Selector) -> Vec<NodeId> {
        let fitting = self.nodes().filter(|(_, node)| selector.fits(self, node)).map(|(id, _)| id);
        let Some(after) = &selector.after else { return fitting.collect() };
        let anchors = self.find(after);
        let fitting: Vec<NodeId> = fitting.collect();
        let mut found: Vec<NodeId> = anchors
            .iter()
            .filter_map(|a| {
                let behind = &fitting[fitting.partition_point(|f| f <= a)..];
                behind.iter().find(|f| !self.is_within(**f, *a)).copied()
            })
            .collect();
        found.dedup();
        found
    }

    /// Whether as many nodes fit as the selector's `count` says, or any where it says nothing.
    #[must_use]
    pub fn holds(&self, selector: &Selector) -> bool {
        if selector.count.is_none() && selector.after.is_none() {
            return self.nodes().any(|(_, node)| selector.fits(self, node));
        }
        let found = self.find(selector).len();
        selector.count.map_or(found > 0, |count| found == count)
    }

    /// The one thing that a selector points at. A text and the button around it are one thing; what can be tapped wins over a
    /// heading with the same words. With a `count` that does not hold there is nothing to tap.
    #[must_use]
    pub fn target(&self, selector: &Selector) -> Target {
        if selector.count.is_some() && !self.holds(selector) {
            return Target::Missing;
        }
        let all = self.find(selector);
        // A heading may be visible where the button is not yet: then the button has to be scrolled to.
        let own: Vec<NodeId> = all.iter().copied().filter(|id| self.node(*id).is_some_and(|n| n.clickable)).collect();
        let within: Vec<NodeId> = all.iter().copied().filter(|id| self.small_owner(*id).is_some()).collect();
        let best = [own, within, all].into_iter().find(|ids| !ids.is_empty()).unwrap_or_default();
        // Sets, since a page may hold tens of thousands of nodes with the same words.
        let (mut things, mut owners) = (BTreeSet::new(), BTreeSet::new());
        for id in best.into_iter().filter(|id| self.tap_point(*id).is_some()) {
            let owner = self.small_owner(id);
            let same = owner.is_some_and(|o| owners.contains(&o)) || self.above(id).any(|a| things.contains(&a));
            if !same {
                things.insert(id);
                owners.extend(owner);
            }
        }
        match things.len() {
            0 => Target::Missing,
            1 => things.first().map_or(Target::Missing, |one| Target::One(*one)),
            several => Target::Several(several),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::{Bounds, Point, TextSet};

    fn tree(xml: &str) -> UiTree {
        UiTree::parse(format!("<hierarchy>{xml}</hierarchy>").as_bytes()).unwrap()
    }

    fn words(text: &str) -> Selector {
        Selector::text(TextSet::new(text, [text]))
    }

    const PAGE: &str = r#"<node class="P" bounds="[0,0][1000,2000]">
        <node class="T" text="Sign out" bounds="[0,0][1000,100]"/>
        <node class="L" scrollable="true" bounds="[0,100][1000,1900]">
          <node class="R" clickable="true" bounds="[0,100][1000,300]"><node class="T" text="Row" bounds="[50,150][300,200]"/></node>
          <node class="B" id="x" text="Sign out" clickable="true" resource-id="a:id/out" bounds="[100,1850][900,2100]"/>
          <node class="B" text="Off" clickable="true" enabled="false" bounds="[100,500][900,600]"/>
          <node class="B" text="Hidden" clickable="true" bounds="[100,1950][900,1990]"/>
        </node></node>"#;

    #[test]
    fn a_tap_goes_to_the_visible_part_of_the_node() {
        let tree = tree(PAGE);
        let point = |text: &str| tree.find(&words(text)).last().and_then(|id| tree.tap_point(*id));
        assert_eq!(point("Row"), Some(Point { x: 175, y: 175 }));
        assert_eq!(point("sign OUT"), Some(Point { x: 500, y: 1875 }));
        assert_eq!(point("Off"), None, "disabled");
        assert_eq!(point("Hidden"), None, "scrolled out");
        assert_eq!(tree.scroll_area(), Some(Bounds::new(0, 100, 1000, 1900)));
        assert_eq!(tree.display(), (1000, 2000));
    }

    #[test]
    fn a_button_wins_over_a_heading_with_its_words() {
        let tree = tree(PAGE);
        let Target::One(id) = tree.target(&words("Sign out")) else { panic!("not one") };
        assert_eq!(tree.node(id).unwrap().id, "a:id/out");
        assert_eq!(tree.target(&words("Hidden")), Target::Missing);
        assert_eq!(tree.target(&words("nowhere")), Target::Missing);
    }

    #[test]
    fn two_buttons_are_two_and_a_text_with_its_button_is_one() {
        let two = tree(
            r#"<node bounds="[0,0][1000,2000]"><node text="OK" clickable="true" bounds="[0,0][100,100]"/><node content-desc="OK" clickable="true" bounds="[200,0][300,100]"/></node>"#,
        );
        assert_eq!(two.target(&words("OK")), Target::Several(2));
        let once = Selector { count: Some(1), ..words("OK") };
        assert!(!two.holds(&once));
        assert_eq!(two.target(&once), Target::Missing);
        let nested = tree(
            r#"<node bounds="[0,0][1000,2000]"><node content-desc="OK" clickable="true" bounds="[0,0][100,100]"><node text="OK" bounds="[0,0][100,100]"/></node></node>"#,
        );
        assert!(matches!(nested.target(&words("OK")), Target::One(_)));
        let web = tree(
            r#"<node clickable="true" bounds="[0,0][1000,2000]"><node text="OK" bounds="[0,0][100,100]"/><node text="OK" bounds="[0,1000][100,1100]"/></node>"#,
        );
        assert_eq!(web.target(&words("OK")), Target::Several(2), "a page around both does not make them one");
    }

    #[test]
    fn surroundings_count() {
        let tree = tree(PAGE);
        let find = |selector: Selector| tree.find(&selector).len();
        let list = || Box::new(Selector { class: Some("L".into()), ..Selector::default() });
        assert_eq!(find(Selector { inside: Some(list()), ..words("Sign out") }), 1);
        assert_eq!(
            find(Selector { has: Some(Box::new(words("Row"))), clickable: Some(true), ..Selector::default() }),
            1
        );
        let after = Selector { after: Some(Box::new(words("Row"))), clickable: Some(true), ..Selector::default() };
        let found = tree.find(&after);
        assert_eq!(found.len(), 1);
        assert_eq!(tree.node(found[0]).unwrap().id, "a:id/out");
        assert_eq!(find(Selector { any: vec![words("Row"), words("Off")], ..Selector::default() }), 2);
    }

    #[test]
    fn questions_to_a_deep_tree_need_no_stack() {
        let deep = 5_000;
        let xml = format!("{}{}", "<node bounds=\"[0,0][9,9]\">".repeat(deep), "</node>".repeat(deep));
        let tree = tree(&xml);
        let last = tree.nodes().last().unwrap().0;
        assert!(tree.tap_point(last).is_some());
        assert_eq!(tree.find(&Selector { has: Some(Box::new(words("x"))), ..Selector::default() }).len(), 0);
    }
}
