"""The hot path: one metric point, one write."""

from os import lseek, write
from time import time_ns
from zlib import crc32

from . import _current
from ._cut_in import cuts_in
from ._context import Context, context_name, current as current_context
from ._guard import harmless, session_for
from ._numbers import (
    NotANumber, Remark, asked_once, moment_once, number, recorded_step, recorded_time, shown, step as step_of, time_us,
    timestamp_is_0,
)  # fmt: skip
from ._segment import pack_crc, pack_point
from ._stream import BUSY, IDLE, TORN
from ._values import name
from ._vector import log_vector

#: Of these a name is what it is: nobody has to be asked for it.
_NAMES = frozenset((str, Context))


def log_metric(key, value, context=None, step=0, source=None, timestamp=None):
    """Records one value of a metric.

    :param value: anything that is one number: float, int, a numpy scalar, an array or tensor of one element; or a list of
        them, whose values are recorded as ``key[0]``, ``key[1]``, ...
    :param context: a :class:`Context` or a text of your own; else the one that a ``with`` has opened
    :param step: epoch, batch, ... : an integer; a fraction is told, and its whole part recorded
    :param source: where it comes from, when one metric has several
    :param timestamp: seconds since the epoch, as ``time.time()`` gives; now when it is None or 0
    """
    # What is in order goes this short way; the rare and the wrong is met again, and told, in log_one.
    stream = _current.stream
    if stream is not None and type(key) is str and (source is None or type(source) in _NAMES):
        try:
            if type(value) is not float:
                try:
                    value = number(value)
                except NotANumber as what:
                    what.given, value = value, what  # so that nobody asks it again
                    raise
            if type(step) is not int:
                try:
                    step = step_of(step)
                except NotANumber as what:
                    step = what
                    raise
            at = None
            if timestamp is not None and not timestamp_is_0(timestamp):
                try:
                    at = time_us(timestamp)
                except NotANumber as what:
                    timestamp = what
                    raise
            if context is None:
                if _current.in_contexts:
                    context = current_context()
            elif type(context) not in _NAMES:
                raise TypeError
            series = stream.series[key, context, source]
            with stream.lock:
                now = time_ns() // 1000
                if not stream.state and stream.look_from <= now < stream.look_until:
                    stream.state = BUSY
                    try:
                        count, size, wrote = stream.at
                        # The descriptor is ours while its file stands where we left it; for 50 us it is trusted (_limits).
                        if size <= stream.fast and (now - wrote < 50 or lseek(stream.fd, 0, 1) == size):
                            # 29 bytes of payload. Beyond 2^32 records pack refuses `count`, and the long way is taken.
                            body = pack_point(29, count, 1, series, step, now if at is None else at, value)
                            if write(stream.fd, pack_crc(crc32(body)) + body) == 41:
                                stream.at = (count + 1, size + 41, now)
                                stream.state = IDLE
                                return
                            stream.state = TORN
                        else:
                            stream.state = IDLE
                    except BaseException:
                        stream.state = TORN
                        raise
        except BaseException as error:
            if cuts_in(error):
                raise
    with harmless("log_metric"):
        log_one(key, value, context, step, source, timestamp)


def log_one(key, value, context, step, source, timestamp, unit=None):
    session = session_for("log_metric")
    if session is None:
        return
    label = name(key)
    if label is None:
        return session.refuse("bad-name", "BAD_NAME", "log_metric: the key is %s; it must be text that is not empty" % shown(key))
    try:
        value = number(value)
    except Remark as remark:
        session.problem(remark.code, "log_metric: the value of %s %s" % (label, remark), label)
        value = remark.value
    except NotANumber as what:
        if not hasattr(what, "given"):
            what.given = value
        value = what
    step = recorded_step(session, "log_metric", label, step)
    time = recorded_time(session, "log_metric", label, timestamp)
    context, source = name(current_context() if context is None else context), name(source)
    if type(value) is float:
        session.stream.metric(label, context, source, step, time, value, unit)
    elif not log_vector(session, label, value, context, source, step, time, unit):
        session.refuse("not-a-number", "NOT_A_NUMBER",
                       "log_metric: the value of %s is no number: %s; it is not recorded" % (label, value), label)  # fmt: skip


def log_metrics(metrics, context=None, step=0, source=None, timestamp=None):
    """Records the values of several metrics, ``{key: value}``, of one step."""
    with harmless("log_metrics"):
        from ._pairs import pairs_of

        context, source = context_name(context), name(source)
        step, timestamp = asked_once(step_of, step), moment_once(timestamp)
        for key, value in pairs_of("log_metrics", metrics):
            log_metric(key, value, context, step, source, timestamp)
