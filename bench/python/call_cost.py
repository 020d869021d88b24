"""What one log call costs: python call_cost.py TRACKER FOLDER CALLS SECONDS

Blocks of calls of the tracker and blocks of plain appends of the same bytes take turns in one process, so that both
see the same machine. Each call is timed by itself; the timer's own cost is in every time, and told. Prints one line of
JSON, times in microseconds.
"""

import json
import os
import signal
import sys
from array import array
from time import perf_counter, perf_counter_ns

import trackers

BLOCK = 1000
BLOCK_SECONDS = 0.2
WARM_UP = 200
WARM_UP_SECONDS = 2
CLOSE_SECONDS = 5


def timed(log, times, first, count):
    now = perf_counter_ns
    put = times.append
    for i in range(first, first + count):
        begin = now()
        log(i)
        put(now() - begin)


def quantiles(times):
    ordered = sorted(times)
    last = len(ordered) - 1
    found = {name: ordered[min(last, int(len(ordered) * q))] / 1000 for name, q in
             (("p50", 0.5), ("p99", 0.99), ("p999", 0.999))}  # fmt: skip
    mean = sum(ordered) / len(ordered) / 1000
    return {**found, "max": ordered[last] / 1000, "mean": mean, "calls": len(ordered)}


def nothing(i):
    pass


def warm_up(log):
    until = perf_counter() + WARM_UP_SECONDS
    for i in range(WARM_UP):
        log(i)
        if perf_counter() > until:
            return i + 1
    return WARM_UP


def block_size(log, first):
    """As many calls as take a fifth of a second: a slow tracker takes its turns too."""
    begin = perf_counter()
    for i in range(first, first + 10):
        log(i)
    each = (perf_counter() - begin) / 10
    return max(10, min(BLOCK, int(BLOCK_SECONDS / each)))


def main(tracker, folder, calls, seconds):
    os.makedirs(folder, exist_ok=True)
    log, close = trackers.ALL[tracker](folder)
    plain, close_plain = trackers.append(folder)
    done = warm_up(log)
    warm_up(plain)
    block = block_size(log, done)
    done += 10
    ours, limit, timer = array("q"), array("q"), array("q")
    deadline = perf_counter() + seconds
    while len(ours) < calls and perf_counter() < deadline:
        timed(log, ours, done, block)
        timed(plain, limit, done, block)
        timed(nothing, timer, done, block)
        done += block
    result = {**quantiles(ours), "append": quantiles(limit), "timer": quantiles(timer)["p50"]}
    print("\n" + json.dumps(result), flush=True)
    # An asynchronous tracker may have minutes of work left.
    signal.signal(signal.SIGALRM, lambda *_: os._exit(0))
    signal.alarm(CLOSE_SECONDS)
    close()
    close_plain()


if __name__ == "__main__":
    main(sys.argv[1], os.path.abspath(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
    sys.stdout.flush()
    # Some trackers keep threads that wait for a network; what was to be measured is printed.
    os._exit(0)
