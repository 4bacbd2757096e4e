//! A command's three streams.
//!
//! Output is collected in the order in which it was said, both streams in one queue, and goes out in
//! large pieces on [`Io::flush`]; so `2>&1` keeps that order, and a hundred thousand lines cost a few
//! dozen writes. Commands say what they have to say at once and await only where they may wait.

use super::cancel::Cancel;
use super::fs::{FileSystem, FsError};
use super::pipe::{PipeReader, PipeWriter};
use crate::client::env::Runtime;
use bytes::{Bytes, BytesMut};
use futures_util::future::LocalBoxFuture;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

/// Why a command ends before it is done. With `?` on every operation that may wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// Ctrl-C: status 130.
    Interrupted,
    /// Nobody reads standard output any more: status 141, said quietly.
    BrokenPipe,
    /// Standard output cannot be written (a full disk): the reason; status 1.
    Failed(String),
    /// The command has said what was wrong; this is its status.
    Exit(i32),
}

impl Stop {
    pub fn status(&self) -> i32 {
        match self {
            Stop::Interrupted => 130,
            Stop::BrokenPipe => 141,
            Stop::Failed(_) => 1,
            Stop::Exit(status) => *status,
        }
    }
}

/// Standard output or standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    Stdout,
    Stderr,
}

/// Where the output of a whole cell goes.
pub trait Output {
    /// Takes the bytes at once. They need not end at a line or a character.
    fn write(&self, stream: Stream, bytes: &[u8]);
    /// Ends when more may be written: how a slow reader slows the commands down.
    fn ready(&self) -> LocalBoxFuture<'static, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// What a stream is connected to.
#[derive(Clone)]
pub enum Writer {
    Null,
    Output(Rc<dyn Output>, Stream),
    Pipe(PipeWriter),
    /// Appends to the file at this absolute path.
    File(Rc<dyn FileSystem>, Rc<str>),
    /// `$(…)`.
    Capture(Rc<RefCell<Vec<u8>>>),
}

impl Writer {
    pub(super) async fn write(&self, bytes: Vec<u8>) -> Result<(), Stop> {
        match self {
            Writer::Null => Ok(()),
            Writer::Output(output, stream) => {
                output.write(*stream, &bytes);
                output.ready().await;
                Ok(())
            }
            Writer::Pipe(pipe) => pipe.write(bytes.into()).await.map_err(|_| Stop::BrokenPipe),
            Writer::File(fs, path) => fs
                .append(path, &bytes)
                .map_err(|e| Stop::Failed(format!("write error: {e}"))),
            Writer::Capture(buffer) => {
                let mut buffer = buffer.borrow_mut();
                if buffer.len() + bytes.len() > MAX_HELD_BYTES {
                    return Err(too_large());
                }
                buffer.extend_from_slice(&bytes);
                Ok(())
            }
        }
    }
}

/// Standard input. Clones share the position, as processes do: `read` takes one line, the next
/// command goes on behind it.
#[derive(Clone)]
pub struct Stdin(Rc<StdinState>);

struct StdinState {
    source: Option<PipeReader>,
    rest: RefCell<Bytes>,
    /// Known for files.
    size: Option<usize>,
    /// Told when a command begins and ends to wait for input.
    on_wait: Option<Rc<dyn Fn(bool)>>,
}

impl Stdin {
    pub fn empty() -> Self {
        Self::from_bytes(Bytes::new())
    }

    pub fn from_bytes(bytes: Bytes) -> Self {
        let size = Some(bytes.len());
        let rest = RefCell::new(bytes);
        Self::new(None, rest, size, None)
    }

    pub fn from_pipe(reader: PipeReader) -> Self {
        let rest = RefCell::new(Bytes::new());
        Self::new(Some(reader), rest, None, None)
    }

    /// What a person types: `on_wait` is told when a command begins (true) and ends to wait for it. If the
    /// command is stopped meanwhile the end is not told.
    pub fn interactive(reader: PipeReader, on_wait: Rc<dyn Fn(bool)>) -> Self {
        let rest = RefCell::new(Bytes::new());
        Self::new(Some(reader), rest, None, Some(on_wait))
    }

    fn new(
        source: Option<PipeReader>,
        rest: RefCell<Bytes>,
        size: Option<usize>,
        on_wait: Option<Rc<dyn Fn(bool)>>,
    ) -> Self {
        Stdin(Rc::new(StdinState {
            source,
            rest,
            size,
            on_wait,
        }))
    }

