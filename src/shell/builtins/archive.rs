//! What stands in for the archives of Kafka that courses download and unpack.
//!
//! Nothing is downloaded: the tools are built in. A note takes the archive's place, and unpacking it gives the
//! folders that later lines of a course go through.

use super::super::fs::FsError;
use super::super::session::Session;
use super::super::tool;

/// What is in the file in place of the archive.
pub(super) const NOTE: &str =
    "Kafka's tools are part of this notebook's shell: nothing was downloaded.\n";

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

pub(super) fn is_archive(path: &str) -> bool {
    stem(path).len() < file_name(path).len()
}

/// Whether the file is a release of Kafka, of its old ZooKeeper, or Confluent's.
pub(super) fn is_kafka(path: &str) -> bool {
    let name = file_name(path);
    let products = ["kafka", "apache-zookeeper", "zookeeper", "confluent"];
    is_archive(path) && products.iter().any(|product| name.starts_with(product))
}

/// The name without `.tgz` and the like: the folder that is in the archive.
pub(super) fn stem(path: &str) -> &str {
    let name = file_name(path);
    [".tgz", ".tar.gz", ".tar", ".zip", ".gz"]
        .iter()
        .find_map(|ending| name.strip_suffix(ending))
        .unwrap_or(name)
}

/// The folders of a release, with a file for each tool that is here.
pub(super) fn lay_out(session: &Session, folder: &str) -> Result<(), FsError> {
    let base = session.resolve(folder);
    let (bin, config) = (format!("{base}/bin"), format!("{base}/config"));
    for path in [&base, &bin, &config] {
        match session.fs().mkdir(path) {
            Err(FsError::Exists) => {}
            made => made?,
        }
    }
    for spec in tool::all_tools().filter(|spec| spec.name.starts_with("kafka-")) {
        let text = format!("# {} is built into this notebook's shell.\n", spec.name);
        session
            .fs()
            .write(&format!("{bin}/{}.sh", spec.name), text.as_bytes())?;
    }
    for name in ["server", "producer", "consumer"] {
        let text =
            "# The cluster of this notebook is running already; it does not read this file.\n";
        let text = if name == "server" { text } else { "" };
        session
            .fs()
            .write(&format!("{config}/{name}.properties"), text.as_bytes())?;
    }
    Ok(())
}
