//! Quotas of users, clients and addresses.

use super::super::failure::Failure;
use super::super::java::{as_grown_map, double_text, entities_as_grown_map};
use super::alter::Changes;
use super::options::{CLIENTS, Entities, IPS, USERS};
use super::scram;
use crate::client::Admin;
use crate::client::admin::{QuotaAlteration, QuotaEntity, QuotaMatch, ScramMechanism};
use crate::shell::tool::ToolCtx;

const CLIENT_QUOTAS: [&str; 4] = [
    "producer_byte_rate",
    "consumer_byte_rate",
    "request_percentage",
    "controller_mutation_rate",
];
const IP_QUOTA: &str = "connection_creation_rate";

fn is_client_quota(name: &str) -> bool {
    CLIENT_QUOTAS.contains(&name)
}

fn is_scram(name: &str) -> bool {
    ScramMechanism::from_name(name).is_some()
}

/// What the protocol calls a type of entity.
fn protocol_name(entity_type: &str) -> Result<&'static str, Failure> {
    match entity_type {
        USERS => Ok("user"),
        CLIENTS => Ok("client-id"),
        IPS => Ok("ip"),
        other => Err(Failure::illegal_argument(format!(
            "Unexpected entity type: {other}"
        ))),
    }
}

/// Quotas that are set for exactly these entities.
async fn quotas(
    admin: &Admin,
    entities: &Entities,
) -> Result<Vec<(QuotaEntity, Vec<(String, f64)>)>, Failure> {
    if entities.names.len() > entities.types.len() {
        return Err(Failure::illegal_argument(
            "More entity names specified than entity types",
        ));
    }
    let mut components = Vec::new();
    for (at, kind) in entities.types.iter().enumerate() {
        let matching = match entities.names.get(at).map(String::as_str) {
            None => QuotaMatch::Any,
            Some("") => QuotaMatch::Default,
            Some(name) => QuotaMatch::Exact(name.to_owned()),
        };
        components.push((protocol_name(kind)?.to_owned(), matching));
    }
    let found = admin.describe_client_quotas(&components, true).await;
    let found = found.map_err(|error| Failure::from(error).execution())?;
    let sorted = found.into_iter().map(|(entity, quotas)| {
        let quotas = quotas.into_iter().collect();
        (
            entity,
            as_grown_map(quotas, |(name, _): &(String, f64)| name),
        )
    });
    Ok(entities_as_grown_map(sorted.collect(), |(entity, _)| {
        entity
    }))
}

pub async fn describe(ctx: &ToolCtx, admin: &Admin, entities: &Entities) -> Result<(), Failure> {
    for (entity, quotas) in quotas(admin, entities).await? {
        ctx.io.out_line(quota_line(&entity, &quotas));
    }
    let clients = entities
        .types
        .iter()
        .any(|kind| kind == CLIENTS || kind == IPS);
    if clients || entities.names.iter().any(String::is_empty) {
        return Ok(());
    }
    scram::describe(ctx, admin, &entities.names).await
}

fn quota_line(entity: &QuotaEntity, quotas: &[(String, f64)]) -> String {
    let part = |(kind, shown): (&str, &str)| {
        let (_, name) = entity.iter().find(|(k, _)| k == kind)?;
        Some(match name {
            Some(name) => format!("{shown} '{name}'"),
            None => format!("the default {shown}"),
        })
    };
    let kinds = [
        ("user", "user-principal"),
        ("client-id", "client-id"),
        ("ip", "ip"),
    ];
    let whom: Vec<String> = kinds.into_iter().filter_map(part).collect();
    let quotas: Vec<String> = quotas
        .iter()
        .map(|(name, value)| format!("{name}={}", double_text(*value)))
        .collect();
    format!(
        "Quota configs for {} are {}",
        whom.join(", "),
        quotas.join(", ")
    )
}

pub async fn alter(admin: &Admin, entities: &Entities, changes: &Changes) -> Result<(), Failure> {
    match entities.first_type() {
        IPS => check_ip(changes)?,
        kind => check_client(kind, entities, changes)?,
    }
    let scram = changes.added.iter().map(|(name, _)| name);
    if scram.chain(&changes.removed).any(|name| is_scram(name)) {
        let user = entities.names.first().map_or("", String::as_str);
        return scram::alter(admin, user, changes).await;
    }
    alter_quotas(admin, entities, changes).await
}

fn check_ip(changes: &Changes) -> Result<(), Failure> {
    let added = changes.added.iter().map(|(name, _)| name);
    let unknown: Vec<&str> = added
        .chain(&changes.removed)
        .map(String::as_str)
        .filter(|name| *name != IP_QUOTA)
        .collect();
    if unknown.is_empty() {
        return Ok(());
    }
    Err(Failure::illegal_argument(format!(
        "Only connection quota configs can be added for 'ips' using --bootstrap-server. Unexpected config names: {}",
        unknown.join(",")
    )))
}

