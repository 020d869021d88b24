"""How the end of a process ends its session: what is told of it, and that its script sees nothing of that."""

import os
import re
import subprocess
import sys
import unittest

from support import CLIENT
from test_alone import PlainCase


class Exits(PlainCase):
    def exits(self, last, code):
        self.spool = self.cwd
        self.root = os.path.join(self.spool, os.urandom(4).hex())
        script = os.path.join(self.spool, "train.py")
        with open(script, "w") as opened:
            opened.write("import argparse, os, sys, provloom\nprovloom.start_run('www.example.org', 'digits')\nprovloom.log_metric('m', 1.0)\n" + last)
        done = subprocess.run([sys.executable, script], env=self.environment(**self.served()), stderr=subprocess.PIPE, cwd=self.spool, timeout=50)
        self.assertEqual(done.returncode, code, done.stderr)
        (tree,) = os.listdir(self.root)
        self.spool = os.path.join(self.root, tree)
        return self.ends()

    def test_a_script_that_just_ends_is_completed(self):
        self.assertEqual(self.exits("", 0), [("completed", "exit", [])])

    def test_a_script_that_exits_with_a_status_is_failed_and_with_none_is_completed(self):
        for last, code in (("sys.exit(3)", 3), ("exit(3)", 3), ("def f(): sys.exit('bad')\nf()", 1), ("argparse.ArgumentParser().error('x')", 2)):
            ((status, by, _),) = self.exits(last, code)
            self.assertEqual((status, by), ("failed", "exit"), last)
        for last in ("sys.exit()", "sys.exit(0)", "quit()", "try: sys.exit(3)\nexcept SystemExit: pass"):
            self.assertEqual(self.exits(last, 0), [("completed", "exit", [])], last)

    def test_what_a_script_exits_with_is_what_it_ended_of(self):
        for last, code, error in (("sys.exit(3)", 3, "exit status 3"), ("sys.exit('rank 2 is gone')", 1, "SystemExit: rank 2 is gone")):
            self.exits(last, code)
            self.assertEqual(self.events("session.end")[-1]["error"], error)

    def test_an_exit_code_is_told_as_the_system_sees_it(self):
        for status in ("3", "0", "256", "-1", "2**40", "2**40 + 5", "2**80", "-2**80", "True", "False", "None", "'text'", "0.0",
                       "(1, 2)", "SystemExit(6)"):  # fmt: skip
            for last in ("sys.exit(%s)", "def main():\n    sys.exit(%s)\nmain()"):
                with self.subTest(status=status, last=last):
                    code = subprocess.run([sys.executable, "-c", "import sys; sys.exit(%s)" % status], stderr=subprocess.PIPE).returncode
                    self.exits(last % status, code)
                    (end,) = self.events("session.end")
                    self.assertEqual(end["status"], "failed" if code else "completed")
                    self.assertEqual(end["exitCode"], code)

    def test_a_with_block_ends_by_what_leaves_it_and_says_no_exit_code(self):
        for leaves, code, ends in (("sys.exit(256)", 0, "completed"), ("sys.exit(-1)", 255, "failed"), ("raise KeyboardInterrupt", -2, "killed")):
            self.exits("provloom.end_run()\nwith provloom.start_run('www.example.org', 'next'): %s" % leaves, code)
            found = self.events("session.end")
            self.assertEqual(sorted(one["status"] for one in found), sorted(["completed", ends]))
            self.assertEqual([one for one in found if "exitCode" in one], [])

    def test_a_keyboard_interrupt_ends_as_python_does_by_its_signal(self):
        self.exits("raise KeyboardInterrupt", -2)
        (end,) = self.events("session.end")
        self.assertEqual((end["status"], end["signal"], end.get("exitCode")), ("killed", "SIGINT", None))
        self.assertIn("KeyboardInterrupt", end["error"])
        self.exits("try: raise KeyboardInterrupt\nexcept KeyboardInterrupt: pass", 0)
        self.assertEqual([one["status"] for one in self.events("session.end")], ["completed"])
        # What shows it may leave by another way.
        self.exits("sys.excepthook = lambda *what: sys.exit(9)\nraise KeyboardInterrupt", 9)
        (end,) = self.events("session.end")
        self.assertEqual((end["status"], end["exitCode"], end.get("signal")), ("failed", 9, None))

    def test_with_what_system_exit_was_raised_by_hand_is_not_made_up(self):
        for last in ("raise SystemExit(3)", "import threading\none = threading.Thread(target=sys.exit)\none.start()\none.join()\nraise SystemExit(3)"):
            self.exits(last, 3)
            self.assertEqual([(one["status"], one.get("exitCode")) for one in self.events("session.end")], [("incomplete", None)])

    def test_what_a_script_shows_by_its_hook_is_not_its_end(self):
        self.exits("try: 1 / 0\nexcept ZeroDivisionError: sys.excepthook(*sys.exc_info())", 0)
        self.assertEqual([(one["status"], one["exitCode"]) for one in self.events("session.end")], [("completed", 0)])

    def test_no_frame_of_ours_is_in_a_traceback_of_the_scripts(self):
        shown = "import traceback, multiprocessing\ndef show(call, *given):\n    try: call(*given)\n    except BaseException: traceback.print_exc()\n"
        for last, code in (
            ("show(sys.exit, 3)", 0), ("show(exit, 3)", 0), ("show(quit)", 0), ("show(sys.exit, 1, 2)", 0), ("1 / 0", 1),
            ("with provloom.start_run('www.example.org', 'other'): 1 / 0", 1), ("raise KeyboardInterrupt", -2),
            ("import threading\none = threading.Thread(target=divmod, args=(1, 0))\none.start()\none.join()", 0),
            ("sys.excepthook = lambda *what: traceback.print_stack()\n1 / 0", 1), ("sys.excepthook = lambda: 0\n1 / 0", 1),
            ("show(multiprocessing.get_context('spawn').Process(target=lambda: 0).start)", 0),
        ):  # fmt: skip
            for before in (shown, "import provloom\n" + shown):
                with self.subTest(last=last, before=before):
                    ours = self.shown(before + "import sys, provloom\nprovloom.start_run('www.example.org', 'digits')\n" + last, code)
                    self.assertNotIn(CLIENT, ours)
                    bare = self.shown("class provloom:\n    @staticmethod\n    def start_run(*names):\n        import contextlib\n"
                                      "        return contextlib.ExitStack()\n" + shown + "import sys\n" + last, code)  # fmt: skip
                    self.assertEqual(re.findall(r"^\S.*", ours, re.M), re.findall(r"^\S.*", bare, re.M))

    def shown(self, text, code):
        """What a script says on standard error, of itself."""
        self.spool = self.cwd
        self.root = os.path.join(self.spool, os.urandom(4).hex())
        script = os.path.join(self.spool, "train.py")
        with open(script, "w") as opened:
            opened.write(text)
        done = subprocess.run([sys.executable, script], env=self.environment(**self.served()), stderr=subprocess.PIPE, cwd=self.spool, timeout=50)
        self.assertEqual(done.returncode, code, done.stderr)
        return re.sub(r"(?m)^provloom: .*\n|0x[0-9a-f]+", "", done.stderr.decode())

    def test_the_status_that_main_returns_to_sys_exit_is_the_scripts(self):
        self.spool = self.cwd
        for status, ends in ((3, "failed"), (0, "completed")):
            self.root = os.path.join(self.cwd, "main%d" % status)
            script = os.path.join(self.cwd, "main.py")
            with open(script, "w") as opened:
                opened.write(
                    "import sys, provloom\n"
                    "def main():\n    provloom.start_run('www.example.org', 'digits')\n    return %d\n"
                    "if __name__ == '__main__':\n    sys.exit(main())\n" % status
                )
            done = subprocess.run([sys.executable, script], env=self.environment(**self.served()), stderr=subprocess.PIPE, timeout=50)
            self.assertEqual(done.returncode, status, done.stderr)
            self.spool = os.path.join(self.root, *os.listdir(self.root))
            self.assertEqual([one for one, _, _ in self.ends()], [ends])
            self.spool = self.cwd

    def test_an_error_at_a_prompt_is_not_the_end_of_the_run(self):
        self.exits("sys.ps1 = '>>> '\ntry: 1 / 0\nexcept ZeroDivisionError: sys.excepthook(*sys.exc_info())", 0)
        self.assertEqual([one for one, _, _ in self.ends()], ["completed"])

    def test_an_exception_is_failed_with_its_last_line(self):
        self.assertEqual(self.exits("1 / 0", 1), [("failed", "exit", ["ZeroDivisionError: division by zero"])])

    def test_what_follows_end_run_does_not_change_the_session(self):
        self.assertEqual(self.exits("provloom.end_run()\nsys.exit(3)", 3), [("completed", "call", [])])
        self.assertEqual(self.exits("provloom.end_run()\nos.kill(os.getpid(), 9)", -9), [("completed", "call", [])])

    def test_a_process_that_is_killed_has_no_end(self):
        self.assertEqual(self.exits("os.kill(os.getpid(), 9)", -9), [])

    def test_workers_of_multiprocessing_end_by_what_ends_them(self):
        for method in ("fork", "spawn"):
            ends = self.exits(
                "if __name__ != '__main__': provloom.end_run()\n"
                "import multiprocessing\n"
                "def work(rank):\n"
                "    provloom.start_run('www.example.org', 'digits', rank=rank)\n"
                "    if rank == 2: sys.exit(3)\n"
                "    if rank == 3: raise ValueError('bad')\n"
                "    if rank == 4: sys.exit(0)\n"
                "if __name__ == '__main__':\n"
                "    workers = [multiprocessing.get_context(%r).Process(target=work, args=(rank,)) for rank in range(1, 5)]\n"
                "    for one in workers: one.start()\n"
                "    for one in workers: one.join()\n" % method, 0,
            )  # fmt: skip
            by_rank = {self.facts(one).get("rank"): self.events("session.end", one)[0]["status"] for one in self.sessions()}
            self.assertEqual(by_rank, {None: "completed", 1: "completed", 2: "failed", 3: "failed", 4: "completed"}, method)
            self.assertEqual({by for _, by, _ in ends}, {"exit"})

    def test_sys_exit_stays_what_it_was_for_everybody_else(self):
        self.exits("import inspect\nassert sys.exit.__doc__ and inspect.signature(sys.exit).parameters\n"
                   "try: sys.exit(5)\nexcept SystemExit as error: assert error.code == 5\n"
                   "try: sys.exit()\nexcept SystemExit as error: assert error.code is None\n", 0)  # fmt: skip


if __name__ == "__main__":
    unittest.main()
