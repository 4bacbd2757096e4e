//! What the differential test cannot compare: tools that differ on purpose, or need the page.

use crate::{check, check_error, run};

#[test]
fn wget_saves_what_the_host_has() {
    check(
        "wget --quiet http://example.org/book.txt -O b.txt; cat b.txt",
        "Call me Ishmael.\n",
    );
    check(
        "wget -q http://example.org/book.txt; wget -q example.org/book.txt; ls",
        "book.txt\nbook.txt.1\n",
    );
    check(
        "mkdir d; wget -q -P d http://example.org/book.txt; ls d",
        "book.txt\n",
    );
    check_error("wget -q http://example.org/none.txt", "", 8);
    check_error("wget -q http://nowhere.org/none.txt", "", 4);
    let printed = run("wget http://example.org/none.txt");
    assert!(printed.stderr.contains("404 Not Found"), "{printed:?}");
    let printed = run("wget http://nowhere.org/");
    let text = "wget: unable to resolve host address ‘nowhere.org’\n";
    assert!(printed.stderr.ends_with(text), "{printed:?}");
}

#[test]
fn curl_prints_or_saves() {
    check("curl -s http://example.org/book.txt | wc -w", "3\n");
    check(
        "curl -sO http://example.org/book.txt; cat book.txt",
        "Call me Ishmael.\n",
    );
    check("curl -sL -o x http://example.org/book.txt; ls", "x\n");
    check_error("curl -s http://example.org/none", "", 22);
    check_error(
        "curl http://nowhere.org/x",
        "curl: (6) Could not resolve host: nowhere.org\n",
        6,
    );
}

#[test]
fn jq_looks_into_json() {
    let json = r#"{"a":{"b":[1,2,{"c":"x"}]},"n":null}"#;
    for (filter, expected) in [
        (".a.b[0]", "1\n"),
        (".a.b[]|.c?", "\"x\"\n"),
        ("-r '.a.b[-1].c'", "x\n"),
        ("-c .a", "{\"b\":[1,2,{\"c\":\"x\"}]}\n"),
        ("-c keys", "[\"a\",\"n\"]\n"),
        ("'.a.b|length'", "3\n"),
        ("'.a.b[]|select(type==\"number\")|select(.>1)'", "2\n"),
        ("-c '{n, k: .a.b[2].c}'", "{\"n\":null,\"k\":\"x\"}\n"),
        ("-c '[.a.b[:2][]|.+1]'", "[2,3]\n"),
        ("-c '.a.b|map(select(.!=1))'", "[2,{\"c\":\"x\"}]\n"),
        ("'.n // \"none\"'", "\"none\"\n"),
        (".a.b[2]", "{\n  \"c\": \"x\"\n}\n"),
    ] {
        let filter = if filter.starts_with(['-', '\'']) {
            filter.to_owned()
        } else {
            format!("'{filter}'")
        };
        check(&format!("echo '{json}' | jq {filter}"), expected);
    }
    check("printf '{\"a\":1}\\n{\"a\":2}\\n' | jq .a", "1\n2\n");
    assert_eq!(run("echo '{' | jq .").status, 2);
    assert_eq!(run("echo '[1]' | jq .a").status, 5);
    assert_eq!(run("echo 1 | jq 'nosuch'").status, 3);
}

#[test]
fn long_listings_show_sizes_and_owners() {
    let printed = run("printf 12345 > f; mkdir d; ls -l");
    let lines: Vec<&str> = printed.stdout.lines().collect();
    assert_eq!(lines[0], "total 8");
    assert!(
        lines[1].starts_with("drwxr-xr-x 2 student student 0 "),
        "{printed:?}"
    );
    assert!(
        lines[2].starts_with("-rw-r--r-- 1 student student 5 "),
        "{printed:?}"
    );
    assert!(lines[2].ends_with(" f"));
}

#[test]
fn kafka_s_tools_are_found_in_many_ways() {
    check("which cat nothing || echo no", "/bin/cat\nno\n");
    check("type cat", "cat is a shell builtin\n");
    check("/bin/echo a; /usr/bin/echo b", "a\nb\n");
    for name in [
        "kafka-topics",
        "kafka-topics.sh",
        "./kafka-topics.sh",
        "bin/kafka-topics.sh",
        "/opt/kafka/bin/kafka-topics",
        "$KAFKA_HOME/bin/kafka-topics.sh",
    ] {
        check(&format!("{name} --version"), "4.3.1\n");
    }
    assert_eq!(run("./echo").status, 127);
}
