"""A callback for Keras 3 and tf.keras: ``model.fit(..., callbacks=[KerasCallback("www.example.org", "digits")])``."""

try:
    from keras.callbacks import Callback
except ImportError:
    from tensorflow.keras.callbacks import Callback

from .._guard import harmless
from .._metric import log_metric
from .._param import log_params
from ._own_run import OwnRun, context_of


class KerasCallback(Callback):
    """Records the arguments of ``fit``, the optimizer's configuration, and each epoch's values.

    Where a run is open it goes there; else it begins one, with the options of start_run.
    """

    def __init__(self, prov_user_namespace=None, experiment_name="keras", **options):
        super().__init__()
        self._own = OwnRun(prov_user_namespace=prov_user_namespace, experiment_name=experiment_name, **options)
        self._fits = False

    def on_train_begin(self, logs=None):
        self._fits = True
        with harmless("on_train_begin"):
            self._own.begin()
            optimizer = getattr(self.model, "optimizer", None)
            found = {} if optimizer is None else {"optimizer." + key: value for key, value in optimizer.get_config().items()}
            log_params({**{key: value for key, value in (self.params or {}).items() if value is not None}, **found})

    def on_epoch_end(self, epoch, logs=None):
        with harmless("on_epoch_end"):
            self._own.begin()
            for key, value in (logs or {}).items():
                log_metric(key, value, context_of(key, "training"), epoch)

    def on_train_end(self, logs=None):
        self._fits = False

    def on_test_end(self, logs=None):
        """Of ``evaluate`` alone; what ``fit`` validates by is in its epochs."""
        with harmless("on_test_end"):
            if not self._fits:
                self._own.begin()
                for key, value in (logs or {}).items():
                    log_metric(key, value, "evaluation")

    def end(self):
        """Ends the run where it is this callback's own."""
        self._own.end()
