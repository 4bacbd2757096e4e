//! Settings of the consumer.

use super::def::{Check, Def, Properties, Type, Values, def, nullable};
use super::{BOOTSTRAP, COMMON, ConnectionConfig, connection_config};
use crate::client::ClientError;
use crate::client::consumer::assignor::AssignorKind;

/// `auto.offset.reset`: where to read when there is no valid position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OffsetReset {
    Earliest,
    Latest,
    None,
    /// At the first record that is not older than so many milliseconds (KIP-1106).
    ByDuration(i64),
}

impl OffsetReset {
    /// `None` if the text is not a valid value.
    pub fn parse(text: &str) -> Option<OffsetReset> {
        match text {
            "earliest" => Some(OffsetReset::Earliest),
            "latest" => Some(OffsetReset::Latest),
            "none" => Some(OffsetReset::None),
            _ => {
                let duration_ms = parse_iso_duration_ms(text.strip_prefix("by_duration:")?)?;
                (duration_ms >= 0).then_some(OffsetReset::ByDuration(duration_ms))
            }
        }
    }
}

/// Reads an ISO 8601 duration as `java.time.Duration.parse` does (`PnDTnHnMn.nS`, signs allowed).
pub(crate) fn parse_iso_duration_ms(text: &str) -> Option<i64> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut rest = rest.strip_prefix(['P', 'p'])?;
    let mut total_ms = 0i64;
    let mut units: &[(char, i64)] = &[
        ('D', 86_400_000),
        ('T', 0),
        ('H', 3_600_000),
        ('M', 60_000),
        ('S', 1000),
    ];
    let (mut in_time, mut parts) = (false, 0);
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(['T', 't']).filter(|_| !in_time) {
            (in_time, rest, units) = (
                true,
                after,
                &units[units.iter().position(|u| u.0 == 'T')? + 1..],
            );
            if rest.is_empty() {
                return None;
            }
            continue;
        }
        let end = rest.find(|c: char| c.is_ascii_alphabetic())?;
        let (number, after) = rest.split_at(end);
        let unit = after.chars().next()?.to_ascii_uppercase();
        let at = units.iter().position(|u| u.0 == unit && u.1 > 0)?;
        if !in_time && unit != 'D' {
            return None;
        }
        let part_ms = if unit == 'S' {
            let seconds: f64 = number.replace(',', ".").parse().ok()?;
            (seconds * 1000.0) as i64
        } else {
            number.parse::<i64>().ok()?.checked_mul(units[at].1)?
        };
        total_ms = total_ms.checked_add(part_ms)?;
        (units, rest, parts) = (&units[at + 1..], &after[1..], parts + 1);
        if !in_time && rest.is_empty() {
            break;
        }
        if !in_time {
            units = &[('T', 0), ('H', 3_600_000), ('M', 60_000), ('S', 1000)];
        }
    }
    (parts > 0).then_some(if negative { -total_ms } else { total_ms })
}

/// `isolation.level`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IsolationLevel {
    ReadUncommitted = 0,
    ReadCommitted = 1,
}

/// See the names in Kafka's documentation of consumer configs. Times are in milliseconds.
#[derive(Debug, Clone)]
pub struct ConsumerConfig {
    pub connection: ConnectionConfig,
    pub group_id: Option<String>,
    pub group_instance_id: Option<String>,
    pub client_rack: String,
    /// `group.protocol=consumer` (KIP-848).
    pub consumer_protocol: bool,
    pub session_timeout_ms: u64,
    pub heartbeat_interval_ms: u64,
    pub max_poll_interval_ms: u64,
    pub max_poll_records: usize,
    pub assignors: Vec<AssignorKind>,
    pub enable_auto_commit: bool,
    pub auto_commit_interval_ms: u64,
    pub auto_offset_reset: OffsetReset,
    pub isolation_level: IsolationLevel,
    pub fetch_min_bytes: i32,
    pub fetch_max_bytes: i32,
    pub fetch_max_wait_ms: i32,
    pub max_partition_fetch_bytes: i32,
    pub check_crcs: bool,
    pub exclude_internal_topics: bool,
    pub allow_auto_create_topics: bool,
    pub default_api_timeout_ms: u64,
}

