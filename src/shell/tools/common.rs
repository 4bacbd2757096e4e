//! What Kafka's tools share: clients with their log lines on standard error, addresses, filters of topics.

use super::failure::Failure;
use super::properties;
use crate::client::{Admin, ClientError, Context, Level, Logger, Properties};
use crate::shell::io::Io;
use crate::shell::session::Session;
use crate::shell::time::log_stamp;
use crate::shell::tool::ToolCtx;
use regex_lite::Regex;
use std::rc::Rc;

/// A client's log lines as Kafka's tools show them: WARN and above, on standard error.
struct StderrLog {
    io: Io,
    session: Session,
}

impl Logger for StderrLog {
    fn log(&self, level: Level, class: &str, message: &str) {
        if level >= Level::Warn {
            let stamp = log_stamp(self.session.env().runtime.wall_ms());
            self.io
                .err_line(format!("[{stamp}] {} {message} ({class})", level.name()));
            // The tool may wait for long: what is logged meanwhile shall be seen.
            let io = self.io.clone();
            let show = async move { io.flush().await.unwrap_or(()) };
            self.session.env().runtime.spawn(Box::pin(show));
        }
    }

    fn log_with(&self, level: Level, class: &str, message: &str, error: &ClientError) {
        self.log(level, class, message);
        if level >= Level::Warn {
            self.io.err(Failure::from(error.clone()).trace());
        }
    }
}

/// Where the clients of this tool run and log.
pub fn context(ctx: &ToolCtx) -> Context {
    let logger = StderrLog {
        io: ctx.io.clone(),
        session: ctx.session.clone(),
    };
    Context::new(ctx.session.env().clone(), Rc::new(logger))
}

/// An admin client with the settings of `--command-config` and the address of `--bootstrap-server`.
pub async fn admin(ctx: &ToolCtx, bootstrap: &str, config: Option<&str>) -> Result<Admin, Failure> {
    let mut settings = match config {
        Some(path) => properties::load(&ctx.session, path)?,
        None => Properties::default(),
    };
    settings.insert("bootstrap.servers".into(), bootstrap.into());
    Ok(Admin::new(&context(ctx), &settings).await?)
}

/// The answers of a call on several things, or the first refusal.
pub fn all<K, V>(answers: Vec<(K, Result<V, ClientError>)>) -> Result<Vec<(K, V)>, Failure> {
    answers
        .into_iter()
        .map(|(key, answer)| Ok((key, answer?)))
        .collect()
}

/// Topics by name or regular expression (`IncludeList`): a comma is an alternative, quotes around it and
/// spaces do not count, the whole name must match.
pub struct IncludeList(Regex);

impl IncludeList {
    pub fn new(raw: &str) -> Result<Self, Failure> {
        let cleaned = raw.trim().replace(',', "|").replace(' ', "");
        let quotes: &[char] = &['"', '\''];
        let cleaned = cleaned.trim_start_matches(quotes).trim_end_matches(quotes);
        let invalid = |_| {
            Failure::new(
                "java.lang.RuntimeException",
                format!("{cleaned} is an invalid regex."),
            )
        };
        Regex::new(&format!("^(?:{cleaned})$"))
            .map(IncludeList)
            .map_err(invalid)
    }

    pub fn matches(&self, topic: &str) -> bool {
        self.0.is_match(topic)
    }
}

/// Topics that Kafka makes for itself.
pub fn is_internal(topic: &str) -> bool {
    matches!(
        topic,
        "__consumer_offsets" | "__transaction_state" | "__share_group_state"
    )
}

/// `ToolsUtils.validateBootstrapServer`: each of a list must end in a port.
pub fn check_bootstrap(servers: Option<&str>) -> Result<(), &'static str> {
    let servers = servers.unwrap_or_default();
    if servers.trim().is_empty() {
        return Err("Error while validating the bootstrap address\n");
    }
    let mut parts: Vec<&str> = servers.split(',').collect();
    while parts.len() > 1 && parts.last() == Some(&"") {
        parts.pop();
    }
    match parts.iter().all(|part| has_port(part)) {
        true => Ok(()),
        false => Err("Please provide valid host:port like host1:9091,host2:9092\n"),
    }
}

fn has_port(address: &str) -> bool {
    let legal = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'%' | b'.' | b'_' | b':');
    let bare = address.split_once("://").map_or(address, |(_, rest)| rest);
    let Some((host, port)) = bare.rsplit_once(':') else {
        return false;
    };
    let host = host.strip_prefix('[').unwrap_or(host);
    let host = host.strip_suffix(']').unwrap_or(host);
    host.bytes().all(legal) && !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_need_a_port() {
        assert!(check_bootstrap(Some("a:1,[::1]:2,PLAINTEXT://c:3,")).is_ok());
        assert!(
            check_bootstrap(Some("a"))
                .unwrap_err()
                .starts_with("Please")
        );
        assert!(check_bootstrap(None).unwrap_err().starts_with("Error"));
    }

    #[test]
    fn include_lists_match_whole_names() {
        let list = IncludeList::new("'a.*, b'").unwrap();
        assert!(list.matches("ab") && list.matches("b") && !list.matches("bb"));
        assert_eq!(
            IncludeList::new("[").err().unwrap().message(),
            "[ is an invalid regex."
        );
    }
}
