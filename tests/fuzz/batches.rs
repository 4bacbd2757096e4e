//! Damaged record batches at the broker's door, and damaged chunks in its storage.
//!
//! Half of them get their checksums put right, or the damage would never get past those.

use crate::mutate::mutate;
use crate::random::Random;
use crate::{guarded, hex, run_for};
use bytes::Bytes;
use kafka_sandbox::base::LogId;
use kafka_sandbox::log::storage::{ReadFrom, ReadRequest, StoredChunk, Write};
use kafka_sandbox::log::{
    AppendContext, LogConfig, Origin, PartitionLog, ReadOutcome, Recovery, RecoveryStep,
};
use kafka_sandbox::protocol::record_batch::crc32c::{crc32c, crc32c_append};
use kafka_sandbox::protocol::record_batch::{
    BatchBuilder, BatchOptions, BatchView, Records, batches, check_produce_records,
};
use std::panic::AssertUnwindSafe;

const LOG: LogId = LogId(1);
const NOW_MS: i64 = 1_700_000_000_000;

fn field(r: &mut Random) -> Option<Vec<u8>> {
    (r.below(4) > 0).then(|| (0..r.below(30)).map(|_| r.u64() as u8).collect())
}

fn batch(r: &mut Random, producer_id: i64, sequence: i32) -> Bytes {
    let mut builder = BatchBuilder::new();
    for _ in 0..1 + r.below(5) {
        let headers: Vec<_> = (0..r.below(3))
            .map(|_| (field(r).unwrap_or_default(), field(r)))
            .collect();
        let headers: Vec<(&[u8], Option<&[u8]>)> = headers
            .iter()
            .map(|(key, value)| (&key[..], value.as_deref()))
            .collect();
        let (key, value) = (field(r), field(r));
        builder.append(
            NOW_MS + r.below(9) as i64,
            key.as_deref(),
            value.as_deref(),
            &headers,
        );
    }
    builder.finish(&BatchOptions {
        producer_id,
        producer_epoch: if producer_id < 0 { -1 } else { 0 },
        base_sequence: sequence,
        ..BatchOptions::default()
    })
}

fn append(log: &mut PartitionLog, batch: &[u8]) -> bool {
    let ctx = AppendContext {
        now_ms: NOW_MS,
        leader_epoch: 0,
        origin: Origin::Client,
        partition: "t-0",
        decompress: None,
    };
    log.append(batch, &ctx).is_ok()
}

/// Puts the checksum of a batch right.
fn seal_batch(bytes: &mut [u8]) {
    if bytes.len() > 61 {
        let size = u32::from_be_bytes([bytes[8], bytes[9], bytes[10], bytes[11]]) as usize;
        let end = bytes.len().min(size.saturating_add(12)).max(21);
        let crc = crc32c(&bytes[21..end]);
        bytes[17..21].copy_from_slice(&crc.to_be_bytes());
    }
}

/// Puts the checksum of a chunk's header right.
fn seal_chunk(bytes: &mut [u8]) {
    if bytes.len() > 100 {
        let len = u32::from_be_bytes([bytes[8], bytes[9], bytes[10], bytes[11]]) as usize;
        let len = len.clamp(16, bytes.len());
        let crc = crc32c_append(crc32c(&bytes[..12]), &bytes[16..len]);
        bytes[12..16].copy_from_slice(&crc.to_be_bytes());
    }
}

/// Appends whatever it is; what the log accepts is whole when it comes out again.
fn take_in(bytes: &[u8]) -> bool {
    let _ = check_produce_records(9, bytes);
    for batch in batches(bytes).flatten() {
        let _ = Records::new(&batch.header, batch.records_section()).count();
    }
    let mut log = PartitionLog::new(LOG, LogConfig::default());
    if !append(&mut log, bytes) {
        assert_eq!(log.log_end_offset(), 0);
        return false;
    }
    log.take_pending(usize::MAX);
    let end = log.persisted();
    let Ok(ReadOutcome::Data {
        slices,
        next_offset,
        ..
    }) = log.read(0, 1, true, end)
    else {
        panic!("it is in memory")
    };
    assert_eq!(next_offset, end);
    let stored = slices.concat();
    let view = BatchView::first(&stored).expect("it was accepted");
    assert!(view.crc_is_valid());
    if !view.header.is_compressed() {
        assert_eq!(view.records().filter(Result::is_ok).count() as i64, end);
    }
    true
}

#[test]
fn hostile_batches_are_refused_or_stored_whole() {
    let mut accepted = 0u64;
    run_for(2, |r| {
        let producer_id = if r.below(2) == 0 { -1 } else { 5 };
        let mut bytes = batch(r, producer_id, if producer_id < 0 { -1 } else { 0 }).to_vec();
        mutate(r, &mut bytes);
        if r.below(2) == 0 {
            seal_batch(&mut bytes);
        }
        let work = AssertUnwindSafe(|| take_in(&bytes));
        accepted += u64::from(guarded(&"append", &bytes, work));
    });
    assert!(accepted > 100, "some damage does no harm: {accepted}");
}

