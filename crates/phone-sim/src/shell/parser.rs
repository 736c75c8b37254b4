//! The grammar of commands. Running them is in `exec`.

use std::sync::{Arc, OnceLock};

use super::ast::{
    AndOr, Assignment, Command, CommandKind, Condition, List, ParseError, Part, Pipeline, Redirect, RedirectTarget,
    Word,
};
use super::lexer::{HereDoc, Lexer, Place};

type Parsed<T> = Result<T, ParseError>;

/// Words that open or close a construct where a command may stand.
const CLOSING: &[&str] = &["then", "elif", "else", "fi", "do", "done", "esac", "}", "in"];
/// Words the real shell knows and this one does not.
const REFUSED: &[&str] = &["select", "time", "coproc"];

impl Lexer {
    /// All commands of a text.
    pub(super) fn script(&mut self) -> Parsed<List> {
        let list = self.list(&[])?;
        self.lines()?;
        if self.at(0).is_some() { Err(self.unexpected("")) } else { Ok(list) }
    }

    /// The commands of the next line, or `None` at the end.
    pub(super) fn next_line(&mut self) -> Parsed<Option<List>> {
        self.lines()?;
        if self.at(0).is_none() {
            return Ok(None);
        }
        let mut list = Vec::new();
        loop {
            self.blanks();
            match self.at(0) {
                None => break,
                Some('\n') => {
                    self.line_end()?;
                    break;
                }
                _ => {}
            }
            if !list.is_empty() && !matches!(self.src.get(self.pos.wrapping_sub(1)), Some(';' | ' ' | '\t')) {
                return Err(self.unexpected(""));
            }
            list.push(self.and_or()?);
            self.blanks();
            match self.at(0) {
                Some(';') if self.at(1) != Some(';') => self.pos += 1,
                None | Some('\n') => {}
                Some('&') => return Err(ParseError::Refused("&".to_owned())),
                Some(_) => return Err(self.unexpected("")),
            }
        }
        if let Some(doc) = self.pending.first() {
            return Err(ParseError::Incomplete(format!("here document '{}' unclosed", doc.end)));
        }
        Ok(Some(list))
    }

    /// Commands until one of `ends`, `)`, `;;` or the end of the text, which stay unread.
    pub(super) fn list(&mut self, ends: &[&str]) -> Parsed<List> {
        let mut list = Vec::new();
        loop {
            self.lines()?;
            let Some(c) = self.at(0) else { return Ok(list) };
            if c == ')' || self.looks_at(";;") || self.keyword().is_some_and(|k| ends.contains(&k.as_str())) {
                return Ok(list);
            }
            list.push(self.and_or()?);
            self.blanks();
            match self.at(0) {
                Some(';') if self.at(1) != Some(';') => self.pos += 1,
                Some('\n') => self.line_end()?,
                Some('&') => return Err(ParseError::Refused("&".to_owned())),
                None | Some(')' | ';') => {}
                Some(_) => return Err(self.unexpected("")),
            }
        }
    }

    /// The bare word that stands here, without reading it.
    fn keyword(&self) -> Option<String> {
        let text: String = self.src[self.pos..].iter().take_while(|c| !" \t\r\n;&|<>()".contains(**c)).collect();
        (!text.is_empty() && !text.contains(['\'', '"', '\\', '$', '`'])).then_some(text)
    }

    fn take_keyword(&mut self, word: &str) -> bool {
        let here = self.keyword().is_some_and(|k| k == word);
        if here {
            self.pos += word.chars().count();
        }
        here
    }

    fn expect(&mut self, word: &str, opened: &str) -> Parsed<()> {
        self.lines()?;
        if self.take_keyword(word) { Ok(()) } else { Err(self.unexpected(&format!("unmatched '{opened}'"))) }
    }

    fn and_or(&mut self) -> Parsed<AndOr> {
        let first = self.pipeline()?;
        let mut rest = Vec::new();
        loop {
            self.blanks();
            let and = if self.take("&&") {
                true
            } else if self.take("||") {
                false
            } else {
                return Ok(AndOr { first, rest });
            };
            self.lines()?;
            rest.push((and, self.pipeline()?));
        }
    }

    fn pipeline(&mut self) -> Parsed<Pipeline> {
        let mut negated = false;
        self.blanks();
        while self.take_keyword("!") {
            negated = !negated;
            self.blanks();
        }
        let mut stages = vec![self.command_here()?];
        loop {
            self.blanks();
            if self.at(0) != Some('|') || self.at(1) == Some('|') {
                return Ok(Pipeline { negated, stages });
            }
            self.pos += 1;
            if self.at(0) == Some('&') {
                return Err(ParseError::Refused("|&".to_owned()));
            }
            self.lines()?;
            stages.push(self.command_here()?);
        }
    }

