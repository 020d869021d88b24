"""What cuts in: threads, forks, signals, kill -9, an agent that does not want us."""

import json
import os
import signal
import unittest

from support import SpoolCase

HEAD = "import provloom\nrun = provloom.start_run('www.example.org', 'digits')\n"


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
# By the time that the process itself has: on a busy machine handlers would be called within each other without an end.
signal.signal(signal.SIGPROF, on_alarm)
signal.setitimer(signal.ITIMER_PROF, 0.003, 0.003)
step = 0
until = time.process_time() + 0.6
while time.process_time() < until:
    provloom.log_metric("loop", float(step), step=step)
    step += 1
signal.setitimer(signal.ITIMER_PROF, 0)
provloom.log_param("counts", [step, next(numbers)])
"""
        )
        self.assertEqual(errors, "")
        steps, handled = json.loads([one for one in self.events("param") if one["key"] == "counts"][0]["value"])
        self.assertGreater(handled, 10)
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

    def test_a_rank_that_is_not_wanted_says_its_end_beside_its_streams(self):
        started = self.start(HEAD + "print('logged', flush=True)\ninput()\nraise ValueError('no data')")
        started.stdout.readline()
        self.say("quiet")
        started.communicate("go\n", timeout=20)
        with open(os.path.join(self.session(), "end.json"), "rb") as opened:
            said = json.load(opened)
        self.assertEqual((said["type"], said["status"], said["by"], said["exitCode"]), ("session.end", "failed", "exit", 1))
        self.assertIn("no data", said["error"])

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

    def test_calls_after_the_session_was_ended_for_it_are_counted_and_told_and_in_no_run(self):
        output, errors = self.goes_on("ended", "the run was ended by its aggregator")
        self.assertEqual(output, "True\n")
        self.assertEqual(errors.count("the run was ended by its aggregator"), 1)
        self.assertEqual((self.dropped(), self.events("drops")), ({}, []))
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


if __name__ == "__main__":
    unittest.main()
