//! From `Opened` to ready: the metadata log is read back and replayed, then every partition's log
//! is opened from its last chunk, then `__consumer_offsets` is replayed into the group coordinator.
//!
//! Requests wait meanwhile. A cluster at its first start writes its first metadata records before
//! it serves.

use super::groups::Groups;
use super::io::Output;
use super::timers::Timer;
use super::{Cluster, topics};
use crate::base::{LogId, METADATA_LOG, SortedMap};
use crate::coordinator::group::GroupRecord;
use crate::log::storage::{ReadRequest, StoredChunk, Write};
use crate::log::{
    Finding, LogConfig, PartitionLog, ReadOutcome, Recovery, RecoveryStep, decode_log_start,
    log_start_key,
};
use crate::metadata::Record;
use crate::metadata::names::OFFSETS_TOPIC;
use crate::protocol::Uuid;
use crate::protocol::record_batch::batches;
use bytes::Bytes;
use std::collections::VecDeque;

/// The format of what we store. A cluster of another format is not touched.
const FORMAT: &str = "1";
const FORMAT_KEY: &str = "format";
const CLUSTER_ID_KEY: &str = "cluster-id";
/// Logs that are opened at the same time.
const MAX_OPENING: usize = 64;
/// Bytes that replay asks for at once.
const REPLAY_BYTES: usize = 1 << 20;
/// How long to wait before writing the first records is tried again.
const RETRY_MS: u64 = 1_000;
/// Batches that a replay may need of storage without moving on; more means that storage answers
/// nonsense.
const MAX_STALLS: u32 = 16;

/// How far the cluster is.
#[derive(Debug)]
pub enum Phase {
    /// Nothing is known of storage yet.
    Closed,
    Recovering(Box<Recovering>),
    /// All is read back, and the first metadata records are on their way.
    Starting,
    Ready,
    /// Storage holds what we do not understand, or does not answer.
    Refused(String),
}

/// What a read of recovery is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadTask {
    Open(LogId),
    Replay(LogId, ReadRequest),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Metadata,
    Logs,
    Groups,
}

/// See the module's documentation.
#[derive(Debug)]
pub struct Recovering {
    stage: Stage,
    meta: SortedMap<String, Bytes>,
    /// Logs to open, with what they are the logs of.
    to_open: VecDeque<(LogId, String, i32, LogConfig)>,
    opening: SortedMap<LogId, (Recovery, String, i32)>,
    to_replay: VecDeque<LogId>,
    replaying: Option<Replaying>,
}

#[derive(Debug)]
struct Replaying {
    log: LogId,
    next_offset: i64,
    stalls: u32,
}

impl Cluster {
    /// Storage is open.
    pub(super) fn open(&mut self, meta: Vec<(String, Bytes)>) {
        if !matches!(self.phase, Phase::Closed) {
            return self.warn("storage was opened twice".to_owned());
        }
        let meta: SortedMap<String, Bytes> = meta.into_iter().collect();
        match meta.get(FORMAT_KEY) {
            Some(format) if format != FORMAT.as_bytes() => {
                let format = String::from_utf8_lossy(format).into_owned();
                return self.refuse(format!("the stored format {format} is not known"));
            }
            _ => {}
        }
        match meta.get(CLUSTER_ID_KEY) {
            Some(id) => self.cluster_id = String::from_utf8_lossy(id).into_owned(),
            None => self.create_cluster_id(),
        }
        let config = LogConfig {
            max_message_bytes: i32::MAX as u32,
            ..LogConfig::default()
        };
        let metadata = (METADATA_LOG, "__cluster_metadata".to_owned(), 0, config);
        self.phase = Phase::Recovering(Box::new(Recovering {
            stage: Stage::Metadata,
            meta,
            to_open: [metadata].into(),
            opening: SortedMap::new(),
            to_replay: [METADATA_LOG].into(),
            replaying: None,
        }));
        self.recover();
    }

    fn create_cluster_id(&mut self) {
        let id = Uuid::from_random(self.rng.next_u64(), self.rng.next_u64());
        self.cluster_id = id.to_string();
        for (key, value) in [
            (FORMAT_KEY, FORMAT.to_owned()),
            (CLUSTER_ID_KEY, id.to_string()),
        ] {
            let write = Write::PutMeta {
                key: key.to_owned(),
                value: Bytes::from(value),
            };
            self.commit.put_in_passing(write);
        }
    }

    /// Nothing can be served: everybody who is there or comes later is told.
    fn refuse(&mut self, why: String) {
        self.warn(why.clone());
        self.phase = Phase::Refused(why.clone());
        let conns: Vec<_> = self.conns.keys().copied().collect();
        for conn in conns {
            self.close(conn, why.clone());
        }
    }

