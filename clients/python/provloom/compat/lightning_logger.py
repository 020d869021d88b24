"""ProvMLLogger: prov4ml's logger for Lightning. It begins no run: the script's start_run does."""

import os

from ..integrations.lightning import LightningLogger
from .run import get_run_dir


class _Scripts:
    def begin(self):
        """The script has begun it, or nothing is recorded, which is told."""

    def end(self, error=None):
        """So does the script end it."""


class ProvMLLogger(LightningLogger):
    def __init__(self, name="lightning_logs", version=None, prefix="", flush_logs_every_n_steps=100):
        super().__init__(None, name or "lightning_logs")
        self._own = _Scripts()
        self._version, self._prefix = version, prefix

    @property
    def version(self):
        return self._version

    @property
    def root_dir(self):
        return os.path.join(get_run_dir(), self.name)

    @property
    def log_dir(self):
        return os.path.join(self.root_dir, self.version if isinstance(self.version, str) else "version_%s" % self.version)

    def log_metrics(self, metrics, step=None):
        named = {self._prefix + "-" + name: value for name, value in metrics.items()} if self._prefix else metrics
        super().log_metrics(named, step)
