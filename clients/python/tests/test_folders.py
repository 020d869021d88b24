"""Folders that are logged: each of their files, what is told of the rest, and that what is ours is never among them."""

import os
import shutil
import socket
import subprocess
import unittest

from support import GROWING, HEAD, LIMIT, FileCase, sha256


class Folders(FileCase):
    def folder(self, *names):
        for name in names:
            self.file("out/" + name, name.encode())
        return os.path.join(self.work, "out")

    def recorded(self):
        return {one["name"]: one for one in self.events("artifact")}

    def problems(self):
        return {one["code"]: one["message"] for one in self.events("problem")}

    def test_a_folder_gives_each_of_its_files_and_itself(self):
        path = self.folder("weights.bin", "sub/config.json", "sub/deep/x")
        self.run_program(HEAD + "provloom.log_artifact('best', F, log_copy_subdirectory='there')", F=path)
        artifacts = self.events("artifact")
        self.assertEqual([(one["name"], one["subfolder"], one.get("depth"), one["size"], one["copy"]) for one in artifacts],
                         [("best/weights.bin", "there", 1, 11, True), ("best/sub/config.json", "there", 2, 15, True),
                          ("best/sub/deep/x", "there", 3, 10, True), ("best", "there", None, 36, False)])  # fmt: skip
        lines = "".join("%s  %s\n" % (sha256(name.encode()), name) for name in ("sub/config.json", "sub/deep/x", "weights.bin"))
        self.assertEqual((artifacts[-1]["sha256"], artifacts[-1]["mediaType"]), (sha256(lines.encode()), "inode/directory"))
        self.assertEqual(self.problems(), {})

    def test_what_is_no_file_is_told_and_links_to_files_are_followed_and_said(self):
        path = self.folder("a")
        outside = self.file("outside.bin", b"outside")
        for name, target in (("in", "a"), ("away", outside), ("dangling", "nowhere"), ("loop", "loop"), ("up", "..")):
            os.symlink(target, os.path.join(path, name))
        os.mkfifo(os.path.join(path, "fifo"))
        os.mkdir(os.path.join(path, "empty"))
        listener = socket.socket(socket.AF_UNIX)
        self.addCleanup(listener.close)
        listener.bind(os.path.join(path, "socket"))
        self.run_program(HEAD + "provloom.log_artifact(F)", F=path)
        recorded = self.recorded()
        self.assertEqual(sorted(recorded), ["out", "out/a", "out/away", "out/empty", "out/in"])
        self.assertEqual((recorded["out/away"]["link"], self.spooled(recorded["out/away"])), (os.path.realpath(outside), b"outside"))
        self.assertEqual(recorded["out/in"]["link"], os.path.realpath(os.path.join(path, "a")))
        self.assertEqual(recorded["out/empty"]["mediaType"], "inode/directory")
        for told in ("link to a folder: up", "dangling link: dangling", "link that cannot be followed: loop", "pipe: fifo", "socket: socket"):
            self.assertIn(told, recorded["out"]["problem"])
            self.assertIn(told, self.problems()["FOLDER_INCOMPLETE"])
        self.assertNotIn("sha256", recorded["out"])

    def test_files_that_vanish_change_or_cannot_be_read_are_told(self):
        path = self.folder("a", "b")
        os.symlink("/proc/self/mem", os.path.join(path, "memory"))
        gone = os.path.join(path, "b")
        program = """
import hashlib, os
class Digest:
    def __init__(self): self.real = real()
    def update(self, block):
        if os.path.exists(%r): os.unlink(%r)
        self.real.update(block)
    def hexdigest(self): return self.real.hexdigest()
real, hashlib.sha256 = hashlib.sha256, Digest
""" % (gone, gone)
        self.run_program(program + HEAD + "provloom.log_artifact(F)", F=path)
        recorded = self.recorded()
        self.assertEqual(sorted(recorded), ["out", "out/a", "out/memory"])
        self.assertEqual(recorded["out/memory"]["problem"], "Input/output error")
        self.assertEqual(recorded["out"]["problem"],
                         "file gone since it was listed: b; file that cannot be read: Input/output error: memory")  # fmt: skip

    def test_a_file_that_changes_while_its_folder_is_copied_is_told_with_the_folder(self):
        path = self.folder("log")
        self.run_program(GROWING % 9 + HEAD + "provloom.log_artifact(os.path.dirname(F))", F=os.path.join(path, "log"))
        self.assertEqual(self.recorded()["out"]["problem"], "it changed while it was copied: log")

    def test_names_of_any_bytes_are_recorded_and_no_two_become_one(self):
        path = self.folder("line\nbreak", "x" * 255)
        for name in (b"caf\xe9", b"caf\xe8"):
            with open(os.path.join(os.fsencode(path), name), "wb") as opened:
                opened.write(name)
        _, errors = self.run_program(HEAD + "provloom.log_artifact(F)", F=path)
        recorded = self.recorded()
        self.assertEqual(sorted(recorded), ["out", "out/caf\\xe8", "out/caf\\xe9", "out/line\nbreak", "out/" + "x" * 255])
        self.assertEqual(self.spooled(recorded["out/caf\\xe9"]), b"caf\xe9")
        self.assertIn("no UTF-8", recorded["out/caf\\xe9"]["problem"])
        self.assertNotIn("problem", recorded["out/line\nbreak"])
        self.assertEqual(len(errors.splitlines()), 1, errors)

    def test_more_files_than_a_folder_may_have_are_counted_and_told(self):
        path = self.folder("a", "b", "c", "sub/d", "sub/e")
        self.run_program(LIMIT % "FOLDER_FILES_MAX = 2" + HEAD + "provloom.log_artifact(F)", F=path)
        self.assertEqual(sorted(self.recorded()), ["out", "out/a", "out/b"])
        self.assertIn("it has 5 files; the first 2 are recorded", self.problems()["FOLDER_TOO_LARGE"])
        self.assertIn("it has 5 files", self.recorded()["out"]["problem"])

    def test_a_folder_that_is_too_large_to_be_counted_is_told_as_that(self):
        path = self.folder("a", "b", "c", "d")
        self.run_program(LIMIT % "FOLDER_ENTRIES_MAX = 3" + HEAD + "provloom.log_artifact(F)\nprovloom.log_dataset('d', F)", F=path)
        self.assertIn("more than 3 files; the first 3 are recorded", self.problems()["FOLDER_TOO_LARGE"])
        self.assertNotIn("size", self.events("dataset")[0])

    def test_this_folder_is_named_by_its_name(self):
        self.cwd = self.folder("a")
        self.run_program(HEAD + "provloom.log_artifact('.')")
        self.assertEqual(sorted(self.recorded()), ["out", "out/a"])


