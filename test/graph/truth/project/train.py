"""A training that notes itself what it does, by nothing of Provloom's: what judges of its graph go by.

Usage: train.py NOTES [--torch | --mpi] [--fails RANK] [--forever] [--large FILE]

With --fails one rank raises an exception, and the others go on, as with --forever, until somebody ends them. In the folder NOTES each rank leaves rank-K.jsonl, a line for each call that has returned.
"""

import hashlib
import json
import os
import socket
import stat
import sys
import time

import provloom
from provloom import Context
from pieces import line


def started():
    """When this process began, by the kernel."""
    with open("/proc/self/stat", encoding="ascii") as opened:
        ticks = int(opened.read().rpartition(")")[2].split()[19])
    since = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    return time.time() - since


PARAMS = {"lr": 0.05, "batch": 16, "optimizer": "sgd", "amp": False, "layers": [4, 2]}


def option(name, default=None):
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else default


class Notes:
    def __init__(self, folder, rank):
        path = os.path.join(folder, f"rank-{rank}.jsonl")
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._begun = None

    def begin(self):
        self._begun = time.time()

    def say(self, note, **facts):
        line = {"note": note, "before": self._begun, "after": time.time(), **facts}
        os.write(self._file, (json.dumps(line) + "\n").encode())

    def file(self, path, role="output", **facts):
        """A file as it is now, which is before the call that logs it."""
        found = os.stat(path)
        with open(path, "rb") as opened:
            sha256 = hashlib.sha256(opened.read()).hexdigest()
        self.begin()
        return {
            "path": os.path.abspath(path),
            "size": found.st_size,
            "sha256": sha256,
            "mode": stat.S_IMODE(found.st_mode),
            "role": role,
            **facts,
        }


def ranks():
    """(rank, world size, what averages a number over all ranks, its library)"""
    if "--torch" in sys.argv:
        import torch
        import torch.distributed as dist

        dist.init_process_group("gloo")

        def average(value):
            tensor = torch.tensor([value], dtype=torch.float64)
            dist.all_reduce(tensor)
            return tensor.item() / dist.get_world_size()

        return dist.get_rank(), dist.get_world_size(), average, "torch.distributed"
    if "--mpi" in sys.argv:
        from mpi4py import MPI

        world = MPI.COMM_WORLD
        return world.Get_rank(), world.Get_size(), lambda value: world.allreduce(value) / world.Get_size(), "mpi4py"
    return int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"]), lambda value: value, None


def write(path, text, mode=None):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)
    if mode is not None:
        os.chmod(path, mode)
    return path


def log_files(rank, notes):
    """Inputs and outputs, with a copy and without, some of which are others a moment later."""
    told = notes.file("data/train.csv", "input", copy=True, called="train.csv")
    provloom.log_artifact("data/train.csv", is_input=True)
    notes.say("file", **told)

    told = notes.file("data/labels.csv", "input", copy=False, called="labels")
    provloom.log_artifact("labels", "data/labels.csv", log_copy_in_prov_directory=False, is_input=True)
    notes.say("file", **told)

    made = write(f"out/rank{rank}/report.txt", f"rank {rank}\n", 0o640)
    told = notes.file(made, copy=True, called="report.txt", context="testing", step=3)
    provloom.log_artifact("report.txt", made, Context.TESTING, step=3)
    notes.say("file", **told)
    write(made, "another by now\n")

    made = write(f"out/rank{rank}/private.txt", "for one\n", 0o600)
    told = notes.file(made, copy=True, called="private", subfolder="tables")
    provloom.log_artifact("private", made, log_copy_subdirectory="tables")
    notes.say("file", **told)

    made = write(f"out/rank{rank}/left.bin", "left where it is\n" * rank)
    told = notes.file(made, copy=False, called="left")
    provloom.log_artifact("left", made, log_copy_in_prov_directory=False)
    notes.say("file", **told)

    folder = f"out/rank{rank}/shards"
    for n in range(3):
        write(f"{folder}/{'deep/' if n == 2 else ''}shard{n}.txt", f"{rank} {n}\n", 0o755 if n == 1 else None)
    notes.begin()
    provloom.log_artifact(folder)
    notes.say("folder", path=os.path.abspath(folder), called="shards", files=3)

    if rank == 0:
        sharded(rank, notes)

    if (large := option("--large")) is not None and rank == 0:
        told = notes.file(large, copy=False, called="large")
        provloom.log_artifact("large", large, log_copy_in_prov_directory=False)
        notes.say("file", **told)


