//! The IndexedDB back end in a real browser: atomic groups, reads by range, small deletions, versions.
#![cfg(target_arch = "wasm32")]

use bytes::Bytes;
use kafka_sandbox::base::LogId;
use kafka_sandbox::log::storage::{ReadFrom, ReadRequest, Write};
use kafka_sandbox::wasm::idb::{Idb, OpenError, WriteError};
use wasm_bindgen_test::*;

wasm_bindgen_test_configure!(run_in_dedicated_worker);

const LOG: LogId = LogId(7);

async fn fresh(name: &str) -> Idb {
    Idb::delete(name).await.expect("nothing holds the database");
    Idb::open(name).await.expect("a test browser has storage").0
}

fn append(log: LogId, base_offset: i64, pieces: &[&[u8]]) -> Write {
    let bytes = pieces
        .iter()
        .map(|piece| Bytes::copy_from_slice(piece))
        .collect();
    Write::Append {
        log,
        base_offset,
        bytes,
    }
}

fn put(key: &str, value: &[u8]) -> Write {
    Write::PutMeta {
        key: key.to_string(),
        value: Bytes::copy_from_slice(value),
    }
}

async fn bases(idb: &Idb, log: LogId, from: ReadFrom, max_bytes: u32) -> Vec<i64> {
    let chunks = idb
        .read(ReadRequest {
            log,
            from,
            max_bytes,
        })
        .await
        .expect("reads");
    chunks.iter().map(|chunk| chunk.base_offset).collect()
}

#[wasm_bindgen_test]
async fn what_is_persisted_is_there_after_opening_again() {
    let idb = fresh("t-persist").await;
    let group = [
        append(LOG, 0, &[b"ab", b"", b"cde"]),
        put("cluster.id", b"xyz"),
        put("gone", b""),
    ];
    idb.persist(&group).await.expect("is stored");
    idb.persist(&[Write::DeleteMeta {
        key: "gone".to_string(),
    }])
    .await
    .expect("is stored");
    drop(idb);

    let (idb, meta) = Idb::open("t-persist").await.expect("opens again");
    assert_eq!(
        meta,
        [("cluster.id".to_string(), Bytes::from_static(b"xyz"))]
    );
    let request = ReadRequest {
        log: LOG,
        from: ReadFrom::Last,
        max_bytes: 1,
    };
    let chunks = idb.read(request).await.expect("reads");
    assert_eq!(chunks.len(), 1);
    assert_eq!(
        (chunks[0].base_offset, &chunks[0].bytes[..]),
        (0, &b"abcde"[..])
    );
}

#[wasm_bindgen_test]
async fn a_second_writer_of_a_chunk_loses_its_whole_group() {
    let idb = fresh("t-collide").await;
    idb.persist(&[append(LOG, 5, &[b"first"])])
        .await
        .expect("is stored");
    let group = [
        append(LOG, 6, &[b"next"]),
        append(LOG, 5, &[b"stray"]),
        put("k", b"v"),
    ];
    let failed = idb.persist(&group).await.expect_err("collides");
    assert!(
        matches!(&failed, WriteError::Failed(why) if why.contains("ConstraintError")),
        "{failed:?}"
    );

    assert_eq!(bases(&idb, LOG, ReadFrom::Offset(0), u32::MAX).await, [5]);
    drop(idb);
    let (_, meta) = Idb::open("t-collide").await.expect("opens again");
    assert!(meta.is_empty(), "{meta:?}");
}

#[wasm_bindgen_test]
async fn reads_begin_at_the_chunk_that_holds_the_offset_and_stop_at_the_limit() {
    let idb = fresh("t-read").await;
    let chunk = [7; 100];
    let group: Vec<Write> = (1..=300).map(|n| append(LOG, n * 10, &[&chunk])).collect();
    idb.persist(&group).await.expect("is stored");
    idb.persist(&[append(LogId(6), 99, &[b"x"]), append(LogId(8), 1, &[b"y"])])
        .await
        .expect("ok");

    assert_eq!(
        bases(&idb, LOG, ReadFrom::Offset(25), 250).await,
        [20, 30, 40]
    );
    assert_eq!(bases(&idb, LOG, ReadFrom::Offset(30), 1).await, [30]);
    assert_eq!(bases(&idb, LOG, ReadFrom::Offset(0), 200).await, [10, 20]);
    assert_eq!(
        bases(&idb, LOG, ReadFrom::Offset(2995), u32::MAX).await,
        [2990, 3000]
    );
    assert_eq!(bases(&idb, LOG, ReadFrom::Last, u32::MAX).await, [3000]);
    let all: Vec<i64> = (1..=300).map(|n| n * 10).collect();
    assert_eq!(bases(&idb, LOG, ReadFrom::Offset(0), u32::MAX).await, all);
    assert!(
        bases(&idb, LogId(9), ReadFrom::Offset(0), 100)
            .await
            .is_empty()
    );
    assert!(bases(&idb, LogId(9), ReadFrom::Last, 100).await.is_empty());
}

