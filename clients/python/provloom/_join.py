"""Which session a start_run, or a call without one, belongs to (docs/spool-format.md, "Sessions")."""

import os
import sys

from . import _artifact, _current, _group, _inherit, _life, _place
from ._cut_in import from_inside
from ._holder import Holder
from ._session import Session
from ._small import now_us
from ._tell import once
from ._tree import Tree, roots, take

OPTIONS = ("provUserNamespace", "experimentName", "provenanceSaveDir", "collectAllProcesses", "saveAfterNLogs", "rank",
           "worldSize", "said", "disableCodecarbon", "runName", "runId")  # fmt: skip


def start(options, line):
    """start_run. ``line`` is where it was called from. Returns (session, whether it is another one than before)."""
    with _current.lock:
        if _current.tree is None:  # what failed at import may do now
            _current.tree = take()
        if _current.cut_off is not None:
            from . import _finish

            _finish.write()
        return _start(options, line)


def _start(options, line):
    session, holder = _current.session, Holder()
    if session is None or session.kind == Session.HELPER:
        session = _begin(options)
    elif session.kind == Session.RANK:
        if session.follows.newest() == session.inherited and _same_names(session.options, options):
            session.adopt()
        else:
            session.end("completed")
            session = _begin(options)
    elif session.over:
        session.end("incomplete", by="next")
        session = _begin(options)
    elif not session.holds:
        if not _is_its_script(session, options):
            _end_left_open(session)
            session = _begin(options)
    else:
        how = session.held_from(line)
        if how == Session.BEGIN_NEXT:
            session.problem("NOT_ENDED", "start_run was called again, and the run before was not ended: it is incomplete "
                            "(end_run, or `with start_run(...)`, ends a run whatever happens)")  # fmt: skip
            session.end("incomplete", by="next")
            session = _begin(options)
        else:
            if how == Session.HELD:
                session.problem("ALREADY_STARTED", "start_run was called while a run is open: that one goes on until its "
                                "end_run, and what is recorded from now on is in it")  # fmt: skip
            return session, False
    session.holds = [(holder, line)]
    return session, True


def _begin(options):
    """start_run in a process that has no session of its own open."""
    session = _current.session
    if session is None:
        before = None if _current.ended else _left_open()
        if before is not None:
            if _is_its_script(before, options):
                return before
            _end_left_open(before)
        session = _helper_of(_inherit.find(_current.tree))
    elif session.follows.newest() != session.id:
        session.stop_helping()
        session = _helper_of(session.follows)
    if session is None:
        return _open(options)
    facts = session.follows.facts_of(session.id) or {}
    if not _stays_helper(session, facts, options):
        session.stop_helping()
        return _open(options, inherited=session.id)
    if session is not _current.session:
        _enter(session)
    session.event(
        "problem",
        code="HELPER",
        message="start_run in a process that multiprocessing started: it records into the run of the process above it",
    )
    return session


def call():
    """The session of a call in a process that has no OWN one; None when there is none."""
    with _current.lock:
        return _call(_current.session)


def _call(session):
    if session is not None and session.follows is None:
        return session
    if session is None:
        if _current.ended or _current.unable or _current.tree is None:
            return None
        before = _left_open()
        if before is not None:
            return before
        session = _helper_of(_inherit.find(_current.tree))
        return None if session is None else _helper_or_rank(session)
    newest = session.follows.newest()
    if session.kind == Session.RANK:
        if newest == session.inherited:
            return session
        session.end("completed")
        _current.ended = False
    elif newest == session.id:
        return _helper_or_rank(session)
    elif newest is not None:
        session.stop_helping()
    following = _helper_of(session.follows)
    if following is not None:
        return _helper_or_rank(following)
    # What comes now is counted where the last of its session is.
    session.over = True
    _current.session, _current.stream = session, None
    return session


def _helper_of(parent):
    """This process as a helper in the newest session of another one, or None."""
    newest = None if parent is None else parent.newest()
    facts = None if newest is None else parent.facts_of(newest)
    if facts is None:
        return None
    options = {name: facts[name] for name in OPTIONS if name in facts}
    helper = Session(parent.tree, newest, options, Session.HELPER, parent)
    helper.script = facts.get("script")
    return helper


def _helper_or_rank(session):
    """A helper that turns out to be a rank of its own has a session of its own, of the same experiment and name."""
    now = now_us()
    if session.ranked_at <= now < session.ranked_at + 1_000_000:
        return session
    if session.ranked_at == 0:
        _prepare()
    session.ranked_at = now
    said = _place.said(None, None)
    rank = _own_rank(session, said, session.follows.facts_of(session.id) or {})
    if rank is None:
        if session is not _current.session:
            _enter(session)
        return session
    session.stop_helping()
    options = dict(session.options, rank=said[0], worldSize=said[1], said=said[2])
    options = {name: value for name, value in options.items() if value is not None}
    return _open(options, Session.RANK, session.follows, session.id)


