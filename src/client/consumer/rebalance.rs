//! The requests of a rebalance, and the heartbeats between them; all in the background.

use super::assignor::{AssignorKind, Subscription};
use super::coordinator::Group;
use super::membership::{Generation, Join, MemberState};
use super::subscription::Mode;
use super::{Inner, Result};
use crate::base::{SortedMap, SortedSet};
use crate::client::ClientError;
use crate::client::admin::by_topic;
use crate::client::error::list;
use crate::client::logger::class;
use crate::client::metadata::Wanted;
use crate::client::types::{Node, TopicPartition};
use crate::protocol::messages::consumer_protocol_assignment as assignment_message;
use crate::protocol::messages::consumer_protocol_subscription as subscription_message;
use crate::protocol::messages::join_group_request::JoinGroupRequestProtocol;
use crate::protocol::messages::join_group_response::JoinGroupResponseMember;
use crate::protocol::messages::sync_group_request::SyncGroupRequestAssignment;
use crate::protocol::messages::{
    ConsumerProtocolAssignment, ConsumerProtocolSubscription, HeartbeatRequest, JoinGroupRequest,
    JoinGroupResponse, SyncGroupRequest,
};
use crate::protocol::records::{decode_subscription, encode_assignment, encode_subscription};
use crate::protocol::{ErrorCode, Message, Reader, Writer};
use bytes::Bytes;
use futures_util::future::select;
use std::rc::{Rc, Weak};

const PROTOCOL_TYPE: &str = "consumer";
/// How much longer than the rebalance timeout a JoinGroup may take.
const JOIN_LAPSE_MS: u64 = 5000;

impl Inner {
    /// Sends JoinGroup, and what follows, in the background.
    pub(super) fn start_join(self: &Rc<Self>, group: &Group) {
        let member = &group.member;
        let round = member.round.get() + 1;
        member.round.set(round);
        *member.join.borrow_mut() = Join::Running;
        member.state.set(MemberState::PreparingRebalance);
        let topics = self.subs.borrow().topics.clone();
        *member.joined_subscription.borrow_mut() = Some(topics);
        let inner = self.clone();
        self.core.env.runtime.spawn(Box::pin(async move {
            let Some(group) = &inner.group else {
                return;
            };
            let result = inner.join(group, round).await;
            if group.member.round.get() == round {
                if result.is_err() && group.member.state.get() != MemberState::Stable {
                    group.member.state.set(MemberState::Unjoined);
                }
                *group.member.join.borrow_mut() = Join::Done(result);
            }
            inner.progress.notify();
        }));
    }

    async fn join(self: &Rc<Self>, group: &Group, round: u64) -> Result<Bytes> {
        let member = &group.member;
        let not_available = || ClientError::broker(ErrorCode::COORDINATOR_NOT_AVAILABLE, None);
        let node = self.coordinator(group).ok_or_else(not_available)?;
        let request = self.join_request(group);
        let connection = &self.config.connection;
        let lapse_ms = self
            .config
            .max_poll_interval_ms
            .saturating_add(JOIN_LAPSE_MS);
        let timeout_ms = connection.request_timeout_ms.max(lapse_ms);
        let build = |version: i16| {
            let mut request = request;
            if version < 5 {
                request.group_instance_id = None;
            }
            request
        };
        let network = &self.core.network;
        let reply = network
            .call_with(&node, JoinGroupRequest::MAX_VERSION, timeout_ms, build)
            .await;
        let reply = reply.inspect_err(|error| self.note_coordinator_error(group, error))?;
        let gone = || ClientError::broker(ErrorCode::REBALANCE_IN_PROGRESS, None);
        if member.round.get() != round || member.state.get() != MemberState::PreparingRebalance {
            return Err(gone());
        }
        let response = reply.response;
        self.check_join(group, &response)?;
        let generation = Generation {
            id: response.generation_id,
            member_id: response.member_id.clone(),
            protocol: response.protocol_name.clone(),
        };
        *member.generation.borrow_mut() = generation.clone();
        member.state.set(MemberState::CompletingRebalance);
        member.heard_from_coordinator(self.core.now_ms());
        self.start_heartbeats(group);
        let assignments = match response.leader == response.member_id {
            true => self.assign(group, response).await?,
            false => Vec::new(),
        };
        self.sync(group, &node, generation, assignments, round)
            .await
    }

