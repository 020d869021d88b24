"""Processes that a process starts: how they end, and helpers in its session."""

import json
import os
import unittest

from support import ScriptCase

HEAD = "import os, sys, provloom\nrun = provloom.start_run('www.example.org', 'digits')\n"


class Ends(ScriptCase):
    """How a child ends is left with its session by its parent, where the child itself can say nothing."""

    TEXT = """
import os, sys
%s
def work(rank, how):
    provloom.start_run("www.example.org", "digits", rank=rank)
    provloom.log_metric("m", 1.0)
    if how == "exit": os._exit(5)
    if how == "kill": os.kill(os.getpid(), 15)
    if how == "ended": provloom.end_run(); os._exit(6)
    if how == "raise": raise ValueError("bad")
    if how == "sys": sys.exit(7)
if __name__ == "__main__":
    context = multiprocessing.get_context("%s")
    children = [context.Process(target=work, args=one) for one in enumerate(["exit", "kill", "ended", "raise", "sys", "done"])]
    for child in children: child.start()
    for child in children: child.join()
    print([child.exitcode for child in children])
"""

    @staticmethod
    def told(session):
        try:
            with open(os.path.join(session, "exit.json")) as opened:
                return json.load(opened)
        except FileNotFoundError:
            return None

    def test_by_its_code_or_signal_whichever_is_imported_first(self):
        for imports in ("import multiprocessing\nimport provloom", "import provloom\nimport multiprocessing"):
            for method in ("fork", "spawn", "forkserver"):
                with self.subTest(imports=imports, method=method):
                    before = set(self.sessions())
                    output, _ = self.run_script(self.TEXT % (imports, method))
                    self.assertEqual(output, "[5, -15, 6, 1, 7, 0]\n")
                    told, said = {}, {}
                    for one in set(self.sessions()) - before:
                        rank = self.facts(one)["rank"]
                        told[rank] = self.told(one)
                        said[rank] = [(end["by"], end.get("exitCode")) for end in self.events("session.end", one)]
                    self.assertEqual([told[rank] for rank in (0, 1, 2)], [{"exitCode": 5}, {"signal": "SIGTERM"}, None])
                    self.assertEqual(said, {0: [], 1: [], 2: [("call", None)], 3: [("exit", 1)], 4: [("exit", 7)], 5: [("exit", 0)]})


