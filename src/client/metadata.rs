//! What a client knows of the cluster: brokers, topics, leaders; refreshed when it is old or proves wrong.
//!
//! One background task per client fetches metadata while somebody wants them, with the pauses and log lines of
//! Java's `Metadata` and `NetworkClient`.

use super::ClientError;
use super::config::ConnectionConfig;
use super::core::MetadataPolicy;
use super::env::Runtime;
use super::error::list;
use super::logger::{Log, class};
use super::network::{Network, Reply};
use super::sync::{Signal, backoff_ms, until};
use super::types::{Node, PartitionInfo, TopicPartition};
use crate::base::{SortedMap, SortedSet, sort_by_key};
use crate::protocol::messages::metadata_request::MetadataRequestTopic;
use crate::protocol::messages::metadata_response::MetadataResponseTopic;
use crate::protocol::messages::{MetadataRequest, MetadataResponse};
use crate::protocol::{ErrorCode, Uuid};
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

/// Which topics a client wants to know of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    All,
    Topics(SortedSet<Rc<str>>),
}

/// The newest known state of the cluster.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cluster {
    pub cluster_id: Option<String>,
    pub controller_id: Option<i32>,
    pub nodes: SortedMap<i32, Node>,
    pub topics: SortedMap<Rc<str>, Topic>,
    /// Why topics that were asked for are not in `topics`.
    pub errors: SortedMap<Rc<str>, ErrorCode>,
    names: SortedMap<Uuid, Rc<str>>,
}

#[derive(Debug, Clone)]
pub(crate) struct Topic {
    pub id: Uuid,
    pub is_internal: bool,
    /// In order of their numbers.
    pub partitions: Vec<Partition>,
}

#[derive(Debug, Clone)]
pub(crate) struct Partition {
    pub info: PartitionInfo,
    pub leader_epoch: Option<i32>,
}

impl Cluster {
    pub fn partition(&self, tp: &TopicPartition) -> Option<&Partition> {
        self.topics
            .get(&tp.topic)?
            .partitions
            .get(usize::try_from(tp.partition).ok()?)
    }

    /// The broker that leads a partition, if it has a leader and that is known.
    pub fn leader(&self, tp: &TopicPartition) -> Option<&Node> {
        self.nodes.get(&self.partition(tp)?.info.leader?)
    }

    pub fn topic_name(&self, id: &Uuid) -> Option<&Rc<str>> {
        self.names.get(id)
    }

    pub fn topic_id(&self, topic: &str) -> Uuid {
        self.topics.get(topic).map_or(Uuid::ZERO, |t| t.id)
    }

    pub fn controller(&self) -> Option<&Node> {
        self.nodes.get(&self.controller_id?)
    }
}

/// Clones share the same state.
#[derive(Clone)]
pub(crate) struct Metadata(Rc<Inner>);

struct Inner {
    network: Network,
    runtime: Rc<dyn Runtime>,
    config: ConnectionConfig,
    log: Log,
    bootstrap: Vec<Node>,
    policy: MetadataPolicy,
    cluster: RefCell<Cluster>,
    wanted: RefCell<Wanted>,
    need_update: Cell<bool>,
    updating: Cell<bool>,
    /// Whether a response has come yet; before, only the bootstrap addresses are known.
    is_bootstrapped: Cell<bool>,
    failures: Cell<u32>,
    last_attempt_ms: Cell<Option<u64>>,
    last_success_ms: Cell<u64>,
    /// Counts successful updates.
    version: Cell<u64>,
    changed: Signal,
    closed: Cell<bool>,
}