    fn join_request(&self, group: &Group) -> JoinGroupRequest {
        let member = &group.member;
        let subs = self.subs.borrow();
        let owned = subs.partitions();
        let generation_id = member.generation.borrow().id;
        let subscription = |kind: &AssignorKind| ConsumerProtocolSubscription {
            topics: subs.topics.iter().map(|t| t.to_string()).collect(),
            user_data: self.user_data(group, *kind),
            owned_partitions: by_topic(&owned, |topic, tps| subscription_message::TopicPartition {
                topic: topic.to_owned(),
                partitions: tps.iter().map(|tp| tp.partition).collect(),
            }),
            generation_id,
            rack_id: Some(self.config.client_rack.clone()).filter(|rack| !rack.is_empty()),
        };
        let version = ConsumerProtocolSubscription::MAX_VERSION;
        let protocols = self
            .config
            .assignors
            .iter()
            .map(|kind| JoinGroupRequestProtocol {
                name: kind.name().to_owned(),
                metadata: encode_subscription(&subscription(kind), version)
                    .expect("every field exists in the newest version"),
                ..Default::default()
            });
        JoinGroupRequest {
            group_id: group.id.clone(),
            session_timeout_ms: millis(self.config.session_timeout_ms),
            rebalance_timeout_ms: millis(self.config.max_poll_interval_ms),
            member_id: member.generation.borrow().member_id.clone(),
            group_instance_id: self.config.group_instance_id.clone(),
            protocol_type: PROTOCOL_TYPE.to_owned(),
            protocols: protocols.collect(),
            reason: Some(member.rejoin_reason.borrow().chars().take(255).collect()),
            ..Default::default()
        }
    }

    /// What an assignor of ours tells the leader's: sticky its last assignment (KIP-54), the cooperative one
    /// its generation.
    fn user_data(&self, group: &Group, kind: AssignorKind) -> Option<Bytes> {
        let last = group.member.last_assignment.borrow();
        let (assignment, generation) = &*last;
        let mut w = Writer::new();
        match kind {
            AssignorKind::Range | AssignorKind::RoundRobin => return None,
            AssignorKind::CooperativeSticky => w.i32(*generation),
            AssignorKind::Sticky if *generation < 0 => return None,
            AssignorKind::Sticky => {
                let topics = by_topic(assignment, |topic, tps| {
                    (
                        topic.to_owned(),
                        tps.iter().map(|tp| tp.partition).collect::<Vec<_>>(),
                    )
                });
                w.array_len(topics.len()).ok()?;
                for (topic, partitions) in topics {
                    w.string(&topic).ok()?;
                    w.array_len(partitions.len()).ok()?;
                    partitions.into_iter().for_each(|p| w.i32(p));
                }
                w.i32(*generation);
            }
        }
        Some(w.finish_flat())
    }

