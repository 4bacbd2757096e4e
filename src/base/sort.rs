//! Sorting whose code is there once, not once for each type.
//!
//! The standard library writes its sort out for every type and order, 3 KB each time; in the page all code is
//! downloaded. Here one sort of numbers finds the order, and the items are then moved into it. It costs a vector
//! of indices; what is sorted a thousand times a second should use the slice's own methods.

use std::cmp::Ordering;

/// Sorts like `slice::sort_by`: equal items keep their order.
pub fn sort_by<T>(items: &mut [T], mut compare: impl FnMut(&T, &T) -> Ordering) {
    if items.len() < 2 {
        return;
    }
    let mut order = sorted_order(items.len(), &mut |a, b| compare(&items[a], &items[b]));
    for at in 0..items.len() {
        let from = source(&mut order, at);
        items.swap(at, from);
    }
}

/// Sorts like `slice::sort_by_key`: items of equal keys keep their order.
pub fn sort_by_key<T, K: Ord>(items: &mut [T], mut key: impl FnMut(&T) -> K) {
    sort_by(items, |a, b| key(a).cmp(&key(b)));
}

/// Sorts like `slice::sort`.
pub fn sort<T: Ord>(items: &mut [T]) {
    sort_by(items, T::cmp);
}

/// For each item whether an equal one stands before it.
pub fn repeats<T: Ord>(items: &[T]) -> Vec<bool> {
    let order = sorted_order(items.len(), &mut |a, b| items[a].cmp(&items[b]));
    let mut repeats = vec![false; items.len()];
    for pair in order.windows(2) {
        repeats[pair[1]] = items[pair[0]] == items[pair[1]];
    }
    repeats
}

/// The indices of `len` items in the order that `compare` gives them.
fn sorted_order(len: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    order.sort_by(|&a, &b| compare(a, b));
    order
}

/// Where the item that belongs `at` is by now: those before `at` have been swapped away.
fn source(order: &mut [usize], at: usize) -> usize {
    let mut from = order[at];
    while from < at {
        from = order[from];
    }
    order[at] = from;
    from
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_of_each_kind_is_no_repeat() {
        let found = repeats(&["b", "a", "b", "c", "b", "a"]);
        assert_eq!(found, [false, false, true, false, true, true]);
    }

    proptest! {
        #[test]
        fn it_sorts_as_the_standard_library_does(items: Vec<(u8, u32)>) {
            let mut expected = items.clone();
            expected.sort_by_key(|(key, _)| *key % 16);
            let mut sorted = items;
            sort_by_key(&mut sorted, |(key, _)| *key % 16);
            prop_assert_eq!(sorted, expected);
        }
    }
}
