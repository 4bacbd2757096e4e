//! The `serve` command: opens storage and sockets, runs the server until it is told to end.

use super::args::ServeOptions;
use super::disk::DiskStore;
use super::server::Server;
use super::storage::StorageDriver;
use crate::api::Decompressor;
use crate::base::{BrokerId, Endpoint};
use crate::cluster::{Cluster, ClusterConfig};
use crate::log::memory::MemoryStore;
use crate::metadata::config::validate;
use std::fmt;
use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::net::SocketAddr;
use std::rc::Rc;
use tokio::net::TcpListener;
use tokio::task::LocalSet;

/// Why the server cannot run.
#[derive(Debug)]
pub enum ServeError {
    Listen {
        address: String,
        error: std::io::Error,
    },
    Storage(String),
    /// A config that Kafka does not know or does not take.
    Config(String),
    Runtime(std::io::Error),
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ServeError::Listen { address, error } => {
                write!(f, "cannot listen on {address}: {error}")
            }
            ServeError::Storage(why) => write!(f, "cannot open the data: {why}"),
            ServeError::Config(why) => f.write_str(why),
            ServeError::Runtime(error) => write!(f, "cannot start: {error}"),
        }
    }
}

impl std::error::Error for ServeError {}

/// Serves until `stop` is ready. `ready` gets the addresses of all brokers once requests are
/// served.
pub fn serve(
    options: &ServeOptions,
    stop: impl Future<Output = ()>,
    ready: impl FnOnce(&[SocketAddr]) + 'static,
) -> Result<(), ServeError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(ServeError::Runtime)?;
    LocalSet::new().block_on(&runtime, run(options, stop, ready))
}

async fn run(
    options: &ServeOptions,
    stop: impl Future<Output = ()>,
    ready: impl FnOnce(&[SocketAddr]) + 'static,
) -> Result<(), ServeError> {
    check_configs(&options.set)?;
    let listeners = listen(options).await?;
    let addresses = listeners
        .iter()
        .map(TcpListener::local_addr)
        .collect::<Result<Vec<_>, _>>()
        .map_err(ServeError::Runtime)?;
    let config = config(options, &addresses);
    let endpoints: Rc<[Endpoint]> = config.endpoints.clone().into();
    let storage = open(options)?;
    // Hash keys of the standard library are the one source of randomness that needs no dependency.
    let seed = RandomState::new().hash_one(std::process::id());
    let ids: Vec<BrokerId> = config.broker_ids().collect();
    let server = Server::new(Cluster::new(config, seed), storage);
    let at_ready = addresses.clone();
    server.on_ready(Box::new(move || ready(&at_ready)));
    for (broker, listener) in ids.into_iter().zip(listeners) {
        tokio::task::spawn_local(server.clone().accept(broker, listener, endpoints.clone()));
    }
    tokio::select! {
        () = server.clone().pump() => {}
        () = stop => {}
    }
    Ok(())
}

async fn listen(options: &ServeOptions) -> Result<Vec<TcpListener>, ServeError> {
    let mut listeners = Vec::with_capacity(usize::from(options.brokers));
    for index in 0..options.brokers {
        let port = if options.port == 0 {
            0
        } else {
            options.port + index
        };
        let listener = TcpListener::bind((options.host.as_str(), port)).await;
        listeners.push(listener.map_err(|error| ServeError::Listen {
            address: format!("{}:{port}", options.host),
            error,
        })?);
    }
    Ok(listeners)
}

/// As a broker reads its `server.properties`: wrong values stop it, names that it does not know do
/// not.
fn check_configs(set: &[(String, String)]) -> Result<(), ServeError> {
    for (name, value) in set {
        match validate::started_with(name, value) {
            Ok(true) => {}
            Ok(false) => eprintln!("Configuration '{name}' is not known and does nothing"),
            Err(error) => return Err(ServeError::Config(error.to_string())),
        }
    }
    Ok(())
}

fn config(options: &ServeOptions, addresses: &[SocketAddr]) -> ClusterConfig {
    let endpoint = |(index, address): (usize, &SocketAddr)| Endpoint {
        broker: BrokerId(options.first_id + index as i32),
        host: options.host.clone(),
        port: address.port(),
    };
    ClusterConfig {
        endpoints: addresses.iter().enumerate().map(endpoint).collect(),
        broker_configs: options.set.iter().cloned().collect(),
        observe: false,
        decompressor: Some(Decompressor(Rc::new(|codec, bytes, limit_bytes| {
            kafka_sandbox_codecs::decompress(codec, bytes, limit_bytes).ok()
        }))),
        check_compressed: true,
        ..ClusterConfig::new(
            options.brokers,
            options.first_id,
            &options.host,
            options.port,
        )
    }
}

fn open(options: &ServeOptions) -> Result<StorageDriver, ServeError> {
    match &options.data {
        None => Ok(StorageDriver::here(Box::new(MemoryStore::new()))),
        Some(folder) => {
            let store = DiskStore::open(folder).map_err(|error| ServeError::Storage(error.0))?;
            for damage in store.damage() {
                eprintln!("{damage}");
            }
            Ok(StorageDriver::in_thread(Box::new(store)))
        }
    }
}
