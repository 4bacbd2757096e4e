//! The machine's own files, for `kafka-sandbox shell`.
//!
//! Paths are absolute already. Permissions and links are the system's business.

use crate::shell::fs::{DirEntry, FileSystem, FsError, Metadata};
use bytes::Bytes;
use std::fs;
use std::io::{ErrorKind, Write};
use std::time::UNIX_EPOCH;

/// See the module's documentation.
pub struct DiskFs;

fn error(error: std::io::Error) -> FsError {
    match error.kind() {
        ErrorKind::NotFound => FsError::NotFound,
        ErrorKind::NotADirectory => FsError::NotADirectory,
        ErrorKind::IsADirectory => FsError::IsADirectory,
        ErrorKind::AlreadyExists => FsError::Exists,
        ErrorKind::DirectoryNotEmpty => FsError::NotEmpty,
        ErrorKind::PermissionDenied => FsError::Denied,
        ErrorKind::StorageFull => FsError::NoSpace,
        _ => FsError::Other(error.to_string()),
    }
}

fn metadata(found: &fs::Metadata) -> Metadata {
    let modified = found
        .modified()
        .ok()
        .and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    Metadata {
        is_dir: found.is_dir(),
        len: if found.is_dir() { 0 } else { found.len() },
        modified_ms: modified.map_or(0, |since| since.as_millis() as i64),
    }
}

impl FileSystem for DiskFs {
    fn read(&self, path: &str) -> Result<Bytes, FsError> {
        fs::read(path).map(Bytes::from).map_err(error)
    }

    fn write(&self, path: &str, bytes: &[u8]) -> Result<(), FsError> {
        fs::write(path, bytes).map_err(error)
    }

    fn append(&self, path: &str, bytes: &[u8]) -> Result<(), FsError> {
        let file = fs::OpenOptions::new().append(true).create(true).open(path);
        file.and_then(|mut file| file.write_all(bytes))
            .map_err(error)
    }

    fn metadata(&self, path: &str) -> Result<Metadata, FsError> {
        fs::metadata(path)
            .map(|found| metadata(&found))
            .map_err(error)
    }

    fn list(&self, path: &str) -> Result<Vec<DirEntry>, FsError> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(path).map_err(error)? {
            let entry = entry.map_err(error)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            // A link that leads nowhere is shown by its own data.
            let found = fs::metadata(entry.path())
                .or_else(|_| entry.metadata())
                .map_err(error)?;
            entries.push(DirEntry {
                name,
                metadata: metadata(&found),
            });
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    fn mkdir(&self, path: &str) -> Result<(), FsError> {
        fs::create_dir(path).map_err(error)
    }

    fn remove(&self, path: &str) -> Result<(), FsError> {
        let is_dir = fs::symlink_metadata(path).map_err(error)?.is_dir();
        if is_dir {
            fs::remove_dir(path)
        } else {
            fs::remove_file(path)
        }
        .map_err(error)
    }

    fn rename(&self, from: &str, to: &str) -> Result<(), FsError> {
        fs::rename(from, to).map_err(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_does_what_the_files_in_memory_do() {
        let dir = std::env::temp_dir().join(format!("disk-fs-{}", std::process::id()));
        let root = dir.to_str().expect("a plain path").to_owned();
        let at = |name: &str| format!("{root}/{name}");
        let fs = DiskFs;
        fs.mkdir(&root).unwrap();
        fs.write(&at("b"), b"one").unwrap();
        fs.append(&at("b"), b" two").unwrap();
        fs.mkdir(&at("a")).unwrap();
        assert_eq!(fs.read(&at("b")).unwrap(), "one two");
        let names: Vec<_> = fs
            .list(&root)
            .unwrap()
            .into_iter()
            .map(|e| e.name)
            .collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(fs.read(&at("none")), Err(FsError::NotFound));
        assert_eq!(fs.read(&at("b/none")), Err(FsError::NotADirectory));
        assert_eq!(fs.read(&at("a")), Err(FsError::IsADirectory));
        assert_eq!(fs.mkdir(&at("a")), Err(FsError::Exists));
        assert_eq!(fs.remove(&root), Err(FsError::NotEmpty));
        fs.rename(&at("b"), &at("a/c")).unwrap();
        assert_eq!(fs.metadata(&at("a/c")).unwrap().len, 7);
        fs.remove(&at("a/c")).unwrap();
        fs.remove(&at("a")).unwrap();
        fs.remove(&root).unwrap();
    }
}
