//! An allocator that knows how much memory each thread holds, so that a decoder that trusts a declared
//! length is caught even if the memory is never touched.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static HELD: Cell<usize> = const { Cell::new(0) };
    static PEAK: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

fn count(change: impl Fn(usize) -> usize) {
    // Threads that end may allocate after their counters are gone; nobody measures those.
    let _ = HELD.try_with(|held| {
        held.set(change(held.get()));
        PEAK.with(|peak| peak.set(peak.get().max(held.get())));
    });
}

// SAFETY: every call is passed on to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(|held| held.wrapping_add(layout.size()));
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // Memory that another thread allocated may be freed here; the count then stays at zero.
        count(|held| held.saturating_sub(layout.size()));
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// What `work` returns, and the most memory that it held at one moment, in bytes.
pub fn peak_of<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = HELD.with(Cell::get);
    PEAK.with(|peak| peak.set(before));
    let result = work();
    (result, PEAK.with(Cell::get).saturating_sub(before))
}

#[test]
fn memory_is_counted() {
    let (vector, peak) = peak_of(|| Vec::<u8>::with_capacity(100_000));
    assert!(peak >= 100_000 && vector.is_empty());
}
