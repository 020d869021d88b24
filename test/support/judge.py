"""Programs nobody here wrote read a run directory, and say what they found as one line of JSON.

Usage: judge.py RUN_DIR PROV_JSON_SCHEMA
"""

import copy
import glob
import json
import sys

import duckdb
import jsonschema
import pandas
import polars
from prov.model import ProvDocument

run_dir, schema_file = sys.argv[1:]
text = open(f"{run_dir}/prov.json", encoding="utf-8").read()
document = ProvDocument.deserialize(content=text, format="json")
unified = document.unified()
again = ProvDocument.deserialize(content=document.serialize(format="json"), format="json")

schema = json.load(open(schema_file, encoding="utf-8"))


def patched(node):
    """The published schema misspells one key."""
    if isinstance(node, dict):
        return {("wasEndedBy" if key == "wasEndedby" else key): patched(value) for key, value in node.items()}
    return [patched(one) for one in node] if isinstance(node, list) else node


checker = jsonschema.Draft4Validator(patched(copy.deepcopy(schema)), format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER)
errors = [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}" for error in checker.iter_errors(json.loads(text))]

frame = pandas.read_parquet(f"{run_dir}/metrics")
rows = duckdb.sql(f"select * from read_parquet('{run_dir}/metrics/*.parquet') order by rank, key, step, value")
lazy = polars.read_parquet(sorted(glob.glob(f"{run_dir}/metrics/*.parquet")))


def points(records):
    return sorted((int(r), str(k), int(s), float(v).hex()) for r, k, s, v in records)


by_pandas = points(zip(frame["rank"], frame["key"], frame["step"], frame["value"]))
by_duckdb = points(rows.project("rank, key, step, value").fetchall())
by_polars = points(lazy.select("rank", "key", "step", "value").rows())
print(
    json.dumps(
        {
            "records": len(document.get_records()),
            "unified": len(unified.get_records()),
            "roundTrip": again == document,
            "schemaErrors": errors[:5],
            "columns": list(frame.columns),
            "agree": by_pandas == by_duckdb == by_polars,
            "points": by_pandas,
        }
    )
)
