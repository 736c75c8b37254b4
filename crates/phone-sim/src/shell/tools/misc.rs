//! Small things: `printf`, `sleep`, `date`, `id`, `uname`, `seq`, `expr`, `basename` …

use std::fmt::Write as _;

use chrono::DateTime;
use chrono::format::{Item, StrftimeItems};

use super::super::escapes;
use super::super::state::{Flow, Status};
use super::Tool;

/// How much is written at once, in bytes.
const CHUNK: usize = 8 << 10;

#[expect(clippy::unnecessary_wraps, reason = "a row of the table of tools, which are all of one type")]
pub(super) fn nothing(_: &mut Tool<'_>) -> Status {
    Ok(0)
}

pub(super) fn sleep(tool: &mut Tool<'_>) -> Status {
    if tool.args.is_empty() {
        return Err(tool.usage("Needs 1 argument"));
    }
    let mut ms: u64 = 0;
    for arg in tool.args {
        match super::seconds(arg) {
            Some(part) => ms = ms.saturating_add(part),
            None => return Err(tool.usage(&format!("not integer: {arg}"))),
        }
    }
    // Beyond a year the host's clock would overflow.
    let ms = ms.min(365 * 86_400_000);
    if tool.shared.clock.sleep(ms, tool.cancel()) { Ok(0) } else { Err(Flow::Killed(129)) }
}

pub(super) fn date(tool: &mut Tool<'_>) -> Status {
    let options = tool.options("u", "")?;
    let now = DateTime::from_timestamp(tool.fs().now().cast_signed(), 0).unwrap_or_default();
    let format = match options.rest.as_slice() {
        [] => "%a %b %e %H:%M:%S UTC %Y",
        [one] if one.starts_with('+') => &one[1..],
        _ => return Err(tool.refuse("setting the time")),
    };
    if StrftimeItems::new(format).any(|item| item == Item::Error) {
        return Err(tool.refuse(format));
    }
    tool.out(format!("{}\n", now.format(format)).as_bytes())?;
    Ok(0)
}

pub(super) fn id(tool: &mut Tool<'_>) -> Status {
    let options = tool.options("ung", "")?;
    let text = if options.has('n') && (options.has('u') || options.has('g')) {
        "shell"
    } else if options.has('u') || options.has('g') {
        "2000"
    } else {
        "uid=2000(shell) gid=2000(shell) groups=2000(shell),1004(input),1007(log),1011(adb),1015(sdcard_rw),\
         1028(sdcard_r),3001(net_bt_admin),3002(net_bt),3003(inet),3006(net_bw_stats),3009(readproc),3011(uhid) \
         context=u:r:shell:s0"
    };
    tool.out(format!("{text}\n").as_bytes())?;
    Ok(0)
}

pub(super) fn whoami(tool: &mut Tool<'_>) -> Status {
    tool.out(b"shell\n")?;
    Ok(0)
}

pub(super) fn hostname(tool: &mut Tool<'_>) -> Status {
    tool.out(b"localhost\n")?;
    Ok(0)
}

pub(super) fn uname(tool: &mut Tool<'_>) -> Status {
    let options = tool.options("asnrvm", "")?;
    let fields = [
        ('s', "Linux"),
        ('n', "localhost"),
        ('r', "4.19.157-perf"),
        ('v', "#1 SMP PREEMPT Thu Oct 9 08:53:20 UTC 2025"),
        ('m', "aarch64"),
    ];
    let none = !"asnrvm".chars().any(|c| options.has(c));
    let shown = fields.iter().filter(|(flag, _)| options.has('a') || options.has(*flag) || (none && *flag == 's'));
    let text: Vec<&str> = shown.map(|(_, text)| *text).collect();
    tool.out(format!("{}\n", text.join(" ")).as_bytes())?;
    Ok(0)
}

pub(super) fn printenv(tool: &mut Tool<'_>) -> Status {
    let wanted = tool.args.to_vec();
    let mut status = i32::from(!wanted.is_empty());
    for line in tool.environment.clone() {
        let (name, value) = line.split_once('=').unwrap_or((&line, ""));
        if wanted.is_empty() {
            tool.out(format!("{line}\n").as_bytes())?;
        } else if wanted.iter().any(|w| w == name) {
            status = 0;
            tool.out(format!("{value}\n").as_bytes())?;
        }
    }
    Ok(status)
}

