"""Ranks in lockstep, each step as long as the slowest takes: rank 11 computes half as long again from step 31 on.

What is logged is drawn from a generator of each rank, so that a picture of it is the same again; the times are those that it sleeps.
"""

import math
import os
import random
import time

import provloom
from provloom import Context

RANK, STEPS, SLOW = int(os.environ["RANK"]), 240, 11
COMPUTE = 0.04

provloom.start_run("www.example.org", "digits", collect_all_processes=True)
provloom.log_params(
    {"learning_rate": 0.1, "batch_size": 384, "optimizer": "sgd", "seed": 7, "steps": STEPS, "classes": 10}
)
provloom.log_dataset("digits-14x14", "data/digits-14x14.bin")
chance = random.Random(RANK)
began = time.time()
ends = 0.0
for step in range(STEPS):
    own = COMPUTE * (1.5 if RANK == SLOW and step > 30 else 1) * (1 + abs(chance.gauss(0, 0.015)))
    longest = COMPUTE * (1.5 if step > 30 else 1) * 1.06
    ends += longest
    time.sleep(max(0.0, began + ends - time.time()))
    loss = (0.66 + 1.64 * math.exp(-step / 60)) * math.exp(chance.gauss(0, 0.03 + 0.2 * step / STEPS))
    provloom.log_metric("loss", loss, Context.TRAINING, step=step)
    provloom.log_metric("compute_time", own, Context.TRAINING, step=step)
    provloom.log_metric("wait_time", max(0.0, longest - own), Context.TRAINING, step=step)
    if step % 20 == 19:
        right = 0.743 + 0.1 * (1 - math.exp(-step / 90)) + 0.004 * random.Random(step).random()
        provloom.log_metric("accuracy", right, Context.VALIDATION, step=step)
    if RANK == 0 and step % 80 == 79:
        weights = [[chance.gauss(0, 1) for _ in range(197)] for _ in range(10)]
        provloom.save_model_version("softmax", weights, Context.TRAINING, step=step)
provloom.end_run()
