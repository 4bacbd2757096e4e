//! Fetch (key 1), versions 4 to 18.
//!
//! Long polls with `min_bytes` and `max_wait_ms`, byte limits per request and per partition with at
//! least one batch (KIP-74), leader epochs and diverging epochs (KIP-320, KIP-595), the current
//! leader in an error (KIP-951), topic ids (KIP-516). Records above the high watermark are never
//! served. A partition whose bytes are no longer in memory makes the fetch wait for storage.
//! Skipped: fetch sessions are declined (KIP-227 lets a broker do so: session id 0); followers do
//! not fetch; preferred read replicas; quotas. Without transactions the last stable offset is the
//! high watermark and no transaction is ever aborted.

use super::{Broker, Caller, check_replica};
use crate::base::LogId;
use crate::log::storage::ReadRequest;
use crate::log::{OffsetOutOfRange, ReadOutcome};
use crate::protocol::ErrorCode;
use crate::protocol::messages::fetch_request::{FetchPartition, FetchRequest, FetchTopic};
use crate::protocol::messages::fetch_response::{
    EpochEndOffset, FetchResponse, FetchableTopicResponse, LeaderIdAndEpoch, NodeEndpoint,
    PartitionData,
};
use crate::protocol::{Rope, Uuid};
use bytes::Bytes;

/// Reads of storage that one partition of one fetch may need; more means that storage answers
/// nonsense.
const MAX_READS: u8 = 16;

/// A fetch under way.
#[derive(Debug)]
pub struct Fetch {
    api_version: i16,
    min_bytes: usize,
    max_bytes: usize,
    pub max_wait_ms: i32,
    read_committed: bool,
    topics: Vec<Topic>,
    parts: Vec<Part>,
    /// Where reading begins: a turn of its own per connection when limits leave partitions out.
    first: usize,
}

#[derive(Debug)]
struct Topic {
    name: String,
    id: Uuid,
}

/// One partition of the request, and what is there for it so far.
#[derive(Debug)]
struct Part {
    topic: usize,
    want: FetchPartition,
    log: Option<LogId>,
    data: Vec<Bytes>,
    bytes: usize,
    /// Room that is kept for an answer of storage.
    reading: Option<usize>,
    reads: u8,
    answer: PartitionData,
    /// Something makes the whole fetch answer at once.
    urgent: bool,
    /// There is no such topic or partition: an error that does not end the wait for the others, as
    /// in Kafka.
    missing: bool,
    /// The limits left it out although it has data.
    starved: bool,
}

/// How a fetch goes on.
#[derive(Debug)]
pub enum Step {
    /// The answer, and whether limits left a partition out that has data.
    Reply(FetchResponse, bool),
    /// Wait for one of [`Fetch::logs`] to grow, or for the time to be up.
    Wait,
    /// Ask storage, then call [`Fetch::stored`] for each; the number is the partition's.
    Read(Vec<(usize, ReadRequest)>),
}

/// A fetch whose first step is due. `Err` is an answer that needs no step. `fetch_max_bytes` is the
/// broker's own limit, which lowers what the request wants at least and at most.
pub fn begin(
    caller: &Caller<'_>,
    request: FetchRequest,
    fetch_max_bytes: i32,
    turn: usize,
) -> Result<Fetch, FetchResponse> {
    // KIP-227: a session that we never gave out does not exist; epoch -1 closes one and goes
    // without.
    if request.session_id != 0 && request.session_epoch > 0 {
        return Err(FetchResponse {
            error_code: ErrorCode::FETCH_SESSION_ID_NOT_FOUND.code(),
            ..FetchResponse::default()
        });
    }
    let max_bytes = request.max_bytes.min(fetch_max_bytes);
    let mut fetch = Fetch {
        api_version: caller.api_version,
        max_bytes: usize::try_from(max_bytes).unwrap_or(0),
        min_bytes: usize::try_from(request.min_bytes.min(max_bytes)).unwrap_or(0),
        max_wait_ms: request.max_wait_ms.max(0),
        read_committed: request.isolation_level == 1,
        topics: Vec::with_capacity(request.topics.len()),
        parts: Vec::new(),
        first: 0,
    };
    for FetchTopic {
        topic,
        topic_id,
        partitions,
        ..
    } in request.topics
    {
        let index = fetch.topics.len();
        fetch
            .parts
            .extend(partitions.into_iter().map(|want| Part::new(index, want)));
        fetch.topics.push(Topic {
            name: topic,
            id: topic_id,
        });
    }
    if !fetch.parts.is_empty() {
        fetch.first = turn % fetch.parts.len();
    }
    Ok(fetch)
}

impl Part {
    fn new(topic: usize, want: FetchPartition) -> Part {
        Part {
            topic,
            want,
            log: None,
            data: Vec::new(),
            bytes: 0,
            reading: None,
            reads: 0,
            answer: PartitionData::default(),
            urgent: false,
            missing: false,
            starved: false,
        }
    }

