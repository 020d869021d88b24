"""Every start_run..end_run of a process is a session with a folder of its own."""

import json
import os
import stat
import unittest

from support import SpoolCase

START = "provloom.start_run('www.example.org', 'digits')\n"


class Sequence(SpoolCase):
    def test_three_start_runs_in_a_loop_are_three_sessions_each_with_its_own_points(self):
        self.run_program(
            """
            import provloom
            for lr in (1.0, 2.0, 3.0):
                provloom.start_run("www.example.org", "digits")
                provloom.log_param("lr", lr)
                provloom.log_metric("m", lr)
                assert provloom.end_run()
            """
        )
        sessions = self.sessions()
        self.assertEqual(len(sessions), 3)
        self.assertEqual([self.facts(one)["seq"] for one in sessions], [0, 1, 2])
        for lr, session in zip((1.0, 2.0, 3.0), sessions):
            self.assertEqual([one["value"] for _, one in self.points(session=session)], [lr])
            self.assertEqual([one["value"] for one in self.events("param", session)], [str(lr)])
            (start,) = self.events("session.start", session)
            self.assertEqual(start["session"], os.path.basename(session))
            (end,) = self.events("session.end", session)
            self.assertEqual((end["status"], end["by"]), ("completed", "call"))

    def test_a_trial_that_raises_is_incomplete_and_the_next_one_is_a_session_of_its_own(self):
        _, errors = self.run_program(
            """
            import provloom
            for lr in (1, 2, 3):
                try:
                    provloom.start_run("www.example.org", "digits")
                    provloom.log_param("lr", lr)
                    if lr == 2:
                        raise ValueError(lr)
                    provloom.end_run()
                except ValueError:
                    continue
            """
        )
        first, second, third = self.sessions()
        self.assertEqual([self.events("session.end", one)[0]["status"] for one in (first, second, third)],
                         ["completed", "incomplete", "completed"])  # fmt: skip
        self.assertEqual([one["value"] for one in self.events("param", second)], ["2"])
        self.assertEqual([one["code"] for one in self.events("problem", second)], ["NOT_ENDED"])
        self.assertEqual(self.events("session.end", second)[0]["by"], "next")
        self.assertEqual(self.events("problem", first) + self.events("problem", third), [])
        self.assertEqual(errors.count("was not ended"), 1)

    def test_a_start_run_of_another_line_is_told_and_its_end_run_ends_nothing(self):
        output, errors = self.run_program(
            """
            import provloom
            outer = provloom.start_run("www.example.org", "digits")
            inner = provloom.start_run("www.example.org", "logger")
            provloom.log_param("a", 1)
            print(provloom.end_run(), outer.active)
            provloom.log_param("b", 2)
            print(provloom.end_run(), outer.active)
            """
        )
        self.assertEqual(output, "False True\nTrue False\n")
        self.assertEqual([one["type"] for one in self.records()],
                         ["session.start", "problem", "param", "param", "session.end"])  # fmt: skip
        self.assertEqual(errors.count("\n"), 1)

    def test_a_line_that_starts_again_and_again_inside_a_run_is_counted_once(self):
        output, _ = self.run_program(
            """
            import provloom
            run = provloom.start_run("www.example.org", "digits")
            for _ in range(5):
                provloom.start_run("www.example.org", "logger")
            provloom.end_run()
            print(run.active, provloom.end_run(), run.active)
            """
        )
        self.assertEqual(output, "True True False\n")
        self.assertEqual(len(self.sessions()), 1)

    def test_threads_join_the_session_that_is_open_and_the_last_end_run_ends_it(self):
        output, errors = self.run_program(
            """
            import provloom, threading
            together = threading.Barrier(4)
            ended = []
            def trial(number):
                for _ in range(2):
                    together.wait()
                    provloom.start_run("www.example.org", "digits")
                    together.wait()
                    for step in range(100):
                        provloom.log_metric("t%d" % number, 1.0, step=step)
                    together.wait()
                    ended.append(provloom.end_run())
            threads = [threading.Thread(target=trial, args=(number,)) for number in range(4)]
            for one in threads: one.start()
            for one in threads: one.join()
            print(sorted(ended))
            """
        )
        self.assertEqual(output, "[False, False, False, False, False, False, True, True]\n")
        first, second = self.sessions()
        self.assertEqual((len(self.points(session=first)), len(self.points(session=second))), (400, 400))
        self.assertEqual([one["status"] for one in self.events("session.end")], ["completed", "completed"])
        self.assertEqual(errors.count("another thread"), 1)

    def test_tasks_join_the_session_that_is_open_and_the_last_end_run_ends_it(self):
        output, errors = self.run_program(
            """
            import asyncio, provloom
            ended = []
            async def trial(number):
                provloom.start_run("www.example.org", "digits")
                for step in range(20 - 4 * number):
                    provloom.log_metric("t%d" % number, 1.0, step=step)
                    await asyncio.sleep(0)
                ended.append(provloom.end_run())
            async def trials():
                await asyncio.gather(*(trial(number) for number in range(4)))
            asyncio.run(trials())
            asyncio.run(trials())
            print(ended)
            """
        )
        self.assertEqual(output, "[False, False, False, True, False, False, False, True]\n")
        first, second = self.sessions()
        self.assertEqual((len(self.points(session=first)), len(self.points(session=second))), (56, 56))
        self.assertEqual([one["status"] for one in self.events("session.end")], ["completed", "completed"])
        self.assertEqual(self.events("problem"), [])
        self.assertEqual(errors.count("another task"), 1)

    def test_a_task_that_begins_again_or_follows_one_that_forgot_its_run_leaves_that_incomplete(self):
        self.run_program(
            """
            import asyncio, provloom
            async def trials(count):
                for number in range(count):
                    provloom.start_run("www.example.org", "digits")
                    await asyncio.sleep(0)
            asyncio.run(trials(2))
            asyncio.run(trials(1))
            provloom.end_run()
            """
        )
        ends = [self.events("session.end", session)[0]["status"] for session in self.sessions()]
        self.assertEqual(ends, ["incomplete", "incomplete", "completed"])
        self.assertEqual([one["code"] for one in self.events("problem")], ["NOT_ENDED", "NOT_ENDED"])

    def test_no_task_is_looked_for_where_asyncio_was_not_imported(self):
        output, _ = self.run_program("import sys, provloom\n" + START + "provloom.end_run()\nprint('asyncio' in sys.modules)")
        self.assertEqual(output, "False\n")

    def test_what_the_script_registered_with_atexit_before_its_run_is_recorded(self):
        self.run_program(
            "import atexit, os, provloom\natexit.register(lambda: provloom.log_param('late', os.getpid()))\n" + START + "if os.fork() == 0: raise SystemExit\nos.wait()"
        )
        self.session()
        self.assertEqual(len({one["value"] for one in self.events("param")}), 2)
        self.assertEqual(len(self.events("session.end")), 1)

    def test_a_thread_that_begins_again_does_not_end_the_session_of_the_others(self):
        self.run_program(
            """
            import provloom, threading
            provloom.start_run("www.example.org", "digits")
            def trials():
                for number in range(3):
                    provloom.start_run("www.example.org", "digits")
                    provloom.log_metric("m", float(number))
                    if number != 1:
                        provloom.end_run()
            thread = threading.Thread(target=trials)
            thread.start(); thread.join()
            provloom.log_metric("m", 9.0)
            """
        )
        self.session()
        self.assertEqual([one["value"] for _, one in self.points()], [0.0, 1.0, 2.0, 9.0])

    def test_in_a_notebook_the_next_start_run_ends_the_one_before(self):
        self.run_program("import sys, provloom\nsys.ps1 = '>>> '\n" + START + "provloom.log_param('a', 1)\n" + START + "provloom.log_param('b', 2)\nprovloom.end_run()")
        first, second = self.sessions()
        self.assertEqual(self.events("session.end", first)[0]["status"], "incomplete")
        self.assertEqual([one["code"] for one in self.events("problem")], ["NOT_ENDED"])
        self.assertEqual([one["key"] for one in self.events("param", second)], ["b"])

    def test_a_run_that_has_ended_does_not_end_the_next_one(self):
        output, _ = self.run_program(
            """
            import provloom
            with provloom.start_run("www.example.org", "one") as first:
                first.end()
                second = provloom.start_run("www.example.org", "two")
            print(first.active, second.active, first.name, second.name)
            """
        )
        self.assertEqual(output, "False True one two\n")

    def test_two_threads_that_start_at_once_open_one_session(self):
        self.run_program(
            """
            import provloom, sys, threading
            sys.setswitchinterval(1e-6)
            together = threading.Barrier(8)
            def work():
                together.wait()
                provloom.start_run("www.example.org", "digits")
            threads = [threading.Thread(target=work) for _ in range(8)]
            for one in threads: one.start()
            for one in threads: one.join()
            """
        )
        self.session()

    def becomes(self, then):
        """A program that begins a run, logs 1, and becomes another one, which logs 2."""
        return ("import os, sys, provloom\n" + START + "provloom.log_metric('m', 1.0)\n"
                "os.execv(sys.executable, [sys.executable, '-c', %r])" % ("import provloom\n" + then))  # fmt: skip

    def test_a_program_that_becomes_another_goes_on_in_its_session_until_that_begins_one(self):
        self.run_program(self.becomes("provloom.log_metric('m', 2.0)\nprovloom.end_run()\n"))
        self.session()
        self.assertEqual(sorted(one["value"] for _, one in self.points()), [1.0, 2.0])
        self.assertEqual(len(self.events("session.start")), 1)
        self.assertEqual([one["by"] for one in self.events("session.end")], ["call"])

    def test_a_program_that_becomes_another_which_begins_a_run_has_left_its_own_incomplete(self):
        again = START + "provloom.log_metric('m', 2.0)\nprovloom.end_run()\n"
        inside = "import os, sys, subprocess, provloom\nprovloom.start_run('www.example.org', 'outer')\n"
        for program in (
            self.becomes(again),
            self.becomes(again.replace("digits", "other")),
            self.becomes("provloom.log_metric('m', 1.0)\n" + again),
            inside + "subprocess.run([sys.executable, '-c', %r], check=True)\nprovloom.end_run()\n" % self.becomes(again),
        ):
            before = len(self.sessions())
            _, errors = self.run_program(program)
            *_, first, second = self.sessions()
            self.assertEqual(len(self.sessions()) - before, 3 if program.startswith(inside) else 2)
            self.assertEqual([(one["status"], one["by"]) for one in self.events("session.end", first)], [("incomplete", "next")])
            self.assertEqual([(one["status"], one["by"]) for one in self.events("session.end", second)], [("completed", "call")])
            self.assertEqual({one["value"] for _, one in self.points(session=first)}, {1.0})
            self.assertEqual([one["value"] for _, one in self.points(session=second)], [2.0])
            self.assertEqual([one["code"] for one in self.events("problem", first)], ["NOT_ENDED"])
            self.assertIn("start_run was called by another program than the one that this process was (exec)", errors)


