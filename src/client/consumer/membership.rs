//! The consumer as a member of its group: what state it is in, and the rebalance as seen from `poll`.
//!
//! The requests of a rebalance go out in the background (`rebalance.rs`), callbacks and changes of the
//! assignment happen only within `poll`, `unsubscribe` and `close`.

use super::assignor::RebalanceProtocol;
use super::coordinator::Group;
use super::subscription::Mode;
use super::{Inner, RebalanceListener, Result};
use crate::base::{SortedMap, SortedSet};
use crate::client::ClientError;
use crate::client::logger::class;
use crate::client::sync::{Signal, backoff_ms};
use crate::client::types::{Node, TopicPartition};
use crate::protocol::ErrorCode;
use crate::protocol::messages::LeaveGroupRequest;
use crate::protocol::messages::leave_group_request::MemberIdentity;
use crate::protocol::records::decode_assignment;
use bytes::Bytes;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MemberState {
    Unjoined,
    /// JoinGroup is under way.
    PreparingRebalance,
    /// SyncGroup is under way.
    CompletingRebalance,
    Stable,
}

/// Which rebalance the member took part in last. Id -1 and an empty member id: none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Generation {
    pub id: i32,
    pub member_id: String,
    pub protocol: Option<String>,
}

impl Generation {
    fn none() -> Generation {
        Generation {
            id: -1,
            member_id: String::new(),
            protocol: None,
        }
    }
}

/// The requests of one rebalance.
pub(super) enum Join {
    None,
    Running,
    Done(Result<Bytes>),
}

/// The commit before partitions are given up.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Prepare {
    Idle,
    Committing,
    Committed,
}

/// Partition counts of the group's topics when its leader assigned them.
pub(super) type Snapshot = SortedMap<Rc<str>, usize>;

pub(super) struct Membership {
    pub state: Cell<MemberState>,
    pub generation: RefCell<Generation>,
    pub rejoin_needed: Cell<bool>,
    pub rejoin_reason: RefCell<String>,
    needs_prepare: Cell<bool>,
    prepare: Cell<Prepare>,
    prepare_deadline_ms: Cell<u64>,
    pub join: RefCell<Join>,
    /// Counts rebalances and departures, so that late answers to old requests can be told.
    pub round: Cell<u64>,
    retry_at_ms: Cell<u64>,
    failures: Cell<u32>,
    pub joined_subscription: RefCell<Option<SortedSet<Rc<str>>>>,
    /// Of the leader only.
    pub snapshot: RefCell<Option<Snapshot>>,
    /// What the sticky assignor remembers: the last assignment and its generation.
    pub last_assignment: RefCell<(Vec<TopicPartition>, i32)>,
    pub last_poll_ms: Cell<u64>,
    pub last_heard_ms: Cell<u64>,
    pub heartbeating: Cell<bool>,
    /// Something that the heartbeat must look at.
    pub changed: Signal,
}

impl Membership {
    pub fn new() -> Membership {
        Membership {
            state: Cell::new(MemberState::Unjoined),
            generation: RefCell::new(Generation::none()),
            rejoin_needed: Cell::new(true),
            rejoin_reason: RefCell::default(),
            needs_prepare: Cell::new(true),
            prepare: Cell::new(Prepare::Idle),
            prepare_deadline_ms: Cell::new(0),
            join: RefCell::new(Join::None),
            round: Cell::new(0),
            retry_at_ms: Cell::new(0),
            failures: Cell::new(0),
            joined_subscription: RefCell::default(),
            snapshot: RefCell::default(),
            last_assignment: RefCell::new((Vec::new(), -1)),
            last_poll_ms: Cell::new(0),
            last_heard_ms: Cell::new(0),
            heartbeating: Cell::new(false),
            changed: Signal::default(),
        }
    }

    pub fn heard_from_coordinator(&self, now_ms: u64) {
        self.last_heard_ms.set(now_ms);
    }

    pub fn request_rejoin(&self, reason: &str) {
        *self.rejoin_reason.borrow_mut() = reason.to_owned();
        self.rejoin_needed.set(true);
    }

