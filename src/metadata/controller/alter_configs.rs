//! Changes of configs (KIP-133, KIP-339): what becomes of each entry, and whether the whole fits.
//!
//! What a broker checks before it passes a request on to the controller stands in `api/k44_…` and
//! `api/k33_…`.

use crate::metadata::config::resolve::Configs;
use crate::metadata::config::{
    ConfigError, ConfigKey, ResourceType, ValueType, broker_key, group_key, topic_key, validate,
};
use crate::metadata::{ApiError, MetadataImage, Record, names};
use crate::protocol::ErrorCode;
use crate::protocol::messages::ConfigRecord;

const MIN_ISR: &str = "min.insync.replicas";
/// Longer values are refused.
const MAX_VALUE_LENGTH: usize = i16::MAX as usize;

/// What is to be done with one entry. The values are those of the protocol
/// (`AlterConfigOp.OpType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlterOp {
    Set = 0,
    Delete = 1,
    Append = 2,
    Subtract = 3,
}

impl AlterOp {
    pub fn from_id(id: i8) -> Option<Self> {
        Some(match id {
            0 => AlterOp::Set,
            1 => AlterOp::Delete,
            2 => AlterOp::Append,
            3 => AlterOp::Subtract,
            _ => return None,
        })
    }

    fn kafka_name(self) -> &'static str {
        match self {
            AlterOp::Set => "SET",
            AlterOp::Delete => "DELETE",
            AlterOp::Append => "APPEND",
            AlterOp::Subtract => "SUBTRACT",
        }
    }
}

/// Operations on the entries of one resource; no name comes twice.
pub type ConfigOps<'a> = Vec<(&'a str, AlterOp, Option<&'a str>)>;

/// Changes single entries of a resource (IncrementalAlterConfigs). `is_new`: the resource is being
/// created.
pub fn alter_incrementally(
    image: &MetadataImage,
    resource: ResourceType,
    name: &str,
    ops: &ConfigOps<'_>,
    is_new: bool,
) -> Result<Vec<Record>, ApiError> {
    let existing = image.configs(resource, name);
    let mut changes = Vec::new();
    for &(key, op, value) in ops {
        let current = existing.get(key).map(String::as_str);
        let new = match op {
            AlterOp::Set => value.map(str::to_owned),
            AlterOp::Delete => None,
            AlterOp::Append | AlterOp::Subtract => Some(edit_list(
                resource,
                key,
                op,
                current,
                value.unwrap_or_default(),
            )?),
        };
        // For brokers Kafka writes a record even if nothing changes, so that they load files anew.
        if new.as_deref() != current || resource == ResourceType::Broker {
            changes.push((key.to_owned(), new));
        }
    }
    decide(image, resource, name, changes, is_new)
}

/// Replaces all entries of a resource (the older AlterConfigs).
pub fn replace_all(
    image: &MetadataImage,
    resource: ResourceType,
    name: &str,
    entries: &[(&str, &str)],
) -> Result<Vec<Record>, ApiError> {
    let existing = image.configs(resource, name);
    let mut changes = Vec::new();
    for &(key, value) in entries {
        let current = existing.get(key).map(String::as_str);
        if current != Some(value) || resource == ResourceType::Broker {
            changes.push((key.to_owned(), Some(value.to_owned())));
        }
    }
    let kept = |key: &str| entries.iter().any(|(name, _)| *name == key);
    let dropped = existing.keys().filter(|key| !kept(key));
    changes.extend(dropped.map(|key| (key.clone(), None)));
    decide(image, resource, name, changes, false)
}

fn config_key(resource: ResourceType, name: &str) -> Option<&'static ConfigKey> {
    match resource {
        ResourceType::Topic => topic_key(name),
        ResourceType::Broker => broker_key(name),
        ResourceType::Group => group_key(name),
        ResourceType::BrokerLogger | ResourceType::ClientMetrics => None,
    }
}

fn edit_list(
    resource: ResourceType,
    name: &str,
    op: AlterOp,
    current: Option<&str>,
    value: &str,
) -> Result<String, ApiError> {
    let key = config_key(resource, name).filter(|key| key.value_type == ValueType::List);
    let Some(key) = key else {
        let op = op.kafka_name();
        return Err(ApiError::new(
            ErrorCode::INVALID_CONFIG,
            format!("Can't {op} to key {name} because its type is not LIST."),
        ));
    };
    let current = current.or(key.default).unwrap_or_default();
    let mut items: Vec<&str> = current.split(',').filter(|item| !item.is_empty()).collect();
    for item in value.split(',') {
        let at = items.iter().position(|other| *other == item);
        match (op, at) {
            (AlterOp::Append, None) => items.push(item),
            (AlterOp::Subtract, Some(at)) => drop(items.remove(at)),
            _ => {}
        }
    }
    Ok(items.join(","))
}

