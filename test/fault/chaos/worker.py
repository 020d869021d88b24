"""One attempt of a rank: logs a known sequence in its sessions, and notes after each call that it returned.

    worker.py PLAN [SESSION]

PLAN is JSON: {"series", "payload", "total", "progress", "pace", "sessions": [{"experiment", "first", "count", "at",
"stride", "child"?}, ...]}. A session logs the calls first ... first + count - 1. Those with `child` are made at once, one
in a forked child and the others in interpreters of their own (SESSION), when the others have ended. The call of number n
stands at `at` + (n - first) * stride of `total`, and goes no further than the share that the file `pace` allows (0 to 1).
The file `progress` has 24 bytes for each session: (pid, state, calls that returned) in one write. The formulas are those
of known.ts.
"""

import json
import os
import struct
import subprocess
import sys
import time

BEGINS, OPEN, ENDS, ENDED = 1, 2, 3, 4

plan = json.loads(sys.argv[1])
progress = os.open(plan["progress"], os.O_RDWR | os.O_CREAT, 0o600)
pace = os.open(plan["pace"], os.O_RDONLY)
rank = int(os.environ["RANK"])
attempt = int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0"))


def note(index, state, returned):
    os.pwrite(progress, struct.pack("<QQQ", os.getpid(), state, returned), 24 * index)


def run(index):
    session = plan["sessions"][index]
    first, count, at, stride = (session[name] for name in ("first", "count", "at", "stride"))
    series, payload, total = plan["series"], plan["payload"], plan["total"]
    note(index, BEGINS, 0)
    provloom.start_run("http://example.org/", session["experiment"])
    note(index, OPEN, 0)
    allowed = 0
    for done in range(count):
        number = first + done
        while at + done * stride >= allowed:
            allowed = float(os.pread(pace, 32, 0) or 0) * total
            if at + done * stride >= allowed:
                time.sleep(0.02)
        if number % 50 == 7:
            text = "%d.%d.%d." % (rank, attempt, number)
            provloom.log_param("q%d" % number, text.ljust(payload, "x"))
        else:
            value = rank * 1e6 + number + attempt / 8
            provloom.log_metric("m%d" % (number % series), value, "TRAINING", step=number)
        note(index, OPEN, done + 1)
    note(index, ENDS, count)
    provloom.end_run()
    note(index, ENDED, count)


def fork(index):
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            run(index)
            status = 0
        finally:
            os._exit(status)
    return pid


def main():
    children = [i for i, one in enumerate(plan["sessions"]) if one.get("child")]
    for index in range(len(plan["sessions"])):
        if index not in children:
            run(index)
    forked = [fork(index) for index in children[:1]]
    started = [subprocess.Popen([sys.executable, *sys.argv[:2], str(index)]) for index in children[1:]]
    ends = [os.waitpid(pid, 0)[1] for pid in forked] + [one.wait() for one in started]
    sys.exit(1 if any(ends) else 0)


if len(sys.argv) == 2:
    # Before it imports anything of ours: from here on it can be killed.
    os.pwrite(progress, struct.pack("<Q", os.getpid()), 24 * len(plan["sessions"]))

import provloom  # noqa: E402

if len(sys.argv) > 2:
    run(int(sys.argv[2]))
else:
    main()
