//! The viewer's role of the module: a Kafka client that only reads, for the picture and the message table.
//!
//! It goes through the same door as every client, with ordinary Fetch and ListOffsets requests. It joins no
//! group and commits nothing, so what it reads changes nothing.

mod records;
mod wire;

pub use records::object;
pub use wire::CLIENT_ID;

use crate::base::SortedMap;
use crate::client::env::Codecs;
use crate::protocol::ErrorCode;
use crate::protocol::messages::fetch_request::{FetchPartition, FetchTopic};
use crate::protocol::messages::fetch_response::PartitionData;
use crate::protocol::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use crate::protocol::messages::metadata_request::MetadataRequestTopic;
use crate::protocol::messages::{FetchRequest, ListOffsetsRequest, MetadataRequest};
use crate::wasm::codecs::LazyCodecs;
use crate::wasm::transport::PortTransport;
use bytes::Bytes;
use js_sys::Array;
use records::{Marks, number};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::MessagePort;
use wire::Wire;

/// Versions that name topics, not their ids.
const FETCH_VERSION: i16 = 12;
const METADATA_VERSION: i16 = 9;
const LIST_OFFSETS_VERSION: i16 = 7;

const MAX_FETCH_BYTES: i32 = 1 << 20;
const READ_UNCOMMITTED: i8 = 0;
/// An ordinary client, not a follower.
const NO_REPLICA: i32 = -1;
const EARLIEST: i64 = -2;
const LATEST: i64 = -1;

type Address = (String, u16);

struct Reader {
    wire: Wire,
    codecs: LazyCodecs,
    leaders: RefCell<SortedMap<(String, i32), Address>>,
}

/// `WasmViewer` of `www/src/client/types.ts`.
#[wasm_bindgen]
pub struct Viewer {
    reader: Rc<Reader>,
}

#[wasm_bindgen]
impl Viewer {
    #[wasm_bindgen(constructor)]
    pub fn new(port: MessagePort) -> Viewer {
        console_error_panic_hook::set_once();
        let reader = Reader {
            wire: Wire::new(PortTransport::new(port)),
            codecs: LazyCodecs::default(),
            leaders: RefCell::default(),
        };
        Viewer {
            reader: Rc::new(reader),
        }
    }

    /// The cluster was restarted: goes on over this port.
    pub fn reconnect(&self, port: MessagePort) {
        self.reader.leaders.borrow_mut().clear();
        self.reader.wire.reconnect(PortTransport::new(port));
    }

    /// A `RecordPage`.
    pub async fn records(
        &self,
        topic: String,
        partition: i32,
        from_offset: f64,
        max_records: usize,
    ) -> Result<JsValue, JsError> {
        let reader = self.reader.clone();
        let fetched = reader
            .fetch(&topic, partition, from_offset as i64)
            .await
            .map_err(error)?;
        let found = Array::new();
        let next = reader
            .walk(&fetched, max_records, &mut |header, record| {
                found.push(&records::record_view(header, record));
            })
            .map_err(error)?;
        Ok(object(&[
            ("records", found.into()),
            ("nextOffset", number(next)),
            ("logStart", number(fetched.log_start)),
            ("highWatermark", number(fetched.high_watermark)),
        ]))
    }

    /// `Marks`.
    pub async fn marks(
        &self,
        topic: String,
        partition: i32,
        from_offset: f64,
        max_records: usize,
    ) -> Result<JsValue, JsError> {
        let reader = self.reader.clone();
        let fetched = reader
            .fetch(&topic, partition, from_offset as i64)
            .await
            .map_err(error)?;
        let mut marks = Marks::default();
        let next = reader
            .walk(&fetched, max_records, &mut |header, record| {
                marks.add(header, record)
            })
            .map_err(error)?;
        Ok(marks.to_js(next))
    }

    /// First offset whose record is not older; the end when there is none.
    #[wasm_bindgen(js_name = offsetForTime)]
    pub async fn offset_for_time(
        &self,
        topic: String,
        partition: i32,
        timestamp_ms: f64,
    ) -> Result<f64, JsError> {
        let reader = self.reader.clone();
        let timestamp = (timestamp_ms as i64).max(0);
        let found = reader
            .list_offset(&topic, partition, timestamp)
            .await
            .map_err(error)?;
        let offset = match found {
            -1 => reader
                .list_offset(&topic, partition, LATEST)
                .await
                .map_err(error)?,
            offset => offset,
        };
        Ok(offset as f64)
    }
}

struct Fetched {
    from: i64,
    bytes: Bytes,
    log_start: i64,
    high_watermark: i64,
}

impl Reader {
    fn walk(
        &self,
        fetched: &Fetched,
        max_records: usize,
        each: &mut dyn FnMut(
            &crate::protocol::record_batch::BatchHeader,
            &crate::protocol::record_batch::Record<'_>,
        ),
    ) -> Result<i64, String> {
        records::walk(
            &fetched.bytes,
            fetched.from,
            max_records,
            &self.codecs,
            each,
        )
    }

