"""Functions, models and data sets that log as they are used. torch is loaded with them."""

from torch import nn
from torch.utils.data import Dataset

from .._guard import harmless
from .._metric import log_metric as _log_metric
from .._tell import once
from .given import Given, is_count, is_name
from .kinds import context_name

_WEIGHTS = (
    nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.Embedding, nn.LayerNorm, nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d,
)  # fmt: skip
_PARTS = {"p25": 0.25, "p50": 0.5, "p75": 0.75}
#: More elements than this are too many for the quantiles of torch.
_QUANTILES_MAX = 1 << 24


class ProvenanceTrackedFunction:
    """A function, a loss say, of which each value is a point of a metric named by its class."""

    def __init__(self, func, context=None):
        self.fn = func
        self.context = context
        self.source = type(func).__name__
        self.inc = 0

    def __call__(self, *args, **kwargs):
        result = self.fn(*args, **kwargs)
        _log_metric(self.source, result, context_name(self.context), self.inc, self.source)
        self.inc += 1
        return result


class _Tracked(nn.Module):
    """``(label, model, context)``, and as some of their scripts call it ``(model)`` or ``(model, label)``."""

    def __init__(self, *positional, **named):
        super().__init__()
        given = Given(type(self).__name__, positional, named)
        self.model_name, self.model = given.pair("model_label", "model")
        self.context = given.take("context", is_name)
        given.take("chunk_size", is_count)
        given.rest()

    def forward(self, *args, **kwargs):
        return self.model(*args, **kwargs)

    def close(self):
        """There is nothing open."""


class ProvenanceTrackedModel(_Tracked):
    """The model as it is: what goes through its layers is not recorded, which is told once."""

    def __init__(self, *positional, **named):
        super().__init__(*positional, **named)
        once("compat-layers", "ProvenanceTrackedModel: what goes in and out of the layers of %s is not recorded" % self.model_name)


class WeightDistributionTrackedModel(_Tracked):
    """``log_epoch`` logs mean, std, min, max and quartiles of the weights of each layer that is trained, as metrics."""

    def log_epoch(self, epoch):
        with harmless("log_epoch"):
            for name, module in self.model.named_modules():
                if not isinstance(module, _WEIGHTS):
                    continue
                for parameter, weights in module.named_parameters(recurse=False):
                    if "weight" in parameter and weights.requires_grad:
                        self._log(name, weights.detach().float().flatten(), epoch)

    def _log(self, name, weights, epoch):
        found = {"mean": weights.mean(), "std": weights.std(), "min": weights.min(), "max": weights.max()}
        if weights.numel() <= _QUANTILES_MAX:
            found.update({part: weights.quantile(share) for part, share in _PARTS.items()})
        for part, value in found.items():
            _log_metric("%s.%s.%s" % (self.model_name, name, part), value, context_name(self.context), epoch, "weights")


class IndexedDatasetWrapper(Dataset):
    """Gives the index with each sample."""

    def __init__(self, dataset):
        super().__init__()
        self.dataset = dataset

    def __len__(self):
        return len(self.dataset)

    def __getitem__(self, index):
        return index, self.dataset[index]