fn check_client(kind: &str, entities: &Entities, changes: &Changes) -> Result<(), Failure> {
    let illegal = |message: String| Err(Failure::illegal_argument(message));
    let added: Vec<&str> = changes.added.iter().map(|(name, _)| &**name).collect();
    let removed: Vec<&str> = changes.removed.iter().map(String::as_str).collect();
    let of_client = kind == CLIENTS || entities.types.len() == 2;
    let unknown = |names: &[&str]| -> Vec<String> {
        let (mut unknown, mut scram) = (Vec::new(), Vec::new());
        for name in names.iter().filter(|name| !is_client_quota(name)) {
            let list = if is_scram(name) {
                &mut scram
            } else {
                &mut unknown
            };
            list.push((*name).to_owned());
        }
        if of_client {
            unknown.extend(scram);
        }
        unknown
    };
    let (whom, what) = match of_client {
        true => (CLIENTS, "quota"),
        false => (USERS, "quota and SCRAM credential"),
    };
    // As Scala shows a set and a buffer.
    for (verb, names, shown) in [
        ("added", &added, "Set"),
        ("deleted", &removed, "ArrayBuffer"),
    ] {
        let unknown = unknown(names);
        if !unknown.is_empty() {
            return illegal(format!(
                "Only {what} configs can be {verb} for '{whom}' using --bootstrap-server. Unexpected config names: {shown}({})",
                unknown.join(", ")
            ));
        }
    }
    let all = || added.iter().chain(&removed);
    if all().any(|name| is_scram(name)) {
        if entities.names.iter().any(String::is_empty) {
            return illegal(
                "The use of --entity-default or --user-defaults is not allowed with User SCRAM Credentials using --bootstrap-server.".into(),
            );
        }
        if all().any(|name| is_client_quota(name)) {
            return illegal(
                "Cannot alter both quota and SCRAM credential configs simultaneously for 'users' using --bootstrap-server.".into(),
            );
        }
    }
    Ok(())
}

async fn alter_quotas(
    admin: &Admin,
    entities: &Entities,
    changes: &Changes,
) -> Result<(), Failure> {
    let known = quotas(admin, entities).await?;
    let known = known.first().map_or(&[][..], |(_, quotas)| quotas);
    let unknown: Vec<&str> = changes
        .removed
        .iter()
        .filter(|name| known.iter().all(|(k, _)| k != *name))
        .map(String::as_str)
        .collect();
    if !unknown.is_empty() {
        return Err(Failure::new(
            "org.apache.kafka.common.errors.InvalidConfigurationException",
            format!("Invalid config(s): {}", unknown.join(",")),
        ));
    }
    let mut ops = Vec::new();
    for (name, value) in &changes.added {
        let parsed: f64 = value.trim().parse().map_err(|_| {
            Failure::illegal_argument(format!(
                "Cannot parse quota configuration value for {name}: {value}"
            ))
        })?;
        ops.push((name.clone(), Some(parsed)));
    }
    ops.extend(changes.removed.iter().map(|name| (name.clone(), None)));
    let mut entity = QuotaEntity::new();
    for (kind, name) in entities.types.iter().zip(&entities.names) {
        let name = Some(name.clone()).filter(|name| !name.is_empty());
        entity.push((protocol_name(kind)?.to_owned(), name));
    }
    let change = QuotaAlteration { entity, ops };
    for (_, result) in admin.alter_client_quotas(&[change], false).await {
        result.map_err(|error| Failure::from(error).execution())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotas_are_shown_with_whom_they_are_for() {
        let entity = vec![
            ("client-id".to_owned(), None),
            ("user".to_owned(), Some("alice".to_owned())),
        ];
        let quotas = [("producer_byte_rate".to_owned(), 1024.0)];
        assert_eq!(
            quota_line(&entity, &quotas),
            "Quota configs for user-principal 'alice', the default client-id are producer_byte_rate=1024.0"
        );
    }

    #[test]
    fn only_quotas_can_be_set_for_clients() {
        let entities = Entities {
            types: vec![CLIENTS.into()],
            names: vec!["c".into()],
        };
        let changes = Changes {
            added: vec![("nosuch".into(), "1".into())],
            removed: vec![],
        };
        let error = check_client(CLIENTS, &entities, &changes).unwrap_err();
        assert!(
            error
                .message()
                .ends_with("Unexpected config names: Set(nosuch)")
        );
    }
}
