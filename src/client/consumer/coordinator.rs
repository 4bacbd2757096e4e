//! The group's coordinator: finding it, committed offsets, commits.

use super::membership::Membership;
use super::subscription::{Position, Progress};
use super::{Inner, Result};
use crate::base::SortedMap;
use crate::client::ClientError;
use crate::client::admin::call::find_coordinator_result;
use crate::client::admin::{
    LAST_VERSION_WITH_NAMES, offset_commit_topics, offset_fetch_request, offsets_of,
};
use crate::client::logger::class;
use crate::client::sync::backoff_ms;
use crate::client::types::{Node, OffsetAndMetadata, TopicPartition};
use crate::protocol::messages::{
    FindCoordinatorRequest, OffsetCommitRequest, OffsetCommitResponse, OffsetFetchRequest,
};
use crate::protocol::{ErrorCode, Request};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

pub(super) type Offsets = SortedMap<TopicPartition, OffsetAndMetadata>;

/// Everything about the consumer's group.
pub(super) struct Group {
    pub id: String,
    pub member: Membership,
    coordinator: RefCell<Option<Node>>,
    finding: Cell<bool>,
    find_retry_at_ms: Cell<u64>,
    find_failures: Cell<u32>,
    fetching_committed: Cell<bool>,
    committed_retry_at_ms: Cell<u64>,
    pub next_auto_commit_ms: Cell<u64>,
}

impl Group {
    pub fn new(id: String, member: Membership, next_auto_commit_ms: u64) -> Group {
        Group {
            id,
            member,
            coordinator: RefCell::new(None),
            finding: Cell::new(false),
            find_retry_at_ms: Cell::new(0),
            find_failures: Cell::new(0),
            fetching_committed: Cell::new(false),
            committed_retry_at_ms: Cell::new(0),
            next_auto_commit_ms: Cell::new(next_auto_commit_ms),
        }
    }

    pub fn mark_coordinator_unknown(&self) {
        self.coordinator.borrow_mut().take();
    }
}

impl Inner {
    /// The group, or Java's complaint that there is none.
    pub(super) fn require_group(&self) -> Result<&Group> {
        self.group.as_ref().ok_or_else(|| {
            let text = "To use the group management or offset commit APIs, you must provide a valid \
                        group.id in the consumer configuration.";
            ClientError::InvalidGroupId(text.into())
        })
    }

    /// The coordinator if it is known and can be reached.
    pub(super) fn coordinator(&self, group: &Group) -> Option<Node> {
        let node = group.coordinator.borrow().clone()?;
        if self.core.network.in_backoff(&node) {
            group.mark_coordinator_unknown();
            return None;
        }
        Some(node)
    }

    /// Begins to look for the coordinator unless it is known, sought, or left in peace for a moment.
    pub(super) fn find_coordinator(self: &Rc<Self>, group: &Group) {
        let known = self.coordinator(group).is_some();
        let wait = self.core.now_ms() < group.find_retry_at_ms.get();
        if known || wait || group.finding.replace(true) {
            return;
        }
        let weak = Rc::downgrade(self);
        let core = self.core.clone();
        let key = group.id.clone();
        self.core.env.runtime.spawn(Box::pin(async move {
            let found = async {
                let node = core.metadata.any_node().await?;
                let build = |version: i16| {
                    let mut request = FindCoordinatorRequest {
                        key_type: 0,
                        ..Default::default()
                    };
                    match version {
                        ..4 => request.key = key.clone(),
                        _ => request.coordinator_keys = vec![key.clone()],
                    }
                    request
                };
                let reply = core.network.call(&node, build).await?;
                find_coordinator_result(reply.response)
            };
            let found = found.await;
            if let Some(inner) = weak.upgrade() {
                inner.found_coordinator(found);
                inner.progress.notify();
            }
        }));
    }

