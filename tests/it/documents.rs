//! Every command of the documents is run, in the order of its document, on simulated phones.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::readme::{DOCUMENTS, commands};
use crate::support::postgres::PostgresServer;
use crate::support::{Killed, RIGHT, Said, TestBed, signal, spec, talk, wait_until};

/// The account of the simulated phones, unless their spec has another.
const ACCOUNT: &str = "6230000535";

/// The record that a document names for several benches.
const SHARED: &str = "postgres://signout@127.0.0.1:5432/lots";

/// The reader's computer: a home, and a shared record, that stay the same for a whole document.
struct Reader {
    home: tempfile::TempDir,
    shared: Option<String>,
}

impl Reader {
    /// A reader who has the files that the document speaks of.
    fn of(document: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = home.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, text).unwrap();
            use_mode(&path);
        };
        std::fs::create_dir(home.path().join("pages")).unwrap();
        for passwords in ["tray.csv", "phones.csv"] {
            write(passwords, &format!("account,password\n{ACCOUNT},{RIGHT}\n"));
        }
        // The profile that the document shows.
        let shown = document.split("```toml\n").skip(1).find(|block| block.starts_with("schema = 1"));
        if let Some(profile) = shown.and_then(|block| block.split("```").next()) {
            write("mine/shown.toml", profile);
        }
        Self { home, shared: document.contains(SHARED).then(|| PostgresServer::shared().database()) }
    }

    /// The words with what is here in place of what the document names.
    fn adapted(&self, words: &[String]) -> Vec<String> {
        let here = |word: String| match &self.shared {
            Some(shared) if word == SHARED => shared.clone(),
            _ => word,
        };
        adapted(words).into_iter().map(here).collect()
    }

    fn command(&self, words: &[String], bed: &TestBed) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mi-signout"));
        command.args(words).env_clear().current_dir(self.home.path());
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        for name in ["HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "TMPDIR"] {
            command.env(name, self.home.path());
        }
        command.env("ANDROID_ADB_SERVER_PORT", bed.port().to_string()).env("MI_SIGNOUT_PASSWORD", RIGHT);
        command.env("MI_SIGNOUT_JOURNAL_PASSPHRASE", "a phrase of the benches");
        command
    }

    /// Runs a command to its end; one that goes on until Ctrl-C is ended once it has printed something.
    fn run(&self, words: &[String], bed: &TestBed) -> Said {
        if !goes_on(words) {
            return talk(self.command(words, bed), format!("{RIGHT}\n").as_bytes());
        }
        let out = self.home.path().join("printed");
        let mut command = self.command(words, bed);
        let file = std::fs::File::create(&out).unwrap();
        command.stdin(Stdio::null()).stdout(file.try_clone().unwrap()).stderr(file);
        let mut child = Killed(command.spawn().unwrap());
        let printed = || std::fs::read_to_string(&out).unwrap();
        wait_until("it prints something", || !printed().is_empty());
        if child.0.try_wait().unwrap().is_none() {
            signal("-INT", child.0.id());
        }
        let status = child.0.wait().unwrap();
        let code = if status.code() == Some(130) { 0 } else { status.code().unwrap_or(-1) };
        Said { code, out: printed(), err: String::new(), bytes: Vec::new() }
    }
}

/// A file of passwords must not be readable by others.
fn use_mode(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

fn goes_on(words: &[String]) -> bool {
    words.iter().any(|word| word == "--watch") || (words[0] == "simulate" && !words.iter().any(|w| w == "--list"))
}

/// The words as they are run here: a serial that is connected, a free port, as many phones as there are, and the answer of a
/// person, who is not there.
fn adapted(words: &[String]) -> Vec<String> {
    let mut all: Vec<String> = words
        .iter()
        .map(|word| match word.as_str() {
            "SERIAL" => "a1".to_owned(),
            "5555" => "0".to_owned(),
            "40" => "2".to_owned(),
            word => word.to_owned(),
        })
        .collect();
    if matches!(all[0].as_str(), "sign-out" | "watch") && !all.iter().any(|word| word == "--yes") {
        all.push("--yes".to_owned());
    }
    all
}

/// The exit status of a command here.
fn expected(words: &[String]) -> i32 {
    let line = words.join(" ");
    match line.as_str() {
        // No phone was signed out by the runs before, or no person is at a terminal.
        "delete" | "delete --press-final" => 5,
        _ => 0,
    }
}

/// Phones for one command; several where it speaks of several.
fn phones(words: &[String]) -> TestBed {
    let one = words[0] == "sign-out" && !words.iter().any(|word| word == "--all");
    TestBed::own(if one { vec![spec("a1")] } else { vec![spec("a1"), spec("b2")] })
}

/// Documents with so many commands that each has a test of its own; the tests run side by side.
const LONG: [&str; 3] = ["README.md", "docs/operator.md", "docs/profiles.md"];

#[test]
fn the_documents_have_commands() {
    let count = DOCUMENTS.iter().map(|(_, document)| commands(document).len()).sum::<usize>();
    assert!(count >= 40, "{count}");
}

#[test]
fn every_command_of_the_readme_runs() {
    every_command_runs("README.md");
}

#[test]
fn every_command_of_the_operator_s_guide_runs() {
    every_command_runs("docs/operator.md");
}

#[test]
fn every_command_of_the_guide_to_profiles_runs() {
    every_command_runs("docs/profiles.md");
}

#[test]
fn every_command_of_the_other_documents_runs() {
    DOCUMENTS.iter().filter(|(name, _)| !LONG.contains(name)).for_each(|(name, _)| every_command_runs(name));
}

fn every_command_runs(name: &str) {
    let (_, document) = DOCUMENTS.iter().find(|(known, _)| *known == name).unwrap();
    let reader = Reader::of(document);
    for told in commands(document) {
        let words = reader.adapted(&told);
        let bed = phones(&words);
        let said = reader.run(&words, &bed);
        let expected = match words[0].as_str() {
            // Earlier commands of the document may have signed phones out; then the deletion needs a person.
            "delete" if said.code == 4 => 4,
            _ => expected(&words),
        };
        assert_eq!(said.code, expected, "{name}: mi-signout {}\n{}\n{}", words.join(" "), said.out, said.err);
        assert!(!(said.out.is_empty() && said.err.is_empty()), "{name}: {words:?} says nothing");
    }
}
