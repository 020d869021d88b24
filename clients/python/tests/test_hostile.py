"""Every call with everything that can be wrong in every argument: none raises, each ends, and the next log is recorded."""

import json
import os
import unittest

from support import LIMITS, SpoolCase

#: Run in a process of its own. What is asked of an object is counted instead of taking its time: who asks once waits once.
PROGRAM = r"""
import collections.abc, datetime, enum, json, os, sys, tempfile, time
import provloom
import provloom._limits as limits
limits.KEEP_MS = 200
limits.PAIRS_PER_CALL_MAX = 200

class Asked(dict):
    def note(self, name):
        self[name] = self.get(name, 0) + 1
asked = Asked()

def answering(kind, names, answer):
    def made(name):
        def method(self, *args, **more):
            asked.note(name)
            return answer()
        return method
    return type(kind, (), {name: made(name) for name in names})

def throws(error):
    def throw():
        raise error
    return throw

def endless():
    while True:
        yield "x"

def recurses():
    return recurses()

METHODS = ("__str__ __repr__ __iter__ __len__ __eq__ __hash__ __float__ __fspath__ __index__ __int__ __getitem__ __bool__ keys items "
           "__array__ item __getattr__ __format__ __contains__ __reduce_ex__ numel parameters named_modules count_params state_dict "
           "get_params").split()
NO_HASH = [name for name in METHODS if name not in ("__hash__", "__getattr__")]

def exiting(name):
    def get(self):
        asked.note(name)
        raise SystemExit("asked for " + name)
    return property(get)
PROPERTIES = "shape dtype dataset batch_size layers root __class__ __dict__ requires_grad code".split()
Property = type("Property", (), {name: exiting(name) for name in PROPERTIES})

class Loud(str):
    def __str__(self): raise SystemExit
    __len__ = __iter__ = __eq__ = __getitem__ = __format__ = encode = startswith = __add__ = __mod__ = split = isascii = __str__
    __hash__ = __str__

class Mapping(collections.abc.Mapping):
    def __init__(self, get, keys): self.get, self.keys_of = get, keys
    def __getitem__(self, key): return self.get()
    def __iter__(self): return self.keys_of()
    def __len__(self): raise SystemExit

class Items(dict):
    def items(self): return ((n, n) for n in endless())
    values = keys = __iter__ = items

class Zone(datetime.tzinfo):
    def __init__(self, answer): self.answer = answer
    def utcoffset(self, moment): return self.answer()
    tzname = dst = fromutc = utcoffset

class Meta(type):
    def __hash__(cls, *more): raise SystemExit
    __eq__ = __instancecheck__ = __subclasscheck__ = __hash__
class Odd(metaclass=Meta): pass

def slow():
    for n in range(10**9):
        time.sleep(0.02)
        yield str(n)

def dag():
    top = []
    for _ in range(40): top = [top, top]
    return top

def deep():
    top = []
    for _ in range(10**5): top = [top]
    return top

cycle = {}; cycle["self"] = cycle
HUGE = "x" * 4_000_000
VALUES = {
    "an endless generator": endless, "an endless iterator": lambda: iter(endless()),
    "a mapping without end": lambda: Mapping(lambda: 1, endless), "a slow mapping": lambda: Mapping(lambda: 1, slow),
    "a mapping that exits": lambda: Mapping(throws(SystemExit(3)), lambda: iter("ab")),
    "a dict without end": lambda: Items(a=1), "many pairs": lambda: dict.fromkeys(range(30_000), 1.5),
    "a huge text": lambda: HUGE, "huge bytes": lambda: HUGE.encode(), "a huge text of other letters": lambda: "\u6e2c" * 2_000_000,
    "a huge list": lambda: [1] * 400_000, "a list of huge texts": lambda: [HUGE] * 10, "a huge int": lambda: 1 << 10**7,
    "a huge key": lambda: {HUGE: 1},
    "a text of another class": lambda: Loud("loud"), "an int beyond 64 bits": lambda: 2**200, "a graph of shared lists": dag,
    "a deep list": deep, "a dict that holds itself": lambda: cycle, "a surrogate": lambda: "\ud800", "a dict of surrogates": lambda: {"\ud800": "\udfff"},
    "bytes beyond UTF-8 as text": lambda: "a\udcffb", "NUL": lambda: "a\0b", "nothing": lambda: "", "blank": lambda: " \n\t", "bell": lambda: "\a",
    "an emoji": lambda: "\U0001f600", "None": lambda: None, "a plain object": object, "a class": lambda: Odd, "of an odd class": lambda: Odd(),
    "NaN": lambda: float("nan"), "the first year": lambda: datetime.datetime(1, 1, 1, tzinfo=datetime.timezone.utc),
    "a zone that raises": lambda: datetime.datetime(2024, 1, 1, tzinfo=Zone(throws(RuntimeError("no")))),
    "a zone that exits": lambda: datetime.datetime(2024, 1, 1, tzinfo=Zone(throws(SystemExit(3)))),
    "a zone of nonsense": lambda: datetime.datetime(2024, 1, 1, tzinfo=Zone(lambda: 7)),
    "a time in such a zone": lambda: datetime.time(1, tzinfo=Zone(throws(RuntimeError("no")))),
    "properties that exit": Property, "a memory view": lambda: memoryview(bytearray(10)), "a lambda": lambda: lambda: 1,
}
for name, names in (("all", METHODS), ("all but its hash", NO_HASH)):
    for what, answer in (("exits", throws(SystemExit(3))), ("interrupts", throws(KeyboardInterrupt("mine"))), ("leaves", throws(GeneratorExit())),
                         ("raises", throws(ValueError("no"))), ("recurses", recurses), ("has nonsense", object), ("is huge", lambda: HUGE),
                         ("is endless", endless)):
        VALUES["%s: %s" % (name, what)] = answering("Hostile", names, answer)

here, PROV = os.getcwd(), os.path.join(os.path.dirname(sys.argv[1]), "prov")
CALLS = {
    "log_metric": (("m", 1.0, "c", 1, "s", 1700000000), 6), "log_metrics": (({"m": 1.0}, "c", 1, "s", 1700000000), 5),
    "log_param": (("p", 1, "c", "s", False), 5), "log_params": (({"p": 1}, "c", "s", False), 4), "log_input": ((1, "n", "c", "s", 1), 5),
    "log_output": ((1, "n", "c", "s", 1), 5), "log_current_execution_time": (("t", "c", 1), 3), "create_context": (("c", "d"), 2),
    "log_artifact": (("a", sys.argv[1], "c", "s", 1, True, "sub", False, False), 9), "log_model": (("m", {"w": 1}, "c", "s", True, True, False), 7),
    "save_model_version": (("m", b"w", "c", "s", 1, True, False), 7), "log_dataset": (("d", [1], "c", "s", True, None, "train", True), 8),
    "log_execution_command": ((["a"], here), 2), "log_source_code": ((sys.argv[1],), 1), "log_system_metrics": (("c", 1), 2),
    "log_carbon_metrics": (("c", 1), 2), "log_flops_per_epoch": (("f", [1], None, "c", 1), 5), "log_flops_per_batch": (("f", [1], None, "c", 1), 5),
    "register_final_metric": (("m", 1.0, "max", "c"), 4), "Context": (("c",), 1), "FoldOperation": (("max",), 1),
}
wrong, slowest = [], ("", 0)

def tried(what, call):
    global slowest
    asked.clear()
    began = time.monotonic()
    try:
        call()
    except BaseException as error:
        wrong.append("%s raises %r" % (what, error))
    took = time.monotonic() - began
    slowest = max(slowest, (what, took), key=lambda one: one[1])
    if took > 8: wrong.append("%s takes %.1f s" % (what, took))
    for name, count in asked.items():
        # A mapping is asked for its items, each in turn.
        if name != "__getitem__" and count > (3 if name in ("__array__", "item", "__index__", "__float__") else 2): wrong.append("%s asks %s %d times" % (what, name, count))
"""

