"""Provloom's client: records what a training process does into its rank's spool.

Standard library only. No call raises, and none waits for anything but the local disk. See docs/python.md.
"""

from ._context import Context, create_context
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
from ._run import Run, end_run, start_run, start_run_ctx
from ._version import VERSION as __version__
