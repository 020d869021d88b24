"""A signal's handler that logs, wherever it cuts in: no call raises, and what it logged is recorded, counted or told."""

import unittest

from support import SpoolCase

#: Each child begins, logs and ends a run; at the Nth line of the client, or of the import system, the handler runs.
PROGRAM = """
import os, sys, traceback

def job(fire):
    import provloom
    fire.client = provloom
    provloom.start_run("www.example.org", "digits", **fire.options)
    provloom.log_metric("loss", 0.5)
    provloom.log_params({"a": [1, {"b": 2}]})
    provloom.log_execution_command()
    provloom.end_run(wait=False)

class Fire:
    def __init__(self, at, handler, options):
        self.at, self.handler, self.options, self.count, self.client, self.error = at, handler, options, 0, None, None
    def trace(self, frame, kind, given):
        name = frame.f_code.co_filename
        if "/provloom/" not in name and "importlib" not in name:
            return None
        if kind in ("line", "return") and self.client is not None:
            if self.count == self.at:
                sys.settrace(None)
                try:
                    self.handler(self.client)
                except BaseException:
                    self.error = traceback.format_exc()
            self.count += 1
        return self.trace

def run(at, handler, options):
    fire = Fire(at, handler, options)
    sys.settrace(fire.trace)
    job(fire)
    sys.settrace(None)
    if fire.count <= at:
        handler(fire.client)
    if fire.error:
        print(at, fire.error)
    return fire.count

def child(*given):
    read, write = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            os.write(write, b"%d" % run(*given))
            sys.stdout.flush()
        finally:
            os._exit(0)
    os.close(write)
    os.waitpid(pid, 0)
    told = os.read(read, 20)
    os.close(read)
    return int(told)

def log(client):
    client.log_metric("tick", 1)

def log_all(client):
    client.log_metric("tick", 1)
    client.log_metrics({"tick": 1})
    client.log_params({"tick": [1]})
    client.log_execution_command(["tick"])
    client.log_flops_per_epoch("tick", None, None, None)
    client.log_artifact("tick", "/dev/null")
    client.register_final_metric("tick", 0, client.FoldOperation.MAX)

handler = {"log": log, "log_all": log_all}[sys.argv[1]]
for what in ("compiled", "counted"):
    points = child(-1, handler, {})
many = int(sys.argv[2])
for n in range(many):
    # Most lines are those of imports, which come first.
    child(int(points * (1 - (1 - n / many) ** 2)), handler, {"run_name": "%d" % n})
"""


class Handlers(SpoolCase):
    #: of the many lines at which a handler may cut in
    tried = 10

    def words_of(self, program):
        return ["-c", program, self.handler, str(self.tried)]

    def run_handler(self, handler):
        self.handler = handler
        output, errors = self.run_program(PROGRAM, PYTHONDONTWRITEBYTECODE="", PYTHONPYCACHEPREFIX=self.work)
        self.assertEqual(output, "", output)
        return errors

    def test_what_a_handler_logs_at_any_moment_is_recorded_counted_or_told(self):
        errors = self.run_handler("log")
        self.assertNotIn("could not", errors)
        ends = [one["status"] for one in self.events("session.end")]
        self.assertEqual(ends, ["completed"] * (self.tried + 2))
        self.assertEqual(len(self.points("loss")), self.tried + 2)
        dropped = self.dropped()
        told = [line for line in errors.splitlines() if line.endswith((" before start_run: it is not recorded", " after end_run: it is not recorded"))]
        self.assertEqual(set(dropped), {"before-start"})
        self.assertEqual(len(self.points("tick")) + dropped["before-start"] + len(told), self.tried)
        self.assertGreater(len(self.points("tick")), 0)

    def test_no_call_of_a_handler_raises(self):
        self.run_handler("log_all")


if __name__ == "__main__":
    unittest.main()
