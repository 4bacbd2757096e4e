//! `kafka-configs.sh`: settings of topics, brokers, loggers and groups, quotas and SCRAM credentials.

mod alter;
mod describe;
mod options;
mod quotas;
mod scram;

use super::common;
use super::failure::Failure;
use super::properties;
use crate::client::Admin;
use crate::client::admin::ResourceType;
use crate::shell::io::Stop;
use crate::shell::tool::{ErrorStyle, ToolCtx, ToolSpec};
use options::Entities;

pub static SPEC: ToolSpec = ToolSpec {
    name: "kafka-configs",
    summary: "This tool helps to manipulate and describe entity config for a topic, client, user, broker, ip, client-metrics or group",
    summary_if_empty: None,
    usage_if_empty: true,
    options: options::OPTIONS,
    errors: ErrorStyle::Message,
    run: |ctx| Box::pin(run(ctx)),
};

/// Exceptions of which Kafka's tool shows the text alone.
const TERSE: [&str; 5] = [
    "java.lang.IllegalArgumentException",
    "java.lang.NumberFormatException",
    "org.apache.kafka.common.errors.InvalidTopicException",
    "org.apache.kafka.common.errors.InvalidConfigurationException",
    "org.apache.kafka.common.errors.UnsupportedVersionException",
];

async fn run(ctx: ToolCtx) -> Result<i32, Stop> {
    let done = match options::check(&ctx).await? {
        Ok(entities) => ctx.cancel.run(act(&ctx, &entities)).await?,
        Err(error) => Err(error),
    };
    let Err(error) = done else {
        return Ok(0);
    };
    if TERSE.contains(&error.class()) || error.class().starts_with("joptsimple.") {
        ctx.io.err_line(error.message());
    } else {
        let args = ctx.args.join(" ");
        ctx.io.err_line(format!(
            "Error while executing config command with args '{args}'"
        ));
        ctx.io.err(error.trace());
    }
    Ok(1)
}

async fn act(ctx: &ToolCtx, entities: &Entities) -> Result<(), Failure> {
    let options = &ctx.options;
    let mut settings = match options.one("command-config")? {
        Some(path) => properties::load(&ctx.session, path)?,
        None => Default::default(),
    };
    let server = match options.one("bootstrap-server")? {
        Some(server) => server,
        // Controllers answer the same requests.
        None => options.one("bootstrap-controller")?.unwrap_or_default(),
    };
    settings.insert("bootstrap.servers".into(), server.into());
    let admin = Admin::new(&common::context(ctx), &settings).await?;
    let done = if options.has("describe") {
        describe::describe(ctx, &admin, entities).await
    } else if entities.types.len() != entities.names.len() {
        Err(Failure::illegal_argument(
            "An entity name must be specified for every entity type",
        ))
    } else {
        alter::alter(ctx, &admin, entities).await
    };
    admin.close();
    done
}

/// The kind of resource whose settings a type of entity has, unless it has quotas.
fn resource_type(entity_type: &str) -> Option<ResourceType> {
    match entity_type {
        options::TOPICS => Some(ResourceType::Topic),
        options::BROKERS => Some(ResourceType::Broker),
        options::BROKER_LOGGERS => Some(ResourceType::BrokerLogger),
        options::CLIENT_METRICS => Some(ResourceType::ClientMetrics),
        options::GROUPS => Some(ResourceType::Group),
        _ => None,
    }
}

/// `topics` as one of them.
fn singular(entity_type: &str) -> &str {
    &entity_type[..entity_type.len().saturating_sub(1)]
}
