"""What frameworks said, process by process, looked for in the run directories that became of it, by programs nobody here wrote.

Usage: judge.py SAVE_DIR TOLD_DIR
Prints what was found and what is missing, as one line of JSON. Lines of a run's id (MLflow's) are looked for in that run,
and in those that go on with it after its end, all others in any.
"""

import glob
import hashlib
import json
import math
import os
import sys
from collections import Counter

import pyarrow.parquet
from prov.model import ProvActivity, ProvDocument, ProvEntity

save_dir, told_dir = sys.argv[1:]


def same(value):
    """A number to be counted: NaN is itself here."""
    number = float(value)
    return "nan" if math.isnan(number) else number.hex()


def equal(value, entity):
    """Whether a parameter as it was said is the value of an entity, whose words may be MLflow's or JSON's."""
    if value is None:
        return entity.get("valueType") == "null" or str(entity.get("value")).lower() in ("none", "null")
    words = value if isinstance(value, str) else json.dumps(value)
    if words.lower() in (str(entity.get("value")).lower(), str(entity.get("lexical")).lower()):
        return True
    try:
        return float(value) == float(entity["value"])
    except (KeyError, TypeError, ValueError):
        pass
    try:
        return json.loads(str(entity["value"])) == (json.loads(value) if isinstance(value, str) else value)
    except (KeyError, TypeError, ValueError):
        return False


told = []
for path in glob.glob(told_dir + "/*.jsonl"):
    with open(path, encoding="utf-8") as lines:
        told += [json.loads(line) for line in lines]

# A nested run follows from another too, and has a name of its own.
begun = {one["run"] for one in told if one["kind"] == "run"}
of_ids, follows, keys = {}, {}, {one["key"] for one in told if one["kind"] == "point"}
stored, rows = Counter(), Counter()
wrong, run_dirs = [], sorted(os.path.dirname(one) for one in glob.glob(save_dir + "/*/prov.json"))
found = {"params": [], "datasets": set(), "models": set(), "files": Counter()}
for run_dir in run_dirs:
    with open(run_dir + "/run.json", encoding="utf-8") as file:
        of_run = json.load(file)["runId"].replace("-", "")
    with open(run_dir + "/prov.json", encoding="utf-8") as file:
        document = ProvDocument.deserialize(content=file.read(), format="json")
    of_ids[of_run] = run_dir
    for one in document.get_records(ProvActivity):
        known = {key.localpart: str(value) for key, value in one.attributes}
        if known.get("label") == "the run before":
            follows[of_run] = known["runId"].replace("-", "")
    for entity in document.get_records(ProvEntity):
        said = {key.localpart: value for key, value in entity.attributes}
        types = {one.localpart for key, one in entity.attributes if key.localpart == "type" and hasattr(one, "localpart")}
        label = str(said.get("label"))
        if "HyperParameterSetting" in types:
            found["params"].append((of_run, label, said))
        if "Dataset" in types:
            found["datasets"].add((of_run, label, said.get("digest")))
        if "Model" in types:
            found["models"].add((of_run, label))
        if "ModelEvaluation" in types and label in keys and "rows" in said:
            rows[label] += int(said["rows"])
        place = os.path.join(run_dir, str(said.get("location")))
        if "sha256" in said and "location" in said and not os.path.isabs(str(said["location"])) and os.path.isfile(place):
            found["files"][said["sha256"]] += 1
            with open(place, "rb") as file:
                if hashlib.sha256(file.read()).hexdigest() != said["sha256"]:
                    wrong.append("another checksum: " + place)
    for part in glob.glob(run_dir + "/metrics/*.parquet"):
        for row in pyarrow.parquet.read_table(part, columns=["rank", "key", "step", "value"]).to_pylist():
            if row["key"] in keys:
                stored[of_run, row["rank"], row["key"], row["step"], same(row["value"])] += 1


def of(run):
    """The id that a script knows a run by."""
    return of(follows[run]) if run not in begun and follows.get(run) in of_ids else run



said_points = Counter()
for one in told:
    run = one.get("run")
    if one["kind"] == "point":
        said_points[run if run in of_ids else None, one["rank"], one["key"], one["step"], same(one["value"])] += 1
    elif one["kind"] == "refused":
        wrong.append("refused: %(call)s %(status)s" % one)
    elif one["kind"] == "run" and one["run"] not in of_ids:
        wrong.append("no run %(run)s" % one)
    elif one["kind"] == "param" and not any(
        label == one["key"] and equal(one["value"], said) for of_run, label, said in found["params"] if run in (None, of(of_run))
    ):
        wrong.append("no parameter %(key)s = %(value)r" % one)
    elif one["kind"] == "dataset" and not any(
        label == one["name"] and one["digest"] in (None, digest) for of_run, label, digest in found["datasets"] if run in (None, of(of_run))
    ):
        wrong.append("no data set %(name)s" % one)
    elif one["kind"] == "model" and not any(
        label == one["name"] for of_run, label in found["models"] if run in (None, of(of_run))
    ):
        wrong.append("no model %(name)s" % one)

told_files = Counter(one["sha256"] for one in told if one["kind"] == "file")
wrong += ["no file %s" % one for one, n in told_files.items() if found["files"][one] < 1]
anywhere, told_to = Counter(), Counter()
for (of_run, *point), n in stored.items():
    anywhere[tuple(point)] += n
    told_to[(of(of_run), *point)] += n
missing = 0
for (run, *point), n in said_points.items():
    there = anywhere[tuple(point)] if run is None else told_to[(run, *point)]
    missing += max(0, n - there)
said_rows = Counter()
for (_, _, key, _, _), n in said_points.items():
    said_rows[key] += n
print(
    json.dumps(
        {
            "runs": [os.path.basename(one) for one in run_dirs],
            "ranks": sorted({rank for _, rank, *_ in stored}),
            "said": sum(said_points.values()),
            "stored": sum(stored.values()),
            "missing": missing,
            "inGraph": sum(rows.values()),
            "params": len({(one.get("run"), one["key"]) for one in told if one["kind"] == "param"}),
            "datasets": len({(one.get("run"), one["name"]) for one in told if one["kind"] == "dataset"}),
            "models": len({(one.get("run"), one["name"]) for one in told if one["kind"] == "model"}),
            "files": sum(one["kind"] == "file" for one in told),
            "wrong": sorted(set(wrong))[:20],
        }
    )
)
