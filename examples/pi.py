"""A small data-parallel job for srun or mpirun: every task integrates its share of a circle, and logs what it finds."""

import os
import random

import provloom


def main():
    provloom.start_run("www.example.org", "pi")
    rank = int(os.environ.get("SLURM_PROCID") or os.environ.get("OMPI_COMM_WORLD_RANK") or os.environ.get("PMI_RANK") or 0)
    dots = random.Random(rank)
    samples, inside = 20_000, 0
    provloom.log_param("samples", samples)
    for i in range(1, samples + 1):
        inside += dots.random() ** 2 + dots.random() ** 2 < 1
        if i % 1000 == 0:
            provloom.log_metric("pi", 4 * inside / i, step=i)
    provloom.end_run()


if __name__ == "__main__":
    main()
