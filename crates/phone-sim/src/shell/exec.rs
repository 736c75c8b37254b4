//! Runs parsed commands.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::ast::{
    AndOr, Assignment, Command, CommandKind, Condition, List, ParseError, Part, Pipeline, Redirect, RedirectTarget,
    Word,
};
use super::condition::Place;
use super::lexer::Lexer;
use super::state::{Fd, Flow, Interp, MAX_STEPS, Status, Var};
use super::streams::{Sink, Source, pipe};

/// Threads that one script may have for its pipelines.
const MAX_THREADS: usize = 32;
/// Programs that read nothing, and print what they have to say and end.
const BOUNDED: &[&str] = &["dumpsys", "echo", "getprop", "printf", "ps", "wm"];
/// The most that one of them may print, in bytes.
const MAX_OUTPUT: usize = 64 << 20;
/// Stack of a thread that interprets, in bytes; only what is used costs memory.
pub(super) const STACK: usize = 64 << 20;

impl Interp {
    /// Runs a text line by line, as the shell reads it.
    pub(super) fn source(&mut self, text: &str) -> Status {
        let mut lexer = Lexer::new(text);
        let mut status = 0;
        loop {
            match lexer.next_line() {
                Ok(Some(list)) => status = self.nested(|s| s.list(&list))?,
                Ok(None) => return Ok(status),
                Err(error) => return self.bad_script(&error),
            }
        }
    }

    /// Says what is wrong with a script, which ends the shell.
    pub(super) fn bad_script(&mut self, error: &ParseError) -> Status {
        match error {
            ParseError::Incomplete(what) | ParseError::Syntax(what) => {
                self.complain(&format!("syntax error: {what}"));
                Err(Flow::Exit(1))
            }
            ParseError::Refused(what) => Err(Flow::Exit(self.refuse(what))),
        }
    }

    /// Runs commands as a process of their own, and gives its status.
    pub(super) fn subshell(&mut self, list: &List) -> Status {
        self.exit_trap = None;
        self.loops = 0;
        let result = self.nested(|s| s.list(list));
        self.finish(result)
    }

    /// What a process ends with: its trap, and its status. Only a hang-up goes further.
    pub(super) fn finish(&mut self, result: Status) -> Status {
        let status = match result {
            Ok(status) | Err(Flow::Exit(status) | Flow::Return(status)) => status,
            Err(Flow::Break(_) | Flow::Continue(_)) => self.last,
            Err(Flow::Killed(status)) => {
                self.charge(0)?;
                return Ok(status);
            }
        };
        if let Some(trap) = self.exit_trap.take() {
            self.last = status;
            if let Err(Flow::Exit(other) | Flow::Killed(other)) = self.source(&trap) {
                return Ok(other);
            }
        }
        Ok(status & 255)
    }

    pub(super) fn list(&mut self, list: &List) -> Status {
        let mut status = 0;
        for and_or in list {
            status = self.and_or(and_or)?;
        }
        Ok(status)
    }

    fn and_or(&mut self, and_or: &AndOr) -> Status {
        let mut status = self.pipeline(&and_or.first, !and_or.rest.is_empty())?;
        for (index, (and, pipeline)) in and_or.rest.iter().enumerate() {
            if *and == (status == 0) {
                status = self.pipeline(pipeline, index + 1 < and_or.rest.len())?;
            }
        }
        Ok(status)
    }

    fn pipeline(&mut self, pipeline: &Pipeline, tested: bool) -> Status {
        self.charge(1)?;
        let tolerant = tested || pipeline.negated;
        self.tolerant += usize::from(tolerant);
        let result = match pipeline.stages.as_slice() {
            [only] => self.command(only),
            stages => self.stages(stages),
        };
        self.tolerant -= usize::from(tolerant);
        let status = result?;
        self.last = if pipeline.negated { i32::from(status == 0) } else { status };
        let simple = pipeline.stages.len() > 1
            || matches!(pipeline.stages[0].kind, CommandKind::Simple { .. } | CommandKind::Subshell(_));
        if self.last != 0 && self.options.errexit && !tolerant && self.tolerant == 0 && simple {
            return Err(Flow::Exit(self.last));
        }
        Ok(self.last)
    }

