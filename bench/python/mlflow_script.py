"""A script that logs by MLflow's client, below `provloom run --mlflow`: python mlflow_script.py STEPS TROUBLE DISK

A step is 5 ms of work and five values. After a third of the steps it brings about the trouble: none, dead (the aggregator is
killed), stopped (it is held), full (DISK, a folder, is filled). Prints the seconds of the rest as one line of JSON, and ends
with exit code 7.
"""

import json
import os
import signal
import subprocess
import sys
import time

import mlflow

STEPS, TROUBLE, DISK = int(sys.argv[1]), sys.argv[2], sys.argv[3]


def aggregator():
    here = os.getcwd()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as file:
                words = file.read().split(b"\0")
            if b"aggregator" in words and os.readlink("/proc/%s/cwd" % pid) == here:
                return int(pid)
        except OSError:
            pass
    raise RuntimeError("there is no aggregator")


def fill():
    with open(os.path.join(DISK, "ballast"), "wb", buffering=0) as file:
        try:
            for size in (65536, 4096, 1):
                try:
                    while file.write(b"\0" * size) == size:
                        pass
                except OSError:
                    pass
        except OSError:
            pass


def strike():
    if TROUBLE == "dead":
        os.kill(aggregator(), signal.SIGKILL)
    elif TROUBLE == "stopped":
        pid = aggregator()
        os.kill(pid, signal.SIGSTOP)
        # So that the command has an end.
        subprocess.Popen(["sh", "-c", "sleep 15; kill -CONT %d" % pid], start_new_session=True)
    elif TROUBLE == "full":
        fill()


mlflow.set_experiment("bench")
with mlflow.start_run():
    for step in range(STEPS):
        if step == STEPS // 3:
            strike()
            begin = time.perf_counter()
        until = time.perf_counter() + 0.005
        while time.perf_counter() < until:
            pass
        for name in ("loss", "accuracy", "lr", "grad", "time"):
            mlflow.log_metric(name, step / 7, step=step)
    seconds = time.perf_counter() - begin
print("\n" + json.dumps({"seconds": seconds}), flush=True)
sys.exit(7)