class Ours(FileCase):
    """What Provloom makes is never part of what a person logs."""

    #: a file of each kind of folder that is ours, whatever it is called
    OURS = ("results/.provloom/job/connection.json", "results/mine_0/artifacts/a", "other/old_3/run.json", "other/old_3/prov.json",
            "other/old_3/metrics/part-0.parquet", "begun/run.json", "begun/journal/0", "kept/tree/spool.json", "kept/tree/streams/s/0.seg")  # fmt: skip

    def tree(self):
        for name in self.OURS + ("train.py", "other/notes.txt"):
            self.file("tree/" + name)
        self.file("tree/copy.json", b'{"format":1,"jobKey":"j","curve":{"serverKey":"a","publicKey":"b","secretKey":"c"}}')
        return os.path.join(self.work, "tree")

    def test_own_folders_and_keys_are_left_out_of_a_folder_and_that_is_told_once(self):
        self.cwd = self.tree()
        _, errors = self.run_program(HEAD + "provloom.log_artifact('.')\nprovloom.log_artifact('.')\nprovloom.log_dataset('d', '.')")
        self.assertEqual(sorted({one["name"] for one in self.events("artifact")}), ["tree", "tree/other/notes.txt", "tree/train.py"])
        self.assertEqual(errors.count("own files are left out"), 1)
        self.assertIn("begun, kept/tree, other/old_3 and 2 more", errors)
        self.assertEqual(self.events("dataset")[0]["size"], os.path.getsize(os.path.join(self.cwd, "copy.json")) + 8)

    def test_the_save_directory_is_left_out_before_anything_of_ours_is_in_it(self):
        self.cwd = os.path.dirname(self.file("tree/saved/old_0/prov.json"))[: -len("/saved/old_0")]
        self.file("tree/prov/mine.txt")
        self.run_program("import provloom\nprovloom.start_run('a', 'b', provenance_save_dir='saved')\nprovloom.log_artifact('.')")
        self.assertEqual(sorted(one["name"] for one in self.events("artifact")), ["tree", "tree/prov/mine.txt"])

    def test_own_folders_and_keys_are_not_recorded_by_their_names_either(self):
        self.cwd = self.tree()
        self.run_program(HEAD + """
for path in ("other/old_3", "kept/tree", "kept/tree/streams/s/0.seg", "results/.provloom", "results/.provloom/job/connection.json", "copy.json"):
    provloom.log_artifact(path)
""")  # fmt: skip
        self.assertEqual(self.events("artifact"), [])
        self.assertEqual([one["code"] for one in self.events("problem")], ["OWN_FILES"] * 6)

    def test_a_model_that_an_earlier_run_has_kept_may_be_logged_and_so_may_a_folder_in_a_save_directory(self):
        self.cwd = self.tree()
        self.file("tree/results/checkpoints/a.pt")
        self.run_program(HEAD + "provloom.log_artifact('results/mine_0/artifacts/a')\nprovloom.log_artifact('results/checkpoints')")
        self.assertEqual([one["name"] for one in self.events("artifact")], ["a", "checkpoints/a.pt", "checkpoints"])

    @unittest.skipUnless(shutil.which("git"), "no git")
    def test_own_folders_do_not_make_a_work_tree_dirty_and_what_a_person_changes_does(self):
        self.cwd = self.tree()
        git = "git -c user.name=a -c user.email=a@example.org -c init.defaultBranch=main "
        subprocess.run(["sh", "-ec", git + "init -q; %s add train.py other/notes.txt copy.json other/old_3; %s commit -qm one" % (git, git)],
                       cwd=self.cwd, check=True)  # fmt: skip
        self.file("tree/other/old_3/prov.json", b"saved again")
        program = HEAD + "provloom.log_source_code('.')\n"
        self.run_program(program)
        self.file("tree/results/mine.txt")  # in a folder that is a save directory, and untracked as the rest of it
        self.run_program(program)
        self.file("tree/other/more.txt")
        self.run_program(program)
        self.file("tree/train.py", b"changed")
        self.run_program(program)
        told = sorted(self.events("source"), key=lambda one: one["time"])
        self.assertEqual([one["dirty"] for one in told], [False, False, True, True])
        self.assertEqual([one.get("diffSha256") for one in told[:2]], [None, None])
        self.assertEqual(told[2]["diffSha256"], sha256(b""))
        self.assertNotEqual(told[3]["diffSha256"], sha256(b""))


if __name__ == "__main__":
    unittest.main()
