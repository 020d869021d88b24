"""What was run: the command, and the source code with its state in git."""

import os
import sys
import time

from . import _artifact, _ours, _spool
from ._guard import harmless, session_for
from ._paths import absolute, text_of
from ._secrets import without_credentials, without_secrets
from ._values import name as name_of

#: All questions to git together, in seconds.
_GIT_SECONDS = 5.0


def log_execution_command(cmd=None, path=None):
    """Records the command line and the working directory. Both are found when they are not given.

    What looks like a password, token or key is cut.
    """
    with harmless("log_execution_command"):
        session = session_for("log_execution_command")
        if session is None:
            return
        if cmd is None:
            argv = list(getattr(sys, "orig_argv", None) or [sys.executable] + sys.argv)
        elif isinstance(cmd, str):
            import shlex

            try:
                argv = shlex.split(cmd)
            except ValueError:
                argv = [cmd]
        else:
            argv = [str(one) for one in cmd]
        directory = os.getcwd() if path is None else os.path.abspath(os.fspath(path))
        session.event("command", argv=without_secrets(argv), directory=directory)


def log_source_code(path=None):
    """Records the source code: remote, commit, branch and changes of its git repository, and the script itself.

    :param path: a file or folder; the folder of the script that runs when it is None
    """
    with harmless("log_source_code"):
        session = session_for("log_source_code")
        if session is None:
            return
        script = _spool.main_script()
        if path is None:
            folder, file = (os.path.dirname(script), script) if script else (os.getcwd(), None)
        else:
            whole = absolute(session, "log_source_code", path)
            if whole is None:
                return
            if not os.path.exists(whole):
                session.problem("MISSING_FILE", "log_source_code: there is no file or folder %s" % whole, whole)
                return
            folder, file = (whole, None) if os.path.isdir(whole) else (os.path.dirname(whole), whole)
        facts = _of_git(folder, _ours.known_folders(session))
        session.event("source", path=text_of(file or folder), **facts)
        if file is not None:
            _artifact.keep(session, "log_source_code", None, file, None, None, 0, "source", "input")
        elif not facts:
            # No repository keeps this folder: its files are the only record.
            _artifact.keep(session, "log_source_code", None, folder, None, None, 0, "source", "input")


def _of_git(folder, known):
    """What git says of a folder; nothing where there is no git, no repository, or no answer in time."""
    git = _Git(folder)
    commit = git.line("rev-parse", "--verify", "HEAD")
    if commit is None:
        return {}
    facts = {
        "commit": commit,
        "branch": name_of(git.line("symbolic-ref", "--short", "-q", "HEAD")),
        "remote": _remote(git),
    }
    changed, others = _changes(git, known)
    if changed is not None:
        facts["dirty"] = changed
        if changed:
            facts["diffSha256"] = git.digest(
                "diff", "--no-ext-diff", "--no-textconv", "--no-color", "--binary", "HEAD", *others
            )
    return facts


def _changes(git, known):
    """Whether a person has changed something, and the words that keep what is ours out of git's sight."""
    status = ("status", "--porcelain", "-z", "--untracked-files=normal")
    found = git.output(*status)
    if not found:
        return (None if found is None else False), ()
    root = git.line("rev-parse", "--show-toplevel")
    entries = [os.fsdecode(one[3:]) for one in found.split(b"\0") if one[2:3] == b" "]
    own = _ours.own_below(root, entries, known) if root else ()
    if not own:
        return True, ()
    others = ("--", ":/") + tuple(":(top,exclude,literal)" + one for one in own)
    found = git.output(*status, *others)
    return (None if found is None else found != b""), others


def _remote(git):
    found = git.line("config", "--get", "remote.origin.url")
    if found is None:
        names = git.line("remote")
        found = git.line("config", "--get", "remote.%s.url" % names) if names else None
    return without_credentials(found) if found else None


class _Git:
    """Questions to git in one folder, all of them within one time limit."""

    def __init__(self, folder):
        self._folder = folder
        self._until = time.monotonic() + _GIT_SECONDS
        self._environment = dict(os.environ, GIT_OPTIONAL_LOCKS="0", GIT_TERMINAL_PROMPT="0", LC_ALL="C")

    def output(self, *words):
        import subprocess

        left = self._until - time.monotonic()
        if left <= 0:
            return None
        try:
            done = subprocess.run(
                ("git", "-C", self._folder) + words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, timeout=left, env=self._environment,
            )  # fmt: skip
        except (OSError, ValueError, subprocess.SubprocessError):
            return None
        return done.stdout if done.returncode == 0 else None

    def line(self, *words):
        output = self.output(*words)
        text = output.decode("utf-8", "replace").strip() if output else ""
        return text.split("\n", 1)[0] or None

    def digest(self, *words):
        """The sha256 of an answer of any length, in bounded memory."""
        import hashlib
        import subprocess

        try:
            asked = subprocess.Popen(
                ("git", "-C", self._folder) + words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, env=self._environment,
            )  # fmt: skip
        except (OSError, ValueError):
            return None
        digest = hashlib.sha256()
        with asked:
            for block in iter(lambda: asked.stdout.read(1 << 20), b""):
                digest.update(block)
                if time.monotonic() > self._until:
                    asked.kill()
                    return None
        return digest.hexdigest() if asked.returncode == 0 else None
