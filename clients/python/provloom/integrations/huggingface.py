"""A callback for Hugging Face's Trainer: ``Trainer(..., callbacks=[HuggingFaceCallback("www.example.org", "digits")])``."""

import os

from transformers import TrainerCallback

from .._artifact import log_artifact
from .._guard import harmless
from .._param import log_param, log_params
from ._own_run import Recording


class HuggingFaceCallback(Recording, TrainerCallback):
    """Records the Trainer's arguments, the model's configuration, what is logged at each step, and checkpoints by their path.

    Where a run is open it goes there; else it begins one, with the options of start_run.
    """

    _experiment = "transformers"

    def on_train_begin(self, args, state, control, model=None, **kwargs):
        with self._recorded("on_train_begin"):
            log_params({name: value for name, value in args.to_dict().items() if value is not None and value != ""})
            config = getattr(model, "config", None)
            if config is not None:
                log_param("model_config", config.to_dict())

    def on_log(self, args, state, control, logs=None, **kwargs):
        numbers = {key: value for key, value in (logs or {}).items() if isinstance(value, (int, float))}
        self._log("on_log", numbers, state.global_step, "training")

    def on_save(self, args, state, control, **kwargs):
        with harmless("on_save"):
            folder = os.path.join(args.output_dir, "checkpoint-%d" % state.global_step)
            # One rank writes it; to copy every checkpoint would double the disk.
            if state.is_world_process_zero and os.path.isdir(folder):
                self._own.begin()
                log_artifact(os.path.basename(folder), folder, step=state.global_step, log_copy_in_prov_directory=False, is_model=True)
