"""Data sets: where they are and how much they hold, by what the object itself can say."""

import errno
import os
import time

from . import _copy
from . import _limits as limits
from . import _ours
from ._context import context_name
from ._listing import Folder
from ._guard import harmless, session_for
from ._paths import absolute, shown, text_of
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
    path = absolute(session, "log_dataset", path)
    if path is None:
        return {}
    facts = {"path": text_of(path)}
    until = time.monotonic() + limits.KEEP_MS / 1000
    try:
        if os.path.isdir(path):
            facts.update(_of_folder(session, path))
        else:
            measured = _copy.measure(path, lambda: time.monotonic() > until)
            if measured is None:
                session.problem("NOT_A_FILE", "log_dataset: %s is neither a file nor a folder" % shown(path), path)
            facts.update(measured or {})
    except OSError as error:
        code = "MISSING_FILE" if error.errno == errno.ENOENT else "FILE_NOT_KEPT"
        session.problem(code, "log_dataset: %s: %s: %s" % (label, shown(path), error.strerror), path)
    return facts


def _of_folder(session, path):
    """Bytes of all files in it; not of a folder with so many that counting them would hold the training up."""
    sizes, unseen = [0], []

    def count(found):
        try:
            sizes[0] += 0 if found.empty else os.stat(found.path).st_size
        except OSError:
            unseen.append(found.relative)

    folder = Folder(path, _ours.known_folders(session), count)
    if folder.more:
        session.problem("FOLDER_TOO_LARGE", "log_dataset: %s has more than %d files: their size is not recorded"
                        % (shown(path), folder.files), path)  # fmt: skip
        return {}
    for relative in unseen:
        folder.leave_out("file gone since it was listed", relative)
    told = folder.told()
    if told is not None:
        session.problem("FOLDER_INCOMPLETE", "log_dataset: %s: not counted: %s" % (shown(path), told), path)
    return {"size": sizes[0]}


def _length(thing):
    try:
        return _count(len(thing))
    except Exception:
        return None  # an IterableDataset has no length


def _count(value):
    return value if type(value) is int and 0 <= value < 2**53 else None
