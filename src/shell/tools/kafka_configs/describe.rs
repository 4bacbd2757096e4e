//! `--describe`: settings with where they come from.

use super::super::failure::Failure;
use super::super::java;
use super::options::Entities;
use super::{quotas, resource_type, singular};
use crate::base::sort_by;
use crate::client::Admin;
use crate::client::admin::{ConfigEntry, ConfigResource, ConfigSource, ResourceType};
use crate::client::config::name_problem;
use crate::shell::tool::ToolCtx;

pub async fn describe(ctx: &ToolCtx, admin: &Admin, entities: &Entities) -> Result<(), Failure> {
    let kind = entities.first_type();
    let Some(resource) = resource_type(kind) else {
        return quotas::describe(ctx, admin, entities).await;
    };
    let all = ctx.options.has("all");
    let name = entities.names.first();
    if let Some(name) = name
        && !all
        && !exists(admin, resource, name).await?
    {
        ctx.io.out_line(format!(
            "The {} '{name}' doesn't exist and doesn't have dynamic config.",
            singular(kind)
        ));
        return Ok(());
    }
    let names = match name {
        Some(name) => vec![name.clone()],
        None => all_names(admin, resource).await?,
    };
    for name in names {
        let source = if all { "All" } else { "Dynamic" };
        ctx.io.out_line(match &*name {
            "" => format!("Default configs for {kind} in the cluster are:"),
            name => format!("{source} configs for {} {name} are:", singular(kind)),
        });
        for entry in entries(admin, resource, &name, all).await? {
            ctx.io.out_line(entry_line(&entry));
        }
    }
    Ok(())
}

fn entry_line(entry: &ConfigEntry) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "null".into());
    let synonyms: Vec<String> = entry
        .synonyms
        .iter()
        .map(|s| format!("{}:{}={}", s.source.name(), s.name, text(&s.value)))
        .collect();
    format!(
        "  {}={} sensitive={} synonyms={{{}}}",
        entry.name,
        text(&entry.value),
        entry.is_sensitive,
        synonyms.join(", ")
    )
}

async fn exists(admin: &Admin, resource: ResourceType, name: &str) -> Result<bool, Failure> {
    Ok(match resource {
        ResourceType::Topic => {
            check_topic(name)?;
            all_names(admin, resource).await?.iter().any(|n| n == name)
        }
        ResourceType::Broker | ResourceType::BrokerLogger => {
            let names = all_names(admin, ResourceType::Broker).await?;
            names.iter().any(|n| n == name)
        }
        _ => all_names(admin, resource).await?.iter().any(|n| n == name),
    })
}

fn check_topic(name: &str) -> Result<(), Failure> {
    match name_problem(name) {
        Some(problem) => Err(Failure::new(
            "org.apache.kafka.common.errors.InvalidTopicException",
            format!("Topic name is invalid: {problem}"),
        )),
        None => Ok(()),
    }
}

/// The names of all that there is of a kind; the empty name is the default of all brokers.
async fn all_names(admin: &Admin, resource: ResourceType) -> Result<Vec<String>, Failure> {
    let execution = |error| Failure::from(error).execution();
    let configured = async || -> Result<Vec<String>, Failure> {
        let found = admin.list_config_resources(&[resource]).await;
        let found = found.map_err(execution)?;
        Ok(found.into_iter().map(|r| r.name).collect())
    };
    match resource {
        ResourceType::Topic => {
            let topics = admin.list_topics(true).await.map_err(execution)?;
            let names = topics.into_iter().map(|topic| topic.name).collect();
            Ok(java::as_grown_map(names, |name: &String| name))
        }
        ResourceType::Broker | ResourceType::BrokerLogger => {
            let cluster = admin.describe_cluster(false).await.map_err(execution)?;
            let ids = cluster.nodes.iter().map(|node| node.id.to_string());
            Ok(ids.chain([String::new()]).collect())
        }
        ResourceType::ClientMetrics => configured().await,
        ResourceType::Group => {
            let groups = admin.list_groups(&[], &[]).await.map_err(execution)?;
            let groups = java::as_grown_map(groups, |group| &group.group_id);
            let mut names: Vec<String> = groups.into_iter().map(|g| g.group_id).collect();
            for name in configured().await? {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            Ok(names)
        }
    }
}

/// The settings of one entity by name; without `all` only those that were set for it.
pub async fn entries(
    admin: &Admin,
    resource: ResourceType,
    name: &str,
    all: bool,
) -> Result<Vec<ConfigEntry>, Failure> {
    let wanted = match resource {
        ResourceType::Topic => Some(ConfigSource::DynamicTopicConfig),
        ResourceType::Broker if name.is_empty() => Some(ConfigSource::DynamicDefaultBrokerConfig),
        ResourceType::Broker => Some(ConfigSource::DynamicBrokerConfig),
        ResourceType::BrokerLogger => None,
        ResourceType::ClientMetrics => Some(ConfigSource::DynamicClientMetricsConfig),
        ResourceType::Group => Some(ConfigSource::DynamicGroupConfig),
    };
    if resource == ResourceType::Topic && !name.is_empty() {
        check_topic(name)?;
    }
    let resource = ConfigResource {
        resource_type: resource,
        name: name.to_owned(),
    };
    let mut entries = Vec::new();
    for (_, answer) in admin.describe_configs(&[resource], true, false).await {
        entries.extend(answer.map_err(|error| Failure::from(error).execution())?);
    }
    entries.retain(|entry| all || wanted.is_none_or(|source| entry.source == source));
    sort_by(&mut entries, |a, b| a.name.cmp(&b.name));
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::admin::ConfigSynonym;

    #[test]
    fn a_setting_is_shown_with_its_synonyms() {
        let entry = ConfigEntry {
            name: "retention.ms".into(),
            value: Some("5".into()),
            source: ConfigSource::DynamicTopicConfig,
            is_sensitive: false,
            is_read_only: false,
            synonyms: vec![ConfigSynonym {
                name: "retention.ms".into(),
                value: None,
                source: ConfigSource::DynamicTopicConfig,
            }],
            config_type: 5,
            documentation: None,
        };
        assert_eq!(
            entry_line(&entry),
            "  retention.ms=5 sensitive=false synonyms={DYNAMIC_TOPIC_CONFIG:retention.ms=null}"
        );
    }
}
