"""What a call was given, told apart by type: versions of these libraries differ in the order of their parameters."""

import os
from enum import Enum

from .._kinds import title
from .._tell import once
from .kinds import Context

#: Parameters that mean nothing here, and what is so instead.
_NOTHING = {
    "metrics_file_type": "metrics are kept in Parquet files",
    "use_compressor": "Parquet files are compressed",
    "csv_separator": "no CSV files are written",
    "use_run_id": "runs are numbered as they come; a run is named by provloom.start_run(run_id=)",
    "crate_ro_crate": "provloom export --ro-crate makes a crate of a finished run",
    "create_card": "provloom show and provloom ui describe a run",
    "log_as_artifact": "the weights of a model are always kept",
    "log_copy_in_prov_directory": "the weights of a model are always kept in the run directory",
    "use_git": "the code of every run is recorded, with what git says of it",
    "other_attrs": "log_param records what is to be known of it",
    "source_of_data": "source= of log_metric and log_param names where a value comes from",
    "timestamp": "it has the time of the call",
}


def is_text(value):
    return issubclass(type(value), str)


def is_flag(value):
    return type(value) is bool


def is_count(value):
    return issubclass(type(value), int) and type(value) is not bool


def is_name(value):
    """A context, a source or a folder: text, a member of an enumeration, or none."""
    return value is None or is_text(value) or issubclass(type(value), Enum)


def is_step(value):
    return value is None or is_count(value)


def is_anything(value):
    return True


class Given:
    """Positional values are taken from the left, each if it is of the kind that is wanted next; a keyword is taken by name."""

    def __init__(self, call, positional, named):
        self.call = call
        self._left = list(positional)
        self._named = dict(named)

    def take(self, name, wanted=None, default=None):
        """:param wanted: whether a positional value may be it; without one it is given by name alone"""
        if name in self._named:
            return self._named.pop(name)
        if wanted is not None and self._left and wanted(self._left[0]):
            return self._left.pop(0)
        return default

    def pair(self, name, thing):
        """(name, thing) in whichever order they came. Without a name it is that of the thing's class."""
        if name in self._named or thing in self._named:
            label, found = self.take(name, is_anything), self.take(thing, is_anything)
        else:
            label, found = self.take(name, is_anything), self.take(thing, is_anything)
            is_other = is_text(found) and (not is_text(label) or (_exists(label) and not _exists(found)))
            if is_other:
                label, found = found, label
        if not is_text(label) or not label:
            found = label if found is None else found
            label = title(type(found)).rpartition(".")[2]
        return label, found

    def path(self):
        """(name, path, context) of a file: ``(name, path)``, ``(path, name)``, ``(path, context)`` or ``(path)``."""
        if "artifact_name" in self._named or "artifact_path" in self._named:
            return (*self._both(), None)
        one, other = self.take("", is_anything), self.take("", is_anything)
        if other is None:
            return None, one, None
        if type(other) is Context or (_exists(one) and not _exists(other) and _is_context(other)):
            return None, one, other
        return (other, one, None) if _exists(one) and not _exists(other) else (one, other, None)

    def _both(self):
        name, path = self.take("artifact_name", is_text), self.take("artifact_path", is_anything)
        return (None, name) if path is None else (name, path)

    def meaningless(self, name, wanted=None):
        """Takes a parameter that means nothing here, and tells it where it asks for something."""
        value = self.take(name, wanted)
        if value is not None and value is not False and not (value is True and name.startswith("log_")):
            once("compat-" + name, "%s: %s means nothing here: %s" % (self.call, name, _NOTHING[name]))

    def rest(self):
        """Tells what nobody knows."""
        for name in [one for one in self._named if one in _NOTHING]:
            self.meaningless(name)
        for name in self._named:
            once("compat-%s-%s" % (self.call, name), "%s: there is no parameter %s; it is passed over" % (self.call, name))
        if any(one is not None and one is not False for one in self._left):
            once("compat-" + self.call, "%s: the last %d values have no meaning in this order; they are passed over"
                 % (self.call, len(self._left)))  # fmt: skip


def _exists(value):
    try:
        return os.path.exists(value)
    except (OSError, ValueError, TypeError):
        return False


def _is_context(value):
    return is_text(value) and value.rpartition(".")[2].upper() in Context._member_map_
