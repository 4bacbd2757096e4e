//! The controller's decisions: a request and the image in, a response and records out.
//!
//! Nothing here changes the image; the records do, once they are durable. All that is random comes
//! from the caller's generator. Who may do what (ACLs) is not asked: there is no authorizer.

mod alter_configs;
mod create_partitions;
mod create_topics;
mod delete_topics;
mod elections;
mod placement;
mod producer_ids;
mod quotas;
mod scram;
mod start;

pub use alter_configs::{AlterOp, ConfigOps, alter_incrementally, replace_all};
pub use create_partitions::create_partitions;
pub use create_topics::{auto_create_topics, create_topics};
pub use delete_topics::delete_topics;
pub use elections::{broker_fenced, broker_unfenced, elect_leaders};
pub use placement::{PlacementError, place};
pub use producer_ids::allocate_producer_ids;
pub use quotas::{QuotaChange, alter_quotas};
pub use scram::alter_scram_credentials;
pub use start::{BrokerSpec, start_records, started_with};

use super::{MetadataImage, Record};
use crate::protocol::Uuid;

/// The most records that one request may cause; more is refused as Kafka does.
const MAX_RECORDS_PER_REQUEST: usize = 10_000;

/// What to answer, and what has to become durable before.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision<T> {
    pub response: T,
    /// Empty when nothing changes; then the answer need not wait.
    pub records: Vec<Record>,
}

impl<T> Decision<T> {
    fn unchanged(response: T) -> Self {
        Decision {
            response,
            records: Vec::new(),
        }
    }
}

/// `None` when a request would cause more records than Kafka takes at once.
fn bounded(records: Vec<Record>) -> Option<Vec<Record>> {
    (records.len() <= MAX_RECORDS_PER_REQUEST).then_some(records)
}

/// The default directory of each replica: the only one that its broker has.
fn directories(image: &MetadataImage, replicas: &[i32]) -> Vec<Uuid> {
    let directory = |id: &i32| image.brokers.get(id).map(|broker| broker.directory);
    replicas
        .iter()
        .map(|id| directory(id).unwrap_or_default())
        .collect()
}
