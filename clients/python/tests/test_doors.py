"""prov4ml and yprov4ml by Provloom: what their scripts import, and how they call it."""

import glob
import os
import subprocess
import sys
import unittest

from support import CLIENT, FileCase

DOORS = os.path.join(CLIENT, "provloom", "doors")
BOTH = os.pathsep.join((CLIENT, DOORS))
HEAD = "import prov4ml, yprov4ml\nprov4ml.start_run('www.example.org', 'digits')\n"


class DoorCase(FileCase):
    def environment(self, **more):
        return super().environment(**dict({"PYTHONPATH": BOTH}, **more))

    def run_program(self, program, code=0, **more):
        self.cwd = self.work
        return super().run_program(program, code, **more)


class Names(DoorCase):
    def test_both_packages_give_what_scripts_import_of_any_version(self):
        output, errors = self.run_program(
            """
            import yprov4ml
            from prov4ml import start_run, end_run, Context, Contexts, FoldOperation, ProvMLItwinAILogger, get_run_dir
            from prov4ml.utils.prov_getters import *
            from prov4ml.datamodel.attribute_type import LoggingItemKind
            from prov4ml.provenance.context import Context as Again
            from prov4ml.loggers.prov4ml_itwinai_logger import ProvMLItwinAILogger
            import yprov4ml.datamodel.metric_type as metric_type
            from yprov4ml.datamodel.compressor_type import CompressorType
            from yprov4ml.functs import *
            from yprov4ml.logging_aux import *
            from yprov4ml import getters
            from prov4ml.prov4ml import start_run
            assert get_metric and get_param and log_metric and getters.list_metrics
            print(Again is Context is Contexts is yprov4ml.Context, metric_type.MetricsType.NETCDF.value, CompressorType.LZ4)
            print(yprov4ml.logging_aux.__name__, LoggingItemKind.METRIC.value)
            """
        )
        self.assertEqual(output, "True netcdf CompressorType.LZ4\nyprov4ml.logging_aux metric\n")
        self.assertEqual(errors, "")

    def test_a_name_that_neither_has_is_an_import_error_as_ever(self):
        _, errors = self.run_program("from prov4ml import log_dreams", code=1)
        self.assertIn("ImportError: cannot import name 'log_dreams'", errors)

    def test_context_is_an_enumeration_that_grows(self):
        output, _ = self.run_program(
            HEAD
            + """
from enum import Enum
C = yprov4ml.Context
print(C["TRAINING"] is C.TRAINING, C("TRAINING").name, C.MODELS.value, [one.name for one in C], str(C.TESTING), issubclass(C, Enum))
try: C["FOLD"]
except KeyError: print("no FOLD")
made = yprov4ml.create_context("FOLD", is_subcontext_of=C.TRAINING)
print(C.FOLD is made is C["FOLD"] is C("FOLD"), made.value, len(C), C.EVALUATION.name, made in C)
prov4ml.log_metric("loss", 1.0, made, 1)
prov4ml.log_metric("loss", 1.0, C.EVALUATION, 1)
"""
        )
        self.assertEqual(
            output.splitlines(),
            ["True TRAINING MODELS ['TRAINING', 'VALIDATION', 'TESTING', 'DATASETS', 'MODELS'] Context.TESTING True", "no FOLD",
             "True FOLD 6 EVALUATION True"],
        )  # fmt: skip
        self.assertEqual([(one["name"], one.get("parent")) for one in self.events("context")], [("FOLD", "training")])
        self.assertEqual([series["context"] for series, _ in self.points()], ["FOLD", "evaluation"])


