"""The enumerations of prov4ml and yprov4ml: their names and values, for scripts that name them."""

from enum import Enum, EnumMeta


class MetricsType(Enum):
    CSV = "csv"
    ZARR = "zarr"
    NETCDF = "netcdf"


class CompressorType(Enum):
    NONE = None
    ZIP = "zip"
    BLOSC_ZSTD = "blosc_zstd"
    LZ4 = "l4"


class LoggingItemKind(Enum):
    METRIC = "metric"
    FLOPS_PER_BATCH = "flops_pb"
    FLOPS_PER_EPOCH = "flops_pe"
    SYSTEM_METRIC = "system"
    CARBON_METRIC = "carbon"
    EXECUTION_TIME = "execution_time"
    MODEL_VERSION = "model_version"
    FINAL_MODEL_VERSION = "model_version_final"
    PARAMETER = "param"


class _Growing(EnumMeta):
    """Of an enumeration that gets members while a program runs, as ``create_context`` makes them."""

    def __getattr__(cls, name):
        # Versions of 2024 had it, and iterating over those of today does not give it.
        if name == "EVALUATION":
            return cls.of(name)
        raise AttributeError("%s has no member %s" % (cls.__name__, name))


class Context(Enum, metaclass=_Growing):
    """A part of a run. ``Context["TRAINING"]`` is a member, and a name that is none raises KeyError, as theirs does."""

    TRAINING = "TRAINING"
    VALIDATION = "VALIDATION"
    TESTING = "TESTING"
    DATASETS = "DATASETS"
    MODELS = "MODELS"

    @classmethod
    def of(cls, name):
        """The member of this name, which is made where there is none."""
        found = cls._member_map_.get(name)
        if found is None:
            found = object.__new__(cls)
            found._name_ = found._value_ = name
            cls._member_map_[name] = found
            cls._member_names_.append(name)
            cls._value2member_map_[name] = found
            type.__setattr__(cls, name, found)
        return found

    @staticmethod
    def get_context_from_string(context):
        """Raises ValueError for what is no member's name."""
        found = Context._member_map_.get(str(context).rpartition(".")[2].upper())
        if found is None:
            raise ValueError("Not a context: %s" % context)
        return found


#: These are Provloom's own contexts, whichever way a version of theirs writes them.
_OWN = frozenset(("training", "validation", "testing", "evaluation", "datasets", "models"))
_names = {}


def context_name(context):
    """The context that is recorded: text, or what was given where that is neither text nor a member."""
    kind = type(context)
    if context is None:
        return None
    if kind is not Context and kind is not str:
        return context
    found = _names.get(context)
    if found is None:
        text = context._value_ if kind is Context else context
        last = text[len("Context.") :] if text.startswith("Context.") else text
        found = last.lower() if last.lower() in _OWN else text
        if len(_names) < 1000:
            _names[context] = found
    return found


def source_name(source):
    return source._value_ if type(source) is LoggingItemKind else source
