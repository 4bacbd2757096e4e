//! AlterClientQuotas (key 49), versions 0 to 1 (KIP-546). Quotas are kept and shown; nothing
//! enforces them.

use crate::metadata::config::order::sort_as_hash_map;
use crate::metadata::controller::{Decision, QuotaChange, alter_quotas};
use crate::metadata::{MetadataImage, error_fields};
use crate::protocol::messages::alter_client_quotas_request::{
    AlterClientQuotasRequest, EntryData as WantedEntry,
};
use crate::protocol::messages::alter_client_quotas_response::{
    AlterClientQuotasResponse, EntityData, EntryData,
};

/// The answer, to be sent when the records are durable.
pub fn handle(
    image: &MetadataImage,
    request: &AlterClientQuotasRequest,
) -> Decision<AlterClientQuotasResponse> {
    let change = |entry: &WantedEntry| QuotaChange {
        entity: entry
            .entity
            .iter()
            .map(|part| (part.entity_type.clone(), part.entity_name.clone()))
            .collect(),
        values: entry
            .ops
            .iter()
            .map(|op| (op.key.clone(), (!op.remove).then_some(op.value)))
            .collect(),
    };
    let changes: Vec<QuotaChange> = request.entries.iter().map(change).collect();
    let decision = alter_quotas(image, &changes, request.validate_only);
    let entries = decision.response.into_iter().map(|(entity, outcome)| {
        let (error_code, error_message) = error_fields(&outcome);
        let part = |(entity_type, entity_name)| EntityData {
            entity_type,
            entity_name,
            ..EntityData::default()
        };
        let mut entity: Vec<EntityData> = entity.into_iter().map(part).collect();
        sort_as_hash_map(&mut entity, |part| &part.entity_type);
        EntryData {
            error_code,
            error_message,
            entity,
            ..EntryData::default()
        }
    });
    let entries = entries.collect();
    let response = AlterClientQuotasResponse {
        entries,
        ..AlterClientQuotasResponse::default()
    };
    Decision {
        response,
        records: decision.records,
    }
}
