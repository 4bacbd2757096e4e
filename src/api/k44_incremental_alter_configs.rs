//! IncrementalAlterConfigs (key 44), versions 0 to 1 (KIP-339, KIP-412).
//!
//! As in Kafka, the broker that is asked checks what only it can, then the controller decides. Log
//! levels change at once: they are not durable.

use super::broker_configs::{
    check_broker_configs, check_broker_name, check_entries, repeated, repeated_error, unknown_type,
};
use super::loggers::{LEVELS, Loggers, ROOT};
use crate::base::BrokerId;
use crate::metadata::config::{ResourceType, ValueType, broker_key};
use crate::metadata::controller::{AlterOp, ConfigOps, Decision, alter_incrementally};
use crate::metadata::{ApiError, MetadataImage, Record, error_fields};
use crate::protocol::ErrorCode;
use crate::protocol::messages::incremental_alter_configs_request::{
    AlterConfigsResource, AlterableConfig, IncrementalAlterConfigsRequest,
};
use crate::protocol::messages::incremental_alter_configs_response::{
    AlterConfigsResourceResponse, IncrementalAlterConfigsResponse,
};

/// The answer of `broker`, to be sent when the records are durable.
pub fn handle(
    image: &MetadataImage,
    loggers: &mut Loggers,
    broker: BrokerId,
    request: &IncrementalAlterConfigsRequest,
) -> Decision<IncrementalAlterConfigsResponse> {
    let key = |resource: &AlterConfigsResource| resource.resource_type;
    let repeated = repeated(
        request
            .resources
            .iter()
            .map(|r| (key(r), r.resource_name.as_str())),
    );
    let mut records = Vec::new();
    let mut responses = Vec::with_capacity(request.resources.len());
    for resource in &request.resources {
        let altered = if repeated.contains(&(key(resource), &resource.resource_name)) {
            Err(repeated_error())
        } else {
            alter(image, loggers, broker, resource, request.validate_only)
        };
        let (error_code, error_message) =
            error_fields(&altered.as_ref().map(|_| ()).map_err(Clone::clone));
        records.extend(altered.unwrap_or_default());
        responses.push(AlterConfigsResourceResponse {
            error_code,
            error_message,
            resource_type: resource.resource_type,
            resource_name: resource.resource_name.clone(),
            ..AlterConfigsResourceResponse::default()
        });
    }
    if request.validate_only {
        records.clear();
    }
    let response = IncrementalAlterConfigsResponse {
        responses,
        ..IncrementalAlterConfigsResponse::default()
    };
    Decision { response, records }
}

fn invalid(text: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::INVALID_REQUEST, text)
}

fn alter(
    image: &MetadataImage,
    loggers: &mut Loggers,
    broker: BrokerId,
    resource: &AlterConfigsResource,
    validate_only: bool,
) -> Result<Vec<Record>, ApiError> {
    let name = resource.resource_name.as_str();
    let needs_value = |c: &AlterableConfig| c.config_operation != AlterOp::Delete as i8;
    let configs = &resource.configs;
    let entries = configs
        .iter()
        .map(|c| (c.name.as_str(), c.value.as_deref(), needs_value(c)));
    check_entries(entries)?;
    match ResourceType::from_id(resource.resource_type) {
        None => Err(unknown_type(resource.resource_type)),
        Some(ResourceType::BrokerLogger) => {
            alter_loggers(loggers, broker, resource, validate_only).map(|()| Vec::new())
        }
        Some(kind) => {
            if kind == ResourceType::Broker {
                check_broker(image, broker, resource)?;
            }
            // Kafka stumbles over an operation that it does not know, and says no more than that.
            let op = |c: &AlterableConfig| AlterOp::from_id(c.config_operation);
            let ops: Option<ConfigOps<'_>> = configs
                .iter()
                .map(|c| Some((c.name.as_str(), op(c)?, c.value.as_deref())))
                .collect();
            let ops = ops.ok_or_else(|| ApiError::bare(ErrorCode::UNKNOWN_SERVER_ERROR))?;
            alter_incrementally(image, kind, name, &ops, false)
        }
    }
}

