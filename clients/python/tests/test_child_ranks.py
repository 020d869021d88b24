"""Processes that a process starts and that are ranks of their own, or other runs."""

import os
import unittest

from support import ScriptCase

HEAD = "import os, sys, provloom\nrun = provloom.start_run('www.example.org', 'digits')\n"


class Ranks(ScriptCase):
    def test_a_child_that_says_another_rank_has_a_session_of_its_own_in_the_same_run(self):
        self.run_script(
            "import multiprocessing, provloom\n"
            "def work(rank):\n"
            "    provloom.start_run('www.example.org', 'digits', rank=rank, world_size=3)\n"
            "    provloom.log_metric('w', float(rank))\n"
            "    provloom.end_run()\n"
            "if __name__ == '__main__':\n"
            "    provloom.start_run('www.example.org', 'digits')\n"
            "    workers = [multiprocessing.get_context('fork').Process(target=work, args=(rank,)) for rank in range(3)]\n"
            "    for one in workers: one.start()\n"
            "    for one in workers: one.join()\n"
        )
        first, *others = self.sessions()
        self.assertEqual(sorted(self.facts(one)["rank"] for one in others), [1, 2])
        for one in others:
            self.assertEqual([point["value"] for _, point in self.points("w", one)], [float(self.facts(one)["rank"])])
            self.assertEqual(self.facts(one)["inherited"], os.path.basename(first))
        # Rank 0 is the place of the session that is open: its child helps there.
        self.assertEqual([point["value"] for _, point in self.points("w", first)], [0.0])

    def test_children_whose_variables_name_another_rank_have_sessions_without_a_start_run(self):
        for method in ("fork", "spawn"):
            self.run_script(
                "import multiprocessing, os, sys, provloom\n"
                "def work(rank):\n"
                "    os.environ.update(LOCAL_RANK=str(rank))\n"
                "    provloom.log_metric('w', float(rank))\n"
                "if __name__ == '__main__':\n"
                "    provloom.start_run('www.example.org', 'digits', run_name=sys.argv[1], rank=0)\n"
                "    context = multiprocessing.get_context(sys.argv[1])\n"
                "    workers = [context.Process(target=work, args=(rank,)) for rank in range(3)]\n"
                "    for one in workers: one.start()\n"
                "    for one in workers: one.join()\n",
                method,
            )
            sessions = [one for one in self.sessions() if self.facts(one)["runName"] == method]
            self.assertEqual(len(sessions), 3)
            first, *others = sessions
            self.assertEqual([one["value"] for _, one in self.points("w", first)], [0.0])
            self.assertEqual(sorted(one["value"] for other in others for _, one in self.points("w", other)), [1.0, 2.0])
            for one in others:
                facts = self.facts(one)
                self.assertEqual((facts["experimentName"], facts["by"], facts.get("rank")), ("digits", "rank", None))
                self.assertEqual(facts["environment"]["LOCAL_RANK"], str(int(self.points("w", one)[0][1]["value"])))
                self.assertEqual([one["by"] for one in self.events("session.end", one)], ["exit"], method)

    def test_a_rank_of_its_own_ends_with_its_parents_end_run_and_is_in_the_next_session_too(self):
        self.run_script(
            "import multiprocessing, os, provloom\n"
            "def work(asked, told):\n"
            "    os.environ['RANK'] = '1'\n"
            "    for number in iter(asked.get, None):\n"
            "        provloom.log_metric('w', float(number))\n"
            "        told.put(number)\n"
            "if __name__ == '__main__':\n"
            "    context = multiprocessing.get_context('fork')\n"
            "    asked, told = context.Queue(), context.Queue()\n"
            "    def ask(number):\n"
            "        asked.put(number); told.get()\n"
            "    provloom.start_run('www.example.org', 'one')\n"
            "    worker = context.Process(target=work, args=(asked, told)); worker.start()\n"
            "    ask(1)\n"
            "    provloom.end_run()\n"
            "    ask(2)\n"
            "    provloom.start_run('www.example.org', 'two')\n"
            "    ask(3)\n"
            "    provloom.end_run()\n"
            "    asked.put(None); worker.join()\n"
        )
        by = {(self.facts(one)["experimentName"], self.facts(one).get("by")): one for one in self.sessions()}
        self.assertEqual(sorted(by, key=str), [("one", "rank"), ("one", None), ("two", "rank"), ("two", None)])
        self.assertEqual([one["value"] for _, one in self.points("w", by["one", "rank"])], [1.0])
        self.assertEqual([one["value"] for _, one in self.points("w", by["two", "rank"])], [3.0])
        self.assertEqual(self.dropped(), {})

    def test_a_rank_that_torch_distributed_tells_a_spawned_child_is_its_own(self):
        self.run_program(
            HEAD
            + """
import types
for rank in (0, 1):
    if os.fork() == 0:
        torch = sys.modules["torch.distributed"] = types.ModuleType("torch.distributed")
        torch.is_available = torch.is_initialized = lambda: True
        torch.get_rank, torch.get_world_size = lambda: rank, lambda: 2
        provloom.log_metric("w", float(rank))
        os._exit(0)
    os.wait()
"""
        )
        first, second = self.sessions()
        self.assertEqual([one["value"] for _, one in self.points("w", first)], [0.0])
        self.assertEqual([one["value"] for _, one in self.points("w", second)], [1.0])
        facts = self.facts(second)
        self.assertEqual((facts["rank"], facts["worldSize"], facts["said"]), (1, 2, "torch.distributed"))

    def test_a_start_run_in_a_child_that_was_a_rank_already_goes_on_in_its_session(self):
        self.run_program(
            HEAD
            + """
if os.fork() == 0:
    os.environ["RANK"] = "1"
    provloom.log_metric("w", 1.0)
    provloom.start_run("www.example.org", "digits")
    provloom.log_metric("w", 2.0)
    provloom.end_run(wait=False)
    os._exit(0)
os.wait()
"""
        )
        first, second = self.sessions()
        self.assertEqual([one["value"] for _, one in self.points("w", second)], [1.0, 2.0])
        self.assertEqual(len(self.events("session.end", second)), 1)

    def test_variables_of_the_rank_itself_do_not_make_its_workers_ranks(self):
        self.run_program(
            HEAD
            + """
import subprocess
os.environ["RANK"] = "3"  # set late, as Lightning does
if os.fork() == 0:
    provloom.log_metric("w", 1.0)
    os._exit(0)
os.wait()
subprocess.check_call([sys.executable, "-c", "import provloom; provloom.log_metric('w', 2.0)"])
""",
            RANK="3", LOCAL_RANK="1", SLURM_PROCID="0",
        )  # fmt: skip
        self.session()
        self.assertEqual(len(self.points("w")), 2)


