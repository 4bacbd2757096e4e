//! Fetches the Python wheels that the page carries into `pkg/wheels`, each with the hash that `wheels.txt` pins.

use crate::paths;
use crate::process::{Outcome, command, run};
use crate::setup::stamp;
use std::fs;
use std::path::Path;

const LIST: &str = "www/python/wheels.txt";
/// The interpreter's platform; wheels without machine code fit as well.
const PLATFORM: &str = "pyemscripten_2026_0_wasm32";

pub fn fetch() -> Outcome {
    let root = paths::root();
    let folder = root.join("pkg/wheels");
    let wanted = stamp::hash([root.join(LIST)]);
    let lines = read(&root.join(LIST))?;
    if count(&folder) == lines.len() && stamp::is("wheels", &wanted) {
        println!("  ✓ Python wheels of the page (unchanged)");
        return Ok(());
    }
    println!("  → Python wheels of the page: fetched by pip from the package registry");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let one = paths::tools().join("wheel.txt");
    for line in lines {
        // One at a time: several versions of one package cannot stand in one list.
        fs::write(&one, line).map_err(|error| format!("{}: {error}", one.display()))?;
        let args = ["-m", "pip", "download", "--quiet", "--no-deps"];
        let exact = ["--only-binary", ":all:", "--require-hashes"];
        let target = ["--python-version", "3.14", "--platform", PLATFORM];
        let mut pip = command("python3", &args);
        pip.args(exact).args(target);
        run(pip.arg("--dest").arg(&folder).arg("-r").arg(&one))?;
    }
    stamp::set("wheels", &wanted)
}

fn read(path: &Path) -> Outcome<Vec<String>> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let lines = text.lines().map(str::trim);
    Ok(lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_string)
        .collect())
}

fn count(folder: &Path) -> usize {
    paths::files_below(folder, &|path| {
        path.extension().is_some_and(|end| end == "whl")
    })
    .len()
}