    fn command_here(&mut self) -> Parsed<Command> {
        self.deeper()?;
        self.blanks();
        if self.at(0).is_none() {
            return Err(ParseError::Incomplete("unexpected EOF".to_owned()));
        }
        let command = match self.compound()? {
            Some(kind) => {
                let mut redirects = Vec::new();
                loop {
                    self.blanks();
                    match self.redirect()? {
                        Some(redirect) => redirects.push(redirect),
                        None => break,
                    }
                }
                Command { kind, redirects }
            }
            None => self.simple()?,
        };
        self.depth -= 1;
        Ok(command)
    }

    fn compound(&mut self) -> Parsed<Option<CommandKind>> {
        if self.at(0) == Some('(') {
            return self.parenthesis().map(Some);
        }
        let Some(word) = self.keyword() else { return Ok(None) };
        if CLOSING.contains(&word.as_str()) && word != "in" {
            return Err(ParseError::Syntax(format!("unexpected '{word}'")));
        }
        if REFUSED.contains(&word.as_str()) {
            return Err(ParseError::Refused(word));
        }
        let handled = matches!(word.as_str(), "{" | "if" | "while" | "until" | "for" | "case" | "[[" | "function");
        if !handled {
            return Ok(None);
        }
        self.pos += word.chars().count();
        match word.as_str() {
            "{" => {
                let body = self.list(&["}"])?;
                self.expect("}", "{")?;
                Ok(CommandKind::Group(body))
            }
            "if" => self.if_clause(),
            "while" | "until" => {
                let condition = self.list(&["do"])?;
                let body = self.do_group(&word)?;
                Ok(CommandKind::While { until: word == "until", condition, body })
            }
            "for" => self.for_clause(),
            "case" => self.case_clause(),
            "[[" => {
                let condition = self.condition_or()?;
                self.expect("]]", "[[")?;
                Ok(CommandKind::Condition(condition))
            }
            _ => {
                self.blanks();
                let name = self.name();
                self.blanks();
                let _ = self.take("()");
                self.lines()?;
                let body = Arc::new(self.command_here()?);
                Ok(CommandKind::Function { name, body })
            }
        }
        .map(Some)
    }

    fn parenthesis(&mut self) -> Parsed<CommandKind> {
        let start = self.pos;
        if self.take("((") {
            if let Some(text) = self.until_double_paren() {
                return self.inner(&text, Place::Arith).map(CommandKind::Arith);
            }
            self.pos = start;
        }
        self.pos += 1;
        let body = self.list(&[])?;
        self.lines()?;
        if self.take(")") { Ok(CommandKind::Subshell(body)) } else { Err(self.unexpected("unmatched '('")) }
    }

    fn if_clause(&mut self) -> Parsed<CommandKind> {
        let mut arms = Vec::new();
        loop {
            let condition = self.list(&["then"])?;
            self.expect("then", "if")?;
            let body = self.list(&["elif", "else", "fi"])?;
            arms.push((condition, body));
            self.lines()?;
            if self.take_keyword("elif") {
                continue;
            }
            let otherwise = if self.take_keyword("else") { Some(self.list(&["fi"])?) } else { None };
            self.expect("fi", "if")?;
            return Ok(CommandKind::If { arms, otherwise });
        }
    }

    fn do_group(&mut self, opened: &str) -> Parsed<List> {
        self.expect("do", opened)?;
        let body = self.list(&["done"])?;
        self.expect("done", "do")?;
        Ok(body)
    }

    fn for_clause(&mut self) -> Parsed<CommandKind> {
        self.blanks();
        let name = self.name();
        if name.is_empty() {
            return Err(self.unexpected("unmatched 'for'"));
        }
        self.lines()?;
        let words = if self.take_keyword("in") {
            let mut words = Vec::new();
            loop {
                self.blanks();
                match self.word()? {
                    Some(word) => words.push(word),
                    None => break,
                }
            }
            Some(words)
        } else {
            None
        };
        self.blanks();
        let _ = self.take(";");
        let body = self.do_group("for")?;
        Ok(CommandKind::For { name, words, body })
    }

