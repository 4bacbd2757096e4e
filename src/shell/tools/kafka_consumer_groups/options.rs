//! The options of `kafka-consumer-groups.sh`, and which of them go together.

use crate::shell::io::Stop;
use crate::shell::options::{Kind, OptSpec};
use crate::shell::tool::ToolCtx;

pub const OPTIONS: &[OptSpec] = &[
    OptSpec::value("bootstrap-server", "server to connect to", "The brokers to ask first. REQUIRED, except for --validate-regex."),
    OptSpec::value("group", "consumer group", "The group; may come again."),
    OptSpec::value("topic", "topic", "A topic, or some of its partitions as topic:0,1,2; may come again."),
    OptSpec::flag("all-topics", "With --reset-offsets: all topics that the group has offsets of."),
    OptSpec::flag("list", "List the groups."),
    OptSpec::flag("describe", "Show offsets and lag of groups, or their members or state."),
    OptSpec::flag("all-groups", "All groups."),
    OptSpec::flag("delete", "Delete groups with all their offsets."),
    OptSpec::value("timeout", "timeout (ms)", "How long to wait for an answer, for instance while a group rebalances.")
        .kind(Kind::Long)
        .default("30000"),
    OptSpec::value("command-config", "command config property file", "A file with settings of the admin client."),
    OptSpec::flag("reset-offsets", "Move the offsets of a group without members. Says where to with one of --to-datetime, --by-duration, --to-earliest, --to-latest, --shift-by, --from-file, --to-current, --to-offset, and what with --topic or --all-topics. Nothing is changed without --execute."),
    OptSpec::flag("delete-offsets", "Delete the offsets of a group for some topics."),
    OptSpec::flag("dry-run", "With --reset-offsets: show only what would be done."),
    OptSpec::flag("execute", "With --reset-offsets: do it."),
    OptSpec::flag("export", "With --reset-offsets: show the result as CSV."),
    OptSpec::value("to-offset", "offset", "To this offset.").kind(Kind::Long),
    OptSpec::value("from-file", "path to CSV file", "To the offsets in a CSV file, as --export writes it."),
    OptSpec::value("to-datetime", "datetime", "To the first record at or after a time: 'YYYY-MM-DDThh:mm:ss.sss'."),
    OptSpec::value("by-duration", "duration", "To the first record of the last so much time: 'PnDTnHnMnS'."),
    OptSpec::flag("to-earliest", "To the first record."),
    OptSpec::flag("to-latest", "Behind the last record."),
    OptSpec::flag("to-current", "To the offsets that the group has."),
    OptSpec::value("shift-by", "number-of-offsets", "Forward, or back if negative, by so many offsets.").kind(Kind::Long),
    OptSpec::flag("members", "With --describe: show the members.").available_if(&["describe"]),
    OptSpec::flag("verbose", "With --describe: show more.").available_if(&["describe"]),
    OptSpec::flag("offsets", "With --describe: show offsets and lag (the default).").available_if(&["describe"]),
    OptSpec::optional("state", "", "With --describe: show the state. With --list: show states, or only groups in these.")
        .available_if(&["describe", "list"]),
    OptSpec::optional("type", "", "With --list: show types, or only groups of these (classic, consumer).")
        .available_if(&["list"]),
    OptSpec::value("validate-regex", "regex", "Say whether this is a regular expression that brokers take."),
    OptSpec::value("zookeeper", "urls", "")
        .legacy("--zookeeper was removed in Kafka 2.0; using --bootstrap-server localhost:9092 instead.")
        .becomes("bootstrap-server", Some("localhost:9092")),
    OptSpec::flag("new-consumer", "").legacy("--new-consumer has no effect since Kafka 2.0."),
    OptSpec::flag("help", "Show this text."),
    OptSpec::flag("version", "Show Kafka's version."),
];

const ACTIONS: [&str; 6] = [
    "list",
    "describe",
    "delete",
    "reset-offsets",
    "delete-offsets",
    "validate-regex",
];
/// Ways to say where offsets shall go, in the order in which Kafka checks them.
pub const SCENARIOS: [&str; 8] = [
    "to-offset",
    "to-datetime",
    "by-duration",
    "to-earliest",
    "to-latest",
    "to-current",
    "shift-by",
    "from-file",
];
const NO_EXECUTE: &str = "WARN: No action will be performed as the --execute option is missing. In version 5.0, this command will require either --dry-run or --execute to be specified. You should add the --dry-run option explicitly if you are scripting this command and want to keep the current default behavior without prompting.";

/// What Kafka checks before it connects.
pub fn check(ctx: &ToolCtx) -> Result<(), Stop> {
    let has = |name| ctx.options.has(name);
    if !has("validate-regex") {
        ctx.require(&["bootstrap-server"])?;
    }
    if has("describe") {
        check_describe(ctx)?;
    }
    if has("delete") {
        need_groups(ctx, "delete")?;
        if has("topic") {
            return Err(ctx.usage_error(
                "The consumer does not support topic-specific offset deletion from a consumer group.",
            ));
        }
    }
    if has("delete-offsets") && !(has("group") && has("topic")) {
        let message = "Option [delete-offsets] takes the following options: [group], [topic]";
        return Err(ctx.usage_error(message));
    }
    if has("reset-offsets") {
        check_reset(ctx)?;
    }
    ctx.refuse("group", &["all-groups"])?;
    ctx.refuse("group", &["list"])?;
    ctx.refuse("topic", &["list", "describe"])?;
    if ACTIONS.iter().filter(|action| has(action)).count() != 1 {
        let actions: Vec<String> = ACTIONS.iter().map(|name| format!("--{name}")).collect();
        return Err(ctx.usage_error(&format!(
            "Command must include exactly one action: {}",
            actions.join(", ")
        )));
    }
    Ok(())
}

fn need_groups(ctx: &ToolCtx, action: &str) -> Result<(), Stop> {
    if ctx.options.has("group") || ctx.options.has("all-groups") {
        return Ok(());
    }
    Err(ctx.usage_error(&format!(
        "Option [{action}] takes one of these options: [group], [all-groups]"
    )))
}

fn check_describe(ctx: &ToolCtx) -> Result<(), Stop> {
    need_groups(ctx, "describe")?;
    let views = ["members", "offsets", "state"];
    if views.iter().filter(|view| ctx.options.has(view)).count() > 1 {
        return Err(ctx.usage_error(
            "Option [describe] takes at most one of these options: [members], [offsets], [state]",
        ));
    }
    if ctx.options.has_argument("state") {
        return Err(ctx.usage_error("Option [describe] does not take a value for [state]"));
    }
    Ok(())
}

fn check_reset(ctx: &ToolCtx) -> Result<(), Stop> {
    let has = |name| ctx.options.has(name);
    if has("dry-run") && has("execute") {
        return Err(
            ctx.usage_error("Option [reset-offsets] only accepts one of [execute] and [dry-run]")
        );
    }
    if !has("dry-run") && !has("execute") {
        ctx.io.err_line(NO_EXECUTE);
    }
    need_groups(ctx, "reset-offsets")?;
    for scenario in SCENARIOS {
        let others: Vec<&str> = SCENARIOS.into_iter().filter(|s| *s != scenario).collect();
        ctx.refuse(scenario, &others)?;
    }
    Ok(())
}
