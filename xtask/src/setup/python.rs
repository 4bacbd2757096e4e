//! Python clients, each version in a virtual environment of its own in the project's folder.

use super::{Step, stamp};
use crate::paths;
use crate::process::{Outcome, command, run};

/// Name of the environment `.venv-NAME`; `tests/clients/python/NAME.txt` pins what is in it.
const VENVS: [&str; 3] = ["kafka-python-2", "kafka-python-3", "confluent-kafka"];

pub fn venvs() -> Outcome {
    VENVS.iter().try_for_each(|name| venv(name))
}

fn venv(name: &str) -> Outcome {
    let folder = paths::root().join(format!(".venv-{name}"));
    let pins = paths::root().join(format!("tests/clients/python/{name}.txt"));
    let step = Step {
        what: format!("Python environment .venv-{name}"),
        why: "a real client to test with",
        mend: format!(
            "rm -rf .venv-{name} && python3 -m venv .venv-{name} && \
             .venv-{name}/bin/pip install -r tests/clients/python/{name}.txt"
        ),
    };
    let stamp_name = format!("venv-{name}");
    let wanted = stamp::hash([&pins]);
    let there = folder.join("bin/python").exists() && stamp::is(&stamp_name, &wanted);
    step.ensure(there, || {
        run(command("python3", &["-m", "venv", "--clear"]).arg(&folder))?;
        run(command(
            folder.join("bin/pip"),
            &["install", "--only-binary", ":all:", "-r"],
        )
        .arg(&pins))?;
        stamp::set(&stamp_name, &wanted)
    })
}