    fn case_clause(&mut self) -> Parsed<CommandKind> {
        self.blanks();
        let Some(word) = self.word()? else { return Err(self.unexpected("unmatched 'case'")) };
        self.expect("in", "case")?;
        let mut arms = Vec::new();
        loop {
            self.lines()?;
            if self.take_keyword("esac") {
                return Ok(CommandKind::Case { word, arms });
            }
            let _ = self.take("(");
            let mut patterns = Vec::new();
            loop {
                self.blanks();
                let Some(pattern) = self.word()? else { return Err(self.unexpected("unmatched 'case'")) };
                self.refuse_pattern_list()?;
                patterns.push(pattern);
                self.blanks();
                if !self.take("|") {
                    break;
                }
            }
            if !self.take(")") {
                return Err(self.unexpected("unmatched 'case'"));
            }
            let body = self.list(&["esac"])?;
            arms.push((patterns, body));
            self.lines()?;
            if self.looks_at(";&") || self.looks_at(";|") {
                return Err(ParseError::Refused(";& in case".to_owned()));
            }
            if !self.take(";;") && self.keyword().is_none_or(|k| k != "esac") {
                return Err(self.unexpected("unmatched 'case'"));
            }
        }
    }

    /// `@(a|b)` and the like.
    fn refuse_pattern_list(&self) -> Parsed<()> {
        let before = self.pos.checked_sub(1).and_then(|i| self.src.get(i));
        let list = self.at(0) == Some('(') && before.is_some_and(|c| "@*+?!".contains(*c));
        if list { Err(ParseError::Refused("pattern list".to_owned())) } else { Ok(()) }
    }

    fn simple(&mut self) -> Parsed<Command> {
        let (mut assignments, mut words, mut redirects) = (Vec::new(), Vec::new(), Vec::new());
        loop {
            self.blanks();
            if let Some(redirect) = self.redirect()? {
                redirects.push(redirect);
                continue;
            }
            if words.is_empty()
                && let Some((name, append)) = self.assignment_start()?
            {
                let value = self.parts(Place::Plain)?;
                if self.at(0) == Some('(') {
                    return Err(ParseError::Refused("arrays".to_owned()));
                }
                assignments.push(Assignment { name, append, value });
                continue;
            }
            let Some(word) = self.word()? else { break };
            self.refuse_pattern_list()?;
            if words.is_empty() && assignments.is_empty() && self.at(0) == Some('(') {
                return self.function(&word);
            }
            words.push(word);
        }
        if assignments.is_empty() && words.is_empty() && redirects.is_empty() {
            return Err(self.unexpected("unexpected EOF"));
        }
        Ok(Command { kind: CommandKind::Simple { assignments, words }, redirects })
    }

    fn function(&mut self, word: &Word) -> Parsed<Command> {
        let [Part::Bare(name)] = word.as_slice() else { return Err(self.unexpected("")) };
        self.pos += 1;
        self.blanks();
        if !self.take(")") {
            self.pos = self.pos.saturating_sub(1);
            return Err(ParseError::Syntax("unexpected '('".to_owned()));
        }
        self.lines()?;
        let body = Arc::new(self.command_here()?);
        Ok(Command { kind: CommandKind::Function { name: name.clone(), body }, redirects: Vec::new() })
    }

    /// `name=` or `name+=` where it stands; it is read over.
    fn assignment_start(&mut self) -> Parsed<Option<(String, bool)>> {
        let start = self.pos;
        if self.at(0).is_none_or(|c| c.is_ascii_digit()) {
            return Ok(None);
        }
        let name = self.name();
        if !name.is_empty() {
            if self.at(0) == Some('[') {
                let rest: String = self.src[self.pos..].iter().take_while(|c| !c.is_whitespace()).collect();
                if rest.contains("]=") {
                    return Err(ParseError::Refused("arrays".to_owned()));
                }
            }
            if self.take("+=") {
                return Ok(Some((name, true)));
            }
            if self.take("=") {
                return Ok(Some((name, false)));
            }
        }
        self.pos = start;
        Ok(None)
    }

