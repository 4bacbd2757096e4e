//! New topics: by request, and of themselves when a client asks for one that is not there.

use super::alter_configs::{AlterOp, ConfigOps, alter_incrementally};
use super::{Decision, bounded, directories, place};
use crate::base::{BrokerId, Rng, SortedMap, SortedSet, sort};
use crate::metadata::config::ResourceType;
use crate::metadata::config::resolve::{Configs, DescribedConfig};
use crate::metadata::{ApiError, MetadataImage, NO_LEADER, Record, names};
use crate::protocol::messages::create_topics_request::{
    CreatableReplicaAssignment, CreatableTopic, CreatableTopicConfig, CreateTopicsRequest,
};
use crate::protocol::messages::create_topics_response::{
    CreatableTopicConfigs, CreatableTopicResult, CreateTopicsResponse,
};
use crate::protocol::messages::{PartitionRecord, TopicRecord};
use crate::protocol::{ErrorCode, Uuid};

/// The most partitions that one request may create.
const MAX_PARTITIONS_PER_REQUEST: i64 = 10_000;
/// The topic of the metadata log, which nobody creates.
const METADATA_TOPIC: &str = "__cluster_metadata";

/// Creates topics as a client asks (CreateTopics).
pub fn create_topics(
    image: &MetadataImage,
    rng: &mut Rng,
    request: &CreateTopicsRequest,
) -> Decision<CreateTopicsResponse> {
    let counts = SortedMap::counts(request.topics.iter().map(|topic| topic.name.as_str()));
    let wanted = request.topics.iter().filter(|topic| {
        counts.get(topic.name.as_str()) == Some(&1) && topic.name != METADATA_TOPIC
    });
    let mut decision = create(image, rng, wanted.collect(), request.validate_only);
    for (name, count) in counts {
        let message = if count > 1 {
            "Duplicate topic name.".to_owned()
        } else if name == METADATA_TOPIC {
            format!("Creation of internal topic {METADATA_TOPIC} is prohibited.")
        } else {
            continue;
        };
        let error = ApiError::new(ErrorCode::INVALID_REQUEST, message);
        decision.response.topics.push(failed(name, error));
    }
    decision
}

/// Creates the topics that a Metadata or FindCoordinator request named and that do not exist, with
/// the settings of `broker`, which was asked. Topics with names that are not valid are passed over.
pub fn auto_create_topics(
    image: &MetadataImage,
    rng: &mut Rng,
    broker: BrokerId,
    topics: &[&str],
) -> Decision<CreateTopicsResponse> {
    let unique: SortedSet<&str> = topics
        .iter()
        .copied()
        .filter(|name| names::check_topic(name).is_ok() && image.topic(name).is_none())
        .collect();
    let wanted: Vec<CreatableTopic> = unique
        .into_iter()
        .map(|name| auto_created(image, broker, name))
        .collect();
    create(image, rng, wanted.iter().collect(), false)
}

fn auto_created(image: &MetadataImage, broker: BrokerId, name: &str) -> CreatableTopic {
    let settings = image.broker_settings(broker);
    let started_with = image.broker_view(broker).started_with;
    let mut topic = CreatableTopic {
        name: name.to_owned(),
        num_partitions: -1,
        replication_factor: -1,
        ..CreatableTopic::default()
    };
    if name == names::OFFSETS_TOPIC {
        topic.num_partitions = settings.offsets_topic_num_partitions;
        topic.replication_factor = settings.offsets_topic_replication_factor;
        let segment_bytes = settings.offsets_topic_segment_bytes.to_string();
        let config = |name: &str, value: &str| CreatableTopicConfig {
            name: name.to_owned(),
            value: Some(value.to_owned()),
            ..CreatableTopicConfig::default()
        };
        topic.configs = vec![
            config("compression.type", "producer"),
            config("cleanup.policy", "compact"),
            config("segment.bytes", &segment_bytes),
        ];
        return topic;
    }
    if started_with.contains_key("num.partitions") {
        topic.num_partitions = settings.num_partitions;
    }
    if started_with.contains_key("default.replication.factor") {
        topic.replication_factor = settings.default_replication_factor;
    }
    topic
}

fn failed(name: &str, error: ApiError) -> CreatableTopicResult {
    CreatableTopicResult {
        name: name.to_owned(),
        error_code: error.code.code(),
        error_message: error.message,
        ..CreatableTopicResult::default()
    }
}

