"""The examples of docs/python.md run, quietly; and its tables name every call."""

import os
import re
import unittest

from support import CLIENT, SpoolCase

PAGE = os.path.join(CLIENT, "..", "..", "docs", "python.md")


@unittest.skipUnless(os.path.exists(PAGE), "the client is installed without the repository's docs")
class Page(SpoolCase):
    def setUp(self):
        super().setUp()
        with open(PAGE, encoding="utf-8") as opened:
            self.page = opened.read()
        self.cwd = self.work

    def words_of(self, program):
        script = os.path.join(self.work, "train.py")
        with open(script, "w", encoding="utf-8") as opened:
            opened.write(program)
        return [script]

    def test_every_example_runs_without_a_word_on_standard_error(self):
        examples = re.findall(r"```python\n(.*?)```", self.page, re.S)
        self.assertGreater(len(examples), 5)
        for example in examples:
            _, errors = self.run_program(example)
            self.assertEqual([line for line in errors.splitlines() if "not there yet" not in line], [], example)
        self.assertEqual(self.events("problem"), [])
        self.assertEqual({one["status"] for one in self.events("session.end")}, {"completed"})

    def test_every_call_is_on_the_page(self):
        output, _ = self.run_program("import provloom\nprint(*provloom.__all__)")
        self.assertEqual([name for name in output.split() if name not in self.page], [])


class Package(SpoolCase):
    def test_importing_takes_no_module_that_is_slow_to_load(self):
        output, _ = self.run_program(
            "import sys\nbefore = set(sys.modules)\nimport provloom\nprint(*sorted(set(sys.modules) - before))"
        )
        slow = {"json", "re", "subprocess", "socket", "hashlib", "threading", "logging", "typing", "inspect", "argparse"}
        self.assertEqual(slow & set(output.split()), set())

    def test_every_name_that_is_promised_is_there(self):
        self.run_program("import provloom\nfor name in provloom.__all__:\n    assert callable(getattr(provloom, name)), name\nassert set(provloom.__all__) <= set(dir(provloom))")


if __name__ == "__main__":
    unittest.main()
