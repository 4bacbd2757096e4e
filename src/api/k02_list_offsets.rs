//! ListOffsets (key 2), versions 1 to 11.
//!
//! Timestamps -1 (latest), -2 (earliest), -3 (greatest timestamp, KIP-734), -4 (earliest local,
//! KIP-405), -5 (latest tiered, KIP-1005), -6 (earliest pending upload, KIP-1023), and searches by
//! time. There is no tiered storage, so -4 is -2, and -5 and -6 find nothing, as on a broker
//! without it. A search whose index is no longer in memory makes the request wait for storage.
//! Skipped: `timeout_ms` (it bounds waits for remote storage).

use super::{Broker, Caller, check_replica};
use crate::base::{LogId, SortedSet, repeats};
use crate::log::storage::ReadRequest;
use crate::log::{FoundOffset, OffsetSearch, SearchStep};
use crate::protocol::ErrorCode;
use crate::protocol::messages::list_offsets_request::{
    ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic,
};
use crate::protocol::messages::list_offsets_response::{
    ListOffsetsPartitionResponse, ListOffsetsResponse, ListOffsetsTopicResponse,
};

/// The replica id of a client that asks any replica.
const DEBUGGING_REPLICA: i32 = -2;

const LATEST: i64 = -1;
const EARLIEST: i64 = -2;
const MAX_TIMESTAMP: i64 = -3;
const EARLIEST_LOCAL: i64 = -4;
const LATEST_TIERED: i64 = -5;
const EARLIEST_PENDING_UPLOAD: i64 = -6;

/// Reads of storage that one search may need: a binary search over all chunks that could ever be,
/// twice.
const MAX_READS: u32 = 200;

/// The answer so far, and the searches that wait for storage.
#[derive(Debug)]
pub struct ListOffsets {
    pub response: ListOffsetsResponse,
    searches: Vec<Option<Search>>,
}

#[derive(Debug)]
struct Search {
    log: LogId,
    topic: usize,
    partition: usize,
    state: OffsetSearch,
    reads: u32,
    api_version: i16,
}

/// Answers what memory can answer. The requests name the searches that storage must help, by
/// number.
pub fn handle(
    broker: &mut Broker<'_>,
    caller: &Caller<'_>,
    request: ListOffsetsRequest,
) -> (ListOffsets, Vec<(usize, ReadRequest)>) {
    let mut list = ListOffsets {
        response: ListOffsetsResponse::default(),
        searches: Vec::new(),
    };
    let mut reads = Vec::new();
    let repeats = repeats(&places(&request));
    let duplicates: SortedSet<_> = std::iter::zip(places(&request), &repeats)
        .filter(|(_, repeats)| **repeats)
        .map(|((topic, partition), _)| (topic.to_owned(), partition))
        .collect();
    let mut repeats = repeats.into_iter();
    let leader_only = request.replica_id != DEBUGGING_REPLICA;
    for topic in request.topics {
        let mut answer = ListOffsetsTopicResponse {
            name: topic.name,
            ..ListOffsetsTopicResponse::default()
        };
        for want in &topic.partitions {
            let blank = answer_of(want.partition_index, ErrorCode::NONE);
            let key = (answer.name.clone(), want.partition_index);
            let duplicate = duplicates.contains(&key);
            if repeats.next() == Some(true) {
                continue;
            }
            let looked_up = if duplicate {
                Err(ErrorCode::INVALID_REQUEST)
            } else {
                look_up(broker, caller, leader_only, &answer.name, want)
            };
            let answered = match looked_up {
                Err(error) => answer_of(want.partition_index, error),
                Ok(Looked::Nothing) => blank,
                Ok(Looked::Found(found)) => filled(blank, &found, caller.api_version),
                Ok(Looked::Search(log, state)) => {
                    list.searches.push(Some(Search {
                        log,
                        topic: list.response.topics.len(),
                        partition: answer.partitions.len(),
                        state,
                        reads: 0,
                        api_version: caller.api_version,
                    }));
                    blank
                }
            };
            answer.partitions.push(answered);
        }
        list.response.topics.push(answer);
    }
    for index in 0..list.searches.len() {
        if let Some(read) = list.advance(broker, index, true) {
            reads.push((index, read));
        }
    }
    (list, reads)
}

