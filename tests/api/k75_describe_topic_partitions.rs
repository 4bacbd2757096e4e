//! DescribeTopicPartitions, against what Apache Kafka 4.3.1 answered to the same.

use crate::fixture::{Fixture, check_versions};
use expect_test::{Expect, expect};
use kafka_sandbox::api::k75_describe_topic_partitions::handle;
use kafka_sandbox::base::BrokerId;
use kafka_sandbox::metadata::controller::broker_fenced;
use kafka_sandbox::protocol::ErrorCode;
use kafka_sandbox::protocol::messages::DescribeTopicPartitionsRequest;
use kafka_sandbox::protocol::messages::describe_topic_partitions_request::{Cursor, TopicRequest};

fn check(topics: &[&str], limit: i32, cursor: Option<(&str, i32)>, expected: Expect) {
    let mut fixture = Fixture::new();
    fixture.topic("a", &[&[1, 2], &[3, 1], &[2, 3]]);
    fixture.topic("b", &[&[3]]);
    let records = broker_fenced(&fixture.image, BrokerId(3));
    fixture.replay(records);
    let topic = |name: &&str| TopicRequest {
        name: (*name).to_owned(),
        ..TopicRequest::default()
    };
    let request = DescribeTopicPartitionsRequest {
        topics: topics.iter().map(topic).collect(),
        response_partition_limit: limit,
        cursor: cursor.map(|(topic_name, partition_index)| Cursor {
            topic_name: topic_name.to_owned(),
            partition_index,
            ..Cursor::default()
        }),
        ..DescribeTopicPartitionsRequest::default()
    };
    let response = handle(&fixture.image, BrokerId(1), &request);
    check_versions(&response, 0..=0);
    let mut lines = Vec::new();
    for topic in &response.topics {
        let name = topic.name.as_deref().unwrap_or("null");
        let error = ErrorCode(topic.error_code).name();
        lines.push(format!(
            "{name} {error} operations {}",
            topic.topic_authorized_operations
        ));
        for p in &topic.partitions {
            lines.push(format!(
                "  {} {} leader {} replicas {:?} isr {:?} elr {:?} offline {:?}",
                p.partition_index,
                ErrorCode(p.error_code).name(),
                p.leader_id,
                p.replica_nodes,
                p.isr_nodes,
                p.eligible_leader_replicas.as_deref().unwrap_or_default(),
                p.offline_replicas,
            ));
        }
    }
    if let Some(next) = &response.next_cursor {
        lines.push(format!("next {}-{}", next.topic_name, next.partition_index));
    }
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn partitions_are_described() {
    check(
        &["b", "a", "nosuch", "bad name"],
        2000,
        None,
        expect![[r#"
            a NONE operations 3576
              0 NONE leader 1 replicas [1, 2] isr [1, 2] elr [] offline []
              1 NONE leader 1 replicas [3, 1] isr [1] elr [] offline [3]
              2 NONE leader 2 replicas [2, 3] isr [2] elr [] offline [3]
            b NONE operations 3576
              0 LEADER_NOT_AVAILABLE leader -1 replicas [3] isr [] elr [3] offline [3]
            bad name INVALID_TOPIC_EXCEPTION operations 3576
            nosuch UNKNOWN_TOPIC_OR_PARTITION operations 3576"#]],
    );
}

#[test]
fn pages_end_with_a_cursor() {
    check(
        &[],
        2,
        None,
        expect![[r#"
            a NONE operations 3576
              0 NONE leader 1 replicas [1, 2] isr [1, 2] elr [] offline []
              1 NONE leader 1 replicas [3, 1] isr [1] elr [] offline [3]
            next a-2"#]],
    );
    check(
        &[],
        1,
        Some(("a", 2)),
        expect![[r#"
            a NONE operations 3576
              2 NONE leader 2 replicas [2, 3] isr [2] elr [] offline [3]
            next b-0"#]],
    );
    check(
        &["a", "b"],
        0,
        Some(("b", 0)),
        expect![[r#"
            b NONE operations 3576
              0 LEADER_NOT_AVAILABLE leader -1 replicas [3] isr [] elr [3] offline [3]"#]],
    );
}

#[test]
fn a_cursor_must_be_among_the_topics() {
    check(
        &["b"],
        10,
        Some(("a", 0)),
        expect!["b INVALID_REQUEST operations -2147483648"],
    );
    check(
        &["b"],
        10,
        Some(("b", -1)),
        expect!["b INVALID_REQUEST operations -2147483648"],
    );
}
