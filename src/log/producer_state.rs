//! What a partition remembers of idempotent producers (KIP-98): their epoch and their last five
//! batches, so that a batch which is sent again is acknowledged again and a lost one is noticed.
//!
//! Transactions are not tracked: transactional batches are refused before they come here.
//! The state runs ahead of what is durable; an undo list brings it back.

use super::types::AppendError;
use crate::base::SortedMap;
use crate::protocol::record_batch::{
    BatchHeader, NO_PRODUCER_EPOCH, NO_SEQUENCE, NO_TIMESTAMP, error_code, increment_sequence,
};

/// How many batches per producer are remembered: what a client may have in flight.
const BATCHES_TO_RETAIN: usize = 5;

/// One active producer (DescribeProducers, KIP-664).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProducerInfo {
    pub producer_id: i64,
    pub producer_epoch: i16,
    /// -1 if it never sent a sequence.
    pub last_sequence: i32,
    /// Milliseconds.
    pub last_timestamp: i64,
    /// -1: no transaction coordinator has written here.
    pub coordinator_epoch: i32,
    /// -1: no transaction is open.
    pub current_txn_start_offset: i64,
}

/// One remembered batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct BatchEntry {
    pub first_sequence: i32,
    pub last_sequence: i32,
    pub first_offset: i64,
    pub last_offset: i64,
    pub timestamp: i64,
}

/// Up to five batches, oldest first, without an allocation of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct LastBatches {
    len: u8,
    entries: [BatchEntry; BATCHES_TO_RETAIN],
}

impl LastBatches {
    fn as_slice(&self) -> &[BatchEntry] {
        &self.entries[..usize::from(self.len)]
    }

    fn last(&self) -> Option<&BatchEntry> {
        self.as_slice().last()
    }

    fn push(&mut self, entry: BatchEntry) {
        if usize::from(self.len) == BATCHES_TO_RETAIN {
            self.entries.rotate_left(1);
            self.entries[BATCHES_TO_RETAIN - 1] = entry;
        } else {
            self.entries[usize::from(self.len)] = entry;
            self.len += 1;
        }
    }
}

impl FromIterator<BatchEntry> for LastBatches {
    fn from_iter<I: IntoIterator<Item = BatchEntry>>(entries: I) -> Self {
        let mut batches = LastBatches::default();
        entries.into_iter().for_each(|entry| batches.push(entry));
        batches
    }
}

/// What is known of one producer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ProducerEntry {
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub last_timestamp: i64,
    pub batches: LastBatches,
}

impl ProducerEntry {
    fn add(&mut self, header: &BatchHeader) {
        if self.producer_epoch != header.producer_epoch {
            self.producer_epoch = header.producer_epoch;
            self.batches = LastBatches::default();
        }
        if header.base_sequence >= 0 {
            self.batches.push(BatchEntry {
                first_sequence: header.base_sequence,
                last_sequence: header.last_sequence(),
                first_offset: header.base_offset,
                last_offset: header.last_offset(),
                timestamp: header.max_timestamp,
            });
        }
        self.last_timestamp = header.max_timestamp;
    }
}

/// What the check of a batch came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SequenceCheck {
    /// Next in order.
    Fresh,
    /// Was appended before.
    Duplicate(BatchEntry),
}

/// The producers of one partition.
#[derive(Debug, Clone, Default)]
pub(super) struct Producers {
    entries: SortedMap<i64, ProducerEntry>,
    /// What stood there before each batch that is not durable yet, in order of offsets.
    undo: Vec<Undo>,
}

#[derive(Debug, Clone, Copy)]
struct Undo {
    offset: i64,
    producer_id: i64,
    before: Option<ProducerEntry>,
}

