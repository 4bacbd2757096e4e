//! More partitions for topics that exist.

use super::create_topics::{check_assignment, new_partition};
use super::{Decision, place};
use crate::base::{Rng, SortedMap};
use crate::metadata::{ApiError, MetadataImage, error_fields};
use crate::protocol::ErrorCode;
use crate::protocol::messages::PartitionRecord;
use crate::protocol::messages::create_partitions_request::{
    CreatePartitionsRequest, CreatePartitionsTopic,
};
use crate::protocol::messages::create_partitions_response::{
    CreatePartitionsResponse, CreatePartitionsTopicResult,
};

/// Adds partitions as a client asks (CreatePartitions).
pub fn create_partitions(
    image: &MetadataImage,
    rng: &mut Rng,
    request: &CreatePartitionsRequest,
) -> Decision<CreatePartitionsResponse> {
    let counts = SortedMap::counts(request.topics.iter().map(|topic| topic.name.as_str()));
    let mut results = Vec::with_capacity(counts.len());
    let mut answer = |name: &str, result: Result<(), ApiError>| {
        let (error_code, error_message) = error_fields(&result);
        results.push(CreatePartitionsTopicResult {
            name: name.to_owned(),
            error_code,
            error_message,
            ..CreatePartitionsTopicResult::default()
        });
    };
    for (name, _) in counts.iter().filter(|(_, count)| **count > 1) {
        let text = "Duplicate topic name.";
        answer(name, Err(ApiError::new(ErrorCode::INVALID_REQUEST, text)));
    }
    let mut records = Vec::new();
    for topic in request
        .topics
        .iter()
        .filter(|topic| counts[topic.name.as_str()] == 1)
    {
        let added = add_partitions(image, rng, topic);
        answer(
            &topic.name,
            added.as_ref().map(|_| ()).map_err(Clone::clone),
        );
        if let (Ok(added), false) = (added, request.validate_only) {
            records.extend(added.into_iter().map(Into::into));
        }
    }
    let response = CreatePartitionsResponse {
        results,
        ..Default::default()
    };
    Decision { response, records }
}

fn add_partitions(
    image: &MetadataImage,
    rng: &mut Rng,
    request: &CreatePartitionsTopic,
) -> Result<Vec<PartitionRecord>, ApiError> {
    let name = &request.name;
    let Some(topic) = image.topic(name) else {
        return Err(ApiError::bare(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION));
    };
    let refuse = |code, text: String| Err(ApiError::new(code, text));
    let existing = topic.partitions.len();
    let wanted = usize::try_from(request.count).unwrap_or(0);
    if wanted == existing {
        let text = format!("Topic already has {existing} partition(s).");
        return refuse(ErrorCode::INVALID_PARTITIONS, text);
    }
    if wanted < existing {
        let count = request.count;
        return refuse(
            ErrorCode::INVALID_PARTITIONS,
            format!(
                "The topic {name} currently has {existing} partition(s); {count} would not be an \
                 increase."
            ),
        );
    }
    let additional = wanted - existing;
    let width = topic
        .partitions
        .first()
        .map_or(1, |partition| partition.replicas.len());
    let placed = match &request.assignments {
        Some(assignments) if assignments.len() != additional => {
            let given = assignments.len();
            return refuse(
                ErrorCode::INVALID_REPLICA_ASSIGNMENT,
                format!(
                    "Attempted to add {additional} additional partition(s), but only {given} \
                     assignment(s) were specified."
                ),
            );
        }
        Some(assignments) => {
            for (i, assignment) in assignments.iter().enumerate() {
                let index = (existing + i) as i32;
                check_assignment(image, index, &assignment.broker_ids, Some(width))?;
            }
            assignments
                .iter()
                .map(|assignment| assignment.broker_ids.clone())
                .collect()
        }
        // Kafka fails here with no more words than these.
        None if additional > super::MAX_RECORDS_PER_REQUEST => {
            return Err(ApiError::bare(ErrorCode::UNKNOWN_SERVER_ERROR));
        }
        None => place(image.brokers(), additional, width as i32, rng)
            .map_err(|why| ApiError::new(ErrorCode::INVALID_REPLICATION_FACTOR, why.to_string()))?,
    };
    let record = |(i, replicas)| new_partition(image, topic.id, (existing + i) as i32, replicas);
    Ok(placed.into_iter().enumerate().map(record).collect())
}
