//! DescribeLogDirs: what each broker's one directory holds.

use crate::fixture::{Fixture, check_versions};
use expect_test::{Expect, expect};
use kafka_sandbox::api::k35_describe_log_dirs::handle;
use kafka_sandbox::base::BrokerId;
use kafka_sandbox::protocol::messages::DescribeLogDirsRequest;
use kafka_sandbox::protocol::messages::describe_log_dirs_request::DescribableLogDirTopic;

fn check(broker: i32, topics: Option<&[(&str, &[i32])]>, expected: Expect) {
    let mut fixture = Fixture::new();
    fixture.topic("t", &[&[1, 2], &[2, 3]]);
    let wanted = |&(topic, partitions): &(&str, &[i32])| DescribableLogDirTopic {
        topic: topic.into(),
        partitions: partitions.to_vec(),
        ..DescribableLogDirTopic::default()
    };
    let request = DescribeLogDirsRequest {
        topics: topics.map(|topics| topics.iter().map(wanted).collect()),
        ..DescribeLogDirsRequest::default()
    };
    let size = |log: kafka_sandbox::base::LogId| i64::from(log.0) * 100;
    let response = handle(&fixture.image, BrokerId(broker), &size, &request);
    check_versions(&response, 1..=5);
    let mut lines = Vec::new();
    for dir in &response.results {
        lines.push(dir.log_dir.clone());
        for topic in &dir.topics {
            for p in &topic.partitions {
                lines.push(format!(
                    "{}-{} {}",
                    topic.name, p.partition_index, p.partition_size
                ));
            }
        }
    }
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn a_directory_holds_the_brokers_replicas() {
    check(
        1,
        None,
        expect![[r#"
        /data/broker-1
        t-0 100"#]],
    );
    check(
        2,
        None,
        expect![[r#"
        /data/broker-2
        t-0 100
        t-1 200"#]],
    );
    check(
        2,
        Some(&[("t", &[1, 7]), ("nosuch", &[0])]),
        expect![[r#"
        /data/broker-2
        t-1 200"#]],
    );
    check(3, Some(&[("t", &[0])]), expect!["/data/broker-3"]);
}
