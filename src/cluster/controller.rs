//! The controller's queue: changes of the cluster's metadata, one after the other.
//!
//! What to change is decided in [`crate::metadata::controller`]. Here the records of a decision are
//! appended to the metadata log, and replayed into the image once they are durable; only then the
//! answer leaves and the next job decides. Any broker takes such requests, as KRaft brokers forward
//! them.

use super::commit::Waiter;
use super::parked::Pending;
use super::requests::{Call, RequestId};
use super::{Cluster, ClusterConfig};
use crate::api::loggers::Loggers;
use crate::base::{BrokerId, METADATA_LOG, Rng, SortedMap, SortedSet};
use crate::log::{AppendContext, Origin};
use crate::metadata::controller::{self, Decision};
use crate::metadata::{MetadataImage, Record};
use crate::protocol::record_batch::{BatchBuilder, BatchOptions};
use crate::protocol::{ErrorCode, Request};
use std::collections::VecDeque;
use std::ops::Range;

/// What a job may look at while it decides.
pub struct Circumstances<'a> {
    pub image: &'a MetadataImage,
    pub rng: &'a mut Rng,
    pub loggers: &'a mut Loggers,
}

/// Tells whoever asked how it ended. Runs after the records are replayed, or after they failed.
type Answer = Box<dyn FnOnce(&mut Cluster, Result<(), String>)>;

