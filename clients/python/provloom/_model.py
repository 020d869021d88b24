"""Models: what they are, and their weights. torch is used when the object is torch's, and never imported."""

import io
import os

from . import _artifact, _copy
from . import _limits as limits
from ._context import context_name
from ._guard import harmless, session_for
from ._numbers import error_text
from ._values import json_text, name as name_of, torch_of

_LOOK_EVERY_BYTES = 4 * limits.MIB


def log_model(
    model_name,
    model,
    context=None,
    source=None,
    log_model_info=True,
    log_model_layers=False,
    is_input=False,
):
    """Records a model: its class, its parameters, its bytes, where asked its layers, and its weights as a file."""
    with harmless("log_model"):
        session = session_for("log_model")
        if session is None:
            return
        label = name_of(model_name) or "model"
        facts = describe(model) if log_model_info else {"className": _class_name(model)}
        if log_model_info and log_model_layers:
            facts["layers"], remark = json_text(_layers(model), limits.VALUE_BYTES_MAX)
            if remark is not None:
                session.problem(remark[0], "log_model: the list of layers of %s %s" % (label, remark[1]), label)
        direction = "input" if is_input else "output"
        session.event("model", name=label, context=context_name(context), source=name_of(source),
                      direction=direction, **facts)  # fmt: skip
        _save(session, "log_model", label, label, model, context, source, None, None, "model", direction)


def save_model_version(model_name, model, context=None, source=None, step=0, incremental=True, is_input=False):
    """Saves the model's weights as they are now, as version 0, 1, ... of ``model_name``.

    A torch module's ``state_dict`` by torch.save; the file at a path; bytes as they are; anything else pickled.

    :param incremental: a file of its own for each version; else each has the same name
    """
    with harmless("save_model_version"):
        session = session_for("save_model_version")
        if session is None:
            return
        label = name_of(model_name) or "model"
        version = session.count("version " + label)
        named = "%s_%d" % (label, version) if incremental else label
        _save(session, "save_model_version", label, named, model, context, source, step, version, "checkpoint",
              "input" if is_input else "output")  # fmt: skip


def _save(session, call, name, label, model, context, source, step, version, kind, role):
    if isinstance(model, (str, os.PathLike)):
        suffix = os.path.splitext(os.fspath(model))[1]
        _artifact.keep(session, call, label + suffix, model, context, source, 0 if step is None else step, kind, role,
                       version=version, model=name)  # fmt: skip
        return
    suffix, write, estimate = _writer(model)
    target = None
    try:
        spooled, target = _copy.spooled_name(session, label + suffix)
        with _Spooled(_copy.opened_for(target), target, estimate or 0) as opened:
            write(opened)
    except Exception as error:
        if target is not None:
            _copy.remove(target)
        session.problem("MODEL_NOT_SAVED", "%s: the weights of %s could not be saved: %s"
                        % (call, label, error_text(error)), label)  # fmt: skip
        return
    facts = {
        "name": name_of(label + suffix),
        "kind": kind,
        "role": role,
        "context": context_name(context),
        "source": name_of(source),
        "step": None if step is None else _artifact._step(session, call, label, step),
        "version": version,
        "model": name,
    }
    _artifact.keep_made(session, spooled, facts)


class _Spooled(io.FileIO):
    """A file that stops before the spool's disk is full: what is left is for events."""

    def __init__(self, descriptor, path, size):
        super().__init__(descriptor, "wb")
        self._folder = os.path.dirname(path)
        self._unseen = 0
        self._look(size)

    def write(self, data):
        view = memoryview(data).cast("B")
        if self._unseen + len(view) > _LOOK_EVERY_BYTES:
            self._look(len(view))
            self._unseen = 0
        self._unseen += len(view)
        _copy.write(self.fileno(), view)
        return len(view)

    def _look(self, size):
        if size + limits.SPOOL_RESERVE_BYTES > _copy.free_bytes(self._folder):
            raise _copy.NotKept("the spool's disk has no room for it")


def _writer(model):
    """How a model's weights are written: (file suffix, function of an open file, bytes needed or None)."""
    torch = torch_of(model)
    if torch is None and isinstance(model, dict):
        torch = next((found for found in map(torch_of, model.values()) if found is not None), None)
    if torch is not None:
        state = model.state_dict() if hasattr(model, "state_dict") else model
        return ".pt", lambda opened: torch.save(state, opened), _bytes_of(model)
    if isinstance(model, (bytes, bytearray, memoryview)):
        return ".bin", lambda opened: opened.write(model), len(model)

    def pickled(opened):
        import pickle

        pickle.dump(model, opened, protocol=4)

    return ".pkl", pickled, None


def describe(model):
    """What is known of a model: fields of the event `model`."""
    facts = {"className": _class_name(model)}
    parameters = _parameters(model)
    if parameters is not None:
        facts["parameters"] = sum(_numel(one) for one in parameters)
        facts["trainableParameters"] = sum(_numel(one) for one in parameters if getattr(one, "requires_grad", True))
        facts["bytes"] = _bytes_of(model)
    elif callable(getattr(model, "count_params", None)):
        facts["parameters"] = int(model.count_params())
    return facts


def _class_name(model):
    kind = type(model)
    return name_of("%s.%s" % (kind.__module__, kind.__qualname__))


def _parameters(model):
    """Its parameter tensors, or None when it has none in torch's way."""
    if not callable(getattr(model, "parameters", None)):
        return None
    try:
        found = list(model.parameters())
        return found if all(callable(getattr(one, "numel", None)) for one in found) else None
    except Exception:
        return None


def _numel(tensor):
    return int(tensor.numel())


def _bytes_of(model):
    total = 0
    try:
        tensors = list(model.parameters()) + list(model.buffers())
        for tensor in tensors:
            total += _numel(tensor) * int(tensor.element_size())
        return total
    except Exception:
        return None


def _layers(model):
    """One object per layer: torch's leaf modules, keras's layers, else the estimator's parameters."""
    if callable(getattr(model, "named_modules", None)):
        layers = []
        for name, module in model.named_modules():
            if any(True for _ in module.children()):
                continue
            own = _parameters(module) or []
            layers.append({"name": name, "type": type(module).__name__, "parameters": sum(map(_numel, own)),
                           "trainable": any(getattr(one, "requires_grad", True) for one in own), "shape": str(module)})  # fmt: skip
        return layers
    if isinstance(getattr(model, "layers", None), (list, tuple)):
        return [{"name": getattr(one, "name", str(i)), "type": type(one).__name__,
                 "parameters": int(one.count_params()) if callable(getattr(one, "count_params", None)) else None}
                for i, one in enumerate(model.layers)]  # fmt: skip
    if callable(getattr(model, "get_params", None)):
        return [{"name": "estimator", "type": type(model).__name__, "parameters": model.get_params()}]
    return []
