"""A logger for Lightning: ``Trainer(logger=LightningLogger("www.example.org", "digits"))``."""

try:
    from lightning.pytorch.loggers.logger import Logger
except ImportError:
    from pytorch_lightning.loggers.logger import Logger

from .. import _current
from .._artifact import log_artifact
from .._param import log_params
from ._own_run import Recording


class LightningLogger(Recording, Logger):
    """Records what ``self.log`` of a module is given, from every rank that is collected, with Lightning's own steps.

    Where a run is open it goes there; else it begins one, with the options of start_run.
    """

    _experiment = "lightning"

    def __init__(self, prov_user_namespace=None, experiment_name=None, **options):
        super().__init__(prov_user_namespace, experiment_name, **options)
        self._name = experiment_name or self._experiment

    @property
    def name(self):
        return self._name

    @property
    def version(self):
        """The number of the run, once its directory is known."""
        folder = None if _current.session is None else _current.session.directory()
        return None if folder is None else folder.rpartition("_")[2]

    def log_metrics(self, metrics, step=None):
        self._log("log_metrics", metrics, step)

    def log_hyperparams(self, params, *args, **kwargs):
        with self._recorded("log_hyperparams"):
            log_params(params)

    def after_save_checkpoint(self, checkpoint_callback):
        """The best and the last checkpoint, as they are now."""
        with self._recorded("after_save_checkpoint"):
            paths = {getattr(checkpoint_callback, one, None) for one in ("best_model_path", "last_model_path")}
            for path in sorted(one for one in paths if one):
                log_artifact(path, is_model=True)

    def finalize(self, status):
        """A failed fit ends the run; after one that went well there may be more."""
        if status not in ("success", "finished"):
            self._own.end("Lightning says: %s" % status)
