//! One task at a time sets up and builds: two would write the same files at once.

use crate::paths;
use crate::process::Outcome;
use std::fs::{self, File};

/// Waits until no other task of this folder sets up or builds. The guard ends the turn; so does the process's end.
pub fn turn() -> Outcome<File> {
    let path = paths::tools().join("lock");
    let failed = |error| format!("cannot lock {}: {error}", path.display());
    fs::create_dir_all(paths::tools()).map_err(failed)?;
    let file = File::create(&path).map_err(failed)?;
    if file.try_lock().is_err() {
        println!("Another task sets up or builds in this folder; waiting for it to finish.");
        file.lock().map_err(failed)?;
    }
    Ok(file)
}