impl Metadata {
    pub fn new(
        network: Network,
        runtime: Rc<dyn Runtime>,
        config: ConnectionConfig,
        log: Log,
        bootstrap: Vec<Node>,
        policy: MetadataPolicy,
    ) -> Metadata {
        let metadata = Metadata(Rc::new(Inner {
            network: network.clone(),
            runtime,
            config,
            log,
            bootstrap,
            policy,
            cluster: RefCell::default(),
            wanted: RefCell::new(Wanted::Topics(SortedSet::new())),
            need_update: Cell::new(false),
            updating: Cell::new(false),
            is_bootstrapped: Cell::new(false),
            failures: Cell::new(0),
            last_attempt_ms: Cell::new(None),
            last_success_ms: Cell::new(0),
            version: Cell::new(0),
            changed: Signal::default(),
            closed: Cell::new(false),
        }));
        let weak = Rc::downgrade(&metadata.0);
        network.on_disconnect(Box::new(move |id| {
            if let Some(inner) = weak.upgrade() {
                Metadata(inner).node_gone(id);
            }
        }));
        metadata
    }

    pub fn cluster(&self) -> std::cell::Ref<'_, Cluster> {
        self.0.cluster.borrow()
    }

    pub fn version(&self) -> u64 {
        self.0.version.get()
    }

    /// Resolves at the next successful update.
    pub fn changed(&self) -> super::sync::Changed {
        self.0.changed.wait()
    }

    /// Brokers to ask what any of them can answer.
    pub fn nodes(&self) -> Vec<Node> {
        let cluster = self.0.cluster.borrow();
        match cluster.nodes.is_empty() {
            true => self.0.bootstrap.clone(),
            false => cluster.nodes.values().cloned().collect(),
        }
    }

    /// Any broker that can be asked now, waiting through backoff.
    pub async fn any_node(&self) -> Result<Node, ClientError> {
        loop {
            if self.0.closed.get() {
                return Err(ClientError::Disconnected);
            }
            match self.0.network.least_loaded(&self.nodes()) {
                Ok(node) => return Ok(node),
                Err(wait_ms) => self.0.runtime.sleep(wait_ms).await,
            }
        }
    }

    /// Replaces what the client wants to know of; asks for it if there is something new.
    pub fn want(&self, wanted: Wanted) {
        let known = match (&wanted, &*self.0.wanted.borrow()) {
            (Wanted::Topics(new), Wanted::Topics(old)) => new.is_subset(old),
            (Wanted::All, Wanted::All) => true,
            _ => false,
        };
        *self.0.wanted.borrow_mut() = wanted;
        if !known {
            self.request_update_at_once();
        }
    }

    /// Adds a topic to what the client wants to know of.
    pub fn want_topic(&self, topic: &Rc<str>) {
        let added = match &mut *self.0.wanted.borrow_mut() {
            Wanted::All => false,
            Wanted::Topics(topics) => topics.insert(topic.clone()),
        };
        if added {
            self.request_update_at_once();
        }
    }

    /// Asks for fresh metadata, after the usual pause since the last time.
    pub fn request_update(&self) {
        self.0.need_update.set(true);
        if !self.0.closed.get() && !self.0.updating.replace(true) {
            self.0
                .runtime
                .spawn(Box::pin(update_loop(Rc::downgrade(&self.0))));
        }
    }

    fn request_update_at_once(&self) {
        self.0.last_attempt_ms.set(None);
        self.request_update();
    }

    /// Asks for fresh metadata if they are older than `metadata.max.age.ms`, or there are none.
    pub fn refresh_if_old(&self) {
        let age_ms = self
            .0
            .runtime
            .mono_ms()
            .saturating_sub(self.0.last_success_ms.get());
        if !self.0.is_bootstrapped.get() || age_ms >= self.0.config.metadata_max_age_ms {
            self.request_update();
        }
    }

    /// Waits for one update that starts after this call. `false`: it did not come in time.
    pub async fn await_update(&self, deadline_ms: u64) -> bool {
        let changed = self.changed();
        self.request_update();
        until(&*self.0.runtime, deadline_ms, changed)
            .await
            .is_some()
    }

    pub fn close(&self) {
        self.0.closed.set(true);
        self.0.changed.notify();
    }

    fn node_gone(&self, node_id: i32) {
        if !self.0.is_bootstrapped.get()
            && !self.0.policy.quiet
            && let Some(node) = self.0.bootstrap.iter().find(|node| node.id == node_id)
        {
            let text = format!("Bootstrap broker {node} disconnected");
            self.0.log.warn(class::NETWORK_CLIENT, &text);
        }
        self.request_update();
    }
}

