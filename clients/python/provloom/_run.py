"""start_run and end_run."""

import os
import sys

from . import _current
from . import _limits as limits
from ._cut_in import from_inside
from ._guard import harmless, is_within
from ._life import Ending, ending_of
from ._numbers import NotANumber, shown, step
from ._tell import once
from ._values import flag, name, typed


class Run:
    """What start_run gives: a context manager whose end is end_run, and a way to the session's facts."""

    def __init__(self, session):
        self._session = session

    @property
    def spool(self):
        """The folder that this run is kept in until the agent has sent it, or None when there is none."""
        return None if self._session is None else self._session.spool

    @property
    def name(self):
        """The run's own name, else its experiment's."""
        return None if self._session is None else self._session.name()

    @property
    def directory(self):
        """The run's directory as soon as the agent knows it, else None."""
        with harmless("Run.directory"):
            return None if self._session is None else self._session.directory()

    @property
    def active(self):
        """Whether calls are being recorded: false after end_run, and where the agent does not want this rank."""
        return _current.stream is not None and _is_current(self._session)

    def end(self, create_graph=False, create_svg=False, wait=None):
        """The same as :func:`end_run`, for this run alone."""
        with harmless("end_run"):
            return _end(self._session, Ending("completed"), create_graph, create_svg, wait)
        return False

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        with harmless("end_run"):
            _end(self._session, ending_of(kind, error, trace), False, False, None)

    def __repr__(self):
        return "<provloom.Run %s in %s>" % (self.name, self.spool)


def start_run(
    prov_user_namespace=None,
    experiment_name=None,
    provenance_save_dir=None,
    collect_all_processes=None,
    save_after_n_logs=None,
    rank=None,
    disable_codecarbon=False,
    world_size=None,
    run_name=None,
    run_id=None,
):
    """Begins to record this process into a run. What the agent's command line says wins over what is said here.

    :param prov_user_namespace: an IRI, or a host such as ``www.example.org``
    :param experiment_name: runs are saved as NAME_0, NAME_1, ...
    :param provenance_save_dir: folder that run directories are made in
    :param collect_all_processes: collect every rank, not only rank 0. Who says nothing takes what its run's first rank
        said, and that what is the default: rank 0 alone
    :param save_after_n_logs: save the graph after so many logs, by default 100
    :param rank: this process's rank; else found from torch.distributed, mpi4py or the launcher's environment
    :param disable_codecarbon: do not measure energy
    :param world_size: how many ranks there are
    :param run_name: a name of this run; ranks of one job meet in the run of their name
    :param run_id: the id of a run to join
    :returns: a :class:`Run`, which is also a context manager
    """
    with harmless("start_run"):
        return begin(
            sys._getframe(1), prov_user_namespace, experiment_name, provenance_save_dir, collect_all_processes,
            save_after_n_logs, rank, disable_codecarbon, world_size, run_name, run_id,
        )  # fmt: skip
    return Run(None)


def begin(frame, *given):
    """start_run, called from the line that ``frame`` is at; ``given`` as its parameters are."""
    if is_within():
        once("within-start", "start_run was called in the middle of another, by a signal's handler: it begins nothing")
        return Run(_current.session)
    from . import _all  # noqa: F401
    from ._join import start

    options = _checked(*given)
    try:
        session, new = start(options, (frame.f_code.co_filename, frame.f_lineno))
    except from_inside(OSError) as error:
        once("no-spool", "no folder for this run can be made (%s): nothing is recorded. "
             "Set PROVLOOM_SPOOL_ROOT to a folder that can be written." % error)  # fmt: skip
        _current.unable = True
        return Run(None)
    if new:
        _announce(session)
    return Run(session)


start_run_ctx = start_run


