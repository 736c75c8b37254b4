//! The import table of `lib.rs`, and where the crate may print, exit, name `adb_client` or expose a secret.

use std::path::{Path, PathBuf};

/// Room → the rooms it may import. The same table stands in `src/lib.rs`.
const TABLE: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("event", &["model"]),
    ("record", &["model", "event"]),
    ("ui", &[]),
    ("profile", &["model", "ui"]),
    ("phone", &["model", "ui"]),
    ("flow", &["model", "event", "ui", "profile", "phone"]),
    ("capture", &["model", "ui", "profile", "phone"]),
    ("learn", &["model", "ui", "profile", "phone", "capture"]),
    ("preflight", &["model", "event", "profile", "phone"]),
    ("fleet", &["model", "event", "profile", "phone", "flow", "capture", "preflight", "journal"]),
    ("journal", &["model", "event", "record"]),
    ("report", &["model", "event", "record"]),
    // `report::text` lays out tables and lines for both.
    ("reporter", &["model", "event", "record", "journal", "report"]),
    ("process", &["model"]),
    ("adb", &["model", "ui", "phone", "process"]),
    ("web", &["model", "event", "journal", "process"]),
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
