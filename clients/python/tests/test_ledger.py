"""Calls that returned are stored or counted as dropped, whatever becomes of the disk."""

import glob
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

import support
from support import SpoolCase, read_ledger
from provloom._ledger import Ledger

HEAD = "import os, shutil, provloom\nrun = provloom.start_run('www.example.org', 'digits')\nstream = provloom._current.stream\n"
LATER = "stream._looked_at = stream.look_until = stream._retry_at = 0  # a second later\n"


class Counting(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.file = os.path.join(self.folder, "ledger")
        self.ledger = Ledger(lambda: self.file)
        self.addCleanup(self.ledger.close)

    def test_is_on_the_disk_at_once_and_the_file_never_grows(self):
        self.assertTrue(self.ledger.make())
        self.ledger.put_next(7)
        for _ in range(3):
            self.ledger.add("disk-full")
        self.ledger.add("too-large")
        found = {name: count for name, count in read_ledger(self.file).items() if count}
        self.assertEqual(found, {"next": 7, "disk-full": 3, "too-large": 1})
        self.assertEqual(self.ledger.drops(), {"disk-full": 3, "too-large": 1})

    def test_what_was_counted_before_the_file_was_there_is_in_it(self):
        self.ledger.add("disk-full")
        self.ledger.put_next(3)
        self.assertTrue(self.ledger.make())
        self.assertEqual((read_ledger(self.file)["disk-full"], read_ledger(self.file)["next"]), (1, 3))

    def test_what_was_counted_before_it_is_made_again_keeps_its_slot(self):
        self.ledger.make()
        for reason in ("a", "b", "c", "b"):
            self.ledger.add(reason)
        os.unlink(self.file)
        self.ledger.make()
        self.ledger.add("c")
        self.assertEqual(read_ledger(self.file), {"next": 0, "a": 1, "b": 2, "c": 2})

    def test_reasons_that_find_no_slot_are_counted_as_other(self):
        self.ledger.make()
        for number in range(16):
            self.ledger.add("reason-%d" % number)
        self.ledger.add("a-name-that-is-longer-than-a-slot")
        found = read_ledger(self.file)
        self.assertEqual((len(found), found["reason-13"], found["other"]), (16, 1, 3))
        self.assertEqual(self.ledger.drops(), dict({"reason-%d" % number: 1 for number in range(14)}, other=3))

    def test_goes_on_in_the_open_file_when_that_was_removed(self):
        self.ledger.make()
        with open(self.file, "rb") as held:
            os.unlink(self.file)
            self.ledger.add("ended")
            shown = os.path.join(self.folder, "shown")
            with open(shown, "wb") as copy:
                copy.write(held.read())
        self.assertEqual(read_ledger(shown)["ended"], 1)
        self.assertFalse(self.ledger.is_there())
        self.ledger.make()
        self.assertEqual(read_ledger(self.file)["ended"], 1)

    def test_of_many_threads_loses_none(self):
        import threading

        self.ledger.make()
        before = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)
        self.addCleanup(sys.setswitchinterval, before)
        threads = [threading.Thread(target=lambda: [self.ledger.add("disk-full") for _ in range(2000)]) for _ in range(4)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        self.assertEqual(read_ledger(self.file)["disk-full"], 8000)


class LedgerCase(SpoolCase):
    def stored(self):
        return sum(len(records) for records in self.streams().values())


class Full(LedgerCase):
    def on_small_disk(self, size):
        if os.geteuid() != 0:
            self.skipTest("a small tmpfs can only be mounted by root")
        self.agent.leave()
        folder = tempfile.mkdtemp(prefix="provloom-disk-")
        self.addCleanup(os.rmdir, folder)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=%s,mode=0700" % size, "tmpfs", folder], stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("a tmpfs cannot be mounted here")
        self.addCleanup(subprocess.run, ["umount", folder])
        self.spool = folder
        self.wrap()

    def test_on_a_disk_that_stays_full_all_params_are_stored_and_every_point_is_stored_or_counted(self):
        self.on_small_disk("300k")
        _, errors = self.run_program(
            HEAD
            + """
for step in range(30_000):
    provloom.log_metric("m", float(step), step=step)
    if step % 1000 == 0: provloom.log_param("p%d" % step, step)
provloom.end_run()
"""
        )
        points, params = len(self.points("m")), len(self.events("param"))
        self.assertEqual(params, 30)
        self.assertGreater(points, 1000)
        self.assertEqual(self.dropped(), {"disk-full": 30_000 - points})
        self.assertEqual([one["status"] for one in self.events("session.end")], ["completed"])
        self.assertEqual(self.events("drops")[-1]["count"], 30_000 - points)
        self.assertIn("%s logs of digits were not recorded: %s disk-full" % ((format(30_000 - points, ","),) * 2), errors)
        (ledger,) = self.ledgers().values()
        self.assertEqual(ledger["next"], self.stored())

    def test_when_there_is_room_again_the_spare_is_made_again_before_points_are_taken(self):
        self.on_small_disk("600k")
        self.run_program(
            HEAD
            + """
filler = os.path.join(os.environ["PROVLOOM_TREE"].split()[2], "filler")
with open(filler, "wb", buffering=0) as opened:
    try:
        while True: opened.write(b"x" * 4096)
    except OSError: pass
spare = run.spool + "/spare"
for step in range(1000): provloom.log_metric("m", 1.0, step=step)
assert os.path.exists(spare)
for step in range(200): provloom.log_param("p%d" % step, "x" * 100)
assert not os.path.exists(spare)
for step in range(1000): provloom.log_metric("m", 2.0, step=step)
os.unlink(filler)
"""
            + LATER
            + """
for step in range(1000): provloom.log_metric("m", 3.0, step=step)
assert os.path.exists(spare)
"""
        )
        values = [one["value"] for _, one in self.points("m")]
        self.assertEqual((values.count(2.0), values.count(3.0)), (0, 1000))
        self.assertEqual(len(self.events("param")), 200)
        self.assertEqual(self.dropped(), {"disk-full": 2000 - values.count(1.0)})

    def test_where_every_write_fails_every_call_is_counted_in_the_ledger(self):
        _, errors = self.run_program(
            HEAD
            + """
import errno
import provloom._metric as metric
def full(*_): raise OSError(errno.ENOSPC, "full")
provloom.log_metric("m", 1.0)
metric.write = os.write = full
for step in range(100): provloom.log_metric("m", 1.0, step=step)
for step in range(10): provloom.log_param("p", step)
provloom.end_run(wait=False)
"""
        )
        # 100 points, 10 params and the end of the session
        self.assertEqual(self.dropped(), {"disk-full": 111})
        self.assertEqual(self.stored(), 3)
        self.assertIn("111 logs", errors)

    def test_a_worker_that_is_killed_has_counted_what_it_dropped(self):
        started = self.start(
            HEAD
            + """
for _ in range(5): run._session.event("command", argv=["x" * 1000] * 2000)
print("dropped", flush=True)
input()
"""
        )
        started.stdout.readline()
        os.kill(started.pid, signal.SIGKILL)
        started.communicate()
        self.assertEqual(self.dropped(), {"too-large": 5})


class Removed(LedgerCase):
    def play(self, what):
        """Removes while 1,000 points are logged, and looks at what is stored afterwards and what was before."""
        _, errors = self.run_program(
            HEAD
            + "WHAT = %s\n" % what
            + """
os.mkdir(os.environ["HELD"])
for step in range(500): provloom.log_metric("m", float(step), step=step)
segment, ledger = stream.file, stream.ledger._path()
os.link(segment, os.environ["HELD"] + "/segment")  # the agent has it open
shutil.rmtree(WHAT)
for step in range(500, 600): provloom.log_metric("m", float(step), step=step)
"""
            + LATER
            + """
for step in range(600, 1000): provloom.log_metric("m", float(step), step=step)
provloom.log_param("p", 1)
provloom.end_run(wait=False)
""",
            HELD=self.held,
            PROVLOOM_BIN="/bin/false",  # what is there is to be looked at
        )
        self.assertEqual(errors.count("was removed while it was written"), 1)
        with open(os.path.join(self.held, "segment"), "rb") as opened:
            before, _ = support.read_segment(opened.read())
        (session,) = self.sessions()
        (stream,) = os.listdir(os.path.join(session, "streams"))
        (name,) = os.listdir(os.path.join(session, "streams", stream))
        with open(os.path.join(session, "streams", stream, name), "rb") as opened:
            after, _ = support.read_segment(opened.read())
        numbers = [number for number, _ in before + after]
        self.assertEqual(numbers, list(range(len(numbers))))
        records = [support.decode(payload) for _, payload in before + after]
        self.assertEqual([one["step"] for one in records if one["type"] == "point"], list(range(1000)))
        self.assertEqual([one["code"] for one in records if one["type"] == "problem"], ["SPOOL_REMOVED"])
        self.assertEqual(self.ledgers()[stream]["next"], len(numbers))
        self.assertEqual(self.dropped(), {})
        return session

    def setUp(self):
        super().setUp()
        self.agent.stop()
        self.held = self.spool + "-held"
        self.addCleanup(shutil.rmtree, self.held, ignore_errors=True)

    def test_a_session_that_is_removed_is_made_again_and_its_numbers_go_on(self):
        session = self.play("run.spool")
        self.assertEqual(sorted(os.listdir(session)), ["files", "ledgers", "session.json", "spare", "streams"])
        self.assertEqual(self.facts(session)["experimentName"], "digits")

    def test_a_tree_that_is_removed_is_made_again_and_its_numbers_go_on(self):
        self.play("os.path.dirname(os.path.dirname(run.spool))")
        self.assertEqual(os.stat(self.spool).st_mode & 0o777, 0o700)

    def test_a_stream_that_is_removed_is_made_again_and_its_numbers_go_on(self):
        self.play("os.path.dirname(stream.file)")

    def test_series_are_declared_again_by_their_ids_where_nobody_may_have_read_them(self):
        self.run_program(
            HEAD
            + """
for key in "ab": provloom.log_metric(key, 1.0)
shutil.rmtree(run.spool)
"""
            + LATER
            + """
for key in "bc": provloom.log_metric(key, 2.0)
os.unlink(stream.file)
"""
            + LATER
            + """
provloom.log_param("p", 1)
for key in "cb": provloom.log_metric(key, 3.0)
provloom.end_run(wait=False)
"""
        )
        (session,) = self.sessions()
        (segment,) = glob.glob(os.path.join(session, "streams", "*", "*.seg"))
        with open(segment, "rb") as opened:
            found, _ = support.read_segment(opened.read())
        records = [support.decode(payload) for _, payload in found]
        self.assertEqual(
            [(one["id"], one["key"]) for one in records if one["type"] == "series"], [(0, "a"), (1, "b"), (2, "c")]
        )
        self.assertEqual([(one["series"], one["value"]) for one in records if one["type"] == "point"], [(2, 3.0), (1, 3.0)])

    def test_ledgers_that_are_removed_are_made_again_with_their_counts(self):
        self.run_program(
            HEAD
            + """
run._session.event("command", argv=["x" * 2_000_000])
shutil.rmtree(run.spool + "/ledgers")
"""
            + LATER
            + "provloom.log_metric('m', 1.0)\nprovloom.end_run(wait=False)"
        )
        self.assertEqual(self.dropped(), {"too-large": 1})
        self.assertEqual([one["next"] for one in self.ledgers().values()], [self.stored()])

    def test_a_root_that_is_removed_is_made_again_and_its_numbers_go_on(self):
        tree = self.spool
        self.spool = os.path.join(tree, "root", "tree")
        self.play("os.path.dirname(os.path.dirname(os.path.dirname(run.spool)))")
        self.assertEqual(os.stat(os.path.dirname(self.spool)).st_mode & 0o777, 0o700)

    def test_where_it_cannot_be_made_again_every_call_is_counted_and_told(self):
        _, errors = self.run_program(
            HEAD
            + """
provloom.log_metric("m", 1.0)
tree = os.path.dirname(os.path.dirname(run.spool))
held = open(stream.ledger._path(), "rb")
shutil.rmtree(tree)
open(tree, "w").close()  # a file at its place
"""
            + LATER
            + """
for step in range(100): provloom.log_metric("m", 1.0, step=step)
shown = open(os.environ["HELD"], "wb")
shown.write(held.read())
shown.close()
""",
            HELD=self.held,
        )
        self.assertEqual({name: count for name, count in read_ledger(self.held).items() if count}, {"next": 3, "spool-removed": 100})
        self.assertIn("101 logs of digits were not recorded: 101 spool-removed", errors)
        os.unlink(self.held)


if __name__ == "__main__":
    unittest.main()
