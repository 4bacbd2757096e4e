//! Where things are.

use std::env;
use std::path::{Path, PathBuf};

/// The repository's root folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask stands in the repository's root")
        .to_path_buf()
}

/// Cargo's target folder.
pub fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// Tools that set-up installs for this project alone, and the stamps of what is done.
pub fn tools() -> PathBuf {
    target().join("tools")
}

/// `PATH` with the project's own tools before all others.
pub fn path_with_tools() -> std::ffi::OsString {
    let mut folders = vec![tools().join("bin"), root().join("node_modules/.bin")];
    folders.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    env::join_paths(folders).expect("folders of PATH hold no separator")
}

/// The first program of these names on `PATH`.
pub fn find_program(names: &[&str]) -> Option<PathBuf> {
    let path = path_with_tools();
    env::split_paths(&path)
        .flat_map(|folder| {
            names
                .iter()
                .map(move |name| folder.join(name))
                .collect::<Vec<_>>()
        })
        .find(|candidate| candidate.is_file())
}

/// Files below `folder` for which `wanted` holds, sorted, so that hashes of them are stable.
pub fn files_below(folder: &Path, wanted: &dyn Fn(&Path) -> bool) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut todo = vec![folder.to_path_buf()];
    while let Some(next) = todo.pop() {
        for entry in std::fs::read_dir(&next).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                todo.push(path);
            } else if wanted(&path) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
