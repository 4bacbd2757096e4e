//! The sans-IO cluster: brokers, controller, connections, timers.

pub mod events;
pub mod io;
