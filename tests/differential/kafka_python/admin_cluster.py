"""describe_cluster."""
import os

from kafka import KafkaAdminClient

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"].split(","), os.environ["RUN"]
admin = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)
found = admin.describe_cluster()
print(sorted(found), sorted(b["node_id"] for b in found["brokers"]), found["controller_id"] in (1, 2, 3))
print(sorted(found["brokers"][0]), found["brokers"][0]["rack"], len(found["cluster_id"]))
admin.close()
admin.close()
