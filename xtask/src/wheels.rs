//! Fetches the Python wheels that the page carries into `pkg/wheels`, each with the hash that `wheels.txt` pins.

use crate::paths;
use crate::process::{Outcome, command, run};
use crate::setup::stamp;
use std::fs;
use std::path::Path;

const LIST: &str = "www/python/wheels.txt";
/// The interpreter's platform, unless a `#platform` line in the list says another; wheels without machine code fit any.
const PLATFORM: &str = "pyemscripten_2026_0_wasm32";
const ASSEMBLER: &str = "www/python/assemble_confluent.py";
const CIMPL: &str = "www/python/confluent_kafka_cimpl";
/// Where confluent-kafka's own files over our `cimpl` are put together; the page's build packs them.
const CONFLUENT: &str = "pkg/confluent";

pub fn fetch() -> Outcome {
    let root = paths::root();
    let folder = root.join("pkg/wheels");
    let wanted = stamp::hash([root.join(LIST)]);
    let wheels = read(&root.join(LIST))?;
    if count(&folder) == wheels.len() && stamp::is("wheels", &wanted) {
        println!("  ✓ Python wheels of the page (unchanged)");
    } else {
        println!("  → Python wheels of the page: fetched by pip from the package registry");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        wheels
            .iter()
            .try_for_each(|wheel| download(wheel, &folder))?;
        stamp::set("wheels", &wanted)?;
    }
    assemble(&folder)
}

fn download(wheel: &Wheel, folder: &Path) -> Outcome {
    // One at a time: several versions of one package cannot stand in one list.
    let one = paths::tools().join("wheel.txt");
    fs::write(&one, &wheel.line).map_err(|error| format!("{}: {error}", one.display()))?;
    let args = ["-m", "pip", "download", "--quiet", "--no-deps"];
    let exact = ["--only-binary", ":all:", "--require-hashes"];
    let target = ["--python-version", "3.14", "--platform", &wheel.platform];
    let mut pip = command("python3", &args);
    pip.args(exact).args(target);
    run(pip.arg("--dest").arg(folder).arg("-r").arg(&one))
}

/// Our own part changes without the wheels.
fn assemble(folder: &Path) -> Outcome {
    let wheels = paths::files_below(folder, &|path| {
        path.file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with("confluent_kafka-"))
    });
    let Some(wheel) = wheels.first() else {
        return Err("there is no wheel of confluent-kafka in pkg/wheels".to_string());
    };
    let root = paths::root();
    let python = |path: &Path| path.extension().is_some_and(|end| end == "py");
    let mut sources = paths::files_below(&root.join(CIMPL), &python);
    sources.extend([root.join(ASSEMBLER), wheel.clone()]);
    let wanted = stamp::hash(&sources);
    if root.join(CONFLUENT).is_dir() && stamp::is("confluent", &wanted) {
        println!("  ✓ confluent_kafka over our cimpl (unchanged)");
        return Ok(());
    }
    println!("  → confluent_kafka: its own files put over our cimpl");
    let unpacked = paths::tools().join("confluent-wheel");
    let _ = fs::remove_dir_all(&unpacked);
    run(command("python3", &["-m", "zipfile", "-e"])
        .arg(wheel)
        .arg(&unpacked))?;
    run(command("python3", &[ASSEMBLER])
        .arg(&unpacked)
        .arg(CONFLUENT))?;
    stamp::set("confluent", &wanted)
}

struct Wheel {
    line: String,
    platform: String,
}

fn read(path: &Path) -> Outcome<Vec<Wheel>> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut platform = PLATFORM.to_string();
    let mut wheels = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix("#platform ") {
            platform = name.to_string();
        } else if !line.is_empty() && !line.starts_with('#') {
            let line = line.to_string();
            let platform = platform.clone();
            wheels.push(Wheel { line, platform });
        }
    }
    Ok(wheels)
}

fn count(folder: &Path) -> usize {
    paths::files_below(folder, &|path| {
        path.extension().is_some_and(|end| end == "whl")
    })
    .len()
}
