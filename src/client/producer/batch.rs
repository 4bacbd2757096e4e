//! A batch of records on its way: growing, sealed, sent, sent again.

use super::delivery::{BatchResult, DeliveryCallback, Fate};
use crate::client::ClientError;
use crate::client::env::Codecs;
use crate::client::types::TopicPartition;
use crate::protocol::record_batch::{
    BatchBuilder, BatchOptions, BatchView, Compression, NO_SEQUENCE, Records, increment_sequence,
    set_producer,
};
use bytes::Bytes;
use std::rc::Rc;

/// Id, epoch and first sequence under which a batch of an idempotent producer is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity {
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub base_sequence: i32,
}

pub(super) struct Batch {
    pub partition: TopicPartition,
    /// Batches of one partition are sent in the order of their numbers.
    pub number: u64,
    /// Numbers from `number` on that are this batch's own, for its parts if it is split.
    span: u64,
    pub created_ms: u64,
    pub attempts: i32,
    /// Not before this moment, after a failure.
    pub retry_at_ms: u64,
    /// Counted against `buffer.memory` until the batch is settled.
    pub memory_bytes: usize,
    pub identity: Option<Identity>,
    pub fate: Rc<Fate>,
    /// With the index and the timestamp of the record.
    callbacks: Vec<(usize, i64, DeliveryCallback)>,
    content: Content,
    count: usize,
}

/// How many numbers a new batch takes.
const SPAN: u64 = 1 << 20;

enum Content {
    Open {
        builder: BatchBuilder,
        limit_bytes: usize,
    },
    Sealed(Bytes),
}

/// One record to append.
pub(super) struct NewRecord<'a> {
    pub timestamp: i64,
    pub key: Option<&'a [u8]>,
    pub value: Option<&'a [u8]>,
    pub headers: &'a [(&'a [u8], Option<&'a [u8]>)],
}

impl Batch {
    pub fn new(partition: TopicPartition, number: u64, now_ms: u64, limit_bytes: usize) -> Batch {
        Batch {
            fate: Fate::new(partition.clone()),
            partition,
            number: number * SPAN,
            span: SPAN,
            created_ms: now_ms,
            attempts: 0,
            retry_at_ms: 0,
            memory_bytes: limit_bytes,
            identity: None,
            callbacks: Vec::new(),
            content: Content::Open {
                builder: BatchBuilder::new(),
                limit_bytes,
            },
            count: 0,
        }
    }

    pub fn count(&self) -> usize {
        self.count
    }

    /// Whether it takes this record, by what it will be after compression at the topic's usual ratio.
    pub fn has_room_for(
        &self,
        record: &NewRecord<'_>,
        compression: Compression,
        ratio: f32,
    ) -> bool {
        let Content::Open {
            builder,
            limit_bytes,
        } = &self.content
        else {
            return false;
        };
        if builder.is_empty() {
            return true;
        }
        let NewRecord {
            timestamp,
            key,
            value,
            headers,
        } = record;
        let so_far = builder.estimated_size_in_bytes(compression, ratio);
        so_far < *limit_bytes
            && so_far + builder.size_of_next(*timestamp, *key, *value, headers) <= *limit_bytes
    }

    pub fn is_full(&self, compression: Compression, ratio: f32) -> bool {
        match &self.content {
            Content::Open {
                builder,
                limit_bytes,
            } => builder.estimated_size_in_bytes(compression, ratio) >= *limit_bytes,
            Content::Sealed(_) => true,
        }
    }

    /// Adds a record; its index, and the bytes that it took.
    pub fn append(
        &mut self,
        record: &NewRecord<'_>,
        callback: Option<DeliveryCallback>,
    ) -> (usize, usize) {
        let Content::Open { builder, .. } = &mut self.content else {
            unreachable!("records are appended to open batches only");
        };
        let before = builder.size_in_bytes();
        builder.append(record.timestamp, record.key, record.value, record.headers);
        let bytes = builder.size_in_bytes() - before;
        let index = self.count;
        self.count += 1;
        if let Some(callback) = callback {
            self.callbacks.push((index, record.timestamp, callback));
        }
        (index, bytes)
    }

