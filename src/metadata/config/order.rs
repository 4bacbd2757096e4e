//! The order in which Java's hash maps give strings back.
//!
//! Kafka keeps configs in such maps, so the order of entries in responses and of names in error
//! messages follows from it, and clients show it.

/// `String.hashCode`, spread as `HashMap` does.
fn spread_hash(text: &str) -> u32 {
    let hash = text
        .encode_utf16()
        .fold(0u32, |h, unit| h.wrapping_mul(31).wrapping_add(unit.into()));
    hash ^ (hash >> 16)
}

/// Sorts as a `HashMap` iterates that has grown by putting `items` one after the other.
pub fn sort_as_hash_map<T>(items: &mut [T], name: impl Fn(&T) -> &str) {
    let mut buckets: u32 = 16;
    while items.len() > buckets as usize / 4 * 3 {
        buckets *= 2;
    }
    items.sort_by_key(|item| spread_hash(name(item)) & (buckets - 1));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_the_order_in_which_kafka_names_configs() {
        let mut names = vec!["auto.create.topics.enable", "num.partitions", "node.id"];
        sort_as_hash_map(&mut names, |name| name);
        assert_eq!(
            names,
            ["node.id", "num.partitions", "auto.create.topics.enable"]
        );
    }
}
