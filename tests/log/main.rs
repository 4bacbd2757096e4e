//! The partition log, from appends to recovery, each case as an example.

mod append;
mod batches;
mod durability;
mod model;
mod reading;
mod recovery;
mod rig;
mod searching;
