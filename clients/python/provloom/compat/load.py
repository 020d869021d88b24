"""Which prov4ml a script gets: the one that is installed, where there is one, and else ours.

A folder on PYTHONPATH comes before everything that is installed, so a package there has to look by itself whether a real one is.
"""

import importlib.machinery
import importlib.util
import os
import sys

from .._tell import once

_DOORS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "doors")
#: Ours are used whatever is installed (``--as-prov4ml``).
_ALWAYS = "PROVLOOM_AS_PROV4ML"
#: What processes that this one starts need not say again.
_TOLD = "PROVLOOM_REAL_TOLD"


def is_always():
    return os.environ.get(_ALWAYS, "").lower() in ("1", "true", "yes", "on")


def real_one(name):
    """The spec of an installed package of this name that is not ours, or None."""
    path = [one for one in sys.path if os.path.realpath(one or os.curdir) != os.path.realpath(_DOORS)]
    for finder in sys.meta_path:
        find = getattr(finder, "find_spec", None)
        if find is None or getattr(finder, "is_provloom", False):
            continue
        found = find(name, path) if finder is importlib.machinery.PathFinder else find(name, None)
        # A folder without code, where runs are saved say, is no package.
        if found is not None and found.origin is not None and found.loader is not None:
            return found
    return None


def gives_way(name):
    """Loads the real package in our place where there is one, and says so once. Raises what that raises."""
    found = None if is_always() else real_one(name)
    if found is None:
        return False
    tell_real(name, found)
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module
    try:
        found.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return True


def tell_real(name, found):
    if os.environ.get(_TOLD):
        return
    os.environ[_TOLD] = name
    once("compat-real", "%s is the one that is installed (%s), which writes its own files; with --as-prov4ml, of provloom run and "
         "agent, it is Provloom" % (name, os.path.dirname(found.origin)))  # fmt: skip
