"""What becomes of numbers, steps and names, and what is told of those that cannot be recorded as they are."""

import datetime
import decimal
import enum
import fractions
import pathlib
import unittest

from support import LIMITS, SpoolCase

from provloom._numbers import NotANumber, Remark, number, step, time_us
from provloom._values import name

HEAD = "import provloom\nrun = provloom.start_run('www.example.org', 'digits')\n"


class Word(str, enum.Enum):
    A = "a"


class Level(enum.IntEnum):
    HIGH = 3


class Color(enum.Enum):
    RED = 1


class Numbers(unittest.TestCase):
    class Item:
        def __init__(self, value):
            self.value = value

        def item(self):
            return self.value

    def remark(self, call, value):
        with self.assertRaises(Remark) as caught:
            call(value)
        return caught.exception.code, caught.exception.value

    def test_whatever_is_one_number_is_a_value(self):
        class Floating:
            def __float__(self):
                return 0.25

        class Whole:
            def __index__(self):
                return 7

        class Lazy:
            def __array__(self):
                return Numbers.Item(2.5)

        for value, expected in (
            (3, 3.0), (True, 1.0), (2**53, 2.0**53), (2**60, 2.0**60), (decimal.Decimal("1.5"), 1.5), (fractions.Fraction(1, 4), 0.25), (Level.HIGH, 3.0),
            (self.Item(0.5), 0.5), (self.Item(3), 3.0), (Floating(), 0.25), (Whole(), 7.0), (Lazy(), 2.5), (decimal.Decimal("-Infinity"), -float("inf")),
        ):  # fmt: skip
            self.assertEqual(number(value), expected)

    def test_what_is_no_number_is_refused_and_no_half_of_it_recorded(self):
        class Complex:
            def item(self):
                return 1 + 0j

            def __float__(self):
                return 1.0

        for value in (None, [1], (1,), {}, b"1", 1j, "x", "", "1_0", "\uff11", "1" * 5000, 10**400, decimal.Decimal("1e400"), decimal.Decimal("sNaN"), Complex(),
                      self.Item(None), datetime.datetime.now(), datetime.timedelta(1), object(), Numbers):  # fmt: skip
            self.assertRaises(NotANumber, number, value)

    def test_what_a_float_cannot_hold_exactly_is_told(self):
        self.assertEqual(self.remark(number, 2**53 + 1), ("ROUNDED", 2.0**53))
        self.assertEqual(self.remark(number, self.Item(2**64 - 1)), ("ROUNDED", 2.0**64))
        self.assertEqual(self.remark(number, decimal.Decimal(2**60 + 1)), ("ROUNDED", 2.0**60))
        self.assertEqual(self.remark(number, decimal.Decimal("1e-400")), ("ROUNDED", 0.0))

    def test_a_text_that_is_a_number_is_taken_and_told(self):
        for text, value in (("0.5", 0.5), (" 1e3 ", 1000.0), ("-Infinity", -float("inf")), (".5", 0.5), ("5.", 5.0)):
            self.assertEqual(self.remark(number, text), ("NUMBER_AS_TEXT", value))
        self.assertEqual(self.remark(step, "5"), ("NUMBER_AS_TEXT", 5))

    def test_a_step_is_whole_or_told(self):
        for value, expected in ((None, 0), (True, 1), (3.0, 3), (1e18, 10**18), (2**63 - 1, 2**63 - 1), (-(2**63), -(2**63)), (self.Item(4), 4)):
            self.assertEqual(step(value), expected)
        self.assertEqual(self.remark(step, 1.5), ("BAD_STEP", 1))
        self.assertEqual(self.remark(step, self.Item(-0.5)), ("BAD_STEP", -1))
        for value in (2**63, -(2**63) - 1, 1e19, float("nan"), float("inf"), 2j, "x", [1]):
            self.assertRaises(NotANumber, step, value)

    def test_a_moment_is_exact_to_the_microsecond_from_year_1_to_9999(self):
        utc = datetime.timezone.utc
        self.assertEqual(time_us(datetime.datetime(1, 1, 1, tzinfo=utc)), -62135596800000000)
        self.assertEqual(time_us(datetime.datetime(9999, 12, 31, 23, 59, 59, 999999, utc)), 253402300799999999)
        self.assertEqual(time_us(1700000000.25), 1700000000250000)


