"""Data sets: where they are and how much they hold, by what the object itself can say."""

import os

from . import _artifact
from . import _limits as limits
from ._context import context_name
from ._guard import harmless, session_for
from ._values import name as name_of


def log_dataset(
    dataset_label,
    dataset=None,
    context=None,
    source=None,
    log_dataset_info=True,
    path=None,
    split=None,
    is_input=True,
):
    """Records a data set: a path, a torch DataLoader or Dataset, or anything with a length.

    :param dataset: a path to a file or folder, or the object
    :param path: where the data is, when ``dataset`` is an object
    :param split: ``train``, ``test``, ...
    """
    with harmless("log_dataset"):
        session = session_for("log_dataset")
        if session is None:
            return
        label = name_of(dataset_label) or "dataset"
        if isinstance(dataset, (str, os.PathLike)):
            path, dataset = dataset, None
        facts = {}
        if dataset is not None and log_dataset_info:
            facts.update(_of_object(dataset))
            path = path or _path_of(dataset)
        if path is not None:
            facts.update(_of_path(session, label, path))
        session.event("dataset", label=label, split=name_of(split), context=context_name(context),
                      source=name_of(source), direction="input" if is_input else "output", **facts)  # fmt: skip


def _of_object(dataset):
    """A loader's numbers are its batches; the samples are those of the data set that it loads."""
    kind = type(dataset)
    facts = {"className": name_of("%s.%s" % (kind.__module__, kind.__qualname__))}
    inner = getattr(dataset, "dataset", None)
    loader = inner is not None and (hasattr(dataset, "batch_size") or hasattr(dataset, "batch_sampler"))
    if not loader:
        facts["samples"] = _length(dataset)
        return facts
    facts["samples"] = _length(inner)
    facts["batches"] = _length(dataset)
    facts["batchSize"] = _count(getattr(dataset, "batch_size", None))
    if facts["batchSize"] is None:
        facts["batchSize"] = _count(getattr(getattr(dataset, "batch_sampler", None), "batch_size", None))
    facts["workers"] = _count(getattr(dataset, "num_workers", None))
    facts["shuffle"] = _shuffles(dataset)
    return facts


def _shuffles(loader):
    sampler = getattr(loader, "sampler", None)
    if isinstance(getattr(sampler, "shuffle", None), bool):  # DistributedSampler
        return sampler.shuffle
    name = type(sampler).__name__
    if "Random" in name:
        return True
    return False if "Sequential" in name else None


def _path_of(dataset):
    for one in (dataset, getattr(dataset, "dataset", None)):
        for attribute in ("root", "path", "data_dir", "filename", "file"):
            found = getattr(one, attribute, None)
            if isinstance(found, (str, os.PathLike)) and os.path.exists(found):
                return found
    return None


def _of_path(session, label, path):
    path = os.path.abspath(os.path.expanduser(os.fspath(path)))
    facts = {"path": path}
    if os.path.isfile(path):
        facts["size"] = os.path.getsize(path)
        if facts["size"] <= limits.ARTIFACT_INLINE_BYTES_MAX:
            facts["sha256"] = _artifact.hash_file(path)
    elif os.path.isdir(path):
        facts["size"] = _folder_size(path)
    else:
        session.problem("MISSING_FILE", "log_dataset: %s: there is no file or folder %s" % (label, path), path)
    return facts


def _folder_size(path):
    """Bytes of all files in it; None for a folder with so many that counting them would hold the training up."""
    total, seen = 0, 0
    for folder, _, files in os.walk(path):
        for file in files:
            seen += 1
            if seen > limits.FOLDER_FILES_MAX:
                return None
            try:
                total += os.lstat(os.path.join(folder, file)).st_size
            except OSError:
                pass
    return total


def _length(thing):
    try:
        return _count(len(thing))
    except Exception:
        return None  # an IterableDataset has no length


def _count(value):
    return value if type(value) is int and 0 <= value < 2**53 else None
