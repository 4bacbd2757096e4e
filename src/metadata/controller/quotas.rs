//! Changes of client quotas (KIP-546): checked and stored as Kafka does, enforced by nobody.

use super::Decision;
use crate::base::SortedMap;
use crate::metadata::{ApiError, MetadataImage, QuotaEntity, Record};
use crate::protocol::ErrorCode;
use crate::protocol::messages::ClientQuotaRecord;
use crate::protocol::messages::client_quota_record::EntityData;
use core::net::IpAddr;

/// What is to become of the quotas of one entity.
#[derive(Debug, Clone, PartialEq)]
pub struct QuotaChange {
    /// Entity types and names, as the request has them.
    pub entity: Vec<(String, Option<String>)>,
    /// Keys with new values; `None` removes.
    pub values: Vec<(String, Option<f64>)>,
}

#[derive(Clone, Copy, PartialEq)]
enum QuotaType {
    Double,
    Int,
    Long,
}

/// Changes quotas as a client asks (AlterClientQuotas): an outcome for each entity.
pub fn alter_quotas(
    image: &MetadataImage,
    changes: &[QuotaChange],
    validate_only: bool,
) -> Decision<Vec<(QuotaEntity, Result<(), ApiError>)>> {
    let mut records = Vec::new();
    let mut outcomes: Vec<(QuotaEntity, Result<(), ApiError>)> = Vec::new();
    for change in changes {
        let entity: QuotaEntity = change.entity.iter().cloned().collect();
        match outcomes.iter_mut().find(|(other, _)| *other == entity) {
            // Kafka keeps what came first, and reports the second.
            Some((_, outcome)) => *outcome = Err(duplicate(&entity)),
            None => {
                let altered = alter(image, &entity, change);
                outcomes.push((entity, altered.as_ref().map(|_| ()).map_err(Clone::clone)));
                records.extend(altered.unwrap_or_default());
            }
        }
    }
    if validate_only {
        records.clear();
    }
    Decision {
        response: outcomes,
        records,
    }
}

fn duplicate(entity: &QuotaEntity) -> ApiError {
    invalid(format!("Ignoring duplicate entity {}", shown(entity)))
}

fn invalid(text: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::INVALID_REQUEST, text)
}

/// `ClientQuotaEntity.toString`.
fn shown(entity: &QuotaEntity) -> String {
    let part = |(kind, name): (&String, &Option<String>)| {
        format!("{kind}={}", name.as_deref().unwrap_or("null"))
    };
    let parts: Vec<String> = entity.iter().map(part).collect();
    format!("ClientQuotaEntity(entries={{{}}})", parts.join(", "))
}

fn alter(
    image: &MetadataImage,
    entity: &QuotaEntity,
    change: &QuotaChange,
) -> Result<Vec<Record>, ApiError> {
    let mut values: SortedMap<&str, Option<f64>> = SortedMap::new();
    for (key, value) in &change.values {
        if values.insert(key, *value).is_some() {
            // Kafka finds the duplicate key first and then takes the entity for one that came before.
            return Err(duplicate(entity));
        }
    }
    check_entity(entity)?;
    let current = image.quotas().get(entity);
    let mut records = Vec::new();
    for (key, value) in values {
        let before = current.and_then(|values| values.get(key));
        match value {
            None if before.is_some() => records.push(record(entity, key, 0.0, true)),
            None => {}
            Some(value) => {
                check_value(entity, key, value)?;
                if before != Some(&value) {
                    records.push(record(entity, key, value, false));
                }
            }
        }
    }
    Ok(records)
}

fn record(entity: &QuotaEntity, key: &str, value: f64, remove: bool) -> Record {
    let part = |(kind, name): (&String, &Option<String>)| EntityData {
        entity_type: kind.clone(),
        entity_name: name.clone(),
        ..EntityData::default()
    };
    let record = ClientQuotaRecord {
        entity: entity.iter().map(part).collect(),
        key: key.to_owned(),
        value,
        remove,
        ..ClientQuotaRecord::default()
    };
    record.into()
}

fn check_entity(entity: &QuotaEntity) -> Result<(), ApiError> {
    if entity.is_empty() {
        return Err(invalid("Invalid empty client quota entity"));
    }
    for (kind, name) in entity {
        if !matches!(kind.as_str(), "user" | "client-id" | "ip") {
            return Err(invalid(format!(
                "Unhandled client quota entity type: {kind}"
            )));
        }
        if name.as_deref() == Some("") {
            return Err(invalid(format!("Empty {kind} not supported")));
        }
    }
    let Some(ip) = entity.get("ip") else {
        return Ok(());
    };
    if entity.len() > 1 {
        return Err(invalid(
            "Invalid quota entity combination, IP entity shouldnot be combined with User or \
             ClientId",
        ));
    }
    match ip {
        // Names cannot be looked up here.
        Some(ip) if ip != "localhost" && ip.parse::<IpAddr>().is_err() => Err(invalid(format!(
            "{ip} is not a valid IP or resolvable host."
        ))),
        _ => Ok(()),
    }
}

fn check_value(entity: &QuotaEntity, key: &str, value: f64) -> Result<(), ApiError> {
    let kind = match (entity.contains_key("ip"), key) {
        (true, "connection_creation_rate") => QuotaType::Int,
        (false, "producer_byte_rate" | "consumer_byte_rate") => QuotaType::Long,
        (false, "request_percentage" | "controller_mutation_rate") => QuotaType::Double,
        _ => return Err(invalid(format!("Invalid configuration key {key}"))),
    };
    if value <= 0.0 {
        return Err(invalid(format!("Quota {key} must be greater than 0")));
    }
    let (most, article, name) = match kind {
        QuotaType::Double => return Ok(()),
        QuotaType::Int => (f64::from(i32::MAX), "an", "INT"),
        QuotaType::Long => (i64::MAX as f64, "a", "LONG"),
    };
    if value > most {
        let text = format!("Proposed value for {key} is too large for {article} {name}.");
        return Err(invalid(text));
    }
    if (value % 1.0).abs() > 1e-6 {
        return Err(invalid(format!("{key} cannot be a fractional value.")));
    }
    Ok(())
}