class Names(unittest.TestCase):
    def test_a_long_name_is_cut_and_ends_in_a_hash_of_all_of_it(self):
        most = LIMITS["NAME_LENGTH_MAX"]
        long = ["x" * 600, "x" * 601, "x" * 10**7 + "y", "x" * 10**7 + "z", "\U0001f600" * 257, "\U0001f600" * 258]
        names = [name(one) for one in long]
        self.assertEqual(len(set(names)), len(long))
        for one in names:
            self.assertLessEqual(len(one.encode("utf-16-le")) // 2, most)
            self.assertRegex(one, "~[0-9a-f]{8}$")
        self.assertEqual(name("x" * most), "x" * most)
        self.assertEqual(name("\U0001f600" * (most // 2)), "\U0001f600" * (most // 2))

    def test_names_with_halves_of_surrogate_pairs_stay_two(self):
        self.assertEqual(len({name("a\ud800"), name("a\ud801"), name("a\\ud800"), name("a")}), 4)
        name("a\ud800").encode("utf-8")

    def test_names_that_only_look_alike_are_kept_as_they_are(self):
        for one in ("caf\u00e9", "cafe\u0301", "Loss", "loss", "a b", "a-b", "a/b", "a\tb", " "):
            self.assertEqual(name(one), one)

    def test_a_name_may_be_an_enum_a_number_or_a_path(self):
        self.assertEqual([name(one) for one in (Word.A, Color.RED, 1, 1.5, pathlib.PurePosixPath("/a"), (1, 2), None, "")],
                         ["a", "Color.RED", "1", "1.5", "/a", "[1,2]", None, None])  # fmt: skip


class Calls(SpoolCase):
    def test_what_is_refused_counts_as_dropped_by_reason_and_is_told_once_a_key(self):
        _, errors = self.run_program(
            HEAD
            + """
for key in ("a", "b"):
    for value in ({1}, None, "text"):
        provloom.log_metric(key, value)
provloom.log_metric("", 1.0)
provloom.log_param(None, 1)
provloom.log_metrics(5)
provloom.register_final_metric("m", "x", provloom.FoldOperation.MAX)
provloom.register_final_metric("m", 0, "median")
provloom.log_metric("a", 1.0)
"""
        )
        last = {one["reason"]: one["count"] for one in self.events("drops")}
        self.assertEqual(last, {"not-a-number": 7, "bad-name": 2, "no-pairs": 1, "bad-fold": 1})
        self.assertEqual([one["value"] for _, one in self.points()], [1.0])
        about = [one["message"] for one in self.events("problem") if one["code"] == "NOT_A_NUMBER"]
        self.assertEqual(about[0], "log_metric: the value of a is no number: set of 1; it is not recorded")
        self.assertEqual(len(about), 3)
        self.assertEqual(errors.count("is no number"), 3)

    def test_no_code_of_a_stranger_is_run_for_a_name(self):
        self.run_program(
            HEAD
            + """
class Trap:
    def __trap(self, *_): raise SystemExit("asked")
    __str__ = __repr__ = __hash__ = __eq__ = __bool__ = __getattr__ = __trap
    __class__ = property(__trap)
for _ in range(2):
    provloom.log_metric(Trap(), 1.0); provloom.log_metric("m", 1.0, Trap()); provloom.log_metric("m", 1.0, source=Trap())
    provloom.log_metric("m", Trap()); provloom.log_metric("m", 1.0, step=Trap()); provloom.log_metric("m", 1.0, timestamp=Trap())
    provloom.log_param(Trap(), Trap(), Trap(), Trap()); provloom.log_params({Trap.__init__: 1}); provloom.create_context(Trap(), Trap())
    provloom.log_input(Trap()); provloom.log_output(Trap(), Trap()); provloom.register_final_metric(Trap(), Trap(), Trap())
    provloom.log_artifact(Trap(), __import__("sys").executable, Trap(), Trap(), Trap(), False)
"""
        )
        self.assertEqual({one["key"] for one in self.events("series")}, {"<__main__.Trap>", "m"})
        self.assertEqual({one["reason"]: one["count"] for one in self.events("drops")}, {"not-a-number": 2, "bad-fold": 2})
        self.assertEqual([one for one in self.events("problem") if one["code"] == "CALL_FAILED"], [])

    def test_what_is_recorded_otherwise_than_it_was_given_is_told_once_a_key(self):
        _, errors = self.run_program(
            HEAD
            + """
for _ in range(2):
    provloom.log_metric("rounded", 2**53 + 1)
    provloom.log_metric("text", "0.5")
    provloom.log_metric("step", 1.0, step=1.5)
    provloom.log_metric("step", 1.0, step=2**63)
    provloom.log_metric("time", 1.0, timestamp="today")
"""
        )
        self.assertEqual([(series["key"], one["step"], one["value"]) for series, one in self.points()][:4],
                         [("rounded", 0, 2.0**53), ("text", 0, 0.5), ("step", 1, 1.0), ("step", 0, 1.0)])  # fmt: skip
        self.assertEqual([one["code"] for one in self.events("problem")], ["ROUNDED", "NUMBER_AS_TEXT", "BAD_STEP", "BAD_TIME"])
        self.assertEqual((self.events("drops"), len(errors.splitlines())), ([], 4))

    def test_log_params_takes_whatever_names_its_values(self):
        self.run_program(
            HEAD
            + """
import argparse, dataclasses, types
@dataclasses.dataclass
class Config:
    lr: float = 0.1
class Plain:
    def __init__(self): self.depth = 3
provloom.log_params(Config()); provloom.log_params(Plain()); provloom.log_params(types.MappingProxyType({"m": 1}))
provloom.log_params({1: "int", "1": "text"}); provloom.log_metrics({1: 0.5, "1": 1.5})
"""
        )
        self.assertEqual([(one["key"], one["value"]) for one in self.events("param")],
                         [("lr", "0.1"), ("depth", "3"), ("m", "1"), ("1 (int)", "int"), ("1", "text")])  # fmt: skip
        self.assertEqual([(series["key"], one["value"]) for series, one in self.points()], [("1 (int)", 0.5), ("1", 1.5)])

    def test_more_parameters_than_a_call_takes_are_counted(self):
        self.run_program(HEAD + "import provloom._limits as limits\nlimits.PAIRS_PER_CALL_MAX = 3\nprovloom.log_params({str(i): i for i in range(10)})")
        self.assertEqual(len(self.events("param")), 3)
        self.assertEqual([(one["reason"], one["count"]) for one in self.events("drops")], [("too-many-pairs", 7)])

    def test_what_a_call_cannot_take_is_told_as_that(self):
        self.run_program(HEAD + "provloom.log_params(3)\nprovloom.log_execution_command(7)")
        self.assertEqual([one["code"] for one in self.events("problem")], ["BAD_ARGUMENT", "BAD_ARGUMENT"])

    def test_two_long_names_are_two_series_and_an_enum_of_text_is_its_text(self):
        self.run_program(
            HEAD
            + """
import enum
class Phase(str, enum.Enum):
    TRAIN = "training"
provloom.log_metric("x" * 600 + "a", 1.0); provloom.log_metric("x" * 600 + "b", 2.0)
for _ in range(2):
    provloom.log_metric("loss", 1.0, context=Phase.TRAIN); provloom.log_metric("loss", 1.0, context="training")
"""
        )
        self.assertEqual(len({one["key"] for one in self.events("series")}), 3)
        self.assertEqual([one.get("context") for one in self.events("series")], [None, None, "training"])


if __name__ == "__main__":
    unittest.main()
