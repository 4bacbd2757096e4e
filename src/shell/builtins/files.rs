//! Tools for files: `ls`, `rm`, `cp`, `mv`, `mkdir`, `rmdir`, `touch`, `basename`, `dirname`.

use super::super::fs::{FsError, Metadata, split};
use super::super::io::Stop;
use super::super::time::civil;
use super::super::tool::{Builtin, Call};
use super::getopt::Syntax;
use crate::base::{sort, sort_by, sort_by_key};

pub(super) const TOOLS: &[Builtin] = &[
    Builtin {
        name: "ls",
        summary: "list files",
        run: |call| Box::pin(ls(call)),
    },
    Builtin {
        name: "rm",
        summary: "remove files",
        run: |call| Box::pin(rm(call)),
    },
    Builtin {
        name: "cp",
        summary: "copy files",
        run: |call| Box::pin(cp(call)),
    },
    Builtin {
        name: "mv",
        summary: "move files",
        run: |call| Box::pin(mv(call)),
    },
    Builtin {
        name: "mkdir",
        summary: "make directories",
        run: |call| Box::pin(mkdir(call)),
    },
    Builtin {
        name: "rmdir",
        summary: "remove directories",
        run: |call| Box::pin(rmdir(call)),
    },
    Builtin {
        name: "touch",
        summary: "make empty files",
        run: |call| Box::pin(touch(call)),
    },
    Builtin {
        name: "basename",
        summary: "print a path's name",
        run: |call| Box::pin(basename(call)),
    },
    Builtin {
        name: "dirname",
        summary: "print a path's directory",
        run: |call| Box::pin(dirname(call)),
    },
];

