//! Requests that wait: produce for durability, fetch for data, time or storage, searches for
//! storage.
//!
//! Each waiting request stands once in the table, and in an index by what it waits for: durable
//! ends (in [`super::commit`]), logs that may grow, reads in flight, deadlines. Nothing is
//! rescanned.

use super::commit::{Released, Waiter};
use super::io::{Output, PersistId, ReadId};
use super::requests::{Call, RequestId};
use super::timers::Timer;
use super::{Cluster, recovery};
use crate::api::k00_produce::{Produced, Wait};
use crate::api::k01_fetch::{Fetch, Step};
use crate::api::k02_list_offsets::ListOffsets;
use crate::api::k21_delete_records::{DeleteRecords, StartMove};
use crate::base::{LogId, SortedMap, SortedSet};
use crate::log::storage::{ReadRequest, StoredChunk};
use crate::protocol::frame::encode_response;
use crate::protocol::messages::{
    DeleteRecordsRequest, FetchRequest, ListOffsetsRequest, ProduceRequest,
};
use crate::protocol::{ErrorCode, Request};

/// What a request waits for.
#[derive(Debug)]
pub enum Pending {
    /// Durability of some partitions.
    Produce(Box<Produced>),
    /// Data or time.
    Fetch(Box<Fetch>),
    /// Storage, for a fetch that will answer with what it gives.
    FetchReading(Box<Fetch>),
    ListOffsets(Box<ListOffsets>),
    /// Durability of this many log starts.
    DeleteRecords(Box<DeleteRecords>, usize),
    /// The controller: its queue holds what is asked.
    Controller,
    /// The group coordinator: it holds what is asked.
    Group,
}

/// One waiting request.
#[derive(Debug)]
pub struct Parked {
    pub call: Call,
    pub pending: Pending,
    pub deadline_ms: Option<u64>,
}

/// What a read in flight is for.
#[derive(Debug)]
enum ReadFor {
    Recovery(recovery::ReadTask),
    /// A partition of a fetch, or a search, by its number in the request.
    Request {
        request: RequestId,
        part: usize,
        log: LogId,
        asked: ReadRequest,
    },
}

/// See the module's documentation.
#[derive(Debug, Default)]
pub struct Parking {
    parked: SortedMap<RequestId, Parked>,
    fetchers: SortedSet<(LogId, RequestId)>,
    reads: SortedMap<ReadId, ReadFor>,
    next_read: u64,
}

impl Parking {
    fn waiting_for(&self, log: LogId) -> impl Iterator<Item = RequestId> + '_ {
        let range = (log, RequestId(0))..=(log, RequestId(u64::MAX));
        self.fetchers.range(range).map(|(_, request)| *request)
    }
}

impl Cluster {
    /// Parks a request; with a deadline it hears from [`Cluster::request_expired`].
    pub(super) fn park(
        &mut self,
        id: RequestId,
        call: Call,
        pending: Pending,
        deadline_ms: Option<u64>,
    ) {
        if let Some(deadline_ms) = deadline_ms {
            self.timers.arm(deadline_ms, Timer::Request(id));
        }
        self.parking.parked.insert(
            id,
            Parked {
                call,
                pending,
                deadline_ms,
            },
        );
    }

    /// Takes a request out of the table and out of the timers.
    pub(super) fn unpark(&mut self, id: RequestId) -> Option<Parked> {
        let parked = self.parking.parked.remove(&id)?;
        if let Some(deadline_ms) = parked.deadline_ms {
            self.timers.cancel(deadline_ms, Timer::Request(id));
        }
        if let Pending::Fetch(fetch) = &parked.pending {
            for log in fetch.logs() {
                self.parking.fetchers.remove(&(log, id));
            }
        }
        Some(parked)
    }

    /// The connection is gone; what the request has begun goes on, its answer is not wanted.
    pub(super) fn forget_request(&mut self, id: RequestId) {
        self.unpark(id);
    }

