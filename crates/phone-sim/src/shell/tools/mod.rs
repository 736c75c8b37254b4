//! Small programs after toybox that need only files and streams.

mod files;
mod filter;
mod listing;
mod misc;
mod search;
mod text;

use std::collections::BTreeMap;
use std::io::Read;

use crate::clock::Cancel;
use crate::fs::{Fs, FsError};

use super::state::{Flow, Shared, Status, write_all};
use super::streams::{Sink, Source};

/// The most that a tool takes into memory, in bytes.
const MAX_INPUT: u64 = 64 << 20;

/// One running tool.
pub(super) struct Tool<'a> {
    pub(super) name: &'a str,
    pub(super) args: &'a [String],
    pub(super) cwd: &'a str,
    pub(super) shared: &'a Shared,
    pub(super) environment: Vec<String>,
    pub(super) stdin: Source,
    pub(super) stdout: Sink,
    pub(super) stderr: Sink,
}

type Run = fn(&mut Tool<'_>) -> Status;

const TOOLS: &[(&str, Run)] = &[
    ("base64", text::base64),
    ("basename", misc::basename),
    ("cat", text::cat),
    ("chmod", files::chmod),
    ("cp", files::cp),
    ("cut", filter::cut),
    ("date", misc::date),
    ("dirname", misc::dirname),
    ("egrep", search::grep),
    ("expr", misc::expr),
    ("fgrep", search::grep),
    ("grep", search::grep),
    ("head", text::head),
    ("hostname", misc::hostname),
    ("id", misc::id),
    ("ln", files::ln),
    ("ls", listing::ls),
    ("mkdir", files::mkdir),
    ("mv", files::mv),
    ("printenv", misc::printenv),
    ("printf", misc::printf),
    ("readlink", files::realpath),
    ("realpath", files::realpath),
    ("rm", files::rm),
    ("rmdir", files::rmdir),
    ("sed", search::sed),
    ("seq", misc::seq),
    ("sleep", misc::sleep),
    ("sort", filter::sort),
    ("stat", listing::stat),
    ("sync", misc::nothing),
    ("tail", text::tail),
    ("tee", text::tee),
    ("touch", files::touch),
    ("tr", filter::tr),
    ("uname", misc::uname),
    ("uniq", filter::uniq),
    ("wc", text::wc),
    ("whoami", misc::whoami),
    ("yes", misc::yes),
];
/// Programs that the shell itself runs.
const SHELL_TOOLS: &[&str] = &["sh", "mksh", "timeout", "xargs", "env", "which", "nohup", "setsid"];

/// Whether there is such a tool.
pub(super) fn is_tool(name: &str) -> bool {
    TOOLS.iter().any(|(tool, _)| *tool == name) || SHELL_TOOLS.contains(&name)
}

/// Runs a tool, `None` where there is none of this name.
pub(super) fn run(mut tool: Tool<'_>) -> Option<Status> {
    let (_, run) = TOOLS.iter().find(|(name, _)| *name == tool.name)?;
    Some(run(&mut tool))
}

/// The milliseconds of `1`, `0.5`, `2m`.
pub(super) fn seconds(text: &str) -> Option<u64> {
    let (digits, unit) = match text.char_indices().last()? {
        (at, 's') => (&text[..at], 1.0),
        (at, 'm') => (&text[..at], 60.0),
        (at, 'h') => (&text[..at], 3600.0),
        (at, 'd') => (&text[..at], 86400.0),
        _ => (text, 1.0),
    };
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') || digits.contains(['e', 'E']) {
        return None;
    }
    let value: f64 = digits.parse().ok()?;
    Some((value * unit * 1000.0) as u64)
}

/// Options of a tool, and what is left.
pub(super) struct Options {
    flags: BTreeMap<char, Vec<String>>,
    pub(super) rest: Vec<String>,
}

impl Options {
    pub(super) fn has(&self, flag: char) -> bool {
        self.flags.contains_key(&flag)
    }

    /// The last value of an option.
    pub(super) fn value(&self, flag: char) -> Option<&str> {
        self.flags.get(&flag)?.last().map(String::as_str)
    }

    pub(super) fn values(&self, flag: char) -> &[String] {
        self.flags.get(&flag).map_or(&[], Vec::as_slice)
    }
}