    fn check_join(&self, group: &Group, response: &JoinGroupResponse) -> Result<()> {
        let member = &group.member;
        let error = |text: String| self.core.log.error(class::CONSUMER_COORDINATOR, &text);
        let code = ErrorCode(response.error_code);
        match code {
            ErrorCode::NONE => {
                let protocol_type = response.protocol_type.as_deref();
                if protocol_type.is_some_and(|t| t != PROTOCOL_TYPE) {
                    return Err(ClientError::broker(
                        ErrorCode::INCONSISTENT_GROUP_PROTOCOL,
                        None,
                    ));
                }
                return Ok(());
            }
            ErrorCode::UNKNOWN_MEMBER_ID => {
                member.reset(
                    "encountered UNKNOWN_MEMBER_ID from JOIN_GROUP response",
                    true,
                );
            }
            ErrorCode::COORDINATOR_NOT_AVAILABLE | ErrorCode::NOT_COORDINATOR => {
                group.mark_coordinator_unknown();
            }
            ErrorCode::MEMBER_ID_REQUIRED => {
                let member_id = response.member_id.clone();
                let reason = format!("need to re-join with the given member-id: {member_id}");
                *member.generation.borrow_mut() = Generation {
                    id: -1,
                    member_id,
                    protocol: None,
                };
                member.request_rejoin(&reason);
            }
            ErrorCode::FENCED_INSTANCE_ID => error(format!(
                "JoinGroup failed: The group instance id {} has been fenced by another instance.",
                self.instance_for_log()
            )),
            ErrorCode::GROUP_MAX_SIZE_REACHED => {
                error(format!(
                    "JoinGroup failed due to fatal error: {}",
                    code.message()
                ));
                let text = format!(
                    "Consumer group {} already has the configured maximum number of members.",
                    group.id
                );
                return Err(ClientError::broker(code, Some(text)));
            }
            ErrorCode::INCONSISTENT_GROUP_PROTOCOL
            | ErrorCode::INVALID_SESSION_TIMEOUT
            | ErrorCode::INVALID_GROUP_ID
            | ErrorCode::GROUP_AUTHORIZATION_FAILED => {
                error(format!(
                    "JoinGroup failed due to fatal error: {}",
                    code.message()
                ));
            }
            code if code.is_retriable() || code == ErrorCode::REBALANCE_IN_PROGRESS => {}
            code => {
                error(format!(
                    "JoinGroup failed due to unexpected error: {}",
                    code.message()
                ));
                let text = format!(
                    "Unexpected error in join group response: {}",
                    code.message()
                );
                return Err(ClientError::kafka(text, None));
            }
        }
        Err(ClientError::broker(code, None))
    }

    fn instance_for_log(&self) -> String {
        match &self.config.group_instance_id {
            Some(id) => format!("Optional[{id}]"),
            None => "Optional.empty".to_owned(),
        }
    }

    /// As the group's leader: gives out the partitions.
    async fn assign(
        self: &Rc<Self>,
        group: &Group,
        response: JoinGroupResponse,
    ) -> Result<Vec<SyncGroupRequestAssignment>> {
        let name = response.protocol_name.clone().unwrap_or_default();
        let kind = AssignorKind::by_name(&name).ok_or_else(|| {
            let text = format!("Coordinator selected invalid assignment protocol: {name}");
            ClientError::IllegalState(text)
        })?;
        let members: SortedMap<String, Subscription> = (response.members.into_iter())
            .map(|m| (m.member_id.clone(), member_subscription(m, kind)))
            .collect();
        let topics: SortedSet<Rc<str>> = members.values().flat_map(|m| m.topics.clone()).collect();
        self.learn_topics(&topics).await;
        let mut counts = SortedMap::new();
        {
            let cluster = self.core.metadata.cluster();
            for topic in &topics {
                if let Some(known) = cluster.topics.get(topic) {
                    counts.insert(topic.clone(), known.partitions.len() as i32);
                }
            }
        }
        *group.member.snapshot.borrow_mut() = Some(self.snapshot(topics.iter()));
        if response.skip_assignment {
            return Ok(Vec::new());
        }
        let assignments = kind.assign(&counts, &members);
        self.warn_of_unassigned(&topics, assignments.values().flatten());
        let encode = |(member_id, partitions): (String, Vec<TopicPartition>)| {
            let message = ConsumerProtocolAssignment {
                assigned_partitions: by_topic(&partitions, |topic, tps| {
                    assignment_message::TopicPartition {
                        topic: topic.to_owned(),
                        partitions: tps.iter().map(|tp| tp.partition).collect(),
                    }
                }),
                user_data: None,
            };
            SyncGroupRequestAssignment {
                member_id,
                assignment: encode_assignment(&message, ConsumerProtocolAssignment::MAX_VERSION)
                    .expect("every field exists in the newest version"),
                ..Default::default()
            }
        };
        Ok(assignments.into_iter().map(encode).collect())
    }

