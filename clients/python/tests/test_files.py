"""Artifacts, models, data sets: what is kept, and that it is what was there at the call."""

import json
import os
import pickle
import unittest

from support import GROWING, HEAD, LIMIT, FileCase, sha256


class Artifacts(FileCase):
    def test_a_file_is_copied_and_hashed_in_the_call_so_that_a_later_change_does_not_matter(self):
        path = self.file("out.json", b'{"a":1}')
        self.run_program(HEAD + "provloom.log_artifact('result', F, 'training', 'eval', 3, True, 'sub/folder')\nopen(F, 'w').write('changed')", F=path)
        (artifact,) = self.events("artifact")
        self.assertEqual(self.spooled(artifact), b'{"a":1}')
        artifact.pop("time"), artifact.pop("spooled")
        found = os.stat(path)
        self.assertEqual((artifact.pop("mode"), artifact.pop("group")), (found.st_mode & 0o777, found.st_gid))
        self.assertEqual(
            artifact,
            {"type": "artifact", "name": "result", "kind": "artifact", "role": "output", "path": path, "copy": True, "size": 7,
             "sha256": sha256(b'{"a":1}'), "context": "training", "source": "eval", "step": 3,
             "subfolder": "sub/folder"},
        )  # fmt: skip

    def test_a_path_alone_is_named_by_its_file_name(self):
        self.run_program(HEAD + "provloom.log_artifact(F)\nprovloom.log_artifact('m', F, is_model=True, is_input=True)", F=self.file("a b.txt"))
        self.assertEqual([(one["name"], one["kind"], one["role"]) for one in self.events("artifact")],
                         [("a b.txt", "artifact", "output"), ("m", "model", "input")])  # fmt: skip

    def test_without_a_copy_the_file_is_hashed_where_it_is(self):
        self.run_program(HEAD + "provloom.log_artifact('a', F, log_copy_in_prov_directory=False)", F=self.file("a.txt"))
        (artifact,) = self.events("artifact")
        self.assertEqual((artifact["copy"], artifact["sha256"], artifact.get("spooled")), (False, sha256(b"data"), None))
        self.assertEqual(os.listdir(os.path.join(self.session(), "files")), [])

    def test_a_large_file_is_copied_and_left_to_the_agent_to_hash(self):
        path = self.file("big.bin", b"x" * 5000)
        self.run_program(LIMIT % "ARTIFACT_INLINE_BYTES_MAX = 4096" + HEAD + "provloom.log_artifact('big', F)\nos.unlink(F)", F=path)
        (artifact,) = self.events("artifact")
        self.assertEqual((artifact["size"], artifact.get("sha256"), artifact.get("mark")), (5000, None, None))
        self.assertEqual(self.spooled(artifact), b"x" * 5000)

    def test_a_large_checkpoint_that_is_overwritten_in_place_is_kept_as_it_was_each_time(self):
        path = self.file("last.ckpt", b"")
        self.run_program(LIMIT % "ARTIFACT_INLINE_BYTES_MAX = 4096" + HEAD + """
for step, byte in enumerate((b"a", b"b", b"c")):
    open(F, "wb").write(byte * 100000)
    provloom.log_artifact("ckpt", F, step=step)
""", F=path)  # fmt: skip
        self.assertEqual([self.spooled(one) for one in self.events("artifact")], [byte * 100000 for byte in (b"a", b"b", b"c")])

    def test_beyond_the_room_for_copies_a_file_is_hashed_where_it_is_and_that_is_told_once(self):
        path = self.file("a.bin", b"x" * 3000)
        _, errors = self.run_program(LIMIT % "COPIES_BYTES_MAX = 4096" + HEAD + "for i in range(3):\n    provloom.log_artifact('a%d' % i, F)", F=path)  # fmt: skip
        artifacts = self.events("artifact")
        self.assertEqual([one["sha256"] for one in artifacts], [sha256(b"x" * 3000)] * 3)
        self.assertEqual(["spooled" in one for one in artifacts], [True, False, False])
        self.assertEqual([one["code"] for one in self.events("problem")], ["NOT_COPIED"])
        self.assertEqual(errors.count("is not copied in the call"), 1)

    def test_when_the_disk_takes_no_copy_the_file_is_hashed_in_the_call_and_no_half_copy_stays(self):
        path = self.file("a.bin", b"x" * 3_000_000)
        self.run_program("import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))\n" + HEAD
                         + "provloom.log_artifact('a', F)", F=path)  # fmt: skip
        (artifact,) = self.events("artifact")
        self.assertEqual((artifact["sha256"], artifact["copy"], artifact.get("spooled")), (sha256(b"x" * 3_000_000), True, None))
        self.assertIn("the disk of the spool is full", self.events("problem")[0]["message"])
        self.assertEqual(os.listdir(os.path.join(self.session(), "files")), [])

    def test_what_takes_longer_than_a_call_may_is_marked_so_that_a_change_shows_later(self):
        path = self.file("a.bin", b"x" * 3000)
        self.run_program(LIMIT % "KEEP_MS = -1" + HEAD + "provloom.log_artifact('a', F)", F=path)
        (artifact,) = self.events("artifact")
        found = os.stat(path)
        self.assertEqual(artifact["mark"], "%d.%d.%d" % (found.st_ino, found.st_mtime_ns, found.st_ctime_ns))
        self.assertEqual((artifact["size"], artifact.get("sha256"), artifact.get("spooled")), (3000, None, None))

    def test_a_write_right_after_the_call_changes_what_the_mark_says(self):
        path = self.file("a.bin", b"x")
        self.run_program(LIMIT % "KEEP_MS = -1" + HEAD + """
for i in range(20):
    open(F, "wb").write(b"%02d" % i)
    provloom.log_artifact("a", F)
""", F=path)  # fmt: skip
        self.assertEqual(len({one["mark"] for one in self.events("artifact")}), 20)

    def test_a_call_waits_for_the_tick_of_a_clock_once_however_many_files_were_written_just_now(self):
        self.run_program(HEAD + """
import os, threading, time
from provloom import _copy
_copy.Allowance.late = lambda self: True
folder = F + ".fresh/"
os.mkdir(folder)
for i in range(300):
    open(folder + str(i), "w").close()
def touch():
    while True:
        for i in range(300): os.utime(folder + str(i))
threading.Thread(target=touch, daemon=True).start()
began = time.monotonic()
provloom.log_artifact(folder)
assert time.monotonic() - began < 3, time.monotonic() - began
""", F=self.file("a"))  # fmt: skip
        self.assertEqual(len([one for one in self.events("artifact") if "mark" in one]), 300)

    def test_of_a_file_that_is_mapped_for_writing_nothing_is_promised(self):
        path = self.file("a.bin", b"x" * 5000)
        self.run_program(LIMIT % "KEEP_MS = -1" + HEAD + """
import mmap
with open(F, "r+b") as opened, mmap.mmap(opened.fileno(), 0):
    provloom.log_artifact("a", F)
""", F=path)  # fmt: skip
        (artifact,) = self.events("artifact")
        self.assertEqual(artifact.get("mark"), None)
        self.assertIn("mapped into memory", artifact["problem"])

    def test_a_file_that_changes_while_it_is_copied_is_copied_again_and_told_when_it_goes_on(self):
        path = self.file("a.log", b"x" * 2_000_000)
        self.run_program(GROWING % 1 + HEAD + "provloom.log_artifact('once', F)", F=path)
        self.run_program(GROWING % 9 + HEAD + "provloom.log_artifact('always', F)", F=path)
        once, always = sorted(self.events("artifact"), key=lambda one: -len(one["name"]))[::-1]
        self.assertEqual((once["size"], once.get("problem")), (2_000_001, None))
        self.assertEqual(always["problem"], "it changed while it was copied")
        for one in (once, always):
            kept = self.spooled(one)
            self.assertEqual((one["size"], one["sha256"]), (len(kept), sha256(kept)))
        self.assertEqual([len(os.listdir(os.path.join(one, "files"))) for one in self.sessions()], [1, 1])

    def test_a_file_that_cannot_be_read_is_recorded_with_the_reason(self):
        _, errors = self.run_program(HEAD + "provloom.log_artifact('memory', '/proc/self/mem')")
        (artifact,) = self.events("artifact")
        self.assertEqual((artifact["copy"], artifact["problem"]), (False, "Input/output error"))
        self.assertIn("recorded by its path only", errors)

    def test_a_link_is_recorded_as_what_it_leads_to_and_says_where(self):
        path = self.file("ckpt_10.pt", b"weights")
        link = os.path.join(self.work, "latest.pt")
        os.symlink("ckpt_10.pt", link)
        self.run_program(HEAD + "provloom.log_artifact(F)", F=link)
        (artifact,) = self.events("artifact")
        self.assertEqual((artifact["name"], artifact["path"], artifact["link"], self.spooled(artifact)),
                         ("latest.pt", link, os.path.realpath(path), b"weights"))  # fmt: skip

    def test_a_missing_file_is_told_and_a_pipe_never_blocks(self):
        fifo = self.file("pipe")
        os.unlink(fifo)
        os.mkfifo(fifo)
        _, errors = self.run_program(HEAD + "for i in range(3):\n    provloom.log_artifact('gone', '/nonexistent/x')\nprovloom.log_artifact('pipe', F)\nprovloom.log_artifact(None)\nprovloom.log_artifact('n', 7)", F=fifo)
        self.assertEqual([one["code"] for one in self.events("problem")], ["MISSING_FILE", "NOT_A_FILE", "BAD_PATH"])
        self.assertEqual(errors.count("No such file"), 1)
        self.assertEqual([(one["reason"], one["count"]) for one in self.events("drops")][-1], ("bad-path", 2))

    def test_an_empty_path_is_told_as_wrong_and_nothing_is_recorded(self):
        self.run_program(HEAD + "for call in (provloom.log_artifact, provloom.log_source_code, lambda path: provloom.log_dataset('d', path), lambda path: provloom.save_model_version('m', path)):\n    call('')")
        self.assertEqual([one["code"] for one in self.events("problem")], ["BAD_PATH"] * 4)
        self.assertEqual(self.events("artifact") + self.events("source"), [])

    def test_names_that_would_leave_a_folder_are_kept_as_names_and_never_as_paths(self):
        path = self.file("a.txt")
        self.run_program(HEAD + "provloom.log_artifact('../../etc/passwd', F)\nprovloom.log_artifact('\u00fcber/\u6e2c \\n', F)", F=path)
        first, second = self.events("artifact")
        self.assertEqual(first["name"], "../../etc/passwd")
        self.assertEqual(second["name"], "\u00fcber/\u6e2c \n")
        for one in (first, second):
            self.assertRegex(one["spooled"], r"^\d+-[0-9a-f]{12}-a\.txt$")