    /// Encodes and sends a response.
    pub(super) fn respond<R: Request>(
        &mut self,
        id: RequestId,
        call: &Call,
        response: &R::Response,
    ) {
        match encode_response::<R>(call.api_version, call.correlation_id, response) {
            Ok(slices) => self.finish(id, call, Some(slices)),
            Err(error) => {
                let why = format!(
                    "a {} response cannot be encoded: {error}",
                    call.api_key.name()
                );
                self.warn(why.clone());
                self.close(call.conn, why);
            }
        }
    }

    /// Answers a produce request, or parks it until it may be answered.
    pub(super) fn park_produce(&mut self, id: RequestId, call: Call, mut produced: Produced) {
        if produced.acks == 0 {
            return self.finish_unacknowledged(id, &call, &produced);
        }
        let logs = &self.logs;
        let is_durable = |wait: &Wait| {
            let hosted = logs.get(wait.log);
            hosted.is_none_or(|hosted| hosted.log.high_watermark() >= wait.end_offset)
        };
        // A duplicate's original may have been durable long ago.
        produced.waits.retain(|wait| !is_durable(wait));
        for wait in &produced.waits {
            self.commit
                .wait(wait.log, wait.end_offset, Waiter::Produce(id, *wait));
        }
        if produced.waits.is_empty() {
            return self.respond::<ProduceRequest>(id, &call, &produced.response);
        }
        // Only acks=all has a time limit in Kafka: its answer is then REQUEST_TIMED_OUT.
        let timeout_ms = produced.timeout_ms.max(0) as u64;
        let deadline_ms = (produced.acks == -1).then(|| self.now.mono_ms + timeout_ms);
        self.park(id, call, Pending::Produce(Box::new(produced)), deadline_ms);
    }

    fn finish_unacknowledged(&mut self, id: RequestId, call: &Call, produced: &Produced) {
        if produced.has_error() {
            // The only way to tell the client that something is wrong.
            let why = "an error in a produce request with acks=0".to_owned();
            self.close(call.conn, why);
        } else {
            self.finish(id, call, None);
        }
    }

    /// Takes a fetch one step on, and parks it if it has to wait.
    pub(super) fn step_fetch(
        &mut self,
        id: RequestId,
        call: Call,
        mut fetch: Box<Fetch>,
        deadline_ms: u64,
    ) {
        let last = self.now.mono_ms >= deadline_ms;
        match fetch.step(&mut self.broker(), &call.caller(), last) {
            Step::Reply(response, starved) => self.answer_fetch(id, &call, &response, starved),
            Step::Wait => {
                self.parking
                    .fetchers
                    .extend(fetch.logs().map(|log| (log, id)));
                self.park(id, call, Pending::Fetch(fetch), Some(deadline_ms));
            }
            Step::Read(reads) => {
                for (part, asked) in reads {
                    self.read_for(id, part, asked);
                }
                self.park(id, call, Pending::FetchReading(fetch), None);
            }
        }
    }

    fn answer_fetch(
        &mut self,
        id: RequestId,
        call: &Call,
        response: &<FetchRequest as Request>::Response,
        starved: bool,
    ) {
        if starved && let Some(connection) = self.conns.get_mut(&call.conn) {
            connection.fetch_turn = connection.fetch_turn.wrapping_add(1);
        }
        self.respond::<FetchRequest>(id, call, response);
    }

    /// Asks storage on behalf of a parked request.
    pub(super) fn read_for(&mut self, request: RequestId, part: usize, asked: ReadRequest) {
        let log = asked.log;
        self.read(
            ReadFor::Request {
                request,
                part,
                log,
                asked,
            },
            asked,
        );
    }

    /// Asks storage on behalf of recovery.
    pub(super) fn read_for_recovery(&mut self, task: recovery::ReadTask, asked: ReadRequest) {
        self.read(ReadFor::Recovery(task), asked);
    }

