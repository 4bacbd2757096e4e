//! Which broker an address leads to, and which addresses a client on it is told.
//!
//! Course material names hosts of its own. Each that the notebook lists leads to the cluster, and what is
//! advertised to a client keeps the names that it used.

use super::door::Refusal;
use crate::base::BrokerId;
use crate::cluster::io::Endpoint;
use std::rc::Rc;

/// Kafka's own port; broker number n (from 0) listens on this one plus n.
pub const FIRST_PORT: u16 = 9092;

/// Names of this machine. They always work, and need not be listed.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// The addresses of one client.
pub struct Addresses {
    brokers: Vec<BrokerId>,
    /// Addresses of the course, the n-th for the n-th broker; more than brokers when it lists more.
    course: Vec<(String, u16)>,
    /// Loopback ports on which it expects something else (ZooKeeper's); they lead to the first broker.
    aliases: Vec<u16>,
}

impl Addresses {
    /// `listed` as `["kafka1:9092", "kafka2:9093"]`; an entry without a port has Kafka's.
    pub fn new(brokers: &[BrokerId], listed: &[String]) -> Addresses {
        let (mut course, mut aliases) = (Vec::new(), Vec::new());
        for entry in listed {
            let (host, port) = split(entry);
            if !LOOPBACK.contains(&host.as_str()) {
                if !course.contains(&(host.clone(), port)) {
                    course.push((host, port));
                }
            } else if broker_by_port(brokers, port).is_none() {
                aliases.push(port);
            }
        }
        while let Some((host, port)) = course.last().filter(|_| course.len() < brokers.len()) {
            let next = (host.clone(), port.wrapping_add(1));
            course.push(next);
        }
        Addresses {
            brokers: brokers.to_vec(),
            course,
            aliases,
        }
    }

    /// The broker that listens at the address, and what metadata on that connection advertises.
    pub fn resolve(&self, host: &str, port: u16) -> Result<(BrokerId, Rc<[Endpoint]>), Refusal> {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        if LOOPBACK.contains(&host.as_str()) {
            let by_alias = || self.aliases.contains(&port).then(|| self.brokers[0]);
            let broker = broker_by_port(&self.brokers, port)
                .or_else(by_alias)
                .ok_or(Refusal::Refused)?;
            return Ok((broker, loopback_endpoints(&self.brokers, &host)));
        }
        match self
            .course
            .iter()
            .position(|(name, number)| *name == host && *number == port)
        {
            Some(at) => Ok((
                self.brokers[at % self.brokers.len()],
                self.course_endpoints(at),
            )),
            None if self.course.iter().any(|(name, _)| *name == host) => Err(Refusal::Refused),
            None => Err(Refusal::UnknownHost),
        }
    }

    /// One address for each broker; for the one that is being used, the very address that leads there.
    fn course_endpoints(&self, used: usize) -> Rc<[Endpoint]> {
        let count = self.brokers.len();
        let endpoint = |at: usize| {
            let place = if at == used % count { used } else { at };
            let (host, port) = &self.course[place];
            Endpoint {
                broker: self.brokers[at],
                host: host.clone(),
                port: *port,
            }
        };
        (0..count).map(endpoint).collect()
    }
}

/// What a client that came in by a name of this machine is told.
pub fn loopback_endpoints(brokers: &[BrokerId], host: &str) -> Rc<[Endpoint]> {
    let endpoint = |(broker, port): (&BrokerId, u16)| Endpoint {
        broker: *broker,
        host: host.to_string(),
        port,
    };
    brokers.iter().zip(FIRST_PORT..).map(endpoint).collect()
}

fn broker_by_port(brokers: &[BrokerId], port: u16) -> Option<BrokerId> {
    brokers
        .get(usize::from(port.checked_sub(FIRST_PORT)?))
        .copied()
}

fn split(entry: &str) -> (String, u16) {
    let entry = entry.trim().to_ascii_lowercase();
    match entry.rsplit_once(':') {
        Some((host, port)) if !host.is_empty() => match port.parse() {
            Ok(port) => (host.to_string(), port),
            Err(_) => (entry, FIRST_PORT),
        },
        _ => (entry, FIRST_PORT),
    }
}
