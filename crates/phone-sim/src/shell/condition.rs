//! `test`, `[` and `[[`.

use crate::fs::{FileKind, Fs};

use super::arith::{self, Variables};

/// Operators with an operand on both sides.
pub(super) const BINARY: &[&str] =
    &["=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef"];

/// Where a test looks.
pub(super) struct Place<'a> {
    pub(super) fs: &'a Fs,
    pub(super) cwd: &'a str,
    pub(super) variables: &'a mut dyn Variables,
}

impl Place<'_> {
    /// `-f x` and the like, by the letter.
    pub(super) fn unary(&self, op: char, operand: &str) -> bool {
        let stat = || self.fs.stat(self.cwd, operand).ok();
        match op {
            'n' => !operand.is_empty(),
            'z' => operand.is_empty(),
            'e' | 'r' | 'a' => stat().is_some(),
            'f' => stat().is_some_and(|s| s.kind == FileKind::File),
            'd' => stat().is_some_and(|s| s.kind == FileKind::Directory),
            'c' => stat().is_some_and(|s| s.kind == FileKind::Device),
            's' => stat().is_some_and(|s| s.size > 0),
            'x' => stat().is_some_and(|s| s.kind == FileKind::Directory || s.mode & 0o111 != 0),
            'w' => self.fs.writable(self.cwd, operand),
            'h' | 'L' => self.fs.lstat(self.cwd, operand).is_ok_and(|s| s.kind == FileKind::Link),
            _ => false,
        }
    }

    /// Comparisons, patterns apart.
    pub(super) fn binary(&mut self, left: &str, op: &str, right: &str) -> Result<bool, String> {
        let time = |path: &str| self.fs.stat(self.cwd, path).map(|s| s.mtime).ok();
        Ok(match op {
            "=" | "==" => left == right,
            "!=" => left != right,
            "<" => left < right,
            ">" => left > right,
            "-nt" => time(left) > time(right),
            "-ot" => time(left) < time(right),
            "-ef" => {
                let real = |path: &str| self.fs.canonical(self.cwd, path).ok();
                self.fs.exists(self.cwd, left) && real(left) == real(right)
            }
            _ => {
                let left = arith::evaluate(left, self.variables)?;
                let right = arith::evaluate(right, self.variables)?;
                match op {
                    "-eq" => left == right,
                    "-ne" => left != right,
                    "-lt" => left < right,
                    "-le" => left <= right,
                    "-gt" => left > right,
                    _ => left >= right,
                }
            }
        })
    }
}

/// The value of `test ARGS`, or what is wrong with them.
pub(super) fn test(args: &[&str], place: &mut Place<'_>) -> Result<bool, String> {
    // With few arguments their number decides, so that any string can be tested.
    match args {
        [] => return Ok(false),
        [one] => return Ok(!one.is_empty()),
        ["!", one] => return Ok(one.is_empty()),
        [left, op, right] if BINARY.contains(op) => return place.binary(left, op, right),
        ["!", rest @ ..] if rest.len() <= 3 => return test(rest, place).map(|v| !v),
        ["(", one, ")"] => return Ok(!one.is_empty()),
        _ => {}
    }
    let mut reader = Reader { args, pos: 0, place, depth: 0 };
    let value = reader.or()?;
    match args.get(reader.pos) {
        None => Ok(value),
        Some(extra) => Err(format!("{extra}: unexpected operator/operand")),
    }
}

struct Reader<'a, 'b> {
    args: &'a [&'a str],
    pos: usize,
    place: &'a mut Place<'b>,
    depth: usize,
}

impl<'a> Reader<'a, '_> {
    fn take(&mut self, word: &str) -> bool {
        let here = self.args.get(self.pos) == Some(&word);
        self.pos += usize::from(here);
        here
    }

    fn or(&mut self) -> Result<bool, String> {
        let mut value = self.and()?;
        while self.take("-o") {
            value |= self.and()?;
        }
        Ok(value)
    }

    fn and(&mut self) -> Result<bool, String> {
        let mut value = self.term()?;
        while self.take("-a") {
            value &= self.term()?;
        }
        Ok(value)
    }

    fn operand(&mut self) -> Result<&'a str, String> {
        let operand =
            self.args.get(self.pos).copied().ok_or_else(|| "missing expression operator/operand".to_owned())?;
        self.pos += 1;
        Ok(operand)
    }

    fn term(&mut self) -> Result<bool, String> {
        self.depth += 1;
        if self.depth > 200 {
            return Err("expression too deep".to_owned());
        }
        let value = self.primary();
        self.depth -= 1;
        value
    }

    fn primary(&mut self) -> Result<bool, String> {
        let is_binary = self.args.get(self.pos + 1).is_some_and(|op| BINARY.contains(op));
        if is_binary && self.pos + 2 < self.args.len() {
            let left = self.operand()?;
            let op = self.operand()?;
            let right = self.operand()?;
            return self.place.binary(left, op, right);
        }
        if self.take("!") {
            return self.term().map(|v| !v);
        }
        if self.take("(") {
            let value = self.or()?;
            return if self.take(")") { Ok(value) } else { Err("missing )".to_owned()) };
        }
        let first = self.operand()?;
        let mut letters = first.chars();
        if let (Some('-'), Some(op), None) = (letters.next(), letters.next(), letters.next())
            && "nzerafdcsxwhL".contains(op)
            && self.pos < self.args.len()
        {
            let operand = self.operand()?;
            return Ok(self.place.unary(op, operand));
        }
        Ok(!first.is_empty())
    }
}
