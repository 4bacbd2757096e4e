//! Finding offsets by time (ListOffsets): in memory where it is, else by binary search over chunks.

use super::partition_log::PartitionLog;
use super::run::Run;
use super::types::{FoundOffset, SearchStep};
use crate::protocol::record_batch::{BatchView, Decompress, Records, TimestampType};

/// How large a record section may become when a search opens it.
const DECOMPRESSED_LIMIT: usize = 64 << 20;

/// A search under way. It may be kept while storage is asked.
#[derive(Debug, Clone)]
pub struct OffsetSearch {
    phase: Phase,
}

#[derive(Debug, Clone)]
enum Phase {
    /// The first run whose segment has reached `target` by its end begins in `low..=high`.
    Locate {
        target: i64,
        low: i64,
        high: i64,
    },
    /// The record is the first from `cursor` on at or after `target`.
    Scan {
        target: i64,
        cursor: i64,
    },
    /// The record is in the batch at `offset`.
    Max {
        offset: i64,
    },
    Nothing,
}

impl PartitionLog {
    /// ListOffsets with a time: the first record at or after `timestamp`, below the high watermark.
    pub fn search_timestamp(&self, timestamp: i64) -> OffsetSearch {
        let reaches = |s: &super::types::Segment| s.max_timestamp >= timestamp;
        let Some(index) = self.segments.iter().position(reaches) else {
            return OffsetSearch {
                phase: Phase::Nothing,
            };
        };
        let low = self.segments[index].base_offset.max(self.log_start_offset);
        let end = self
            .segments
            .get(index + 1)
            .map_or(i64::MAX, |next| next.base_offset);
        let high = end.min(self.high_watermark());
        OffsetSearch {
            phase: Phase::Locate {
                target: timestamp,
                low,
                high,
            },
        }
    }

    /// ListOffsets -3: the record with the greatest timestamp, the first of them.
    pub fn search_max_timestamp(&self) -> OffsetSearch {
        let mut best = &self.segments[0];
        for segment in &self.segments {
            if segment.max_timestamp > best.max_timestamp {
                best = segment;
            }
        }
        let offset = best.max_timestamp_offset;
        let known = best.max_timestamp >= 0 && offset < self.high_watermark();
        OffsetSearch {
            phase: if known {
                Phase::Max { offset }
            } else {
                Phase::Nothing
            },
        }
    }

    /// Goes on with a search. Without a codec, a compressed batch answers with its first offset.
    pub fn step_search(
        &mut self,
        search: &mut OffsetSearch,
        decompress: Option<&Decompress<'_>>,
    ) -> SearchStep {
        loop {
            let at = match search.phase {
                Phase::Nothing => return SearchStep::Done(None),
                Phase::Locate { target, low, high } if low >= high => {
                    search.phase = Phase::Scan {
                        target,
                        cursor: low,
                    };
                    continue;
                }
                Phase::Locate { low, high, .. } => low + (high - low) / 2,
                Phase::Scan { cursor, .. } => cursor,
                Phase::Max { offset } => offset,
            };
            if at >= self.high_watermark() {
                return SearchStep::Done(None);
            }
            let Some(run) = self.run_at(at) else {
                let bytes = if matches!(search.phase, Phase::Scan { .. }) {
                    1 << 20
                } else {
                    1
                };
                return SearchStep::NeedsStorage(self.storage_request(at, bytes));
            };
            match &mut search.phase {
                Phase::Nothing => return SearchStep::Done(None),
                Phase::Locate { target, low, high } => {
                    if run.segment.max_timestamp >= *target {
                        *high = run.base_offset.max(*low);
                    } else {
                        *low = run.end_offset;
                    }
                }
                Phase::Scan { target, cursor } => {
                    if let Some(found) = self.first_at(run, *target, decompress) {
                        return SearchStep::Done(Some(found));
                    }
                    *cursor = run.end_offset;
                }
                Phase::Max { offset } => {
                    let batch = run.batches_from(*offset).next();
                    return SearchStep::Done(batch.map(|batch| greatest(&batch, decompress)));
                }
            }
        }
    }

    /// The first record of a run at or after `target` that is not below the log start.
    fn first_at(
        &self,
        run: &Run,
        target: i64,
        decompress: Option<&Decompress<'_>>,
    ) -> Option<FoundOffset> {
        let start = self.log_start_offset;
        let mut batches = run.batches_from(start);
        batches.find_map(|batch| {
            let header = &batch.header;
            if header.max_timestamp < target {
                return None;
            }
            let unopened = || (header.base_offset.max(start), header.max_timestamp);
            let found = pick(&batch, decompress, |offset, timestamp| {
                timestamp >= target && offset >= start
            });
            found
                .unwrap_or_else(|| Some(unopened()))
                .map(|(offset, timestamp)| FoundOffset {
                    offset,
                    timestamp,
                    leader_epoch: header.partition_leader_epoch,
                })
        })
    }
}

/// The record with the batch's greatest timestamp.
fn greatest(batch: &BatchView<'_>, decompress: Option<&Decompress<'_>>) -> FoundOffset {
    let header = &batch.header;
    let found = pick(batch, decompress, |_, timestamp| {
        timestamp == header.max_timestamp
    })
    .flatten();
    // Unopened: times mostly rise within a batch, so the last record is the best guess.
    let (offset, timestamp) = found.unwrap_or((header.last_offset(), header.max_timestamp));
    FoundOffset {
        offset,
        timestamp,
        leader_epoch: header.partition_leader_epoch,
    }
}

/// The first record that `wanted` accepts, as offset and timestamp; `None` if the batch cannot be
/// opened and its header does not tell.
fn pick(
    batch: &BatchView<'_>,
    decompress: Option<&Decompress<'_>>,
    wanted: impl Fn(i64, i64) -> bool,
) -> Option<Option<(i64, i64)>> {
    let header = &batch.header;
    if header.attributes.timestamp_type() == TimestampType::LogAppendTime {
        let offsets = header.base_offset..=header.last_offset();
        let time = header.max_timestamp;
        return Some(
            offsets
                .map(|offset| (offset, time))
                .find(|&(o, t)| wanted(o, t)),
        );
    }
    let find = |records: Records<'_>| {
        let times = records
            .map_while(Result::ok)
            .map(|record| (record.offset, record.timestamp));
        times
            .into_iter()
            .find(|&(offset, timestamp)| wanted(offset, timestamp))
    };
    if !header.is_compressed() {
        return Some(find(batch.records()));
    }
    if wanted(header.base_offset, header.base_timestamp) {
        // The first record has the base timestamp: no need to open the batch.
        return Some(Some((header.base_offset, header.base_timestamp)));
    }
    let codec = header.attributes.compression_id();
    let section = decompress?(codec, batch.records_section(), DECOMPRESSED_LIMIT)?;
    Some(find(Records::new(header, &section)))
}
