//! The import table of `lib.rs`, and where the crate may print, exit, name `adb_client` or expose a secret.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

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
    ("capture", &["model", "ui", "profile", "phone", "platform", "text"]),
    ("learn", &["model", "ui", "profile", "phone", "capture", "platform", "text"]),
    ("preflight", &["model", "event", "profile", "phone", "text"]),
    ("fleet", &["model", "event", "profile", "phone", "flow", "capture", "preflight", "journal", "text"]),
    ("journal", &["model", "event", "record", "platform", "text"]),
    ("report", &["model", "event", "record", "platform", "text"]),
    // `report::text` lays out tables and lines for both.
    ("reporter", &["model", "event", "record", "journal", "report", "text"]),
    ("process", &["model"]),
    ("platform", &["model"]),
    ("adb", &["model", "ui", "phone", "process", "platform", "text"]),
    ("web", &["model", "event", "journal", "process", "platform", "text"]),
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

/// The text without comments and without its module of tests, which may look further.
fn code(text: &str) -> String {
    let tests = regex::Regex::new(r"#\[cfg\((test|all\(test, unix\))\)\]\n(#\[cfg\(unix\)\]\n)?mod tests").unwrap();
    let text = tests.split(text).next().unwrap();
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
        (r"\bcfg(_attr)?!?\(.*\b(unix|windows|target_os|target_family)\b|\bstd::os::|\brustix\b", &["platform"]),
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

/// A file of a room, with its code. Its name is its path within the room without `.rs`; a `mod.rs` has the name of its folder, and the
/// one of the room itself the room's.
struct RoomFile {
    name: String,
    is_mod: bool,
    code: String,
}

impl RoomFile {
    fn of(room: &str, path_in_room: &str, code: &str) -> Self {
        let path = path_in_room.trim_end_matches(".rs");
        let folder = path.strip_suffix("mod").map(|folder| folder.trim_end_matches('/'));
        let name = match folder {
            Some("") => room,
            Some(folder) => folder,
            None => path,
        };
        Self { name: name.to_owned(), is_mod: folder.is_some(), code: code.to_owned() }
    }

    fn stem(&self) -> &str {
        self.name.rsplit('/').next().unwrap()
    }

    /// What others may import from it. Files below a `mod.rs` see what is private there too.
    fn defines(&self) -> impl Iterator<Item = &str> {
        static DEFINE: LazyLock<regex::Regex> = LazyLock::new(|| {
            let visible = r"(?m)^(pub(?:\([^)]*\))? )?";
            let item = r"(?:const |async )*(?:struct|enum|fn|trait|type|const|static) (\w+)";
            regex::Regex::new(&format!("{visible}{item}")).unwrap()
        });
        let found = DEFINE.captures_iter(&self.code).filter(|found| self.is_mod || found.get(1).is_some());
        found.map(|found| found.get(2).unwrap().as_str())
    }

    /// The words of everything that it imports from its room.
    fn imported_words(&self, room: &str, children: &[&str]) -> Vec<String> {
        let uses = regex::Regex::new(&format!(r"\buse\s+(?:super|self|crate::{room})\b[^;]*;")).unwrap();
        let inline = regex::Regex::new(&format!(r"\b(?:super|crate::{room})(?:::\w+)+")).unwrap();
        let visible = regex::Regex::new(r"pub\(in [^)]*\)").unwrap().replace_all(&self.code, "pub").into_owned();
        let mut text = visible.clone();
        let mut passed_on = String::new();
        if self.is_mod {
            // What it only passes on belongs to the file that defines it.
            let passes = regex::Regex::new(r"\bpub(?:\([^)]*\))? use [^;]*;").unwrap();
            passed_on = passes.find_iter(&visible).map(|found| found.as_str()).collect();
            text = passes.replace_all(&visible, "").into_owned();
        }
        let mut imported: Vec<String> =
            uses.find_iter(&text).chain(inline.find_iter(&text)).flat_map(|found| words(found.as_str())).collect();
        if self.is_mod {
            let in_code = words(&uses.replace_all(&text, ""));
            let is_type = |word: &String| word.starts_with(|c: char| c.is_uppercase());
            imported.extend(words(&passed_on).into_iter().filter(|word| is_type(word) && in_code.contains(word)));
            let is_path =
                |child: &&&str| regex::Regex::new(&format!(r"(?:^|[^:\w]){child}::")).unwrap().is_match(&text);
            imported.extend(children.iter().filter(is_path).map(|child| (*child).to_owned()));
        }
        // It only begins the path.
        imported.retain(|word| word != room);
        imported
    }
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_owned).collect()
}