/// Decides: the records to write, and what to do afterwards.
pub type Job = Box<dyn FnOnce(&mut Circumstances<'_>) -> (Vec<Record>, Answer)>;

struct Flight {
    records: Vec<Record>,
    answer: Answer,
}

/// See the module's documentation.
pub struct Controller {
    image: MetadataImage,
    rng: Rng,
    /// Log levels are kept in memory alone, as Kafka does.
    loggers: Loggers,
    queue: VecDeque<Job>,
    flight: Option<Flight>,
    /// Topics whose automatic creation is under way: clients ask again and again.
    creating: SortedSet<String>,
    /// What each broker has left of its block of producer ids.
    producer_ids: SortedMap<BrokerId, Range<i64>>,
}

impl Controller {
    pub fn new(config: &ClusterConfig, rng: Rng) -> Self {
        Controller {
            image: MetadataImage::new(config.started_with().collect()),
            rng,
            loggers: Loggers::default(),
            queue: VecDeque::new(),
            flight: None,
            creating: SortedSet::new(),
            producer_ids: SortedMap::new(),
        }
    }

    pub fn image(&self) -> &MetadataImage {
        &self.image
    }

    pub fn loggers(&self) -> &Loggers {
        &self.loggers
    }

    pub fn image_mut(&mut self) -> &mut MetadataImage {
        &mut self.image
    }

    /// A producer id of the broker's block, if one is left.
    pub fn take_producer_id(&mut self, broker: BrokerId) -> Option<i64> {
        self.producer_ids.get_mut(&broker)?.next()
    }
}

impl Cluster {
    /// Queues a change of the metadata.
    pub(super) fn submit(&mut self, job: Job) {
        self.controller.queue.push_back(job);
    }

    /// Starts the next job if none is in flight. Returns whether there was one.
    pub(super) fn controller_step(&mut self) -> bool {
        if self.controller.flight.is_some() || !self.may_decide() {
            return false;
        }
        let Some(job) = self.controller.queue.pop_front() else {
            return false;
        };
        let Controller {
            image,
            rng,
            loggers,
            ..
        } = &mut self.controller;
        let mut circumstances = Circumstances {
            image,
            rng,
            loggers,
        };
        let (records, answer) = job(&mut circumstances);
        if records.is_empty() {
            answer(self, Ok(()));
        } else if let Err(why) = self.append_metadata(&records) {
            self.warn(format!("metadata cannot be written: {why}"));
            answer(self, Err(why));
        } else {
            self.controller.flight = Some(Flight { records, answer });
        }
        true
    }

    fn append_metadata(&mut self, records: &[Record]) -> Result<(), String> {
        let mut batch = BatchBuilder::new();
        for record in records {
            let value = record.encode().map_err(|error| error.to_string())?;
            batch.append(self.now.wall_ms, None, Some(&value), &[]);
        }
        let batch = batch.finish(&BatchOptions::default());
        let Some(hosted) = self.logs.get_mut(METADATA_LOG) else {
            return Err("the metadata log is not open".to_owned());
        };
        let ctx = AppendContext {
            now_ms: self.now.wall_ms,
            leader_epoch: 0,
            origin: Origin::Controller,
            partition: "__cluster_metadata-0",
            decompress: None,
        };
        let appended = hosted.log.append(&batch, &ctx).map_err(|error| error.why)?;
        self.logs.mark_pending(METADATA_LOG);
        self.commit
            .wait(METADATA_LOG, appended.last_offset + 1, Waiter::Controller);
        Ok(())
    }

    /// The records in flight are durable, or will never be.
    pub(super) fn controller_released(&mut self, result: Result<(), String>) {
        let Some(flight) = self.controller.flight.take() else {
            return;
        };
        if result.is_ok() {
            for record in &flight.records {
                self.replay_live(record);
            }
        }
        (flight.answer)(self, result);
    }

    fn replay_live(&mut self, record: &Record) {
        match self.controller.image.replay(record) {
            Ok(change) => self.apply_change(change),
            Err(error) => self.warn(format!("a metadata record does not fit: {error}")),
        }
    }

    /// Queues a request of a client: `decide` gives the answer and the records, `fail` turns that
    /// answer into the one for the case that they do not become durable.
    pub(super) fn submit_request<R: Request<Response: 'static> + 'static>(
        &mut self,
        id: RequestId,
        call: Call,
        request: R,
        decide: impl FnOnce(&mut Circumstances<'_>, &R, &Call) -> Decision<R::Response> + 'static,
        fail: impl FnOnce(&mut R::Response, &str) + 'static,
    ) {
        self.park(id, call.clone(), Pending::Controller, None);
        self.submit(Box::new(move |circumstances| {
            let Decision {
                mut response,
                records,
            } = decide(circumstances, &request, &call);
            let answer: Answer = Box::new(move |cluster, result| {
                if cluster.unpark(id).is_none() {
                    return;
                }
                if let Err(why) = result {
                    fail(&mut response, &why);
                }
                cluster.respond::<R>(id, &call, &response);
            });
            (records, answer)
        }));
    }

    /// Creates topics that somebody asked this broker for by name, in the background.
    pub(super) fn auto_create(&mut self, broker: BrokerId, topics: Vec<String>) {
        let fresh = |topic: &String| self.controller.creating.insert(topic.clone());
        let topics: Vec<String> = topics.into_iter().filter(fresh).collect();
        if topics.is_empty() {
            return;
        }
        self.submit(Box::new(move |circumstances| {
            let Circumstances { image, rng, .. } = circumstances;
            let names: Vec<&str> = topics.iter().map(String::as_str).collect();
            let records = controller::auto_create_topics(image, rng, broker, &names).records;
            let answer: Answer = Box::new(move |cluster, _| {
                for topic in &topics {
                    cluster.controller.creating.remove(topic);
                }
            });
            (records, answer)
        }));
    }

    /// Gets a broker its next block of producer ids, then goes on with `then`.
    pub(super) fn allocate_producer_ids(
        &mut self,
        broker: BrokerId,
        then: impl FnOnce(&mut Cluster, Result<(), ErrorCode>) + 'static,
    ) {
        self.submit(Box::new(move |circumstances| {
            let Decision {
                response: block,
                records,
            } = controller::allocate_producer_ids(circumstances.image, broker);
            let answer: Answer = Box::new(move |cluster, result| {
                if result.is_ok() {
                    cluster.controller.producer_ids.insert(broker, block);
                }
                then(
                    cluster,
                    result.map_err(|_| ErrorCode::COORDINATOR_NOT_AVAILABLE),
                );
            });
            (records, answer)
        }));
    }

    /// Queues the records of a start: those of a new cluster, or of brokers that are others than
    /// last time.
    pub(super) fn submit_start(
        &mut self,
        then: impl FnOnce(&mut Cluster, Result<(), String>) + 'static,
    ) {
        let brokers = self.config.specs();
        self.submit(Box::new(move |circumstances| {
            let Circumstances { image, rng, .. } = circumstances;
            let records = controller::start_records(image, &brokers, rng);
            (records, Box::new(then) as Answer)
        }));
    }
}
