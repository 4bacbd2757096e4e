//! The cases of the contract, run over memory, plain files and the simulated disk.

use bytes::Bytes;
use kafka_sandbox::base::LogId;
use kafka_sandbox::log::memory::MemoryStore;
use kafka_sandbox::log::storage::{ReadFrom, ReadRequest, Store, Write};
use kafka_sandbox::native::disk::DiskStore;
use kafka_sandbox::sim::disk::{Faults, SimDisk};

pub const LOG: LogId = LogId(7);

pub fn append(log: LogId, base_offset: i64, bytes: &[u8]) -> Write {
    // Two pieces, as a header and its batches are.
    let (head, tail) = bytes.split_at(bytes.len() / 2);
    let bytes = vec![Bytes::copy_from_slice(head), Bytes::copy_from_slice(tail)];
    Write::Append {
        log,
        base_offset,
        bytes,
    }
}

pub fn put(key: &str, value: &str) -> Write {
    Write::PutMeta {
        key: key.to_owned(),
        value: Bytes::copy_from_slice(value.as_bytes()),
    }
}

/// What a read gives, as base offsets and text.
pub fn read(store: &mut dyn Store, log: LogId, from: ReadFrom, max_bytes: u32) -> String {
    let request = ReadRequest {
        log,
        from,
        max_bytes,
    };
    let chunks = store.read(&request).expect("readable");
    let text = |bytes: &Bytes| String::from_utf8_lossy(bytes).into_owned();
    let each = chunks
        .iter()
        .map(|chunk| format!("{}={}", chunk.base_offset, text(&chunk.bytes)));
    each.collect::<Vec<_>>().join(" ")
}

pub fn all(store: &mut dyn Store, log: LogId) -> String {
    read(store, log, ReadFrom::Offset(0), u32::MAX)
}

pub fn meta(store: &dyn Store) -> String {
    let text = |bytes: &Bytes| String::from_utf8_lossy(bytes).into_owned();
    let each = store
        .meta()
        .into_iter()
        .map(|(key, value)| format!("{key}={}", text(&value)));
    each.collect::<Vec<_>>().join(" ")
}

fn for_each_store(case: impl Fn(&mut dyn Store)) {
    case(&mut MemoryStore::new());
    case(&mut SimDisk::new(1, Faults::default()));
    let folder = super::disk::Folder::new();
    case(&mut DiskStore::open(&folder.0).expect("a new folder"));
    let folder = super::disk::Folder::new();
    case(&mut DiskStore::open_with(&folder.0, 64).expect("a new folder"));
}

#[test]
fn what_is_committed_is_read_in_order() {
    for_each_store(|store| {
        store
            .commit(&[append(LOG, 0, b"aa"), append(LogId(8), 0, b"other")])
            .unwrap();
        store
            .commit(&[append(LOG, 5, b"bbb"), append(LOG, 9, b"c")])
            .unwrap();
        assert_eq!(all(store, LOG), "0=aa 5=bbb 9=c");
        assert_eq!(all(store, LogId(8)), "0=other");
        assert_eq!(all(store, LogId(9)), "");
    });
}

#[test]
fn a_read_begins_at_the_chunk_that_holds_the_offset_and_stops_at_its_limit() {
    for_each_store(|store| {
        let writes = [
            append(LOG, 2, b"aa"),
            append(LOG, 5, b"bbb"),
            append(LOG, 9, b"c"),
        ];
        store.commit(&writes).unwrap();
        let mut from = |at, max| read(store, LOG, at, max);
        assert_eq!(from(ReadFrom::Offset(5), 1), "5=bbb");
        assert_eq!(from(ReadFrom::Offset(8), 1), "5=bbb");
        assert_eq!(from(ReadFrom::Offset(8), 4), "5=bbb 9=c");
        assert_eq!(from(ReadFrom::Offset(8), 3), "5=bbb");
        assert_eq!(from(ReadFrom::Offset(100), 1), "9=c");
        assert_eq!(
            from(ReadFrom::Offset(0), 1),
            "2=aa",
            "the first if none is low enough"
        );
        assert_eq!(from(ReadFrom::Last, 100), "9=c");
    });
}

#[test]
fn a_group_with_a_key_that_is_taken_fails_whole() {
    for_each_store(|store| {
        store.commit(&[append(LOG, 0, b"aa")]).unwrap();
        let group = [append(LOG, 2, b"bb"), put("k", "v"), append(LOG, 0, b"xx")];
        store.commit(&group).unwrap_err();
        store
            .commit(&[append(LOG, 3, b"c"), append(LOG, 3, b"d")])
            .unwrap_err();
        assert_eq!(all(store, LOG), "0=aa");
        assert_eq!(meta(store), "");
    });
}

#[test]
fn a_cut_and_what_replaces_it_go_in_one_group() {
    for_each_store(|store| {
        let writes = [
            append(LOG, 0, b"aa"),
            append(LOG, 2, b"bad"),
            append(LOG, 5, b"bad"),
        ];
        store.commit(&writes).unwrap();
        store.commit(&[append(LogId(8), 5, b"other")]).unwrap();
        let cut = Write::Truncate { log: LOG, from: 2 };
        store.commit(&[cut, append(LOG, 2, b"good")]).unwrap();
        assert_eq!(all(store, LOG), "0=aa 2=good");
        assert_eq!(all(store, LogId(8)), "5=other");
    });
}

#[test]
fn small_values_are_set_replaced_and_removed() {
    for_each_store(|store| {
        store.commit(&[put("b", "1"), put("a", "2")]).unwrap();
        store
            .commit(&[
                put("b", "3"),
                Write::DeleteMeta {
                    key: "none".to_owned(),
                },
            ])
            .unwrap();
        assert_eq!(meta(store), "a=2 b=3");
        store
            .commit(&[Write::DeleteMeta {
                key: "a".to_owned(),
            }])
            .unwrap();
        assert_eq!(meta(store), "b=3");
    });
}

#[test]
fn what_lies_above_a_trim_is_never_lost() {
    for_each_store(|store| {
        let writes = [
            append(LOG, 0, b"aa"),
            append(LOG, 2, b"bb"),
            append(LOG, 4, b"cc"),
        ];
        store.commit(&writes).unwrap();
        store.commit(&[append(LogId(8), 0, b"other")]).unwrap();
        store.trim(LOG, Some(3)).unwrap();
        for i in 0..40 {
            store.commit(&[append(LogId(9), i, b"later")]).unwrap();
        }
        assert_eq!(all(store, LOG), "2=bb 4=cc");
        store.trim(LOG, None).unwrap();
        for i in 40..80 {
            store.commit(&[append(LogId(9), i, b"later")]).unwrap();
        }
        assert_eq!(all(store, LOG), "");
        assert_eq!(all(store, LogId(8)), "0=other");
    });
}
