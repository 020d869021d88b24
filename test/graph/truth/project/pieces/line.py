"""A line through points."""


def start(rank):
    return {"slope": 0.0, "offset": 0.1 * rank}


def step(weights, n):
    x = (n % 10) / 10
    error = weights["slope"] * x + weights["offset"] - (2 * x + 1)
    rate = 0.05
    return error * error, {"slope": weights["slope"] - rate * error * x, "offset": weights["offset"] - rate * error}