    /// Falls out of the group, for the next poll to join again.
    pub fn reset(&self, reason: &str, forget_member_id: bool) {
        self.state.set(MemberState::Unjoined);
        let mut generation = self.generation.borrow_mut();
        let member_id = match forget_member_id {
            true => String::new(),
            false => std::mem::take(&mut generation.member_id),
        };
        *generation = Generation {
            member_id,
            ..Generation::none()
        };
        self.request_rejoin(reason);
        self.needs_prepare.set(true);
        self.changed.notify();
    }

    fn is_rebalancing(&self) -> bool {
        use MemberState::{CompletingRebalance, PreparingRebalance};
        matches!(self.state.get(), PreparingRebalance | CompletingRebalance)
    }

    /// The generation to commit under, or why there is none.
    pub fn generation_for_commit(&self) -> Result<Generation> {
        if self.state.get() == MemberState::Stable {
            return Ok(self.generation.borrow().clone());
        }
        if self.is_rebalancing() {
            let text = "Offset commit cannot be completed since the consumer is undergoing a rebalance \
                        for auto partition assignment. You can try completing the rebalance by calling \
                        poll() and then retry the operation.";
            return Err(ClientError::Other {
                class: "org.apache.kafka.common.errors.RebalanceInProgressException",
                message: Some(text.into()),
            });
        }
        let text = "Offset commit cannot be completed since the consumer is not part of an active group \
                    for auto partition assignment; it is likely that the consumer was kicked out of the \
                    group.";
        Err(ClientError::CommitFailed(text.into()))
    }

    /// The coordinator does not know the member or generation that a commit was sent under.
    pub fn commit_refused(&self, sent_generation: i32, code: ErrorCode) -> ClientError {
        let unchanged = self.generation.borrow().id == sent_generation;
        if !unchanged && self.state.get() == MemberState::PreparingRebalance {
            let text = "Offset commit cannot be completed since the consumer member's generation is \
                        already stale, meaning it has already participated another rebalance and got a \
                        new generation. You can try completing the rebalance by calling poll() and then \
                        retry commit again";
            return ClientError::Other {
                class: "org.apache.kafka.common.errors.RebalanceInProgressException",
                message: Some(text.into()),
            };
        }
        if sent_generation >= 0 {
            let reason = format!("encountered {code} from OFFSET_COMMIT response");
            self.reset(&reason, code != ErrorCode::ILLEGAL_GENERATION);
        }
        ClientError::CommitFailed(COMMIT_FAILED.into())
    }
}

const COMMIT_FAILED: &str = "Commit cannot be completed since the group has already rebalanced and assigned the partitions to \
     another member. This means that the time between subsequent calls to poll() was longer than the \
     configured max.poll.interval.ms, which typically implies that the poll loop is spending too much time \
     message processing. You can address this either by increasing max.poll.interval.ms or by reducing the \
     maximum size of batches returned in poll() with max.poll.records.";

impl Inner {
    /// The group's part of a poll: finds the coordinator, joins, takes over what was assigned. `false`: it is
    /// not done yet, and goes on in the background.
    pub(super) fn poll_group(self: &Rc<Self>, group: &Group) -> Result<bool> {
        self.update_pattern();
        if !self.subs.borrow().is_group_managed() {
            self.auto_commit_if_due();
            return Ok(true);
        }
        if self.config.consumer_protocol {
            let text = "The cluster does not support the new CONSUMER group protocol. Set \
                        group.protocol=classic on the consumer configs to revert to the CLASSIC protocol \
                        until the cluster is upgraded.";
            return Err(ClientError::UnsupportedVersion(text.into()));
        }
        group.member.last_poll_ms.set(self.core.now_ms());
        if self.coordinator(group).is_none() {
            self.find_coordinator(group);
            return Ok(false);
        }
        while self.must_rejoin(group) {
            if !self.advance_rebalance(group)? {
                return Ok(false);
            }
        }
        self.auto_commit_if_due();
        Ok(true)
    }

    /// Keeps the topics of a pattern subscription up to date.
    fn update_pattern(&self) {
        let mut subs = self.subs.borrow_mut();
        let Mode::Pattern(pattern) = subs.mode.clone() else {
            return;
        };
        let version = self.core.metadata.version();
        if self.pattern_version.replace(version) == version {
            return;
        }
        let cluster = self.core.metadata.cluster();
        let matching = cluster.topics.iter().filter(|(name, topic)| {
            pattern(name) && !(self.config.exclude_internal_topics && topic.is_internal)
        });
        subs.topics = matching.map(|(name, _)| name.clone()).collect();
    }

