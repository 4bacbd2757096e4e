//! Files in memory, for the page and for tests.
//!
//! Whoever wants to keep them is told of every change and stores it in its own time.

use super::fs::{DirEntry, FileSystem, FsError, Metadata, split};
use crate::base::SortedMap;
use bytes::Bytes;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// Told of a path whose file or directory was created, changed or removed. It may be called many
/// times in a row for one file.
pub type OnChange = Rc<dyn Fn(&str)>;

enum Node {
    Dir { modified_ms: i64 },
    File { bytes: Vec<u8>, modified_ms: i64 },
}

/// The most that all files together may hold: a disk is full at some point, a page crashes.
const MAX_BYTES: usize = 256 * 1024 * 1024;

/// A tree of files in memory.
pub struct MemFs {
    nodes: RefCell<SortedMap<String, Node>>,
    /// Bytes in all files.
    used: Cell<usize>,
    wall_ms: Box<dyn Fn() -> i64>,
    on_change: RefCell<Option<OnChange>>,
}

impl MemFs {
    /// An empty root directory; `wall_ms` gives the time for new files.
    pub fn new(wall_ms: impl Fn() -> i64 + 'static) -> Self {
        let root = Node::Dir {
            modified_ms: wall_ms(),
        };
        MemFs {
            nodes: RefCell::new(SortedMap::from([("/".to_owned(), root)])),
            used: Cell::new(0),
            wall_ms: Box::new(wall_ms),
            on_change: RefCell::default(),
        }
    }

    /// Sets who is told of changes.
    pub fn on_change(&self, tell: OnChange) {
        *self.on_change.borrow_mut() = Some(tell);
    }

