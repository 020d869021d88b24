"""Writes TensorBoard event files, by one of the libraries that do.

Usage: tensorboard-write.py WRITER FOLDER [STEPS [GO]]
WRITER: torch, tensorboardX, or replay:EVENT_FILE, which writes the records that are there, in its own file's name.
GO: a file; half of the steps are written and flushed, the others when it is there.
With PROVLOOM_TEST_SESSION it is a session of Provloom's client too, which logs the same metric itself; with `late` in it,
one that ends at the half.
"""

import os
import socket
import sys
import time

writer, folder, *more = sys.argv[1:]
steps = int(more[0]) if more else 40
go = more[1] if len(more) > 1 else None
rank = int(os.environ.get("RANK", "0"))
session = os.environ.get("PROVLOOM_TEST_SESSION")
if session is not None:
    import provloom

    provloom.start_run(experiment_name="logged")


def wait():
    if session == "late":
        provloom.end_run()
    while go is not None and not os.path.exists(go):
        time.sleep(0.01)


def replay(source):
    for name in ["train", "validation"]:
        [found] = os.listdir(f"{source}/{name}")
        records = open(f"{source}/{name}/{found}", "rb").read()
        os.makedirs(f"{folder}/{name}", exist_ok=True)
        target = f"{folder}/{name}/events.out.tfevents.{int(time.time())}.{socket.gethostname()}.{os.getpid()}.0.v2"
        with open(target, "wb", buffering=0) as file:
            file.write(records[: len(records) // 2])
            wait()
            file.write(records[len(records) // 2 :])


def scripted(SummaryWriter):
    import numpy

    with SummaryWriter(folder) as log:
        for step in range(steps):
            if step == steps // 2:
                log.flush()
                wait()
            log.add_scalar("loss", 1 / (step + 1) + rank, step)
            if session == "both":
                provloom.log_metric("loss", step, step=step)
            log.add_scalar("odd", [float("nan"), float("inf"), -0.0][step % 3], step * 10**10)
        log.add_scalars("both", {"train": 1.0, "val": 2.0}, 3)
        log.add_text("note", "hello **world**", 2)
        log.add_histogram_raw("weights", -1, 1, 4, 0.0, 2.0, [0.0, 1.0], [2, 2], 4)
        log.add_image("pic", numpy.zeros((3, 8, 8), dtype="uint8"), 5)
        log.add_hparams({"lr": 0.1, "batch": 32, "opt": "adam"}, {"hparam/acc": 0.9})


if writer == "torch":
    from torch.utils.tensorboard import SummaryWriter

    scripted(SummaryWriter)
elif writer == "tensorboardX":
    from tensorboardX import SummaryWriter

    scripted(SummaryWriter)
else:
    replay(writer.removeprefix("replay:"))
if session == "both":
    provloom.end_run()
