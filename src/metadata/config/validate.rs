//! Checks a whole set of entries as Kafka does before it stores them: names, values, and what must
//! fit together.
//!
//! Says nothing about whether the resource exists; that is the controller's matter.

use super::order::sort_as_hash_map;
use super::resolve::{BrokerView, Configs};
use super::{
    BROKER_QUOTAS, CLIENT_METRICS, ConfigError, ConfigKey, UpdateMode, Value, broker_key,
    group_key, group_keys, topic_key, topic_keys,
};
use crate::metadata::ApiError;
use crate::protocol::ErrorCode;

fn refuse<T>(text: impl Into<String>) -> Result<T, ConfigError> {
    Err(ConfigError(text.into()))
}

/// Names of `configs` that `wrong` picks out, in the order in which Kafka names them.
fn names_where(configs: &Configs, wrong: impl Fn(&str) -> bool) -> Vec<&str> {
    let mut names: Vec<&str> = configs
        .keys()
        .map(String::as_str)
        .filter(|n| wrong(n))
        .collect();
    sort_as_hash_map(&mut names, |name| name);
    names
}

fn int(value: Option<Value>) -> i64 {
    match value {
        Some(Value::Int(number)) => number,
        _ => unreachable!("asked for a number by its key"),
    }
}

/// Checks what a topic is about to override. `existing` is what it overrides now.
pub fn topic(
    overrides: &Configs,
    existing: &Configs,
    broker: BrokerView,
) -> Result<(), ConfigError> {
    if let Some(name) = names_where(overrides, |name| topic_key(name).is_none()).first() {
        return refuse(format!("Unknown topic config name: {name}"));
    }
    for key in topic_keys() {
        if let Some(text) = overrides.get(key.name) {
            key.parse(text)?;
        }
    }
    let value = |name| broker.topic_value(overrides, topic_key(name).expect("a topic config"));
    let (low, high) = (
        int(value("min.compaction.lag.ms")),
        int(value("max.compaction.lag.ms")),
    );
    if low > high {
        return refuse(format!(
            "conflict topic config setting min.compaction.lag.ms ({low}) > \
             max.compaction.lag.ms ({high})"
        ));
    }
    let remote = value("remote.storage.enable") == Some(Value::Bool(true));
    if remote {
        // There is no tiered storage here, as in a Kafka broker where it is not switched on.
        return refuse(
            "Tiered Storage functionality is disabled in the broker. \
             Topic cannot be configured with remote log storage.",
        );
    }
    let was_remote = existing
        .get("remote.storage.enable")
        .is_some_and(|text| text == "true");
    if was_remote && value("remote.log.delete.on.disable") != Some(Value::Bool(true)) {
        return refuse(
            "It is invalid to disable remote storage without deleting remote data. If you want to \
             keep the remote data and turn to read only, please set \
             `remote.storage.enable=true,remote.log.copy.disable=true`. If you want to disable \
             remote storage and delete all remote data, please set \
             `remote.storage.enable=false,remote.log.delete.on.disable=true`.",
        );
    }
    Ok(())
}

/// The entry behind `listener.name.<listener>.<entry>`, else the name itself.
fn without_listener_prefix(name: &str) -> &str {
    name.strip_prefix("listener.name.")
        .and_then(|rest| rest.split_once('.'))
        .map_or(name, |(_, entry)| entry)
}

fn dynamic_key(name: &str) -> Option<&'static ConfigKey> {
    broker_key(name)
        .filter(|key| key.is_dynamic())
        .or_else(|| BROKER_QUOTAS.iter().find(|key| key.name == name))
}

/// Security entries that may change only under a listener's prefix.
fn is_listener_security(name: &str) -> bool {
    name.starts_with("ssl.")
        && dynamic_key(name).is_some()
        && (name.contains("store") || name == "ssl.key.password")
}

fn listed(names: &[&str]) -> String {
    format!("[{}]", names.join(", "))
}

/// Checks all entries that one broker (`per_broker`) or the whole cluster would change while
/// running. `broker` is what holds now at the broker that was asked.
pub fn broker(props: &Configs, per_broker: bool, broker: BrokerView) -> Result<(), ConfigError> {
    let fixed = names_where(props, |name| {
        broker_key(name).is_some_and(|key| !key.is_dynamic())
    });
    if !fixed.is_empty() {
        return refuse(format!(
            "Cannot update these configs dynamically: {}",
            listed(&fixed)
        ));
    }
    let bare = names_where(props, is_listener_security);
    if !bare.is_empty() {
        return refuse(format!(
            "These security configs can be dynamically updated only per-listener using the \
             listener prefix: {}",
            listed(&bare)
        ));
    }
    for (name, text) in props {
        if let Some(key) = dynamic_key(without_listener_prefix(name)) {
            key.parse(text)?;
        }
    }
    if !per_broker {
        let single = names_where(props, |name| {
            let entry = without_listener_prefix(name);
            dynamic_key(entry).is_some_and(|key| key.mode == UpdateMode::PerBroker)
                || (entry != name && dynamic_key(entry).is_none())
        });
        if !single.is_empty() {
            return refuse(format!(
                "Cannot update these configs at default cluster level, broker id must be \
                 specified: {}",
                listed(&single)
            ));
        }
    }
    let changed = if per_broker {
        BrokerView {
            per_broker: props,
            ..broker
        }
    } else {
        BrokerView {
            cluster_wide: props,
            ..broker
        }
    };
    broker_as_a_whole(changed)?;
    broker_change(broker, changed).map_err(|ConfigError(why)| {
        // The odd wording is Kafka's: it builds this exception with its arguments taken for others.
        let inner = format!("org.apache.kafka.common.config.ConfigException: {why}");
        ConfigError(format!(
            "Invalid value {inner} for configuration Invalid dynamic configuration"
        ))
    })
}

