//! Blocks of producer ids.

use super::Decision;
use crate::base::BrokerId;
use crate::metadata::MetadataImage;
use crate::protocol::messages::ProducerIdsRecord;
use std::ops::Range;

/// How many ids a broker gets at once, as in Kafka.
const BLOCK_SIZE: i64 = 1000;

/// Gives `broker` its next block of producer ids, none of which was or will be given to another.
pub fn allocate_producer_ids(image: &MetadataImage, broker: BrokerId) -> Decision<Range<i64>> {
    let first = image.next_producer_id();
    let next = first.saturating_add(BLOCK_SIZE);
    let record = ProducerIdsRecord {
        broker_id: broker.0,
        broker_epoch: image.broker(broker).map_or(-1, |broker| broker.epoch),
        next_producer_id: next,
        ..ProducerIdsRecord::default()
    };
    Decision {
        response: first..next,
        records: vec![record.into()],
    }
}
