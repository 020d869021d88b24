"""What each call writes."""

import math
import os
import unittest

from support import LIMITS, SpoolCase

HEAD = "import provloom\nrun = provloom.start_run('www.example.org', 'digits')\n"


class Sessions(SpoolCase):
    def test_the_first_record_is_session_start_with_what_start_run_was_given(self):
        self.run_program(
            """
            import provloom
            provloom.start_run("www.example.org", "digits", "out", True, 50, 3, True)
            provloom.end_run(create_svg=True)
            """
        )
        start, end = self.records()
        start.pop("time"), end.pop("time"), start.pop("pid"), start.pop("session")
        self.assertEqual(
            start,
            {"type": "session.start", "library": "provloom", "libraryVersion": "0.1.0", "language": "python",
             "provUserNamespace": "www.example.org", "experimentName": "digits",
             "provenanceSaveDir": os.path.abspath("out"), "collectAllProcesses": True, "saveAfterNLogs": 50, "rank": 3,
             "disableCodecarbon": True},
        )  # fmt: skip
        self.assertEqual(end, {"type": "session.end", "status": "completed", "createGraph": True, "createSvg": True, "by": "call"})

    def test_a_with_block_that_raises_ends_as_failed_with_its_last_lines(self):
        _, errors = self.run_program(
            """
            import provloom
            with provloom.start_run("www.example.org", "digits"):
                raise ValueError("the loss is " + "x" * 10000 + " the end")
            """,
            code=1,
        )
        end = self.records()[-1]
        self.assertEqual(end["status"], "failed")
        self.assertTrue(end["error"].endswith("the end"))
        self.assertEqual(len(end["error"]), LIMITS["ERROR_TAIL_BYTES"])
        self.assertIn("ValueError", errors)

    def test_a_with_block_that_exits_with_a_code_is_failed_and_with_none_is_completed(self):
        self.run_program(HEAD + "with run:\n    raise SystemExit(0)")
        self.run_program(HEAD + "with run:\n    raise SystemExit(3)", code=3)
        self.assertEqual(sorted(one["status"] for one in self.events("session.end")), ["completed", "failed"])

    def test_an_uncaught_exception_ends_the_session_as_failed_and_still_prints_its_traceback(self):
        _, errors = self.run_program(HEAD + "provloom.log_param('a', 1)\n1 / 0", code=1)
        end = self.records()[-1]
        self.assertEqual((end["type"], end["status"]), ("session.end", "failed"))
        self.assertTrue(end["error"].endswith("ZeroDivisionError: division by zero"), end["error"])
        self.assertEqual(errors.count("ZeroDivisionError"), 1)

    def test_a_hook_that_was_there_before_is_still_called_and_one_set_later_does_not_hide_the_failure(self):
        program = """
            import sys, provloom
            sys.excepthook = lambda *what: print("mine")
            provloom.start_run("www.example.org", "digits")
            {later}
            1 / 0
        """
        output, _ = self.run_program(program.format(later=""), code=1)
        self.assertEqual(output, "mine\n")
        output, _ = self.run_program(program.format(later='sys.excepthook = lambda *what: print("later")'), code=1)
        self.assertEqual(output, "later\n")
        self.assertEqual([one["status"] for one in self.events("session.end")], ["failed", "failed"])

    def test_a_process_that_just_ends_is_completed(self):
        self.run_program(HEAD)
        self.assertEqual(self.records()[-1]["status"], "completed")

    def test_calls_before_start_run_and_after_end_run_are_told_once_each(self):
        _, errors = self.run_program(
            """
            import provloom
            for _ in range(3):
                provloom.log_metric("a", 1.0); provloom.log_param("b", 1)
            provloom.start_run("www.example.org", "digits")
            provloom.end_run()
            for _ in range(3):
                provloom.log_metric("a", 1.0); provloom.log_param("b", 1)
            provloom.end_run()
            """
        )
        self.assertEqual(
            errors.splitlines(),
            ["provloom: log_metric was called before start_run: it is not recorded",
             "provloom: log_metric was called after end_run: it is not recorded"],
        )  # fmt: skip
        self.assertEqual([one["type"] for one in self.records()], ["session.start", "session.end"])

    def test_a_wrong_option_is_told_and_left_out(self):
        _, errors = self.run_program("import provloom\nprovloom.start_run('a', 'b', rank='x', save_after_n_logs=0)")
        self.assertIn("rank must be an integer from 0 on, not str 'x'", errors)
        self.assertIn("save_after_n_logs must be an integer from 1 on, not int 0", errors)
        self.assertNotIn("rank", self.records()[0])

    def test_a_wrong_call_signature_is_pythons_own_type_error(self):
        self.run_program(HEAD + "try:\n    provloom.log_metric()\nexcept TypeError:\n    pass\nelse:\n    raise SystemExit(9)")


