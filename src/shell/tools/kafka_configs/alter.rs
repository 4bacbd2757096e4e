//! `--alter`: settings to add and to remove.

use super::super::failure::Failure;
use super::super::java;
use super::super::properties;
use super::options::{BROKER_LOGGERS, BROKERS, Entities};
use super::{describe, quotas, resource_type, singular};
use crate::client::Admin;
use crate::client::admin::{AlterConfigOp, ConfigResource, ResourceType};
use crate::shell::tool::ToolCtx;

/// What shall change.
pub struct Changes {
    /// Name and value, in the order of a Java map.
    pub added: Vec<(String, String)>,
    pub removed: Vec<String>,
}

pub async fn alter(ctx: &ToolCtx, admin: &Admin, entities: &Entities) -> Result<(), Failure> {
    let changes = changes(ctx)?;
    let kind = entities.first_type();
    let name = entities.names.first().map_or("", String::as_str);
    match resource_type(kind) {
        Some(resource) => alter_resource(admin, kind, resource, name, &changes).await?,
        None => quotas::alter(admin, entities, &changes).await?,
    }
    ctx.io.out_line(match name {
        "" => format!("Completed updating default config for {kind} in the cluster."),
        name => format!("Completed updating config for {} {name}.", singular(kind)),
    });
    Ok(())
}

fn changes(ctx: &ToolCtx) -> Result<Changes, Failure> {
    let mut added = Vec::new();
    if let Some(path) = ctx.options.one("add-config-file")? {
        added.extend(properties::load(&ctx.session, path)?);
    }
    if let Some(text) = ctx.options.one("add-config")? {
        for (name, value) in parse_additions(text)? {
            added.retain(|(known, _)| *known != name);
            added.push((name, value));
        }
    }
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '$' | '.' | '_' | '-');
    if let Some((name, _)) = added.iter().find(|(name, _)| !name.chars().all(legal)) {
        return Err(Failure::illegal_argument(format!(
            "Invalid character found for config key: {name}"
        )));
    }
    let removed = ctx.options.all("delete-config");
    let removed = removed.iter().map(|name| name.trim().to_owned());
    Ok(Changes {
        added: java::as_grown_map(added, |(name, _)| name),
        removed: removed.collect(),
    })
}

/// `k1=v1,k2=[a,b]`: what stands in square brackets is not split.
fn parse_additions(text: &str) -> Result<Vec<(String, String)>, Failure> {
    let mut parts = split_outside_brackets(text, ',');
    while parts.len() > 1 && parts.last() == Some(&"") {
        parts.pop();
    }
    parts
        .into_iter()
        .map(|part| match split_outside_brackets(part, '=')[..] {
            [name, value] => {
                let value = value.replace(['[', ']'], "");
                Ok((name.trim().to_owned(), value.trim().to_owned()))
            }
            _ => Err(Failure::illegal_argument(
                "requirement failed: Invalid entity config: all configs to be added must be in the format \"key=val\" or  \"key=[val1,val2]\" to group values which contain commas.",
            )),
        })
        .collect()
}

fn split_outside_brackets(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices(separator) {
        // Inside, if a bracket closes before another one opens.
        let next = text[at..].find(['[', ']']);
        let inside = next.is_some_and(|bracket| text[at + bracket..].starts_with(']'));
        if !inside {
            parts.push(&text[start..at]);
            start = at + separator.len_utf8();
        }
    }
    parts.push(&text[start..]);
    parts
}

async fn alter_resource(
    admin: &Admin,
    kind: &str,
    resource: ResourceType,
    name: &str,
    changes: &Changes,
) -> Result<(), Failure> {
    if kind == BROKERS && !name.is_empty() && name.parse::<i32>().is_err() {
        return Err(Failure::illegal_argument(format!(
            "The entity name for {kind} must be a valid integer broker id, found: {name}"
        )));
    }
    if kind == BROKER_LOGGERS {
        let known = describe::entries(admin, resource, name, false).await?;
        let added = changes.added.iter().map(|(name, _)| name);
        let unknown: Vec<&str> = changes
            .removed
            .iter()
            .chain(added)
            .filter(|name| known.iter().all(|entry| entry.name != **name))
            .map(String::as_str)
            .collect();
        if !unknown.is_empty() {
            return Err(Failure::new(
                "org.apache.kafka.common.errors.InvalidConfigurationException",
                format!("Invalid broker logger(s): {}", unknown.join(",")),
            ));
        }
    }
    let removals = changes
        .removed
        .iter()
        .map(|name| AlterConfigOp::Delete { name: name.clone() });
    let additions = changes
        .added
        .iter()
        .map(|(name, value)| AlterConfigOp::Set {
            name: name.clone(),
            value: value.clone(),
        });
    let resource = ConfigResource {
        resource_type: resource,
        name: name.to_owned(),
    };
    let change = (resource, removals.chain(additions).collect());
    for (_, result) in admin.incremental_alter_configs(&[change], false).await {
        result.map_err(|error| Failure::from(error).execution())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_keep_commas_together() {
        let pairs = parse_additions("a = 1,b=[x,y],c=").unwrap();
        let pairs: Vec<_> = pairs.iter().map(|(k, v)| (&**k, &**v)).collect();
        assert_eq!(pairs, [("a", "1"), ("b", "x,y"), ("c", "")]);
        let scram = parse_additions("S=[iterations=1,password=p]").unwrap();
        assert_eq!(scram[0].1, "iterations=1,password=p");
    }

    #[test]
    fn what_is_no_pair_is_refused() {
        for text in ["", "a", "a=1,,b=2", "a=b=c"] {
            let error = parse_additions(text).unwrap_err();
            assert!(error.message().starts_with("requirement failed:"), "{text}");
        }
        assert!(parse_additions("a=1,").is_ok());
    }
}
