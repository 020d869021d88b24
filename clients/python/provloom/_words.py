"""What a plain start says on standard error: a line at the start, a line at the end, and what nobody else could say."""

import os
import sys

from . import _process, _variables
from ._cut_in import from_inside
from ._paths import text_of
from ._tell import line, once


def begins(session):
    """What is recorded, and where its graph will be."""
    for name, near in _variables.misspelt() if _is_founder(session.tree) else ():
        once("variable " + name, "%s means nothing to Provloom%s"
             % (name, "" if near is None else "; did you mean %s?" % near))  # fmt: skip
    if not _variables.is_set("PROVLOOM_QUIET"):
        run = session.options.get("runName")
        where = shown(_save_dir(session))
        line("recording %s%s, graph in %s       follow: provloom watch%s"
             % (session.experiment(), "" if run is None else ", run %s" % run, where,
                "" if where == "prov" else " " + quoted(where)))  # fmt: skip


def _is_founder(tree):
    """Whether nobody above this process speaks for its job. Of siblings whose parent has not imported us the first does."""
    if tree.last is not None:
        return False
    multiprocessing = sys.modules.get("multiprocessing.process")
    identity = getattr(multiprocessing and multiprocessing.current_process(), "_identity", ())
    return tuple(identity)[-1:] in ((), (1,))


def kept(session):
    """Nobody will make the graph by himself: said once. Returns whether it was now."""
    return once("no-agent", "no agent: %s, so this run is kept in %s; make its graph later with: %s"
                % (session.no_agent, session.spool, _import(session)))  # fmt: skip


def ended(session):
    """The run that holds the session, and which of its ranks go on."""
    if _variables.is_set("PROVLOOM_QUIET"):
        return
    control = session.control
    where = shown(control["runDir"]) if control.get("runDir") else session.name()
    if control.get("state") != "ended":
        # What its agent said at the end went with its folder: this process had gone on to its next run.
        line("run %s: this session is in its graph" % where)
        return
    missing, absent = _ranks(control, "missing"), _ranks(control, "absent")
    if missing or absent:
        parts = ["goes on: " + missing] if missing else []
        line("run %s: this rank is in, %s" % (where, "; ".join(parts + (["not here yet: " + absent] if absent else []))))
        if absent and control.get("runDir"):
            line("ranks of this run are met in %s, as the job %s; where one records elsewhere, give all of them one job "
                 "(RANK, WORLD_SIZE and MASTER_ADDR, or PROVLOOM_JOB_KEY) and one absolute provenance_save_dir"
                 % (os.path.dirname(control["runDir"]), control.get("jobKey")))  # fmt: skip
        return
    # The run's, as its graph and run.json count them.
    logs = control.get("logs")
    told = ", %s log%s" % (format(logs, ","), "" if logs == 1 else "s") if isinstance(logs, int) else ""
    status = control.get("status") or session.status
    if status == "running":
        line("run %s: this session is in its graph%s; the run's end is still being written" % (where, told))
    else:
        more = "show" if status == "completed" else "why"
        line("run %s %s%s       next: provloom %s %s" % (where, status, told, more, quoted(where)))


def _ranks(control, name):
    ranks = control.get(name)
    if not isinstance(ranks, list) or not ranks:
        return ""
    return "rank%s %s" % ("" if len(ranks) == 1 else "s", ", ".join(map(str, ranks)))


def helped(session):
    """An end_run in a process that helps ends only what that logs: said where nobody else will end the run."""
    owner = session.follows
    if owner.newest() != session.id or _process.lives(owner.pid, owner.start) or session.tree.is_wrapped():
        return
    session.look()
    where = session.control.get("runDir")
    line("run %s: end_run here ends only what this process logs; the process that began the run, %d, has ended without "
         "end_run: it is incomplete" % (shown(where) if where else session.name(), owner.pid))  # fmt: skip


def not_ended(session):
    """Why the session is in no graph yet, and what to type."""
    why = session.no_agent or session.control.get("message")
    if not why:
        why = "no agent lives" if session.tree.agent() is None else "its agent has not brought it in yet"
    line("not in a graph yet: %s; kept in %s; hand in: %s" % (why, session.spool, _import(session)))


def _import(session):
    """What hands it in: with another save directory where its own cannot be written, as far as can be seen."""
    try:
        folder = os.path.abspath(_save_dir(session))
    except from_inside(OSError):  # the working folder was removed
        folder = None
    if folder is not None and _can_be_made(folder):
        return "provloom import %s" % quoted(session.spool)
    return "provloom import --provenance-save-dir DIR %s, DIR being a folder that can be written" % quoted(session.spool)


def _can_be_made(folder):
    while not os.path.lexists(folder) and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
    return os.path.isdir(folder) and os.access(folder, os.W_OK)


def _save_dir(session):
    return text_of(session.options.get("provenanceSaveDir") or os.environ.get("PROVLOOM_PROVENANCE_SAVE_DIR") or "prov")


def quoted(path):
    """A path as a shell reads it back."""
    from shlex import quote

    return quote(path)


def shown(path):
    """A path as a person would type it here."""
    try:
        relative = os.path.relpath(path)
    except from_inside(OSError, ValueError):
        return path
    return path if relative.startswith("..") or os.path.dirname(os.getcwd()) == os.getcwd() else relative
