//! Plain files: what a crash or damage leaves is a whole number of groups.

use crate::contract::{LOG, all, append, meta, put};
use kafka_sandbox::base::LogId;
use kafka_sandbox::log::storage::{Store, Write};
use kafka_sandbox::native::disk::DiskStore;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// A folder of its own, removed in the end.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("kafka-sandbox-store-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a temporary folder");
        Folder(path)
    }

    fn newest_file(&self) -> PathBuf {
        let files = fs::read_dir(self.0.join("groups")).expect("there are groups");
        files
            .map(|file| file.expect("readable").path())
            .max()
            .expect("there is a file")
    }

    fn size(&self) -> u64 {
        let files = fs::read_dir(self.0.join("groups")).expect("there are groups");
        files
            .map(|file| file.expect("readable").metadata().expect("readable").len())
            .sum()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn open(folder: &Path) -> DiskStore {
    DiskStore::open(folder).expect("it can be opened")
}

#[test]
fn everything_is_there_after_opening_again() {
    let folder = Folder::new();
    let mut store = open(&folder.0);
    store
        .commit(&[append(LOG, 0, b"aa"), put("k", "v")])
        .unwrap();
    store
        .commit(&[append(LOG, 2, b"bad"), append(LogId(8), 0, b"x")])
        .unwrap();
    store
        .commit(&[
            Write::Truncate { log: LOG, from: 2 },
            append(LOG, 2, b"good"),
        ])
        .unwrap();
    drop(store);
    let mut store = open(&folder.0);
    assert_eq!(all(&mut store, LOG), "0=aa 2=good");
    assert_eq!(all(&mut store, LogId(8)), "0=x");
    assert_eq!(meta(&store), "k=v");
    assert_eq!(store.cut_bytes(), 0);
}

#[test]
fn a_group_cut_at_any_byte_is_wholly_absent() {
    let folder = Folder::new();
    let mut store = open(&folder.0);
    store
        .commit(&[append(LOG, 0, b"aa"), put("k", "old")])
        .unwrap();
    let file = folder.newest_file();
    let before = fs::metadata(&file).unwrap().len();
    let group = [
        append(LOG, 2, b"bbbb"),
        put("k", "new"),
        append(LogId(8), 0, b"cccc"),
    ];
    store.commit(&group).unwrap();
    drop(store);
    let whole = fs::read(&file).unwrap();
    for len in before..whole.len() as u64 {
        fs::write(&file, &whole[..len as usize]).unwrap();
        let mut store = open(&folder.0);
        assert_eq!(all(&mut store, LOG), "0=aa", "{len}");
        assert_eq!(all(&mut store, LogId(8)), "", "{len}");
        assert_eq!(meta(&store), "k=old");
        assert_eq!(store.cut_bytes(), len - before);
        store.commit(&[append(LOG, 2, b"next")]).unwrap();
        drop(store);
        assert_eq!(all(&mut open(&folder.0), LOG), "0=aa 2=next", "{len}");
    }
}

#[test]
fn a_group_of_which_blocks_did_not_reach_the_disk_is_wholly_absent() {
    let folder = Folder::new();
    let mut store = open(&folder.0);
    store.commit(&[append(LOG, 0, b"aa")]).unwrap();
    let file = folder.newest_file();
    let before = fs::metadata(&file).unwrap().len() as usize;
    store
        .commit(&[append(LOG, 2, b"bbbb"), append(LogId(8), 0, b"cccc")])
        .unwrap();
    drop(store);
    let whole = fs::read(&file).unwrap();
    for at in before..whole.len() {
        let mut torn = whole.clone();
        torn[at] ^= 0x20;
        fs::write(&file, &torn).unwrap();
        let mut store = open(&folder.0);
        assert_eq!(all(&mut store, LOG), "0=aa", "{at}");
        assert_eq!(all(&mut store, LogId(8)), "", "{at}");
    }
}

#[test]
fn damage_in_the_middle_costs_its_group_only_and_is_reported() {
    let folder = Folder::new();
    let mut store = open(&folder.0);
    store.commit(&[append(LOG, 0, b"aa")]).unwrap();
    let file = folder.newest_file();
    let at = fs::metadata(&file).unwrap().len() as usize;
    store.commit(&[append(LOG, 2, b"bb")]).unwrap();
    store.commit(&[append(LOG, 4, b"cc")]).unwrap();
    drop(store);
    let mut bytes = fs::read(&file).unwrap();
    bytes[at + 5] ^= 1;
    fs::write(&file, bytes).unwrap();
    let mut store = open(&folder.0);
    assert_eq!(all(&mut store, LOG), "0=aa 4=cc");
    assert_eq!(store.damage().len(), 1);
}

#[test]
fn space_comes_back_and_what_is_needed_stays() {
    let folder = Folder::new();
    let mut store = DiskStore::open_with(&folder.0, 4096).expect("a new folder");
    store
        .commit(&[append(LOG, 0, b"old but needed"), put("k", "v")])
        .unwrap();
    let value = [b'x'; 500];
    for i in 0..1000 {
        store.commit(&[append(LogId(8), i, &value)]).unwrap();
        store.trim(LogId(8), Some(i)).unwrap();
    }
    assert!(folder.size() < 20_000, "{} bytes", folder.size());
    drop(store);
    let mut store = DiskStore::open_with(&folder.0, 4096).expect("it can be opened");
    assert_eq!(all(&mut store, LOG), "0=old but needed");
    assert_eq!(meta(&store), "k=v");
    assert!(all(&mut store, LogId(8)).contains("999="));
}

#[test]
fn a_removal_is_not_undone_when_space_comes_back() {
    let folder = Folder::new();
    let mut store = DiskStore::open_with(&folder.0, 256).expect("a new folder");
    store
        .commit(&[
            append(LOG, 0, b"aa"),
            append(LOG, 2, b"bad"),
            put("gone", "v"),
        ])
        .unwrap();
    let delete = Write::DeleteMeta {
        key: "gone".to_owned(),
    };
    store
        .commit(&[Write::Truncate { log: LOG, from: 2 }, delete])
        .unwrap();
    for i in 0..100 {
        store.commit(&[append(LogId(8), i, &[b'x'; 100])]).unwrap();
        store.trim(LogId(8), Some(i)).unwrap();
        if i % 10 == 0 {
            drop(store);
            store = DiskStore::open_with(&folder.0, 256).expect("it can be opened");
            assert_eq!(all(&mut store, LOG), "0=aa");
            assert_eq!(meta(&store), "");
        }
    }
}

#[test]
fn two_processes_cannot_have_it_open() {
    let folder = Folder::new();
    let store = open(&folder.0);
    let error = DiskStore::open(&folder.0).expect_err("it is in use");
    assert!(error.0.ends_with("is in use by another process"), "{error}");
    drop(store);
    open(&folder.0);
}

#[test]
fn a_later_format_is_refused_and_left_alone() {
    let folder = Folder::new();
    drop(open(&folder.0));
    fs::write(folder.0.join("format"), "kafka-sandbox storage 2\n").unwrap();
    let error = DiskStore::open(&folder.0).expect_err("it cannot know that format");
    assert!(error.0.contains("kafka-sandbox storage 2"), "{error}");
}
