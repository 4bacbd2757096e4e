//! Options of older Kafka, as courses still have them: they work with a notice, or are refused as Kafka does.

use crate::support::with_notebook;

#[test]
fn old_options_work_with_one_line_that_says_so() {
    with_notebook(async |n| {
        n.check("kafka-topics --bootstrap-server $KAFKA --create --topic t")
            .await;
        for (cell, stdout, notice) in [
            (
                "echo v | kafka-console-producer.sh --broker-list $KAFKA --topic t",
                "",
                "kafka-console-producer: --broker-list was removed in Kafka 4.0; it counts as --bootstrap-server.\n",
            ),
            (
                "kafka-get-offsets.sh --broker-list $KAFKA --topic t",
                "t:0:1\n",
                "kafka-get-offsets: --broker-list was removed in Kafka 4.0; it counts as --bootstrap-server.\n",
            ),
            (
                "kafka-consumer-groups.sh --new-consumer --bootstrap-server $KAFKA --list",
                "",
                "kafka-consumer-groups: --new-consumer has no effect since Kafka 2.0.\n",
            ),
            (
                "kafka-topics.sh --zookeeper localhost:2181 --bootstrap-server $KAFKA --list",
                "t\n",
                "kafka-topics: --zookeeper was removed in Kafka 3.0; using --bootstrap-server localhost:9092 instead.\n",
            ),
            (
                "kafka-console-consumer.sh --bootstrap-server $KAFKA --topic t --partition 0 --offset 0 --max-messages 1 --formatter kafka.tools.DefaultMessageFormatter",
                "v\n",
                "kafka-console-consumer: kafka.tools.DefaultMessageFormatter is org.apache.kafka.tools.consumer.DefaultMessageFormatter since Kafka 4.0.\nProcessed a total of 1 messages\n",
            ),
        ] {
            let printed = n.run(cell).await;
            assert_eq!(
                (&*printed.stdout, &*printed.stderr),
                (stdout, notice),
                "{cell}"
            );
            assert_eq!(printed.status, 0, "{cell}");
        }
        let cell = "kafka-console-consumer --whitelist 't' --bootstrap-server $KAFKA --from-beginning --max-messages 1";
        let printed = n.run(cell).await;
        assert_eq!((&*printed.stdout, printed.status), ("v\n", 0));
        let notice = "kafka-console-consumer: --whitelist was removed in Kafka 4.0; it counts as --include.\n";
        assert!(printed.stderr.starts_with(notice), "{}", printed.stderr);
    });
}

#[test]
fn strict_mode_refuses_them_as_kafka_does() {
    with_notebook(async |n| {
        for (cell, begin, status) in [
            (
                "kafka-console-producer.sh --broker-list $KAFKA --topic t",
                "broker-list is not a recognized option\nOption ",
                1,
            ),
            (
                "kafka-consumer-groups.sh --zookeeper localhost:2181 --list",
                "Exception in thread \"main\" joptsimple.UnrecognizedOptionException: zookeeper is not a recognized option\n",
                1,
            ),
            (
                "kafka-console-consumer.sh --bootstrap-server $KAFKA --topic t --formatter kafka.tools.DefaultMessageFormatter",
                "kafka.tools.DefaultMessageFormatter\nOption ",
                1,
            ),
        ] {
            let printed = n.run(&format!("export KAFKA_STRICT=1; {cell}")).await;
            assert!(
                printed.stderr.starts_with(begin),
                "{cell}\n{}",
                printed.stderr
            );
            assert_eq!(printed.status, status, "{cell}");
        }
    });
}
