//! A map in the order of its keys: a sorted vector.
//!
//! It offers what is used of `std::collections::BTreeMap`, at a tenth of the code for each pair of types; in the
//! page all code is downloaded. Looking up takes as long, walking is faster, adding or removing in the middle moves
//! what stands behind. So it is for maps of up to some thousand entries, and for those that grow at their end; what
//! grows without bound in the middle (the chunks of all logs) stays in a `BTreeMap`. What a peer may send in any
//! number is collected, which sorts it, and not inserted one by one.

use super::sort::{sort, sort_by};
use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::iter::FusedIterator;
use std::ops::{Bound, Index, Range, RangeBounds};
use std::{slice, vec};

/// See the module. Methods do what `BTreeMap`'s of the same names do.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SortedMap<K, V>(Vec<(K, V)>);

impl<K, V> SortedMap<K, V> {
    pub const fn new() -> Self {
        SortedMap(Vec::new())
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn iter(&self) -> Iter<'_, K, V> {
        Iter(self.0.iter())
    }

    pub fn iter_mut(&mut self) -> IterMut<'_, K, V> {
        IterMut(self.0.iter_mut())
    }

    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> + ExactSizeIterator + Clone {
        self.0.iter().map(|(key, _)| key)
    }

    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + ExactSizeIterator + Clone {
        self.0.iter().map(|(_, value)| value)
    }

    pub fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut V> + ExactSizeIterator {
        self.0.iter_mut().map(|(_, value)| value)
    }

    pub fn into_keys(self) -> impl DoubleEndedIterator<Item = K> + ExactSizeIterator {
        self.0.into_iter().map(|(key, _)| key)
    }

    pub fn into_values(self) -> impl DoubleEndedIterator<Item = V> + ExactSizeIterator {
        self.0.into_iter().map(|(_, value)| value)
    }

    pub fn first_key_value(&self) -> Option<(&K, &V)> {
        self.iter().next()
    }

    pub fn last_key_value(&self) -> Option<(&K, &V)> {
        self.iter().next_back()
    }

    pub fn pop_first(&mut self) -> Option<(K, V)> {
        (!self.0.is_empty()).then(|| self.0.remove(0))
    }

    pub fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        self.0.retain_mut(|(key, value)| keep(key, value));
    }
}

impl<K: Ord, V> SortedMap<K, V> {
    /// Where `key` is, or where it would be.
    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
    {
        search(self.0.len(), &mut |at| self.0[at].0.borrow().cmp(key))
    }

    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.find(key).ok().map(|at| &self.0[at].1)
    }

    pub fn get_key_value<Q: Ord + ?Sized>(&self, key: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q>,
    {
        let (key, value) = &self.0[self.find(key).ok()?];
        Some((key, value))
    }

    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.find(key).ok().map(|at| &mut self.0[at].1)
    }

    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.find(key).is_ok()
    }

    /// The value that was there before.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.find(&key) {
            Ok(at) => Some(std::mem::replace(&mut self.0[at].1, value)),
            Err(at) => {
                self.0.insert(at, (key, value));
                None
            }
        }
    }

    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.remove_entry(key).map(|(_, value)| value)
    }

    pub fn remove_entry<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<(K, V)>
    where
        K: Borrow<Q>,
    {
        self.find(key).ok().map(|at| self.0.remove(at))
    }

    pub fn entry(&mut self, key: K) -> Entry<'_, K, V> {
        let found = self.find(&key);
        let entries = &mut self.0;
        match found {
            Ok(at) => Entry::Occupied(OccupiedEntry { entries, at }),
            Err(at) => Entry::Vacant(VacantEntry { entries, at, key }),
        }
    }

    /// The entries whose keys are in `range`, in order.
    pub fn range<Q: Ord + ?Sized>(&self, range: impl RangeBounds<Q>) -> Iter<'_, K, V>
    where
        K: Borrow<Q>,
    {
        let places = places(self.0.len(), &range, |key| self.find(key));
        Iter(self.0[places].iter())
    }

    /// All entries of `other`, which stays empty; where both have a key, `other`'s value counts.
    pub fn append(&mut self, other: &mut Self) {
        self.extend(std::mem::take(other));
    }

    /// Puts entries into order that were added at the end, behind `sorted` that were there before.
    fn restore_order(&mut self, sorted: usize) {
        let behind = &self.0[sorted.saturating_sub(1)..];
        if behind.is_sorted_by(|a, b| a.0 < b.0) {
            return;
        }
        sort_by(&mut self.0, |a, b| a.0.cmp(&b.0));
        self.0.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                std::mem::swap(later, earlier);
            }
            same
        });
    }
}

