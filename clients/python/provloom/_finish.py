"""The end of a session, by a call or with the process: what is written, waited for and said."""

from . import _agent, _wait, _words
from ._session import Session


def end(session, failure, create_graph, create_svg, wait):
    """end_run. Returns whether the graph on disk holds all of the session."""
    if session.kind == Session.HELPER:
        session.end("completed")
        return False
    if not session.release():
        return True
    session.end("completed" if failure is None else "failed", failure, create_graph, create_svg)
    return _settle(session, session.rank() == 0 if wait is None else bool(wait))


def at_exit(session, failure):
    """The process ends with the session open. A wrapper outlives it; under a plain start nobody else tells the end."""
    if session.over:
        session.stream.close()
        session.tell_dropped()
        return
    status, why = ("completed", None) if failure is None else ("failed", failure)
    session.end(status, why, by="exit")
    if session.kind == Session.OWN and not session.wrapped:
        _settle(session, session.rank() == 0)


def _settle(session, wait):
    if session.quiet:
        return True
    speaks = not session.wrapped and session.rank() == 0
    if session.started_agent is None and not session.wrapped:
        # The agent that was there may have left before it saw this session.
        session.started_agent = _agent.ensure(session.tree, session.spool)
    if wait and session.started_agent is not False:
        done = _wait.until_ended(session)
    else:
        session.look()
        done = session.control.get("state") in ("ended", "quiet")
    session.say_notices()
    if speaks and done and not session.quiet:
        _words.ended(session)
    elif speaks and wait and session.started_agent is not False:
        _words.not_ended(session)
    return done
