//! DeleteTopics (key 20), versions 1 to 6: by name, and by id from version 6 on (KIP-516).

use crate::metadata::MetadataImage;
use crate::metadata::controller::{Decision, delete_topics};
use crate::protocol::messages::{DeleteTopicsRequest, DeleteTopicsResponse};

/// The answer, to be sent when the records are durable.
pub fn handle(
    image: &MetadataImage,
    request: &DeleteTopicsRequest,
    api_version: i16,
) -> Decision<DeleteTopicsResponse> {
    delete_topics(image, request, api_version)
}