    fn redirect(&mut self) -> Parsed<Option<Redirect>> {
        let (digit, skip) = match self.at(0) {
            Some(c) if c.is_ascii_digit() && matches!(self.at(1), Some('<' | '>')) => (c.to_digit(10), 1),
            _ => (None, 0),
        };
        let both = self.looks_at("&>");
        if !both && !matches!(self.at(skip), Some('<' | '>')) {
            return Ok(None);
        }
        self.pos += skip;
        if self.take("&>") {
            let target = RedirectTarget::Both(self.redirect_word()?);
            return Ok(Some(Redirect { fd: 1, target }));
        }
        let reading = self.at(0) == Some('<');
        let fd = digit.map_or(u8::from(!reading), |d| d as u8);
        if self.looks_at("<>") || self.looks_at("<(") || self.looks_at(">(") {
            return Err(ParseError::Refused("<>".to_owned()));
        }
        let target = if self.take("<<<") {
            RedirectTarget::HereString(self.redirect_word()?)
        } else if self.take("<<") {
            self.here_document()?
        } else if self.take("<&") || self.take(">&") {
            match self.at(0).and_then(|c| c.to_digit(10)) {
                Some(from) => {
                    self.pos += 1;
                    RedirectTarget::Dup(from as u8)
                }
                None => return Err(ParseError::Refused(">& without a digit".to_owned())),
            }
        } else if self.take(">>") {
            RedirectTarget::Append(self.redirect_word()?)
        } else if self.take(">|") || self.take(">") {
            RedirectTarget::Write(self.redirect_word()?)
        } else {
            self.pos += 1;
            RedirectTarget::Read(self.redirect_word()?)
        };
        Ok(Some(Redirect { fd, target }))
    }

    fn redirect_word(&mut self) -> Parsed<Word> {
        self.blanks();
        self.word()?.ok_or_else(|| self.unexpected("unexpected EOF"))
    }

    fn here_document(&mut self) -> Parsed<RedirectTarget> {
        let strip_tabs = self.take("-");
        self.blanks();
        let word = self.redirect_word()?;
        let mut end = String::new();
        let mut quoted = false;
        for part in word {
            match part {
                Part::Bare(text) => end.push_str(&text),
                Part::Quoted(text) => {
                    end.push_str(&text);
                    quoted = true;
                }
                Part::Double(parts) if parts.iter().all(|p| matches!(p, Part::Quoted(_))) => {
                    quoted = true;
                    for part in &parts {
                        if let Part::Quoted(text) = part {
                            end.push_str(text);
                        }
                    }
                }
                _ => return Err(ParseError::Refused("this name of a here document".to_owned())),
            }
        }
        let body = Arc::new(OnceLock::new());
        self.pending.push(HereDoc { end, quoted, strip_tabs, body: Arc::clone(&body) });
        Ok(RedirectTarget::Here(body))
    }

    fn condition_or(&mut self) -> Parsed<Condition> {
        let mut left = self.condition_and()?;
        loop {
            self.lines()?;
            if !self.take("||") {
                return Ok(left);
            }
            left = Condition::Or(Box::new(left), Box::new(self.condition_and()?));
        }
    }

    fn condition_and(&mut self) -> Parsed<Condition> {
        let mut left = self.condition_term()?;
        loop {
            self.lines()?;
            if !self.take("&&") {
                return Ok(left);
            }
            left = Condition::And(Box::new(left), Box::new(self.condition_term()?));
        }
    }

    fn condition_term(&mut self) -> Parsed<Condition> {
        self.deeper()?;
        self.lines()?;
        let condition = if self.take_keyword("!") {
            Condition::Not(Box::new(self.condition_term()?))
        } else if self.take("(") {
            let inner = self.condition_or()?;
            self.lines()?;
            if !self.take(")") {
                return Err(self.unexpected("unmatched '('"));
            }
            inner
        } else {
            self.condition_test()?
        };
        self.depth -= 1;
        Ok(condition)
    }

    fn condition_test(&mut self) -> Parsed<Condition> {
        let unary = self.keyword().filter(|k| k.len() == 2 && k.starts_with('-') && "nzefdrwxshL".contains(&k[1..]));
        let Some(first) = self.word()? else { return Err(self.unexpected("unmatched '[['")) };
        self.blanks();
        if let Some(op) = unary {
            let Some(operand) = self.word()? else { return Err(self.unexpected("unmatched '[['")) };
            return Ok(Condition::Unary(op.chars().nth(1).unwrap_or('n'), operand));
        }
        let op = if self.take("<") {
            "<".to_owned()
        } else if self.take(">") {
            ">".to_owned()
        } else {
            match self.keyword() {
                Some(op) if super::condition::BINARY.contains(&op.as_str()) => {
                    self.pos += op.len();
                    op
                }
                Some(op) if op == "=~" => return Err(ParseError::Refused(op)),
                _ => return Ok(Condition::Unary('n', first)),
            }
        };
        self.blanks();
        let Some(second) = self.word()? else { return Err(self.unexpected("unmatched '[['")) };
        self.refuse_pattern_list()?;
        Ok(Condition::Binary(first, op, second))
    }
}
