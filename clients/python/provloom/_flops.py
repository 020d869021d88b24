"""Floating-point operations of one pass of a model forward, by whichever counter is installed. Nothing is imported for it but that.

The pass is one more than the script makes: in evaluation mode, without gradients, with the random numbers left as they are.
"""

import sys

from ._cut_in import from_inside
from ._kinds import comes_from
from ._numbers import error_text


class NotCounted(Exception):
    """Why they cannot be counted. Never leaves the client."""


def count(model, given):
    """(operations, unit, counter) of one pass. Raises NotCounted."""
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(model, torch.nn.Module):
        raise NotCounted("they are counted of torch's modules alone")
    positional, named = _arguments(torch, model, given)
    way = _by_torch if _has_counter() else _by_fvcore
    modes = [(one, one.training) for one in model.modules()]
    try:
        with torch.no_grad(), torch.random.fork_rng(devices=[]):
            for one, _ in modes:
                one.training = False
            return way(model, positional, named)
    except NotCounted:
        raise
    except from_inside(Exception) as error:
        raise NotCounted("the model does not take what it was given: %s" % error_text(error)) from None
    finally:
        for one, mode in modes:
            one.training = mode


def sample_of(dataset):
    """The first sample of a data set or of a loader's, as a batch of one, and how many there are. Raises NotCounted."""
    inner = getattr(dataset, "dataset", dataset)
    try:
        first, many = inner[0], len(inner)
    except from_inside(Exception) as error:
        raise NotCounted("the data set has no first sample, or no length: %s" % error_text(error)) from None
    return _batched(first[0] if isinstance(first, (tuple, list)) else first), many


def _batched(value):
    return {key: _batched(one) for key, one in value.items()} if isinstance(value, dict) else value[None]


def _arguments(torch, model, given):
    given = given[0] if isinstance(given, (tuple, list)) and len(given) else given
    device = next((one.device for one in model.parameters()), None)

    def there(one):
        return one.to(device) if device is not None and comes_from(type(one), "torch") else one

    if isinstance(given, dict):
        return (), {key: there(one) for key, one in given.items()}
    return (there(given),), {}


def _has_counter():
    from importlib.util import find_spec

    try:
        return find_spec("torch.utils.flop_counter") is not None
    except ImportError:
        return False


def _by_torch(model, positional, named):
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        model(*positional, **named)
    return counter.get_total_flops(), "FLOP", "torch.utils.flop_counter"


def _by_fvcore(model, positional, named):
    try:
        from fvcore.nn import FlopCountAnalysis
    except ImportError:
        raise NotCounted("torch counts them from 2.1 on, and fvcore is not installed") from None
    if named:
        raise NotCounted("fvcore takes no inputs by name")
    analysis = FlopCountAnalysis(model, positional)
    analysis.unsupported_ops_warnings(False)
    analysis.uncalled_modules_warnings(False)
    # What fvcore calls a flop is a multiplication with its addition.
    return analysis.total(), "multiply-add", "fvcore.nn.FlopCountAnalysis"
