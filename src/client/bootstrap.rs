//! `bootstrap.servers`: reading the list, with the checks and texts of Java's `ClientUtils`.

use super::ClientError;
use super::env::Transport;
use super::logger::{Log, class};
use super::types::Node;

/// Reads the list and asks for the address of every host. Hosts without one are left out with a warning; that
/// none is left is an error. The nodes have ids -1, -2, …
pub(crate) async fn resolve(
    servers: &[String],
    transport: &dyn Transport,
    log: &Log,
) -> Result<Vec<Node>, ClientError> {
    let mut nodes: Vec<Node> = Vec::new();
    for server in servers.iter().filter(|s| !s.is_empty()) {
        let (host, port) = parse(server)?;
        if transport.resolve(&host).await.is_none() {
            let text = format!(
                "Couldn't resolve server {server} from bootstrap.servers as DNS resolution failed for {host}"
            );
            log.warn(class::CLIENT_UTILS, &text);
            continue;
        }
        let id = -1 - nodes.len() as i32;
        nodes.push(Node {
            id,
            host,
            port,
            rack: None,
            is_fenced: false,
        });
    }
    if nodes.is_empty() {
        let text = "No resolvable bootstrap urls given in bootstrap.servers";
        return Err(ClientError::Config(text.into()));
    }
    Ok(nodes)
}

/// `host:port`, `[v6]:port` or `protocol://host:port`.
fn parse(server: &str) -> Result<(String, i32), ClientError> {
    let invalid = || ClientError::Config(format!("Invalid url in bootstrap.servers: {server}"));
    let address = match server.split_once("://") {
        Some((protocol, rest))
            if protocol
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'_') =>
        {
            rest
        }
        _ => server,
    };
    let (host, port) = address.rsplit_once(':').ok_or_else(invalid)?;
    let bare = host
        .strip_prefix('[')
        .and_then(|h| h.strip_suffix(']'))
        .unwrap_or(host);
    let legal = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'%' | b':');
    if bare.is_empty() || !bare.bytes().all(legal) {
        return Err(invalid());
    }
    if port.is_empty() || !port.bytes().all(|b| b.is_ascii_digit()) {
        return Err(invalid());
    }
    match port.parse::<u16>() {
        Ok(port) => Ok((bare.to_owned(), i32::from(port))),
        Err(_) => Err(ClientError::Config(format!(
            "Invalid port in bootstrap.servers: {server}"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_java_reads_them() {
        for (server, host, port) in [
            ("localhost:9092", "localhost", 9092),
            ("PLAINTEXT://kafka_broker:9093", "kafka_broker", 9093),
            ("[::1]:9092", "::1", 9092),
            ("localhost:0", "localhost", 0),
        ] {
            assert_eq!(parse(server), Ok((host.to_owned(), port)));
        }
    }

    #[test]
    fn what_is_no_address_is_refused_in_javas_words() {
        for (server, why) in [
            (
                "localhost:abc",
                "Invalid url in bootstrap.servers: localhost:abc",
            ),
            ("localhost", "Invalid url in bootstrap.servers: localhost"),
            (
                "localhost:-1",
                "Invalid url in bootstrap.servers: localhost:-1",
            ),
            (
                "lo cal:9092",
                "Invalid url in bootstrap.servers: lo cal:9092",
            ),
            (
                "localhost:99999",
                "Invalid port in bootstrap.servers: localhost:99999",
            ),
        ] {
            assert_eq!(parse(server), Err(ClientError::Config(why.to_owned())));
        }
    }
}
