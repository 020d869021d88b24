"""What becomes of parameters, whatever training code has for them: content kept or told, in bounded time."""

import argparse
import array
import collections
import collections.abc
import dataclasses
import datetime
import decimal
import enum
import fractions
import io
import json
import pathlib
import sys
import time
import types
import unittest
import uuid

from support import LIMITS

from provloom._numbers import NotANumber, Remark, number, step, time_us
from provloom._values import name, typed

MOST = LIMITS["VALUE_BYTES_MAX"]


class Word(str, enum.Enum):
    A = "a"


class Level(enum.IntEnum):
    HIGH = 3


class Color(enum.Enum):
    RED = 1


Pair = collections.namedtuple("Pair", "left right")


@dataclasses.dataclass(eq=False, repr=False)
class Node:
    parent: object = None
    children: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Config:
    lr: float = 0.1
    path: pathlib.PurePosixPath = pathlib.PurePosixPath("/data")
    net: dict = dataclasses.field(default_factory=lambda: {"w": [1, 2]})


class AnyAttribute(dict):
    """As addict and its like: whatever is asked for is made."""

    def __getattr__(self, name):
        return self.setdefault(name, AnyAttribute())


class Trap:
    """Whoever asks it anything ends the test."""

    def __trap(self, *_):
        raise SystemExit("a stranger's code was run")

    __str__ = __repr__ = __getattr__ = __bool__ = __len__ = __iter__ = __eq__ = __hash__ = __dir__ = __reduce_ex__ = __trap
    item = property(__trap)
    shape = property(__trap)
    value = property(__trap)
    __class__ = property(__trap)


class Endless(collections.abc.Mapping):
    def __getitem__(self, key):
        return key

    def __iter__(self):
        key = 0
        while True:
            yield key
            key += 1

    def __len__(self):
        raise SystemExit("nobody needs to know")


class Slow(Endless):
    def __getitem__(self, key):
        time.sleep(0.02)
        return key


class Rows(collections.abc.Sequence):
    def __getitem__(self, key):
        return key

    def __len__(self):
        return 10**18


def shown(value):
    """(kind, text) of what is recorded."""
    found = typed(value)
    return found.kind, found.text


def told(value):
    found = typed(value)
    return found.remark[0] if found.remark is not None else None


