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
    sort_as_hash_map_of(items, 16, name);
}

/// As [`sort_as_hash_map`], for a map that was made for `capacity` entries.
pub fn sort_as_hash_map_of<T>(items: &mut [T], capacity: usize, name: impl Fn(&T) -> &str) {
    let mut buckets = capacity.max(1).next_power_of_two();
    while items.len() * 4 > buckets * 3 {
        buckets *= 2;
    }
    items.sort_by_key(|item| spread_hash(name(item)) as usize & (buckets - 1));
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
