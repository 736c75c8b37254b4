//! Regular expressions: `grep`, and the little of `sed` that scripts use most.

use std::io::Read;

use regex::bytes::{NoExpand, Regex, RegexBuilder};

use super::super::state::{Flow, Status};
use super::{Tool, lines};

/// The most that a compiled expression may take, in bytes.
const REGEX_SIZE: usize = 1 << 20;

/// A POSIX basic or extended expression in the syntax of the `regex` crate; `None` for back references.
fn translate(text: &str, extended: bool) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::new();
    let mut i = 0;
    while i < chars.len() {
        let c = chars[i];
        i += 1;
        let at_start = out.is_empty() || out.ends_with('(') || out.ends_with('|');
        match c {
            '\\' => {
                let next = chars.get(i).copied()?;
                i += 1;
                match next {
                    '(' | ')' | '{' | '}' | '+' | '?' | '|' if !extended => out.push(next),
                    'w' | 'W' | 's' | 'S' | 'b' | 'B' => out.extend(['\\', next]),
                    '<' => out.push_str(r"\b{start}"),
                    '>' => out.push_str(r"\b{end}"),
                    '1'..='9' => return None,
                    other => out.push_str(&regex::escape(&other.to_string())),
                }
            }
            '[' => {
                out.push('[');
                if chars.get(i) == Some(&'^') {
                    out.push('^');
                    i += 1;
                }
                let first = i;
                while let Some(c) = chars.get(i).copied() {
                    if c == ']' && i > first {
                        break;
                    }
                    if c == '[' && chars.get(i + 1) == Some(&':') {
                        let length = chars[i..].windows(2).position(|w| w == [':', ']'])?;
                        out.extend(&chars[i..i + length + 2]);
                        i += length + 2;
                        continue;
                    }
                    if r"\[]&~^".contains(c) || (c == '-' && i == first) {
                        out.push('\\');
                    }
                    out.push(c);
                    i += 1;
                }
                i += 1;
                out.push(']');
            }
            '*' if at_start || out == "^" => out.push_str(r"\*"),
            '(' | ')' | '{' | '}' | '+' | '?' | '|' if !extended => out.extend(['\\', c]),
            '^' if !extended && !at_start => out.push_str(r"\^"),
            '$' if !extended && i < chars.len() && chars[i..] != ['\\', ')'] => out.push_str(r"\$"),
            other => out.push(other),
        }
    }
    Some(out)
}

fn compile(text: &str, ignore_case: bool) -> Option<Regex> {
    RegexBuilder::new(text).case_insensitive(ignore_case).size_limit(REGEX_SIZE).dfa_size_limit(REGEX_SIZE).build().ok()
}

#[expect(clippy::struct_excessive_bools, reason = "one for each flag of the command line, free of each other")]
struct Grep {
    regex: Regex,
    invert: bool,
    count: bool,
    quiet: bool,
    numbers: bool,
    only: bool,
    names: bool,
    list: bool,
    most: usize,
}

pub(super) fn grep(tool: &mut Tool<'_>) -> Status {
    let options = tool.options("EFGivcqnohHswxlra", "em")?;
    if options.has('r') {
        return Err(tool.refuse("-r"));
    }
    let mut paths = options.rest.clone();
    let mut patterns: Vec<String> = options.values('e').to_vec();
    if patterns.is_empty() {
        if paths.is_empty() {
            tool.complain("no REGEX")?;
            return Ok(2);
        }
        patterns.push(paths.remove(0));
    }
    let fixed = options.has('F') || tool.name == "fgrep";
    let extended = options.has('E') || tool.name == "egrep";
    let mut parts = Vec::new();
    for pattern in patterns.iter().flat_map(|p| p.split('\n')) {
        let part = if fixed { Some(regex::escape(pattern)) } else { translate(pattern, extended) };
        let Some(part) = part else { return Err(tool.refuse(pattern)) };
        parts.push(format!("(?:{part})"));
    }
    let mut whole = parts.join("|");
    if options.has('x') {
        whole = format!("^(?:{whole})$");
    } else if options.has('w') {
        whole = format!(r"\b(?:{whole})\b");
    }
    let Some(regex) = compile(&whole, options.has('i')) else {
        tool.complain(&format!("bad regex '{}'", patterns.join("\n")))?;
        return Ok(2);
    };
    let most = options.value('m').map_or(Ok(usize::MAX), str::parse).unwrap_or(usize::MAX);
    if paths.is_empty() {
        paths.push("-".to_owned());
    }
    let grep = Grep {
        regex,
        invert: options.has('v'),
        count: options.has('c'),
        quiet: options.has('q'),
        numbers: options.has('n'),
        only: options.has('o'),
        names: (paths.len() > 1 || options.has('H')) && !options.has('h'),
        list: options.has('l'),
        most,
    };
    let (mut found, mut failed) = (false, false);
    for path in &paths {
        match grep.file(tool, path, options.has('s'))? {
            Some(hits) => found |= hits > 0,
            None => failed = true,
        }
        if found && grep.quiet {
            return Ok(0);
        }
    }
    Ok(if failed { 2 } else { i32::from(!found) })
}

