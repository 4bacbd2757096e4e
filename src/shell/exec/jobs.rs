//! Commands in the background.

/// The jobs of a session.
#[derive(Default)]
pub struct Jobs {}
