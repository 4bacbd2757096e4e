"""_AdminClientImpl of the C module: what all its operations share. Each kind of operation is a
mixin of its own.

An operation checks its arguments in the app's thread, then runs on the loop's thread and sets
the future that it was given. ACLs and SCRAM credentials are not built in: their methods say so.
"""

import time

from .admin_cluster import ClusterAdmin
from .admin_groups import GroupAdmin
from .admin_topics import TopicAdmin
from .errors import CODES, KafkaError, KafkaException, err2str
from .handle import Handle

_DESTROY = CODES["_DESTROY"]
_TERMINATING = f"Handle is terminating: {err2str(_DESTROY)}"
_TIMED_OUT, _NOT_CONTROLLER = CODES["_TIMED_OUT"], CODES["NOT_CONTROLLER"]


class Job:
    """A future and the time it has. `then` of a client's answers is checked for being too late."""

    def __init__(self, client, future, timeout, waiting_for):
        self.client, self.future = client, future
        self.timeout_s = client.config["socket.timeout.ms"] / 1000 if timeout < 0 else timeout
        self.waiting_for = waiting_for
        self.open = True
        self.deadline = time.monotonic() + self.timeout_s
        # A client that nobody keeps ends, and its futures with it.
        client.at_end.add(self.destroy)
        client.loop.call(self._arm)

    def _arm(self):
        self._timer = self.client.loop.timer(self.timeout_s, self._late)

    def _late(self):
        text = err2str(_TIMED_OUT)
        self.fail(
            _TIMED_OUT,
            f"Failed while waiting for {self.waiting_for}: {text}" if self.waiting_for else text,
        )

    def done(self, result):
        if self.open:
            self._close()
            self.future.set_result(result)

    def fail(self, code, text=None):
        if self.open:
            self._close()
            self.future.set_exception(KafkaException(KafkaError(code, text)))

    def destroy(self):
        self.fail(_DESTROY, _TERMINATING)

    def _close(self):
        self.open = False
        self.client.at_end.discard(self.destroy)
        self.client.loop.cancel(self._timer)

    @property
    def left_s(self):
        return max(0.01, self.deadline - time.monotonic())

    def later(self, function, delay_s=0.1):
        if self.open and not self.client.ended:
            self.client.loop.timer(delay_s, function)

    def to_controller(self, name, body, then):
        """Sends to the controller, once it is known; `then(body)` on an answer."""
        client = self.client

        def got(code, answer):
            if not self.open:
                return
            first = (
                next(iter(answer.get("topics") or answer.get("resources") or ()), {})
                if answer
                else {}
            )
            if code or first.get("error") == _NOT_CONTROLLER:
                if client.ended:
                    self.destroy()
                else:
                    client.controller = -1
                    self.later(send)
            else:
                then(answer)

        def send():
            if client.controller in client.brokers:
                client.send(client.controller, name, body, got, self.left_s)
            else:
                client.metadata(
                    [],
                    lambda code, answer: self.open
                    and (
                        self.later(send)
                        if code or client.controller not in client.brokers
                        else send()
                    ),
                    self.left_s,
                )

        client.loop.call(send)

    def to_broker(self, node, name, body, then):
        """Sends to one broker, when there is one of that id."""
        client = self.client

        def got(code, answer):
            if self.open:
                self.fail(code) if code else then(answer)

        def send():
            if not self.open:
                return
            if node in client.brokers:
                client.send(node, name, body, got, self.left_s)
            else:
                client.metadata(
                    [],
                    lambda code, answer: (
                        send() if node in client.brokers else self.later(send, 0.5)
                    ),
                    self.left_s,
                )

        client.loop.call(send)

    def metadata(self, names, then, operations=None):
        def got(code, body):
            if self.open:
                if code:
                    self.later(ask, 0.2)
                else:
                    then(body)

        def ask():
            if self.open:
                self.client.metadata(names, got, self.left_s, operations=operations)

        self.client.loop.call(ask)


class _AdminClientImpl(TopicAdmin, ClusterAdmin, GroupAdmin, Handle):
    """The base of confluent_kafka.admin.AdminClient."""

    __module__ = "cimpl"

    def __init__(self, *args, **kwargs):
        self._client = None
        self._open("producer", args, kwargs, "admin client").start()

    def _job(self, future, timeout, waiting_for=None):
        if self._client is None:
            raise RuntimeError("AdminClient has been closed")
        if not isinstance(timeout, (int, float)):
            raise TypeError(f"must be real number, not {type(timeout).__name__}")
        return Job(self._client, future, timeout, waiting_for)

    def poll(self, timeout):
        """Serves error_cb, stats_cb and log events; how many."""
        if self._client is None:
            raise RuntimeError("AdminClient has been closed")
        if not isinstance(timeout, (int, float)):
            raise TypeError(f"must be real number, not {type(timeout).__name__}")
        events = self._client.events
        deadline = None if timeout < 0 else time.monotonic() + timeout
        if not events and timeout and not self._wait(deadline, lambda: events):
            return 0
        return self._serve()

    def __len__(self):
        return len(self._client.events) if self._client is not None else 0

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        if self._client is not None:
            client, self._client = self._client, None
            self._finalizer.detach()
            client.end()

    # What is not built in

    def _missing(self, method, what):
        raise KafkaException(
            KafkaError(
                CODES["_NOT_IMPLEMENTED"],
                f"AdminClient.{method}(): {what} are not built in this sandbox",
            )
        )

    def create_acls(self, acls, future, request_timeout=-1):
        self._missing("create_acls", "ACLs")

    def describe_acls(self, acl_binding_filter, future, request_timeout=-1):
        self._missing("describe_acls", "ACLs")

    def delete_acls(self, acls, future, request_timeout=-1):
        self._missing("delete_acls", "ACLs")

    def describe_user_scram_credentials(self, users, future, request_timeout=-1):
        self._missing("describe_user_scram_credentials", "SCRAM credentials")

    def alter_user_scram_credentials(self, alterations, future, request_timeout=-1):
        self._missing("alter_user_scram_credentials", "SCRAM credentials")
