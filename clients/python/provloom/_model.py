"""Models: what they are, and their weights. torch is used when the object is torch's, and never imported."""

import io
import os
import time
from itertools import islice

from . import _artifact, _copy
from . import _limits as limits
from ._context import context_name
from ._cut_in import cuts_in, from_inside
from ._guard import harmless, session_for
from ._kinds import ABSENT, class_name, comes_from, held, static, title
from ._numbers import error_text, shown
from ._parts import elements_of
from ._paths import absolute, looks_like_one, text_of
from ._values import flag, json_text, name as name_of, torch_of

_LOOK_EVERY_BYTES = 4 * limits.MIB


def log_model(
    model_name,
    model,
    context=None,
    source=None,
    log_model_info=True,
    log_model_layers=False,
    is_input=False,
    contributors=None,
):
    """Records a model: its class, its parameters, its bytes, where asked its layers, and its weights as a file.

    :param contributors: whose work it is: ``"group"``, of all ranks of the process group (torch.distributed, mpi4py, ...), or
        ``"rank"``, of this one alone; else the group's where there is one
    """
    with harmless("log_model"):
        session = session_for("log_model")
        if session is None:
            return
        label = name_of(model_name) or "model"
        context, source = context_name(context), name_of(source)
        info = flag("log_model", "log_model_info", log_model_info, True)
        # The model is in a file: what is known of it is in there.
        in_file = looks_like_one(model)
        facts = {} if in_file else describe(model) if info else {"className": _class_name(model)}
        if info and not in_file and flag("log_model", "log_model_layers", log_model_layers):
            facts["layers"], remark = json_text(_layers(model), limits.VALUE_BYTES_MAX)
            if remark is not None:
                session.problem(remark[0], "log_model: the list of layers of %s %s" % (label, remark[1]), label)
        direction = "input" if flag("log_model", "is_input", is_input) else "output"
        contributors = _contributors(session, "log_model", contributors)
        session.event("model", name=label, context=context_name(context), source=name_of(source),
                      direction=direction, contributors=contributors, **facts)  # fmt: skip
        of = {"context": context, "source": source, "contributors": contributors}
        _save(session, "log_model", label, label, model, of, None, None, "model", direction)


def save_model_version(
    model_name, model, context=None, source=None, step=0, incremental=True, is_input=False, contributors=None
):
    """Saves the model's weights as they are now, as version 0, 1, ... of ``model_name``.

    A torch module's ``state_dict`` by torch.save; the file at a path; bytes as they are; anything else pickled.

    :param incremental: a file of its own for each version; else each has the same name
    :param contributors: whose work it is, ``"rank"`` or ``"group"``, as with :func:`log_model`
    """
    with harmless("save_model_version"):
        session = session_for("save_model_version")
        if session is None:
            return
        label = name_of(model_name) or "model"
        version = session.count("version " + label)
        named = "%s_%d" % (label, version) if flag("save_model_version", "incremental", incremental, True) else label
        of = {"context": context, "source": source, "contributors": _contributors(session, "save_model_version", contributors)}
        _save(session, "save_model_version", label, named, model, of, step, version, "checkpoint",
              "input" if flag("save_model_version", "is_input", is_input) else "output")  # fmt: skip


def _contributors(session, call, given):
    """The word as the format has it, or None; any other is told."""
    if given is None:
        return None
    word = str.__str__(given) if issubclass(type(given), str) else None
    if word in ("rank", "group"):
        return word
    session.problem("OPTION_LEFT_OUT", '%s: contributors must be "rank" or "group", not %s; it is recorded without it'
                    % (call, shown(given)), "contributors")  # fmt: skip
    return None


def _save(session, call, name, label, model, of, step, version, kind, role):
    context, source = of["context"], of["source"]
    if looks_like_one(model):
        path = absolute(session, call, model)
        if path is None:
            return
        suffix = os.path.splitext(path)[1]
        _artifact.keep(session, call, label + text_of(suffix), path, context, source, 0 if step is None else step, kind, role,
                       version=version, model=name, contributors=of["contributors"])  # fmt: skip
        return
    target = None
    try:
        suffix, write, estimate = _writer(model)
        spooled, target = _copy.spooled_name(session, label + suffix)
        with _Spooled(_copy.opened_for(target), target, estimate or 0) as opened:
            write(opened)
    except BaseException as error:
        if target is not None:
            _copy.remove(target)
        if cuts_in(error):
            raise
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
        "contributors": of["contributors"],
    }
    _artifact.keep_made(session, spooled, facts)


