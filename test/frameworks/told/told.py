"""What a training says to whoever records it, as one line of JSON each, in a file of each process: what a run is judged by."""

import json
import os

_rank = int(os.environ.get("RANK", 0))


def tell(**said):
    folder = os.environ.get("TOLD")
    if folder is not None:
        rank = int(os.environ.get("RANK", os.environ.get("LOCAL_RANK", _rank)))
        with open(os.path.join(folder, "%d.jsonl" % os.getpid()), "a", encoding="utf-8") as file:
            file.write(json.dumps({"rank": rank, **said}) + "\n")


def points(values, step):
    """Each number of ``values``, a mapping, as a point of this step."""
    for key, value in values.items():
        if isinstance(value, (int, float)) or getattr(value, "ndim", None) == 0:
            tell(kind="point", key=key, step=step, value=float(value))


def params(values):
    for key, value in values.items():
        tell(kind="param", key=key, value=value)
