"""AdminClient's operations on the cluster and on configurations of topics, brokers and groups."""

from .admin_topics import _check_bool, node_of, operations_of
from .errors import broker_error

_BROKER_TYPES = (4, 8)
_DELETE = 1


def _resources(resources):
    """Checks a list of ConfigResource."""
    from confluent_kafka.admin import ConfigResource

    if not isinstance(resources, list) or not resources:
        raise ValueError("Expected non-empty list of ConfigResource objects")
    for resource in resources:
        if not isinstance(resource, ConfigResource):
            raise ValueError("Expected list of ConfigResource objects")
    return resources


def _broker_of(resources):
    """The broker that must be asked, if one of the resources is a broker."""
    for resource in resources:
        if resource.restype_int in _BROKER_TYPES and str(resource.name).isdigit():
            return int(resource.name)
    return None


def _incremental(resource):
    """The operations of one resource."""
    from confluent_kafka.admin import ConfigEntry

    entries = resource.incremental_configs
    if not isinstance(entries, list):
        raise TypeError("expected list of ConfigEntry in incremental_configs field")
    if not entries:
        raise ValueError(
            "expected non-empty list of ConfigEntry to alter incrementally in incremental_configs field"
        )
    made = []
    for index, entry in enumerate(entries):
        if not isinstance(entry, ConfigEntry):
            raise TypeError(
                f"expected ConfigEntry type in incremental_configs field, index {index}"
            )
        if entry.incremental_operation is None:
            raise TypeError("incremental_operation must be set")
        operation = int(entry.incremental_operation.value)
        value = None if operation == _DELETE else str(entry.value)
        made.append({"name": str(entry.name), "op": operation, "value": value})
    return made


def _described(entry):
    """The dict of ConfigEntry of one resource."""
    from confluent_kafka.admin import ConfigEntry

    def make(config, synonym, synonyms):
        return ConfigEntry(
            name=config["name"],
            value=config["value"],
            source=config["source"],
            is_read_only=bool(config.get("read_only", False)),
            is_default=config["source"] == 5,
            is_sensitive=bool(config.get("sensitive", False)),
            is_synonym=synonym,
            synonyms=synonyms,
        )

    made = {}
    for config in entry["configs"]:
        synonyms = {s["name"]: make(s, True, {}) for s in config["synonyms"]}
        made[config["name"]] = make(config, False, synonyms)
    return made


def _result(body, with_configs):
    """ConfigResource → configs (or None), as the wheel's futures expect it."""
    from confluent_kafka.admin import ConfigResource

    made = {}
    for entry in body["resources"]:
        error = broker_error(entry["error"], entry["message"])
        configs = _described(entry) if with_configs and not error else {}
        key = ConfigResource(entry["type"], entry["name"], described_configs=configs, error=error)
        made[key] = configs if with_configs else None
    return made


class ClusterAdmin:
    """See the module."""

    def _configs(self, name, body, resources, future, request_timeout, broker, with_configs=False):
        node = broker if broker >= 0 else _broker_of(resources)
        job = self._job(future, request_timeout, "controller" if node is None else "broker")

        def answered(answer):
            job.done(_result(answer, with_configs))

        if node is None:
            job.to_controller(name, body, answered)
        else:
            job.to_broker(node, name, body, answered)

    def describe_configs(self, resources, future, request_timeout=-1, broker=-1):
        _resources(resources)
        body = {
            "resources": [{"type": r.restype_int, "name": r.name, "keys": None} for r in resources],
            "synonyms": True,
        }
        self._configs("DescribeConfigs", body, resources, future, request_timeout, broker, True)

    def alter_configs(self, resources, future, validate_only=False, request_timeout=-1, broker=-1):
        _resources(resources)
        _check_bool(validate_only, "validate_only")
        body = {
            "validate": validate_only,
            "resources": [
                {
                    "type": r.restype_int,
                    "name": r.name,
                    "configs": [
                        {"name": str(n), "value": str(v)} for n, v in r.set_config_dict.items()
                    ],
                }
                for r in resources
            ],
        }
        self._configs("AlterConfigs", body, resources, future, request_timeout, broker)

    def incremental_alter_configs(
        self, resources, future, validate_only=False, request_timeout=-1, broker=-1
    ):
        _resources(resources)
        _check_bool(validate_only, "validate_only")
        body = {
            "validate": validate_only,
            "resources": [
                {"type": r.restype_int, "name": r.name, "configs": _incremental(r)}
                for r in resources
            ],
        }
        self._configs("IncrementalAlterConfigs", body, resources, future, request_timeout, broker)

    def describe_cluster(self, future, request_timeout=-1, include_authorized_operations=False):
        job = self._job(future, request_timeout)
        client = self._client

        def answered(body):
            from confluent_kafka import Node
            from confluent_kafka.admin import DescribeClusterResult

            more = {}
            operations = operations_of(body.get("cluster_operations", -(1 << 31)))
            if operations is not None:
                more["authorized_operations"] = operations
            nodes = [
                Node(
                    id=b["id"],
                    host=b["host"],
                    port=b["port"],
                    **({"rack": b["rack"]} if b["rack"] else {}),
                )
                for b in body["brokers"]
            ]
            job.done(
                DescribeClusterResult(
                    cluster_id=body["cluster_id"],
                    nodes=nodes,
                    controller=node_of(client, body["controller_id"]),
                    **more,
                )
            )

        job.metadata([], answered, "cluster_operations" if include_authorized_operations else None)
