//! Who leads a partition: elections by request (KIP-460), and when brokers leave and come back.
//!
//! All replicas of a partition share one log for now, so a broker that comes back is in sync at
//! once.

use super::Decision;
use crate::base::{BrokerId, sort};
use crate::metadata::{ApiError, MetadataImage, NO_LEADER, PartitionImage, Record, TopicImage};
use crate::protocol::ErrorCode;
use crate::protocol::messages::elect_leaders_request::ElectLeadersRequest;
use crate::protocol::messages::elect_leaders_response::{
    ElectLeadersResponse, PartitionResult, ReplicaElectionResult,
};
use crate::protocol::messages::{BrokerRegistrationChangeRecord, PartitionChangeRecord};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Election {
    Preferred,
    Unclean,
}

/// Elects leaders as a client asks (ElectLeaders).
pub fn elect_leaders(
    image: &MetadataImage,
    request: &ElectLeadersRequest,
) -> Decision<ElectLeadersResponse> {
    let election = match request.election_type {
        0 => Election::Preferred,
        1 => Election::Unclean,
        other => {
            let text = format!("Unknown election type {other}");
            let error = ApiError::new(ErrorCode::INVALID_REQUEST, text);
            return Decision::unchanged(refused(request, &error));
        }
    };
    let mut records = Vec::new();
    let mut results = Vec::new();
    let mut elect = |topic: &str, partition: i32| {
        let result = elect(image, topic, partition, election);
        if let Ok(record) = &result {
            records.push(Record::from(record.clone()));
        }
        result.err()
    };
    match &request.topic_partitions {
        // All partitions: those that need no election are passed over.
        None => {
            for topic in image.topics() {
                let partitions = topic.partitions.iter().filter_map(|partition| {
                    let error = elect(&topic.name, partition.partition);
                    let needless = error
                        .as_ref()
                        .is_some_and(|e| e.code == ErrorCode::ELECTION_NOT_NEEDED);
                    (!needless).then(|| partition_result(partition.partition, error))
                });
                results.push(topic_result(&topic.name, partitions.collect()));
            }
        }
        Some(topics) => {
            for topic in topics {
                let partitions = topic
                    .partitions
                    .iter()
                    .map(|partition| partition_result(*partition, elect(&topic.topic, *partition)));
                results.push(topic_result(&topic.topic, partitions.collect()));
            }
        }
    }
    let response = ElectLeadersResponse {
        replica_election_results: results,
        ..Default::default()
    };
    Decision { response, records }
}

/// Kafka's answer when the whole request is wrong: every partition is told.
fn refused(request: &ElectLeadersRequest, error: &ApiError) -> ElectLeadersResponse {
    let topics = request.topic_partitions.iter().flatten().map(|topic| {
        let failed = |partition: &i32| partition_result(*partition, Some(error.clone()));
        topic_result(&topic.topic, topic.partitions.iter().map(failed).collect())
    });
    ElectLeadersResponse {
        error_code: error.code.code(),
        replica_election_results: topics.collect(),
        ..ElectLeadersResponse::default()
    }
}

fn topic_result(topic: &str, partition_result: Vec<PartitionResult>) -> ReplicaElectionResult {
    ReplicaElectionResult {
        topic: topic.to_owned(),
        partition_result,
        ..Default::default()
    }
}

fn partition_result(partition_id: i32, error: Option<ApiError>) -> PartitionResult {
    let (error_code, error_message) = match error {
        Some(error) => (error.code.code(), error.message),
        None => (ErrorCode::NONE.code(), None),
    };
    PartitionResult {
        partition_id,
        error_code,
        error_message,
        ..Default::default()
    }
}

