"""What both libraries log, by whichever order of parameters."""

from .. import _artifact, _context, _dataset, _metric, _model, _param, _source, _system
from .._guard import harmless, session_for
from .._kinds import comes_from
from .._values import cut, name as name_of
from .. import _limits as limits
from .given import Given, is_anything, is_count, is_flag, is_name, is_step, is_text
from .kinds import Context, context_name, source_name

#: Libraries whose objects say by themselves what they are, without being asked for anything that takes long.
_SPEAKING = ("torch", "torchvision", "torchaudio", "sklearn", "keras", "transformers", "lightning", "pytorch_lightning", "timm")


def log_metric(key, value, context=None, step=0, source=None, timestamp=None, **named):
    """One value of a metric, or a list of values of one step."""
    _metric.log_metric(key, value, context_name(context), step, source_name(source), timestamp)
    if named:
        with harmless("log_metric"):
            Given("log_metric", (), named).rest()


def log_param(key, value, context=None, source=None, is_input=False, **named):
    with harmless("log_param"):
        _param.log_param(key, _said(value), context_name(context), source_name(source), is_input)
        Given("log_param", (), named).rest()


def _said(value):
    """A transform, an optimizer or an estimator as it writes itself; everything else as it is."""
    kind = type(value)
    if not any(comes_from(kind, one) for one in _SPEAKING) or hasattr(kind, "item"):
        return value
    try:
        return cut(str(value), limits.VALUE_BYTES_MAX).text
    except Exception:
        return value


def log_artifact(*positional, **named):
    """``(name, path)``, ``(path, name)``, ``(path, context)`` or ``(path)``, then what the versions have behind them."""
    with harmless("log_artifact"):
        given = Given("log_artifact", positional, named)
        name, path, context = given.path()
        context = given.take("context", is_name) if context is None else context
        source = given.take("source", is_name)
        step = given.take("step", is_step)
        copy = given.take("log_copy_in_prov_directory", is_flag, True)
        folder = given.take("log_copy_subdirectory", is_name)
        is_model, is_input = given.take("is_model", is_flag, False), given.take("is_input", is_flag, False)
        given.rest()
        named = (path, None) if name is None else (name, path)
        _artifact.log_artifact(*named, context_name(context), source_name(source), step, copy, folder, is_model, is_input)


def log_model(*positional, **named):
    """``(name, model)`` or ``(model, name)``, then what the versions have behind them."""
    with harmless("log_model"):
        given = Given("log_model", positional, named)
        name, model = given.pair("model_name", "model")
        context, source = given.take("context", is_name), given.take("source", is_name)
        info, layers = given.take("log_model_info", is_flag, True), given.take("log_model_layers", is_flag, False)
        given.meaningless("log_copy_in_prov_directory")
        is_input = given.take("is_input", is_flag, False)
        given.meaningless("log_copy_in_prov_directory", is_flag)
        given.rest()
        _model.log_model(name, model, context_name(context), source_name(source), info, layers, is_input)


def log_model_memory_footprint(*positional, **named):
    """``(model, name)``: what is known of a model, without its weights; its parameters and its bytes are counted, not guessed."""
    with harmless("log_model_memory_footprint"):
        given = Given("log_model_memory_footprint", positional, named)
        name, model = given.pair("model_name", "model")
        given.rest()
        session = session_for("log_model_memory_footprint")
        if session is not None:
            session.event("model", name=name_of(name) or "model", direction="output", **_model.describe(model))


def save_model_version(*positional, **named):
    """``(name, model)`` or ``(model, name)``, then what the versions have behind them."""
    with harmless("save_model_version"):
        given = Given("save_model_version", positional, named)
        name, model = given.pair("model_name", "model")
        context, source = given.take("context", is_name), given.take("source", is_name)
        step = given.take("step", is_step)
        incremental, is_input = given.take("incremental", is_flag, True), given.take("is_input", is_flag, False)
        given.meaningless("log_copy_in_prov_directory", is_flag)
        given.meaningless("timestamp", is_count)
        given.rest()
        _model.save_model_version(name, model, context_name(context), source_name(source), step, incremental, is_input)


def log_dataset(*positional, **named):
    """``(label, dataset)`` or ``(dataset, label)``, then what the versions have behind them."""
    with harmless("log_dataset"):
        if "label" in named:
            named["dataset_label"] = named.pop("label")
        given = Given("log_dataset", positional, named)
        name, dataset = given.pair("dataset_label", "dataset")
        context, source = given.take("context", is_name), given.take("source", is_name)
        info = given.take("log_dataset_info", is_flag, True)
        given.rest()
        _dataset.log_dataset(name, dataset, context_name(context), source_name(source), info)


def log_flops_per_epoch(label, model, dataset=None, context=None, step=0, **named):
    _system.log_flops_per_epoch(label, model, dataset, context_name(context), step)


def log_flops_per_batch(label, model, batch=None, context=None, step=0, **named):
    _system.log_flops_per_batch(label, model, batch, context_name(context), step)


def log_system_metrics(context=None, step=0, **named):
    _system.log_system_metrics(context_name(context), step)


def log_carbon_metrics(context=None, step=0, **named):
    _system.log_carbon_metrics(context_name(context), step)


def log_current_execution_time(label, context=None, step=0, **named):
    _param.log_current_execution_time(label, context_name(context), step)


def log_execution_command(cmd=None, path=None, **named):
    """``path`` is the script below a folder that exists in their container alone: it is a word of the command here."""
    with harmless("log_execution_command"):
        words = "%s %s" % (cmd, path) if is_text(cmd) and is_text(path) else cmd
        _source.log_execution_command(words)


def log_source_code(*positional, **named):
    with harmless("log_source_code"):
        given = Given("log_source_code", positional, named)
        given.meaningless("use_git", is_flag)
        path = given.take("path", is_anything)
        given.rest()
        _source.log_source_code(path)


def log_context(context, is_subcontext_of=None, source_of_data=None, **named):
    """Declares a context, inside another one where that is named."""
    with harmless("log_context"):
        given = Given("log_context", (source_of_data,), named)
        given.meaningless("source_of_data", is_name)
        given.rest()
        _context.create_context(context_name(context), context_name(is_subcontext_of))
    return context


def create_context(context, is_subcontext_of=None, **named):
    """Declares a context, which is a member of ``Context`` from now on. Returns it."""
    log_context(context, is_subcontext_of, **named)
    return Context.of(context) if is_text(context) and context.isidentifier() else context
