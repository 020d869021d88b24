"""Recomputes what a run's prov.json claims, by programs that nobody here wrote: sha256sum and stat, DuckDB over the metric parts, git,
pip, the kernel's files, and what the training noted itself.

Reads what truth.test.ts knows of the run as JSON from standard input; writes {"judged": {attribute: how many claims}, "unjudged":
[attribute], "untrue": [words]}.
"""

import json
import sys

from claims import entities, judged, seen, untrue
from places import data_sets, files, models, placed
from sources import code
from surroundings import environment, hosts, programs
from times import doubled, groups, named_ends, ranks
from values import metrics, parameters

for thing in list(entities.values()):
    placed(thing)
for look in (files, data_sets, models, parameters, metrics, code, environment, hosts, programs, ranks, groups, doubled, named_ends):
    look()
json.dump({"judged": judged, "unjudged": sorted(seen - set(judged)), "untrue": untrue}, sys.stdout)