class Runs(DoorCase):
    def test_start_run_takes_the_order_of_each_and_the_parameters_of_every_version(self):
        _, errors = self.run_program(
            """
            import prov4ml, yprov4ml
            prov4ml.start_run("www.example.org", "a", "out", True, 50, 3, True)
            prov4ml.end_run()
            yprov4ml.start_run("b", "www.example.org", "out", True, 50, 3, False, yprov4ml.MetricsType.NETCDF, ";", True)
            yprov4ml.end_run(True, True, False, True)
            yprov4ml.start_run("c", "www.example.org", "out", True, 50, 3, "csv", ",", None, 7)
            yprov4ml.end_run(crate_ro_crate=True, create_card=True, never_heard_of=3)
            """
        )
        started = self.events("session.start")
        for one in started:
            self.assertEqual((one["provUserNamespace"], one["collectAllProcesses"], one["saveAfterNLogs"], one["rank"]),
                             ("www.example.org", True, 50, 3))  # fmt: skip
        self.assertEqual([one["experimentName"] for one in sorted(started, key=lambda one: one["time"])], ["a", "b", "c"])
        lines = errors.splitlines()
        self.assertEqual(len(lines), len(set(lines)), errors)
        for name in ("metrics_file_type", "csv_separator", "use_compressor", "use_run_id", "crate_ro_crate", "create_card"):
            self.assertEqual(sum(name in line for line in lines), 1, errors)
        self.assertIn("end_run: there is no parameter never_heard_of", errors)

    def test_a_second_start_run_on_another_line_is_one_of_the_caller_s_lines(self):
        self.run_program(HEAD + "prov4ml.start_run('www.example.org', 'other')\nprov4ml.end_run()\nprov4ml.end_run()")
        (start,) = self.events("session.start")
        self.assertEqual([one["code"] for one in self.events("problem")], ["ALREADY_STARTED"])

    def test_end_run_and_log_provenance_documents_give_the_paths_of_what_is_there(self):
        folder = os.path.join(self.work, "run")
        os.mkdir(folder)
        for name in ("prov.json", "prov.svg"):
            self.file("run/" + name)
        self.agent.control["runDir"] = folder
        output, errors = self.run_program(HEAD + "print(yprov4ml.get_run_dir(), yprov4ml.get_artifacts_dir())\n"
                                          "print(prov4ml.log_provenance_documents(create_graph=True, create_svg=True))\nprint(prov4ml.end_run())")  # fmt: skip
        paths = (folder + "/prov.json", None, folder + "/prov.svg")
        self.assertEqual(output.splitlines(), ["%s %s/artifacts" % (folder, folder), str(paths), str((*paths, None))])
        self.assertTrue(os.path.isdir(folder + "/artifacts"))
        (end,) = self.events("session.end")
        self.assertTrue(end["createGraph"] and end["createSvg"])

    def test_get_run_dir_is_the_save_directory_where_no_agent_says_more(self):
        self.agent.leave()
        output, _ = self.run_program(HEAD + "print(prov4ml.get_run_dir())\nopen(prov4ml.get_artifacts_dir() + '/x', 'w')",
                                     PROVLOOM_PROVENANCE_SAVE_DIR=self.work + "/saved")  # fmt: skip
        self.assertEqual(output, self.work + "/saved\n")


