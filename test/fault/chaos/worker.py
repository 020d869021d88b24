"""One attempt of a rank: logs a known sequence, and notes after each call that it returned.

    worker.py FIRST COUNT HOLD SERIES PAYLOAD SECONDS PROGRESS FINISH

Logs calls FIRST ... FIRST + COUNT - 1, spread over SECONDS. The last HOLD calls wait for the file FINISH. PROGRESS gets
(pid, calls that returned) in one write after each call.
"""

import os
import struct
import sys
import time

first, count, hold, series, payload = (int(word) for word in sys.argv[1:6])
seconds = float(sys.argv[6])
progress = os.open(sys.argv[7], os.O_RDWR | os.O_CREAT, 0o600)
finish = sys.argv[8]
rank = int(os.environ["RANK"])
attempt = int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0"))

import provloom  # noqa: E402

provloom.start_run()
os.pwrite(progress, struct.pack("<QQ", os.getpid(), 0), 0)
started = time.monotonic()
for done in range(count):
    number = first + done
    if done >= count - hold:
        while not os.path.exists(finish):
            time.sleep(0.05)
    elif done % 25 == 0:
        time.sleep(max(0.0, started + seconds * done / count - time.monotonic()))
    if number % 50 == 7:
        text = "%d.%d.%d." % (rank, attempt, number)
        provloom.log_param("q%d" % number, text.ljust(payload, "x"))
    else:
        provloom.log_metric("m%d" % (number % series), rank * 1e6 + number + attempt / 8, "TRAINING", step=number)
    os.pwrite(progress, struct.pack("<QQ", os.getpid(), done + 1), 0)
provloom.end_run()
