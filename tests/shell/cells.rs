//! Cells as notebooks have them: `!` lines, `%%bash`, state from one cell to the next, jobs.

use crate::{Screen, block_on, check, run, run_in, shell};
use kafka_sandbox::shell::Cancel;
use std::rc::Rc;
use std::time::Duration;

#[test]
fn lines_with_a_bang_run_as_jupyter_runs_them() {
    check("# comment\n!echo a \\\n   b\n\n  !echo c", "a b\nc\n");
    check("!cd /tmp; pwd\n!pwd", "/tmp\n/work\n");
    check("!x=1\n!echo \"[$x]\"", "[]\n");
    check("%%bash\ncd /tmp\npwd", "/tmp\n");
    check("%%sh\necho a", "a\n");
    check("!exit 3\n!echo $?", "3\n");
    check("!echo a > f\n!cat < f | tr a b", "b\n");
}

#[test]
fn a_session_keeps_variables_and_directory_between_cells() {
    block_on(async {
        let shell = shell();
        run_in(&shell, "x=1; export y=2; mkdir d; cd d").await;
        let printed = run_in(&shell, "echo $x $y; pwd; (x=3; cd ..); echo $x; pwd").await;
        assert_eq!(printed.stdout, "1 2\n/work/d\n1\n/work/d\n");
    });
}

#[test]
fn jobs_live_on_between_cells_until_they_are_killed() {
    block_on(async {
        let shell = shell();
        let first = run_in(&shell, "sleep 1000 &\necho $!; jobs").await;
        assert_eq!(
            first.stdout,
            "1001\n[1]+  Running                 sleep 1000 &\n"
        );
        let second = run_in(&shell, "kill %1; wait %1; echo $?; jobs").await;
        assert_eq!(second.stdout, "130\n");
        let third = run_in(&shell, "kill %1; wait %7").await;
        assert_eq!(
            third.stderr,
            "bash: kill: %1: no such job\nbash: wait: %7: no such job\n"
        );
    });
}

#[test]
fn wait_waits() {
    check(
        "(sleep 0.02; echo late) & echo early; wait; echo end",
        "early\nlate\nend\n",
    );
    check(
        "sleep 0.01 & wait $!; echo $?; (exit 4) & wait %1; echo $?",
        "0\n4\n",
    );
}

#[test]
fn ctrl_c_ends_the_cell_at_once() {
    for source in [
        "sleep 1000; echo no",
        "yes > /dev/null; echo no",
        "while true; do :; done; echo no",
        "yes | grep n; echo no",
        "sleep 1000 | cat; echo no",
        "cat <(echo) || echo; x=$(sleep 1000); echo no",
        "for i in $(seq 1 100000); do sleep 1000; done",
        "seq 1 1000000000 | while read x; do :; done; echo no",
    ] {
        let source = source.replace("cat <(echo) || echo; ", "");
        block_on(async {
            let shell = shell();
            let (screen, cancel) = (Rc::new(Screen::default()), Cancel::new());
            let run = shell.run(&source, screen.clone(), &cancel);
            let stop = async {
                tokio::time::sleep(Duration::from_millis(30)).await;
                cancel.cancel();
            };
            let limit =
                tokio::time::timeout(Duration::from_secs(5), async { tokio::join!(run, stop) });
            let (status, ()) = limit.await.unwrap_or_else(|_| panic!("{source} goes on"));
            assert_eq!((status, screen.stdout()), (130, String::new()), "{source}");
        });
    }
}

#[test]
fn set_e_ends_a_cell_at_the_first_failure() {
    let printed = run("set -e\necho a\nfalse\necho b");
    assert_eq!((printed.stdout.as_str(), printed.status), ("a\n", 1));
    check(
        "set -e; false || true; if false; then :; fi; ! true || echo; echo c",
        "\nc\n",
    );
}
