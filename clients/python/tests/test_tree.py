"""Which processes are one tree: a string in the environment says it, and what a launcher starts is another."""

import os
import subprocess
import sys
import unittest
import urllib.parse

from support import SpoolCase, host_id, process_start, write

SHOW = "import os, provloom\nprint(os.environ['PROVLOOM_TREE'])"


class TreeCase(SpoolCase):
    def setUp(self):
        super().setUp()
        self.agent.leave()
        os.unlink(os.path.join(self.spool, "spool.json"))

    def variable(self, pid=None, start=None, mark="-", host=None, last=None):
        pid = os.getpid() if pid is None else pid
        start = process_start(os.getpid()) if start is None else start
        last = "%d.%d" % (os.getpid(), process_start(os.getpid())) if last is None else last
        return "local-%s.%d.%d %s %s %s" % (host or host_id(), pid, start, mark, self.spool, last)

    def seen(self, tree=None, **more):
        """The fields that a process with this variable hands down."""
        if tree is not None:
            more["PROVLOOM_TREE"] = tree
        output, errors = self.run_program(SHOW, PROVLOOM_SPOOL_ROOT=os.path.join(self.spool, "root"), **more)
        self.assertEqual(errors, "")
        return [urllib.parse.unquote(one) for one in output.split()]

    def joins(self, *given, **more):
        return self.seen(*given, **more)[2] == self.spool


