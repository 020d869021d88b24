"""What MLflow's client once said, looked for in the run directories that became of it, by programs nobody here wrote.

Usage: mlflow-judge.py SAVE_DIR RECORDING...
Prints what is missing, as one line of JSON.
"""

import glob
import hashlib
import json
import math
import sys
from collections import Counter

import pyarrow.parquet
from prov.model import ProvDocument, ProvEntity

save_dir, *recordings = sys.argv[1:]


def same(value):
    """A number to be counted: NaN is itself here."""
    number = float(value)
    return "nan" if math.isnan(number) else number.hex()


points, params, files, datasets, models = Counter(), Counter(), Counter(), Counter(), Counter()
last = {}
for recording in recordings:
    for line in open(recording, encoding="utf-8"):
        said = json.loads(line)
        body, call = said["body"] or {}, said["path"].removeprefix("/api/2.0/mlflow/")
        if said["method"] == "PUT":
            last[said["path"]] = hashlib.sha256(b"x" * said["body_bytes"]).hexdigest()
        if said["status"] != 200:
            continue
        metrics = body.get("metrics", []) if call == "runs/log-batch" else [body] if call == "runs/log-metric" else []
        for metric in metrics:
            points[metric["key"], int(metric["step"]), same(metric["value"])] += 1
        pairs = body.get("params", []) if call == "runs/log-batch" else [body] if call == "runs/log-parameter" else []
        for pair in pairs:
            params[pair["key"], pair["value"]] = 1
        for one in body.get("datasets", []) if call == "runs/log-inputs" else []:
            datasets[one["dataset"]["name"], one["dataset"]["digest"]] = 1
        # One whose files were not sent is none.
        if call.startswith("logged-models/") and body.get("status") == "LOGGED_MODEL_READY":
            models[said["answer"]["model"]["info"]["name"]] = 1
files.update(last.values())

for run_dir in glob.glob(f"{save_dir}/*/prov.json"):
    document = ProvDocument.deserialize(content=open(run_dir, encoding="utf-8").read(), format="json")
    for entity in document.get_records(ProvEntity):
        said = {key.localpart: value for key, value in entity.attributes}
        types = {one.localpart for key, one in entity.attributes if key.localpart == "type"}
        if "HyperParameterSetting" in types or "Output" in types:
            for key, value in list(params):
                if key == said["label"] and str(value).lower() in (str(said["value"]).lower(), str(said.get("lexical"))):
                    del params[key, value]
                elif key == said["label"] and isinstance(said["value"], (int, float)):
                    try:
                        if float(value) == float(said["value"]):
                            del params[key, value]
                    except ValueError:
                        pass
        if "Dataset" in types:
            datasets.pop((said["label"], said.get("digest")), None)
        if "Model" in types:
            models.pop(said["label"], None)
        if "File" in types and "location" in said:
            files[said.get("sha256")] -= 1
    for part in glob.glob(f"{run_dir.removesuffix('prov.json')}metrics/*.parquet"):
        for row in pyarrow.parquet.read_table(part, columns=["key", "step", "value"]).to_pylist():
            points[row["key"], row["step"], same(row["value"])] -= 1

print(
    json.dumps(
        {
            "points": [[*point, n] for point, n in points.items() if n > 0][:20],
            "params": [key for key, _ in params][:20],
            "files": sum(n for n in files.values() if n > 0),
            "datasets": list(datasets),
            "models": list(models),
        }
    )
)