class Models(FileCase):
    def test_versions_are_numbered_and_any_picklable_model_is_saved(self):
        self.run_program(HEAD + "for step in (10, 20):\n    provloom.save_model_version('net', {'w': step}, 'training', None, step)\nprovloom.save_model_version('net', b'raw', incremental=False)")
        saved = self.events("artifact")
        self.assertEqual([(one["name"], one["kind"], one["version"], one["step"]) for one in saved],
                         [("net_0.pkl", "checkpoint", 0, 10), ("net_1.pkl", "checkpoint", 1, 20), ("net.bin", "checkpoint", 2, 0)])  # fmt: skip
        self.assertEqual(pickle.loads(self.spooled(saved[1])), {"w": 20})
        self.assertEqual(saved[1]["sha256"], sha256(self.spooled(saved[1])))

    def test_what_we_have_made_ourselves_has_no_path_for_it_lies_where_its_copy_is_stored(self):
        path = self.file("w.pt")
        self.run_program(HEAD + "provloom.log_model('net', {'w': 1}); provloom.save_model_version('net', b'raw')\nprovloom.save_model_version('net', F)", F=path)
        self.assertEqual([one.get("path") for one in self.events("artifact")], [None, None, path])
        self.assertEqual([one["mode"] for one in self.events("artifact")][:2], [0o666, 0o666])

    def test_whose_work_a_model_is_can_be_said_and_another_word_is_told_and_left_out(self):
        _, errors = self.run_program(HEAD + """
provloom.log_model("a", b"", contributors="rank"); provloom.save_model_version("a", F, contributors="group")
for word in ("nobody", 3, b"rank", [], None): provloom.save_model_version("a", F, contributors=word)
""", F=self.file("w.pt"))
        told = [(one["name"], one.get("contributors")) for kind in ("model", "artifact") for one in self.events(kind)]
        self.assertEqual(told, [("a", "rank"), ("a.bin", "rank"), ("a_0.pt", "group")] + [("a_%d.pt" % n, None) for n in range(1, 6)])
        self.assertEqual([one["code"] for one in self.events("problem")], ["OPTION_LEFT_OUT"])
        self.assertEqual(errors.count('contributors must be "rank" or "group"'), 1)
        self.assertEqual(self.dropped(), {})

    def test_a_torch_module_is_described_and_its_state_saved_with_torch_that_is_there_already(self):
        output, _ = self.run_program(
            """
            import sys, types
            torch = types.ModuleType("torch"); nn = types.ModuleType("torch.nn")
            torch.save = lambda state, opened: opened.write(repr(state).encode())
            sys.modules["torch"] = torch; sys.modules["torch.nn"] = nn
            class Parameter:
                __module__ = "torch.nn"
                def __init__(self, n, grad=True): self.n, self.requires_grad = n, grad
                def numel(self): return self.n
                def element_size(self): return 4
            class Linear:
                __module__ = "torch.nn"
                def parameters(self): return iter([Parameter(6), Parameter(2, False)])
                def buffers(self): return iter([Parameter(1)])
                def children(self): return iter([])
                def named_modules(self): return [("", self)]
                def state_dict(self): return {"weight": [1, 2]}
                def __str__(self): return "Linear(2, 3)"
            Linear.__qualname__ = "Linear"
            import provloom
            provloom.start_run("a", "b")
            provloom.log_model("net", Linear(), "training", log_model_layers=True)
            provloom.save_model_version("net", Linear(), "training", step=1)
            """
        )
        (model,) = self.events("model")
        self.assertEqual((model["className"], model["parameters"], model["trainableParameters"], model["bytes"], model["direction"]),
                         ("torch.nn.Linear", 8, 6, 36, "output"))  # fmt: skip
        self.assertEqual(json.loads(model["layers"]),
                         [{"name": "", "type": "Linear", "parameters": 8, "trainable": True, "shape": "Linear(2, 3)"}])  # fmt: skip
        final, version = self.events("artifact")
        self.assertEqual((final["name"], final["kind"]), ("net.pt", "model"))
        self.assertEqual((version["name"], version["kind"], version["version"]), ("net_0.pt", "checkpoint", 0))
        self.assertEqual(self.spooled(version), b"{'weight': [1, 2]}")

    def test_a_model_that_cannot_be_saved_is_told_and_leaves_no_half_file(self):
        _, errors = self.run_program(HEAD + "provloom.save_model_version('net', lambda: 0)")
        self.assertEqual(self.events("problem")[0]["code"], "MODEL_NOT_SAVED")
        self.assertEqual(os.listdir(os.path.join(self.session(), "files")), [])

    def test_a_model_never_takes_the_last_of_the_disk(self):
        self.run_program(LIMIT % "SPOOL_RESERVE_BYTES = 1 << 60" + HEAD + "provloom.save_model_version('net', {'w': 1})")
        self.assertIn("the spool's disk has no room", self.events("problem")[0]["message"])
        self.assertEqual(os.listdir(os.path.join(self.session(), "files")), [])

    def test_a_checkpoint_that_is_a_file_already_is_kept_as_it_is(self):
        self.run_program(HEAD + "provloom.save_model_version('net', F, step=4)", F=self.file("ckpt.pth", b"weights"))
        (artifact,) = self.events("artifact")
        self.assertEqual((artifact["name"], artifact["version"], self.spooled(artifact)), ("net_0.pth", 0, b"weights"))

    def test_a_model_that_is_a_file_is_that_file_and_of_no_class(self):
        self.run_program(HEAD + "provloom.log_model('net', F, log_model_layers=True)", F=self.file("model.bin", b"weights"))
        (model,), (artifact,) = self.events("model"), self.events("artifact")
        self.assertEqual({name for name in model if name not in ("type", "time")}, {"name", "direction"})
        self.assertEqual((artifact["name"], artifact["kind"], artifact["model"], self.spooled(artifact)),
                         ("net.bin", "model", "net", b"weights"))  # fmt: skip

    def test_torch_is_never_imported(self):
        self.run_program(
            HEAD
            + """
import sys
provloom.log_model("m", {"a": 1}); provloom.save_model_version("m", [1]); provloom.log_dataset("d", [1, 2]); provloom.log_metric("a", 1)
assert not [one for one in sys.modules if one.partition(".")[0] in ("torch", "numpy", "fcntl_")]
"""
        )