class _Spooled(io.FileIO):
    """A file that stops before the spool's disk is full: what is left is for events."""

    def __init__(self, descriptor, path, size):
        super().__init__(descriptor, "wb")
        self._folder = os.path.dirname(path)
        self._unseen, self._left = 0, None
        self._look(size)

    def bound(self, size):
        """No more than this is written from now on."""
        self._left = size

    def write(self, data):
        view = memoryview(data).cast("B")
        if self._unseen + len(view) > _LOOK_EVERY_BYTES:
            self._look(len(view))
            self._unseen = 0
        self._unseen += len(view)
        if self._left is not None:
            self._left -= len(view)
            if self._left < 0:
                raise _copy.NotKept("it has more than %d MiB" % (limits.COPIES_BYTES_MAX // limits.MIB))
        _copy.write(self.fileno(), view)
        return len(view)

    def _look(self, size):
        if size + limits.SPOOL_RESERVE_BYTES > _copy.free_bytes(self._folder):
            raise _copy.NotKept("the spool's disk has no room for it")


def _writer(model):
    """How a model's weights are written: (file suffix, function of an open file, bytes needed or None)."""
    kind = type(model)
    torch = torch_of(model)
    if torch is None and issubclass(kind, dict):
        torch = next((found for found in map(torch_of, islice(dict.values(model), 1000)) if found is not None), None)
    if torch is not None:
        state = ask(model, "state_dict")
        state = model if state is ABSENT else state
        if issubclass(kind, dict) and kind is not dict:
            state = dict.copy(model)  # what it holds, and not what it says that it holds
        return ".pt", lambda opened: torch.save(state, opened), _bytes_of(model)
    if issubclass(kind, (bytes, bytearray)):
        base = bytes if issubclass(kind, bytes) else bytearray
        return ".bin", lambda opened: opened.write(memoryview(model)), base.__len__(model)
    if kind is memoryview:
        return ".bin", lambda opened: opened.write(model), model.nbytes
    return ".pkl", lambda opened: _pickle(model, opened), None


def _pickle(model, opened):
    """Pickling runs the code of whatever is in the model: it has the time and the room of the copies of one call."""
    import pickle

    until = time.monotonic() + limits.KEEP_MS / 1000

    class Pickler(pickle.Pickler):
        def persistent_id(self, obj):
            if time.monotonic() > until:
                raise _copy.NotKept("to pickle it takes more than %.1f s" % (limits.KEEP_MS / 1000))
            return None

    opened.bound(limits.COPIES_BYTES_MAX)
    Pickler(opened, protocol=4).dump(model)


def ask(thing, name):
    """What a method of an object's type gives; ABSENT where there is none, and where it fails."""
    way = static(type(thing), name)
    if way is None or not callable(way):
        return ABSENT
    try:
        return way(thing)
    except from_inside(BaseException) as error:
        return ABSENT


def describe(model):
    """What is known of a model: fields of the event `model`."""
    facts = {"className": _class_name(model)}
    parameters = _parameters(model)
    if parameters is not None:
        facts["parameters"] = _sum(map(_numel, parameters))
        facts["trainableParameters"] = _sum(_numel(one) for one in parameters if _is_trained(one))
        facts["bytes"] = _bytes_of(model)
    else:
        facts["parameters"] = _count(ask(model, "count_params"))
    return facts


def _class_name(model):
    return name_of(class_name(type(model)))


def _all_of(model, name):
    """What a method of the model lists, as far as it gives it in its time; None when it lists nothing, or never ends."""
    listed = ask(model, name)
    found = None if listed is ABSENT else elements_of(listed, limits.MODEL_PARTS_MAX + 1)
    return None if found is None or len(found) > limits.MODEL_PARTS_MAX else found


def _parameters(model):
    """Its parameter tensors, or None when it has none in torch's way."""
    found = _all_of(model, "parameters")
    return found if found is not None and all(static(type(one), "numel") is not None for one in found) else None


def _numel(tensor):
    return _count(ask(tensor, "numel"))


def _is_trained(tensor):
    own = tensor.requires_grad if torch_of(tensor) is not None else held(tensor, "requires_grad")
    return own is ABSENT or own is True


def _count(value):
    """A number that events can say; None for anything else."""
    found = int.__index__(value) if issubclass(type(value), int) else None
    return found if found is not None and 0 <= found < 2**53 else None


def _sum(counts):
    total = 0
    for one in counts:
        if one is None:
            return None
        total += one
    return _count(total)


def _bytes_of(model):
    tensors = (_all_of(model, "parameters") or []) + (_all_of(model, "buffers") or [])
    sizes = [(_numel(one), _count(ask(one, "element_size"))) for one in tensors]
    return _sum(None if None in one else one[0] * one[1] for one in sizes) if sizes else None


def _layers(model):
    """One object per layer: torch's leaf modules, keras's layers, else the estimator's parameters."""
    modules = _all_of(model, "named_modules")
    if modules is not None:
        pairs = [one for one in modules if type(one) is tuple and len(one) == 2]
        return [_module(name, module) for name, module in pairs if not _all_of(module, "children")]
    layers = _held_list(model, "layers")
    if layers is not None:
        return [{"name": held(one, "name") if type(held(one, "name")) is str else str(i), "type": _short(one),
                 "parameters": _count(ask(one, "count_params"))} for i, one in enumerate(layers)]  # fmt: skip
    given = ask(model, "get_params")
    return [] if given is ABSENT else [{"name": "estimator", "type": _short(model), "parameters": given}]


def _module(name, module):
    own = _all_of(module, "parameters") or []
    shape = ask(module, "__str__") if torch_of(module) is not None else None
    return {"name": name, "type": _short(module), "parameters": _sum(map(_numel, own)),
            "trainable": any(map(_is_trained, own)), "shape": shape if type(shape) is str else None}  # fmt: skip


def _held_list(model, name):
    """Keras has a property of it; nobody else's is asked."""
    found = held(model, name)
    if found is ABSENT and (comes_from(type(model), "keras") or comes_from(type(model), "tensorflow")):
        found = getattr(model, name, None)
    return found if issubclass(type(found), (list, tuple)) else None


def _short(thing):
    return title(type(thing)).rpartition(".")[2]
