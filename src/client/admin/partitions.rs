//! Calls that go to the leaders of partitions (offsets, deletion of records, producers), and elections.

use super::call::{Call, Target, check};
use super::types::*;
use super::{Admin, Inner, PerItem, Result};
use crate::base::{SortedMap, SortedSet};
use crate::client::ClientError;
use crate::client::logger::class;
use crate::client::types::{Node, TopicPartition};
use crate::protocol::messages::delete_records_request::{
    DeleteRecordsPartition, DeleteRecordsTopic,
};
use crate::protocol::messages::describe_producers_request::TopicRequest;
use crate::protocol::messages::elect_leaders_request::TopicPartitions;
use crate::protocol::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use crate::protocol::messages::metadata_request::MetadataRequestTopic;
use crate::protocol::messages::{
    DeleteRecordsRequest, DescribeProducersRequest, ElectLeadersRequest, ListOffsetsRequest,
    MetadataRequest, MetadataResponse,
};
use crate::protocol::{ErrorCode, Request};
use futures_util::future::join_all;

type PerPartition<V> = Vec<(TopicPartition, Result<V>)>;

impl Admin {
    /// Deletes records below these offsets (-1: below the high watermark); answers with the new log starts.
    pub async fn delete_records(
        &self,
        before: &SortedMap<TopicPartition, i64>,
    ) -> PerItem<TopicPartition, i64> {
        let build = |tps: &[TopicPartition], timeout_ms: i32, _| DeleteRecordsRequest {
            topics: by_topic(tps, |topic, partitions| DeleteRecordsTopic {
                name: topic.to_owned(),
                partitions: (partitions.iter())
                    .map(|tp| DeleteRecordsPartition {
                        partition_index: tp.partition,
                        offset: before[*tp],
                        ..Default::default()
                    })
                    .collect(),
                ..Default::default()
            }),
            timeout_ms,
            ..Default::default()
        };
        let read = |response: crate::protocol::messages::DeleteRecordsResponse| {
            let topics = response.topics.into_iter();
            let partition = |(topic, p): (
                String,
                crate::protocol::messages::delete_records_response::DeleteRecordsPartitionResult,
            )| {
                let result = check(p.error_code, None).map(|()| p.low_watermark);
                (TopicPartition::new(topic, p.partition_index), result)
            };
            topics
                .flat_map(|t| t.partitions.into_iter().map(move |p| (t.name.clone(), p)))
                .map(partition)
                .collect()
        };
        let partitions = before.keys().cloned().collect();
        self.0
            .ask_leaders("deleteRecords", "DeleteRecords", partitions, build, read)
            .await
    }

    pub async fn list_offsets(
        &self,
        wanted: &SortedMap<TopicPartition, OffsetSpec>,
    ) -> PerItem<TopicPartition, ListOffsetsResult> {
        let build = |tps: &[TopicPartition], timeout_ms: i32, version: i16| ListOffsetsRequest {
            replica_id: -1,
            isolation_level: 0,
            topics: by_topic(tps, |topic, partitions| ListOffsetsTopic {
                name: topic.to_owned(),
                partitions: (partitions.iter())
                    .map(|tp| ListOffsetsPartition {
                        partition_index: tp.partition,
                        current_leader_epoch: -1,
                        timestamp: wanted[*tp].timestamp(),
                        ..Default::default()
                    })
                    .collect(),
                ..Default::default()
            }),
            timeout_ms: if version >= 10 { timeout_ms } else { 0 },
            ..Default::default()
        };
        let read = |response: crate::protocol::messages::ListOffsetsResponse| {
            let partition = |(topic, p): (
                String,
                crate::protocol::messages::list_offsets_response::ListOffsetsPartitionResponse,
            )| {
                let result = check(p.error_code, None).map(|()| ListOffsetsResult {
                    offset: p.offset,
                    timestamp: p.timestamp,
                    leader_epoch: Some(p.leader_epoch).filter(|epoch| *epoch >= 0),
                });
                (TopicPartition::new(topic, p.partition_index), result)
            };
            (response.topics.into_iter())
                .flat_map(|t| t.partitions.into_iter().map(move |p| (t.name.clone(), p)))
                .map(partition)
                .collect()
        };
        let partitions = wanted.keys().cloned().collect();
        self.0
            .ask_leaders("listOffsets", "ListOffsets", partitions, build, read)
            .await
    }