    fn found_coordinator(&self, found: Result<Node>) {
        let Some(group) = &self.group else {
            return;
        };
        group.finding.set(false);
        match found {
            Ok(node) => {
                // A connection of its own, so that heartbeats do not wait behind long fetches.
                let id = i32::MAX - node.id;
                *group.coordinator.borrow_mut() = Some(Node { id, ..node });
                group.find_failures.set(0);
                group.member.heard_from_coordinator(self.core.now_ms());
            }
            Err(error) if error.is_retriable() => {
                let attempt = group.find_failures.get();
                group.find_failures.set(attempt + 1);
                let connection = &self.config.connection;
                let (first, max) = (connection.retry_backoff_ms, connection.retry_backoff_max_ms);
                let pause_ms = backoff_ms(&*self.core.env.runtime, first, max, attempt);
                group.find_retry_at_ms.set(self.core.now_ms() + pause_ms);
            }
            Err(error) => self.raise(error),
        }
    }

    /// Waits for the coordinator. `None`: time is up.
    pub(super) async fn await_coordinator(
        self: &Rc<Self>,
        group: &Group,
        deadline_ms: u64,
    ) -> Result<Option<Node>> {
        loop {
            let progress = self.progress.wait();
            self.throw_pending()?;
            if let Some(node) = self.coordinator(group) {
                return Ok(Some(node));
            }
            self.find_coordinator(group);
            if !self
                .wait_for(progress, deadline_ms, group.find_retry_at_ms.get())
                .await
            {
                return Ok(None);
            }
        }
    }

    /// Sends to the coordinator, in the newest version that names topics.
    pub(super) async fn ask_coordinator<R: Request>(
        &self,
        node: &Node,
        build: impl FnOnce(i16) -> R,
    ) -> Result<R::Response> {
        let max_version = match R::API_KEY {
            OffsetCommitRequest::API_KEY | OffsetFetchRequest::API_KEY => LAST_VERSION_WITH_NAMES,
            _ => R::MAX_VERSION,
        };
        let timeout_ms = self.config.connection.request_timeout_ms;
        let reply = self
            .core
            .network
            .call_with(node, max_version, timeout_ms, build)
            .await?;
        Ok(reply.response)
    }

    /// What an error from the coordinator says about the coordinator.
    pub(super) fn note_coordinator_error(&self, group: &Group, error: &ClientError) {
        match error {
            ClientError::Broker {
                code:
                    ErrorCode::NOT_COORDINATOR
                    | ErrorCode::COORDINATOR_NOT_AVAILABLE
                    | ErrorCode::REQUEST_TIMED_OUT,
                ..
            }
            | ClientError::Disconnected => group.mark_coordinator_unknown(),
            _ => {}
        }
    }

    /// Committed offsets of these partitions, asked once.
    pub(super) async fn fetch_committed(
        &self,
        group: &Group,
        node: &Node,
        partitions: &[TopicPartition],
    ) -> Result<SortedMap<TopicPartition, Option<OffsetAndMetadata>>> {
        let build = |version| offset_fetch_request(&group.id, Some(partitions), version, true);
        let offsets = self
            .ask_coordinator::<OffsetFetchRequest>(node, build)
            .await
            .and_then(offsets_of);
        let offsets = offsets.inspect_err(|error| self.note_coordinator_error(group, error))?;
        let mut out: SortedMap<_, _> = partitions.iter().map(|tp| (tp.clone(), None)).collect();
        for (tp, result) in offsets {
            match result {
                Ok(offset) => {
                    out.insert(tp, offset);
                }
                Err(ClientError::Broker {
                    code: ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
                    ..
                }) => {
                    let text = format!("Topic or Partition {tp} does not exist");
                    return Err(ClientError::kafka(text, None));
                }
                Err(error) if error.is_retriable() => return Err(error),
                Err(error) => {
                    let text = error.message().unwrap_or_default();
                    let text = format!(
                        "Unexpected error in fetch offset response for partition {tp}: {text}"
                    );
                    return Err(ClientError::kafka(text, None));
                }
            }
        }
        Ok(out)
    }

