//! From words to fields: parameters, substitutions, splitting, file name patterns.

use super::arith;
use super::ast::{CommandKind, List, Param, ParamOp, Part, RedirectTarget, Word};
use super::pattern::{self, Glyph};
use super::state::{Fd, Flow, Interp};
use super::streams::Sink;

/// The longest output of a substitution, and all words of one command together, in bytes.
const MAX_EXPANSION: usize = 4 << 20;
/// Names that one file name pattern may give.
const MAX_NAMES: usize = 1_000;

/// Where a character came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum From {
    /// Written without quotes: may be a pattern.
    Bare,
    /// Quoted: stands for itself.
    Quoted,
    /// From an unquoted expansion: may be a pattern, and is split.
    Split,
    /// No character: there were quotes here, so the field exists.
    Mark,
    /// No character: a new field starts.
    Break,
}

type Text = Vec<(char, From)>;

impl Interp {
    /// The fields of a command's words.
    pub(super) fn fields(&mut self, words: &[Word]) -> Result<Vec<String>, Flow> {
        let mut fields = Vec::new();
        let mut size = 0;
        for word in words {
            let mut text = Text::new();
            self.expand(word, From::Bare, &mut text)?;
            for field in self.split(text) {
                let before = fields.len();
                self.file_names(&field, &mut fields)?;
                size += fields[before..].iter().map(String::len).sum::<usize>();
                if size > MAX_EXPANSION {
                    self.complain("Argument list too long");
                    return Err(Flow::Killed(126));
                }
            }
        }
        Ok(fields)
    }

    /// A word as one text: no splitting, no file names.
    pub(super) fn text(&mut self, word: &[Part]) -> Result<String, Flow> {
        let mut text = Text::new();
        self.expand(word, From::Bare, &mut text)?;
        Ok(text.iter().copied().filter_map(plain).collect())
    }

    /// A word as a pattern.
    pub(super) fn pattern(&mut self, word: &[Part]) -> Result<Vec<Glyph>, Flow> {
        let mut text = Text::new();
        self.expand(word, From::Bare, &mut text)?;
        Ok(glyphs(&text))
    }

    /// Whether a text matches; counted as work.
    pub(super) fn matches(&self, pattern: &[Glyph], text: &[char]) -> Result<bool, Flow> {
        self.charge(1 + (text.len() / 64 + text.len().saturating_mul(pattern.len()) / 4096) as u64)?;
        Ok(pattern::matches(pattern, text))
    }

    fn expand(&mut self, word: &[Part], bare: From, out: &mut Text) -> Result<(), Flow> {
        for (index, part) in word.iter().enumerate() {
            match part {
                Part::Bare(text) => {
                    let rest = self.tilde(text, index == 0 && bare == From::Bare, word.len() == 1, out);
                    out.extend(rest.chars().map(|c| (c, bare)));
                }
                Part::Quoted(text) => {
                    out.push(('\0', From::Mark));
                    out.extend(text.chars().map(|c| (c, From::Quoted)));
                }
                Part::Double(parts) => {
                    let only_args = !parts.is_empty()
                        && parts.iter().all(|p| matches!(p, Part::Param(param) if param.name == "@" && matches!(param.op, ParamOp::Value)));
                    if !only_args || !self.args.is_empty() {
                        out.push(('\0', From::Mark));
                    }
                    self.expand(parts, From::Quoted, out)?;
                }
                Part::Param(param) => self.param(param, bare, out)?,
                Part::Command(list) => {
                    let text = self.substitute(list)?;
                    push(&text, bare, out);
                }
                Part::Arith(word) => {
                    let text = self.text(word)?;
                    let value = self.arith(&text)?;
                    push(&value.to_string(), bare, out);
                }
            }
            if out.len() > MAX_EXPANSION {
                self.complain("out of memory");
                return Err(Flow::Killed(1));
            }
        }
        Ok(())
    }

