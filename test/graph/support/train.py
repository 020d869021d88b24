"""The example of docs/questions.md as a script: torch.distributed joins its ranks where it is asked to."""

import os
import sys

import provloom

provloom.start_run("www.example.org", "digits", collect_all_processes=True)
rank = int(os.environ["RANK"])
if "--group" in sys.argv:
    import torch.distributed as dist

    dist.init_process_group("gloo")
settings = {"lr": 0.1, "batch": 64, "epochs": 10, "optimizer": "AdamW", "amp": True}
for key, value in {**settings, "seed": 17 * rank + 3, "shard": rank}.items():
    provloom.log_param(key, value)
for split, context in ("train", "training"), ("val", "validation"), ("test", "testing"):
    provloom.log_dataset(split, [0] * 10, context)
for step in range(1000):
    provloom.log_metric("loss", float(rank), "training", step=step)
    if step % 34 == 0 and ("--sweep" in sys.argv or rank == 0):
        provloom.save_model_version("digits", {"step": step}, "training", step=step)
provloom.log_source_code()
provloom.end_run()
