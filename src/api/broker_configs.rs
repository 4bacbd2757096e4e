//! What a broker checks in changes of configs before the controller sees them, common to both APIs
//! for it.

use crate::base::{BrokerId, SortedSet, repeats};
use crate::metadata::config::resolve::Configs;
use crate::metadata::config::{ConfigError, validate};
use crate::metadata::{ApiError, MetadataImage};
use crate::protocol::ErrorCode;

fn invalid(text: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::INVALID_REQUEST, text)
}

/// Entries by name and value: no name twice, and a value where one is needed.
pub(super) fn check_entries<'a>(
    entries: impl Iterator<Item = (&'a str, Option<&'a str>, bool)>,
) -> Result<(), ApiError> {
    let mut seen = Vec::new();
    let mut nulls = Vec::new();
    for (name, value, needs_value) in entries {
        seen.push(name);
        if needs_value && value.is_none() {
            nulls.push(name);
        }
    }
    if repeats(&seen).contains(&true) {
        return Err(invalid("Error due to duplicate config keys"));
    }
    if !nulls.is_empty() {
        return Err(invalid(format!(
            "Null value not supported for : {}",
            nulls.join(", ")
        )));
    }
    Ok(())
}

/// Only a broker itself changes its configs, unless they are for all (an empty name).
pub(super) fn check_broker_name(name: &str, broker: BrokerId) -> Result<(), ApiError> {
    if name.is_empty() {
        return Ok(());
    }
    match name.parse::<i32>() {
        Err(_) => Err(invalid(format!(
            "Node id must be an integer, but it is: {name}"
        ))),
        Ok(id) if id != broker.0 => {
            let own = broker.0;
            Err(invalid(format!(
                "Unexpected broker id, expected {own}, but received {name}"
            )))
        }
        Ok(_) => Ok(()),
    }
}

/// Checks all that a broker (or, with an empty name, the cluster) is to have set while running.
pub(super) fn check_broker_configs(
    image: &MetadataImage,
    broker: BrokerId,
    name: &str,
    props: &Configs,
) -> Result<(), ApiError> {
    validate::broker(props, !name.is_empty(), image.broker_view(broker))
        .map_err(|ConfigError(text)| invalid(text))
}

/// Every resource at most once: which of them come more often.
pub(super) fn repeated<'a>(
    resources: impl Iterator<Item = (i8, &'a str)>,
) -> SortedSet<(i8, &'a str)> {
    let resources: Vec<_> = resources.collect();
    let repeats = repeats(&resources);
    let repeated = std::iter::zip(resources, repeats).filter(|(_, repeats)| *repeats);
    repeated.map(|(resource, _)| resource).collect()
}

/// What a resource that comes more than once is told.
pub(super) fn repeated_error() -> ApiError {
    invalid("Each resource must appear at most once.")
}

/// What a resource of a type that cannot be changed is told.
pub(super) fn unknown_type(resource_type: i8) -> ApiError {
    invalid(format!("Unknown resource type {resource_type}"))
}
