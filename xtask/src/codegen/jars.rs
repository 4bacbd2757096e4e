//! Finds Kafka's jars and reads the message schemas out of them.
//!
//! A jar is a zip file; only what these jars use is understood (stored and deflated entries, no zip64).

use anyhow::{Context, Result, bail, ensure};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::KAFKA_VERSION;

const JARS: &[&str] = &[
    "kafka-clients",
    "kafka-metadata",
    "kafka-group-coordinator",
    "kafka-transaction-coordinator",
];

/// Every message schema in the jars, by the message's name.
pub fn read_schemas(root: &Path, given: Option<&Path>) -> Result<BTreeMap<String, String>> {
    let dir = match given {
        Some(dir) => dir.to_owned(),
        None => fetch(root)?,
    };
    let mut schemas = BTreeMap::new();
    for jar in JARS {
        let path = dir.join(format!("{jar}-{KAFKA_VERSION}.jar"));
        let zip = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        read_zip(&zip, &mut schemas).with_context(|| format!("in {}", path.display()))?;
    }
    Ok(schemas)
}

/// Has Maven put the jars into `target/kafka-jars`, unless they are there.
fn fetch(root: &Path) -> Result<PathBuf> {
    let dir = root.join("target/kafka-jars");
    for jar in JARS {
        if dir.join(format!("{jar}-{KAFKA_VERSION}.jar")).exists() {
            continue;
        }
        println!("fetching {jar} {KAFKA_VERSION} by Maven, for its message schemas");
        let status = Command::new("mvn")
            .args([
                "-q",
                "-B",
                "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy",
            ])
            .arg(format!("-Dartifact=org.apache.kafka:{jar}:{KAFKA_VERSION}"))
            .arg(format!("-DoutputDirectory={}", dir.display()))
            .current_dir(root)
            .status()
            .context("mvn is needed (apt-get install maven), or --jars DIR with Kafka's jars")?;
        ensure!(
            status.success(),
            "mvn could not fetch {jar} {KAFKA_VERSION}"
        );
    }
    Ok(dir)
}

fn read_zip(zip: &[u8], schemas: &mut BTreeMap<String, String>) -> Result<()> {
    const END_OF_DIRECTORY: [u8; 4] = *b"PK\x05\x06";
    let end = zip
        .windows(4)
        .rposition(|w| w == END_OF_DIRECTORY)
        .context("not a zip file")?;
    let count = u16_at(zip, end + 10)?;
    let mut at = u32_at(zip, end + 16)?;
    for _ in 0..count {
        let method = u16_at(zip, at + 10)?;
        let packed = u32_at(zip, at + 20)?;
        let (name_len, extra, comment) = (
            u16_at(zip, at + 28)?,
            u16_at(zip, at + 30)?,
            u16_at(zip, at + 32)?,
        );
        let local = u32_at(zip, at + 42)?;
        let name = std::str::from_utf8(slice(zip, at + 46, name_len)?)?;
        at += 46 + name_len + extra + comment;
        if !name.starts_with("common/") || !name.ends_with(".json") {
            continue;
        }
        let data_at = local + 30 + u16_at(zip, local + 26)? + u16_at(zip, local + 28)?;
        let data = slice(zip, data_at, packed)?;
        let mut text = String::new();
        match method {
            0 => text.push_str(std::str::from_utf8(data)?),
            8 => {
                flate2::read::DeflateDecoder::new(data).read_to_string(&mut text)?;
            }
            other => bail!("compression method {other} of {name}"),
        }
        let stem = name
            .rsplit('/')
            .next()
            .unwrap_or(name)
            .trim_end_matches(".json");
        schemas.insert(stem.to_owned(), text);
    }
    Ok(())
}

fn slice(zip: &[u8], at: usize, n: usize) -> Result<&[u8]> {
    zip.get(at..at + n).context("the zip file is cut off")
}

fn u16_at(zip: &[u8], at: usize) -> Result<usize> {
    Ok(usize::from(u16::from_le_bytes(
        slice(zip, at, 2)?.try_into()?,
    )))
}

fn u32_at(zip: &[u8], at: usize) -> Result<usize> {
    Ok(u32::from_le_bytes(slice(zip, at, 4)?.try_into()?) as usize)
}
