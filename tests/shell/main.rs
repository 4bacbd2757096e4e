//! The shell from outside: lines in, text and status out.

#![allow(
    clippy::disallowed_methods,
    reason = "tests at the native shell run on real time"
)]

mod bash;
mod cells;
mod docs;
mod errors;
mod hostile;
mod machine;
mod streams;
mod tools;

use bytes::Bytes;
use futures_util::future::LocalBoxFuture;
use kafka_sandbox::client::env::{Codecs, ConnectError, Env, Link, Runtime, Transport};
use kafka_sandbox::native::client_env;
use kafka_sandbox::shell::{
    Cancel, Fetch, FetchError, FileSystem, Host, MemFs, Output, Session, Shell, Stream,
};
use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;

/// What a cell printed, and its status.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Printed {
    pub stdout: String,
    pub stderr: String,
    pub status: i32,
}

/// Collects output.
#[derive(Default)]
pub struct Screen {
    pub stdout: RefCell<Vec<u8>>,
    pub stderr: RefCell<Vec<u8>>,
}

impl Screen {
    pub fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.stdout.borrow()).into_owned()
    }
}

impl Output for Screen {
    fn write(&self, stream: Stream, bytes: &[u8]) {
        let buffer = match stream {
            Stream::Stdout => &self.stdout,
            Stream::Stderr => &self.stderr,
        };
        buffer.borrow_mut().extend_from_slice(bytes);
    }
}

/// Two addresses, one of which is not there.
struct Addresses;

impl Fetch for Addresses {
    fn fetch(&self, url: &str) -> LocalBoxFuture<'static, Result<Bytes, FetchError>> {
        let answer = match url {
            "http://example.org/book.txt" => Ok(Bytes::from_static(b"Call me Ishmael.\n")),
            _ if url.starts_with("http://example.org/") => Err(FetchError::Status(404)),
            _ => Err(FetchError::UnknownHost),
        };
        Box::pin(std::future::ready(answer))
    }
}

/// No cluster: these tests are about the shell alone.
struct NoBrokers;

impl Transport for NoBrokers {
    fn connect(&self, _: &str, _: u16) -> LocalBoxFuture<'static, Result<Link, ConnectError>> {
        Box::pin(std::future::ready(Err(ConnectError::Refused)))
    }

    fn resolve(&self, _: &str) -> LocalBoxFuture<'static, Option<String>> {
        Box::pin(std::future::ready(None))
    }
}

/// A shell in the empty directory `/work`, like that of a transcript.
pub fn shell() -> Shell {
    let native = client_env::env();
    let runtime: Rc<dyn Runtime> = native.runtime;
    let codecs: Rc<dyn Codecs> = native.codecs;
    let clock = runtime.clone();
    let fs = MemFs::new(move || clock.wall_ms());
    for dir in ["/work", "/tmp"] {
        fs.mkdir(dir).expect("the file system is empty");
    }
    let env = Env {
        transport: Rc::new(NoBrokers),
        runtime,
        codecs,
    };
    let host = Host {
        env,
        fs: Rc::new(fs),
        fetch: Rc::new(Addresses),
    };
    Shell::new(Session::new(
        host,
        "/work",
        &[("USER", "student"), ("HOME", "/work")],
    ))
}

/// Runs a future on a thread of its own with tokio's local tasks.
pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime.expect("a runtime can be made"), work)
}

pub async fn run_in(shell: &Shell, source: &str) -> Printed {
    let screen = Rc::new(Screen::default());
    let status = shell.run(source, screen.clone(), &Cancel::new()).await;
    let stderr = String::from_utf8_lossy(&screen.stderr.borrow()).into_owned();
    Printed {
        stdout: screen.stdout(),
        stderr,
        status,
    }
}

/// Runs a cell in a new shell.
pub fn run(source: &str) -> Printed {
    block_on(async { run_in(&shell(), source).await })
}

/// A cell succeeds and prints this, and nothing on standard error.
#[track_caller]
pub fn check(source: &str, stdout: &str) {
    let expected = Printed {
        stdout: stdout.to_owned(),
        ..Printed::default()
    };
    assert_eq!(run(source), expected, "{source}");
}

/// A cell prints this on standard error, nothing on standard output, and has this status.
#[track_caller]
pub fn check_error(source: &str, stderr: &str, status: i32) {
    let expected = Printed {
        stderr: stderr.to_owned(),
        status,
        ..Printed::default()
    };
    assert_eq!(run(source), expected, "{source}");
}
