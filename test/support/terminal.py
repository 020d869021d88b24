"""Runs a program on a terminal of its own and types: terminal.py STEPS PROGRAM ARGUMENTS...

STEPS is JSON, a list of [regular expression, keys]: when the terminal's output behind the last match has the expression,
the keys are typed. What the terminal got, every byte, goes to standard output; the exit code is the program's.
"""

import json
import os
import pty
import re
import select
import sys
import time

LIMIT = 60


def main():
    steps = json.loads(sys.argv[1])
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp(sys.argv[2], sys.argv[2:])
    output, seen, until = b"", 0, time.monotonic() + LIMIT
    while time.monotonic() < until:
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                data = os.read(terminal, 65536)
            except OSError:
                break
            if not data:
                break
            output += data
        while steps:
            found = re.compile(steps[0][0].encode(), re.DOTALL).search(output, seen)
            if not found:
                break
            seen = found.end()
            os.write(terminal, steps.pop(0)[1].encode())
    else:
        sys.stderr.write("the terminal was waited for in vain: %r\n" % (steps[:1],))
        os.kill(pid, 9)
    sys.stdout.buffer.write(output)
    sys.stdout.flush()
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) if hasattr(os, "waitstatus_to_exitcode") else 0)


main()
