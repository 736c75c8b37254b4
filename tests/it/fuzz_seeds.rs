//! Every fuzz target over its seeds (`fuzz/corpus/`), and over seeds that were changed at random: the fuzzer itself needs tools
//! that not everybody has. Then what no fuzzer writes: the very large and the very deep.

pub mod targets;

use std::collections::BTreeMap;
use std::path::Path;

use mi_signout::ui;
use mi_signout::ui::{MAX_BYTES, MAX_DEPTH, Selector, Target, UiTree};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use targets::TARGETS;

/// The seeds of each target, by the target's name.
fn seeds() -> BTreeMap<String, Vec<(String, Vec<u8>)>> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    let mut all: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for folder in std::fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap()) {
        let mut seeds: Vec<_> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap())
            .map(|file| (file.file_name().into_string().unwrap(), std::fs::read(file.path()).unwrap()))
            .collect();
        seeds.sort();
        all.insert(folder.file_name().into_string().unwrap(), seeds);
    }
    all
}

#[test]
fn every_target_has_small_seeds_and_takes_them() {
    let seeds = seeds();
    let names: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    assert_eq!(seeds.keys().map(String::as_str).collect::<Vec<_>>(), {
        let mut sorted = names.clone();
        sorted.sort_unstable();
        sorted
    });
    let manifest = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/Cargo.toml")).unwrap();
    for (name, target) in TARGETS {
        assert!(manifest.contains(&format!("path = \"targets/{name}.rs\"")), "{name} is not built");
        assert!(seeds[*name].len() >= 9, "{name} has few seeds");
        for (seed, bytes) in &seeds[*name] {
            assert!(bytes.len() <= 4096, "{name}/{seed} is large");
            println!("{name}/{seed}");
            target(bytes);
        }
    }
}

/// What is done to a seed.
#[derive(Clone, Debug)]
enum Change {
    /// One byte becomes another.
    Set(usize, u8),
    /// Some bytes are left out.
    Cut(usize, usize),
    /// Some bytes come twice.
    Again(usize, usize),
    /// Something odd is put in.
    Insert(usize, &'static str),
    /// The end of another seed takes the place of its own.
    Cross(usize, usize),
}

/// What readers of text trip over.
const ODD: &[&str] = &[
    "\0",
    "\r",
    "\n",
    "\t",
    "\"",
    "'",
    "<",
    ">",
    "&#0;",
    "]]>",
    "{",
    "}",
    "[",
    "]",
    "=",
    ":",
    "-1",
    "99999999999999999999",
    "é",
    "\u{202e}",
    "\u{9b}2J",
    "\u{1b}[2J",
    "\u{feff}",
    "ß\u{301}",
    "type=com.xiaomi}",
    "Accounts: 0",
    "M file",
    "\"\"\"",
    "#",
    "\\",
    "$((",
    "${",
    "`",
    "<<E",
];

fn change() -> impl Strategy<Value = Change> {
    let at = || 0..4096_usize;
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        (at(), 1..200_usize).prop_map(|(at, length)| Change::Cut(at, length)),
        (at(), 1..200_usize).prop_map(|(at, length)| Change::Again(at, length)),
        (at(), prop::sample::select(ODD)).prop_map(|(at, text)| Change::Insert(at, text)),
        (at(), at()).prop_map(|(at, other)| Change::Cross(at, other)),
    ]
}

fn apply(bytes: &mut Vec<u8>, change: &Change, seeds: &[(String, Vec<u8>)]) {
    let place = |at: usize| at % (bytes.len() + 1);
    match *change {
        Change::Set(at, byte) => {
            let at = place(at);
            if let Some(old) = bytes.get_mut(at) {
                *old = byte;
            }
        }
        Change::Cut(at, length) => {
            let at = place(at);
            bytes.drain(at..(at + length).min(bytes.len()));
        }
        Change::Again(at, length) => {
            let at = place(at);
            let part = bytes[at..(at + length).min(bytes.len())].to_vec();
            bytes.splice(at..at, part);
        }
        Change::Insert(at, text) => {
            let at = place(at);
            bytes.splice(at..at, text.bytes());
        }
        Change::Cross(at, other) => {
            let at = place(at);
            let (_, donor) = &seeds[other % seeds.len()];
            bytes.truncate(at);
            bytes.extend(&donor[other % (donor.len() + 1)..]);
        }
    }
}

