use proptest::prelude::*;

use super::attributes::unescape;
use super::*;

const NODE: &str = r#"<node index="0" text="Sign out" resource-id="com.xiaomi.account:id/logout_btn" class="android.widget.Button" package="com.xiaomi.account" content-desc="" clickable="true" enabled="true" bounds="[40,1900][1040,2040]" />"#;

const PARTS: &[&str] = &[
    "<node ",
    "<node>",
    "text=\"",
    "\"",
    ">",
    "/>",
    "</node>",
    "<hierarchy>",
    "</hierarchy>",
    "&#xD83D;",
    "&#",
    ";",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?",
    "?>",
    "bounds=\"[0,0][1,1]\"",
    "password=\"true\"",
    "•",
    "a",
    " ",
    "ü",
];

const WINDOW_PARTS: &[&str] = &[
    "<display id=\"0\">",
    "<display id=\"2\">",
    "</display>",
    "<window layer=\"1\" active=\"true\">",
    "<window layer=\"0\">",
    "</window>",
    "<hierarchy>",
    "</hierarchy>",
    "<node>",
    "<node/>",
    "</node>",
    "</displays>",
    "<displays>",
];

/// A window in the form of `--windows`, with one node of this text.
fn window(layer: i32, flags: &str, kind: i32, bounds: &str, text: &str) -> String {
    format!(
        "<window index=\"{layer}\" title=\"{text}\" bounds=\"{bounds}\" {flags} id=\"{layer}\" layer=\"{layer}\" type=\"{kind}\"><hierarchy rotation=\"0\"><node text=\"{text}\" clickable=\"true\" bounds=\"{bounds}\"><node text=\"in {text}\" bounds=\"{bounds}\"/></node></hierarchy></window>"
    )
}

fn display(id: u32, windows: &[String]) -> String {
    format!("<display id=\"{id}\">{}</display>", windows.concat())
}

fn texts(xml: &str) -> Vec<String> {
    let tree = UiTree::parse(xml.as_bytes()).unwrap_or_else(|e| panic!("{e}: {xml}"));
    tree.nodes().map(|(_, n)| n.text.to_string()).filter(|t| !t.starts_with("in ")).collect()
}

const ACTIVE: &str = "active=\"true\" focused=\"true\" accessibility-focused=\"false\"";
const QUIET: &str = "active=\"false\" focused=\"false\" accessibility-focused=\"false\"";
const ALL: &str = "[0,0][1080,2400]";

#[test]
fn of_all_windows_the_one_in_front_counts_and_what_lies_over_it() {
    let page = window(0, QUIET, 1, ALL, "page");
    let dialog = window(1, ACTIVE, 1, "[0,1500][1080,2400]", "dialog");
    let keyboard = window(2, QUIET, 2, "[0,2000][1080,2400]", "keyboard");
    let other = display(3, &[window(9, ACTIVE, 1, ALL, "cast")]);
    let xml = format!(
        "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><displays>{other}{}</displays>UI hierchary dumped to: /dev/tty",
        display(0, &[keyboard.clone(), dialog, page.clone()])
    );
    assert_eq!(texts(&xml), ["dialog", "keyboard"]);
    let tree = UiTree::parse(xml.as_bytes()).unwrap();
    assert_eq!(
        tree.windows().iter().map(|w| (w.title.as_str(), w.layer)).collect::<Vec<_>>(),
        [("dialog", 1), ("keyboard", 2)]
    );
    assert_eq!(tree.display(), (1080, 2400));
    // Nothing is active: the uppermost application.
    let quiet = format!("<displays>{}</displays>", display(0, &[page, keyboard, window(1, QUIET, 1, ALL, "above")]));
    assert_eq!(texts(&quiet), ["above", "keyboard"]);
}