class OtherRuns(ScriptCase):
    def test_a_subprocess_that_starts_a_run_is_another_run_and_says_what_it_inherited(self):
        self.run_program(
            HEAD
            + """
import subprocess
trial = "import provloom; provloom.start_run('www.example.org', 'digits'); provloom.log_metric('w', 1.0); provloom.end_run()"
trials = [subprocess.Popen([sys.executable, "-c", trial]) for _ in range(4)]
assert [one.wait() for one in trials] == [0] * 4
"""
        )
        sessions = self.by_pid()
        self.assertEqual(len(sessions), 5)
        first = min(self.sessions(), key=lambda one: self.facts(one)["openedUs"])
        others = [one for one in self.sessions() if one != first]
        self.assertEqual({self.facts(one)["inherited"] for one in others}, {os.path.basename(first)})
        self.assertEqual([len(self.points("w", one)) for one in others], [1] * 4)
        self.assertEqual(self.points("w", first), [])

    def test_a_bare_fork_that_starts_a_run_is_another_run(self):
        self.run_program(
            HEAD
            + """
if os.fork() == 0:
    provloom.start_run("www.example.org", "digits")
    provloom.log_metric("w", 1.0)
    sys.exit(0)
os.wait()
provloom.log_metric("m", 2.0)
"""
        )
        first, second = self.sessions()
        self.assertEqual([one["value"] for _, one in self.points(session=first)], [2.0])
        self.assertEqual([one["value"] for _, one in self.points(session=second)], [1.0])
        self.assertEqual([len(self.events("session.end", one)) for one in (first, second)], [1, 1])

    def test_a_child_that_starts_after_the_parents_run_has_ended_inherits_nothing(self):
        self.run_program(
            HEAD
            + """
provloom.end_run()
if os.fork() == 0:
    provloom.start_run("www.example.org", "digits")
    sys.exit(0)
os.wait()
"""
        )
        self.assertEqual([self.facts(one).get("inherited") for one in self.sessions()], [None, None])


if __name__ == "__main__":
    unittest.main()
