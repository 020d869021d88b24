#!/bin/sh
':' /*
# The shell runs this part; to Node it is a comment, and may not end before the last line.
# What whoever started us has set is seen only here: Node puts every signal back to its default, does not hand
# descriptors on, and takes NODE_OPTIONS, which is the command's, for itself; some shells lose variables.
provloom_ignored=0 provloom_descriptors='' provloom_environment=''
# Not $$: in a process namespace with the /proc of another one that is somebody else.
if [ -r /proc/self/stat ] && read -r provloom_process provloom_value </proc/self/stat; then
  provloom_process=/proc/$provloom_process
  while read -r provloom_name provloom_value; do
    if [ "$provloom_name" = SigIgn: ]; then provloom_ignored=$provloom_value; break; fi
  done <"$provloom_process/status"
  trap '' USR1
  for provloom_file in "$provloom_process"/fdinfo/*; do
    [ -e "$provloom_file" ] || continue
    # The second line has the flags: O_CLOEXEC, 02000000, have those that the shell has opened for itself.
    { read -r provloom_name provloom_value; read -r provloom_name provloom_value; } <"$provloom_file"
    case $provloom_value in
      *[2367]??????) ;;
      *) provloom_descriptors="$provloom_descriptors,${provloom_file#"$provloom_process/fdinfo/"}" ;;
    esac
  done
  provloom_environment=$(base64 -w0 "$provloom_process/environ" 2>/dev/null)
  # Longer than that the kernel takes no variable.
  [ "${#provloom_environment}" -lt 130000 ] || provloom_environment=''
fi
provloom_node=node
# The colon keeps the shell from becoming node, and so from saying here how that died.
provloom_version=$(exec 2>/dev/null; unset NODE_OPTIONS; "$provloom_node" --version; :)
case $provloom_version in
  v[0-9].* | v1[0-9].* | v20.[0-9].* | v20.1[0-8].*) provloom_wrong="Node $provloom_version is too old" ;;
  v*) provloom_wrong='' ;;
  *) provloom_wrong='Node cannot be started' ;;
esac
case $(ulimit -n) in
  ? | 1? | 2[0-7]) provloom_wrong="Node cannot work with ulimit -n $(ulimit -n)" ;;
esac
if [ -z "$provloom_wrong" ] && [ "$(ulimit -v)" != unlimited ] &&
  [ "$(exec 2>/dev/null; unset NODE_OPTIONS; ulimit -c 0; "$provloom_node" -p 1; :)" != 1 ]; then
  provloom_wrong="Node cannot be started within ulimit -v $(ulimit -v)"
fi
if [ -z "$provloom_wrong" ]; then
  export PROVLOOM_START="$provloom_ignored ${provloom_descriptors#,} $provloom_environment"
  [ -z "$provloom_environment" ] || unset NODE_OPTIONS NODE_CHANNEL_FD NODE_CHANNEL_SERIALIZATION_MODE
  # Until our listener is there, SIGUSR1 makes Node open its debugger: at an address that no machine has (RFC 5737).
  if [ "${1-}" = ui ]; then
    # Who serves a page reads much and keeps little: on a machine of many people memory goes back soon.
    export MALLOC_ARENA_MAX="${MALLOC_ARENA_MAX-2}"
    exec "$provloom_node" --max-semi-space-size=4 --inspect-port=192.0.2.1:0 --no-warnings "$0" "$@"
  fi
  exec "$provloom_node" --inspect-port=192.0.2.1:0 --no-warnings "$0" "$@"
fi
trap - USR1
printf 'Error: %s [NO_NODE]\nTry:   Put Node 20.19 or newer on the PATH, and give it room (ulimit).\n' "$provloom_wrong" >&2
case ${1-} in
  run | agent)
    provloom_ranks=1
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
      case $1 in
        -n | --ranks) provloom_ranks=${2-} ;;
        -n?*) provloom_ranks=${1#-n} ;;
        --ranks=*) provloom_ranks=${1#--ranks=} ;;
      esac
      shift
    done
    if [ $# -gt 1 ] && [ "$provloom_ranks" = 1 ]; then
      shift
      echo 'provloom: the command runs without it' >&2
      provloom_file=$(readlink -f "$0" 2>/dev/null)
      for provloom_file in "${provloom_file%/bin/provloom.js}/python" "${provloom_file%/packages/cli/bin/provloom.js}/clients/python"; do
        if [ -d "$provloom_file/provloom" ]; then export PYTHONPATH="$provloom_file${PYTHONPATH:+:$PYTHONPATH}"; fi
      done
      exec "$@"
    fi
    ;;
esac
exit 3
*/

