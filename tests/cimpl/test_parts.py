"""The parts of our cimpl that need no cluster, as examples. `python3 -m unittest discover -s tests/cimpl`."""

import random
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "www" / "python"))

from confluent_kafka_cimpl import (
    assignors,
    compress,
    config,
    crc,
    partitioners,
    records,
    wire,
)  # noqa: E402
from confluent_kafka_cimpl.client import parse_addresses  # noqa: E402
from confluent_kafka_cimpl.errors import KafkaException  # noqa: E402


def bit_by_bit(data):
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


class Checksum(unittest.TestCase):
    def test_known_value(self):
        self.assertEqual(crc.crc32c_python(b"123456789"), 0xE3069283)

    def test_every_length_around_the_fold(self):
        data = random.Random(1).randbytes(3000)
        for size in (*range(0, 300), 511, 512, 513, 2999, 3000):
            self.assertEqual(crc.crc32c_python(data[:size]), bit_by_bit(data[:size]), size)


class Batches(unittest.TestCase):
    messages = [
        (b"k", b"v", 1000, None),
        (None, b"x" * 20000, 990, records.pack_headers([("a", b"1"), ("é", None)])),
        (b"", None, 5000, None),
        (b"y" * 9000, b"", 1000, records.pack_headers([])),
    ]

    def there_and_back(self, codec):
        data = records.encode(self.messages, codec, -1, -1, -1, -1)
        ((start, end, base, last, count, control),) = records.scan(data)
        self.assertEqual((start, end, base, last, count, control), (0, len(data), 0, 3, 4, False))
        self.assertTrue(records.check(data, start, end))
        found = records.decode(data, start, end, 0, "t", 5)[::-1]
        self.assertEqual(
            {(m.topic(), m.partition(), m.timestamp()[0]) for m in found}, {("t", 5, 1)}
        )
        return found

    def test_what_goes_in_comes_out(self):
        for codec in (0, compress.CODECS["gzip"]):
            found = self.there_and_back(codec)
            self.assertEqual([(m.key(), m.value()) for m in found], [m[:2] for m in self.messages])
            self.assertEqual([m.timestamp()[1] for m in found], [1000, 990, 5000, 1000])
            self.assertEqual(found[1].headers(), [("a", b"1"), ("é", None)])
            self.assertEqual([m.headers() for m in found if m.offset() != 1], [None] * 3)

    def test_from_the_middle_and_cut_off(self):
        data = records.encode(self.messages, 0, -1, -1, -1, -1)
        self.assertEqual([m.offset() for m in records.decode(data, 0, len(data), 2)], [3, 2])
        self.assertEqual(list(records.scan(data[:-1])), [])
        self.assertEqual(len(list(records.scan(data + data + data[:50]))), 2)

    def test_a_flipped_bit_is_noticed(self):
        data = bytearray(records.encode(self.messages, 0, -1, -1, -1, -1))
        data[-5] ^= 1
        self.assertFalse(records.check(bytes(data), 0, len(data)))

    def test_a_codec_that_is_not_there_is_named(self):
        with self.assertRaises(compress.NoCodec) as caught:
            compress.codec(9)
        self.assertEqual(str(caught.exception), "9")


class Wire(unittest.TestCase):
    def test_every_schema_compiles_and_zeroes_fit(self):
        for name in wire.APIS:
            self.assertGreater(len(b"".join(wire.api(name).request(7, "me", {}))), 12, name)

    def test_a_request_as_kafka_wants_it(self):
        parts = wire.api("FindCoordinator").request(5, "me", {"key": "g", "type": 0})
        self.assertEqual(
            b"".join(parts),
            bytes.fromhex("00000010 000a 0002 00000005 0002 6d65 0001 67 00".replace(" ", "")),
        )

    def test_flexible_responses_and_unknown_tags(self):
        # OffsetFetch 9: no groups, with a tag that nobody knows in the header and after the body.
        body = bytes.fromhex("00000001" "01050261" "62" "00000000" "01" "01070100")
        self.assertEqual(wire.api("OffsetFetch").response(body), {"throttle": 0, "groups": []})

    def test_short_and_absurd_responses_are_refused(self):
        for name, frame in (
            ("Heartbeat", "0000000100"),
            ("JoinGroup", "00000001" "00000000" "0000" "00000001" "0fff61"),
            ("SyncGroup", "00000001" "00000000" "0000" "7fffffff"),
        ):
            with self.assertRaises(wire.ShortBuffer):
                wire.api(name).response(bytes.fromhex(frame))


