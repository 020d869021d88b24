#!/bin/bash
# One aggregator, and one agent per MPI process; for mpirun of Open MPI and mpiexec of MPICH alike.
set -euo pipefail
SAVE_DIR=${SAVE_DIR:-$PWD/prov}
MPIRUN=${MPIRUN:-mpirun -n 4}

provloom aggregator \
  --provenance-save-dir "$SAVE_DIR" --collect-all-processes --create-svg &
aggregator=$!
trap 'kill -TERM $aggregator 2>/dev/null; wait $aggregator' EXIT

$MPIRUN provloom agent --provenance-save-dir "$SAVE_DIR" -- python3 "${TRAIN:-../pi.py}"
