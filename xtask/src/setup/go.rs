//! franz-go, the Go client: its modules as `go.sum` says, and the program built from them.

use super::{Step, stamp};
use crate::paths;
use crate::process::{Outcome, capture, command, run};

const SOURCE: &str = "tests/clients/franz-go";

pub fn clients() -> Outcome {
    let source = paths::root().join(SOURCE);
    let program = paths::target().join("franz-go-client");
    let step = Step {
        what: "Go program with franz-go".to_string(),
        why: "a real client to test with",
        mend: format!(
            "install the Go that {SOURCE}/go.mod names, or 1.21 and newer (which fetches that by itself), \
             then: (cd {SOURCE} && go build -o {} .)",
            program.display()
        ),
    };
    let wanted = stamp::hash(paths::files_below(&source, &|_| true));
    step.ensure(program.is_file() && stamp::is("franz-go", &wanted), || {
        if capture(&mut command("go", &["version"])).is_none() {
            return Err("there is no Go on this machine".to_string());
        }
        run(command("go", &["build", "-o"])
            .arg(&program)
            .arg(".")
            .current_dir(&source))?;
        stamp::set("franz-go", &wanted)
    })
}
