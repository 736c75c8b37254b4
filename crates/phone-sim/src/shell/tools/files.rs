//! Changing files: `rm`, `mkdir`, `rmdir`, `mv`, `cp`, `touch`, `chmod`, `ln`; and `realpath`.

use crate::fs::{FileKind, FsError};

use super::super::state::{Flow, Status};
use super::Tool;

pub(super) fn rm(tool: &mut Tool<'_>) -> Status {
    let options = tool.options("frRiv", "")?;
    let (force, deep) = (options.has('f'), options.has('r') || options.has('R'));
    if options.rest.is_empty() && !force {
        return Err(tool.usage("Needs 1 argument"));
    }
    let mut status = 0;
    for path in &options.rest {
        let removed = if deep { tool.fs().remove_dir_all(tool.cwd, path) } else { tool.fs().remove(tool.cwd, path) };
        match removed {
            Ok(()) => {}
            Err(FsError::NotFound | FsError::NotADirectory) if force => {}
            Err(error) => status = tool.failed(path, error)?,
        }
    }
    Ok(status)
}

pub(super) fn mkdir(tool: &mut Tool<'_>) -> Status {
    let options = tool.options("pv", "m")?;
    let mut status = 0;
    for path in &options.rest {
        if let Err(error) = tool.fs().mkdir(tool.cwd, path, options.has('p')) {
            tool.complain(&format!("'{path}': {error}"))?;
            status = 1;
        }
    }
    Ok(status)
}

pub(super) fn rmdir(tool: &mut Tool<'_>) -> Status {
    let options = tool.options("", "")?;
    let mut status = 0;
    for path in &options.rest {
        if let Err(error) = tool.fs().remove_dir(tool.cwd, path) {
            status = tool.failed(path, error)?;
        }
    }
    Ok(status)
}

/// Where each of the sources goes: into the folder that is named last, or to that name.
fn targets(tool: &mut Tool<'_>, rest: &[String]) -> Result<Vec<(String, String)>, Flow> {
    let Some((to, sources)) = rest.split_last().filter(|(_, sources)| !sources.is_empty()) else {
        return Err(tool.usage("Needs 2 arguments"));
    };
    let folder = tool.fs().stat(tool.cwd, to).is_ok_and(|s| s.kind == FileKind::Directory);
    if sources.len() > 1 && !folder {
        return Err(tool.usage(&format!("'{to}' not directory")));
    }
    let place = |from: &String| {
        let name = from.trim_end_matches('/').rsplit('/').next().unwrap_or(from);
        if folder { format!("{}/{name}", to.trim_end_matches('/')) } else { to.clone() }
    };
    Ok(sources.iter().map(|from| (from.clone(), place(from))).collect())
}

pub(super) fn mv(tool: &mut Tool<'_>) -> Status {
    let options = tool.options("fiv", "")?;
    let mut status = 0;
    for (from, to) in targets(tool, &options.rest)? {
        if let Err(error) = tool.fs().rename(tool.cwd, &from, &to) {
            tool.complain(&format!("bad '{from}': {error}"))?;
            status = 1;
        }
    }
    Ok(status)
}

pub(super) fn cp(tool: &mut Tool<'_>) -> Status {
    let options = tool.options("rRpfa", "")?;
    let deep = "rRa".chars().any(|c| options.has(c));
    let mut status = 0;
    for (from, to) in targets(tool, &options.rest)? {
        if let Err((path, error)) = copy(tool, &from, &to, deep, 0) {
            tool.complain(&format!("bad '{path}': {error}"))?;
            status = 1;
        }
    }
    Ok(status)
}