#[test]
fn nodes_of_a_kept_window_still_point_at_each_other() {
    let xml = format!(
        "<displays>{}</displays>",
        display(0, &[window(3, QUIET, 3, "[0,0][1080,80]", "bar"), window(0, ACTIVE, 1, ALL, "page")])
    );
    let tree = UiTree::parse(xml.as_bytes()).unwrap();
    for (id, node) in tree.nodes() {
        let inner = node.text.strip_prefix("in ");
        assert_eq!(node.parent().and_then(|p| tree.node(p)).map(|p| p.text.as_str()), inner);
        assert!(tree.descendants(node).all(|within| within.parent() == Some(id)));
    }
}

#[test]
fn a_button_below_another_window_is_no_target() {
    let over = |bounds: &str| {
        let windows = [window(0, ACTIVE, 1, "[0,1900][1080,2000]", "OK"), window(1, QUIET, 2, bounds, "keyboard")];
        let tree = UiTree::parse(format!("<displays>{}</displays>", display(0, &windows)).as_bytes()).unwrap();
        let ids: Vec<NodeId> = tree.nodes().filter(|(_, n)| n.text == "OK").map(|(id, _)| id).collect();
        tree.tap_point(ids[0])
    };
    assert!(over("[0,2000][1080,2400]").is_some());
    assert_eq!(over("[0,1800][1080,2400]"), None);
}

#[test]
fn windows_nest_and_may_be_empty() {
    let child = window(4, ACTIVE, 1, ALL, "child");
    let xml = format!(
        "<displays><display id=\"0\"><window layer=\"0\" type=\"1\">{child}<hierarchy><node text=\"parent\" bounds=\"{ALL}\"/></hierarchy></window><window layer=\"7\" type=\"3\"/></display></displays>"
    );
    assert_eq!(texts(&xml), ["child"]);
    check("<displays><display id=\"0\"/></displays>", Err("empty"));
    check("<displays></displays>", Err("empty"));
    check("<displays><display id=\"0\"><window><hierarchy><node", Err("cut"));
    check("<displays><node/></displays>", Err("an element <node>"));
    check("<displays><display/></displays>", Err("without a number"));
    check("<displays><display id=\"0\"><hierarchy/></display></displays>", Err("an element <hierarchy>"));
    let many = format!("<displays><display id=\"0\">{}</display></displays>", "<window/>".repeat(MAX_WINDOWS + 1));
    check(&many, Err("more than 1000 windows"));
}

fn check(xml: &str, expect: Result<usize, &str>) {
    let got = UiTree::parse(xml.as_bytes());
    match (&got, expect) {
        (Ok(tree), Ok(count)) => assert_eq!(tree.count(), count, "{xml}"),
        (Err(error), Err(words)) => assert!(error.to_string().contains(words), "{error}: {xml}"),
        _ => panic!("{got:?} for {xml}"),
    }
}

#[test]
fn what_stands_around_the_dump_is_left_out() {
    check(
        &format!(
            "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><hierarchy rotation=\"0\">{NODE}</hierarchy>"
        ),
        Ok(1),
    );
    check(&format!("<hierarchy>{NODE}</hierarchy>UI hierchary dumped to: /dev/tty\n"), Ok(1));
    check(
        &format!(
            "java.io.FileNotFoundException: /data/x\n\tat a.b(C.java:1)\n<?xml version='1.0'?><hierarchy>{NODE}{NODE}</hierarchy>"
        ),
        Ok(2),
    );
    check(
        &format!("<!-- c --><hierarchy><!-- <node> -->{NODE}</hierarchy>")
            .replace("<!-- c -->", "<?xml version='1.0'?><!-- c -->"),
        Ok(1),
    );
}

