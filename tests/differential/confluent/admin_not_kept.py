"""An AdminClient that nobody keeps ends at once, and its futures with an error."""
import os

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, NewTopic

RUN = os.environ["RUN"]
# Where nobody answers: else the cluster might before the client is gone.
NOBODY = {"bootstrap.servers": "localhost:1", "log_level": 0}
for future in (
    AdminClient(NOBODY).create_topics([NewTopic(RUN, 1, 1)])[RUN],
    AdminClient(NOBODY).describe_cluster(),
):
    try:
        print(future.result(30))
    except KafkaException as error:
        print(error.args[0].name())