fn create(
    image: &MetadataImage,
    rng: &mut Rng,
    topics: Vec<&CreatableTopic>,
    validate_only: bool,
) -> Decision<CreateTopicsResponse> {
    let all_fail = |text: &str| {
        let error = || ApiError::new(ErrorCode::POLICY_VIOLATION, text);
        let results = topics.iter().map(|topic| failed(&topic.name, error()));
        let response = CreateTopicsResponse {
            topics: results.collect(),
            ..Default::default()
        };
        Decision::unchanged(response)
    };
    if total_partitions(image, &topics) > MAX_PARTITIONS_PER_REQUEST {
        return all_fail("Excessively large number of partitions per request.");
    }
    let mut records = Vec::new();
    let mut results = Vec::with_capacity(topics.len());
    for topic in &topics {
        match create_topic(image, rng, topic) {
            Ok((result, new)) => {
                results.push(result);
                records.extend(new);
            }
            Err(error) => results.push(failed(&topic.name, error)),
        }
    }
    let Some(records) = bounded(records) else {
        return all_fail("Unable to perform excessively large batch operation.");
    };
    Decision {
        response: CreateTopicsResponse {
            topics: results,
            ..Default::default()
        },
        records: if validate_only { Vec::new() } else { records },
    }
}

fn total_partitions(image: &MetadataImage, topics: &[&CreatableTopic]) -> i64 {
    let default = image.controller_view();
    let default = crate::metadata::config::settings::BrokerSettings::new(default).num_partitions;
    let count = |topic: &&CreatableTopic| match topic.num_partitions {
        _ if !topic.assignments.is_empty() => topic.assignments.len() as i64,
        -1 => i64::from(default),
        number => i64::from(number.max(0)),
    };
    topics.iter().map(count).sum()
}

fn create_topic(
    image: &MetadataImage,
    rng: &mut Rng,
    topic: &CreatableTopic,
) -> Result<(CreatableTopicResult, Vec<Record>), ApiError> {
    check_name(image, &topic.name)?;
    let overrides = overrides(topic)?;
    let ops: ConfigOps<'_> = overrides
        .iter()
        .map(|(name, value)| (name.as_str(), AlterOp::Set, Some(value.as_str())))
        .collect();
    let configs = alter_incrementally(image, ResourceType::Topic, &topic.name, &ops, true)?;
    let partitions = partitions(image, rng, topic)?;
    let topic_id = new_topic_id(image, rng);
    let result = CreatableTopicResult {
        name: topic.name.clone(),
        topic_id,
        error_message: None,
        num_partitions: i32::try_from(partitions.len()).unwrap_or(i32::MAX),
        replication_factor: partitions
            .first()
            .map_or(0, |replicas| replicas.len() as i16),
        configs: Some(shown_configs(
            image.controller_view().describe_new_topic(&overrides),
        )),
        ..CreatableTopicResult::default()
    };
    let mut records = vec![
        TopicRecord {
            name: topic.name.clone(),
            topic_id,
            ..TopicRecord::default()
        }
        .into(),
    ];
    records.extend(configs);
    for (index, replicas) in partitions.into_iter().enumerate() {
        records.push(new_partition(image, topic_id, index as i32, replicas).into());
    }
    Ok((result, records))
}

fn check_name(image: &MetadataImage, name: &str) -> Result<(), ApiError> {
    let invalid = |text: String| ApiError::new(ErrorCode::INVALID_TOPIC_EXCEPTION, text);
    names::check_topic(name).map_err(invalid)?;
    if image.topic(name).is_some() {
        let text = format!("Topic '{name}' already exists.");
        return Err(ApiError::new(ErrorCode::TOPIC_ALREADY_EXISTS, text));
    }
    match image
        .topics()
        .find(|topic| names::collide(&topic.name, name))
    {
        Some(other) => {
            let other = &other.name;
            Err(invalid(format!(
                "Topic '{name}' collides with existing topic: {other}"
            )))
        }
        None => Ok(()),
    }
}

fn overrides(topic: &CreatableTopic) -> Result<Configs, ApiError> {
    let nulls: Vec<&str> = topic
        .configs
        .iter()
        .filter(|config| config.value.is_none())
        .map(|config| config.name.as_str())
        .collect();
    if !nulls.is_empty() {
        let text = format!(
            "Null value not supported for topic configs: {}",
            nulls.join(",")
        );
        return Err(ApiError::new(ErrorCode::INVALID_CONFIG, text));
    }
    let entry = |config: &CreatableTopicConfig| Some((config.name.clone(), config.value.clone()?));
    Ok(topic.configs.iter().filter_map(entry).collect())
}

fn shown_configs(entries: Vec<DescribedConfig>) -> Vec<CreatableTopicConfigs> {
    let shown = |entry: DescribedConfig| CreatableTopicConfigs {
        name: entry.name,
        value: entry.value,
        read_only: entry.read_only,
        config_source: entry.source as i8,
        is_sensitive: entry.is_sensitive,
        ..CreatableTopicConfigs::default()
    };
    entries.into_iter().map(shown).collect()
}

