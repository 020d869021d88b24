"""Steps of a training: how long each computes, and how long it waits for data and for other ranks.

Where ranks move in lockstep all take the same time from step to step, for the quick wait for the slow one: only what a rank
itself does in it tells them apart. So of a step is recorded, in seconds of this process's monotonic clock:

=============  ===========  ===========================================================================================
``key``        ``source``   value
=============  ===========  ===========================================================================================
compute_time   step         inside the step, less what it waited in there
wait_time      data         until the loader gave the batch (:func:`steps`)
wait_time      between      from the end of the step before in this thread to the begin of this one (:func:`step`)
wait_time      ranks, ...   inside :func:`waiting`; of a step that waits nowhere there is no such point
=============  ===========  ===========================================================================================

How far it is to go is recorded where it is known, once for each that is another, with the step that knows it: ``steps`` of the
source ``step``, how many there are to be in all, and of the source ``data`` the step behind the last one of a loop.
"""

from contextvars import ContextVar
from itertools import count
from os import getpid
from time import perf_counter

from . import _current
from ._context import context_name
from ._guard import harmless, session_for
from ._metric import log_metric, log_one
from ._values import name

#: the innermost step of this thread or task, perhaps one that is over
_step = ContextVar("provloom_step", default=None)
#: (process, context, time) of the end of the last `with` of a step in this thread or task
_ended = ContextVar("provloom_step_ended", default=(0, None, 0.0))


def step(number=None, context=None, total=None):
    """Times one step of a training, as a ``with``: records how long it computes and how long it waits.

    ::

        for i, batch in enumerate(loader):
            with provloom.step(i) as step:
                loss = model(batch)
                with step.waiting():
                    comm.Allreduce(...)

    ``compute_time`` is the seconds inside it less those inside :func:`waiting`; ``wait_time`` those, and what passed since
    the step before (source ``between``). Two points a step, a third where it waits. A step that an exception leaves is not
    recorded; one inside another of the same context is a part of that.

    What it cannot see: work on a GPU goes on after the call that began it has returned. A step that does not wait for its
    result (``loss.item()``, ``torch.cuda.synchronize()``) is as long as it takes to ask for it; over many steps the mean is
    right, for the queue is full. And what waits for other ranks outside of :func:`waiting` counts as computing: an
    all-reduce that DistributedDataParallel makes in ``backward()``.

    :param number: the step that is recorded; else they are counted, in each context by itself
    :param context: of the series; else the one that a ``with`` has opened
    :param total: how many steps there are to be in all: then it is told how long it is to go
    """
    return Step(number, context, ends=None if total is None else (total, "step"))


def steps(iterable, first=None, context=None, total=None):
    """Goes through a loader and times each pass of the loop's body as a :func:`step`.

    ::

        for batch in provloom.steps(loader):
            ...

    ``wait_time`` of the source ``data`` is how long the loader took to give the batch; ``compute_time`` the rest until the
    next one is asked for. A pass that ``break`` or an exception leaves is not recorded. Whatever else is asked of it
    (``len``, attributes) the loader is asked. Where it has a ``len`` that is recorded: how long it is to go to the end of the
    loop, or with a parameter ``epochs`` to that of the training.

    :param first: the number of the first step; else they are counted on, over several loops too
    :param context: of the series; else the one that a ``with`` has opened
    :param total: how many steps there are to be in all, over all loops
    """
    return _Steps(iterable, first, context, total)


def waiting(on="ranks"):
    """Inside this ``with`` the step of this thread waits, and does not compute: around a barrier or an all-reduce.

    :param on: what for, the source of the ``wait_time`` that is recorded: ``ranks``, ``data``, or a text of your own
    """
    return _Waiting(_open_step(), on)


