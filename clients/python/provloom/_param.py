"""Parameters, inputs, outputs and times: facts with a value."""

import time

from ._context import context_name
from ._guard import harmless, session_for
from ._metric import log_one
from ._numbers import shown
from ._values import Typed, flag, name as name_of, typed


def record(call, key, value, context=None, source=None, direction=None, kind=None):
    session = session_for(call)
    if session is None:
        return
    label = name_of(key)
    if label is None:
        text = "%s: the key is %s; it must be text that is not empty" % (call, shown(key))
        return session.refuse("bad-name", "BAD_NAME", text, call)
    found = typed(value) if kind is None else Typed(kind, value)
    if found.remark is not None:
        session.problem(found.remark[0], "%s: the value of %s %s" % (call, label, found.remark[1]), label)
    session.event("param", key=label, valueType=found.kind, value=found.text, context=context_name(context),
                  source=name_of(source), direction=direction)  # fmt: skip


def log_param(key, value, context=None, source=None, is_input=False):
    """Records a parameter with its type: int, float, bool, text, None, time, or JSON for what has parts.

    At most 64 KiB of it are recorded. Nothing that a value of a foreign class defines is called: of what is neither a
    value, a mapping, a sequence, an array nor declares its fields, the type is recorded, and told.
    """
    with harmless("log_param"):
        record("log_param", key, value, context, source, "input" if flag("log_param", "is_input", is_input) else None)


def log_params(params, context=None, source=None, is_input=False):
    """Records several parameters: those of a mapping, a namespace, a dataclass, or any object's own."""
    with harmless("log_params"):
        from ._pairs import pairs_of

        context, source, is_input = context_name(context), name_of(source), flag("log_params", "is_input", is_input)
        for key, value in pairs_of("log_params", params):
            log_param(key, value, context, source, is_input)


def log_input(value, name=None, context=None, source=None, step=0):
    """Records something that the run used: a file by its path, else a value. Named input_0, input_1, ... by default."""
    with harmless("log_input"):
        _log_end("log_input", value, name, context, source, step, "input")


def log_output(value, name=None, context=None, source=None, step=0):
    """Records something that the run made: a file by its path, else a value. Named output_0, output_1, ... by default."""
    with harmless("log_output"):
        _log_end("log_output", value, name, context, source, step, "output")


def _log_end(call, value, label, context, source, step, direction):
    session = session_for(call)
    if session is None:
        return
    if label is None:
        label = "%s_%d" % (direction, session.count(direction))
    path = _path_of(value)
    if path is None:
        record(call, label, value, context, source, direction)
        return
    from ._artifact import keep

    keep(session, call, label, path, context, source, step, kind=direction, role=direction)


def _path_of(value):
    """A path that leads to something; None for any other value."""
    from . import _paths

    if not _paths.looks_like_one(value):
        return None
    from os.path import exists

    try:
        path = _paths.given(value)
    except _paths.NotAPath:
        return None
    return path if exists(path) else None


def log_execution_start_time():
    """Records when the work itself begins, as the parameter execution_start_time."""
    with harmless("log_execution_start_time"):
        record("log_execution_start_time", "execution_start_time", _now(), kind="time")


def log_execution_end_time():
    """Records when the work itself ends, as the parameter execution_end_time."""
    with harmless("log_execution_end_time"):
        record("log_execution_end_time", "execution_end_time", _now(), kind="time")


def log_current_execution_time(label, context=None, step=0):
    """Records the time now, in seconds since the epoch, as a metric."""
    with harmless("log_current_execution_time"):
        log_one(label, time.time(), context, step, None, None, "seconds since 1970")


def _now():
    now = time.time()
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + ".%06dZ" % (now % 1 * 1e6)
