//! The bytes of one group in a storage file.
//!
//! Head: magic `KSGR` · length of the group u64 · length of the directory u32 · CRC-32C of the
//! payload u32 · CRC-32C of head and directory u32. Then the directory, an entry per write in order
//! (kind u8, log u32, offset i64, length of the key u16, length of the value u32, key), then the
//! values one after another. Big endian.

use crate::base::LogId;
use crate::log::storage::Write;
use crate::protocol::record_batch::crc32c::{crc32c, crc32c_append};
use bytes::Bytes;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

const MAGIC: [u8; 4] = *b"KSGR";
const HEAD: usize = 24;
const CRC_AT: usize = 20;
const ENTRY: usize = 19;
/// Bytes that a value takes besides itself if it is alone in its group.
pub(super) const GROUP_OVERHEAD: u64 = (HEAD + ENTRY) as u64;
/// Payloads are checked in pieces of this size.
const CHECK_BYTES: usize = 1 << 20;

/// What a write does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Append { log: LogId, base_offset: i64 },
    Truncate { log: LogId, from: i64 },
    PutMeta { key: String },
    DeleteMeta { key: String },
}

/// One write of a group and where its value stands, counted from the group's beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub kind: Kind,
    pub at: u64,
    pub len: u32,
}

/// A group without its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    pub entries: Vec<Entry>,
    /// Bytes of the whole group.
    pub len: u64,
    payload_at: u64,
    payload_crc: u32,
}

/// The group of these writes, and its bytes in pieces.
pub(super) fn encode_group(writes: &[Write]) -> (Group, Vec<Bytes>) {
    let mut directory = Vec::new();
    let mut payload: Vec<Bytes> = Vec::new();
    let mut entries = Vec::new();
    let mut at = 0;
    for write in writes {
        let (kind, tag, log, offset, key, value): (_, u8, _, _, &str, &[Bytes]) = match write {
            Write::Append {
                log,
                base_offset,
                bytes,
            } => {
                let kind = Kind::Append {
                    log: *log,
                    base_offset: *base_offset,
                };
                (kind, 1, log.0, *base_offset, "", bytes)
            }
            Write::Truncate { log, from } => (
                Kind::Truncate {
                    log: *log,
                    from: *from,
                },
                2,
                log.0,
                *from,
                "",
                &[],
            ),
            Write::PutMeta { key, value } => (
                Kind::PutMeta { key: key.clone() },
                3,
                0,
                0,
                key,
                std::slice::from_ref(value),
            ),
            Write::DeleteMeta { key } => (Kind::DeleteMeta { key: key.clone() }, 4, 0, 0, key, &[]),
        };
        let len: usize = value.iter().map(Bytes::len).sum();
        directory.push(tag);
        directory.extend(log.to_be_bytes());
        directory.extend(offset.to_be_bytes());
        directory.extend((key.len() as u16).to_be_bytes());
        directory.extend((len as u32).to_be_bytes());
        directory.extend(key.as_bytes());
        payload.extend(value.iter().cloned());
        entries.push(Entry {
            kind,
            at,
            len: len as u32,
        });
        at += len as u64;
    }
    let payload_at = (HEAD + directory.len()) as u64;
    let payload_crc = payload
        .iter()
        .fold(0, |crc, piece| crc32c_append(crc, piece));
    entries.iter_mut().for_each(|entry| entry.at += payload_at);
    let len = payload_at + at;
    let mut head = Vec::with_capacity(HEAD + directory.len());
    head.extend(MAGIC);
    head.extend(len.to_be_bytes());
    head.extend((directory.len() as u32).to_be_bytes());
    head.extend(payload_crc.to_be_bytes());
    let crc = crc32c_append(crc32c(&head), &directory);
    head.extend(crc.to_be_bytes());
    head.extend(directory);
    let mut pieces = vec![Bytes::from(head)];
    pieces.extend(payload);
    (
        Group {
            entries,
            len,
            payload_at,
            payload_crc,
        },
        pieces,
    )
}