#[test]
fn changed_seeds_are_taken_too() {
    let seeds = seeds();
    for (name, target) in TARGETS {
        let seeds = &seeds[*name];
        // A profile that loads costs the built-in ones anew.
        let cases = if *name == "profile" { 150 } else { 600 };
        let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
        let changes = (0..seeds.len(), prop::collection::vec(change(), 1..6));
        let outcome = runner.run(&changes, |(seed, changes)| {
            let mut bytes = seeds[seed].1.clone();
            for change in &changes {
                apply(&mut bytes, change, seeds);
            }
            target(&bytes);
            Ok(())
        });
        assert!(outcome.is_ok(), "{name}: {}", outcome.unwrap_err());
    }
}

/// A dump of these nodes.
fn dump_of(nodes: &str) -> Vec<u8> {
    format!("<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><hierarchy rotation=\"0\">{nodes}</hierarchy>")
        .into_bytes()
}

#[test]
fn a_dump_of_fifty_megabytes_is_read_and_a_larger_one_refused() {
    let shell = dump_of("<node text=\"\" bounds=\"[0,0][10,10]\" />").len();
    let text = "x".repeat(MAX_BYTES - shell);
    let tree = UiTree::parse(&dump_of(&format!("<node text=\"{text}\" bounds=\"[0,0][10,10]\" />"))).unwrap();
    assert_eq!(tree.count(), 1);
    let larger = dump_of(&format!("<node text=\"x{text}\" bounds=\"[0,0][10,10]\" />"));
    assert_eq!(UiTree::parse(&larger).unwrap_err(), ui::DumpError::TooLarge { what: "bytes", limit: MAX_BYTES });
}

#[test]
fn fifty_megabytes_of_nothing_are_no_dump() {
    // The worst of them in full; the others would only take their time.
    let fillers = [(b"<", MAX_BYTES), (b" ", MAX_BYTES / 50), (b"\0", MAX_BYTES / 50), (b"\xff", MAX_BYTES / 50)];
    for (filler, length) in fillers {
        let bytes = filler.repeat(length);
        assert!(UiTree::parse(&bytes).unwrap_err().is_passing(), "{filler:?}");
    }
    let nodes = "<node bounds=\"[0,0][9,9]\"/>".repeat(ui::MAX_NODES + 1);
    let many = UiTree::parse(&dump_of(&nodes)).unwrap_err();
    assert_eq!(many, ui::DumpError::TooLarge { what: "nodes", limit: ui::MAX_NODES });
}

#[test]
fn nesting_of_ten_thousand_is_read_and_a_deeper_one_refused() {
    let open = "<node clickable=\"true\" scrollable=\"true\" text=\"Sign out\" bounds=\"[0,0][10,10]\">";
    // The hierarchy is a level too.
    let deep = |levels: usize| dump_of(&format!("{}{}", open.repeat(levels), "</node>".repeat(levels)));
    // What is asked of a tree costs a walk to the root for each node, so all of it is asked of a third of the depth.
    targets::dump(&deep(MAX_DEPTH / 3));
    assert_eq!(UiTree::parse(&deep(MAX_DEPTH - 1)).unwrap().count(), MAX_DEPTH - 1);
    let deeper = UiTree::parse(&deep(MAX_DEPTH + 1)).unwrap_err();
    assert_eq!(deeper, ui::DumpError::TooLarge { what: "levels", limit: MAX_DEPTH });
    let cut = UiTree::parse(&dump_of(&open.repeat(5_000))).unwrap_err();
    assert!(matches!(cut, ui::DumpError::Cut { nodes: 5_000 } | ui::DumpError::Malformed(_)), "{cut}");
}

#[test]
fn fifty_thousand_buttons_with_the_same_words_are_counted_and_none_tapped() {
    let one = "<node text=\"Sign out\" clickable=\"true\" bounds=\"[0,0][10,10]\"/>";
    let tree = UiTree::parse(&dump_of(&one.repeat(ui::MAX_NODES))).unwrap();
    let words = Selector::text(ui::TextSet::new("words", ["Sign out"]));
    assert_eq!(tree.target(&words), Target::Several(ui::MAX_NODES));
}

#[test]
fn nuls_and_bidi_marks_never_make_a_button_that_reads_as_another() {
    let words = Selector::text(ui::TextSet::new("words", ["Sign out"]));
    for text in ["Sign\0out", "Sign &#0;out", "\u{202e}tuo ngiS", "Sign out\u{202e} not"] {
        let tree =
            UiTree::parse(&dump_of(&format!("<node text=\"{text}\" clickable=\"true\" bounds=\"[0,0][9,9]\"/>")));
        assert!(tree.is_err() || !tree.unwrap().holds(&words), "{text:?}");
    }
}
