//! Programs: those of the phone, the tools, scripts in files, and `sh` itself.

use std::io::Read;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::clock::Cancel;
use crate::fs::FileKind;

use super::Stdio;
use super::ast::ParseError;
use super::exec::STACK;
use super::lexer::Lexer;
use super::state::{Flow, Interp, Shared, Status};
use super::tools::{self, Tool};

/// Where the phone keeps its programs.
const BIN: &[&str] = &["/system/bin/", "/bin/", "/system/xbin/", "/vendor/bin/"];
/// The longest script from standard input that is one command, in bytes.
const MAX_COMMAND: usize = 256 << 10;

/// A program's name without the folder that it is in.
fn plain_name(given: &str) -> &str {
    BIN.iter().find_map(|dir| given.strip_prefix(dir)).unwrap_or(given)
}

impl Interp {
    /// Runs a program by its name or path, in a process of its own.
    pub(super) fn external(&mut self, argv: &[String]) -> Status {
        if let Some(given) = argv.first()
            && self.is_program(plain_name(given), &argv[1..])
        {
            self.shared.programs.started(plain_name(given));
        }
        self.in_place(argv)
    }

    /// Runs a program in place of the shell, as `exec` does.
    pub(super) fn in_place(&mut self, argv: &[String]) -> Status {
        self.charge(50)?;
        let Some(given) = argv.first() else { return Ok(0) };
        let name = plain_name(given);
        if name.contains('/') || name.is_empty() {
            return self.file(argv);
        }
        let rest = &argv[1..];
        match name {
            "sh" | "mksh" => return self.shell(rest),
            "timeout" => return self.timeout(rest),
            "xargs" => return self.xargs(rest),
            "env" => return self.env(rest),
            "nohup" | "setsid" | "time" if !rest.is_empty() => return self.external(rest),
            "which" => return self.which_all(rest),
            // With a path in front, the builtins that are programs too.
            "echo" | "test" | "[" | "true" | "false" | "pwd" | "kill" => {
                return self.builtin(name, rest).unwrap_or(Ok(127));
            }
            _ => {}
        }
        let (mut stdin, mut stdout, mut stderr) = (self.stdin(), self.sink(1), self.sink(2));
        let mut plain = argv.to_vec();
        name.clone_into(&mut plain[0]);
        let mut io = Stdio { stdin: &mut stdin, stdout: &mut stdout, stderr: &mut stderr };
        let shared = &self.shared;
        if let Some(status) = shared.programs.run(&plain, &mut io, &shared.clock, &shared.cancel) {
            self.charge(1)?;
            return if stdout.is_broken() { Err(Flow::Killed(141)) } else { Ok(status) };
        }
        let tool =
            Tool { name, args: rest, cwd: &self.cwd, shared, environment: self.environment(), stdin, stdout, stderr };
        match tools::run(tool) {
            Some(Err(Flow::Return(status))) => Ok(status),
            Some(status) => status,
            None => {
                self.complain(&format!("{given}: inaccessible or not found"));
                Ok(127)
            }
        }
    }

    /// Whether a process starts for a name: not for what replaces itself by the command behind it, nor where nothing is found.
    fn is_program(&self, name: &str, args: &[String]) -> bool {
        match name {
            "env" => args.iter().all(|a| a.contains('=')),
            "nohup" | "setsid" | "time" => args.is_empty(),
            // In mksh a builtin.
            "realpath" => false,
            // Here only with a path in front, or started by another program.
            "echo" | "test" | "[" | "true" | "false" | "pwd" | "kill" => true,
            // A script starts a shell.
            path if path.contains('/') => {
                let stat = self.shared.fs.stat(&self.cwd, path);
                stat.is_ok_and(|s| s.kind == FileKind::File && s.mode & 0o111 != 0)
            }
            _ => self.which(name).is_some(),
        }
    }

    /// Runs a file of the phone, which can only be a script.
    fn file(&mut self, argv: &[String]) -> Status {
        let path = &argv[0];
        match self.shared.fs.stat(&self.cwd, path) {
            Err(_) => {
                self.complain(&format!("{path}: inaccessible or not found"));
                Ok(127)
            }
            Ok(stat) if stat.kind == FileKind::File && stat.mode & 0o111 != 0 => {
                self.shell_file(path, argv[1..].to_vec())
            }
            Ok(stat) => {
                let why = if stat.kind == FileKind::Directory { "Is a directory" } else { "Permission denied" };
                self.complain(&format!("{path}: can't execute: {why}"));
                Ok(126)
            }
        }
    }

