//! DescribeLogDirs (key 35), versions 1 to 5: KIP-113, KIP-827 (sizes of volumes), KIP-1066
//! (cordoned).
//!
//! Every broker has one directory; how large its volume is, is not known (-1). Replicas have no lag
//! yet.

use crate::base::{BrokerId, LogId};
use crate::metadata::{MetadataImage, TopicImage, Value};
use crate::protocol::messages::describe_log_dirs_request::DescribeLogDirsRequest;
use crate::protocol::messages::describe_log_dirs_response::{
    DescribeLogDirsPartition, DescribeLogDirsResponse, DescribeLogDirsResult, DescribeLogDirsTopic,
};

/// The answer of `broker`; `size` gives the bytes of a log.
pub fn handle(
    image: &MetadataImage,
    broker: BrokerId,
    size: &dyn Fn(LogId) -> i64,
    request: &DescribeLogDirsRequest,
) -> DescribeLogDirsResponse {
    let describe = |topic: &TopicImage, wanted: &dyn Fn(i32) -> bool| {
        let hosted = topic.partitions.iter().filter(|p| wanted(p.partition));
        let partitions: Vec<DescribeLogDirsPartition> = hosted
            .filter_map(|p| Some((p.partition, p.replica(broker)?)))
            .map(|(partition_index, replica)| DescribeLogDirsPartition {
                partition_index,
                partition_size: size(replica.log),
                ..DescribeLogDirsPartition::default()
            })
            .collect();
        (!partitions.is_empty()).then(|| DescribeLogDirsTopic {
            name: topic.name.to_string(),
            partitions,
            ..DescribeLogDirsTopic::default()
        })
    };
    let topics = match &request.topics {
        None => image
            .topics()
            .filter_map(|topic| describe(topic, &|_| true))
            .collect(),
        Some(wanted) => wanted
            .iter()
            .filter_map(|wanted| {
                let topic = image.topic(&wanted.topic)?;
                describe(topic, &|partition| wanted.partitions.contains(&partition))
            })
            .collect(),
    };
    let directory = match image.broker_view(broker).broker_value("log.dirs") {
        Some(Value::List(dirs)) => dirs.into_iter().next().unwrap_or_default(),
        _ => String::new(),
    };
    let result = DescribeLogDirsResult {
        log_dir: directory,
        topics,
        total_bytes: -1,
        usable_bytes: -1,
        ..DescribeLogDirsResult::default()
    };
    DescribeLogDirsResponse {
        results: vec![result],
        ..DescribeLogDirsResponse::default()
    }
}