    /// What stands from that offset on; from the oldest when it is negative or no longer there.
    async fn fetch(&self, topic: &str, partition: i32, offset: i64) -> Result<Fetched, String> {
        let mut from = offset;
        if from < 0 {
            from = self.list_offset(topic, partition, EARLIEST).await?;
        }
        let mut data = self.fetch_once(topic, partition, from).await?;
        if data.error_code == ErrorCode::OFFSET_OUT_OF_RANGE.0 {
            let oldest = self.list_offset(topic, partition, EARLIEST).await?;
            if from < oldest {
                from = oldest;
                data = self.fetch_once(topic, partition, from).await?;
            } else {
                let end = self.list_offset(topic, partition, LATEST).await?;
                let bytes = Bytes::new();
                return Ok(Fetched {
                    from: end,
                    bytes,
                    log_start: oldest,
                    high_watermark: end,
                });
            }
        }
        check(data.error_code)?;
        let bytes = data
            .records
            .map(|rope| Bytes::from(rope.0.concat()))
            .unwrap_or_default();
        if records::needs_codecs(&bytes) {
            self.codecs.load().await?;
        }
        Ok(Fetched {
            from,
            bytes,
            log_start: data.log_start_offset,
            high_watermark: data.high_watermark,
        })
    }

    async fn fetch_once(
        &self,
        topic: &str,
        partition: i32,
        fetch_offset: i64,
    ) -> Result<PartitionData, String> {
        let wanted = FetchPartition {
            partition,
            fetch_offset,
            current_leader_epoch: -1,
            last_fetched_epoch: -1,
            log_start_offset: -1,
            partition_max_bytes: MAX_FETCH_BYTES,
            ..Default::default()
        };
        let request = FetchRequest {
            replica_id: NO_REPLICA,
            max_bytes: MAX_FETCH_BYTES,
            isolation_level: READ_UNCOMMITTED,
            session_epoch: -1,
            topics: vec![FetchTopic {
                topic: topic.to_string(),
                partitions: vec![wanted],
                ..Default::default()
            }],
            ..Default::default()
        };
        let leader = self.leader(topic, partition).await?;
        let response = self.wire.ask(Some(&leader), FETCH_VERSION, &request).await;
        let response = response.inspect_err(|_| self.forget_leaders())?;
        check(response.error_code)?;
        let data = response
            .responses
            .into_iter()
            .flat_map(|topic| topic.partitions)
            .next();
        let data = data.ok_or("the broker answered without the partition")?;
        if data.error_code == ErrorCode::NOT_LEADER_OR_FOLLOWER.0 {
            self.forget_leaders();
        }
        Ok(data)
    }

    async fn list_offset(
        &self,
        topic: &str,
        partition: i32,
        timestamp: i64,
    ) -> Result<i64, String> {
        let wanted = ListOffsetsPartition {
            partition_index: partition,
            current_leader_epoch: -1,
            timestamp,
            ..Default::default()
        };
        let request = ListOffsetsRequest {
            replica_id: NO_REPLICA,
            isolation_level: READ_UNCOMMITTED,
            topics: vec![ListOffsetsTopic {
                name: topic.to_string(),
                partitions: vec![wanted],
                ..Default::default()
            }],
            ..Default::default()
        };
        let leader = self.leader(topic, partition).await?;
        let response = self
            .wire
            .ask(Some(&leader), LIST_OFFSETS_VERSION, &request)
            .await;
        let response = response.inspect_err(|_| self.forget_leaders())?;
        let answer = response
            .topics
            .into_iter()
            .flat_map(|topic| topic.partitions)
            .next();
        let answer = answer.ok_or("the broker answered without the partition")?;
        check(answer.error_code).inspect_err(|_| self.forget_leaders())?;
        Ok(answer.offset)
    }

    async fn leader(&self, topic: &str, partition: i32) -> Result<Address, String> {
        let key = (topic.to_string(), partition);
        if let Some(known) = self.leaders.borrow().get(&key) {
            return Ok(known.clone());
        }
        let name = MetadataRequestTopic {
            name: Some(topic.to_string()),
            ..Default::default()
        };
        let request = MetadataRequest {
            topics: Some(vec![name]),
            ..Default::default()
        };
        let metadata = self.wire.ask(None, METADATA_VERSION, &request).await?;
        let mut leaders = self.leaders.borrow_mut();
        for found in metadata.topics {
            check(found.error_code)?;
            for state in found.partitions {
                let broker = metadata
                    .brokers
                    .iter()
                    .find(|node| node.node_id == state.leader_id);
                if let Some(broker) = broker {
                    let address = (broker.host.clone(), broker.port as u16);
                    leaders.insert((topic.to_string(), state.partition_index), address);
                }
            }
        }
        let none = || format!("{topic}-{partition} has no leader");
        leaders.get(&key).cloned().ok_or_else(none)
    }

    fn forget_leaders(&self) {
        self.leaders.borrow_mut().clear();
    }
}

fn check(code: i16) -> Result<(), String> {
    match code {
        0 => Ok(()),
        code => Err(format!("the broker answered {:?}", ErrorCode(code))),
    }
}

fn error(text: String) -> JsError {
    JsError::new(&text)
}
