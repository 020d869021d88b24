"""A plain `python train.py`: the client founds the tree, starts the agent, and says what a wrapper would say."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import unittest

from support import CLIENT, SpoolCase

PROGRAM = "import os, sys, provloom\nwith provloom.start_run('www.example.org', 'digits', 'out', rank={rank}) as run:\n    provloom.log_metric('m', 1.0)\n    print(run.spool)\n"
#: An agent as far as a client can tell; it goes when told, or when the process that made the tree is gone.
AGENT = """
import os, support
tree = sys.argv[sys.argv.index("--tree") + 1]
agent = support.Agent(tree, **%s)
agent.beat()
agent.start()
founder = int(os.path.basename(tree).split(".")[1])
while support.lives(founder): agent.stopped.wait(0.01)
agent.leave()
"""


class PlainCase(SpoolCase):
    def setUp(self):
        super().setUp()
        self.agent.leave()
        # A client that is not inside this repository, where a `provloom` would be found.
        self.site = os.path.join(self.spool, "site")
        shutil.copytree(os.path.join(CLIENT, "provloom"), os.path.join(self.site, "provloom"), ignore=shutil.ignore_patterns("__pycache__"))
        # On a busy machine a command takes its time to start.
        self.settings("_limits.py", "END_STILL_MS = 5000", "END_STILL_MS = END_MS = 40000")
        self.root = os.path.join(self.spool, "root")
        self.cwd = self.spool

    def settings(self, file, before, after):
        """Other numbers in the copy of the client."""
        path = os.path.join(self.site, "provloom", file)
        with open(path) as opened:
            text = opened.read()
        self.assertIn(before, text)
        with open(path, "w") as opened:
            opened.write(text.replace("\nEND_MS = 20_000\n", "\n").replace(before, after))

    def environment(self, **more):
        environment = super().environment()
        del environment["PROVLOOM_TREE"]
        environment.update(PYTHONPATH=self.site, PROVLOOM_SPOOL_ROOT=self.root, PROVLOOM_BIN=self.command("", "nothing"))
        environment.update(more)
        return {name: value for name, value in environment.items() if value is not None}

    def served(self, **control):
        """The variable that names a command whose agent answers."""
        return {"PROVLOOM_BIN": self.command(AGENT % control)}

    def run_plain(self, program, code=0, **more):
        """As run_program; what is looked at afterwards is the tree that it made."""
        done = self.run_program(program, code, **more)
        (tree,) = os.listdir(self.root)
        self.spool = os.path.join(self.root, tree)
        return done

    def ends(self):
        return [(one["status"], one.get("by"), one.get("error", "").splitlines()[-1:]) for one in self.events("session.end")]


class Starting(PlainCase):
    def test_it_makes_a_private_tree_that_can_be_imported_and_says_where_it_is_once(self):
        output, errors = self.run_plain(PROGRAM.format(rank=3), PATH="/nothing", PROVLOOM_BIN=None, SLURM_JOB_ID="77", SECRET="x")
        session = output.strip()
        self.assertEqual(errors, "provloom: no agent: `provloom` was not found, so this run is kept in %s; "
                         "make its graph later with: provloom import %s\n" % (session, session))  # fmt: skip
        self.assertEqual(os.path.dirname(os.path.dirname(session)), self.spool)
        self.assertEqual([stat.S_IMODE(os.stat(one).st_mode) for one in (self.root, self.spool, session)], [0o700] * 3)
        with open(os.path.join(self.spool, "spool.json")) as opened:
            facts = json.load(opened)
        found = re.fullmatch(r"local-([0-9a-f]{32})\.(\d+)\.(\d+)", os.path.basename(self.spool))
        self.assertEqual((facts["hostId"], facts["pid"], facts["start"]), (found[1], int(found[2]), int(found[3])))
        self.assertEqual((facts["format"], facts["by"], facts["key"], facts["launcherMark"], facts["uid"], facts["version"]),
                         (2, "client", found[0], "SLURM_JOB_ID=77", os.getuid(), "0.1.0"))  # fmt: skip
        self.assertEqual(self.facts(session)["environment"]["SLURM_JOB_ID"], "77")
        self.assertNotIn("SECRET", self.facts(session)["environment"])
        self.assertEqual([one["type"] for one in self.records()], ["session.start", "series", "point", "session.end"])

    def test_importing_it_makes_no_folder_and_hands_the_tree_down(self):
        output, _ = self.run_program("import os, provloom\nprint(os.environ['PROVLOOM_TREE'], os.getpid())")
        key, mark, folder, last, pid = output.split()
        self.assertFalse(os.path.exists(self.root))
        self.assertEqual((folder, mark, last.split(".")[0]), (os.path.join(self.root, key), "-", pid))

    def test_it_starts_an_orphaned_agent_when_the_session_is_there(self):
        heard = os.path.join(self.spool, "heard.json")
        command = self.command(
            "import json, os\n"
            "sessions = os.listdir(os.path.join(sys.argv[3], 'sessions'))\n"
            "facts = [sys.argv[1:], sessions, os.getppid(), os.getsid(0), 'PROVLOOM_TREE' in os.environ]\n"
            "json.dump(facts, open(%r + '.tmp', 'w'))\n"
            "os.rename(%r + '.tmp', %r)\n" % (heard, heard, heard)
        )
        output, errors = self.run_plain(
            "import os\n" + PROGRAM.format(rank=None)
            + "    print(os.getpid(), os.getsid(0), flush=True)\n    while not os.path.exists(%r): pass\n    os._exit(0)" % heard,
            PROVLOOM_BIN=command, code=0,
        )  # fmt: skip
        session, pid, group = output.split()
        with open(heard) as opened:
            words, sessions, parent, leader, named = json.load(opened)
        self.assertEqual(words, ["agent", "--tree", self.spool])
        self.assertEqual(sessions, [os.path.basename(session)])
        self.assertNotEqual(parent, int(pid))
        self.assertNotEqual(leader, int(group))
        self.assertFalse(named)
        self.assertEqual(errors, "provloom: recording digits, graph in out       follow: provloom watch out\n")

    def test_sessions_of_a_tree_with_a_living_agent_start_no_other(self):
        log = os.path.join(self.spool, "started")
        command = self.command("open(%r, 'a').write('x')\n" % log + AGENT % {})
        self.run_plain("import provloom, subprocess\n" + 3 * "with provloom.start_run('www.example.org', 'digits') as run: pass\n"
                       "provloom.end_run()\n", PROVLOOM_BIN=command)  # fmt: skip
        with open(log) as opened:
            self.assertEqual(opened.read(), "x")
        self.assertEqual(len(self.sessions()), 3)

    def test_ranks_that_begin_at_once_start_one_agent_between_them(self):
        log = os.path.join(self.spool, "started")
        command = self.command("open(%r, 'a').write('x')\n" % log + AGENT % {})
        script = os.path.join(self.spool, "train.py")
        with open(script, "w") as opened:
            opened.write(
                "import multiprocessing\n"
                "def work(rank, together):\n"
                "    import provloom\n"
                "    together.wait()\n"
                "    provloom.start_run('www.example.org', 'digits', rank=rank, world_size=4)\n"
                "    provloom.log_metric('m', float(rank))\n"
                "    together.wait()\n"
                "    provloom.end_run()\n"
                "if __name__ == '__main__':\n"
                "    context = multiprocessing.get_context('spawn')\n"
                "    together = context.Barrier(4)\n"
                "    workers = [context.Process(target=work, args=(rank, together)) for rank in range(4)]\n"
                "    for one in workers: one.start()\n"
                "    for one in workers: one.join()\n"
                "    assert [one.exitcode for one in workers] == [0] * 4\n"
            )
        self.run_plain("import runpy\nrunpy.run_path(%r, run_name='__main__')" % script, PROVLOOM_BIN=command)
        with open(log) as opened:
            self.assertEqual(opened.read(), "x")
        self.assertEqual(sorted(self.facts(one)["rank"] for one in self.sessions()), [0, 1, 2, 3])

    def test_of_those_who_look_at_once_one_claims_to_start_the_agent_and_the_next_when_that_is_over(self):
        output, _ = self.run_program(
            "import multiprocessing, os\n"
            "from provloom import _agent, _tree\n"
            "fork = multiprocessing.get_context('fork')\n"
            "tree, together, put = _tree.Tree('local-h.1.1', '', %r), fork.Barrier(4), _agent.put\n"
            "def look(pipe):\n"
            "    _agent.put = lambda *what: (together.wait(), put(*what))\n"
            "    pipe.send(_agent._claim(tree))\n"
            "    together.wait()\n"
            "for _ in range(2):\n"
            "    pipes = [fork.Pipe() for _ in range(4)]\n"
            "    ones = [fork.Process(target=look, args=(pipe[1],)) for pipe in pipes]\n"
            "    for one in ones: one.start()\n"
            "    print(sorted(os.path.basename(pipe[0].recv() or '') for pipe in pipes))\n"
            "    for one in ones: one.join()\n" % self.spool
        )
        self.assertEqual(output.splitlines(), ["['', '', '', 'agent.starting.0']", "['', '', '', 'agent.starting.1']"])

    def test_a_tree_that_its_agent_takes_away_at_this_moment_is_made_again(self):
        self.run_plain(
            "import os, shutil, provloom\n"
            "from provloom import _session_folder\n"
            "make = _session_folder.make\n"
            "def late(spool, facts):\n"
            "    _session_folder.make = make\n"
            "    shutil.rmtree(os.path.dirname(os.path.dirname(spool)))\n"
            "    make(spool, facts)\n"
            "_session_folder.make = late\n"
            "with provloom.start_run('www.example.org', 'digits'): provloom.log_param('a', 1)\n",
            PROVLOOM_BIN="/nothing/provloom",
        )
        self.assertEqual([one["type"] for one in self.records()], ["session.start", "param", "session.end"])

    def test_provloom_is_found_in_node_modules_above_the_working_folder(self):
        project = os.path.join(self.spool, "project")
        binary = os.path.join(project, "node_modules", ".bin")
        os.makedirs(binary)
        os.makedirs(os.path.join(project, "src"))
        called = os.path.join(self.spool, "called")
        shutil.copy(self.command("open(%r, 'w').close()\n" % called), os.path.join(binary, "provloom"))
        self.cwd = os.path.join(project, "src")
        _, errors = self.run_plain(PROGRAM.format(rank=None) + "    while not os.path.exists(%r): pass\n    os._exit(0)" % called,
                                   PATH="/usr/bin:/bin", PROVLOOM_BIN=None)  # fmt: skip
        self.assertNotIn("no agent", errors)

    def test_a_command_that_is_not_there_is_told(self):
        _, errors = self.run_plain(PROGRAM.format(rank=None), PROVLOOM_BIN="/nothing/provloom")
        self.assertIn("no agent: /nothing/provloom could not be started", errors)
        self.assertEqual(errors.count("provloom import"), 1)

    def test_each_run_that_is_kept_is_named_once(self):
        _, errors = self.run_plain("import provloom\nfor _ in range(3):\n    with provloom.start_run('a', 'b'): pass", PROVLOOM_BIN="/nothing")
        self.assertEqual([errors.count("provloom import %s\n" % one) for one in self.sessions()], [1, 1, 1])

    def test_a_misspelt_variable_is_told_with_the_nearest_name(self):
        _, errors = self.run_plain(PROGRAM.format(rank=None), PROVLOOM_SAVE_AFTER_N_LOG="5", PROVLOOM_WHATEVER_ELSE="x", **self.served())
        self.assertIn("provloom: PROVLOOM_SAVE_AFTER_N_LOG means nothing to Provloom; did you mean PROVLOOM_SAVE_AFTER_N_LOGS?\n", errors)
        self.assertIn("provloom: PROVLOOM_WHATEVER_ELSE means nothing to Provloom\n", errors)


class Places(PlainCase):
    def test_a_root_that_is_a_file_a_link_or_cannot_be_written_is_not_used_which_is_told(self):
        real = os.path.join(self.spool, "elsewhere")
        os.mkdir(real)
        for make in (lambda: os.symlink(real, self.root), lambda: open(self.root, "w").close()):
            make()
            output, errors = self.run_program(PROGRAM.format(rank=None), TMPDIR=self.spool, **self.served())
            self.assertEqual(os.listdir(real), [])
            self.assertTrue(output.startswith(os.path.join(self.spool, "provloom-%d" % os.getuid())), output)
            self.assertEqual(errors.count("provloom: the spool cannot be in %s (%s is not a folder of this user)" % (self.root, self.root)), 1)
            os.unlink(self.root)

    def test_a_root_that_turns_out_bad_is_told_and_the_children_are_told_the_other(self):
        output, errors = self.run_program(
            """
            import os, provloom
            root = os.environ["PROVLOOM_SPOOL_ROOT"]
            open(root, "w").close()
            run = provloom.start_run("www.example.org", "digits", rank=1)
            print(run.spool, os.environ["PROVLOOM_TREE"].split()[2])
            """,
            TMPDIR=self.spool, **self.served(),
        )  # fmt: skip
        session, tree = output.split()
        self.assertEqual(os.path.dirname(os.path.dirname(session)), tree)
        self.assertTrue(tree.startswith(os.path.join(self.spool, "provloom-")), tree)
        self.assertIn("the spool cannot be in %s" % self.root, errors)

    def test_a_folder_for_temporary_files_that_is_not_there_is_not_made(self):
        gone = os.path.join(self.spool, "gone", "tmp")
        output, _ = self.run_program("import provloom, os\nprint(provloom._current.tree.folder, provloom._current.tree.passed)", TMPDIR=gone, PROVLOOM_SPOOL_ROOT=None)
        self.assertFalse(output.startswith(gone), output)
        self.assertIn("there is no %s" % gone, output)
        self.assertFalse(os.path.exists(os.path.dirname(gone)))

    def test_with_no_folder_that_can_be_written_it_says_so_and_the_training_goes_on(self):
        program = ("import provloom, provloom._join as join\njoin.roots = lambda: []\nprovloom._current.tree.folder = '/proc/nowhere/x'\n"
                   + PROGRAM.format(rank=None) + "    provloom.log_param('a', 1)\nprint(provloom.end_run())")  # fmt: skip
        output, errors = self.run_program(program)
        self.assertEqual(output, "None\nFalse\n")
        self.assertEqual(errors.count("\n"), 1)
        self.assertIn("PROVLOOM_SPOOL_ROOT", errors)

    def test_it_works_in_a_working_folder_that_is_gone(self):
        self.run_plain("import os\nos.mkdir('gone')\nos.chdir('gone')\nos.rmdir('../gone')\nimport provloom\n"
                       "provloom.start_run('a', 'b')\nprovloom.log_metric('m', 1.0)\nprovloom.end_run()", **self.served())  # fmt: skip
        self.assertEqual(len(self.points()), 1)


class Saying(PlainCase):
    def test_one_line_at_the_start_and_one_at_the_end(self):
        _, errors = self.run_plain(
            "import provloom\nprovloom.start_run('www.example.org', 'digits')\n"
            "for i in range(1028): provloom.log_metric('m', 1.0, 'training')\nprovloom.log_param('a', 1)\nassert provloom.end_run()",
            **self.served(runDir=os.path.join(self.spool, "prov", "digits_0"), status="completed", logs=1029),
        )  # fmt: skip
        self.assertEqual(errors, "provloom: recording digits, graph in prov       follow: provloom watch\n"
                         "provloom: run prov/digits_0 completed, 1,029 logs       next: provloom show prov/digits_0\n")  # fmt: skip

    def test_a_daemon_that_ends_the_run_of_a_process_that_is_gone_is_told_that_it_is_incomplete(self):
        program = (
            "import os, provloom\nprovloom.start_run('www.example.org', 'digits')\nstarted = os.getpid()\n"
            "if os.fork(): os._exit(0)\nprovloom.log_metric('m', 1.0)\nwhile os.getppid() == started: pass\n"
            "print(provloom.end_run(), started)"
        )
        output, errors = self.run_plain(program, PROVLOOM_QUIET="1")
        done, began = output.split()
        self.assertEqual(done, "False")
        self.assertEqual(errors.splitlines()[-1], "provloom: run digits: end_run here ends only what this process logs; the process that "
                         "began the run, %s, has ended without end_run: it is incomplete" % began)  # fmt: skip
        self.assertEqual(self.events("session.end"), [])

    def test_in_the_root_folder_paths_keep_their_slash(self):
        _, errors = self.run_plain(
            "import os, provloom\nos.chdir('/')\nprovloom.start_run('www.example.org', 'digits', '/data/prov')\nassert provloom.end_run()",
            **self.served(runDir="/data/prov/digits_0", status="completed", logs=1),
        )  # fmt: skip
        self.assertEqual(errors, "provloom: recording digits, graph in /data/prov       follow: provloom watch /data/prov\n"
                         "provloom: run /data/prov/digits_0 completed, 1 log       next: provloom show /data/prov/digits_0\n")  # fmt: skip

    def test_a_run_whose_end_is_not_written_yet_is_not_said_to_have_ended(self):
        _, errors = self.run_plain(
            "import provloom\nprovloom.start_run('www.example.org', 'digits')\nassert provloom.end_run()",
            **self.served(runDir=os.path.join(self.spool, "prov", "digits_0"), status="running", logs=1),
        )  # fmt: skip
        self.assertTrue(errors.endswith("provloom: run prov/digits_0: this session is in its graph, 1 log; the run's end is "
                                        "still being written\n"), errors)  # fmt: skip

    def test_ranks_that_go_on_are_named(self):
        for missing, words in (([1, 3], "ranks 1, 3"), ([2], "rank 2")):
            _, errors = self.run_program(PROGRAM.format(rank=0), **self.served(runDir="/data/prov/digits_0", missing=missing))
            self.assertIn("provloom: run /data/prov/digits_0: this rank is in, goes on: %s\n" % words, errors)

    def test_quiet_silences_the_two_lines_and_not_what_went_wrong(self):
        _, errors = self.run_program(PROGRAM.format(rank=None), PROVLOOM_QUIET="1", **self.served())
        self.assertEqual(errors, "")
        _, errors = self.run_program(PROGRAM.format(rank=None), PROVLOOM_QUIET="1", PROVLOOM_BIN="/nothing")
        self.assertIn("no agent", errors)

    def test_other_ranks_say_nothing_and_do_not_wait(self):
        _, errors = self.run_plain(PROGRAM.format(rank=2), **self.served(rank=2))
        self.assertEqual(errors, "")

    def test_what_the_agent_has_to_say_is_printed_once_each(self):
        notices = [{"code": "A", "message": "the first"}, {"code": "B", "message": "the second"}]
        _, errors = self.run_program(PROGRAM.format(rank=None), **self.served(notices=notices))
        self.assertEqual((errors.count("provloom: the first\n"), errors.count("provloom: the second\n")), (1, 1))

    def test_without_an_answer_it_says_why_where_and_what_to_type(self):
        output, errors = self.run_plain(
            "import provloom._limits as limits\nlimits.END_STILL_MS = 50\n" + PROGRAM.format(rank=None) + "print(provloom.end_run())"
        )
        session = output.split()[0]
        self.assertEqual(errors.splitlines()[1:], [
            "provloom: not in a graph yet: no agent lives; kept in %s; hand in: provloom import %s" % (session, session)])  # fmt: skip

    def test_why_a_session_was_refused_is_said_at_its_end(self):
        output, errors = self.run_plain(PROGRAM.format(rank=None), **self.served(state="refused", message="the save directory is a file"))
        self.assertIn("provloom: not in a graph yet: the save directory is a file; kept in %s" % output.strip(), errors)


if __name__ == "__main__":
    unittest.main()