const STRATEGY: &str = "partition.assignment.strategy";
const DEFAULT_STRATEGY: &str = "org.apache.kafka.clients.consumer.RangeAssignor,\
                                org.apache.kafka.clients.consumer.CooperativeStickyAssignor";

const DEFS: &[Def] = &[
    nullable("group.id", Type::String, Check::Any),
    nullable("group.instance.id", Type::String, Check::NonEmpty),
    def("session.timeout.ms", Type::Int, "45000", Check::Any),
    def("heartbeat.interval.ms", Type::Int, "3000", Check::Any),
    def(STRATEGY, Type::List, DEFAULT_STRATEGY, Check::Any),
    def("enable.auto.commit", Type::Boolean, "true", Check::Any),
    def(
        "auto.commit.interval.ms",
        Type::Int,
        "5000",
        Check::AtLeast(0),
    ),
    def("client.rack", Type::String, "", Check::Any),
    def(
        "max.partition.fetch.bytes",
        Type::Int,
        "1048576",
        Check::AtLeast(0),
    ),
    def("fetch.min.bytes", Type::Int, "1", Check::AtLeast(0)),
    def("fetch.max.bytes", Type::Int, "52428800", Check::AtLeast(0)),
    def("fetch.max.wait.ms", Type::Int, "500", Check::AtLeast(0)),
    def(
        "auto.offset.reset",
        Type::String,
        "latest",
        Check::OffsetReset,
    ),
    def("check.crcs", Type::Boolean, "true", Check::Any),
    def(
        "default.api.timeout.ms",
        Type::Int,
        "60000",
        Check::AtLeast(0),
    ),
    def("max.poll.records", Type::Int, "500", Check::AtLeast(1)),
    def(
        "max.poll.interval.ms",
        Type::Int,
        "300000",
        Check::AtLeast(1),
    ),
    def("exclude.internal.topics", Type::Boolean, "true", Check::Any),
    def(
        "isolation.level",
        Type::String,
        "read_uncommitted",
        Check::OneOf(&["read_committed", "read_uncommitted"]),
    ),
    def(
        "allow.auto.create.topics",
        Type::Boolean,
        "true",
        Check::Any,
    ),
    def(
        "group.protocol",
        Type::String,
        "classic",
        Check::OneOfIgnoringCase(&["CONSUMER", "CLASSIC"]),
    ),
    nullable("group.remote.assignor", Type::String, Check::Any),
];

impl ConsumerConfig {
    /// Reads and checks the settings.
    pub fn parse(properties: &Properties) -> Result<ConsumerConfig, ClientError> {
        let values = Values::parse(&[BOOTSTRAP, DEFS, COMMON], properties)?;
        let consumer_protocol = values
            .string("group.protocol")
            .eq_ignore_ascii_case("consumer");
        check_protocol_settings(&values, consumer_protocol)?;
        let group_id = values.text("group.id");
        let enable_auto_commit = auto_commit(&values, group_id.is_some())?;
        let group_instance_id = values.text("group.instance.id");
        if let Some(why) = group_instance_id.as_deref().and_then(name_problem) {
            return Err(ClientError::InvalidConfiguration(format!(
                "Group instance id is invalid: {why}"
            )));
        }
        check_group(&values, group_id.as_deref())?;
        let assignors = (values.list(STRATEGY).iter())
            .map(|class| AssignorKind::by_class(class).ok_or_else(|| unknown_class(class)))
            .collect::<Result<Vec<_>, _>>()?;
        let client_id = match values.string("client.id") {
            id if id.is_empty() => {
                default_client_id(group_id.as_deref(), group_instance_id.as_deref())
            }
            id => id,
        };
        Ok(ConsumerConfig {
            connection: connection_config(&values, client_id)?,
            group_id,
            group_instance_id,
            client_rack: values.string("client.rack"),
            consumer_protocol,
            session_timeout_ms: values.ms("session.timeout.ms"),
            heartbeat_interval_ms: values.ms("heartbeat.interval.ms"),
            max_poll_interval_ms: values.ms("max.poll.interval.ms"),
            max_poll_records: values.number("max.poll.records") as usize,
            assignors,
            enable_auto_commit,
            auto_commit_interval_ms: values.ms("auto.commit.interval.ms"),
            auto_offset_reset: OffsetReset::parse(&values.string("auto.offset.reset"))
                .expect("the definition's check accepted it"),
            isolation_level: match values.string("isolation.level").as_str() {
                "read_committed" => IsolationLevel::ReadCommitted,
                _ => IsolationLevel::ReadUncommitted,
            },
            fetch_min_bytes: values.int("fetch.min.bytes"),
            fetch_max_bytes: values.int("fetch.max.bytes"),
            fetch_max_wait_ms: values.int("fetch.max.wait.ms"),
            max_partition_fetch_bytes: values.int("max.partition.fetch.bytes"),
            check_crcs: values.boolean("check.crcs"),
            exclude_internal_topics: values.boolean("exclude.internal.topics"),
            allow_auto_create_topics: values.boolean("allow.auto.create.topics"),
            default_api_timeout_ms: values.ms("default.api.timeout.ms"),
        })
    }
}