impl<K: Ord> SortedMap<K, usize> {
    /// How often each of `items` is there. Takes n·log n steps in whatever order they come.
    pub fn counts(items: impl IntoIterator<Item = K>) -> Self {
        let mut items: Vec<K> = items.into_iter().collect();
        sort(&mut items);
        let mut counts: Vec<(K, usize)> = Vec::new();
        for item in items {
            match counts.last_mut() {
                Some((last, count)) if *last == item => *count += 1,
                _ => counts.push((item, 1)),
            }
        }
        SortedMap(counts)
    }
}

/// Looks for the place of a key among `len` sorted ones; `compare` tells how the key at a place stands to it.
pub(super) fn search(
    len: usize,
    compare: &mut dyn FnMut(usize) -> Ordering,
) -> Result<usize, usize> {
    let (mut low, mut high) = (0, len);
    // Keys that come in order are the common case: they go behind the last one.
    let mut middle = len.saturating_sub(1);
    while low < high {
        match compare(middle) {
            Ordering::Less => low = middle + 1,
            Ordering::Equal => return Ok(middle),
            Ordering::Greater => high = middle,
        }
        middle = low + (high - low) / 2;
    }
    Err(low)
}

/// The places that `range` covers.
pub(super) fn places<Q: ?Sized>(
    len: usize,
    range: &impl RangeBounds<Q>,
    find: impl Fn(&Q) -> Result<usize, usize>,
) -> Range<usize> {
    let after = |key| find(key).map_or_else(|at| at, |at| at + 1);
    let before = |key| find(key).unwrap_or_else(|at| at);
    let start = match range.start_bound() {
        Bound::Included(key) => before(key),
        Bound::Excluded(key) => after(key),
        Bound::Unbounded => 0,
    };
    let end = match range.end_bound() {
        Bound::Included(key) => after(key),
        Bound::Excluded(key) => before(key),
        Bound::Unbounded => len,
    };
    start..end.max(start)
}

/// A place in a map, as `BTreeMap::entry` gives it.
pub enum Entry<'a, K, V> {
    Occupied(OccupiedEntry<'a, K, V>),
    Vacant(VacantEntry<'a, K, V>),
}

pub struct OccupiedEntry<'a, K, V> {
    entries: &'a mut Vec<(K, V)>,
    at: usize,
}

pub struct VacantEntry<'a, K, V> {
    entries: &'a mut Vec<(K, V)>,
    at: usize,
    key: K,
}

impl<'a, K, V> Entry<'a, K, V> {
    pub fn or_insert(self, value: V) -> &'a mut V {
        self.or_insert_with(|| value)
    }

    pub fn or_insert_with(self, value: impl FnOnce() -> V) -> &'a mut V {
        match self {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(value()),
        }
    }

    pub fn or_insert_with_key(self, value: impl FnOnce(&K) -> V) -> &'a mut V {
        match self {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let value = value(&entry.key);
                entry.insert(value)
            }
        }
    }

    pub fn or_default(self) -> &'a mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }

    pub fn and_modify(mut self, change: impl FnOnce(&mut V)) -> Self {
        if let Entry::Occupied(entry) = &mut self {
            change(entry.get_mut());
        }
        self
    }
}

impl<'a, K, V> OccupiedEntry<'a, K, V> {
    pub fn get(&self) -> &V {
        &self.entries[self.at].1
    }

    pub fn get_mut(&mut self) -> &mut V {
        &mut self.entries[self.at].1
    }

    pub fn into_mut(self) -> &'a mut V {
        &mut self.entries[self.at].1
    }

    pub fn remove(self) -> V {
        self.entries.remove(self.at).1
    }
}

impl<'a, K, V> VacantEntry<'a, K, V> {
    pub fn insert(self, value: V) -> &'a mut V {
        self.entries.insert(self.at, (self.key, value));
        &mut self.entries[self.at].1
    }
}

impl<K, V> Default for SortedMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for SortedMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Ord + Borrow<Q>, Q: Ord + ?Sized, V> Index<&Q> for SortedMap<K, V> {
    type Output = V;

    fn index(&self, key: &Q) -> &V {
        self.get(key).expect("the map has the key")
    }
}