    /// No more records, for the batch is about to be sent under this identity. What compression made of it, as
    /// a part of 1. A batch that is sealed already may change its identity.
    pub fn seal(
        &mut self,
        compression: Compression,
        codecs: &dyn Codecs,
        identity: Option<Identity>,
    ) -> Result<f32, ClientError> {
        let Content::Open { builder, .. } = &mut self.content else {
            if let Some(identity) = identity {
                self.identify(identity);
            }
            return Ok(1.0);
        };
        let builder = std::mem::take(builder);
        self.identity = identity;
        let options = match identity {
            None => BatchOptions::default(),
            Some(Identity {
                producer_id,
                producer_epoch,
                base_sequence,
            }) => BatchOptions {
                producer_id,
                producer_epoch,
                base_sequence,
                ..Default::default()
            },
        };
        let section = builder.records_section();
        let plain_bytes = section.len().max(1);
        let mut ratio = 1.0;
        let bytes = match compression {
            Compression::None => builder.finish(&options),
            codec => {
                let compressed = codecs
                    .compress(codec as u8, section)
                    .map_err(ClientError::Corrupt)?;
                ratio = compressed.len() as f32 / plain_bytes as f32;
                builder.finish_compressed(&options, codec, &compressed)
            }
        };
        self.content = Content::Sealed(bytes);
        Ok(ratio)
    }

    /// The sealed batch under its identity.
    pub fn bytes(&self) -> Bytes {
        match &self.content {
            Content::Sealed(bytes) => bytes.clone(),
            Content::Open { .. } => Bytes::new(),
        }
    }

    pub fn size_in_bytes(&self) -> usize {
        match &self.content {
            Content::Sealed(bytes) => bytes.len(),
            Content::Open { builder, .. } => builder.size_in_bytes(),
        }
    }

    fn identify(&mut self, identity: Identity) {
        if self.identity == Some(identity) {
            return;
        }
        self.identity = Some(identity);
        if let Content::Sealed(bytes) = &mut self.content {
            let mut owned = Vec::from(std::mem::take(bytes));
            let Identity {
                producer_id,
                producer_epoch,
                base_sequence,
            } = identity;
            set_producer(&mut owned, producer_id, producer_epoch, base_sequence);
            *bytes = Bytes::from(owned);
        }
    }

    pub fn last_sequence(&self) -> i32 {
        self.identity.map_or(NO_SEQUENCE, |identity| {
            increment_sequence(identity.base_sequence, self.count as i32 - 1)
        })
    }

    /// Tells everybody what became of the records.
    pub fn settle(self, result: BatchResult) {
        self.fate.decide(result);
        for (index, timestamp, callback) in self.callbacks {
            if let Some(result) = self.fate.of_record(index, timestamp) {
                callback(&result);
            }
        }
    }

    /// The same records in several batches of at most `limit_bytes` each, as far as single records allow.
    /// `None` if the batch cannot be read back.
    pub fn split(&mut self, limit_bytes: usize, codecs: &dyn Codecs) -> Option<Vec<Batch>> {
        let sealed = self.bytes();
        let view = BatchView::first(&sealed).ok()?;
        let section = match view.header.attributes.compression_id() {
            0 => view.records_section().to_vec(),
            codec => codecs
                .decompress(codec, view.records_section(), SPLIT_LIMIT_BYTES)
                .ok()?,
        };
        let mut parts: Vec<Batch> = Vec::new();
        let mut firsts = Vec::new();
        let mut callbacks = std::mem::take(&mut self.callbacks).into_iter().peekable();
        for (index, record) in Records::new(&view.header, &section).enumerate() {
            let record = record.ok()?;
            let headers: Vec<_> = record.headers.iter().map(|h| (h.key, h.value)).collect();
            let (timestamp, key, value) = (record.timestamp, record.key, record.value);
            let record = NewRecord {
                timestamp,
                key,
                value,
                headers: &headers,
            };
            let fits = |part: &Batch| part.has_room_for(&record, Compression::None, 1.0);
            if !parts.last().is_some_and(fits) {
                let part = Batch::new(self.partition.clone(), 0, self.created_ms, limit_bytes);
                firsts.push((index, part.fate.clone()));
                parts.push(part);
            }
            let part = parts.last_mut().expect("one was pushed if there was none");
            let callback = callbacks
                .next_if(|(at, _, _)| *at == index)
                .map(|(_, _, c)| c);
            part.append(&record, callback);
        }
        let span = self.span / parts.len().max(1) as u64;
        for (i, part) in parts.iter_mut().enumerate() {
            part.number = self.number + span * i as u64;
            part.span = span;
            part.attempts = self.attempts;
            part.memory_bytes = if i == 0 { self.memory_bytes } else { 0 };
            part.identity = self.identity.map(|identity| Identity {
                base_sequence: increment_sequence(identity.base_sequence, firsts[i].0 as i32),
                ..identity
            });
        }
        self.fate.split(firsts);
        Some(parts)
    }
}

/// More than any batch that this producer has built.
const SPLIT_LIMIT_BYTES: usize = 1 << 30;
