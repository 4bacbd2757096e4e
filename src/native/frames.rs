//! Cuts a byte stream into frames, and joins the pieces of a response for the socket.
//!
//! A frame's declared length is checked against `socket.request.max.bytes` before anything is
//! reserved for it, and room grows only as bytes arrive. It knows nothing of sockets.

use bytes::{Buf, Bytes, BytesMut};
use std::collections::VecDeque;
use std::fmt;
use std::io::IoSlice;

/// The least room that a read is offered.
const READ_BYTES: usize = 64 * 1024;
/// Response pieces smaller than this are copied together, so that they cost one slice of a
/// `writev`.
const JOIN_BYTES: usize = 4096;
/// Slices in one `writev`.
const MAX_SLICES: usize = 64;

/// A declared frame length that will not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameError {
    /// Kafka's `InvalidReceiveException` for negative sizes.
    Negative(i32),
    TooLarge {
        declared: i32,
        max_bytes: usize,
    },
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FrameError::Negative(n) => write!(f, "Invalid receive (size = {n})"),
            FrameError::TooLarge {
                declared,
                max_bytes,
            } => {
                write!(
                    f,
                    "Invalid receive (size = {declared} larger than {max_bytes})"
                )
            }
        }
    }
}

impl std::error::Error for FrameError {}

/// Collects bytes until a frame is whole.
#[derive(Debug)]
pub struct FrameReader {
    buffer: BytesMut,
    max_bytes: usize,
}

impl FrameReader {
    pub fn new(max_bytes: usize) -> Self {
        FrameReader {
            buffer: BytesMut::new(),
            max_bytes,
        }
    }

    /// Where the next bytes of the stream go. Doubles with what has arrived of a large frame.
    pub fn buffer(&mut self) -> &mut BytesMut {
        let want = READ_BYTES.max(self.buffer.len().min(self.max_bytes));
        if self.buffer.capacity() - self.buffer.len() < READ_BYTES / 4 {
            self.buffer.reserve(want);
        }
        &mut self.buffer
    }

    /// Takes a frame, without its length prefix, if one is whole.
    pub fn next_frame(&mut self) -> Result<Option<Bytes>, FrameError> {
        let Some(prefix) = self.buffer.first_chunk::<4>() else {
            return Ok(None);
        };
        let declared = i32::from_be_bytes(*prefix);
        let length = usize::try_from(declared).map_err(|_| FrameError::Negative(declared))?;
        if length > self.max_bytes {
            return Err(FrameError::TooLarge {
                declared,
                max_bytes: self.max_bytes,
            });
        }
        if self.buffer.len() < 4 + length {
            return Ok(None);
        }
        self.buffer.advance(4);
        Ok(Some(self.buffer.split_to(length).freeze()))
    }
}

/// Bytes that wait for the socket, in order.
#[derive(Debug, Default)]
pub struct WriteQueue {
    pieces: VecDeque<Bytes>,
    bytes: usize,
}

impl WriteQueue {
    /// Queues a response with its length prefix.
    pub fn push_frame(&mut self, slices: Vec<Bytes>) {
        let length: usize = slices.iter().map(Bytes::len).sum();
        self.bytes += 4 + length;
        let mut small = BytesMut::with_capacity(4 + length.min(JOIN_BYTES));
        small.extend_from_slice(&(length as i32).to_be_bytes());
        for slice in slices {
            if slice.len() < JOIN_BYTES {
                small.extend_from_slice(&slice);
            } else {
                if !small.is_empty() {
                    self.pieces.push_back(small.split().freeze());
                }
                self.pieces.push_back(slice);
            }
        }
        if !small.is_empty() {
            self.pieces.push_back(small.freeze());
        }
    }

    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Bytes that wait.
    pub fn len(&self) -> usize {
        self.bytes
    }

    /// What the next `writev` shall send.
    pub fn slices(&self) -> Vec<IoSlice<'_>> {
        self.pieces
            .iter()
            .take(MAX_SLICES)
            .map(|piece| IoSlice::new(piece))
            .collect()
    }

    /// Forgets the first `n` bytes: the socket has them.
    pub fn written(&mut self, mut n: usize) {
        self.bytes -= n;
        while let Some(first) = self.pieces.front_mut() {
            if first.len() > n {
                first.advance(n);
                return;
            }
            n -= first.len();
            self.pieces.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader_with(bytes: &[u8]) -> FrameReader {
        let mut reader = FrameReader::new(1000);
        reader.buffer().extend_from_slice(bytes);
        reader
    }

    #[test]
    fn frames_are_cut_wherever_the_stream_is_torn() {
        let mut reader = reader_with(&[0, 0, 0, 2, b'a', b'b', 0, 0]);
        assert_eq!(reader.next_frame(), Ok(Some(Bytes::from_static(b"ab"))));
        assert_eq!(reader.next_frame(), Ok(None));
        reader.buffer().extend_from_slice(&[0, 1]);
        assert_eq!(reader.next_frame(), Ok(None));
        reader.buffer().extend_from_slice(b"c");
        assert_eq!(reader.next_frame(), Ok(Some(Bytes::from_static(b"c"))));
        assert_eq!(reader.next_frame(), Ok(None));
    }

    #[test]
    fn a_declared_length_is_checked_before_room_is_made() {
        let mut reader = reader_with(&[0x7f, 0xff, 0xff, 0xff]);
        assert!(matches!(
            reader.next_frame(),
            Err(FrameError::TooLarge { .. })
        ));
        assert!(reader.buffer().capacity() < 1 << 20);
        let mut reader = reader_with(&[0xff, 0xff, 0xff, 0xff]);
        assert_eq!(reader.next_frame(), Err(FrameError::Negative(-1)));
    }

    #[test]
    fn responses_leave_in_order_however_little_the_socket_takes() {
        let mut queue = WriteQueue::default();
        let large = Bytes::from(vec![7u8; JOIN_BYTES]);
        queue.push_frame(vec![
            Bytes::from_static(b"head"),
            large.clone(),
            Bytes::from_static(b"t"),
        ]);
        queue.push_frame(vec![Bytes::from_static(b"next")]);
        let mut sent = Vec::new();
        while !queue.is_empty() {
            let byte = queue.slices()[0][0];
            sent.push(byte);
            queue.written(1);
        }
        let mut want = ((4 + JOIN_BYTES + 1) as u32).to_be_bytes().to_vec();
        want.extend_from_slice(b"head");
        want.extend_from_slice(&large);
        want.extend_from_slice(b"t\x00\x00\x00\x04next");
        assert_eq!(sent, want);
        assert_eq!(queue.len(), 0);
    }
}
