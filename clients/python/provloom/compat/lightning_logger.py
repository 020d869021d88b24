"""ProvMLLogger: prov4ml's logger for Lightning. Where the script has begun no run it begins one, as that of 2024 does."""

import os

from .. import _current
from ..integrations._own_run import OwnRun
from ..integrations.lightning import LightningLogger
from .run import get_run_dir


class _ScriptsFirst(OwnRun):
    """With the first record, so that a start_run behind the logger is the script's; and none behind its end_run."""

    def begin(self):
        if not _current.ended:
            super().begin()


class ProvMLLogger(LightningLogger):
    def __init__(self, name="lightning_logs", version=None, prefix="", flush_logs_every_n_steps=100):
        super().__init__(None, name or "lightning_logs")
        self._own = _ScriptsFirst(
            prov_user_namespace="www.example.org", experiment_name=self._name, save_after_n_logs=flush_logs_every_n_steps
        )
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
