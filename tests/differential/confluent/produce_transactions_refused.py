"""The transactional calls of a producer that is not transactional."""
import os

from confluent_kafka import KafkaException, Producer

producer = Producer({"bootstrap.servers": os.environ["BOOTSTRAP"]})
for call in (producer.init_transactions, producer.begin_transaction, producer.commit_transaction,
             producer.abort_transaction):
    try:
        call()
    except KafkaException as error:
        print(error)
