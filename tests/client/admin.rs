//! The admin client.

use crate::support::{block_on, with_cluster, world};
use kafka_sandbox::base::SortedMap;
use kafka_sandbox::client::admin::*;
use kafka_sandbox::client::{Admin, ClientError, TopicPartition};

fn only<K, V>(mut results: PerItem<K, V>) -> Result<V, ClientError> {
    assert_eq!(results.len(), 1);
    results.remove(0).1
}

fn by_name(name: &str) -> [TopicRef; 1] {
    [TopicRef::Name(name.to_owned())]
}

#[test]
fn topics_live_and_die() {
    with_cluster(async |w| {
        let admin = Admin::new(&w.context, &w.properties(&[]))
            .await
            .expect("settings are right");
        let name = w.unique("life");
        let topic = NewTopic {
            name: name.clone(),
            num_partitions: Some(3),
            replication_factor: Some(1),
            configs: SortedMap::from([("retention.ms".into(), "60000".into())]),
            ..Default::default()
        };
        let created = only(admin.create_topics(&[topic.clone()], false).await).expect("created");
        assert_eq!((created.num_partitions, created.replication_factor), (3, 1));

        let again = only(admin.create_topics(&[topic], false).await).expect_err("it exists");
        assert_eq!(
            again.to_string(),
            format!(
                "org.apache.kafka.common.errors.TopicExistsException: Topic '{name}' already exists."
            )
        );

        let described = only(admin.describe_topics(&by_name(&name)).await).expect("it exists");
        assert_eq!(described.topic_id, created.topic_id);
        let leaders = described
            .partitions
            .iter()
            .map(|p| p.leader.clone().map(|n| n.id));
        assert!(
            leaders
                .clone()
                .all(|leader| leader.is_some_and(|id| id > 0))
        );
        assert_eq!(described.partitions.len(), 3);
        let by_id = only(
            admin
                .describe_topics(&[TopicRef::Id(created.topic_id)])
                .await,
        );
        assert_eq!(by_id.expect("it exists").name, name);

        let more = NewPartitions {
            topic: name.clone(),
            total_count: 5,
            assignments: None,
        };
        only(admin.create_partitions(&[more.clone()], false).await).expect("5 are more than 3");
        let not_more = only(admin.create_partitions(&[more], false).await).expect_err("5 are not");
        assert_eq!(
            not_more.message().as_deref(),
            Some("Topic already has 5 partition(s).")
        );

        let listed = admin.list_topics(true).await.expect("topics are listed");
        assert!(
            listed
                .iter()
                .any(|t| t.name == name && t.topic_id == created.topic_id)
        );

        only(admin.delete_topics(&by_name(&name)).await).expect("deleted");
        let gone = only(admin.delete_topics(&by_name(&name)).await).expect_err("it is gone");
        assert_eq!(gone.short_class(), "UnknownTopicOrPartitionException");
        let empty = only(admin.describe_topics(&by_name("")).await).expect_err("no name");
        assert_eq!(
            empty.message().as_deref(),
            Some("The given topic name '' cannot be represented in a request.")
        );
    });
}

#[test]
fn settings_are_read_and_changed() {
    with_cluster(async |w| {
        let admin = Admin::new(&w.context, &w.properties(&[]))
            .await
            .expect("settings are right");
        let name = w.unique("configs");
        let topic = NewTopic {
            name: name.clone(),
            ..Default::default()
        };
        only(admin.create_topics(&[topic], false).await).expect("created");
        let resource = ConfigResource {
            resource_type: ResourceType::Topic,
            name: name.clone(),
        };
        let set = |value: &str| {
            let op = AlterConfigOp::Set {
                name: "retention.ms".into(),
                value: value.into(),
            };
            (resource.clone(), vec![op])
        };
        only(admin.incremental_alter_configs(&[set("1000")], false).await).expect("a good value");
        let bad = only(admin.incremental_alter_configs(&[set("abc")], false).await);
        assert_eq!(
            bad.expect_err("not a number").to_string(),
            "org.apache.kafka.common.errors.InvalidConfigurationException: \
             Invalid value abc for configuration retention.ms: Not a number of type LONG"
        );
        let resources = [resource.clone()];
        let entries = only(admin.describe_configs(&resources, true, false).await).expect("read");
        let retention = entries
            .iter()
            .find(|e| e.name == "retention.ms")
            .expect("it is listed");
        assert_eq!(retention.value.as_deref(), Some("1000"));
        assert_eq!(retention.source, ConfigSource::DynamicTopicConfig);
        assert_eq!(
            retention.synonyms.first().map(|s| s.source),
            Some(ConfigSource::DynamicTopicConfig)
        );
        only(admin.delete_topics(&by_name(&name)).await).expect("deleted");
    });
}

#[test]
fn the_cluster_is_described() {
    with_cluster(async |w| {
        let admin = Admin::new(&w.context, &w.properties(&[]))
            .await
            .expect("settings are right");
        let cluster = admin.describe_cluster(false).await.expect("described");
        assert!(
            cluster
                .controller
                .is_some_and(|c| cluster.nodes.contains(&c))
        );
        assert_eq!(cluster.cluster_id.len(), 22);
        let versions = admin
            .api_versions(&cluster.nodes[0])
            .await
            .expect("connected");
        assert!(
            versions
                .iter()
                .any(|(key, _, last)| *key == 3 && *last >= 12)
        );
    });
}