class Scalars(unittest.TestCase):
    def test_a_value_keeps_its_type_also_where_its_class_comes_from_a_plain_one(self):
        class Loud(str):
            def __str__(self):
                raise SystemExit

        for value, expected in (
            (Word.A, ("str", "a")), (Level.HIGH, ("int", "3")), (Color.RED, ("str", "Color.RED")), (Loud("x"), ("str", "x")),
            (True, ("bool", "true")), (-0.0, ("float", "-0.0")), (1 + 2j, ("str", "(1+2j)")), (b"\xff\0", ("str", "b'\\xff\\x00'")),
            (bytearray(b"1"), ("str", "b'1'")), (range(3), ("str", "range(0, 3)")), (uuid.UUID(int=5), ("str", str(uuid.UUID(int=5)))),
            (pathlib.PurePosixPath("/a"), ("str", "/a")), (len, ("str", "len")), (Config, ("str", "test_values.Config")),
            (json, ("str", "json")), (ValueError("why"), ("str", "ValueError: why")),
            (decimal.Decimal("0.1"), ("float", "0.1")), (decimal.Decimal("0.1234567890123456789"), ("str", "0.1234567890123456789")),
            (fractions.Fraction(1, 3), ("str", "1/3")), (datetime.timedelta(seconds=5), ("str", "0:00:05")),
            (datetime.date(2020, 1, 2), ("str", "2020-01-02")), (datetime.time(3), ("str", "03:00:00")),
        ):  # fmt: skip
            self.assertEqual(shown(value), expected)

    def test_what_is_text_or_bytes_by_another_name_is_recorded_as_such(self):
        for value, expected in (
            (collections.UserString("hi"), ("str", "hi")), ([collections.UserString("hi")], ("json", '["hi"]')),
            (memoryview(b"abc"), ("str", "b'abc'")), (memoryview(b""), ("str", "b''")),
        ):  # fmt: skip
            self.assertEqual(shown(value), expected)

    def test_exact_numbers_that_are_very_long_are_recorded_by_their_beginning(self):
        for value, begins in ((decimal.Decimal(10**20000), "1.000"), (fractions.Fraction(1 << 20000, 3), "0x8000")):
            found = typed(value)
            self.assertEqual((found.kind, found.text[: len(begins)], found.remark[0]), ("str", begins, "VALUE_CUT"))
            self.assertLess(len(found.text), 200)

    def test_the_first_and_the_last_day_are_kept_where_no_clock_moves_them_to_utc(self):
        zone = datetime.timezone(datetime.timedelta(hours=5))
        self.assertEqual(shown(datetime.datetime(1, 1, 1, tzinfo=zone)), ("time", "0001-01-01T00:00:00+05:00"))
        self.assertEqual(shown(datetime.datetime(2024, 1, 1, 5, tzinfo=zone)), ("time", "2024-01-01T00:00:00Z"))
        for value in (datetime.datetime.min, datetime.datetime.max):
            self.assertRegex(shown(value)[1], "^(0001-01-01|9999-12-31)T")

    def test_an_integer_keeps_4096_digits_and_a_longer_one_says_how_long_it_is(self):
        self.assertEqual(shown(-(10**4000)), ("int", "-1" + "0" * 4000))
        huge = typed(1 << 10**7)
        self.assertEqual((huge.kind, huge.text[:4], huge.remark[0]), ("str", "0x80", "VALUE_CUT"))
        self.assertIn("10000001 bits", huge.remark[1])

    @unittest.skipUnless(hasattr(sys, "set_int_max_str_digits"), "this Python refuses no digits")
    def test_an_integer_has_all_its_digits_where_python_is_told_to_refuse_them(self):
        most = sys.get_int_max_str_digits()
        sys.set_int_max_str_digits(640)
        self.addCleanup(sys.set_int_max_str_digits, most)
        self.assertEqual(typed(10**3000 + 7).text, "1" + "0" * 2999 + "7")


class Texts(unittest.TestCase):
    def test_a_text_is_cut_by_bytes_at_a_whole_character(self):
        for value in ("x" * 1_000_000, "\U0001f600" * 100_000, "\0" * 100_000, "a" + "\u20ac" * 50_000):
            found = typed(value)
            self.assertTrue(value.startswith(found.text))
            self.assertLessEqual(MOST - 4, len(found.text.encode()))
            self.assertLessEqual(len(found.text.encode()), MOST)
            self.assertEqual(found.remark, ("VALUE_CUT", "has %d characters; the first %d are recorded" % (len(value), len(found.text))))

    def test_half_of_a_surrogate_pair_is_shown_as_what_it_is(self):
        self.assertEqual((shown("a\ud800b"), told("a\ud800b")), (("str", "a\\ud800b"), "VALUE_CHANGED"))

    def test_bytes_are_cut_too(self):
        found = typed(b"\xff" * 10**7)
        self.assertLessEqual(len(found.text), MOST + 3)
        self.assertEqual(found.remark[0], "VALUE_CUT")


