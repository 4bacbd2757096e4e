//! Deadlines of the coordinator, in order.
//!
//! A timer has a name; scheduling a name again moves it.

use crate::base::SortedMap;

/// What a deadline is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    /// The join phase ends, complete or not.
    Join { group: String },
    /// The first rebalance of a group: waits a little longer while members keep coming.
    InitialJoin {
        group: String,
        delay_ms: i32,
        remaining_ms: i32,
    },
    /// Members that got a JoinGroup answer have not sent SyncGroup.
    PendingSync { group: String, generation: i32 },
    /// A member, or a pending member, has been silent for its session timeout.
    Heartbeat { group: String, member_id: String },
    /// Offsets past their retention are looked for.
    ExpireOffsets,
}

/// Which timer is replaced by which: the first two share one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Name {
    Join(String),
    PendingSync(String),
    Heartbeat(String, String),
    ExpireOffsets,
}

impl Timer {
    fn name(&self) -> Name {
        match self {
            Timer::Join { group } | Timer::InitialJoin { group, .. } => Name::Join(group.clone()),
            Timer::PendingSync { group, .. } => Name::PendingSync(group.clone()),
            Timer::Heartbeat { group, member_id } => {
                Name::Heartbeat(group.clone(), member_id.clone())
            }
            Timer::ExpireOffsets => Name::ExpireOffsets,
        }
    }
}

/// Deadlines by time, with a way to find a timer by its name.
#[derive(Debug, Default)]
pub(super) struct Timers {
    /// The number keeps timers of one deadline in the order in which they were scheduled.
    by_deadline: SortedMap<(u64, u64), Timer>,
    places: SortedMap<Name, (u64, u64)>,
    scheduled: u64,
}

impl Timers {
    pub fn next_deadline(&self) -> Option<u64> {
        self.by_deadline
            .first_key_value()
            .map(|((deadline, _), _)| *deadline)
    }

    pub fn schedule(&mut self, deadline_ms: u64, timer: Timer) {
        let name = timer.name();
        self.scheduled += 1;
        let place = (deadline_ms, self.scheduled);
        if let Some(old) = self.places.insert(name, place) {
            self.by_deadline.remove(&old);
        }
        self.by_deadline.insert(place, timer);
    }

    pub fn cancel_join(&mut self, group: &str) {
        self.cancel(Name::Join(group.to_string()));
    }

    pub fn cancel_pending_sync(&mut self, group: &str) {
        self.cancel(Name::PendingSync(group.to_string()));
    }

    pub fn cancel_heartbeat(&mut self, group: &str, member_id: &str) {
        self.cancel(Name::Heartbeat(group.to_string(), member_id.to_string()));
    }

    fn cancel(&mut self, name: Name) {
        if let Some(place) = self.places.remove(&name) {
            self.by_deadline.remove(&place);
        }
    }

    /// Takes out the first timer whose deadline has come.
    pub fn pop_due(&mut self, now_ms: u64) -> Option<Timer> {
        let place = *self.by_deadline.first_key_value()?.0;
        if place.0 > now_ms {
            return None;
        }
        let timer = self.by_deadline.remove(&place)?;
        self.places.remove(&timer.name());
        Some(timer)
    }

    /// Moves every heartbeat deadline by `by_ms`: nobody could be heard in that time.
    pub fn extend_heartbeats(&mut self, by_ms: u64) {
        let old = std::mem::take(&mut self.by_deadline);
        for ((deadline, number), timer) in old {
            let moved = matches!(timer, Timer::Heartbeat { .. });
            let place = (if moved { deadline + by_ms } else { deadline }, number);
            self.places.insert(timer.name(), place);
            self.by_deadline.insert(place, timer);
        }
    }
}
