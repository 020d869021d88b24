"""What was run: the command, and the source code with its state in git."""

import os
import sys

from . import _artifact, _git, _ours
from . import _limits as limits
from ._cut_in import from_inside
from ._guard import harmless, session_for
from ._numbers import shown
from ._paths import absolute, text_of
from ._script import script_file
from ._secrets import without_secrets
from ._tell import once
from ._values import typed, well_formed


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
        else:
            argv = _words_of(session, cmd)
            if argv is None:
                return
        directory = _here() if path is None else absolute(session, "log_execution_command", path)
        argv = [well_formed(word) for word in _bounded(session, argv)]
        session.event("command", argv=without_secrets(argv), directory=None if directory is None else text_of(directory))


def _words_of(session, cmd):
    """The words of a command line: of a text as a shell has them, else of a list or tuple; None for anything else, for
    what else has elements may never give one (a file without lines)."""
    most = limits.COMMAND_LENGTH_MAX + 1
    if issubclass(type(cmd), str):
        import shlex

        text = str.__getitem__(cmd, slice(0, most))
        try:
            return shlex.split(text)
        except from_inside(ValueError):
            return [text]
    kind = next((kind for kind in (list, tuple) if issubclass(type(cmd), kind)), None)
    if kind is None:
        session.refuse("no-words", "BAD_ARGUMENT", "log_execution_command: %s is no command line: give a text, or a list "
                       "of words" % shown(cmd), "command")  # fmt: skip
        return None
    elements = kind.__getitem__(cmd, slice(0, limits.COMMAND_WORDS_MAX + 1))
    return [str.__getitem__(one, slice(0, most)) if issubclass(type(one), str) else typed(one).text for one in elements]


def _bounded(session, words):
    """As many of the words as are recorded of a command line, and that it was longer."""
    kept, left = [], limits.COMMAND_LENGTH_MAX
    for word in words[: limits.COMMAND_WORDS_MAX]:
        if left <= 0:
            break
        kept.append(word[:left])
        left -= len(word)
    if len(kept) < len(words) or left < 0:
        session.problem("VALUE_CUT", "log_execution_command: of a longer command line the first %d words are recorded" % len(kept), "command")
    return kept


def log_source_code(path=None):
    """Records the source code: remote, commit, branch and changes of its git repository, and the script itself.

    :param path: a file or folder; the script or notebook that runs when it is None, and without one what git says of
        the working folder
    """
    with harmless("log_source_code"):
        session = session_for("log_source_code")
        if session is None:
            return
        if path is None:
            file = script_file()
            if file is None:
                _without_script(session)
                return
            folder = os.path.dirname(file)
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
        if file is not None and text_of(file) == session.script:
            pass  # it was recorded when the session began
        elif file is not None:
            _artifact.keep(session, "log_source_code", None, file, None, None, 0, "source", "input")
        elif facts.get("commit") is None:
            # No commit keeps this folder: its files are the only record.
            _artifact.keep(session, "log_source_code", None, folder, None, None, 0, "source", "input")


def _without_script(session):
    """What git says of the working folder. Its files are anything: none is kept that nobody has named."""
    folder = _here()
    facts = {} if folder is None else _git.facts_of(folder, _ours.known_folders(session))
    if facts.get("commit") is None:
        why = facts.get("problem", "and the working folder is gone")
        session.problem("NO_SCRIPT", 'log_source_code: there is no script file to record (%s); name what to record: '
                        'log_source_code("path")' % why, folder)  # fmt: skip
    elif "problem" in facts:
        once("source-" + facts["problem"], "log_source_code: %s" % facts["problem"])
    if any(value is not None for name, value in facts.items() if name != "problem"):
        session.event("source", path=text_of(folder), **facts)


def _here():
    """The working folder; None when it is gone."""
    try:
        return os.getcwd()
    except from_inside(OSError):
        return None