/// What the broker would have set afterwards must be possible.
fn check_broker(
    image: &MetadataImage,
    broker: BrokerId,
    resource: &AlterConfigsResource,
) -> Result<(), ApiError> {
    let name = resource.resource_name.as_str();
    check_broker_name(name, broker)?;
    let mut props = image.configs(ResourceType::Broker, name).clone();
    for config in &resource.configs {
        let value = config.value.as_deref().unwrap_or_default();
        match AlterOp::from_id(config.config_operation) {
            None => {
                let op = config.config_operation;
                return Err(invalid(format!("Unknown operations type {op}")));
            }
            Some(AlterOp::Set) => drop(props.insert(config.name.clone(), value.to_owned())),
            Some(AlterOp::Delete) => drop(props.remove(&config.name)),
            Some(op) => {
                let current = props.get(&config.name).map(String::as_str);
                let edited = edit_list(op, &config.name, current, value)?;
                props.insert(config.name.clone(), edited);
            }
        }
    }
    check_broker_configs(image, broker, name, &props)
}

fn edit_list(
    op: AlterOp,
    name: &str,
    current: Option<&str>,
    value: &str,
) -> Result<String, ApiError> {
    let refuse = |text| Err(ApiError::new(ErrorCode::INVALID_CONFIG, text));
    let Some(key) = broker_key(name) else {
        return refuse(format!("Unknown config name: {name}"));
    };
    if key.value_type != ValueType::List {
        let op = if op == AlterOp::Append {
            "append"
        } else {
            "subtract"
        };
        return refuse(format!(
            "Config value {op} is not allowed for config key: {name}"
        ));
    }
    let current = current.or(key.default).unwrap_or_default();
    let mut items: Vec<&str> = current.split(',').filter(|item| !item.is_empty()).collect();
    for item in value.split(',') {
        match (op, items.iter().position(|other| *other == item)) {
            (AlterOp::Append, None) => items.push(item),
            (AlterOp::Subtract, Some(at)) => drop(items.remove(at)),
            _ => {}
        }
    }
    Ok(items.join(","))
}

fn alter_loggers(
    loggers: &mut Loggers,
    broker: BrokerId,
    resource: &AlterConfigsResource,
    validate_only: bool,
) -> Result<(), ApiError> {
    let name = &resource.resource_name;
    match name.parse::<i32>() {
        Err(_) => {
            return Err(invalid(format!(
                "Node id must be an integer, but it is: {name}"
            )));
        }
        Ok(id) if id != broker.0 => {
            let text = format!(
                "Unexpected node id. Expected {}, but received {id}",
                broker.0
            );
            return Err(invalid(text));
        }
        Ok(_) => {}
    }
    for config in &resource.configs {
        check_logger(config)?;
    }
    if validate_only {
        return Ok(());
    }
    for config in &resource.configs {
        match &config.value {
            Some(level) if config.config_operation == AlterOp::Set as i8 => {
                loggers.set(broker, &config.name, level);
            }
            _ => loggers.unset(broker, &config.name),
        }
    }
    Ok(())
}

fn check_logger(config: &AlterableConfig) -> Result<(), ApiError> {
    let refuse = |text| Err(ApiError::new(ErrorCode::INVALID_CONFIG, text));
    let name = &config.name;
    let op = AlterOp::from_id(config.config_operation);
    if matches!(op, Some(AlterOp::Set | AlterOp::Delete)) && !Loggers::exists(name) {
        return refuse(format!("Logger {name} does not exist!"));
    }
    let not_allowed = |op: &str| {
        Err(invalid(format!(
            "{op} operation is not allowed for the BROKER_LOGGER resource"
        )))
    };
    match op {
        Some(AlterOp::Set) => {
            let level = config.value.as_deref().unwrap_or_default();
            if LEVELS.contains(&level) {
                return Ok(());
            }
            refuse(format!(
                "Cannot set the log level of {name} to {level} as it is not a supported log level. \
                 Valid log levels are {}",
                LEVELS.join(", ")
            ))
        }
        Some(AlterOp::Delete) if name == ROOT => Err(invalid(
            "Removing the log level of the root logger is not allowed",
        )),
        Some(AlterOp::Delete) => Ok(()),
        Some(AlterOp::Append) => not_allowed("APPEND"),
        Some(AlterOp::Subtract) => not_allowed("SUBTRACT"),
        None => Err(invalid(format!(
            "Unknown operation type {} is not allowed for the BROKER_LOGGER resource",
            config.config_operation
        ))),
    }
}
