//! Words of the screens that a profile may need: on what was pressed, on buttons, in headings. A name could be among them, so a person
//! confirms each word before it is written.

use crate::capture::Known;
use crate::ui::{NodeId, UiNode, UiTree};

/// The longest text that is a button's or a heading's.
const LONGEST: usize = 60;
/// A word with so many digits in a row may be a person's number.
const DIGITS: usize = 3;

/// What ids of headings end with.
const HEADINGS: [&str; 6] = ["alertTitle", "title", "message", "action_bar_title", "heading", "question"];

/// Words of one frame that may be kept, in the order of the screen. `pressed` are the nodes that were tapped in it; of a page
/// outside of the sign-out only their words are of use.
pub(super) fn of_frame(tree: &UiTree, pressed: &[usize], is_of_sign_out: bool, known: &Known) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (place, (id, node)) in tree.nodes().enumerate() {
        let is_pressed = pressed.contains(&place) || is_within(tree, node, pressed);
        let tells = is_of_sign_out && (is_button(node) || is_heading(tree, id, node));
        if !is_pressed && !tells {
            continue;
        }
        for text in [&node.text, &node.content_desc] {
            if may_be_kept(node, text, known) && !found.iter().any(|f| text == f) {
                found.push(text.to_string());
            }
        }
    }
    found
}

fn is_within(tree: &UiTree, node: &UiNode, pressed: &[usize]) -> bool {
    tree.ancestors(node)
        .any(|around| tree.nodes().enumerate().any(|(n, (_, one))| pressed.contains(&n) && std::ptr::eq(one, around)))
}

/// Whether it is a button by its class, and does not lie in a list.
pub(super) fn is_button(node: &UiNode) -> bool {
    node.clickable
        && (node.class.ends_with("Button") || node.class.ends_with("TextView") || node.class.ends_with(".View"))
}

/// A heading: by its id, or a text that nothing scrolls.
fn is_heading(tree: &UiTree, _: NodeId, node: &UiNode) -> bool {
    let name = node.id.rsplit('/').next().unwrap_or_default();
    if !name.is_empty() {
        return HEADINGS.iter().any(|heading| name.ends_with(heading)) && !scrolls(tree, node);
    }
    !node.clickable && !scrolls(tree, node) && (node.class.ends_with("TextView") || node.class.ends_with(".View"))
}

/// Whether it lies in something that scrolls and is no web page.
pub(super) fn scrolls(tree: &UiTree, node: &UiNode) -> bool {
    tree.ancestors(node).any(|around| around.scrollable && !around.class.ends_with("WebView"))
}

fn may_be_kept(node: &UiNode, text: &str, known: &Known) -> bool {
    let mut run = 0;
    let has_digits = text.chars().any(|c| {
        run = if c.is_numeric() { run + 1 } else { 0 };
        run >= DIGITS
    });
    let count = text.trim().chars().count();
    (1..=LONGEST).contains(&count)
        && text.chars().any(char::is_alphabetic)
        && !node.password
        && !node.class.contains("EditText")
        && !has_digits
        && !text.contains(['@', '%'])
        && !known.leaks(text)
        && known.masked(text).is_some()
}

/// Words of the button that keeps synced data.
const KEEP: [&str; 6] = ["keep", "retain", "stay", "preserve", "保留", "留在"];
/// Words of the button that removes it.
const REMOVE: [&str; 8] = ["remove", "delete", "erase", "wipe", "删除", "清除", "抹", "移除"];

/// The places of the button that keeps synced data and of the one that removes it, where a page has exactly one of each.
pub(super) fn data_buttons(tree: &UiTree) -> Option<(usize, usize)> {
    let (mut keep, mut remove) = (Vec::new(), Vec::new());
    for (place, (_, node)) in tree.nodes().enumerate().filter(|(_, (_, node))| node.clickable) {
        let name = node.id.rsplit('/').next().unwrap_or_default();
        let words = format!("{name} {} {}", node.text, node.content_desc).to_lowercase();
        let says = |list: &[&str]| list.iter().any(|word| words.contains(word));
        match (says(&KEEP), says(&REMOVE)) {
            (true, false) => keep.push(place),
            (false, true) => remove.push(place),
            _ => {}
        }
    }
    match (keep.as_slice(), remove.as_slice()) {
        ([keep], [remove]) => Some((*keep, *remove)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_answers_about_synced_data_are_told_only_where_each_is_there_once() {
        let page = |words: &[&str]| {
            let nodes: Vec<String> =
                words.iter().map(|word| format!("<node text=\"{word}\" clickable=\"true\"/>")).collect();
            let nodes = nodes.concat();
            data_buttons(&UiTree::parse(format!("<hierarchy>{nodes}</hierarchy>").as_bytes()).unwrap())
        };
        assert_eq!(page(&["Cancel", "Keep on this phone", "Delete from phone"]), Some((1, 2)));
        assert_eq!(page(&["从手机删除", "保留"]), Some((1, 0)));
        for other in [
            &["Remove account", "Cancel"][..],
            &["Keep", "Keep all", "Delete"],
            &["Keep or delete", "Delete"],
            &["Cancel"],
        ] {
            assert_eq!(page(other), None, "{other:?}");
        }
    }
}
