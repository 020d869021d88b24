"""What cuts in: threads, forks, signals, kill -9, a full disk, an agent that does not want us."""

import glob
import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest

from support import LIMITS, SpoolCase, read_segment

HEAD = "import provloom\nrun = provloom.start_run('www.example.org', 'digits')\n"


def limits(**values):
    """Lines that make the client's bounds small."""
    lines = ["import provloom._limits as limits"] + ["limits.%s = %d" % one for one in values.items()]
    return "\n".join(lines) + "\n"


class Concurrency(SpoolCase):
    def test_four_threads_write_one_stream_with_dense_numbers_and_nothing_missing(self):
        self.run_program(
            HEAD
            + """
import threading
def work(name):
    for step in range(5000):
        provloom.log_metric(name, float(step), step=step)
        if step % 100 == 0:
            provloom.log_param(name, step)
threads = [threading.Thread(target=work, args=("t%d" % i,)) for i in range(4)]
for one in threads: one.start()
for one in threads: one.join()
"""
        )
        self.assertEqual(len(self.streams()), 1)
        for i in range(4):
            self.assertEqual([one["step"] for _, one in self.points("t%d" % i)], list(range(5000)))
        self.assertEqual(len(self.events("param")), 200)

    def test_a_forked_child_opens_a_stream_of_its_own_and_leaves_the_parents_alone(self):
        output, _ = self.run_program(
            HEAD
            + """
import os, sys
provloom.log_metric("m", 1.0)
child = os.fork()
if child == 0:
    provloom.log_metric("m", 2.0)
    provloom.log_param("where", "child")
    grandchild = os.fork()
    if grandchild == 0:
        provloom.log_metric("m", 3.0)
        os._exit(0)
    os.waitpid(grandchild, 0)
    sys.exit(0)
silent = os.fork()
if silent == 0:
    sys.exit(0)
os.waitpid(child, 0); os.waitpid(silent, 0)
provloom.log_metric("m", 4.0)
print(os.getpid(), child)
"""
        )
        parent, child = output.split()
        streams = self.streams()
        values = {name.split("-")[1]: [one["value"] for one in records if one["type"] == "point"] for name, records in streams.items()}
        self.assertEqual(len(values), 3)
        self.assertEqual(values.pop(parent), [1.0, 4.0])
        self.assertEqual(values.pop(child), [2.0])
        self.assertEqual(list(values.values()), [[3.0]])
        self.assertEqual(sorted(records[0]["type"] for records in streams.values()), ["helper", "helper", "session.start"])

    def test_a_fork_while_another_thread_writes_never_hangs_the_child(self):
        self.run_program(
            HEAD
            + """
import os, threading
stop = False
def work():
    while not stop: provloom.log_metric("thread", 1.0)
thread = threading.Thread(target=work); thread.start()
children = []
for i in range(20):
    child = os.fork()
    if child == 0:
        provloom.log_metric("child", float(i))
        os._exit(0)
    children.append(child)
codes = [os.waitpid(child, 0)[1] for child in children]
stop = True; thread.join()
assert codes == [0] * 20
"""
        )
        self.assertEqual(sorted(one["value"] for _, one in self.points("child")), [float(i) for i in range(20)])

    def test_a_signal_handler_that_logs_loses_nothing_and_never_hangs(self):
        _, errors = self.run_program(
            HEAD
            + """
import signal, time
import itertools
numbers = itertools.count()
def on_alarm(*_):
    number = next(numbers)
    provloom.log_metric("handler", float(number), step=number)
    provloom.log_param("h", number)
signal.signal(signal.SIGALRM, on_alarm)
signal.setitimer(signal.ITIMER_REAL, 0.003, 0.003)
step = 0
until = time.monotonic() + 0.6
while time.monotonic() < until:
    provloom.log_metric("loop", float(step), step=step)
    step += 1
signal.setitimer(signal.ITIMER_REAL, 0)
provloom.log_param("counts", [step, next(numbers)])
"""
        )
        self.assertEqual(errors, "")
        steps, handled = json.loads([one for one in self.events("param") if one["key"] == "counts"][0]["value"])
        self.assertGreater(handled, 50)
        self.assertEqual([one["step"] for _, one in self.points("loop")], list(range(steps)))
        self.assertEqual(sorted(one["step"] for _, one in self.points("handler")), list(range(handled)))

    def test_a_record_that_begins_inside_another_goes_into_a_stream_of_its_own(self):
        self.run_program(
            HEAD
            + """
import provloom._metric as metric, os
real = os.write
def write(descriptor, data):
    metric.write = real
    provloom.log_metric("inner", 1.0)
    provloom.log_param("inner", 2)
    return real(descriptor, data)
provloom.log_metric("outer", 0.0)
metric.write = write
provloom.log_metric("outer", 1.0)
provloom.log_metric("outer", 2.0)
"""
        )
        self.assertEqual([one["value"] for _, one in self.points("outer")], [0.0, 1.0, 2.0])
        self.assertEqual([one["value"] for _, one in self.points("inner")], [1.0])
        self.assertEqual(len(self.streams()), 2)

    def test_an_interrupt_thrown_between_the_write_and_the_book_keeping_leaves_a_whole_log(self):
        output, _ = self.run_program(
            HEAD
            + """
import json, os, signal, time
ours = os.path.dirname(provloom.__file__)
def on_alarm(_, frame):
    if frame.f_code.co_filename.startswith(ours):
        raise KeyboardInterrupt
signal.signal(signal.SIGALRM, on_alarm)
caught, returned, step = 0, 0, 0
signal.setitimer(signal.ITIMER_REAL, 0.0002, 0.0002)
until = time.monotonic() + 0.8
while time.monotonic() < until:
    step += 1
    try:
        provloom.log_metric("m", 1.0, step=step)
        returned += 1
    except KeyboardInterrupt:
        caught += 1
signal.setitimer(signal.ITIMER_REAL, 0)
print(json.dumps([caught, returned, step]))
"""
        )
        caught, returned, steps = json.loads(output)
        self.assertGreater(caught, 50)
        found = [one["step"] for _, one in self.points("m")]  # every CRC right, every number there
        self.assertEqual(found, sorted(set(found)))
        self.assertLessEqual(returned, len(found))
        self.assertLessEqual(len(found), returned + caught)
        self.assertEqual(self.events("drops"), [])

    def test_every_call_that_returned_before_kill_9_is_in_the_spool(self):
        for round_ in range(5):
            started = self.start(
                HEAD
                + """
import sys, os
for step in range(10**9):
    provloom.log_metric("m", float(step), step=step)
    os.write(1, b"%d\\n" % step)
"""
            )
            for _ in range(200 * (round_ + 1)):
                started.stdout.readline()
            os.kill(started.pid, signal.SIGKILL)
            rest = started.stdout.read()
            started.wait()
            last = 200 * (round_ + 1) - 1
            whole = [line for line in rest.split("\n")[:-1]]
            if whole:
                last = int(whole[-1])
            (records,) = [one for name, one in self.streams().items() if name.startswith("worker-%d-" % started.pid)]
            steps = [one["step"] for one in records if one["type"] == "point"]
            self.assertEqual(steps[: last + 1], list(range(last + 1)))
            started.stdout.close(), started.stderr.close(), started.stdin.close()

    def test_a_worker_of_a_moment_with_ten_events_has_ten_events(self):
        self.run_program("import os, provloom\nprovloom.start_run('a', 'b')\nfor i in range(10):\n    provloom.log_metric('m', i)\nos._exit(0)")
        self.assertEqual([one["value"] for _, one in self.points("m")], [float(i) for i in range(10)])

    def test_a_terminated_worker_that_ends_its_run_in_the_handler_is_recorded(self):
        started = self.start(
            HEAD
            + """
import signal, sys
def on_term(*_):
    provloom.log_param("why", "SIGTERM")
    provloom.end_run()
    sys.exit(0)
signal.signal(signal.SIGTERM, on_term)
print("ready", flush=True)
while True:
    provloom.log_metric("m", 1.0)
"""
        )
        started.stdout.readline()
        started.terminate()
        started.communicate(timeout=20)
        self.assertEqual(started.returncode, 0)
        self.assertEqual([one["value"] for one in self.events("param")], ["SIGTERM"])
        self.assertTrue(self.events("session.end"))


