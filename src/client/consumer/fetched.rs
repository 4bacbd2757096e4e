//! What came back from a fetch of one partition, read batch by batch as it is asked for.

use super::ConsumerRecord;
use crate::base::{SortedSet, sort_by_key};
use crate::client::ClientError;
use crate::client::config::IsolationLevel;
use crate::client::env::Codecs;
use crate::client::types::{Header, TopicPartition};
use crate::protocol::messages::fetch_response::AbortedTransaction;
use crate::protocol::record_batch::{BatchView, Records};
use bytes::Bytes;
use std::collections::VecDeque;

/// Decompressed batches beyond this are refused rather than held.
const MAX_BATCH_BYTES: usize = 256 * 1024 * 1024;

/// The bytes of one partition in a fetch response, and how far they have been read.
pub(super) struct Fetched {
    pub partition: TopicPartition,
    bytes: Bytes,
    /// The offset after the last record given out, or after what was skipped; at first where the fetch began.
    /// Of use only while the position is still there.
    pub next_offset: i64,
    pub last_epoch: Option<i32>,
    records: VecDeque<ConsumerRecord>,
    aborted: VecDeque<AbortedTransaction>,
    aborting: SortedSet<i64>,
    isolation: IsolationLevel,
    check_crcs: bool,
}

impl Fetched {
    pub fn new(
        partition: TopicPartition,
        fetch_offset: i64,
        bytes: Bytes,
        mut aborted: Vec<AbortedTransaction>,
        isolation: IsolationLevel,
        check_crcs: bool,
    ) -> Fetched {
        sort_by_key(&mut aborted, |t| t.first_offset);
        Fetched {
            partition,
            bytes,
            next_offset: fetch_offset,
            last_epoch: None,
            records: VecDeque::new(),
            aborted: aborted.into(),
            aborting: SortedSet::new(),
            isolation,
            check_crcs,
        }
    }

    /// Moves up to `max` records to `out`. `false`: there are no more.
    pub fn take(
        &mut self,
        max: usize,
        codecs: &dyn Codecs,
        out: &mut Vec<ConsumerRecord>,
    ) -> Result<bool, ClientError> {
        let wanted = out.len() + max;
        while out.len() < wanted {
            if self.records.is_empty() && !self.read_batch(codecs)? {
                return Ok(false);
            }
            let n = self.records.len().min(wanted - out.len());
            out.extend(self.records.drain(..n));
            if n > 0 {
                let last = out.last().expect("a record was added");
                self.next_offset = last.offset + 1;
                self.last_epoch = last.leader_epoch;
            }
        }
        Ok(true)
    }

    /// Reads the next batch. `false`: there is none that is whole. A batch that cannot be read stays in the way,
    /// as with Java's consumer: only a seek gets past it.
    fn read_batch(&mut self, codecs: &dyn Codecs) -> Result<bool, ClientError> {
        let before = self.bytes.clone();
        let result = self.read_front(codecs);
        if result.is_err() {
            self.bytes = before;
            self.records.clear();
        }
        result
    }

    fn read_front(&mut self, codecs: &dyn Codecs) -> Result<bool, ClientError> {
        let bytes = self.bytes.clone();
        let Some(size) = whole_batch(&bytes) else {
            return Ok(false);
        };
        let batch_bytes = bytes.slice(..size);
        self.bytes = bytes.slice(size..);
        let view = BatchView::first(&batch_bytes).map_err(|e| self.invalid(&e))?;
        if self.check_crcs {
            view.ensure_valid().map_err(|e| self.invalid(&e))?;
        }
        let header = &view.header;
        if !self.is_readable(&view) {
            self.next_offset = self.next_offset.max(header.next_offset());
            return Ok(true);
        }
        let section = match header.attributes.compression_id() {
            0 => batch_bytes.slice_ref(view.records_section()),
            codec => {
                let plain = codecs.decompress(codec, view.records_section(), MAX_BATCH_BYTES);
                Bytes::from(plain.map_err(|why| self.invalid(&why))?)
            }
        };
        let timestamp_type = header.attributes.timestamp_type();
        let leader_epoch = Some(header.partition_leader_epoch).filter(|epoch| *epoch >= 0);
        for record in Records::new(header, &section) {
            let record = record.map_err(|e| self.invalid(&e))?;
            if record.offset < self.next_offset {
                continue;
            }
            let own = |part: Option<&[u8]>| part.map(|part| section.slice_ref(part));
            let header = |h: crate::protocol::record_batch::Header<'_>| Header {
                key: String::from_utf8_lossy(h.key).into_owned(),
                value: own(h.value),
            };
            self.records.push_back(ConsumerRecord {
                topic: self.partition.topic.clone(),
                partition: self.partition.partition,
                offset: record.offset,
                timestamp: record.timestamp,
                timestamp_type,
                leader_epoch,
                key: own(record.key),
                value: own(record.value),
                headers: record.headers.iter().map(header).collect(),
            });
        }
        if self.records.is_empty() {
            self.next_offset = self.next_offset.max(header.next_offset());
        }
        Ok(true)
    }

    /// Whether the batch has records for the application: markers have none, and `read_committed` hides those
    /// of aborted transactions (KIP-98).
    fn is_readable(&mut self, view: &BatchView<'_>) -> bool {
        let header = &view.header;
        if self.isolation == IsolationLevel::ReadCommitted && header.has_producer_id() {
            let last = header.last_offset();
            while let Some(begun) = self.aborted.pop_front_if(|t| t.first_offset <= last) {
                self.aborting.insert(begun.producer_id);
            }
            if header.attributes.is_control() {
                if is_abort_marker(view) {
                    self.aborting.remove(&header.producer_id);
                }
            } else if header.attributes.is_transactional()
                && self.aborting.contains(&header.producer_id)
            {
                return false;
            }
        }
        !header.attributes.is_control()
    }

    fn invalid(&self, why: &dyn std::fmt::Display) -> ClientError {
        ClientError::kafka(
            format!(
                "Record batch for partition {} at offset {} is invalid, cause: {why}",
                self.partition, self.next_offset
            ),
            None,
        )
    }
}