/// What a broker requires of its configuration at start as well.
fn broker_as_a_whole(view: BrokerView) -> Result<(), ConfigError> {
    let require = |holds: bool, text: &str| {
        if holds {
            Ok(())
        } else {
            refuse(format!("requirement failed: {text}"))
        }
    };
    let topic_default =
        |name| int(view.topic_value(&Configs::new(), topic_key(name).expect("a topic config")));
    require(
        topic_default("segment.ms") >= 1,
        "log.roll.ms must be greater than or equal to 1",
    )?;
    require(
        topic_default("segment.jitter.ms") >= 0,
        "log.roll.jitter.ms must be greater than or equal to 0",
    )?;
    let retention_ms = topic_default("retention.ms");
    require(
        retention_ms >= 1 || retention_ms == -1,
        "log.retention.ms must be unlimited (-1) or, greater than or equal to 1",
    )?;
    let threads = int(view.broker_value("log.cleaner.threads"));
    let buffer = int(view.broker_value("log.cleaner.dedupe.buffer.size"));
    if threads == 0 {
        // Kafka divides before it asks whether there is a thread at all.
        return refuse("/ by zero");
    }
    require(
        buffer / threads > 1024 * 1024,
        "log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread.",
    )?;
    let names = |name| match view.broker_value(name) {
        Some(Value::List(values)) => values,
        _ => Vec::new(),
    };
    let listeners = names("listeners");
    let controller = names("controller.listener.names");
    let has_controller = listeners.iter().any(|listener| {
        let name = listener.split_once("://").map_or("", |(name, _)| name);
        controller
            .iter()
            .any(|wanted| wanted.eq_ignore_ascii_case(name))
    });
    require(
        has_controller || controller.is_empty(),
        "controller.listener.names must contain at least one value appearing in the 'listeners' \
         configuration when running the KRaft controller role",
    )?;
    let cordoned = names("cordoned.log.dirs");
    let dirs = [names("log.dirs"), names("log.dir")].concat();
    let unknown: Vec<&str> = cordoned
        .iter()
        .filter(|dir| !dirs.contains(dir))
        .map(String::as_str)
        .collect();
    require(
        unknown.is_empty() || cordoned == ["*"],
        &format!(
            "All entries in cordoned.log.dirs must be present in log.dirs or log.dir. Missing \
             entries : {}",
            unknown.join(", ")
        ),
    )?;
    let overrides = view.broker_value("max.connections.per.ip.overrides");
    require(
        int(view.broker_value("max.connections.per.ip")) != 0
            || overrides.is_some_and(|value| !value.to_string().is_empty()),
        "max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides \
         property is set.",
    )
}

/// What a running broker requires of the step from one configuration to the next.
fn broker_change(old: BrokerView, new: BrokerView) -> Result<(), ConfigError> {
    let pools = [
        "num.io.threads",
        "num.replica.fetchers",
        "num.recovery.threads.per.data.dir",
        "background.threads",
        "num.network.threads",
    ];
    for name in pools {
        let (before, after) = (int(old.broker_value(name)), int(new.broker_value(name)));
        let failed = format!("Dynamic thread count update validation failed for {name}={after}");
        if after == before {
            continue;
        } else if after <= 0 {
            return refuse(format!("{failed}, value should be at least 1"));
        } else if after < before / 2 {
            return refuse(format!(
                "{failed}, value should be at least half the current value {before}"
            ));
        } else if after > before * 2 {
            return refuse(format!(
                "{failed}, value should not be greater than double the current value {before}"
            ));
        }
    }
    let name = "log.cleaner.threads";
    let (before, after) = (int(old.broker_value(name)), int(new.broker_value(name)));
    if after < 1 {
        return refuse("Log cleaner threads should be at least 1");
    } else if after < before / 2 {
        return refuse(format!(
            "Log cleaner threads cannot be reduced to less than half the current value {before}"
        ));
    } else if after > before * 2 {
        return refuse(format!(
            "Log cleaner threads cannot be increased to more than double the current value {before}"
        ));
    }
    local_retention(new)
}

