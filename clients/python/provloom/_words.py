"""What a plain start says on standard error: a line at the start, a line at the end, and what nobody else could say."""

import os

from . import _variables
from ._paths import text_of
from ._tell import line, once


def begins(session):
    """What is recorded, and where its graph will be."""
    for name, near in _variables.misspelt():
        once("variable " + name, "%s means nothing to Provloom%s"
             % (name, "" if near is None else "; did you mean %s?" % near))  # fmt: skip
    folder = text_of(session.options.get("provenanceSaveDir") or os.environ.get("PROVLOOM_PROVENANCE_SAVE_DIR") or "prov")
    if not _variables.is_set("PROVLOOM_QUIET"):
        run = session.options.get("runName")
        line("recording %s%s, graph in %s" % (session.experiment(), "" if run is None else ", run %s" % run, shown(folder)))


def kept(session):
    """Nobody will make the graph by himself: said once. Returns whether it was now."""
    return once("no-agent", "no agent: %s, so this run is kept in %s; make its graph later with: provloom import %s"
                % (session.no_agent, session.spool, session.spool))  # fmt: skip


def ended(session):
    """The run that holds the session, and which of its ranks go on."""
    if _variables.is_set("PROVLOOM_QUIET"):
        return
    control = session.control
    where = shown(control.get("runDir") or "")
    missing = control.get("missing")
    if isinstance(missing, list) and missing:
        line("run %s: this rank is in, goes on: rank%s %s"
             % (where, "" if len(missing) == 1 else "s", ", ".join(map(str, missing))))  # fmt: skip
    else:
        logs = session.stream.logs()
        line("run %s %s, %s log%s" % (where, control.get("status") or session.status, format(logs, ","), "" if logs == 1 else "s"))


def not_ended(session):
    """Why the session is in no graph yet, and what to type."""
    why = session.no_agent or session.control.get("message")
    if not why:
        why = "no agent lives" if session.tree.agent() is None else "its agent has not brought it in yet"
    line("not in a graph yet: %s; kept in %s; hand in: provloom import %s" % (why, session.spool, session.spool))


def shown(path):
    """A path as a person would type it here."""
    try:
        relative = os.path.relpath(path)
    except (OSError, ValueError):
        return path
    return path if relative.startswith("..") else relative
