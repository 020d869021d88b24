"""log_source_code without a path: the script and nothing else, however the code came to Python."""

import hashlib
import os
import shutil
import subprocess
import sys
import unittest

from support import SpoolCase

PROGRAM = "import provloom\nprovloom.start_run('www.example.org', 'digits')\nprovloom.log_source_code()\n"
GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@b", "-C")


class Script(SpoolCase):
    def setUp(self):
        super().setUp()
        self.work = os.path.realpath(self.work)
        self.write(".env", "AWS_SECRET_ACCESS_KEY=abcd1234efgh5678\n")

    def write(self, name, text=PROGRAM, mode=0o644):
        path = os.path.join(self.work, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as opened:
            opened.write(text)
        os.chmod(path, mode)
        return path

    def python(self, *words, typed=None, at=None, **more):
        """What is told of a Python that is started so in the working folder."""
        done = subprocess.run([sys.executable] + list(words), env=self.environment(**more), cwd=at or self.work, input=typed,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, timeout=50)  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stderr

    def kept_file(self, artifact):
        return SpoolCase.kept(self, artifact)

    def kept(self):
        session = self.sessions()[-1]
        return [one["path"] for one in self.events("artifact", session)]

    def assert_no_script(self, errors):
        self.assertEqual(self.kept(), [])
        self.assertEqual(self.events("source", self.sessions()[-1]), [])
        self.assertEqual([one["code"] for one in self.events("problem", self.sessions()[-1])], ["NO_SCRIPT"])
        self.assertRegex(errors, r'\A[^\n]*there is no script file to record \(no git repository holds [^\n]*\); name what to '
                         r'record: log_source_code\("path"\)\n\Z')  # fmt: skip

    def test_code_that_lies_in_no_file_keeps_no_file_and_says_what_to_type(self):
        self.assert_no_script(self.python("-c", PROGRAM))
        self.assert_no_script(self.python("-c", PROGRAM, ".env"))
        self.assert_no_script(self.python(typed=PROGRAM))
        self.assert_no_script(self.python("-", ".env", typed=PROGRAM))
        self.assert_no_script(self.python("/dev/stdin", typed=PROGRAM))
        self.assert_no_script(self.python("-c", "import sys; sys.argv[0] = '.env'\n" + PROGRAM))

    def test_a_script_is_kept_alone(self):
        script = self.write("train.py")
        for words in (["train.py"], ["-m", "train"], ["-m", "cProfile", "train.py"]):
            self.python(*words)
            self.assertEqual(self.kept(), [script], words)
        archive = shutil.make_archive(os.path.join(self.work, "app"), "zip", os.path.dirname(self.write("app/__main__.py")))
        self.python(archive)
        self.assertEqual(self.kept(), [archive])

    def test_a_script_is_recorded_without_a_call_with_its_hash_and_as_it_was(self):
        text = "import provloom\nprovloom.start_run('www.example.org', 'digits')\nopen(__file__, 'w').write('changed')\n"
        script = self.write("train.py", text, 0o640)
        with open(script, "rb") as opened:
            digest = hashlib.sha256(opened.read()).hexdigest()
        self.assertEqual(self.python("-m", "train"), "")
        (one,) = self.events("artifact")
        self.assertEqual((one["kind"], one["role"], one["name"], one["path"], one["copy"], one["sha256"], one["mode"]),
                         ("script", "input", "train.py", script, True, digest, 0o640))  # fmt: skip
        with open(self.kept_file(one)) as opened:
            self.assertEqual(opened.read(), text)
        self.assertFalse({"context", "step"} & set(one))
        self.assertEqual(self.facts(self.session())["script"], script)

    def test_each_session_has_the_script_and_a_rank_that_was_spawned_too(self):
        self.write("train.py", """
import multiprocessing, os, provloom
def rank():
    os.environ["RANK"] = "1"
    with provloom.Context.TRAINING: provloom.log_metric("loss", 1.0)
if __name__ == "__main__":
    for name in "ab":
        provloom.start_run("www.example.org", name, rank=0)
        if name == "b":
            child = multiprocessing.get_context("spawn").Process(target=rank)
            child.start(); child.join()
        provloom.end_run(wait=False)
""")
        self.python("train.py")
        told = [[(one["kind"], one["name"], one.get("context")) for one in self.events("artifact", session)] for session in self.sessions()]
        self.assertEqual(told, [[("script", "train.py", None)]] * 3)

    def test_a_program_that_is_installed_is_no_script(self):
        home = os.path.join(self.work, "tool")
        program = self.write("tool/venv/bin/tool")
        self.write("tool/venv/pyvenv.cfg", "")
        self.write("tool/pyenv/shims/tool")
        self.write("tool/user/bin/tool")
        self.write("tool/user/lib/python3.9/site-packages/tool.py")
        os.symlink(program, self.work + "/link")
        named = [os.path.join(home, one) for one in ("venv/bin/tool", "pyenv/shims/tool", "user/bin/tool")]
        for words in [[one] for one in named] + [[self.work + "/link"], ["-m", "tool"]]:
            self.assert_no_script(self.python(*words, PYTHONPATH=self.environment()["PYTHONPATH"] + os.pathsep
                                              + os.path.join(home, "user/lib/python3.9/site-packages")))  # fmt: skip

    def test_a_bin_folder_of_a_project_holds_scripts(self):
        script = self.write("bin/train")
        self.python("bin/train")
        self.assertEqual(self.kept(), [script])

    @unittest.skipUnless(shutil.which("git"), "there is no git")
    def test_without_a_script_the_commit_of_the_working_folder_is_recorded(self):
        subprocess.run(GIT + (self.work, "init", "-q"), check=True)
        errors = self.python("-c", PROGRAM)
        self.assertIn("there is no script file to record (the repository %s has no commit yet)" % self.work, errors)
        subprocess.run(GIT + (self.work, "commit", "-qm", "x", "--allow-empty"), check=True)
        self.assertEqual(self.python("-c", PROGRAM), "")
        source = self.events("source", self.sessions()[-1])[-1]
        commit = subprocess.run(GIT + (self.work, "rev-parse", "HEAD"), stdout=subprocess.PIPE).stdout.decode().strip()
        self.assertEqual((source["commit"], source["path"], self.kept()), (commit, self.work, []))

    def test_a_notebook_is_the_script_of_its_cells(self):
        notebook = self.write("sub/nb.ipynb", "{}")
        # What IPython is to us: the shell that a module of this name gives.
        self.write("IPython.py", "user_ns = {}\nimport sys\ndef get_ipython(): return sys.modules[__name__]\n")
        cell = "import IPython\n" + PROGRAM
        self.assert_no_script(self.python("-c", cell, PYTHONPATH=self.environment()["PYTHONPATH"] + os.pathsep + self.work))
        for name, before in (("", "IPython.user_ns['__vsc_ipynb_file__'] = %r\n" % notebook), ("sub/nb.ipynb", ""), (notebook, "")):
            self.python("-c", "import IPython\n" + before + PROGRAM, at=os.path.dirname(notebook), JPY_SESSION_NAME=name,
                        PYTHONPATH=self.environment()["PYTHONPATH"] + os.pathsep + self.work)  # fmt: skip
            self.assertEqual(self.kept(), [notebook])


if __name__ == "__main__":
    unittest.main()
