//! A cluster of our own for a test: three brokers over TCP, their logs in memory, gone when the test ends.

use kafka_sandbox::native::args::ServeOptions;
use kafka_sandbox::native::serve::serve;
use std::net::SocketAddr;

/// Runs a test with the first broker's address, as clients name it.
pub fn with_own_cluster(test: impl FnOnce(String)) {
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let (ready, addresses) = std::sync::mpsc::channel();
    let server = std::thread::spawn(move || {
        let options = ServeOptions {
            host: "localhost".into(),
            port: 0,
            brokers: 3,
            set: vec![("group.initial.rebalance.delay.ms".into(), "0".into())],
            ..Default::default()
        };
        let stopped = async {
            let _ = stopped.await;
        };
        let ready = move |addresses: &[SocketAddr]| {
            let _ = ready.send(addresses.to_vec());
        };
        serve(&options, stopped, ready).expect("the server runs");
    });
    let addresses = addresses.recv().expect("the server is ready");
    test(format!("localhost:{}", addresses[0].port()));
    drop(stop);
    server.join().expect("the server ends well");
}

/// Runs a future that may spawn local tasks.
pub fn block_on<T>(task: impl AsyncFnOnce() -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime.expect("a runtime starts"), task())
}