class Calls(DoorCase):
    def test_log_metric_takes_members_texts_and_no_step(self):
        self.run_program(
            HEAD
            + """
C = yprov4ml.Context
yprov4ml.log_metric("a", 1, C.TRAINING, None, yprov4ml.LoggingItemKind.METRIC)
yprov4ml.log_metric(key="a", value="tensor(0.25, grad_fn=<NllLossBackward0>)", context="Validation", step=2)
yprov4ml.log_metric("a", 3.5, context="TESTING", step=3, source="eval.py", timestamp=1700000000000)
yprov4ml.log_metric("a", 3.5, context="my stage", step=4)
"""
        )
        self.assertEqual(
            [(series["context"], series.get("source"), point["step"], point["value"]) for series, point in self.points("a")],
            [("training", "metric", 0, 1.0), ("validation", None, 2, 0.25), ("testing", "eval.py", 3, 3.5), ("my stage", None, 4, 3.5)],
        )

    def test_models_are_named_by_their_text_whichever_side_it_stands_on(self):
        self.run_program(
            HEAD
            + """
model = {"weights": [1, 2]}
prov4ml.log_model(model, "one", True, True)
prov4ml.log_model("two", model, prov4ml.Context.TRAINING, False)
yprov4ml.log_model("three", model, "training", "torch", True, True, True, False, {"a": 1})
yprov4ml.log_model(model_name="four", model=model, log_model_info=True, log_model_layers=False, log_as_artifact=True)
class Net: pass
yprov4ml.log_model(Net())
prov4ml.log_model_memory_footprint(model, "six")
prov4ml.save_model_version(model, "five", prov4ml.Context.TRAINING, 3)
yprov4ml.save_model_version("five", model, "training", None, 4, True)
yprov4ml.save_model_version(model=model, model_name="five", context=yprov4ml.Context.VALIDATION, step=5)
"""
        )
        self.assertEqual([(one["name"], one.get("context"), one.get("source")) for one in self.events("model")],
                         [("one", None, None), ("two", "training", None), ("three", "training", "torch"), ("four", None, None), ("Net", None, None), ("six", None, None)])  # fmt: skip
        kept = [one for one in self.events("artifact") if one["kind"] == "checkpoint"]
        self.assertEqual([(one["model"], one["step"], one.get("context")) for one in kept],
                         [("five", 3, "training"), ("five", 4, "training"), ("five", 5, "validation")])  # fmt: skip

    def test_files_are_told_from_names_and_contexts(self):
        self.file("a.txt")
        self.run_program(
            HEAD
            + """
C = yprov4ml.Context
prov4ml.log_artifact("a.txt", C.TRAINING)
prov4ml.log_artifact("a.txt", "training", 3)
prov4ml.log_artifact("a.txt", "report")
prov4ml.log_artifact("report", "a.txt", C.VALIDATION, 4, False)
yprov4ml.log_artifact("report", "a.txt", "validation", "eval", 5, True, "sub", True, True)
yprov4ml.log_artifact(artifact_name="report", artifact_path="a.txt", log_copy_in_prov_directory=False, is_input=True)
yprov4ml.log_artifact("a.txt")
"""
        )
        found = [(one["name"], one.get("context"), one.get("source"), one["step"], one["copy"], one.get("subfolder"), one["kind"], one["role"])
                 for one in self.events("artifact") if one["kind"] != "script"]  # fmt: skip
        self.assertEqual(
            found,
            [("a.txt", "training", None, 0, True, None, "artifact", "output"),
             ("a.txt", "training", None, 3, True, None, "artifact", "output"),
             ("report", None, None, 0, True, None, "artifact", "output"),
             ("report", "validation", None, 4, False, None, "artifact", "output"),
             ("report", "validation", "eval", 5, True, "sub", "model", "input"),
             ("report", None, None, 0, False, None, "artifact", "input"),
             ("a.txt", None, None, 0, True, None, "artifact", "output")],
        )  # fmt: skip

    def test_data_sets_are_named_by_their_text_and_never_by_an_address(self):
        self.run_program(
            HEAD
            + """
class Set:
    def __len__(self): return 7
prov4ml.log_dataset(Set(), "train")
yprov4ml.log_dataset("val", Set(), yprov4ml.Context.DATASETS, True)
yprov4ml.log_dataset("test", Set(), "testing", "torch", True, {"a": 1})
prov4ml.log_dataset(dataset=Set(), label="labelled")
prov4ml.log_dataset(Set())
prov4ml.log_dataset(Set(), Set())
"""
        )
        found = [(one["label"], one.get("context"), one.get("samples")) for one in self.events("dataset")]
        self.assertEqual(found, [("train", None, 7), ("val", "datasets", 7), ("test", "testing", 7), ("labelled", None, 7),
                                 ("Set", None, 7), ("Set", None, 7)])  # fmt: skip

    def test_what_else_there_is_records_and_never_raises(self):
        _, errors = self.run_program(
            HEAD
            + """
prov4ml.log_execution_command("python", "train.py")
prov4ml.log_execution_start_time(); prov4ml.log_execution_end_time(); prov4ml.log_current_execution_time("t", prov4ml.Context.TRAINING, 1)
prov4ml.log_source_code(use_git=True); yprov4ml.log_context("stage", is_subcontext_of="training", source_of_data="x")
prov4ml.log_system_metrics(prov4ml.Context.TRAINING, 1); prov4ml.log_carbon_metrics(prov4ml.Context.TRAINING, 1)
prov4ml.log_flops_per_batch("flops", object(), (1, 2), prov4ml.Context.TRAINING, 1)
prov4ml.log_input("a.txt", "in"); prov4ml.register_final_metric("loss", 1e9, prov4ml.FoldOperation.MIN)
prov4ml.log_param("p", 3, prov4ml.Context.TRAINING, "cli", True)
prov4ml.add_context("LATE")
"""
        )
        self.assertEqual(self.events("command")[-1]["argv"], ["python", "train.py"])
        self.assertEqual([(one["key"], one.get("context"), one.get("direction")) for one in self.events("param")][-1], ("p", "training", "input"))
        self.assertEqual([one["parent"] for one in self.events("context") if one["name"] == "stage"], ["training"])
        self.assertNotIn("Traceback", errors)

    def test_the_logger_for_itwinai_records_each_kind_and_by_its_own_rules(self):
        self.run_program(
            """
            import yprov4ml
            log = yprov4ml.ProvMLItwinAILogger("www.example.org", "digits", save_after_n_logs=10, log_freq=2)
            with log.start_logging(rank=0):
                log.save_hyperparameters({"lr": 0.1})
                for batch in range(4):
                    log.log(batch * 1.0, "loss", step=batch, batch_idx=batch)
                log.log({"w": 1}, "net", kind="model", step=3)
                log.log({"w": 1}, "best", kind="best_model")
                log.log(3, "three", kind="torch")
                log.log(None, "now", kind="execution_time", step=1)
                log.log(None, None, kind="system", step=1)
            other = yprov4ml.ProvMLItwinAILogger(log_on_workers=[1])
            with other.start_logging(rank=0):
                other.log(1.0, "never")
            """
        )
        self.assertEqual([point["step"] for _, point in self.points("loss")], [0, 2])
        self.assertEqual([one["key"] for one in self.events("param")], ["lr", "three"])
        self.assertEqual([one["kind"] for one in self.events("artifact")], ["checkpoint", "model"])
        self.assertEqual(len(self.sessions()), 1)


