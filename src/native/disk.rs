//! Storage in plain files: one sequence of groups, each written and fsynced as a whole.
//!
//! A commit appends one group to the newest file and syncs it: the group is there or it is not, at
//! whatever point the machine dies. An index in memory knows where each chunk stands. Space comes
//! back when files hold nothing that is needed; when more than half of all bytes are dead, what lives
//! in the oldest file is written again at the end. There is no second copy and no separate journal.
//!
//! Folder: `format` (version), `lock` (held while open), `groups/<number>`. See `disk_format.rs` for
//! the bytes of a group.

use super::disk_format::{GROUP_OVERHEAD, Group, Kind, encode_group, next_group, read_group_head};
use crate::base::LogId;
use crate::log::memory::{chunks_of, keys_are_free};
use crate::log::storage::{ReadRequest, Store, StoreError, StoredChunk, Write};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

const FORMAT: &str = "kafka-sandbox storage 1\n";
/// A new file begins once the newest is as large as this.
const FILE_BYTES: u64 = 64 << 20;
/// Pieces are joined up to this size: a copy costs less than a system call.
const WRITE_BYTES: usize = 1 << 20;

/// Where the bytes of a chunk or of a small value stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    file: u64,
    at: u64,
    len: u32,
}

#[derive(Debug)]
struct GroupFile {
    file: File,
    len: u64,
    /// Bytes of entries that are still needed.
    live: u64,
}

/// See the module's documentation.
#[derive(Debug)]
pub struct DiskStore {
    groups: PathBuf,
    files: BTreeMap<u64, GroupFile>,
    chunks: BTreeMap<(LogId, i64), Place>,
    meta: BTreeMap<String, (Bytes, Place)>,
    file_bytes: u64,
    /// Set when the files may not be as this thinks: nothing more is written.
    broken: Option<String>,
    /// What was cut off at opening: the number of bytes of a group that was never acknowledged.
    cut_bytes: u64,
    damage: Vec<String>,
    /// Held for the lock on it.
    _lock: File,
}

fn fail(what: &str, path: &Path, error: &io::Error) -> StoreError {
    StoreError(format!("cannot {what} {}: {error}", path.display()))
}