/**
 * Signals that somebody may send before we are there are kept: first of all, for Node opens its debugger at SIGUSR1.
 * packages/shared/src/signals.ts is the whole table; a test compares the two.
 */
const early = []
const caught = {
  run: 'HUP INT TERM QUIT ABRT USR1 USR2 ALRM VTALRM URG XCPU IO PWR STKFLT WINCH TSTP CONT',
  agent: 'HUP INT TERM QUIT ABRT USR1 USR2 ALRM VTALRM URG XCPU IO PWR STKFLT WINCH TSTP CONT',
  aggregator: 'HUP INT TERM USR1 USR2 ALRM VTALRM URG XCPU IO PWR STKFLT WINCH',
}
const signals = (caught[process.argv[2]] ?? 'USR1').split(' ').map((name) => `SIG${name}`)
for (const signal of signals) {
  try {
    // Ours stays, so that no signal has its default back in between; it counts where it is the only one.
    process.on(signal, () => {
      if (process.listenerCount(signal) === 1) early.push(signal)
    })
  } catch {
    // This system does not have it.
  }
}

// What libraries say of themselves (why an addon does not load, with a stack) is for who looks for a fault.
if (process.env.PROVLOOM_DEBUG === undefined) console.warn = () => {}

const fs = require('node:fs')
const path = require('node:path')
const { pathToFileURL } = require('node:url')
const { runAlone } = require('./alone.js')
const { readStart } = require('./start.js')
const { sharedStream } = require('./streams.js')

if (caught[process.argv[2]] !== undefined) {
  for (const [name, descriptor] of [
    ['stdout', 1],
    ['stderr', 2],
  ]) {
    Object.defineProperty(process, name, { configurable: true, value: sharedStream(descriptor) })
  }
}

const start = readStart(early)
globalThis[Symbol.for('provloom.start')] = start
try {
  process.cwd()
} catch {
  // The working folder was removed. Names in it lead nowhere, as they do for the command.
  process.cwd = () => (process.platform === 'linux' ? '/proc/self/cwd' : '/')
}

const bundle = path.join(__dirname, '..', 'dist', 'bundle')

/** Synchronously, where Node can: it takes one descriptor at a time, and `import` as many as there are files. */
async function load(file) {
  try {
    return require(file)
  } catch (error) {
    if (error.code !== 'ERR_REQUIRE_ESM') throw error
    return import(pathToFileURL(file))
  }
}

async function main() {
  const entry = path.join(bundle, 'main.js')
  if (!fs.existsSync(entry)) {
    const clone = path.resolve(__dirname, '../../..')
    return runAlone(start, signals, 'Provloom is not built [NOT_BUILT]', `npm run build, in ${clone}`)
  }
  try {
    const file = path.join(bundle, `command-${process.argv[2]}.js`)
    const command = fs.existsSync(file) ? await load(file) : {}
    const { main } = command.main === undefined ? await load(entry) : command
    await main()
  } catch (error) {
    runAlone(
      start,
      signals,
      `Provloom cannot be loaded: ${error.message} [NOT_BUILT]`,
      'npm ci && npm run build',
    )
  }
}

void main()