impl Grep {
    /// Hits in one file; `None` where it can't be read.
    fn file(&self, tool: &mut Tool<'_>, path: &str, silent: bool) -> Result<Option<usize>, Flow> {
        let shown = if path == "-" { "(standard input)" } else { path };
        let mut hits = 0;
        let mut number = 0;
        let Some(mut lines) = open(tool, path, silent)? else { return Ok(None) };
        while hits < self.most
            && let Some(line) = lines.next(tool)?
        {
            number += 1;
            if self.regex.is_match(&line) == self.invert {
                continue;
            }
            hits += 1;
            if self.quiet || self.list {
                break;
            }
            if self.count {
                continue;
            }
            let mut prefix = String::new();
            if self.names {
                prefix = format!("{shown}:");
            }
            if self.numbers {
                prefix = format!("{prefix}{number}:");
            }
            if self.only {
                for found in self.regex.find_iter(&line).filter(|m| !self.invert && !m.is_empty()) {
                    tool.out(&[prefix.as_bytes(), found.as_bytes(), b"\n"].concat())?;
                }
            } else {
                tool.out(&[prefix.as_bytes(), &line, b"\n"].concat())?;
            }
        }
        if self.list && hits > 0 && !self.quiet {
            tool.out(format!("{shown}\n").as_bytes())?;
        } else if self.count && !self.quiet {
            let prefix = if self.names { format!("{shown}:") } else { String::new() };
            tool.out(format!("{prefix}{hits}\n").as_bytes())?;
        }
        Ok(Some(hits))
    }
}

fn open(tool: &mut Tool<'_>, path: &str, silent: bool) -> Result<Option<Lines>, Flow> {
    if path == "-" {
        return Ok(Some(Lines { known: Vec::new(), at: 0, from_stdin: true }));
    }
    if silent {
        let read = tool.fs().read(tool.cwd, path).ok();
        return Ok(read.map(|bytes| Lines { known: bytes.to_vec(), at: 0, from_stdin: false }));
    }
    Ok(tool.slurp(path)?.map(|known| Lines { known, at: 0, from_stdin: false }))
}

/// The lines of a file, or of standard input as they come.
struct Lines {
    known: Vec<u8>,
    at: usize,
    from_stdin: bool,
}

impl Lines {
    fn next(&mut self, tool: &mut Tool<'_>) -> Result<Option<Vec<u8>>, Flow> {
        let mut searched = self.at;
        loop {
            if let Some(length) = self.known[searched..].iter().position(|b| *b == b'\n') {
                let line = self.known[self.at..searched + length].to_vec();
                self.at = searched + length + 1;
                return Ok(Some(line));
            }
            if !self.from_stdin || self.known.len() - self.at > 16 << 20 {
                let line = self.known[self.at..].to_vec();
                self.at = self.known.len();
                return Ok((!line.is_empty()).then_some(line));
            }
            self.known.drain(..self.at);
            self.at = 0;
            searched = self.known.len();
            let mut buffer = [0; 8192];
            let count = tool.stdin.read(&mut buffer).unwrap_or(0);
            if tool.cancel().is_set() {
                return Err(Flow::Killed(129));
            }
            self.from_stdin = count > 0;
            self.known.extend_from_slice(&buffer[..count]);
        }
    }
}

enum Edit {
    Replace { regex: Regex, with: Vec<u8>, groups: bool, all: bool, print: bool },
    Print { from: usize, to: usize },
    PrintMatching(Regex),
    Delete { from: usize, to: usize },
    DeleteMatching(Regex),
}