impl Producers {
    /// The state that a snapshot recorded.
    pub fn from_entries(entries: Vec<ProducerEntry>) -> Self {
        let entries = entries
            .into_iter()
            .map(|entry| (entry.producer_id, entry))
            .collect();
        Producers {
            entries,
            undo: Vec::new(),
        }
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether the producer's batch may be appended at `offset`, by Kafka's `ProducerAppendInfo`.
    pub fn check(
        &self,
        header: &BatchHeader,
        offset: i64,
        partition: &str,
    ) -> Result<SequenceCheck, AppendError> {
        let Some(entry) = self.entries.get(&header.producer_id) else {
            // Nothing is known, perhaps because it was deleted: any sequence may begin (KIP-360).
            return Ok(SequenceCheck::Fresh);
        };
        let first = header.base_sequence;
        if entry.producer_epoch == header.producer_epoch {
            let same = |batch: &&BatchEntry| {
                batch.first_sequence == first && batch.last_sequence == header.last_sequence()
            };
            if let Some(batch) = entry.batches.as_slice().iter().find(same) {
                return Ok(SequenceCheck::Duplicate(*batch));
            }
        }
        check_epoch(entry, header, offset, partition)?;
        let id = header.producer_id;
        let out_of_order = |why| {
            Err(AppendError::new(
                error_code::OUT_OF_ORDER_SEQUENCE_NUMBER,
                why,
            ))
        };
        if entry.producer_epoch != header.producer_epoch {
            if first != 0 && entry.producer_epoch != NO_PRODUCER_EPOCH {
                return out_of_order(format!(
                    "Invalid sequence number for new epoch of producer {id} at offset {offset} in \
                     partition {partition}: {} (request epoch), {first} (seq. number), {} (current \
                     producer epoch)",
                    header.producer_epoch, entry.producer_epoch
                ));
            }
            return Ok(SequenceCheck::Fresh);
        }
        let last = entry
            .batches
            .last()
            .map_or(NO_SEQUENCE, |batch| batch.last_sequence);
        let next = if last < 0 {
            0
        } else {
            increment_sequence(last, 1)
        };
        if first != next {
            return out_of_order(format!(
                "Out of order sequence number for producer {id} at offset {offset} in partition \
                 {partition}: {first} (incoming seq. number), {last} (current end sequence number)"
            ));
        }
        Ok(SequenceCheck::Fresh)
    }

    /// A coordinator's batch has no sequence; only its epoch is checked.
    pub fn check_epoch_only(
        &self,
        header: &BatchHeader,
        offset: i64,
        partition: &str,
    ) -> Result<(), AppendError> {
        match self.entries.get(&header.producer_id) {
            Some(entry) => check_epoch(entry, header, offset, partition),
            None => Ok(()),
        }
    }

    /// Takes note of an appended batch that is not durable yet.
    pub fn appended(&mut self, header: &BatchHeader) {
        let before = self.entries.get(&header.producer_id).copied();
        self.undo.push(Undo {
            offset: header.base_offset,
            producer_id: header.producer_id,
            before,
        });
        self.replay(header);
    }

    /// Takes note of a batch that is durable already.
    pub fn replay(&mut self, header: &BatchHeader) {
        let entry = self
            .entries
            .entry(header.producer_id)
            .or_insert(ProducerEntry {
                producer_id: header.producer_id,
                producer_epoch: NO_PRODUCER_EPOCH,
                last_timestamp: NO_TIMESTAMP,
                batches: LastBatches::default(),
            });
        entry.add(header);
    }

    /// Batches below `offset` are durable now.
    pub fn durable_to(&mut self, offset: i64) {
        let durable = self.undo.partition_point(|undo| undo.offset < offset);
        self.undo.drain(..durable);
    }

    /// Takes back the batches at and above `offset`.
    pub fn rollback_to(&mut self, offset: i64) {
        while let Some(undo) = self.undo.pop_if(|undo| undo.offset >= offset) {
            match undo.before {
                Some(entry) => self.entries.insert(undo.producer_id, entry),
                None => self.entries.remove(&undo.producer_id),
            };
        }
    }

    /// The state as it was when the log ended at `offset`, which must not be below the durable end.
    pub fn snapshot_at(&self, offset: i64) -> Vec<ProducerEntry> {
        if self.undo.last().is_none_or(|undo| undo.offset < offset) {
            return self.entries.values().copied().collect();
        }
        let mut then = Producers {
            entries: self.entries.clone(),
            undo: self.undo.clone(),
        };
        then.rollback_to(offset);
        then.entries.into_values().collect()
    }

    /// Forgets producers that wrote nothing for as long. Those with batches on their way stay.
    pub fn expire(&mut self, now_ms: i64, expiration_ms: i64) {
        let undo = &self.undo;
        self.entries.retain(|id, entry| {
            now_ms.saturating_sub(entry.last_timestamp) < expiration_ms
                || undo.iter().any(|undo| undo.producer_id == *id)
        });
    }

    pub fn infos(&self) -> impl Iterator<Item = ProducerInfo> + '_ {
        self.entries.values().map(|entry| ProducerInfo {
            producer_id: entry.producer_id,
            producer_epoch: entry.producer_epoch,
            last_sequence: entry
                .batches
                .last()
                .map_or(NO_SEQUENCE, |batch| batch.last_sequence),
            last_timestamp: entry.last_timestamp,
            coordinator_epoch: -1,
            current_txn_start_offset: -1,
        })
    }
}

