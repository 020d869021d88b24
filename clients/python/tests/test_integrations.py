"""Loggers and callbacks of frameworks: what is recorded of what a framework says, in its order.

The frameworks' base classes are stand-ins of a few lines here, so that the tests run where no framework is; docs/python.md
says which versions of the real ones were run.
"""

import os
import unittest

from support import CLIENT, FileCase

HEAD = "import provloom, provloom.integrations as integrations\n"


class FrameworkCase(FileCase):
    def stand_in(self, path, text):
        self.file(os.path.join("site", path), text.encode())
        while "/" in path:
            path = path.rpartition("/")[0]
            if not os.path.exists(os.path.join(self.work, "site", path, "__init__.py")):
                self.file(os.path.join("site", path, "__init__.py"), b"")

    def environment(self, **more):
        return super().environment(**dict({"PYTHONPATH": os.pathsep.join((CLIENT, os.path.join(self.work, "site")))}, **more))

    def rows(self):
        return [(series["key"], series.get("context"), point["step"], point["value"]) for series, point in self.points()]


class Lightning(FrameworkCase):
    def setUp(self):
        super().setUp()
        self.stand_in("lightning/pytorch/loggers/logger.py", "class Logger:\n    def __init__(self): pass\n")

    def test_metrics_have_lightning_s_steps_and_the_context_of_their_names(self):
        self.run_program(
            HEAD
            + """
log = integrations.LightningLogger("www.example.org", "lit", collect_all_processes=True)
log.log_hyperparams({"lr": 0.1})
log.log_metrics({"train_loss": 0.5, "epoch": 0}, 3)
log.log_metrics({"val/loss": 0.4, "validator": 1, "test_acc": 1}, 4)
log.finalize("success")
log.log_metrics({"test_loss": 0.3}, 5)
"""
        )
        self.assertEqual(self.rows(), [("train_loss", "training", 3, 0.5), ("epoch", None, 3, 0), ("val/loss", "validation", 4, 0.4),
                                       ("validator", None, 4, 1), ("test_acc", "testing", 4, 1), ("test_loss", "testing", 5, 0.3)])  # fmt: skip
        (start,) = self.events("session.start")
        self.assertEqual((start["experimentName"], start["collectAllProcesses"]), ("lit", True))
        self.assertEqual([one["status"] for one in self.events("session.end")], ["completed"])

    def test_the_script_s_own_run_is_used_and_not_ended(self):
        self.run_program(
            HEAD
            + """
with provloom.start_run("www.example.org", "mine"):
    log = integrations.LightningLogger()
    log.log_metrics({"loss": 1.0}, 1)
    log.finalize("failed"); log.end()
    provloom.log_param("after", 1)
"""
        )
        self.assertEqual([one["experimentName"] for one in self.events("session.start")], ["mine"])
        self.assertEqual([one["key"] for one in self.events("param")], ["after"])

    def test_the_next_logger_ends_the_run_of_the_one_before_and_a_failed_fit_its_own(self):
        self.run_program(
            HEAD
            + """
for i in range(3):
    log = integrations.LightningLogger("www.example.org", "fold-%d" % i)
    log.log_metrics({"loss": 1.0 * i}, 0)
log.finalize("failed")
"""
        )
        ends = [self.events("session.end", one)[0]["status"] for one in self.sessions()]
        self.assertEqual((ends, self.events("problem")), (["completed", "completed", "failed"], []))

    def test_checkpoints_are_kept_and_what_is_wrong_never_raises(self):
        path = self.file("best.ckpt")
        self.run_program(
            HEAD
            + """
import os
class Checkpoints: best_model_path, last_model_path = os.environ["F"], ""
log = integrations.LightningLogger()
log.after_save_checkpoint(Checkpoints())
log.log_metrics(None); log.log_hyperparams(3); log.after_save_checkpoint(None)
""",
            F=path,
        )
        self.assertEqual([(one["name"], one["kind"]) for one in self.events("artifact") if one["kind"] != "script"], [("best.ckpt", "model")])

    def prov4ml(self, text):
        doors = os.path.join(CLIENT, "provloom", "doors")
        head = "import sys; sys.path.append(%r)\nfrom prov4ml import ProvMLLogger, start_run, end_run, log_param\n" % doors
        return self.run_program(head + text)

    def test_prov4ml_s_logger_goes_into_the_script_s_run_and_begins_none_after_its_end(self):
        _, errors = self.prov4ml(
            """
log = ProvMLLogger(name="x", prefix="p")
start_run("www.example.org", "digits")
log.log_metrics({"loss": 0.5}, 7); log.log_hyperparams({"lr": 1})
print(log.name, log.version, log.root_dir)
end_run()
log.log_metrics({"loss": 0.25}, 8)
"""
        )
        self.assertEqual(self.rows(), [("p-loss", None, 7, 0.5)])
        self.assertEqual([one["experimentName"] for one in self.events("session.start")], ["digits"])
        self.assertIn("after end_run", errors)

    def test_prov4ml_s_logger_begins_the_run_that_its_script_did_not(self):
        self.prov4ml(
            """
log = ProvMLLogger()
log.log_metrics({"loss": 0.5}, 7)
log.finalize("success")
log_param("after", 1)
"""
        )
        self.assertEqual(self.rows(), [("loss", None, 7, 0.5)])
        self.assertEqual([one["experimentName"] for one in self.events("session.start")], ["lightning_logs"])
        self.assertEqual([one["key"] for one in self.events("param")], ["after"])


