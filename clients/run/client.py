"""`import provloom` in a worker whose Python is not the one that this command was installed with: the client that lies beside it.

Alone in a folder, which is put in front of the worker's PYTHONPATH: the client's own folder holds everything else that is
installed there.
"""

import importlib.util
import os
import sys


def _load(name):
    packages = os.path.abspath(__file__)
    for _ in range(3):
        packages = os.path.dirname(packages)
    place = os.path.join(packages, name)
    spec = importlib.util.spec_from_file_location(
        name, os.path.join(place, "__init__.py"), submodule_search_locations=[place]
    )
    module = importlib.util.module_from_spec(spec)
    # Whoever imports this gets what stands there when it is done.
    sys.modules[name] = module
    spec.loader.exec_module(module)


_load(__name__)
