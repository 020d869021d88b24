"""A logger for Lightning: ``Trainer(logger=LightningLogger("www.example.org", "digits"))``."""

try:
    from lightning.pytorch.loggers.logger import Logger
except ImportError:
    from pytorch_lightning.loggers.logger import Logger

from .._guard import harmless
from .._metric import log_metric
from .._param import log_params
from ._own_run import OwnRun, context_of


class LightningLogger(Logger):
    """Records what ``self.log`` of a module is given, from every rank that is collected, with Lightning's own steps.

    Where a run is open it goes there; else it begins one, with the options of start_run.
    """

    def __init__(self, prov_user_namespace=None, experiment_name="lightning", **options):
        super().__init__()
        self._own = OwnRun(prov_user_namespace=prov_user_namespace, experiment_name=experiment_name, **options)
        self._name = experiment_name

    @property
    def name(self):
        return self._name

    @property
    def version(self):
        """The number of the run, once its directory is known."""
        from .. import _current

        folder = None if _current.session is None else _current.session.directory()
        return None if folder is None else folder.rpartition("_")[2]

    def log_metrics(self, metrics, step=None):
        with harmless("log_metrics"):
            self._own.begin()
            for key, value in metrics.items():
                log_metric(key, value, context_of(key), step)

    def log_hyperparams(self, params, *args, **kwargs):
        with harmless("log_hyperparams"):
            self._own.begin()
            log_params(params)

    def after_save_checkpoint(self, checkpoint_callback):
        """The best and the last checkpoint, as they are now."""
        with harmless("after_save_checkpoint"):
            from .._artifact import log_artifact

            self._own.begin()
            paths = {getattr(checkpoint_callback, one, None) for one in ("best_model_path", "last_model_path")}
            for path in sorted(one for one in paths if one):
                log_artifact(path, is_model=True)

    def finalize(self, status):
        """A failed fit ends the run; after one that went well there may be more."""
        if status not in ("success", "finished"):
            self._own.end("Lightning says: %s" % status)

    def end(self):
        """Ends the run where it is this logger's own."""
        self._own.end()