    fn read(&mut self, purpose: ReadFor, request: ReadRequest) {
        let id = ReadId(self.parking.next_read);
        self.parking.next_read += 1;
        self.parking.reads.insert(id, purpose);
        self.outputs.push_back(Output::Read { id, request });
    }

    /// Storage has answered a read.
    pub(super) fn read_done(&mut self, id: ReadId, result: Result<Vec<StoredChunk>, String>) {
        let Some(purpose) = self.parking.reads.remove(&id) else {
            return;
        };
        match purpose {
            ReadFor::Recovery(task) => self.recovery_read(task, result),
            ReadFor::Request {
                request,
                part,
                log,
                asked,
            } => {
                let ok = self.accept_chunks(log, &asked, result);
                self.go_on_reading(request, part, ok);
                self.bound_memory(&[log]);
            }
        }
    }

    fn accept_chunks(
        &mut self,
        log: LogId,
        asked: &ReadRequest,
        result: Result<Vec<StoredChunk>, String>,
    ) -> bool {
        let Some(hosted) = self.logs.get_mut(log) else {
            return false;
        };
        let name = hosted.name.clone();
        match result {
            Ok(chunks) => {
                for finding in hosted.log.accept_read(asked, chunks) {
                    self.warn(format!("{name}: {}", finding.why));
                }
                true
            }
            Err(why) => {
                self.warn(format!("{name}: storage cannot be read: {why}"));
                false
            }
        }
    }

    fn go_on_reading(&mut self, id: RequestId, part: usize, ok: bool) {
        let Some(mut parked) = self.parking.parked.remove(&id) else {
            return;
        };
        let next = match &mut parked.pending {
            Pending::FetchReading(fetch) => fetch.stored(&mut self.broker(), part, ok),
            Pending::ListOffsets(list) => list.advance(&mut self.broker(), part, ok),
            _ => None,
        };
        if let Some(asked) = next {
            self.read_for(id, part, asked);
        }
        match parked.pending {
            Pending::FetchReading(mut fetch) if !fetch.is_reading() => {
                let step = fetch.reply(&self.broker(), &parked.call.caller());
                if let Step::Reply(response, starved) = step {
                    self.answer_fetch(id, &parked.call, &response, starved);
                }
            }
            Pending::ListOffsets(list) if list.is_done() => {
                self.respond::<ListOffsetsRequest>(id, &parked.call, &list.response);
            }
            _ => {
                self.parking.parked.insert(id, parked);
            }
        }
    }

    /// A parked request has waited as long as it asked for.
    pub(super) fn request_expired(&mut self, id: RequestId) {
        let Some(parked) = self.unpark(id) else {
            return;
        };
        match parked.pending {
            Pending::Fetch(fetch) => self.step_fetch(id, parked.call, fetch, self.now.mono_ms),
            Pending::Produce(mut produced) => {
                produced.time_out();
                self.respond::<ProduceRequest>(id, &parked.call, &produced.response);
            }
            // Nothing else is armed; were it so, the request must not be lost.
            other => self.park(id, parked.call, other, None),
        }
    }

    /// A group of writes is durable.
    pub(super) fn persisted(&mut self, id: PersistId) {
        let Some((released, grown)) = self.commit.persisted(id, &mut self.logs) else {
            return;
        };
        self.release(released);
        self.logs_grew(&grown);
        if std::mem::take(&mut self.produce_held) {
            self.runnable.extend(self.conns.keys().copied());
        }
    }

    /// A group of writes is not stored, and nothing after it will be.
    pub(super) fn persist_failed(&mut self, id: PersistId, why: &str) {
        let Some(released) = self.commit.failed(id, why, &mut self.logs) else {
            return;
        };
        self.warn(format!("storage refused a write: {why}"));
        self.release(released);
        self.runnable.extend(self.conns.keys().copied());
    }