class Helpers(ScriptCase):
    def test_a_forked_child_helps_in_the_session_with_a_stream_that_says_who_it_is(self):
        output, _ = self.run_program(
            HEAD
            + """
child = os.fork()
if child == 0:
    provloom.log_metric("m", 2.0)
    print(os.getpid(), open("/proc/self/stat").read().rpartition(")")[2].split()[19])
    sys.exit(0)
os.waitpid(child, 0)
provloom.log_metric("m", 1.0)
"""
        )
        pid, start = map(int, output.split())
        self.session()
        records = {name.split("-")[1]: records for name, records in self.streams().items()}
        helper = records.pop(str(pid))
        helper[0].pop("time")
        self.assertEqual(helper[0], {"type": "helper", "pid": pid, "start": start})
        self.assertEqual([one["type"] for one in helper], ["helper", "series", "point"])
        (own,) = records.values()
        self.assertEqual([one["type"] for one in own], ["session.start", "series", "point", "session.end"])
        self.assertEqual({name.split("-")[1]: one["next"] for name, one in self.ledgers().items()}[str(pid)], 3)

    def test_children_of_children_and_of_shells_find_the_session_above_them(self):
        self.run_program(
            HEAD
            + """
import subprocess
log = "import provloom; provloom.log_metric('m', %s)"
if os.fork() == 0:
    subprocess.check_call([sys.executable, "-c", log % 1.0])
    os._exit(0)
os.wait()
subprocess.check_call(["sh", "-c", "%s -c \\"%s\\"; true" % (sys.executable, log % 2.0)])
"""
        )
        self.session()
        self.assertEqual(sorted(one["value"] for _, one in self.points()), [1.0, 2.0])

    def test_workers_that_import_an_unguarded_script_again_help_whatever_the_name(self):
        self.run_script(
            "import multiprocessing, os, time, provloom\n"
            "provloom.start_run('www.example.org', 'digits', run_name='run %d' % os.getpid())\n"
            "def work(i): provloom.log_metric('w', float(i))\n"
            "if __name__ == '__main__':\n"
            "    context = multiprocessing.get_context('spawn')\n"
            "    workers = [context.Process(target=work, args=(i,)) for i in range(2)]\n"
            "    for one in workers: one.start()\n"
            "    for one in workers: one.join()\n"
            "    provloom.end_run()\n"
        )
        self.session()
        self.assertEqual(sorted(one["value"] for _, one in self.points("w")), [0.0, 1.0])
        self.assertEqual([one["code"] for one in self.events("problem")], ["HELPER", "HELPER"])
        self.assertEqual(len(self.events("session.end")), 1)

    def test_a_worker_that_starts_the_same_run_helps_and_its_end_run_ends_only_its_stream(self):
        for method in ("fork", "spawn"):
            output, _ = self.run_script(
                "import multiprocessing, sys, provloom\n"
                "def work():\n"
                "    run = provloom.start_run('www.example.org', 'digits')\n"
                "    provloom.log_metric('w', 1.0)\n"
                "    provloom.end_run()\n"
                "    provloom.log_metric('w', 2.0)\n"
                "if __name__ == '__main__':\n"
                "    run = provloom.start_run('www.example.org', 'digits')\n"
                "    worker = multiprocessing.get_context(sys.argv[1]).Process(target=work)\n"
                "    worker.start(); worker.join()\n"
                "    provloom.log_metric('m', 3.0)\n"
                "    print(run.active)\n",
                method,
            )
            self.assertEqual(output, "True\n")
            session = self.sessions()[-1]
            self.assertEqual([one["value"] for _, one in self.points("w", session)], [1.0], method)
            self.assertEqual([one["value"] for _, one in self.points("m", session)], [3.0], method)
            self.assertEqual(len(self.events("session.end", session)), 1)
        self.assertEqual(len(self.sessions()), 2)

    def test_a_worker_of_another_experiment_or_name_is_another_run(self):
        self.run_script(
            "import multiprocessing, provloom\n"
            "def work(**names):\n"
            "    provloom.start_run('www.example.org', **names)\n"
            "    provloom.end_run()\n"
            "if __name__ == '__main__':\n"
            "    provloom.start_run('www.example.org', 'digits')\n"
            "    for names in ({'experiment_name': 'other'}, {'experiment_name': 'digits', 'run_name': 'fold-1'}):\n"
            "        worker = multiprocessing.get_context('fork').Process(target=work, kwargs=names)\n"
            "        worker.start(); worker.join()\n"
        )
        first, *others = self.sessions()
        self.assertEqual([(self.facts(one)["experimentName"], self.facts(one).get("runName")) for one in others],
                         [("other", None), ("digits", "fold-1")])  # fmt: skip
        self.assertEqual({self.facts(one)["inherited"] for one in others}, {os.path.basename(first)})

    def test_each_call_of_a_persistent_worker_is_in_the_open_session_or_told_as_ended_and_in_no_run(self):
        _, errors = self.run_script(
            "import multiprocessing, provloom\n"
            "def work(asked, told):\n"
            "    for number in iter(asked.get, None):\n"
            "        provloom.log_metric('w', float(number))\n"
            "        told.put(number)\n"
            "if __name__ == '__main__':\n"
            "    context = multiprocessing.get_context('fork')\n"
            "    asked, told = context.Queue(), context.Queue()\n"
            "    def ask(numbers):\n"
            "        for number in numbers:\n"
            "            asked.put(number); told.get()\n"
            "    provloom.start_run('www.example.org', 'digits')\n"
            "    worker = context.Process(target=work, args=(asked, told)); worker.start()\n"
            "    ask(range(10))\n"
            "    provloom.end_run()\n"
            "    ask(range(10, 15))\n"
            "    provloom.start_run('www.example.org', 'digits')\n"
            "    ask(range(15, 30))\n"
            "    provloom.end_run()\n"
            "    ask(range(30, 33))\n"
            "    asked.put(None); worker.join()\n"
        )
        first, second = self.sessions()
        self.assertEqual([one["value"] for _, one in self.points("w", first)], [float(number) for number in range(10)])
        self.assertEqual([one["value"] for _, one in self.points("w", second)], [float(number) for number in range(15, 30)])
        self.assertEqual((self.dropped(), self.events("drops")), ({}, []))
        self.assertIn("5 logs of digits were not recorded: 5 ended", errors)
        self.assertIn("3 logs of digits were not recorded: 3 ended", errors)

    def test_what_start_run_was_not_told_is_not_said(self):
        self.run_script("import provloom\nprovloom.start_run('www.example.org', 'digits')\nprovloom.end_run()\n")
        (start,) = self.events("session.start")
        self.assertEqual({"collectAllProcesses", "saveAfterNLogs"} & set(start), set())

    def test_a_worker_started_before_the_run_finds_it_later(self):
        self.run_script(
            "import multiprocessing, provloom\n"
            "def work(asked, told):\n"
            "    for number in iter(asked.get, None):\n"
            "        provloom.log_metric('w', float(number))\n"
            "        told.put(number)\n"
            "if __name__ == '__main__':\n"
            "    context = multiprocessing.get_context('spawn')\n"
            "    asked, told = context.Queue(), context.Queue()\n"
            "    worker = context.Process(target=work, args=(asked, told)); worker.start()\n"
            "    asked.put(0); told.get()\n"
            "    provloom.start_run('www.example.org', 'digits')\n"
            "    asked.put(1); told.get()\n"
            "    asked.put(None); worker.join()\n"
        )
        self.assertEqual([one["value"] for _, one in self.points("w")], [1.0])

    def test_pools_of_concurrent_futures_help_under_every_way_of_starting(self):
        for method in ("fork", "spawn", "forkserver"):
            self.run_script(
                "import concurrent.futures, multiprocessing, sys, provloom\n"
                "def work(i):\n"
                "    provloom.log_metric('w', float(i))\n"
                "if __name__ == '__main__':\n"
                "    with provloom.start_run('www.example.org', sys.argv[1]):\n"
                "        context = multiprocessing.get_context(sys.argv[1])\n"
                "        with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:\n"
                "            list(pool.map(work, range(4)))\n",
                method,
            )
            session = self.sessions()[-1]
            self.assertEqual(self.facts(session)["experimentName"], method)
            self.assertEqual(sorted(one["value"] for _, one in self.points("w", session)), [0.0, 1.0, 2.0, 3.0], method)

    def test_a_helper_of_a_process_that_was_killed_goes_on_in_its_session(self):
        output, _ = self.run_program(
            HEAD
            + """
import signal
read, write = os.pipe()
told, tell = os.pipe()
if os.fork() == 0:
    os.read(read, 1)
    provloom.log_metric("m", 1.0)
    owner = os.getppid()
    os.kill(owner, signal.SIGKILL)
    while os.getppid() == owner: pass
    provloom.log_metric("m", 2.0)
    os.write(tell, b"x")
    os._exit(0)
os.write(write, b"x")
signal.pause()
""",
            code=-9,
        )
        self.assertEqual([one["value"] for _, one in self.points()], [1.0, 2.0])
        self.assertEqual(self.dropped(), {})


if __name__ == "__main__":
    unittest.main()
