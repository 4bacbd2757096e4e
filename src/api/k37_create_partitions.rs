//! CreatePartitions (key 37), versions 0 to 3 (KIP-195).

use crate::base::Rng;
use crate::metadata::MetadataImage;
use crate::metadata::controller::{Decision, create_partitions};
use crate::protocol::messages::{CreatePartitionsRequest, CreatePartitionsResponse};

/// The answer, to be sent when the records are durable.
pub fn handle(
    image: &MetadataImage,
    rng: &mut Rng,
    request: &CreatePartitionsRequest,
) -> Decision<CreatePartitionsResponse> {
    create_partitions(image, rng, request)
}
