"""A handler for the standard library's logging: ``logging.getLogger().addHandler(LoggingHandler())``."""

import logging
from threading import local

from .. import _limits as limits
from .._guard import harmless, session_for
from .._metric import log_metrics

_inside = local()


class LoggingHandler(logging.Handler):
    """Warnings and errors stand in the graph with their words. Metrics that a call brings along are recorded at any level::

        log.info("epoch %d", epoch, extra={"metrics": {"loss": loss}, "step": epoch, "context": "training"})
    """

    def __init__(self, level=logging.NOTSET):
        super().__init__(level)
        self._left = limits.PROBLEMS_MAX

    def emit(self, record):
        if getattr(_inside, "emits", False):
            return
        _inside.emits = True
        try:
            with harmless("logging"):
                metrics = getattr(record, "metrics", None)
                if metrics is not None:
                    log_metrics(metrics, getattr(record, "context", None), getattr(record, "step", 0), timestamp=record.created)
                if record.levelno >= logging.WARNING and self._left > 0:
                    self._tell(record)
        finally:
            _inside.emits = False

    def _tell(self, record):
        session = session_for("logging")
        if session is None:
            return
        self._left -= 1
        from .._secrets import first_told

        code = "LOGGED_ERROR" if record.levelno >= logging.ERROR else "LOGGED_WARNING"
        text = "%s: %s" % (record.name, self.format(record))
        session.event("problem", code=code, message=first_told(text, limits.MESSAGE_LENGTH_MAX))