fn check_protocol_settings(values: &Values, consumer_protocol: bool) -> Result<(), ClientError> {
    const CLASSIC_ONLY: &[&str] = &[STRATEGY, "heartbeat.interval.ms", "session.timeout.ms"];
    let (refused, protocol) = match consumer_protocol {
        true => (CLASSIC_ONLY, "CONSUMER"),
        false => (&["group.remote.assignor"] as &[_], "CLASSIC"),
    };
    match refused.iter().find(|name| values.is_set(name)) {
        Some(name) => Err(ClientError::Config(format!(
            "{name} cannot be set when group.protocol={protocol}"
        ))),
        None => Ok(()),
    }
}

fn auto_commit(values: &Values, has_group: bool) -> Result<bool, ClientError> {
    let enabled = values.boolean("enable.auto.commit");
    if has_group || !enabled {
        return Ok(enabled);
    }
    if values.is_set("enable.auto.commit") {
        return Err(ClientError::InvalidConfiguration(
            "enable.auto.commit cannot be set to true when default group id (null) is used.".into(),
        ));
    }
    Ok(false)
}

fn check_group(values: &Values, group_id: Option<&str>) -> Result<(), ClientError> {
    let Some(group_id) = group_id else {
        return Ok(());
    };
    if group_id.trim().is_empty() {
        let why = "The configured group.id should not be an empty string or whitespace.";
        return Err(ClientError::construct(
            "consumer",
            ClientError::InvalidGroupId(why.into()),
        ));
    }
    if values.number("heartbeat.interval.ms") >= values.number("session.timeout.ms") {
        let why = "Heartbeat must be set lower than the session timeout";
        return Err(ClientError::construct(
            "consumer",
            ClientError::IllegalArgument(why.into()),
        ));
    }
    Ok(())
}

fn unknown_class(class: &str) -> ClientError {
    let cause = ClientError::Other {
        class: "java.lang.ClassNotFoundException",
        message: Some(class.to_owned()),
    };
    let inner = ClientError::kafka(
        format!("{class} ClassNotFoundException exception occurred"),
        Some(cause),
    );
    ClientError::construct("consumer", inner)
}

/// As Java names a consumer of its own accord. Java counts clients of one process; here each is its first.
fn default_client_id(group_id: Option<&str>, instance_id: Option<&str>) -> String {
    let suffix = instance_id.unwrap_or("1");
    format!("consumer-{}-{suffix}", group_id.unwrap_or("null"))
}

/// Why a name cannot name a topic or a static member.
pub(crate) fn name_problem(name: &str) -> Option<String> {
    if name.is_empty() {
        return Some("the empty string is not allowed".into());
    }
    if name == "." || name == ".." {
        return Some(format!("'{name}' is not allowed"));
    }
    if name.len() > 249 {
        return Some(format!(
            "the length of '{name}' is longer than the max allowed length 249"
        ));
    }
    let legal = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    (!name.bytes().all(legal)).then(|| {
        format!("'{name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'")
    })
}
