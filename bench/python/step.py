"""A training loop: python step.py bare|logging STEPS WORK. Each step is WORK rounds of hashing, then 100 metrics.

Prints one line of JSON: the median and the mean of a step, in milliseconds.
"""

import hashlib
import json
import sys
from time import perf_counter

METRICS = ["metric_%d" % i for i in range(100)]
DATA = bytes(range(256)) * 256


def compute(rounds):
    for _ in range(rounds):
        hashlib.sha256(DATA).digest()


def main(mode, steps, work):
    log = None
    if mode == "logging":
        import provloom

        provloom.start_run(prov_user_namespace="www.example.org", experiment_name="bench")
        log = provloom.log_metric
    compute(work)
    times = []
    for step in range(steps):
        begin = perf_counter()
        compute(work)
        if log is not None:
            for i, name in enumerate(METRICS):
                log(name, i / (step + 1), step=step)
        times.append((perf_counter() - begin) * 1000)
    if log is not None:
        provloom.end_run()
    times.sort()
    print(json.dumps({"median": times[len(times) // 2], "mean": sum(times) / len(times)}))


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