impl ListOffsets {
    /// Goes on with a search, after storage has answered (`ok`). Returns what storage must be asked
    /// next.
    pub fn advance(
        &mut self,
        broker: &mut Broker<'_>,
        index: usize,
        ok: bool,
    ) -> Option<ReadRequest> {
        let mut search = self.searches[index].take()?;
        let slot = &mut self.response.topics[search.topic].partitions[search.partition];
        search.reads += 1;
        let decompress = broker.decompressor.map(|d| &*d.0);
        let Some(hosted) = broker.logs.get_mut(search.log).filter(|_| ok) else {
            *slot = answer_of(slot.partition_index, ErrorCode::KAFKA_STORAGE_ERROR);
            return None;
        };
        match hosted.log.step_search(&mut search.state, decompress) {
            SearchStep::Done(None) => None,
            SearchStep::Done(Some(found)) => {
                // What is not durable yet is not there for clients.
                if found.offset < hosted.log.high_watermark() {
                    *slot = filled(std::mem::take(slot), &found, search.api_version);
                }
                None
            }
            SearchStep::NeedsStorage(_) if search.reads > MAX_READS => {
                *slot = answer_of(slot.partition_index, ErrorCode::KAFKA_STORAGE_ERROR);
                None
            }
            SearchStep::NeedsStorage(request) => {
                self.searches[index] = Some(search);
                Some(request)
            }
        }
    }

    /// The log of a search that still waits.
    pub fn log(&self, index: usize) -> Option<LogId> {
        self.searches[index].as_ref().map(|search| search.log)
    }

    /// Whether nothing waits any more.
    pub fn is_done(&self) -> bool {
        self.searches.iter().all(Option::is_none)
    }
}

enum Looked {
    Nothing,
    Found(FoundOffset),
    Search(LogId, OffsetSearch),
}

fn look_up(
    broker: &Broker<'_>,
    caller: &Caller<'_>,
    leader_only: bool,
    topic: &str,
    want: &ListOffsetsPartition,
) -> Result<Looked, ErrorCode> {
    if !is_supported(want.timestamp, caller.api_version) {
        return Err(ErrorCode::UNSUPPORTED_VERSION);
    }
    let image = broker
        .image
        .topic(topic)
        .and_then(|topic| topic.partition(want.partition_index))
        .ok_or(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)?;
    check_replica(image, caller.broker, want.current_leader_epoch, leader_only)?;
    let log = &broker
        .logs
        .get(image.log)
        .ok_or(ErrorCode::NOT_LEADER_OR_FOLLOWER)?
        .log;
    Ok(match want.timestamp {
        LATEST => Looked::Found(FoundOffset {
            leader_epoch: image.leader_epoch,
            ..log.latest()
        }),
        EARLIEST | EARLIEST_LOCAL => Looked::Found(log.earliest()),
        LATEST_TIERED | EARLIEST_PENDING_UPLOAD => Looked::Nothing,
        MAX_TIMESTAMP => Looked::Search(image.log, log.search_max_timestamp()),
        timestamp => Looked::Search(image.log, log.search_timestamp(timestamp)),
    })
}

fn is_supported(timestamp: i64, api_version: i16) -> bool {
    match timestamp {
        0.. | LATEST | EARLIEST => true,
        MAX_TIMESTAMP => api_version >= 7,
        EARLIEST_LOCAL => api_version >= 8,
        LATEST_TIERED => api_version >= 9,
        EARLIEST_PENDING_UPLOAD => api_version >= 11,
        _ => false,
    }
}

/// All that is asked for, in the request's order.
fn places<'a>(request: &'a ListOffsetsRequest) -> Vec<(&'a str, i32)> {
    let of_topic = |topic: &'a ListOffsetsTopic| {
        let indexes = topic.partitions.iter().map(|p| p.partition_index);
        indexes.map(|partition| (topic.name.as_str(), partition))
    };
    request.topics.iter().flat_map(of_topic).collect()
}

fn answer_of(partition_index: i32, error: ErrorCode) -> ListOffsetsPartitionResponse {
    ListOffsetsPartitionResponse {
        partition_index,
        error_code: error.code(),
        timestamp: -1,
        offset: -1,
        leader_epoch: -1,
        ..ListOffsetsPartitionResponse::default()
    }
}

fn filled(
    blank: ListOffsetsPartitionResponse,
    found: &FoundOffset,
    api_version: i16,
) -> ListOffsetsPartitionResponse {
    ListOffsetsPartitionResponse {
        timestamp: found.timestamp,
        offset: found.offset,
        leader_epoch: if api_version >= 4 {
            found.leader_epoch
        } else {
            -1
        },
        ..blank
    }
}
