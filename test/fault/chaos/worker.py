"""One attempt of a rank: logs a known sequence, and notes after each call that it returned.

    worker.py FIRST COUNT TOTAL SERIES PAYLOAD PROGRESS PACE

Logs calls FIRST ... FIRST + COUNT - 1 of TOTAL; no further than the share of TOTAL that the file PACE allows (0 to 1).
PROGRESS gets (pid, calls that returned) in one write after each call. The formulas are those of known.ts.
"""

import os
import struct
import sys
import time

first, count, total, series, payload = (int(word) for word in sys.argv[1:6])
progress = os.open(sys.argv[6], os.O_RDWR | os.O_CREAT, 0o600)
pace = os.open(sys.argv[7], os.O_RDONLY)
rank = int(os.environ["RANK"])
attempt = int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0"))

import provloom  # noqa: E402

provloom.start_run()
os.pwrite(progress, struct.pack("<QQ", os.getpid(), 0), 0)
allowed = 0
for done in range(count):
    number = first + done
    while number >= allowed:
        allowed = float(os.pread(pace, 32, 0) or 0) * total
        if number >= allowed:
            time.sleep(0.02)
    if number % 50 == 7:
        text = "%d.%d.%d." % (rank, attempt, number)
        provloom.log_param("q%d" % number, text.ljust(payload, "x"))
    else:
        provloom.log_metric("m%d" % (number % series), rank * 1e6 + number + attempt / 8, "TRAINING", step=number)
    os.pwrite(progress, struct.pack("<QQ", os.getpid(), done + 1), 0)
provloom.end_run()
