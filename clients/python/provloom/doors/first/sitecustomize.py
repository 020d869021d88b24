"""``--as-prov4ml``: Provloom's prov4ml and yprov4ml come first, also where a real one lies beside the script.

Python imports this module when it starts. The sitecustomize that it would have had is imported by us.
"""

import importlib.machinery
import importlib.util
import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))


class _Doors:
    is_provloom = True

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name not in ("prov4ml", "yprov4ml"):
            return None
        return importlib.machinery.PathFinder.find_spec(name, [os.path.dirname(_HERE)])


sys.meta_path.insert(0, _Doors)


def _theirs():
    path = [one for one in sys.path if os.path.realpath(one or os.curdir) != os.path.realpath(_HERE)]
    found = importlib.machinery.PathFinder.find_spec(__name__, path)
    if found is not None and found.loader is not None:
        module = importlib.util.module_from_spec(found)
        sys.modules[__name__] = module
        found.loader.exec_module(module)


_theirs()
