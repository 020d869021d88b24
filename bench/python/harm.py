"""A training loop while all behind the client is in trouble: python harm.py FOLDER STEPS WORK FILL

Four kinds of step take turns, a few steps each, in an order that changes: `bare`; `logging`, with 100 metrics;
`calls`, the same with each call timed; `writes`, with 100 plain writes of as many bytes, each timed. All begin with
WORK rounds of hashing. Before, FILL metrics are logged. Says `ready`, waits for `go`, and leaves `result.json`, which
holds `error` when anything was raised.
"""

import hashlib
import json
import os
import sys
import time
import traceback
from time import perf_counter, perf_counter_ns

import provloom

METRICS = ["metric_%d" % i for i in range(100)]
DATA = bytes(range(256)) * 256
STEPS_AT_ONCE = 5
SLOW_NS = 1_000_000
KINDS = ("bare", "logging", "calls", "writes")


def compute(rounds):
    for _ in range(rounds):
        hashlib.sha256(DATA).digest()


def one_step(kind, step, work, plain, taken):
    log = provloom.log_metric
    begin = perf_counter()
    compute(work)
    if kind == "logging":
        for i, name in enumerate(METRICS):
            log(name, i / (step + 1), step=step)
    elif kind == "calls":
        for i, name in enumerate(METRICS):
            before = perf_counter_ns()
            log(name, i / (step + 1), step=step)
            taken.append(perf_counter_ns() - before)
    elif kind == "writes":
        record = DATA[:41]
        for i, name in enumerate(METRICS):
            before = perf_counter_ns()
            os.write(plain, record)
            taken.append(perf_counter_ns() - before)
    return (perf_counter() - begin) * 1000


def measure(folder, steps, work):
    plain = os.open(os.path.join(folder, "plain"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    times = {kind: [] for kind in KINDS}
    taken = {kind: [] for kind in KINDS}
    step = 0
    for turn in range(max(1, steps // STEPS_AT_ONCE)):
        # Each kind is first, second, third and last equally often, and comes before each other one.
        kinds = KINDS[turn % 4 :] + KINDS[: turn % 4]
        for kind in kinds if turn % 8 < 4 else kinds[::-1]:
            for _ in range(STEPS_AT_ONCE):
                times[kind].append(one_step(kind, step, work, plain, taken[kind]))
                step += 1
    return {
        "logging": median(times["logging"]),
        "bare": median(times["bare"]),
        "calls": longest(taken["calls"]),
        "writes": longest(taken["writes"]),
    }


def median(values):
    return sorted(values)[len(values) // 2]


def longest(taken):
    return {"maxUs": max(taken) / 1000, "slow": sum(one > SLOW_NS for one in taken) / len(taken)}


def main(folder, steps, work, fill):
    provloom.start_run(prov_user_namespace="www.example.org", experiment_name="bench")
    for i in range(fill):
        provloom.log_metric(METRICS[i % 100], 0.5, step=i)
    open(os.path.join(folder, "ready"), "w").close()
    while not os.path.exists(os.path.join(folder, "go")):
        time.sleep(0.05)
    compute(work)
    result = measure(folder, steps, work)
    provloom.end_run()
    return result


if __name__ == "__main__":
    place = sys.argv[1]
    try:
        result = main(place, *map(int, sys.argv[2:]))
    except BaseException:
        result = {"error": traceback.format_exc()}
    with open(os.path.join(place, "result.tmp"), "w") as opened:
        json.dump(result, opened)
    os.rename(os.path.join(place, "result.tmp"), os.path.join(place, "result.json"))
