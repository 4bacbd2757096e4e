"""The objects of the library, without a cluster."""
import kafka
from kafka import OffsetAndMetadata, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, NewPartitions, NewTopic
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import KafkaError, NoBrokersAvailable, TopicAlreadyExistsError, for_code

print(kafka.__version__, TopicPartition("t", 1), OffsetAndMetadata(1, "m", -1))
print(TopicPartition("t", 1) == ("t", 1), {TopicPartition("t", 1): 2}, sorted([TopicPartition("b", 0), TopicPartition("a", 1)]))
print(TopicAlreadyExistsError.errno, TopicAlreadyExistsError.message, TopicAlreadyExistsError("x"), for_code(3).__name__)
print(repr(NoBrokersAvailable()), issubclass(TopicAlreadyExistsError, KafkaError), for_code(9999)("x"))
new = NewTopic("t", 2, 1, topic_configs={"a": "b"})
print(new.name, new.num_partitions, new.replication_factor, new.topic_configs, NewPartitions(3).total_count)
resource = ConfigResource(ConfigResourceType.TOPIC, "t")
print(resource.resource_type, resource.name, ConfigResource("TOPIC", "t").resource_type)
print(ConsumerRecord._fields)