/// The group at `at` of a file of `file_len` bytes, without looking at its values; `None` if there is
/// no whole group.
pub(super) fn read_group_head(file: &File, at: u64, file_len: u64) -> io::Result<Option<Group>> {
    if file_len - at < HEAD as u64 {
        return Ok(None);
    }
    let mut head = [0; HEAD];
    file.read_exact_at(&mut head, at)?;
    let len = u64::from_be_bytes(*head[4..].first_chunk().expect("inside the head"));
    let directory_len = u32::from_be_bytes(*head[12..].first_chunk().expect("inside the head"));
    let payload_crc = u32::from_be_bytes(*head[16..].first_chunk().expect("inside the head"));
    let crc = u32::from_be_bytes(*head[CRC_AT..].first_chunk().expect("inside the head"));
    let payload_at = HEAD as u64 + u64::from(directory_len);
    if head[..4] != MAGIC || len < payload_at || len > file_len - at {
        return Ok(None);
    }
    let mut directory = vec![0; directory_len as usize];
    file.read_exact_at(&mut directory, at + HEAD as u64)?;
    if crc32c_append(crc32c(&head[..CRC_AT]), &directory) != crc {
        return Ok(None);
    }
    let entries = read_directory(&directory, payload_at);
    let end = |entry: &Entry| entry.at + u64::from(entry.len);
    let fits = |entries: &Vec<Entry>| entries.last().map_or(payload_at, end) == len;
    Ok(entries.filter(fits).map(|entries| Group {
        entries,
        len,
        payload_at,
        payload_crc,
    }))
}

/// Where the next whole group begins at or after `at`: the way on after damage.
pub(super) fn next_group(file: &File, mut at: u64, file_len: u64) -> io::Result<Option<u64>> {
    let mut block = vec![0; CHECK_BYTES];
    while file_len.saturating_sub(at) >= HEAD as u64 {
        let part = block.len().min((file_len - at) as usize);
        file.read_exact_at(&mut block[..part], at)?;
        for (i, window) in block[..part].windows(MAGIC.len()).enumerate() {
            let here = at + i as u64;
            if *window == MAGIC && read_group_head(file, here, file_len)?.is_some() {
                return Ok(Some(here));
            }
        }
        at += (part - MAGIC.len() + 1) as u64;
    }
    Ok(None)
}

fn read_directory(mut rest: &[u8], mut at: u64) -> Option<Vec<Entry>> {
    let mut entries = Vec::new();
    while !rest.is_empty() {
        let (fixed, after) = rest.split_first_chunk::<ENTRY>()?;
        let log = LogId(u32::from_be_bytes(*fixed[1..].first_chunk()?));
        let offset = i64::from_be_bytes(*fixed[5..].first_chunk()?);
        let key_len = u16::from_be_bytes(*fixed[13..].first_chunk()?);
        let len = u32::from_be_bytes(*fixed[15..].first_chunk()?);
        let (key, after) = after.split_at_checked(usize::from(key_len))?;
        let key = String::from_utf8(key.to_vec()).ok()?;
        let kind = match fixed[0] {
            1 => Kind::Append {
                log,
                base_offset: offset,
            },
            2 => Kind::Truncate { log, from: offset },
            3 => Kind::PutMeta { key },
            4 => Kind::DeleteMeta { key },
            _ => return None,
        };
        entries.push(Entry { kind, at, len });
        at += u64::from(len);
        rest = after;
    }
    Some(entries)
}

impl Group {
    /// Whether the values are those that were written.
    pub fn payload_is_valid(&self, file: &File, group_at: u64) -> io::Result<bool> {
        let mut crc = 0;
        let mut at = self.payload_at;
        let mut buffer = vec![0; CHECK_BYTES.min((self.len - at) as usize)];
        while at < self.len {
            let part = buffer.len().min((self.len - at) as usize);
            file.read_exact_at(&mut buffer[..part], group_at + at)?;
            crc = crc32c_append(crc, &buffer[..part]);
            at += part as u64;
        }
        Ok(crc == self.payload_crc)
    }
}
