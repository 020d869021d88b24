"""ProvMLItwinAILogger: a logger in the manner of itwinai, with the kinds that its ``log`` takes."""

import os
import pickle
from contextlib import contextmanager

from .._guard import harmless
from .._tell import once
from . import calls, run


class ProvMLItwinAILogger:
    """:param log_freq: ``"epoch"`` (what names no batch), ``"batch"`` (everything), or every so many batches
    :param log_on_workers: a rank, a list of ranks, or -1 for all
    """

    supported_kinds = ("metric", "flops_pb", "flops_pe", "system", "carbon", "execution_time", "model", "best_model", "torch")

    def __init__(
        self, prov_user_namespace="www.example.org", experiment_name="experiment_name", provenance_save_dir="mllogs",
        save_after_n_logs=100, create_graph=True, create_svg=True, log_freq="epoch", log_on_workers=0,
    ):  # fmt: skip
        self.name = experiment_name
        self.version = None
        self.savedir = self.provenance_save_dir = provenance_save_dir
        self.prov_user_namespace = prov_user_namespace
        self.save_after_n_logs = save_after_n_logs
        self.create_graph, self.create_svg = create_graph, create_svg
        self.log_freq, self.log_on_workers = log_freq, log_on_workers
        self.worker_rank = None

    @contextmanager
    def start_logging(self, rank=None):
        try:
            self.create_logger_context(rank=rank)
            yield
        finally:
            self.destroy_logger_context()

    def create_logger_context(self, rank=None):
        self.worker_rank = rank
        if self.should_log():
            run.start_run_of_yprov4ml(
                self.name, self.prov_user_namespace, self.provenance_save_dir, True, self.save_after_n_logs, rank
            )

    def destroy_logger_context(self):
        if self.should_log():
            run.end_run(self.create_graph, self.create_svg)

    def save_hyperparameters(self, params):
        with harmless("save_hyperparameters"):
            for name, value in params.items() if self.should_log() else ():
                calls.log_param(name, value)

    def serialize(self, obj, identifier):
        """Pickles an object into a file below ``savedir``. Returns its path."""
        path = os.path.join(self.savedir, identifier)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as opened:
            pickle.dump(obj, opened)
        return path

    def should_log(self, batch_idx=None):
        rank, wanted = self.worker_rank, self.log_on_workers
        if rank is not None and not (rank in wanted if isinstance(wanted, (list, tuple)) else wanted in (-1, rank)):
            return False
        if batch_idx is None or self.log_freq == "batch":
            return True
        return isinstance(self.log_freq, int) and batch_idx % self.log_freq == 0

    def log(self, item, identifier, kind="metric", step=None, batch_idx=None, context="training", **kwargs):
        with harmless("log"):
            if not self.should_log(batch_idx):
                return
            way = getattr(self, "_log_" + str(getattr(kind, "value", kind)), None)
            if way is None:
                once("compat-kind-%s" % kind, "log: there is no kind %s; %s is not recorded" % (kind, identifier))
            else:
                way(item, identifier, context, step)

    def _log_metric(self, item, identifier, context, step):
        calls.log_metric(identifier, item, context, step)

    def _log_flops_pb(self, item, identifier, context, step):
        calls.log_flops_per_batch(identifier, *item, context=context, step=step)

    def _log_flops_pe(self, item, identifier, context, step):
        calls.log_flops_per_epoch(identifier, *item, context=context, step=step)

    def _log_system(self, item, identifier, context, step):
        calls.log_system_metrics(context, step)

    def _log_carbon(self, item, identifier, context, step):
        calls.log_carbon_metrics(context, step)

    def _log_execution_time(self, item, identifier, context, step):
        calls.log_current_execution_time(identifier, context, step)

    def _log_model(self, item, identifier, context, step):
        calls.save_model_version(identifier, item, context=context, step=step)

    def _log_best_model(self, item, identifier, context, step):
        calls.log_model(identifier, item)

    def _log_torch(self, item, identifier, context, step):
        if hasattr(type(item), "__iter__") and hasattr(item, "dataset"):
            calls.log_dataset(identifier, item)
        else:
            calls.log_param(identifier, item)
