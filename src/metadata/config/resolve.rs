//! Finds the value that holds for an entry, where it comes from, and what stands behind it
//! (synonyms), as DescribeConfigs v1–v4 shows them.
//!
//! Values were checked when they were stored; one that does not parse all the same counts as
//! absent.

use super::order::sort_as_hash_map;
use super::{
    BROKER_QUOTAS, CLIENT_METRICS, ConfigKey, ConfigSource, UpdateMode, Value, ValueType,
    broker_key, broker_keys, group_broker_synonym, group_keys, topic_broker_synonym, topic_keys,
};
use crate::base::{SortedMap, sort_by};

/// Entries of one resource by name, as they were set.
pub type Configs = SortedMap<String, String>;

/// What stands behind a value, strongest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Synonym {
    pub name: String,
    /// `None` when it is sensitive.
    pub value: Option<String>,
    pub source: ConfigSource,
}

/// One entry as DescribeConfigs shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescribedConfig {
    pub name: String,
    /// `None` when it is null or sensitive.
    pub value: Option<String>,
    pub source: ConfigSource,
    pub is_sensitive: bool,
    pub read_only: bool,
    /// `None` for a name that Kafka does not know.
    pub value_type: Option<ValueType>,
    pub synonyms: Vec<Synonym>,
}

/// Broker configs that mean the same, strongest first; `name` alone if there are no others.
pub fn broker_synonyms(name: &str) -> Vec<&str> {
    match name {
        "log.roll.ms" | "log.roll.hours" => vec!["log.roll.ms", "log.roll.hours"],
        "log.roll.jitter.ms" | "log.roll.jitter.hours" => {
            vec!["log.roll.jitter.ms", "log.roll.jitter.hours"]
        }
        "log.retention.ms" | "log.retention.minutes" | "log.retention.hours" => {
            vec![
                "log.retention.ms",
                "log.retention.minutes",
                "log.retention.hours",
            ]
        }
        "log.flush.interval.ms" => vec!["log.flush.interval.ms", "log.flush.scheduler.interval.ms"],
        _ => vec![name],
    }
}

/// The three layers of one broker's configuration.
#[derive(Debug, Clone, Copy)]
pub struct BrokerView<'a> {
    /// What the broker was started with.
    pub started_with: &'a Configs,
    /// Changed while running, for all brokers.
    pub cluster_wide: &'a Configs,
    /// Changed while running, for this broker.
    pub per_broker: &'a Configs,
}

impl<'a> BrokerView<'a> {
    /// All three layers in one, stronger entries in place of weaker ones and of their synonyms.
    pub fn merged(&self) -> Configs {
        let mut merged = self.started_with.clone();
        for layer in [self.cluster_wide, self.per_broker] {
            for (name, value) in layer {
                for synonym in broker_synonyms(name) {
                    merged.remove(synonym);
                }
                merged.insert(name.clone(), value.clone());
            }
        }
        merged
    }

    /// The value of a broker config as its key defines it; `None` for null.
    pub fn broker_value(&self, name: &str) -> Option<Value> {
        let key = broker_key(name)?;
        let set = self.strongest(name);
        set.and_then(|text| key.parse(text).ok())
            .or_else(|| key.default_value())
    }

