//! Ctrl-C, pipes that close, and large inputs.

use crate::support::{Screen, with_notebook, within_a_minute};
use kafka_sandbox::shell::Cancel;
use std::rc::Rc;

const NOTICE: &str = "The consumer rebalance protocol (KIP-848) is production-ready! Set group.protocol=consumer to try it out. See https://kafka.apache.org/documentation/#consumer_rebalance_protocol\n";

#[test]
fn ctrl_c_ends_a_consumer_as_its_shutdown_hook_does() {
    with_notebook(async |n| {
        n.check("kafka-topics --bootstrap-server $KAFKA --create --topic t")
            .await;
        n.check("seq 1 3 | produce t").await;
        let (screen, cancel) = (Rc::new(Screen::default()), Cancel::new());
        let cell = "kafka-console-consumer.sh --bootstrap-server $KAFKA --topic t --group g --from-beginning";
        let stop = async {
            screen.shows("3\n").await;
            cancel.cancel();
        };
        let run = n.run_until(cell, &screen, &cancel);
        let (printed, ()) = within_a_minute(async { tokio::join!(run, stop) }).await;
        assert_eq!(printed.stdout, "1\n2\n3\n");
        let stderr = format!("{NOTICE}Processed a total of 3 messages\n");
        assert_eq!((printed.stderr, printed.status), (stderr, 130));
        // It has left the group and committed what it printed.
        let cell = "kafka-consumer-groups --bootstrap-server $KAFKA --describe --group g 2>/dev/null | tail -n 1";
        let row = n.check(cell).await;
        let words: Vec<&str> = row.split_whitespace().collect();
        assert_eq!(words, ["g", "t", "0", "3", "3", "0", "-", "-", "-"]);
    });
}

#[test]
fn a_consumer_ends_when_its_reader_has_enough() {
    with_notebook(async |n| {
        n.check("kafka-topics --bootstrap-server $KAFKA --create --topic t")
            .await;
        n.check("seq 1 5 | produce t").await;
        let cell = "kafka-console-consumer.sh --bootstrap-server $KAFKA --topic t --from-beginning | head -n 2";
        let printed = n.run(cell).await;
        assert_eq!((&*printed.stdout, printed.status), ("1\n2\n", 0));
        let end =
            "Unable to write to standard out, closing consumer.\nProcessed a total of 5 messages\n";
        assert_eq!(printed.stderr, format!("{NOTICE}{end}"));
        let cell = "consume t --from-beginning --json | head -n 1 | jq -r .value";
        assert_eq!(n.check(cell).await, "1\n");
    });
}

#[test]
fn a_producer_that_waits_for_lines_can_be_stopped() {
    with_notebook(async |n| {
        n.check("kafka-topics --bootstrap-server $KAFKA --create --topic t")
            .await;
        let cancel = Cancel::new();
        let cell = "{ echo one; echo two; sleep 100; } | kafka-console-producer --bootstrap-server $KAFKA --topic t --sync";
        let screen = Rc::new(Screen::default());
        let stop = async {
            // Ends when both lines are there.
            let read = n.check("consume t --from-beginning --max-messages 2 --json | jq -r .value");
            assert_eq!(read.await, "one\ntwo\n");
            cancel.cancel();
        };
        let run = n.run_until(cell, &screen, &cancel);
        let (printed, ()) = within_a_minute(async { tokio::join!(run, stop) }).await;
        assert_eq!((&*printed.stderr, printed.status), ("", 130));
    });
}

#[test]
fn many_lines_go_through_both_tools() {
    with_notebook(async |n| {
        n.check("kafka-topics --bootstrap-server $KAFKA --create --topic t")
            .await;
        let cell = "seq 1 20000 | kafka-console-producer --bootstrap-server $KAFKA --topic t --compression-codec lz4";
        assert_eq!(n.check(cell).await, "");
        let cell = "kafka-console-consumer --bootstrap-server $KAFKA --topic t --partition 0 --from-beginning --max-messages 20000 2>/dev/null > back; seq 1 20000 > sent; wc -l < back; sort -n back | uniq | wc -l; tail -n 1 back";
        assert_eq!(n.check(cell).await, "20000\n20000\n20000\n");
    });
}