#[test]
fn nothing_cut_and_foreign_bytes_are_told_apart() {
    check("", Err("empty"));
    check(" \r\n", Err("empty"));
    check("<hierarchy rotation='0'/>", Err("empty"));
    check("<hierarchy></hierarchy>", Err("empty"));
    check("Killed", Err("no dump"));
    check("<html><hierarchy/></html>", Err("empty"));
    check("<?xml version='1.0'?><html/>", Err("cut"));
    check("<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]><hierarchy/>", Err("document type"));
    check("<hierarchy><node text=\"Sig", Err("cut after 0"));
    check(&format!("<hierarchy>{NODE}<node></node>"), Err("cut after 2"));
    check(&format!("<hierarchy>{NODE}<!-- "), Err("cut after 1"));
    check("<hierarchy><node></hierarchy>", Err("malformed"));
    check("<hierarchy><a/></hierarchy>", Err("an element <a>"));
    check("<hierarchy><node text=\"a\" text=\"b\"/></hierarchy>", Err("malformed"));
    check("<hierarchy><node bounds=\"[0,0]\"/></hierarchy>", Err("bounds"));
    check("<hierarchy><node text=\"&nope;\"/></hierarchy>", Err("&nope"));
    check("<hierarchy><node text=\"&#0;\"/></hierarchy>", Err("&#0"));
    check("<hierarchy><node text=\"a & b\"/></hierarchy>", Err("malformed"));
    check("<hierarchy><node text=\"\0\"/></hierarchy>", Err("NUL"));
    let latin1 = b"<hierarchy><node text=\"\xe9\"/></hierarchy>";
    assert!(UiTree::parse(latin1).unwrap_err().to_string().contains("not UTF-8"));
    let half = &"<hierarchy><node text=\"帐".as_bytes()[..24];
    assert!(UiTree::parse(half).unwrap_err().is_passing());
}

#[test]
fn limits_hold_and_depth_needs_no_stack() {
    let nested = |n: usize| format!("<hierarchy>{}{}</hierarchy>", "<node>".repeat(n), "</node>".repeat(n));
    check(&nested(MAX_DEPTH), Ok(MAX_DEPTH));
    check(&nested(MAX_DEPTH + 1), Err("more than 10000 levels"));
    check(&format!("<hierarchy>{}</hierarchy>", "<node/>".repeat(MAX_NODES + 1)), Err("nodes"));
    assert!(matches!(UiTree::parse(&vec![b'x'; MAX_BYTES + 1]), Err(DumpError::TooLarge { .. })));
}

#[test]
fn references_resolve_and_halves_of_an_emoji_meet() {
    for (value, text) in [
        ("a &amp; &lt;b&gt; &quot;&apos;", "a & <b> \"'"),
        ("one&#10;two", "one\ntwo"),
        ("&#x1F600;", "\u{1f600}"),
        ("&#55357;&#56832;!", "\u{1f600}!"),
        ("&#55357;x", "\u{fffd}x"),
        ("&#56832;", "\u{fffd}"),
        ("&#55357;", "\u{fffd}"),
        ("\u{202b}مرحبا\u{202c}", "\u{202b}مرحبا\u{202c}"),
    ] {
        assert_eq!(unescape(value).unwrap(), text, "{value}");
    }
}

#[test]
fn what_is_typed_is_never_kept() {
    let xml = "<hierarchy><node text=\"hunter2\" password=\"true\" hint=\"Enter password\" bounds=\"[0,0][1,1]\"/></hierarchy>";
    let tree = UiTree::parse(xml.as_bytes()).unwrap();
    assert!(!format!("{tree:?}").contains("hunter2"));
    assert_eq!(tree.nodes().next().unwrap().1.masked_len(), Some(7));
}

/// Reads a dump in both ways, which have to agree in everything but the words of a mistake.
fn read_twice(xml: &str) -> Result<UiTree, DumpError> {
    let (fast, alone) = (read(xml.as_bytes(), true), read(xml.as_bytes(), false));
    match (&fast, &alone) {
        (Err(DumpError::Malformed(_)), Err(DumpError::Malformed(_))) => {}
        _ => assert_eq!(fast, alone, "{xml}"),
    }
    fast
}

