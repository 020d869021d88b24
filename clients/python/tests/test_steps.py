"""What of a step is recorded: seconds by a clock that each program moves itself."""

import unittest

from support import SpoolCase

HEAD = """
import provloom, provloom._step
now = [100.0]
provloom._step.perf_counter = lambda: now[0]
def passes(seconds): now[0] += seconds
def loads(batches, seconds):
    for batch in range(batches):
        passes(seconds)
        yield batch
run = provloom.start_run("www.example.org", "digits")
"""


class Steps(SpoolCase):
    def steps(self):
        """{(context, key, source): [(step, seconds)]} of all that was recorded."""
        found = {}
        for of, point in self.points():
            told = found.setdefault((of.get("context"), of["key"], of.get("source")), [])
            told.append((point["step"], round(point["value"], 6)))
        return found

    def test_a_step_is_what_it_computed_what_was_between_and_what_it_waited(self):
        self.run_program(
            HEAD
            + """
for i in range(3):
    passes(1)
    with provloom.step(i, "training") as step:
        passes(2)
        with step.waiting():
            passes(4)
        with provloom.waiting("disk"):
            passes(0.5)
"""
        )
        self.assertEqual(
            self.steps(),
            {("training", "compute_time", "step"): [(0, 2.0), (1, 2.0), (2, 2.0)],
             ("training", "wait_time", "ranks"): [(0, 4.0), (1, 4.0), (2, 4.0)],
             ("training", "wait_time", "disk"): [(0, 0.5), (1, 0.5), (2, 0.5)],
             ("training", "wait_time", "between"): [(1, 1.0), (2, 1.0)]},
        )  # fmt: skip
        self.assertEqual({one["unit"] for one in self.events("series")}, {"s"})

    def test_a_loader_is_gone_through_in_steps_that_are_counted_on_in_each_context(self):
        self.run_program(
            HEAD
            + """
for epoch in range(2):
    with provloom.Context.TRAINING:
        for batch in provloom.steps(loads(2, 3)):
            passes(5)
    for batch in provloom.steps(loads(1, 1), context="validation"):
        passes(2)
for batch in provloom.steps(loads(1, 1), first=10, context="validation"):
    passes(2)
for batch in provloom.steps(loads(1, 1), context="validation"):
    passes(2)
"""
        )
        self.assertEqual(
            self.steps(),
            {("training", "compute_time", "step"): [(k, 5.0) for k in range(4)],
             ("training", "wait_time", "data"): [(k, 3.0) for k in range(4)],
             ("validation", "compute_time", "step"): [(0, 2.0), (1, 2.0), (10, 2.0), (11, 2.0)],
             ("validation", "wait_time", "data"): [(0, 1.0), (1, 1.0), (10, 1.0), (11, 1.0)]},
        )  # fmt: skip

    def test_how_far_it_is_to_go_is_told_by_a_loader_that_has_a_length_or_by_the_script_once_for_each_that_is_another(self):
        self.run_program(
            HEAD
            + """
class Liar(list):
    def __len__(self):
        raise OSError("gone")
for epoch in range(2):
    for batch in provloom.steps(list("abc"), context="training"):
        passes(1)
    for batch in provloom.steps("ab", first=0, context="validation"):
        passes(1)
for batch in provloom.steps(Liar("ab"), context="none"):
    passes(1)
for batch in provloom.steps(loads(2, 1), context="told", total=2.0):
    passes(1)
for i, total in enumerate([5, 5, 9, "many", None]):
    with provloom.step(i, "said", total=total):
        passes(1)
"""
        )
        found = {name: told for name, told in self.steps().items() if name[1] == "steps"}
        self.assertEqual(
            found,
            {("training", "steps", "data"): [(0, 3), (3, 6)],
             ("validation", "steps", "data"): [(0, 2)],
             ("told", "steps", "step"): [(0, 2)],
             ("said", "steps", "step"): [(0, 5), (2, 9)]},
        )  # fmt: skip
        self.assertEqual([one.get("unit") for one in self.events("series") if one["key"] == "steps"], [None] * 4)

    def test_what_is_given_for_a_loader_is_asked_as_the_loader_is(self):
        output, _ = self.run_program(
            HEAD
            + """
class Loader(list):
    sampler = "random"
steps = provloom.steps(Loader("abc"))
print(len(steps), steps.sampler, list(steps), list(steps), list(provloom.steps(loads(2, 1))))
for wrong in (lambda: iter(provloom.steps(5)), lambda: len(provloom.steps(iter("a"))), lambda: steps.missing):
    try:
        wrong()
    except (TypeError, AttributeError) as error:
        print(error)
"""
        )
        self.assertEqual(
            output.splitlines(),
            ["3 random ['a', 'b', 'c'] ['a', 'b', 'c'] [0, 1]", "'int' object is not iterable",
             "object of type 'str_iterator' has no len()" if "str_iterator" in output
             else "object of type 'str_ascii_iterator' has no len()", "'Loader' object has no attribute 'missing'"],
        )  # fmt: skip

    def test_what_break_or_an_exception_leaves_is_no_step_and_what_follows_is(self):
        self.run_program(
            HEAD
            + """
for batch in provloom.steps(loads(9, 1)):
    passes(1)
    if batch == 1:
        break
try:
    for batch in provloom.steps(loads(9, 1)):
        passes(1)
        raise ValueError("this batch")
except ValueError:
    pass
def broken():
    yield 0
    raise OSError("no such shard")
try:
    for batch in provloom.steps(broken()):
        passes(7)
except OSError as error:
    assert str(error) == "no such shard"
try:
    with provloom.step():
        passes(1)
        raise ValueError("this step")
except ValueError:
    pass
passes(2)
with provloom.step():
    passes(3)
"""
        )
        self.assertEqual(
            self.steps(),
            {(None, "compute_time", "step"): [(0, 1.0), (1, 7.0), (2, 3.0)],
             (None, "wait_time", "data"): [(0, 1.0), (1, 0.0)],
             (None, "wait_time", "between"): [(2, 2.0)]},
        )  # fmt: skip

    def test_a_step_within_one_of_its_context_is_a_part_of_it_and_one_of_another_context_is_its_own(self):
        self.run_program(
            HEAD
            + """
with provloom.step(0, "training"):
    passes(1)
    with provloom.step(7, "training") as part:
        passes(2)
        with part.waiting():
            passes(4)
            with provloom.waiting():
                passes(8)
    with provloom.step(0, "validation"):
        passes(16)
"""
        )
        self.assertEqual(
            self.steps(),
            {("validation", "compute_time", "step"): [(0, 16.0)],
             ("training", "compute_time", "step"): [(0, 19.0)],
             ("training", "wait_time", "ranks"): [(0, 12.0)]},
        )  # fmt: skip

    def test_threads_and_tasks_have_steps_of_their_own_and_a_forked_child_does_not_end_its_parents(self):
        self.run_program(
            HEAD
            + """
import asyncio, os, threading
def other():
    with provloom.step(1, "thread"):
        passes(2)
with provloom.step(0, "main"):
    thread = threading.Thread(target=other)
    thread.start(); thread.join()
    pid = os.fork()
    if pid:
        os.waitpid(pid, 0)
if pid == 0:
    os._exit(0)
async def task(name):
    with provloom.step(0, name):
        await asyncio.sleep(0)
        with provloom.waiting():
            passes(1)
            await asyncio.sleep(0)
async def both():
    await asyncio.gather(task("a"), task("b"))
asyncio.run(both())
"""
        )
        self.assertEqual(
            self.steps(),
            {("thread", "compute_time", "step"): [(1, 2.0)], ("main", "compute_time", "step"): [(0, 2.0)],
             ("a", "compute_time", "step"): [(0, 0.0)], ("a", "wait_time", "ranks"): [(0, 2.0)],
             ("b", "compute_time", "step"): [(0, 1.0)], ("b", "wait_time", "ranks"): [(0, 1.0)]},
        )  # fmt: skip

    def test_without_a_run_a_training_goes_on_and_is_told_once(self):
        output, errors = self.run_program(
            """
            import provloom
            for batch in provloom.steps("ab"):
                with provloom.waiting():
                    print(batch)
            with provloom.step(1) as step, step.waiting("data"):
                print("c")
            with provloom.waiting():
                print("d")
            """
        )
        self.assertEqual(output.split(), ["a", "b", "c", "d"])
        self.assertEqual(errors, "provloom: step was called before start_run: it is not recorded\n")

    def test_an_odd_number_or_name_costs_the_training_nothing(self):
        _, errors = self.run_program(
            HEAD
            + """
class Odd:
    def __getattr__(self, name): raise RuntimeError(name)
for odd in (Odd(), "x", 1.5, 2**80, None):
    with provloom.step(odd, context=odd) as step, step.waiting(odd):
        passes(1)
    for batch in provloom.steps("a", first=odd, context=odd):
        passes(1)
"""
        )
        self.assertNotIn("Traceback", errors)

    def test_a_step_costs_no_more_than_some_metrics(self):
        output, _ = self.run_program(
            """
            import provloom, time
            provloom.start_run("www.example.org", "digits")
            def took(what):
                begun = time.perf_counter()
                for i in range(2000):
                    what(i)
                return time.perf_counter() - begun
            def step(i):
                with provloom.step(i):
                    pass
            def metric(i):
                provloom.log_metric("a", 1.0, step=i)
            print(min(took(step) for _ in range(5)) / min(took(metric) for _ in range(5)))
            """
        )
        self.assertLess(float(output), 20)


if __name__ == "__main__":
    unittest.main()
