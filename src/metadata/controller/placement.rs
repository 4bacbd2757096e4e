//! Spreads the replicas of new partitions over brokers and racks as Kafka's `StripedReplicaPlacer`
//! does: round-robin over racks, within each rack round-robin over brokers, each from a random
//! start, and brokers in service before fenced ones. A leader is never placed on a fenced broker.

use crate::base::{Rng, SortedMap, sort};
use crate::metadata::BrokerImage;
use std::fmt;

/// Why replicas cannot be placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlacementError {
    NotPositive(i32),
    NoBrokerInService,
    TooFewBrokers { wanted: i32, registered: usize },
}

impl fmt::Display for PlacementError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PlacementError::NotPositive(wanted) => write!(
                f,
                "Invalid replication factor {wanted}: the replication factor must be positive."
            ),
            PlacementError::NoBrokerInService => f.write_str(
                "All brokers are currently fenced, or have all their log directories cordoned.",
            ),
            PlacementError::TooFewBrokers { wanted, registered } => write!(
                f,
                "The target replication factor of {wanted} cannot be reached because only \
                 {registered} broker(s) are registered or some brokers have all their log \
                 directories cordoned."
            ),
        }
    }
}

/// Brokers to take in turn. With every new round (one per partition) the turn starts one further
/// on.
#[derive(Debug, Default)]
struct Ring {
    brokers: Vec<i32>,
    taken: usize,
    offset: usize,
    round: usize,
}

impl Ring {
    fn start_at_random(&mut self, rng: &mut Rng) {
        if !self.brokers.is_empty() {
            sort(&mut self.brokers);
            self.offset = rng.below(self.brokers.len() as u64) as usize;
        }
    }

    /// The next broker of this round, until all were given out.
    fn next(&mut self, round: usize) -> Option<i32> {
        let count = self.brokers.len();
        if count == 0 {
            return None;
        }
        if self.round != round {
            self.round = round;
            self.taken = 0;
            self.offset = (self.offset + 1) % count;
        }
        if self.taken >= count {
            return None;
        }
        let broker = self.brokers[(self.taken + self.offset) % count];
        self.taken += 1;
        Some(broker)
    }
}

#[derive(Debug, Default)]
struct Rack {
    in_service: Ring,
    fenced: Ring,
}

impl Rack {
    fn next(&mut self, round: usize) -> Option<i32> {
        self.in_service
            .next(round)
            .or_else(|| self.fenced.next(round))
    }
}

/// The racks in turn.
struct Racks {
    racks: Vec<Rack>,
    registered: usize,
    in_service: usize,
    round: usize,
    offset: usize,
}

impl Racks {
    fn new<'a>(brokers: impl Iterator<Item = &'a BrokerImage>, rng: &mut Rng) -> Self {
        let mut by_name: SortedMap<Option<&str>, Rack> = SortedMap::new();
        let (mut registered, mut in_service) = (0, 0);
        for broker in brokers {
            let rack = by_name.entry(broker.rack.as_deref()).or_default();
            registered += 1;
            if broker.fenced {
                rack.fenced.brokers.push(broker.id.0);
            } else {
                in_service += 1;
                rack.in_service.brokers.push(broker.id.0);
            }
        }
        let mut racks: Vec<Rack> = by_name.into_values().collect();
        for rack in &mut racks {
            rack.fenced.start_at_random(rng);
            rack.in_service.start_at_random(rng);
        }
        let offset = if racks.is_empty() {
            0
        } else {
            rng.below(racks.len() as u64) as usize
        };
        Racks {
            racks,
            registered,
            in_service,
            round: 0,
            offset,
        }
    }

    fn check(&self, replicas: i32) -> Result<usize, PlacementError> {
        match usize::try_from(replicas) {
            Err(_) | Ok(0) => Err(PlacementError::NotPositive(replicas)),
            Ok(_) if self.in_service == 0 => Err(PlacementError::NoBrokerInService),
            Ok(count) if count > self.registered => Err(PlacementError::TooFewBrokers {
                wanted: replicas,
                registered: self.registered,
            }),
            Ok(count) => Ok(count),
        }
    }

    /// The replicas of one more partition; `count` was checked.
    fn place(&mut self, count: usize, rng: &mut Rng) -> Vec<i32> {
        // After as many partitions as there are brokers in service the pattern would repeat: mix
        // anew.
        if self.round == self.in_service && self.in_service > 1 {
            rng.shuffle(&mut self.racks);
            for rack in &mut self.racks {
                rng.shuffle(&mut rack.in_service.brokers);
                rng.shuffle(&mut rack.fenced.brokers);
            }
            self.round = 0;
        }
        if self.offset == self.racks.len() {
            self.offset = 0;
        }
        let mut replicas = Vec::with_capacity(count);
        let mut first = self.offset;
        loop {
            if let Some(leader) = self.racks[first].in_service.next(self.round) {
                replicas.push(leader);
                break;
            }
            first = (first + 1) % self.racks.len();
        }
        // The leader's rack has given its broker: it is passed over once.
        let mut pass_over = Some(first);
        let mut rack = self.offset;
        while replicas.len() < count {
            if pass_over == Some(rack) {
                pass_over = None;
            } else if let Some(broker) = self.racks[rack].next(self.round) {
                replicas.push(broker);
            }
            rack = (rack + 1) % self.racks.len();
        }
        self.round += 1;
        self.offset += 1;
        replicas
    }
}