fn missing(call: &Call, what: &str) -> Stop {
    call.complain(what);
    call.io
        .err_line(format!("Try '{} --help' for more information.", call.name));
    Stop::Exit(1)
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
const HALF_A_YEAR_MS: i64 = 15_778_476_000;

struct Listing {
    long: bool,
    all: bool,
    almost_all: bool,
    human: bool,
    by_time: bool,
    by_size: bool,
    reverse: bool,
    slash: bool,
}

impl Listing {
    fn size(&self, len: u64) -> String {
        if !self.human || len < 1024 {
            return len.to_string();
        }
        let mut value = len as f64 / 1024.0;
        let mut unit = 0;
        while value > 999.0 && unit < 3 {
            value /= 1024.0;
            unit += 1;
        }
        let letter = ["K", "M", "G", "T"][unit];
        if value < 10.0 {
            format!("{:.1}{letter}", (value * 10.0).ceil() / 10.0)
        } else {
            format!("{:.0}{letter}", value.ceil())
        }
    }

    fn show(&self, call: &Call, mut entries: Vec<(String, Metadata)>) {
        if self.by_time {
            sort_by_key(&mut entries, |(_, m)| std::cmp::Reverse(m.modified_ms));
        }
        if self.by_size {
            sort_by_key(&mut entries, |(_, m)| std::cmp::Reverse(m.len));
        }
        if self.reverse {
            entries.reverse();
        }
        let user = call
            .session
            .var("USER")
            .unwrap_or_else(|| "root".to_owned());
        let now = call.session.env().runtime.wall_ms();
        let width = entries
            .iter()
            .map(|(_, m)| self.size(m.len).len())
            .max()
            .unwrap_or(0);
        let links = entries.iter().any(|(_, m)| m.is_dir);
        for (name, metadata) in entries {
            let mark = if self.slash && metadata.is_dir {
                "/"
            } else {
                ""
            };
            if !self.long {
                call.io.out_line(format!("{name}{mark}"));
                continue;
            }
            let (mode, count) = match metadata.is_dir {
                true => ("drwxr-xr-x", 2),
                false => ("-rw-r--r--", 1),
            };
            let c = civil(metadata.modified_ms);
            let age = now - metadata.modified_ms;
            let clock = match (0..HALF_A_YEAR_MS).contains(&age) {
                true => format!("{:02}:{:02}", c.hour, c.minute),
                false => format!(" {:4}", c.year),
            };
            let month = MONTHS[c.month as usize - 1];
            let size = self.size(metadata.len);
            let count = if links {
                format!("{count}")
            } else {
                "1".to_owned()
            };
            call.io.out_line(format!(
                "{mode} {count} {user} {user} {size:>width$} {month} {:2} {clock} {name}{mark}",
                c.day
            ));
        }
    }
}

async fn ls(call: Call) -> Result<i32, Stop> {
    let long = [
        ("all", 'a'),
        ("almost-all", 'A'),
        ("human-readable", 'h'),
        ("reverse", 'r'),
    ];
    let parsed = Syntax {
        short: "la1AhtSrFpdR",
        long: &long,
        status: 2,
    }
    .parse(&call)?;
    if parsed.has('R') {
        return Err(call.fail(2, "option -R is not supported by this shell"));
    }
    let listing = Listing {
        long: parsed.has('l'),
        all: parsed.has('a'),
        almost_all: parsed.has('A'),
        human: parsed.has('h'),
        by_time: parsed.has('t'),
        by_size: parsed.has('S'),
        reverse: parsed.has('r'),
        slash: parsed.has('F') || parsed.has('p'),
    };
    let names = match parsed.operands.is_empty() {
        true => vec![".".to_owned()],
        false => parsed.operands.clone(),
    };
    let (mut files, mut dirs, mut status) = (Vec::new(), Vec::new(), 0);
    for name in names {
        let path = call.session.resolve(&name);
        match call.session.fs().metadata(&path) {
            Ok(found) if found.is_dir && !parsed.has('d') => dirs.push((name, path)),
            Ok(found) => files.push((name, found)),
            Err(error) => {
                call.complain(format!("cannot access '{name}': {error}"));
                status = 2;
            }
        }
    }
    sort_by(&mut files, |a, b| a.0.cmp(&b.0));
    sort(&mut dirs);
    let headers = dirs.len() > 1 || !files.is_empty() || (status != 0 && !dirs.is_empty());
    let mut first = files.is_empty();
    listing.show(&call, files);
    for (name, path) in dirs {
        if headers {
            call.io
                .out_line(format!("{}{name}:", if first { "" } else { "\n" }));
        }
        first = false;
        let mut entries = Vec::new();
        if listing.all {
            let above = super::super::fs::resolve(&path, "..");
            for (name, path) in [(".", &path), ("..", &above)] {
                entries.push((name.to_owned(), call.session.fs().metadata(path)?));
            }
        }
        let inside = call.session.fs().list(&path)?;
        let shown = |name: &str| listing.all || listing.almost_all || !name.starts_with('.');
        entries.extend(
            inside
                .into_iter()
                .filter(|e| shown(&e.name))
                .map(|e| (e.name, e.metadata)),
        );
        if listing.long {
            let blocks: u64 = entries
                .iter()
                .map(|(_, m)| {
                    if m.is_dir {
                        4
                    } else {
                        m.len.div_ceil(4096) * 4
                    }
                })
                .sum();
            call.io.out_line(format!("total {blocks}"));
        }
        listing.show(&call, entries);
    }
    Ok(status)
}

/// Removes a directory with all that is in it.
fn remove_all(call: &Call, path: &str) -> Result<(), FsError> {
    let fs = call.session.fs();
    if fs.metadata(path)?.is_dir {
        for entry in fs.list(path)? {
            remove_all(call, &super::super::fs::resolve(path, &entry.name))?;
        }
    }
    fs.remove(path)
}

async fn rm(call: Call) -> Result<i32, Stop> {
    let long = [
        ("recursive", 'r'),
        ("force", 'f'),
        ("verbose", 'v'),
        ("dir", 'd'),
    ];
    let parsed = Syntax {
        short: "rRfvid",
        long: &long,
        status: 1,
    }
    .parse(&call)?;
    let (recursive, force) = (parsed.has('r') || parsed.has('R'), parsed.has('f'));
    if parsed.operands.is_empty() && !force {
        return Err(missing(&call, "missing operand"));
    }
    let mut status = 0;
    for name in &parsed.operands {
        let path = call.session.resolve(name);
        let cwd = call.session.cwd();
        if recursive
            && (cwd == path || cwd.starts_with(&format!("{}/", path.trim_end_matches('/'))))
        {
            call.complain(format!(
                "refusing to remove the directory that you are in: '{name}'"
            ));
            status = 1;
            continue;
        }
        let done = match call.session.fs().metadata(&path) {
            Ok(found) if found.is_dir && recursive => remove_all(&call, &path),
            Ok(found) if found.is_dir && !parsed.has('d') => Err(FsError::IsADirectory),
            Ok(_) => call.session.fs().remove(&path),
            Err(_) if force => continue,
            Err(error) => Err(error),
        };
        match done {
            Ok(()) if parsed.has('v') => call.io.out_line(format!("removed '{name}'")),
            Ok(()) => {}
            Err(error) => {
                call.complain(format!("cannot remove '{name}': {error}"));
                status = 1;
            }
        }
    }
    Ok(status)
}

/// The operands of `cp` and `mv`: sources, and where each goes.
fn targets(call: &Call, operands: &[String]) -> Result<Vec<(String, String)>, Stop> {
    let Some((last, sources)) = operands.split_last() else {
        return Err(missing(call, "missing file operand"));
    };
    if sources.is_empty() {
        return Err(missing(
            call,
            &format!("missing destination file operand after '{last}'"),
        ));
    }
    let found = call.session.fs().metadata(&call.session.resolve(last));
    let is_dir = found.as_ref().is_ok_and(|m| m.is_dir);
    if sources.len() > 1 && !is_dir {
        let why = found.map_or_else(|e| e, |_| FsError::NotADirectory);
        return Err(call.fail(1, format!("target '{last}': {why}")));
    }
    let into = |source: &String| {
        let name = split(source.trim_end_matches('/')).1.to_owned();
        format!("{}/{name}", last.trim_end_matches('/'))
    };
    Ok(sources
        .iter()
        .map(|s| (s.clone(), if is_dir { into(s) } else { last.clone() }))
        .collect())
}

fn copy_all(call: &Call, from: &str, to: &str) -> Result<(), FsError> {
    let fs = call.session.fs();
    if !fs.metadata(from)?.is_dir {
        return fs.write(to, &fs.read(from)?);
    }
    let inside = fs.list(from)?;
    if fs.metadata(to).is_err() {
        fs.mkdir(to)?;
    }
    for entry in inside {
        let join = |dir| super::super::fs::resolve(dir, &entry.name);
        copy_all(call, &join(from), &join(to))?;
    }
    Ok(())
}

async fn cp(call: Call) -> Result<i32, Stop> {
    let long = [
        ("recursive", 'r'),
        ("archive", 'a'),
        ("force", 'f'),
        ("verbose", 'v'),
    ];
    let parsed = Syntax {
        short: "rRafvp",
        long: &long,
        status: 1,
    }
    .parse(&call)?;
    let recursive = "rRa".chars().any(|c| parsed.has(c));
    let mut status = 0;
    for (from, to) in targets(&call, &parsed.operands)? {
        let (source, target) = (call.session.resolve(&from), call.session.resolve(&to));
        let problem = match call.session.fs().metadata(&source) {
            Err(error) => Some(format!("cannot stat '{from}': {error}")),
            Ok(_) if source == target => Some(format!("'{from}' and '{to}' are the same file")),
            Ok(found) if found.is_dir && !recursive => {
                Some(format!("-r not specified; omitting directory '{from}'"))
            }
            Ok(found) if found.is_dir && target.starts_with(&format!("{source}/")) => Some(
                format!("cannot copy a directory, '{from}', into itself, '{to}'"),
            ),
            Ok(_) => copy_all(&call, &source, &target)
                .err()
                .map(|error| format!("cannot create regular file '{to}': {error}")),
        };
        match problem {
            Some(why) => {
                call.complain(why);
                status = 1;
            }
            None if parsed.has('v') => call.io.out_line(format!("'{from}' -> '{to}'")),
            None => {}
        }
    }
    Ok(status)
}

async fn mv(call: Call) -> Result<i32, Stop> {
    let long = [("force", 'f'), ("verbose", 'v'), ("no-clobber", 'n')];
    let parsed = Syntax {
        short: "fvn",
        long: &long,
        status: 1,
    }
    .parse(&call)?;
    let mut status = 0;
    for (from, to) in targets(&call, &parsed.operands)? {
        let fs = call.session.fs();
        let (source, target) = (call.session.resolve(&from), call.session.resolve(&to));
        if parsed.has('n') && fs.metadata(&target).is_ok() {
            continue;
        }
        let problem = match fs.metadata(&source) {
            Err(error) => Some(format!("cannot stat '{from}': {error}")),
            Ok(_) if source == target => Some(format!("'{from}' and '{to}' are the same file")),
            Ok(found) if found.is_dir && target.starts_with(&format!("{source}/")) => Some(
                format!("cannot move '{from}' to a subdirectory of itself, '{to}'"),
            ),
            Ok(_) => fs
                .rename(&source, &target)
                .err()
                .map(|error| format!("cannot move '{from}' to '{to}': {error}")),
        };
        match problem {
            Some(why) => {
                call.complain(why);
                status = 1;
            }
            None if parsed.has('v') => call.io.out_line(format!("renamed '{from}' -> '{to}'")),
            None => {}
        }
    }
    Ok(status)
}

async fn mkdir(call: Call) -> Result<i32, Stop> {
    let long = [("parents", 'p'), ("verbose", 'v')];
    let parsed = Syntax {
        short: "pvm:",
        long: &long,
        status: 1,
    }
    .parse(&call)?;
    if parsed.operands.is_empty() {
        return Err(missing(&call, "missing operand"));
    }
    let fs = call.session.fs();
    let mut status = 0;
    for name in &parsed.operands {
        let path = call.session.resolve(name);
        let mut done = Ok(());
        if parsed.has('p') {
            let ends = path
                .match_indices('/')
                .skip(1)
                .map(|(at, _)| at)
                .chain([path.len()]);
            for end in ends.filter(|end| *end > 1) {
                let exists = fs.metadata(&path[..end]);
                done = match exists {
                    Ok(found) if found.is_dir => Ok(()),
                    Ok(_) => Err(FsError::Exists),
                    Err(_) => fs.mkdir(&path[..end]),
                };
                if done.is_err() {
                    break;
                }
            }
        } else {
            done = fs.mkdir(&path);
        }
        match done {
            Ok(()) if parsed.has('v') => {
                call.io
                    .out_line(format!("mkdir: created directory '{name}'"));
            }
            Ok(()) => {}
            Err(error) => {
                call.complain(format!(
                    "cannot create directory \u{2018}{name}\u{2019}: {error}"
                ));
                status = 1;
            }
        }
    }
    Ok(status)
}

async fn rmdir(call: Call) -> Result<i32, Stop> {
    let parsed = Syntax {
        short: "",
        long: &[],
        status: 1,
    }
    .parse(&call)?;
    if parsed.operands.is_empty() {
        return Err(missing(&call, "missing operand"));
    }
    let mut status = 0;
    for name in &parsed.operands {
        let path = call.session.resolve(name);
        let done = match call.session.fs().metadata(&path) {
            Ok(found) if !found.is_dir => Err(FsError::NotADirectory),
            Ok(_) => call.session.fs().remove(&path),
            Err(error) => Err(error),
        };
        if let Err(error) = done {
            call.complain(format!("failed to remove '{name}': {error}"));
            status = 1;
        }
    }
    Ok(status)
}

async fn touch(call: Call) -> Result<i32, Stop> {
    let parsed = Syntax {
        short: "c",
        long: &[("no-create", 'c')],
        status: 1,
    }
    .parse(&call)?;
    if parsed.operands.is_empty() {
        return Err(missing(&call, "missing file operand"));
    }
    let mut status = 0;
    for name in &parsed.operands {
        let path = call.session.resolve(name);
        let found = call.session.fs().metadata(&path);
        if found.as_ref().is_ok_and(|m| m.is_dir) || (found.is_err() && parsed.has('c')) {
            continue;
        }
        if let Err(error) = call.session.fs().append(&path, b"") {
            call.complain(format!("cannot touch '{name}': {error}"));
            status = 1;
        }
    }
    Ok(status)
}

async fn basename(call: Call) -> Result<i32, Stop> {
    let parsed = Syntax {
        short: "+as:",
        long: &[("suffix", 's')],
        status: 1,
    }
    .parse(&call)?;
    let operands = &parsed.operands;
    if operands.is_empty() {
        return Err(missing(&call, "missing operand"));
    }
    let several = parsed.has('a') || parsed.has('s');
    if !several && operands.len() > 2 {
        let why = format!("extra operand \u{2018}{}\u{2019}", operands[2]);
        return Err(missing(&call, &why));
    }
    let suffix = match several {
        true => parsed.value('s'),
        false => operands.get(1).map(String::as_str),
    };
    for path in operands.iter().take(if several { usize::MAX } else { 1 }) {
        let trimmed = path.trim_end_matches('/');
        let name = match trimmed {
            "" if path.is_empty() => "",
            "" => "/",
            _ => trimmed.rsplit('/').next().unwrap_or(trimmed),
        };
        let cut = suffix
            .and_then(|s| name.strip_suffix(s))
            .filter(|n| !n.is_empty());
        call.io.out_line(cut.unwrap_or(name));
    }
    Ok(0)
}

async fn dirname(call: Call) -> Result<i32, Stop> {
    if call.args.is_empty() {
        return Err(missing(&call, "missing operand"));
    }
    for path in &call.args {
        let trimmed = path.trim_end_matches('/');
        let shown = match trimmed.rsplit_once('/') {
            None if trimmed.is_empty() && !path.is_empty() => "/",
            None => ".",
            Some((above, _)) => match above.trim_end_matches('/') {
                "" => "/",
                above => above,
            },
        };
        call.io.out_line(shown);
    }
    Ok(0)
}