    fn tilde<'a>(&self, text: &'a str, first: bool, last: bool, out: &mut Text) -> &'a str {
        let Some(rest) = text.strip_prefix('~').filter(|r| first && (r.starts_with('/') || (r.is_empty() && last)))
        else {
            return text;
        };
        let home = self.vars.get("HOME").map_or("/", |v| v.value.as_str());
        out.extend(home.trim_end_matches('/').chars().map(|c| (c, From::Quoted)));
        if rest.is_empty() && home.trim_end_matches('/').is_empty() {
            out.push(('/', From::Quoted));
        }
        rest
    }

    /// The value of `$((…))`; what is wrong with it ends the shell.
    pub(super) fn arith(&mut self, text: &str) -> Result<i32, Flow> {
        self.charge(1 + text.len() as u64 / 16)?;
        arith::evaluate(text, self).map_err(|error| {
            self.complain(&error);
            Flow::Exit(1)
        })
    }

    fn param(&mut self, param: &Param, bare: From, out: &mut Text) -> Result<(), Flow> {
        let many = param.name == "@" || param.name == "*";
        match &param.op {
            ParamOp::Value if many => {
                self.positional(&param.name, bare, out);
                Ok(())
            }
            ParamOp::Length if many => {
                push(&self.args.len().to_string(), bare, out);
                Ok(())
            }
            ParamOp::Fallback { sign, colon, word } => self.fallback(param, (*sign, *colon), word, bare, out),
            ParamOp::Trim { .. } | ParamOp::Slice { .. } if many => {
                Err(Flow::Exit(self.refuse("${@} with an operator")))
            }
            op => {
                let value = self.value(&param.name);
                if value.is_none() && self.options.nounset {
                    self.complain(&format!("{}: parameter not set", param.name));
                    return Err(Flow::Exit(1));
                }
                let value = value.unwrap_or_default();
                let value = match op {
                    ParamOp::Length => value.chars().count().to_string(),
                    ParamOp::Trim { prefix, longest, pattern } => {
                        let pattern = self.pattern(pattern)?;
                        self.trim(&value, &pattern, *prefix, *longest)?
                    }
                    ParamOp::Slice { offset, length } => self.slice(&value, offset, length.as_ref())?,
                    _ => value,
                };
                push(&value, bare, out);
                Ok(())
            }
        }
    }

    fn positional(&self, name: &str, bare: From, out: &mut Text) {
        if name == "*" && bare == From::Quoted {
            let joint = self.vars.get("IFS").map_or(Some(' '), |v| v.value.chars().next());
            for (index, arg) in self.args.iter().enumerate() {
                if index > 0 {
                    out.extend(joint.map(|c| (c, From::Quoted)));
                }
                push(arg, bare, out);
            }
            return;
        }
        for (index, arg) in self.args.iter().enumerate() {
            if index > 0 {
                out.push((' ', From::Break));
            }
            if bare == From::Quoted {
                out.push(('\0', From::Mark));
            }
            push(arg, bare, out);
        }
    }

    fn fallback(
        &mut self,
        param: &Param,
        (sign, colon): (char, bool),
        word: &Word,
        bare: From,
        out: &mut Text,
    ) -> Result<(), Flow> {
        let many = param.name == "@" || param.name == "*";
        let value = if many { (!self.args.is_empty()).then(|| self.args.join(" ")) } else { self.value(&param.name) };
        let present = value.as_ref().is_some_and(|v| !colon || !v.is_empty());
        let inside = if bare == From::Bare { From::Split } else { bare };
        match (sign, present) {
            ('+', true) | ('-', false) => self.expand(word, inside, out),
            ('+', false) => Ok(()),
            ('=', false) => {
                let text = self.text(word)?;
                if !param.name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
                    self.complain(&format!("{}: bad substitution", param.name));
                    return Err(Flow::Exit(1));
                }
                self.assign(&param.name, text.clone())?;
                push(&text, bare, out);
                Ok(())
            }
            ('?', false) => {
                let text = self.text(word)?;
                let text = if text.is_empty() { "parameter null or not set".to_owned() } else { text };
                self.complain(&format!("{}: {text}", param.name));
                Err(Flow::Exit(1))
            }
            _ if many => {
                self.positional(&param.name, bare, out);
                Ok(())
            }
            _ => {
                push(&value.unwrap_or_default(), bare, out);
                Ok(())
            }
        }
    }

    /// The value of a parameter, `None` where it is unset.
    fn value(&self, name: &str) -> Option<String> {
        match name {
            "?" => Some(self.last.to_string()),
            "$" => Some(self.shared.pid.to_string()),
            "#" => Some(self.args.len().to_string()),
            "!" => None,
            "-" => Some("hU".to_owned()),
            "0" => Some(self.name.clone()),
            "PWD" => Some(self.cwd.clone()),
            _ => match name.parse::<usize>() {
                Ok(index) => self.args.get(index.wrapping_sub(1)).cloned(),
                Err(_) => self.vars.get(name).map(|v| v.value.clone()),
            },
        }
    }

    fn trim(&self, value: &str, pattern: &[Glyph], prefix: bool, longest: bool) -> Result<String, Flow> {
        let chars: Vec<char> = value.chars().collect();
        let count = chars.len();
        for step in 0..=count {
            let length = if longest { count - step } else { step };
            let (cut, rest) = if prefix {
                chars.split_at(length)
            } else {
                let (rest, cut) = chars.split_at(count - length);
                (cut, rest)
            };
            if self.matches(pattern, cut)? {
                return Ok(rest.iter().collect());
            }
        }
        Ok(value.to_owned())
    }

    fn slice(&mut self, value: &str, offset: &Word, length: Option<&Word>) -> Result<String, Flow> {
        let offset = self.text(offset)?;
        let offset = self.arith(&offset)?;
        let count = i32::try_from(value.chars().count()).unwrap_or(i32::MAX);
        let start = if offset < 0 { (count + offset).max(0) } else { offset };
        let length = match length {
            None => count,
            Some(length) => {
                let length = self.text(length)?;
                self.arith(&length)?
            }
        };
        if length < 0 {
            return Err(Flow::Exit(self.refuse("${x:offset:negative}")));
        }
        Ok(value.chars().skip(start as usize).take(length as usize).collect())
    }

    /// The output of `$(…)` without the line ends at its end.
    fn substitute(&mut self, list: &List) -> Result<String, Flow> {
        let (sink, captured) = Sink::captured(MAX_EXPANSION);
        let status = if let Some(word) = only_reads(list) {
            let path = self.text(word)?;
            match self.shared.fs.read(&self.cwd, &path) {
                Ok(bytes) => {
                    let mut sink = sink.clone();
                    let _ = std::io::Write::write_all(&mut sink, &bytes);
                    0
                }
                Err(error) => {
                    self.complain(&format!("{path}: {error}"));
                    1
                }
            }
        } else {
            let mut inner = self.clone();
            inner.fds.insert(1, Fd::Out(sink.clone()));
            inner.subshell(list)?
        };
        if sink.is_broken() {
            self.complain("out of memory");
            return Err(Flow::Killed(1));
        }
        self.substituted = Some(status);
        let mut bytes = captured.bytes();
        bytes.retain(|b| *b != 0);
        let text = String::from_utf8_lossy(&bytes);
        Ok(text.trim_end_matches('\n').to_owned())
    }

    /// Splits by `IFS` and at the borders of `"$@"`.
    fn split(&self, text: Text) -> Vec<Text> {
        let ifs = self.vars.get("IFS").map_or(" \t\n", |v| v.value.as_str());
        let mut fields = Vec::new();
        let mut current = Text::new();
        let mut after_blank = false;
        for (c, from) in text {
            if from == From::Break || (from == From::Split && ifs.contains(c)) {
                let blank = from == From::Break || " \t\n".contains(c);
                if !current.is_empty() {
                    fields.push(std::mem::take(&mut current));
                    after_blank = blank && from != From::Break;
                } else if !blank {
                    if !after_blank {
                        fields.push(Text::new());
                    }
                    after_blank = false;
                }
                continue;
            }
            after_blank = false;
            current.push((c, from));
        }
        if !current.is_empty() {
            fields.push(current);
        }
        fields
    }

    /// The files that a field names, or the field itself where there are none.
    fn file_names(&self, field: &Text, names: &mut Vec<String>) -> Result<(), Flow> {
        let pattern = glyphs(field);
        let literal: String = field.iter().copied().filter_map(plain).collect();
        if self.options.noglob || !pattern::is_pattern(&pattern) {
            names.push(literal);
            return Ok(());
        }
        let mut found = vec![String::new()];
        for (index, part) in pattern.split(|g| g.0 == '/').enumerate() {
            let mut next = Vec::new();
            for base in &found {
                self.charge(10 + base.len() as u64 / 8)?;
                let base = if index == 0 { String::new() } else { format!("{base}/") };
                if !pattern::is_pattern(part) {
                    let name: String = part.iter().map(|g| g.0).collect();
                    let path = format!("{base}{name}");
                    if name.is_empty() || self.shared.fs.exists(&self.cwd, &path) {
                        next.push(path);
                    }
                    continue;
                }
                let folder = if base.is_empty() { "." } else { base.as_str() };
                for name in self.shared.fs.list(&self.cwd, folder).unwrap_or_default() {
                    let hidden = name.starts_with('.') && part.first().is_none_or(|g| g.0 != '.');
                    if !hidden && self.matches(part, &name.chars().collect::<Vec<_>>())? {
                        next.push(format!("{base}{name}"));
                    }
                }
            }
            next.truncate(MAX_NAMES);
            found = next;
        }
        if found.is_empty() {
            names.push(literal);
        } else {
            found.sort();
            names.extend(found);
        }
        Ok(())
    }
}

fn push(text: &str, bare: From, out: &mut Text) {
    let from = if bare == From::Quoted { From::Quoted } else { From::Split };
    out.extend(text.chars().map(|c| (c, from)));
}

fn plain((c, from): (char, From)) -> Option<char> {
    (from != From::Mark).then_some(c)
}

fn glyphs(text: &Text) -> Vec<Glyph> {
    text.iter().filter(|g| g.1 != From::Mark).map(|(c, from)| (*c, *from == From::Quoted)).collect()
}

/// `$(<file)`.
fn only_reads(list: &List) -> Option<&Word> {
    let [only] = list.as_slice() else { return None };
    let [command] = only.first.stages.as_slice() else { return None };
    let CommandKind::Simple { assignments, words } = &command.kind else { return None };
    match command.redirects.as_slice() {
        [redirect] if only.rest.is_empty() && assignments.is_empty() && words.is_empty() => match &redirect.target {
            RedirectTarget::Read(word) => Some(word),
            _ => None,
        },
        _ => None,
    }
}
