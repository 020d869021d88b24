"""What can be imported of prov4ml and yprov4ml, and under which names of modules."""

import sys
from types import ModuleType

from .._final import FoldOperation, register_final_metric
from .._param import log_execution_end_time, log_execution_start_time, log_input, log_output
from . import calls, getters, itwinai, run
from .kinds import CompressorType, Context, LoggingItemKind, MetricsType

_CALLS = {
    name: getattr(calls, name)
    for name in (
        "log_artifact", "log_carbon_metrics", "log_context", "log_current_execution_time", "log_dataset",
        "log_execution_command", "log_flops_per_batch", "log_flops_per_epoch", "log_metric", "log_model", "log_model_memory_footprint", "log_param",
        "log_source_code", "log_system_metrics", "save_model_version", "create_context",
    )
}  # fmt: skip
_CALLS.update(
    add_context=calls.create_context, log_execution_start_time=log_execution_start_time,
    log_execution_end_time=log_execution_end_time, log_input=log_input, log_output=log_output,
    register_final_metric=register_final_metric,
)  # fmt: skip
_RUN = {
    "end_run": run.end_run,
    "log_provenance_documents": run.log_provenance_documents,
    "get_run_dir": run.get_run_dir,
    "get_artifacts_dir": run.get_artifacts_dir,
}
_KINDS = {
    "Context": Context, "Contexts": Context, "MetricsType": MetricsType, "CompressorType": CompressorType,
    "LoggingItemKind": LoggingItemKind, "FoldOperation": FoldOperation,
}  # fmt: skip
#: Classes that need a framework, which is loaded when they are asked for.
_LATER = {
    "ProvMLLogger": "lightning_logger",
    "ProvenanceTrackedFunction": "wrappers",
    "ProvenanceTrackedModel": "wrappers",
    "WeightDistributionTrackedModel": "wrappers",
    "IndexedDatasetWrapper": "wrappers",
}
#: Modules of theirs that scripts import from: what each holds.
_MODULES = {
    "logging_aux": _CALLS,
    "constants": {"PROV4ML_DATA": run.Data(), "VERBOSE": False},
    "datamodel": {},
    "datamodel.attribute_type": {"LoggingItemKind": LoggingItemKind},
    "datamodel.compressor_type": {"CompressorType": CompressorType},
    "datamodel.context": {"Context": Context},
    "datamodel.cumulative_metrics": {"FoldOperation": FoldOperation},
    "datamodel.metric_type": {"MetricsType": MetricsType},
    "loggers": {},
    "loggers.prov4ml_logger": {},
    "loggers.prov4ml_itwinai_logger": {
        "ProvMLItwinAILogger": itwinai.ProvMLItwinAILogger,
        "LoggingItemKind": LoggingItemKind,
    },
    "provenance": {},
    "provenance.context": {"Context": Context},
    "utils": {},
    "utils.getters": getters.OF_DOCUMENTS,
    "utils.prov_getters": getters.OF_VALUES,
    "wrappers": {},
    "wrappers.indexed_dataset": {},
    "wrappers.tracked_function": {},
    "wrappers.tracked_model": {},
    "wrappers.tracked_layers": {},
}


def fill(package, start_run):
    """Makes the package: its names, and the modules below it."""
    _add(package, {**_CALLS, **_RUN, **_KINDS, "start_run": start_run, "start_run_ctx": start_run})
    _add(package, {"ProvMLItwinAILogger": itwinai.ProvMLItwinAILogger, "PROV4ML_DATA": _MODULES["constants"]["PROV4ML_DATA"]})
    # Lightning may be absent, and is slow to load: who takes all names takes that logger only by its own.
    package.__all__ = [name for name in vars(package) if not name.startswith("_")]
    own = {"functs": {**_RUN, "start_run": start_run}, package.__name__: {**_RUN, "start_run": start_run}}
    for name, names in {**_MODULES, **own}.items():
        whole = "%s.%s" % (package.__name__, name)
        module = sys.modules[whole] = ModuleType(whole, package.__doc__)
        # Every one of them may have modules below.
        module.__path__ = []
        _add(module, names)
        above, _, last = whole.rpartition(".")
        setattr(sys.modules[above], last, module)
    package.getters = sys.modules[package.__name__ + ".utils.getters"]


def _add(module, names):
    for name, value in names.items():
        setattr(module, name, value)

    def later(name):
        where = _LATER.get(name)
        if where is None:
            raise AttributeError("module %r has no attribute %r" % (module.__name__, name))
        found = getattr(__import__("provloom.compat." + where, fromlist=(name,)), name)
        setattr(module, name, found)
        return found

    module.__getattr__ = later
