"""start_run and end_run."""

import os

from . import _current
from ._guard import harmless
from ._numbers import NotANumber, shown, step
from ._tell import once
from ._values import name, typed


class Run:
    """What start_run gives: a context manager whose end is end_run, and a way to the session's facts."""

    def __init__(self, spool):
        #: the folder that this run is kept in until the agent has sent it, or None when there is none
        self.spool = spool

    @property
    def active(self):
        """Whether calls are being recorded: false after end_run, and where the agent does not want this rank."""
        return _current.stream is not None

    def end(self, create_graph=False, create_svg=False):
        end_run(create_graph, create_svg)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        with harmless("end_run"):
            failure = None
            if kind is not None and not (issubclass(kind, SystemExit) and error.code in (None, 0)):
                from ._session import describe_error

                failure = describe_error(kind, error, trace)
            _end(failure, False, False)

    def __repr__(self):
        return "<provloom.Run in %s>" % self.spool


def start_run(
    prov_user_namespace=None,
    experiment_name=None,
    provenance_save_dir=None,
    collect_all_processes=False,
    save_after_n_logs=100,
    rank=None,
    disable_codecarbon=False,
):
    """Begins to record this process into a run. What the agent's command line says wins over what is said here.

    :param prov_user_namespace: an IRI, or a host such as ``www.example.org``
    :param experiment_name: runs are saved as NAME_0, NAME_1, ...
    :param provenance_save_dir: folder that run directories are made in
    :param collect_all_processes: collect every rank, not only rank 0
    :param save_after_n_logs: save the graph after so many logs
    :param rank: this process's rank; else found from the launcher's environment
    :param disable_codecarbon: do not measure energy
    :returns: a :class:`Run`, which is also a context manager
    """
    with harmless("start_run"):
        if _current.session is not None:
            _current.session.problem("ALREADY_STARTED", "start_run was called twice; the first run goes on until end_run")
            return Run(_current.session.spool)
        from ._session import begin

        options = _checked(
            prov_user_namespace, experiment_name, provenance_save_dir, collect_all_processes, save_after_n_logs, rank,
            disable_codecarbon,
        )  # fmt: skip
        try:
            return Run(begin(options).spool)
        except OSError as error:
            once("no-spool", "no folder for this run can be made (%s): nothing is recorded. "
                 "Set PROVLOOM_SPOOL_ROOT to a folder that can be written." % error)  # fmt: skip
            _current.unable = True
    return Run(None)


start_run_ctx = start_run


def end_run(create_graph=False, create_svg=False):
    """Ends the run of this process. ``create_svg`` alone makes both, the graph and its picture."""
    with harmless("end_run"):
        _end(None, create_graph, create_svg)


def _end(failure, create_graph, create_svg):
    session = _current.session
    if session is None:
        if not _current.ended and not _current.unable:
            once("before-start", "end_run was called before start_run: there is nothing to end")
        return
    session.end("completed" if failure is None else "failed", failure, bool(create_graph), bool(create_svg))


def _checked(namespace, experiment, folder, collect_all, save_after, rank, disable_codecarbon):
    """The options as session.start holds them; one that is wrong is told and left out."""
    given = {
        "provUserNamespace": None if namespace is None else typed(namespace).text,
        "experimentName": name(experiment),
        "provenanceSaveDir": None if folder is None else os.path.abspath(os.path.expanduser(os.fspath(folder))),
        "collectAllProcesses": bool(collect_all),
        "saveAfterNLogs": _count("save_after_n_logs", save_after, 1),
        "rank": _count("rank", rank, 0),
        "disableCodecarbon": bool(disable_codecarbon),
    }
    return {option: value for option, value in given.items() if value is not None}


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
