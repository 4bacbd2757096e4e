//! Reads the frames that were captured from real clients and brokers.

use bytes::Bytes;
use kafka_sandbox::protocol::ApiKey;

/// Each client, and its frames.
pub const FILES: &[(&str, &str)] = &[
    ("kcat", include_str!("golden/kcat.frames")),
    (
        "kafka-python 2.3.3",
        include_str!("golden/kafka-python-2.3.3.frames"),
    ),
    (
        "kafka-python 3.0.12",
        include_str!("golden/kafka-python-3.0.12.frames"),
    ),
    (
        "confluent-kafka",
        include_str!("golden/confluent-kafka.frames"),
    ),
    ("KafkaJS", include_str!("golden/kafkajs.frames")),
    ("Kafka's tools", include_str!("golden/kafka-java.frames")),
];

/// One captured frame, without its length prefix.
pub struct Captured {
    pub is_request: bool,
    pub api_key: ApiKey,
    pub version: i16,
    pub bytes: Bytes,
}

pub fn from_hex(text: &str) -> Bytes {
    let digit = |c: u8| (c as char).to_digit(16).expect("a hex digit") as u8;
    text.as_bytes()
        .chunks(2)
        .map(|pair| digit(pair[0]) << 4 | digit(pair[1]))
        .collect()
}

/// The words of each line that is not a comment.
pub fn lines(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split(' ').collect())
}

/// The frames of one file.
pub fn captured(text: &'static str) -> impl Iterator<Item = Captured> {
    lines(text).map(|words| Captured {
        is_request: words[0] == "request",
        api_key: ApiKey(words[1].parse().expect("an API key")),
        version: words[2].parse().expect("a version"),
        bytes: from_hex(words[3]),
    })
}
