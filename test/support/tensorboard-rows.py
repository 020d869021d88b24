"""What of event files is in a run directory, by DuckDB and Python's prov.

Usage: tensorboard-rows.py RUN_DIR
Prints as one line of JSON: points [rank, context, key, step, microseconds, value as its bits], parameters [rank's label,
label, value], and files [location, sha256 as the document and as the file says].
"""

import hashlib
import json
import struct
import sys

import duckdb
from prov.model import ProvDocument, ProvEntity

[run_dir] = sys.argv[1:]
bits = lambda value: struct.pack("<d", value).hex()
rows = duckdb.sql(
    "select rank, context, key, step, epoch_us(time), value "
    f"from read_parquet('{run_dir}/metrics/*.parquet') where source = 'tensorboard'"
).fetchall()
document = ProvDocument.deserialize(content=open(f"{run_dir}/prov.json", encoding="utf-8").read(), format="json")
params, files = [], []
for entity in document.get_records(ProvEntity):
    said = {key.localpart: value for key, value in entity.attributes}
    if said.get("source") != "tensorboard":
        continue
    types = {one.localpart for key, one in entity.attributes if key.localpart == "type" and hasattr(one, "localpart")}
    if "HyperParameterSetting" in types or "Output" in types:
        params.append([str(said["label"]), said["value"] if isinstance(said["value"], float) else str(said["value"])])
    if "File" in types:
        place = f"{run_dir}/{said['location']}"
        digest = hashlib.sha256(open(place, "rb").read()).hexdigest()
        files.append([str(said["location"]), str(said.get("sha256")), digest, said.get("step")])
print(json.dumps({"points": [[*row[:5], bits(row[5])] for row in rows], "params": params, "files": files}))
