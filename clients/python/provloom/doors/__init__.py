"""Packages that take the place of others. The folder is put on a path by ``provloom run`` and ``provloom agent``, or by
``PYTHONPATH=$(python3 -m provloom.doors)``."""
