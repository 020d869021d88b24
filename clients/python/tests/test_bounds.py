"""What does not go on for ever: segments, spools, events, series, and a disk that is full."""

import glob
import json
import os
import subprocess
import tempfile
import unittest

from support import LIMITS, SpoolCase, read_segment

HEAD = "import provloom\nrun = provloom.start_run('www.example.org', 'digits')\n"


def limits(**values):
    """Lines that make the client's bounds small."""
    lines = ["import provloom._limits as limits"] + ["limits.%s = %d" % one for one in values.items()]
    return "\n".join(lines) + "\n"


class Limits(SpoolCase):
    def test_segments_roll_and_the_next_one_is_named_by_its_first_record(self):
        self.run_program(limits(SEGMENT_BYTES_MAX=4096) + HEAD + "for i in range(1000):\n    provloom.log_metric('m', float(i), step=i)")
        (folder,) = glob.glob(os.path.join(self.session(), "streams", "*"))
        sizes = [os.path.getsize(os.path.join(folder, one)) for one in sorted(os.listdir(folder))]
        self.assertGreater(len(sizes), 9)
        self.assertLessEqual(max(sizes), 4096)
        self.assertGreater(min(sizes[:-1]), 4096 - 41)
        self.assertEqual([one["step"] for _, one in self.points()], list(range(1000)))

    def test_files_are_private(self):
        self.run_program(HEAD + "provloom.log_artifact('/etc/hostname')")
        for folder, folders, files in os.walk(self.spool):
            for one in folders + files:
                mode = os.stat(os.path.join(folder, one)).st_mode & 0o777
                self.assertEqual(mode, 0o700 if one in folders else 0o600, one)

    def test_a_full_spool_drops_metrics_first_counts_them_and_takes_more_when_there_is_room(self):
        self.agent.leave()
        _, errors = self.run_program(
            limits(SEGMENT_BYTES_MAX=4096, SPOOL_BYTES_MAX=24576, SPOOL_RESERVE_BYTES=8192, UNMEASURED_BYTES=4096)
            + HEAD
            + """
import glob, os
for i in range(1000):
    provloom.log_metric("m", float(i), step=i)
for i in range(10):
    provloom.log_param("p%d" % i, i)
for one in sorted(glob.glob(os.path.join(run.spool, "streams", "*", "*.seg")))[:-1]:
    os.rename(one, one + ".taken")  # the agent takes what is acknowledged
    os.truncate(one + ".taken", 0)
provloom._current.stream._measure_at = 0  # a second later
provloom.log_metric("m", -1.0)
"""
        )
        self.assertEqual(errors.count("has reached its limit"), 1)
        self.assertEqual(errors.count("not recorded"), 1)
        records = []
        (folder,) = glob.glob(os.path.join(self.session(), "streams", "*"))
        first = None
        for one in sorted(glob.glob(os.path.join(folder, "*.seg"))):
            with open(one, "rb") as opened:
                found, whole = read_segment(opened.read())
            first = found[0][0] if first is None else first
            records += found
        events = [json.loads(payload) for _, payload in records if payload[:1] == b"{"]
        self.assertEqual(sum(one["type"] == "param" for one in events), 10)
        drops = [one for one in events if one["type"] == "drops"]
        self.assertEqual(drops[-1]["reason"], "spool-full")
        # start + series + 10 params + end + drops are no points; told and kept make all that were logged
        others = 3 + 10 + len([1 for one in drops])
        points = first + len(records) - others
        early = [one for one in drops if one["count"] < drops[-1]["count"]]
        self.assertGreater(drops[-1]["count"], 0)
        self.assertEqual(points + drops[-1]["count"], 1001, early)

    def test_how_full_the_tree_is_is_what_its_agent_says(self):
        self.agent.stop()
        self.agent.bytes = LIMITS["SPOOL_BYTES_MAX"] - LIMITS["SPOOL_RESERVE_BYTES"]
        self.agent.beat()
        later = "stream._looked_at = stream.look_until = stream._measure_at = 0  # a second later\n"
        started = self.start(HEAD + "stream = provloom._current.stream\nprovloom.log_metric('m', 1.0)\n" + later
                             + "provloom.log_metric('m', 2.0)\nprovloom.log_param('p', 1)\nprint('full', flush=True)\ninput()\n"
                             + later + "provloom.log_metric('m', 3.0)\nprovloom.end_run(wait=False)")  # fmt: skip
        self.assertEqual(started.stdout.readline(), "full\n")
        self.agent.bytes = 0
        self.agent.beat()
        started.communicate("go\n", timeout=20)
        self.assertEqual([one["value"] for _, one in self.points()], [1.0, 3.0])
        self.assertEqual((self.dropped(), len(self.events("param"))), ({"spool-full": 1}, 1))

    def test_the_first_call_of_a_child_lists_no_folder(self):
        self.run_program(
            HEAD
            + """
import os
for number in range(3):
    if os.fork() == 0:
        def no(*_): os._exit(9)
        os.listdir = os.scandir = os.walk = no
        provloom.log_metric("m", float(number))
        provloom.log_param("p", number)
        os._exit(0)
    assert os.wait()[1] == 0
"""
        )
        self.assertEqual(len(self.points()), 3)

    def test_more_series_than_a_stream_may_have_are_dropped_and_counted(self):
        _, errors = self.run_program(limits(SERIES_PER_STREAM_MAX=5) + HEAD + "for i in range(8):\n    provloom.log_metric('m%d' % i, 1.0)")
        self.assertEqual(len(self.events("series")), 5)
        self.assertEqual(len(self.points()), 5)
        self.assertEqual([(one["reason"], one["count"]) for one in self.events("drops")][-1], ("too-many-series", 3))
        self.assertEqual(errors.count("more than 5 different metrics"), 1)

    def test_an_event_that_is_too_large_is_dropped_and_counted(self):
        self.run_program(
            HEAD + "for words in (900, 1100):\n    run._session.event('command', argv=['x' * (%d // 1024)] * words)" % LIMITS["EVENT_BYTES_MAX"]
        )
        self.assertEqual(len(self.events("command")), 1)
        self.assertEqual([(one["reason"], one["count"]) for one in self.events("drops")], [("too-large", 1)])

    def test_a_segment_removed_under_us_is_noticed_and_writing_goes_on(self):
        self.run_program(
            HEAD
            + """
import shutil, os
provloom.log_metric("m", 1.0)
shutil.rmtree(os.path.dirname(provloom._current.stream.file))
provloom._current.stream._looked_at = provloom._current.stream.look_until = 0  # a second later
provloom.log_metric("m", 2.0)
"""
        )
        (folder,) = glob.glob(os.path.join(self.session(), "streams", "*"))
        (segment,) = os.listdir(folder)
        self.assertEqual(segment, "%020d.seg" % 3)