class Structures(unittest.TestCase):
    def parsed(self, value):
        found = typed(value)
        self.assertEqual(found.kind, "json")
        self.assertLessEqual(len(found.text.encode()), MOST)
        return json.loads(found.text)

    def test_whatever_names_its_values_is_written_out(self):
        own = types.SimpleNamespace(q=1)
        for value, expected in (
            (AnyAttribute(lr=0.1, net=AnyAttribute(w=3)), {"lr": 0.1, "net": {"w": 3}}), (Config(), {"lr": 0.1, "path": "/data", "net": {"w": [1, 2]}}),
            (argparse.Namespace(a=1, b=argparse.Namespace(c=2)), {"a": 1, "b": {"c": 2}}), (own, {"q": 1}),
            (types.MappingProxyType({"z": 1}), {"z": 1}), (Pair(1, [2]), {"left": 1, "right": [2]}),
            (collections.OrderedDict(a=1), {"a": 1}), (collections.defaultdict(int, a=1), {"a": 1}), (collections.Counter("aab"), {"a": 2, "b": 1}),
            (collections.ChainMap({"a": 1}, {"b": 2}), {"a": 1, "b": 2}), (collections.UserDict(a=1), {"a": 1}), ({"e": Color.RED}, {"e": "Color.RED"}),
        ):  # fmt: skip
            self.assertEqual(self.parsed(value), expected)

    def test_whatever_has_elements_is_a_list_and_sets_have_an_order(self):
        for value, expected in (
            ([1, float("inf"), None, True], [1, "INF", None, True]), ((1, (2,)), [1, [2]]), ({3, 1, 2}, [1, 2, 3]), (frozenset("ba"), ["a", "b"]),
            ({"a": 1}.keys(), ["a"]), (collections.deque([1]), [1]), (array.array("d", [0.5]), [0.5]), (collections.UserList([1]), [1]),
        ):  # fmt: skip
            self.assertEqual(self.parsed(value), expected)

    def test_text_beyond_ascii_stays_readable(self):
        self.assertEqual(typed({"\u00fc": "\u6e2c\U0001f600"}).text, '{"\u00fc":"\u6e2c\U0001f600"}')

    def test_keys_that_have_the_same_text_stay_two(self):
        self.assertEqual(self.parsed({1: "int", "1": "text"}), {"1 (int)": "int", "1": "text"})
        self.assertEqual(self.parsed({"1": "text", 1: "int"}), {"1": "text", "1 (int)": "int"})
        self.assertEqual(self.parsed({None: 0, "None": 1, (1, 2): 3, 1.5: 4}), {"None (NoneType)": 0, "None": 1, "[1,2]": 3, "1.5": 4})
        self.assertEqual(len(self.parsed({type("K", (), {})(): i for i in range(3)})), 3)

    def test_a_value_that_holds_itself_is_written_once(self):
        config = {"n": 1}
        config["left"] = config["right"] = config
        self.assertEqual(self.parsed(config), {"n": 1, "left": "<the same dict>", "right": "<the same dict>"})
        self.assertEqual(told(config), "VALUE_CUT")

    def test_nodes_that_know_their_parent_are_written_out_with_their_children(self):
        root = Node()
        root.children = [Node(root) for _ in range(8)]
        found = self.parsed(root)
        self.assertEqual(len(found["children"]), 8)
        self.assertEqual(found["children"][7], {"parent": "<the same test_values.Node>", "children": []})

    def test_shared_parts_cost_no_more_than_what_is_kept(self):
        value = [1]
        for _ in range(60):
            value = [value, value]
        peers = [Node() for _ in range(12)]
        for one in peers:
            one.children = peers
        for one in (value, peers):
            begin = time.process_time()
            self.parsed(one)
            self.assertLess(time.process_time() - begin, 2)
            self.assertEqual(told(one), "VALUE_CUT")

    def test_a_value_is_written_out_down_to_the_deepest_level(self):
        most = LIMITS["VALUE_LEVELS_MAX"]
        deep = []
        for _ in range(100_000):
            deep = [deep]
        self.assertEqual((typed(deep).text, told(deep)), ("[" * most + '"<list>"' + "]" * most, "VALUE_CUT"))

    def test_long_values_say_what_is_left_out(self):
        found = self.parsed(list(range(3_000_000)))
        self.assertEqual(found[:3], [0, 1, 2])
        self.assertEqual(found[-1], "... %d more" % (3_000_000 - len(found) + 1))
        many = self.parsed({"key %d" % i: i for i in range(100_000)})
        self.assertEqual(many["..."], "%d more" % (100_000 - len(many) + 1))
        self.assertLessEqual(len(self.parsed(["\0" * 100_000, "next"])), 3)

    def test_a_list_that_is_cut_ends_within_an_event(self):
        for value in ([["\0" * 100_000]], {"\U0001f600" * 200 + str(i): "\U0001f600" for i in range(10_000)}):
            event = json.dumps({"value": typed(value).text})
            self.assertLess(len(event), LIMITS["EVENT_BYTES_MAX"])