    fn shell_file(&mut self, path: &str, args: Vec<String>) -> Status {
        let text = match self.shared.fs.read(&self.cwd, path) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) => {
                self.complain(&format!("can't open {path}: {error}"));
                return Ok(127);
            }
        };
        let mut child = self.child(path, args);
        child.nested(|child| {
            let result = child.source(&text);
            child.finish(result)
        })
    }

    /// `sh`, `sh -s`, `sh -c SCRIPT [NAME [ARG…]]`, `sh FILE [ARG…]`.
    fn shell(&mut self, args: &[String]) -> Status {
        match args.first().map(String::as_str) {
            None => self.child(super::state::NAME, Vec::new()).stdin_process(),
            Some("-s") => self.child(super::state::NAME, args[1..].to_vec()).stdin_process(),
            Some("-c") => {
                let Some(script) = args.get(1) else {
                    self.complain("-c: requires an argument");
                    return Ok(1);
                };
                let name = args.get(2).map_or(super::state::NAME, String::as_str);
                let mut child = self.child(name, args.get(3..).unwrap_or_default().to_vec());
                child.nested(|child| {
                    let result = child.source(script);
                    child.finish(result)
                })
            }
            Some(option) if option.starts_with('-') => Ok(self.refuse(&format!("sh {option}"))),
            Some(path) => self.shell_file(path, args[1..].to_vec()),
        }
    }

    fn stdin_process(&mut self) -> Status {
        self.nested(|child| {
            let result = child.source_stdin();
            child.finish(result)
        })
    }

    /// Runs what comes on standard input, a command as soon as it is whole.
    pub(super) fn source_stdin(&mut self) -> Status {
        let mut pending = String::new();
        let mut status = 0;
        while let Some(line) = self.script_line()? {
            pending.push_str(&line);
            let mut lexer = Lexer::new(&pending);
            match lexer.next_line() {
                Ok(Some(list)) => {
                    pending.clear();
                    status = self.nested(|s| s.list(&list))?;
                }
                Ok(None) => pending.clear(),
                Err(ParseError::Incomplete(_)) if line.ends_with('\n') && pending.len() < MAX_COMMAND => {
                    self.charge(pending.len() as u64 / 16)?;
                }
                Err(error) => return self.bad_script(&error),
            }
        }
        if pending.is_empty() { Ok(status) } else { self.source(&pending) }
    }

    /// A line with its end, byte by byte; `None` at the end.
    fn script_line(&mut self) -> Result<Option<String>, Flow> {
        let mut source = self.stdin();
        let mut bytes = Vec::new();
        let mut byte = [0];
        while bytes.len() < MAX_COMMAND && matches!(source.read(&mut byte), Ok(1)) {
            bytes.push(byte[0]);
            if byte[0] == b'\n' {
                break;
            }
        }
        self.charge(1)?;
        Ok((!bytes.is_empty()).then(|| String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// `timeout SECONDS COMMAND…`: 124 where the time was too short.
    fn timeout(&mut self, args: &[String]) -> Status {
        let Some((ms, command)) = args.split_first().and_then(|(time, rest)| Some((tools::seconds(time)?, rest)))
        else {
            return Ok(self.refuse("this form of timeout"));
        };
        if command.is_empty() {
            self.complain("timeout: Needs 2 arguments");
            return Ok(125);
        }
        let outer = Arc::clone(&self.shared);
        let cancel = Cancel::default();
        let mut child = self.clone();
        child.shared = Arc::new(Shared {
            fs: outer.fs.clone(),
            programs: Arc::clone(&outer.programs),
            clock: outer.clock.clone(),
            cancel: cancel.clone(),
            steps: Arc::clone(&outer.steps),
            threads: Arc::clone(&outer.threads),
            refusals: outer.refusals.clone(),
            pid: outer.pid,
        });
        let done = (Mutex::new(false), Condvar::new());
        let deadline = Instant::now() + outer.clock.host(ms);
        let watch = || {
            let mut ended = done.0.lock().unwrap_or_else(PoisonError::into_inner);
            while !*ended && !outer.cancel.is_set() {
                let Some(left) = deadline.checked_duration_since(Instant::now()) else { break };
                let turn = left.min(Duration::from_millis(50));
                ended = done.1.wait_timeout(ended, turn).unwrap_or_else(PoisonError::into_inner).0;
            }
            if *ended {
                return false;
            }
            cancel.set();
            true
        };
        let (status, expired) = std::thread::scope(|scope| {
            let watcher = std::thread::Builder::new().spawn_scoped(scope, watch);
            let run = || {
                let result = child.external(command);
                child.finish(result)
            };
            let worker = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run);
            let status = worker.map(std::thread::ScopedJoinHandle::join);
            *done.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
            done.1.notify_all();
            let expired = watcher.is_ok_and(|w| w.join().unwrap_or(false));
            (status, expired)
        });
        self.charge(0)?;
        match status {
            _ if expired => Ok(124),
            Ok(Ok(Ok(status) | Err(Flow::Killed(status)))) => Ok(status),
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            _ => Ok(1),
        }
    }

    /// `xargs [-n N] [-I X] COMMAND…`, its words split at white space.
    fn xargs(&mut self, args: &[String]) -> Status {
        let (mut count, mut hole, mut at) = (usize::MAX, None, 0);
        while let Some(option) = args.get(at).filter(|a| a.starts_with('-')) {
            let value = args.get(at + 1);
            match (option.as_str(), value) {
                ("-n", Some(value)) => count = value.parse().unwrap_or(1).max(1),
                ("-I", Some(value)) => hole = Some(value.clone()),
                _ => return Ok(self.refuse(&format!("xargs {option}"))),
            }
            at += 2;
        }
        let mut text = Vec::new();
        let _ = self.stdin().take(1 << 20).read_to_end(&mut text);
        let text = String::from_utf8_lossy(&text).into_owned();
        let mut command: Vec<String> = args[at..].to_vec();
        if command.is_empty() {
            command.push("echo".to_owned());
        }
        let mut worst = 0;
        let mut run = |shell: &mut Self, argv: &[String]| -> Result<(), Flow> {
            if shell.external(argv)? != 0 {
                worst = 123;
            }
            Ok(())
        };
        if let Some(hole) = hole {
            for line in text.lines().map(str::trim_start).filter(|l| !l.is_empty()) {
                let filled: Vec<String> = command.iter().map(|word| word.replace(&hole, line)).collect();
                run(self, &filled)?;
            }
        } else {
            let words: Vec<&str> = text.split_whitespace().collect();
            let chunks: Vec<&[&str]> = if words.is_empty() { vec![&[]] } else { words.chunks(count).collect() };
            for chunk in chunks {
                let filled: Vec<String> =
                    command.iter().cloned().chain(chunk.iter().map(|w| (*w).to_owned())).collect();
                run(self, &filled)?;
            }
        }
        Ok(worst)
    }

    /// `env [NAME=VALUE…] [COMMAND…]`.
    fn env(&mut self, args: &[String]) -> Status {
        let mut child = self.clone();
        let mut rest = args;
        while let Some((name, value)) = rest.first().and_then(|a| a.split_once('=')) {
            child.assign(name, value.to_owned())?;
            if let Some(var) = Arc::make_mut(&mut child.vars).get_mut(name) {
                var.exported = true;
            }
            rest = &rest[1..];
        }
        match rest.first() {
            None => {
                self.print(child.environment().iter().map(|line| line.clone() + "\n").collect::<String>().as_bytes())
            }
            Some(option) if option.starts_with('-') => Ok(self.refuse(&format!("env {option}"))),
            Some(_) => {
                let result = child.external(rest);
                child.finish(result)
            }
        }
    }

    fn which_all(&mut self, names: &[String]) -> Status {
        let mut status = 0;
        for name in names {
            match self.which(name) {
                Some(path) => self.print(format!("{path}\n").as_bytes()).map(|_| ())?,
                None => status = 1,
            }
        }
        Ok(status)
    }
}
