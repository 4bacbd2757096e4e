//! Coordinators: services of a broker whose state is the records of an internal topic.
//!
//! They are pure: a call takes a request and the time, effects come out in order through
//! `poll_effect`. Nothing here knows connections, logs or storage.

pub mod group;