pub(super) fn yes(tool: &mut Tool<'_>) -> Status {
    let line = if tool.args.is_empty() { "y\n".to_owned() } else { tool.args.join(" ") + "\n" };
    let lines = line.repeat(1 + CHUNK / line.len());
    loop {
        tool.out(lines.as_bytes())?;
    }
}

pub(super) fn seq(tool: &mut Tool<'_>) -> Status {
    let numbers: Result<Vec<i64>, _> = tool.args.iter().map(|a| a.parse()).collect();
    let (first, step, last) = match numbers.as_deref() {
        Ok([last]) => (1, 1, *last),
        Ok([first, last]) => (*first, 1, *last),
        Ok([first, step, last]) if *step != 0 => (*first, *step, *last),
        _ => return Err(tool.refuse("this form")),
    };
    let mut value = first;
    let mut lines = String::new();
    while if step > 0 { value <= last } else { value >= last } {
        let _ = writeln!(lines, "{value}");
        if lines.len() >= CHUNK {
            tool.out(lines.as_bytes())?;
            lines.clear();
        }
        let Some(next) = value.checked_add(step) else { break };
        value = next;
    }
    tool.out(lines.as_bytes())?;
    Ok(0)
}

pub(super) fn basename(tool: &mut Tool<'_>) -> Status {
    let (path, suffix) = match tool.args {
        [path] => (path, ""),
        [path, suffix] => (path, suffix.as_str()),
        _ => return Err(tool.refuse("this form")),
    };
    let trimmed = path.trim_end_matches('/');
    let name = if trimmed.is_empty() && !path.is_empty() { "/" } else { trimmed.rsplit('/').next().unwrap_or("") };
    let short = name.strip_suffix(suffix).filter(|s| !s.is_empty()).unwrap_or(name);
    tool.out(format!("{short}\n").as_bytes())?;
    Ok(0)
}

pub(super) fn dirname(tool: &mut Tool<'_>) -> Status {
    let [path] = tool.args else { return Err(tool.refuse("this form")) };
    let trimmed = path.trim_end_matches('/');
    let folder = match trimmed.rsplit_once('/') {
        _ if trimmed.is_empty() && path.starts_with('/') => "/",
        None => ".",
        Some((folder, _)) => match folder.trim_end_matches('/') {
            "" => "/",
            folder => folder,
        },
    };
    tool.out(format!("{folder}\n").as_bytes())?;
    Ok(0)
}

/// One operator between two operands, or one operand.
pub(super) fn expr(tool: &mut Tool<'_>) -> Status {
    let args: Vec<&str> = tool.args.iter().map(String::as_str).collect();
    let numbers = |a: &str, b: &str| Some((a.parse::<i64>().ok()?, b.parse::<i64>().ok()?));
    let text = match args.as_slice() {
        [one] => (*one).to_owned(),
        ["length", text] => text.chars().count().to_string(),
        [a, op @ ("+" | "-" | "*" | "/" | "%"), b] => {
            let Some((a, b)) = numbers(a, b) else {
                tool.complain("not integer")?;
                return Ok(2);
            };
            let value = match *op {
                "+" => a.checked_add(b),
                "-" => a.checked_sub(b),
                "*" => a.checked_mul(b),
                "/" => a.checked_div(b),
                _ => a.checked_rem(b),
            };
            let Some(value) = value else {
                tool.complain("division by zero")?;
                return Ok(2);
            };
            value.to_string()
        }
        [a, op @ ("=" | "==" | "!=" | "<" | ">" | "<=" | ">="), b] => {
            let order = numbers(a, b).map_or_else(|| a.cmp(b), |(a, b)| a.cmp(&b));
            let holds = match *op {
                "=" | "==" => order.is_eq(),
                "!=" => order.is_ne(),
                "<" => order.is_lt(),
                ">" => order.is_gt(),
                "<=" => order.is_le(),
                _ => order.is_ge(),
            };
            u8::from(holds).to_string()
        }
        _ => return Err(tool.refuse("this expression")),
    };
    tool.out(format!("{text}\n").as_bytes())?;
    Ok(i32::from(text.is_empty() || text == "0"))
}

