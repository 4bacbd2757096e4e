//! Reading a log back when the cluster starts.
//!
//! The last chunk says how to go on. If it has no producer snapshot, the chunks back to the last
//! snapshot are read too, and once the list of earlier segments; nothing is scanned whole. What is
//! broken at the end is cut: whole batches of a broken last chunk are saved and stored again.

use super::chunk::{ChunkHeader, Snapshot};
use super::config::LogConfig;
use super::epochs::Epochs;
use super::partition_log::{Mark, PartitionLog};
use super::producer_state::Producers;
use super::read::{Opened, open_chunk};
use super::run::Run;
use super::storage::{ReadFrom, ReadRequest, StoredChunk};
use super::tail::Tail;
use super::types::{Finding, Segment};
use crate::base::{LogId, sort_by_key};

/// How much of the chunks since the last snapshot is read at once.
const REPLAY_READ: u32 = 4 << 20;

/// Reading a log back. First ask storage for [`Recovery::request`], hand each answer to
/// [`Recovery::step`].
#[derive(Debug)]
pub struct Recovery {
    id: LogId,
    config: LogConfig,
    log_start_offset: i64,
    phase: Phase,
    /// The chunks at the end whose bytes are not as they were written: storage is cut there.
    cut_from: Option<i64>,
    /// Whole batches of the broken chunk, to be stored again.
    saved: Option<(ChunkHeader, Run)>,
    last: Option<Box<Last>>,
    earlier_segments: Vec<Segment>,
    findings: Vec<Finding>,
}

#[derive(Debug)]
enum Phase {
    /// Looking for the last chunk that is whole, at the end or below an offset.
    Last { below: Option<i64> },
    /// Replaying producers from the last snapshot, up to the last chunk.
    Replay { cursor: i64, max_bytes: u32 },
    /// Reading the list of segments from the first chunk of the active one.
    Segments,
}

/// The last whole chunk and the state at its end, as far as it is known.
#[derive(Debug)]
struct Last {
    header: ChunkHeader,
    run: Run,
    producers: Producers,
    epochs: Epochs,
    /// Bytes of the chunks after the one with the last snapshot.
    since_snapshot: u64,
}

/// How recovery goes on.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one at a time, and it moves a few times"
)]
pub enum RecoveryStep {
    /// Ask storage for `Recovery::request` and step again.
    More(Recovery),
    /// Ready. `findings` is what was lost or cut. What the log has to mend in storage it hands out
    /// with its next `take_pending`.
    Ready {
        log: Box<PartitionLog>,
        findings: Vec<Finding>,
    },
    /// Storage was written by a later version; nothing may be touched.
    Refused { why: String },
}