class Partitioners(unittest.TestCase):
    def test_javas_murmur2(self):
        known = {
            b"21": -973932308,
            b"foobar": -790332482,
            b"a-little-bit-long-string": -985981536,
            b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
            b"abc": 479470107,
        }
        for key, value in known.items():
            self.assertEqual(partitioners.murmur2_hash(key), value & 0xFFFFFFFF)

    def test_crc32_of_the_default(self):
        self.assertEqual(partitioners.consistent(b"123456789", 1 << 32), 0xCBF43926)


class Assignors(unittest.TestCase):
    @staticmethod
    def members(**topics):
        return {name: assignors.Member(name, None, list(wanted)) for name, wanted in topics.items()}

    def test_range_gives_neighbours_and_the_first_get_more(self):
        given = assignors.assign_range(self.members(a="t", b="t"), {"t": 3})
        self.assertEqual(given, {"a": [("t", 0), ("t", 1)], "b": [("t", 2)]})

    def test_roundrobin_skips_who_did_not_subscribe(self):
        given = assignors.assign_roundrobin(self.members(a="tu", b="t"), {"t": 2, "u": 2})
        self.assertEqual(given, {"a": [("t", 0), ("u", 0), ("u", 1)], "b": [("t", 1)]})

    def test_sticky_takes_before_it_gives(self):
        members = self.members(a="t", b="t")
        members["a"].owned = [("t", n) for n in range(4)]
        first = assignors.assign_cooperative_sticky(members, {"t": 4})
        self.assertEqual(first, {"a": [("t", 0), ("t", 1)], "b": []})
        members["a"].owned = first["a"]
        second = assignors.assign_cooperative_sticky(members, {"t": 4})
        self.assertEqual(second["a"], first["a"])
        self.assertEqual(sorted(second["b"]), [("t", 2), ("t", 3)])

    def test_sticky_settles_balanced_whatever_was_owned(self):
        rng = random.Random(7)
        for _ in range(200):
            names = "abcde"[: rng.randint(1, 5)]
            members = self.members(**dict.fromkeys(names, "t"))
            count = rng.randint(0, 12)
            for number in range(count):
                members[rng.choice(names)].owned.append(("t", number))
            for _ in range(2):
                given = assignors.assign_cooperative_sticky(members, {"t": count})
                for name, pairs in given.items():
                    members[name].owned = pairs
            self.assertEqual(
                sorted(p for pairs in given.values() for p in pairs),
                [("t", n) for n in range(count)],
            )
            sizes = [len(pairs) for pairs in given.values()]
            self.assertLessEqual(max(sizes) - min(sizes), 1)

    def test_what_members_say_there_and_back(self):
        said = assignors.pack_subscription(["b", "a"], [("a", 1), ("a", 0)], 5, None)
        member = assignors.unpack_subscription("m", None, said)
        self.assertEqual(
            (member.topics, member.owned, member.generation), (["a", "b"], [("a", 0), ("a", 1)], 5)
        )
        self.assertEqual(assignors.unpack_subscription("m", None, b"\0").topics, [])
        pairs = [("a", 0), ("b", 2)]
        self.assertEqual(assignors.unpack_assignment(assignors.pack_assignment(pairs)), pairs)
        self.assertEqual(assignors.unpack_assignment(b""), [])


class Settings(unittest.TestCase):
    def test_aliases_and_defaults(self):
        given = config.read(
            "producer", ({"acks": "all", "linger.ms": "5.5"},), {"compression.type": "GZIP"}
        )
        self.assertEqual(
            (given["request.required.acks"], given["queue.buffering.max.ms"]), (-1, 5.5)
        )
        self.assertEqual((given["compression.codec"], given["batch.size"]), ("gzip", 1000000))
        self.assertIsNone(given.finish())

    def test_refusals_are_librdkafkas(self):
        with self.assertRaises(KafkaException) as caught:
            config.read("producer", ({"acks": 5000},), {})
        self.assertEqual(
            caught.exception.args[0].str(),
            'Configuration property "request.required.acks" value 5000 is outside allowed range -1..1000\n',
        )

    def test_addresses(self):
        self.assertEqual(
            parse_addresses("a, b:1 ,PLAINTEXT://c:2,http://d:3"),
            (
                [("a", 9092), ("b", 1), ("c", 2)],
                ['Broker name "http://d:3" parse error: unsupported ' 'protocol "HTTP"'],
            ),
        )


if __name__ == "__main__":
    unittest.main()