    /// The last stage here, and each before it on a thread of its own, so that an endless one ends when its reader does. A
    /// first stage that ends by itself needs no thread: it runs before the others.
    fn stages(&mut self, stages: &[Command]) -> Status {
        let mut input = None;
        let mut rest = stages;
        if let [first, others @ ..] = stages
            && self.ends_by_itself(first)
        {
            let (sink, captured) = Sink::captured(MAX_OUTPUT);
            let mut process = self.process(None, Some(sink));
            let result = process.nested(|s| s.command(first));
            process.finish(result)?;
            input = Some(Source::bytes(captured.bytes()));
            rest = others;
        }
        let Some((last, before)) = rest.split_last() else { return Ok(0) };
        let threads = before.len();
        if self.shared.threads.fetch_add(threads, Ordering::SeqCst) + threads > MAX_THREADS {
            self.shared.threads.fetch_sub(threads, Ordering::SeqCst);
            self.complain("can't fork - try again");
            // Else a fork bomb would go on with every thread that ends.
            self.shared.steps.store(MAX_STEPS, Ordering::Relaxed);
            return Err(Flow::Killed(1));
        }
        let mut processes = Vec::new();
        for stage in before {
            let (source, sink) = pipe(&self.shared.cancel);
            processes.push((self.process(input.take(), Some(sink)), stage));
            input = Some(source);
        }
        let mut process = self.process(input, None);
        let result = std::thread::scope(|scope| {
            let mut threads = Vec::new();
            for (mut process, stage) in processes {
                let run = move || {
                    let result = process.nested(|s| s.command(stage));
                    process.finish(result)
                };
                threads.push(std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run));
            }
            let result = process.nested(|s| s.command(last));
            let result = process.finish(result);
            // Its end of the pipe goes with it: whoever still writes sees that nobody reads.
            drop(process);
            let mut started = true;
            for thread in threads {
                match thread.map(std::thread::ScopedJoinHandle::join) {
                    Ok(Ok(_)) => {}
                    Ok(Err(panic)) => std::panic::resume_unwind(panic),
                    Err(_) => started = false,
                }
            }
            if started { result } else { Ok(1) }
        });
        self.shared.threads.fetch_sub(threads, Ordering::SeqCst);
        result
    }

    /// A process for one stage of a pipeline, with these in place of its input and output.
    fn process(&self, input: Option<Source>, output: Option<Sink>) -> Self {
        let mut process = self.clone();
        process.exit_trap = None;
        process.loops = 0;
        process.fds.extend(input.map(|source| (0, Fd::In(source))));
        process.fds.extend(output.map(|sink| (1, Fd::Out(sink))));
        process
    }

    /// Whether a command is a program that reads nothing and prints a bounded text, whatever becomes of its reader.
    fn ends_by_itself(&self, command: &Command) -> bool {
        let CommandKind::Simple { assignments, words } = &command.kind else { return false };
        let Some([Part::Bare(name)]) = words.first().map(Vec::as_slice) else { return false };
        assignments.is_empty() && BOUNDED.contains(&name.as_str()) && !self.functions.contains_key(name)
    }

    pub(super) fn command(&mut self, command: &Command) -> Status {
        if let CommandKind::Simple { assignments, words } = &command.kind {
            return self.simple(assignments, words, &command.redirects);
        }
        let saved = (!command.redirects.is_empty()).then(|| self.fds.clone());
        let status = if self.redirect(&command.redirects)? { self.compound(&command.kind) } else { Ok(1) };
        if let Some(saved) = saved {
            self.fds = saved;
        }
        status
    }

    fn compound(&mut self, kind: &CommandKind) -> Status {
        match kind {
            CommandKind::Simple { .. } => Ok(0),
            CommandKind::Group(list) => self.nested(|s| s.list(list)),
            CommandKind::Subshell(list) => self.clone().subshell(list),
            CommandKind::If { arms, otherwise } => self.nested(|s| {
                for (condition, body) in arms {
                    if s.condition(condition)? == 0 {
                        return s.list(body);
                    }
                }
                otherwise.as_ref().map_or(Ok(0), |body| s.list(body))
            }),
            CommandKind::While { until, condition, body } => {
                self.nested(|s| s.repeat(body, |s| Ok((s.condition(condition)? == 0) != *until)))
            }
            CommandKind::For { name, words, body } => {
                let values = match words {
                    Some(words) => self.fields(words)?,
                    None => self.args.clone(),
                };
                let mut values = values.into_iter();
                self.nested(|s| {
                    s.repeat(body, |s| match values.next() {
                        Some(value) => s.assign(name, value).map(|()| true),
                        None => Ok(false),
                    })
                })
            }
            CommandKind::Case { word, arms } => self.nested(|s| s.case(word, arms)),
            CommandKind::Function { name, body } => {
                Arc::make_mut(&mut self.functions).insert(name.clone(), Arc::clone(body));
                Ok(0)
            }
            CommandKind::Condition(condition) => match self.double_bracket(condition)? {
                Ok(value) => Ok(i32::from(!value)),
                Err(error) => {
                    self.complain(&error);
                    Ok(2)
                }
            },
            CommandKind::Arith(word) => {
                let text = self.text(word)?;
                Ok(i32::from(self.arith(&text)? == 0))
            }
        }
    }

    fn condition(&mut self, list: &List) -> Status {
        self.tolerant += 1;
        let status = self.list(list);
        self.tolerant -= 1;
        status
    }

    /// A loop: `next` says whether there is another turn.
    fn repeat(&mut self, body: &List, mut next: impl FnMut(&mut Self) -> Result<bool, Flow>) -> Status {
        self.loops += 1;
        let mut status = Ok(0);
        loop {
            let turn = match self.charge(1).and_then(|()| next(self)) {
                Ok(false) => break,
                Ok(true) => self.list(body),
                Err(flow) => Err(flow),
            };
            match turn {
                Ok(code) => status = Ok(code),
                Err(Flow::Continue(1)) => status = Ok(0),
                Err(Flow::Break(1)) => {
                    status = Ok(0);
                    break;
                }
                Err(Flow::Break(levels)) => {
                    status = Err(Flow::Break(levels - 1));
                    break;
                }
                Err(Flow::Continue(levels)) => {
                    status = Err(Flow::Continue(levels - 1));
                    break;
                }
                Err(flow) => {
                    status = Err(flow);
                    break;
                }
            }
        }
        self.loops -= 1;
        status
    }

    fn case(&mut self, word: &Word, arms: &[(Vec<Word>, List)]) -> Status {
        let text: Vec<char> = self.text(word)?.chars().collect();
        for (patterns, body) in arms {
            for pattern in patterns {
                let pattern = self.pattern(pattern)?;
                if self.matches(&pattern, &text)? {
                    return self.list(body);
                }
            }
        }
        Ok(0)
    }

    fn double_bracket(&mut self, condition: &Condition) -> Result<Result<bool, String>, Flow> {
        Ok(match condition {
            Condition::Not(inner) => self.double_bracket(inner)?.map(|v| !v),
            Condition::And(left, right) => match self.double_bracket(left)? {
                Ok(true) => self.double_bracket(right)?,
                other => other,
            },
            Condition::Or(left, right) => match self.double_bracket(left)? {
                Ok(false) => self.double_bracket(right)?,
                other => other,
            },
            Condition::Unary(op, word) => {
                let operand = self.text(word)?;
                let fs = self.shared.fs.clone();
                let cwd = self.cwd.clone();
                Ok(Place { fs: &fs, cwd: &cwd, variables: self }.unary(*op, &operand))
            }
            Condition::Binary(left, op, right) => {
                let left = self.text(left)?;
                if matches!(op.as_str(), "=" | "==" | "!=") {
                    let pattern = self.pattern(right)?;
                    let hit = self.matches(&pattern, &left.chars().collect::<Vec<_>>())?;
                    return Ok(Ok(hit == (op != "!=")));
                }
                let right = self.text(right)?;
                let fs = self.shared.fs.clone();
                let cwd = self.cwd.clone();
                Place { fs: &fs, cwd: &cwd, variables: self }.binary(&left, op, &right)
            }
        })
    }

    fn simple(&mut self, assignments: &[Assignment], words: &[Word], redirects: &[Redirect]) -> Status {
        self.substituted = None;
        let fields = self.fields(words)?;
        let special = fields.first().is_none_or(|name| self.is_special(name));
        let saved = self.fds.clone();
        if !self.redirect(redirects)? {
            self.fds = saved;
            return if special && !fields.is_empty() { Err(Flow::Exit(1)) } else { Ok(1) };
        }
        let mut outer: Vec<(String, Option<Var>)> = Vec::new();
        for Assignment { name, append, value } in assignments {
            let mut value = self.text(value)?;
            if *append {
                value.insert_str(0, self.vars.get(name).map_or("", |v| v.value.as_str()));
            }
            if !special {
                outer.push((name.clone(), self.vars.get(name).cloned()));
            }
            self.assign(name, value)?;
            if !special && let Some(var) = Arc::make_mut(&mut self.vars).get_mut(name) {
                var.exported = true;
            }
        }
        let status = if fields.is_empty() { Ok(self.substituted.unwrap_or(0)) } else { self.dispatch(&fields) };
        for (name, var) in outer.into_iter().rev() {
            self.restore(name, var);
        }
        let keeps = fields.first().is_some_and(|name| name == "exec") && fields.len() == 1;
        if !keeps {
            self.fds = saved;
        }
        status
    }

    /// Runs a command by its name: functions, then builtins, then the phone's programs.
    pub(super) fn dispatch(&mut self, fields: &[String]) -> Status {
        let Some(name) = fields.first() else { return Ok(0) };
        if let Some(body) = self.functions.get(name).cloned() {
            return self.call(&body, &fields[1..]);
        }
        match self.builtin(name, &fields[1..]) {
            Some(status) => status,
            None => self.external(fields),
        }
    }

    fn call(&mut self, body: &Command, args: &[String]) -> Status {
        self.charge(1)?;
        let outer = std::mem::replace(&mut self.args, args.to_vec());
        let loops = std::mem::take(&mut self.loops);
        self.locals.push(Vec::new());
        let result = self.nested(|s| s.command(body));
        for (name, var) in self.locals.pop().unwrap_or_default().into_iter().rev() {
            self.restore(name, var);
        }
        self.loops = loops;
        self.args = outer;
        match result {
            Err(Flow::Return(status)) => Ok(status),
            other => other,
        }
    }

    /// Sets the streams; `false`, with a complaint, where one can't be had.
    fn redirect(&mut self, redirects: &[Redirect]) -> Result<bool, Flow> {
        for redirect in redirects {
            let fd = match &redirect.target {
                RedirectTarget::Read(word) => {
                    let path = self.text(word)?;
                    match self.open(&path) {
                        Ok(source) => Fd::In(source),
                        Err(error) => {
                            self.complain(&format!("{path}: {error}"));
                            return Ok(false);
                        }
                    }
                }
                RedirectTarget::Write(word) | RedirectTarget::Append(word) | RedirectTarget::Both(word) => {
                    let path = self.text(word)?;
                    let append = matches!(redirect.target, RedirectTarget::Append(_));
                    match self.create(&path, append) {
                        Ok(sink) => Fd::Out(sink),
                        Err(error) => {
                            self.complain(&format!("can't create {path}: {error}"));
                            return Ok(false);
                        }
                    }
                }
                RedirectTarget::Dup(from) => {
                    if let Some(fd) = self.fds.get(from) {
                        fd.clone()
                    } else {
                        self.complain(&format!(">&{from} : bad file descriptor"));
                        return Ok(false);
                    }
                }
                RedirectTarget::Here(body) => {
                    let text = body.get().map_or(Ok(String::new()), |word| self.text(word))?;
                    Fd::In(Source::bytes(text))
                }
                RedirectTarget::HereString(word) => Fd::In(Source::bytes(self.text(word)? + "\n")),
            };
            if matches!(redirect.target, RedirectTarget::Both(_)) {
                self.fds.insert(2, fd.clone());
            }
            self.fds.insert(redirect.fd, fd);
        }
        Ok(true)
    }

    fn open(&self, path: &str) -> Result<Source, String> {
        if path == "/dev/tty" || path == "/dev/stdin" {
            return Ok(self.stdin());
        }
        match self.shared.fs.read(&self.cwd, path) {
            Ok(bytes) => Ok(Source::new(std::io::Cursor::new(SharedBytes(bytes)))),
            Err(error) => Err(error.to_string()),
        }
    }

    fn create(&self, path: &str, append: bool) -> Result<Sink, String> {
        match path {
            "/dev/null" => Ok(Sink::null()),
            "/dev/tty" | "/dev/stdout" => Ok(self.sink(1)),
            "/dev/stderr" => Ok(self.sink(2)),
            _ => self.shared.fs.create(&self.cwd, path, append).map(Sink::new).map_err(|e| e.to_string()),
        }
    }

    /// A new shell process with only what is exported.
    pub(super) fn child(&self, name: &str, args: Vec<String>) -> Self {
        let mut child = self.clone();
        Arc::make_mut(&mut child.vars).retain(|_, var| var.exported);
        child.vars_size = child.vars.values().map(|v| v.value.len()).sum();
        child.functions = Arc::default();
        child.locals.clear();
        child.exit_trap = None;
        child.options = super::state::Options::default();
        child.tolerant = 0;
        child.loops = 0;
        child.last = 0;
        name.clone_into(&mut child.name);
        child.args = args;
        child
    }
}

/// A file's bytes as they were when it was opened.
struct SharedBytes(Arc<Vec<u8>>);

impl AsRef<[u8]> for SharedBytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}
