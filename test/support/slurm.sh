#!/bin/bash
# A Slurm of one machine for tests: its own munge key, ports and state in a folder, nothing in /etc.
# Usage: slurm.sh start FOLDER PORT PORT   (prints the path of slurm.conf for SLURM_CONF)
#        slurm.sh stop FOLDER
set -euo pipefail
action=$1 folder=$2

start() {
  local host
  host=$(hostname -s)
  mkdir -p "$folder"/{munge,state,spool,log}
  chmod 0755 "$folder" "$folder"/munge && chmod 0700 "$folder"/state
  head -c 1024 /dev/urandom >"$folder/munge/key"
  chmod 0600 "$folder/munge/key"
  cat >"$folder/slurm.conf" <<CONF
ClusterName=provloom
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$1
SlurmdPort=$2
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
CredType=cred/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/log/slurmctld.log
SlurmdLogFile=$folder/log/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
InactiveLimit=0
KillWait=10
NodeName=$host NodeAddr=127.0.0.1 CPUs=8 Boards=1 SocketsPerBoard=1 CoresPerSocket=8 ThreadsPerCore=1 State=UNKNOWN
SlurmdParameters=config_overrides
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP OverSubscribe=FORCE:8
CONF
  # munged refuses folders that others may write to; --force lets it live under a temporary folder.
  munged --force --key-file="$folder/munge/key" --socket="$folder/munge/socket" --pid-file="$folder/munged.pid" \
    --log-file="$folder/log/munged.log" --seed-file="$folder/munge/seed" >/dev/null 2>&1
  export SLURM_CONF=$folder/slurm.conf
  slurmctld -f "$SLURM_CONF"
  slurmd -f "$SLURM_CONF"
  for _ in $(seq 100); do
    case $(sinfo -h -o %T 2>/dev/null || true) in idle*) echo "$SLURM_CONF" && return ;; esac
    sleep 0.1
  done
  echo "Slurm did not come up:" >&2
  tail -n 5 "$folder"/log/*.log >&2
  return 1
}

stop() {
  for name in slurmd slurmctld munged; do
    [ -f "$folder/$name.pid" ] || continue
    local pid
    pid=$(cat "$folder/$name.pid")
    kill "$pid" 2>/dev/null || continue
    # They write their state when they end; whoever removes the folder must not be quicker.
    for _ in $(seq 200); do kill -0 "$pid" 2>/dev/null && sleep 0.05 || break; done
  done
}

case $action in
  start) start "$3" "$4" ;;
  stop) stop ;;
  *) echo "slurm.sh: start or stop, not $action" >&2 && exit 2 ;;
esac
