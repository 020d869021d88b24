"""end_run waits for the graph, with bounds; nothing else waits. The clock of these tests is their own."""

import json
import os
import unittest

from support import SpoolCase

HEAD = """
import json, os, signal, sys, provloom
import provloom._wait as wait
class Clock:
    now, pauses = 1000.0, []
    def monotonic(self): return self.now
    def sleep(self, seconds):
        before, self.now = self.now, self.now + seconds
        self.pauses.append(seconds)
        if int(before) != int(self.now): each_second(int(self.now) - 1000)
clock = wait.time = Clock()
run = provloom.start_run("www.example.org", "digits")
TREE = os.environ["PROVLOOM_TREE"].split()[2]
def put(file, **facts):
    with open(file + ".new", "w") as opened: json.dump(facts, opened)
    os.rename(file + ".new", file)
def control(**facts): put(run.spool + "/control.json", **facts)
def beat(second): put(TREE + "/agent.json", pid=1, beatUs=clock.now, heard=second)
def each_second(second): pass
def took():
    begin = clock.now
    done = provloom.end_run()
    print(done, round(clock.now - begin, 1))
"""


class Waiting(SpoolCase):
    def setUp(self):
        super().setUp()
        self.agent.leave()

    def took(self, program, code=0):
        output, _ = self.run_program(HEAD + program, code)
        return [tuple(json.loads(one.lower()) for one in line.split()) for line in output.splitlines()]

    def test_ends_as_soon_as_the_graph_holds_the_session(self):
        found = self.took("def each_second(second):\n    if second == 3: control(state='ended')\ntook()")
        self.assertEqual(found, [(True, 3.0)])

    def test_gives_up_after_five_seconds_without_progress_and_not_again(self):
        found = self.took("took()\nrun = provloom.start_run('www.example.org', 'digits')\ntook()")
        self.assertEqual(found, [(False, 5.0), (False, 0.0)])

    def test_goes_on_while_what_is_journaled_grows_for_twenty_seconds_in_all(self):
        found = self.took("def each_second(second): control(state='collect', mark={'s': second})\ntook()")
        self.assertEqual(found, [(False, 20.0)])

    def test_goes_on_while_the_agent_that_knows_the_session_hears_an_aggregator(self):
        found = self.took("def each_second(second):\n    beat(second)\n    if second == 1: control(state='collect')\n    if second == 12: control(state='ended')\ntook()")
        self.assertEqual(found, [(True, 12.0)])

    def test_does_not_take_an_agent_that_lives_and_hears_nobody_for_progress(self):
        found = self.took("def each_second(second): put(TREE + '/agent.json', pid=1, beatUs=second, heard=0)\ncontrol(state='collect')\ntook()")
        self.assertEqual(found, [(False, 5.0)])

    def test_a_session_whose_folder_was_taken_away_is_in_its_graph(self):
        found = self.took("import shutil\ndef each_second(second):\n    if second == 2: shutil.rmtree(run.spool)\ntook()")
        self.assertEqual(found, [(True, 2.0)])

    def test_a_spool_that_a_person_has_removed_is_in_no_graph(self):
        self.assertEqual(self.took("import shutil\nshutil.rmtree(run.spool)\ntook()"), [(False, 5.0)])

    def test_does_not_wait_for_an_agent_that_lives_and_does_not_take_the_session_up(self):
        self.assertEqual(self.took("def each_second(second): beat(second)\nbeat(0)\ntook()"), [(False, 5.0)])

    def test_ends_when_the_agent_says_that_it_will_not_be_soon_and_waits_for_the_next(self):
        found = self.took(
            """
def each_second(second):
    beat(second)
    if second == 2: control(state='collect', message='its run cannot be opened')
    if second == 5: control(state='ended')
took()
run = provloom.start_run('www.example.org', 'digits')
took()
"""
        )
        self.assertEqual(found, [(False, 2.0), (True, 3.0)])

    def test_ends_when_it_was_refused(self):
        self.assertEqual(self.took("control(state='refused')\ntook()"), [(False, 0.0)])

    def test_is_shorter_after_a_sigterm(self):
        found = self.took(
            """
def each_second(second): control(state="collect", mark={"s": second})
def on_term(*_):
    took()
signal.signal(signal.SIGTERM, on_term)
os.kill(os.getpid(), signal.SIGTERM)
"""
        )
        self.assertEqual(found, [(False, 8.0)])

    def test_is_short_at_exit_too_after_a_sigterm_that_became_sys_exit(self):
        output, _ = self.run_program(
            HEAD
            + """
import atexit, provloom._life as life
run._session.wrapped = False
def each_second(second): control(state="collect", mark={"s": second})
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
begin = clock.now
atexit.unregister(life._at_exit)
atexit.register(lambda: print(round(clock.now - begin, 1), flush=True))
atexit.register(life._at_exit)
os.kill(os.getpid(), signal.SIGTERM)
signal.pause()
"""
        )
        self.assertEqual(output, "8.0\n")

    def test_ctrl_c_ends_the_waiting_and_is_the_scripts(self):
        output, _ = self.run_program(
            HEAD
            + """
def each_second(second):
    if second == 2: os.kill(os.getpid(), signal.SIGINT)
try: provloom.end_run()
except KeyboardInterrupt: print(run.active, clock.now < 1003)
provloom.start_run("www.example.org", "digits")
"""
        )
        self.assertEqual(output, "False True\n")
        self.assertEqual(sorted(one["by"] for one in self.events("session.end")), ["call", "exit"])

    def test_looks_at_short_and_growing_intervals(self):
        output, _ = self.run_program(HEAD + "provloom.end_run()\nprint(clock.pauses[0], max(clock.pauses), clock.pauses == sorted(clock.pauses))")
        self.assertEqual(output, "0.002 0.02 True\n")

    def test_other_ranks_and_those_that_say_so_do_not_wait(self):
        self.assertEqual(self.took("control(state='collect', rank=1)\ntook()"), [(False, 0.0)])
        self.assertEqual(self.took("os.environ['RANK'] = '2'\ntook()"), [(False, 0.0)])
        output, _ = self.run_program(HEAD + "print(provloom.end_run(wait=False), clock.pauses)")
        self.assertEqual(output, "False []\n")
        output, _ = self.run_program(HEAD + "control(state='collect', rank=1)\nprint(provloom.end_run(wait=True), len(clock.pauses) > 9)")
        self.assertEqual(output, "False True\n")

    def test_at_exit_under_a_wrapper_does_not_wait(self):
        self.run_program(HEAD + "def each_second(second): os._exit(9)")

    def test_a_rank_that_is_not_collected_ends_at_once(self):
        self.assertEqual(self.took("control(state='quiet')\ntook()"), [(True, 0.0)])


if __name__ == "__main__":
    unittest.main()
