//! `wget` and `curl`, for addresses that the host knows. No progress meters, no protocols but the host's.

use super::super::io::Stop;
use super::super::session::FetchError;
use super::super::time::log_stamp;
use super::super::tool::{Builtin, Call};
use super::archive;
use super::getopt::Syntax;
use bytes::Bytes;

pub(super) const TOOLS: &[Builtin] = &[
    Builtin {
        name: "wget",
        summary: "save what is at an address",
        run: |call| Box::pin(wget(call)),
    },
    Builtin {
        name: "curl",
        summary: "print what is at an address",
        run: |call| Box::pin(curl(call)),
    },
];

async fn get(call: &Call, url: &str) -> Result<Result<Bytes, FetchError>, Stop> {
    call.io.flush().await?;
    call.cancel.run(call.session.fetcher().fetch(url)).await
}

fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let host = &rest[..end];
    host.rsplit_once('@').map_or(host, |(_, host)| host)
}

/// The last part of an address's path.
fn file_name(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split('#').next().unwrap_or(rest);
    match rest.split_once('/') {
        Some((_, path)) => path.rsplit('/').next().unwrap_or(""),
        None => "",
    }
}

fn with_scheme(url: &str) -> String {
    if url.contains("://") {
        url.to_owned()
    } else {
        format!("http://{url}")
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Error",
    }
}

async fn wget(call: Call) -> Result<i32, Stop> {
    let long = [
        ("quiet", 'q'),
        ("output-document", 'O'),
        ("directory-prefix", 'P'),
        ("no-verbose", 'V'),
        ("no-clobber", 'n'),
        ("continue", 'c'),
        ("no-check-certificate", 'k'),
        ("show-progress", 'k'),
    ];
    let mut call = call;
    for word in &mut call.args {
        // wget's two-letter options.
        match word.as_str() {
            "-nv" => *word = "--no-verbose".to_owned(),
            "-nc" => *word = "--no-clobber".to_owned(),
            _ => {}
        }
    }
    let parsed = Syntax {
        short: "qO:P:Vnck",
        long: &long,
        status: 2,
    }
    .parse(&call)?;
    if parsed.operands.is_empty() {
        call.io.err_line("wget: missing URL");
        call.io.err_line("Usage: wget [OPTION]... [URL]...");
        call.io.err_line("\nTry `wget --help' for more options.");
        return Ok(1);
    }
    let quiet = parsed.has('q');
    let talk = |text: String| {
        if !quiet {
            call.io.err_line(text);
        }
    };
    let output = parsed.value('O');
    if let Some(name) = output.filter(|name| *name != "-") {
        // As wget does, the file is there even if nothing comes.
        if let Err(error) = call.session.write_file(name, b"") {
            call.io.err_line(format!("{name}: {error}"));
            return Ok(1);
        }
    }
    let mut status = 0;
    let stamp = || log_stamp(call.session.env().runtime.wall_ms())[..19].to_owned();
    for word in &parsed.operands {
        let url = with_scheme(word);
        talk(format!("--{}--  {url}", stamp()));
        let name = match (output, file_name(&url)) {
            (Some(name), _) => name.to_owned(),
            (None, "") => free_name(&call, parsed.value('P'), "index.html"),
            (None, name) if parsed.has('n') || parsed.has('c') => {
                in_directory(parsed.value('P'), name)
            }
            (None, name) => free_name(&call, parsed.value('P'), name),
        };
        if parsed.has('n') && output.is_none() && exists(&call, &name) {
            talk(format!(
                "File \u{2018}{name}\u{2019} already there; not retrieving.\n"
            ));
            continue;
        }
        if archive::is_kafka(file_name(&url)) && name != "-" {
            status = place_note(&call, &name, quiet);
            continue;
        }
        match get(&call, &url).await? {
            Ok(bytes) => {
                talk("HTTP request sent, awaiting response... 200 OK".to_owned());
                talk(format!("Length: {}", bytes.len()));
                if name == "-" {
                    call.io.out(&bytes);
                    continue;
                }
                talk(format!("Saving to: \u{2018}{name}\u{2019}\n"));
                let path = call.session.resolve(&name);
                let saved = match output {
                    Some("/dev/null") => Ok(()),
                    Some(_) => call.session.fs().append(&path, &bytes),
                    None => call.session.fs().write(&path, &bytes),
                };
                if let Err(error) = saved {
                    call.io.err_line(format!("{name}: {error}"));
                    status = 3;
                    continue;
                }
                let size = bytes.len();
                talk(format!(
                    "{} - \u{2018}{name}\u{2019} saved [{size}/{size}]\n",
                    stamp()
                ));
            }
            Err(FetchError::UnknownHost) => {
                let host = host(&url);
                talk(format!(
                    "wget: unable to resolve host address \u{2018}{host}\u{2019}"
                ));
                status = 4;
            }
            Err(FetchError::Status(code)) => {
                let reason = reason(code);
                talk(format!(
                    "HTTP request sent, awaiting response... {code} {reason}"
                ));
                talk(format!("{} ERROR {code}: {reason}.\n", stamp()));
                status = 8;
            }
            Err(FetchError::Failed(why)) => {
                talk(format!("Connecting to {}... failed: {why}.", host(&url)));
                status = 4;
            }
        }
    }
    Ok(status)
}

