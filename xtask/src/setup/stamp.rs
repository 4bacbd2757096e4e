//! Remembers what set-up has done, and for which version or contents.

use crate::paths;
use crate::process::Outcome;
use std::fs;
use std::path::Path;

/// Whether `name` was done with exactly this `value`.
pub fn is(name: &str, value: &str) -> bool {
    fs::read_to_string(paths::tools().join("stamps").join(name)).is_ok_and(|text| text == value)
}

pub fn set(name: &str, value: &str) -> Outcome {
    let folder = paths::tools().join("stamps");
    fs::create_dir_all(&folder)
        .and_then(|()| fs::write(folder.join(name), value))
        .map_err(|error| format!("cannot write to {}: {error}", folder.display()))
}

/// A hash of files' names in the repository and their contents (FNV-1a), for stamps. A missing file counts as empty.
pub fn hash<P: AsRef<Path>>(files: impl IntoIterator<Item = P>) -> String {
    let root = paths::root();
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for file in files {
        let file = file.as_ref();
        let bytes = fs::read(file).unwrap_or_default();
        let name = file.strip_prefix(&root).unwrap_or(file);
        let name = name.to_string_lossy().into_owned();
        for byte in name.bytes().chain(bytes) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    format!("{hash:016x}")
}