    /// Does all that can be done without storage.
    fn recover(&mut self) {
        while let Phase::Recovering(recovering) = &mut self.phase {
            if let Some((log, topic, partition, config)) = recovering.next_to_open() {
                let start = recovering.meta.get(&log_start_key(log));
                let start = start.and_then(|value| decode_log_start(value)).unwrap_or(0);
                let recovery = Recovery::new(log, config, start);
                let request = recovery.request();
                recovering.opening.insert(log, (recovery, topic, partition));
                self.read_for_recovery(ReadTask::Open(log), request);
            } else if !recovering.opening.is_empty() {
                return;
            } else if let Some(replaying) = &mut recovering.replaying {
                let log = replaying.log;
                if !self.replay_some(log) {
                    return;
                }
            } else if let Some(log) = recovering.to_replay.pop_front() {
                let start = self
                    .logs
                    .get(log)
                    .map_or(0, |hosted| hosted.log.log_start_offset());
                recovering.replaying = Some(Replaying {
                    log,
                    next_offset: start,
                    stalls: 0,
                });
            } else {
                self.next_stage();
            }
        }
    }

    fn next_stage(&mut self) {
        let Phase::Recovering(recovering) = &mut self.phase else {
            return;
        };
        let image = self.controller.image();
        match recovering.stage {
            Stage::Metadata => {
                recovering.stage = Stage::Logs;
                for topic in image.topics() {
                    for partition in &topic.partitions {
                        let config = topics::log_config(image, &topic.name, partition.leader);
                        let name = topic.name.to_string();
                        let entry = (partition.log, name, partition.partition, config);
                        recovering.to_open.push_back(entry);
                    }
                }
            }
            Stage::Logs => {
                recovering.stage = Stage::Groups;
                if let Some(offsets) = image.topic(OFFSETS_TOPIC) {
                    let logs = offsets.partitions.iter().map(|partition| partition.log);
                    recovering.to_replay.extend(logs);
                    let rng = crate::base::Rng::new(self.rng.next_u64());
                    self.groups = Groups::new(offsets.partitions.len() as i32, rng);
                }
            }
            Stage::Groups => {
                let meta = std::mem::take(&mut recovering.meta);
                self.phase = Phase::Starting;
                self.trim_leftovers(&meta);
                self.refresh_settings();
                self.groups_loaded();
                self.start();
            }
        }
    }

    /// Asks again for what a crash may have left undone: logs of deleted topics, bytes below log
    /// starts.
    fn trim_leftovers(&mut self, meta: &SortedMap<String, Bytes>) {
        let end = self.controller.image().next_log();
        for log in (1..end.0).map(LogId) {
            match self.logs.get(log).map(|hosted| hosted.log.trim_below()) {
                None => {
                    self.outputs.push_back(Output::Trim { log, below: None });
                    let key = log_start_key(log);
                    if meta.contains_key(&key) {
                        self.commit.put_in_passing(Write::DeleteMeta { key });
                    }
                }
                Some(0) => {}
                Some(below) => {
                    self.outputs.push_back(Output::Trim {
                        log,
                        below: Some(below),
                    });
                }
            }
        }
    }

    /// Storage has answered a read of recovery.
    pub(super) fn recovery_read(
        &mut self,
        task: ReadTask,
        result: Result<Vec<StoredChunk>, String>,
    ) {
        let chunks = match result {
            Ok(chunks) => chunks,
            Err(why) => return self.refuse(format!("storage cannot be read: {why}")),
        };
        match task {
            ReadTask::Open(log) => self.opened(log, chunks),
            ReadTask::Replay(log, request) => {
                let findings = match self.logs.get_mut(log) {
                    Some(hosted) => hosted.log.accept_read(&request, chunks),
                    None => Vec::new(),
                };
                self.report(log, findings);
            }
        }
        self.recover();
    }

    fn opened(&mut self, log: LogId, chunks: Vec<StoredChunk>) {
        let Phase::Recovering(recovering) = &mut self.phase else {
            return;
        };
        let Some((recovery, topic, partition)) = recovering.opening.remove(&log) else {
            return;
        };
        match recovery.step(chunks) {
            RecoveryStep::More(recovery) => {
                let request = recovery.request();
                recovering.opening.insert(log, (recovery, topic, partition));
                self.read_for_recovery(ReadTask::Open(log), request);
            }
            RecoveryStep::Ready {
                log: mut opened,
                findings,
            } => {
                self.catch_up_epoch(&mut opened, &topic, partition);
                self.logs.insert(&topic, partition, *opened);
                self.report(log, findings);
            }
            RecoveryStep::Refused { why } => self.refuse(format!("{topic}-{partition}: {why}")),
        }
    }

