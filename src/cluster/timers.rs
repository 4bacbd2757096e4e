//! All that waits for a moment, in the order of the moments.
//!
//! A timer is a name, not a callback: who armed it looks up what to do when it fires. Cancelling
//! takes the deadline again, so the owner keeps it beside its own state and no second index is
//! needed.

use super::requests::RequestId;
use crate::base::SortedSet;

/// What may wait for a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// A parked request has waited as long as it asked for.
    Request(RequestId),
    /// The group coordinator has something to do.
    Coordinator,
    /// What is done now and then, whoever asks: producers that are forgotten, start-up that is
    /// tried again.
    Housekeeping,
}

/// An ordered set of deadlines, in monotonic milliseconds.
#[derive(Debug, Default)]
pub struct Timers {
    due: SortedSet<(u64, Timer)>,
}

impl Timers {
    pub fn arm(&mut self, deadline_ms: u64, timer: Timer) {
        self.due.insert((deadline_ms, timer));
    }

    /// Harmless when the timer has fired already.
    pub fn cancel(&mut self, deadline_ms: u64, timer: Timer) {
        self.due.remove(&(deadline_ms, timer));
    }

    /// The earliest deadline.
    pub fn next(&self) -> Option<u64> {
        self.due.first().map(|(deadline_ms, _)| *deadline_ms)
    }

    /// Takes one timer whose deadline has come.
    pub fn pop_due(&mut self, now_ms: u64) -> Option<Timer> {
        let first = *self.due.first()?;
        if first.0 > now_ms {
            return None;
        }
        self.due.remove(&first);
        Some(first.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timers_fire_in_order_and_only_when_due() {
        let mut timers = Timers::default();
        timers.arm(30, Timer::Housekeeping);
        timers.arm(10, Timer::Coordinator);
        timers.arm(20, Timer::Coordinator);
        timers.cancel(20, Timer::Coordinator);
        assert_eq!(timers.next(), Some(10));
        assert_eq!(timers.pop_due(9), None);
        assert_eq!(timers.pop_due(10), Some(Timer::Coordinator));
        assert_eq!(timers.pop_due(29), None);
        assert_eq!(timers.pop_due(40), Some(Timer::Housekeeping));
        assert_eq!(timers.next(), None);
    }
}