    pub async fn describe_producers(
        &self,
        partitions: &[TopicPartition],
    ) -> PerItem<TopicPartition, Vec<ProducerState>> {
        let build = |tps: &[TopicPartition], _, _| DescribeProducersRequest {
            topics: by_topic(tps, |topic, partitions| TopicRequest {
                name: topic.to_owned(),
                partition_indexes: partitions.iter().map(|tp| tp.partition).collect(),
                ..Default::default()
            }),
            ..Default::default()
        };
        let read = |response: crate::protocol::messages::DescribeProducersResponse| {
            let partition = |(topic, p): (
                String,
                crate::protocol::messages::describe_producers_response::PartitionResponse,
            )| {
                let producers = p.active_producers.into_iter().map(|s| ProducerState {
                    producer_id: s.producer_id,
                    producer_epoch: s.producer_epoch,
                    last_sequence: s.last_sequence,
                    last_timestamp: s.last_timestamp,
                    coordinator_epoch: Some(s.coordinator_epoch).filter(|e| *e >= 0),
                    current_transaction_start_offset: Some(s.current_txn_start_offset)
                        .filter(|o| *o >= 0),
                });
                let producers = producers.collect();
                let result = check(p.error_code, p.error_message).map(|()| producers);
                (TopicPartition::new(topic, p.partition_index), result)
            };
            (response.topics.into_iter())
                .flat_map(|t| t.partitions.into_iter().map(move |p| (t.name.clone(), p)))
                .map(partition)
                .collect()
        };
        let partitions = partitions.to_vec();
        self.0
            .ask_leaders(
                "describeProducers",
                "DescribeProducers",
                partitions,
                build,
                read,
            )
            .await
    }

    /// Elects leaders of these partitions, or of all that need it. What needed none fails with
    /// `ElectionNotNeededException`.
    pub async fn elect_leaders(
        &self,
        election: ElectionType,
        partitions: Option<&[TopicPartition]>,
    ) -> Result<PerItem<TopicPartition, ()>> {
        let topics = partitions.map(|tps| {
            by_topic(tps, |topic, partitions| TopicPartitions {
                topic: topic.to_owned(),
                partitions: partitions.iter().map(|tp| tp.partition).collect(),
                ..Default::default()
            })
        });
        let request = ElectLeadersRequest {
            election_type: election as i8,
            topic_partitions: topics,
            timeout_ms: self.0.begin("electLeaders").left_ms(),
            ..Default::default()
        };
        let call = self
            .0
            .request("electLeaders", Target::Controller, |_| request.clone());
        let response = call.await?;
        check(response.error_code, None)?;
        let results = response.replica_election_results.into_iter().flat_map(|t| {
            t.partition_result.into_iter().map(move |p| {
                let tp = TopicPartition::new(t.topic.as_str(), p.partition_id);
                (tp, check(p.error_code, p.error_message))
            })
        });
        Ok(results.collect())
    }
}

impl Inner {
    /// Looks up the leaders of `partitions`, asks each for its own, and goes on with those whose answer may yet
    /// be better, until the deadline.
    async fn ask_leaders<R: Request, V>(
        &self,
        call_name: &str,
        api: &str,
        partitions: Vec<TopicPartition>,
        build: impl Fn(&[TopicPartition], i32, i16) -> R,
        read: impl Fn(R::Response) -> PerPartition<V>,
    ) -> PerPartition<V> {
        let mut results: SortedMap<TopicPartition, Result<V>> = SortedMap::new();
        let mut open: Vec<TopicPartition> = partitions.clone();
        let name = format!("{call_name}(api={})", java_name(api));
        let mut call = self.begin(&name);
        while !open.is_empty() {
            let leaders = self.leaders(&call, call_name, &open, &mut results).await;
            let mut last_error = ClientError::broker(ErrorCode::LEADER_NOT_AVAILABLE, None);
            let timeout_ms = call.left_ms();
            let build = &build;
            let asked = leaders.iter().map(|(leader, tps)| async move {
                (
                    tps,
                    self.ask_leader(*leader, |version| build(tps, timeout_ms, version))
                        .await,
                )
            });
            for (tps, answer) in join_all(asked).await {
                let answer = match answer {
                    Ok(response) => read(response),
                    Err(error) => tps
                        .iter()
                        .map(|tp| (tp.clone(), Err(error.clone())))
                        .collect(),
                };
                for (tp, result) in answer {
                    match result {
                        Err(error) if error.is_retriable() => last_error = error,
                        result => {
                            if let Err(error) = &result {
                                self.log_partition_error(api, &tp, error);
                            }
                            results.insert(tp, result);
                        }
                    }
                }
            }
            open.retain(|tp| !results.contains_key(tp));
            if !open.is_empty()
                && let Err(error) = call.pause(last_error).await
            {
                results.extend(open.drain(..).map(|tp| (tp, Err(error.clone()))));
            }
        }
        let take = |tp: TopicPartition| results.remove(&tp).map(|result| (tp, result));
        partitions.into_iter().filter_map(take).collect()
    }