def _own_rank(session, said, facts):
    """The rank that this process has by itself, where it is another than its session's; else None."""
    environment = facts.get("environment")
    environment = environment if isinstance(environment, dict) else {}
    theirs = facts.get("rank")
    if theirs is None:
        theirs = _place.found(environment) or 0
    rank = said[0] if said[0] is not None else _place.changed(environment)
    return None if rank == theirs else rank


def _stays_helper(session, facts, options):
    said = (options.get("rank"), options.get("worldSize"), options.get("said"))
    if _own_rank(session, said, facts) is not None or not _is_multiprocessing():
        return False
    return _same_names(facts, options) or _is_imported_again()


def _is_multiprocessing():
    """Whether multiprocessing started this process."""
    module = sys.modules.get("multiprocessing.process")
    if module is None:
        return False
    return module.parent_process() is not None or _is_imported_again()


def _is_imported_again():
    """Whether a spawned child is importing the script, with whatever stands in it outside of functions."""
    module = sys.modules.get("multiprocessing.process")
    return module is not None and getattr(module.current_process(), "_inheriting", False)


def _open(options, kind=Session.OWN, follows=None, inherited=None):
    """Raises OSError when no place can be written."""
    trouble = None
    passed = _current.tree.passed
    for tree in _places(_current.tree):
        try:
            session = _opened(tree, options, kind, follows, inherited)
        except from_inside(OSError) as error:
            trouble = trouble or error
            passed = passed or (os.path.dirname(tree.folder), error)
            continue
        if passed is not None:
            why = getattr(passed[1], "strerror", None) or passed[1]
            once("spool-elsewhere", "the spool cannot be in %s (%s); it is in %s" % (passed[0], why, tree.folder))
        try:
            if tree is not _current.tree:
                _current.tree = tree
                tree.export()
            _enter(session)
        except BaseException:
            session.end("incomplete", by="next")  # a handler cut in: nobody else knows that it is open
            raise
        _artifact.keep_script(session)
        _group.look(session)
        return session
    raise trouble


def _opened(tree, *more):
    for last in (False, True):
        session = Session(tree, os.urandom(8).hex(), *more)
        try:
            session.open()
            return session
        except from_inside(FileNotFoundError):
            # An agent that leaves takes its empty tree away.
            if last:
                raise


def _places(tree):
    """The tree's own folder, then those that it may have where that cannot be written."""
    yield tree
    for root in roots():
        folder = os.path.join(root, tree.key)
        if folder != tree.folder:
            yield Tree(tree.key, tree.mark, folder, tree.last)


def _left_open():
    """exec has made this process another program, in the middle of its session: that goes on for calls without a start_run.
    Else None."""
    parent = _inherit.myself(_current.tree)
    newest = parent.newest()
    facts = None if newest is None else parent.facts_of(newest)
    if facts is None:
        return None
    session = Session(_current.tree, newest, {name: facts[name] for name in OPTIONS if name in facts})
    session.go_on(facts)
    _enter(session)
    return session


def _is_its_script(session, options):
    """Whether the program that this process has become is its script once more (for another environment, say), with the same
    start_run in it: that goes on in the run."""
    file = getattr(sys.modules.get("__main__"), "__file__", None)
    folder, words = session.facts.get("directory"), session.facts.get("argv")
    if not file or not folder or not isinstance(words, list) or not _same_names(session.facts, options):
        return False
    script = os.path.realpath(file)
    return any(os.path.realpath(os.path.join(folder, str(word))) == script for word in words)


def _end_left_open(session):
    """start_run in the program that this one has become: what the one before had open nobody ends any more."""
    session.problem("NOT_ENDED", "start_run was called by another program than the one that this process was (exec), and its run "
                    "was not ended: it is incomplete")  # fmt: skip
    session.end("incomplete", by="next")


def _same_names(facts, options):
    return all(options.get(name) == facts.get(name) for name in ("experimentName", "runName", "runId"))


def _prepare():
    """Of the first use in this process: its end is heard of, and what it starts knows it. Not in the fork itself, where
    another thread may have held what this needs."""
    _life.install()
    if _current.tree.exported_by != os.getpid():
        _current.tree.export()


def _enter(session):
    _prepare()
    _current.session = session
    _current.stream = None if session.quiet or session.over else session.stream
    _current.ended = _current.unable = False
    many = len(_current.early)
    if many:
        del _current.early[:many]
        session.stream.lose("before-start", many)