/// The files of a room that import themselves by way of others. A word that is imported belongs to the file of that name, or to the one
/// that defines it; a word that several could mean is left out.
fn circles(room: &str, files: &[RoomFile]) -> Vec<String> {
    let mut meant: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for file in files {
        let stem = Some(file.stem()).filter(|_| !file.is_mod);
        for word in file.defines().chain(stem) {
            meant.entry(word).or_default().insert(&file.name);
        }
    }
    let mut reached: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for file in files {
        let below = |other: &&RoomFile| {
            file.name == room && !other.name.contains('/')
                || other.name.strip_prefix(&file.name).is_some_and(|rest| rest.starts_with('/'))
        };
        let children: Vec<&str> = files.iter().filter(below).map(RoomFile::stem).collect();
        let words = file.imported_words(room, &children);
        let only = |word: &String| meant.get(word.as_str()).filter(|files| files.len() == 1)?.first().copied();
        let imported = words.iter().filter_map(only).filter(|name| *name != file.name).collect();
        reached.insert(&file.name, imported);
    }
    // Whatever is imported by way of others.
    for _ in files {
        for file in files {
            let further: Vec<&str> =
                reached[file.name.as_str()].iter().flat_map(|next| &reached[next]).copied().collect();
            reached.get_mut(file.name.as_str()).unwrap().extend(further);
        }
    }
    reached.iter().filter(|(name, all)| all.contains(**name)).map(|(name, _)| (*name).to_owned()).collect()
}

#[test]
fn files_of_a_room_import_each_other_one_way() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut rooms: BTreeMap<String, Vec<RoomFile>> = BTreeMap::new();
    for (room, path, text) in sources() {
        let Ok(path) = path.strip_prefix(src.join(&room)) else { continue };
        let path = path.to_str().unwrap().replace('\\', "/");
        if !path.ends_with("tests.rs") {
            rooms.entry(room.clone()).or_default().push(RoomFile::of(&room, &path, &code(&text)));
        }
    }
    let found: Vec<String> = rooms
        .iter()
        .flat_map(|(room, files)| circles(room, files).into_iter().map(move |f| format!("{room}: {f}")))
        .collect();
    assert!(found.is_empty(), "files that import themselves by way of others: {found:#?}");
}

#[test]
fn the_circle_reader_sees_every_kind_of_circle() {
    let of = |files: &[(&str, &str)]| {
        let files: Vec<RoomFile> = files.iter().map(|(path, code)| RoomFile::of("room", path, code)).collect();
        circles("room", &files)
    };
    let both = [("a.rs", "use super::B;\npub fn a() {}"), ("b.rs", "use super::a::a;\npub struct B;")];
    assert_eq!(of(&both), ["a", "b"]);
    let one_way = [("a.rs", "use super::B;\npub fn a() {}"), ("b.rs", "pub struct B;")];
    let with = |first: (&'static str, &'static str)| of(&[&[first], &one_way[..]].concat());
    assert!(with(("mod.rs", "mod a;\nmod b;\npub use a::a;\npub use b::B;")).is_empty(), "it only passes on");
    let below =
        [("mod.rs", "mod a;\nstruct Own;\nfn f() { a::a() }"), ("a.rs", "use super::Own;\npub(super) fn a() {}")];
    assert_eq!(of(&below), ["a", "room"]);
    let passed_on = [("mod.rs", "pub use a::A;\npub struct Own(A);"), ("a.rs", "use super::Own;\npub struct A;")];
    assert_eq!(of(&passed_on), ["a", "room"]);
    let folder = [("x/mod.rs", "use self::a::A;\npub struct X;"), ("x/a.rs", "use crate::room::x::X;\npub struct A;")];
    assert_eq!(of(&folder), ["x", "x/a"]);
    let same_names = [("a.rs", "use super::x::Inner;\npub struct A;"), ("x/a.rs", "pub struct Inner;")];
    assert!(of(&same_names).is_empty(), "two files of one name are two files");
}
