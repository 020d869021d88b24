"""Small questions about files that several calls ask."""

import os
import sys


def folder_bytes(folder):
    total = 0
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                try:
                    total += entry.stat(follow_symlinks=False).st_size
                except OSError:
                    pass  # the agent has just taken it away
    except OSError:
        pass
    return total


def main_script():
    """The file that python was started with, or None."""
    module = sys.modules.get("__main__")
    file = getattr(module, "__file__", None)
    return os.path.abspath(file) if file else None