class Datasets(FileCase):
    def test_a_loader_tells_samples_batches_and_how_it_loads(self):
        self.run_program(
            HEAD
            + """
class RandomSampler: pass
class SequentialSampler: pass
class Set:
    def __init__(self): self.root = F
    def __len__(self): return 103
class Loader:
    def __init__(self, sampler): self.dataset, self.sampler, self.batch_size, self.num_workers = Set(), sampler, 10, 2
    def __len__(self): return 11
provloom.log_dataset("train", Loader(RandomSampler()), provloom.Context.TRAINING, split="train")
provloom.log_dataset("test", Loader(SequentialSampler()), is_input=False)
""",
            F=self.file("data.csv", b"1,2"),
        )
        train, test = self.events("dataset")
        train.pop("time")
        self.assertEqual(
            train,
            {"type": "dataset", "label": "train", "className": "__main__.Loader", "samples": 103, "batches": 11, "batchSize": 10,
             "workers": 2, "shuffle": True, "split": "train", "context": "training", "direction": "input", "size": 3,
             "sha256": sha256(b"1,2"), "path": os.path.join(self.work, "data.csv")},
        )  # fmt: skip
        self.assertEqual((test["shuffle"], test["direction"]), (False, "output"))

    def test_paths_lists_and_data_sets_without_a_length_are_taken_too(self):
        self.file("data/a.csv", b"12")
        self.file("data/b.csv", b"345")
        self.run_program(HEAD + "provloom.log_dataset('folder', F)\nprovloom.log_dataset('list', [1, 2, 3])\nprovloom.log_dataset('stream', iter([]))\nprovloom.log_dataset('gone', F + '/gone')",
                         F=os.path.join(self.work, "data"))  # fmt: skip
        folder, plain, stream, gone = self.events("dataset")
        self.assertEqual((folder["size"], plain["samples"], stream.get("samples"), gone["path"]), (5, 3, None, os.path.join(self.work, "data", "gone")))
        self.assertEqual(self.events("problem")[0]["code"], "MISSING_FILE")


    def test_a_file_that_is_large_or_changes_is_recorded_without_a_hash(self):
        path = self.file("data.bin", b"x" * 5000)
        self.run_program(LIMIT % "ARTIFACT_INLINE_BYTES_MAX = 4096" + HEAD + "provloom.log_dataset('large', F)", F=path)
        self.run_program(GROWING % 9 + HEAD + "provloom.log_dataset('changes', F)", F=path)
        self.assertEqual([(one["label"], one["size"], one.get("sha256")) for one in sorted(self.events("dataset"), key=lambda one: one["time"])],
                         [("large", 5000, None), ("changes", 5000, None)])  # fmt: skip


if __name__ == "__main__":
    unittest.main()
