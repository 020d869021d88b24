"""Who called start_run: runs that go on at the same time are not one that was forgotten and the next."""

import sys
from _thread import get_ident
from _weakref import ref

from ._cut_in import from_inside


class Holder:
    """A thread, and the task of asyncio that runs in it, where one does. asyncio is never imported for it."""

    __slots__ = ("thread", "_task")

    def __init__(self):
        self.thread = get_ident()
        self._task = None
        task = _running_task()
        if task is not None:
            self._task = ref(task)

    def is_like(self, other):
        """Whether ``other``, who runs now, is the same. Who takes a thread over from a task that is over stands for it."""
        if self.thread != other.thread:
            return False
        if self._task is None:
            return other._task is None
        task = self._task()
        return task is None or task.done() or self._task == other._task


def _running_task():
    asyncio = sys.modules.get("asyncio")
    try:
        loop = None if asyncio is None else asyncio._get_running_loop()
        return None if loop is None else asyncio.current_task(loop)
    except from_inside(Exception):
        return None  # it is being imported, or is another one of that name
