//! Commands with which courses set up a machine: packages, archives, containers, servers.
//!
//! All of that is there already, so each says so in one line on standard error and succeeds; what others would
//! print is not imitated. `sudo`, `nohup` and `docker exec` run the command that they are given.

use super::super::exec::{self, Streams};
use super::super::io::Stop;
use super::super::tool::{self, Builtin, Call};
use super::archive;

/// Where the cluster is, for the lines below.
const RUNNING: &str = "the cluster is already running, at localhost:9092";

/// A tool that only says a line, with the status that follows.
macro_rules! says {
    ($name:literal, $status:literal, $($line:tt)+) => {
        Builtin {
            name: $name,
            summary: "part of setting up a machine; not needed here",
            run: |call| Box::pin(async move {
                call.complain(format!($($line)+));
                Ok($status)
            }),
        }
    };
}

macro_rules! runs {
    ($name:literal, $summary:literal, $function:ident) => {
        Builtin {
            name: $name,
            summary: $summary,
            run: |call| Box::pin($function(call)),
        }
    };
}

pub(super) const TOOLS: &[Builtin] = &[
    says!("apt", 0, "{NO_PACKAGES}"),
    says!("apt-get", 0, "{NO_PACKAGES}"),
    says!("brew", 0, "{NO_PACKAGES}"),
    says!("conda", 0, "{NO_PACKAGES}"),
    says!("dnf", 0, "{NO_PACKAGES}"),
    says!("yum", 0, "{NO_PACKAGES}"),
    says!("pip", 0, "{IN_PYTHON}"),
    says!("pip3", 0, "{IN_PYTHON}"),
    says!("jps", 0, "there are no Java processes; {RUNNING}"),
    says!("netstat", 0, "{NO_PROCESSES}; {RUNNING}"),
    says!("ps", 0, "{NO_PROCESSES}; {RUNNING}"),
    says!("systemctl", 0, "there are no services; {RUNNING}"),
    says!("service", 0, "there are no services; {RUNNING}"),
    says!("kafka-server-start.sh", 0, "{RUNNING}"),
    says!("kafka-server-stop.sh", 1, "{NEVER_STOPS}"),
    says!("zkServer.sh", 0, "{NO_ZOOKEEPER}; {RUNNING}"),
    says!("zookeeper-server-start.sh", 0, "{NO_ZOOKEEPER}; {RUNNING}"),
    says!("zookeeper-server-stop.sh", 0, "{NO_ZOOKEEPER}"),
    says!("zookeeper-shell.sh", 1, "{NO_ZOOKEEPER}"),
    says!(
        "git",
        1,
        "repositories cannot be fetched here: upload the files that the notebook needs"
    ),
    runs!(
        "chmod",
        "part of setting up a machine; files have no modes here",
        chmod
    ),
    runs!(
        "docker",
        "docker exec runs a command; the rest is not needed here",
        docker
    ),
    runs!("docker-compose", "as docker compose", docker),
    runs!(
        "java",
        "part of setting up a machine; not needed here",
        java
    ),
    runs!(
        "kafka-run-class.sh",
        "run a tool by the name of its class",
        run_class
    ),
    runs!("kafka-storage.sh", "random-uuid", storage),
    runs!("nohup", "run a command", prefixed),
    runs!("sudo", "run a command", prefixed),
    runs!("whoami", "print the user's name", whoami),
    runs!("tar", "unpack Kafka, which is there already", unpack),
    runs!("unzip", "unpack Kafka, which is there already", unpack),
];

const NO_PACKAGES: &str = "nothing to install: Kafka's tools and clients are there already";
const IN_PYTHON: &str = "kafka-python and confluent-kafka are there already; !pip or %pip in a Python cell chooses versions";
const NO_PROCESSES: &str = "there are no processes or sockets of a machine here";
const NO_ZOOKEEPER: &str = "Kafka has no ZooKeeper since 4.0";
const NEVER_STOPS: &str = "the cluster of a notebook cannot be stopped by a command";