const TAG_PARTS: &[&str] = &[
    " index=\"3\"",
    " text=\"Sign out\"",
    " text=\"\"",
    " text=\"a &amp; b\"",
    " text=\"a > b\"",
    " text='it'",
    " resource-id=\"a:id/b\"",
    " class=\"ü\"",
    " package=\"p\"",
    " content-desc=\"c\"",
    " checkable=\"true\"",
    " checked=\"true\"",
    " clickable=\"false\"",
    " enabled=\"false\"",
    " enabled=\"true\"",
    " focusable=\"true\"",
    " focused=\"yes\"",
    " scrollable=\"true\"",
    " long-clickable=\"true\"",
    " password=\"true\"",
    " selected=\"true\"",
    " NAF=\"true\"",
    " visible-to-user=\"true\"",
    " bounds=\"[0,-1][20,30]\"",
    " bounds=\"[0, 1][2,3]\"",
    " drawing-order=\"1\"",
    " hint=\"h\"",
    " display-id=\"0\"",
    " other=\"\"",
    "\n",
];

/// How a tag may end, and what may stand behind it.
const TAG_ENDS: &[&str] =
    &[" />", "/>", "></node>", " >\n text <!-- <node> --></node>", "><node/>\n</node >", ">", "/ >"];

#[test]
fn an_empty_attribute_is_one_of_two_as_well() {
    for twice in ["text=\"a\" text=\"\"", "text=\"a\" class=\"b\" text=\"\""] {
        assert!(read_twice(&format!("<hierarchy><node {twice}/></hierarchy>")).is_err(), "{twice}");
    }
}

proptest! {
    #[test]
    fn tags_read_by_hand_are_as_the_xml_reader_reads_them(
        nodes in proptest::collection::vec(
            (proptest::collection::vec(proptest::sample::select(TAG_PARTS), 0..20), proptest::sample::select(TAG_ENDS)),
            1..6,
        )
    ) {
        let tags = nodes.iter().map(|(parts, end)| ["<node", &parts.concat(), end].concat());
        let _ = read_twice(&format!("<hierarchy>{}</hierarchy>", tags.collect::<String>()));
    }

    #[test]
    fn a_node_has_exactly_its_descendants_within(levels in proptest::collection::vec(0_usize..4, 1..40)) {
        let mut xml = String::new();
        let mut depth = 0;
        for level in levels {
            let up = depth.min(level);
            xml.push_str(&"</node>".repeat(up));
            xml.push_str("<node>");
            depth = depth - up + 1;
        }
        xml.push_str(&"</node>".repeat(depth));
        let tree = read_twice(&format!("<hierarchy>{xml}</hierarchy>")).unwrap();
        for (id, node) in tree.nodes() {
            let around = |n: &UiNode| std::iter::successors(n.parent(), |p| tree.node(*p).unwrap().parent()).any(|p| p == id);
            let within: Vec<&UiNode> = tree.nodes().map(|(_, n)| n).filter(|n| around(n)).collect();
            prop_assert!(tree.descendants(node).eq(within.iter().copied()));
            prop_assert_eq!(node.is_leaf(), within.is_empty());
        }
    }

    #[test]
    fn no_bytes_cause_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = UiTree::parse(&bytes);
    }

    #[test]
    fn no_xml_like_text_causes_a_panic(parts in proptest::collection::vec(proptest::sample::select(PARTS), 0..40)) {
        let _ = read_twice(&format!("<hierarchy>{}", parts.concat()));
    }

    #[test]
    fn no_text_like_a_dump_of_all_windows_causes_a_panic(parts in proptest::collection::vec(proptest::sample::select(WINDOW_PARTS), 0..40)) {
        let _ = read_twice(&format!("<displays>{}", parts.concat()));
    }

    #[test]
    fn any_text_comes_back(text in "[^\u{0}]{0,40}") {
        let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
        let xml = format!("<hierarchy><node text=\"{escaped}\"/></hierarchy>");
        let tree = UiTree::parse(xml.as_bytes()).unwrap();
        prop_assert_eq!(&tree.nodes().next().unwrap().1.text, &text);
    }

    #[test]
    fn a_cut_dump_is_never_a_tree(at in 0_usize..300) {
        let xml = format!("<hierarchy>{NODE}</hierarchy>");
        let at = at.min(xml.len() - 1);
        prop_assert!(UiTree::parse(&xml.as_bytes()[..at]).unwrap_err().is_passing());
    }
}