/// The replicas of each partition, by number.
fn partitions(
    image: &MetadataImage,
    rng: &mut Rng,
    topic: &CreatableTopic,
) -> Result<Vec<Vec<i32>>, ApiError> {
    if !topic.assignments.is_empty() {
        return assigned(image, topic);
    }
    let refuse = |code, text: &str| Err(ApiError::new(code, text));
    let (count, replicas) = (topic.num_partitions, topic.replication_factor);
    if replicas < -1 || replicas == 0 {
        return refuse(
            ErrorCode::INVALID_REPLICATION_FACTOR,
            "Replication factor must be larger than 0, or -1 to use the default value.",
        );
    }
    if count < -1 || count == 0 {
        return refuse(
            ErrorCode::INVALID_PARTITIONS,
            "Number of partitions was set to an invalid non-positive value.",
        );
    }
    let controller = image.controller().unwrap_or(BrokerId(0));
    let settings = image.broker_settings(controller);
    let count = if count == -1 {
        settings.num_partitions
    } else {
        count
    };
    let replicas = if replicas == -1 {
        settings.default_replication_factor
    } else {
        replicas
    };
    place(
        image.brokers(),
        count.unsigned_abs() as usize,
        replicas.into(),
        rng,
    )
    .map_err(|why| {
        let text = format!("Unable to replicate the partition {replicas} time(s): {why}");
        ApiError::new(ErrorCode::INVALID_REPLICATION_FACTOR, text)
    })
}

/// What the client itself assigned, if it is possible.
fn assigned(image: &MetadataImage, topic: &CreatableTopic) -> Result<Vec<Vec<i32>>, ApiError> {
    let not_both = |what: &str| {
        let text =
            format!("A manual partition assignment was specified, but {what} not set to -1.");
        Err(ApiError::new(ErrorCode::INVALID_REQUEST, text))
    };
    if topic.replication_factor != -1 {
        return not_both("replication factor was");
    }
    if topic.num_partitions != -1 {
        return not_both("numPartitions was");
    }
    let invalid = |text: String| ApiError::new(ErrorCode::INVALID_REPLICA_ASSIGNMENT, text);
    let mut parts: SortedMap<i32, &Vec<i32>> = SortedMap::new();
    let mut width = None;
    for CreatableReplicaAssignment {
        partition_index,
        broker_ids,
        ..
    } in &topic.assignments
    {
        if parts.contains_key(partition_index) {
            return Err(invalid(format!(
                "Found multiple manual partition assignments for partition {partition_index}"
            )));
        }
        check_assignment(image, *partition_index, broker_ids, width)?;
        width = Some(broker_ids.len());
        parts.insert(*partition_index, broker_ids);
    }
    if !parts.keys().copied().eq(0..parts.len() as i32) {
        let text = "partitions should be a consecutive 0-based integer sequence";
        return Err(invalid(text.to_owned()));
    }
    Ok(parts.into_values().cloned().collect())
}

/// Checks one partition's replicas as a client wants them; `width` is how many the others have.
pub(super) fn check_assignment(
    image: &MetadataImage,
    partition: i32,
    replicas: &[i32],
    width: Option<usize>,
) -> Result<(), ApiError> {
    let refuse = |text: String| Err(ApiError::new(ErrorCode::INVALID_REPLICA_ASSIGNMENT, text));
    if replicas.is_empty() {
        return refuse("The manual partition assignment includes an empty replica list.".into());
    }
    let mut sorted = replicas.to_vec();
    sort(&mut sorted);
    for (i, id) in sorted.iter().enumerate() {
        if !image.brokers.contains_key(id) {
            return refuse(format!(
                "The manual partition assignment includes broker {id}, but no such broker is \
                 registered."
            ));
        }
        if i > 0 && sorted[i - 1] == *id {
            return refuse(format!(
                "The manual partition assignment includes the broker {id} more than once."
            ));
        }
    }
    if let Some(width) = width.filter(|width| *width != replicas.len()) {
        let count = replicas.len();
        return refuse(format!(
            "The manual partition assignment includes a partition with {count} replica(s), but \
             this is not consistent with previous partitions, which have {width} replica(s)."
        ));
    }
    if !replicas.iter().any(|id| image.is_active(*id)) {
        return refuse(format!(
            "All brokers specified in the manual partition assignment for partition {partition} \
             are fenced or in controlled shutdown."
        ));
    }
    Ok(())
}

/// The record of a partition whose replicas in service are all in sync; the first of them leads.
pub(super) fn new_partition(
    image: &MetadataImage,
    topic_id: Uuid,
    partition_id: i32,
    replicas: Vec<i32>,
) -> PartitionRecord {
    let isr: Vec<i32> = replicas
        .iter()
        .copied()
        .filter(|id| image.is_active(*id))
        .collect();
    PartitionRecord {
        partition_id,
        topic_id,
        leader_epoch: 0,
        partition_epoch: 0,
        leader: isr.first().copied().unwrap_or(NO_LEADER),
        directories: directories(image, &replicas),
        isr,
        replicas,
        ..PartitionRecord::default()
    }
}

/// A random id that no topic has. Kafka also avoids ids whose text starts with a dash, for command
/// lines.
fn new_topic_id(image: &MetadataImage, rng: &mut Rng) -> Uuid {
    loop {
        let id = Uuid::from_random(rng.next_u64(), rng.next_u64());
        let reserved = id == Uuid::ZERO || id == Uuid::ONE || id.to_string().starts_with('-');
        if !reserved && image.topic_by_id(id).is_none() {
            return id;
        }
    }
}