    fn strongest(&self, name: &str) -> Option<&'a str> {
        let synonyms = broker_synonyms(name);
        for layer in [self.per_broker, self.cluster_wide] {
            if let Some(text) = layer.get(name) {
                return Some(text);
            }
            // A synonym that was set later takes the place of what was set under this name before.
            if synonyms.iter().any(|synonym| layer.contains_key(*synonym)) {
                return None;
            }
        }
        self.started_with.get(name).map(String::as_str)
    }

    /// Times that Kafka takes from several entries: ms before minutes before hours.
    fn time_ms(&self, names: &[(&str, i64)]) -> i64 {
        names
            .iter()
            .find_map(|(name, unit_ms)| match self.broker_value(name) {
                Some(Value::Int(number)) => Some(number.saturating_mul(*unit_ms)),
                _ => None,
            })
            .expect("the last entry has a default")
    }

    fn log_time_ms(&self, topic_config: &str) -> Option<i64> {
        const MINUTE: i64 = 60_000;
        const HOUR: i64 = 60 * MINUTE;
        Some(match topic_config {
            "segment.ms" => self.time_ms(&[("log.roll.ms", 1), ("log.roll.hours", HOUR)]),
            "segment.jitter.ms" => {
                self.time_ms(&[("log.roll.jitter.ms", 1), ("log.roll.jitter.hours", HOUR)])
            }
            "retention.ms" => {
                let time = self.time_ms(&[
                    ("log.retention.ms", 1),
                    ("log.retention.minutes", MINUTE),
                    ("log.retention.hours", HOUR),
                ]);
                if time < 0 { -1 } else { time }
            }
            "flush.ms" => self.time_ms(&[
                ("log.flush.interval.ms", 1),
                ("log.flush.scheduler.interval.ms", 1),
            ]),
            _ => return None,
        })
    }

    /// The value of a topic config for a topic with these `overrides`.
    pub fn topic_value(&self, overrides: &Configs, key: &ConfigKey) -> Option<Value> {
        if let Some(value) = overrides
            .get(key.name)
            .and_then(|text| key.parse(text).ok())
        {
            return Some(value);
        }
        if let Some(time_ms) = self.log_time_ms(key.name) {
            return Some(Value::Int(time_ms));
        }
        match topic_broker_synonym(key.name) {
            Some(synonym) => self.broker_value(synonym),
            None => key.default_value(),
        }
    }

    /// The value of a group config for a group with these `overrides`.
    pub fn group_value(&self, overrides: &Configs, key: &ConfigKey) -> Option<Value> {
        if let Some(value) = overrides
            .get(key.name)
            .and_then(|text| key.parse(text).ok())
        {
            return Some(value);
        }
        match group_broker_synonym(key.name) {
            Some(synonym) => self.broker_value(synonym),
            None => key.default_value(),
        }
    }

    fn synonyms(&self, name: &str, sensitive: bool) -> Vec<Synonym> {
        let mut found = Vec::new();
        let names = broker_synonyms(name);
        let layers = [
            (self.per_broker, ConfigSource::DynamicBroker),
            (self.cluster_wide, ConfigSource::DynamicDefaultBroker),
            (self.started_with, ConfigSource::StaticBroker),
        ];
        let mut add = |name: &str, value: &str, source| {
            let value = (!sensitive).then(|| value.to_owned());
            found.push(Synonym {
                name: name.to_owned(),
                value,
                source,
            });
        };
        for (layer, source) in layers {
            for synonym in &names {
                if let Some(value) = layer.get(*synonym) {
                    add(synonym, value, source);
                }
            }
        }
        for synonym in &names {
            if let Some(value) = broker_key(synonym).and_then(|key| key.default) {
                add(synonym, value, ConfigSource::Default);
            }
        }
        // Kafka drops what stands before the entry's own name.
        let own = found
            .iter()
            .position(|synonym| synonym.name == name)
            .unwrap_or(found.len());
        found.split_off(own)
    }

    /// All entries of this broker.
    pub fn describe_broker(&self) -> Vec<DescribedConfig> {
        let merged = self.merged();
        let shown: Vec<&ConfigKey> =
            hash_ordered(broker_keys().filter(|key| key.mode != UpdateMode::Internal));
        let mut others: Vec<&String> = merged
            .keys()
            .filter(|name| shown.iter().all(|key| key.name != *name))
            .collect();
        sort_as_hash_map(&mut others, |name| name);
        let mut entries: Vec<DescribedConfig> = others
            .into_iter()
            .map(|name| self.describe_broker_entry(name, merged.get(name)))
            .collect();
        entries.extend(shown.into_iter().map(|key| {
            let value = self.broker_value(key.name).map(|value| value.to_string());
            self.describe_broker_entry(key.name, value.as_ref())
        }));
        entries
    }

    /// The entries that were changed while running for all brokers.
    pub fn describe_cluster_wide(&self) -> Vec<DescribedConfig> {
        let mut names: Vec<&String> = self.cluster_wide.keys().collect();
        sort_as_hash_map(&mut names, |name| name);
        let entries = names.into_iter().map(|name| {
            let mut entry = self.describe_broker_entry(name, self.cluster_wide.get(name));
            entry
                .synonyms
                .retain(|s| s.source == ConfigSource::DynamicDefaultBroker);
            entry.source = entry
                .synonyms
                .first()
                .map_or(ConfigSource::Default, |s| s.source);
            entry
        });
        entries.collect()
    }

    fn describe_broker_entry(&self, name: &str, value: Option<&String>) -> DescribedConfig {
        let key = broker_key(name).or_else(|| BROKER_QUOTAS.iter().find(|key| key.name == name));
        // What has no known type might be a secret.
        let is_sensitive = key.is_none_or(ConfigKey::is_sensitive);
        let synonyms = self.synonyms(name, is_sensitive);
        DescribedConfig {
            name: name.to_owned(),
            value: value.filter(|_| !is_sensitive).cloned(),
            source: synonyms.first().map_or(ConfigSource::Default, |s| s.source),
            is_sensitive,
            read_only: !key.is_some_and(ConfigKey::is_dynamic),
            value_type: key.map(|key| key.value_type),
            synonyms,
        }
    }

    /// All entries of a topic with these `overrides`.
    pub fn describe_topic(&self, overrides: &Configs) -> Vec<DescribedConfig> {
        let shown =
            |key: &ConfigKey| key.mode != UpdateMode::Internal || overrides.contains_key(key.name);
        hash_ordered(topic_keys().filter(|key| shown(key)))
            .into_iter()
            .map(|key| {
                let value = self
                    .topic_value(overrides, key)
                    .map(|value| value.to_string());
                let behind = topic_broker_synonym(key.name).map_or_else(Vec::new, |synonym| {
                    self.synonyms(synonym, key.is_sensitive())
                });
                describe(key, value, overrides, ConfigSource::DynamicTopic, behind)
            })
            .collect()
    }

    /// All entries of a topic that is being created, by name and without synonyms, as CreateTopics
    /// shows them.
    pub fn describe_new_topic(&self, overrides: &Configs) -> Vec<DescribedConfig> {
        let mut entries = self.describe_topic(overrides);
        for entry in &mut entries {
            entry.synonyms.clear();
            entry.source = self.source_of_topic_config(overrides, &entry.name);
        }
        sort_by(&mut entries, |a, b| a.name.cmp(&b.name));
        entries
    }

    /// Unlike DescribeConfigs this counts synonyms of any kind (`log.retention.hours` and the
    /// like).
    fn source_of_topic_config(&self, overrides: &Configs, name: &str) -> ConfigSource {
        if overrides.contains_key(name) {
            return ConfigSource::DynamicTopic;
        }
        let synonyms = topic_broker_synonym(name).map_or_else(Vec::new, broker_synonyms);
        let layers = [
            (self.per_broker, ConfigSource::DynamicBroker),
            (self.cluster_wide, ConfigSource::DynamicDefaultBroker),
            (self.started_with, ConfigSource::StaticBroker),
        ];
        let set = |layer: &Configs| synonyms.iter().any(|synonym| layer.contains_key(*synonym));
        let found = layers.into_iter().find(|(layer, _)| set(layer));
        found.map_or(ConfigSource::Default, |(_, source)| source)
    }

    /// All entries of a group with these `overrides`.
    pub fn describe_group(&self, overrides: &Configs) -> Vec<DescribedConfig> {
        hash_ordered(group_keys())
            .into_iter()
            .map(|key| {
                let value = self
                    .group_value(overrides, key)
                    .map(|value| value.to_string());
                let behind = match group_broker_synonym(key.name) {
                    Some(synonym) => self.synonyms(synonym, key.is_sensitive()),
                    None => vec![Synonym {
                        name: key.name.to_owned(),
                        value: key.default.map(str::to_owned),
                        source: ConfigSource::Default,
                    }],
                };
                describe(key, value, overrides, ConfigSource::DynamicGroup, behind)
            })
            .collect()
    }
}

