//! DescribeClientQuotas (key 48), versions 0 to 1 (KIP-546). Quotas are kept and shown; nothing
//! enforces them.

use crate::base::SortedMap;
use crate::metadata::config::order::sort_as_hash_map;
use crate::metadata::{ApiError, MetadataImage, QuotaEntity};
use crate::protocol::ErrorCode;
use crate::protocol::messages::describe_client_quotas_request::{
    ComponentData, DescribeClientQuotasRequest,
};
use crate::protocol::messages::describe_client_quotas_response::{
    DescribeClientQuotasResponse, EntityData, EntryData, ValueData,
};

/// What an entity must have for one type: a certain name (`None`: the default), or any at all.
enum Wanted<'a> {
    Exactly(Option<&'a str>),
    Any,
}

/// The answer.
pub fn handle(
    image: &MetadataImage,
    request: &DescribeClientQuotasRequest,
) -> DescribeClientQuotasResponse {
    let filter = match filter(&request.components) {
        Ok(filter) => filter,
        Err(error) => {
            return DescribeClientQuotasResponse {
                error_code: error.code.code(),
                error_message: error.message,
                entries: None,
                ..DescribeClientQuotasResponse::default()
            };
        }
    };
    let matches = |entity: &QuotaEntity| {
        let fits = |(kind, wanted): (&&str, &Wanted<'_>)| match (entity.get(*kind), wanted) {
            (None, _) => false,
            (Some(_), Wanted::Any) => true,
            (Some(name), Wanted::Exactly(exact)) => name.as_deref() == *exact,
        };
        (!request.strict || entity.len() == filter.len()) && filter.iter().all(fits)
    };
    let entries = image.quotas().iter().filter(|(entity, _)| matches(entity));
    DescribeClientQuotasResponse {
        entries: Some(
            entries
                .map(|(entity, values)| entry(entity, values))
                .collect(),
        ),
        ..DescribeClientQuotasResponse::default()
    }
}

fn entry(entity: &QuotaEntity, values: &SortedMap<String, f64>) -> EntryData {
    let part = |(kind, name): (&String, &Option<String>)| EntityData {
        entity_type: kind.clone(),
        entity_name: name.clone(),
        ..EntityData::default()
    };
    let value = |(key, value): (&String, &f64)| ValueData {
        key: key.clone(),
        value: *value,
        ..ValueData::default()
    };
    let mut entity: Vec<EntityData> = entity.iter().map(part).collect();
    sort_as_hash_map(&mut entity, |part| &part.entity_type);
    let mut values: Vec<ValueData> = values.iter().map(value).collect();
    sort_as_hash_map(&mut values, |value| &value.key);
    EntryData {
        entity,
        values,
        ..EntryData::default()
    }
}

fn filter(components: &[ComponentData]) -> Result<SortedMap<&str, Wanted<'_>>, ApiError> {
    let invalid = |text: String| ApiError::new(ErrorCode::INVALID_REQUEST, text);
    let mut filter = SortedMap::new();
    for component in components {
        let kind = component.entity_type.as_str();
        if kind.is_empty() {
            return Err(invalid("Invalid empty entity type.".into()));
        }
        if filter.contains_key(kind) {
            return Err(invalid(format!(
                "Entity type {kind} cannot appear more than once in the filter."
            )));
        }
        if !matches!(kind, "user" | "client-id" | "ip") {
            let text = format!("Unsupported entity type {kind}");
            return Err(ApiError::new(ErrorCode::UNSUPPORTED_VERSION, text));
        }
        let superfluous = |name: &str| {
            invalid(format!(
                "Request specified {name}, but also specified a match string."
            ))
        };
        let wanted = match (component.match_type, component.r#match.as_deref()) {
            (0, Some(name)) => Wanted::Exactly(Some(name)),
            (0, None) => {
                return Err(invalid(
                    "Request specified MATCH_TYPE_EXACT, but set match string to null.".into(),
                ));
            }
            (1, None) => Wanted::Exactly(None),
            (1, Some(_)) => return Err(superfluous("MATCH_TYPE_DEFAULT")),
            (2, None) => Wanted::Any,
            (2, Some(_)) => return Err(superfluous("MATCH_TYPE_SPECIFIED")),
            (other, _) => return Err(invalid(format!("Unknown match type {other}"))),
        };
        filter.insert(kind, wanted);
    }
    if filter.contains_key("ip") && filter.len() > 1 {
        return Err(invalid(
            "Invalid entity filter component combination. IP filter component should not be used \
             with user or clientId filter component."
                .into(),
        ));
    }
    Ok(filter)
}
