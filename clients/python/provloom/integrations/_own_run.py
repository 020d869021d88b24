"""What loggers and callbacks of frameworks have in common: the run that they record into, and how metrics come there.

The run is the script's, where it has one open, else one of the logger's own.

A framework does not say when it is done: ``trainer.fit`` may be followed by ``trainer.test``. So a run of a logger's own ends
with the next logger's, with the process, or when ``end`` is called.
"""

import os
import sys
from contextlib import contextmanager

from .. import _current, _run
from .._guard import harmless, is_within
from .._life import Ending
from .._metric import log_metric

_open = None


class OwnRun:
    """:param options: of start_run, by name"""

    def __init__(self, **options):
        self._options = options
        self._run = None
        self._pid = None

    def begin(self):
        """Before each record: whoever is a process of its own by now has a session of its own."""
        global _open
        if self._pid == os.getpid() and _current.session is not None:
            return
        with harmless("start_run"):
            if is_within():
                return
            if self._run is None and self._is_the_scripts():
                self._pid = os.getpid()
                return
            if _open is not None and _open is not self:
                _open.end()
            self._pid, _open = os.getpid(), self
            self._run = _run.begin(sys._getframe(0), *(self._options.get(one) for one in _ORDER))

    def _is_the_scripts(self):
        if _current.session is not None and _open is None:
            return True
        if _current.session is not None or _current.ended:
            return False
        from .._join import call

        return call() is not None

    def end(self, error=None):
        """Ends the run where it is the logger's own."""
        global _open
        run, self._run, self._pid = self._run, None, None
        if run is None:
            return
        _open = None
        with harmless("end_run"):
            _run._end(run._session, Ending("completed") if error is None else Ending("failed", error, 1), False, False, None)

    def __getstate__(self):
        # Of the process that makes it alone.
        return {"_options": self._options, "_run": None, "_pid": None}


class Recording:
    """To be the first base of a framework's logger or callback, which is then made with the options of start_run."""

    #: where nobody names one
    _experiment = None

    def __init__(self, prov_user_namespace=None, experiment_name=None, **options):
        super().__init__()
        self._own = OwnRun(prov_user_namespace=prov_user_namespace, experiment_name=experiment_name or self._experiment, **options)

    @contextmanager
    def _recorded(self, call):
        """Around what is recorded in one call of the framework, whatever becomes of it."""
        self._own.begin()
        with harmless(call):
            yield

    def _log(self, call, metrics, step, otherwise=None):
        """Metrics by name, each in the context that its name begins with."""
        with self._recorded(call):
            for key, value in (metrics or {}).items():
                log_metric(key, value, context_of(key, otherwise), step)

    def end(self):
        """Ends the run where it is its own."""
        self._own.end()


_ORDER = (
    "prov_user_namespace", "experiment_name", "provenance_save_dir", "collect_all_processes", "save_after_n_logs", "rank",
    "disable_codecarbon", "world_size", "run_name", "run_id",
)  # fmt: skip

_STAGES = (
    ("training", ("train", "training")),
    ("validation", ("val", "valid", "validation")),
    ("testing", ("test", "testing")),
    ("evaluation", ("eval", "evaluation")),
)


def context_of(name, otherwise=None):
    """The context that a metric's name begins with, as ``val_loss`` and ``val/loss`` do."""
    first = str(name).replace("/", "_").partition("_")[0].lower()
    return next((context for context, words in _STAGES if first in words), otherwise)