    /// Begins to ask for committed offsets of partitions without a position.
    pub(super) fn start_fetching_committed(self: &Rc<Self>, partitions: Vec<TopicPartition>) {
        let Some(group) = &self.group else {
            return;
        };
        let Some(node) = self.coordinator(group) else {
            return self.find_coordinator(group);
        };
        let wait = self.core.now_ms() < group.committed_retry_at_ms.get();
        if wait || group.fetching_committed.replace(true) {
            return;
        }
        let weak = Rc::downgrade(self);
        let epoch = self.subs.borrow().epoch;
        self.core.env.runtime.spawn(Box::pin(async move {
            let Some(inner) = weak.upgrade() else {
                return;
            };
            let Some(group) = &inner.group else {
                return;
            };
            let offsets = inner.fetch_committed(group, &node, &partitions).await;
            group.fetching_committed.set(false);
            let result = offsets.and_then(|offsets| inner.begin_at(offsets, epoch));
            match result {
                Ok(()) => {}
                Err(error) if error.is_retriable() => {
                    let pause_ms = inner.config.connection.retry_backoff_ms;
                    group
                        .committed_retry_at_ms
                        .set(inner.core.now_ms() + pause_ms);
                }
                Err(error) => inner.raise(error),
            }
            inner.progress.notify();
        }));
    }

    /// Puts partitions without a position where the group has read to.
    fn begin_at(
        &self,
        offsets: SortedMap<TopicPartition, Option<OffsetAndMetadata>>,
        epoch: u64,
    ) -> Result<()> {
        let mut without = Vec::new();
        {
            let mut subs = self.subs.borrow_mut();
            if subs.epoch != epoch {
                return Ok(());
            }
            for (tp, offset) in offsets {
                let state = subs
                    .get_mut(&tp)
                    .filter(|s| s.progress == Progress::Initializing);
                match (state, offset) {
                    (Some(state), Some(offset)) => {
                        state.progress = Progress::At(Position {
                            offset: offset.offset,
                            offset_epoch: offset.leader_epoch,
                        });
                    }
                    (Some(_), None) => without.push(tp),
                    (None, _) => {}
                }
            }
        }
        match without.is_empty() {
            true => Ok(()),
            false => self.reset_initializing(&without),
        }
    }

    /// Commits until it works, fails for good, or time is up (`false`).
    pub(super) async fn commit_until(
        self: &Rc<Self>,
        group: &Group,
        offsets: &Offsets,
        deadline_ms: u64,
    ) -> Result<bool> {
        if offsets.is_empty() {
            return Ok(true);
        }
        let mut attempt = 0;
        loop {
            let Some(node) = self.await_coordinator(group, deadline_ms).await? else {
                return Ok(false);
            };
            match self.commit_once(group, &node, offsets).await {
                Ok(()) => return Ok(true),
                Err(error) if !error.is_retriable() => return Err(error),
                Err(_) => {}
            }
            let connection = &self.config.connection;
            let (first, max) = (connection.retry_backoff_ms, connection.retry_backoff_max_ms);
            let pause_ms = backoff_ms(&*self.core.env.runtime, first, max, attempt);
            attempt += 1;
            if self.core.now_ms() + pause_ms >= deadline_ms {
                return Ok(false);
            }
            self.core.sleep(pause_ms).await;
        }
    }

    /// One commit, with Java's errors.
    pub(super) async fn commit_once(
        &self,
        group: &Group,
        node: &Node,
        offsets: &Offsets,
    ) -> Result<()> {
        let managed = self.subs.borrow().is_group_managed();
        let generation = match managed {
            true => Some(group.member.generation_for_commit()?),
            false => None,
        };
        let (generation_id, member_id) = generation
            .clone()
            .map_or((-1, String::new()), |g| (g.id, g.member_id));
        let partitions: Vec<TopicPartition> = offsets.keys().cloned().collect();
        let instance_id = self.config.group_instance_id.clone().filter(|_| managed);
        let build = |version: i16| OffsetCommitRequest {
            group_id: group.id.clone(),
            generation_id_or_member_epoch: generation_id,
            member_id,
            group_instance_id: instance_id.filter(|_| version >= 7),
            topics: offset_commit_topics(&partitions, offsets),
            ..Default::default()
        };
        let response = self
            .ask_coordinator::<OffsetCommitRequest>(node, build)
            .await;
        let response = response.inspect_err(|error| self.note_coordinator_error(group, error))?;
        self.read_commit(group, generation_id, offsets, response)
    }

