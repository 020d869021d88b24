"""Small questions about files that several calls ask."""

import os
import sys


def main_script():
    """The file that python was started with, or None."""
    module = sys.modules.get("__main__")
    file = getattr(module, "__file__", None)
    return os.path.abspath(file) if file else None