EVERY_CALL = r"""
run = provloom.start_run("www.example.org", "digits")
for name, (good, count) in CALLS.items():
    call = getattr(provloom, name)
    for place in range(count):
        for number, (title, make) in enumerate(VALUES.items()):
            # What is read alike everywhere is tried in turns.
            if place > 1 and (number + place) % 4: continue
            # And in turns again, where nobody has the time.
            if not ALL and (number + place + len(name)) % 3: continue
            given = list(good)
            given[place] = make()
            before = run._session.stream
            known = before.at[0] + sum(before.drops().values())
            tried("%s with %s as argument %d" % (name, title, place), lambda: call(*given))
            after = before.at[0] + sum(before.drops().values())
            if name in ("log_metric", "log_param", "log_params", "log_metrics") and after == known:
                if not (name.endswith("s") and title == "a lambda"):
                    wrong.append("%s with %s as argument %d is neither recorded nor counted" % (name, title, place))
    provloom.log_metric("next", 1.0)
print(json.dumps([wrong, slowest, len(CALLS)]))
"""

EVERY_RUN = r"""
for place in range(10):
    for number, (title, make) in enumerate(VALUES.items()):
        if place > 2 and (number + place) % 4: continue
        if not ALL and (number + place) % 2: continue
        given = ["www.example.org", "digits", PROV, False, 100, None, True, None, None, None]
        given[place] = make()
        what = "start_run with %s as argument %d" % (title, place)
        tried(what, lambda: provloom.start_run(*given))
        session = provloom._current.session
        if session is None:
            wrong.append(what + " begins none")
            continue
        before = session.stream.at[0]
        provloom.log_metric("next", 1.0)
        # The series, and its point.
        if session.stream.at[0] != before + 2: wrong.append(what + " loses the next log")
        tried("end_run after " + what, provloom.end_run)
for place in range(3):
    for number, (title, make) in enumerate(VALUES.items()):
        if (number + place) % 3: continue
        provloom.start_run("www.example.org", "digits")
        given = [False, False, False]
        given[place] = make()
        what = "end_run with %s as argument %d" % (title, place)
        tried(what, lambda: provloom.end_run(*given))
        if provloom._current.session is not None: wrong.append(what + " ends nothing")
print(json.dumps([wrong, slowest]))
"""


