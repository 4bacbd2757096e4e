//! ElectLeaders (key 43), versions 0 to 2: preferred leaders (KIP-183) and unclean ones (KIP-460).

use crate::metadata::MetadataImage;
use crate::metadata::controller::{Decision, elect_leaders};
use crate::protocol::messages::{ElectLeadersRequest, ElectLeadersResponse};

/// The answer, to be sent when the records are durable.
pub fn handle(
    image: &MetadataImage,
    request: &ElectLeadersRequest,
) -> Decision<ElectLeadersResponse> {
    elect_leaders(image, request)
}
