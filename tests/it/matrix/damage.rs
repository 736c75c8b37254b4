//! Damaged pages: whatever is taken away or crossed on a page that is acted on, it is another screen or none then, or what is
//! tapped is still the right button, or nothing.

use mi_signout::profile::{Catalog, DeviceProfile};
use mi_signout::ui::UiTree;
use phone_sim::phone::{Branch, Generation, PhoneSpec};
use phone_sim::screens::{Act, Field, Node, ScreenId};

use super::draw::{Drawn, Page};
use super::expected::{FAMILIES, NOTHING, screen_of};
use super::targets;

/// English, and two with other letters: one that has its own words for the data choice, one that has not.
const LANGUAGES: [&str; 3] = ["en", "ru", "zh-rCN"];

/// What has to become of a damaged page.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Then {
    /// It is that screen no longer.
    Changes,
    /// It is that screen no longer, or each tap is right or not possible.
    NoWrongTap,
    /// It is that screen or not, and the button cannot be tapped.
    NoTap,
}

type Damage = (&'static str, fn(&mut Node), Then);

/// Does something to the nodes that a tap on means this.
fn on(root: &mut Node, act: Act, change: fn(&mut Node)) {
    root.each(&mut |n| {
        if n.act == Some(act) {
            change(n);
        }
    });
}

fn no_id(node: &mut Node) {
    node.id.clear();
}

fn no_words(node: &mut Node) {
    node.text.clear();
    node.desc.clear();
}

fn no_name(node: &mut Node) {
    no_id(node);
    no_words(node);
}

/// Crosses the ids of two buttons: `button1` is the other one now.
fn cross(root: &mut Node, one: Act, other: Act) {
    let id = |root: &Node, act| root.all().into_iter().find(|n| n.act == Some(act)).map(|n| n.id.clone());
    let (Some(first), Some(second)) = (id(root, one), id(root, other)) else { panic!("no {one:?} or {other:?}") };
    root.each(&mut |n| {
        if n.act == Some(one) {
            n.id.clone_from(&second);
        } else if n.act == Some(other) {
            n.id.clone_from(&first);
        }
    });
}

/// Swaps the words of a button with those of another node, by its id.
fn swap_words(root: &mut Node, act: Act, id: &str) {
    let find = |root: &Node, wanted: &dyn Fn(&Node) -> bool| {
        root.all().into_iter().find(|n| wanted(n)).map_or_else(|| panic!("no {id}"), |n| n.text.clone())
    };
    let (ours, theirs) = (find(root, &|n| n.act == Some(act)), find(root, &|n| n.id.ends_with(id)));
    root.each(&mut |n| {
        if n.act == Some(act) {
            n.text.clone_from(&theirs);
        } else if n.id.ends_with(id) {
            n.text.clone_from(&ours);
        }
    });
}

fn not_hidden(root: &mut Node) {
    root.each(&mut |n| n.password = false);
}

fn without(root: &mut Node, id: &str) {
    root.each(&mut |n| n.children.retain(|c| !c.id.ends_with(id)));
}

fn emptied(root: &mut Node) {
    root.children.clear();
    no_name(root);
}

fn elsewhere(root: &mut Node) {
    root.each(&mut |n| {
        n.id = n.id.replace("com.xiaomi.account", "com.evil").replace("com.miui.cloudservice", "com.evil");
        "com.evil".clone_into(&mut n.package);
    });
}

const EVERYWHERE: [Damage; 2] =
    [("an empty tree", emptied, Then::Changes), ("the same page of another app", elsewhere, Then::Changes)];

/// The damages of one page.
fn damages(screen: ScreenId) -> &'static [Damage] {
    match screen {
        ScreenId::AccountPage => &[
            ("the button without an id", |r| on(r, Act::SignOut, no_id), Then::NoWrongTap),
            ("the button without words", |r| on(r, Act::SignOut, no_words), Then::NoWrongTap),
            ("the button without a name", |r| on(r, Act::SignOut, no_name), Then::NoTap),
            ("its words on the agreement", |r| swap_words(r, Act::SignOut, "user_agreement"), Then::NoWrongTap),
            ("the button twice", |r| on(r, Act::Nothing, |n| "Sign out".clone_into(&mut n.text)), Then::NoWrongTap),
        ],
        ScreenId::KeepRemove => &[
            ("Keep without words", |r| on(r, Act::Keep, no_words), Then::Changes),
            ("Remove without words", |r| on(r, Act::Remove, no_words), Then::Changes),
            ("no Keep", |r| on(r, Act::Keep, no_name), Then::Changes),
            ("ids crossed", |r| cross(r, Act::Keep, Act::Remove), Then::NoWrongTap),
            ("other words", |r| on(r, Act::Remove, |n| "Begone".clone_into(&mut n.text)), Then::Changes),
        ],
        ScreenId::PayCards => &[
            ("no message", |r| without(r, ":id/contentPanel"), Then::Changes),
            ("ids crossed", |r| cross(r, Act::Accept, Act::Cancel), Then::NoWrongTap),
            ("OK without an id", |r| on(r, Act::Accept, no_id), Then::NoWrongTap),
            ("OK without words", |r| on(r, Act::Accept, no_words), Then::NoTap),
        ],
        ScreenId::Password => &[
            ("a field that shows what is typed", not_hidden, Then::Changes),
            ("no field", |r| without(r, ":id/password_layout"), Then::Changes),
            ("the field without an id", |r| on(r, Act::Focus(Field::Password), no_id), Then::NoWrongTap),
            ("ids crossed", |r| cross(r, Act::Confirm, Act::Cancel), Then::NoWrongTap),
            ("OK without an id", |r| on(r, Act::Confirm, no_id), Then::NoWrongTap),
            ("OK without words", |r| on(r, Act::Confirm, no_words), Then::NoWrongTap),
            ("OK without a name", |r| on(r, Act::Confirm, no_name), Then::NoWrongTap),
        ],
        ScreenId::WebPassword => &[
            ("a field that shows what is typed", not_hidden, Then::Changes),
            ("OK without words", |r| on(r, Act::Confirm, no_words), Then::Changes),
            ("a second OK", |r| on(r, Act::Nothing, |n| "OK".clone_into(&mut n.text)), Then::NoWrongTap),
            ("a second field", |r| on(r, Act::Nothing, |n| n.password = true), Then::Changes),
        ],
        _ => &[],
    }
}

