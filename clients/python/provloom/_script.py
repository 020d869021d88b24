"""Where the user's own code is: the script or the notebook that runs. What is installed runs it, and is never it."""

import os
import re
import stat
import sys

from ._cut_in import from_inside

#: A part of a path that only programs and libraries are below.
_INSTALLED = re.compile(r"[/\\](?:(?:site|dist)-packages|node_modules|shims|lib[/\\]python\d[^/\\]*)[/\\]", re.I)
_INTERPRETERS = ("python", "python3", "python.exe", "node")


def script_file():
    """The file of the user's code, or None: it is typed, piped in, or given by -c, or what was started is installed."""
    notebook = _notebook()
    if notebook is not None:
        return notebook
    file = _file_of(getattr(sys.modules.get("__main__"), "__file__", None))
    if file is not None and is_installed(file):
        # One that runs a script, a profiler say, leaves it its arguments.
        file = _file_of(sys.argv[0] if sys.argv else None)
    return None if file is None or is_installed(file) else file


def _file_of(name):
    if not isinstance(name, str) or not name or name.startswith("<"):
        return None
    file = os.path.abspath(name)
    if not os.path.exists(file) and os.path.isfile(os.path.dirname(file)):
        return os.path.dirname(file)  # of an archive that is run
    try:
        # A pipe's end is gone when the script runs. A file that is gone was there.
        return file if stat.S_ISREG(os.stat(file).st_mode) else None
    except from_inside(OSError):
        return file


def is_installed(file):
    """Whether it is part of an interpreter, a library, or a program that one of these was installed with."""
    return any(_INSTALLED.search(one) or _holds_programs(os.path.dirname(one)) for one in {file, os.path.realpath(file)})


def _holds_programs(folder):
    above, name = os.path.split(folder)
    if name not in ("bin", "sbin", "Scripts"):
        return False
    if above in ("/", "/usr", "/usr/local") or os.path.exists(os.path.join(above, "pyvenv.cfg")):
        return True
    if any(os.path.exists(os.path.join(folder, one)) for one in _INTERPRETERS):
        return True
    try:
        return any(re.match(r"python\d", one) for one in os.listdir(os.path.join(above, "lib")))
    except from_inside(OSError):
        return False


def _notebook():
    """The notebook whose cell runs: VS Code and Jupyter name it."""
    module = sys.modules.get("IPython")
    shell = None if module is None else getattr(module, "get_ipython", lambda: None)()
    if shell is None:
        return None
    named = getattr(shell, "user_ns", {}).get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME")
    if not isinstance(named, str) or not named.endswith(".ipynb"):
        return None
    # Some name it from the server's folder on; a kernel works in that of its notebook.
    found = (os.path.abspath(one) for one in (named, os.path.basename(named)))
    return next((one for one in found if os.path.isfile(one)), None)