    async fn ask_leader<R: Request>(
        &self,
        leader: i32,
        build: impl Fn(i16) -> R,
    ) -> Result<R::Response> {
        let node = self.core.metadata.cluster().nodes.get(&leader).cloned();
        let node: Node = node.ok_or(ClientError::Disconnected)?;
        Ok(self.core.network.call(&node, build).await?.response)
    }

    /// The leaders of `open`, by broker. What can have none goes to `results` as failed.
    async fn leaders<V>(
        &self,
        call: &Call<'_>,
        call_name: &str,
        open: &[TopicPartition],
        results: &mut SortedMap<TopicPartition, Result<V>>,
    ) -> SortedMap<i32, Vec<TopicPartition>> {
        let names: SortedSet<&str> = open.iter().map(|tp| &*tp.topic).collect();
        let topic = |name: &&str| MetadataRequestTopic {
            name: Some((*name).to_owned()),
            ..Default::default()
        };
        let request = MetadataRequest {
            topics: Some(names.iter().map(topic).collect()),
            allow_auto_topic_creation: false,
            ..Default::default()
        };
        let name = format!("{call_name}(api=METADATA)");
        let build = |version: i16| MetadataRequest {
            allow_auto_topic_creation: version < 4,
            ..request.clone()
        };
        let judge = |_: &Node, response| super::call::Verdict::Done(response);
        match call.named(&name).run(Target::Any, build, judge).await {
            Ok(response) => self.read_leaders(open, response, results),
            Err(error) => {
                results.extend(open.iter().map(|tp| (tp.clone(), Err(error.clone()))));
                SortedMap::new()
            }
        }
    }

    fn read_leaders<V>(
        &self,
        open: &[TopicPartition],
        response: MetadataResponse,
        results: &mut SortedMap<TopicPartition, Result<V>>,
    ) -> SortedMap<i32, Vec<TopicPartition>> {
        let mut leaders: SortedMap<i32, Vec<TopicPartition>> = SortedMap::new();
        for topic in response.topics {
            let name = topic.name.unwrap_or_default();
            let of_topic = || open.iter().filter(|tp| *tp.topic == *name);
            match ErrorCode(topic.error_code) {
                ErrorCode::NONE => {
                    for tp in of_topic() {
                        let partition = topic
                            .partitions
                            .iter()
                            .find(|p| p.partition_index == tp.partition);
                        if let Some(p) = partition.filter(|p| p.leader_id >= 0) {
                            leaders.entry(p.leader_id).or_default().push(tp.clone());
                        }
                    }
                }
                ErrorCode::INVALID_TOPIC_EXCEPTION => {
                    let text = format!(
                        "Received invalid topic error for topic {name} in `Metadata` response"
                    );
                    self.log_leader_error(&text, ErrorCode::INVALID_TOPIC_EXCEPTION);
                    results.extend(of_topic().map(|tp| {
                        let text = format!(
                            "Failed to fetch metadata for partition {tp} due to invalid topic `{name}`"
                        );
                        (tp.clone(), Err(ClientError::InvalidTopic(text)))
                    }));
                }
                code if code.is_retriable() => {}
                code => {
                    let text = format!(
                        "Received unexpected error for topic {name} in `Metadata` response"
                    );
                    self.log_leader_error(&text, code);
                    results.extend(of_topic().map(|tp| {
                        let text = format!(
                            "Failed to fetch metadata for partition {tp} due to unexpected error for \
                             topic `{name}`"
                        );
                        (tp.clone(), Err(ClientError::broker(code, Some(text))))
                    }));
                }
            }
        }
        leaders
    }

    fn log_leader_error(&self, text: &str, code: ErrorCode) {
        let class = format!("{}PartitionLeaderStrategy", class::ADMIN_INTERNALS);
        let error = ClientError::broker(code, None);
        self.core.log.error_with(&class, text, &error);
    }

    fn log_partition_error(&self, api: &str, tp: &TopicPartition, error: &ClientError) {
        if let Some(code) = error.code() {
            let class = format!("{}{api}Handler", class::ADMIN_INTERNALS);
            let text = format!(
                "{api} request for topic partition {tp} failed due to an unexpected error {code}"
            );
            self.core.log.error(&class, &text);
        }
    }
}

/// `ListOffsets` → `LIST_OFFSETS`.
fn java_name(api: &str) -> String {
    let mut out = String::new();
    for c in api.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(c.to_ascii_uppercase());
    }
    out
}

/// Groups partitions by topic, in order.
pub(crate) fn by_topic<T>(
    partitions: &[TopicPartition],
    make: impl Fn(&str, Vec<&TopicPartition>) -> T,
) -> Vec<T> {
    let mut topics: SortedMap<&str, Vec<&TopicPartition>> = SortedMap::new();
    for tp in partitions {
        topics.entry(&tp.topic).or_default().push(tp);
    }
    topics
        .into_iter()
        .map(|(topic, tps)| make(topic, tps))
        .collect()
}
