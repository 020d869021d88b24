"""The variables of the environment that Provloom reads. One that is misspelt would be ignored without a word."""

import os

_PREFIX = "PROVLOOM_"

#: What hands something down to our own processes: it says nothing of the one that has it.
OWN = frozenset(("PROVLOOM_TREE", "PROVLOOM_SESSION", "PROVLOOM_START"))

#: What has an option of the command line (packages/shared/src/config/options.ts), then the rest (variables.ts beside it;
#: tests compare them).
KNOWN = frozenset(
    _PREFIX + name
    for name in (
        "EXPERIMENT_NAME PROV_USER_NAMESPACE PROVENANCE_SAVE_DIR COLLECT_ALL_PROCESSES SAVE_AFTER_N_LOGS RANK "
        "DISABLE_CODECARBON DISABLE_STDERR CREATE_GRAPH CREATE_SVG JOB_KEY RUN_ID CONNECTION SPOOL_ROOT SAMPLE_INTERVAL_SECONDS HOST PORT "
        "CARBON_ZONE CARBON_INTENSITY MLFLOW MLFLOW_FORWARD MLFLOW_HTTP_ARTIFACTS AS_PROV4ML TENSORBOARD DISABLE_TENSORBOARD "
        "ADVERTISE INSECURE EXIT_WHEN_DONE "
        "TREE SESSION START BIN QUIET NO_MACHINE DEBUG LAUNCHER TEST_PYTHON TEST_EFFORT TEST_SEED UPDATE_DOCS FIGURES UI_TOKEN REAL_TOLD"
    ).split()
)

#: Of more, nobody reads the rest.
_TOLD_MAX = 10

_NO = ("false", "0", "no", "off")


def misspelt():
    """[(variable, the nearest one that is known, or None)] of what is set and known to nobody."""
    strange = [name for name in os.environ if name.startswith(_PREFIX) and name not in KNOWN]
    return [(name, near(name)) for name in sorted(strange)[:_TOLD_MAX]]


def near(name):
    """The known name that a person meant: one that is near as it is typed, else one whose words hold all of the words
    given, in their order (COLLECT_ALL, SAVE_DIR). None where that cannot be told."""
    given = name[len(_PREFIX) :].upper()[:60]
    # Names that begin in the same way first, then short ones: of several the nearest to what was typed.
    known = sorted((one[len(_PREFIX) :] for one in KNOWN), key=lambda one: (not one.startswith(given), len(one), one))
    far = [(_distance(given, one), one) for one in known]
    least = min(distance for distance, _ in far)
    found = [one for distance, one in far if distance == least] if least <= _mistakes(given) else []
    words = given.split("_")
    found = found or [one for one in known if _holds(one.split("_"), words)]
    return _PREFIX + found[0] if found else None


def is_set(name):
    return os.environ.get(name, "").strip().lower() not in ("",) + _NO


def _mistakes(typed):
    """How many may be made in a word, or in a name."""
    return (len(typed) + 1) // 4


def _holds(known, given):
    at = 0
    for word in given:
        while at < len(known) and _distance(word, known[at]) > _mistakes(word):
            at += 1
        if at >= len(known):
            return False
        at += 1
    return True


def _distance(a, b):
    """Letters added, left out, changed, or two exchanged (optimal string alignment)."""
    before, row = [], list(range(len(b) + 1))
    for i, letter in enumerate(a):
        following = [i + 1]
        for j, other in enumerate(b):
            best = min(row[j + 1] + 1, following[j] + 1, row[j] + (letter != other))
            if i and j and letter == b[j - 1] and a[i - 1] == other:
                best = min(best, before[j - 1] + 1)
            following.append(best)
        before, row = row, following
    return row[-1]