#[wasm_bindgen_test]
async fn reading_from_end_to_end_gives_every_chunk_once_whatever_happens_meanwhile() {
    let idb = fresh("t-scan").await;
    let sizes = |n: i64| if n % 7 == 0 { 5000 } else { 10 };
    let chunks = |range: std::ops::Range<i64>| -> Vec<Write> {
        range
            .map(|n| append(LOG, n, &[&vec![n as u8; sizes(n)]]))
            .collect()
    };
    idb.persist(&chunks(0..400)).await.expect("is stored");
    let (mut found, mut from, mut grown) = (Vec::new(), 0, false);
    loop {
        let request = ReadRequest {
            log: LOG,
            from: ReadFrom::Offset(from),
            max_bytes: 20_000,
        };
        let read = idb.read(request).await.expect("reads");
        let Some(last) = read.last().filter(|last| last.base_offset >= from) else {
            break;
        };
        from = last.base_offset + 1;
        for chunk in read {
            assert_eq!(
                chunk.bytes,
                vec![chunk.base_offset as u8; sizes(chunk.base_offset)]
            );
            found.push(chunk.base_offset);
        }
        if from > 200 && !std::mem::replace(&mut grown, true) {
            // Somebody else's read, a cut and new chunks: what was read ahead is no longer true.
            bases(&idb, LogId(8), ReadFrom::Last, 1).await;
            let mut group = vec![Write::Truncate { log: LOG, from }];
            group.extend(chunks(from..500));
            idb.persist(&group).await.expect("is stored");
        }
    }
    assert_eq!(found, (0..500).collect::<Vec<i64>>());
}

#[wasm_bindgen_test]
async fn trimming_keeps_the_chunk_that_holds_the_limit_and_other_logs() {
    let idb = fresh("t-trim").await;
    let group: Vec<Write> = (0..120).map(|n| append(LOG, n * 10, &[b"c"])).collect();
    idb.persist(&group).await.expect("is stored");
    idb.persist(&[append(LogId(8), 0, &[b"other"])])
        .await
        .expect("is stored");

    assert!(idb.trim_step(LOG, Some(1155)).await.expect("trims"));
    assert_eq!(bases(&idb, LOG, ReadFrom::Offset(0), 1).await, [500]);
    while idb.trim_step(LOG, Some(1155)).await.expect("trims") {}
    assert_eq!(
        bases(&idb, LOG, ReadFrom::Offset(0), 100).await,
        [1150, 1160, 1170, 1180, 1190]
    );
    while idb.trim_step(LOG, Some(i64::MAX)).await.expect("trims") {}
    assert_eq!(
        bases(&idb, LOG, ReadFrom::Offset(0), 100).await,
        [1190],
        "the end stays"
    );
    while idb.trim_step(LOG, None).await.expect("trims") {}
    assert!(bases(&idb, LOG, ReadFrom::Last, 100).await.is_empty());
    assert_eq!(bases(&idb, LogId(8), ReadFrom::Last, 100).await, [0]);
}

#[wasm_bindgen_test]
async fn a_broken_end_is_cut_and_written_anew_in_one_group() {
    let idb = fresh("t-cut").await;
    let group: Vec<Write> = (0..4).map(|n| append(LOG, n, &[b"old"])).collect();
    idb.persist(&group).await.expect("is stored");
    let mend = [
        Write::Truncate { log: LOG, from: 2 },
        append(LOG, 2, &[b"new"]),
    ];
    idb.persist(&mend).await.expect("is stored");
    let request = ReadRequest {
        log: LOG,
        from: ReadFrom::Offset(1),
        max_bytes: 100,
    };
    let texts: Vec<Bytes> = idb
        .read(request)
        .await
        .expect("reads")
        .into_iter()
        .map(|chunk| chunk.bytes)
        .collect();
    assert_eq!(texts, ["old", "new"]);
}

#[wasm_bindgen_test]
async fn an_unknown_format_is_refused_and_left_as_it_is() {
    let idb = fresh("t-version").await;
    idb.persist(&[put("storage.format", b"never a number")])
        .await
        .expect("is stored");
    drop(idb);
    for _ in 0..2 {
        let refused = Idb::open("t-version").await.err().expect("is refused");
        assert!(matches!(&refused, OpenError::Version(why) if why.contains("another version")));
    }
}

#[wasm_bindgen_test]
async fn deleting_the_database_ends_its_owner() {
    let idb = fresh("t-delete").await;
    Idb::delete("t-delete").await.expect("the owner lets go");
    let failed = idb.persist(&[put("k", b"v")]).await.expect_err("is gone");
    assert!(
        matches!(&failed, WriteError::Failed(why) if why.contains("delete")),
        "{failed:?}"
    );
}