impl DiskStore {
    /// Opens the folder, or makes a new one. Fails if another process has it open, or if a later
    /// version of this program wrote it.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        DiskStore::open_with(folder, FILE_BYTES)
    }

    /// Like `open`, with files of about this size, for tests.
    pub fn open_with(folder: &Path, file_bytes: u64) -> Result<Self, StoreError> {
        let groups = folder.join("groups");
        fs::create_dir_all(&groups).map_err(|e| fail("create", &groups, &e))?;
        let lock_path = folder.join("lock");
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .map_err(|e| fail("open", &lock_path, &e))?;
        lock.try_lock().map_err(|_| {
            StoreError(format!("{} is in use by another process", folder.display()))
        })?;
        check_format(folder)?;
        let mut store = DiskStore {
            groups,
            files: BTreeMap::new(),
            chunks: BTreeMap::new(),
            meta: BTreeMap::new(),
            file_bytes,
            broken: None,
            cut_bytes: 0,
            damage: Vec::new(),
            _lock: lock,
        };
        store.load()?;
        Ok(store)
    }

    /// Bytes that a crash had left of an unfinished group, cut off when the store was opened.
    pub fn cut_bytes(&self) -> u64 {
        self.cut_bytes
    }

    /// Parts of files that could not be read when the store was opened, a sentence each. What was
    /// in them is missing; the logs notice that themselves.
    pub fn damage(&self) -> &[String] {
        &self.damage
    }

    fn path(&self, number: u64) -> PathBuf {
        self.groups.join(format!("{number:010}"))
    }

    fn load(&mut self) -> Result<(), StoreError> {
        let entries = fs::read_dir(&self.groups).map_err(|e| fail("list", &self.groups, &e))?;
        let mut numbers = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|e| fail("list", &self.groups, &e))?;
            let number = entry
                .file_name()
                .to_str()
                .and_then(|name| name.parse::<u64>().ok());
            numbers.extend(number);
        }
        numbers.sort_unstable();
        for (i, &number) in numbers.iter().enumerate() {
            self.load_file(number, i + 1 == numbers.len())?;
        }
        if self.files.is_empty() {
            self.add_file(1)?;
        }
        Ok(())
    }

    fn load_file(&mut self, number: u64, newest: bool) -> Result<(), StoreError> {
        let path = self.path(number);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(&path)
            .map_err(|e| fail("open", &path, &e))?;
        let len = file.metadata().map_err(|e| fail("read", &path, &e))?.len();
        self.files.insert(number, GroupFile { file, len, live: 0 });
        let mut at = 0;
        while at < len {
            let file = &self.files[&number].file;
            // Groups are synced one by one, so only the very last one can be torn.
            let head = read_group_head(file, at, len).map_err(|e| fail("read", &path, &e))?;
            let whole = match &head {
                Some(group) if newest && at + group.len == len => group
                    .payload_is_valid(file, at)
                    .map_err(|e| fail("read", &path, &e))?,
                other => other.is_some(),
            };
            let Some(group) = head.filter(|_| whole) else {
                let next = next_group(file, at + 1, len).map_err(|e| fail("read", &path, &e))?;
                match next {
                    None if newest => return self.cut_file(number, at),
                    next => {
                        let end = next.unwrap_or(len);
                        let path = path.display();
                        self.damage
                            .push(format!("{path} is damaged from byte {at} to {end}"));
                        at = end;
                        continue;
                    }
                }
            };
            self.apply(number, at, &group)?;
            at += group.len;
        }
        Ok(())
    }

    /// What begins here at the very end is not a group: a commit that never finished.
    fn cut_file(&mut self, number: u64, at: u64) -> Result<(), StoreError> {
        let path = self.path(number);
        let entry = self.files.get_mut(&number).expect("it was just opened");
        self.cut_bytes += entry.len - at;
        entry.len = at;
        let cut = entry.file.set_len(at).and_then(|()| entry.file.sync_all());
        cut.map_err(|e| fail("cut", &path, &e))
    }

    fn apply(&mut self, number: u64, group_at: u64, group: &Group) -> Result<(), StoreError> {
        for entry in &group.entries {
            let place = Place {
                file: number,
                at: group_at + entry.at,
                len: entry.len,
            };
            match &entry.kind {
                Kind::Append { log, base_offset } => {
                    self.count(place, true);
                    if let Some(old) = self.chunks.insert((*log, *base_offset), place) {
                        self.count(old, false);
                    }
                }
                Kind::Truncate { log, from } => {
                    self.forget_chunks(*log, *from, i64::MAX);
                }
                Kind::PutMeta { key } => {
                    let value = self.read_place(&place)?;
                    self.count(place, true);
                    if let Some((_, old)) = self.meta.insert(key.clone(), (value, place)) {
                        self.count(old, false);
                    }
                }
                Kind::DeleteMeta { key } => {
                    if let Some((_, old)) = self.meta.remove(key) {
                        self.count(old, false);
                    }
                }
            }
        }
        Ok(())
    }

    fn count(&mut self, place: Place, live: bool) {
        if let Some(file) = self.files.get_mut(&place.file) {
            let len = u64::from(place.len) + GROUP_OVERHEAD;
            file.live = if live {
                file.live + len
            } else {
                file.live - len
            };
        }
    }

    fn forget_chunks(&mut self, log: LogId, from: i64, to: i64) {
        let keys: Vec<_> = self
            .chunks
            .range((log, from)..=(log, to))
            .map(|(&key, _)| key)
            .collect();
        for key in keys {
            if let Some(place) = self.chunks.remove(&key) {
                self.count(place, false);
            }
        }
    }

    fn read_place(&self, place: &Place) -> Result<Bytes, StoreError> {
        let file = self
            .files
            .get(&place.file)
            .ok_or_else(|| StoreError(format!("file {} of the storage is missing", place.file)))?;
        let mut bytes = vec![0; place.len as usize];
        file.file
            .read_exact_at(&mut bytes, place.at)
            .map_err(|e| fail("read", &self.path(place.file), &e))?;
        Ok(Bytes::from(bytes))
    }

    fn add_file(&mut self, number: u64) -> Result<(), StoreError> {
        let path = self.path(number);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&path)
            .map_err(|e| fail("create", &path, &e))?;
        sync_folder(&self.groups)?;
        self.files.insert(
            number,
            GroupFile {
                file,
                len: 0,
                live: 0,
            },
        );
        Ok(())
    }

    /// Appends one group and syncs it.
    fn append_group(&mut self, writes: &[Write]) -> Result<(), StoreError> {
        if let Some(why) = &self.broken {
            return Err(StoreError(why.clone()));
        }
        let (&newest, last) = self.files.last_key_value().expect("there is always a file");
        let number = if last.len >= self.file_bytes {
            newest + 1
        } else {
            newest
        };
        if number != newest {
            self.add_file(number)?;
        }
        let (group, pieces) = encode_group(writes);
        let path = self.path(number);
        let target = self
            .files
            .get_mut(&number)
            .expect("it was just made sure of");
        let at = target.len;
        if let Err(error) = write_at(&target.file, at, &pieces) {
            // Whatever of it reached the disk must not come back at the next start.
            if let Err(worse) = target
                .file
                .set_len(at)
                .and_then(|()| target.file.sync_all())
            {
                let why = fail("cut a failed write from", &path, &worse).0;
                self.broken = Some(format!("{why}; restart to go on"));
            }
            return Err(fail("write", &path, &error));
        }
        target.len += group.len;
        self.apply(number, at, &group)
    }

    /// Gives space back: files without anything live go, and while most bytes are dead what lives in
    /// the oldest file moves to the end, one file per call. Oldest first, so that a removal never comes before what it
    /// removed has gone.
    fn reclaim(&mut self) -> Result<(), StoreError> {
        let mut may_move = true;
        while self.files.len() > 1 {
            let total: u64 = self.files.values().map(|file| file.len).sum();
            let live: u64 = self.files.values().map(|file| file.live).sum();
            let (&oldest, file) = self.files.first_key_value().expect("there are several");
            if file.live > 0 {
                if live * 2 > total || !may_move {
                    return Ok(());
                }
                self.move_out(oldest)?;
                may_move = false;
            }
            let path = self.path(oldest);
            self.files.remove(&oldest);
            fs::remove_file(&path).map_err(|e| fail("remove", &path, &e))?;
            sync_folder(&self.groups)?;
        }
        Ok(())
    }

    /// Writes again, at the end, what lives in a file.
    fn move_out(&mut self, number: u64) -> Result<(), StoreError> {
        let mut writes = Vec::new();
        for (&(log, base_offset), place) in &self.chunks {
            if place.file == number {
                let bytes = vec![self.read_place(place)?];
                writes.push(Write::Append {
                    log,
                    base_offset,
                    bytes,
                });
            }
        }
        for (key, (value, place)) in &self.meta {
            if place.file == number {
                writes.push(Write::PutMeta {
                    key: key.clone(),
                    value: value.clone(),
                });
            }
        }
        self.append_group(&writes)
    }
}

