//! `produce`, `consume`, and named consumers that live on between cells.

use crate::support::{Notebook, with_notebook};

const ORDERS: &str =
    "kafka-topics --bootstrap-server $KAFKA --create --topic orders --partitions 2";

async fn with_orders(n: &Notebook) {
    assert_eq!(n.check(ORDERS).await, "Created topic orders.\n");
}

#[test]
fn produce_shows_where_a_record_went() {
    with_notebook(async |n| {
        with_orders(&n).await;
        let cell =
            "produce orders --partition 1 --key alice --value '{\"total\": 12}' --header a=b";
        assert_eq!(
            n.check(cell).await,
            "TOPIC   PARTITION  OFFSET  TIMESTAMP\norders  1          0       <TIME>\n"
        );
        let cell = "produce orders --partition 1 --value 'order {n}' --count 2 --json";
        assert_eq!(
            n.check(cell).await,
            "{\"topic\":\"orders\",\"partition\":1,\"offset\":1,\"timestamp\":0}\n\
             {\"topic\":\"orders\",\"partition\":1,\"offset\":2,\"timestamp\":0}\n"
        );
        let cell = "seq 1 30 | produce orders --partition 0";
        assert_eq!(
            n.check(cell).await,
            "TOPIC   PARTITION  RECORDS  FIRST-OFFSET  LAST-OFFSET\n\
             orders  0          30       0             29\n"
        );
        let cell = "consume orders:1 --from-beginning --max-messages 3";
        assert_eq!(
            n.check(cell).await,
            "TOPIC   PARTITION  OFFSET  TIMESTAMP                 KEY    VALUE          HEADERS\n\
             orders  1          0       <TIME>  alice  {\"total\": 12}  a=b\n\
             orders  1          1       <TIME>  null   order 1\n\
             orders  1          2       <TIME>  null   order 2\n"
        );
    });
}

#[test]
fn lines_of_a_file_may_begin_with_a_key() {
    with_notebook(async |n| {
        with_orders(&n).await;
        let cell =
            "printf 'a:1\\nb:2:3\\n' > f; produce orders --key-separator : --partition 0 < f";
        n.check(cell).await;
        n.check("produce orders --partition 0 --key c --null").await;
        let cell = "consume orders:0 --offset 0 --max-messages 3 --json | jq -c '[.key,.value]'";
        assert_eq!(
            n.check(cell).await,
            "[\"a\",\"1\"]\n[\"b\",\"2:3\"]\n[\"c\",null]\n"
        );
        let printed = n.run("echo none | produce orders --key-separator :").await;
        assert_eq!(printed.stderr, "produce: no ':' in the line 'none'\n");
        assert_eq!(printed.status, 1);
    });
}

#[test]
fn a_named_consumer_moves_one_poll_at_a_time() {
    with_notebook(async |n| {
        with_orders(&n).await;
        n.check("seq 1 5 | produce orders --partition 0").await;
        let cell = "consumer create c1 --group billing --set auto.offset.reset=earliest";
        assert_eq!(n.check(cell).await, "");
        n.check("subscribe c1 orders").await;
        assert_eq!(n.check("assignment c1").await, "TOPIC  PARTITION  PAUSED\n");
        let first = n.run("poll c1 --max-records 2 --json | jq -r .value").await;
        assert_eq!(first.stdout, "1\n2\n");
        assert_eq!(first.stderr, "assigned: orders-0, orders-1\n");
        let head = "TOPIC   PARTITION  POSITION\n";
        assert_eq!(
            n.check("position c1").await,
            format!("{head}orders  0          2\norders  1          0\n")
        );
        assert_eq!(
            n.check("lag c1 orders:0").await,
            "TOPIC   PARTITION  POSITION  END-OFFSET  LAG\norders  0          2         5           3\n"
        );
        assert_eq!(
            n.check("committed c1 orders:0 --json").await,
            "{\"topic\":\"orders\",\"partition\":0,\"committed\":null,\"metadata\":null}\n"
        );
        assert_eq!(
            n.check("commit c1").await,
            "TOPIC   PARTITION  COMMITTED\norders  0          2\norders  1          0\n"
        );
        let cell = "kafka-consumer-groups --bootstrap-server $KAFKA --describe --group billing --state | tail -n 1";
        let state = n.check(cell).await;
        assert!(state.contains("Stable               1"), "{state}");
        n.check("seek c1 orders:0 4").await;
        assert_eq!(n.check("poll c1 --json | jq -r .value").await, "5\n");
        n.check("seek c1 --to-beginning").await;
        assert_eq!(
            n.check("poll c1 --max-records 1 --json | jq .offset").await,
            "0\n"
        );
        let closed = n.run("close c1").await;
        assert_eq!(
            (closed.status, &*closed.stderr),
            (0, "revoked: orders-0, orders-1\n")
        );
        let cell = "kafka-consumer-groups --bootstrap-server $KAFKA --describe --group billing 2>&1 | grep orders";
        let rows = n.check(cell).await;
        // Closing commits the position, as auto-commit is on.
        assert!(
            rows.contains("orders          0          1               5               4"),
            "{rows}"
        );
    });
}

