//! The import table of `lib.rs`, and where the crate may print, exit, name `adb_client` or expose a secret.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Room → the rooms it may import. `src/lib.rs` has the same table.
const TABLE: &[(&str, &[&str])] = &[
    ("text", &[]),
    ("model", &["text"]),
    ("event", &["model"]),
    ("record", &["model", "event", "text"]),
    ("ui", &[]),
    ("profile", &["model", "ui"]),
    ("phone", &["model", "ui", "text"]),
    ("flow", &["model", "event", "ui", "profile", "phone", "text"]),
    ("capture", &["model", "ui", "profile", "phone", "text"]),
    ("learn", &["model", "ui", "profile", "phone", "capture", "text"]),
    ("preflight", &["model", "event", "profile", "phone", "text"]),
    ("fleet", &["model", "event", "profile", "phone", "flow", "capture", "preflight", "journal", "text"]),
    ("journal", &["model", "event", "record", "text"]),
    ("report", &["model", "event", "record", "text"]),
    // `report::text` lays out tables and lines for both.
    ("reporter", &["model", "event", "record", "journal", "report", "text"]),
    ("process", &["model"]),
    ("adb", &["model", "ui", "phone", "process", "text"]),
    ("web", &["model", "event", "journal", "process", "text"]),
];

/// Every source file with its room.
fn sources() -> Vec<(String, PathBuf, String)> {
    fn walk(dir: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    walk(&src, &mut found);
    assert!(found.len() > 10, "the sources were not found");
    found
        .into_iter()
        .map(|path| {
            let first = path.strip_prefix(&src).unwrap().components().next().unwrap().as_os_str().to_str().unwrap();
            let room = first.trim_end_matches(".rs").to_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            (room, path, text)
        })
        .collect()
}

/// The text without comments and without its `#[cfg(test)]` module, which may look further.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    text.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Rooms that a text names by `crate::room` or in `use crate::{room::…, …}`.
fn imports(code: &str) -> Vec<String> {
    let path = regex::Regex::new(r"crate::(\{[^;]*?\}\s*;|[a-z_]+)").unwrap();
    let word = regex::Regex::new(r"[{,]\s*([a-z_]+)").unwrap();
    let mut rooms = Vec::new();
    for found in path.captures_iter(code) {
        let what = &found[1];
        if what.starts_with('{') {
            // Only the outermost names of a nested `use` are rooms.
            let mut depth = 0;
            let flat: String = what
                .chars()
                .filter(|c| {
                    depth += i32::from(*c == '{') - i32::from(*c == '}');
                    depth <= 1
                })
                .collect();
            rooms.extend(word.captures_iter(&flat).map(|c| c[1].to_owned()));
        } else {
            rooms.push(what.to_owned());
        }
    }
    rooms
}

#[test]
fn rooms_import_only_what_the_table_allows() {
    let mut wrong = Vec::new();
    for (room, path, text) in sources() {
        if ["main", "lib", "cli"].contains(&room.as_str()) {
            continue;
        }
        let Some((_, allowed)) = TABLE.iter().find(|(name, _)| *name == room) else {
            panic!("{} belongs to no room of the table", path.display());
        };
        for import in imports(&code(&text)) {
            if import != room && !allowed.contains(&import.as_str()) {
                wrong.push(format!("{}: crate::{import}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "forbidden imports:\n{}", wrong.join("\n"));
}

#[test]
fn the_import_reader_sees_nested_uses() {
    let found = imports("use crate::{adb::{Quote, x}, flow::Engine};\nlet y = crate::sim::Farm::new();");
    assert_eq!(found, ["adb", "flow", "sim"]);
}

#[test]
fn words_stay_in_their_rooms() {
    let rules: &[(&str, &[&str])] = &[
        (r"\badb_client\b", &["adb"]),
        (r"\be?print(ln)?!\(", &["cli", "reporter"]),
        (r"\bprocess::exit\b", &["main"]),
        (r"\.expose\(\)", &["adb"]),
    ];
    let mut wrong = Vec::new();
    for (room, path, text) in sources() {
        let code = code(&text);
        for (pattern, rooms) in rules {
            if regex::Regex::new(pattern).unwrap().is_match(&code) && !rooms.contains(&room.as_str()) {
                wrong.push(format!("{}: {pattern}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "words outside their rooms:\n{}", wrong.join("\n"));
}

/// Where sentences may stand beside the room of texts, and why.
const SENTENCES: &[(&str, &str)] = &[
    ("profile", "mistakes in a profile, for its author"),
    ("flow/decision.rs", "steps of the record"),
    ("flow/run.rs", "steps of the record"),
    ("journal/copy.rs", "columns"),
    ("journal/key.rs", "proven invariants"),
    ("journal/deletion_queue.rs", "details of the record"),
    ("journal/store", "SQL, and what SQLite says"),
    ("learn", "the profile that it drafts, for its author; the notes in it are part of a file"),
    ("ui", "mistakes in a dump, which are told as 'not ready'"),
    ("adb/script", "shell text"),
    ("adb/claim.rs", "shell text"),
    ("adb/touches.rs", "shell text"),
    ("adb/parse", "what phones print"),
    ("adb/exec.rs", "what adb servers print"),
    ("capture/manifest.rs", "a file of a capture, for who reads it anywhere"),
    ("capture/mask.rs", "names of what was masked, as in the manifest"),
    ("cli/commands/profiles", "profiles in words, for their authors"),
    ("cli/args/profiles.rs", "mistakes in a profile, for its author"),
    ("cli/mod.rs", "the help"),
    ("report/samples.rs", "samples of tests"),
    ("web/pages.rs", "mistakes in the file of a page, for its author"),
    ("web/download.rs", "names of hosts and their owners"),
    ("web/driver.rs", "what drivers print"),
];

/// Texts of at least four words in a row: neither attributes (but errors), nor markup, SQL, names or patterns.
fn sentences(code: &str) -> Vec<String> {
    let attribute = regex::Regex::new(r#"(?s)#!?\[(?:[^\]"]|"(?:[^"\\]|\\.)*")*\]"#).unwrap();
    let code = attribute.replace_all(code, |found: &regex::Captures<'_>| match &found[0] {
        error if error.starts_with("#[error(") => error.to_owned(),
        _ => String::new(),
    });
    let code = code.replace("'\"'", "' '");
    let literal = regex::Regex::new(r#"(?s)"((?:[^"\\]|\\.)*)""#).unwrap();
    let beside = regex::Regex::new(r"(?s)\\\n|\{[^}]*\}|<[^>]*>").unwrap();
    let words = regex::Regex::new(r"(?:^|[\s('])(?:[A-Za-z]+(?:'[a-z]+)?[,.:;?!)']*\s+){3}[A-Za-z]").unwrap();
    let sql =
        regex::Regex::new(r"\b(?:SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|PRAGMA|ROLLBACK|SET|WHERE|FROM|BEGIN)\b")
            .unwrap();
    literal
        .captures_iter(&code)
        .map(|found| found[1].to_owned())
        .filter(|text| !sql.is_match(text) && words.is_match(&beside.replace_all(text, " ")))
        .collect()
}

#[test]
fn what_people_read_is_in_the_room_of_texts() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for (room, path, text) in sources() {
        let name = path.strip_prefix(&src).unwrap().to_str().unwrap().replace('\\', "/");
        let is_test = name.ends_with("tests.rs") || name.contains("/tests/");
        if room == "text" || is_test || SENTENCES.iter().any(|(place, _)| name.starts_with(place)) {
            continue;
        }
        let code = code(&text);
        let code = code.split("\nmod tests {").next().unwrap();
        wrong.extend(sentences(code).into_iter().map(|sentence| format!("{name}: {sentence}")));
    }
    assert!(wrong.is_empty(), "say these by their id, with the words in src/text/en/:\n{}", wrong.join("\n"));
}

#[test]
fn the_sentence_reader_sees_sentences_only() {
    let code = r#"
        #[expect(clippy::x, reason = "this is the reason of it")]
        #[error("the phone does not answer")]
        fn f() -> &'static str { say!("the-phone-does-not-answer"); "SELECT a, b FROM c WHERE d"; "<p class=\"x\">a</p>" }
        let why = format!("lost {phones} phones on hub {hub} at once");
    "#;
    assert_eq!(sentences(code), ["the phone does not answer", "lost {phones} phones on hub {hub} at once"]);
    assert_eq!(sentences(r#""don't do it again""#), ["don't do it again"]);
}

#[test]
fn main_is_short_and_files_are_not_long() {
    for (room, path, text) in sources() {
        let lines = text.lines().count();
        assert!(room != "main" || lines <= 25, "main.rs has {lines} lines");
        assert!(lines <= 600, "{} has {lines} lines: split it", path.display());
    }
}

#[test]
fn the_table_stands_in_the_crate_documentation() {
    let lib = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    for (room, allowed) in TABLE {
        // A room that is not built yet can't be linked to.
        let heads = [format!("//! | [`{room}`] |"), format!("//! | `{room}` |")];
        let row = lib.lines().find(|l| heads.iter().any(|h| l.starts_with(h))).unwrap_or_else(|| panic!("{room}"));
        let cell = row.trim_end_matches('|').rsplit('|').next().unwrap().trim();
        let expected = if allowed.is_empty() { "-".to_owned() } else { allowed.join(" ") };
        assert_eq!(cell, expected, "{room}");
    }
}

/// Rooms in which some files still import each other both ways.
const WITH_CIRCLES: &[&str] = &["fleet"];

/// The files of a room that a file imports: by the name of the file, or of something that is defined in one file of the room alone. What a
/// `mod.rs` passes on belongs to the file that defines it.
fn files_imported(
    code: &str,
    room: &str,
    files: &[String],
    defined: &BTreeMap<String, Vec<String>>,
) -> BTreeSet<String> {
    let uses = regex::Regex::new(&format!(r"\buse\s+(?:super|self|crate::{room})\b[^;]*;")).unwrap();
    let inline = regex::Regex::new(&format!(r"\b(?:super|crate::{room})(?:::\w+)+")).unwrap();
    let visible = regex::Regex::new(r"pub\(in [^)]*\)").unwrap().replace_all(code, "pub");
    let text: String = uses
        .find_iter(&visible)
        .chain(inline.find_iter(&visible))
        .map(|found| found.as_str().to_owned() + " ")
        .collect();
    let mut imported = BTreeSet::new();
    for word in text.split(|c: char| !c.is_alphanumeric() && c != '_') {
        match defined.get(word).map(Vec::as_slice) {
            _ if files.iter().any(|file| file == word) => drop(imported.insert(word.to_owned())),
            Some([only]) => drop(imported.insert(only.clone())),
            _ => {}
        }
    }
    imported
}

#[test]
fn files_of_a_room_import_each_other_one_way() {
    let define = r"(?m)^\s*pub(?:\([^)]*\))? (?:const |async )*(?:struct|enum|fn|trait|type|const|static) (\w+)";
    let define = regex::Regex::new(define).unwrap();
    let mut rooms: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for (room, path, text) in sources() {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if name != "mod" && !name.ends_with("tests") && !WITH_CIRCLES.contains(&room.as_str()) {
            rooms.entry(room).or_default().push((name, code(&text)));
        }
    }
    let mut circles = Vec::new();
    for (room, files) in &rooms {
        let names: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
        let mut defined: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, code) in files {
            for found in define.captures_iter(code) {
                defined.entry(found[1].to_owned()).or_default().push(name.clone());
            }
        }
        let mut reached: BTreeMap<&str, BTreeSet<String>> = files
            .iter()
            .map(|(name, code)| {
                let mut imported = files_imported(code, room, &names, &defined);
                imported.remove(name);
                (name.as_str(), imported)
            })
            .collect();
        // Whatever is imported by way of others.
        for _ in &names {
            for name in &names {
                let further: BTreeSet<String> = reached[name.as_str()]
                    .iter()
                    .filter_map(|next| reached.get(next.as_str()))
                    .flatten()
                    .cloned()
                    .collect();
                reached.get_mut(name.as_str()).unwrap().extend(further);
            }
        }
        circles.extend(
            reached.iter().filter(|(name, all)| all.contains(**name)).map(|(name, _)| format!("{room}/{name}")),
        );
    }
    assert!(circles.is_empty(), "files that import themselves by way of others: {circles:#?}");
}