    fn read_commit(
        &self,
        group: &Group,
        sent_generation: i32,
        offsets: &Offsets,
        response: OffsetCommitResponse,
    ) -> Result<()> {
        for topic in response.topics {
            for p in topic.partitions {
                let code = ErrorCode(p.error_code);
                if code.is_none() {
                    continue;
                }
                let tp = TopicPartition::new(topic.name.as_str(), p.partition_index);
                let offset = offsets.get(&tp).map_or(-1, |o| o.offset);
                let text = format!(
                    "Offset commit failed on partition {tp} at offset {offset}: {}",
                    code.message()
                );
                match code.is_retriable() {
                    true => self.core.log.warn(class::CONSUMER_COORDINATOR, &text),
                    false => self.core.log.error(class::CONSUMER_COORDINATOR, &text),
                }
                let error = self.commit_error(group, sent_generation, code);
                self.note_coordinator_error(group, &error);
                return Err(error);
            }
        }
        Ok(())
    }

    fn commit_error(&self, group: &Group, sent_generation: i32, code: ErrorCode) -> ClientError {
        match code {
            ErrorCode::REBALANCE_IN_PROGRESS => {
                group
                    .member
                    .request_rejoin("offset commit failed since group is already rebalancing");
                let text = "Offset commit cannot be completed since the consumer group is executing a \
                            rebalance at the moment. You can try completing the rebalance by calling \
                            poll() and then retry commit again";
                ClientError::Other {
                    class: "org.apache.kafka.common.errors.RebalanceInProgressException",
                    message: Some(text.into()),
                }
            }
            ErrorCode::UNKNOWN_MEMBER_ID | ErrorCode::ILLEGAL_GENERATION => {
                group.member.commit_refused(sent_generation, code)
            }
            code if code.is_retriable() => ClientError::broker(code, None),
            ErrorCode::FENCED_INSTANCE_ID
            | ErrorCode::OFFSET_METADATA_TOO_LARGE
            | ErrorCode::INVALID_COMMIT_OFFSET_SIZE
            | ErrorCode::GROUP_AUTHORIZATION_FAILED
            | ErrorCode::TOPIC_AUTHORIZATION_FAILED => ClientError::broker(code, None),
            code => {
                let text = format!("Unexpected error in commit: {}", code.message());
                ClientError::kafka(text, None)
            }
        }
    }

    /// Commits positions in the background if it is time.
    pub(super) fn auto_commit_if_due(self: &Rc<Self>) {
        let Some(group) = self
            .group
            .as_ref()
            .filter(|_| self.config.enable_auto_commit)
        else {
            return;
        };
        let now_ms = self.core.now_ms();
        if now_ms >= group.next_auto_commit_ms.get() {
            group
                .next_auto_commit_ms
                .set(now_ms + self.config.auto_commit_interval_ms);
            self.auto_commit();
        }
    }

    /// Commits positions in the background.
    pub(super) fn auto_commit(self: &Rc<Self>) {
        let Some(group) = &self.group else {
            return;
        };
        let offsets = self.subs.borrow().all_consumed();
        if offsets.is_empty() {
            return;
        }
        let Some(node) = self.coordinator(group) else {
            return self.find_coordinator(group);
        };
        let weak = Rc::downgrade(self);
        self.core.env.runtime.spawn(Box::pin(async move {
            let Some(inner) = weak.upgrade() else {
                return;
            };
            let Some(group) = &inner.group else {
                return;
            };
            match inner.commit_once(group, &node, &offsets).await {
                Ok(()) => {}
                Err(error) if error.is_retriable() => {
                    let pause_ms = inner.config.connection.retry_backoff_ms;
                    group
                        .next_auto_commit_ms
                        .set(inner.core.now_ms() + pause_ms);
                }
                Err(error) => {
                    let text = format!(
                        "Asynchronous auto-commit of offsets {} failed: {}",
                        show_offsets(&offsets),
                        error.message().unwrap_or_default()
                    );
                    inner.core.log.warn(class::CONSUMER_COORDINATOR, &text);
                }
            }
            inner.progress.notify();
        }));
    }
}

/// As Java shows a map of offsets.
pub(super) fn show_offsets(offsets: &Offsets) -> String {
    let each = offsets.iter().map(|(tp, o)| {
        let epoch = o
            .leader_epoch
            .map_or("null".to_owned(), |epoch| epoch.to_string());
        let OffsetAndMetadata {
            offset, metadata, ..
        } = o;
        format!(
            "{tp}=OffsetAndMetadata{{offset={offset}, leaderEpoch={epoch}, metadata='{metadata}'}}"
        )
    });
    format!("{{{}}}", each.collect::<Vec<_>>().join(", "))
}
