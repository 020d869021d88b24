"""A callback for Keras 3 and tf.keras: ``model.fit(..., callbacks=[KerasCallback("www.example.org", "digits")])``."""

try:
    from keras.callbacks import Callback
except ImportError:
    from tensorflow.keras.callbacks import Callback

from .._metric import log_metric
from .._param import log_params
from ._own_run import Recording


class KerasCallback(Recording, Callback):
    """Records the arguments of ``fit``, the optimizer's configuration, and each epoch's values.

    Where a run is open it goes there; else it begins one, with the options of start_run.
    """

    _experiment = "keras"
    _fits = False

    def on_train_begin(self, logs=None):
        self._fits = True
        with self._recorded("on_train_begin"):
            optimizer = getattr(self.model, "optimizer", None)
            found = {} if optimizer is None else {"optimizer." + key: value for key, value in optimizer.get_config().items()}
            log_params({**{key: value for key, value in (self.params or {}).items() if value is not None}, **found})

    def on_epoch_end(self, epoch, logs=None):
        self._log("on_epoch_end", logs, epoch, "training")

    def on_train_end(self, logs=None):
        self._fits = False

    def on_test_end(self, logs=None):
        """Of ``evaluate`` alone; what ``fit`` validates by is in its epochs."""
        if self._fits:
            return
        with self._recorded("on_test_end"):
            for key, value in (logs or {}).items():
                log_metric(key, value, "evaluation")
