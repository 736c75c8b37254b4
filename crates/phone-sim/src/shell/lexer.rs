//! Reads words: quotes, `$` forms, here-documents. The grammar of commands is in `parser`.

use std::sync::{Arc, OnceLock};

use super::ast::{Param, ParamOp, ParseError, Part, Word};
use super::escapes;

/// How deep constructs may be nested.
const MAX_DEPTH: usize = 60;

/// A reader over a script's text.
pub(super) struct Lexer {
    pub(super) src: Vec<char>,
    pub(super) pos: usize,
    pub(super) depth: usize,
    pub(super) pending: Vec<HereDoc>,
}

/// A here-document whose body comes after the line.
pub(super) struct HereDoc {
    pub(super) end: String,
    pub(super) quoted: bool,
    pub(super) strip_tabs: bool,
    pub(super) body: Arc<OnceLock<Word>>,
}

/// Where a word stands, which decides what ends it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A plain word.
    Plain,
    /// Between double quotes.
    Double,
    /// In a here-document.
    Here,
    /// After an operator in `${…}`; says whether double quotes are around and keep single quotes plain.
    Brace { plain_quotes: bool },
    /// In `$((…))`.
    Arith,
}

impl Lexer {
    pub(super) fn new(text: &str) -> Self {
        Self { src: text.chars().collect(), pos: 0, depth: 0, pending: Vec::new() }
    }

    pub(super) fn at(&self, ahead: usize) -> Option<char> {
        self.src.get(self.pos + ahead).copied()
    }

