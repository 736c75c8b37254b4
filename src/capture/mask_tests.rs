//! Tests of masking.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::capture::{Known, masked as masked_tree};
use crate::ui::UiTree;

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| Catalog::builtin().unwrap());
static PLAIN: LazyLock<Known> = LazyLock::new(|| known(Identifiers::default()));

fn known(identifiers: Identifiers) -> Known {
    Known::of(&CATALOG, &["Sign me out".to_owned()], identifiers)
}

#[test]
fn texts_of_apps_stay_and_all_others_go() {
    let known = &PLAIN;
    for stays in ["Sign out", "SIGN  OUT", "退出登录", "Xiaomi Account", "Sign me out", "", "  ", "…"] {
        assert_eq!(known.masked(stays), None, "{stays}");
    }
    for (text, masked, kind) in [
        ("A. Owner", "X. Xxxxx", Kind::Text),
        ("张三", "某某", Kind::Text),
        ("Мария", "жжжжж", Kind::Text),
        ("6230000535", "0000000000", Kind::Number),
        ("٦٢٣٠٠", "00000", Kind::Number),
        ("me@example.org", "xx@xxxxxxx.xxx", Kind::Email),
        ("Sign out now, Ann", "Xxxx xxx xxx, Xxx", Kind::Text),
        ("😀 Ann", "* Xxx", Kind::Text),
    ] {
        assert_eq!(known.masked(text), Some((masked.to_owned(), kind)), "{text}");
    }
}

#[test]
fn a_label_with_a_gap_keeps_its_words_only() {
    assert_eq!(around_gaps("Changed %1$d days ago, %s: 100%"), ["Changed ", " days ago, ", ": 100%"]);
    let parts = around_gaps("Account: %1$s!");
    assert_eq!(fill(&parts, "Account: 6230000535!").as_deref(), Some("Account: 0000000000!"));
    assert_eq!(fill(&parts, "Account: !"), None);
    assert_eq!(fill(&parts, "Konto: 6230000535!"), None);
}

#[test]
fn an_identifier_goes_wherever_it_stands() {
    let props = BTreeMap::from([
        ("ro.serialno".to_owned(), "8f2a1b77".to_owned()),
        ("ro.ril.imei".to_owned(), "860000000000001".to_owned()),
        ("ro.product.model".to_owned(), "M2101K7AG".to_owned()),
        ("ro.product.name".to_owned(), "sweet-8F2A1B77".to_owned()),
        ("ro.miui.ui.version.name".to_owned(), "V140".to_owned()),
        ("net.hostname".to_owned(), "anns-phone-1".to_owned()),
        ("persist.sys.device_name".to_owned(), "Ann".to_owned()),
        ("ro.build.version.incremental".to_owned(), "V14.0.9.0.TKGMIXM".to_owned()),
    ]);
    let ids = Identifiers::of(&props, &["127.0.0.1:5555"]);
    let stays = harmless(&props, &CATALOG, &ids);
    assert_eq!(
        stays.keys().map(String::as_str).collect::<Vec<_>>(),
        ["ro.build.version.incremental", "ro.miui.ui.version.name", "ro.product.model"]
    );
    let known = known(ids);
    assert_eq!(known.masked("8F2A1B77 Sign out").unwrap().1, Kind::Identifier);
    assert_eq!(known.name("app:id/row_8f2a1b77"), "xxx:xx/xxx_0x0x0x00");
    assert_eq!(known.name("app:id/user_123456"), "app:id/user_000000");
    assert_eq!(known.name("app:id/row_12"), "app:id/row_12");
    assert!(known.leaks("at 127.0.0.1:5555") && !known.leaks("at 127.0.0.1"));
}

/// One text field with a text, in what lies around it.
fn field(around: &str, attributes: &str, text: &str) -> crate::capture::MaskedTree {
    let node = format!(
        "<node class=\"android.widget.EditText\" {attributes} package=\"com.xiaomi.account\" text=\"{text}\" bounds=\"[0,0][9,9]\"/>"
    );
    let xml = format!("<hierarchy><node class=\"{around}\" bounds=\"[0,0][9,9]\">{node}</node></hierarchy>");
    masked_tree(&UiTree::parse(xml.as_bytes()).unwrap(), &PLAIN)
}

fn text_of(out: &crate::capture::MaskedTree) -> String {
    UiTree::parse(out.xml.as_bytes()).unwrap().nodes().nth(1).unwrap().1.text.to_string()
}

