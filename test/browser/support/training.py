"""A training of several ranks as far as a page shows it: loss, accuracy, times, a model; slow, failed or endless when told."""

import math
import os
import random
import sys
import time

import provloom
from provloom import Context

RANK = int(os.environ.get("RANK", "0"))
TOLD = dict(word.split("=", 1) for word in sys.argv[1:])
RATE, STEPS = float(TOLD.get("rate", "0.5")), int(TOLD.get("steps", "60"))
FAILS, SLOW, SPIKE = (int(TOLD.get(name, "-1")) for name in ("fails", "slow", "spike"))

provloom.start_run("www.example.org", TOLD.get("experiment", "digits"), "prov", collect_all_processes=True)
provloom.log_params({"learning_rate": RATE, "batch_size": 50, "steps": STEPS, "optimizer": "sgd"})
chance = random.Random(RANK)
for step in range(STEPS):
    loss = 0.3 + 2 * math.exp(-step * RATE / 10) + 0.02 * chance.random()
    if step == SPIKE and RANK == 1:
        loss = 40.0
    provloom.log_metric("loss", float("nan") if "nan" in TOLD and step > 30 else loss, Context.TRAINING, step=step)
    slow = 1.6 if RANK == SLOW and step >= 20 else 1
    provloom.log_metric("compute_time", 0.2 * slow + 0.001 * chance.random(), Context.TRAINING, step=step)
    if step % 10 == 9:
        provloom.log_metric("accuracy", 0.9 - 0.5 * math.exp(-step * RATE / 10), Context.VALIDATION, step=step)
    if RANK == FAILS and step == STEPS * 2 // 3:
        raise FloatingPointError(f"loss is nan at step {step}")
    if "pause" in TOLD:
        time.sleep(float(TOLD["pause"]))
for number in range(int(TOLD.get("metrics", "0"))):
    provloom.log_metric(f"layer_{number:05d}/norm", number, Context.TRAINING, step=0)
if RANK == 0:
    with open("softmax.pkl", "w") as file:
        file.write(f"weights {RATE}")
    provloom.log_artifact("softmax.pkl", context=Context.TRAINING, step=STEPS - 1, is_model=True)
provloom.end_run()
