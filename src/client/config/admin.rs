//! Settings of the admin client.

use super::def::{Check, Def, Properties, Type, Values, def};
use super::{COMMON, ConnectionConfig, connection_config};
use crate::client::ClientError;

/// See the names in Kafka's documentation of admin configs. Times are in milliseconds.
#[derive(Debug, Clone)]
pub struct AdminConfig {
    pub connection: ConnectionConfig,
    pub default_api_timeout_ms: u64,
    pub retries: i32,
}

const INT_MAX: i64 = i32::MAX as i64;

const DEFS: &[Def] = &[
    def("bootstrap.servers", Type::List, "", Check::Any),
    def("bootstrap.controllers", Type::List, "", Check::Any),
    def(
        "retries",
        Type::Int,
        "2147483647",
        Check::Between(0, INT_MAX),
    ),
    def(
        "default.api.timeout.ms",
        Type::Int,
        "60000",
        Check::AtLeast(0),
    ),
];

impl AdminConfig {
    /// Reads and checks the settings. `bootstrap.controllers` are used like `bootstrap.servers`: here every
    /// broker is a controller too.
    pub fn parse(properties: &Properties) -> Result<AdminConfig, ClientError> {
        let values = Values::parse(&[DEFS, COMMON], properties)?;
        let refuse = |why: &str| Err(ClientError::create_admin(ClientError::Config(why.into())));
        let controllers = values.list("bootstrap.controllers");
        match (
            values.list("bootstrap.servers").is_empty(),
            controllers.is_empty(),
        ) {
            (true, true) => {
                return refuse("You must set either bootstrap.servers or bootstrap.controllers");
            }
            (false, false) => {
                return refuse("You cannot set both bootstrap.servers and bootstrap.controllers");
            }
            _ => {}
        }
        let request_timeout_ms = values.ms("request.timeout.ms");
        let mut default_api_timeout_ms = values.ms("default.api.timeout.ms");
        if default_api_timeout_ms < request_timeout_ms {
            if values.is_set("default.api.timeout.ms") {
                return refuse(
                    "The specified value of default.api.timeout.ms must be no smaller than the value \
                     of request.timeout.ms.",
                );
            }
            default_api_timeout_ms = request_timeout_ms;
        }
        let client_id = match values.string("client.id") {
            id if id.is_empty() => "adminclient-1".to_owned(),
            id => id,
        };
        let mut connection = connection_config(&values, client_id)?;
        connection.bootstrap_servers.extend(controllers);
        Ok(AdminConfig {
            connection,
            default_api_timeout_ms,
            retries: values.int("retries"),
        })
    }
}