async fn update_loop(inner: Weak<Inner>) {
    loop {
        let Some(metadata) = inner.upgrade().map(Metadata) else {
            return;
        };
        let inner = &metadata.0;
        if inner.closed.get() || !inner.need_update.get() {
            inner.updating.set(false);
            return;
        }
        let pause_ms = metadata.pause_ms();
        if pause_ms > 0 {
            let sleep = inner.runtime.sleep(pause_ms);
            let changed = inner.changed.wait();
            drop(metadata);
            futures_util::future::select(sleep, changed).await;
            continue;
        }
        inner.need_update.set(false);
        let attempt = inner.runtime.mono_ms();
        let updated = metadata.update_once().await;
        inner
            .last_attempt_ms
            .set(Some(attempt.max(inner.runtime.mono_ms())));
        match updated {
            Ok(()) => inner.failures.set(0),
            Err(_) => {
                inner.failures.set(inner.failures.get() + 1);
                inner.need_update.set(true);
            }
        }
    }
}

impl Metadata {
    /// How long the next attempt must wait.
    fn pause_ms(&self) -> u64 {
        let inner = &self.0;
        let Some(last_ms) = inner.last_attempt_ms.get() else {
            return 0;
        };
        let (first, max) = (
            inner.config.retry_backoff_ms,
            inner.config.retry_backoff_max_ms,
        );
        let backoff_ms = backoff_ms(&*inner.runtime, first, max, inner.failures.get());
        (last_ms + backoff_ms).saturating_sub(inner.runtime.mono_ms())
    }

    async fn update_once(&self) -> Result<(), ClientError> {
        let inner = &self.0;
        let node = match inner.network.least_loaded(&self.nodes()) {
            Ok(node) => node,
            Err(_) if inner.is_bootstrapped.get() => {
                // None of the known brokers can be reached: begin again (KIP-899).
                match inner.network.least_loaded(&inner.bootstrap) {
                    Ok(node) => node,
                    Err(_) => self.any_node().await?,
                }
            }
            Err(_) => self.any_node().await?,
        };
        let wanted = inner.wanted.borrow().clone();
        let names = match &wanted {
            Wanted::All => None,
            Wanted::Topics(names) => Some(names),
        };
        let reply = inner
            .network
            .call(&node, |version| self.request(version, names))
            .await?;
        self.apply(&wanted, reply)
    }

    fn request(&self, version: i16, names: Option<&SortedSet<Rc<str>>>) -> MetadataRequest {
        let topics = names.map(|names| {
            let named = |name: &Rc<str>| MetadataRequestTopic {
                name: Some(name.to_string()),
                ..Default::default()
            };
            names.iter().map(named).collect::<Vec<_>>()
        });
        MetadataRequest {
            // In version 0 an empty list asks for all topics.
            topics: if version == 0 {
                Some(topics.unwrap_or_default())
            } else {
                topics
            },
            allow_auto_topic_creation: version < 4 || self.0.policy.allow_auto_create,
            ..Default::default()
        }
    }

