"""The agent of a tree that no wrapper serves: found, started, and left alone."""

import os
import sys
import time

from . import _limits as limits
from . import _process
from ._cut_in import from_inside
from ._small import age_of, put, remove

_CLAIM = "agent.starting."
#: The shell that leaves the agent an orphan is gone in a moment; longer it is not waited for, in seconds.
_SHELL_SECONDS = 0.25


def find_command():
    """The command line that starts ``provloom``, or None."""
    given = os.environ.get("PROVLOOM_BIN")
    if given:
        return _command(given)
    import shutil

    found = shutil.which("provloom")
    if found:
        return [found]
    for candidate in _beside():
        if _is_program(candidate):
            return [candidate]
    for start in (_working_folder(), os.path.dirname(os.path.abspath(__file__))):
        folder = start
        while folder:
            candidate = os.path.join(folder, "node_modules", ".bin", "provloom")
            if _is_program(candidate):
                return [candidate]
            above = os.path.dirname(folder)
            folder = above if above != folder else None
    return None


def _beside():
    """Where pip puts it: beside the interpreter of an environment that is not activated; for a user, or with --target,
    beside the library that we are in."""
    library = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for folder in (os.path.dirname(sys.executable or ""), os.path.join(library, "bin"), os.path.join(library, "..", "..", "..", "bin")):
        if os.path.isabs(folder):
            yield os.path.join(folder, "provloom")


def _is_program(file):
    return os.path.isfile(file) and os.access(file, os.X_OK)


def _working_folder():
    try:
        return os.getcwd()
    except from_inside(OSError):
        return None


def _command(file):
    if file.endswith((".js", ".mjs", ".cjs")) and not os.access(file, os.X_OK):
        return ["node", file]
    return [file]


def ensure(tree):
    """Starts the tree's agent where none lives. Returns why that cannot be, or None."""
    if tree.agent() is not None:
        return None
    claim = _claim(tree)
    if claim is None:
        return None
    if tree.agent() is not None:
        # Whoever had it before us brought up an agent meanwhile, which took the claims away.
        remove(claim)
        return None
    import shutil

    command = find_command()
    if command is None:
        why = "`provloom` was not found"
    elif shutil.which(command[0]) is None:
        # The shell that shall start it could not tell us.
        why = "%s could not be started" % command[0]
    else:
        why = _start(tree, command)
    if why is not None:
        remove(claim)
    return why


def _claim(tree):
    """The file that says that it is ours to start one, or None: ranks that begin at once need one between them. A claim
    is over after some seconds, or with its maker; the next has the next number, and nobody takes another's away, for who
    does may take one that was made in the meantime."""
    try:
        numbers = [int(name[len(_CLAIM) :]) for name in os.listdir(tree.folder) if name.startswith(_CLAIM)]
        last = max(numbers, default=-1)
        if last >= 0 and _holds(tree.path("%s%d" % (_CLAIM, last))):
            return None
        mine = tree.path("%s%d" % (_CLAIM, last + 1))
        # Complete before it has its name: who reads it finds who made it.
        beside = tree.path(".%s%d" % (_CLAIM, os.getpid()))
        put(beside, b"%d.%d" % _process.me())
        try:
            os.link(beside, mine)
        finally:
            remove(beside)
    except from_inside(FileExistsError):
        return None
    except from_inside(OSError, ValueError):
        # A full disk, or a file system without links: two agents settle it between them.
        mine = tree.path(_CLAIM)
    return mine


def _holds(file):
    try:
        with open(file, "rb", buffering=0) as opened:
            pid, _, start = opened.read(64).partition(b".")
        return age_of(file) * 1000 < limits.AGENT_START_MS and _process.lives(int(pid), int(start))
    except from_inside(OSError, ValueError):
        return False


def _start(tree, command):
    """Detached, and an orphan from the start: it outlives us, nothing of it reaches our streams, and who kills our
    children does not find it. Returns why it could not be started, or None."""
    import subprocess

    environment = {name: value for name, value in os.environ.items() if name not in ("PROVLOOM_TREE", "PROVLOOM_LAUNCHER")}
    try:
        log = os.open(tree.path("agent.log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            shell = subprocess.Popen(
                ["/bin/sh", "-c", '"$@" &', "sh", *command, "agent", "--tree", tree.folder],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, close_fds=True, start_new_session=True,
                env=environment,
            )  # fmt: skip
        finally:
            os.close(log)
    except from_inside(OSError, ValueError) as error:
        return "%s could not be started (%s)" % (command[0], error)
    until = time.monotonic() + _SHELL_SECONDS
    while shell.poll() is None and time.monotonic() < until:
        time.sleep(0.001)
    # A shell that is still there is nobody's to wait for; Popen would warn about that.
    shell.returncode = shell.returncode or 0
    return None
