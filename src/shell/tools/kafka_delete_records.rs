//! `kafka-delete-records.sh`: deletes the records of partitions before given offsets.

use super::common;
use super::failure::{self, Failure};
use crate::client::{Admin, TopicPartition};
use crate::shell::io::Stop;
use crate::shell::json::Json;
use crate::shell::options::OptSpec;
use crate::shell::tool::{ErrorStyle, ToolCtx, ToolSpec};

pub static SPEC: ToolSpec = ToolSpec {
    name: "kafka-delete-records",
    summary: "This tool helps to delete records of the given partitions down to the specified offset.",
    summary_if_empty: None,
    usage_if_empty: true,
    options: OPTIONS,
    errors: ErrorStyle::StackTrace,
    run: |ctx| Box::pin(run(ctx)),
};

const OPTIONS: &[OptSpec] = &[
    OptSpec::value(
        "bootstrap-server",
        "server(s) to use for bootstrapping",
        "REQUIRED: the brokers to ask first.",
    ),
    OptSpec::value(
        "offset-json-file",
        "Offset json file path",
        "REQUIRED: a file that names the first offset to keep of each partition, -1 for none:\n{\"partitions\":\n  [{\"topic\": \"foo\", \"partition\": 1, \"offset\": 1}],\n \"version\":1\n}",
    ),
    OptSpec::value(
        "command-config",
        "command config property file path",
        "A file with settings of the admin client.",
    ),
    OptSpec::flag("help", "Show this text."),
    OptSpec::flag("version", "Show Kafka's version."),
];

async fn run(ctx: ToolCtx) -> Result<i32, Stop> {
    ctx.require(&["bootstrap-server", "offset-json-file"])?;
    match ctx.cancel.run(delete(&ctx)).await? {
        Ok(()) => Ok(0),
        Err(error) => Err(failure::uncaught(&ctx, &error)),
    }
}

async fn delete(ctx: &ToolCtx) -> Result<(), Failure> {
    let config = ctx.options.one("command-config")?;
    let bootstrap = ctx.options.one("bootstrap-server")?.unwrap_or_default();
    let admin = common::admin(ctx, bootstrap, config).await?;
    let done = delete_with(ctx, &admin).await;
    admin.close();
    done
}

async fn delete_with(ctx: &ToolCtx, admin: &Admin) -> Result<(), Failure> {
    let path = ctx.options.one("offset-json-file")?.unwrap_or_default();
    let bytes = ctx.session.read_file(path).map_err(|_| {
        let cause = Failure::new("java.nio.file.NoSuchFileException", path);
        Failure::new("java.io.IOException", format!("Unable to read file {path}")).caused_by(cause)
    })?;
    let offsets = parse(&String::from_utf8_lossy(&bytes))?;
    let duplicates: Vec<String> = offsets
        .iter()
        .enumerate()
        .filter(|(at, (tp, _))| {
            let again = offsets[at + 1..].iter().any(|(other, _)| other == tp);
            again && !offsets[..*at].iter().any(|(other, _)| other == tp)
        })
        .map(|(_, (tp, _))| tp.to_string())
        .collect();
    if !duplicates.is_empty() {
        return Err(Failure::new(
            "org.apache.kafka.tools.AdminCommandFailedException",
            format!(
                "Offset json file contains duplicate topic partitions: {}",
                duplicates.join(",")
            ),
        ));
    }
    ctx.io.out_line("Executing records delete operation");
    let results = admin.delete_records(&offsets.into_iter().collect()).await;
    ctx.io.out_line("Records delete operation completed:");
    // Kafka shows them in an order that differs from run to run.
    for (tp, result) in results {
        ctx.io.out_line(match result {
            Ok(low_watermark) => format!("partition: {tp}\tlow_watermark: {low_watermark}"),
            Err(error) => format!(
                "partition: {tp}\terror: {}",
                Failure::from(error).execution().message()
            ),
        });
    }
    Ok(())
}

/// The offsets in the file, in its order.
fn parse(text: &str) -> Result<Vec<(TopicPartition, i64)>, Failure> {
    let operation =
        |message: String| Failure::new("org.apache.kafka.tools.AdminOperationException", message);
    let not_json = || operation("The input string is not a valid JSON".into());
    // What follows the first value is not looked at.
    let (json, _) = Json::parse_next(text).map_err(|_| not_json())?;
    let object = as_object(&json)?;
    let version = match object.get("version") {
        Some(version) => integer::<i32>(version, "Integer")?,
        None => 1,
    };
    if version != 1 {
        let message = format!("Not supported version field value {version}");
        return Err(operation(message));
    }
    let partitions = object
        .get("partitions")
        .ok_or_else(|| operation("Missing partitions field".into()))?;
    let list = partitions.as_array().ok_or_else(|| {
        mapping(format!(
            "Expected JSON array, received {}",
            partitions.compact()
        ))
    })?;
    list.iter()
        .map(|partition| {
            let partition = as_object(partition)?;
            let field = |name: &str| {
                partition
                    .get(name)
                    .ok_or_else(|| mapping(format!("No such field exists: `{name}`")))
            };
            let topic = field("topic")?;
            let topic = topic.as_str().ok_or_else(|| expected("String", topic))?;
            let number = integer::<i32>(field("partition")?, "Integer")?;
            let offset = integer::<i64>(field("offset")?, "Long")?;
            Ok((TopicPartition::new(topic, number), offset))
        })
        .collect()
}

fn as_object(json: &Json) -> Result<&Json, Failure> {
    match json {
        Json::Object(_) => Ok(json),
        other => Err(mapping(format!(
            "Expected JSON object, received {}",
            other.compact()
        ))),
    }
}

fn integer<T: std::str::FromStr>(json: &Json, name: &str) -> Result<T, Failure> {
    match json {
        Json::Number(text) => text.parse().map_err(|_| expected(name, json)),
        _ => Err(expected(name, json)),
    }
}

fn expected(name: &str, json: &Json) -> Failure {
    mapping(format!(
        "Expected `{name}` value, received {}",
        json.compact()
    ))
}

fn mapping(message: String) -> Failure {
    Failure::new(
        "com.fasterxml.jackson.databind.JsonMappingException",
        message,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        parse(text).unwrap_err().message().to_owned()
    }

    #[test]
    fn offsets_are_read_from_json() {
        let text = r#"{"partitions":[{"topic":"t","partition":1,"offset":-1}],"version":1}"#;
        assert_eq!(parse(text).unwrap(), [(TopicPartition::new("t", 1), -1)]);
        assert_eq!(parse(r#"{"partitions":[]}"#).unwrap(), []);
    }

    #[test]
    fn wrong_files_are_refused_in_kafka_s_words() {
        assert_eq!(refused("not json"), "The input string is not a valid JSON");
        assert_eq!(refused("{}"), "Missing partitions field");
        assert_eq!(
            refused(r#"{"partitions":[],"version":7}"#),
            "Not supported version field value 7"
        );
        assert_eq!(
            refused(r#"{"partitions":[{"topic":"t","partition":0}]}"#),
            "No such field exists: `offset`"
        );
        assert_eq!(
            refused(r#"{"partitions":[{"topic":"t","partition":"0","offset":1}]}"#),
            "Expected `Integer` value, received \"0\""
        );
    }
}
