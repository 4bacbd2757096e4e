//! A set in order: a sorted vector.
//!
//! What [`SortedMap`](super::SortedMap) is to `BTreeMap`, this is to `BTreeSet`, with the same limits.

use super::sort::sort;
use super::sorted_map::{places, search};
use std::borrow::Borrow;
use std::fmt;
use std::ops::RangeBounds;
use std::{slice, vec};

/// See the module. Methods do what `BTreeSet`'s of the same names do.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SortedSet<T>(Vec<T>);

impl<T> SortedSet<T> {
    pub const fn new() -> Self {
        SortedSet(Vec::new())
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

    pub fn iter(&self) -> slice::Iter<'_, T> {
        self.0.iter()
    }

    pub fn first(&self) -> Option<&T> {
        self.0.first()
    }

    pub fn last(&self) -> Option<&T> {
        self.0.last()
    }

    pub fn pop_first(&mut self) -> Option<T> {
        (!self.0.is_empty()).then(|| self.0.remove(0))
    }

    pub fn retain(&mut self, keep: impl FnMut(&T) -> bool) {
        self.0.retain(keep);
    }
}

impl<T: Ord> SortedSet<T> {
    fn find<Q: Ord + ?Sized>(&self, item: &Q) -> Result<usize, usize>
    where
        T: Borrow<Q>,
    {
        search(self.0.len(), &mut |at| self.0[at].borrow().cmp(item))
    }

    pub fn contains<Q: Ord + ?Sized>(&self, item: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.find(item).is_ok()
    }

    /// Whether it is new.
    pub fn insert(&mut self, item: T) -> bool {
        let place = self.find(&item);
        if let Err(at) = place {
            self.0.insert(at, item);
        }
        place.is_err()
    }

    /// Whether it was there.
    pub fn remove<Q: Ord + ?Sized>(&mut self, item: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        let place = self.find(item);
        if let Ok(at) = place {
            self.0.remove(at);
        }
        place.is_ok()
    }

    /// The items in `range`, in order.
    pub fn range<Q: Ord + ?Sized>(&self, range: impl RangeBounds<Q>) -> slice::Iter<'_, T>
    where
        T: Borrow<Q>,
    {
        let places = places(self.0.len(), &range, |item| self.find(item));
        self.0[places].iter()
    }

    /// What is in this set and not in `other`, in order.
    pub fn difference<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a T> {
        self.iter().filter(|item| !other.contains(*item))
    }

    pub fn is_subset(&self, other: &Self) -> bool {
        self.iter().all(|item| other.contains(item))
    }

    /// Puts items into order that were added at the end, behind `sorted` that were there before.
    fn restore_order(&mut self, sorted: usize) {
        let behind = &self.0[sorted.saturating_sub(1)..];
        if !behind.is_sorted_by(|a, b| a < b) {
            sort(&mut self.0);
            self.0.dedup();
        }
    }
}

impl<T> Default for SortedSet<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for SortedSet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl<T: Ord> Extend<T> for SortedSet<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        let sorted = self.0.len();
        self.0.extend(items);
        self.restore_order(sorted);
    }
}

impl<T: Ord> FromIterator<T> for SortedSet<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut set = SortedSet(items.into_iter().collect());
        set.restore_order(0);
        set
    }
}

impl<T: Ord, const N: usize> From<[T; N]> for SortedSet<T> {
    fn from(items: [T; N]) -> Self {
        items.into_iter().collect()
    }
}

impl<T> IntoIterator for SortedSet<T> {
    type Item = T;
    type IntoIter = vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a SortedSet<T> {
    type Item = &'a T;
    type IntoIter = slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn it_does_what_a_btree_set_does(a: Vec<u8>, b: Vec<u8>, one: u8) {
            let mut set: SortedSet<u8> = a.iter().copied().collect();
            let mut model: BTreeSet<u8> = a.into_iter().collect();
            let (others, other_model) = (set_of(&b), b.iter().copied().collect());
            prop_assert!(set.difference(&others).eq(model.difference(&other_model)));
            prop_assert_eq!(set.is_subset(&others), model.is_subset(&other_model));
            prop_assert_eq!(set.remove(&one), model.remove(&one));
            prop_assert_eq!(set.insert(one), model.insert(one));
            prop_assert_eq!(set.insert(one), model.insert(one));
            set.extend(b.clone());
            model.extend(b);
            prop_assert!(set.iter().eq(model.iter()));
            prop_assert!(set.range(one..).eq(model.range(one..)));
            prop_assert_eq!(set.pop_first(), model.pop_first());
        }
    }

    fn set_of(items: &[u8]) -> SortedSet<u8> {
        items.iter().copied().collect()
    }
}