fn decide(
    image: &MetadataImage,
    resource: ResourceType,
    name: &str,
    changes: Vec<(String, Option<String>)>,
    is_new: bool,
) -> Result<Vec<Record>, ApiError> {
    let existing = image.configs(resource, name);
    let mut all = existing.clone();
    for (key, value) in &changes {
        check_min_isr(resource, name, key, value.is_none())?;
        match value {
            None => drop(all.remove(key)),
            Some(value) if value.encode_utf16().count() > MAX_VALUE_LENGTH => {
                return Err(ApiError::new(
                    ErrorCode::INVALID_CONFIG,
                    format!(
                        "The configuration value cannot be added because it exceeds the maximum \
                         value size of {MAX_VALUE_LENGTH} bytes."
                    ),
                ));
            }
            Some(value) => drop(all.insert(key.clone(), value.clone())),
        }
    }
    check_all(image, resource, name, &all, existing)?;
    if !is_new {
        check_exists(image, resource, name)?;
    }
    let record = |(key, value)| {
        Record::from(ConfigRecord {
            resource_type: resource as i8,
            resource_name: name.to_owned(),
            name: key,
            value,
            ..ConfigRecord::default()
        })
    };
    Ok(changes.into_iter().map(record).collect())
}

/// With eligible leader replicas (KIP-966) `min.insync.replicas` is one value for all brokers.
fn check_min_isr(
    resource: ResourceType,
    name: &str,
    key: &str,
    removed: bool,
) -> Result<(), ApiError> {
    if resource != ResourceType::Broker || key != MIN_ISR {
        return Ok(());
    }
    let refuse = |text: &str| Err(ApiError::new(ErrorCode::INVALID_CONFIG, text));
    if !name.is_empty() {
        return refuse("Broker-level min.insync.replicas cannot be altered while ELR is enabled.");
    }
    if removed {
        return refuse("Cluster-level min.insync.replicas cannot be removed while ELR is enabled.");
    }
    Ok(())
}

fn check_all(
    image: &MetadataImage,
    resource: ResourceType,
    name: &str,
    all: &Configs,
    existing: &Configs,
) -> Result<(), ApiError> {
    let request = |text: String| ApiError::new(ErrorCode::INVALID_REQUEST, text);
    let config = |ConfigError(text)| ApiError::new(ErrorCode::INVALID_CONFIG, text);
    let view = image.controller_view();
    match resource {
        ResourceType::Topic if name.is_empty() => {
            Err(request("Default topic resources are not allowed.".into()))
        }
        ResourceType::Topic => {
            names::check_topic(name)
                .map_err(|text| ApiError::new(ErrorCode::INVALID_TOPIC_EXCEPTION, text))?;
            validate::topic(all, existing, view).map_err(config)
        }
        ResourceType::Broker if name.is_empty() => Ok(()),
        ResourceType::Broker => match name.parse::<i32>() {
            Ok(0..) => Ok(()),
            Ok(_) => Err(request("Invalid negative broker ID.".into())),
            Err(_) => Err(request(
                "Unable to parse broker name as a base 10 number.".into(),
            )),
        },
        ResourceType::Group if name.is_empty() => {
            Err(request("Default group resources are not allowed.".into()))
        }
        ResourceType::Group => validate::group(all, view).map_err(config),
        ResourceType::ClientMetrics if name.is_empty() => {
            Err(request("Subscription name can't be empty".into()))
        }
        ResourceType::ClientMetrics => validate::client_metrics(all),
        ResourceType::BrokerLogger => Err(request("Unknown resource type BROKER_LOGGER".into())),
    }
}

fn check_exists(image: &MetadataImage, resource: ResourceType, name: &str) -> Result<(), ApiError> {
    match resource {
        ResourceType::Topic if image.topic(name).is_none() => Err(ApiError::new(
            ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
            format!("The topic '{name}' does not exist."),
        )),
        ResourceType::Broker if !name.is_empty() => {
            let known = name.parse().is_ok_and(|id| image.brokers.contains_key(&id));
            let text = format!("No node with id {name} found.");
            if known {
                Ok(())
            } else {
                Err(ApiError::new(ErrorCode::BROKER_ID_NOT_REGISTERED, text))
            }
        }
        _ => Ok(()),
    }
}
