//! What the shell does itself, without a program.

use std::io::Read;
use std::sync::Arc;
use std::time::Instant;

use crate::fs::FileKind;

use super::arith;
use super::condition::{self, Place};
use super::escapes;
use super::state::{Flow, Interp, Status, Var};
use super::tools;

/// A failed redirection of these ends the shell, and assignments before them stay.
const SPECIAL: &[&str] = &[
    ":", ".", "break", "continue", "eval", "exec", "exit", "export", "readonly", "return", "set", "shift", "times",
    "trap", "unset",
];
/// Other builtins.
const PLAIN: &[&str] = &[
    "[", "test", "echo", "true", "false", "read", "cd", "pwd", "local", "typeset", "command", "type", "let", "kill",
    "wait", "builtin", "print",
];
/// Builtins of the real shell that are not known here.
const REFUSED: &[&str] = &[
    "alias", "unalias", "bg", "fg", "jobs", "fc", "getopts", "rename", "suspend", "times", "ulimit", "umask", "whence",
    "global", "bind",
];
const KEYWORDS: &[&str] = &[
    "if", "then", "elif", "else", "fi", "for", "while", "until", "do", "done", "case", "esac", "{", "}", "!", "[[",
    "function", "select", "time",
];

/// The status of a `read` whose line did not come in time: as if SIGALRM had ended it.
const TIMED_OUT: i32 = 142;

/// A line's characters, each with whether it was escaped, and whether the line had an end.
type Line = (Vec<(char, bool)>, bool);

impl Interp {
    pub(super) fn is_special(&self, name: &str) -> bool {
        SPECIAL.contains(&name) && !self.functions.contains_key(name)
    }

    /// Runs a builtin, `None` where there is none of this name.
    pub(super) fn builtin(&mut self, name: &str, args: &[String]) -> Option<Status> {
        Some(match name {
            ":" | "true" | "wait" => Ok(0),
            "false" => Ok(1),
            "echo" => self.echo(args),
            "print" => self.print_raw(args),
            "test" | "[" => Ok(self.test(name, args)),
            "read" => self.read(args),
            "break" | "continue" => self.leave_loop(name, args),
            "exit" | "return" => match self.number(name, args, self.last) {
                Ok(code) if name == "exit" => Err(Flow::Exit(code & 255)),
                Ok(code) => Err(Flow::Return(code & 255)),
                Err(status) => Ok(status),
            },
            "eval" => {
                let text = args.join(" ");
                self.nested(|s| s.source(&text))
            }
            "." | "source" => self.dot(args),
            "exec" => self.exec(args),
            "export" | "readonly" | "local" | "typeset" => self.declare(name, args),
            "unset" => self.unset_all(args),
            "set" => Ok(self.set_options(args)),
            "shift" => match self.number(name, args, 1) {
                Ok(count) if count >= 0 && count as usize <= self.args.len() => {
                    self.args.drain(..count as usize);
                    Ok(0)
                }
                Ok(_) => {
                    self.complain("shift: nothing to shift");
                    Err(Flow::Exit(1))
                }
                Err(status) => Ok(status),
            },
            "trap" => Ok(self.trap(args)),
            "cd" => self.cd(args),
            "pwd" => self.print(format!("{}\n", self.cwd).as_bytes()),
            "command" | "builtin" => self.command_word(args),
            "type" => self.kinds(args, true),
            "let" => Ok(self.let_words(args)),
            "kill" => self.kill(args),
            _ if REFUSED.contains(&name) => Ok(self.refuse(name)),
            _ => return None,
        })
    }

    fn number(&mut self, name: &str, args: &[String], default: i32) -> Result<i32, i32> {
        let Some(text) = args.first() else { return Ok(default) };
        arith::evaluate(text, self).map_err(|error| {
            self.complain(&format!("{name}: {error}"));
            1
        })
    }

    fn echo(&mut self, args: &[String]) -> Status {
        let (mut newline, mut escaped, mut first) = (true, true, 0);
        for arg in args {
            let Some(flags) = arg.strip_prefix('-').filter(|f| !f.is_empty() && f.chars().all(|c| "neE".contains(c)))
            else {
                break;
            };
            for flag in flags.chars() {
                match flag {
                    'n' => newline = false,
                    'e' => escaped = true,
                    _ => escaped = false,
                }
            }
            first += 1;
        }
        let text = args[first..].join(" ");
        let (mut out, cut) = if escaped { escapes::echo(&text) } else { (text.into_bytes(), false) };
        if newline && !cut {
            out.push(b'\n');
        }
        self.print(&out)
    }

