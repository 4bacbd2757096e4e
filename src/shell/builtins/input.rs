//! What text tools read: named files, `-`, or standard input.

use super::super::fs::FsError;
use super::super::io::{Io, Stop};
use super::super::tool::Call;
use bytes::Bytes;

/// One thing to read.
pub(super) enum Input {
    Stdin(Io),
    /// A file's bytes, until they are taken.
    File(Option<Bytes>),
}

impl Input {
    /// Opens a file by the name that the user gave; `-` is standard input.
    pub fn open(call: &Call, name: &str) -> Result<Input, FsError> {
        if name == "-" || name == "/dev/stdin" {
            return Ok(Input::Stdin(call.io.clone()));
        }
        call.session
            .read_file(name)
            .map(|bytes| Input::File(Some(bytes)))
    }

    /// Some bytes; `None` at the end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Stop> {
        match self {
            Input::Stdin(io) => io.read_chunk().await,
            Input::File(bytes) => Ok(bytes.take().filter(|b| !b.is_empty())),
        }
    }

    /// Leaves bytes that were read too many to whoever reads next.
    pub fn put_back(&mut self, bytes: Bytes) {
        match self {
            Input::Stdin(io) => io.put_back(bytes),
            Input::File(left) => *left = Some(bytes),
        }
    }

    /// Some whole lines; only the very last may lack its newline.
    pub async fn lines(&mut self) -> Result<Option<Bytes>, Stop> {
        match self {
            Input::Stdin(io) => io.read_lines().await,
            Input::File(_) => self.chunk().await,
        }
    }

    pub async fn all(&mut self) -> Result<Bytes, Stop> {
        match self {
            Input::Stdin(io) => io.read_all().await,
            Input::File(bytes) => Ok(bytes.take().unwrap_or_default()),
        }
    }
}

/// The operands, or `-` if there are none.
pub(super) fn or_stdin(operands: &[String]) -> Vec<String> {
    if operands.is_empty() {
        vec!["-".to_owned()]
    } else {
        operands.to_vec()
    }
}

/// The lines of a block, without their newlines.
pub(super) fn lines(block: &[u8]) -> impl Iterator<Item = &[u8]> {
    let body = block.strip_suffix(b"\n").unwrap_or(block);
    body.split(|b| *b == b'\n')
}

/// A block as text; bytes that are not UTF-8 become U+FFFD.
pub(super) fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}