    /// Forgets what an earlier step found.
    fn reset(&mut self) {
        self.data.clear();
        (self.bytes, self.reading, self.reads) = (0, None, 0);
        (self.urgent, self.missing, self.starved) = (false, false, false);
        self.log = None;
        // Kafka's own blank answer has offsets of -1 and no records.
        self.answer = PartitionData {
            partition_index: self.want.partition,
            high_watermark: -1,
            last_stable_offset: -1,
            log_start_offset: -1,
            preferred_read_replica: -1,
            ..PartitionData::default()
        };
    }

    fn fail_missing(&mut self, error: ErrorCode) {
        self.fail(error);
        self.urgent = false;
        self.missing = true;
    }

    fn fail(&mut self, error: ErrorCode) {
        self.data.clear();
        self.bytes = 0;
        self.reading = None;
        self.urgent = true;
        self.answer.error_code = error.code();
        (self.answer.high_watermark, self.answer.last_stable_offset) = (-1, -1);
        self.answer.log_start_offset = -1;
    }
}

impl Fetch {
    /// The logs whose growth can end the wait.
    pub fn logs(&self) -> impl Iterator<Item = LogId> + '_ {
        self.parts.iter().filter_map(|part| part.log)
    }

    /// Topic (name or id), partition and offset of everything that is asked for, for observers.
    pub fn positions(&self) -> impl Iterator<Item = (&str, Uuid, i32, i64)> + '_ {
        self.parts.iter().map(|part| {
            let topic = &self.topics[part.topic];
            (
                topic.name.as_str(),
                topic.id,
                part.want.partition,
                part.want.fetch_offset,
            )
        })
    }

    /// Looks at all partitions anew. `last` when there is no more time to wait.
    pub fn step(&mut self, broker: &mut Broker<'_>, caller: &Caller<'_>, last: bool) -> Step {
        let count = self.parts.len();
        let mut room = self.max_bytes;
        let mut nothing_yet = true;
        let mut reads = Vec::new();
        for turn in 0..count {
            let index = (self.first + turn) % count;
            self.parts[index].reset();
            let read = self.look_up(broker, caller, index, room, nothing_yet);
            let part = &mut self.parts[index];
            if let Some(read) = read {
                part.reads = 1;
                reads.push((index, read));
            }
            let taken = part.bytes + part.reading.unwrap_or(0);
            nothing_yet &= taken == 0;
            room = room.saturating_sub(taken);
        }
        let ready: usize = self.parts.iter().map(|part| part.bytes).sum();
        let urgent = self.parts.iter().any(|part| part.urgent);
        let enough = ready >= self.min_bytes || !reads.is_empty();
        let nothing_to_wait_for = self.parts.iter().all(|part| part.missing);
        if !(last || urgent || enough || nothing_to_wait_for) {
            // What was found is read again; until then it must not keep buffers alive.
            for part in &mut self.parts {
                part.data.clear();
            }
            return Step::Wait;
        }
        if reads.is_empty() {
            self.reply(broker, caller)
        } else {
            Step::Read(reads)
        }
    }

    /// Finds the partition and what memory has of it; returns what storage must be asked for.
    fn look_up(
        &mut self,
        broker: &mut Broker<'_>,
        caller: &Caller<'_>,
        index: usize,
        room: usize,
        min_one_batch: bool,
    ) -> Option<ReadRequest> {
        let part = &mut self.parts[index];
        let topic = &mut self.topics[part.topic];
        let by_id = self.api_version >= 13;
        let found = if by_id {
            broker.image.topic_by_id(topic.id)
        } else {
            broker.image.topic(&topic.name)
        };
        let Some(found) = found else {
            let by_name = ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
            part.fail_missing(if by_id {
                ErrorCode::UNKNOWN_TOPIC_ID
            } else {
                by_name
            });
            return None;
        };
        if by_id && topic.name.is_empty() {
            topic.name = found.name.to_string();
        }
        let Some(image) = found.partition(part.want.partition) else {
            part.fail_missing(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
            return None;
        };
        // A consumer that may have a rack may read from a follower (KIP-392).
        let leader_only = self.api_version < 11;
        let epoch = part.want.current_leader_epoch;
        if let Err(error) = check_replica(image, caller.broker, epoch, leader_only) {
            part.fail(error);
            if self.api_version >= 16 && error != ErrorCode::UNKNOWN_LEADER_EPOCH {
                part.answer.current_leader = LeaderIdAndEpoch {
                    leader_id: image.leader,
                    leader_epoch: image.leader_epoch,
                    ..LeaderIdAndEpoch::default()
                };
            }
            return None;
        }
        read_partition(broker, image.log, part, room, min_one_batch)
    }

    /// Storage has answered for this partition; the bytes are in the log's hands if `ok`. Returns a
    /// further request, or `None` when the partition is done.
    pub fn stored(
        &mut self,
        broker: &mut Broker<'_>,
        index: usize,
        ok: bool,
    ) -> Option<ReadRequest> {
        let part = &mut self.parts[index];
        let room = part.reading.take()?;
        let Some(log) = part.log.filter(|_| ok && part.reads < MAX_READS) else {
            part.fail(ErrorCode::KAFKA_STORAGE_ERROR);
            return None;
        };
        part.reads += 1;
        // The room was set aside for this partition, so a batch larger than it may come whole only
        // if the whole answer would otherwise be empty; that decision was taken when the room was
        // given.
        let alone = self.parts.iter().all(|part| part.bytes == 0);
        read_partition(broker, log, &mut self.parts[index], room, alone)
    }

    /// Whether storage still owes an answer.
    pub fn is_reading(&self) -> bool {
        self.parts.iter().any(|part| part.reading.is_some())
    }

    /// The answer from what is there.
    pub fn reply(&mut self, broker: &Broker<'_>, caller: &Caller<'_>) -> Step {
        let mut response = FetchResponse::default();
        let by_id = self.api_version >= 13;
        for topic in &self.topics {
            response.responses.push(FetchableTopicResponse {
                topic: if by_id {
                    String::new()
                } else {
                    topic.name.clone()
                },
                topic_id: if by_id { topic.id } else { Uuid::ZERO },
                ..FetchableTopicResponse::default()
            });
        }
        let mut starved = false;
        // As in Kafka, what is not there comes last, and has an empty list where the others have
        // null.
        for missing in [false, true] {
            for part in self.parts.iter_mut().filter(|part| part.missing == missing) {
                starved |= part.starved && part.bytes == 0;
                let mut answer = std::mem::take(&mut part.answer);
                answer.records = Some(Rope(std::mem::take(&mut part.data)));
                let committed = self.read_committed && answer.error_code == ErrorCode::NONE.code();
                answer.aborted_transactions = (committed || missing).then(Vec::new);
                response.responses[part.topic].partitions.push(answer);
            }
        }
        if self.api_version >= 16 {
            add_node_endpoints(broker, caller, &mut response);
        }
        Step::Reply(response, starved)
    }
}

