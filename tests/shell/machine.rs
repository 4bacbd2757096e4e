//! Lines with which courses set up a machine: they do no harm, and say what is there instead.

use crate::{check, check_error, run};

#[test]
fn kafka_is_neither_downloaded_nor_unpacked_but_its_folder_is_there() {
    let fetched =
        run("wget -q https://archive.apache.org/dist/kafka/3.5.1/kafka_2.13-3.5.1.tgz; ls");
    assert_eq!(
        (fetched.stdout.as_str(), fetched.stderr.as_str()),
        ("kafka_2.13-3.5.1.tgz\n", "")
    );
    let fetched = run("curl -sSOL https://downloads.apache.org/kafka/3.5.1/kafka_2.13-3.5.1.tgz");
    assert!(
        fetched.stderr.starts_with("curl: nothing to download: "),
        "{fetched:?}"
    );
    check(
        "tar -xzf kafka_2.13-3.5.1.tgz 2>/dev/null; cd kafka_2.13-3.5.1; ls",
        "bin\nconfig\n",
    );
    check(
        "mkdir kafka; tar -xzf k/kafka.tar.gz -C kafka --strip-components 1 2>&1 | wc -l; ls kafka/bin | grep -c topics",
        "1\n1\n",
    );
    check(
        "sudo tar -xzf kafka.tgz 2>/dev/null; ./kafka/bin/kafka-topics.sh --version; bash kafka/bin/kafka-topics.sh --version",
        "4.3.1\n4.3.1\n",
    );
    let refused = run("tar -xzf books.tgz");
    assert!(
        refused
            .stderr
            .starts_with("tar: archives cannot be unpacked"),
        "{refused:?}"
    );
}

#[test]
fn starting_what_runs_already_says_so_and_succeeds() {
    for line in [
        "bin/zookeeper-server-start.sh -daemon config/zookeeper.properties",
        "./kafka_2.13-3.1.0/bin/kafka-server-start.sh -daemon config/server.properties",
        "sudo nohup kafka-server-start config/server.properties",
        "docker compose up -d",
        "docker-compose ps",
        "systemctl start kafka",
        "ps -ef",
    ] {
        let printed = run(line);
        assert_eq!(printed.stdout, "", "{line}");
        assert!(
            printed
                .stderr
                .contains("the cluster is already running, at localhost:9092"),
            "{line}: {printed:?}"
        );
        check(&format!("{line} 2>/dev/null; echo $?"), "0\n");
    }
    check(
        "apt-get install -y openjdk-8-jdk 2>/dev/null && java -version 2>/dev/null && echo on",
        "on\n",
    );
}

#[test]
fn commands_in_containers_and_under_other_users_run_here() {
    check("docker exec -it broker echo a b", "a b\n");
    check(
        "docker exec -e X=1 -u root kafka1 bash -c 'echo \"in it\"'",
        "in it\n",
    );
    check(
        "docker compose -f c.yml exec -T kafka kafka-topics --version",
        "4.3.1\n",
    );
    check("sudo -u kafka -E echo mine; nohup echo on", "mine\non\n");
}

#[test]
fn a_cluster_id_is_a_uuid_in_base64() {
    check(
        "kafka-storage.sh random-uuid | grep -cE '^[A-Za-z0-9_][A-Za-z0-9_-]{21}$'",
        "1\n",
    );
    check(
        "test $(kafka-storage random-uuid) != $(kafka-storage random-uuid) && echo new",
        "new\n",
    );
    check_error(
        "kafka-run-class.sh kafka.tools.Nothing",
        "Error: Could not find or load main class kafka.tools.Nothing\nCaused by: java.lang.ClassNotFoundException: kafka.tools.Nothing\n",
        1,
    );
    let tool = run("kafka-run-class.sh kafka.admin.TopicCommand --version");
    assert_eq!(tool.stdout, "4.3.1\n");
    assert!(
        tool.stderr.contains("using kafka-topics.sh instead"),
        "{tool:?}"
    );
}

#[test]
fn tools_that_are_missing_say_that_they_are() {
    check_error(
        "bin/kafka-acls.sh --list",
        "kafka-acls: this tool is not part of the sandbox (help lists those that are)\n",
        127,
    );
    check_error(
        "nosuchtool.sh",
        "bash: nosuchtool.sh: command not found\n",
        127,
    );
    let python = run("python3 producer.py");
    assert!(
        python.stderr.contains("`!python FILE` in a Python cell"),
        "{python:?}"
    );
}
