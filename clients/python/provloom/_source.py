"""What was run: the command, and the source code with its state in git."""

import os
import sys

from . import _artifact, _git, _ours, _spool
from ._guard import harmless, session_for
from ._paths import absolute, text_of
from ._secrets import without_secrets
from ._tell import once
from ._values import typed


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
            argv = [typed(one).text for one in cmd]
        session.event("command", argv=without_secrets(argv), directory=_here() if path is None else os.path.abspath(os.fspath(path)))


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
            folder, file = (os.path.dirname(script), script) if script else (_here(), None)
            if folder is None:
                session.problem("MISSING_FILE", "log_source_code: there is no script, and the working folder is gone", path)
                return
        else:
            whole = absolute(session, "log_source_code", path)
            if whole is None:
                return
            if not os.path.exists(whole):
                session.problem("MISSING_FILE", "log_source_code: there is no file or folder %s" % whole, whole)
                return
            folder, file = (whole, None) if os.path.isdir(whole) else (os.path.dirname(whole), whole)
        facts = _git.facts_of(folder, _ours.known_folders(session))
        problem = facts.get("problem")
        if problem is not None and not _git.is_unversioned(folder, problem):
            once("source-" + problem, "log_source_code: %s" % problem)
        session.event("source", path=text_of(file or folder), **facts)
        if file is not None:
            _artifact.keep(session, "log_source_code", None, file, None, None, 0, "source", "input")
        elif facts.get("commit") is None:
            # No commit keeps this folder: its files are the only record.
            _artifact.keep(session, "log_source_code", None, folder, None, None, 0, "source", "input")


def _here():
    """The working folder; None when it is gone."""
    try:
        return os.getcwd()
    except OSError:
        return None