    pub(super) fn looks_at(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(i, c)| self.at(i) == Some(c))
    }

    pub(super) fn take(&mut self, text: &str) -> bool {
        let here = self.looks_at(text);
        if here {
            self.pos += text.chars().count();
        }
        here
    }

    pub(super) fn deeper(&mut self) -> Result<(), ParseError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(ParseError::Refused("nesting this deep".to_owned())) } else { Ok(()) }
    }

    /// Skips blanks, line continuations and a comment.
    pub(super) fn blanks(&mut self) {
        loop {
            match self.at(0) {
                Some(' ' | '\t' | '\r') => self.pos += 1,
                Some('\\') if self.at(1) == Some('\n') => self.pos += 2,
                Some('#') => {
                    while self.at(0).is_some_and(|c| c != '\n') {
                        self.pos += 1;
                    }
                }
                _ => return,
            }
        }
    }

    /// Skips blanks and line ends, reading the here-documents that are due.
    pub(super) fn lines(&mut self) -> Result<(), ParseError> {
        loop {
            self.blanks();
            if self.at(0) != Some('\n') {
                return Ok(());
            }
            self.line_end()?;
        }
    }

    /// Steps over a line end, and over the here-documents after it.
    pub(super) fn line_end(&mut self) -> Result<(), ParseError> {
        self.pos += 1;
        for doc in std::mem::take(&mut self.pending) {
            let mut body = String::new();
            loop {
                if self.pos >= self.src.len() {
                    return Err(ParseError::Incomplete(format!("here document '{}' unclosed", doc.end)));
                }
                let rest = &self.src[self.pos..];
                let length = rest.iter().position(|c| *c == '\n').unwrap_or(rest.len());
                let mut line: String = rest[..length].iter().collect();
                self.pos = (self.pos + length + 1).min(self.src.len());
                if doc.strip_tabs {
                    line = line.trim_start_matches('\t').to_owned();
                }
                if line == doc.end {
                    break;
                }
                body.push_str(&line);
                body.push('\n');
            }
            let word = if doc.quoted { vec![Part::Quoted(body)] } else { self.inner(&body, Place::Here)? };
            let _ = doc.body.set(word);
        }
        Ok(())
    }

    /// Parses a text of its own inside this one.
    pub(super) fn inner(&mut self, text: &str, place: Place) -> Result<Word, ParseError> {
        self.deeper()?;
        let mut inner = Lexer { src: text.chars().collect(), pos: 0, depth: self.depth, pending: Vec::new() };
        let parts = inner.parts(place)?;
        self.depth -= 1;
        Ok(parts)
    }

    /// A word at this place, or `None` where an operator or the end stands.
    pub(super) fn word(&mut self) -> Result<Option<Word>, ParseError> {
        let start = self.pos;
        let parts = self.parts(Place::Plain)?;
        if self.pos == start {
            return Ok(None);
        }
        refuse_braces(&parts)?;
        Ok(Some(parts))
    }

    /// The parts up to what ends this place, which stays unread.
    pub(super) fn parts(&mut self, place: Place) -> Result<Word, ParseError> {
        let mut parts: Word = Vec::new();
        let quotes_work = !matches!(place, Place::Double | Place::Here);
        while let Some(c) = self.at(0) {
            if ends(place, c) {
                break;
            }
            match c {
                '\\' => self.backslash(place, &mut parts),
                '\'' if quotes_work && place != Place::Arith && place != (Place::Brace { plain_quotes: true }) => {
                    self.pos += 1;
                    let text = self.until_quote()?;
                    parts.push(Part::Quoted(text));
                }
                '"' if quotes_work => {
                    self.pos += 1;
                    parts.push(self.double()?);
                }
                '$' => self.dollar(place, &mut parts)?,
                '`' => {
                    self.pos += 1;
                    parts.push(self.backquotes(place)?);
                }
                _ => {
                    self.pos += 1;
                    push(&mut parts, c, matches!(place, Place::Double | Place::Here));
                }
            }
        }
        Ok(parts)
    }

    fn backslash(&mut self, place: Place, parts: &mut Word) {
        let Some(next) = self.at(1) else {
            self.pos += 1;
            push(parts, '\\', true);
            return;
        };
        self.pos += 2;
        let special = match place {
            Place::Double => "$`\"\\",
            Place::Here => "$`\\",
            Place::Brace { plain_quotes: true } => "$`\"\\}",
            Place::Plain | Place::Brace { .. } | Place::Arith => "",
        };
        if next == '\n' {
            return;
        }
        if !special.is_empty() && !special.contains(next) {
            push(parts, '\\', true);
        }
        push(parts, next, true);
    }

    fn double(&mut self) -> Result<Part, ParseError> {
        self.deeper()?;
        let parts = self.parts(Place::Double)?;
        self.depth -= 1;
        if !self.take("\"") {
            return Err(ParseError::Incomplete("no closing quote".to_owned()));
        }
        Ok(Part::Double(parts))
    }

    fn until_quote(&mut self) -> Result<String, ParseError> {
        let rest = &self.src[self.pos..];
        let Some(length) = rest.iter().position(|c| *c == '\'') else {
            return Err(ParseError::Incomplete("no closing quote".to_owned()));
        };
        let text = rest[..length].iter().collect();
        self.pos += length + 1;
        Ok(text)
    }

    /// `` `…` ``: one level of backslashes goes, then it is a script.
    fn backquotes(&mut self, place: Place) -> Result<Part, ParseError> {
        let mut text = String::new();
        loop {
            match self.at(0) {
                None => return Err(ParseError::Incomplete("no closing quote".to_owned())),
                Some('`') => break,
                Some('\\') => {
                    let next = self.at(1).unwrap_or('\\');
                    self.pos += 1;
                    if !("$`\\".contains(next) || (next == '"' && place == Place::Double)) {
                        text.push('\\');
                    }
                    text.push(next);
                }
                Some(c) => text.push(c),
            }
            self.pos += 1;
        }
        self.pos += 1;
        self.deeper()?;
        let mut inner = Lexer { src: text.chars().collect(), pos: 0, depth: self.depth, pending: Vec::new() };
        let list = inner.script().map_err(|e| match e {
            ParseError::Incomplete(what) => ParseError::Syntax(what),
            other => other,
        })?;
        self.depth -= 1;
        Ok(Part::Command(Arc::new(list)))
    }

    fn dollar(&mut self, place: Place, parts: &mut Word) -> Result<(), ParseError> {
        self.pos += 1;
        let quoted = matches!(place, Place::Double | Place::Here);
        match self.at(0) {
            Some('(') if self.at(1) == Some('(') => {
                let start = self.pos;
                self.pos += 2;
                if let Some(text) = self.until_double_paren() {
                    let word = self.inner(&text, Place::Arith)?;
                    parts.push(Part::Arith(word));
                } else {
                    self.pos = start;
                    parts.push(self.command()?);
                }
            }
            Some('(') => parts.push(self.command()?),
            Some('{') => {
                self.pos += 1;
                parts.push(self.braced(place)?);
            }
            Some('\'') if place == Place::Plain => {
                self.pos += 1;
                let mut raw = String::new();
                loop {
                    match self.at(0) {
                        None => return Err(ParseError::Incomplete("no closing quote".to_owned())),
                        Some('\'') => break,
                        Some('\\') => {
                            raw.push('\\');
                            self.pos += 1;
                            raw.extend(self.at(0));
                        }
                        Some(c) => raw.push(c),
                    }
                    self.pos += 1;
                }
                self.pos += 1;
                parts.push(Part::Quoted(escapes::dollar_quote(&raw)));
            }
            Some('"') if place == Place::Plain => {
                self.pos += 1;
                parts.push(self.double()?);
            }
            Some(c) if c.is_ascii_alphabetic() || c == '_' => {
                let name = self.name();
                parts.push(Part::Param(Box::new(Param { name, op: ParamOp::Value })));
            }
            Some(c) if c.is_ascii_digit() || "@*#?$!-".contains(c) => {
                self.pos += 1;
                parts.push(Part::Param(Box::new(Param { name: c.to_string(), op: ParamOp::Value })));
            }
            _ => push(parts, '$', quoted),
        }
        Ok(())
    }

    fn command(&mut self) -> Result<Part, ParseError> {
        self.pos += 1;
        self.deeper()?;
        let outer = std::mem::take(&mut self.pending);
        let list = self.list(&[])?;
        self.lines()?;
        self.pending = outer;
        self.depth -= 1;
        if !self.take(")") {
            return Err(self.unexpected("unmatched '$('"));
        }
        Ok(Part::Command(Arc::new(list)))
    }

    /// The text up to the `))` that closes, or `None` where it is no arithmetic.
    pub(super) fn until_double_paren(&mut self) -> Option<String> {
        let mut open = 0;
        let mut text = String::new();
        while let Some(c) = self.at(0) {
            match c {
                '(' => open += 1,
                ')' if open == 0 => {
                    return (self.at(1) == Some(')')).then(|| {
                        self.pos += 2;
                        text
                    });
                }
                ')' => open -= 1,
                _ => {}
            }
            text.push(c);
            self.pos += 1;
        }
        None
    }

    pub(super) fn name(&mut self) -> String {
        let mut name = String::new();
        while let Some(c) = self.at(0).filter(|c| c.is_ascii_alphanumeric() || *c == '_') {
            name.push(c);
            self.pos += 1;
        }
        name
    }

    fn braced(&mut self, place: Place) -> Result<Part, ParseError> {
        let length = self.at(0) == Some('#') && self.at(1).is_some_and(|c| c != '}' && !":%-=+?#".contains(c));
        if length {
            self.pos += 1;
        }
        let name = match self.at(0) {
            Some(c) if c.is_ascii_alphabetic() || c == '_' => self.name(),
            Some(c) if c.is_ascii_digit() => {
                let mut digits = String::new();
                while let Some(d) = self.at(0).filter(char::is_ascii_digit) {
                    digits.push(d);
                    self.pos += 1;
                }
                digits
            }
            Some(c) if "@*#?$-".contains(c) => {
                self.pos += 1;
                c.to_string()
            }
            None => return Err(ParseError::Incomplete("no closing quote".to_owned())),
            Some(c) => return Err(ParseError::Refused(format!("${{{c}"))),
        };
        let op = if length { ParamOp::Length } else { self.param_op(place)? };
        if !self.take("}") {
            return Err(match self.at(0) {
                None => ParseError::Incomplete("no closing quote".to_owned()),
                Some(c) => ParseError::Refused(format!("${{{name}{c}")),
            });
        }
        Ok(Part::Param(Box::new(Param { name, op })))
    }

    fn param_op(&mut self, place: Place) -> Result<ParamOp, ParseError> {
        let colon = self.at(0) == Some(':');
        let sign = self.at(usize::from(colon)).filter(|c| "-=?+".contains(*c));
        let in_double = matches!(place, Place::Double | Place::Here | Place::Brace { plain_quotes: true });
        self.deeper()?;
        let op = if let Some(sign) = sign {
            self.pos += 1 + usize::from(colon);
            let word = self.parts(Place::Brace { plain_quotes: in_double })?;
            ParamOp::Fallback { sign, colon, word }
        } else if colon {
            self.pos += 1;
            let text = self.parts(Place::Brace { plain_quotes: false })?;
            let (offset, length) = split_slice(text);
            ParamOp::Slice { offset, length }
        } else if let Some(c) = self.at(0).filter(|c| "%#".contains(*c)) {
            self.pos += 1;
            let longest = self.at(0) == Some(c);
            self.pos += usize::from(longest);
            ParamOp::Trim { prefix: c == '#', longest, pattern: self.parts(Place::Brace { plain_quotes: false })? }
        } else {
            ParamOp::Value
        };
        self.depth -= 1;
        Ok(op)
    }

    pub(super) fn unexpected(&self, at_end: &str) -> ParseError {
        match self.at(0) {
            None => ParseError::Incomplete(at_end.to_owned()),
            Some('\n') => ParseError::Syntax("unexpected newline".to_owned()),
            Some(c) => ParseError::Syntax(format!("unexpected '{c}'")),
        }
    }
}

