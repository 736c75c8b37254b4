//! Lines in, lines out: `sort`, `uniq`, `cut`, `tr`.

use super::super::pattern;
use super::super::state::{Flow, Status};
use super::{Tool, lines};

pub(super) fn sort(tool: &mut Tool<'_>) -> Status {
    let options = tool.options("nru", "kt")?;
    if options.has('k') || options.has('t') {
        return Err(tool.refuse("-k"));
    }
    let (content, status) = tool.slurp_all(&options.rest)?;
    let mut sorted = lines(&content);
    let number = |line: &[u8]| -> f64 {
        let text = String::from_utf8_lossy(line);
        let text = text.trim_start();
        let length = text.char_indices().take_while(|(i, c)| c.is_ascii_digit() || *c == '.' || (*i == 0 && *c == '-'));
        text[..length.count()].parse().unwrap_or(0.0)
    };
    if options.has('n') {
        sorted.sort_by(|a, b| number(a).total_cmp(&number(b)).then_with(|| a.cmp(b)));
    } else {
        sorted.sort_unstable();
    }
    if options.has('r') {
        sorted.reverse();
    }
    if options.has('u') {
        if options.has('n') {
            sorted.dedup_by(|a, b| number(a).total_cmp(&number(b)).is_eq());
        } else {
            sorted.dedup();
        }
    }
    let mut out = sorted.join(&b'\n');
    if !sorted.is_empty() {
        out.push(b'\n');
    }
    tool.out(&out)?;
    Ok(status)
}

pub(super) fn uniq(tool: &mut Tool<'_>) -> Status {
    let options = tool.options("cdu", "")?;
    let (content, status) = tool.slurp_all(&options.rest)?;
    let mut groups: Vec<(&[u8], usize)> = Vec::new();
    for line in lines(&content) {
        match groups.last_mut() {
            Some((last, count)) if *last == line => *count += 1,
            _ => groups.push((line, 1)),
        }
    }
    for (line, count) in groups {
        if (options.has('d') && count == 1) || (options.has('u') && count > 1) {
            continue;
        }
        if options.has('c') {
            tool.out(format!("{count:7} ").as_bytes())?;
        }
        tool.out(&[line, b"\n"].concat())?;
    }
    Ok(status)
}

/// `2`, `1,3`, `2-`, `-3`, `2-4`, as ranges of places from 1.
fn ranges(text: &str) -> Option<Vec<(usize, usize)>> {
    text.split(',')
        .map(|part| {
            let (from, to) = part.split_once('-').unwrap_or((part, part));
            let from = if from.is_empty() { 1 } else { from.parse().ok()? };
            let to = if to.is_empty() { usize::MAX } else { to.parse().ok()? };
            (from >= 1 && part != "-").then_some((from, to))
        })
        .collect()
}

pub(super) fn cut(tool: &mut Tool<'_>) -> Status {
    let options = tool.options("s", "dfcb")?;
    let list = options.value('f').or(options.value('c')).or(options.value('b'));
    let Some(ranges) = list.and_then(ranges) else { return Err(tool.usage("bad list")) };
    let kept = |place: usize| ranges.iter().any(|(from, to)| (*from..=*to).contains(&place));
    let delimiter = options.value('d').unwrap_or("\t").to_owned();
    let (content, status) = tool.slurp_all(&options.rest)?;
    for line in lines(&content) {
        let text = String::from_utf8_lossy(line);
        let row = if options.has('f') {
            if text.contains(&delimiter) {
                let fields = text.split(delimiter.as_str()).enumerate().filter(|(i, _)| kept(i + 1));
                fields.map(|(_, f)| f).collect::<Vec<_>>().join(&delimiter)
            } else {
                if options.has('s') {
                    continue;
                }
                text.into_owned()
            }
        } else {
            text.chars().enumerate().filter(|(i, _)| kept(i + 1)).map(|(_, c)| c).collect()
        };
        tool.out((row + "\n").as_bytes())?;
    }
    Ok(status)
}

/// The characters of a `tr` set: ranges, classes, escapes.
fn set(text: &str) -> Option<Vec<u8>> {
    let (bytes, _) = super::super::escapes::printf(text);
    let mut found = Vec::new();
    let mut i = 0;
    while i < bytes.len() {
        if bytes[i..].starts_with(b"[:") {
            let end = bytes[i..].windows(2).position(|w| w == b":]")?;
            let name = String::from_utf8_lossy(&bytes[i + 2..i + end]).into_owned();
            found.extend((0..=127_u8).filter(|b| pattern::class(&name, char::from(*b))));
            i += end + 2;
        } else if i + 2 < bytes.len() && bytes[i + 1] == b'-' {
            if bytes[i] > bytes[i + 2] {
                return None;
            }
            found.extend(bytes[i]..=bytes[i + 2]);
            i += 3;
        } else {
            found.push(bytes[i]);
            i += 1;
        }
    }
    Some(found)
}

pub(super) fn tr(tool: &mut Tool<'_>) -> Status {
    let options = tool.options("cCds", "")?;
    let sets: Option<Vec<Vec<u8>>> = options.rest.iter().map(|text| set(text)).collect();
    let Some(mut sets) = sets.filter(|s| !s.is_empty() && s.len() <= 2) else { return Err(tool.usage("bad sets")) };
    if options.has('c') || options.has('C') {
        sets[0] = (0..=255).filter(|b| !sets[0].contains(b)).collect();
    }
    let delete = options.has('d');
    if !delete && !options.has('s') && sets.len() < 2 {
        return Err(tool.usage("needs 2 arguments"));
    }
    let squeezed = if options.has('s') { sets.last().cloned().unwrap_or_default() } else { Vec::new() };
    let to = if delete { None } else { sets.get(1).cloned().filter(|t| !t.is_empty()) };
    let mut table: [Option<u8>; 256] = std::array::from_fn(|b| Some(b as u8));
    for (index, byte) in sets[0].iter().enumerate().rev() {
        table[usize::from(*byte)] = match &to {
            Some(to) => to.get(index).or(to.last()).copied(),
            None if delete => None,
            None => Some(*byte),
        };
    }
    let mut last = None;
    let mut buffer = vec![0; 16 << 10];
    loop {
        let count = std::io::Read::read(&mut tool.stdin, &mut buffer).unwrap_or(0);
        if count == 0 {
            return if tool.cancel().is_set() { Err(Flow::Killed(129)) } else { Ok(0) };
        }
        let mut out = Vec::with_capacity(count);
        for byte in buffer[..count].iter().filter_map(|b| table[usize::from(*b)]) {
            if last != Some(byte) || !squeezed.contains(&byte) {
                out.push(byte);
            }
            last = Some(byte);
        }
        tool.out(&out)?;
    }
}
