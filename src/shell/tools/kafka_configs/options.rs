//! The options of `kafka-configs.sh`, whom they mean, and which of them go together.

use super::super::failure::Failure;
use crate::shell::io::Stop;
use crate::shell::options::OptSpec;
use crate::shell::tool::ToolCtx;

const ADD_CONFIG: &str = "Settings to add or change, as 'k1=v1,k2=[v1,v2,v2],k3=v3': square brackets keep commas in a value. What there is to set depends on the entity: topics have retention.ms, cleanup.policy and others; users and clients have quotas (producer_byte_rate, consumer_byte_rate, request_percentage, controller_mutation_rate), ips have connection_creation_rate; brokers, groups and client-metrics have settings of their own. --describe --all shows those of a topic or broker.";

pub const OPTIONS: &[OptSpec] = &[
    OptSpec::value("bootstrap-server", "server to connect to", "The brokers to ask first."),
    OptSpec::value("bootstrap-controller", "controller to connect to", "The controllers to ask first."),
    OptSpec::value("command-config", "command config property file", "A file with settings of the admin client."),
    OptSpec::flag("alter", "Change settings."),
    OptSpec::flag("describe", "Show settings."),
    OptSpec::flag("all", "With --describe: show all settings, defaults included."),
    OptSpec::value("entity-type", "", "What has the settings (topics/clients/users/brokers/broker-loggers/ips/client-metrics/groups)."),
    OptSpec::value("entity-name", "", "Its name (topic name/client id/user principal name/broker id/ip/client metrics/group id)."),
    OptSpec::flag("entity-default", "The default of clients/users/brokers/ips, in place of a name."),
    OptSpec::value("add-config", "", ADD_CONFIG),
    OptSpec::value("add-config-file", "", "A properties file with settings to add or change."),
    OptSpec::value("delete-config", "", "Names of settings to remove: 'k1,k2'.").separated_by(','),
    OptSpec::value("topic", "", "The topic's name."),
    OptSpec::value("client", "", "The client's id."),
    OptSpec::flag("client-defaults", "The default of all clients."),
    OptSpec::value("user", "", "The user's principal name."),
    OptSpec::flag("user-defaults", "The default of all users."),
    OptSpec::value("broker", "", "The broker's id."),
    OptSpec::flag("broker-defaults", "The default of all brokers."),
    OptSpec::value("broker-logger", "", "The id of the broker whose loggers are meant."),
    OptSpec::flag("ip-defaults", "The default of all addresses."),
    OptSpec::value("ip", "", "The address."),
    OptSpec::value("group", "", "The group's id."),
    OptSpec::value("client-metrics", "", "The name of a subscription to client metrics."),
    OptSpec::value("zookeeper", "urls", "")
        .legacy("--zookeeper was removed in Kafka 4.0; using --bootstrap-server localhost:9092 instead.")
        .becomes("bootstrap-server", Some("localhost:9092")),
    OptSpec::flag("force", "").legacy("--force has no effect since Kafka 4.0."),
    OptSpec::flag("help", "Show this text."),
    OptSpec::flag("version", "Show Kafka's version."),
];

pub const TOPICS: &str = "topics";
pub const CLIENTS: &str = "clients";
pub const USERS: &str = "users";
pub const BROKERS: &str = "brokers";
pub const IPS: &str = "ips";
pub const CLIENT_METRICS: &str = "client-metrics";
pub const GROUPS: &str = "groups";
pub const BROKER_LOGGERS: &str = "broker-loggers";

const TYPES: [&str; 8] = [
    TOPICS,
    CLIENTS,
    USERS,
    BROKERS,
    IPS,
    CLIENT_METRICS,
    GROUPS,
    BROKER_LOGGERS,
];
/// Options that name an entity and its type at once.
const FLAGS: [(&str, &str); 8] = [
    ("topic", TOPICS),
    ("client", CLIENTS),
    ("user", USERS),
    ("broker", BROKERS),
    ("broker-logger", BROKER_LOGGERS),
    ("ip", IPS),
    ("client-metrics", CLIENT_METRICS),
    ("group", GROUPS),
];
/// The same for defaults.
const DEFAULTS: [(&str, &str); 4] = [
    ("client-defaults", CLIENTS),
    ("user-defaults", USERS),
    ("broker-defaults", BROKERS),
    ("ip-defaults", IPS),
];

/// What the command is about: types, and names in the same order. The empty name is the default entity.
#[derive(Debug)]
pub struct Entities {
    pub types: Vec<String>,
    pub names: Vec<String>,
}

impl Entities {
    fn of(ctx: &ToolCtx) -> Result<Entities, Failure> {
        let options = &ctx.options;
        let owned = |text: &str| text.to_owned();
        let mut types: Vec<String> = options.all("entity-type").into_iter().map(owned).collect();
        let given = options.all("entity-name");
        let mut given = given.into_iter();
        let mut names: Vec<String> = options
            .order()
            .filter_map(|option| match option {
                "entity-name" => given.next().map(owned),
                "entity-default" => Some(String::new()),
                _ => None,
            })
            .collect();
        for (option, kind) in FLAGS {
            if options.has(option) {
                types.push(kind.into());
                names.push(options.one(option)?.unwrap_or_default().to_owned());
            }
        }
        for (option, kind) in DEFAULTS {
            if options.has(option) {
                types.push(kind.into());
                names.push(String::new());
            }
        }
        Ok(Entities { types, names })
    }

    fn has(&self, kind: &str) -> bool {
        self.types.iter().any(|t| t == kind)
    }

    fn has_any(&self, kinds: &[&str]) -> bool {
        kinds.iter().any(|kind| self.has(kind))
    }

