"""A notebook whose cells Jupyter's own client executes, as its page does: some again, and at last the kernel is killed.

Usage: notebook.py SAVE_DIR
"""

import os
import signal
import sys

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError

cells = (
    "import os, provloom\nprovloom.start_run('www.example.org', 'cells', provenance_save_dir=%r)\nprint(os.getpid())" % sys.argv[1],
    "for step in range(5): provloom.log_metric('loss', 1 / (step + 1), step=step)",
    "provloom.end_run()",
)
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(one) for one in cells])
client = NotebookClient(notebook, kernel_name="python3", timeout=120)


def execute(*numbers):
    for number in numbers:
        done = client.execute_cell(notebook.cells[number], number)
    return "".join(one.get("text", "") for one in done.outputs)


with client.setup_kernel():
    execute(0, 1)
    # The first cell once more, without an end of the run before.
    execute(0, 1, 1, 2)
    pid = int(next(one for one in execute(0).split() if one.isdigit()))
    execute(1)
    os.kill(pid, signal.SIGKILL)
    try:
        execute(1)
    except DeadKernelError:
        print("dead")
