//! `$((…))`: 32-bit numbers that wrap, as in `mksh`.

/// How deep parentheses may be nested.
const MAX_DEPTH: usize = 60;

/// Where numbers come from and go to.
pub(super) trait Variables {
    /// The value of a variable, empty where unset.
    fn get(&self, name: &str) -> String;
    /// Sets a variable.
    fn set(&mut self, name: &str, value: i32);
}

/// The value of an expression, or what is wrong with it.
pub(super) fn evaluate(text: &str, variables: &mut dyn Variables) -> Result<i32, String> {
    evaluate_at(text, variables, 0)
}

fn evaluate_at(text: &str, variables: &mut dyn Variables, depth: usize) -> Result<i32, String> {
    let mut reader = Reader { text, chars: text.chars().collect(), pos: 0, variables, depth, skipping: 0 };
    reader.blanks();
    if reader.pos == reader.chars.len() {
        return Ok(0);
    }
    let value = reader.comma()?;
    reader.blanks();
    match reader.chars.get(reader.pos) {
        None => Ok(value),
        Some(c) => Err(format!("{text}: unexpected '{c}'")),
    }
}

struct Reader<'a> {
    text: &'a str,
    chars: Vec<char>,
    pos: usize,
    variables: &'a mut dyn Variables,
    depth: usize,
    /// Above 0 in the branch that is not taken: nothing is assigned or divided.
    skipping: usize,
}

/// Binary operators, loosest first.
const LEVELS: &[&[&str]] = &[
    &["||"],
    &["&&"],
    &["|"],
    &["^"],
    &["&"],
    &["==", "!="],
    &["<=", ">=", "<", ">"],
    &["<<", ">>"],
    &["+", "-"],
    &["*", "/", "%"],
];
const ASSIGN: &[&str] = &["<<=", ">>=", "*=", "/=", "%=", "+=", "-=", "&=", "^=", "|=", "="];