/// Checks one damage of one page; gives what is wrong.
fn check(profile: &DeviceProfile, page: &Page<'_>, before: &str, damage: &Damage) -> Option<String> {
    let (name, change, then) = damage;
    let mut drawn: Drawn = page.draw();
    change(&mut drawn.root);
    // A dump that cannot be read is a screen that is not known.
    let (after, tree) = match UiTree::parse(drawn.xml().as_bytes()) {
        Ok(tree) => (drawn.seen(profile, &tree), Some(tree)),
        Err(_) => (NOTHING.to_owned(), None),
    };
    let said = || Some(format!("{} with {name}: {before} became {after}", page.screen.name()));
    if after != before {
        return None;
    }
    let Some(tree) = tree.filter(|_| *then != Then::Changes) else { return said() };
    for (flow, option, act) in targets::resolved(profile, before, &drawn, &tree) {
        let fine = match act {
            None => true,
            Some(_) if *then == Then::NoTap => false,
            Some(act) => super::expected::taps(&flow, before, option).contains(&act),
        };
        if !fine {
            return Some(format!("{}, and a tap would do {act:?}", said().unwrap_or_default()));
        }
    }
    None
}

#[test]
fn no_damage_makes_a_wrong_tap() {
    let catalog = Catalog::builtin().unwrap();
    let mut wrong = Vec::new();
    let mut count = 0;
    for (family, generations) in FAMILIES {
        let profile = catalog.get(family).unwrap();
        for language in LANGUAGES {
            let last = generations.last().copied().unwrap_or(Generation::Miui14);
            let spec = PhoneSpec::of(last)
                .language(language)
                .with(Branch::OldDataChoice)
                .change(|s| s.button_below_fold = false);
            for screen in [
                ScreenId::AccountPage,
                ScreenId::KeepRemove,
                ScreenId::PayCards,
                ScreenId::Password,
                ScreenId::WebPassword,
            ] {
                for filled in [false, true] {
                    let fields = matches!(screen, ScreenId::Password | ScreenId::WebPassword);
                    // Where a family does not act on the page, nothing can be tapped.
                    let before = screen_of(screen, family, filled).filter(|s| *s != "web-password-unsure");
                    let Some(before) = before.filter(|_| !filled || fields) else { continue };
                    let page = Page { spec: &spec, screen, filled, keyboard: false };
                    let whole = page.draw();
                    assert_eq!(whole.seen(profile, &whole.tree()), before, "{family} {language}");
                    for damage in damages(screen).iter().chain(&EVERYWHERE) {
                        // Without a name to go by, swapping the words of nameless nodes swaps the nodes.
                        if damage.0.contains("agreement") && !spec.resource_ids {
                            continue;
                        }
                        count += 1;
                        let bad = check(profile, &page, before, damage);
                        wrong.extend(bad.map(|b| format!("{family} {language}: {b}")));
                    }
                }
            }
        }
    }
    assert!(count > 300, "only {count} damages");
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn two_messages_crossed_are_the_one_that_says_more() {
    let catalog = Catalog::builtin().unwrap();
    let profile = catalog.get("miui").unwrap();
    let spec = PhoneSpec::of(Generation::Miui14);
    let mut drawn = Page::of(&spec, ScreenId::SignOutFailed).draw();
    drawn.root.each(&mut |n| {
        if n.id == "android:id/message" {
            "Invalid username or password".clone_into(&mut n.text);
        }
    });
    assert_eq!(drawn.seen(profile, &drawn.tree()), "wrong-password");
}
