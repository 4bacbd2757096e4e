//! Files as the shell sees them: a trait, its errors and paths.
//!
//! Operations are synchronous: the page's files live in memory and are saved behind the shell's back.
//! Paths that reach a [`FileSystem`] are absolute and normalised ([`resolve`]). No links, owners or
//! permissions.

use bytes::Bytes;
use std::fmt;

/// What went wrong, worded as coreutils word it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FsError {
    NotFound,
    NotADirectory,
    IsADirectory,
    Exists,
    NotEmpty,
    Denied,
    NoSpace,
    Other(String),
}

impl fmt::Display for FsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FsError::NotFound => "No such file or directory",
            FsError::NotADirectory => "Not a directory",
            FsError::IsADirectory => "Is a directory",
            FsError::Exists => "File exists",
            FsError::NotEmpty => "Directory not empty",
            FsError::Denied => "Permission denied",
            FsError::NoSpace => "No space left on device",
            FsError::Other(text) => text,
        })
    }
}

impl std::error::Error for FsError {}

/// What is known of a file or directory without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metadata {
    pub is_dir: bool,
    /// Size in bytes; 0 for a directory.
    pub len: u64,
    /// Last change, milliseconds since 1970-01-01 UTC.
    pub modified_ms: i64,
}

/// One name in a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirEntry {
    pub name: String,
    pub metadata: Metadata,
}

/// Files and directories by absolute, normalised paths.
pub trait FileSystem {
    fn read(&self, path: &str) -> Result<Bytes, FsError>;
    /// Creates the file or replaces what it holds.
    fn write(&self, path: &str, bytes: &[u8]) -> Result<(), FsError>;
    /// Creates the file or adds to its end.
    fn append(&self, path: &str, bytes: &[u8]) -> Result<(), FsError>;
    fn metadata(&self, path: &str) -> Result<Metadata, FsError>;
    /// The names in a directory, sorted.
    fn list(&self, path: &str) -> Result<Vec<DirEntry>, FsError>;
    /// Creates one directory; its parent must be there.
    fn mkdir(&self, path: &str) -> Result<(), FsError>;
    /// Removes a file or an empty directory.
    fn remove(&self, path: &str) -> Result<(), FsError>;
    /// Moves a file or a directory with all that is in it; replaces a file at `to`.
    fn rename(&self, from: &str, to: &str) -> Result<(), FsError>;
}

/// The absolute path without `.`, `..` and double slashes that `path` means in directory `cwd`.
pub fn resolve(cwd: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let base = if path.starts_with('/') { "" } else { cwd };
    for part in base.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    format!("/{}", parts.join("/"))
}

/// The directory that holds `path`, and its name there.
pub fn split(path: &str) -> (&str, &str) {
    match path.rsplit_once('/') {
        Some(("", name)) => ("/", name),
        Some(pair) => pair,
        None => ("/", path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_normalised() {
        assert_eq!(resolve("/home", "a/./b//c"), "/home/a/b/c");
        assert_eq!(resolve("/home/me", "../x"), "/home/x");
        assert_eq!(resolve("/home", "/etc/../../y"), "/y");
        assert_eq!(resolve("/", ""), "/");
        assert_eq!(split("/a"), ("/", "a"));
        assert_eq!(split("/a/b"), ("/a", "b"));
    }
}