fn check_epoch(
    entry: &ProducerEntry,
    header: &BatchHeader,
    offset: i64,
    partition: &str,
) -> Result<(), AppendError> {
    if header.producer_epoch >= entry.producer_epoch {
        return Ok(());
    }
    Err(AppendError::new(
        error_code::INVALID_PRODUCER_EPOCH,
        format!(
            "Epoch of producer {} at offset {offset} in {partition} is {}, which is smaller than \
             the last seen epoch {}",
            header.producer_id, header.producer_epoch, entry.producer_epoch
        ),
    ))
}

const PRODUCER: usize = 19;
const BATCH: usize = 32;

/// The stored form: id, epoch, last timestamp, number of batches, the batches.
pub(super) fn encode_producers(producers: &[ProducerEntry], out: &mut Vec<u8>) {
    for producer in producers {
        out.extend(producer.producer_id.to_be_bytes());
        out.extend(producer.producer_epoch.to_be_bytes());
        out.extend(producer.last_timestamp.to_be_bytes());
        out.push(producer.batches.len);
        for batch in producer.batches.as_slice() {
            out.extend(batch.first_sequence.to_be_bytes());
            out.extend(batch.last_sequence.to_be_bytes());
            out.extend(batch.first_offset.to_be_bytes());
            out.extend(batch.last_offset.to_be_bytes());
            out.extend(batch.timestamp.to_be_bytes());
        }
    }
}

/// Reads what [`encode_producers`] wrote.
pub(super) fn decode_producers(mut bytes: &[u8]) -> Option<Vec<ProducerEntry>> {
    let mut out = Vec::new();
    while !bytes.is_empty() {
        let (head, rest) = bytes.split_first_chunk::<PRODUCER>()?;
        let count = head[18];
        if usize::from(count) > BATCHES_TO_RETAIN {
            return None;
        }
        let (batches, rest) = rest.split_at_checked(usize::from(count) * BATCH)?;
        bytes = rest;
        out.push(ProducerEntry {
            producer_id: i64::from_be_bytes(*head.first_chunk()?),
            producer_epoch: i16::from_be_bytes(*head[8..].first_chunk()?),
            last_timestamp: i64::from_be_bytes(*head[10..].first_chunk()?),
            batches: batches
                .as_chunks::<BATCH>()
                .0
                .iter()
                .map(decode_batch)
                .collect(),
        });
    }
    Some(out)
}

fn decode_batch(bytes: &[u8; BATCH]) -> BatchEntry {
    fn at<const N: usize>(bytes: &[u8; BATCH], at: usize) -> [u8; N] {
        *bytes[at..].first_chunk().expect("every field lies inside")
    }
    BatchEntry {
        first_sequence: i32::from_be_bytes(at(bytes, 0)),
        last_sequence: i32::from_be_bytes(at(bytes, 4)),
        first_offset: i64::from_be_bytes(at(bytes, 8)),
        last_offset: i64::from_be_bytes(at(bytes, 16)),
        timestamp: i64::from_be_bytes(at(bytes, 24)),
    }
}

#[cfg(test)]
#[path = "producer_state_tests.rs"]
mod tests;
