# Makes what lies here, in the empty folder it is called in, with no other variables:
# env -i PATH=/usr/bin:/bin PROVLOOM=CLONE/node_modules/.bin CLIENT=CLONE/clients/python sh ../make.sh
# Then the machine's id and the folder's path are replaced, and what is secret, or of a living process, is left out.
set -eu
export PATH=$PROVLOOM:$PATH PYTHONPATH=$CLIENT TMPDIR=$PWD
cat > train.py <<'P'
import os, signal, time, provloom
rank = int(os.environ["RANK"])
run = provloom.start_run("www.example.org", "golden", collect_all_processes=True, save_after_n_logs=10)
provloom.log_param("lr", 0.1)
provloom.log_param("layers", {"hidden": [64, 32], "act": "relu"})
with open("model%d.bin" % rank, "wb") as file:
    file.write(bytes(range(256)))
provloom.log_artifact("model%d.bin" % rank)
for step in range(30):
    provloom.log_metric("loss", 1 / (step + 1), provloom.Context.TRAINING, step=step)
if os.environ["KILLED"] == str(rank):
    while run.directory is None:
        time.sleep(0.01)
    os.kill(os.getppid(), signal.SIGKILL)
    for step in range(30, 40):
        provloom.log_metric("loss", 1 / (step + 1), provloom.Context.TRAINING, step=step)
    os.kill(os.getpid(), signal.SIGKILL)
provloom.end_run()
P
job() { # folder, what ends the aggregator, the rank whose agent and process are killed, ranks
  mkdir "$1"; cd "$1"; cp ../train.py .
  export PROVLOOM_SPOOL_ROOT=$PWD/spools KILLED=$3 WORLD_SIZE=2 PROVLOOM_JOB_KEY=golden
  provloom aggregator & aggregator=$!
  until [ -s prov/.provloom/golden/connection.json ]; do sleep 0.1; done
  for rank in $4; do RANK=$rank provloom agent -- python3 train.py || true; done
  kill -"$2" $aggregator; wait $aggregator || true
  cd ..
}
job running KILL none 0
job ended TERM 1 '0 1'
find . \( -name .gitignore -o -name spare -o -name agent.json -o -name .lease -o -name connection.json -o -name server.json \) -delete
rm -f */train.py */model*.bin
rm -rf */spools/watching */spools/told
id=$(tr -d - </proc/sys/kernel/random/boot_id)
other=0123456789abcdef0123456789abcdef
for tree in */spools/local-"$id".*; do [ -e "$tree" ] && mv "$tree" "${tree%%local-*}local-$other${tree#*local-$id}"; done
grep -rIl "$id\|$PWD" running ended | xargs sed -i "s#$id#$other#g; s#$PWD#@WORK@#g"
