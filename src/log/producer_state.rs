//! What a partition remembers of idempotent producers (KIP-98).

/// One active producer (DescribeProducers, KIP-664).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProducerInfo {
    pub producer_id: i64,
    pub producer_epoch: i16,
    /// -1 if it never sent a sequence.
    pub last_sequence: i32,
    /// Milliseconds.
    pub last_timestamp: i64,
    /// -1: no transaction coordinator has written here.
    pub coordinator_epoch: i32,
    /// -1: no transaction is open.
    pub current_txn_start_offset: i64,
}
