"""Values of the libraries that training code uses: numpy, ml_dtypes, OmegaConf, pandas; none of them is imported by the client.

``PROVLOOM_TEST_PYTHON`` names a Python that has them; what it has not is skipped by name.
"""

import json
import os
import subprocess
import sys
import textwrap
import unittest

from support import CLIENT

PYTHON = os.environ.get("PROVLOOM_TEST_PYTHON") or sys.executable
HEAD = """
import json, sys, warnings
sys.path.insert(0, %r)
from provloom._numbers import NotANumber, Remark, number as number_of, step as step_of, time_us
from provloom._values import typed
found = {}
def value(name, one):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = typed(one)
    found[name] = [made.kind, made.text] + ([made.remark[0]] if made.remark else [])
def number(name, one, call=number_of):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found[name] = call(one)
    except Remark as remark: found[name] = [remark.code, remark.value]
    except NotANumber as what: found[name] = str(what)
""" % CLIENT


def has(*modules):
    asked = subprocess.run([PYTHON, "-c", "import " + ", ".join(modules)], stderr=subprocess.DEVNULL)
    return asked.returncode == 0


def needs(*modules):
    return unittest.skipUnless(has(*modules), "%s has not: %s" % (PYTHON, ", ".join(modules)))


class Libraries(unittest.TestCase):
    def found(self, program):
        done = subprocess.run([PYTHON, "-W", "ignore", "-c", HEAD + textwrap.dedent(program) + "\nprint(json.dumps(found))"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, timeout=50)  # fmt: skip
        self.assertEqual(done.stderr, "")
        return json.loads(done.stdout)

    @needs("torch", "fvcore")
    def test_operations_of_a_model_are_counted_and_the_model_and_the_random_numbers_are_as_before(self):
        found = self.found(
            """
            import torch
            from provloom import _flops
            model = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.BatchNorm1d(3), torch.nn.Dropout()).train()
            mean, numbers = model[1].running_mean.clone(), torch.random.get_rng_state()
            found["batch"] = _flops.count(model, (torch.zeros(8, 4), None))
            sample, many = _flops.sample_of([(torch.zeros(4), 1)] * 5)
            found["sample"] = [_flops.count(model, sample)[0], many]
            found["same"] = bool((mean == model[1].running_mean).all() and (numbers == torch.random.get_rng_state()).all())
            found["modes"] = [one.training for one in model.modules()]
            """
        )
        self.assertIn(found["batch"][1], ("FLOP", "multiply-add"))
        self.assertEqual(found["batch"][0], 8 * found["sample"][0])
        self.assertEqual((found["sample"][1], found["same"], found["modes"]), (5, True, [True] * 4))

    @needs("numpy")
    def test_a_numpy_scalar_of_every_kind_and_an_array_of_one_element_are_metrics(self):
        found = self.found(
            """
            import numpy as np
            for kind in "float16 float32 float64 longdouble int8 int16 int32 int64 uint8 uint16 uint32 uint64".split():
                number(kind, getattr(np, kind)(3))
            number("true", np.bool_(True)); number("0-d", np.array(3)); number("1", np.array([3.0])); number("1x1", np.array([[3]]))
            number("text", np.array(["0.5"])); number("step", np.float32(3), step_of); number("half", np.float32(1.5), step_of)
            number("uint64 step", np.uint64(2**63), step_of)
            """
        )
        self.assertEqual((found.pop("text"), found.pop("half"), found.pop("true")), (["NUMBER_AS_TEXT", 0.5], ["BAD_STEP", 1], 1.0))
        self.assertIn("beyond 64 bits", found.pop("uint64 step"))
        self.assertEqual(set(found.values()), {3.0})

    @needs("numpy")
    def test_what_numpy_would_make_another_number_of_is_refused_or_told(self):
        found = self.found(
            """
            import numpy as np
            number("complex", np.complex64(1)); number("complex array", np.array([1j])); number("masked", np.ma.masked)
            number("masked array", np.ma.array([1.0], mask=[True])); number("open", np.ma.array([1.5], mask=[False]))
            number("date", np.datetime64("2024", "ns")); number("span", np.timedelta64(5, "s")); number("dates", np.array(["2024"], "M8[ns]"))
            number("two", np.array([1, 2])); number("none", np.array([])); number("object", np.array([None], dtype=object))
            number("huge", np.longdouble("1e4000")); number("rounded", np.uint64(2**64 - 1)); number("exact", np.uint64(2**63))
            number("when", np.datetime64("2024-01-01", "ns"), time_us); number("never", np.datetime64("NaT"), time_us)
            """
        )
        self.assertEqual([found.pop("open"), found.pop("rounded"), found.pop("exact"), found.pop("when")],
                         [1.5, ["ROUNDED", 2.0**64], 2.0**63, 1704067200000000])  # fmt: skip
        self.assertEqual([name for name, one in found.items() if type(one) is not str], [])

    @needs("numpy")
    def test_numpy_values_are_parameters_with_their_types(self):
        found = self.found(
            """
            import numpy as np
            value("float", np.float32(0.5)); value("int", np.uint64(2**64 - 1)); value("bool", np.bool_(True)); value("text", np.str_("a"))
            value("complex", np.complex128(1j)); value("long", np.longdouble("0.5")); value("when", np.datetime64("2024-01-01T00:00", "m"))
            value("never", np.datetime64("NaT")); value("0-d", np.array(1.5)); value("1", np.array([1.5])); value("2-d", np.ones((2, 1), "i4"))
            value("masked", np.ma.array([1, 2], mask=[True, False])); value("matrix", np.matrix([[1, 2]])); value("dtype", np.dtype("f4"))
            value("rows", np.array([(1, 2.0)], dtype="i4,f8")); value("object", np.array({"a": 1}, dtype=object)); value("dates", np.array(["NaT"], "M8[ns]"))
            """
        )
        self.assertEqual(found, {
            "float": ["float", "0.5"], "int": ["int", str(2**64 - 1)], "bool": ["bool", "true"], "text": ["str", "a"], "complex": ["str", "1j"],
            "long": ["float", "0.5"], "when": ["time", "2024-01-01T00:00:00Z"], "never": ["str", "NaT"], "0-d": ["float", "1.5"], "1": ["json", "[1.5]"],
            "2-d": ["json", "[[1],[1]]"], "masked": ["json", "[null,2]"], "matrix": ["json", "[[1,2]]"], "dtype": ["str", "float32"],
            "rows": ["json", "[[1,2.0]]"], "object": ["json", '{"a":1}'], "dates": ["json", '["NaT"]']})  # fmt: skip

    @needs("numpy")
    def test_of_a_large_array_only_what_is_kept_is_taken_out(self):
        found = self.found(
            """
            import numpy as np, resource
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            for name, one in (("flat", np.zeros(50_000_000, "i1")), ("deep", np.zeros((500, 1000, 100), "i1")), ("empty", np.zeros((10**9, 0))),
                              ("texts", np.array([b"x" * 1_000_000] * 50))):
                value(name, one)
            found["grown"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
            """
        )
        self.assertLess(found.pop("grown"), 200_000)
        for kind, text, remark in found.values():
            self.assertEqual((kind, remark), ("json", "VALUE_CUT"))
            self.assertRegex(json.loads(text)[-1], "^[.]{3} [0-9]+ more$")

    @needs("numpy")
    def test_what_only_makes_an_array_is_read_as_that_array(self):
        found = self.found(
            """
            import numpy as np
            class Eager:
                def __init__(self, held): self.held = np.array(held); self.shape = self.held.shape
                def __array__(self): return self.held
            for one in (0.5, [1, 2], [[1], [2]]): value(str(one), Eager(one)); number(str(one) + " as a metric", Eager(one))
            class Huge(Eager):
                def __array__(self): sys.exit("made")
            value("huge", Huge(np.zeros(100_000)))
            """
        )
        self.assertEqual((found["0.5"], found["[1, 2]"], found["[[1], [2]]"], found["0.5 as a metric"]),
                         (["float", "0.5"], ["json", "[1,2]"], ["json", "[[1],[2]]"], 0.5))  # fmt: skip
        self.assertEqual(found["huge"][2], "VALUE_NOT_READ")

    @needs("numpy", "ml_dtypes")
    def test_small_floats_are_metrics_and_parameters(self):
        found = self.found(
            """
            import numpy as np, ml_dtypes
            for kind in "bfloat16 float8_e4m3fn float8_e5m2 int4 uint4".split():
                number(kind, getattr(ml_dtypes, kind)(3)); number(kind + "s", np.array([3], getattr(ml_dtypes, kind)))
            value("half", ml_dtypes.bfloat16(0.5)); value("halves", np.array([0.5, 1], ml_dtypes.bfloat16))
            """
        )
        self.assertEqual((found.pop("half"), found.pop("halves")), (["float", "0.5"], ["json", "[0.5,1.0]"]))
        self.assertEqual(set(found.values()), {3.0})

    @needs("omegaconf")
    def test_an_omegaconf_config_is_written_out_and_no_resolver_is_run(self):
        found = self.found(
            """
            from omegaconf import OmegaConf
            OmegaConf.register_new_resolver("trap", lambda: sys.exit("run"))
            config = OmegaConf.create({"model": {"depth": 3, "name": "r50", "again": "${.depth}"}, "lr": 0.1, "depth": "${model.depth}", "text": "r${model.depth}",
                                       "whole": "${model}", "list": [1, [2]], "first": "${list[0]}", "missing": "???", "none": None, "trap": "${trap:}",
                                       "circle": "${circle}", "gone": "${nowhere.at.all}", 5: 1})
            value("config", config); value("inside", {"config": config.model}); value("list", config.list)
            """
        )
        self.assertEqual(json.loads(found["config"][1]), {
            "model": {"depth": 3, "name": "r50", "again": 3}, "lr": 0.1, "depth": 3, "text": "r3", "whole": {"depth": 3, "name": "r50", "again": 3},
            "list": [1, [2]], "first": 1, "missing": "???", "none": None, "trap": "${trap:}", "circle": "${circle}", "gone": "${nowhere.at.all}", "5": 1})  # fmt: skip
        self.assertEqual((found["inside"], found["list"]), (["json", '{"config":{"depth":3,"name":"r50","again":3}}'], ["json", "[1,[2]]"]))

    @needs("pandas")
    def test_pandas_columns_tables_and_times_are_parameters(self):
        found = self.found(
            """
            import pandas as pd
            value("column", pd.Series([1, 2])); value("table", pd.DataFrame({"a": [1, 2]})); value("when", pd.Timestamp("2024-01-01", tz="UTC"))
            value("never", pd.NaT); value("index", pd.Index(["a"])); number("one", pd.Series([2.5])); number("missing", pd.NA); number("nat", pd.NaT, time_us)
            """
        )
        self.assertEqual({name: found[name] for name in ("column", "table", "when", "never", "index", "one")}, {
            "column": ["json", "[1,2]"], "table": ["json", '{"a":[1,2]}'], "when": ["time", "2024-01-01T00:00:00Z"], "never": ["str", "NaT"],
            "index": ["json", '["a"]'], "one": 2.5})  # fmt: skip
        self.assertEqual((type(found["missing"]), found["nat"]), (str, "NaT"))


if __name__ == "__main__":
    unittest.main()
