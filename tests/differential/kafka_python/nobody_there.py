"""No broker at the address."""
import logging

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer

logging.disable(logging.CRITICAL)
for kind in (KafkaProducer, KafkaConsumer, KafkaAdminClient):
    try:
        kind(bootstrap_servers="127.0.0.1:1", api_version_auto_timeout_ms=1000)
    except Exception as error:
        print(kind.__name__, type(error).__name__, error)
