//! The cluster as a whole: recovery, hostile input, ordering, events.

mod connections;
mod events;
mod groups;
mod hostile;
mod recovery;
mod support;