impl Tool<'_> {
    pub(super) fn fs(&self) -> &Fs {
        &self.shared.fs
    }

    pub(super) fn cancel(&self) -> &Cancel {
        &self.shared.cancel
    }

    /// Writes to standard output.
    pub(super) fn out(&mut self, bytes: &[u8]) -> Result<(), Flow> {
        match write_all(&mut self.stdout, bytes, &self.shared.cancel)? {
            Ok(()) => Ok(()),
            Err(error) => {
                self.complain(&format!("write: {error}"))?;
                Err(Flow::Return(1))
            }
        }
    }

    /// Says what is wrong, after the tool's name.
    pub(super) fn complain(&mut self, what: &str) -> Result<(), Flow> {
        let line = format!("{}: {what}\n", self.name);
        write_all(&mut self.stderr, line.as_bytes(), &self.shared.cancel).map(|_| ())
    }

    /// Says that a file operation failed, and gives the status.
    pub(super) fn failed(&mut self, path: &str, error: FsError) -> Status {
        self.complain(&format!("{path}: {error}"))?;
        Ok(1)
    }

    /// Ends the tool: the real one knows this, here it is not known.
    pub(super) fn refuse(&mut self, what: &str) -> Flow {
        self.shared.refusals.add(&format!("{} {what}", self.name));
        match self.complain(&format!("{what}: not known to this simulated phone")) {
            Ok(()) => Flow::Return(2),
            Err(flow) => flow,
        }
    }

    /// Ends the tool for a wrong use.
    pub(super) fn usage(&mut self, what: &str) -> Flow {
        match self.complain(what) {
            Ok(()) => Flow::Return(1),
            Err(flow) => flow,
        }
    }

    /// Reads options; `valued` ones take a value. Others are refused.
    pub(super) fn options(&mut self, plain: &str, valued: &str) -> Result<Options, Flow> {
        let mut found = Options { flags: BTreeMap::new(), rest: Vec::new() };
        let mut args = self.args.iter();
        while let Some(arg) = args.next() {
            if arg == "--" {
                found.rest.extend(args.cloned());
                break;
            }
            let Some(letters) = arg.strip_prefix('-').filter(|l| !l.is_empty()) else {
                found.rest.push(arg.clone());
                continue;
            };
            for (at, letter) in letters.char_indices() {
                if plain.contains(letter) {
                    found.flags.entry(letter).or_default();
                } else if valued.contains(letter) {
                    let inline = &letters[at + letter.len_utf8()..];
                    let value = if inline.is_empty() { args.next().cloned() } else { Some(inline.to_owned()) };
                    let Some(value) = value else { return Err(self.usage(&format!("Missing argument to -{letter}"))) };
                    found.flags.entry(letter).or_default().push(value);
                    break;
                } else {
                    return Err(self.refuse(arg));
                }
            }
        }
        Ok(found)
    }

    /// All bytes of a file, or of standard input for `-`; a failure is said and gives `None`.
    pub(super) fn slurp(&mut self, path: &str) -> Result<Option<Vec<u8>>, Flow> {
        if path == "-" || path == "/dev/stdin" {
            let mut bytes = Vec::new();
            let mut stdin = self.stdin.clone();
            let read = std::io::Read::by_ref(&mut stdin).take(MAX_INPUT).read_to_end(&mut bytes);
            if self.cancel().is_set() {
                return Err(Flow::Killed(129));
            }
            return Ok(read.is_ok().then_some(bytes));
        }
        match self.fs().read(self.cwd, path) {
            Ok(bytes) => Ok(Some(bytes.to_vec())),
            Err(error) => {
                self.failed(path, error)?;
                Ok(None)
            }
        }
    }

    /// The bytes of all files together, standard input where none is named, and the status.
    pub(super) fn slurp_all(&mut self, paths: &[String]) -> Result<(Vec<u8>, i32), Flow> {
        let default = ["-".to_owned()];
        let paths = if paths.is_empty() { &default[..] } else { paths };
        let (mut all, mut status) = (Vec::new(), 0);
        for path in paths {
            match self.slurp(path)? {
                Some(bytes) => all.extend(bytes),
                None => status = 1,
            }
        }
        Ok((all, status))
    }
}

/// Lines without their ends.
pub(super) fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    let mut lines: Vec<&[u8]> = bytes.split(|b| *b == b'\n').collect();
    if lines.last().is_some_and(|l| l.is_empty()) {
        lines.pop();
    }
    lines
}
