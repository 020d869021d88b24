"""A training loop while all behind the client is in trouble: python harm.py FOLDER STEPS WORK FILL

Four kinds of step take turns, a few steps each, in an order that changes: `bare`; `logging`, with 100 metrics;
`calls`, the same with each call timed; `writes`, with 100 plain writes of as many bytes, each timed. All begin with
WORK rounds of hashing. Before, FILL metrics are logged. Says `ready`, waits for `go`, and leaves `result.json`, which
holds `error` when anything was raised.
"""

import hashlib
import json
import os
import resource
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


def preemptions():
    """How often the processor was taken away from this thread while it could have run on."""
    return resource.getrusage(resource.RUSAGE_THREAD).ru_nivcsw


class Taken:
    """Nanoseconds of single calls; a slow one is asked whether another program ran meanwhile."""

    def __init__(self):
        self.all, self.preempted = [], []

    def time(self, call):
        before = preemptions()
        for i, name in enumerate(METRICS):
            begin = perf_counter_ns()
            call(i, name)
            took = perf_counter_ns() - begin
            self.all.append(took)
            if took > SLOW_NS and preemptions() != before:
                before = preemptions()
                self.preempted.append(took)

    def figures(self):
        own = sorted(self.all)
        for one in self.preempted:
            own.remove(one)
        slow = sum(one > SLOW_NS for one in self.all) / len(self.all)
        return {"maxUs": max(self.all) / 1000, "ownMaxUs": own[-1] / 1000, "slow": slow}


def one_step(kind, step, work, plain, taken):
    log = provloom.log_metric
    record = DATA[:41]
    begin = perf_counter()
    compute(work)
    if kind == "logging":
        for i, name in enumerate(METRICS):
            log(name, i / (step + 1), step=step)
    elif kind == "calls":
        taken.time(lambda i, name: log(name, i / (step + 1), step=step))
    elif kind == "writes":
        taken.time(lambda i, name: os.write(plain, record))
    return (perf_counter() - begin) * 1000


def measure(folder, steps, work):
    plain = os.open(os.path.join(folder, "plain"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    times = {kind: [] for kind in KINDS}
    taken = {kind: Taken() for kind in KINDS}
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
        "calls": taken["calls"].figures(),
        "writes": taken["writes"].figures(),
    }


def median(values):
    return sorted(values)[len(values) // 2]


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
