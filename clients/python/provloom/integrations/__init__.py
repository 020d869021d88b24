"""Loggers and callbacks for frameworks. Each imports its framework when it is asked for, and not before.

``LightningLogger`` (lightning, pytorch_lightning), ``HuggingFaceCallback`` (transformers), ``KerasCallback`` (keras), and
``LoggingHandler`` (the standard library's logging).
"""

_WHERE = {
    "LightningLogger": "lightning",
    "HuggingFaceCallback": "huggingface",
    "KerasCallback": "keras",
    "LoggingHandler": "handler",
}

__all__ = list(_WHERE)


def __getattr__(name):
    where = _WHERE.get(name)
    if where is None:
        raise AttributeError("module 'provloom.integrations' has no attribute %r" % name)
    return getattr(__import__(__name__ + "." + where, fromlist=(name,)), name)


def __dir__():
    return sorted(set(globals()) | set(_WHERE))