impl Recovery {
    /// `log_start_offset` is what `meta` has under `log_start_key`, else 0.
    pub fn new(id: LogId, config: LogConfig, log_start_offset: i64) -> Self {
        Recovery {
            id,
            config,
            log_start_offset,
            phase: Phase::Last { below: None },
            cut_from: None,
            saved: None,
            last: None,
            earlier_segments: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// What storage is to be asked for now.
    pub fn request(&self) -> ReadRequest {
        let (from, max_bytes) = match self.phase {
            Phase::Last { below: None } => (ReadFrom::Last, 1),
            Phase::Last {
                below: Some(offset),
            } => (ReadFrom::Offset(offset - 1), 1),
            Phase::Replay { cursor, max_bytes } => (ReadFrom::Offset(cursor), max_bytes),
            Phase::Segments => (ReadFrom::Offset(self.segment_base()), 1),
        };
        ReadRequest {
            log: self.id,
            from,
            max_bytes,
        }
    }

    fn segment_base(&self) -> i64 {
        self.last
            .as_ref()
            .map_or(0, |last| last.header.segment.base_offset)
    }

    /// Takes the answer to [`Recovery::request`].
    pub fn step(mut self, chunks: Vec<StoredChunk>) -> RecoveryStep {
        let done = match self.phase {
            Phase::Last { below } => self.find_last(below, &chunks),
            Phase::Replay { cursor, max_bytes } => self.replay(cursor, max_bytes, &chunks),
            Phase::Segments => {
                let found = chunks.first().map(|chunk| open_chunk(self.id, chunk));
                if let Some(Opened::Chunk(header, ..)) = found
                    && header.base_offset == self.segment_base()
                {
                    self.earlier_segments = header.earlier_segments.unwrap_or_default();
                }
                Ok(true)
            }
        };
        match done {
            Err(version) => RecoveryStep::Refused {
                why: format!(
                    "log {} was stored in format {version} by a later version of this program",
                    self.id.0
                ),
            },
            Ok(false) => RecoveryStep::More(self),
            Ok(true) => self.finish(),
        }
    }

    /// Returns whether recovery is done, or the version that is not known here.
    fn find_last(&mut self, below: Option<i64>, chunks: &[StoredChunk]) -> Result<bool, u16> {
        let chunk = chunks
            .first()
            .filter(|chunk| below.is_none_or(|at| chunk.base_offset < at));
        let Some(chunk) = chunk else { return Ok(true) };
        let base = chunk.base_offset;
        match open_chunk(self.id, chunk) {
            Opened::UnknownVersion(version) => return Err(version),
            Opened::Broken(why) => {
                let why = format!("the end of the log cannot be read and was cut: {why}");
                self.findings.push(Finding {
                    from: base,
                    to: self.cut_from,
                    why,
                });
                self.cut_from = Some(base);
                self.phase = Phase::Last { below: Some(base) };
                return Ok(false);
            }
            Opened::Chunk(header, run, found) if !found.is_empty() && self.saved.is_none() => {
                // The end is damaged inside a chunk. What stands before the damage is saved.
                let good_end = found[0].from;
                let why = "the end of the log is damaged and was cut".to_owned();
                self.findings.push(Finding {
                    from: good_end,
                    to: Some(header.end_offset),
                    why,
                });
                self.cut_from = Some(base);
                let mut header = *header;
                header.end_offset = good_end;
                self.saved = (good_end > base).then_some((header, run));
                self.phase = Phase::Last { below: Some(base) };
                return Ok(false);
            }
            Opened::Chunk(header, run, found) => {
                self.findings.extend(found);
                self.found_last(*header, run);
            }
        }
        Ok(self.next_phase())
    }

    fn found_last(&mut self, header: ChunkHeader, run: Run) {
        if let Some(cut) = self.cut_from
            && cut > header.end_offset
        {
            let why = "chunks before the end of the log are missing";
            self.findings
                .push(Finding::lost(header.end_offset, cut, why));
        }
        let Snapshot { producers, epochs } = header.snapshot.clone().unwrap_or_default();
        let known = header.snapshot.is_some();
        self.phase = Phase::Replay {
            cursor: header.snapshot_base,
            max_bytes: REPLAY_READ,
        };
        if known {
            self.phase = Phase::Segments;
        }
        self.last = Some(Box::new(Last {
            producers: Producers::from_entries(producers),
            epochs: Epochs::from_entries(epochs),
            since_snapshot: if known { 0 } else { run.bytes as u64 },
            header,
            run,
        }));
    }

    /// Skips the reading of segments if there can be none before. Returns whether all is done.
    fn next_phase(&mut self) -> bool {
        let Some(last) = &mut self.last else {
            return true;
        };
        if !matches!(self.phase, Phase::Segments) {
            return false;
        }
        if let Some(segments) = last.header.earlier_segments.take() {
            self.earlier_segments = segments;
            return true;
        }
        last.header.segment.base_offset <= self.log_start_offset
    }

    fn replay(&mut self, cursor: i64, max_bytes: u32, chunks: &[StoredChunk]) -> Result<bool, u16> {
        let last = self
            .last
            .as_mut()
            .expect("replay comes after the last chunk was found");
        let end = last.header.base_offset;
        let mut next = cursor;
        let mut seen = 0;
        for chunk in chunks {
            seen += chunk.bytes.len();
            if chunk.base_offset < cursor {
                continue;
            }
            if chunk.base_offset > next {
                let why = "chunks are missing in storage";
                self.findings
                    .push(Finding::lost(next, chunk.base_offset, why));
            }
            if chunk.base_offset >= end {
                next = end;
                break;
            }
            match open_chunk(self.id, chunk) {
                Opened::UnknownVersion(version) => return Err(version),
                // The hole is reported when the next chunk tells where it ends.
                Opened::Broken(_) => next = chunk.base_offset,
                Opened::Chunk(header, run, found) => {
                    self.findings.extend(found);
                    if let Some(snapshot) = header.snapshot {
                        last.producers = Producers::from_entries(snapshot.producers);
                        last.epochs = Epochs::from_entries(snapshot.epochs);
                    } else {
                        last.since_snapshot += run.bytes as u64;
                        replay_run(&run, &mut last.producers, &mut last.epochs);
                    }
                    next = header.end_offset;
                }
            }
        }
        if next < end && next > cursor {
            self.phase = Phase::Replay {
                cursor: next,
                max_bytes: REPLAY_READ,
            };
            return Ok(false);
        }
        if next < end && seen >= max_bytes as usize {
            // A broken chunk stands at the cursor: read beyond it.
            self.phase = Phase::Replay {
                cursor,
                max_bytes: seen as u32 + 1,
            };
            return Ok(false);
        }
        replay_run(&last.run, &mut last.producers, &mut last.epochs);
        self.phase = Phase::Segments;
        Ok(self.next_phase())
    }

    fn finish(self) -> RecoveryStep {
        let start = self.log_start_offset.max(0);
        let mut findings = self.findings;
        let saved = self.saved.filter(|(header, _)| header.end_offset > start);
        let resume = saved.as_ref().map(|(header, _)| header.base_offset);
        let mut log = match self.last {
            Some(last) => restore(
                self.id,
                self.config,
                start,
                resume,
                *last,
                self.earlier_segments,
            ),
            None => {
                let end = resume.unwrap_or(start.max(self.cut_from.unwrap_or(start)));
                let mut log = PartitionLog::empty_at(self.id, self.config, end);
                log.log_start_offset = start;
                log
            }
        };
        log.repair = self.cut_from;
        if let Some((header, run)) = saved {
            log.save(&header, &run);
        }
        findings.retain(|finding| finding.to.is_none_or(|to| to > start));
        sort_by_key(&mut findings, |finding| finding.from);
        RecoveryStep::Ready {
            log: Box::new(log),
            findings,
        }
    }
}

impl PartitionLog {
    /// Appends again the whole batches at the front of a chunk that is cut from storage. They were
    /// acknowledged, so no rollback takes them away.
    fn save(&mut self, header: &ChunkHeader, run: &Run) {
        let mut size = self.tail.end_size();
        if header.segment.base_offset > self.durable.segment.base_offset {
            self.segments
                .push(Segment::starting(header.base_offset, size));
        }
        for batch in run.batches() {
            if batch.header.base_offset != self.log_end_offset() {
                break;
            }
            let segment = self
                .segments
                .last_mut()
                .expect("there is always an active segment");
            segment.note(&batch.header);
            let epoch = batch.header.partition_leader_epoch;
            self.epochs.assign(epoch, batch.header.base_offset);
            self.tail
                .push(batch.bytes, epoch, *segment, |_| batch.header);
            if batch.header.has_producer_id() {
                self.producers.appended(&batch.header);
            }
            size += batch.bytes.len() as u64;
        }
        self.tail.seal();
        let segment = *self
            .segments
            .last()
            .expect("there is always an active segment");
        let end_offset = self.log_end_offset();
        let segments = self.segments.len();
        self.saved = Some(Mark {
            end_offset,
            size,
            segments,
            segment,
            ..self.durable
        });
    }
}

fn replay_run(run: &Run, producers: &mut Producers, epochs: &mut Epochs) {
    for batch in run.batches() {
        epochs.assign(
            batch.header.partition_leader_epoch,
            batch.header.base_offset,
        );
        if batch.header.has_producer_id() {
            producers.replay(&batch.header);
        }
    }
}

/// The log as it was at the end of its last whole chunk; its next offset is `resume` if given.
fn restore(
    id: LogId,
    config: LogConfig,
    start: i64,
    resume: Option<i64>,
    last: Last,
    earlier_segments: Vec<Segment>,
) -> PartitionLog {
    let header = last.header;
    let mut segments = earlier_segments;
    segments.push(header.segment);
    let gone = segments
        .windows(2)
        .take_while(|pair| pair[1].base_offset <= start)
        .count();
    segments.drain(..gone);
    let size = header.size_before + u64::from(header.payload_len);
    // The log start may be above the end if the last records were lost; what was saved may begin
    // after a hole.
    let end_offset = resume.unwrap_or(header.end_offset.max(start));
    let mut log = PartitionLog::empty_at(id, config, end_offset);
    log.log_start_offset = start;
    log.durable = Mark {
        end_offset,
        size,
        segments: segments.len(),
        segment: header.segment,
        snapshot_base: header.snapshot_base,
        since_snapshot: last.since_snapshot,
    };
    log.segments = segments;
    log.tail = Tail::new(end_offset, size, header.segment);
    log.producers = last.producers;
    log.epochs = last.epochs;
    log.epochs.truncate_from_start(start);
    log.cache.insert(last.run);
    log
}
