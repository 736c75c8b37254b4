//! The ids and arguments in the source against the files, and what the front promises.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use regex::Regex;

use super::*;

/// Every message of English with its body.
fn messages() -> BTreeMap<String, String> {
    messages_of(Language::English)
}

fn messages_of(language: Language) -> BTreeMap<String, String> {
    let head = Regex::new("^([a-z][a-z0-9-]*) =(.*)$").unwrap();
    let mut found: Vec<(String, String)> = Vec::new();
    for line in language.files().iter().flat_map(|file| file.lines()) {
        match (head.captures(line), found.last_mut()) {
            (Some(parts), _) => found.push((parts[1].to_owned(), parts[2].to_owned())),
            (None, Some((_, body))) if line.starts_with(' ') => body.push_str(line),
            _ => {}
        }
    }
    let count = found.len();
    let messages: BTreeMap<String, String> = found.into_iter().collect();
    assert_eq!(messages.len(), count, "an id is there twice");
    messages
}

/// The messages that a body takes in.
fn taken_in(body: &str) -> BTreeSet<String> {
    Regex::new(r"\{ ([a-z][a-z0-9-]*) \}").unwrap().captures_iter(body).map(|c| c[1].to_owned()).collect()
}

/// The arguments of a message, with those of the messages that it takes in.
fn arguments(body: &str, messages: &BTreeMap<String, String>) -> BTreeSet<String> {
    let own = Regex::new(r"\$([a-z][a-z0-9_]*)").unwrap();
    let mut found: BTreeSet<String> = own.captures_iter(body).map(|c| c[1].to_owned()).collect();
    found.extend(taken_in(body).iter().flat_map(|id| arguments(&messages[id], messages)));
    found
}

/// Every `say!` of the source: file, id, arguments.
fn said() -> Vec<(PathBuf, String, BTreeSet<String>)> {
    fn walk(dir: &Path, found: &mut Vec<PathBuf>) {
        for path in std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()) {
            match path.is_dir() {
                true if path.ends_with("text") => {}
                true => walk(&path, found),
                false => found.push(path),
            }
        }
    }
    let start = Regex::new(r#"say!\(\s*"([a-z0-9-]+)""#).unwrap();
    let mut files = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let mut said = Vec::new();
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        for found in start.captures_iter(&text) {
            said.push((path.clone(), found[1].to_owned(), names(&text[found.get(0).unwrap().end()..])));
        }
    }
    said
}

/// The names of the arguments behind an id, up to the bracket that closes `say!`.
fn names(rest: &str) -> BTreeSet<String> {
    let (mut depth, mut is_text, mut names, mut word) = (0, false, BTreeSet::new(), None);
    let mut before = ' ';
    for c in rest.chars() {
        match c {
            '"' if before != '\\' => is_text = !is_text,
            _ if is_text => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        if depth < 0 || (depth == 0 && !is_text && (c == ',' || c == '=')) {
            names.extend(word.take().filter(|word: &String| !word.is_empty()));
        }
        match c {
            _ if depth < 0 => break,
            ',' if depth == 0 && !is_text => word = Some(String::new()),
            _ => {
                if let Some(word) = &mut word {
                    word.extend(Some(c).filter(|c| !c.is_whitespace()));
                }
            }
        }
        before = c;
    }
    names
}

#[test]
fn each_id_that_is_said_has_a_message_with_exactly_its_arguments() {
    let (messages, said) = (messages(), said());
    assert!(said.len() > 100, "the source was not found");
    let mut wrong = Vec::new();
    for (path, id, given) in &said {
        let wanted = messages.get(id).map(|body| arguments(body, &messages));
        if wanted.as_ref() != Some(given) {
            wrong.push(format!("{}: {id} is given {given:?}, and its message takes {wanted:?}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_message_is_said() {
    let (messages, said) = (messages(), said());
    let mut used: BTreeSet<String> = said.into_iter().map(|(_, id, _)| id).collect();
    used.extend(messages.values().flat_map(|body| taken_in(body)));
    let unused: Vec<&String> = messages.keys().filter(|id| !used.contains(*id)).collect();
    assert!(unused.is_empty(), "nothing says {unused:?}");
}

#[test]
fn every_file_is_compiled_in_and_can_be_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/text/en");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), ENGLISH.len());
    for file in ENGLISH {
        let read = FluentResource::try_new((*file).to_owned());
        assert!(read.is_ok(), "{:?}", read.err().map(|(_, mistakes)| mistakes));
    }
    let english = Language::English.texts();
    for id in messages().keys() {
        assert!(english.0.has_message(id), "{id}");
    }
}

#[test]
fn every_message_can_be_said_without_a_mistake() {
    let messages = messages();
    for (id, body) in &messages {
        let args: FluentArgs<'_> =
            arguments(body, &messages).into_iter().map(|name| (name, FluentValue::from(2))).collect();
        let pattern = Language::English.texts().0.get_message(id).unwrap().value().unwrap();
        let mut mistakes = Vec::new();
        Language::English.texts().0.format_pattern(pattern, Some(&args), &mut mistakes);
        assert!(mistakes.is_empty(), "{id}: {mistakes:?}");
    }
}

#[test]
fn a_language_says_messages_of_english_with_their_arguments() {
    let english = messages();
    for language in Language::ALL {
        let messages = messages_of(*language);
        for (id, body) in &messages {
            let wanted = english.get(id).map(|body| arguments(body, &english));
            let taken = arguments(body, &english.clone().into_iter().chain(messages.clone()).collect());
            assert!(wanted.is_some_and(|wanted| taken.is_subset(&wanted)), "{language:?}: {id}");
        }
    }
}

#[test]
fn numbers_agree_with_their_noun() {
    let phones = |phones: usize| message("phones", &[("phones", &phones)]);
    assert_eq!([0, 1, 2, 1000].map(phones), ["0 phones", "1 phone", "2 phones", "1000 phones"]);
}

#[test]
fn an_argument_is_said_as_it_is() {
    for serial in ["8f2a1b", "0007", "1", "12345678901234567890", "6230***535", "1.50", "{ $x }", "a\nb", " ", "设置"]
    {
        assert_eq!(message("not-host-port", &[("text", &serial)]), format!("'{serial}' is not HOST:PORT"));
    }
}

#[test]
fn an_unknown_id_is_said_as_it_is() {
    assert_eq!(message("no-such-message", &[("phone", &"8f2a1b")]), "no-such-message");
}
