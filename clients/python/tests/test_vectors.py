"""Metrics that are lists of numbers."""

import unittest

from support import LIMITS, SpoolCase
from test_libraries import PYTHON, needs

HEAD = "import provloom\nrun = provloom.start_run('www.example.org', 'digits')\n"


class Vectors(SpoolCase):
    def rows(self):
        return [(series["key"], point["step"], point["value"]) for series, point in self.points()]

    def test_each_value_is_a_point_of_its_own_series_with_one_step_and_one_time(self):
        self.run_program(
            HEAD
            + """
provloom.log_metric("accuracy", [0.5, 1], provloom.Context.TESTING, 3, "eval")
provloom.log_metric("accuracy", (0.25, True), provloom.Context.TESTING, 4, "eval")
provloom.log_metrics({"one": [7], "loss": 0.5})
"""
        )
        self.assertEqual(self.rows(), [("accuracy[0]", 3, 0.5), ("accuracy[1]", 3, 1.0), ("accuracy[0]", 4, 0.25),
                                       ("accuracy[1]", 4, 1.0), ("one[0]", 0, 7.0), ("loss", 0, 0.5)])  # fmt: skip
        points = self.points()
        self.assertEqual(points[0][1]["time"], points[1][1]["time"])
        self.assertEqual((points[1][0]["context"], points[1][0]["source"]), ("testing", "eval"))
        self.assertEqual((self.dropped(), self.events("problem")), ({}, []))

    def test_another_length_than_before_is_told_once_and_recorded(self):
        _, errors = self.run_program(HEAD + "for n in (2, 3, 1): provloom.log_metric('a', list(range(n)), step=n)")
        self.assertEqual([(key, step) for key, step, _ in self.rows()],
                         [("a[0]", 2), ("a[1]", 2), ("a[0]", 3), ("a[1]", 3), ("a[2]", 3), ("a[0]", 1)])  # fmt: skip
        self.assertEqual([one["code"] for one in self.events("problem")], ["VECTOR_LENGTH"])
        self.assertEqual(errors.count("a has 3 values at step 3, and had 2 before"), 1, errors)

    def test_a_list_with_something_else_in_it_is_dropped_whole_and_told_with_its_place(self):
        _, errors = self.run_program(HEAD + "provloom.log_metric('a', [1, [2], 3])\nprovloom.log_metric('b', [])\nprovloom.log_metric('c', {1: 2})")
        self.assertEqual((self.rows(), self.dropped()), ([], {"not-a-number": 3}))
        self.assertIn("value 1 of it is no number: list of 1", errors)

    def test_a_longer_list_than_there_may_be_is_dropped_counted_and_told(self):
        most = LIMITS["VECTOR_LENGTH_MAX"]
        _, errors = self.run_program(HEAD + "provloom.log_metric('a', [1.0] * %d)\nprovloom.log_metric('b', [1.0] * %d)" % (most, most + 1))
        self.assertEqual(len(self.rows()), most)
        self.assertEqual(self.dropped(), {"not-a-number": 1})
        self.assertIn("more than %d values" % most, errors)

    def test_a_name_stays_one_that_the_format_holds(self):
        self.run_program(HEAD + "provloom.log_metric('x' * 600, [1, 2])")
        names = {key for key, _, _ in self.rows()}
        self.assertEqual(len(names), 2)
        self.assertTrue(all(len(one) <= LIMITS["NAME_LENGTH_MAX"] for one in names))

    @needs("numpy")
    def test_arrays_of_one_dimension_are_lists_and_of_more_are_none(self):
        import subprocess

        program = HEAD + (
            "import numpy as np\nprovloom.log_metric('a', np.array([1, 2, 3], dtype='f4'))\nprovloom.log_metric('b', np.eye(2))\n"
            "provloom.log_metric('c', np.ma.array([1, 2], mask=[True, False]))\nprovloom.log_metric('d', np.array(['x', 'y']))"
        )
        subprocess.run([PYTHON, "-c", program], env=self.environment(), check=True, stderr=subprocess.PIPE)
        self.assertEqual(self.rows(), [("a[0]", 0, 1.0), ("a[1]", 0, 2.0), ("a[2]", 0, 3.0)])
        self.assertEqual(self.dropped(), {"not-a-number": 3})


if __name__ == "__main__":
    unittest.main()
