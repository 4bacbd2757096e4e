//! Cluster metadata as in KRaft: records, the image they build, and the controller decisions.

pub mod config;