    /// Creates a directory and those above it.
    pub fn mkdir_all(&self, path: &str) -> Result<(), FsError> {
        for (at, _) in path.match_indices('/').skip(1).chain([(path.len(), "")]) {
            match self.mkdir(&path[..at]) {
                Err(FsError::Exists) | Ok(()) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Counts the bytes of a file that is gone as free.
    fn release(&self, node: Option<Node>) {
        if let Some(Node::File { bytes, .. }) = node {
            self.used.set(self.used.get() - bytes.len());
        }
    }

    fn changed(&self, path: &str) {
        let tell = self.on_change.borrow().clone();
        if let Some(tell) = tell {
            tell(path);
        }
    }

    /// Fails unless a file or directory of that name can be made.
    fn check_parent(&self, path: &str) -> Result<(), FsError> {
        match self.nodes.borrow().get(split(path).0) {
            Some(Node::Dir { .. }) => Ok(()),
            Some(Node::File { .. }) => Err(FsError::NotADirectory),
            None => Err(self.why_missing(path)),
        }
    }

    /// A file in the middle of a path is another error than a name that is not there.
    fn why_missing(&self, path: &str) -> FsError {
        let nodes = self.nodes.borrow();
        let mut above = path;
        while above != "/" {
            above = split(above).0;
            match nodes.get(above) {
                Some(Node::File { .. }) => return FsError::NotADirectory,
                Some(Node::Dir { .. }) => break,
                None => {}
            }
        }
        FsError::NotFound
    }

    /// Puts bytes in a file: at its end, or in place of what it holds.
    fn put(&self, path: &str, added: &[u8], append: bool) -> Result<(), FsError> {
        self.check_parent(path)?;
        let now = (self.wall_ms)();
        let mut nodes = self.nodes.borrow_mut();
        let node = nodes.entry(path.to_owned()).or_insert_with(|| Node::File {
            bytes: Vec::new(),
            modified_ms: now,
        });
        match node {
            Node::Dir { .. } => return Err(FsError::IsADirectory),
            Node::File { bytes, modified_ms } => {
                let freed = if append { 0 } else { bytes.len() };
                let used = self.used.get() - freed + added.len();
                if used > MAX_BYTES {
                    return Err(FsError::NoSpace);
                }
                self.used.set(used);
                if !append {
                    bytes.clear();
                }
                bytes.extend_from_slice(added);
                *modified_ms = now;
            }
        }
        drop(nodes);
        self.changed(path);
        Ok(())
    }
}

fn metadata_of(node: &Node) -> Metadata {
    match node {
        Node::Dir { modified_ms } => Metadata {
            is_dir: true,
            len: 0,
            modified_ms: *modified_ms,
        },
        Node::File { bytes, modified_ms } => Metadata {
            is_dir: false,
            len: bytes.len() as u64,
            modified_ms: *modified_ms,
        },
    }
}

/// What the paths of everything below a directory start with.
fn prefix(path: &str) -> String {
    if path == "/" {
        "/".to_owned()
    } else {
        format!("{path}/")
    }
}

impl FileSystem for MemFs {
    fn read(&self, path: &str) -> Result<Bytes, FsError> {
        match self.nodes.borrow().get(path) {
            Some(Node::File { bytes, .. }) => Ok(Bytes::copy_from_slice(bytes)),
            Some(Node::Dir { .. }) => Err(FsError::IsADirectory),
            None => Err(self.why_missing(path)),
        }
    }

    fn write(&self, path: &str, bytes: &[u8]) -> Result<(), FsError> {
        self.put(path, bytes, false)
    }

    fn append(&self, path: &str, bytes: &[u8]) -> Result<(), FsError> {
        self.put(path, bytes, true)
    }

    fn metadata(&self, path: &str) -> Result<Metadata, FsError> {
        let found = self.nodes.borrow().get(path).map(metadata_of);
        found.ok_or_else(|| self.why_missing(path))
    }

    fn list(&self, path: &str) -> Result<Vec<DirEntry>, FsError> {
        if !self.metadata(path)?.is_dir {
            return Err(FsError::NotADirectory);
        }
        let prefix = prefix(path);
        let nodes = self.nodes.borrow();
        let below = nodes
            .range(prefix.clone()..)
            .take_while(|(p, _)| p.starts_with(&prefix));
        Ok(below
            .filter(|(p, _)| p.len() > prefix.len() && !p[prefix.len()..].contains('/'))
            .map(|(p, node)| DirEntry {
                name: p[prefix.len()..].to_owned(),
                metadata: metadata_of(node),
            })
            .collect())
    }

    fn mkdir(&self, path: &str) -> Result<(), FsError> {
        if self.nodes.borrow().contains_key(path) {
            return Err(FsError::Exists);
        }
        self.check_parent(path)?;
        let node = Node::Dir {
            modified_ms: (self.wall_ms)(),
        };
        self.nodes.borrow_mut().insert(path.to_owned(), node);
        self.changed(path);
        Ok(())
    }

    fn remove(&self, path: &str) -> Result<(), FsError> {
        if self.metadata(path)?.is_dir {
            if path == "/" {
                return Err(FsError::Denied);
            }
            if !self.list(path)?.is_empty() {
                return Err(FsError::NotEmpty);
            }
        }
        let gone = self.nodes.borrow_mut().remove(path);
        self.release(gone);
        self.changed(path);
        Ok(())
    }

    fn rename(&self, from: &str, to: &str) -> Result<(), FsError> {
        let source = self.metadata(from)?;
        if from == to {
            return Ok(());
        }
        self.check_parent(to)?;
        if to.starts_with(&prefix(from)) {
            return Err(FsError::Other("Invalid argument".to_owned()));
        }
        match (source.is_dir, self.metadata(to)) {
            (false, Ok(Metadata { is_dir: true, .. })) => return Err(FsError::IsADirectory),
            (true, Ok(Metadata { is_dir: false, .. })) => return Err(FsError::NotADirectory),
            (true, Ok(_)) if !self.list(to)?.is_empty() => return Err(FsError::NotEmpty),
            _ => {}
        }
        let prefix = prefix(from);
        let mut nodes = self.nodes.borrow_mut();
        let moved: Vec<String> = nodes
            .keys()
            .filter(|p| *p == from || p.starts_with(&prefix))
            .cloned()
            .collect();
        let mut paths = Vec::new();
        for path in moved {
            let node = nodes.remove(&path).expect("listed above");
            let target = format!("{to}{}", &path[from.len()..]);
            let replaced = nodes.insert(target.clone(), node);
            self.release(replaced);
            paths.extend([path, target]);
        }
        drop(nodes);
        paths.iter().for_each(|path| self.changed(path));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fs() -> MemFs {
        MemFs::new(|| 7)
    }

    #[test]
    fn files_are_written_listed_moved_and_removed() {
        let fs = fs();
        fs.mkdir_all("/a/b").unwrap();
        fs.write("/a/b/x", b"one").unwrap();
        fs.append("/a/b/x", b" two").unwrap();
        fs.rename("/a", "/c").unwrap();
        assert_eq!(fs.read("/c/b/x").unwrap(), "one two");
        assert_eq!(fs.list("/").unwrap().len(), 1);
        assert_eq!(fs.remove("/c"), Err(FsError::NotEmpty));
        fs.remove("/c/b/x").unwrap();
        assert_eq!(fs.read("/c/b/x"), Err(FsError::NotFound));
    }

    #[test]
    fn errors_are_told_apart() {
        let fs = fs();
        fs.write("/f", b"").unwrap();
        assert_eq!(fs.read("/"), Err(FsError::IsADirectory));
        assert_eq!(fs.read("/f/x"), Err(FsError::NotADirectory));
        assert_eq!(fs.write("/d/x", b""), Err(FsError::NotFound));
        assert_eq!(fs.write("/f/x", b""), Err(FsError::NotADirectory));
        assert_eq!(fs.mkdir("/f"), Err(FsError::Exists));
        fs.mkdir("/d").unwrap();
        assert!(fs.rename("/d", "/d/e").is_err());
    }

    #[test]
    fn a_full_disk_says_so_and_has_room_again_after_rm() {
        let fs = fs();
        let half = vec![0; MAX_BYTES / 2];
        fs.write("/a", &half).unwrap();
        fs.write("/b", &half).unwrap();
        assert_eq!(fs.append("/b", b"x"), Err(FsError::NoSpace));
        fs.write("/b", b"x").unwrap();
        fs.rename("/b", "/a").unwrap();
        fs.write("/c", &half).unwrap();
        fs.remove("/c").unwrap();
        assert_eq!(fs.used.get(), 1);
    }

    #[test]
    fn changes_are_told() {
        let fs = fs();
        let seen = Rc::new(RefCell::new(Vec::new()));
        let log = seen.clone();
        fs.on_change(Rc::new(move |path| log.borrow_mut().push(path.to_owned())));
        fs.write("/x", b"1").unwrap();
        fs.rename("/x", "/y").unwrap();
        assert_eq!(*seen.borrow(), ["/x", "/x", "/y"]);
    }
}
