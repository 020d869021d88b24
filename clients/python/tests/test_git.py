"""What is recorded of the source code: its commit, or why there is none."""

import hashlib
import os
import shutil
import stat
import subprocess
import unittest

from support import SpoolCase

HEAD = "import provloom\nrun = provloom.start_run('www.example.org', 'digits')\n"
HERE = HEAD + "import os\nprovloom.log_source_code(os.environ['F'])"
QUIET = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b",
         "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}  # fmt: skip


@unittest.skipUnless(shutil.which("git"), "there is no git")
class Git(SpoolCase):
    def git(self, folder, *words):
        done = subprocess.run(("git", "-C", folder) + words, check=True, stdout=subprocess.PIPE, env=dict(os.environ, **QUIET))
        return done.stdout.decode().strip()

    def folder(self, *names):
        folder = os.path.join(self.work, *names)
        os.makedirs(folder)
        return folder

    def repository(self, *names, commit=True):
        folder = self.folder(*(names or ("work",)))
        self.git(folder, "init", "-q", "-b", "main")
        self.write(folder, "train.py", "a = 1\n")
        if commit:
            self.git(folder, "add", ".")
            self.git(folder, "commit", "-qm", "x")
        return folder

    def write(self, folder, name, text="x"):
        os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
        with open(os.path.join(folder, name), "w") as opened:
            opened.write(text)

    def recorded(self, folder, **more):
        """The event of one run in a folder, and what was told."""
        _, errors = self.run_program(HERE, F=folder, PWD=folder, **dict(QUIET, **more))
        found = self.events("source", self.sessions()[-1])[-1]
        return found, errors

    def test_commit_branch_and_changes_are_recorded_without_the_remotes_credentials(self):
        folder = self.repository()
        self.git(folder, "remote", "add", "origin", "https://me:secret@example.org/r.git")
        clean, errors = self.recorded(folder)
        self.assertEqual((clean["remote"], clean["branch"], clean["dirty"]), ("https://example.org/r.git", "main", False))
        self.assertEqual((clean["commit"], clean.get("problem"), errors), (self.git(folder, "rev-parse", "HEAD"), None, ""))
        self.write(folder, "train.py", "a = 2\n")
        dirty, _ = self.recorded(os.path.join(folder, "train.py"))
        diff = subprocess.run(["git", "-C", folder, "diff", "--no-color", "--binary", "HEAD"], stdout=subprocess.PIPE).stdout
        self.assertEqual((dirty["dirty"], dirty["diffSha256"]), (True, hashlib.sha256(diff).hexdigest()))

    def test_a_taste_in_differences_changes_nothing_of_what_is_said_of_them(self):
        folder = self.repository()
        self.write(folder, "train.py", "a = 2\n")
        plain, _ = self.recorded(folder)
        for one in ("diff.noprefix", "diff.mnemonicPrefix", "diff.suppressBlankEmpty"):
            self.git(folder, "config", one, "true")
        self.git(folder, "config", "diff.context", "0")
        found, _ = self.recorded(folder, GIT_DIFF_OPTS="-u0")
        self.assertEqual((found["dirty"], found["diffSha256"]), (True, plain["diffSha256"]))

    def test_a_detached_head_a_shallow_clone_a_worktree_and_a_submodule_have_their_commit(self):
        origin = self.repository("origin")
        self.git(origin, "commit", "-qm", "second", "--allow-empty")
        commit = self.git(origin, "rev-parse", "HEAD")
        places = {name: os.path.join(self.work, name) for name in ("shallow", "worktree", "detached", "super")}
        self.git(self.work, "clone", "-q", "--depth", "1", "file://" + origin, places["shallow"])
        self.git(self.work, "clone", "-q", origin, places["detached"])
        self.git(places["detached"], "checkout", "-q", "--detach")
        self.git(origin, "worktree", "add", "-q", "-b", "other", places["worktree"])
        self.repository("super")
        self.git(places["super"], "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", origin, "sub")
        branches = {}
        for name, folder in dict(places, super=os.path.join(places["super"], "sub")).items():
            found, errors = self.recorded(folder)
            self.assertEqual((found["commit"], found["dirty"], found.get("problem"), errors), (commit, False, None, ""), name)
            branches[name] = found.get("branch")
        self.assertEqual(branches, {"shallow": "main", "worktree": "other", "detached": None, "super": "main"})

    def test_a_repository_without_a_commit_says_so_and_its_files_are_kept(self):
        folder = self.repository(commit=False)
        self.run_program(HERE, F=folder)
        self.assertEqual([one["name"] for one in self.events("artifact")], ["work/train.py", "work"])
        found, errors = self.recorded(folder)
        self.assertRegex(found["problem"], "^the repository .*/work has no commit yet$")
        self.assertEqual((found.get("commit"), found["branch"], found["dirty"]), (None, "main", True))
        self.assertIn("has no commit yet", errors)

    def test_no_git_says_so(self):
        found, errors = self.recorded(self.repository(), PATH="/nonexistent")
        self.assertEqual(found["problem"], "git is not installed, or not on the PATH")
        self.assertIn("git is not installed", errors)

    def test_no_repository_says_so_in_the_graph_alone(self):
        found, errors = self.recorded(self.folder("plain"))
        self.assertEqual((found["problem"], errors), ("no git repository holds %s/plain" % self.work, ""))

    @unittest.skipUnless(hasattr(os, "getuid") and os.getuid() == 0, "only root can give a folder away")
    def test_the_repository_of_another_user_says_how_to_allow_it(self):
        folder = self.repository()
        os.chown(folder, 65534, 65534)
        os.chown(os.path.join(folder, ".git"), 65534, 65534)
        found, errors = self.recorded(folder)
        self.assertIn("git config --global --add safe.directory", found["problem"])
        self.assertIn("safe.directory", errors)

    def test_a_repository_without_a_work_tree_says_so(self):
        folder = self.folder("bare")
        self.git(folder, "init", "-q", "--bare")
        self.assertEqual(self.recorded(folder)[0]["problem"], "%s is in a git repository without a work tree" % folder)

    def test_a_git_that_is_too_slow_says_so_and_is_not_waited_for(self):
        slow = self.folder("bin")
        self.write(slow, "git", "#!/bin/sh\nexec sleep 600\n")
        os.chmod(os.path.join(slow, "git"), stat.S_IRWXU)
        program = HEAD + "import os, provloom._limits as limits\nlimits.GIT_MS = 200\nprovloom.log_source_code(os.environ['F'])"
        self.run_program(program, F=self.repository(), PATH=slow + os.pathsep + os.environ["PATH"])
        self.assertRegex(self.events("source")[-1]["problem"], "^git took more than")

    def test_a_git_dir_of_the_environment_does_not_name_another_repositorys_commit(self):
        here, other = self.repository("here"), self.repository("other")
        self.git(other, "commit", "-qm", "second", "--allow-empty")
        found, _ = self.recorded(here, GIT_DIR=os.path.join(other, ".git"), GIT_WORK_TREE=other)
        self.assertEqual((found["commit"], found["dirty"]), (self.git(here, "rev-parse", "HEAD"), False))
        self.assertIn("no git repository holds", self.recorded(self.folder("plain"), GIT_DIR=os.path.join(other, ".git"))[0]["problem"])

    def test_a_work_tree_that_only_the_environment_ties_to_its_repository_has_its_commit(self):
        kept, tree = self.repository("kept"), self.folder("tree")
        self.write(tree, "train.py", "a = 1\n")
        found, _ = self.recorded(tree, GIT_DIR=os.path.join(kept, ".git"), GIT_WORK_TREE=tree)
        self.assertEqual((found["commit"], found["dirty"]), (self.git(kept, "rev-parse", "HEAD"), False))

    def test_our_own_folders_change_nothing_whatever_they_are_called(self):
        folder = self.repository()
        self.write(folder, "out/runs/.provloom/default/connection.json")
        self.write(folder, "out/runs/x_0/prov.json")
        self.write(folder, "old/x_0/run.json")
        self.write(folder, "old/x_0/prov.json")
        self.write(folder, "tmp/job-r0-a0-00000000/spool.json")
        self.assertFalse(self.recorded(folder)[0]["dirty"])
        self.write(folder, "out/mine.txt")
        self.assertTrue(self.recorded(folder)[0]["dirty"])

    def test_a_script_below_the_root_is_told_of_changes_above_it(self):
        folder = self.repository()
        self.write(folder, "src/a.py")
        self.git(folder, "add", ".")
        self.git(folder, "commit", "-qm", "y")
        self.write(folder, "train.py", "a = 3\n")
        self.assertTrue(self.recorded(os.path.join(folder, "src"))[0]["dirty"])

    def test_no_program_that_the_repository_names_is_run(self):
        folder = self.repository()
        self.write(folder, ".git/hook", "#!/bin/sh\ntouch %s/ran\n" % self.work)
        os.chmod(os.path.join(folder, ".git", "hook"), stat.S_IRWXU)
        self.git(folder, "config", "core.fsmonitor", ".git/hook")
        self.git(folder, "config", "diff.external", ".git/hook")
        self.write(folder, "train.py", "a = 4\n")
        self.assertIn("diffSha256", self.recorded(folder)[0])
        self.assertFalse(os.path.exists(os.path.join(self.work, "ran")))


class Places(SpoolCase):
    def test_the_command_is_recorded_where_the_working_folder_is_gone(self):
        self.run_program(
            """
            import os, tempfile, provloom
            provloom.start_run("www.example.org", "digits")
            gone = tempfile.mkdtemp(); os.chdir(gone); os.rmdir(gone)
            provloom.log_execution_command(); provloom.log_source_code()
            """
        )
        (command,) = self.events("command")
        self.assertNotIn("directory", command)
        self.assertEqual([one["code"] for one in self.events("problem")], ["NO_SCRIPT"])
        self.assertEqual(self.events("drops"), [])


if __name__ == "__main__":
    unittest.main()