    fn must_rejoin(&self, group: &Group) -> bool {
        let member = &group.member;
        let snapshot = member.snapshot.borrow();
        if let Some(snapshot) = &*snapshot
            && *snapshot != self.snapshot(snapshot.keys())
            && !member.rejoin_needed.get()
        {
            member.request_rejoin("cached metadata has changed");
        }
        let joined = member.joined_subscription.borrow();
        if joined
            .as_ref()
            .is_some_and(|topics| *topics != self.subs.borrow().topics)
            && !member.rejoin_needed.get()
        {
            member.request_rejoin("subscription has changed");
        }
        member.rejoin_needed.get() || !matches!(*member.join.borrow(), Join::None)
    }

    /// Partition counts of these topics now.
    pub(super) fn snapshot<'a>(&self, topics: impl Iterator<Item = &'a Rc<str>>) -> Snapshot {
        let cluster = self.core.metadata.cluster();
        let count = |t: &Rc<str>| cluster.topics.get(t).map_or(0, |t| t.partitions.len());
        topics.map(|topic| (topic.clone(), count(topic))).collect()
    }

    /// One step of a rebalance; `false`: the next one must wait.
    fn advance_rebalance(self: &Rc<Self>, group: &Group) -> Result<bool> {
        let member = &group.member;
        let join = std::mem::replace(&mut *member.join.borrow_mut(), Join::None);
        match join {
            Join::Running => {
                *member.join.borrow_mut() = Join::Running;
                Ok(false)
            }
            Join::None => {
                if self.core.now_ms() < member.retry_at_ms.get() {
                    return Ok(false);
                }
                if member.needs_prepare.get() {
                    if !self.prepare_rebalance(group)? {
                        return Ok(false);
                    }
                    member.needs_prepare.set(false);
                }
                self.start_join(group);
                Ok(false)
            }
            Join::Done(Ok(assignment)) => {
                if member.state.get() != MemberState::Stable {
                    member.reset(
                        "rebalance failed since the generation/state was modified",
                        true,
                    );
                    return Ok(true);
                }
                member.failures.set(0);
                member.needs_prepare.set(true);
                self.take_over(group, assignment)?;
                Ok(true)
            }
            Join::Done(Err(error)) => {
                member.rejoin_needed.set(true);
                self.join_failed(group, error)?;
                Ok(true)
            }
        }
    }

    fn join_failed(&self, group: &Group, error: ClientError) -> Result<()> {
        let again_at_once = [
            ErrorCode::UNKNOWN_MEMBER_ID,
            ErrorCode::ILLEGAL_GENERATION,
            ErrorCode::REBALANCE_IN_PROGRESS,
            ErrorCode::MEMBER_ID_REQUIRED,
        ];
        if error
            .code()
            .is_some_and(|code| again_at_once.contains(&code))
        {
            return Ok(());
        }
        if !error.is_retriable() {
            return Err(error);
        }
        let member = &group.member;
        let connection = &self.config.connection;
        let (first, max) = (connection.retry_backoff_ms, connection.retry_backoff_max_ms);
        let attempt = member.failures.get();
        member.failures.set(attempt + 1);
        let pause_ms = backoff_ms(&*self.core.env.runtime, first, max, attempt);
        member.retry_at_ms.set(self.core.now_ms() + pause_ms);
        Ok(())
    }

    /// When a rebalance that waits goes on by itself.
    pub(super) fn rebalance_retry_at_ms(&self) -> u64 {
        self.group
            .as_ref()
            .map_or(0, |group| group.member.retry_at_ms.get())
    }

    /// Before a rebalance: commits, then gives up what the protocol wants given up. `false`: it commits still.
    fn prepare_rebalance(self: &Rc<Self>, group: &Group) -> Result<bool> {
        let member = &group.member;
        let now_ms = self.core.now_ms();
        if self.config.enable_auto_commit {
            match member.prepare.get() {
                Prepare::Idle => {
                    let limit_ms = self.config.max_poll_interval_ms;
                    member.prepare_deadline_ms.set(now_ms.saturating_add(limit_ms));
                    if self.commit_before_rebalance(group) {
                        return Ok(false);
                    }
                }
                Prepare::Committing if now_ms < member.prepare_deadline_ms.get() => {
                    return Ok(false);
                }
                Prepare::Committing => self.core.log.error(
                    class::CONSUMER_COORDINATOR,
                    "Asynchronous auto-commit of offsets failed: joinPrepare timeout. Will continue to \
                     join group",
                ),
                Prepare::Committed => {}
            }
        }
        member.prepare.set(Prepare::Idle);
        self.give_up_before_rebalance(group);
        member.snapshot.borrow_mut().take();
        self.subs.borrow_mut().group_topics.clear();
        Ok(true)
    }

    /// Starts the commit; `false` if there is nothing to commit.
    fn commit_before_rebalance(self: &Rc<Self>, group: &Group) -> bool {
        if self.protocol == Some(RebalanceProtocol::Eager) {
            self.subs.borrow_mut().mark_pending_revocation();
        }
        let offsets = self.subs.borrow().all_consumed();
        if offsets.is_empty() {
            return false;
        }
        let Some(node) = self.coordinator(group) else {
            return false;
        };
        group.member.prepare.set(Prepare::Committing);
        let inner = self.clone();
        self.core.env.runtime.spawn(Box::pin(async move {
            let Some(group) = &inner.group else {
                return;
            };
            let member = &group.member;
            match inner.commit_once(group, &node, &offsets).await {
                Err(error) if error.is_retriable() && !inner.closed.get() => {
                    inner.core.sleep(inner.config.connection.retry_backoff_ms).await;
                    if member.prepare.get() == Prepare::Committing {
                        member.prepare.set(Prepare::Idle);
                    }
                }
                Err(error) => {
                    let text = format!(
                        "Asynchronous auto-commit of offsets failed: {}. Will continue to join group.",
                        error.message().unwrap_or_default()
                    );
                    inner.core.log.error(class::CONSUMER_COORDINATOR, &text);
                    member.prepare.set(Prepare::Committed);
                }
                Ok(()) => member.prepare.set(Prepare::Committed),
            }
            inner.progress.notify();
        }));
        true
    }

    fn give_up_before_rebalance(&self, group: &Group) {
        let assigned = self.subs.borrow().partitions();
        let generation = group.member.generation.borrow().clone();
        if generation.id < 0 || generation.member_id.is_empty() {
            if !assigned.is_empty() {
                self.tell(|listener| listener.on_partitions_lost(&assigned));
                self.subs.borrow_mut().assign_from_group([]);
            }
            return;
        }
        if self.protocol == Some(RebalanceProtocol::Cooperative) {
            let topics = self.subs.borrow().topics.clone();
            let (kept, revoked): (Vec<_>, Vec<_>) = assigned
                .into_iter()
                .partition(|tp| topics.contains(&tp.topic));
            if !revoked.is_empty() {
                self.tell(|listener| listener.on_partitions_revoked(&revoked));
                self.subs.borrow_mut().assign_from_group(kept);
            }
        } else {
            self.tell(|listener| listener.on_partitions_revoked(&assigned));
            self.subs.borrow_mut().assign_from_group([]);
        }
    }

    /// Takes over the assignment that the group's leader made.
    fn take_over(self: &Rc<Self>, group: &Group, assignment: Bytes) -> Result<()> {
        let member = &group.member;
        let assignment = decode_assignment(assignment).map_err(|e| {
            ClientError::IllegalState(format!("The assignment cannot be read: {e}"))
        })?;
        let assigned: SortedSet<TopicPartition> = (assignment.assigned_partitions.into_iter())
            .flat_map(|t| {
                let topic: Rc<str> = t.topic.into();
                t.partitions
                    .into_iter()
                    .map(move |p| TopicPartition::new(topic.clone(), p))
            })
            .collect();
        if !self.fits_subscription(&assigned) {
            member.request_rejoin("received assignment does not match the current subscription");
            return Ok(());
        }
        let owned: SortedSet<TopicPartition> =
            self.subs.borrow().partitions().into_iter().collect();
        if self.protocol == Some(RebalanceProtocol::Cooperative) {
            let revoked: Vec<_> = owned.difference(&assigned).cloned().collect();
            if !revoked.is_empty() {
                self.tell(|listener| listener.on_partitions_revoked(&revoked));
                member.request_rejoin("need to revoke partitions and re-join");
            }
        }
        if let Some(joined) = &mut *member.joined_subscription.borrow_mut()
            && matches!(self.subs.borrow().mode, Mode::Pattern(_))
        {
            let mut subs = self.subs.borrow_mut();
            for tp in &assigned {
                joined.insert(tp.topic.clone());
                subs.topics.insert(tp.topic.clone());
            }
        }
        let generation_id = member.generation.borrow().id;
        *member.last_assignment.borrow_mut() = (assigned.iter().cloned().collect(), generation_id);
        let next_ms = self.core.now_ms() + self.config.auto_commit_interval_ms;
        group.next_auto_commit_ms.set(next_ms);
        self.subs
            .borrow_mut()
            .assign_from_group(assigned.iter().cloned());
        self.fetching
            .borrow_mut()
            .retain(|tp| assigned.contains(tp));
        let added: Vec<_> = assigned.difference(&owned).cloned().collect();
        self.tell(|listener| listener.on_partitions_assigned(&added));
        Ok(())
    }

    fn fits_subscription(&self, assigned: &SortedSet<TopicPartition>) -> bool {
        let subs = self.subs.borrow();
        match &subs.mode {
            Mode::Pattern(pattern) => assigned.iter().all(|tp| pattern(&tp.topic)),
            _ => assigned.iter().all(|tp| subs.topics.contains(&tp.topic)),
        }
    }

    /// Calls the listener, which may call the consumer in turn.
    fn tell(&self, call: impl FnOnce(&mut dyn RebalanceListener)) {
        let listener = self.subs.borrow_mut().listener.take();
        if let Some(mut listener) = listener {
            call(&mut *listener);
            self.subs.borrow_mut().listener.get_or_insert(listener);
        }
    }

    /// Gives up all partitions before the consumer leaves.
    pub(super) fn prepare_to_leave(&self) {
        let Some(group) = self
            .group
            .as_ref()
            .filter(|_| self.subs.borrow().is_group_managed())
        else {
            return;
        };
        let assigned = self.subs.borrow().partitions();
        if assigned.is_empty() {
            return;
        }
        let member = &group.member;
        let generation = member.generation.borrow().clone();
        let lost = generation.id < 0 || generation.member_id.is_empty() || member.is_rebalancing();
        self.tell(|listener| match lost {
            true => listener.on_partitions_lost(&assigned),
            false => listener.on_partitions_revoked(&assigned),
        });
        self.subs.borrow_mut().assign_from_group([]);
    }

    /// Leaves the group. Static members do not: they come back within the session timeout or are expelled. What
    /// to send and to whom, if anything.
    pub(super) fn leave(&self, group: &Group, reason: &str) -> Option<(Node, LeaveGroupRequest)> {
        let member = &group.member;
        let node = self.coordinator(group);
        let generation = member.generation.borrow().clone();
        let joined =
            member.state.get() != MemberState::Unjoined && !generation.member_id.is_empty();
        let dynamic = self.config.group_instance_id.is_none();
        member.round.set(member.round.get() + 1);
        *member.join.borrow_mut() = Join::None;
        member.snapshot.borrow_mut().take();
        member.reset("consumer pro-actively leaving the group", true);
        let node = node.filter(|_| joined && dynamic)?;
        let identity = MemberIdentity {
            member_id: generation.member_id,
            reason: Some(reason.to_owned()),
            ..Default::default()
        };
        let request = LeaveGroupRequest {
            group_id: group.id.clone(),
            members: vec![identity],
            ..Default::default()
        };
        Some((node, request))
    }

    /// Sends a departure in the form that the broker knows.
    pub(super) async fn send_leave(&self, node: Node, request: LeaveGroupRequest) -> Result<()> {
        let build = |version: i16| {
            let mut request = request;
            if version < 3 {
                request.member_id = request.members.remove(0).member_id;
            }
            request
        };
        self.ask_coordinator::<LeaveGroupRequest>(&node, build)
            .await
            .map(|_| ())
    }
}