    /// `print -r -- WORD…`: the words as they are.
    fn print_raw(&mut self, args: &[String]) -> Status {
        match args {
            [raw, end, words @ ..] if raw == "-r" && end == "--" => self.print((words.join(" ") + "\n").as_bytes()),
            _ => Ok(self.refuse("this form of print")),
        }
    }

    fn test(&mut self, name: &str, args: &[String]) -> i32 {
        let mut words: Vec<&str> = args.iter().map(String::as_str).collect();
        if name == "[" && words.pop() != Some("]") {
            self.complain("[: missing ]");
            return 2;
        }
        let (fs, cwd) = (self.shared.fs.clone(), self.cwd.clone());
        match condition::test(&words, &mut Place { fs: &fs, cwd: &cwd, variables: self }) {
            Ok(value) => i32::from(!value),
            Err(error) => {
                self.complain(&format!("{name}: {error}"));
                2
            }
        }
    }

    fn leave_loop(&mut self, name: &str, args: &[String]) -> Status {
        let levels = match self.number(name, args, 1) {
            Ok(levels) if levels > 0 => levels as usize,
            _ => return Ok(1),
        };
        if self.loops == 0 {
            self.complain(&format!("{name}: can't {name}"));
            return Ok(0);
        }
        let levels = levels.min(self.loops);
        Err(if name == "break" { Flow::Break(levels) } else { Flow::Continue(levels) })
    }

    fn dot(&mut self, args: &[String]) -> Status {
        let Some(path) = args.first() else {
            self.complain(".: missing argument");
            return Ok(1);
        };
        match self.shared.fs.read(&self.cwd, path) {
            Ok(bytes) => match self.nested(|s| s.source(&String::from_utf8_lossy(&bytes))) {
                Err(Flow::Return(status)) => Ok(status),
                other => other,
            },
            Err(error) => {
                self.complain(&format!(".: {path}: {error}"));
                Err(Flow::Exit(1))
            }
        }
    }

    fn exec(&mut self, args: &[String]) -> Status {
        if args.is_empty() {
            return Ok(0);
        }
        let status = self.in_place(args)?;
        Err(Flow::Exit(status))
    }

    fn declare(&mut self, name: &str, args: &[String]) -> Status {
        let (mut export, mut readonly) = (name == "export", name == "readonly");
        let local = (name == "local" || name == "typeset") && !self.locals.is_empty();
        let mut names = args;
        while let Some(option) = names.first().filter(|a| a.starts_with('-') && a.len() > 1) {
            match option.as_str() {
                "-x" => export = true,
                "-r" => readonly = true,
                "--" => {}
                other => return Ok(self.refuse(&format!("{name} {other}"))),
            }
            names = &names[1..];
        }
        if names.is_empty() {
            return if name == "export" {
                self.print((self.environment().join("\n") + "\n").as_bytes())
            } else {
                Ok(self.refuse(&format!("{name} without names")))
            };
        }
        for word in names {
            let (variable, value) = word.split_once('=').map_or((word.as_str(), None), |(n, v)| (n, Some(v)));
            if !is_name(variable) {
                self.complain(&format!("{name}: {variable}: is not an identifier"));
                return Ok(1);
            }
            if local {
                let outer = self.vars.get(variable).cloned();
                self.unset(variable);
                if let Some(frame) = self.locals.last_mut() {
                    frame.push((variable.to_owned(), outer));
                }
            }
            if let Some(value) = value {
                self.assign(variable, value.to_owned())?;
            }
            if (export || readonly) || value.is_some() {
                let vars = Arc::make_mut(&mut self.vars);
                let var: &mut Var = vars.entry(variable.to_owned()).or_default();
                var.exported |= export;
                var.readonly |= readonly;
            }
        }
        Ok(0)
    }

    fn unset_all(&mut self, args: &[String]) -> Status {
        let functions = args.first().is_some_and(|a| a == "-f");
        for name in args.iter().filter(|a| *a != "-f" && *a != "-v") {
            if functions {
                Arc::make_mut(&mut self.functions).remove(name);
            } else if self.vars.get(name).is_some_and(|v| v.readonly) {
                self.complain(&format!("read-only: {name}"));
                return Err(Flow::Exit(2));
            } else {
                self.unset(name);
            }
        }
        Ok(0)
    }