class Control(SpoolCase):
    def say(self, state, **more):
        self.agent.stop()
        self.agent.control.update(state=state, **more)
        self.agent.say(os.path.basename(self.session()), state)

    def test_a_rank_that_is_not_wanted_goes_quiet_within_a_second_and_closes_its_files(self):
        started = self.start(
            HEAD
            + """
import os
provloom.log_metric("m", 1.0)
print("logged", flush=True)
input()
provloom._current.stream._looked_at = provloom._current.stream.look_until = 0  # a second later
provloom.log_metric("m", 2.0)
provloom.log_metric("m", 3.0)
provloom.log_artifact('/etc/passwd')
open_files = [os.readlink("/proc/self/fd/" + one) for one in os.listdir("/proc/self/fd") if os.path.exists("/proc/self/fd/" + one)]
print(run.active, any("sessions" in one for one in open_files), provloom.end_run(), flush=True)
"""
        )
        self.assertEqual(started.stdout.readline(), "logged\n")
        self.say("quiet")
        output, errors = started.communicate("go\n", timeout=20)
        self.assertEqual((output, errors), ("False False True\n", ""))
        self.assertEqual([one["value"] for _, one in self.points("m")], [1.0])
        self.assertEqual((os.listdir(os.path.join(self.session(), "files")), self.dropped()), ([], {}))

    def test_children_of_a_rank_that_is_not_wanted_write_nothing(self):
        started = self.start(HEAD + """
import os
print("started", flush=True)
input()
if os.fork() == 0:
    provloom.log_metric("m", 1.0)
    os._exit(0)
os.wait()
""")
        started.stdout.readline()
        self.say("quiet")
        started.communicate("go\n", timeout=20)
        self.assertEqual(len(self.streams()), 1)

    GOES_ON = HEAD + """
provloom.log_metric("m", 1.0)
print("logged", flush=True)
input()
provloom._current.stream._looked_at = provloom._current.stream.look_until = 0  # a second later
for i in range(5):
    provloom.log_metric("m", 2.0)
provloom.log_param("p", 1)
print(provloom.end_run())
"""

    def goes_on(self, state, message):
        started = self.start(self.GOES_ON)
        started.stdout.readline()
        self.say(state, message=message)
        return started.communicate("go\n", timeout=20)

    def test_calls_after_the_session_was_ended_for_it_are_counted_and_told_once(self):
        output, errors = self.goes_on("ended", "the run was ended by its aggregator")
        self.assertEqual(output, "True\n")
        self.assertEqual(errors.count("the run was ended by its aggregator"), 1)
        self.assertEqual(self.dropped(), {"ended": 6})
        self.assertIn("6 logs of digits were not recorded: 6 ended", errors)

    def test_what_a_session_logs_that_was_refused_is_kept_to_its_end(self):
        output, _ = self.goes_on("refused", "two processes say that they are this rank")
        self.assertEqual(output, "False\n")
        self.assertEqual((len(self.points()), len(self.events("param")), self.dropped()), (6, 1, {}))
        self.assertEqual([one["status"] for one in self.events("session.end")], ["completed"])

    def test_a_control_file_that_cannot_be_read_changes_nothing(self):
        started = self.start(HEAD + "print('started', flush=True)\ninput()\nprovloom.log_metric('m', 1.0)")
        started.stdout.readline()
        self.agent.stop()
        with open(os.path.join(self.session(), "control.json"), "w") as opened:
            opened.write("{half")
        started.communicate("go\n", timeout=20)
        self.assertEqual(len(self.points()), 1)


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
            HEAD + "for words in (900, 1100):\n    provloom.log_execution_command(['x' * (%d // 1024)] * words)" % LIMITS["EVENT_BYTES_MAX"]
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