/// Kafka's own tools that are not here: said as such, not as "command not found".
const ABSENT: &[&str] = &[
    "connect-distributed",
    "connect-mirror-maker",
    "connect-standalone",
    "kafka-acls",
    "kafka-broker-api-versions",
    "kafka-client-metrics",
    "kafka-cluster",
    "kafka-console-share-consumer",
    "kafka-consumer-perf-test",
    "kafka-delegation-tokens",
    "kafka-dump-log",
    "kafka-e2e-latency",
    "kafka-features",
    "kafka-get-offsets-shell",
    "kafka-groups",
    "kafka-jmx",
    "kafka-leader-election",
    "kafka-log-dirs",
    "kafka-metadata-quorum",
    "kafka-metadata-shell",
    "kafka-mirror-maker",
    "kafka-preferred-replica-election",
    "kafka-producer-perf-test",
    "kafka-reassign-partitions",
    "kafka-replica-verification",
    "kafka-share-consumer-perf-test",
    "kafka-share-groups",
    "kafka-streams-application-reset",
    "kafka-streams-groups",
    "kafka-transactions",
    "kafka-verifiable-consumer",
    "kafka-verifiable-producer",
    "kafka-verifiable-share-consumer",
    "ksql",
    "ksql-server-start",
    "schema-registry-start",
];

/// Why a command of this name is not found, if there is more to say than that.
pub fn why_absent(word: &str) -> Option<String> {
    let name = word.rsplit('/').next().unwrap_or(word);
    let name = name.strip_suffix(".sh").unwrap_or(name);
    if ABSENT.contains(&name) {
        return Some(format!(
            "{name}: this tool is not part of the sandbox (help lists those that are)"
        ));
    }
    matches!(name, "python" | "python3" | "ipython").then(|| {
        format!(
            "{name}: this shell has no Python: a line `!python FILE` in a Python cell runs a file"
        )
    })
}

async fn run(words: Vec<String>, call: Call) -> Result<i32, Stop> {
    if words.is_empty() {
        return Ok(0);
    }
    let (stdin, stdout, stderr) = call.io.parts();
    let streams = Streams {
        stdin,
        stdout,
        stderr,
    };
    Ok(exec::run_words(words, &call.session, streams, &call.cancel).await)
}

/// `sudo -u kafka -E COMMAND`, `nohup COMMAND`
async fn prefixed(call: Call) -> Result<i32, Stop> {
    let mut words = call.args.iter().peekable();
    while let Some(option) = words.next_if(|word| word.starts_with('-')) {
        if matches!(option.as_str(), "-u" | "-g" | "--user" | "--group") {
            words.next();
        }
    }
    let command = words.cloned().collect();
    run(command, call).await
}

/// `docker exec [OPTIONS] CONTAINER COMMAND`, also `docker compose exec`: the command, here.
async fn docker(call: Call) -> Result<i32, Stop> {
    let mut words = call.args.iter().peekable();
    let mut groups = words.clone();
    if groups.any(|word| word == "exec") {
        words = groups;
        while let Some(option) = words.next_if(|word| word.starts_with('-')) {
            let takes_value = ["-e", "-u", "-w", "--env", "--user", "--workdir", "--index"];
            if takes_value.contains(&option.as_str()) {
                words.next();
            }
        }
        words.next();
        let command: Vec<String> = words.cloned().collect();
        if matches!(command.as_slice(), [shell] if ["bash", "sh", "/bin/bash", "/bin/sh"].contains(&shell.as_str()))
        {
            call.complain("there are no containers: this shell has the commands already");
            return Ok(0);
        }
        return run(command, call).await;
    }
    call.complain(format!("there are no containers; {RUNNING}"));
    Ok(0)
}

async fn java(call: Call) -> Result<i32, Stop> {
    if call
        .args
        .iter()
        .any(|word| word.starts_with("-version") || word == "--version")
    {
        call.complain("Kafka needs no Java here");
        return Ok(0);
    }
    call.complain("programs in Java do not run here");
    Ok(1)
}