#[test]
fn a_password_that_is_shown_in_clear_leaves_nothing_not_even_its_shape() {
    for (around, attributes) in [
        ("c", "password=\"true\""),
        ("c", "resource-id=\"com.xiaomi.account:id/input_pwd_view\""),
        ("c", "resource-id=\"a:id/et_Password\" hint=\"?\""),
        ("c", "hint=\"Enter password\""),
        ("android.webkit.WebView", ""),
    ] {
        for text in ["!!--!!", "Sign out", "Owner-pass 1", "x"] {
            let out = field(around, attributes, text);
            let said = format!("{attributes} {around} {text}: {}", out.xml);
            assert_eq!(text_of(&out), "", "{said}");
            assert_eq!(out.over, [crate::ui::Bounds::new(0, 0, 9, 9)], "{said}");
            assert!(out.masked.iter().all(|m| m.attribute != "text") && out.known.is_empty(), "{said}");
        }
    }
}

#[test]
fn what_was_typed_elsewhere_keeps_no_shape() {
    let typed = |text: &str| text_of(&field("c", "resource-id=\"a:id/search_box\"", text));
    for text in ["!!--!!", "Owner-pass 1", "A", "xxxxxxxxx"] {
        assert_eq!(typed(text), "xxxx", "{text}");
    }
    assert_eq!((typed("Xiaomi Account"), typed("")), ("Xiaomi Account".to_owned(), String::new()));
}

/// Texts as they may stand on a page, with something of somebody's in them.
fn private() -> impl Strategy<Value = String> {
    prop_oneof![
        "[1-9][0-9]{4,15}",
        "\\+?[1-9]{2,3} ?[1-9][0-9]{6,9}",
        "[a-z]{2,8}[.]?[a-z1-9]{1,4}@[a-z]{3,8}[.](com|org)",
        "[A-WYZ][a-wyz]{2,7} [A-WYZ][a-wyz]{2,9}",
        "[\u{4e00}-\u{4e20}]{3,5}",
    ]
}

proptest! {
    #[test]
    fn nothing_of_anybody_survives(secret in private(), before in "(Sign out |Mi Account: |id=)?", after in "( ok|[)])?") {
        let text = format!("{before}{secret}{after}");
        let xml = format!(
            "<hierarchy><node text=\"{text}\" resource-id=\"a:id/b\" class=\"c\" package=\"p\" content-desc=\"{text}\" hint=\"{text}\" bounds=\"[0,0][9,9]\"/></hierarchy>"
        );
        let tree = UiTree::parse(xml.as_bytes()).unwrap();
        let out = masked_tree(&tree, &PLAIN);
        prop_assert!(!out.xml.contains(&secret), "{}", out.xml);
        let body = out.xml.split("<node").nth(1).unwrap();
        for run in secret.split(|c: char| !c.is_ascii_digit()).filter(|r| r.len() >= 5 && r.bytes().any(|b| b != b'0')) {
            prop_assert!(!body.contains(run), "{run} in {body}");
        }
        prop_assert_eq!(out.masked.len(), 3);
        prop_assert_eq!(&out.over, &[crate::ui::Bounds::new(0, 0, 9, 9)]);
        prop_assert!(out.known.is_empty());
        // The places and lengths are still there.
        let again = UiTree::parse(out.xml.as_bytes()).unwrap();
        let node = again.nodes().next().unwrap().1;
        prop_assert_eq!(node.text.chars().count(), text.chars().count());
        prop_assert_eq!(&node.id, "a:id/b");
    }

    #[test]
    fn any_text_makes_a_dump_that_is_read_again(text in "\\PC{0,12}", filled in any::<bool>()) {
        let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
        let hint = if filled { "Search" } else { &escaped };
        let xml = format!("<hierarchy><node bounds=\"[0,0][9,9]\"><node text=\"{escaped}\" hint=\"{hint}\" bounds=\"[0,0][9,9]\"><node/></node></node><node/></hierarchy>");
        let tree = UiTree::parse(xml.as_bytes()).unwrap();
        let again = UiTree::parse(masked_tree(&tree, &PLAIN).xml.as_bytes()).unwrap();
        prop_assert_eq!(again.count(), tree.count());
        for ((_, was), (_, is)) in tree.nodes().zip(again.nodes()) {
            prop_assert_eq!(was.filled(), is.filled(), "{:?} {:?}", was.text, is.text);
            prop_assert_eq!(was.parent(), is.parent());
            prop_assert_eq!(was.bounds, is.bounds);
        }
    }
}