/// Places `partitions` partitions with `replicas` replicas each on `brokers`; the first of each is
/// to lead.
pub fn place<'a>(
    brokers: impl Iterator<Item = &'a BrokerImage>,
    partitions: usize,
    replicas: i32,
    rng: &mut Rng,
) -> Result<Vec<Vec<i32>>, PlacementError> {
    let mut racks = Racks::new(brokers, rng);
    let count = racks.check(replicas)?;
    Ok((0..partitions).map(|_| racks.place(count, rng)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::BrokerId;
    use crate::base::SortedSet;

    fn brokers(spec: &[(i32, Option<&str>, bool)]) -> Vec<BrokerImage> {
        let image = |&(id, rack, fenced): &(i32, Option<&str>, bool)| BrokerImage {
            id: BrokerId(id),
            host: "localhost".into(),
            port: 9092,
            rack: rack.map(str::to_owned),
            fenced,
            epoch: 0,
            directory: Default::default(),
        };
        spec.iter().map(image).collect()
    }

    fn three() -> Vec<BrokerImage> {
        brokers(&[(1, None, false), (2, None, false), (3, None, false)])
    }

    #[test]
    fn partitions_start_one_broker_further_on() {
        for seed in 0..20 {
            let placed = place(three().iter(), 3, 3, &mut Rng::new(seed)).expect("possible");
            let leaders: Vec<i32> = placed.iter().map(|replicas| replicas[0]).collect();
            let step = |from: i32| from % 3 + 1;
            assert_eq!(leaders[1], step(leaders[0]), "seed {seed}: {placed:?}");
            assert_eq!(leaders[2], step(leaders[1]), "seed {seed}: {placed:?}");
            for replicas in &placed {
                assert_eq!(replicas[1], step(replicas[0]));
                assert_eq!(replicas[2], step(replicas[1]));
            }
        }
    }

    #[test]
    fn every_broker_may_come_first() {
        let first =
            |seed| place(three().iter(), 1, 1, &mut Rng::new(seed)).expect("possible")[0][0];
        let seen: SortedSet<i32> = (0..50).map(first).collect();
        assert_eq!(seen, SortedSet::from([1, 2, 3]));
    }

    #[test]
    fn many_partitions_spread_evenly() {
        let placed = place(three().iter(), 300, 1, &mut Rng::new(5)).expect("possible");
        for broker in 1..=3 {
            assert_eq!(
                placed
                    .iter()
                    .filter(|replicas| replicas[0] == broker)
                    .count(),
                100
            );
        }
    }

    #[test]
    fn racks_are_used_before_a_second_broker_of_one_rack() {
        let brokers = brokers(&[
            (1, Some("a"), false),
            (2, Some("a"), false),
            (3, Some("b"), false),
            (4, Some("b"), false),
        ]);
        for seed in 0..20 {
            for replicas in place(brokers.iter(), 4, 2, &mut Rng::new(seed)).expect("possible") {
                assert_ne!(replicas[0] <= 2, replicas[1] <= 2, "{replicas:?}");
            }
        }
    }

    #[test]
    fn a_fenced_broker_is_taken_last_and_never_leads() {
        let brokers = brokers(&[(1, None, false), (2, None, true), (3, None, false)]);
        for replicas in place(brokers.iter(), 6, 3, &mut Rng::new(1)).expect("possible") {
            assert_eq!(replicas[2], 2);
        }
    }

    #[test]
    fn what_cannot_be_placed_is_told_with_kafkas_words() {
        let said = |replicas, brokers: &[BrokerImage]| {
            place(brokers.iter(), 1, replicas, &mut Rng::new(0))
                .expect_err("impossible")
                .to_string()
        };
        assert_eq!(
            said(4, &three()),
            "The target replication factor of 4 cannot be reached because only 3 broker(s) are \
             registered or some brokers have all their log directories cordoned."
        );
        assert_eq!(
            said(1, &brokers(&[(1, None, true)])),
            "All brokers are currently fenced, or have all their log directories cordoned."
        );
    }
}