    fn catch_up_epoch(&mut self, log: &mut PartitionLog, topic: &str, partition: i32) {
        let found = self.controller.image().partition(topic, partition);
        if let Some(epoch) = found.map(|found| found.leader_epoch)
            && log.latest_epoch() < epoch
        {
            log.begin_epoch(epoch);
        }
    }

    fn report(&mut self, log: LogId, findings: Vec<Finding>) {
        let name = self.logs.get(log).map(|hosted| hosted.name.clone());
        for finding in findings {
            let name = name.as_deref().unwrap_or("a log");
            self.warn(format!("{name}: {}", finding.why));
        }
    }

    /// Replays the next batches of a log. Returns whether there is more to do without storage.
    fn replay_some(&mut self, log: LogId) -> bool {
        let Phase::Recovering(recovering) = &mut self.phase else {
            return false;
        };
        let Some(replaying) = &mut recovering.replaying else {
            return false;
        };
        let from = replaying.next_offset;
        let Some(hosted) = self.logs.get_mut(log) else {
            recovering.replaying = None;
            return true;
        };
        let end = hosted.log.high_watermark();
        if from >= end {
            hosted.log.evict_to(0);
            recovering.replaying = None;
            return true;
        }
        match hosted.log.read(from, REPLAY_BYTES, true, end) {
            Ok(ReadOutcome::Data {
                slices,
                next_offset,
                ..
            }) if next_offset > from => {
                replaying.next_offset = next_offset;
                replaying.stalls = 0;
                self.replay_batches(log, from, &slices);
                true
            }
            Ok(ReadOutcome::NeedsStorage(request)) if replaying.stalls < MAX_STALLS => {
                replaying.stalls += 1;
                self.read_for_recovery(ReadTask::Replay(log, request), request);
                false
            }
            _ => {
                let name = hosted.name.clone();
                self.refuse(format!("{name} cannot be read back from offset {from} on"));
                false
            }
        }
    }

    fn replay_batches(&mut self, log: LogId, from: i64, slices: &[Bytes]) {
        for slice in slices {
            for batch in batches(slice).flatten() {
                for record in batch.records().flatten() {
                    if record.offset < from {
                        continue;
                    }
                    let copy = |bytes: &[u8]| slice.slice_ref(bytes);
                    let (key, value) = (record.key.map(copy), record.value.map(copy));
                    if log == METADATA_LOG {
                        self.replay_metadata(record.offset, value);
                    } else {
                        self.replay_group(log, record.offset, key, value);
                    }
                }
            }
        }
    }

    fn replay_metadata(&mut self, offset: i64, value: Option<Bytes>) {
        let Some(value) = value else { return };
        let replayed = Record::decode(value)
            .map_err(|error| error.to_string())
            .and_then(|record| {
                let change = self.controller.image_mut().replay(&record);
                change.map_err(|error| error.to_string())
            });
        if let Err(error) = replayed {
            self.warn(format!("metadata record {offset} is passed over: {error}"));
        }
    }

    fn replay_group(&mut self, log: LogId, offset: i64, key: Option<Bytes>, value: Option<Bytes>) {
        let Some(key) = key else { return };
        // The tail that these bytes are slices of must not be kept alive by group state.
        let own = |bytes: Bytes| Bytes::copy_from_slice(&bytes);
        let record = GroupRecord {
            key: own(key),
            value: value.map(own),
        };
        let now = self.now;
        let replayed = self.groups.coordinator_mut().replay(now, &record);
        if let Err(error) = replayed {
            let name = self.logs.get(log).map(|hosted| hosted.name.clone());
            let name = name.as_deref().unwrap_or(OFFSETS_TOPIC);
            self.warn(format!("{name}: record {offset} is passed over: {error}"));
        }
    }

    /// Writes the records of a first start, or of brokers that have come or changed, and then
    /// serves.
    pub(super) fn start(&mut self) {
        if !matches!(self.phase, Phase::Starting) {
            return;
        }
        self.submit_start(|cluster, result| match result {
            Ok(()) => {
                cluster.phase = Phase::Ready;
                cluster.refresh_settings();
                cluster.changes.ready();
                cluster.arm_housekeeping();
                cluster.runnable.extend(cluster.conns.keys().copied());
            }
            Err(why) => {
                cluster.warn(format!("the cluster cannot start yet: {why}"));
                let at = cluster.now.mono_ms + RETRY_MS;
                cluster.timers.arm(at, Timer::Housekeeping);
            }
        });
    }

    /// Whether the controller may decide: all metadata is read back.
    pub(super) fn may_decide(&self) -> bool {
        matches!(self.phase, Phase::Starting | Phase::Ready)
    }
}

impl Recovering {
    fn next_to_open(&mut self) -> Option<(LogId, String, i32, LogConfig)> {
        if self.opening.len() >= MAX_OPENING {
            None
        } else {
            self.to_open.pop_front()
        }
    }
}
