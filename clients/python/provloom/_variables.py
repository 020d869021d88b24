"""The variables of the environment that Provloom reads. One that is misspelt would be ignored without a word."""

import os

#: What has an option of the command line (packages/shared/src/config/options.ts; a test compares them), then the rest.
KNOWN = frozenset(
    "PROVLOOM_" + name
    for name in (
        "EXPERIMENT_NAME PROV_USER_NAMESPACE PROVENANCE_SAVE_DIR COLLECT_ALL_PROCESSES SAVE_AFTER_N_LOGS RANK "
        "DISABLE_CODECARBON CREATE_GRAPH CREATE_SVG JOB_KEY RUN_ID CONNECTION SPOOL_ROOT SAMPLE_INTERVAL_SECONDS HOST PORT "
        "ADVERTISE INSECURE EXIT_WHEN_DONE "
        "TREE BIN QUIET DEBUG LAUNCHER AGENT TEST_PYTHON UPDATE_DOCS EFFORT FIGURES"
    ).split()
)


def misspelt():
    """[(variable, the nearest one that is known, or None)] of what is set and known to nobody."""
    strange = [name for name in os.environ if name.startswith("PROVLOOM_") and name not in KNOWN]
    if not strange:
        return []
    from difflib import get_close_matches

    begin = len("PROVLOOM_")
    known = [name[begin:] for name in KNOWN]
    near = {name: get_close_matches(name[begin:].upper(), known, 1, 0.7) for name in sorted(strange)}
    return [(name, "PROVLOOM_" + found[0] if found else None) for name, found in near.items()]


def is_set(name):
    return os.environ.get(name, "").strip().lower() not in ("", "0", "false", "no", "off")