pub(super) fn sed(tool: &mut Tool<'_>) -> Status {
    let options = tool.options("nErs", "e")?;
    let mut paths = options.rest.clone();
    let mut scripts: Vec<String> = options.values('e').to_vec();
    if scripts.is_empty() {
        if paths.is_empty() {
            return Err(tool.usage("Needs 1 argument"));
        }
        scripts.push(paths.remove(0));
    }
    let mut edits = Vec::new();
    for script in &scripts {
        let edit = parse_edit(script.trim().trim_end_matches(';'), options.has('E') || options.has('r'));
        let Some(edit) = edit else { return Err(tool.refuse(script)) };
        edits.push(edit);
    }
    let (content, status) = tool.slurp_all(&paths)?;
    let all_lines = lines(&content);
    let unfinished = content.last().is_some_and(|b| *b != b'\n');
    for (index, line) in all_lines.iter().enumerate() {
        let (number, last) = (index + 1, index + 1 == all_lines.len());
        let end: &[u8] = if last && unfinished { b"" } else { b"\n" };
        let mut line = line.to_vec();
        let within = |from: usize, to: usize| (from..=to).contains(&number) || (from == usize::MAX && last);
        let mut deleted = false;
        for edit in &edits {
            match edit {
                Edit::Replace { regex, with, groups, all, print } => {
                    let limit = usize::from(!all);
                    let hit = regex.is_match(&line);
                    let new = if *groups {
                        regex.replacen(&line, limit, with.as_slice()).into_owned()
                    } else {
                        regex.replacen(&line, limit, NoExpand(with)).into_owned()
                    };
                    line = new;
                    if *print && hit {
                        tool.out(&[line.as_slice(), end].concat())?;
                    }
                }
                Edit::Print { from, to } if within(*from, *to) => tool.out(&[line.as_slice(), end].concat())?,
                Edit::PrintMatching(regex) if regex.is_match(&line) => tool.out(&[line.as_slice(), end].concat())?,
                Edit::Delete { from, to } if within(*from, *to) => deleted = true,
                Edit::DeleteMatching(regex) if regex.is_match(&line) => deleted = true,
                _ => {}
            }
            if deleted {
                break;
            }
        }
        if !deleted && !options.has('n') {
            tool.out(&[line.as_slice(), end].concat())?;
        }
    }
    Ok(status)
}

/// `s/a/b/gp`, `3p`, `2,5p`, `$p`, `/x/p`, and the same with `d`; `None` for all else.
fn parse_edit(script: &str, extended: bool) -> Option<Edit> {
    if let Some(body) = script.strip_prefix('s') {
        let mark = body.chars().next()?;
        let mut parts = vec![String::new()];
        let mut chars = body[mark.len_utf8()..].chars();
        while let Some(c) = chars.next() {
            if c == '\\' {
                let next = chars.next()?;
                let part = parts.last_mut()?;
                if next != mark {
                    part.push('\\');
                }
                part.push(next);
            } else if c == mark {
                parts.push(String::new());
            } else {
                parts.last_mut()?.push(c);
            }
        }
        let [from, with, flags] = parts.as_slice() else { return None };
        if !flags.chars().all(|c| "gpiI".contains(c)) {
            return None;
        }
        let regex = compile(&translate(from, extended)?, flags.contains(['i', 'I']))?;
        let (with, groups) = replacement(with)?;
        return Some(Edit::Replace { regex, with, groups, all: flags.contains('g'), print: flags.contains('p') });
    }
    let verb = script.chars().last().filter(|c| "pd".contains(*c))?;
    let place = &script[..script.len() - 1];
    if let Some(text) = place.strip_prefix('/').and_then(|t| t.strip_suffix('/')) {
        let regex = compile(&translate(text, extended)?, false)?;
        return Some(if verb == 'p' { Edit::PrintMatching(regex) } else { Edit::DeleteMatching(regex) });
    }
    let (from, to) = match place.split_once(',') {
        Some((from, "$")) => (from.parse().ok()?, usize::MAX),
        Some((from, to)) => (from.parse().ok()?, to.parse().ok()?),
        None if place == "$" => (usize::MAX, usize::MAX),
        None if place.is_empty() => (1, usize::MAX),
        None => (place.parse().ok()?, place.parse().ok()?),
    };
    Some(if verb == 'p' { Edit::Print { from, to } } else { Edit::Delete { from, to } })
}

/// `\1` and `&` in the syntax of the `regex` crate, and whether there are any.
fn replacement(text: &str) -> Option<(Vec<u8>, bool)> {
    let mut out = String::new();
    let mut plain = String::new();
    let mut groups = false;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let literal = match c {
            '&' => {
                groups = true;
                out.push_str("${0}");
                continue;
            }
            '\\' => match chars.next()? {
                digit @ '0'..='9' => {
                    groups = true;
                    out.extend(['$', '{', digit, '}']);
                    continue;
                }
                'n' => '\n',
                't' => '\t',
                other => other,
            },
            other => other,
        };
        plain.push(literal);
        out.push(literal);
        if literal == '$' {
            out.push('$');
        }
    }
    Some(if groups { (out.into_bytes(), true) } else { (plain.into_bytes(), false) })
}
