//! SCRAM credentials of users (KIP-554) as they were set. They are kept and shown; nobody logs in
//! with them, so the keys themselves are not kept.

use crate::base::SortedMap;
use crate::protocol::messages::{RemoveUserScramCredentialRecord, UserScramCredentialRecord};

/// Numbers of the mechanisms SCRAM-SHA-256 and SCRAM-SHA-512.
pub const SCRAM_MECHANISMS: [i8; 2] = [1, 2];

/// Iterations by mechanism for each user.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ScramUsers(SortedMap<String, SortedMap<i8, i32>>);

impl ScramUsers {
    pub fn users(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Mechanisms with their iterations; `None` for a user without credentials.
    pub fn get(&self, user: &str) -> Option<&SortedMap<i8, i32>> {
        self.0.get(user)
    }

    pub(super) fn replay(&mut self, record: &UserScramCredentialRecord) {
        let user = self.0.entry(record.name.clone()).or_default();
        user.insert(record.mechanism, record.iterations);
    }

    pub(super) fn replay_removal(&mut self, record: &RemoveUserScramCredentialRecord) {
        if let Some(mechanisms) = self.0.get_mut(&record.name) {
            mechanisms.remove(&record.mechanism);
            if mechanisms.is_empty() {
                self.0.remove(&record.name);
            }
        }
    }
}
