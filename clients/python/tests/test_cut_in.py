"""What a signal's handler raises passes through every call, wherever it cuts in; and what is recorded stays whole."""

import unittest

from support import SpoolCase

#: `each_moment(call)` raises `Over` out of a signal's handler at the first moment of the client that handlers may run at
#: while `call` does, at a later one, and so on until it runs through: where one of our functions begins, and where one in C
#: has returned to us. Prints what does not come out.
HEAD = """
import os, signal, sys, provloom
class Over(TimeoutError, ValueError, KeyError, TypeError): pass
OURS = os.path.dirname(provloom.__file__)
def helper(): raise Over("time is up")
def over(*_): helper()
signal.signal(signal.SIGALRM, over)
def each_moment(call, after=lambda done: None):
    at = 0
    while True:
        left = [at]
        def profile(frame, kind, _):
            name = frame.f_code
            if (kind == "c_return" or kind == "call" and name.co_name != "<genexpr>") and name.co_filename.startswith(OURS):
                if left[0] == 0:
                    sys.setprofile(None)
                    signal.raise_signal(signal.SIGALRM)
                left[0] -= 1
        sys.setprofile(profile)
        done = None
        try:
            try: done = call(at)
            finally: sys.setprofile(None)
            if left[0] >= 0: return at
            print("swallowed at moment", at)
        except Over: pass
        after(done)
        at += 1 + at // 30
run = provloom.start_run("www.example.org", "digits")
"""


class CutIn(SpoolCase):
    def test_it_passes_through_every_call_that_logs_and_leaves_whole_records(self):
        output, errors = self.run_program(HEAD + """
class Number:
    def __float__(self): return 1.0
for call in (lambda step: provloom.log_metric("short", 1.0, step=step),
             lambda step: provloom.log_metric("new %d" % step, 1.0, step=step),
             lambda step: provloom.log_metric("number", Number(), step=step),
             lambda step: provloom.log_param("param", {"a": [1, {"b": step}]}),
             lambda step: provloom.log_metrics({"one": 1.0, "two": 2}, step=step),
             lambda step: provloom.log_artifact(os.__file__, log_copy_in_prov_directory=False),
             lambda step: provloom.log_execution_command(["a", "b"]),
             lambda step: provloom.Context("c").__enter__().__exit__(None, None, None)):
    call(-2), call(-1)
    print(each_moment(call) > 5)
print(provloom.end_run())
""")
        self.assertEqual((output, errors), ("True\n" * 9, ""))
        for key in ("short", "number", "one"):
            steps = [one["step"] for _, one in self.points(key)]
            self.assertEqual(steps, sorted(set(steps)), key)
        self.assertEqual((len(self.streams()), self.dropped(), self.events("drops"), self.events("problem")), (1, {}, [], []))
        self.assertEqual([one["status"] for one in self.events("session.end")], ["completed"])

    def test_the_next_end_run_goes_on_with_an_end_that_it_cuts_off(self):
        output, errors = self.run_program(HEAD + """
import provloom._wait as wait
wait.limits.END_STILL_MS = wait.limits.END_MS = 40000
def begin():
    provloom.start_run("www.example.org", "digits")
    provloom.log_metric("m", 1.0)
def end(done):
    if done is None and provloom.end_run() is not True: print("not ended")
    begin()
provloom.end_run()
begin()
print(each_moment(lambda at: provloom.end_run(), end) > 20)
provloom.end_run()
""")
        self.assertEqual((output, errors), ("True\n", ""))
        self.each_ends_once(("completed", "call"))

    def each_ends_once(self, *ways):
        for session in self.sessions():
            ends = [(one["status"], one["by"]) for one in self.events("session.end", session)]
            self.assertEqual(len(ends), 1, session)
            self.assertIn(ends[0], ways)
            self.assertEqual((len(self.streams(session)), self.ledgers(session).popitem()[1]["next"]), (1, len(self.streams(session).popitem()[1])))

    def test_start_run_and_the_exit_go_on_with_it_too(self):
        for last in ("begin()", "pass"):
            output, errors = self.run_program(HEAD + """
def begin(*_):
    provloom.start_run("www.example.org", "digits")
    return provloom.log_metric("m", 1.0)
begin(provloom.end_run())
if %r == "pass":
    try: each_moment(lambda at: provloom.end_run(), sys.exit)
    except SystemExit: pass
else: each_moment(lambda at: provloom.end_run(), begin)
""" % last)
            self.assertNotIn("could not", errors)
            # Cut off before it has looked what there is to end, it has ended nothing.
            self.each_ends_once(("completed", "call"), ("incomplete", "next"), ("completed", "exit"))

    def test_it_passes_of_every_kind_of_handler_and_what_an_object_raises_does_not(self):
        output, errors = self.run_program(HEAD + """
import functools
class Handlers:
    def method(self, number, frame): raise Over
    @classmethod
    def of_class(cls, *_): helper()
    def __call__(self, number, frame): raise Over
    def __init__(self, number=None, frame=None):
        if number: raise Over
def with_word(word, number, frame): helper()
def taken_off(number, frame):
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    raise Over
def forgets(number, frame):
    del number, frame
    raise Over
def wrapped(function):
    @functools.wraps(function)
    def wrapper(*given): return function(*given)
    return wrapper
class Sends:
    def __float__(self):
        signal.raise_signal(signal.SIGALRM)
        return 1.0
one = Handlers()
for handler in (over, lambda *_: helper(), one.method, Handlers.of_class, one, Handlers, functools.partial(with_word, "a"), taken_off, forgets,
                wrapped(one.method)):
    signal.signal(signal.SIGALRM, handler)
    try: print("kept", provloom.log_metric("m", Sends()))
    except Over: pass
signal.signal(signal.SIGALRM, over)
for kind in (Over, RuntimeError, SystemExit, KeyboardInterrupt, GeneratorExit):
    class Fails:
        def __float__(self): raise kind("mine")
        def __fspath__(self): raise kind("mine")
    provloom.log_metric("m", Fails())
    provloom.log_artifact(Fails())
""")
        self.assertEqual(output, "")
        self.assertEqual((len(self.points()), self.dropped()), (0, {"not-a-number": 5, "bad-path": 5}))

    def test_start_run_that_it_cuts_off_leaves_no_run_open_that_nobody_ends(self):
        self.run_program(HEAD + """
provloom.end_run()
each_moment(lambda at: provloom.start_run("www.example.org", "digits") and provloom.end_run(wait=False), lambda done: provloom.end_run(wait=False))
""")
        for session in self.sessions():
            self.assertEqual(len(self.events("session.end", session)), 1, session)


if __name__ == "__main__":
    unittest.main()
