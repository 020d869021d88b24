"""What type checkers are told: the calls that there are, with the parameters that they have, in their order."""

import ast
import inspect
import os
import unittest

import provloom
import support  # noqa: F401

_STUB = os.path.join(os.path.dirname(provloom.__file__), "__init__.pyi")


def _parameters(function):
    return [one.arg for one in function.args.args if one.arg not in ("self", "cls")]


class Stub(unittest.TestCase):
    def setUp(self):
        with open(_STUB, encoding="utf-8") as opened:
            self.told = {one.name: one for one in ast.parse(opened.read()).body if hasattr(one, "name")}

    def test_names_what_the_package_has_and_nothing_else(self):
        self.assertEqual(sorted(self.told), sorted(provloom.__all__))

    def test_tells_the_parameters_of_every_call_and_which_need_not_be_given(self):
        for name, told in self.told.items():
            if isinstance(told, ast.FunctionDef):
                with self.subTest(name):
                    real = inspect.signature(getattr(provloom, name)).parameters
                    self.assertEqual(_parameters(told), list(real))
                    given = [one for one in real.values() if one.default is inspect.Parameter.empty]
                    self.assertEqual(len(told.args.args) - len(told.args.defaults), len(given))

    def test_tells_the_members_of_every_class(self):
        for name, told in self.told.items():
            if isinstance(told, ast.ClassDef):
                with self.subTest(name):
                    members = [one.target.id if isinstance(one, ast.AnnAssign) else one.name for one in told.body]
                    real = [one for one in vars(getattr(provloom, name)) if not one.startswith("_")]
                    self.assertEqual([one for one in members if not one.startswith("_")], real)
