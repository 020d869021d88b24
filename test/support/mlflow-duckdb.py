"""The values that DuckDB reads in the metrics/ of run directories, as one line of JSON: by run and key, [step, value, ms].

Usage: mlflow-duckdb.py RUN_DIR...
"""

import json
import os
import sys

import duckdb

found = {}
for run_dir in sys.argv[1:]:
    rows = duckdb.sql(
        f"""select key, step, value, round(epoch_us(time) / 1000)::bigint as ms from '{run_dir}/metrics/*.parquet'
        where source is null order by key, step, ms"""
    ).fetchall()
    of = found.setdefault(os.path.basename(run_dir), {})
    for key, step, value, ms in rows:
        of.setdefault(key, []).append([step, str(value), ms])
print(json.dumps(found))