class Folder(SpoolCase):
    def test_it_is_complete_private_and_says_what_the_process_is(self):
        output, _ = self.run_program(
            """
            import os, provloom
            run = provloom.start_run("www.example.org", "digits", "out", True, 50, 3, True, 8, "fold-1",
                                     "01A21DB7-75F9-7007-BEBA-2EAEFCFC6962")
            print(os.getpid(), run.spool)
            provloom.end_run()
            """,
            RANK="3", WORLD_SIZE="8", SLURM_JOB_ID="77", SECRET="x", PROVLOOM_SAVE_AFTER_N_LOGS="9", LOGNAME="me", USER="you",
        )  # fmt: skip
        pid, spool = output.split()
        session = self.session()
        self.assertEqual(session, spool)
        self.assertRegex(os.path.basename(session), r"^[0-9a-f]{16}$")
        facts = self.facts(session)
        self.assertRegex(facts.pop("hostId"), r"^[0-9a-f]{32}$")
        self.assertEqual(facts.pop("argv")[1], "-c")
        self.assertLess(abs(facts.pop("openedUs") - self.events("session.start")[0]["time"]), 1_000_000)
        self.assertEqual(facts.pop("parents")[0][0], os.getpid())
        for name in ("host", "executable", "start", "pidNamespace"):
            self.assertTrue(facts.pop(name), name)
        self.assertEqual(
            facts,
            {"format": 2, "session": os.path.basename(session), "seq": 0, "pid": int(pid), "uid": os.getuid(), "login": "me",
             "directory": os.getcwd(), "language": "python", "library": "provloom", "libraryVersion": "0.1.0",
             "environment": {"RANK": "3", "WORLD_SIZE": "8", "SLURM_JOB_ID": "77", "PROVLOOM_SAVE_AFTER_N_LOGS": "9"},
             "provUserNamespace": "www.example.org", "experimentName": "digits", "provenanceSaveDir": os.path.abspath("out"),
             "collectAllProcesses": True, "saveAfterNLogs": 50, "rank": 3, "worldSize": 8, "said": "call",
             "disableCodecarbon": True, "runName": "fold-1", "runId": "01a21db7-75f9-7007-beba-2eaefcfc6962"},
        )  # fmt: skip
        # What the agent of these tests is just writing has another name yet.
        there = sorted(name for name in os.listdir(session) if not name.endswith(".test"))
        self.assertEqual(there, ["control.json", "files", "ledgers", "session.json", "spare", "streams"])
        self.assertEqual(os.path.getsize(os.path.join(session, "spare")), 131072)
        self.assertEqual(stat.S_IMODE(os.stat(session).st_mode), 0o700)
        self.assertEqual(list(self.ledgers()), list(self.streams()))

    def test_a_run_id_that_is_none_is_told_and_as_if_it_were_not_given(self):
        _, errors = self.run_program(
            """
            import provloom
            for wrong in ("zz", "01a21db7-75f9-7007-beba-2eaefcfc696", "", None):
                provloom.start_run("www.example.org", "digits", run_id=wrong)
                provloom.end_run()
            """
        )
        self.assertEqual(errors.count("run_id must be the id of a run, a UUID as run.json has it, not str 'zz'"), 1)
        self.assertEqual([one for one in self.events("session.start") if "runId" in one], [])

    def test_passwords_of_the_command_line_are_cut(self):
        program = "import os, sys\nos.execv(sys.executable, [sys.executable, '-c', %r, '--password', 'hunter2', '--token=abc'])"
        self.run_program(program % ("import provloom\n" + START))
        self.assertEqual(self.facts(self.session())["argv"][-3:], ["--password", "***", "--token=***"])

    def test_the_process_names_its_newest_open_session_for_those_it_starts(self):
        output, _ = self.run_program(
            """
            import os, provloom
            name = os.path.join(os.environ["PROVLOOM_TREE"].split()[2], "current-%d" % os.getpid())
            for _ in range(2):
                run = provloom.start_run("www.example.org", "digits")
                print(open(name).read() == os.path.basename(run.spool))
                provloom.end_run()
                print(os.path.exists(name))
            """
        )
        self.assertEqual(output, "True\nFalse\nTrue\nFalse\n")

    def test_a_session_is_never_seen_half_made(self):
        # Whoever lists the folder at any moment finds complete sessions and names that begin with a dot.
        self.run_program(
            """
            import os, provloom
            sessions = os.path.join(os.environ["PROVLOOM_TREE"].split()[2], "sessions")
            real = os.rename
            def rename(before, after):
                if os.path.dirname(after) == sessions:
                    assert [one[0] for one in os.listdir(sessions)] == ["."], os.listdir(sessions)
                    assert len(os.listdir(os.path.join(before, "streams"))) == 1
                    assert len(os.listdir(os.path.join(before, "ledgers"))) == 1
                real(before, after)
            os.rename = rename
            provloom.start_run("www.example.org", "digits")
            """
        )
        self.session()

    def test_the_rank_is_asked_of_libraries_that_the_script_has_initialised(self):
        self.run_program(
            """
            import sys, types, provloom
            torch = types.ModuleType("torch.distributed")
            torch.is_available = torch.is_initialized = lambda: True
            torch.get_rank, torch.get_world_size = lambda: 2, lambda: 4
            sys.modules["torch.distributed"] = torch
            provloom.start_run("www.example.org", "one"); provloom.end_run()
            torch.is_initialized = lambda: False
            provloom.start_run("www.example.org", "two"); provloom.end_run()
            torch.is_initialized = lambda: 1 / 0
            mpi = types.ModuleType("mpi4py.MPI")
            mpi.Is_initialized, mpi.Is_finalized = lambda: True, lambda: False
            mpi.COMM_WORLD = types.SimpleNamespace(Get_rank=lambda: 5, Get_size=lambda: 6)
            sys.modules["mpi4py.MPI"] = mpi
            provloom.start_run("www.example.org", "three"); provloom.end_run()
            provloom.start_run("www.example.org", "four", rank=1); provloom.end_run()
            """
        )
        said = [tuple(self.facts(one).get(name) for name in ("rank", "worldSize", "said")) for one in self.sessions()]
        self.assertEqual(said, [(2, 4, "torch.distributed"), (None, None, None), (5, 6, "mpi4py"), (1, 6, "call")])

    def test_a_folder_that_the_wrapper_left_empty_is_enough(self):
        os.mkdir(os.path.join(self.spool, "sessions"))
        self.run_program("import provloom\n" + START)
        self.session()


class Ending(SpoolCase):
    def test_the_run_knows_its_directory_when_the_agent_has_told_it(self):
        output, _ = self.run_program(
            """
            import provloom
            run = provloom.start_run("www.example.org", "digits")
            print(run.end(), run.directory == "/prov/" + run.spool[-16:])
            """
        )
        self.assertEqual(output, "True True\n")

    def test_the_end_says_who_ended_it(self):
        self.run_program("import provloom\n" + START + "provloom.end_run()\n" + START)
        self.assertEqual([self.events("session.end", one)[0]["by"] for one in self.sessions()], ["call", "exit"])

    def test_what_was_dropped_is_told_at_the_end(self):
        _, errors = self.run_program("import provloom\n" + START + "provloom.log_metric('m', None)\nprovloom.end_run()")
        self.assertIn("1 log of digits was not recorded: 1 not-a-number", errors)
        self.assertEqual(self.dropped(), {"not-a-number": 1})


if __name__ == "__main__":
    unittest.main()
