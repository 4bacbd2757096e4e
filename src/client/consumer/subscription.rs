//! What a consumer is subscribed to or assigned, and how far it has read each partition: Java's
//! `SubscriptionState`.
//!
//! Pure bookkeeping: nothing here talks to a broker.

use super::{RebalanceListener, TopicPattern};
use crate::base::{SortedMap, SortedSet};
use crate::client::ClientError;
use crate::client::config::OffsetReset;
use crate::client::types::{OffsetAndMetadata, TopicPartition};
use std::rc::Rc;

type Result<T> = std::result::Result<T, ClientError>;

/// How a consumer came by its partitions.
#[derive(Clone, Default)]
pub(super) enum Mode {
    #[default]
    None,
    Topics,
    Pattern(TopicPattern),
    Manual,
}

/// Where reading goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    pub offset: i64,
    /// Leader epoch of the last record read.
    pub offset_epoch: Option<i32>,
}

/// How far the place to read is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// A committed offset may say.
    Initializing,
    /// To be looked up by time.
    AwaitingReset(OffsetReset),
    At(Position),
}

/// One assigned partition.
#[derive(Debug, Clone)]
pub(super) struct Assigned {
    pub progress: Progress,
    pub paused: bool,
    /// About to be given up: nothing is read from it any more.
    pub pending_revocation: bool,
    pub high_watermark: Option<i64>,
    pub last_stable_offset: Option<i64>,
}

impl Assigned {
    fn new() -> Self {
        Assigned {
            progress: Progress::Initializing,
            paused: false,
            pending_revocation: false,
            high_watermark: None,
            last_stable_offset: None,
        }
    }

    pub fn position(&self) -> Option<Position> {
        match self.progress {
            Progress::At(position) => Some(position),
            _ => None,
        }
    }

    pub fn is_fetchable(&self) -> bool {
        !self.paused && !self.pending_revocation && self.position().is_some()
    }
}

#[derive(Default)]
pub(super) struct Subscriptions {
    pub mode: Mode,
    /// Topics wanted; with a pattern, those that match now.
    pub topics: SortedSet<Rc<str>>,
    /// Topics that any member of the group wants: known to the leader only.
    pub group_topics: SortedSet<Rc<str>>,
    assigned: SortedMap<TopicPartition, Assigned>,
    /// Changes with every assignment, so that answers to older questions can be told.
    pub epoch: u64,
    pub listener: Option<Box<dyn RebalanceListener>>,
}

const EXCLUSIVE: &str = "Subscription to topics, partitions and pattern are mutually exclusive";

impl Subscriptions {
    fn become_mode(&mut self, mode: Mode) -> Result<()> {
        let same = matches!(
            (&self.mode, &mode),
            (Mode::None, _)
                | (Mode::Topics, Mode::Topics)
                | (Mode::Pattern(_), Mode::Pattern(_))
                | (Mode::Manual, Mode::Manual)
        );
        if !same {
            return Err(ClientError::IllegalState(EXCLUSIVE.into()));
        }
        self.mode = mode;
        Ok(())
    }

    pub fn subscribe(
        &mut self,
        topics: SortedSet<Rc<str>>,
        listener: Option<Box<dyn RebalanceListener>>,
    ) -> Result<()> {
        self.become_mode(Mode::Topics)?;
        self.listener = listener;
        self.topics = topics;
        Ok(())
    }

    pub fn subscribe_pattern(
        &mut self,
        pattern: TopicPattern,
        listener: Option<Box<dyn RebalanceListener>>,
    ) -> Result<()> {
        self.become_mode(Mode::Pattern(pattern))?;
        self.listener = listener;
        Ok(())
    }

    pub fn assign_manually(&mut self, partitions: &[TopicPartition]) -> Result<()> {
        self.become_mode(Mode::Manual)?;
        self.replace(partitions.iter().cloned());
        Ok(())
    }

    /// Takes over the partitions that the group gave; what stays keeps its position.
    pub fn assign_from_group(&mut self, partitions: impl IntoIterator<Item = TopicPartition>) {
        self.replace(partitions);
    }

