"""What calls import when they are first made, for start_run to have all of it at once: a signal's handler that calls us in
the middle of an import finds half a module."""

import hashlib  # noqa: F401
import opcode  # noqa: F401
import select  # noqa: F401
import shlex  # noqa: F401
import shutil  # noqa: F401
import signal  # noqa: F401
import subprocess  # noqa: F401

from . import (  # noqa: F401
    _agent, _artifact, _dataset, _final, _finish, _group, _inherit, _join, _model, _pairs, _paths, _place, _scalars, _secrets,
    _session_folder, _source, _step, _structure, _system, _variables, _words,
)  # fmt: skip