    pub fn first_type(&self) -> &str {
        self.types.first().map_or("", String::as_str)
    }
}

/// A wrong argument: the outer error has been said already.
type Checked<T> = Result<Result<T, Failure>, Stop>;

fn illegal<T>(message: impl Into<String>) -> Result<T, Failure> {
    Err(Failure::illegal_argument(message))
}

/// Everything that Kafka checks before it connects.
pub async fn check(ctx: &ToolCtx) -> Checked<Entities> {
    let has = |name| ctx.options.has(name);
    if has("alter") == has("describe") {
        let message = "Command must include exactly one action: --describe, --alter";
        return Err(ctx.usage_error(message));
    }
    ctx.refuse("describe", &["add-config", "delete-config"])?;
    let entities = match Entities::of(ctx).and_then(|found| check_types(ctx, found)) {
        Ok(entities) => entities,
        Err(error) => return Ok(Err(error)),
    };
    if let Err(error) = check_names(ctx, &entities).await {
        return Ok(Err(error));
    }
    let fit = match has("describe") {
        true => check_describe(ctx, &entities),
        false => check_alter(ctx, &entities),
    };
    Ok(fit.map(|()| entities))
}

fn check_types(ctx: &ToolCtx, entities: Entities) -> Result<Entities, Failure> {
    let has = |name| ctx.options.has(name);
    let twice: Vec<&str> = entities
        .types
        .iter()
        .enumerate()
        .filter(|(at, kind)| entities.types[..*at].contains(kind))
        .map(|(_, kind)| kind.as_str())
        .collect();
    if !twice.is_empty() {
        return illegal(format!(
            "Duplicate entity type(s) specified: {}",
            twice.join(",")
        ));
    }
    if !has("bootstrap-server") && !has("bootstrap-controller") {
        return illegal("Either --bootstrap-server or --bootstrap-controller must be specified.");
    }
    if let Some(kind) = entities.types.iter().find(|t| !TYPES.contains(&t.as_str())) {
        return illegal(format!(
            "Invalid entity type {kind}, the entity type must be one of {} with a --bootstrap-server or --bootstrap-controller argument",
            TYPES.join(", ")
        ));
    }
    let both_quotas = entities.has(USERS) && entities.has(CLIENTS);
    match entities.types.len() {
        0 => return illegal("At least one entity type must be specified"),
        1 => {}
        2 if both_quotas => {}
        _ => return illegal("Only 'users' and 'clients' entity types may be specified together"),
    }
    let general = has("entity-name") || has("entity-type") || has("entity-default");
    let specific = FLAGS.iter().chain(&DEFAULTS).any(|(option, _)| has(option));
    if general && specific {
        return illegal(
            "--entity-{type,name,default} should not be used in conjunction with specific entity flags",
        );
    }
    Ok(entities)
}

async fn check_names(ctx: &ToolCtx, entities: &Entities) -> Result<(), Failure> {
    let options = &ctx.options;
    if options.has("bootstrap-server") && options.has("bootstrap-controller") {
        return illegal(
            "Only one of --bootstrap-server or --bootstrap-controller can be specified",
        );
    }
    if entities.names.iter().all(String::is_empty) {
        return Ok(());
    }
    let kind = entities.first_type();
    if entities.has_any(&[BROKERS, BROKER_LOGGERS]) {
        for option in ["entity-name", "broker", "broker-logger"] {
            match options.one(option)? {
                Some(id) if id.parse::<i32>().is_err() => {
                    return illegal(format!(
                        "The entity name for {kind} must be a valid integer broker id, but it is: {id}"
                    ));
                }
                _ => {}
            }
        }
    }
    if entities.has(IPS) {
        for option in ["entity-name", "ip"] {
            if let Some(ip) = options.one(option)?
                && !is_address(ctx, ip).await
            {
                return illegal(format!(
                    "The entity name for {kind} must be a valid IP or resolvable host, but it is: {ip}"
                ));
            }
        }
    }
    Ok(())
}

async fn is_address(ctx: &ToolCtx, text: &str) -> bool {
    let literal = text.parse::<std::net::IpAddr>().is_ok();
    literal || text.is_empty() || ctx.session.env().transport.resolve(text).await.is_some()
}

fn check_describe(ctx: &ToolCtx, entities: &Entities) -> Result<(), Failure> {
    let kinds = entities.types.join(",");
    let with_default = [USERS, CLIENTS, BROKERS, IPS];
    if ctx.options.has("entity-default") && !entities.has_any(&with_default) {
        return illegal(format!(
            "--entity-default must not be specified with --describe of {kinds}"
        ));
    }
    if entities.has(BROKER_LOGGERS) && entities.names.iter().all(String::is_empty) {
        return illegal(format!(
            "An entity name must be specified with --describe of {kinds}"
        ));
    }
    Ok(())
}

fn check_alter(ctx: &ToolCtx, entities: &Entities) -> Result<(), Failure> {
    let has = |name| ctx.options.has(name);
    if entities.has_any(&[USERS, CLIENTS, BROKERS, IPS]) {
        if entities.names.is_empty() {
            return illegal(
                "An entity-name or default entity must be specified with --alter of users, clients, brokers or ips",
            );
        }
    } else if entities.names.iter().all(String::is_empty) {
        return illegal(format!(
            "An entity name must be specified with --alter of {}",
            entities.types.join(",")
        ));
    }
    if has("add-config") && has("add-config-file") {
        return illegal("Only one of --add-config or --add-config-file must be specified");
    }
    if !has("add-config") && !has("add-config-file") && !has("delete-config") {
        return illegal(
            "At least one of --add-config, --add-config-file, or --delete-config must be specified with --alter",
        );
    }
    Ok(())
}