class HuggingFace(FrameworkCase):
    def test_arguments_configuration_logs_and_checkpoints_are_recorded(self):
        self.stand_in("transformers/__init__.py", "class TrainerCallback: pass\n")
        self.file("out/checkpoint-4/weights.bin")
        self.run_program(
            HEAD
            + """
import os
class Args:
    output_dir = os.environ["F"]
    def to_dict(self): return {"learning_rate": 0.1, "run_name": None}
class State: global_step, is_world_process_zero = 4, True
class Config:
    def to_dict(self): return {"layers": 2}
class Model: config = Config()
one = integrations.HuggingFaceCallback("www.example.org", "hf")
one.on_train_begin(Args(), State(), None, model=Model())
one.on_log(Args(), State(), None, logs={"loss": 0.5, "eval_loss": 0.4, "words": "x"})
one.on_save(Args(), State(), None)
State.is_world_process_zero = False
one.on_save(Args(), State(), None)
""",
            F=os.path.join(self.work, "out"),
        )
        self.assertEqual({one["key"]: one["value"] for one in self.events("param")}, {"learning_rate": "0.1", "model_config": '{"layers":2}'})
        self.assertEqual(self.rows(), [("loss", "training", 4, 0.5), ("eval_loss", "evaluation", 4, 0.4)])
        kept = [(one["name"], one["copy"], one["step"]) for one in self.events("artifact") if one["kind"] != "script"]
        self.assertEqual(kept, [("checkpoint-4/weights.bin", False, 4), ("checkpoint-4", False, 4)])


class Keras(FrameworkCase):
    def test_epochs_are_steps_and_an_evaluation_of_its_own_is_one(self):
        self.stand_in("keras/callbacks.py", "class Callback:\n    params, model = {'epochs': 2, 'verbose': None}, None\n")
        self.run_program(
            HEAD
            + """
one = integrations.KerasCallback("www.example.org", "ker")
one.on_train_begin()
for epoch in range(2):
    one.on_test_end({"loss": 9})
    one.on_epoch_end(epoch, {"loss": 0.5, "val_loss": 0.4})
one.on_train_end()
one.on_test_end({"loss": 0.3})
"""
        )
        self.assertEqual(self.rows(), [("loss", "training", 0, 0.5), ("val_loss", "validation", 0, 0.4), ("loss", "training", 1, 0.5),
                                       ("val_loss", "validation", 1, 0.4), ("loss", "evaluation", 0, 0.3)])  # fmt: skip
        self.assertEqual([(one["key"], one["value"]) for one in self.events("param")], [("epochs", "2")])


class Logging(FrameworkCase):
    def test_warnings_and_errors_are_in_the_record_and_metrics_of_any_level(self):
        self.run_program(
            HEAD
            + """
import logging
log = logging.getLogger("train"); log.setLevel(logging.DEBUG); log.addHandler(integrations.LoggingHandler()); log.propagate = False
log.error("before start_run")
run = provloom.start_run("www.example.org", "digits")
log.info("fine", extra={"metrics": {"loss": 0.5}, "step": 3, "context": "training"})
log.warning("loss of %s", 7)
try: 1 / 0
except ZeroDivisionError: log.exception("failed with password=hunter2")
"""
        )
        self.assertEqual(self.rows(), [("loss", "training", 3, 0.5)])
        found = [(one["code"], one["message"]) for one in self.events("problem")]
        self.assertEqual(found[0], ("LOGGED_WARNING", "train: loss of 7"))
        self.assertEqual(found[1][0], "LOGGED_ERROR")
        self.assertIn("ZeroDivisionError", found[1][1])
        self.assertNotIn("hunter2", found[1][1])

    def test_a_framework_that_is_not_installed_is_an_import_error_when_it_is_asked_for_and_not_before(self):
        for one in ("keras", "tensorflow"):
            self.stand_in(one + "/__init__.py", "raise ImportError")
        output, _ = self.run_program(
            HEAD
            + """
import sys
print("lightning" in sys.modules, sorted(integrations.__all__))
try: integrations.KerasCallback
except ImportError: print("no keras")
"""
        )
        self.assertEqual(output.splitlines()[0].split()[0], "False")
        self.assertEqual(output.splitlines()[1], "no keras")


if __name__ == "__main__":
    unittest.main()