class Real(DoorCase):
    """A package of that name which is not ours."""

    def real(self, below="site"):
        self.file(below + "/yprov4ml/__init__.py", b"from .inside import start_run\n")
        self.file(below + "/yprov4ml/inside.py", b"def start_run(): print('the real one')\n")
        return os.path.join(self.work, below)

    def test_one_that_is_installed_is_used_which_is_told_once(self):
        program = """
            import subprocess, sys, yprov4ml
            from yprov4ml.inside import start_run
            yprov4ml.start_run()
            if len(sys.argv) == 1: subprocess.run([sys.executable, "-c", "import yprov4ml; yprov4ml.start_run()"])
            """
        # What is installed comes behind PYTHONPATH.
        output, errors = self.run_program("import sys; sys.path.append(%r)" % self.real() + "\n" + program.replace("\n            ", "\n"))
        self.assertTrue(output.startswith("the real one\n"), output)
        self.assertEqual(errors.count("yprov4ml is the one that is installed (%s/yprov4ml)" % self.real()), 1, errors)

    def test_ours_is_used_always_where_that_is_asked_for_and_a_sitecustomize_still_has_its_turn(self):
        self.file("site/sitecustomize.py", b"import builtins; builtins.customized = True\n")
        path = os.pathsep.join((os.path.join(DOORS, "first"), CLIENT, self.real(), DOORS))
        output, errors = self.run_program("import yprov4ml; print(yprov4ml.__file__.startswith(%r), customized)" % DOORS,
                                          PYTHONPATH=path, PROVLOOM_AS_PROV4ML="true")  # fmt: skip
        self.assertEqual((output, errors), ("True True\n", ""))

    def test_a_folder_of_that_name_without_code_is_no_package(self):
        os.mkdir(os.path.join(self.work, "prov4ml"))
        output, errors = self.run_program("import sys; sys.path.append(%r); import prov4ml; print(prov4ml.__file__)" % self.work)
        self.assertEqual((output, errors), (os.path.join(DOORS, "prov4ml", "__init__.py") + "\n", ""))

    def test_pip_puts_neither_where_it_would_shadow_one(self):
        sys.path.insert(0, os.path.join(CLIENT, "build_backend"))
        self.addCleanup(sys.path.pop, 0)
        import zipfile

        import provloom_build

        with zipfile.ZipFile(os.path.join(self.work, provloom_build.build_wheel(self.work))) as wheel:
            names = wheel.namelist()
        self.assertEqual({name.partition("/")[0] for name in names}, {"provloom", "provloom-0.1.0.dist-info"})
        found = {os.path.relpath(one, CLIENT) for one in glob.glob(os.path.join(DOORS, "**", "*.py"), recursive=True)}
        self.assertTrue(found and found <= set(names))

    def test_a_plain_start_finds_them_where_the_module_says(self):
        said = subprocess.run([sys.executable, "-m", "provloom.doors"], env=self.environment(PYTHONPATH=CLIENT), stdout=subprocess.PIPE)
        self.assertEqual(said.stdout.decode(), DOORS + "\n")


if __name__ == "__main__":
    unittest.main()