    fn replace(&mut self, partitions: impl IntoIterator<Item = TopicPartition>) {
        let mut old = std::mem::take(&mut self.assigned);
        self.epoch += 1;
        for tp in partitions {
            let state = old.remove(&tp).unwrap_or_else(Assigned::new);
            self.assigned.insert(
                tp,
                Assigned {
                    pending_revocation: false,
                    ..state
                },
            );
        }
    }

    pub fn unsubscribe(&mut self) {
        *self = Subscriptions {
            epoch: self.epoch + 1,
            ..Default::default()
        };
    }

    pub fn is_group_managed(&self) -> bool {
        matches!(self.mode, Mode::Topics | Mode::Pattern(_))
    }

    pub fn is_nothing(&self) -> bool {
        matches!(self.mode, Mode::None)
    }

    pub fn partitions(&self) -> Vec<TopicPartition> {
        self.assigned.keys().cloned().collect()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&TopicPartition, &Assigned)> {
        self.assigned.iter()
    }

    pub fn get(&self, tp: &TopicPartition) -> Option<&Assigned> {
        self.assigned.get(tp)
    }

    pub fn get_mut(&mut self, tp: &TopicPartition) -> Option<&mut Assigned> {
        self.assigned.get_mut(tp)
    }

    /// The partition's state, or Java's complaint that it is not assigned.
    pub fn require(&mut self, tp: &TopicPartition) -> Result<&mut Assigned> {
        self.assigned.get_mut(tp).ok_or_else(|| {
            ClientError::IllegalState(format!("No current assignment for partition {tp}"))
        })
    }

    pub fn mark_pending_revocation(&mut self) {
        self.assigned
            .values_mut()
            .for_each(|state| state.pending_revocation = true);
    }

    /// Partitions in this state.
    pub fn which(&self, wanted: impl Fn(&Assigned) -> bool) -> Vec<TopicPartition> {
        let matching = self.assigned.iter().filter(|(_, state)| wanted(state));
        matching.map(|(tp, _)| tp.clone()).collect()
    }

    /// Positions to commit: of everything that has one.
    pub fn all_consumed(&self) -> SortedMap<TopicPartition, OffsetAndMetadata> {
        let consumed = self.assigned.iter().filter_map(|(tp, state)| {
            let Position {
                offset,
                offset_epoch,
            } = state.position()?;
            let metadata = String::new();
            Some((
                tp.clone(),
                OffsetAndMetadata {
                    offset,
                    leader_epoch: offset_epoch,
                    metadata,
                },
            ))
        });
        consumed.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tp(partition: i32) -> TopicPartition {
        TopicPartition::new("t", partition)
    }

    #[test]
    fn ways_to_get_partitions_exclude_each_other() {
        let mut s = Subscriptions::default();
        s.assign_manually(&[tp(0)])
            .expect("nothing else is in the way");
        let error = s
            .subscribe(SortedSet::new(), None)
            .expect_err("assigned by hand");
        assert_eq!(error.message().as_deref(), Some(EXCLUSIVE));
        s.unsubscribe();
        s.subscribe(SortedSet::new(), None)
            .expect("unsubscribed before");
    }

    #[test]
    fn what_stays_assigned_keeps_its_position() {
        let mut s = Subscriptions::default();
        s.subscribe(SortedSet::new(), None)
            .expect("nothing else is in the way");
        s.assign_from_group([tp(0), tp(1)]);
        let at = Progress::At(Position {
            offset: 7,
            offset_epoch: None,
        });
        s.require(&tp(1)).expect("assigned").progress = at;
        s.assign_from_group([tp(1), tp(2)]);
        assert_eq!(s.get(&tp(1)).map(|a| a.progress), Some(at));
        assert_eq!(
            s.get(&tp(2)).map(|a| a.progress),
            Some(Progress::Initializing)
        );
        let error = s.require(&tp(0)).expect_err("given up");
        assert_eq!(
            error.to_string(),
            "java.lang.IllegalStateException: No current assignment for partition t-0"
        );
    }
}