/// All entries of a client metrics subscription with these `overrides`.
pub fn describe_client_metrics(overrides: &Configs) -> Vec<DescribedConfig> {
    hash_ordered(CLIENT_METRICS.iter())
        .into_iter()
        .map(|key| {
            let set = overrides
                .get(key.name)
                .and_then(|text| key.parse(text).ok());
            let value = set
                .or_else(|| key.default_value())
                .map(|value| value.to_string());
            describe(
                key,
                value,
                overrides,
                ConfigSource::ClientMetrics,
                Vec::new(),
            )
        })
        .collect()
}

fn hash_ordered(keys: impl Iterator<Item = &'static ConfigKey>) -> Vec<&'static ConfigKey> {
    let mut keys: Vec<_> = keys.collect();
    sort_as_hash_map(&mut keys, |key| key.name);
    keys
}

fn describe(
    key: &ConfigKey,
    value: Option<String>,
    overrides: &Configs,
    own_source: ConfigSource,
    mut synonyms: Vec<Synonym>,
) -> DescribedConfig {
    if overrides.contains_key(key.name) {
        let own = Synonym {
            name: key.name.to_owned(),
            value: value.clone(),
            source: own_source,
        };
        synonyms.insert(0, own);
    }
    DescribedConfig {
        name: key.name.to_owned(),
        value,
        source: synonyms.first().map_or(ConfigSource::Default, |s| s.source),
        is_sensitive: key.is_sensitive(),
        read_only: false,
        value_type: Some(key.value_type),
        synonyms,
    }
}