    async fn chunk(&self) -> Option<Bytes> {
        let rest = std::mem::take(&mut *self.0.rest.borrow_mut());
        if !rest.is_empty() {
            return Some(rest);
        }
        let source = self.0.source.as_ref()?;
        match &self.0.on_wait {
            Some(tell) if source.would_wait() => {
                tell(true);
                let chunk = source.read().await;
                tell(false);
                chunk
            }
            _ => source.read().await,
        }
    }

    fn put_back(&self, bytes: Bytes) {
        *self.0.rest.borrow_mut() = bytes;
    }
}

/// Lets the rest of the page or program breathe between pieces of work that never wait.
pub struct Breather {
    runtime: Rc<dyn Runtime>,
    last_ms: Cell<u64>,
}

/// How long work may go on before other tasks (and the stop button) get their turn.
const SLICE_MS: u64 = 12;
/// The most that a command may hold of its input, or `$(…)` of its output: beyond it the page would run
/// out of memory.
const MAX_HELD_BYTES: usize = 128 * 1024 * 1024;

fn too_large() -> Stop {
    Stop::Failed("Cannot allocate memory".to_owned())
}

/// Output is passed on when so much has collected.
const SPILL_BYTES: usize = 64 * 1024;

impl Breather {
    pub fn new(runtime: Rc<dyn Runtime>) -> Self {
        let last_ms = Cell::new(runtime.mono_ms());
        Breather { runtime, last_ms }
    }

    /// Returns at once, or after other tasks had their turn.
    pub async fn breathe(&self) {
        let now = self.runtime.mono_ms();
        if now >= self.last_ms.get() + SLICE_MS {
            self.runtime.sleep(0).await;
            self.last_ms.set(self.runtime.mono_ms());
        }
    }
}

/// A command's streams. Clones are the same streams: hand one to a background task that logs.
#[derive(Clone)]
pub struct Io(Rc<IoState>);

struct IoState {
    stdin: Stdin,
    stdout: Writer,
    stderr: Writer,
    cancel: Cancel,
    breather: Rc<Breather>,
    pending: RefCell<VecDeque<(Stream, Vec<u8>)>>,
    pending_bytes: Cell<usize>,
    flushing: Cell<bool>,
}

impl Io {
    pub fn new(
        stdin: Stdin,
        stdout: Writer,
        stderr: Writer,
        cancel: Cancel,
        breather: Rc<Breather>,
    ) -> Self {
        Io(Rc::new(IoState {
            stdin,
            stdout,
            stderr,
            cancel,
            breather,
            pending: RefCell::default(),
            pending_bytes: Cell::new(0),
            flushing: Cell::new(false),
        }))
    }

    /// Says bytes on a stream. Sent with the next `flush`, `spill`, read, or the command's end.
    pub fn write(&self, stream: Stream, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let mut pending = self.0.pending.borrow_mut();
        self.0
            .pending_bytes
            .set(self.0.pending_bytes.get() + bytes.len());
        match pending.back_mut() {
            Some((last, buffer)) if *last == stream => buffer.extend_from_slice(bytes),
            _ => pending.push_back((stream, bytes.to_vec())),
        }
    }

    /// Bytes on standard output.
    pub fn out(&self, bytes: impl AsRef<[u8]>) {
        self.write(Stream::Stdout, bytes.as_ref());
    }

    /// A line on standard output; the newline is added.
    pub fn out_line(&self, text: impl AsRef<[u8]>) {
        self.write(Stream::Stdout, text.as_ref());
        self.write(Stream::Stdout, b"\n");
    }

    /// Bytes on standard error.
    pub fn err(&self, bytes: impl AsRef<[u8]>) {
        self.write(Stream::Stderr, bytes.as_ref());
    }

    /// A line on standard error; the newline is added.
    pub fn err_line(&self, text: impl AsRef<[u8]>) {
        self.write(Stream::Stderr, text.as_ref());
        self.write(Stream::Stderr, b"\n");
    }

    /// Passes on everything said so far. Waits while the reader is slow, and says when it has gone
    /// or Ctrl-C was pressed.
    pub async fn flush(&self) -> Result<(), Stop> {
        let state = &*self.0;
        if state.flushing.replace(true) {
            return Ok(()); // Another task of this command is at it and will pass this on too.
        }
        let done = state.cancel.run(self.drain()).await;
        state.flushing.set(false);
        done??;
        state.breather.breathe().await;
        state.cancel.check()
    }

