"""Lightning on random data, fit and tested; on as many ranks as its launcher has started.

Usage: lightning_fit.py mlflow | integrations
"""

import os
import sys
import tempfile

import told
import torch

# Debian calls its torch 1.13.1 "1.13.0a0", which Lightning takes for 1.12, that had this by another name.
torch._UntypedStorage = getattr(torch, "UntypedStorage", None)

from lightning import pytorch as pl
from lightning.pytorch.loggers.logger import Logger

# And it looks whether a module of Debian's torch is there that Python 3.11 cannot import.
pl.LightningModule._register_sharded_tensor_state_dict_hooks_if_available = lambda self: None

way = sys.argv[1]
ranks = int(os.environ.get("WORLD_SIZE", 1))


class Tells(Logger):
    """A logger of every rank, as Lightning's own CSVLogger is of one."""

    name, version = "tells", 0

    def log_metrics(self, metrics, step=None):
        told.points(metrics, step)

    def log_hyperparams(self, params, *args, **kwargs):
        told.params(params)


class Module(pl.LightningModule):
    def __init__(self, lr=0.1, layers=2):
        super().__init__()
        self.save_hyperparameters()
        self.layer = torch.nn.Linear(4, 1)

    def _loss(self, batch):
        x, y = batch
        return torch.nn.functional.mse_loss(self.layer(x), y)

    def training_step(self, batch, at):
        loss = self._loss(batch)
        self.log("train_loss", loss)
        return loss

    def validation_step(self, batch, at):
        self.log("val_loss", self._loss(batch))

    def test_step(self, batch, at):
        self.log("test_loss", self._loss(batch))

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=self.hparams.lr)


def logger():
    if way == "mlflow":
        from lightning.pytorch.loggers import MLFlowLogger

        return MLFlowLogger("lit", tracking_uri=os.environ["MLFLOW_TRACKING_URI"], log_model=True)
    from provloom.integrations import LightningLogger

    return [Tells(), LightningLogger("www.example.org", "lit", collect_all_processes=True)]


def main():
    torch.manual_seed(0)
    data = torch.utils.data.TensorDataset(torch.rand(64, 4), torch.rand(64, 1))
    loader = torch.utils.data.DataLoader(data, batch_size=4)
    with tempfile.TemporaryDirectory() as folder:
        trainer = pl.Trainer(
            default_root_dir=folder, max_epochs=3, accelerator="cpu", devices=ranks, strategy="ddp" if ranks > 1 else "auto",
            log_every_n_steps=1, logger=logger(), enable_progress_bar=False, enable_model_summary=False,
        )  # fmt: skip
        model = Module()
        trainer.fit(model, loader, loader)
        trainer.test(model, loader, verbose=False)


if __name__ == "__main__":
    main()