impl Reader<'_> {
    fn blanks(&mut self) {
        while self.chars.get(self.pos).is_some_and(|c| c.is_whitespace()) {
            self.pos += 1;
        }
    }

    fn looks_at(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(i, c)| self.chars.get(self.pos + i) == Some(&c))
    }

    fn take(&mut self, text: &str) -> bool {
        self.blanks();
        let here = self.looks_at(text);
        if here {
            self.pos += text.len();
        }
        here
    }

    fn deeper(&mut self) -> Result<(), String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(format!("{}: expression recursion", self.text)) } else { Ok(()) }
    }

    fn comma(&mut self) -> Result<i32, String> {
        let mut value = self.assignment()?;
        while self.take(",") {
            value = self.assignment()?;
        }
        Ok(value)
    }

    fn assignment(&mut self) -> Result<i32, String> {
        self.deeper()?;
        self.blanks();
        let start = self.pos;
        let name = self.name();
        if !name.is_empty() {
            self.blanks();
            let op = ASSIGN.iter().find(|op| self.looks_at(op) && !(**op == "=" && self.looks_at("==")));
            if let Some(op) = op {
                self.pos += op.len();
                let right = self.assignment()?;
                let value = if *op == "=" {
                    right
                } else {
                    let left = self.value(&name)?;
                    self.binary(&op[..op.len() - 1], left, right)?
                };
                self.store(&name, value);
                self.depth -= 1;
                return Ok(value);
            }
        }
        self.pos = start;
        let value = self.ternary()?;
        self.depth -= 1;
        Ok(value)
    }

    fn ternary(&mut self) -> Result<i32, String> {
        let condition = self.level(0)?;
        if !self.take("?") {
            return Ok(condition);
        }
        let yes = self.unless(condition == 0, Self::assignment)?;
        if !self.take(":") {
            return Err(format!("{}: missing :", self.text));
        }
        let no = self.unless(condition != 0, Self::assignment)?;
        Ok(if condition == 0 { no } else { yes })
    }

    fn unless(&mut self, skip: bool, read: fn(&mut Self) -> Result<i32, String>) -> Result<i32, String> {
        self.skipping += usize::from(skip);
        let value = read(self);
        self.skipping -= usize::from(skip);
        value
    }

    fn level(&mut self, level: usize) -> Result<i32, String> {
        let Some(ops) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.level(level + 1)?;
        loop {
            self.blanks();
            let found = ops.iter().find(|op| self.looks_at(op) && !self.is_longer(op));
            let Some(op) = found else { return Ok(left) };
            self.pos += op.len();
            self.skipping += usize::from((*op == "||" && left != 0) || (*op == "&&" && left == 0));
            let skipped = (*op == "||" && left != 0) || (*op == "&&" && left == 0);
            let right = self.level(level + 1);
            self.skipping -= usize::from(skipped);
            left = match *op {
                "||" => i32::from(left != 0 || right? != 0),
                "&&" => i32::from(left != 0 && right? != 0),
                op => {
                    let right = right?;
                    self.binary(op, left, right)?
                }
            };
        }
    }

    /// `&` must not be read where `&&` or `&=` stands.
    fn is_longer(&self, op: &str) -> bool {
        let next = self.chars.get(self.pos + op.len());
        match op {
            "|" => matches!(next, Some('|' | '=')),
            "&" => matches!(next, Some('&' | '=')),
            "<" | ">" => matches!(next, Some(c) if op.starts_with(*c)),
            "^" | "+" | "-" | "*" | "/" | "%" | "<<" | ">>" => matches!(next, Some('=')),
            _ => false,
        }
    }

    fn binary(&self, op: &str, a: i32, b: i32) -> Result<i32, String> {
        if (op == "/" || op == "%") && b == 0 {
            return if self.skipping > 0 { Ok(0) } else { Err(format!("{}: zero divisor", self.text)) };
        }
        Ok(match op {
            "|" => a | b,
            "^" => a ^ b,
            "&" => a & b,
            "==" => i32::from(a == b),
            "!=" => i32::from(a != b),
            "<=" => i32::from(a <= b),
            ">=" => i32::from(a >= b),
            "<" => i32::from(a < b),
            ">" => i32::from(a > b),
            "<<" => a.wrapping_shl(b as u32),
            ">>" => a.wrapping_shr(b as u32),
            "+" => a.wrapping_add(b),
            "-" => a.wrapping_sub(b),
            "*" => a.wrapping_mul(b),
            "/" => a.wrapping_div(b),
            _ => a.wrapping_rem(b),
        })
    }

    fn unary(&mut self) -> Result<i32, String> {
        self.deeper()?;
        self.blanks();
        let value = if self.looks_at("++") || self.looks_at("--") {
            let by = if self.looks_at("++") { 1 } else { -1 };
            self.pos += 2;
            self.blanks();
            let name = self.name();
            if name.is_empty() {
                return Err(format!("{}: requires lvalue", self.text));
            }
            let value = self.value(&name)?.wrapping_add(by);
            self.store(&name, value);
            value
        } else if self.take("!") {
            i32::from(self.unary()? == 0)
        } else if self.take("~") {
            !self.unary()?
        } else if self.take("-") {
            self.unary()?.wrapping_neg()
        } else if self.take("+") {
            self.unary()?
        } else {
            self.primary()?
        };
        self.depth -= 1;
        Ok(value)
    }

    fn primary(&mut self) -> Result<i32, String> {
        if self.take("(") {
            let value = self.comma()?;
            return if self.take(")") { Ok(value) } else { Err(format!("{}: missing )", self.text)) };
        }
        if self.chars.get(self.pos).is_some_and(char::is_ascii_digit) {
            return self.number();
        }
        let name = self.name();
        if name.is_empty() {
            return Err(match self.chars.get(self.pos) {
                None => format!("{}: unexpected end of expression", self.text),
                Some(c) => format!("{}: unexpected '{c}'", self.text),
            });
        }
        let value = self.value(&name)?;
        let by = if self.looks_at("++") {
            1
        } else if self.looks_at("--") {
            -1
        } else {
            return Ok(value);
        };
        self.pos += 2;
        self.store(&name, value.wrapping_add(by));
        Ok(value)
    }

    fn number(&mut self) -> Result<i32, String> {
        let word: String =
            self.chars[self.pos..].iter().take_while(|c| c.is_ascii_alphanumeric() || **c == '#').collect();
        self.pos += word.len();
        let bad = || format!("{word}: bad number");
        let (digits, radix) = if let Some(hex) = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
            (hex, 16)
        } else if let Some((base, digits)) = word.split_once('#') {
            (digits, base.parse::<u32>().ok().filter(|b| (2..=36).contains(b)).ok_or_else(bad)?)
        } else {
            (word.as_str(), 10)
        };
        let mut value = 0_i32;
        if digits.is_empty() {
            return Err(bad());
        }
        for digit in digits.chars() {
            let digit = digit.to_digit(radix).ok_or_else(bad)?;
            value = value.wrapping_mul(radix.cast_signed()).wrapping_add(digit.cast_signed());
        }
        Ok(value)
    }

    fn name(&mut self) -> String {
        if self.chars.get(self.pos).is_none_or(char::is_ascii_digit) {
            return String::new();
        }
        let name: String =
            self.chars[self.pos..].iter().take_while(|c| c.is_ascii_alphanumeric() || **c == '_').collect();
        self.pos += name.len();
        name
    }

    fn value(&mut self, name: &str) -> Result<i32, String> {
        let text = self.variables.get(name);
        evaluate_at(&text, self.variables, self.depth + 1)
    }

    fn store(&mut self, name: &str, value: i32) {
        if self.skipping == 0 {
            self.variables.set(name, value);
        }
    }
}
