//! The native binary as a process: its line, its sockets, its end, its data folder.

use bytes::Bytes;
use kafka_sandbox::protocol::frame::{decode_response, encode_request};
use kafka_sandbox::protocol::messages::list_offsets_request::{
    ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic,
};
use kafka_sandbox::protocol::messages::metadata_request::{MetadataRequest, MetadataRequestTopic};
use kafka_sandbox::protocol::messages::produce_request::{
    PartitionProduceData, ProduceRequest, TopicProduceData,
};
use kafka_sandbox::protocol::record_batch::{BatchBuilder, BatchOptions};
use kafka_sandbox::protocol::{Request, Rope};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

fn binary() -> Command {
    Command::new(env!("CARGO_BIN_EXE_kafka-sandbox"))
}

/// A running server; killed when it goes out of scope.
struct Server {
    child: Child,
    addresses: Vec<String>,
}

impl Server {
    fn start(arguments: &[&str]) -> Server {
        let mut child = binary()
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("a pipe");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        let list = line.rsplit(' ').next().expect("addresses").trim();
        let addresses: Vec<String> = list.split(',').map(str::to_owned).collect();
        assert!(addresses[0].starts_with("127.0.0.1:"), "{line}");
        Server { child, addresses }
    }

    fn connect(&self, broker: usize) -> TcpStream {
        let socket = TcpStream::connect(&self.addresses[broker]).expect("a connection");
        socket
            .set_read_timeout(Some(Duration::from_secs(20)))
            .expect("a timeout");
        socket
    }

    /// Sends SIGTERM and gives the exit status.
    fn stop(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        let killed = Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .expect("kill runs");
        assert!(killed.success());
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn call<R: Request>(socket: &mut TcpStream, version: i16, request: &R) -> R::Response {
    let frame = Rope(encode_request(version, 1, Some("test"), request).expect("encodes"));
    let frame = frame.to_bytes();
    socket
        .write_all(&(frame.len() as u32).to_be_bytes())
        .expect("written");
    socket.write_all(&frame).expect("written");
    let mut length = [0; 4];
    socket.read_exact(&mut length).expect("a response");
    let mut bytes = vec![0; u32::from_be_bytes(length) as usize];
    socket.read_exact(&mut bytes).expect("a whole response");
    decode_response::<R>(Bytes::from(bytes), version)
        .expect("it decodes")
        .1
}

/// Creates `t` by asking for it until it is there.
fn create_topic(socket: &mut TcpStream) {
    let request = MetadataRequest {
        topics: Some(vec![MetadataRequestTopic {
            name: Some("t".into()),
            ..Default::default()
        }]),
        allow_auto_topic_creation: true,
        ..Default::default()
    };
    while call(socket, 9, &request).topics[0].error_code != 0 {}
}

fn produce(socket: &mut TcpStream, value: &str) -> i64 {
    let mut builder = BatchBuilder::new();
    builder.append(1, None, Some(value.as_bytes()), &[]);
    let batch = builder.finish(&BatchOptions::default());
    let request = ProduceRequest {
        transactional_id: None,
        acks: -1,
        timeout_ms: 10_000,
        topic_data: vec![TopicProduceData {
            name: "t".into(),
            partition_data: vec![PartitionProduceData {
                index: 0,
                records: Some(Rope::from(batch)),
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    let response = call(socket, 9, &request);
    let answer = &response.responses[0].partition_responses[0];
    assert_eq!(answer.error_code, 0);
    answer.base_offset
}

fn end_offset(socket: &mut TcpStream) -> i64 {
    let request = ListOffsetsRequest {
        replica_id: -1,
        topics: vec![ListOffsetsTopic {
            name: "t".into(),
            partitions: vec![ListOffsetsPartition {
                timestamp: -1,
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    call(socket, 7, &request).topics[0].partitions[0].offset
}

/// An empty folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&path);
    path
}

fn one_broker(data: &Path) -> Server {
    let data = data.to_str().expect("a path in UTF-8");
    Server::start(&["--brokers", "1", "--data", data])
}

#[test]
fn it_says_when_it_is_ready_and_ends_cleanly() {
    let server = Server::start(&["--brokers", "2", "--first-id", "5"]);
    assert_eq!(server.addresses.len(), 2);
    let request = MetadataRequest {
        topics: None,
        ..Default::default()
    };
    let response = call(&mut server.connect(1), 9, &request);
    let ids: Vec<i32> = response
        .brokers
        .iter()
        .map(|broker| broker.node_id)
        .collect();
    assert_eq!(ids, [5, 6]);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn frames_that_are_too_long_close_the_connection() {
    let server = Server::start(&["--brokers", "1", "--set", "socket.request.max.bytes=1000"]);
    for length in [1_001u32, 0x7fff_ffff, 0xffff_ffff] {
        let mut socket = server.connect(0);
        socket.write_all(&length.to_be_bytes()).expect("written");
        assert_eq!(socket.read(&mut [0; 1]).expect("the end"), 0);
    }
    create_topic(&mut server.connect(0));
}

#[test]
fn half_a_frame_and_a_sudden_end_do_no_harm() {
    let server = Server::start(&["--brokers", "1"]);
    for bytes in [&[0][..], &[0, 0, 0, 9, 0], &[0, 0, 0, 2, 9, 9]] {
        let mut socket = server.connect(0);
        socket.write_all(bytes).expect("written");
    }
    create_topic(&mut server.connect(0));
}

#[test]
fn data_in_a_folder_survive_sigterm_and_sigkill() {
    let data = folder("survives");
    let server = one_broker(&data);
    let mut socket = server.connect(0);
    create_topic(&mut socket);
    assert_eq!(produce(&mut socket, "a"), 0);
    assert_eq!(server.stop(), Some(0));

    let server = one_broker(&data);
    let mut socket = server.connect(0);
    assert_eq!(end_offset(&mut socket), 1);
    for offset in 1..50 {
        assert_eq!(produce(&mut socket, "b"), offset);
    }
    // Drop kills without warning.
    drop(server);
    let server = one_broker(&data);
    assert_eq!(end_offset(&mut server.connect(0)), 50);
}

#[test]
fn one_folder_serves_one_process() {
    let data = folder("locked");
    let _first = one_broker(&data);
    let second = serve(&["--data", data.to_str().expect("a path in UTF-8")]);
    assert_eq!(second.status.code(), Some(1));
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(said.contains("in use by another process"), "{said}");
}

fn serve(arguments: &[&str]) -> Output {
    let command = ["serve", "--listen", "127.0.0.1:0"];
    binary()
        .args(command)
        .args(arguments)
        .output()
        .expect("it runs and ends")
}

#[test]
fn what_cannot_be_served_is_said() {
    for (arguments, code, text) in [
        (
            &["--frobnicate"][..],
            2,
            "serve has no option '--frobnicate'",
        ),
        (
            &["--brokers", "0"],
            2,
            "--brokers takes a number from 1 to 100",
        ),
        (&["--set", "num.partitions=many"], 1, "num.partitions"),
        (
            &["--data", "/proc/no-such-place"],
            1,
            "cannot open the data",
        ),
    ] {
        let output = serve(arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(text), "{said}");
    }
}