fn check_format(folder: &Path) -> Result<(), StoreError> {
    let path = folder.join("format");
    match fs::read_to_string(&path) {
        Ok(found) if found == FORMAT => Ok(()),
        Ok(found) => Err(StoreError(format!(
            "{} has the format \"{}\", this program knows \"{}\"",
            folder.display(),
            found.trim(),
            FORMAT.trim()
        ))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let new = folder.join("format.new");
            let mut file = File::create(&new).map_err(|e| fail("create", &new, &e))?;
            file.write_all(FORMAT.as_bytes())
                .and_then(|()| file.sync_all())
                .and_then(|()| fs::rename(&new, &path))
                .map_err(|e| fail("write", &path, &e))?;
            sync_folder(folder)
        }
        Err(error) => Err(fail("read", &path, &error)),
    }
}

fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    File::open(folder)
        .and_then(|f| f.sync_all())
        .map_err(|e| fail("sync", folder, &e))
}

/// Writes the pieces one after another, small ones together, and syncs.
fn write_at(file: &File, mut at: u64, pieces: &[Bytes]) -> io::Result<()> {
    let mut joined = Vec::new();
    let mut flush = |joined: &mut Vec<u8>| {
        file.write_all_at(joined, at)?;
        at += joined.len() as u64;
        joined.clear();
        io::Result::Ok(())
    };
    for piece in pieces {
        if joined.len() + piece.len() > WRITE_BYTES {
            flush(&mut joined)?;
        }
        joined.extend_from_slice(piece);
    }
    flush(&mut joined)?;
    file.sync_data()
}

impl Store for DiskStore {
    fn meta(&self) -> Vec<(String, Bytes)> {
        self.meta
            .iter()
            .map(|(key, (value, _))| (key.clone(), value.clone()))
            .collect()
    }

    fn commit(&mut self, writes: &[Write]) -> Result<(), StoreError> {
        keys_are_free(writes, |log, base| self.chunks.contains_key(&(log, base)))?;
        self.append_group(writes)?;
        // The group is durable. That space did not come back is no reason to call it failed.
        let _ = self.reclaim();
        Ok(())
    }

    fn read(&mut self, request: &ReadRequest) -> Result<Vec<StoredChunk>, StoreError> {
        let mut out = Vec::new();
        let mut size = 0;
        for (base_offset, place) in chunks_of(&self.chunks, request) {
            out.push(StoredChunk {
                base_offset,
                bytes: self.read_place(place)?,
            });
            size += place.len;
            if size >= request.max_bytes {
                break;
            }
        }
        Ok(out)
    }

    fn trim(&mut self, log: LogId, below: Option<i64>) -> Result<(), StoreError> {
        match below {
            None => self.forget_chunks(log, i64::MIN, i64::MAX),
            Some(below) => {
                // A chunk ends where the next one begins.
                let range = (log, i64::MIN)..=(log, below);
                let last = self
                    .chunks
                    .range(range)
                    .next_back()
                    .map(|(&(_, base), _)| base);
                if let Some(last) = last.filter(|&last| last > i64::MIN) {
                    self.forget_chunks(log, i64::MIN, last - 1);
                }
            }
        }
        self.reclaim()
    }
}