#[test]
fn partitions_can_be_assigned_paused_and_found_by_time() {
    with_notebook(async |n| {
        with_orders(&n).await;
        n.check("produce orders --partition 0 --value old --timestamp 2020-01-01")
            .await;
        n.check("produce orders --partition 0 --value new --timestamp 2026-01-01T10:00:00")
            .await;
        n.check("produce orders --partition 1 --value other --timestamp 2020-01-01")
            .await;
        n.check("consumer create c; assign c orders; seek c --to-timestamp 2025-01-01")
            .await;
        assert_eq!(
            n.check("position c --json | jq -c '[.partition,.position]'")
                .await,
            "[0,1]\n[1,1]\n"
        );
        n.check("pause c orders:0; seek c --to-beginning").await;
        assert_eq!(n.check("poll c --json | jq -r .value").await, "other\n");
        assert_eq!(
            n.check("assignment c").await,
            "TOPIC   PARTITION  PAUSED\norders  0          yes\norders  1          no\n"
        );
        n.check("resume c").await;
        assert_eq!(n.check("poll c --json | jq -r .value").await, "old\nnew\n");
        assert_eq!(n.check("poll c --timeout-ms 10").await, "no records\n");
        assert_eq!(
            n.check("consumer list").await,
            "NAME  GROUP  SUBSCRIPTION  ASSIGNMENT         MEMBER-ID\n\
             c     -      -             orders-0,orders-1  -\n"
        );
    });
}

#[test]
fn errors_carry_the_names_that_clients_use() {
    with_notebook(async |n| {
        with_orders(&n).await;
        n.check("consumer create c; assign c orders:0").await;
        for (cell, stderr, status) in [
            (
                "seek c orders:1 5",
                "IllegalStateException: No current assignment for partition orders-1\n",
                1,
            ),
            (
                "position c orders:1",
                "IllegalStateException: You can only check the position for partitions assigned to this consumer.\n",
                1,
            ),
            (
                "subscribe c orders",
                "InvalidGroupIdException: To use the group management or offset commit APIs, you must provide a valid group.id in the consumer configuration.\n",
                1,
            ),
            (
                "commit c",
                "InvalidGroupIdException: To use the group management or offset commit APIs, you must provide a valid group.id in the consumer configuration.\n",
                1,
            ),
            (
                "consumer create d --set auto.offset.reset=soon",
                "ConfigException: Invalid value soon for configuration auto.offset.reset: Invalid value `soon` for configuration auto.offset.reset. The value must be either 'earliest', 'latest', 'none' or of the format 'by_duration:<PnDTnHnMn.nS.>'.\n",
                1,
            ),
            (
                "consumer create c",
                "consumer: there is a consumer c already; 'close c' ends it\n",
                1,
            ),
            ("poll x", "poll: no consumer x; there is c\n", 1),
            (
                "seek c orders 5",
                "seek: 'orders' is not a partition; write it as topic:0\nTry 'seek --help' for more information.\n",
                2,
            ),
            (
                "poll c --wait 5",
                "poll: wait is not a recognized option\nTry 'poll --help' for more information.\n",
                2,
            ),
            (
                "consume nothing:0 --timeout-ms x",
                "consume: Cannot parse argument 'x' of option timeout-ms\nTry 'consume --help' for more information.\n",
                2,
            ),
        ] {
            let printed = n.run(cell).await;
            assert_eq!(
                (&*printed.stderr, printed.status),
                (stderr, status),
                "{cell}"
            );
            assert_eq!(printed.stdout, "", "{cell}");
        }
    });
}

#[test]
fn help_says_what_a_command_does() {
    with_notebook(async |n| {
        for name in ["produce", "consume", "consumer", "poll", "seek", "close"] {
            let help = n.check(&format!("{name} --help")).await;
            assert!(help.contains(&format!("\n{name} ")), "{help}");
            assert!(help.contains("--help"), "{help}");
        }
        let list = n.check("help").await;
        assert!(list.contains("  poll "), "{list}");
    });
}
