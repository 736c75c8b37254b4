//! Looking at files: `ls` and `stat`.

use std::fmt::Write as _;

use chrono::DateTime;

use crate::fs::{FileKind, Stat};

use super::super::state::{Flow, Status};
use super::{Options, Tool};

pub(super) fn ls(tool: &mut Tool<'_>) -> Status {
    let options = tool.options("la1dApFRLH", "")?;
    if options.has('R') || options.has('F') {
        return Err(tool.refuse("-R"));
    }
    let default = [".".to_owned()];
    let paths = if options.rest.is_empty() { &default[..] } else { &options.rest };
    let (mut files, mut folders, mut status) = (Vec::new(), Vec::new(), 0);
    for path in paths {
        // A link on the command line is followed only without `-l`.
        let stat = if options.has('l') && !path.ends_with('/') {
            tool.fs().lstat(tool.cwd, path)
        } else {
            tool.fs().stat(tool.cwd, path)
        };
        match stat {
            Ok(stat) if stat.kind == FileKind::Directory && !options.has('d') => folders.push(path.clone()),
            Ok(stat) => files.push((path.clone(), stat)),
            Err(error) => status = tool.failed(path, error)?,
        }
    }
    show(tool, &options, &files)?;
    for (index, folder) in folders.iter().enumerate() {
        if paths.len() > 1 {
            let gap = if index > 0 || !files.is_empty() { "\n" } else { "" };
            tool.out(format!("{gap}{folder}:\n").as_bytes())?;
        }
        let names = match tool.fs().list(tool.cwd, folder) {
            Ok(names) => names,
            Err(error) => {
                status = tool.failed(folder, error)?;
                continue;
            }
        };
        let mut rows = Vec::new();
        let dots = if options.has('a') { &[".", ".."][..] } else { &[] };
        let shown = |name: &&str| options.has('a') || options.has('A') || !name.starts_with('.');
        for name in dots.iter().copied().chain(names.iter().map(String::as_str).filter(shown)) {
            if let Ok(stat) = tool.fs().lstat(tool.cwd, &format!("{folder}/{name}")) {
                rows.push((name.to_owned(), stat));
            }
        }
        if options.has('l') {
            let blocks: u64 = rows.iter().map(|(_, s)| s.size.div_ceil(4096) * 4).sum();
            tool.out(format!("total {blocks}\n").as_bytes())?;
        }
        show(tool, &options, &rows)?;
    }
    Ok(status)
}

fn show(tool: &mut Tool<'_>, options: &Options, rows: &[(String, Stat)]) -> Result<(), Flow> {
    let width = rows.iter().map(|(_, s)| s.size.to_string().len()).max().unwrap_or(0);
    for (name, stat) in rows {
        let slash = if options.has('p') && stat.kind == FileKind::Directory { "/" } else { "" };
        let line = if options.has('l') {
            let time =
                DateTime::from_timestamp(stat.mtime.cast_signed(), 0).unwrap_or_default().format("%Y-%m-%d %H:%M");
            let target = stat.target.as_ref().map_or(String::new(), |t| format!(" -> {t}"));
            format!("{} 1 shell shell {:width$} {time} {name}{slash}{target}\n", permissions(stat), stat.size)
        } else {
            format!("{name}{slash}\n")
        };
        tool.out(line.as_bytes())?;
    }
    Ok(())
}

fn permissions(stat: &Stat) -> String {
    let kind = match stat.kind {
        FileKind::File => '-',
        FileKind::Directory => 'd',
        FileKind::Link => 'l',
        FileKind::Device => 'c',
    };
    let bits = (0..9).map(|i| if stat.mode & (0o400 >> i) != 0 { ['r', 'w', 'x'][i % 3] } else { '-' });
    std::iter::once(kind).chain(bits).collect()
}

pub(super) fn stat(tool: &mut Tool<'_>) -> Status {
    let options = tool.options("L", "c")?;
    let Some(format) = options.value('c').map(str::to_owned) else { return Err(tool.refuse("without -c")) };
    let mut status = 0;
    for path in &options.rest {
        let stat = match tool.fs().lstat(tool.cwd, path) {
            Ok(stat) => stat,
            Err(error) => {
                tool.complain(&format!("'{path}': {error}"))?;
                status = 1;
                continue;
            }
        };
        let mut out = String::new();
        let mut chars = format.chars();
        while let Some(c) = chars.next() {
            if c != '%' {
                out.push(c);
                continue;
            }
            match chars.next() {
                Some('s') => out.push_str(&stat.size.to_string()),
                Some('n') => out.push_str(path),
                Some('a') => {
                    let _ = write!(out, "{:o}", stat.mode);
                }
                Some('A') => out.push_str(&permissions(&stat)),
                Some('Y') => out.push_str(&stat.mtime.to_string()),
                Some('U' | 'G') => out.push_str("shell"),
                Some('F') => out.push_str(match stat.kind {
                    FileKind::File => "regular file",
                    FileKind::Directory => "directory",
                    FileKind::Link => "symbolic link",
                    FileKind::Device => "character device",
                }),
                _ => return Err(tool.refuse(&format)),
            }
        }
        tool.out((out + "\n").as_bytes())?;
    }
    Ok(status)
}