/// A log of a few chunks: the chunks, and all batches that may be served.
fn stored_log(r: &mut Random) -> (Vec<StoredChunk>, Vec<Bytes>) {
    let mut log = PartitionLog::new(
        LOG,
        LogConfig {
            // Not less than the largest batch above; small, so that segments roll.
            segment_bytes: 1_000,
            ..LogConfig::default()
        },
    );
    let mut chunks = Vec::new();
    for i in 0..5 {
        for j in 0..1 + r.below(3) as i32 {
            let producer = if r.below(3) == 0 {
                -1
            } else {
                i64::from(i * 10 + j)
            };
            let sequence = if producer < 0 { -1 } else { 0 };
            let batch = batch(r, producer, sequence);
            assert!(append(&mut log, &batch), "{} bytes", batch.len());
        }
        for write in log.take_pending(usize::MAX) {
            let Write::Append {
                base_offset, bytes, ..
            } = write
            else {
                continue;
            };
            chunks.push(StoredChunk {
                base_offset,
                bytes: Bytes::from(bytes.concat()),
            });
        }
        log.persisted();
    }
    let Ok(ReadOutcome::Data { slices, .. }) = log.read(0, usize::MAX, true, i64::MAX) else {
        panic!("it is in memory")
    };
    let all = Bytes::from(slices.concat());
    let each = batches(&all).map(|batch| all.slice_ref(batch.expect("whole").bytes));
    (chunks, each.collect())
}

fn answer(chunks: &[StoredChunk], request: &ReadRequest) -> Vec<StoredChunk> {
    let first = match request.from {
        ReadFrom::Last => chunks.len().saturating_sub(1),
        ReadFrom::Offset(at) => chunks
            .partition_point(|chunk| chunk.base_offset <= at)
            .saturating_sub(1),
    };
    let mut size = 0;
    let mut out = Vec::new();
    for chunk in &chunks[first..] {
        size += chunk.bytes.len();
        out.push(chunk.clone());
        if size >= request.max_bytes as usize {
            break;
        }
    }
    out
}

/// Recovers a log, reads all of it, and returns the batches.
fn read_back(chunks: &[StoredChunk]) -> Vec<Bytes> {
    let mut recovery = Recovery::new(LOG, LogConfig::default(), 0);
    let mut log = loop {
        match recovery.step_on(chunks) {
            RecoveryStep::More(next) => recovery = next,
            RecoveryStep::Ready { log, .. } => break *log,
            RecoveryStep::Refused { .. } => return Vec::new(),
        }
    };
    let mut out = Vec::new();
    let mut cursor = 0;
    for _ in 0..1000 {
        let end = log.high_watermark();
        match log.read(cursor, 100, true, end) {
            Err(_) => return out,
            Ok(ReadOutcome::NeedsStorage(request)) => {
                log.accept_read(&request, answer(chunks, &request));
            }
            Ok(ReadOutcome::Data {
                slices,
                next_offset,
                ..
            }) => {
                let bytes = Bytes::from(slices.concat());
                let each = batches(&bytes).map(|b| bytes.slice_ref(b.expect("whole").bytes));
                out.extend(each);
                if next_offset <= cursor || next_offset >= end {
                    return out;
                }
                cursor = next_offset;
            }
        }
    }
    panic!("reading makes no progress")
}

trait StepOn {
    fn step_on(self, chunks: &[StoredChunk]) -> RecoveryStep;
}

impl StepOn for Recovery {
    fn step_on(self, chunks: &[StoredChunk]) -> RecoveryStep {
        let request = self.request();
        self.step(answer(chunks, &request))
    }
}

#[test]
fn damaged_chunks_are_never_served() {
    let mut served = 0u64;
    run_for(2, |r| {
        let (mut chunks, good) = stored_log(r);
        for _ in 0..1 + r.below(2) {
            let at = r.below(chunks.len());
            let mut bytes = chunks[at].bytes.to_vec();
            mutate(r, &mut bytes);
            chunks[at].bytes = Bytes::from(bytes);
        }
        let whole: Vec<u8> = chunks
            .iter()
            .flat_map(|chunk| chunk.bytes.to_vec())
            .collect();
        let out = guarded(&"recovery", &whole, AssertUnwindSafe(|| read_back(&chunks)));
        for batch in &out {
            assert!(
                good.contains(batch),
                "never appended: {} of {}",
                hex(batch),
                hex(&whole)
            );
        }
        served += out.len() as u64;
    });
    assert!(served > 100, "most batches are whole: {served}");
}

/// Headers whose checksum is right but whose numbers are nonsense: nobody panics.
#[test]
fn headers_that_lie_do_no_harm() {
    run_for(2, |r| {
        let (mut chunks, _) = stored_log(r);
        let at = r.below(chunks.len());
        let mut bytes = chunks[at].bytes.to_vec();
        let field = 16 + r.below(84.min(bytes.len() - 16));
        let lies = [0u64, 1, u64::MAX, i64::MAX as u64, 1 << 40, r.u64()];
        let lie = lies[r.below(lies.len())].to_be_bytes();
        let len = 8.min(bytes.len() - field);
        bytes[field..field + len].copy_from_slice(&lie[..len]);
        seal_chunk(&mut bytes);
        chunks[at].bytes = Bytes::from(bytes);
        let whole: Vec<u8> = chunks
            .iter()
            .flat_map(|chunk| chunk.bytes.to_vec())
            .collect();
        guarded(&"recovery", &whole, AssertUnwindSafe(|| read_back(&chunks)));
    });
}