fn read_partition(
    broker: &mut Broker<'_>,
    id: LogId,
    part: &mut Part,
    room: usize,
    min_one_batch: bool,
) -> Option<ReadRequest> {
    let Some(hosted) = broker.logs.get_mut(id) else {
        part.fail(ErrorCode::NOT_LEADER_OR_FOLLOWER);
        return None;
    };
    let log = &mut hosted.log;
    part.log = Some(id);
    let high_watermark = log.high_watermark();
    part.answer.high_watermark = high_watermark;
    part.answer.last_stable_offset = high_watermark;
    part.answer.log_start_offset = log.log_start_offset();
    let offset = part.want.fetch_offset;
    if part.want.last_fetched_epoch >= 0 {
        let (epoch, end_offset) = log.end_offset_for_epoch(part.want.last_fetched_epoch);
        if epoch < 0 || offset < log.log_start_offset() {
            part.fail(ErrorCode::OFFSET_OUT_OF_RANGE);
            return None;
        }
        if epoch < part.want.last_fetched_epoch || end_offset < offset {
            part.urgent = true;
            part.answer.diverging_epoch = EpochEndOffset {
                epoch,
                end_offset,
                ..EpochEndOffset::default()
            };
            return None;
        }
    }
    let want = usize::try_from(part.want.partition_max_bytes).unwrap_or(0);
    let limit = want.min(room);
    part.starved = limit == 0 && !min_one_batch && offset < high_watermark;
    match log.read(offset, limit, min_one_batch, high_watermark) {
        Ok(ReadOutcome::Data { slices, bytes, .. }) => {
            part.starved |= bytes == 0 && offset < high_watermark;
            part.data = slices;
            part.bytes = bytes;
            None
        }
        Ok(ReadOutcome::NeedsStorage(_)) if limit == 0 && !min_one_batch => None,
        Ok(ReadOutcome::NeedsStorage(request)) => {
            part.reading = Some(limit.max(1));
            Some(request)
        }
        Err(OffsetOutOfRange) => {
            part.fail(ErrorCode::OFFSET_OUT_OF_RANGE);
            None
        }
    }
}

/// Names the brokers that the answer points at (KIP-951).
fn add_node_endpoints(broker: &Broker<'_>, caller: &Caller<'_>, response: &mut FetchResponse) {
    let partitions = response
        .responses
        .iter()
        .flat_map(|topic| &topic.partitions);
    let leaders = partitions.map(|p| p.current_leader.leader_id);
    response.node_endpoints = broker
        .leader_endpoints(caller, leaders)
        .map(|endpoint| NodeEndpoint {
            node_id: endpoint.broker.0,
            host: endpoint.host.clone(),
            port: i32::from(endpoint.port),
            ..NodeEndpoint::default()
        })
        .collect();
}
