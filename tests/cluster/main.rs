//! The cluster as a whole: recovery, hostile input, ordering, events.

mod configs;
mod connections;
mod events;
mod groups;
mod hostile;
mod recovery;
mod support;