    /// Passes on everything said so far even after Ctrl-C: for a command's last words.
    pub async fn flush_last(&self) -> Result<(), Stop> {
        self.drain().await
    }

    async fn drain(&self) -> Result<(), Stop> {
        loop {
            let Some((stream, bytes)) = self.0.pending.borrow_mut().pop_front() else {
                return Ok(());
            };
            self.0
                .pending_bytes
                .set(self.0.pending_bytes.get() - bytes.len());
            match stream {
                Stream::Stdout => self.0.stdout.write(bytes).await?,
                // A closed standard error must not end the command; what was said there is lost.
                Stream::Stderr => self.0.stderr.write(bytes).await.unwrap_or(()),
            }
        }
    }

    /// Flushes only when much has collected. Cheap: call it after each line or record.
    pub async fn spill(&self) -> Result<(), Stop> {
        if self.0.pending_bytes.get() >= SPILL_BYTES {
            self.flush().await
        } else {
            Ok(())
        }
    }

    /// True when nobody reads standard output any more.
    pub fn stdout_closed(&self) -> bool {
        matches!(&self.0.stdout, Writer::Pipe(pipe) if pipe.is_closed())
    }

    /// Ends when nobody reads standard output any more; never, if it is not a pipe.
    pub async fn until_stdout_closed(&self) {
        match &self.0.stdout {
            Writer::Pipe(pipe) => pipe.closed().await,
            _ => std::future::pending().await,
        }
    }

    /// Gives other tasks their turn and looks for Ctrl-C: for loops that do not wait for anything.
    pub async fn breathe(&self) -> Result<(), Stop> {
        self.0.breather.breathe().await;
        self.0.cancel.check()
    }

    /// Size of standard input if it is a file.
    pub fn stdin_size(&self) -> Option<usize> {
        self.0.stdin.0.size
    }

    /// The next bytes of standard input, as many as there are; `None` at its end.
    pub async fn read_chunk(&self) -> Result<Option<Bytes>, Stop> {
        self.flush().await?;
        self.0.cancel.run(self.0.stdin.chunk()).await
    }

    /// Leaves bytes that were read too many to whoever reads next. Nothing may be read in between.
    pub fn put_back(&self, bytes: Bytes) {
        if !bytes.is_empty() {
            self.0.stdin.put_back(bytes);
        }
    }

    /// One line with its newline (the last one may lack it); `None` at the end.
    pub async fn read_line(&self) -> Result<Option<Bytes>, Stop> {
        self.read_until(|bytes| bytes.iter().position(|b| *b == b'\n'))
            .await
    }

    /// As many whole lines as there are at once, at least one; only the last of all may lack its
    /// newline. The way to read many lines: one await for thousands of them.
    pub async fn read_lines(&self) -> Result<Option<Bytes>, Stop> {
        self.read_until(|bytes| bytes.iter().rposition(|b| *b == b'\n'))
            .await
    }

    /// Everything that is left of standard input.
    pub async fn read_all(&self) -> Result<Bytes, Stop> {
        Ok(self.read_until(|_| None).await?.unwrap_or_default())
    }

    /// Reads until `end` finds the last byte that is wanted, or to the end of the stream.
    async fn read_until(
        &self,
        end: impl Fn(&[u8]) -> Option<usize>,
    ) -> Result<Option<Bytes>, Stop> {
        let mut held = BytesMut::new();
        loop {
            let Some(mut chunk) = self.read_chunk().await? else {
                return Ok((!held.is_empty()).then(|| held.freeze()));
            };
            let Some(at) = end(&chunk) else {
                if held.len() + chunk.len() > MAX_HELD_BYTES {
                    return Err(too_large());
                }
                held.extend_from_slice(&chunk);
                continue;
            };
            self.0.stdin.put_back(chunk.split_off(at + 1));
            if held.is_empty() {
                return Ok(Some(chunk));
            }
            held.extend_from_slice(&chunk);
            return Ok(Some(held.freeze()));
        }
    }

    /// The streams themselves, for a command that runs others (`xargs`, `time`).
    pub fn parts(&self) -> (Stdin, Writer, Writer) {
        (
            self.0.stdin.clone(),
            self.0.stdout.clone(),
            self.0.stderr.clone(),
        )
    }
}

impl From<FsError> for Stop {
    fn from(error: FsError) -> Self {
        Stop::Failed(error.to_string())
    }
}
