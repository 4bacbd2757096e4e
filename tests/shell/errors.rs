//! What goes wrong, and how it is said.

use crate::{Printed, check, check_error, run};

#[test]
fn nothing_of_a_cell_runs_if_a_part_of_it_cannot_be_read() {
    let printed = run("echo a\necho b | | c\necho d");
    assert_eq!(printed.stdout, "");
    assert_eq!(printed.status, 2);
    assert_eq!(
        printed.stderr,
        "bash: line 2: syntax error near unexpected token `|'\n  echo b | | c\n           ^ line 2, column 10\n"
    );
}

#[test]
fn arithmetic_is_named_with_its_place() {
    check_error(
        "x=1\necho $((x+1))",
        "bash: line 2: arithmetic expansion `$((' is not supported by this shell\n  echo $((x+1))\n       ^ line 2, column 6\n",
        2,
    );
}

#[test]
fn unknown_commands() {
    check_error("nosuch", "bash: nosuch: command not found\n", 127);
    check_error(
        "./nosuch",
        "bash: ./nosuch: No such file or directory\n",
        127,
    );
    check_error("echo > f; ./f", "bash: ./f: Permission denied\n", 126);
    check_error("/work", "bash: /work: Is a directory\n", 126);
    check_error(
        "eval echo",
        "bash: eval: not supported by this shell\n",
        127,
    );
}

#[test]
fn files_that_are_not_there() {
    check_error("cat x", "cat: x: No such file or directory\n", 1);
    check_error("cat < x", "bash: x: No such file or directory\n", 1);
    check_error(
        "echo a > no/x",
        "bash: no/x: No such file or directory\n",
        1,
    );
    check("cat x 2>/dev/null || echo none", "none\n");
    check_error("mkdir d; echo a > d", "bash: d: Is a directory\n", 1);
}

#[test]
fn standard_error_and_standard_output_keep_their_order() {
    check(
        "(echo a; cat x; echo b) 2>&1",
        "a\ncat: x: No such file or directory\nb\n",
    );
    check("cat x &> f; cat f", "cat: x: No such file or directory\n");
    let printed = run("echo a >&2");
    let expected = Printed {
        stderr: "a\n".to_owned(),
        ..Printed::default()
    };
    assert_eq!(printed, expected);
}

#[test]
fn hostile_cells_end_with_an_error() {
    for source in [
        "$(".repeat(5000),
        "(".repeat(5000),
        "{ ".repeat(5000),
        "if ".repeat(5000),
        "while ".repeat(5000),
        "! ".repeat(5000),
        "\"$(\"".repeat(3000),
        "<<a ".repeat(2000),
        "\\".repeat(5001),
        "echo ${a:-".repeat(3000),
    ] {
        let printed = run(&source);
        assert_ne!(printed.status, 0, "{}", &source[..10]);
        assert!(!printed.stderr.is_empty());
    }
}

#[test]
fn a_script_that_calls_itself_ends() {
    let printed = run("echo 'bash f' > f; bash f");
    assert_ne!(printed.status, 0);
    assert!(printed.stderr.contains("nested too deeply"), "{printed:?}");
    let deep = format!("{}echo deep{}", "( ".repeat(45), " )".repeat(45));
    check(&deep, "deep\n");
}

#[test]
fn what_does_not_fit_in_memory_is_refused() {
    check_error("x=$(yes)", "yes: Cannot allocate memory\n", 1);
}
