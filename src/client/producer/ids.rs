//! Identity of an idempotent producer (KIP-98, KIP-360): its id and epoch, and per partition the sequence of
//! the next record.

use super::batch::Identity;
use crate::protocol::record_batch::increment_sequence;

/// The producer's id and epoch, once a broker has given them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ProducerIds {
    pub producer_id: i64,
    pub producer_epoch: i16,
}

/// One partition's share of the identity.
#[derive(Debug, Default)]
pub(super) struct Sequences {
    ids: Option<ProducerIds>,
    next: i32,
    last_acked: Option<i32>,
    /// A batch was given up whose sequence a broker may have seen. Until all others are settled, it is open
    /// whether the next sequence is right.
    unresolved: bool,
    /// The epoch must change before anything else is sent, and all sequences begin at 0 again.
    restart: bool,
}

impl Sequences {
    /// Whether a batch without an identity may be given one now.
    pub fn may_assign(&self, ids: ProducerIds, in_flight: usize) -> bool {
        in_flight == 0 || (!self.unresolved && !self.restart && self.ids == Some(ids))
    }

    pub fn needs_restart(&self) -> bool {
        self.restart
    }

    /// Asks for a new epoch for this partition.
    pub fn request_restart(&mut self) {
        self.restart = true;
    }

    /// Takes over the producer's identity: a new one begins at 0.
    pub fn adopt(&mut self, ids: ProducerIds) {
        if self.ids != Some(ids) {
            *self = Sequences {
                ids: Some(ids),
                ..Default::default()
            };
        }
    }

    pub fn begin_again(&mut self, ids: ProducerIds) {
        *self = Sequences {
            ids: Some(ids),
            ..Default::default()
        };
    }

    /// The identity of the next batch, of so many records.
    pub fn assign(&mut self, count: usize) -> Option<Identity> {
        let ProducerIds {
            producer_id,
            producer_epoch,
        } = self.ids?;
        let base_sequence = self.next;
        self.next = increment_sequence(self.next, count as i32);
        Some(Identity {
            producer_id,
            producer_epoch,
            base_sequence,
        })
    }

    pub fn acknowledged(&mut self, identity: Identity, last_sequence: i32) {
        if self.is_current(identity) {
            self.last_acked = Some(
                self.last_acked
                    .map_or(last_sequence, |s| s.max(last_sequence)),
            );
        }
    }

    /// Whether the batch is the one that the broker waits for.
    pub fn is_next(&self, identity: Identity) -> bool {
        let expected = self
            .last_acked
            .map_or(0, |last| increment_sequence(last, 1));
        identity.base_sequence == expected
    }

    pub fn is_current(&self, identity: Identity) -> bool {
        let Identity {
            producer_id,
            producer_epoch,
            ..
        } = identity;
        self.ids
            == Some(ProducerIds {
                producer_id,
                producer_epoch,
            })
    }

    pub fn mark_unresolved(&mut self) {
        self.unresolved = true;
    }

    /// With nothing in flight any more: either everything before was acknowledged, or there is a gap and the
    /// epoch must change.
    pub fn resolve(&mut self) {
        if std::mem::take(&mut self.unresolved) {
            let expected = self
                .last_acked
                .map_or(0, |last| increment_sequence(last, 1));
            self.restart |= expected != self.next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDS: ProducerIds = ProducerIds {
        producer_id: 7,
        producer_epoch: 0,
    };

    #[test]
    fn sequences_follow_each_other() {
        let mut s = Sequences::default();
        s.adopt(IDS);
        let first = s.assign(3).expect("there is an identity");
        let second = s.assign(2).expect("there is an identity");
        assert_eq!((first.base_sequence, second.base_sequence), (0, 3));
        assert!(s.is_next(first) && !s.is_next(second));
        s.acknowledged(first, 2);
        assert!(s.is_next(second));
    }

    #[test]
    fn a_lost_batch_restarts_the_sequence_when_all_is_quiet() {
        let mut s = Sequences::default();
        s.adopt(IDS);
        s.assign(1);
        s.mark_unresolved();
        assert!(!s.may_assign(IDS, 1), "others may still be acknowledged");
        s.resolve();
        assert!(s.needs_restart());
        let newer = ProducerIds {
            producer_epoch: 1,
            ..IDS
        };
        s.begin_again(newer);
        assert_eq!(
            s.assign(1).map(|i| (i.producer_epoch, i.base_sequence)),
            Some((1, 0))
        );
    }

    #[test]
    fn what_was_acknowledged_after_all_needs_no_restart() {
        let mut s = Sequences::default();
        s.adopt(IDS);
        s.assign(1);
        let second = s.assign(1).expect("there is an identity");
        s.mark_unresolved();
        s.acknowledged(second, 1);
        s.resolve();
        assert!(!s.needs_restart());
    }
}