class Joining(TreeCase):
    def test_a_process_whose_founder_lives_joins_and_names_itself_as_the_last(self):
        program = "import os, provloom\nprint(os.environ['PROVLOOM_TREE'], os.getpid(), open('/proc/self/stat').read().rpartition(')')[2].split()[19])"
        output, _ = self.run_program(program, PROVLOOM_TREE=self.variable())
        key, mark, folder, last, pid, start = output.split()
        self.assertEqual((key, mark, folder), tuple(self.variable().split()[:3]))
        self.assertEqual(last, "%s.%s" % (pid, start))

    def test_a_dead_founder_of_a_tree_without_an_agent_is_not_joined(self):
        dead = subprocess.Popen(["true"])
        dead.wait()
        for last in ("1.1", "%d.%d" % (os.getpid(), process_start(os.getpid()) + 1)):
            self.assertFalse(self.joins(self.variable(pid=dead.pid, last=last)))
            self.assertFalse(self.joins(self.variable(start=process_start(os.getpid()) + 1, last=last)))

    def test_but_it_is_by_what_a_process_starts_that_goes_on_in_it(self):
        dead = subprocess.Popen(["true"])
        dead.wait()
        self.assertTrue(self.joins(self.variable(pid=dead.pid)))
        program = "import subprocess, sys\nsubprocess.run(['sh', '-c', '\"$@\"; true', 'sh', sys.executable, '-c', sys.argv[1]], check=True)"
        output = subprocess.run(
            [sys.executable, "-c", program, SHOW], stdout=subprocess.PIPE, check=True, universal_newlines=True,
            env=dict(self.environment(), PROVLOOM_TREE=self.variable(pid=dead.pid)),
        ).stdout  # fmt: skip
        self.assertEqual(output.split()[2], self.spool, "with other processes between")

    def test_a_dead_founder_of_a_tree_that_an_agent_serves_is(self):
        dead = subprocess.Popen(["true"])
        dead.wait()
        self.agent.beat()
        self.assertTrue(self.joins(self.variable(pid=dead.pid, last="1.1")))
        write(os.path.join(self.spool, "agent.json"), {"pid": dead.pid, "start": 1, "hostId": host_id(), "pidNamespace": 1})
        self.assertTrue(self.joins(self.variable(pid=dead.pid, last="1.1")), "an agent of another pid namespace has just written")
        os.utime(os.path.join(self.spool, "agent.json"), (1, 1))
        self.assertFalse(self.joins(self.variable(pid=dead.pid, last="1.1")))

    def test_another_host_is_another_tree(self):
        self.assertFalse(self.joins(self.variable(host="0" * 32)))

    def test_what_a_launcher_started_is_a_tree_of_its_own(self):
        last = "1.1"
        for name, value in (("TORCHELASTIC_RUN_ID", "none"), ("SLURM_JOB_ID", "7"), ("OMPI_COMM_WORLD_RANK", "0"), ("JOB_COMPLETION_INDEX", "1")):
            self.assertFalse(self.joins(self.variable(last=last), **{name: value}), name)
        for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_ADDR", "SLURM_PROCID"):
            self.assertTrue(self.joins(self.variable(last=last), **{name: "1"}), name)

    def test_unless_a_wrapper_founded_it_or_the_launcher_is_a_process_of_the_tree_itself(self):
        self.assertTrue(self.joins(self.variable(), SLURM_JOB_ID="7"), "its parent took the tree last")
        write(os.path.join(self.spool, "spool.json"), {"format": 2, "by": "client"})
        self.assertFalse(self.joins(self.variable(last="1.1"), SLURM_JOB_ID="7"))
        write(os.path.join(self.spool, "spool.json"), {"format": 2, "by": "agent"})
        self.assertTrue(self.joins(self.variable(last="1.1"), SLURM_JOB_ID="7"))

    def test_the_mark_holds_what_only_a_launcher_sets(self):
        _, mark, *_ = self.seen(SLURM_JOB_ID="7", SLURM_STEP_ID="0", RANK="3", PMI_RANK="5", TORCHELASTIC_RUN_ID="a b;%", FLUX_JOB_ID="", PROVLOOM_TREE="")
        self.assertEqual(mark, "TORCHELASTIC_RUN_ID=a b;%;SLURM_JOB_ID=7;SLURM_STEP_ID=0;PMI_RANK=1")
        again = "%s %s %s %s" % (self.variable().split()[0], urllib.parse.quote(mark, safe="/"), urllib.parse.quote(self.spool), "1.1")
        self.assertTrue(self.joins(again, SLURM_JOB_ID="7", SLURM_STEP_ID="0", PMI_RANK="0", TORCHELASTIC_RUN_ID="a b;%"))

    def test_a_variable_that_is_none_of_ours_founds(self):
        for text in ("", "x", "a b c d", "local-%s.x.y - /tmp 1.1" % host_id(), "local-%s.1.1 - relative 1.1" % host_id(), "%zz % / -", "- - - -"):
            fields = self.seen(text)
            self.assertEqual(fields[0].split(".")[0], "local-" + host_id(), text)
            self.assertEqual(os.path.dirname(fields[2]), os.path.join(self.spool, "root"))

    def test_folders_of_any_name_are_handed_down(self):
        folder = os.path.join(os.fsencode(self.spool), b"a b%\xc3\xa9")
        code = "import os, provloom\nprint(provloom._tree.decode(os.environ['PROVLOOM_TREE']).folder == provloom._current.tree.folder, os.path.isdir(os.path.dirname(run.spool)))".replace(
            "print", "run = provloom.start_run('a', 'b', rank=1)\nprint"
        )
        environment = {os.fsencode(name): os.fsencode(value) for name, value in self.environment(PROVLOOM_TREE="", PROVLOOM_BIN="/nothing").items()}
        environment[b"PROVLOOM_SPOOL_ROOT"] = folder
        done = subprocess.run([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(done.stdout, b"True True\n", done.stderr)
        (tree,) = os.listdir(folder)
        self.assertTrue(tree.startswith(b"local-"))

    def test_a_spool_root_whose_path_is_no_text_is_passed_over_and_no_other_folder_made_for_it(self):
        root = os.path.join(os.fsencode(self.work), b"root-\xff")
        environment = {os.fsencode(name): os.fsencode(value) for name, value in self.environment(PROVLOOM_TREE="", PROVLOOM_BIN="/nothing", TMPDIR=self.work).items()}
        environment[b"PROVLOOM_SPOOL_ROOT"] = root
        code = "import provloom\nprint(provloom.start_run('a', 'b').spool)"
        done = subprocess.run([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertTrue(done.stdout.startswith(os.fsencode(self.work) + b"/provloom-"), done.stderr)
        self.assertIn(b"its path is no UTF-8", done.stderr)
        self.assertEqual([one for one in os.listdir(os.fsencode(self.work)) if one.startswith(b"root")], [])

    def test_a_founder_that_is_killed_leaves_no_tree_that_nobody_can_serve(self):
        root = os.path.join(self.work, "killed")
        for step in ("put_json", "clear"):
            code = "import os, provloom\nprovloom._tree.%s = lambda *_: os._exit(9)\nprovloom.start_run('a', 'b')" % step
            done = subprocess.run([sys.executable, "-c", code], env=self.environment(PROVLOOM_TREE="", PROVLOOM_BIN="/nothing", PROVLOOM_SPOOL_ROOT=root))
            self.assertEqual(done.returncode, 9)
            for name in os.listdir(root):
                if name.startswith("local-"):
                    self.assertEqual(sorted(os.listdir(os.path.join(root, name))), ["sessions", "spool.json"], step)
        self.assertEqual(len([name for name in os.listdir(root) if name.startswith("local-")]), 1)

    def test_a_tree_that_lost_a_part_is_made_whole(self):
        root = os.path.join(self.work, "lost")
        code = """if True:
            import os, shutil, provloom
            def turn():
                folder = os.path.dirname(os.path.dirname(provloom.start_run("a", "b").spool))
                print(sorted(name for name in os.listdir(folder) if name in ("sessions", "spool.json")), os.listdir(%r) == [os.path.basename(folder)])
                provloom.end_run(wait=False)
                return folder
            folder = turn()
            os.unlink(os.path.join(folder, "spool.json"))
            shutil.rmtree(os.path.join(turn(), "sessions"))
            shutil.rmtree(turn())
            turn()
        """ % root
        output, _ = self.run_program(code, PROVLOOM_TREE="", PROVLOOM_BIN="/nothing", PROVLOOM_SPOOL_ROOT=root)
        self.assertEqual(output, "['sessions', 'spool.json'] True\n" * 4)

    def test_children_of_every_way_of_starting_are_in_the_tree(self):
        script = os.path.join(self.spool, "train.py")
        with open(script, "w") as opened:
            opened.write(
                "import multiprocessing, os, subprocess, sys\n"
                "import provloom\n"
                "def show(told): told.put(os.environ['PROVLOOM_TREE'].split()[0])\n"
                "if __name__ == '__main__':\n"
                "    mine = os.environ['PROVLOOM_TREE'].split()[0]\n"
                "    for method in ('fork', 'spawn', 'forkserver'):\n"
                "        context = multiprocessing.get_context(method)\n"
                "        told = context.SimpleQueue()\n"
                "        worker = context.Process(target=show, args=(told,)); worker.start()\n"
                "        assert told.get() == mine, method; worker.join()\n"
                "    code = \"import os, provloom; print(os.environ['PROVLOOM_TREE'].split()[0], end='')\"\n"
                "    assert subprocess.check_output([sys.executable, '-c', code]).decode() == mine\n"
            )
        self.run_program("import runpy\nrunpy.run_path(%r, run_name='__main__')" % script, PROVLOOM_TREE="")


class Namespaces(TreeCase):
    def test_in_a_pid_namespace_whose_proc_is_another_ones_children_are_in_the_tree_and_help(self):
        script = os.path.join(self.spool, "train.py")
        with open(script, "w") as opened:
            opened.write(
                "import os, subprocess, sys, provloom\n"
                "print(os.getpid(), os.environ['PROVLOOM_TREE'].split()[0], flush=True)\n"
                "if len(sys.argv) > 1: provloom.log_metric('m', 2.0); sys.exit()\n"
                "provloom.start_run('www.example.org', 'digits', rank=1)\n"
                "provloom.log_metric('m', 1.0)\n"
                "subprocess.check_call([sys.executable, sys.argv[0], 'child'])\n"
                "if os.fork() == 0: provloom.log_metric('m', 3.0); os._exit(0)\n"
                "os.wait()\n"
            )
        inside = ["unshare", "-fp", "--kill-child", sys.executable]
        if subprocess.run(inside + ["-c", ""], stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("no pid namespace can be made here")
        environment = self.environment(PROVLOOM_TREE="", PROVLOOM_SPOOL_ROOT=os.path.join(self.spool, "root"), PROVLOOM_BIN="/nothing")
        done = subprocess.run(inside + [script], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        (first, tree), (second, again) = (line.split() for line in done.stdout.splitlines())
        self.assertEqual((first, tree), ("1", again))
        self.assertRegex(tree, r"^local-%s\.1\.[1-9]\d+$" % host_id())
        self.spool = os.path.join(self.spool, "root", tree)
        self.session()
        self.assertEqual(sorted(one["value"] for _, one in self.points()), [1.0, 2.0, 3.0])


class OnlyInChildren(TreeCase):
    def keys(self, method, body, driver):
        script = os.path.join(self.spool, "train.py")
        with open(script, "w") as opened:
            opened.write(
                "import concurrent.futures, multiprocessing, os, sys\n"
                "def show(_=None):\n"
                "    import provloom\n"
                "    return os.environ['PROVLOOM_TREE'].split()[0].split('.')[1]\n"
                "def into(told): told.put(show())\n"
                + body
                + "if __name__ == '__main__':\n"
                "    context = multiprocessing.get_context(%r)\n"
                "    told = context.SimpleQueue()\n" % method
                + driver
            )
        environment = self.environment(PROVLOOM_TREE="", PROVLOOM_SPOOL_ROOT=os.path.join(self.spool, "root"))
        done = subprocess.Popen([sys.executable, script], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
        output, errors = done.communicate(timeout=60)
        self.assertEqual(done.returncode, 0, errors)
        return done.pid, set(output.split())

    def test_siblings_who_import_it_first_agree_on_their_parents_tree(self):
        for method in ("fork", "spawn", "forkserver"):
            pid, keys = self.keys(
                method, "",
                "    workers = [context.Process(target=into, args=(told,)) for _ in range(3)]\n"
                "    for one in workers: one.start()\n"
                "    for _ in workers: print(told.get())\n"
                "    for one in workers: one.join()\n",
            )  # fmt: skip
            self.assertEqual(keys, {str(pid)}, method)

    def test_and_so_do_children_of_children(self):
        for method in ("fork", "spawn"):
            pid, keys = self.keys(
                method,
                "def below(told):\n"
                "    worker = multiprocessing.get_context(%r).Process(target=into, args=(told,)); worker.start(); worker.join()\n" % method,
                "    workers = [context.Process(target=below, args=(told,)) for _ in range(2)]\n"
                "    for one in workers: one.start()\n"
                "    for _ in workers: print(told.get())\n"
                "    for one in workers: one.join()\n",
            )
            self.assertEqual(keys, {str(pid)}, method)

    def test_and_workers_of_pools(self):
        pid, keys = self.keys(
            "spawn", "",
            "    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:\n"
            "        print(*pool.map(show, range(4)))\n",
        )  # fmt: skip
        self.assertEqual(keys, {str(pid)})


if __name__ == "__main__":
    unittest.main()
