//! Serves the page on this machine, or builds it for a web server.

use crate::process::{Outcome, command, run};
use crate::setup::{self, stamp};
use crate::{paths, wasm, wheels};

/// The address that `serve` uses unless told otherwise.
const PORT: &str = "8000";

/// `cargo xtask serve [--port N]`: Vite's own server, which shows a change of the page's sources at once.
pub fn serve(args: &[String]) -> Outcome {
    let port = match args {
        [] => PORT,
        [flag, port] if flag == "--port" && port.parse::<u16>().is_ok() => port,
        _ => return Err("usage: cargo xtask serve [--port N]".to_string()),
    };
    let turn = setup::lock::turn()?;
    setup::page()?;
    println!("Build:");
    wasm::build()?;
    wheels::fetch()?;
    drop(turn);
    println!("The page is served until you press Ctrl-C:");
    run(&mut command(
        "vite",
        &["--host", "127.0.0.1", "--port", port, "--strictPort"],
    ))
}

/// `cargo xtask site`: the finished page in `dist/`; any web server can serve it from any folder.
pub fn site() -> Outcome {
    let _turn = setup::lock::turn()?;
    setup::page()?;
    println!("Build:");
    wasm::build()?;
    bundle()?;
    println!("The site is in dist/.");
    Ok(())
}

/// The finished page, and the browsers that a program drives.
pub fn for_browsers() -> Outcome {
    let _turn = setup::lock::turn()?;
    setup::page()?;
    setup::browsers()?;
    wasm::build()?;
    bundle()
}

/// Writes `dist/` from the page's sources and the modules in `pkg/`.
pub fn bundle() -> Outcome {
    wheels::fetch()?;
    let root = paths::root();
    let folders = ["www", "pkg", "notebooks", "public"];
    let mut files: Vec<_> = folders
        .iter()
        .flat_map(|name| paths::files_below(&root.join(name), &|_| true))
        .collect();
    let single = [
        "index.html",
        "vite.config.ts",
        "package-lock.json",
        "tsconfig.json",
    ];
    files.extend(single.map(|name| root.join(name)));
    let wanted = stamp::hash(&files);
    if root.join("dist/index.html").is_file() && stamp::is("site", &wanted) {
        println!("  ✓ the site (unchanged)");
        return Ok(());
    }
    println!("  → the site: bundled by Vite into dist/");
    run(&mut command("vite", &["build"]))?;
    stamp::set("site", &wanted)
}
