//! Whole texts: `cat`, `head`, `tail`, `wc`, `tee`, `base64`.

use std::io::{Read, Write};

use super::super::state::{Flow, Status};
use super::Tool;

pub(super) fn cat(tool: &mut Tool<'_>) -> Status {
    let options = tool.options("u", "")?;
    let default = ["-".to_owned()];
    let paths = if options.rest.is_empty() { &default[..] } else { &options.rest };
    let mut status = 0;
    for path in paths {
        if path != "-" {
            match tool.slurp(path)? {
                Some(bytes) => tool.out(&bytes)?,
                None => status = 1,
            }
            continue;
        }
        let mut buffer = vec![0; 16 << 10];
        loop {
            let count = tool.stdin.read(&mut buffer).unwrap_or(0);
            if count == 0 {
                break;
            }
            tool.out(&buffer[..count])?;
        }
        if tool.cancel().is_set() {
            return Err(Flow::Killed(129));
        }
    }
    Ok(status)
}

/// `-5` in front is `-n 5`.
fn with_count(tool: &mut Tool<'_>, plain: &str) -> Result<super::Options, Flow> {
    let short =
        tool.args.first().and_then(|a| a.strip_prefix('-')).filter(|a| a.starts_with(|c: char| c.is_ascii_digit()));
    let Some(count) = short else { return tool.options(plain, "nc") };
    let mut args = vec!["-n".to_owned(), count.to_owned()];
    args.extend_from_slice(&tool.args[1..]);
    let mut inner = Tool {
        name: tool.name,
        args: &args,
        cwd: tool.cwd,
        shared: tool.shared,
        environment: Vec::new(),
        stdin: tool.stdin.clone(),
        stdout: tool.stdout.clone(),
        stderr: tool.stderr.clone(),
    };
    inner.options(plain, "nc")
}

fn count(tool: &mut Tool<'_>, text: &str) -> Result<usize, Flow> {
    text.parse().map_err(|_| tool.refuse(&format!("-n {text}")))
}

pub(super) fn head(tool: &mut Tool<'_>) -> Status {
    let options = with_count(tool, "qv")?;
    let bytes = options.value('c').map(|n| count(tool, n)).transpose()?;
    let most = count(tool, options.value('n').unwrap_or("10"))?;
    if options.rest.len() > 1 {
        return Err(tool.refuse("several files"));
    }
    let path = options.rest.first().map_or("-", String::as_str);
    if path != "-" {
        let Some(content) = tool.slurp(path)? else { return Ok(1) };
        let end = match bytes {
            Some(bytes) => bytes.min(content.len()),
            None => content.split_inclusive(|b| *b == b'\n').take(most).map(<[u8]>::len).sum(),
        };
        tool.out(&content[..end])?;
        return Ok(0);
    }
    // Only as much is read as is shown, so that an endless writer can end.
    let (mut left_lines, mut left_bytes) = (most, bytes);
    let mut line = Vec::new();
    let mut byte = [0];
    while left_bytes.map_or(left_lines > 0, |b| b > 0) && matches!(tool.stdin.read(&mut byte), Ok(1)) {
        line.push(byte[0]);
        left_bytes = left_bytes.map(|b| b - 1);
        if byte[0] == b'\n' || line.len() > 64 << 10 {
            left_lines = left_lines.saturating_sub(usize::from(byte[0] == b'\n'));
            tool.out(&line)?;
            line.clear();
        }
    }
    tool.out(&line)?;
    Ok(0)
}

pub(super) fn tail(tool: &mut Tool<'_>) -> Status {
    let options = with_count(tool, "")?;
    let given = options.value('c').or(options.value('n')).unwrap_or("10").to_owned();
    let from_start = given.starts_with('+');
    let number = count(tool, given.trim_start_matches(['+', '-']))?;
    if options.rest.len() > 1 {
        return Err(tool.refuse("several files"));
    }
    let (content, status) = tool.slurp_all(&options.rest)?;
    let units: Vec<usize> = if options.has('c') {
        vec![1; content.len()]
    } else {
        content.split_inclusive(|b| *b == b'\n').map(<[u8]>::len).collect()
    };
    let skip = if from_start { number.saturating_sub(1) } else { units.len().saturating_sub(number) };
    let start: usize = units.iter().take(skip).sum();
    tool.out(&content[start..])?;
    Ok(status)
}