impl<K: Ord, V> Extend<(K, V)> for SortedMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        let sorted = self.0.len();
        self.0.extend(entries);
        self.restore_order(sorted);
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for SortedMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = SortedMap(entries.into_iter().collect());
        map.restore_order(0);
        map
    }
}

impl<K: Ord, V, const N: usize> From<[(K, V); N]> for SortedMap<K, V> {
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl<K, V> IntoIterator for SortedMap<K, V> {
    type Item = (K, V);
    type IntoIter = vec::IntoIter<(K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, K, V> IntoIterator for &'a SortedMap<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a, K, V> IntoIterator for &'a mut SortedMap<K, V> {
    type Item = (&'a K, &'a mut V);
    type IntoIter = IterMut<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

pub struct Iter<'a, K, V>(slice::Iter<'a, (K, V)>);

impl<K, V> Clone for Iter<'_, K, V> {
    fn clone(&self) -> Self {
        Iter(self.0.clone())
    }
}

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(key, value)| (key, value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<K, V> DoubleEndedIterator for Iter<'_, K, V> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|(key, value)| (key, value))
    }
}

impl<K, V> ExactSizeIterator for Iter<'_, K, V> {}
impl<K, V> FusedIterator for Iter<'_, K, V> {}

pub struct IterMut<'a, K, V>(slice::IterMut<'a, (K, V)>);

impl<'a, K, V> Iterator for IterMut<'a, K, V> {
    type Item = (&'a K, &'a mut V);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(key, value)| (&*key, value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<K, V> DoubleEndedIterator for IterMut<'_, K, V> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|(key, value)| (&*key, value))
    }
}

impl<K, V> ExactSizeIterator for IterMut<'_, K, V> {}
impl<K, V> FusedIterator for IterMut<'_, K, V> {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[derive(Debug, Clone)]
    enum Step {
        Insert(u8, u32),
        Remove(u8),
        Count(u8),
        Extend(Vec<(u8, u32)>),
        PopFirst,
        RemoveIfThere(u8),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            any::<(u8, u32)>().prop_map(|(key, value)| Step::Insert(key, value)),
            any::<u8>().prop_map(Step::Remove),
            any::<u8>().prop_map(Step::Count),
            any::<Vec<(u8, u32)>>().prop_map(Step::Extend),
            Just(Step::PopFirst),
            any::<u8>().prop_map(Step::RemoveIfThere),
        ]
    }

    proptest! {
        #[test]
        fn it_does_what_a_btree_map_does(steps in prop::collection::vec(step(), 0..40)) {
            let mut map = SortedMap::new();
            let mut model = BTreeMap::new();
            for step in steps {
                match step {
                    Step::Insert(k, v) => prop_assert_eq!(map.insert(k, v), model.insert(k, v)),
                    Step::Remove(k) => prop_assert_eq!(map.remove(&k), model.remove(&k)),
                    Step::Count(k) => {
                        *map.entry(k).or_default() ^= 1;
                        *model.entry(k).or_default() ^= 1;
                    }
                    Step::Extend(all) => {
                        map.extend(all.clone());
                        model.extend(all);
                    }
                    Step::PopFirst => prop_assert_eq!(map.pop_first(), model.pop_first()),
                    Step::RemoveIfThere(k) => {
                        if let Entry::Occupied(entry) = map.entry(k) {
                            prop_assert_eq!(Some(entry.remove()), model.remove(&k));
                        }
                    }
                }
                prop_assert!(map.iter().eq(model.iter()));
                prop_assert_eq!(map.last_key_value(), model.last_key_value());
            }
            for (from, to) in [(0, 255), (20, 100), (100, 101)] {
                prop_assert!(map.range(from..to).eq(model.range(from..to)));
                prop_assert!(map.range(from..=to).eq(model.range(from..=to)));
                prop_assert!(map.range(..to).rev().eq(model.range(..to).rev()));
            }
            for key in 0..=u8::MAX {
                prop_assert_eq!(map.get(&key), model.get(&key));
            }
        }
    }

    #[test]
    fn equal_items_are_counted() {
        let counts = SortedMap::counts(["b", "a", "b"]);
        assert_eq!(counts, SortedMap::from([("a", 1), ("b", 2)]));
    }

    #[test]
    fn of_equal_keys_the_last_value_counts() {
        let map: SortedMap<_, _> = [("b", 1), ("a", 2), ("b", 3), ("a", 4)].into();
        assert_eq!(format!("{map:?}"), r#"{"a": 4, "b": 3}"#);
    }
}