    fn set_options(&mut self, args: &[String]) -> i32 {
        if args.is_empty() {
            return self.refuse("set without arguments");
        }
        for (index, arg) in args.iter().enumerate() {
            if arg == "--" {
                self.args = args[index + 1..].to_vec();
                return 0;
            }
            let on = arg.starts_with('-');
            let Some(letters) = arg.strip_prefix(['-', '+']).filter(|l| !l.is_empty()) else {
                self.args = args[index..].to_vec();
                return 0;
            };
            for letter in letters.chars() {
                match letter {
                    'e' => self.options.errexit = on,
                    'u' => self.options.nounset = on,
                    'f' => self.options.noglob = on,
                    'x' if !on => {}
                    _ => return self.refuse(&format!("set {arg}")),
                }
            }
        }
        0
    }

    fn trap(&mut self, args: &[String]) -> i32 {
        match args {
            [] => 0,
            [action, signals @ ..] if !signals.is_empty() && signals.iter().all(|s| s == "EXIT" || s == "0") => {
                self.exit_trap = (action != "-").then(|| action.clone());
                0
            }
            _ => self.refuse("trap of a signal"),
        }
    }

    fn cd(&mut self, args: &[String]) -> Status {
        let home = || self.vars.get("HOME").map_or("/".to_owned(), |v| v.value.clone());
        let back = args.first().is_some_and(|a| a == "-");
        let to = match args {
            [] => home(),
            [one] if back => self.vars.get("OLDPWD").map_or(one.clone(), |v| v.value.clone()),
            [one] => one.clone(),
            _ => return Ok(self.refuse("cd with several arguments")),
        };
        let error = match self.shared.fs.stat(&self.cwd, &to) {
            Ok(stat) if stat.kind == FileKind::Directory => None,
            Ok(_) => Some("Not a directory".to_owned()),
            Err(error) => Some(error.to_string()),
        };
        if let Some(error) = error {
            self.complain(&format!("cd: {to}: {error}"));
            return Ok(2);
        }
        let outer = std::mem::take(&mut self.cwd);
        self.cwd = logical(&outer, &to);
        self.assign("OLDPWD", outer)?;
        if back { self.print(format!("{}\n", self.cwd).as_bytes()) } else { Ok(0) }
    }

    fn command_word(&mut self, args: &[String]) -> Status {
        match args.first().map(String::as_str) {
            None => Ok(0),
            Some("-v") => self.kinds(&args[1..], false),
            Some("-V") => self.kinds(&args[1..], true),
            Some("-p" | "--") => self.command_word(&args[1..]),
            Some(name) => match self.builtin(name, &args[1..]) {
                Some(status) => status,
                None => self.external(args),
            },
        }
    }

    /// What names are: by `type` in words, by `command -v` in short.
    fn kinds(&mut self, names: &[String], words: bool) -> Status {
        let mut status = 0;
        for name in names {
            let line = if KEYWORDS.contains(&name.as_str()) {
                if words { format!("{name} is a reserved word") } else { name.clone() }
            } else if self.functions.contains_key(name) {
                if words { format!("{name} is a function") } else { name.clone() }
            } else if SPECIAL.contains(&name.as_str()) {
                if words { format!("{name} is a special shell builtin") } else { name.clone() }
            } else if PLAIN.contains(&name.as_str()) || REFUSED.contains(&name.as_str()) {
                if words { format!("{name} is a shell builtin") } else { name.clone() }
            } else if let Some(path) = self.which(name) {
                if words { format!("{name} is {path}") } else { path }
            } else {
                status = 1;
                if !words {
                    continue;
                }
                format!("{name} not found")
            };
            self.print(format!("{line}\n").as_bytes())?;
        }
        Ok(status)
    }

    /// Where a program is, as the phone's `PATH` finds it.
    pub(super) fn which(&self, name: &str) -> Option<String> {
        if name.contains('/') {
            return self.shared.fs.exists(&self.cwd, name).then(|| name.to_owned());
        }
        let known = tools::is_tool(name) || self.shared.programs.has(name);
        known.then(|| format!("/system/bin/{name}"))
    }

    fn let_words(&mut self, args: &[String]) -> i32 {
        let mut value = 0;
        for text in args {
            value = match arith::evaluate(text, self) {
                Ok(value) => value,
                Err(error) => {
                    self.complain(&error);
                    return 2;
                }
            };
        }
        i32::from(value == 0)
    }

    fn kill(&mut self, args: &[String]) -> Status {
        let (signal, pids) = match args.first().and_then(|a| a.strip_prefix('-')) {
            Some(signal) => (signal.trim_start_matches("SIG"), &args[1..]),
            None => ("TERM", args),
        };
        let number = match signal {
            "0" => 0,
            "HUP" | "1" => 1,
            "INT" | "2" => 2,
            "KILL" | "9" => 9,
            "TERM" | "15" => 15,
            other => return Ok(self.refuse(&format!("kill -{other}"))),
        };
        for pid in pids {
            if *pid != self.shared.pid.to_string() {
                self.complain(&format!("kill: {pid}: No such process"));
                return Ok(1);
            }
            if number > 0 {
                return Err(Flow::Killed(128 + number));
            }
        }
        Ok(0)
    }

