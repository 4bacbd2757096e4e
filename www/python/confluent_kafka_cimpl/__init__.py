"""`confluent_kafka.cimpl` in Python: what librdkafka and its C binding do, over plain sockets
and threads.

The unmodified `.py` files of the confluent-kafka wheel run on top of it, on CPython and in the
page. It needs the standard library only. It does not do TLS, SASL, transactions, ACLs or share
groups: each says so when it is asked.
"""

VERSION = "2.16.1"
LIBVERSION = ("2.16.0", 0x021000FF)