fn ends(place: Place, c: char) -> bool {
    match place {
        Place::Plain => " \t\r\n;&|<>()".contains(c),
        Place::Double => c == '"',
        Place::Brace { .. } => c == '}',
        Place::Here | Place::Arith => false,
    }
}

fn push(parts: &mut Word, c: char, quoted: bool) {
    match parts.last_mut() {
        Some(Part::Bare(text)) if !quoted => text.push(c),
        Some(Part::Quoted(text)) if quoted => text.push(c),
        _ if quoted => parts.push(Part::Quoted(c.to_string())),
        _ => parts.push(Part::Bare(c.to_string())),
    }
}

/// `offset:length` at the first plain colon.
fn split_slice(parts: Word) -> (Word, Option<Word>) {
    let mut offset = Vec::new();
    let mut length: Option<Word> = None;
    for part in parts {
        match (part, &mut length) {
            (Part::Bare(text), None) if text.contains(':') => {
                let (before, after) = text.split_once(':').unwrap_or_default();
                offset.push(Part::Bare(before.to_owned()));
                length = Some(vec![Part::Bare(after.to_owned())]);
            }
            (part, None) => offset.push(part),
            (part, Some(length)) => length.push(part),
        }
    }
    (offset, length)
}

/// `a{b,c}` makes several words in the real shell.
fn refuse_braces(parts: &[Part]) -> Result<(), ParseError> {
    let bare: String = parts.iter().map(|p| if let Part::Bare(text) = p { text.as_str() } else { "_" }).collect();
    let Some(open) = bare.find('{') else { return Ok(()) };
    let rest = &bare[open..];
    let wanted = rest.find(',').is_some_and(|comma| rest[comma..].contains('}'));
    if wanted { Err(ParseError::Refused("brace expansion".to_owned())) } else { Ok(()) }
}