def sharded(rank, notes):
    """A model each version of which is a folder of shards."""
    for version in range(2):
        folder = f"out/rank{rank}/big-{version}"
        for n in range(2):
            write(f"{folder}/{n}.bin", f"{version} {n}\n")
        notes.begin()
        provloom.save_model_version("big", folder, Context.TRAINING, step=version)
        notes.say("folder", path=os.path.abspath(folder), called=f"big_{version}", files=2, context="training")


def log_data(notes):
    notes.begin()
    provloom.log_dataset("digits", [0] * 120, Context.TRAINING, split="train")
    notes.say("dataset", called="digits", samples=120, split="train", context="training")

    told = notes.file("data/train.csv", "input", called="table")
    provloom.log_dataset("table", "data/train.csv")
    notes.say("dataset", **told)

    notes.begin()
    provloom.log_artifact("data/images", is_input=True)
    notes.say("folder", path=os.path.abspath("data/images"), called="images", files=3)

    notes.begin()
    provloom.log_dataset("images", "data/images")
    notes.say("dataset", called="images", path=os.path.abspath("data/images"))


def model(rank, notes, weights, step):
    notes.begin()
    provloom.save_model_version("line", weights, Context.TRAINING, step=step)
    notes.say("version", called="line", step=step, version=step // 40)
    # The same file again and again, as trainings have it.
    path = write(f"out/rank{rank}/last.ckpt", json.dumps({"step": step}))
    told = notes.file(path, copy=True, called="last.ckpt", context="training", step=step, version=step // 40, model="last")
    provloom.save_model_version("last", path, Context.TRAINING, step=step, incremental=False)
    notes.say("file", **told)


def main():
    rank, world, average, library = ranks()
    notes = Notes(sys.argv[1], rank)
    notes.begin()
    provloom.start_run("www.example.org", "truth", collect_all_processes=True)
    about = {"pid": os.getpid(), "host": socket.gethostname(), "started": started()}
    notes.say("start_run", rank=rank, world=world, library=library, **about)
    for key, value in {**PARAMS, "seed": 17 * rank + 3}.items():
        notes.begin()
        provloom.log_param(key, value)
        notes.say("param", key=key, value=value)
    log_data(notes)
    log_files(rank, notes)
    notes.begin()
    provloom.log_execution_command()
    notes.say("command")
    notes.begin()
    provloom.log_source_code()
    notes.say("source")
    weights = line.start(rank)
    steps = 10**9 if "--forever" in sys.argv or "--fails" in sys.argv else 120
    for step in range(steps):
        loss, weights = line.step(weights, step + rank)
        weights = {name: average(value) for name, value in weights.items()}
        notes.begin()
        provloom.log_metric("loss", loss, Context.TRAINING, step=step)
        notes.say("point", key="loss", context="training", step=step, value=loss)
        if step % 7 == 3:
            odd = float("nan") if step % 2 else float("-inf")
            notes.begin()
            provloom.log_metric("odd", odd, step=step, source="probe")
            notes.say("point", key="odd", source="probe", step=step, value=repr(odd))
        if step % 40 == 0 and step < 200 and rank == 0:
            model(rank, notes, weights, step)
        if step % 20 == 19:
            notes.begin()
            provloom.log_metric("accuracy", step / 200, Context.VALIDATION, step=step)
            notes.say("point", key="accuracy", context="validation", step=step, value=step / 200)
        if step == 50 and str(rank) == option("--fails"):
            notes.say("raises", message="there is no such digit")
            raise ValueError("there is no such digit")
        time.sleep(0.002)
    provloom.register_final_metric("loss", 0.0, provloom.FoldOperation.MAX)
    notes.begin()
    provloom.log_model("line", weights, Context.TRAINING)
    notes.say("model", called="line", context="training")
    notes.begin()
    provloom.end_run()
    notes.say("end_run")


if __name__ == "__main__":
    main()