fn elect(
    image: &MetadataImage,
    topic: &str,
    index: i32,
    election: Election,
) -> Result<PartitionChangeRecord, ApiError> {
    let unknown = |text| ApiError::new(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, text);
    let found = image
        .topic(topic)
        .ok_or_else(|| unknown(format!("No such topic as {topic}")))?;
    let partition = found
        .partition(index)
        .ok_or_else(|| unknown(format!("No such partition as {topic}-{index}")))?;
    let preferred = partition.preferred_leader();
    let needless = match election {
        Election::Preferred => partition.leader == preferred,
        Election::Unclean => partition.leader != NO_LEADER,
    };
    if needless {
        return Err(ApiError::with_own_words(ErrorCode::ELECTION_NOT_NEEDED));
    }
    let eligible = |id: i32| image.is_active(id) && partition.isr.contains(&id);
    match election {
        Election::Preferred if eligible(preferred) => Ok(PartitionChangeRecord {
            leader: preferred,
            ..change(found, partition)
        }),
        Election::Preferred => Err(ApiError::with_own_words(
            ErrorCode::PREFERRED_LEADER_NOT_AVAILABLE,
        )),
        // A replica that may lack records becomes the only one in sync: what it lacks is lost.
        Election::Unclean => {
            let clean = partition.replicas.iter().find(|id| eligible(**id));
            let any = partition.replicas.iter().find(|id| image.is_active(**id));
            match (clean, any) {
                (Some(leader), _) => Ok(PartitionChangeRecord {
                    leader: *leader,
                    ..change(found, partition)
                }),
                (None, Some(leader)) => Ok(PartitionChangeRecord {
                    leader: *leader,
                    isr: Some(vec![*leader]),
                    ..change(found, partition)
                }),
                (None, None) => Err(ApiError::with_own_words(
                    ErrorCode::ELIGIBLE_LEADERS_NOT_AVAILABLE,
                )),
            }
        }
    }
}

fn change(topic: &TopicImage, partition: &PartitionImage) -> PartitionChangeRecord {
    PartitionChangeRecord {
        partition_id: partition.partition,
        topic_id: topic.id,
        ..PartitionChangeRecord::default()
    }
}

fn registration_change(image: &MetadataImage, broker: BrokerId, fenced: bool) -> Record {
    let record = BrokerRegistrationChangeRecord {
        broker_id: broker.0,
        broker_epoch: image.broker(broker).map_or(-1, |broker| broker.epoch),
        fenced: if fenced { 1 } else { -1 },
        ..BrokerRegistrationChangeRecord::default()
    };
    record.into()
}

/// What follows when a broker goes out of service: it leads nothing and is in sync with nothing.
pub fn broker_fenced(image: &MetadataImage, broker: BrokerId) -> Vec<Record> {
    let mut records = vec![registration_change(image, broker, true)];
    for topic in image.topics() {
        let affected = topic
            .partitions
            .iter()
            .filter(|p| p.isr.contains(&broker.0));
        records.extend(affected.map(|partition| {
            let mut record = change(topic, partition);
            let isr: Vec<i32> = partition
                .isr
                .iter()
                .copied()
                .filter(|id| *id != broker.0)
                .collect();
            if isr.len() < topic.min_insync_replicas {
                // It has all that was acknowledged and may lead again later (KIP-966).
                let mut elr = partition.elr.clone();
                elr.push(broker.0);
                record.eligible_leader_replicas = Some(elr);
            }
            if partition.leader == broker.0 {
                let in_order = partition.replicas.iter().copied();
                let next = in_order
                    .into_iter()
                    .find(|id| isr.contains(id) && image.is_active(*id));
                record.leader = next.unwrap_or(NO_LEADER);
                if record.leader == NO_LEADER {
                    record.last_known_elr = Some(vec![broker.0]);
                }
            }
            record.isr = Some(isr);
            Record::from(record)
        }));
    }
    records
}

/// What follows when a registered broker comes back into service.
pub fn broker_unfenced(image: &MetadataImage, broker: BrokerId) -> Vec<Record> {
    let mut records = vec![registration_change(image, broker, false)];
    for topic in image.topics() {
        let affected = topic.partitions.iter().filter(|partition| {
            partition.replicas.contains(&broker.0) && !partition.isr.contains(&broker.0)
        });
        records.extend(affected.map(|partition| {
            let mut record = change(topic, partition);
            let mut isr = partition.isr.clone();
            isr.push(broker.0);
            // Kafka's leaders list who is in sync by id.
            sort(&mut isr);
            if partition.leader == NO_LEADER {
                record.leader = broker.0;
            }
            if !partition.elr.is_empty() {
                let elr = if isr.len() >= topic.min_insync_replicas {
                    Vec::new()
                } else {
                    partition
                        .elr
                        .iter()
                        .copied()
                        .filter(|id| *id != broker.0)
                        .collect()
                };
                record.eligible_leader_replicas = Some(elr);
            }
            if !partition.last_known_elr.is_empty() {
                record.last_known_elr = Some(Vec::new());
            }
            record.isr = Some(isr);
            Record::from(record)
        }));
    }
    records
}