pub(super) fn printf(tool: &mut Tool<'_>) -> Status {
    let Some((format, mut args)) = tool.args.split_first() else { return Err(tool.usage("Needs 1 argument")) };
    let mut status = 0;
    loop {
        let before = args.len();
        let (out, cut) = printf_once(tool, format, &mut args, &mut status)?;
        tool.out(&out)?;
        if cut || args.is_empty() || args.len() == before {
            return Ok(status);
        }
    }
}

/// One walk over the format. Gives what to print and whether `\c` ended all.
fn printf_once(
    tool: &mut Tool<'_>,
    format: &str,
    args: &mut &[String],
    status: &mut i32,
) -> Result<(Vec<u8>, bool), Flow> {
    let mut out = Vec::new();
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        let (bytes, cut) = escapes::printf(&rest[..at]);
        out.extend(bytes);
        if cut {
            return Ok((out, true));
        }
        rest = &rest[at + 1..];
        let length = rest.find(|c: char| !"-+ #0123456789.*".contains(c)).unwrap_or(rest.len());
        let (spec, after) = rest.split_at(length);
        let Some(kind) = after.chars().next() else { return Err(tool.usage(&format!("bad %{spec}"))) };
        rest = &after[kind.len_utf8()..];
        if kind == '%' {
            out.push(b'%');
            continue;
        }
        let (arg, left) = args.split_first().map_or(("", &[][..]), |(a, l)| (a.as_str(), l));
        *args = left;
        let Some(spec) = Spec::parse(spec) else { return Err(tool.refuse(format)) };
        let text = match kind {
            's' => arg.chars().take(spec.precision.unwrap_or(usize::MAX)).collect(),
            'c' => arg.chars().take(1).collect(),
            'b' => {
                let (bytes, cut) = escapes::echo(arg);
                out.extend(bytes);
                if cut {
                    return Ok((out, true));
                }
                continue;
            }
            'd' | 'i' | 'u' | 'x' | 'X' | 'o' => {
                let number = integer(arg).unwrap_or_else(|| {
                    *status = 1;
                    0
                });
                if *status == 1 {
                    tool.complain(&format!("'{arg}': expected a numeric value"))?;
                }
                let digits = match kind {
                    'x' => format!("{number:x}"),
                    'X' => format!("{number:X}"),
                    'o' => format!("{number:o}"),
                    _ => number.to_string(),
                };
                spec.number(&digits)
            }
            _ => return Err(tool.refuse(format)),
        };
        out.extend(spec.pad(&text).into_bytes());
    }
    let (bytes, cut) = escapes::printf(rest);
    out.extend(bytes);
    Ok((out, cut))
}

fn integer(text: &str) -> Option<i64> {
    if let Some(c) = text.strip_prefix(['\'', '"']) {
        return Some(c.chars().next().map_or(0, |c| i64::from(u32::from(c))));
    }
    if text.is_empty() {
        return Some(0);
    }
    let hex = text.strip_prefix("0x").and_then(|digits| i64::from_str_radix(digits, 16).ok());
    hex.or_else(|| text.parse().ok())
}

struct Spec {
    left: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
}

impl Spec {
    fn parse(text: &str) -> Option<Self> {
        let flags = text.trim_start_matches(['-', '0']);
        let flag_text = &text[..text.len() - flags.len()];
        let (width, precision) = flags.split_once('.').map_or((flags, None), |(w, p)| (w, Some(p)));
        let number =
            |digits: &str| if digits.is_empty() { Some(0) } else { digits.parse().ok().filter(|n| *n <= 4096) };
        Some(Self {
            left: flag_text.contains('-'),
            zero: flag_text.contains('0'),
            width: number(width)?,
            precision: precision.map(number).map_or(Some(None), |p| p.map(Some))?,
        })
    }

    fn number(&self, digits: &str) -> String {
        let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |d| ("-", d));
        let wanted = if self.zero && !self.left { self.width.saturating_sub(sign.len()) } else { 0 };
        let wanted = self.precision.unwrap_or(wanted);
        format!("{sign}{digits:0>wanted$}")
    }

    fn pad(&self, text: &str) -> String {
        let width = self.width;
        let mut out = String::new();
        let _ = if self.left { write!(out, "{text:<width$}") } else { write!(out, "{text:>width$}") };
        out
    }
}
