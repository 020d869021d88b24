"""Data sets: where they are and how much they hold, by what the object itself can say."""

import errno
import os
import time

from . import _copy
from . import _limits as limits
from . import _ours
from ._context import context_name
from ._listing import Folder
from ._cut_in import from_inside
from ._guard import harmless, session_for
from ._kinds import ABSENT, class_name, held, static, title
from ._paths import NotAPath, absolute, given, looks_like_one, shown, text_of
from ._values import flag, name as name_of


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
        if looks_like_one(dataset):
            path, dataset = dataset, None
        facts = {}
        if dataset is not None and flag("log_dataset", "log_dataset_info", log_dataset_info, True):
            facts.update(_of_object(dataset))
            path = _path_of(dataset) if path is None else path
        if path is not None:
            facts.update(_of_path(session, label, path))
        session.event("dataset", label=label, split=name_of(split), context=context_name(context),
                      source=name_of(source), direction="input" if flag("log_dataset", "is_input", is_input, True) else "output", **facts)  # fmt: skip


def _of_object(dataset):
    """A loader's numbers are its batches; the samples are those of the data set that it loads."""
    facts = {"className": name_of(class_name(type(dataset)))}
    inner = _held(dataset, "dataset")
    loader = inner is not None and (held(dataset, "batch_size") is not ABSENT or held(dataset, "batch_sampler") is not ABSENT)
    if not loader:
        facts["samples"] = _length(dataset)
        return facts
    until = time.monotonic() + limits.FOREIGN_SECONDS
    facts["samples"] = _length(inner)
    facts["batches"] = _length(dataset) if time.monotonic() < until else None
    facts["batchSize"] = _count(_held(dataset, "batch_size"))
    if facts["batchSize"] is None:
        facts["batchSize"] = _count(_held(_held(dataset, "batch_sampler"), "batch_size"))
    facts["workers"] = _count(_held(dataset, "num_workers"))
    facts["shuffle"] = _shuffles(dataset)
    return facts


def _held(thing, name):
    """What an object holds under a name; no property of it is asked."""
    found = held(thing, name)
    return None if found is ABSENT else found


def _shuffles(loader):
    sampler = _held(loader, "sampler")
    shuffle = _held(sampler, "shuffle")
    if type(shuffle) is bool:  # DistributedSampler
        return shuffle
    name = title(type(sampler)).rpartition(".")[2]
    if "Random" in name:
        return True
    return False if "Sequential" in name else None


def _path_of(dataset):
    for one in (dataset, _held(dataset, "dataset")):
        for attribute in ("root", "path", "data_dir", "filename", "file"):
            found = _held(one, attribute)
            try:
                path = given(found) if looks_like_one(found) else None
            except NotAPath:
                continue
            if path is not None and os.path.exists(path):
                return path
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
    except from_inside(OSError) as error:
        code = "MISSING_FILE" if error.errno == errno.ENOENT else "FILE_NOT_KEPT"
        session.problem(code, "log_dataset: %s: %s: %s" % (label, shown(path), error.strerror), path)
    return facts


def _of_folder(session, path):
    """Bytes of all files in it; not of a folder with so many that counting them would hold the training up."""
    sizes, unseen = [0], []

    def count(found):
        try:
            sizes[0] += 0 if found.empty else os.stat(found.path).st_size
        except from_inside(OSError):
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
    """Asked once; an IterableDataset has no length."""
    if static(type(thing), "__len__") is None:
        return None
    try:
        return _count(len(thing))
    except from_inside(BaseException) as error:
        return None


def _count(value):
    return value if type(value) is int and 0 <= value < 2**53 else None