/// Bytes of the batch at the front, if all of it is there.
fn whole_batch(bytes: &[u8]) -> Option<usize> {
    let length: [u8; 4] = bytes.get(8..12)?.try_into().ok()?;
    let size = usize::try_from(i32::from_be_bytes(length))
        .ok()?
        .checked_add(12)?;
    (size <= bytes.len()).then_some(size)
}

/// A control record's key is a version and a type; type 0 aborts.
fn is_abort_marker(view: &BatchView<'_>) -> bool {
    let first = view.records().next().and_then(Result::ok);
    first
        .and_then(|record| record.key)
        .is_some_and(|key| key.get(2..4) == Some(&[0, 0]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::record_batch::{BatchBuilder, BatchOptions};
    use futures_util::future::LocalBoxFuture;

    struct NoCodecs;

    impl Codecs for NoCodecs {
        fn load(&self) -> LocalBoxFuture<'static, Result<(), String>> {
            Box::pin(std::future::ready(Ok(())))
        }
        fn compress(&self, _: u8, _: &[u8]) -> Result<Vec<u8>, String> {
            Err("none".into())
        }
        fn decompress(&self, _: u8, _: &[u8], _: usize) -> Result<Vec<u8>, String> {
            Err("none".into())
        }
    }

    fn batch(base_offset: i64, values: &[&str], options: BatchOptions) -> Bytes {
        let mut builder = BatchBuilder::new();
        for value in values {
            builder.append(5, None, Some(value.as_bytes()), &[]);
        }
        builder.finish(&BatchOptions {
            base_offset,
            ..options
        })
    }

    fn marker(base_offset: i64, producer_id: i64, kind: u8) -> Bytes {
        let mut builder = BatchBuilder::new();
        builder.append(5, Some(&[0, 0, 0, kind]), Some(&[0; 6]), &[]);
        builder.finish(&BatchOptions {
            base_offset,
            producer_id,
            transactional: true,
            control: true,
            ..Default::default()
        })
    }

    fn fetched(batches: &[Bytes], offset: i64, aborted: &[(i64, i64)]) -> Fetched {
        let aborted = aborted
            .iter()
            .map(|(producer_id, first_offset)| AbortedTransaction {
                producer_id: *producer_id,
                first_offset: *first_offset,
                ..Default::default()
            });
        Fetched::new(
            TopicPartition::new("t", 0),
            offset,
            batches.concat().into(),
            aborted.collect(),
            IsolationLevel::ReadCommitted,
            true,
        )
    }

    fn values(fetched: &mut Fetched, max: usize) -> (Vec<String>, bool) {
        let mut out = Vec::new();
        let more = fetched
            .take(max, &NoCodecs, &mut out)
            .expect("the batches are right");
        let text = |r: ConsumerRecord| String::from_utf8_lossy(&r.value.unwrap_or_default()).into();
        (out.into_iter().map(text).collect(), more)
    }

    #[test]
    fn records_before_the_fetch_offset_are_skipped() {
        let batches = [batch(10, &["a", "b", "c"], BatchOptions::default())];
        let mut fetched = fetched(&batches, 11, &[]);
        assert_eq!(values(&mut fetched, 1), (vec!["b".into()], true));
        assert_eq!(fetched.next_offset, 12);
        assert_eq!(values(&mut fetched, 9), (vec!["c".into()], false));
        assert_eq!(fetched.next_offset, 13);
    }

    #[test]
    fn aborted_transactions_and_markers_are_hidden() {
        let mine = |id| BatchOptions {
            producer_id: id,
            transactional: true,
            ..Default::default()
        };
        let batches = [
            batch(0, &["lost"], mine(1)),
            batch(1, &["kept"], mine(2)),
            marker(2, 1, 0),
            batch(3, &["again"], mine(1)),
            marker(4, 1, 1),
        ];
        let mut fetched = fetched(&batches, 0, &[(1, 0)]);
        assert_eq!(
            values(&mut fetched, 9),
            (vec!["kept".into(), "again".into()], false)
        );
        assert_eq!(fetched.next_offset, 5);
    }

    #[test]
    fn a_batch_that_is_cut_off_waits_for_the_next_fetch() {
        let whole = batch(0, &["a"], BatchOptions::default());
        let cut = batch(1, &["b"], BatchOptions::default()).slice(..40);
        let mut fetched = fetched(&[whole, cut], 0, &[]);
        assert_eq!(values(&mut fetched, 9), (vec!["a".into()], false));
        assert_eq!(fetched.next_offset, 1);
    }

    #[test]
    fn a_damaged_batch_is_an_error() {
        let mut bytes = batch(0, &["abc"], BatchOptions::default()).to_vec();
        *bytes.last_mut().expect("not empty") ^= 1;
        let mut fetched = fetched(&[bytes.into()], 0, &[]);
        let error = fetched
            .take(1, &NoCodecs, &mut Vec::new())
            .expect_err("its checksum is wrong");
        assert!(error.to_string().starts_with(
            "org.apache.kafka.common.KafkaException: Record batch for partition t-0 at offset 0 is invalid"
        ));
    }
}
