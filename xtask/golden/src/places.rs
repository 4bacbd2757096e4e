//! Transcripts say ports 9092 to 9094 and folders `/data/broker-N`; the cluster may be elsewhere.

use regex::bytes::Regex;
use std::path::Path;

/// Where the brokers are in truth.
pub struct Places {
    ports: Vec<u16>,
    data: Option<String>,
}

const FIRST: u16 = 9092;

impl Places {
    /// The cluster is where the transcripts say.
    pub fn none() -> Places {
        Places {
            ports: Vec::new(),
            data: None,
        }
    }

    pub fn ports(ports: Vec<u16>) -> Places {
        Places { ports, data: None }
    }

    /// Three brokers on consecutive ports, with their folders below `run`.
    pub fn consecutive(port: u16, run: &Path) -> Places {
        let data = Some(format!("{}/data-", run.display()));
        Places {
            ports: vec![port, port + 1, port + 2],
            data,
        }
    }

    /// A command as it must be run.
    pub fn to_real(&self, command: &str) -> String {
        let mut command = command.to_owned();
        // In two steps, because one broker's true port may be another's written one.
        for index in 0..self.ports.len() {
            let written = format!("localhost:{}", usize::from(FIRST) + index);
            command = command.replace(&written, &format!("localhost:\u{1}{index}\u{1}"));
        }
        for (index, port) in self.ports.iter().enumerate() {
            command = command.replace(&format!("\u{1}{index}\u{1}"), &port.to_string());
        }
        match &self.data {
            Some(data) => command.replace("/data/broker-", data),
            None => command,
        }
    }

    /// Output as it would be with the cluster where the transcripts say.
    pub fn as_recorded(&self, output: Vec<u8>) -> Vec<u8> {
        if self.ports.is_empty() {
            return output;
        }
        let mut output = output;
        if let Some(data) = &self.data {
            let data = regex(&regex::escape(data));
            output = data
                .replace_all(&output, &b"/data/broker-"[..])
                .into_owned();
        }
        for (index, port) in self.ports.iter().enumerate() {
            let port = regex(&format!(r"\b{port}\b"));
            let written = (usize::from(FIRST) + index).to_string();
            output = port.replace_all(&output, written.as_bytes()).into_owned();
        }
        output
    }
}

fn regex(pattern: &str) -> Regex {
    let ascii = format!("(?-u){pattern}");
    Regex::new(&ascii).expect("made of escaped text and numbers")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_and_folders_are_mapped_both_ways() {
        let places = Places::consecutive(29092, Path::new("/x/run"));
        let real = places.to_real("a localhost:9093 /data/broker-1/t-0");
        assert_eq!(real, "a localhost:29093 /x/run/data-1/t-0");
        assert_eq!(
            places.as_recorded(b"at localhost:29094 (id: 3) in /x/run/data-2".to_vec()),
            b"at localhost:9094 (id: 3) in /data/broker-2"
        );
        assert_eq!(
            Places::ports(vec![9093, 9092]).to_real("localhost:9092"),
            "localhost:9093"
        );
    }
}