class Hostile(SpoolCase):
    def tried(self, program):
        path = self.work + "/small.txt"
        with open(path, "w") as opened:
            opened.write("small")
        output, errors = self.run_program("ALL = %r\n%s%s" % ("PROVLOOM_TEST_EFFORT" in os.environ, PROGRAM.replace("sys.argv[1]", repr(path)), program))
        wrong, slowest, *more = json.loads(output)
        self.assertEqual(wrong, [], "%s\n%s" % ("\n".join(wrong[:40]), slowest))
        return more

    def test_no_call_raises_or_goes_on_for_ever_and_each_next_log_is_recorded(self):
        (calls,) = self.tried(EVERY_CALL)
        self.assertEqual(len(self.points("next")), calls)

    def test_a_run_is_begun_and_ended_whatever_it_is_given(self):
        self.tried(EVERY_RUN)


class Bounds(SpoolCase):
    HEAD = "import provloom\nrun = provloom.start_run('www.example.org', 'digits')\n"

    def test_of_a_long_command_line_the_beginning_is_recorded_and_told(self):
        words, length = LIMITS["COMMAND_WORDS_MAX"], LIMITS["COMMAND_LENGTH_MAX"]
        self.run_program(self.HEAD + "provloom.log_execution_command(['w'] * %d)\nprovloom.log_execution_command('x' * %d)" % (words + 1, length + 1))
        self.assertEqual([(len(one["argv"]), sum(map(len, one["argv"]))) for one in self.events("command")], [(words, words), (1, length)])
        self.assertEqual([one["code"] for one in self.events("problem")], ["VALUE_CUT"])

    def test_a_path_longer_than_any_file_may_have_is_none(self):
        most = LIMITS["PATH_BYTES_MAX"]
        self.run_program(self.HEAD + "provloom.log_artifact('x' * %d)\nprovloom.log_artifact('x' * %d)" % (most, most + 1))
        self.assertEqual([one["code"] for one in self.events("problem")], ["MISSING_FILE", "BAD_PATH"])
        self.assertEqual(self.dropped(), {"bad-path": 1})

    def test_pairs_beyond_the_most_are_counted_in_one_stroke_and_those_of_a_slow_mapping_stop_in_time(self):
        most = LIMITS["PAIRS_PER_CALL_MAX"]
        self.run_program(self.HEAD + """
import collections.abc, itertools
class Failing(collections.abc.Mapping):
    def __getitem__(self, key): return key
    def __len__(self): return 9
    def __iter__(self):
        yield from "abc"
        raise SystemExit(3)
provloom.log_metrics(dict.fromkeys(map(str, range(%d)), 1.5))
provloom.log_params(Failing())
""" % (most + 1_000_003))
        self.assertEqual(self.dropped(), {"too-many-pairs": 1_000_003, "not-read": 1})
        self.assertEqual([one["key"] for one in self.events("param")], ["a", "b", "c"])

    def test_ctrl_c_and_what_a_signal_handler_raises_pass_through_a_call_and_what_an_object_raises_does_not(self):
        output, _ = self.run_program(self.HEAD + """
import os, signal
class Sends:
    def __init__(self, number): self.number = number
    def __float__(self):
        os.kill(os.getpid(), self.number)
        for _ in range(10**6): pass
        return 1.0
def leave(*_): raise SystemExit(5)
signal.signal(signal.SIGUSR1, leave)
for number in (signal.SIGINT, signal.SIGUSR1):
    try:
        provloom.log_metric("m", Sends(number))
    except BaseException as error:
        print(type(error).__name__)
class Own:
    def __float__(self): raise KeyboardInterrupt
provloom.log_metric("m", Own())
""")
        self.assertEqual(output, "KeyboardInterrupt\nSystemExit\n")
        self.assertEqual(self.dropped(), {"not-a-number": 1})


if __name__ == "__main__":
    unittest.main()
