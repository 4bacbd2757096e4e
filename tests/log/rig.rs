//! A partition log with a store, driven the way the cluster drives it.

use bytes::Bytes;
use kafka_sandbox::base::LogId;
use kafka_sandbox::log::memory::MemoryStore;
use kafka_sandbox::log::storage::{ReadRequest, Store};
use kafka_sandbox::log::{
    AppendContext, AppendError, Appended, Finding, FoundOffset, LogConfig, OffsetSearch, Origin,
    PartitionLog, ReadOutcome, Recovery, RecoveryStep, SearchStep, decode_log_start, log_start_key,
};
use kafka_sandbox::protocol::record_batch::{
    BatchBuilder, BatchOptions, BatchView, Decompress, batches,
};

pub const LOG: LogId = LogId(3);
/// 2023-11-14, when every test takes place.
pub const NOW_MS: i64 = 1_700_000_000_000;

/// A batch of one record per value, all at one time.
pub fn batch_at(timestamp_ms: i64, values: &[&str]) -> Bytes {
    let mut builder = BatchBuilder::new();
    for value in values {
        builder.append(timestamp_ms, None, Some(value.as_bytes()), &[]);
    }
    builder.finish(&BatchOptions::default())
}

pub fn batch(values: &[&str]) -> Bytes {
    batch_at(NOW_MS, values)
}

/// A batch of `count` records of an idempotent producer.
pub fn idempotent(producer_id: i64, epoch: i16, sequence: i32, count: i32) -> Bytes {
    let mut builder = BatchBuilder::new();
    for i in 0..count {
        let value = format!("{producer_id}/{}", sequence.wrapping_add(i));
        builder.append(NOW_MS, None, Some(value.as_bytes()), &[]);
    }
    builder.finish(&BatchOptions {
        producer_id,
        producer_epoch: epoch,
        base_sequence: sequence,
        ..BatchOptions::default()
    })
}

pub fn context(now_ms: i64) -> AppendContext<'static> {
    AppendContext {
        now_ms,
        leader_epoch: 0,
        origin: Origin::Client,
        partition: "t-0",
        decompress: None,
    }
}

/// See the module's documentation.
pub struct Rig<S: Store = MemoryStore> {
    pub log: PartitionLog,
    pub store: S,
    pub config: LogConfig,
    pub findings: Vec<Finding>,
    /// How often storage was asked to read.
    pub reads: usize,
}

impl Rig {
    pub fn new(config: LogConfig) -> Self {
        Rig::with_store(config, MemoryStore::new())
    }
}

impl<S: Store> Rig<S> {
    pub fn with_store(config: LogConfig, store: S) -> Self {
        let log = PartitionLog::new(LOG, config.clone());
        Rig {
            log,
            store,
            config,
            findings: Vec::new(),
            reads: 0,
        }
    }

    pub fn append(&mut self, batch: &[u8]) -> Result<Appended, AppendError> {
        self.log.append(batch, &context(NOW_MS))
    }

    /// Appends and makes durable.
    pub fn produce(&mut self, values: &[&str]) -> i64 {
        let appended = self.append(&batch(values)).expect("a good batch");
        self.commit();
        appended.base_offset
    }

    /// Commits all that waits, group by group.
    pub fn commit(&mut self) {
        while self.log.has_pending() {
            let writes = self.log.take_pending(4 << 20);
            self.store.commit(&writes).expect("the store works");
            self.log.persisted();
        }
    }

    pub fn ask(&mut self, request: &ReadRequest) {
        self.reads += 1;
        assert!(self.reads < 100_000, "asking storage makes progress");
        let chunks = self.store.read(request).expect("the store works");
        self.findings.extend(self.log.accept_read(request, chunks));
    }

    /// One read, as bytes, with where the next goes on.
    pub fn read(&mut self, offset: i64, max_bytes: usize) -> (Vec<u8>, i64) {
        loop {
            let end = self.log.high_watermark();
            match self
                .log
                .read(offset, max_bytes, true, end)
                .expect("in range")
            {
                ReadOutcome::NeedsStorage(request) => self.ask(&request),
                ReadOutcome::Data {
                    slices,
                    bytes,
                    next_offset,
                } => {
                    let joined = slices.concat();
                    assert_eq!(joined.len(), bytes);
                    return (joined, next_offset);
                }
            }
        }
    }

    /// All batches from `offset` to the high watermark, read `max_bytes` at a time.
    pub fn read_all(&mut self, offset: i64, max_bytes: usize) -> Vec<Bytes> {
        let mut out = Vec::new();
        let mut cursor = offset;
        while cursor < self.log.high_watermark() {
            let (bytes, next) = self.read(cursor, max_bytes);
            assert!(next > cursor, "a read goes on");
            for batch in batches(&bytes) {
                let batch = batch.expect("whole batches");
                assert!(batch.crc_is_valid());
                out.push(Bytes::copy_from_slice(batch.bytes));
            }
            cursor = next;
        }
        out
    }

    /// All records from `offset` on, as `offset=value`.
    pub fn records(&mut self, offset: i64) -> String {
        let batches = self.read_all(offset, 1 << 20);
        let each = batches.iter().flat_map(|batch| texts(batch));
        each.collect::<Vec<_>>().join(" ")
    }

    pub fn search(
        &mut self,
        mut search: OffsetSearch,
        decompress: Option<&Decompress<'_>>,
    ) -> Option<FoundOffset> {
        loop {
            match self.log.step_search(&mut search, decompress) {
                SearchStep::Done(found) => return found,
                SearchStep::NeedsStorage(request) => self.ask(&request),
            }
        }
    }

    /// Reads the log back from its store, as after a restart.
    pub fn restart(&mut self) {
        let meta = self.store.meta();
        let start = meta.iter().find(|(key, _)| *key == log_start_key(LOG));
        let start = start
            .and_then(|(_, value)| decode_log_start(value))
            .unwrap_or(0);
        let mut recovery = Recovery::new(LOG, self.config.clone(), start);
        loop {
            self.reads += 1;
            assert!(self.reads < 100_000, "recovery makes progress");
            let chunks = self
                .store
                .read(&recovery.request())
                .expect("the store works");
            match recovery.step(chunks) {
                RecoveryStep::More(next) => recovery = next,
                RecoveryStep::Refused { why } => panic!("refused: {why}"),
                RecoveryStep::Ready { log, findings } => {
                    self.log = *log;
                    self.findings.extend(findings);
                    return;
                }
            }
        }
    }
}

/// The records of one batch, as `offset=value`.
pub fn texts(batch: &[u8]) -> Vec<String> {
    let view = BatchView::first(batch).expect("a batch");
    let records = view.records().map(|record| record.expect("whole records"));
    let text =
        |value: Option<&[u8]>| String::from_utf8_lossy(value.unwrap_or(b"null")).into_owned();
    records
        .map(|record| format!("{}={}", record.offset, text(record.value)))
        .collect()
}
