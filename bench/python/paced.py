"""A worker that logs evenly: python paced.py EVENTS-PER-SECOND SECONDS"""

import sys
import time

import provloom

rate, seconds = float(sys.argv[1]), float(sys.argv[2])
provloom.start_run(prov_user_namespace="www.example.org", experiment_name="bench")
began = time.monotonic()
for i in range(int(rate * seconds)):
    wait = began + i / rate - time.monotonic()
    if wait > 0:
        time.sleep(wait)
    provloom.log_metric("metric_%d" % (i % 10), i / 3, step=i // 10)
provloom.end_run()
