"""Times, in ms, of one rank's curve by DuckDB, polars and pandas over folders of parts, in turns; and what reads all rows."""

import json
import sys
import time

import duckdb
import pandas
import polars

rank, rounds, folders = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
connection = duckdb.connect()
connection.execute("set threads = 2")
KEY = "metric_3"
FILTERS = [("key", "==", KEY), ("rank", "==", rank)]


def by_duckdb(folder):
    parts = f"'{folder}/*.parquet'"
    query = f"select step, value from {parts} where key = '{KEY}' and rank = {rank} order by step"
    return len(connection.sql(query).fetchall())


def by_polars(folder):
    rows = polars.scan_parquet(f"{folder}/*.parquet")
    return rows.filter(polars.col("key") == KEY, polars.col("rank") == rank).select("step", "value").collect().height


def by_pandas(folder):
    return len(pandas.read_parquet(folder, columns=["step", "value"], filters=FILTERS))


def all_rows(folder):
    return len(connection.sql(f"select rank, key, sum(value), max(step) from '{folder}/*.parquet' group by all").fetchall())


def took(read, folder):
    began = time.perf_counter()
    rows = read(folder)
    return (time.perf_counter() - began) * 1000, rows


found = {}
for number in range(rounds + 1):
    for name, read in {"duckdb": by_duckdb, "polars": by_polars, "pandas": by_pandas, "all": all_rows}.items():
        for place, folder in enumerate(folders):
            milliseconds, rows = took(read, folder)
            if rows == 0:
                sys.exit(f"{name} found nothing in {folder}")
            # The first round reads the disk.
            if number > 0:
                found.setdefault(f"{name}.{place}", []).append(milliseconds)
print(json.dumps(found))
