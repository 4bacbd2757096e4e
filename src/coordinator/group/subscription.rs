//! What members of consumer groups subscribe to: the one place where the broker looks into a member's
//! metadata (`ConsumerProtocolSubscription`).

use super::state::Group;
use crate::base::SortedSet;
use crate::protocol::generated::ConsumerProtocolSubscription;
use crate::protocol::{Message, Reader};
use bytes::Bytes;

impl Group {
    /// `None` when the group is not one of consumers, or a member's metadata cannot be read: then nothing
    /// can be said.
    pub fn compute_subscribed_topics(&self) -> Option<SortedSet<String>> {
        if !self.is_consumer_group() {
            return None;
        }
        let Some(protocol) = &self.protocol_name else {
            return if self.members.is_empty() {
                Some(SortedSet::new())
            } else {
                None
            };
        };
        let mut topics = SortedSet::new();
        for member in self.members.values() {
            topics.extend(subscription(member.metadata_for(protocol))?);
        }
        Some(topics)
    }

    /// Offsets of a topic that the group reads may not be deleted.
    pub fn is_subscribed_to(&self, topic: &str) -> bool {
        match &self.subscribed_topics {
            Some(topics) => topics.contains(topic),
            None => self.is_consumer_group(),
        }
    }
}

/// The version stands in front; newer versions than we know begin like the newest that we know.
fn subscription(metadata: Bytes) -> Option<Vec<String>> {
    let mut r = Reader::new(metadata);
    let version = r.i16().ok()?.min(ConsumerProtocolSubscription::MAX_VERSION);
    if version < ConsumerProtocolSubscription::MIN_VERSION {
        return None;
    }
    Some(
        ConsumerProtocolSubscription::decode(&mut r, version)
            .ok()?
            .topics,
    )
}
