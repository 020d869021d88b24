"""What is cut from command lines, texts and git remotes before they are recorded."""

import json
import os
import random
import time
import unittest

import support

support.sys.path.insert(0, support.CLIENT)
from provloom import _secret_table as table  # noqa: E402
from provloom import _secrets  # noqa: E402
from provloom._secret_commands import Command  # noqa: E402
from provloom._secret_scan import Scan  # noqa: E402

DATA = os.path.join(os.path.dirname(os.path.dirname(support.CLIENT)), "test", "data")


def examples(kind):
    with open(os.path.join(DATA, "secrets.json"), encoding="utf-8") as opened:
        return [(of, given, shown) for of, pairs in json.load(opened)[kind].items() for given, shown in pairs]


def ordinary_commands():
    with open(os.path.join(DATA, "ordinary-commands.txt"), encoding="utf-8") as opened:
        return opened.read().strip().split("\n")


@unittest.skipUnless(os.path.isdir(DATA), "the examples lie in the repository")
class Examples(unittest.TestCase):
    maxDiff = None

    def check(self, kind, function):
        for of, given, shown in examples(kind):
            with self.subTest(of=of, given=given):
                self.assertEqual(function(given), shown)
                self.assertEqual(function(shown), shown, "what is masked stays so")

    def test_command_lines_are_recorded_as_the_examples_say(self):
        self.check("arguments", _secrets.without_secrets)

    def test_texts_are_recorded_as_the_examples_say(self):
        self.check("texts", _secrets.text_without_secrets)

    def test_what_nobody_has_logged_is_recorded_as_the_examples_say(self):
        self.check("told", _secrets.told)

    def test_of_a_long_text_the_last_lines_are_recorded_and_no_half_secret_at_either_end_of_them(self):
        self.assertEqual(_secrets.last_told("password: 'abc'\n" + "x\n" * 40, 80), "x\n" * 39)
        secret, shown = "a\npassword='%s'\nb" % ("pq" * 60), "a\npassword='***'\nb"
        self.assertEqual([_secrets.last_told(secret, 100), _secrets.first_told(secret, 100)], [shown, shown])

    def test_values_of_variables_are_kept_without_the_secrets_in_them(self):
        given = {"MASTER_ADDR": "me:abc@h", "SLURM_JOB_NAME": "--password abc", "TF_CONFIG": '{"task": {"index": 0}}', "JOB_ID": "7"}
        shown = dict(given, MASTER_ADDR="me:***@h", SLURM_JOB_NAME="--password ***")
        self.assertEqual(_secrets.told_variables(given), shown)
        self.assertEqual(_secrets.told_variables({"MASTER_ADDR": "me:abc@h"}), {"MASTER_ADDR": "me:***@h"})
        self.assertEqual(_secrets.told_variables({"X": "tcp://h:5", "Y": "git@h:a/b"}), {"X": "tcp://h:5", "Y": "git@h:a/b"})

    def test_git_remotes_are_recorded_as_the_examples_say(self):
        self.check("remotes", _secrets.without_credentials)

    def test_ordinary_commands_stay_as_they_are(self):
        for line in ordinary_commands():
            with self.subTest(line=line):
                self.assertEqual(_secrets.text_without_secrets(line), line)
                self.assertEqual(_secrets.without_secrets(["bash", "-c", line]), ["bash", "-c", line])
                self.assertEqual(_secrets.without_secrets(line.split(" ")), line.split(" "))

    def test_what_is_told_apart_quickly_has_no_secret(self):
        words = [word for _, given, _ in examples("arguments") for word in given] + " ".join(ordinary_commands()).split()
        pick, quick = random.Random(7), 0
        for _ in range(3000):
            argv = [pick.choice(words) for _ in range(pick.choice((1, 2, 4)))]
            command = Command(Scan(sum(map(len, argv)), len(argv)), 0)
            if _secrets._is_harmless(argv):
                quick += 1
                self.assertEqual([_secrets._masked(word, command.feed(word)) for word in argv], argv)
        self.assertGreater(quick, 300)


class Cost(unittest.TestCase):
    UNITS = ["\"'", '"', "\\", "=", "x", "a.", "key=", "token='", "password={", "tokens=[a ", "$(", " --token", "a://", "mysql ",
             "name:a value:", "Bearer ", "AKIAABCDEFGHIJKLMNOP ", "token: |\n", "- --token\n", '{"a": 1, "token": "x"}, ']  # fmt: skip

    def test_a_text_four_times_as_long_costs_about_four_times_as_much(self):
        masks = [_secrets.text_without_secrets, lambda text: _secrets.without_secrets([text])]
        for unit in self.UNITS:
            for mask in masks:
                with self.subTest(unit=unit):
                    # Twice by chance, on a machine that does other things: not three times.
                    self.assertFalse(all(self.grows(mask, unit) for _ in range(3)))

    def grows(self, mask, unit):
        small, large = (self.seconds(mask, unit * (size // len(unit))) for size in (1 << 16, 1 << 18))
        return large > 10 * small + 0.05

    def seconds(self, mask, text):
        began = time.process_time()
        mask(text)
        return time.process_time() - began

    def test_of_a_text_with_more_in_it_than_can_be_read_in_its_time_the_rest_is_masked(self):
        for text in ("password=abc " * 100000, "--token abc\n" * 100000, '{"api_key": "abc"}, ' * 50000):
            for shown in (_secrets.text_without_secrets(text), _secrets.without_secrets(["sh", "-c", text])[2]):
                self.assertNotIn("abc", shown)
                self.assertTrue(shown.endswith(table.MASK))

    def test_nothing_is_loaded_for_an_ordinary_command(self):
        code = "import sys, provloom\nassert not [name for name in sys.modules if '_secret' in name]\n"
        code += "from provloom import _secrets\n_secrets.without_secrets(['python', 'train.py', '--lr', '0.1'])\n"
        code += "assert 'provloom._secret_scan' not in sys.modules\n"
        support.subprocess.run([support.sys.executable, "-c", code], check=True, env=dict(os.environ, PYTHONPATH=support.CLIENT))


if __name__ == "__main__":
    unittest.main()
