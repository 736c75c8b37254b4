//! What the README says of commands and exit statuses is so.

use std::collections::BTreeMap;

use mi_signout::model::ExitStatus as E;

use crate::support::mi_signout;

const README: &str = include_str!("../../README.md");

#[test]
fn the_table_of_exit_statuses_is_whole() {
    let table: BTreeMap<u8, &str> = README
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | "))
        .filter_map(|(code, meaning)| Some((code.parse().ok()?, meaning)))
        .collect();
    let all = [
        E::Done,
        E::NotDone,
        E::Usage,
        E::Adb,
        E::NeedsPerson,
        E::NothingAttached,
        E::Unknown,
        E::HungUp,
        E::Interrupted,
        E::Terminated,
    ];
    // A status that is added makes this match fail to compile until it is listed above.
    for status in all {
        match status {
            E::Done
            | E::NotDone
            | E::Usage
            | E::Adb
            | E::NeedsPerson
            | E::NothingAttached
            | E::Unknown
            | E::HungUp
            | E::Interrupted
            | E::Terminated => {}
        }
    }
    assert_eq!(table.keys().copied().collect::<Vec<_>>(), all.map(E::code).to_vec());
    let help = mi_signout(&["--help"]).run();
    assert_eq!((help.status, help.stderr.as_str()), (0, ""));
    let help = help.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for (code, meaning) in &table {
        let first_words: Vec<&str> = meaning.split([',', ':', '`']).next().unwrap().split_whitespace().collect();
        assert!(help.contains(&format!("{code} {}", first_words.join(" "))), "{code} {meaning}\n{help}");
    }
}

/// The documents with commands in them.
pub const DOCUMENTS: [(&str, &str); 11] = [
    ("README.md", README),
    ("docs/operator.md", include_str!("../../docs/operator.md")),
    ("docs/profiles.md", include_str!("../../docs/profiles.md")),
    ("docs/deletion.md", include_str!("../../docs/deletion.md")),
    ("docs/json.md", include_str!("../../docs/json.md")),
    ("docs/codes.md", include_str!("../../docs/codes.md")),
    ("docs/stations.md", include_str!("../../docs/stations.md")),
    ("docs/recordings.md", include_str!("../../docs/recordings.md")),
    ("docs/releasing.md", include_str!("../../docs/releasing.md")),
    ("device-profiles/README.md", include_str!("../../device-profiles/README.md")),
    ("CONTRIBUTING.md", include_str!("../../CONTRIBUTING.md")),
];

/// The words of each mi-signout command line in a document, as a shell would split them.
pub fn commands(document: &str) -> Vec<Vec<String>> {
    let fenced = document.split("```").skip(1).step_by(2).filter_map(|block| block.strip_prefix("sh\n"));
    let words = |line: &str| {
        let line = line.split(" #").next()?.trim();
        let line = line.strip_prefix("mi-signout ").or_else(|| line.strip_prefix("cargo run --release -- "))?;
        let mut words = Vec::new();
        // Every other part stands between quotes.
        for (n, part) in line.split('\'').enumerate() {
            if n % 2 == 1 {
                words.push(part.to_owned());
            } else {
                words.extend(part.split_whitespace().take_while(|w| *w != "<" && *w != "|").map(str::to_owned));
            }
        }
        Some(words)
    };
    fenced.flat_map(str::lines).filter_map(words).collect()
}

#[test]
fn its_links_lead_to_files() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for (name, document) in DOCUMENTS {
        let folder = root.join(name).parent().unwrap().to_owned();
        let targets = document.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for target in targets.filter(|t| !t.starts_with("http")) {
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            assert!(file.is_empty() || folder.join(file).exists(), "{name}: {target}");
            let slug = |line: &str| line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
            let is_heading = document.lines().filter(|l| l.starts_with('#')).any(|l| slug(l) == anchor);
            assert!(!file.is_empty() || is_heading, "{name}: {target}");
        }
    }
}

/// The words between backticks outside of blocks.
fn quoted(document: &str) -> impl Iterator<Item = &str> {
    document.split("```").step_by(2).flat_map(|text| text.split('`').skip(1).step_by(2))
}

#[test]
fn the_files_that_documents_name_are_there() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders: Vec<String> = std::fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_dir() && entry.file_name() != "target")
        .map(|entry| entry.file_name().into_string().unwrap() + "/")
        .collect();
    let mut seen = 0;
    for (name, document) in DOCUMENTS {
        let paths = quoted(document).filter_map(|words| words.split_whitespace().next());
        for path in paths.filter(|path| folders.iter().any(|folder| path.starts_with(folder.as_str()))) {
            let file = path.split('*').next().unwrap();
            assert!(root.join(file).exists(), "{name}: there is no {path}");
            seen += 1;
        }
    }
    assert!(seen > 40, "{seen}");
}

#[test]
fn the_tests_that_contributing_names_are_there() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let names = |dir: &std::path::Path| -> String {
        let listed = std::process::Command::new("find").arg(dir).args(["-name", "*.rs"]).output().unwrap();
        String::from_utf8(listed.stdout).unwrap()
    };
    let (lib, it) = (names(&root.join("src")), names(&root.join("tests/it")));
    let (_, document) = DOCUMENTS.iter().find(|(name, _)| *name == "CONTRIBUTING.md").unwrap();
    let mut seen = 0;
    for row in document.lines().filter(|line| line.starts_with("| ") && line.contains("cargo test")) {
        let commands = row.rsplit(" | ").next().unwrap();
        let mut modules = &it;
        for words in quoted(commands).filter(|words| !words.starts_with("tests/")) {
            if words.contains("--lib") || words.contains("--test it") {
                modules = if words.contains("--lib") { &lib } else { &it };
            }
            let filters =
                words.split_whitespace().filter(|w| !w.starts_with("--") && !["cargo", "test", "it"].contains(w));
            for filter in filters {
                let module = filter.trim_end_matches(':');
                let is_there = [format!("/{module}.rs"), format!("/{module}/"), format!("/{module}_")];
                assert!(is_there.iter().any(|path| modules.contains(path)), "no test of {filter}: {row}");
                seen += 1;
            }
        }
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn without_a_command_and_a_terminal_there_is_the_help() {
    let ran = mi_signout(&[]).run();
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{ran}");
    assert!(ran.stderr.contains("Usage: mi-signout") && ran.stderr.contains("sign-out"), "{ran}");
    insta::assert_snapshot!(mi_signout(&["sign-of"]).run(), @r###"
    status: 2
    --- stdout
    --- stderr
    error: unrecognized subcommand 'sign-of'

      tip: a similar subcommand exists: 'sign-out'

    Usage: mi-signout [OPTIONS] [COMMAND]

    For more information, try '--help'.
    "###);
}
