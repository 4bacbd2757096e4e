"""The JSON that stats_cb gets: librdkafka's names, with what this client counts. Latency
histograms are left out.
"""

import json
import time


def _broker(broker, now_us):
    connection = broker.connection
    return {
        "name": broker.name,
        "nodeid": broker.id,
        "nodename": f"{broker.host}:{broker.port}",
        "source": "configured" if broker.id < 0 else "learned",
        "state": "UP" if broker.up else "DOWN" if broker.down else "INIT",
        "stateage": now_us,
        "outbuf_cnt": 0,
        "outbuf_msg_cnt": 0,
        "waitresp_cnt": len(connection._flight) if connection else 0,
        "waitresp_msg_cnt": 0,
        "tx": connection.sent if connection else 0,
        "txbytes": connection.sent_bytes if connection else 0,
        "txerrs": broker.errors,
        "txretries": 0,
        "req_timeouts": 0,
        "rx": connection.received if connection else 0,
        "rxbytes": connection.received_bytes if connection else 0,
        "rxerrs": 0,
        "connects": 1 if connection else 0,
        "disconnects": broker.disconnects,
        "toppars": {},
    }


def _partitions(client, name, fetcher):
    made = {}
    topic = client.topics.get(name)
    for number, (leader, _epoch) in sorted(topic.leaders.items() if topic else ()):
        part = fetcher.parts.get((name, number)) if fetcher else None
        entry = {
            "partition": number,
            "broker": leader,
            "leader": leader,
            "desired": part is not None,
            "unknown": False,
            "msgq_cnt": 0,
            "msgq_bytes": 0,
            "fetchq_cnt": 0,
            "fetch_state": "none",
            "next_offset": 0,
            "app_offset": -1001,
            "stored_offset": -1001,
            "committed_offset": -1001,
            "lo_offset": -1001,
            "hi_offset": -1001,
            "ls_offset": -1001,
            "consumer_lag": -1,
        }
        if part is not None:
            entry.update(
                fetchq_cnt=part.count_in - part.count_out,
                fetch_state="active",
                next_offset=part.offset,
                app_offset=part.position,
                stored_offset=part.stored,
                committed_offset=part.committed,
                lo_offset=part.low,
                hi_offset=part.high,
                ls_offset=part.high,
                consumer_lag=part.high - part.position if part.position >= 0 else -1,
            )
        made[str(number)] = entry
    return made


def statistics(client, handle):
    """A function that makes the text; `handle` is a weak reference to the Producer or Consumer."""

    def make():
        owner, now = handle(), time.time()
        sender = getattr(owner, "_sender", None)
        fetcher = getattr(owner, "_fetcher", None)
        group = getattr(owner, "_group", None)
        brokers = client.all_brokers()
        connections = [b.connection for b in brokers if b.connection is not None]
        config = client.config
        names = sorted(client.wanted)
        value = {
            "name": client.name,
            "client_id": config["client.id"],
            "type": client.kind,
            "ts": int(time.monotonic() * 1e6),
            "time": int(now),
            "age": int((now - client.started) * 1e6),
            "replyq": len(client.events),
            "msg_cnt": len(owner) if sender else 0,
            "msg_size": 0,
            "msg_max": config["queue.buffering.max.messages"] if sender else 0,
            "msg_size_max": config["queue.buffering.max.kbytes"] * 1024 if sender else 0,
            "simple_cnt": 0,
            "metadata_cache_cnt": len(client.topics),
            "brokers": {b.name: _broker(b, 0) for b in brokers},
            "topics": {
                name: {
                    "topic": name,
                    "age": 0,
                    "metadata_age": 0,
                    "partitions": _partitions(client, name, fetcher),
                }
                for name in names
            },
            "tx": sum(c.sent for c in connections),
            "tx_bytes": sum(c.sent_bytes for c in connections),
            "rx": sum(c.received for c in connections),
            "rx_bytes": sum(c.received_bytes for c in connections),
            "txmsgs": sender.sent_messages if sender else 0,
            "txmsg_bytes": sender.sent_bytes if sender else 0,
            "rxmsgs": fetcher.messages_in if fetcher else 0,
            "rxmsg_bytes": fetcher.bytes_in if fetcher else 0,
        }
        if group is not None:
            value["cgrp"] = {
                "state": "up" if group.member else "init",
                "stateage": 0,
                "join_state": "steady" if group.state == "steady" else "init",
                "rebalance_age": 0,
                "rebalance_cnt": group.rebalances,
                "rebalance_reason": "",
                "assignment_size": len(group.owned),
            }
        return json.dumps(value)

    return make
