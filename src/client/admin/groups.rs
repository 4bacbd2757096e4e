//! Calls on groups: list, describe, delete; their offsets: read, alter, delete.

use super::call::{Target, Verdict, check};
use super::partitions::by_topic;
use super::types::*;
use super::{Admin, Inner, PerItem, Result};
use crate::base::SortedMap;
use crate::client::ClientError;
use crate::client::logger::class;
use crate::client::network::Question;
use crate::client::types::{Node, OffsetAndMetadata, TopicPartition};
use crate::protocol::frame::encode_request;
use crate::protocol::messages::consumer_group_describe_response as consumer_described;
use crate::protocol::messages::describe_groups_response as classic_described;
use crate::protocol::messages::offset_commit_request::{
    OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use crate::protocol::messages::offset_delete_request::{
    OffsetDeleteRequestPartition, OffsetDeleteRequestTopic,
};
use crate::protocol::messages::offset_fetch_request::{
    OffsetFetchRequestGroup, OffsetFetchRequestTopic, OffsetFetchRequestTopics,
};
use crate::protocol::messages::{
    ConsumerGroupDescribeRequest, DeleteGroupsRequest, DescribeGroupsRequest, ListGroupsRequest,
    OffsetCommitRequest, OffsetDeleteRequest, OffsetFetchRequest, OffsetFetchResponse,
};
use crate::protocol::records::decode_assignment;
use crate::protocol::{ErrorCode, Request};
use futures_util::future::join_all;

/// The newest version of OffsetCommit and OffsetFetch that names topics; later ones have only ids.
pub(crate) const LAST_VERSION_WITH_NAMES: i16 = 9;

impl Admin {
    /// Groups in these states and of these types (as Kafka spells them); empty lists take all.
    pub async fn list_groups(&self, states: &[&str], types: &[&str]) -> Result<Vec<GroupListing>> {
        let brokers = self
            .0
            .topic_metadata("findAllBrokers", Some(Vec::new()))
            .await;
        let brokers = brokers.map_err(|error| {
            ClientError::kafka("Failed to find brokers to send ListGroups", Some(error))
        })?;
        let owned = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect();
        let request = ListGroupsRequest {
            states_filter: owned(states),
            types_filter: owned(types),
            ..Default::default()
        };
        let judge = |_: &Node, response: crate::protocol::messages::ListGroupsResponse| match check(
            response.error_code,
            None,
        ) {
            Ok(()) => Verdict::Done(response.groups),
            Err(error) => Verdict::Failed(error),
        };
        let lists = brokers.brokers.iter().map(|broker| {
            let request = &request;
            async move {
                let target = Target::Broker(broker.node_id);
                self.0
                    .begin("listGroups")
                    .run(target, |_| request.clone(), judge)
                    .await
            }
        });
        let mut out: SortedMap<String, GroupListing> = SortedMap::new();
        for list in join_all(lists).await {
            for g in list? {
                let listing = GroupListing {
                    group_id: g.group_id.clone(),
                    protocol_type: g.protocol_type,
                    state: g.group_state,
                    group_type: g.group_type,
                };
                out.insert(g.group_id, listing);
            }
        }
        Ok(out.into_values().collect())
    }

    /// Groups of the consumer and the classic protocol.
    pub async fn describe_consumer_groups(
        &self,
        groups: &[&str],
    ) -> PerItem<String, GroupDescription> {
        let each = groups
            .iter()
            .map(|group| async { (group.to_string(), self.0.describe_group(group).await) });
        join_all(each).await
    }

    pub async fn delete_groups(&self, groups: &[&str]) -> PerItem<String, ()> {
        let each = groups.iter().map(|group| async {
            let request = DeleteGroupsRequest {
                groups_names: vec![group.to_string()],
                ..Default::default()
            };
            let read = |_: &Node, response: crate::protocol::messages::DeleteGroupsResponse| {
                let result = response.results.into_iter().next();
                result.map_or_else(super::topics::missing_result, |r| check(r.error_code, None))
            };
            let call =
                self.0
                    .ask_coordinator("deleteConsumerGroups", group, |_| request.clone(), read);
            let result = call.await;
            if let Err(ClientError::Broker { code, .. }) = &result {
                self.0
                    .log_group_error("DeleteConsumerGroups", group, *code, "");
            }
            (group.to_string(), result)
        });
        join_all(each).await
    }

    /// Offsets of a group; of all partitions that have one if `partitions` is `None`.
    pub async fn list_group_offsets(
        &self,
        group: &str,
        partitions: Option<&[TopicPartition]>,
    ) -> Result<GroupOffsets> {
        let build = |version| offset_fetch_request(group, partitions, version, false);
        let read = |_: &Node, response| offsets_of(response);
        let call = self
            .0
            .ask_coordinator("listConsumerGroupOffsets", group, build, read);
        let results = call.await?;
        let mut out = GroupOffsets::new();
        for (tp, result) in results {
            match result {
                Ok(offset) => {
                    out.insert(tp, offset);
                }
                Err(error) => {
                    let code = error.code().map_or("", |code| code.name());
                    let class =
                        format!("{}ListConsumerGroupOffsetsHandler", class::ADMIN_INTERNALS);
                    let text = format!("Skipping return offset for {tp} due to error {code}.");
                    self.0.core.log.warn(&class, &text);
                }
            }
        }
        for tp in partitions.unwrap_or_default() {
            out.entry(tp.clone()).or_insert(None);
        }
        Ok(out)
    }

    /// Sets offsets of a group that has no members.
    pub async fn alter_group_offsets(
        &self,
        group: &str,
        offsets: &SortedMap<TopicPartition, OffsetAndMetadata>,
    ) -> Result<PerItem<TopicPartition, ()>> {
        let tps: Vec<TopicPartition> = offsets.keys().cloned().collect();
        let request = OffsetCommitRequest {
            group_id: group.to_owned(),
            generation_id_or_member_epoch: -1,
            topics: offset_commit_topics(&tps, offsets),
            ..Default::default()
        };
        let read = |_: &Node, response: crate::protocol::messages::OffsetCommitResponse| {
            let results: Vec<(TopicPartition, Result<()>)> = (response.topics.into_iter())
                .flat_map(|t| {
                    t.partitions.into_iter().map(move |p| {
                        let tp = TopicPartition::new(t.name.as_str(), p.partition_index);
                        (tp, check(p.error_code, None))
                    })
                })
                .collect();
            match results
                .iter()
                .find_map(|(_, result)| moved_coordinator(result))
            {
                Some(error) => Err(error),
                None => Ok(results),
            }
        };
        self.0
            .ask_coordinator(
                "alterConsumerGroupOffsets",
                group,
                |_| request.clone(),
                read,
            )
            .await
    }

    pub async fn delete_group_offsets(
        &self,
        group: &str,
        partitions: &[TopicPartition],
    ) -> Result<PerItem<TopicPartition, ()>> {
        let request = OffsetDeleteRequest {
            group_id: group.to_owned(),
            topics: by_topic(partitions, |topic, tps| OffsetDeleteRequestTopic {
                name: topic.to_owned(),
                partitions: (tps.iter())
                    .map(|tp| OffsetDeleteRequestPartition {
                        partition_index: tp.partition,
                    })
                    .collect(),
            }),
        };
        let read = |_: &Node, response: crate::protocol::messages::OffsetDeleteResponse| {
            check(response.error_code, None)?;
            let results = response.topics.into_iter().flat_map(|t| {
                t.partitions.into_iter().map(move |p| {
                    let tp = TopicPartition::new(t.name.as_str(), p.partition_index);
                    (tp, check(p.error_code, None))
                })
            });
            Ok(results.collect())
        };
        self.0
            .ask_coordinator(
                "deleteConsumerGroupOffsets",
                group,
                |_| request.clone(),
                read,
            )
            .await
    }
}

impl Inner {
    /// Finds the group's coordinator and asks it, again if the group moves or loads, until the deadline.
    async fn ask_coordinator<R: Request, T>(
        &self,
        call_name: &str,
        group: &str,
        build: impl Fn(i16) -> R,
        read: impl Fn(&Node, R::Response) -> Result<T>,
    ) -> Result<T> {
        let max_version = match R::API_KEY {
            OffsetCommitRequest::API_KEY | OffsetFetchRequest::API_KEY => LAST_VERSION_WITH_NAMES,
            _ => R::MAX_VERSION,
        };
        let mut call = self.begin(call_name);
        loop {
            let node = call.coordinator(group).await?;
            let mut encode = |version: i16, correlation_id: i32, client_id: &str| {
                encode_request(version, correlation_id, Some(client_id), &build(version))
            };
            let timeout_ms = self.config.connection.request_timeout_ms;
            let question = Question::of::<R>(max_version, timeout_ms, &mut encode);
            let result = match call.ask_node(&node, question).await {
                Ok(answer) => answer
                    .and_then(|answer| answer.decode::<R>())
                    .and_then(|reply| read(&node, reply.response)),
                Err(timed_out) => Err(timed_out),
            };
            match result {
                Err(error) if error.is_retriable() => call.pause(error).await?,
                result => return result,
            }
        }
    }

    /// As a group of the consumer protocol, and if it is none, as a classic one.
    async fn describe_group(&self, group: &str) -> Result<GroupDescription> {
        let request = ConsumerGroupDescribeRequest {
            group_ids: vec![group.to_owned()],
            ..Default::default()
        };
        let read =
            |node: &Node, response: crate::protocol::messages::ConsumerGroupDescribeResponse| {
                let group = response.groups.into_iter().next();
                group.map_or_else(super::topics::missing_result, |g| {
                    consumer_description(node, g)
                })
            };
        let name = "describeConsumerGroups";
        match self
            .ask_coordinator(name, group, |_| request.clone(), read)
            .await
        {
            // A broker that knows the newer protocol refuses the empty name before it looks at the older one.
            Err(ClientError::UnsupportedVersion(_)) if group.is_empty() => {
                let code = ErrorCode::INVALID_GROUP_ID;
                self.log_describe_error("ConsumerGroupDescribe", group, code);
                return Err(ClientError::broker(code, None));
            }
            Err(ClientError::UnsupportedVersion(_)) => {}
            Err(ClientError::Broker {
                code: ErrorCode::GROUP_ID_NOT_FOUND | ErrorCode::UNSUPPORTED_VERSION,
                ..
            }) => {}
            Err(ClientError::Broker { code, message }) => {
                self.log_describe_error("ConsumerGroupDescribe", group, code);
                return Err(ClientError::Broker { code, message });
            }
            result => return result,
        }
        let request = DescribeGroupsRequest {
            groups: vec![group.to_owned()],
            ..Default::default()
        };
        let read = |node: &Node, response: crate::protocol::messages::DescribeGroupsResponse| {
            let group = response.groups.into_iter().next();
            group.map_or_else(super::topics::missing_result, |g| {
                classic_description(node, g)
            })
        };
        let result = self
            .ask_coordinator(name, group, |_| request.clone(), read)
            .await;
        if let Err(ClientError::Broker { code, .. }) = &result
            && *code != ErrorCode::GROUP_ID_NOT_FOUND
        {
            self.log_describe_error("DescribeGroups", group, *code);
        }
        result
    }

    fn log_describe_error(&self, api: &str, group: &str, code: ErrorCode) {
        let class = format!("{}DescribeConsumerGroupsHandler", class::ADMIN_INTERNALS);
        let text =
            format!("`{api}` request for group id {group} failed due to unexpected error {code}.");
        self.core.log.error(&class, &text);
    }

    /// Errors that Java's handlers call expected are not logged.
    fn log_group_error(&self, api: &str, group: &str, code: ErrorCode, end: &str) {
        let expected = [
            ErrorCode::GROUP_AUTHORIZATION_FAILED,
            ErrorCode::INVALID_GROUP_ID,
            ErrorCode::NON_EMPTY_GROUP,
            ErrorCode::GROUP_ID_NOT_FOUND,
        ];
        if !expected.contains(&code) {
            let class = format!("{}{api}Handler", class::ADMIN_INTERNALS);
            let text = format!(
                "`{api}` request for group id {group} failed due to unexpected error {code}{end}"
            );
            self.core.log.error(&class, &text);
        }
    }
}

/// The error, if it says that the coordinator is elsewhere or not ready.
fn moved_coordinator(result: &Result<()>) -> Option<ClientError> {
    let error = result.as_ref().err()?;
    let code = error.code()?;
    let moved = [
        ErrorCode::NOT_COORDINATOR,
        ErrorCode::COORDINATOR_NOT_AVAILABLE,
        ErrorCode::COORDINATOR_LOAD_IN_PROGRESS,
    ];
    moved.contains(&code).then(|| error.clone())
}

fn consumer_description(
    node: &Node,
    group: consumer_described::DescribedGroup,
) -> Result<GroupDescription> {
    check(group.error_code, group.error_message)?;
    let partitions = |assignment: consumer_described::Assignment| {
        let topics = assignment.topic_partitions.into_iter();
        topics
            .flat_map(|t| {
                let topic: std::rc::Rc<str> = t.topic_name.into();
                t.partitions
                    .into_iter()
                    .map(move |p| TopicPartition::new(topic.clone(), p))
            })
            .collect()
    };
    let member = |m: consumer_described::Member| MemberDescription {
        member_id: m.member_id,
        group_instance_id: m.instance_id,
        client_id: m.client_id,
        host: m.client_host,
        assignment: partitions(m.assignment),
        target_assignment: Some(partitions(m.target_assignment)),
        member_epoch: Some(m.member_epoch),
        upgraded: match m.member_type {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        },
    };
    Ok(GroupDescription {
        group_id: group.group_id,
        group_type: "Consumer".into(),
        protocol_type: "consumer".into(),
        partition_assignor: group.assignor_name,
        state: group.group_state,
        members: group.members.into_iter().map(member).collect(),
        coordinator: node.clone(),
        group_epoch: Some(group.group_epoch),
        target_assignment_epoch: Some(group.assignment_epoch),
    })
}

fn classic_description(
    node: &Node,
    group: classic_described::DescribedGroup,
) -> Result<GroupDescription> {
    check(group.error_code, group.error_message)?;
    if !matches!(group.protocol_type.as_str(), "consumer" | "") {
        return Err(ClientError::IllegalArgument(format!(
            "GroupId {} is not a consumer group ({}).",
            group.group_id, group.protocol_type
        )));
    }
    let member = |m: classic_described::DescribedGroupMember| {
        let assigned = decode_assignment(m.member_assignment).unwrap_or_default();
        let assignment = assigned.assigned_partitions.into_iter().flat_map(|t| {
            let topic: std::rc::Rc<str> = t.topic.into();
            t.partitions
                .into_iter()
                .map(move |p| TopicPartition::new(topic.clone(), p))
        });
        MemberDescription {
            member_id: m.member_id,
            group_instance_id: m.group_instance_id,
            client_id: m.client_id,
            host: m.client_host,
            assignment: assignment.collect(),
            target_assignment: None,
            member_epoch: None,
            upgraded: None,
        }
    };
    Ok(GroupDescription {
        group_id: group.group_id,
        group_type: "Classic".into(),
        protocol_type: group.protocol_type,
        partition_assignor: group.protocol_data,
        state: group.group_state,
        members: group.members.into_iter().map(member).collect(),
        coordinator: node.clone(),
        group_epoch: None,
        target_assignment_epoch: None,
    })
}

/// A request for offsets of one group, in the form that the version has.
pub(crate) fn offset_fetch_request(
    group: &str,
    partitions: Option<&[TopicPartition]>,
    version: i16,
    require_stable: bool,
) -> OffsetFetchRequest {
    let indexes = |tps: Vec<&TopicPartition>| tps.iter().map(|tp| tp.partition).collect();
    let mut request = OffsetFetchRequest {
        require_stable: require_stable && version >= 7,
        ..Default::default()
    };
    if version >= 8 {
        let topics = partitions.map(|tps| {
            by_topic(tps, |topic, tps| OffsetFetchRequestTopics {
                name: topic.to_owned(),
                partition_indexes: indexes(tps),
                ..Default::default()
            })
        });
        request.groups = vec![OffsetFetchRequestGroup {
            group_id: group.to_owned(),
            topics,
            ..Default::default()
        }];
    } else {
        request.group_id = group.to_owned();
        request.topics = partitions.map(|tps| {
            by_topic(tps, |topic, tps| OffsetFetchRequestTopic {
                name: topic.to_owned(),
                partition_indexes: indexes(tps),
                ..Default::default()
            })
        });
    }
    request
}

type FetchedOffsets = Vec<(TopicPartition, Result<Option<OffsetAndMetadata>>)>;

/// Offsets of the one group in a response of any version.
pub(crate) fn offsets_of(response: OffsetFetchResponse) -> Result<FetchedOffsets> {
    let mut out = Vec::new();
    let mut add = |topic: &str, index: i32, code: i16, offset: i64, epoch: i32, metadata| {
        let result = check(code, None).map(|()| {
            (offset >= 0).then(|| OffsetAndMetadata {
                offset,
                leader_epoch: Some(epoch).filter(|e| *e >= 0),
                metadata,
            })
        });
        out.push((TopicPartition::new(topic, index), result));
    };
    if let Some(group) = response.groups.into_iter().next() {
        check(group.error_code, None)?;
        for t in group.topics {
            for p in t.partitions {
                let metadata = p.metadata.unwrap_or_default();
                let (offset, epoch) = (p.committed_offset, p.committed_leader_epoch);
                add(
                    &t.name,
                    p.partition_index,
                    p.error_code,
                    offset,
                    epoch,
                    metadata,
                );
            }
        }
    } else {
        check(response.error_code, None)?;
        for t in response.topics {
            for p in t.partitions {
                let metadata = p.metadata.unwrap_or_default();
                let (offset, epoch) = (p.committed_offset, p.committed_leader_epoch);
                add(
                    &t.name,
                    p.partition_index,
                    p.error_code,
                    offset,
                    epoch,
                    metadata,
                );
            }
        }
    }
    Ok(out)
}

/// The topics of a commit.
pub(crate) fn offset_commit_topics(
    partitions: &[TopicPartition],
    offsets: &SortedMap<TopicPartition, OffsetAndMetadata>,
) -> Vec<OffsetCommitRequestTopic> {
    by_topic(partitions, |topic, tps| OffsetCommitRequestTopic {
        name: topic.to_owned(),
        partitions: (tps.iter())
            .map(|tp| {
                let offset = &offsets[*tp];
                OffsetCommitRequestPartition {
                    partition_index: tp.partition,
                    committed_offset: offset.offset,
                    committed_leader_epoch: offset.leader_epoch.unwrap_or(-1),
                    committed_metadata: Some(offset.metadata.clone()),
                    ..Default::default()
                }
            })
            .collect(),
        ..Default::default()
    })
}
