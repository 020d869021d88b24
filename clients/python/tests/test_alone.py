"""Without an agent: the client makes the spool and starts one where it can."""

import json
import os
import shutil
import stat
import sys
import unittest

from support import CLIENT, SpoolCase

PROGRAM = "import provloom\nwith provloom.start_run('www.example.org', 'digits', 'out', rank={rank}) as run:\n    provloom.log_metric('m', 1.0)\n    print(run.spool)"


class Alone(SpoolCase):
    def setUp(self):
        super().setUp()
        # A client that is not inside this repository, where a `provloom` would be found.
        self.site = os.path.join(self.spool, "site")
        shutil.copytree(os.path.join(CLIENT, "provloom"), os.path.join(self.site, "provloom"), ignore=shutil.ignore_patterns("__pycache__"))
        self.cwd = self.spool

    def environment(self, **more):
        environment = super().environment(PYTHONPATH=self.site, **more)
        for name in ("PROVLOOM_SPOOL_DIR", "PROVLOOM_AGENT"):
            del environment[name]
        environment["PROVLOOM_SPOOL_ROOT"] = os.path.join(self.spool, "root")
        environment.setdefault("PATH", "/usr/bin:/bin")
        return environment

    def agent(self, body):
        """A stand-in for the command `provloom`, which says how it was called."""
        path = os.path.join(self.spool, "provloom")
        with open(path, "w") as opened:
            opened.write("#!%s\n%s" % (sys.executable, body))
        os.chmod(path, 0o755)
        return path

    def test_it_makes_a_private_spool_that_can_be_imported_and_says_where_it_is_once(self):
        output, errors = self.run_program(PROGRAM.format(rank=3), PATH="/nonexistent", SLURM_JOB_ID="77", SLURM_STEP_ID="0",
                                          TORCHELASTIC_RESTART_COUNT="2", SECRET="x")  # fmt: skip
        spool = output.strip()
        self.assertEqual(errors, "provloom: no agent: `provloom` was not found, so this run is kept in %s; "
                         "make its graph later with: provloom import %s\n" % (spool, spool))  # fmt: skip
        self.assertRegex(os.path.basename(spool), r"^slurm-77\.0-r3-a2-[0-9a-f]{8}$")
        self.assertEqual(stat.S_IMODE(os.stat(spool).st_mode), 0o700)
        self.assertEqual(stat.S_IMODE(os.stat(os.path.join(self.spool, "root")).st_mode), 0o700)
        with open(os.path.join(spool, "spool.json")) as opened:
            facts = json.load(opened)
        self.assertEqual((facts["format"], facts["by"], facts["experimentName"], facts["provenanceSaveDir"]),
                         (1, "client", "digits", os.path.join(self.spool, "out")))  # fmt: skip
        self.assertEqual(facts["environment"],
                         {"SLURM_JOB_ID": "77", "SLURM_STEP_ID": "0", "TORCHELASTIC_RESTART_COUNT": "2"})  # fmt: skip
        self.spool = spool
        self.assertEqual([one["type"] for one in self.records()], ["session.start", "series", "point", "session.end"])

    def test_it_starts_the_agent_detached_when_the_stream_is_there(self):
        heard = os.path.join(self.spool, "heard.json")
        command = self.agent(
            "import json, os, sys\n"
            "spool = sys.argv[3]\n"
            "streams = os.listdir(os.path.join(spool, 'streams'))\n"
            "marks = [one for one in os.environ if one in ('PROVLOOM_SPOOL_DIR', 'PROVLOOM_AGENT', 'PROVLOOM_SESSION')]\n"
            "json.dump([sys.argv[1:], streams, os.getsid(0) == os.getpid(), marks], open(%r + '.tmp', 'w'))\n"
            "os.rename(%r + '.tmp', %r)\n" % (heard, heard, heard)
        )
        output, errors = self.run_program("import os, time\n" + PROGRAM.format(rank=None) + "\n    print(os.getpid())\n"
                                          "    while not os.path.exists(%r): time.sleep(0.005)" % heard, PROVLOOM_BIN=command)  # fmt: skip
        self.assertEqual(errors, "")
        spool, pid = output.split()
        with open(heard) as opened:
            words, streams, leader, marks = json.load(opened)
        self.assertEqual(words, ["agent", "--attach", spool, "--pid", pid, "--with-aggregator"])
        self.assertEqual((len(streams), leader, marks), (1, True, []))

    def test_an_agent_that_hangs_or_fails_holds_nothing_up(self):
        self.run_program(PROGRAM.format(rank=None), PROVLOOM_BIN=self.agent("raise SystemExit(1)"))
        _, errors = self.run_program(PROGRAM.format(rank=None), PROVLOOM_BIN="/nonexistent/provloom")
        self.assertIn("could not be started", errors)
        self.assertIn("provloom import", errors)

    def test_provloom_is_found_in_node_modules_above_the_working_folder(self):
        project = os.path.join(self.spool, "project")
        binary = os.path.join(project, "node_modules", ".bin")
        os.makedirs(binary)
        os.makedirs(os.path.join(project, "src"))
        shutil.copy(self.agent("open(%r, 'w').close()\n" % os.path.join(self.spool, "called")), binary)
        program = PROGRAM.format(rank=None) + "\n    import os, time\n    while not os.path.exists(%r): time.sleep(0.005)" % os.path.join(self.spool, "called")
        self.cwd = os.path.join(project, "src")
        _, errors = self.run_program(program, PATH="/nonexistent")
        self.assertEqual(errors, "")

    def test_ranks_that_start_at_once_have_a_spool_each(self):
        started = [self.start(PROGRAM.format(rank=rank), PATH="/nonexistent") for rank in range(8)]
        spools = [one.communicate(timeout=50)[0].strip() for one in started]
        self.assertEqual([one.returncode for one in started], [0] * 8)
        self.assertEqual(len(set(spools)), 8)
        self.assertEqual([("-r%d-" % rank) in os.path.basename(one) for rank, one in enumerate(spools)], [True] * 8)

    def test_a_root_that_belongs_to_somebody_else_or_is_a_link_is_not_used(self):
        real = os.path.join(self.spool, "elsewhere")
        os.mkdir(real)
        os.symlink(real, os.path.join(self.spool, "root"))
        output, _ = self.run_program(PROGRAM.format(rank=None), PATH="/nonexistent", TMPDIR=self.spool)
        self.assertEqual(os.listdir(real), [])
        self.assertTrue(output.startswith(os.path.join(self.spool, "provloom-%d" % os.getuid())), output)

    def test_with_no_folder_that_can_be_written_it_says_so_and_the_training_goes_on(self):
        program = ("import provloom\nimport provloom._spool as spool\nspool.root = lambda: ['/proc/nowhere']\n"
                   + PROGRAM.format(rank=None) + "\n    provloom.log_param('a', 1)")  # fmt: skip
        output, errors = self.run_program(program)
        self.assertEqual(output, "None\n")
        self.assertEqual(errors.count("\n"), 1)
        self.assertIn("PROVLOOM_SPOOL_ROOT", errors)


if __name__ == "__main__":
    unittest.main()