/// `kafka-run-class.sh CLASS ARGUMENTS`, for the classes of the tools that are here.
async fn run_class(call: Call) -> Result<i32, Stop> {
    let Some((class, rest)) = call.args.split_first() else {
        call.io
            .err_line("USAGE: kafka-run-class.sh [-daemon] classname [opts]");
        return Ok(1);
    };
    let tool = match class.rsplit('.').next().unwrap_or(class) {
        "ConfigCommand" => "kafka-configs",
        "ConsoleConsumer" => "kafka-console-consumer",
        "ConsoleProducer" => "kafka-console-producer",
        "ConsumerGroupCommand" => "kafka-consumer-groups",
        "DeleteRecordsCommand" => "kafka-delete-records",
        "GetOffsetShell" => "kafka-get-offsets",
        "TopicCommand" => "kafka-topics",
        _ => "",
    };
    let is_old =
        !class.starts_with("org.apache.kafka.tools.") && !class.ends_with(".ConfigCommand");
    if tool.is_empty() || (is_old && call.session.strict()) {
        call.io
            .err_line(format!("Error: Could not find or load main class {class}"));
        call.io.err_line(format!(
            "Caused by: java.lang.ClassNotFoundException: {class}"
        ));
        return Ok(1);
    }
    if is_old {
        call.complain(format!(
            "{class} was removed in Kafka 4.0; using {tool}.sh instead."
        ));
    }
    let words = std::iter::once(tool.to_owned()).chain(rest.iter().cloned());
    run(words.collect(), call).await
}

/// `random-uuid` as Kafka's tool; there is nothing left to format.
async fn storage(call: Call) -> Result<i32, Stop> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    if call.args.first().is_none_or(|word| word != "random-uuid") {
        call.complain(format!("the storage is formatted; {RUNNING}"));
        return Ok(0);
    }
    let runtime = call.session.env().runtime.clone();
    // A version 4 UUID, as 22 letters of base64; none begins with `-`, which tools would take for an option.
    let bits = loop {
        let (high, low) = (runtime.random_u64(), runtime.random_u64());
        let high = (high & !0xf000) | 0x4000;
        let low = (low & !(3 << 62)) | (2 << 62);
        let bits = (u128::from(high) << 64) | u128::from(low);
        if bits >> 122 != 62 {
            break bits;
        }
    };
    let letter = |at: u32| {
        let six = match at {
            21 => (bits << 4) & 63,
            _ => (bits >> (122 - 6 * at)) & 63,
        };
        char::from(DIGITS[six as usize])
    };
    call.io.out_line((0..22).map(letter).collect::<String>());
    Ok(0)
}

async fn chmod(call: Call) -> Result<i32, Stop> {
    let mut status = 0;
    let files = call.args.iter().filter(|word| !word.starts_with('-'));
    for file in files.skip(1) {
        let there = call.session.fs().metadata(&call.session.resolve(file));
        if there.is_err() && tool::find(file).is_none() {
            call.complain(format!("cannot access '{file}': No such file or directory"));
            status = 1;
        }
    }
    Ok(status)
}

async fn whoami(call: Call) -> Result<i32, Stop> {
    let user = call.session.var("USER");
    call.io.out_line(user.as_deref().unwrap_or("learner"));
    Ok(0)
}

/// Archives of Kafka give a folder in which its tools may be called; there are no others.
async fn unpack(call: Call) -> Result<i32, Stop> {
    let mut words = call.args.iter();
    let (mut into, mut strip, mut name) = (String::new(), false, None);
    while let Some(word) = words.next() {
        match word.as_str() {
            "-C" | "-d" | "--directory" => into = words.next().cloned().unwrap_or_default(),
            _ if word.starts_with("--strip") => {
                strip = true;
                if !word.contains('=') {
                    words.next();
                }
            }
            _ if archive::is_archive(word) => name = Some(word),
            _ => {}
        }
    }
    let Some(name) = name.filter(|name| archive::is_kafka(name)) else {
        call.complain("archives cannot be unpacked here: upload the files that are in it");
        return Ok(2);
    };
    let folder = match (strip, into.as_str()) {
        (true, "") => ".".to_owned(),
        (true, into) => into.to_owned(),
        (false, "") => archive::stem(name).to_owned(),
        (false, into) => format!("{}/{}", into.trim_end_matches('/'), archive::stem(name)),
    };
    if let Err(error) = archive::lay_out(&call.session, &folder) {
        call.complain(format!("{folder}: {error}"));
        return Ok(2);
    }
    call.complain(format!(
        "Kafka's tools are part of this notebook: {folder}/bin leads to them"
    ));
    Ok(0)
}
