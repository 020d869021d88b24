"""What a signal's handler raises passes through every call, at whichever line of ours it comes; and what is recorded stays whole."""

import json
import unittest

from support import SpoolCase

#: `each_line(call)` raises `Over` out of a signal's handler at the first line of the client that the call runs, at the
#: second, and so on until it runs through. Returns how often it was raised; all that do not come out are printed.
HEAD = """
import faulthandler, functools, json, os, signal, sys, provloom
faulthandler.enable()
class Over(TimeoutError, ValueError, KeyError, TypeError): pass
OURS = os.path.dirname(provloom.__file__)
def helper(): raise Over("time is up")
def over(*_): helper()
def each_line(call, after=lambda: None, stride=1):
    at = raised = 0
    while True:
        left = [at]
        def trace(frame, kind, _):
            if not frame.f_code.co_filename.startswith(OURS): return None
            if kind == "line":
                if left[0] == 0:
                    sys.settrace(None)
                    signal.raise_signal(signal.SIGALRM)
                left[0] -= 1
            return trace
        sys.settrace(trace)
        try:
            try: call()
            finally: sys.settrace(None)
            if left[0] < 0: print("swallowed at line", at, "of", call)
            else: return raised
        except Over: raised += 1
        after()
        at += stride
def counted(body, many=1):
    step = [0]
    def call():
        step[0] += 1
        body(step[0])
    return call
signal.signal(signal.SIGALRM, over)
run = provloom.start_run("www.example.org", "digits")
"""


class CutIn(SpoolCase):
    def lines(self, program, **environment):
        output, errors = self.run_program(HEAD + program, **environment)
        return output, errors

    def test_it_passes_through_each_line_of_the_calls_that_log_and_leaves_whole_records(self):
        output, errors = self.lines("""
class Number:
    def __float__(self): return 1.0
for call in (lambda step: provloom.log_metric("short", 1.0, step=step),
             lambda step: provloom.log_metric("new %d" % step, 1.0, step=step),
             lambda step: provloom.log_metric("number", Number(), step=step),
             lambda step: provloom.log_param("param", {"a": [1, {"b": step}]}),
             lambda step: provloom.log_metrics({"one": 1.0, "two": 2}, step=step),
             lambda step: provloom.log_input(__import__("sys").executable + ".none"),
             lambda step: provloom.log_execution_command(["a", "b"]),
             lambda step: provloom.Context("c").__enter__().__exit__(None, None, None)):
    one = counted(call)
    one(); one()
    print(each_line(one) > 5)
provloom.log_metric("short", 1.0, step=0)
print(provloom.end_run())
""")
        self.assertEqual((output, errors), ("True\n" * 9, ""))
        for key in ("short", "number", "one"):
            steps = [one["step"] for _, one in self.points(key)]
            self.assertEqual(sorted(set(steps[:-1])), sorted(steps[:-1]), key)
        self.assertEqual((self.dropped(), self.events("drops"), self.events("problem")), ({}, [], []))
        self.assertEqual([one["status"] for one in self.events("session.end")], ["completed"])


if __name__ == "__main__":
    unittest.main()