fn copy(tool: &Tool<'_>, from: &str, to: &str, deep: bool, depth: usize) -> Result<(), (String, FsError)> {
    let fs = tool.fs();
    let stat = fs.stat(tool.cwd, from).map_err(|e| (from.to_owned(), e))?;
    if stat.kind != FileKind::Directory {
        let real = |path: &str| fs.canonical(tool.cwd, path).ok();
        if fs.exists(tool.cwd, to) && real(from) == real(to) {
            return Err((to.to_owned(), FsError::Exists));
        }
        let bytes = fs.read(tool.cwd, from).map_err(|e| (from.to_owned(), e))?;
        return fs.write(tool.cwd, to, &bytes).map_err(|e| (to.to_owned(), e));
    }
    if !deep || depth > 40 {
        return Err((from.to_owned(), FsError::IsADirectory));
    }
    let names = fs.list(tool.cwd, from).map_err(|e| (from.to_owned(), e))?;
    fs.mkdir(tool.cwd, to, true).map_err(|e| (to.to_owned(), e))?;
    for name in names {
        copy(tool, &format!("{from}/{name}"), &format!("{to}/{name}"), deep, depth + 1)?;
    }
    Ok(())
}

pub(super) fn touch(tool: &mut Tool<'_>) -> Status {
    let options = tool.options("c", "")?;
    let mut status = 0;
    let now = tool.fs().now();
    for path in &options.rest {
        let touched = if tool.fs().exists(tool.cwd, path) {
            tool.fs().set_mtime(tool.cwd, path, now)
        } else if options.has('c') {
            Ok(())
        } else {
            tool.fs().append(tool.cwd, path, b"")
        };
        if let Err(error) = touched {
            tool.complain(&format!("'{path}': {error}"))?;
            status = 1;
        }
    }
    Ok(status)
}

pub(super) fn chmod(tool: &mut Tool<'_>) -> Status {
    let options = if tool.args.first().is_some_and(|a| a.starts_with("-x") || a.starts_with("-w")) {
        return Err(tool.refuse("this mode"));
    } else {
        tool.options("", "")?
    };
    let Some((mode, paths)) = options.rest.split_first() else { return Err(tool.usage("Needs 2 arguments")) };
    let number = u32::from_str_radix(mode, 8).ok();
    if number.is_none() && mode != "+x" && mode != "a+x" && mode != "u+x" {
        return Err(tool.refuse(mode));
    }
    let mut status = 0;
    for path in paths {
        let old = tool.fs().stat(tool.cwd, path).map_or(0, |s| s.mode);
        let mode = number.unwrap_or(if mode == "u+x" { old | 0o100 } else { old | 0o111 });
        if let Err(error) = tool.fs().chmod(tool.cwd, path, mode) {
            status = tool.failed(path, error)?;
        }
    }
    Ok(status)
}

pub(super) fn ln(tool: &mut Tool<'_>) -> Status {
    let options = tool.options("sf", "")?;
    let [target, path] = options.rest.as_slice() else { return Err(tool.refuse("this form")) };
    if !options.has('s') {
        return Err(tool.refuse("hard links"));
    }
    if options.has('f') {
        let _ = tool.fs().remove(tool.cwd, path);
    }
    match tool.fs().symlink(tool.cwd, target, path) {
        Ok(()) => Ok(0),
        Err(error) => {
            tool.complain(&format!("cannot create symbolic link from '{target}' to '{path}': {error}"))?;
            Ok(1)
        }
    }
}

pub(super) fn realpath(tool: &mut Tool<'_>) -> Status {
    let options = tool.options("f", "")?;
    let mut status = 0;
    for path in &options.rest {
        let found = if tool.name == "readlink" && !options.has('f') {
            tool.fs().lstat(tool.cwd, path).ok().and_then(|s| s.target)
        } else {
            tool.fs().canonical(tool.cwd, path).ok().filter(|p| options.has('f') || tool.fs().exists("/", p))
        };
        match found {
            Some(real) => tool.out((real + "\n").as_bytes())?,
            None if tool.name == "readlink" => status = 1,
            None => status = tool.failed(path, FsError::NotFound)?,
        }
    }
    Ok(status)
}