class Strangers(unittest.TestCase):
    def test_no_code_of_a_stranger_is_run_and_its_type_is_recorded_and_told(self):
        self.assertEqual((shown(Trap()), told(Trap())), (("str", "<test_values.Trap>"), "VALUE_NOT_READ"))
        self.assertEqual(shown([1, {"a": Trap()}]), ("json", '[1,{"a":"<test_values.Trap>"}]'))
        self.assertEqual(told([Trap()]), "VALUE_NOT_READ")
        self.assertEqual(name(Trap()), "<test_values.Trap>")
        for call in (number, step, time_us):
            self.assertRaises(NotANumber, call, Trap())

    def test_a_class_that_comes_from_a_plain_one_is_read_by_the_plain_ones_own_methods(self):
        def ask(self, *_):
            raise SystemExit("asked")

        methods = dict.fromkeys(("__iter__", "__len__", "__getitem__", "__contains__", "items", "keys", "values", "__str__", "__repr__"), ask)
        for base, given, expected in (
            (dict, {"a": 1}, '{"a":1}'), (list, [1], "[1]"), (tuple, (1,), "[1]"), (set, {1}, "[1]"), (frozenset, {1}, "[1]"), (collections.deque, [1], "[1]"),
        ):  # fmt: skip
            self.assertEqual(shown(type("Own", (base,), methods)(given)), ("json", expected))
        for base, given, expected in ((str, "a", "a"), (bytes, b"a", "b'a'"), (int, 3, "3"), (float, 0.5, "0.5"), (complex, 1j, "1j")):
            self.assertEqual(typed(type("Own", (base,), dict(methods, __int__=ask, __float__=ask, __index__=ask))(given)).text, expected)

    def test_what_can_be_used_up_is_not(self):
        used = []
        generator = (used.append(1) for _ in range(3))
        opened = io.StringIO("text")
        for value in (generator, iter([1]), map(used.append, [1]), opened):
            self.assertEqual(told(value), "VALUE_NOT_READ")
        self.assertEqual((used, opened.read()), ([], "text"))

    def test_an_attribute_is_read_where_it_is_held_and_no_property_is_asked(self):
        @dataclasses.dataclass
        class Lazy:
            a: int = 1

        Lazy.a = property(lambda self: sys.exit("asked"))
        made = Lazy.__new__(Lazy)
        made.__dict__["a"] = 5
        self.assertEqual(shown(made), ("json", '{"a":5}'))
        self.assertEqual(shown(Lazy.__new__(Lazy)), ("json", '{"a":"<not read>"}'))

    def test_endless_mappings_and_sequences_end(self):
        for value in (Endless(), Rows()):
            found = typed(value)
            self.assertLessEqual(len(found.text), MOST)
            self.assertEqual((found.kind, found.remark[0]), ("json", "VALUE_CUT"))
            json.loads(found.text)

    def test_a_slow_mapping_is_left_when_its_time_is_up(self):
        begin = time.monotonic()
        self.assertEqual(json.loads(typed(Slow()).text)["..."], "more")
        self.assertLess(time.monotonic() - begin, 5)

    def test_a_mapping_that_fails_says_where(self):
        class Half(Endless):
            def __getitem__(self, key):
                return {}["x" if key == 1 else 1] if key in (1, 2) else key

            def __iter__(self):
                yield from range(4)
                raise OSError("gone")

        self.assertEqual(json.loads(typed(Half()).text), {"0": 0, "1": "<not read: KeyError: x>", "2": "<not read: KeyError: 1>", "3": 3,
                                                          "...": "OSError: gone when it was read on"})  # fmt: skip


class Arrays(unittest.TestCase):
    """As jax and its like have them; numpy's own are in test_libraries."""

    class Tensor:
        def __init__(self, *values):
            self.values = values
            self.shape = (len(values),) if len(values) != 1 else ()

        def __array__(self):
            raise TypeError("not here")

        def item(self):
            (one,) = self.values
            return one

        def tolist(self):
            return list(self.values)

    def test_one_without_dimensions_is_its_number_and_one_with_some_a_list(self):
        self.assertEqual(shown(self.Tensor(0.5)), ("float", "0.5"))
        self.assertEqual(shown(self.Tensor(1, 2)), ("json", "[1,2]"))

    def test_one_element_is_a_metric_and_two_are_none(self):
        self.assertEqual(number(self.Tensor(0.5)), 0.5)
        self.assertRaisesRegex(NotANumber, r"of shape \[2\]", number, self.Tensor(1, 2))


if __name__ == "__main__":
    unittest.main()
