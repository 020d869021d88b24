"""A spool of our own, for a worker that was started without an agent, and the agent that shall serve it."""

import json
import os
import stat
import sys
import time

from . import _job
from ._tell import once


def root():
    """Folders that may hold spools, the best first."""
    given = os.environ.get("PROVLOOM_SPOOL_ROOT")
    user = os.getuid() if hasattr(os, "getuid") else 0
    name = "provloom-%d" % user
    roots = [given] if given else []
    for folder in (os.environ.get("TMPDIR"), "/tmp", os.getcwd()):
        if folder:
            roots.append(os.path.join(folder, name))
    return roots


def make(options):
    """Makes a spool folder (0700) with its spool.json.

    Returns its path. Raises OSError when no place can be written.
    """
    trouble = None
    name = "%s-r%d-a%d-%s" % (
        _job.slug(_job.job_key()), _job.rank(options.get("rank")), _job.attempt(), os.urandom(4).hex()
    )  # fmt: skip
    for folder in root():
        try:
            _make_root(folder)
            spool = os.path.join(os.path.abspath(folder), name)
            os.mkdir(spool, 0o700)
            _describe(spool, options)
            return spool
        except OSError as error:
            trouble = trouble or error
    raise trouble


def _make_root(folder):
    os.makedirs(os.path.dirname(os.path.abspath(folder)), exist_ok=True)
    try:
        os.mkdir(folder, 0o700)
    except FileExistsError:
        found = os.lstat(folder)
        # In a folder that all may write, somebody else may have made this one to read along.
        mine = not hasattr(os, "getuid") or found.st_uid == os.getuid()
        if not stat.S_ISDIR(found.st_mode) or not mine:
            raise PermissionError("%s belongs to somebody else" % folder) from None


def _describe(spool, options):
    import socket

    facts = {
        "format": 1,
        "createdUs": time.time_ns() // 1000,
        "host": socket.gethostname(),
        "uid": os.getuid() if hasattr(os, "getuid") else 0,
        "pid": os.getpid(),
        "by": "client",
        "experimentName": options.get("experimentName"),
        "provUserNamespace": options.get("provUserNamespace"),
        "provenanceSaveDir": options.get("provenanceSaveDir"),
        "environment": _job.kept_environment(),
    }
    text = json.dumps({name: value for name, value in facts.items() if value is not None})
    beside = os.path.join(spool, "spool.json.tmp")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, text.encode("ascii"))
    finally:
        os.close(descriptor)
    os.rename(beside, os.path.join(spool, "spool.json"))


def folder_bytes(folder):
    total = 0
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                try:
                    total += entry.stat(follow_symlinks=False).st_size
                except OSError:
                    pass  # the agent has just taken it away
    except OSError:
        pass
    return total


def find_command():
    """The command line that starts ``provloom``, or None."""
    given = os.environ.get("PROVLOOM_BIN")
    if given:
        return _command(given)
    import shutil

    found = shutil.which("provloom")
    if found:
        return [found]
    for start in (os.getcwd(), os.path.dirname(os.path.abspath(__file__))):
        folder = start
        while True:
            candidate = os.path.join(folder, "node_modules", ".bin", "provloom")
            if os.path.isfile(candidate) and os.access(candidate, os.X_OK):
                return [candidate]
            above = os.path.dirname(folder)
            if above == folder:
                break
            folder = above
    return None


def _command(file):
    if file.endswith((".js", ".mjs", ".cjs")) and not os.access(file, os.X_OK):
        return ["node", file]
    return [file]


def start_agent(spool):
    """Starts the agent of this spool, detached: it outlives us, and nothing of it reaches our streams.

    Returns whether it was started; else it is told where the spool is.
    """
    command = find_command()
    if command is None:
        once("no-agent", "no agent: `provloom` was not found, so this run is kept in %s; "
             "make its graph later with: provloom import %s" % (spool, spool))  # fmt: skip
        return False
    import subprocess

    environment = dict(os.environ)
    # The agent is not the worker: what marks a worker of an agent must not reach it.
    for name in ("PROVLOOM_AGENT", "PROVLOOM_SPOOL_DIR", "PROVLOOM_SESSION"):
        environment.pop(name, None)
    try:
        log = os.open(os.path.join(spool, "agent.log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            started = subprocess.Popen(
                command + ["agent", "--attach", spool, "--pid", str(os.getpid()), "--with-aggregator"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, close_fds=True, start_new_session=True,
                env=environment,
            )  # fmt: skip
        finally:
            os.close(log)
        # It lives on after us on purpose; Popen would warn about that.
        started.returncode = 0
        return True
    except (OSError, ValueError) as error:
        once("no-agent", "the agent could not be started (%s: %s), so this run is kept in %s; "
             "make its graph later with: provloom import %s" % (command[0], error, spool, spool))  # fmt: skip
        return False


def main_script():
    """The file that python was started with, or None."""
    module = sys.modules.get("__main__")
    file = getattr(module, "__file__", None)
    return os.path.abspath(file) if file else None