class Step:
    """What :func:`step` gives."""

    __slots__ = ("_number", "_context", "_named", "_before", "_ends", "_outer", "_part_of", "_begun", "_waited", "_waits",
                 "_over", "_pid")  # fmt: skip

    def __init__(self, number=None, context=None, before=None, ends=None):
        self._number, self._context = number, context
        #: (source, seconds) of what was before it
        self._before = before
        #: how many steps there are to be, and as what that is recorded
        self._ends = ends
        self._over, self._begun = True, None

    def waiting(self, on="ranks"):
        """The same as :func:`waiting`, for this step from whichever thread."""
        return _Waiting(self, on)

    def __enter__(self):
        with harmless("step"):
            self._begin()
        return self

    def __exit__(self, kind, error, trace):
        now = perf_counter()
        with harmless("step"):
            if self._end(now, kind is None):
                _ended.set((self._pid, self._named, now))

    def _begin(self):
        if not self._over:
            return  # entered again while it goes on
        context = context_name(self._context)
        outer = _open_step()
        self._outer, self._named = outer, context
        self._part_of = None if outer is None or outer._named != context else outer._part_of or outer
        self._pid, self._waited, self._waits = getpid(), None, 0
        _step.set(self)
        if self._before is None:
            pid, where, ended = _ended.get()
            self._begun = perf_counter()
            if pid == self._pid and where == context:
                self._before = ("between", self._begun - ended)
        else:
            self._begun = perf_counter()
        self._over = False

    def _end(self, now, whole):
        """Returns whether it was a step of its own, and this its end."""
        if self._over:
            return False
        self._over = True
        _step.set(self._outer)
        before, self._before = self._before, None
        if self._part_of is not None or self._pid != getpid():
            return False
        if whole:
            self._record(now, before)
        return True

    def _record(self, now, before):
        waited = self._waited or {}
        number = _numbered(self._number, self._named)
        _log("compute_time", max(0.0, now - self._begun - sum(waited.values())), self._named, number, "step")
        if before is not None:
            source, seconds = before
            waited[source] = waited.get(source, 0.0) + seconds
        for source, seconds in waited.items():
            _log("wait_time", seconds, self._named, number, source)
        if self._ends is not None:
            _tell_end(number, self._named, *self._ends)


class _Waiting:
    __slots__ = ("step", "on", "begun")

    def __init__(self, step, on):
        self.step, self.on, self.begun = step, on, None

    def __enter__(self):
        step = self.step
        if step is not None and step._begun is not None:
            self.step = step = step._part_of or step
            if step._waits == 0:
                self.begun = perf_counter()
            step._waits += 1
        return self

    def __exit__(self, kind, error, trace):
        step = self.step
        if step is None or step._begun is None:
            return
        step._waits -= 1
        if self.begun is None or step._over:
            return
        passed = perf_counter() - self.begun
        with harmless("waiting"):
            waited = step._waited
            if waited is None:
                waited = step._waited = {}
            on = self.on if type(self.on) is str else name(self.on) or "ranks"
            waited[on] = waited.get(on, 0.0) + passed


class _Steps:
    """A loader that is gone through in steps: each ``for`` begins anew, as with the loader itself."""

    __slots__ = ("_of", "_first", "_context", "_total")

    def __init__(self, of, first, context, total):
        self._of, self._first, self._context, self._total = of, first, context, total

    def __iter__(self):
        return _Pass(iter(self._of), self._first, self._context, self._ends())

    def _ends(self):
        if self._total is not None:
            return (self._total, "step")
        try:
            return (len(self._of), "data")
        except Exception:
            return None  # it knows no end: whatever its own error is

    def __len__(self):
        return len(self._of)

    def __getattr__(self, attribute):
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        return getattr(self._of, attribute)


class _Pass:
    """One ``for`` over it. What the loader raises, the end of it too, is the script's."""

    __slots__ = ("_of", "_number", "_context", "_ends", "_now")

    def __init__(self, of, first, context, ends):
        self._of, self._number, self._context, self._ends, self._now = of, first, context, ends, None

    def __iter__(self):
        return self

    def __next__(self):
        begun = perf_counter()
        if self._now is not None:
            with harmless("steps"):
                self._now._end(begun, True)
            begun = perf_counter()
        batch = next(self._of)
        with harmless("steps"):
            number = self._number
            self._now = Step(number, self._context, ("data", perf_counter() - begun), self._ends)
            self._ends = None
            if type(number) is int:
                self._number = number + 1
            self._now._begin()
        return batch

    def __del__(self):
        # The loop was left in the middle of a step: nothing goes on in it.
        if self._now is not None:
            self._now._over = True


def _open_step():
    step = _step.get()
    while step is not None and step._over:
        step = step._outer
    return step


def _numbered(number, context):
    session = _current.session
    if session is None:
        return number
    if number is None:
        return next(session.steps.setdefault(context, count()))
    if type(number) is int:
        session.steps[context] = count(number + 1)
    return number


def _tell_end(number, context, of, source):
    session = _current.session
    if session is None or type(number) is not int:
        return
    end = number + of if source == "data" else int(of)
    if session.ends.get((context, source)) != end:
        session.ends[context, source] = end
        _log("steps", end, context, number, source, None)


def _log(key, value, context, number, source, unit="s"):
    stream = _current.stream
    if stream is not None and (key, context, source) in stream.series:
        log_metric(key, value, context, number, source)
    elif session_for("step") is not None:
        log_one(key, value, context, number, source, None, unit)