def end_run(create_graph=False, create_svg=False, wait=None):
    """Ends the run of this process. ``create_svg`` alone makes both, the graph and its picture.

    :param wait: until the run's graph on disk holds all that was logged, for some seconds at most; rank 0 does, other
        ranks do not, unless it is said
    :returns: whether the graph holds it; where no run goes on, whether it holds the one before by now
    """
    with harmless("end_run"):
        return _end(_current.session or (_current.cut_off and _current.cut_off[0]), Ending("completed"), create_graph, create_svg, wait)
    return False


def _end(session, ending, create_graph, create_svg, wait):
    if session is None:
        if _current.last is not None:
            return _current.last.is_held()
        if not _current.ended and not _current.unable:
            once("before-start", "end_run was called before start_run: there is nothing to end")
        return False
    from ._finish import end, go_on

    cut_off = _current.cut_off
    if cut_off is not None and cut_off[0].id == session.id and cut_off[0] is not _current.session:
        return go_on(_waits(wait))
    if not _is_current(session):
        return session.is_held()
    graph, svg = flag("end_run", "create_graph", create_graph), flag("end_run", "create_svg", create_svg)
    return end(_current.session, ending, graph, svg, _waits(wait))


def _waits(wait):
    return None if wait is None else flag("end_run", "wait", wait, True)


def _is_current(session):
    """In a forked child what is recorded into is another object, of the same session."""
    current = _current.session
    return current is not None and session is not None and current.id == session.id


def _announce(session):
    """Under a plain start: what is recorded and where, and an agent where none lives."""
    if session.wrapped or session.kind == session.HELPER:
        return
    from . import _agent, _words

    session.no_agent = _agent.ensure(session.tree)
    if session.no_agent is not None:
        session.kept_told = _words.kept(session)
    elif session.rank() == 0:
        _words.begins(session)


def _checked(namespace, experiment, folder, collect_all, save_after, rank, disable_codecarbon, world, run_name, run_id):
    """The options as session.start holds them; one that is wrong is told and left out."""
    from ._place import said

    rank, world, by = said(_count("rank", rank, 0), _count("world_size", world, 1))
    given = {
        "provUserNamespace": _said("prov_user_namespace", namespace, lambda one: typed(one, limits.NAME_LENGTH_MAX).text),
        "experimentName": _said("experiment_name", experiment, name),
        "provenanceSaveDir": _folder(folder),
        "collectAllProcesses": None if collect_all is None else flag("start_run", "collect_all_processes", collect_all),
        "saveAfterNLogs": _count("save_after_n_logs", save_after, 1),
        "rank": rank,
        "worldSize": world,
        "said": by,
        "disableCodecarbon": flag("start_run", "disable_codecarbon", disable_codecarbon),
        "runName": _said("run_name", run_name, name),
        "runId": _run_id(run_id),
    }
    return {option: value for option, value in given.items() if value is not None}


def _said(option, value, read):
    """A name; one that a person would not see is as if it were not given."""
    text = None if value is None else read(value)
    if text is None or any(one.isprintable() and not one.isspace() for one in text):
        return text
    once("option-" + option, "start_run: %s has no letter that can be seen; it is as if it were not given" % option)
    return None


def _run_id(value):
    text = name(value)
    if text is None:
        return None
    text = text.strip().lower()
    parts = text.split("-")
    if [len(one) for one in parts] == [8, 4, 4, 4, 12] and set(text) <= set("-0123456789abcdef"):
        return text
    once("option-run_id", "start_run: run_id must be the id of a run, a UUID as run.json has it, not %s; "
         "it is as if it were not given" % shown(value))  # fmt: skip
    return None


def _folder(path):
    from ._paths import NotAPath, whole

    if path is None:
        return None
    try:
        return whole(path)
    except NotAPath as why:
        once("option-folder", "start_run: the path of provenance_save_dir %s; it is as if it were not given" % why)
        return None


def _count(option, value, least):
    if value is None:
        return None
    try:
        whole = step(value)
        if least <= whole < 2**31:
            return whole
    except NotANumber:
        pass
    once("option-" + option, "start_run: %s must be an integer from %d on, not %s; it is as if it were not given"
         % (option, least, shown(value)))  # fmt: skip
    return None
