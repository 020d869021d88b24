"""Times, in ms, of DuckDB over a folder of parts: one rank's curve, and what reads all rows; one round of both after another."""

import json
import sys
import time

import duckdb

folder, rank, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
parts = f"'{folder}/*.parquet'"
connection = duckdb.connect()
connection.execute("set threads = 2")
queries = {
    "curve": f"select step, value from {parts} where key = 'metric_3' and rank = {rank} order by step",
    "all": f"select rank, key, sum(value), max(step) from {parts} group by all",
}


def took(query):
    began = time.perf_counter()
    connection.sql(query).fetchall()
    return (time.perf_counter() - began) * 1000


found = {name: [] for name in queries}
for _ in range(rounds + 1):
    for name, query in queries.items():
        found[name].append(took(query))
# The first round reads the disk.
print(json.dumps({name: times[1:] for name, times in found.items()}))
