"""The end of a session, by a call or with the process: what is written, waited for and said."""

import os

from . import _agent, _current, _devices, _group, _process, _wait, _words
from ._session import Session


def end(session, ending, create_graph, create_svg, wait):
    """end_run. Returns whether the graph on disk holds all of the session."""
    try:
        with _current.lock:
            if session is not _current.session or not session.release():
                return False
            session.look()
            _look_for_groups(session)
            session.end(ending.status, ending.error, create_graph, create_svg, signal=ending.signal)
        return _ended(session, wait)
    except BaseException:
        _current.cut_off = session, ending, create_graph, create_svg
        raise


def go_on(wait):
    """An end_run after one that was cut off."""
    session, *how = _current.cut_off
    try:
        write()
        return _ended(session, wait)
    except BaseException:
        _current.cut_off = (session, *how)
        raise


def write():
    """Writes the end that was cut off, as far as it is not written."""
    with _current.lock:
        session, ending, create_graph, create_svg = _current.cut_off
        if not session.ended:
            session.end(ending.status, ending.error, create_graph, create_svg, signal=ending.signal)
        _current.cut_off = None


def _ended(session, wait):
    if session.kind == Session.HELPER:
        _words.helped(session)
        return False
    return _settle(session, _waits(session) if wait is None else bool(wait))


def _waits(session):
    """Whether it waits where nobody says: rank 0 for the run, and whose end is that of its agent for what it logged."""
    return session.rank() == 0 or (not session.wrapped and _process.ends_its_container())


def at_exit(session, ending):
    """The process ends with the session open. A wrapper outlives it; under a plain start nobody else tells the end."""
    session.look()
    _look_for_groups(session)
    session.end(ending.status, ending.error, by="exit", exit_code=ending.code, signal=ending.signal)
    if session.kind == Session.OWN and not session.wrapped:
        _settle(session, _waits(session))


def _look_for_groups(session):
    if session.kind != Session.HELPER and not session.over:
        _group.look(session)
        _devices.look(session, at_end=True)


def hear(session):
    """The process ends, and nobody has said yet what the agent finds amiss with its last session."""
    _wait.until_heard(session)
    session.say_notices()


def _settle(session, wait):
    if session.quiet:
        return True
    agent = session.tree.path("agent.json")
    if not session.wrapped and session.no_agent is None and not session.is_taken() and not os.path.exists(agent):
        # The agent that was there has left before it saw this session.
        session.no_agent = _agent.ensure(session.tree)
    # Where no agent could be started nobody will ever answer.
    if wait and session.no_agent is None:
        done = _wait.until_ended(session)
    else:
        done = session.is_held()
    session.say_notices()
    if not session.wrapped and session.no_agent is None and not session.control and not session.is_taken():
        _current.unheard = session
    # Nobody but who was refused can say where that is kept.
    refused = session.control.get("state") == "refused"
    if not session.wrapped and not session.quiet and (refused or _waits(session)):
        if done and session.rank() == 0:
            _words.ended(session)
        elif not done and (wait or refused) and not session.kept_told:
            _words.not_ended(session)
    return done
