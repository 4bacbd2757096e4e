//! `kafka-consumer-groups.sh`: list, describe, delete and reset consumer groups.
//!
//! Not here: groups of the protocol of KIP-848 beyond what the broker says of them.

mod delete;
mod describe;
mod list;
mod offsets;
mod options;
mod plan;
mod reset;

use super::common;
use super::failure::Failure;
use super::properties;
use crate::client::Admin;
use crate::shell::io::Stop;
use crate::shell::tool::{ErrorStyle, ToolCtx, ToolSpec};

pub static SPEC: ToolSpec = ToolSpec {
    name: "kafka-consumer-groups",
    summary: "This tool helps to list all consumer groups, describe a consumer group, delete consumer group info, or reset consumer group offsets.",
    summary_if_empty: None,
    usage_if_empty: true,
    options: options::OPTIONS,
    errors: ErrorStyle::Uncaught,
    run: |ctx| Box::pin(run(ctx)),
};

/// Shown in tables where there is nothing to show.
const MISSING: &str = "-";

async fn run(ctx: ToolCtx) -> Result<i32, Stop> {
    options::check(&ctx)?;
    if ctx.options.has("validate-regex") {
        let regex = ctx.options.all("validate-regex").concat();
        ctx.io.out_line(list::validate_regex(&regex));
        return Ok(0);
    }
    match ctx.cancel.run(act(&ctx)).await? {
        Ok(()) => Ok(0),
        Err(error) if error.is_illegal_argument() => Err(ctx.usage_error(error.message())),
        Err(error) => {
            let why = error.message();
            say_error(
                &ctx,
                &format!("Executing consumer group command failed due to {why}"),
            );
            ctx.io.err(error.trace());
            // Kafka's own status for a command that failed.
            Ok(0)
        }
    }
}

/// As Kafka's tool says what went wrong: on standard output.
fn say_error(ctx: &ToolCtx, message: &str) {
    ctx.io.out(format!("\nError: {message}\n"));
}

async fn act(ctx: &ToolCtx) -> Result<(), Failure> {
    let admin = admin(ctx).await?;
    let has = |name| ctx.options.has(name);
    let done = if has("list") {
        list::list(ctx, &admin).await
    } else if has("describe") {
        describe::describe(ctx, &admin).await
    } else if has("delete") {
        delete::delete_groups(ctx, &admin).await
    } else if has("reset-offsets") {
        reset::reset(ctx, &admin).await
    } else {
        delete::delete_offsets(ctx, &admin).await
    };
    admin.close();
    done
}

/// The admin client. `--timeout` holds for each of its calls.
async fn admin(ctx: &ToolCtx) -> Result<Admin, Failure> {
    let options = &ctx.options;
    let mut settings = match options.one("command-config")? {
        Some(path) => properties::load(&ctx.session, path).map_err(Failure::runtime)?,
        None => Default::default(),
    };
    let servers = options.one("bootstrap-server")?.unwrap_or_default();
    settings.insert("bootstrap.servers".into(), servers.into());
    let timeout = options.long("timeout");
    if let Ok(Some(timeout_ms)) = timeout {
        let timeout_ms = timeout_ms.clamp(0, i64::from(i32::MAX));
        let timeout = timeout_ms.to_string();
        let shorter = |set: &String| set.parse::<i64>().is_ok_and(|ms| ms > timeout_ms);
        if settings.get("request.timeout.ms").is_none_or(shorter) && timeout_ms < 30_000 {
            settings.insert("request.timeout.ms".into(), timeout.clone());
        }
        settings.insert("default.api.timeout.ms".into(), timeout);
    }
    let admin = Admin::new(&common::context(ctx), &settings).await?;
    // Kafka reads these values here, whatever the action.
    options.longs("to-offset")?;
    options.one("by-duration")?;
    options.long("shift-by")?;
    timeout?;
    Ok(admin)
}

/// The groups that the command is about.
async fn chosen_groups(ctx: &ToolCtx, admin: &Admin) -> Result<Vec<String>, Failure> {
    if ctx.options.has("all-groups") {
        return list::group_ids(admin).await;
    }
    let mut groups: Vec<String> = Vec::new();
    for group in ctx.options.all("group") {
        if !groups.iter().any(|known| known == group) {
            groups.push(group.to_owned());
        }
    }
    Ok(groups)
}

/// `%-15s`, `%-10s` …
fn cell(text: impl std::fmt::Display, width: usize) -> String {
    let text = text.to_string();
    format!("{text:width$}")
}
