//! InitProducerId (key 22), versions 0 to 5: producer ids for idempotent producers (KIP-98,
//! KIP-360).
//!
//! Ids come in blocks of 1000 that the controller gives to a broker (KIP-730). Skipped:
//! transactions. A request with a transactional id gets UNSUPPORTED_VERSION, which clients take as
//! final, and the transaction APIs are not advertised.

use crate::protocol::ErrorCode;
use crate::protocol::messages::init_producer_id_request::InitProducerIdRequest;
use crate::protocol::messages::init_producer_id_response::InitProducerIdResponse;

/// What a request needs.
#[derive(Debug, Clone, PartialEq)]
pub enum InitProducerId {
    Reply(InitProducerIdResponse),
    /// A fresh id of this broker's block.
    NeedsId,
}

/// Checks the request. Kafka's rule for idempotent producers: whatever id they name, they get a new
/// one.
pub fn handle(request: &InitProducerIdRequest) -> InitProducerId {
    if (request.producer_id == -1) != (request.producer_epoch == -1) {
        return InitProducerId::Reply(failed(ErrorCode::INVALID_REQUEST));
    }
    match &request.transactional_id {
        None => InitProducerId::NeedsId,
        Some(id) if id.is_empty() => InitProducerId::Reply(failed(ErrorCode::INVALID_REQUEST)),
        Some(_) => InitProducerId::Reply(failed(ErrorCode::UNSUPPORTED_VERSION)),
    }
}

/// The answer that hands out `producer_id`.
pub fn granted(producer_id: i64) -> InitProducerIdResponse {
    InitProducerIdResponse {
        producer_id,
        producer_epoch: 0,
        ..InitProducerIdResponse::default()
    }
}

/// The answer with an error.
pub fn failed(error: ErrorCode) -> InitProducerIdResponse {
    InitProducerIdResponse {
        error_code: error.code(),
        producer_id: -1,
        producer_epoch: -1,
        ..InitProducerIdResponse::default()
    }
}