    fn read(&mut self, args: &[String]) -> Status {
        let mut names = args;
        let mut raw = false;
        let mut until = None;
        while let Some(option) = names.first().filter(|a| a.starts_with('-') && a.len() > 1) {
            match option.as_str() {
                "-r" => raw = true,
                "-t" => {
                    let Some(ms) = names.get(1).and_then(|time| tools::seconds(time)) else {
                        return Ok(self.refuse("this form of read -t"));
                    };
                    until = Some(Instant::now() + self.shared.clock.host(ms));
                    names = &names[1..];
                }
                "--" => {}
                other => return Ok(self.refuse(&format!("read {other}"))),
            }
            names = &names[1..];
        }
        let Some((line, ended)) = self.read_line(raw, until)? else { return Ok(TIMED_OUT) };
        let ifs = self.vars.get("IFS").map_or(" \t\n".to_owned(), |v| v.value.clone());
        let default = ["REPLY".to_owned()];
        let names = if names.is_empty() { &default[..] } else { names };
        for (name, value) in names.iter().zip(fields_of_line(&line, &ifs, names.len())) {
            self.assign(name, value)?;
        }
        Ok(i32::from(!ended))
    }

    /// One line, byte by byte, so that the rest stays for the next command. Each character with whether it was escaped. `None` where its
    /// end did not come in time.
    fn read_line(&mut self, raw: bool, until: Option<Instant>) -> Result<Option<Line>, Flow> {
        let mut source = self.stdin();
        let mut bytes: Vec<u8> = Vec::new();
        let mut escaped_at = std::collections::BTreeSet::new();
        let mut byte = [0];
        let mut escape = false;
        let ended = loop {
            self.charge(1)?;
            if until.is_some_and(|until| !source.ready(until.saturating_duration_since(Instant::now()))) {
                return Ok(None);
            }
            if bytes.len() > 1 << 20 || !matches!(source.read(&mut byte), Ok(1)) {
                break false;
            }
            match byte[0] {
                b'\n' if escape => escape = false,
                b'\n' => break true,
                b'\\' if !raw && !escape => escape = true,
                0 => {}
                other => {
                    if escape {
                        escaped_at.insert(bytes.len());
                    }
                    escape = false;
                    bytes.push(other);
                }
            }
        };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok(Some((text.char_indices().map(|(at, c)| (c, escaped_at.contains(&at))).collect(), ended)))
    }
}

/// Splits a line into `count` values; the last has the rest.
fn fields_of_line(line: &[(char, bool)], ifs: &str, count: usize) -> Vec<String> {
    let blank = |g: &(char, bool)| !g.1 && ifs.contains(g.0) && " \t\n".contains(g.0);
    let split = |g: &(char, bool)| !g.1 && ifs.contains(g.0);
    let text = |part: &[(char, bool)]| part.iter().map(|g| g.0).collect::<String>();
    let mut rest = line;
    let skip = |mut rest: &[(char, bool)], blanks: &dyn Fn(&(char, bool)) -> bool| {
        let mut skipped = 0;
        while rest.first().is_some_and(blanks) {
            rest = &rest[1..];
            skipped += 1;
        }
        skipped
    };
    rest = &rest[skip(rest, &blank)..];
    let mut values = Vec::new();
    for _ in 1..count {
        let end = rest.iter().position(split).unwrap_or(rest.len());
        values.push(text(&rest[..end]));
        rest = &rest[end..];
        rest = &rest[skip(rest, &blank)..];
        if rest.first().is_some_and(|g| split(g) && !blank(g)) {
            rest = &rest[1..];
            rest = &rest[skip(rest, &blank)..];
        }
    }
    while rest.last().is_some_and(blank) {
        rest = &rest[..rest.len() - 1];
    }
    // One field and its delimiter: the delimiter goes.
    if let Some(last) = rest.last().filter(|g| split(g))
        && rest.iter().filter(|g| split(g)).count() == 1
        && !blank(last)
    {
        rest = &rest[..rest.len() - 1];
    }
    values.push(text(rest));
    values
}

pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The path that `cd` shows: links keep their names, `..` takes the last one off.
fn logical(cwd: &str, to: &str) -> String {
    let joined = if to.starts_with('/') { to.to_owned() } else { format!("{cwd}/{to}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in joined.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    format!("/{}", parts.join("/"))
}