class Disk(SpoolCase):
    def on_small_disk(self):
        if os.geteuid() != 0:
            self.skipTest("a small tmpfs can only be mounted by root")
        folder = tempfile.mkdtemp(prefix="provloom-disk-")
        self.addCleanup(os.rmdir, folder)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k,mode=0700", "tmpfs", folder], stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("a tmpfs cannot be mounted here")
        self.addCleanup(subprocess.run, ["umount", folder])
        self.spool = folder
        self.wrap()

    def test_a_full_disk_drops_counted_and_the_client_goes_on_by_itself_when_there_is_room(self):
        self.on_small_disk()
        _, errors = self.run_program(
            HEAD
            + """
import os, time
filler = os.path.join(os.path.dirname(os.path.dirname(run.spool)), "filler")
for i in range(100):
    provloom.log_metric("m", float(i), step=i)
with open(filler, "wb", buffering=0) as opened:
    try:
        while True: opened.write(b"x" * 4096)
    except OSError: pass
for i in range(2000):
    provloom.log_metric("m", float(i), step=i)
    if i % 100 == 0: provloom.log_param("p", i)
provloom.log_artifact("/etc/passwd")
os.unlink(filler)
provloom._current.stream._retry_at = 0  # a moment later
for i in range(50):
    provloom.log_metric("m", float(i), step=i)
"""
        )
        records = self.records()
        kept = [one for one in records if one["type"] in ("point", "param", "artifact", "problem")]
        drops = {one["reason"]: one["count"] for one in records if one["type"] == "drops"}
        self.assertEqual(list(drops), ["disk-full"])
        # 2150 points, 20 params, one artifact, and that it was not copied
        self.assertEqual(len(kept) + drops["disk-full"], 2150 + 20 + 2)
        self.assertEqual(self.dropped(), drops)
        self.assertEqual([one["step"] for one in records if one["type"] == "point"][-50:], list(range(50)))
        self.assertEqual(records[-1]["type"], "session.end")
        self.assertEqual(errors.count("cannot be written"), 1)

    def test_no_write_ever_reaches_a_spool_whose_disk_was_full_from_the_start(self):
        self.on_small_disk()
        with open(os.path.join(self.spool, "filler"), "wb", buffering=0) as opened:
            try:
                while True:
                    opened.write(b"x" * 4096)
            except OSError:
                pass
        nowhere = "import provloom._join as join\njoin.roots = lambda: []\n"
        _, errors = self.run_program(nowhere + HEAD + "for i in range(1000):\n    provloom.log_metric('m', 1.0)\nprovloom.end_run()")
        self.assertEqual(errors.count("\n"), 1, errors)

    def test_a_file_size_limit_is_a_drop_and_no_signal(self):
        self.run_program(
            HEAD
            + """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (4100, resource.RLIM_INFINITY))
for i in range(1000):
    provloom.log_metric("m", float(i), step=i)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
provloom._current.stream._retry_at = 0  # a moment later
provloom.log_metric("m", -1.0)
"""
        )
        drops = self.events("drops")[-1]
        self.assertEqual(drops["reason"], "disk-failed")
        self.assertEqual(len(self.points()) + drops["count"], 1001)

    def test_a_closed_standard_error_is_no_reason_to_raise(self):
        self.run_program(HEAD + "import sys\nsys.stderr.close()\nprovloom.log_metric('m', 'x')\nsys.stderr = None\nprovloom.log_metric('n', 'x')")
        self.assertEqual(len(self.events("problem")), 2)


if __name__ == "__main__":
    unittest.main()