pub(super) fn wc(tool: &mut Tool<'_>) -> Status {
    let options = tool.options("lwcm", "")?;
    let all = !"lwcm".chars().any(|c| options.has(c));
    let default = ["-".to_owned()];
    let paths = if options.rest.is_empty() { &default[..] } else { &options.rest };
    let mut totals = [0_usize; 4];
    let mut status = 0;
    let mut rows = Vec::new();
    for path in paths {
        let Some(content) = tool.slurp(path)? else {
            status = 1;
            continue;
        };
        let words = content.split(u8::is_ascii_whitespace).filter(|w| !w.is_empty()).count();
        let breaks = content.split(|b| *b == b'\n').count() - 1;
        let row = [breaks, words, content.len(), String::from_utf8_lossy(&content).chars().count()];
        totals.iter_mut().zip(row).for_each(|(total, value)| *total += value);
        rows.push((row, if path == "-" { "" } else { path.as_str() }));
    }
    if paths.len() > 1 {
        rows.push((totals, "total"));
    }
    for (row, name) in rows {
        let shown = |flag| options.has(flag) || (all && flag != 'm');
        let numbers: Vec<String> =
            "lwcm".chars().zip(row).filter(|(flag, _)| shown(*flag)).map(|(_, n)| n.to_string()).collect();
        let gap = if name.is_empty() { "" } else { " " };
        tool.out(format!("{}{gap}{name}\n", numbers.join(" ")).as_bytes())?;
    }
    Ok(status)
}

pub(super) fn tee(tool: &mut Tool<'_>) -> Status {
    let options = tool.options("a", "")?;
    let mut status = 0;
    let mut files = Vec::new();
    for path in &options.rest {
        match tool.fs().create(tool.cwd, path, options.has('a')) {
            Ok(file) => files.push(file),
            Err(error) => status = tool.failed(path, error)?,
        }
    }
    let mut buffer = vec![0; 16 << 10];
    loop {
        let count = tool.stdin.read(&mut buffer).unwrap_or(0);
        if count == 0 {
            return Ok(status);
        }
        for file in &mut files {
            if file.write_all(&buffer[..count]).is_err() {
                status = 1;
            }
        }
        tool.out(&buffer[..count])?;
    }
}

pub(super) fn base64(tool: &mut Tool<'_>) -> Status {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let options = tool.options("d", "w")?;
    let (content, status) = tool.slurp_all(&options.rest)?;
    let mut out = Vec::new();
    if options.has('d') {
        let (mut bits, mut have) = (0_u32, 0);
        for byte in content.iter().filter(|b| !b.is_ascii_whitespace() && **b != b'=') {
            let Some(value) = DIGITS.iter().position(|d| d == byte) else { return Err(tool.usage("bad input")) };
            bits = bits << 6 | value as u32;
            have += 6;
            if have >= 8 {
                have -= 8;
                out.push((bits >> have) as u8);
            }
        }
        tool.out(&out)?;
        return Ok(status);
    }
    for chunk in content.chunks(3) {
        let bits = chunk.iter().enumerate().fold(0_u32, |bits, (i, b)| bits | u32::from(*b) << (16 - 8 * i));
        for digit in 0..4 {
            let value = (bits >> (18 - 6 * digit)) & 63;
            out.push(if digit > chunk.len() { b'=' } else { DIGITS[value as usize] });
        }
    }
    let width = options.value('w').map_or(Ok(76), str::parse).unwrap_or(76);
    let text = if width == 0 { vec![out.as_slice()] } else { out.chunks(width).collect() };
    let mut wrapped = text.join(&b'\n');
    if width > 0 && !wrapped.is_empty() {
        wrapped.push(b'\n');
    }
    tool.out(&wrapped)?;
    Ok(status)
}