#[test]
fn offsets_of_an_empty_topic() {
    with_cluster(async |w| {
        let admin = Admin::new(&w.context, &w.properties(&[]))
            .await
            .expect("settings are right");
        let name = w.unique("offsets");
        let topic = NewTopic {
            name: name.clone(),
            num_partitions: Some(2),
            ..Default::default()
        };
        only(admin.create_topics(&[topic], false).await).expect("created");
        let wanted = SortedMap::from([
            (TopicPartition::new(name.as_str(), 0), OffsetSpec::Latest),
            (
                TopicPartition::new(name.as_str(), 1),
                OffsetSpec::Timestamp(0),
            ),
        ]);
        let offsets = admin.list_offsets(&wanted).await;
        let offsets: Vec<i64> = offsets
            .into_iter()
            .map(|(_, r)| r.expect("known").offset)
            .collect();
        assert_eq!(offsets, [0, -1]);
        let beyond = SortedMap::from([(TopicPartition::new(name.as_str(), 0), 5)]);
        let refused = only(admin.delete_records(&beyond).await).expect_err("there are no 5");
        assert_eq!(refused.short_class(), "OffsetOutOfRangeException");
        assert_eq!(
            w.lines.0.borrow().as_slice(),
            [format!(
                "ERROR [AdminClient clientId=adminclient-1] DeleteRecords request for topic partition \
                 {name}-0 failed due to an unexpected error OFFSET_OUT_OF_RANGE \
                 (org.apache.kafka.clients.admin.internals.DeleteRecordsHandler)"
            )]
        );
        only(admin.delete_topics(&by_name(&name)).await).expect("deleted");
    });
}

#[test]
fn offsets_of_groups() {
    with_cluster(async |w| {
        let admin = Admin::new(&w.context, &w.properties(&[]))
            .await
            .expect("settings are right");
        let (name, group) = (w.unique("committed"), w.unique("group"));
        let topic = NewTopic {
            name: name.clone(),
            ..Default::default()
        };
        only(admin.create_topics(&[topic], false).await).expect("created");
        let missing = only(admin.describe_consumer_groups(&[&group]).await).expect_err("no group");
        assert_eq!(
            missing.to_string(),
            format!(
                "org.apache.kafka.common.errors.GroupIdNotFoundException: Group {group} not found."
            )
        );
        let tp = TopicPartition::new(name.as_str(), 0);
        let offset = kafka_sandbox::client::OffsetAndMetadata::new(7);
        let offsets = SortedMap::from([(tp.clone(), offset.clone())]);
        only(
            admin
                .alter_group_offsets(&group, &offsets)
                .await
                .expect("sent"),
        )
        .expect("set");
        let read = admin.list_group_offsets(&group, None).await.expect("read");
        assert_eq!(read, SortedMap::from([(tp.clone(), Some(offset))]));
        let groups = admin.list_groups(&[], &[]).await.expect("listed");
        let listed = groups
            .iter()
            .find(|g| g.group_id == group)
            .expect("it is there");
        assert_eq!(
            (listed.state.as_str(), listed.protocol_type.as_str()),
            ("Empty", "")
        );
        let described = only(admin.describe_consumer_groups(&[&group]).await).expect("there now");
        assert_eq!(
            (described.state.as_str(), described.members.len()),
            ("Empty", 0)
        );
        only(
            admin
                .delete_group_offsets(&group, &[tp])
                .await
                .expect("sent"),
        )
        .expect("deleted");
        only(admin.delete_groups(&[&group]).await).expect("it is empty");
        let gone = only(admin.delete_groups(&[&group]).await).expect_err("it is gone");
        assert_eq!(gone.short_class(), "GroupIdNotFoundException");
        only(admin.delete_topics(&by_name(&name)).await).expect("deleted");
    });
}

#[test]
fn a_broker_that_is_not_there() {
    block_on(async || {
        let w = world("localhost:1".into());
        let hurry = [
            ("default.api.timeout.ms", "600"),
            ("request.timeout.ms", "500"),
        ];
        let admin = Admin::new(&w.context, &w.properties(&hurry))
            .await
            .expect("settings are right");
        let error = admin
            .list_topics(false)
            .await
            .expect_err("nobody listens there");
        assert_eq!(
            error.to_string(),
            "org.apache.kafka.common.errors.TimeoutException: \
             Timed out waiting for a node assignment. Call: listTopics"
        );
        let lines = w.lines.0.borrow();
        assert!(lines.len() > 1, "it was tried again: {lines:?}");
        assert!(lines.iter().all(|line| line == "WARN [AdminClient clientId=adminclient-1] \
            Connection to node -1 (localhost/127.0.0.1:1) could not be established. Node may not be available. \
            (org.apache.kafka.clients.NetworkClient)"), "{lines:?}");
    });
}

#[test]
fn bad_bootstrap_addresses() {
    block_on(async || {
        for (servers, cause) in [
            (
                "localhost:abc",
                "Invalid url in bootstrap.servers: localhost:abc",
            ),
            (
                "",
                "You must set either bootstrap.servers or bootstrap.controllers",
            ),
            (
                "nosuch.invalid:9092",
                "No resolvable bootstrap urls given in bootstrap.servers",
            ),
        ] {
            let w = world(servers.into());
            let error = Admin::new(&w.context, &w.properties(&[]))
                .await
                .err()
                .expect("refused");
            assert_eq!(
                error.message().as_deref(),
                Some("Failed to create new KafkaAdminClient")
            );
            assert_eq!(error.cause(), Some(&ClientError::Config(cause.into())));
        }
    });
}