    /// Makes sure that metadata of all the group's topics are known, as far as they exist.
    async fn learn_topics(&self, topics: &SortedSet<Rc<str>>) {
        let own = {
            let mut subs = self.subs.borrow_mut();
            subs.group_topics = topics.clone();
            if matches!(subs.mode, Mode::Pattern(_)) {
                return;
            }
            subs.topics.clone()
        };
        self.core
            .metadata
            .want(Wanted::Topics(own.iter().chain(topics).cloned().collect()));
        let unknown = topics
            .iter()
            .any(|t| !self.core.metadata.cluster().topics.contains_key(t));
        if unknown {
            let deadline_ms = self.core.now_ms() + self.config.connection.request_timeout_ms;
            self.core.metadata.await_update(deadline_ms).await;
        }
    }

    fn warn_of_unassigned<'a>(
        &self,
        topics: &SortedSet<Rc<str>>,
        assigned: impl Iterator<Item = &'a TopicPartition>,
    ) {
        let assigned: SortedSet<&Rc<str>> = assigned.map(|tp| &tp.topic).collect();
        let left: Vec<&Rc<str>> = topics.iter().filter(|t| !assigned.contains(t)).collect();
        if !left.is_empty() {
            let text = format!(
                "The following subscribed topics are not assigned to any members: {} ",
                list(left)
            );
            self.core.log.warn(class::CONSUMER_COORDINATOR, &text);
        }
    }

    async fn sync(
        &self,
        group: &Group,
        node: &Node,
        generation: Generation,
        assignments: Vec<SyncGroupRequestAssignment>,
        round: u64,
    ) -> Result<Bytes> {
        let member = &group.member;
        let instance_id = self.config.group_instance_id.clone();
        let build = |version: i16| SyncGroupRequest {
            group_id: group.id.clone(),
            generation_id: generation.id,
            member_id: generation.member_id.clone(),
            group_instance_id: instance_id.filter(|_| version >= 3),
            protocol_type: Some(PROTOCOL_TYPE.to_owned()),
            protocol_name: generation.protocol.clone(),
            assignments,
            ..Default::default()
        };
        let response = self.ask_coordinator::<SyncGroupRequest>(node, build).await;
        let response = response.inspect_err(|error| self.note_coordinator_error(group, error))?;
        let code = ErrorCode(response.error_code);
        let unchanged = *member.generation.borrow() == generation;
        match code {
            ErrorCode::NONE => {
                let state = member.state.get();
                if member.round.get() != round
                    || !unchanged
                    || state != MemberState::CompletingRebalance
                {
                    return Err(ClientError::broker(ErrorCode::ILLEGAL_GENERATION, None));
                }
                member.state.set(MemberState::Stable);
                member.rejoin_reason.borrow_mut().clear();
                member.rejoin_needed.set(false);
                member.heard_from_coordinator(self.core.now_ms());
                member.changed.notify();
                return Ok(response.assignment);
            }
            ErrorCode::UNKNOWN_MEMBER_ID | ErrorCode::ILLEGAL_GENERATION if unchanged => {
                let reason = format!("encountered {code} from SYNC_GROUP response");
                member.reset(&reason, code != ErrorCode::ILLEGAL_GENERATION);
            }
            ErrorCode::COORDINATOR_NOT_AVAILABLE | ErrorCode::NOT_COORDINATOR => {
                group.mark_coordinator_unknown();
            }
            ErrorCode::FENCED_INSTANCE_ID => {
                let text = format!(
                    "SyncGroup failed: The group instance id {} has been fenced by another instance.",
                    self.instance_for_log()
                );
                self.core.log.error(class::CONSUMER_COORDINATOR, &text);
            }
            ErrorCode::REBALANCE_IN_PROGRESS | ErrorCode::GROUP_AUTHORIZATION_FAILED => {}
            code if code.is_retriable() => {}
            code => {
                let text = format!("Unexpected error from SyncGroup: {}", code.message());
                return Err(ClientError::kafka(text, None));
            }
        }
        Err(ClientError::broker(code, None))
    }

    fn start_heartbeats(self: &Rc<Self>, group: &Group) {
        if !group.member.heartbeating.replace(true) {
            self.core
                .env
                .runtime
                .spawn(Box::pin(heartbeats(Rc::downgrade(self))));
        }
    }

    /// One look at the group; what the next one must wait for at most. `None`: the member has left.
    async fn heartbeat_round(self: &Rc<Self>, last_sent_ms: &mut u64) -> Option<u64> {
        let group = self.group.as_ref()?;
        let member = &group.member;
        if self.closed.get() || member.state.get() == MemberState::Unjoined {
            return None;
        }
        let now_ms = self.core.now_ms();
        let interval_ms = self.config.heartbeat_interval_ms;
        let poll_deadline_ms = member.last_poll_ms.get() + self.config.max_poll_interval_ms;
        if now_ms >= poll_deadline_ms {
            self.poll_timeout_expired(group).await;
            return None;
        }
        if member.state.get() == MemberState::PreparingRebalance {
            // JoinGroup itself keeps the member alive.
            return Some(interval_ms.min(poll_deadline_ms - now_ms));
        }
        if now_ms >= member.last_heard_ms.get() + self.config.session_timeout_ms {
            group.mark_coordinator_unknown();
        }
        let Some(node) = self.coordinator(group) else {
            self.find_coordinator(group);
            return Some(self.config.connection.retry_backoff_ms);
        };
        let due_ms = *last_sent_ms + interval_ms;
        if now_ms < due_ms {
            return Some((due_ms - now_ms).min(poll_deadline_ms - now_ms));
        }
        *last_sent_ms = now_ms;
        let generation = member.generation.borrow().clone();
        let instance_id = self.config.group_instance_id.clone();
        let build = |version: i16| HeartbeatRequest {
            group_id: group.id.clone(),
            generation_id: generation.id,
            member_id: generation.member_id.clone(),
            group_instance_id: instance_id.filter(|_| version >= 3),
            ..Default::default()
        };
        match self.ask_coordinator::<HeartbeatRequest>(&node, build).await {
            Ok(response) => {
                self.heartbeat_answered(group, generation, ErrorCode(response.error_code));
                Some(0)
            }
            Err(error) => {
                self.note_coordinator_error(group, &error);
                Some(self.config.connection.retry_backoff_ms)
            }
        }
    }

    fn heartbeat_answered(&self, group: &Group, sent: Generation, code: ErrorCode) {
        let member = &group.member;
        let unchanged = *member.generation.borrow() == sent;
        match code {
            ErrorCode::NONE => member.heard_from_coordinator(self.core.now_ms()),
            ErrorCode::REBALANCE_IN_PROGRESS => {
                member.heard_from_coordinator(self.core.now_ms());
                if member.state.get() == MemberState::Stable {
                    member.request_rejoin("group is already rebalancing");
                }
            }
            ErrorCode::COORDINATOR_NOT_AVAILABLE | ErrorCode::NOT_COORDINATOR => {
                group.mark_coordinator_unknown();
            }
            ErrorCode::ILLEGAL_GENERATION | ErrorCode::UNKNOWN_MEMBER_ID if unchanged => {
                let reason = format!("encountered {code} from HEARTBEAT response");
                member.reset(&reason, code != ErrorCode::ILLEGAL_GENERATION);
            }
            ErrorCode::FENCED_INSTANCE_ID => {
                let text = format!(
                    "Caught fenced group.instance.id {} error in heartbeat thread",
                    self.instance_for_log()
                );
                self.core.log.error(class::ABSTRACT_COORDINATOR, &text);
                member.reset(
                    "encountered FENCED_INSTANCE_ID from HEARTBEAT response",
                    true,
                );
                self.raise(ClientError::broker(code, None));
            }
            ErrorCode::GROUP_AUTHORIZATION_FAILED => self.raise(ClientError::broker(code, None)),
            _ => {}
        }
        self.progress.notify();
    }

    async fn poll_timeout_expired(&self, group: &Group) {
        self.core.log.warn(
            class::CONSUMER_COORDINATOR,
            "consumer poll timeout has expired. This means the time between subsequent calls to poll() \
             was longer than the configured max.poll.interval.ms, which typically implies that the poll \
             loop is spending too much time processing messages. You can address this either by \
             increasing max.poll.interval.ms or by reducing the maximum size of batches returned in \
             poll() with max.poll.records.",
        );
        if let Some((node, request)) = self.leave(group, "consumer poll timeout has expired.") {
            let _ = self.send_leave(node, request).await;
        }
    }
}

