//! CreateTopics (key 19), versions 2 to 7: KIP-4, KIP-464 (defaults by -1), KIP-525 (configs in the
//! answer).
//!
//! The timeout is not used: a topic exists on every broker as soon as it is durable. Skipped:
//! create topic policies, controller mutation quotas.

use crate::base::Rng;
use crate::metadata::MetadataImage;
use crate::metadata::controller::{Decision, create_topics};
use crate::protocol::messages::{CreateTopicsRequest, CreateTopicsResponse};

/// The answer, to be sent when the records are durable.
pub fn handle(
    image: &MetadataImage,
    rng: &mut Rng,
    request: &CreateTopicsRequest,
) -> Decision<CreateTopicsResponse> {
    create_topics(image, rng, request)
}
