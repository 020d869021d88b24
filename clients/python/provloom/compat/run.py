"""Begin and end of a run, as both libraries call it, and where it lies."""

import os
import sys
import time

from .. import _current
from .. import _limits as limits
from .._cut_in import from_inside
from .._guard import harmless
from .._run import Run, begin
from .._run import end_run as _end_run
from .._tell import once
from .given import Given, is_anything, is_flag

_POLL_SECONDS = 0.01


#: What both have behind the two names, in this order.
_COMMON = ("provenance_save_dir", "collect_all_processes", "save_after_n_logs", "rank")


def start_run_of_prov4ml(prov_user_namespace=None, experiment_name=None, *common, **named):
    """prov4ml's start_run: the namespace first. Parameters of later versions are taken too."""
    return _start(sys._getframe(1), prov_user_namespace, experiment_name, common, named)


def start_run_of_yprov4ml(experiment_name=None, prov_user_namespace=None, *common, **named):
    """yprov4ml's start_run: the experiment first. Parameters of all versions are taken."""
    return _start(sys._getframe(1), prov_user_namespace, experiment_name, common, named)


def _start(frame, namespace, experiment, positional, named):
    with harmless("start_run"):
        given = Given("start_run", positional, named)
        common = [given.take(one, is_anything) for one in _COMMON]
        disable_codecarbon = given.take("disable_codecarbon", is_flag, False)
        ours = [given.take(one) for one in ("world_size", "run_name", "run_id")]
        for later in ("metrics_file_type", "csv_separator", "use_compressor", "use_run_id"):
            given.meaningless(later, is_anything)
        given.rest()
        return begin(frame, namespace, experiment, *common, disable_codecarbon, *ours)
    return Run(None)


def end_run(create_graph=False, create_svg=False, crate_ro_crate=False, create_card=False, *later, **named):
    """Ends the run. Returns the paths of its document, its graph and its picture, and None for the crate, as yprov4ml 2 does."""
    with harmless("end_run"):
        given = Given("end_run", (crate_ro_crate, create_card), named)
        given.meaningless("crate_ro_crate", is_flag)
        given.meaningless("create_card", is_flag)
        given.rest()
    _end_run(create_graph, create_svg)
    return (*_documents(), None)


def log_provenance_documents(create_graph=False, create_svg=False, crate_ro_crate=False, **named):
    """Ends the run, as theirs does. Returns the paths of its document, its graph and its picture; None for what is not there."""
    return end_run(create_graph, create_svg, crate_ro_crate, **named)[:3]


def _documents():
    with harmless("end_run"):
        folder = _directory()
        paths = [None if folder is None else os.path.join(folder, name) for name in ("prov.json", "prov.dot", "prov.svg")]
        return tuple(path if path is not None and os.path.exists(path) else None for path in paths)
    return None, None, None


def get_run_dir():
    """The run's directory. Its agent is waited for a moment; where it says nothing, the save directory."""
    with harmless("get_run_dir"):
        return _run_dir()
    return os.curdir


def get_artifacts_dir():
    """A folder for files of the script's own, which is there: ``artifacts`` in the run's directory.

    What is put there belongs to the run when it is logged.
    """
    with harmless("get_artifacts_dir"):
        folder = os.path.join(_run_dir(), "artifacts")
        try:
            os.makedirs(folder, exist_ok=True)
            return folder
        except from_inside(OSError) as error:
            once("compat-artifacts", "get_artifacts_dir: %s cannot be made (%s); it is the working folder" % (folder, error.strerror))
    return os.curdir


def _run_dir():
    until = time.monotonic() + limits.END_WORD_MS / 1000
    while True:
        found = _directory()
        if found is not None and os.path.isdir(found):
            return found
        session = _current.session
        if session is None or session.quiet or session.no_agent is not None or time.monotonic() > until:
            break
        time.sleep(_POLL_SECONDS)
        session.look()
    session = _current.session or _current.last
    saved = None if session is None else session.options.get("provenanceSaveDir")
    return os.path.abspath(saved or os.environ.get("PROVLOOM_PROVENANCE_SAVE_DIR") or "prov")


def _directory():
    session = _current.session or _current.last
    return None if session is None else session.directory()


class Data:
    """``PROV4ML_DATA``: what scripts read of it."""

    @property
    def EXPERIMENT_DIR(self):
        return get_run_dir()

    @property
    def ARTIFACTS_DIR(self):
        return get_artifacts_dir()

    @property
    def PROV_SAVE_PATH(self):
        return os.path.dirname(get_run_dir())

    @property
    def is_collecting(self):
        return _current.stream is not None