    fn apply(&self, wanted: &Wanted, reply: Reply<MetadataResponse>) -> Result<(), ClientError> {
        let inner = &self.0;
        let response = reply.response;
        let errors: Vec<String> = (response.topics.iter())
            .filter(|t| t.error_code != 0)
            .map(|t| {
                let name = t.name.as_deref().unwrap_or("null");
                format!("{name}={}", ErrorCode(t.error_code).name())
            })
            .collect();
        if !errors.is_empty() && !inner.policy.quiet {
            let text = format!(
                "The metadata response from the cluster reported a recoverable issue with correlation \
                 id {} : {{{}}}",
                reply.correlation_id,
                errors.join(", ")
            );
            inner.log.warn(class::NETWORK_CLIENT, &text);
        }
        if response.brokers.is_empty() {
            return Err(ClientError::Disconnected);
        }
        let invalid: Vec<String> = (response.topics.iter())
            .filter(|t| ErrorCode(t.error_code) == ErrorCode::INVALID_TOPIC_EXCEPTION)
            .filter_map(|t| t.name.clone())
            .collect();
        if !invalid.is_empty() {
            let text = format!(
                "Metadata response reported invalid topics {}",
                list(&invalid)
            );
            inner.log.error(class::METADATA, &text);
        }
        let stale = self.merge(wanted, response);
        inner.is_bootstrapped.set(true);
        inner.last_success_ms.set(inner.runtime.mono_ms());
        inner.version.set(inner.version.get() + 1);
        if stale {
            inner.need_update.set(true);
        }
        inner.changed.notify();
        Ok(())
    }

    /// Takes over a response. Whether some of it should be asked again soon.
    fn merge(&self, wanted: &Wanted, response: MetadataResponse) -> bool {
        let mut cluster = self.0.cluster.borrow_mut();
        cluster.nodes = (response.brokers.into_iter())
            .map(|b| {
                let node = Node {
                    id: b.node_id,
                    host: b.host,
                    port: b.port,
                    rack: b.rack,
                    is_fenced: false,
                };
                (b.node_id, node)
            })
            .collect();
        cluster.cluster_id = response.cluster_id;
        cluster.controller_id = Some(response.controller_id).filter(|id| *id >= 0);
        cluster.errors.clear();
        let old = std::mem::take(&mut cluster.topics);
        let mut stale = false;
        for topic in response.topics {
            let code = ErrorCode(topic.error_code);
            let Some(name) = topic.name.as_deref().map(Rc::<str>::from) else {
                continue;
            };
            if !code.is_none() {
                stale |= code.needs_refresh();
                cluster.errors.insert(name, code);
                continue;
            }
            let (topic, leaderless) = merge_topic(&name, topic, old.get(&name));
            stale |= leaderless;
            cluster.topics.insert(name, topic);
        }
        if let (Wanted::Topics(asked), Wanted::Topics(now)) = (wanted, &*self.0.wanted.borrow()) {
            // What was added meanwhile is asked next; what is known of it stays.
            for (name, topic) in old {
                if now.contains(&name) && !asked.contains(&name) {
                    cluster.topics.entry(name).or_insert(topic);
                }
            }
        }
        cluster.names = (cluster.topics.iter())
            .map(|(name, topic)| (topic.id, name.clone()))
            .collect();
        stale
    }
}

/// The topic as the response says, but for partitions of which a newer leader epoch is known. Also whether one
/// of them has no leader for now.
fn merge_topic(name: &Rc<str>, topic: MetadataResponseTopic, old: Option<&Topic>) -> (Topic, bool) {
    let old = old.filter(|old| old.id == topic.topic_id);
    let mut partitions = topic.partitions;
    sort_by_key(&mut partitions, |p| p.partition_index);
    let mut leaderless = false;
    let partitions = partitions.into_iter().enumerate().map(|(i, p)| {
        leaderless |= ErrorCode(p.error_code).needs_refresh();
        let leader_epoch = Some(p.leader_epoch).filter(|epoch| *epoch >= 0);
        if let Some(known) = old.and_then(|old| old.partitions.get(i))
            && leader_epoch.is_some()
            && known.leader_epoch > leader_epoch
        {
            return known.clone();
        }
        let info = PartitionInfo {
            topic: name.clone(),
            partition: p.partition_index,
            leader: Some(p.leader_id).filter(|id| *id >= 0),
            replicas: p.replica_nodes,
            isr: p.isr_nodes,
            offline_replicas: p.offline_replicas,
        };
        Partition { info, leader_epoch }
    });
    let partitions = partitions.collect();
    (
        Topic {
            id: topic.topic_id,
            is_internal: topic.is_internal,
            partitions,
        },
        leaderless,
    )
}
