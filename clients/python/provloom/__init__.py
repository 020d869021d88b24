"""Provloom's client: records what a training process does into its rank's spool.

Standard library only. No call raises, and none waits for anything but the local disk. See docs/python.md.
"""

from ._context import Context, create_context
from ._cut_in import from_inside as _from_inside
from ._final import FoldOperation, register_final_metric
from ._metric import log_metric, log_metrics
from ._param import (
    log_current_execution_time,
    log_execution_end_time,
    log_execution_start_time,
    log_input,
    log_output,
    log_param,
    log_params,
)
from ._guard import is_within as _is_within, not_loaded as _not_loaded
from ._life import begin as _begin
from ._run import Run, end_run, start_run, start_run_ctx
from ._version import VERSION as __version__

TYPE_CHECKING = False
if TYPE_CHECKING:  # for editors and type checkers; never run
    from ._artifact import log_artifact
    from ._dataset import log_dataset
    from ._model import log_model, save_model_version
    from ._source import log_execution_command, log_source_code
    from ._step import Step, step, steps, waiting
    from ._system import log_carbon_metrics, log_flops_per_batch, log_flops_per_epoch, log_system_metrics

# Calls of modules that few processes need: imported when first asked for, so that `import provloom` stays quick.
_LATER = {
    "log_artifact": "_artifact",
    "log_model": "_model",
    "save_model_version": "_model",
    "log_dataset": "_dataset",
    "log_execution_command": "_source",
    "log_source_code": "_source",
    "Step": "_step",
    "step": "_step",
    "steps": "_step",
    "waiting": "_step",
    "log_system_metrics": "_system",
    "log_carbon_metrics": "_system",
    "log_flops_per_epoch": "_system",
    "log_flops_per_batch": "_system",
}

__all__ = [
    "Context", "FoldOperation", "Run", "create_context", "end_run", "log_current_execution_time",
    "log_execution_end_time", "log_execution_start_time", "log_input", "log_metric", "log_metrics", "log_output",
    "log_param", "log_params", "register_final_metric", "start_run", "start_run_ctx", *_LATER,
]  # fmt: skip


# A string in the environment; no file is made before start_run.
_begin()


def __getattr__(name):
    module = _LATER.get(name)
    if module is None:
        raise AttributeError("module 'provloom' has no attribute %r" % name)
    try:
        found = None if _is_within() else getattr(__import__(__name__ + "." + module, fromlist=(name,)), name, None)
    except _from_inside(ImportError):
        found = None
    if found is None:
        return _not_loaded(name)
    globals()[name] = found
    return found


def __dir__():
    return sorted(set(globals()) | set(_LATER))