class Metrics(SpoolCase):
    def test_a_series_is_declared_once_before_its_first_point(self):
        self.run_program(
            HEAD
            + """
for step in range(3):
    provloom.log_metric("loss", 1.0 / 3, provloom.Context.TRAINING, step)
    provloom.log_metric("loss", 2.0, "validation", step, source="eval")
"""
        )
        series = self.events("series")
        self.assertEqual([(one["id"], one["key"], one["context"], one.get("source")) for one in series],
                         [(0, "loss", "training", None), (1, "loss", "validation", "eval")])  # fmt: skip
        points = self.points()
        self.assertEqual([(one["series"], one["step"], one["value"]) for _, one in points],
                         [(0, 0, 1 / 3), (1, 0, 2.0), (0, 1, 1 / 3), (1, 1, 2.0), (0, 2, 1 / 3), (1, 2, 2.0)])  # fmt: skip

    def test_values_are_kept_bit_exact_with_nan_infinities_and_negative_zero(self):
        self.run_program(
            HEAD
            + """
for value in (0.1, float("nan"), float("inf"), -float("inf"), -0.0, 5e-324, 1.7976931348623157e308, 2**53 + 1):
    provloom.log_metric("m", value)
"""
        )
        values = [one["value"] for _, one in self.points("m")]
        self.assertTrue(math.isnan(values[1]))
        self.assertEqual(math.copysign(1, values[4]), -1)
        self.assertEqual(values[:1] + values[2:], [0.1, math.inf, -math.inf, -0.0, 5e-324, 1.7976931348623157e308, 2.0**53])

    def test_whatever_is_a_number_is_a_value(self):
        self.run_program(
            HEAD
            + """
from decimal import Decimal
from fractions import Fraction
class Scalar(float): pass
class Tensor:
    def item(self): return 0.5
class Numpy:
    def __float__(self): return 0.25
for value in (3, True, Decimal("1.5"), Fraction(1, 4), Scalar(2.5), Tensor(), Numpy()):
    for _ in range(2):
        provloom.log_metric("m", value)
"""
        )
        self.assertEqual([one["value"] for _, one in self.points("m")],
                         [3, 3, 1, 1, 1.5, 1.5, 0.25, 0.25, 2.5, 2.5, 0.5, 0.5, 0.25, 0.25])  # fmt: skip

    def test_what_is_no_number_is_told_once_and_recorded_as_a_problem(self):
        _, errors = self.run_program(
            HEAD
            + """
class Broken:
    def __float__(self): raise RuntimeError("no")
    def __repr__(self): raise RuntimeError("no")
for value in ("half", None, {1}, 1j, 10**400, Broken()):
    provloom.log_metric("m", value)
provloom.log_metric("n", "x")
provloom.log_metric("", 1.0)
provloom.log_metric(None, 1.0)
"""
        )
        self.assertEqual(self.points(), [])
        problems = self.events("problem")
        self.assertEqual([one["code"] for one in problems], ["NOT_A_NUMBER", "NOT_A_NUMBER", "BAD_NAME"])
        self.assertIn("the value of m is no number: str 'half'", problems[0]["message"])
        self.assertEqual(errors.count("is no number"), 2)

    def test_steps_and_timestamps_come_in_the_usual_shapes(self):
        self.run_program(
            HEAD
            + """
import datetime
class Step:
    def item(self): return 7
for step in (-1, 2**63 - 1, 3.0, Step(), None, "x", 2**70):
    provloom.log_metric("steps", 1.0, step=step)
utc = datetime.timezone.utc
for time in (1700000000, 1700000000.25, 1700000000250, 1700000000250000, 1700000000250000000,
             datetime.datetime.fromtimestamp(1700000000, utc)):
    provloom.log_metric("times", 1.0, timestamp=time)
"""
        )
        self.assertEqual([one["step"] for _, one in self.points("steps")], [-1, 2**63 - 1, 3, 7, 0, 0, 0])
        base = 1700000000_000000
        self.assertEqual([one["time"] - base for _, one in self.points("times")], [0, 250000, 250000, 250000, 250000, 0])

    def test_a_timestamp_of_none_or_zero_is_now(self):
        self.run_program(HEAD + "provloom.log_metric('m', 1.0)\nprovloom.log_metric('m', 1.0, timestamp=0)")
        for _, point in self.points("m"):
            self.assertGreater(point["time"], 1_700_000_000_000_000)

    def test_log_metrics_writes_one_point_for_each(self):
        self.run_program(HEAD + "provloom.log_metrics({'a': 1, 'b': 2.5}, 'training', 4)")
        self.assertEqual([(series["key"], series["context"], point["step"], point["value"]) for series, point in self.points()],
                         [("a", "training", 4, 1.0), ("b", "training", 4, 2.5)])  # fmt: skip

    def test_names_in_any_script_are_kept_and_long_ones_are_cut(self):
        self.run_program(HEAD + "provloom.log_metric('verlust \u2192 \u6e2c\u5b9a \U0001f600', 1.0)\nprovloom.log_metric('\U0001f600' * 300, 1.0)\n"
                         "provloom.log_metric('x' * 600, 1.0)\nprovloom.log_param('\\ud800', '\\udfff')")  # fmt: skip
        plain, faces, letters = [one["key"] for one in self.events("series")]
        most = LIMITS["NAME_LENGTH_MAX"]  # UTF-16 code units
        self.assertEqual(plain, "verlust \u2192 \u6e2c\u5b9a \U0001f600")
        self.assertRegex(faces, "^\U0001f600{%d}~[0-9a-f]{8}$" % ((most - 9) // 2))
        self.assertRegex(letters, "^x{%d}~[0-9a-f]{8}$" % (most - 9))


class Params(SpoolCase):
    def test_a_parameter_keeps_its_type_in_the_lexical_forms_of_xml_schema(self):
        self.run_program(
            HEAD
            + """
import argparse, datetime, enum, pathlib
class Mode(enum.Enum):
    FAST = "fast"
class Level(enum.IntEnum):
    HIGH = 3
for i, value in enumerate((2**70, -5, 0.1, float("nan"), -float("inf"), True, None, "text", [1, float("inf"), {"a": None}],
                           {"k": (1, 2)}, pathlib.PurePosixPath("/data"), Level.HIGH, argparse.Namespace(lr=0.1), b"raw",
                           datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc))):
    provloom.log_param("p%d" % i, value)
"""
        )
        self.assertEqual(
            [(one["valueType"], one["value"]) for one in self.events("param")],
            [("int", str(2**70)), ("int", "-5"), ("float", "0.1"), ("float", "NaN"), ("float", "-INF"), ("bool", "true"),
             ("null", ""), ("str", "text"), ("json", '[1,"INF",{"a":null}]'), ("json", '{"k":[1,2]}'), ("str", "/data"),
             ("int", "3"), ("json", '{"lr":0.1}'), ("str", "b'raw'"), ("time", "2024-01-02T03:04:05Z")],
        )  # fmt: skip

    def test_log_params_takes_a_dict_or_a_namespace(self):
        self.run_program(HEAD + "import argparse\nprovloom.log_params({'a': 1}, 'training')\nprovloom.log_params(argparse.Namespace(b=2))")
        self.assertEqual([(one["key"], one.get("context")) for one in self.events("param")], [("a", "training"), ("b", None)])

    def test_a_value_of_megabytes_is_cut_and_told(self):
        self.run_program(HEAD + "provloom.log_param('big', 'x' * 3_000_000)")
        (param,) = self.events("param")
        self.assertEqual(len(param["value"]), LIMITS["VALUE_BYTES_MAX"])
        self.assertEqual(self.events("problem")[0]["code"], "VALUE_CUT")

    def test_inputs_and_outputs_are_numbered_and_files_among_them_are_kept(self):
        self.run_program(HEAD + "import os\nopen(os.environ['F'], 'w').write('data')\nprovloom.log_input(5)\n"
                         "provloom.log_input(os.environ['F'])\nprovloom.log_output('done', 'answer')", F=self.work + "/in.csv")  # fmt: skip
        self.assertEqual([(one["key"], one["value"], one["direction"]) for one in self.events("param")],
                         [("input_0", "5", "input"), ("answer", "done", "output")])  # fmt: skip
        (artifact,) = self.events("artifact")
        self.assertEqual((artifact["name"], artifact["kind"], artifact["role"]), ("input_1", "input", "input"))

    def test_execution_times_are_recorded(self):
        self.run_program(HEAD + "provloom.log_execution_start_time()\nprovloom.log_current_execution_time('t', 'training', 1)\nprovloom.log_execution_end_time()")
        self.assertEqual([(one["key"], one["valueType"]) for one in self.events("param")],
                         [("execution_start_time", "time"), ("execution_end_time", "time")])  # fmt: skip
        ((series, point),) = self.points()
        self.assertGreater(point["value"], 1.7e9)

    def test_final_metrics_hold_finite_numbers(self):
        self.run_program(
            HEAD
            + """
from provloom import FoldOperation
provloom.register_final_metric("loss", float("inf"), FoldOperation.MIN)
provloom.register_final_metric("n", 0, FoldOperation.ADD)
provloom.register_final_metric("m", 0, "median")
"""
        )
        self.assertEqual([(one["key"], one["initialValue"], one["fold"]) for one in self.events("final.metric")],
                         [("loss", 1.7976931348623157e308, "min"), ("n", 0, "add")])  # fmt: skip
        self.assertEqual(self.events("problem")[0]["code"], "BAD_FOLD")


class Contexts(SpoolCase):
    def test_a_context_is_declared_inside_another(self):
        self.run_program(HEAD + "c = provloom.create_context('epoch 1', provloom.Context.TRAINING)\nprovloom.log_metric('m', 1.0, c)")
        (context,) = self.events("context")
        self.assertEqual((context["name"], context["parent"]), ("epoch 1", "training"))
        self.assertEqual(self.points()[0][0]["context"], "epoch 1")

    def test_a_with_block_begins_and_ends_a_context_and_names_it_for_calls_without_one(self):
        self.run_program(
            HEAD
            + """
import threading
with provloom.Context.TRAINING:
    provloom.log_metric("m", 1.0)
    with provloom.create_context("inner", provloom.Context.TRAINING):
        provloom.log_param("p", 1)
    provloom.log_metric("m", 1.0, context="other")
    thread = threading.Thread(target=lambda: provloom.log_metric("t", 1.0))
    thread.start(); thread.join()
provloom.log_metric("m", 1.0)
"""
        )
        self.assertEqual([series.get("context") for series, _ in self.points()], ["training", "other", None, None])
        self.assertEqual(self.events("param")[0]["context"], "inner")
        self.assertEqual([(one["name"], one.get("edge")) for one in self.events("context")],
                         [("training", "start"), ("inner", None), ("inner", "start"), ("inner", "end"), ("training", "end")])  # fmt: skip


class Sources(SpoolCase):
    def test_the_command_line_is_found_and_secrets_in_it_are_cut(self):
        self.run_program(HEAD + "provloom.log_execution_command()\nprovloom.log_execution_command('train.py --lr 0.1 --token abc --api-key=def s3://user:pw@host/x')")
        own, given = self.events("command")
        self.assertIn("-c", own["argv"])
        self.assertEqual(own["directory"], os.getcwd())
        self.assertEqual(given["argv"], ["train.py", "--lr", "0.1", "--token", "***", "--api-key=***", "s3://***@host/x"])

    def test_without_git_the_files_themselves_are_kept(self):
        folder = os.path.join(self.work, "work")
        os.mkdir(folder)
        with open(os.path.join(folder, "train.py"), "w") as opened:
            opened.write("a = 1\n")
        self.run_program(HEAD + "import os\nprovloom.log_source_code(os.environ['F'])", F=folder, PATH="/nonexistent")
        self.assertEqual([one["name"] for one in self.events("artifact")], ["work/train.py", "work"])

    def test_system_metrics_say_once_what_is_not_there_yet(self):
        _, errors = self.run_program(HEAD + "for i in range(2):\n    provloom.log_system_metrics('training', i)\n    provloom.log_carbon_metrics('training', i)\n"
                                     "    provloom.log_flops_per_epoch('flops', object(), None, 'training', i)")  # fmt: skip
        keys = {series["key"]: series for series, _ in self.points()}
        self.assertIn("process_cpu_time", keys)
        self.assertIn("process_memory", keys)
        self.assertEqual(keys["cpu_usage"]["unit"], "percent")
        self.assertEqual([errors.count("energy is not known: the session's agent has told none yet"), errors.count("are not counted")], [1, 1])

    def test_what_the_agent_knows_of_energy_is_recorded_with_its_units(self):
        told = {"carbon": [["rank_energy_measured_kwh", 0.25, "kW.h"], ["host_power_measured_w", 90, "W"], ["odd"], 7],
                "system": [["gpu_power.GPU-1a2b3c4d", 300.5, "W"]]}  # fmt: skip
        _, errors = self.run_program(HEAD + "import json, os\nfrom provloom import _current\n"
                                     "with open(os.path.join(_current.session.spool, 'energy.json'), 'w') as opened: json.dump(%r, opened)\n"
                                     "provloom.log_carbon_metrics('training', 3)\nprovloom.log_system_metrics('training', 3)" % told)  # fmt: skip
        found = {series["key"]: (series["unit"], series["context"], point) for series, point in self.points()}
        self.assertEqual(found["rank_energy_measured_kwh"][:2], ("kW.h", "training"))
        self.assertEqual(found["host_power_measured_w"][0], "W")
        self.assertEqual(found["gpu_power.GPU-1a2b3c4d"][0], "W")
        self.assertNotIn("not known", errors)

    def test_why_energy_is_not_known_is_told_as_the_agent_says_it(self):
        _, errors = self.run_program(HEAD + "import json, os\nfrom provloom import _current\n"
                                     "with open(os.path.join(_current.session.spool, 'energy.json'), 'w') as opened: json.dump({'carbon': [], 'reason': 'no counters'}, opened)\n"
                                     "provloom.log_carbon_metrics()")  # fmt: skip
        self.assertIn("energy is not known: no counters", errors)


if __name__ == "__main__":
    unittest.main()