    /// Tells waiters that their wait is over.
    pub(super) fn release(&mut self, released: Vec<Released>) {
        for (waiter, result) in released {
            match waiter {
                Waiter::Produce(request, wait) => {
                    self.settle_produce(request, |produced| match result {
                        Ok(()) => produced.settle(wait),
                        Err(why) => {
                            produced.fail(wait, ErrorCode::KAFKA_STORAGE_ERROR, Some(why));
                        }
                    });
                }
                Waiter::Controller => self.controller_released(result),
                Waiter::Group(append) => self.group_released(append, result.is_ok()),
                Waiter::LogStart {
                    request,
                    log,
                    log_start_offset,
                } => {
                    if result.is_ok() {
                        self.move_log_start(log, log_start_offset);
                    }
                    self.log_start_released(request, result.is_ok());
                }
            }
        }
    }

    /// These waited for a log that is gone with its topic.
    pub(super) fn release_deleted(&mut self, waiters: Vec<Waiter>) {
        let why = "the topic was deleted";
        for waiter in waiters {
            match waiter {
                Waiter::Produce(request, wait) => self.settle_produce(request, |produced| {
                    produced.fail(wait, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, None);
                }),
                other => self.release(vec![(other, Err(why.to_owned()))]),
            }
        }
    }

    fn settle_produce(&mut self, id: RequestId, settle: impl FnOnce(&mut Produced)) {
        let Some(parked) = self.parking.parked.get_mut(&id) else {
            return;
        };
        let Pending::Produce(produced) = &mut parked.pending else {
            return;
        };
        settle(produced);
        if produced.waits.is_empty()
            && let Some(parked) = self.unpark(id)
            && let Pending::Produce(produced) = parked.pending
        {
            self.respond::<ProduceRequest>(id, &parked.call, &produced.response);
        }
    }

    fn log_start_released(&mut self, id: RequestId, ok: bool) {
        let Some(parked) = self.parking.parked.get_mut(&id) else {
            return;
        };
        let Pending::DeleteRecords(delete, outstanding) = &mut parked.pending else {
            return;
        };
        if !ok {
            delete.fail(ErrorCode::KAFKA_STORAGE_ERROR);
        }
        *outstanding -= 1;
        if *outstanding == 0
            && let Some(parked) = self.unpark(id)
            && let Pending::DeleteRecords(delete, _) = parked.pending
        {
            self.respond::<DeleteRecordsRequest>(id, &parked.call, &delete.response);
        }
    }

    /// Writes a new log start.
    pub(super) fn put_log_start(&mut self, request: RequestId, start_move: StartMove) {
        let StartMove {
            log,
            log_start_offset,
            write,
        } = start_move;
        self.commit.put(
            write,
            Waiter::LogStart {
                request,
                log,
                log_start_offset,
            },
        );
    }

    fn move_log_start(&mut self, log: LogId, log_start_offset: i64) {
        let Some(hosted) = self.logs.get_mut(log) else {
            return;
        };
        hosted.log.set_log_start_offset(log_start_offset);
        let below = hosted.log.trim_below();
        if below > 0 {
            self.outputs.push_back(Output::Trim {
                log,
                below: Some(below),
            });
        }
        self.logs_grew(&[log]);
    }

    /// High watermarks have moved: fetches that wait for one of these logs look again, each once.
    pub(super) fn logs_grew(&mut self, logs: &[LogId]) {
        let mut woken = SortedSet::new();
        for log in logs {
            woken.extend(self.parking.waiting_for(*log));
            if let Some(hosted) = self.logs.get(*log) {
                self.changes.moved(&hosted.topic, hosted.partition);
            }
        }
        for id in woken {
            self.wake_fetch(id);
        }
        self.bound_memory(logs);
    }

    fn wake_fetch(&mut self, id: RequestId) {
        let Some(parked) = self.unpark(id) else {
            return;
        };
        let deadline_ms = parked.deadline_ms.unwrap_or(self.now.mono_ms);
        match parked.pending {
            Pending::Fetch(fetch) => self.step_fetch(id, parked.call, fetch, deadline_ms),
            other => self.park(id, parked.call, other, parked.deadline_ms),
        }
    }
}