fn exists(call: &Call, name: &str) -> bool {
    call.session
        .fs()
        .metadata(&call.session.resolve(name))
        .is_ok()
}

fn in_directory(directory: Option<&str>, name: &str) -> String {
    match directory {
        Some(directory) => format!("{}/{name}", directory.trim_end_matches('/')),
        None => name.to_owned(),
    }
}

/// In place of a release of Kafka.
fn place_note(call: &Call, name: &str, quiet: bool) -> i32 {
    if let Err(error) = call.session.write_file(name, archive::NOTE.as_bytes()) {
        call.complain(format!("{name}: {error}"));
        return 1;
    }
    if !quiet {
        call.complain(format!(
            "nothing to download: Kafka's tools are part of this notebook ({name} is a note)"
        ));
    }
    0
}

/// `name`, or `name.1` and so on if that is taken.
fn free_name(call: &Call, directory: Option<&str>, name: &str) -> String {
    let first = in_directory(directory, name);
    if !exists(call, &first) {
        return first;
    }
    (1..)
        .map(|n| format!("{first}.{n}"))
        .find(|n| !exists(call, n))
        .unwrap_or(first)
}

async fn curl(call: Call) -> Result<i32, Stop> {
    let long = [
        ("output", 'o'),
        ("remote-name", 'O'),
        ("silent", 's'),
        ("show-error", 'S'),
        ("location", 'L'),
        ("fail", 'f'),
        ("insecure", 'k'),
        ("url", 'u'),
        ("progress-bar", '#'),
    ];
    let parsed = Syntax {
        short: "o:OsSLfku:#",
        long: &long,
        status: 2,
    }
    .parse(&call)?;
    let mut urls: Vec<&str> = parsed.operands.iter().map(String::as_str).collect();
    urls.extend(parsed.value('u'));
    if urls.is_empty() {
        call.io.err_line("curl: no URL specified!");
        call.io
            .err_line("curl: try 'curl --help' or 'curl --manual' for more information");
        return Ok(2);
    }
    let quiet = parsed.has('s') && !parsed.has('S');
    let failed = |status: i32, why: String| {
        if !quiet {
            call.io.err_line(format!("curl: ({status}) {why}"));
        }
        status
    };
    let mut status = 0;
    for word in urls {
        let url = with_scheme(word);
        let name = match (parsed.value('o'), parsed.has('O')) {
            (Some(name), _) => Some(name.to_owned()),
            (None, true) => match file_name(&url) {
                "" => {
                    status = failed(23, "Remote file name has no length".to_owned());
                    continue;
                }
                name => Some(name.to_owned()),
            },
            (None, false) => None,
        };
        if let Some(name) = name
            .as_deref()
            .filter(|_| archive::is_kafka(file_name(&url)))
        {
            status = place_note(&call, name, quiet);
            continue;
        }
        match get(&call, &url).await? {
            Ok(bytes) => match name.as_deref() {
                None | Some("-") => call.io.out(&bytes),
                Some(name) => {
                    if call.session.write_file(name, &bytes).is_err() {
                        let why = "Failure writing output to destination".to_owned();
                        status = failed(23, why);
                    }
                }
            },
            Err(FetchError::UnknownHost) => {
                status = failed(6, format!("Could not resolve host: {}", host(&url)));
            }
            Err(FetchError::Status(code)) => {
                status = failed(22, format!("The requested URL returned error: {code}"));
            }
            Err(FetchError::Failed(why)) => {
                status = failed(7, format!("Failed to connect to {}: {why}", host(&url)));
            }
        }
    }
    Ok(status)
}
