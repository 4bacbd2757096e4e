//! The order in which Java's hash maps give strings back.
//!
//! Kafka keeps configs in such maps, so the order of entries in responses and of names in error
//! messages follows from it, and clients show it.

use crate::base::sort_by_key;
/// `String.hashCode`.
pub fn hash_code(text: &str) -> u32 {
    text.encode_utf16()
        .fold(0u32, |h, unit| h.wrapping_mul(31).wrapping_add(unit.into()))
}

/// Sorts as a `HashMap` iterates that has grown by putting `items` one after the other.
pub fn sort_as_hash_map<T>(items: &mut [T], name: impl Fn(&T) -> &str) {
    sort_as_hash_map_of(items, 16, name);
}

/// As [`sort_as_hash_map`], for a map that was made for `capacity` entries.
pub fn sort_as_hash_map_of<T>(items: &mut [T], capacity: usize, name: impl Fn(&T) -> &str) {
    sort_by_hash_code(items, capacity, |item| hash_code(name(item)));
}

/// As [`sort_as_hash_map_of`], for keys with these hash codes.
pub fn sort_by_hash_code<T>(items: &mut [T], capacity: usize, hash: impl Fn(&T) -> u32) {
    let mut buckets = capacity.max(1).next_power_of_two();
    while items.len() * 4 > buckets * 3 {
        buckets *= 2;
    }
    sort_by_key(items, |item| {
        let hash = hash(item);
        (hash ^ (hash >> 16)) as usize & (buckets - 1)
    });
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