/// Keeps the member alive until it leaves or the consumer is gone.
async fn heartbeats(inner: Weak<Inner>) {
    let mut last_sent_ms = inner.upgrade().map_or(0, |inner| inner.core.now_ms());
    loop {
        let Some(strong) = inner.upgrade() else {
            return;
        };
        let Some(group) = &strong.group else {
            return;
        };
        let changed = group.member.changed.wait();
        let Some(wait_ms) = strong.heartbeat_round(&mut last_sent_ms).await else {
            group.member.heartbeating.set(false);
            return;
        };
        let runtime = strong.core.env.runtime.clone();
        drop(strong);
        select(changed, runtime.sleep(wait_ms)).await;
    }
}

fn millis(ms: u64) -> i32 {
    i32::try_from(ms).unwrap_or(i32::MAX)
}

/// What a member says of itself, as the assignor wants it.
fn member_subscription(member: JoinGroupResponseMember, kind: AssignorKind) -> Subscription {
    let message = decode_subscription(member.metadata).unwrap_or_default();
    let (owned_partitions, generation) = match kind {
        AssignorKind::Sticky => {
            read_sticky_user_data(message.user_data.clone().unwrap_or_default()).unwrap_or_default()
        }
        _ => {
            let owned = message.owned_partitions.into_iter().flat_map(|t| {
                let topic: Rc<str> = t.topic.into();
                t.partitions
                    .into_iter()
                    .map(move |p| TopicPartition::new(topic.clone(), p))
            });
            let told = Some(message.generation_id).filter(|id| *id >= 0);
            let user_data = message.user_data.clone().unwrap_or_default();
            let older = user_data
                .first_chunk::<4>()
                .map(|id| i32::from_be_bytes(*id));
            (owned.collect(), told.or(older))
        }
    };
    Subscription {
        topics: message.topics.iter().map(|t| t.as_str().into()).collect(),
        group_instance_id: member.group_instance_id,
        owned_partitions,
        generation,
    }
}

/// Version 1 ends in a generation, version 0 does not.
fn read_sticky_user_data(bytes: Bytes) -> Option<(Vec<TopicPartition>, Option<i32>)> {
    let mut r = Reader::new(bytes);
    let topics = r.array(|r| Ok((r.string()?, r.array(|r| r.i32())?))).ok()?;
    let generation = r.i32().ok();
    let partitions = topics.into_iter().flat_map(|(topic, partitions)| {
        let topic: Rc<str> = topic.into();
        partitions
            .into_iter()
            .map(move |p| TopicPartition::new(topic.clone(), p))
    });
    Some((partitions.collect(), generation))
}