fn local_retention(view: BrokerView) -> Result<(), ConfigError> {
    let value =
        |name| int(view.topic_value(&Configs::new(), topic_key(name).expect("a topic config")));
    let pairs = [
        ("retention.ms", "local.retention.ms"),
        ("retention.bytes", "local.retention.bytes"),
    ];
    for (whole, local) in pairs {
        let (limit, kept) = (value(whole), value(local));
        if limit < 0 || kept == -2 {
            continue;
        }
        let invalid = format!("Invalid value {kept} for configuration log.{local}:");
        if kept == -1 {
            return refuse(format!(
                "{invalid} Value must not be -1 as log.{whole} value is set as {limit}."
            ));
        }
        if kept > limit {
            return refuse(format!(
                "{invalid} Value must not be more than log.{whole} property value: {limit}"
            ));
        }
    }
    Ok(())
}

/// Checks what a group is about to override.
pub fn group(overrides: &Configs, broker: BrokerView) -> Result<(), ConfigError> {
    if let Some(name) = names_where(overrides, |name| group_key(name).is_none()).first() {
        return refuse(format!("Unknown group config name: {name}"));
    }
    for key in group_keys() {
        if let Some(text) = overrides.get(key.name) {
            key.parse(text)?;
        }
    }
    let value =
        |name: &str| int(broker.group_value(overrides, group_key(name).expect("a group config")));
    // The bounds are broker configs: `group.consumer.session.timeout.ms` lies between
    // `group.consumer.min.session.timeout.ms` and `group.consumer.max.session.timeout.ms`.
    let bounded = [
        ("consumer", "heartbeat.interval.ms"),
        ("consumer", "session.timeout.ms"),
        ("consumer", "assignment.interval.ms"),
        ("share", "heartbeat.interval.ms"),
        ("share", "session.timeout.ms"),
        ("share", "record.lock.duration.ms"),
        ("share", "delivery.count.limit"),
        ("share", "partition.max.record.locks"),
        ("share", "assignment.interval.ms"),
        ("streams", "heartbeat.interval.ms"),
        ("streams", "session.timeout.ms"),
        ("streams", "assignment.interval.ms"),
    ];
    for (kind, rest) in bounded {
        let name = format!("{kind}.{rest}");
        let (low, high) = (
            format!("group.{kind}.min.{rest}"),
            format!("group.{kind}.max.{rest}"),
        );
        let number = value(&name);
        if number < int(broker.broker_value(&low)) {
            return refuse(format!("{name} must be greater than or equal to {low}"));
        }
        if number > int(broker.broker_value(&high)) {
            return refuse(format!("{name} must be less than or equal to {high}"));
        }
    }
    let (standby, most) = (
        "streams.num.standby.replicas",
        "group.streams.max.standby.replicas",
    );
    if value(standby) > int(broker.broker_value(most)) {
        return refuse(format!("{standby} must be less than or equal to {most}"));
    }
    for kind in ["consumer", "share", "streams"] {
        let session = format!("{kind}.session.timeout.ms");
        let heartbeat = format!("{kind}.heartbeat.interval.ms");
        if value(&session) <= value(&heartbeat) {
            return refuse(format!("{session} must be greater than {heartbeat}"));
        }
    }
    Ok(())
}

/// Checks a client metrics subscription (KIP-714).
pub fn client_metrics(overrides: &Configs) -> Result<(), ApiError> {
    let request = |text: String| Err(ApiError::new(ErrorCode::INVALID_REQUEST, text));
    let known = |name: &str| CLIENT_METRICS.iter().any(|key| key.name == name);
    if let Some(name) = names_where(overrides, |name| !known(name)).first() {
        return request(format!("Unknown client metrics configuration: {name}"));
    }
    let config = |ConfigError(text)| ApiError::new(ErrorCode::INVALID_CONFIG, text);
    for key in CLIENT_METRICS {
        let Some(text) = overrides.get(key.name) else {
            continue;
        };
        match key.parse(text).map_err(config)? {
            Value::Int(interval) if !(100..=3_600_000).contains(&interval) => {
                return request(format!(
                    "Invalid value {interval} for interval.ms, interval must be between 100 and \
                     3600000 (1 hour)"
                ));
            }
            Value::List(patterns) if key.name == "match" => {
                if let Some(pattern) = patterns.iter().find(|pattern| !is_match_pattern(pattern)) {
                    let text = format!("Illegal client matching pattern: {pattern}");
                    return Err(config(ConfigError(text)));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn is_match_pattern(pattern: &str) -> bool {
    const PARAMETERS: [&str; 6] = [
        "client_instance_id",
        "client_id",
        "client_software_name",
        "client_software_version",
        "client_source_address",
        "client_source_port",
    ];
    let parts: Vec<&str> = pattern.split('=').collect();
    matches!(parts[..], [name, regex] if PARAMETERS.contains(&name.trim()) && !regex.is_empty())
}

/// Checks one entry that a broker is started with. `Ok(false)`: Kafka does not know the name, and
/// warns.
pub fn started_with(name: &str, text: &str) -> Result<bool, ConfigError> {
    match broker_key(without_listener_prefix(name)) {
        Some(key) => key.parse(text).map(|_| true),
        None => Ok(false),
    }
}
