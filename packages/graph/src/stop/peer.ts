import type { Raised } from './said.ts'

/**
 * The loss of a peer: what a rank says when another one is gone. It is told by the type of the error and by where it was
 * raised: in Python's frames, or in the source that a library in C++ names at the head of its message. Words inside of a
 * message decide nothing: a store that cannot be read and a setting with odd words are errors of their own.
 */

/** Types of libraries that ranks speak through. */
const ofLibraries =
  /^(?:Dist(?:Backend|Network|Store)?Error|nccl(?:Remote|System)Error|HorovodInternalError|BrokenBarrierError|PeerLostError|RayActorError|ActorDiedError|ProcessGroupStatusError)$/

/** What any socket or pipe says when the other end is gone: of a peer where no library that asks a service raised it. */
const ofConnections =
  /^(?:Connection(?:Reset|Aborted|Refused)?Error|BrokenPipeError|IncompleteReadError|timeout|TimeoutError|EOFError)$/

/** What C++ and scripts raise for anything: of a peer by how the message begins, which is the library's own. */
const general =
  /^(?:RuntimeError|Exception|SystemError|SystemExit|Error|error|runtime_error|exception|XlaRuntimeError|UnavailableError|TimeoutError|timeout)$/

const messages: readonly RegExp[] = [
  // Where in a library: `[../third_party/gloo/gloo/transport/tcp/pair.cc:598] Connection closed by peer`
  /^\[(?:enforce fail at )?[^\]]*\bgloo\/[^\]]*\]/i,
  /^(?:\[[^\]]*\][: ]*)*\[rank \d+\][: ].*\b(?:watchdog|collective|timeout|timed out)\b/i,
  /^(?:\[[^\]]*\][: ]*)*(?:NCCL|Gloo|MPI|UCC|HCCL|oneCCL)\b.*\b(?:remote process|timeout|timed out|time-out|abort\w*|closed by (?:remote )?peer|reset by peer)/i,
  /^(?:\[[^\]]*\][: ]*)*(?:watchdog caught )?collective operation time/i,
  /^(?:\[[^\]]*\][: ]*)*(?:The client socket has (?:timed out|failed)|Socket Timeout|Timed out after \d+ (?:s|seconds) waiting for clients|TCPStore\b|wait timeout\b)/i,
  /^(?:\[[^\]]*\][: ]*)*(?:\[c10d\]|monitored[_ ]?barrier\b|Rank \d+ (?:successfully reached|failed to pass) monitored)/i,
  /^(?:\[?Errno (?:32|103|104|110|111)\]? ?)?(?:connection (?:was )?(?:reset|closed|aborted|refused|lost)(?: by (?:remote )?peer)?|broken pipe)(?: \[.*\](?::\d+)?)?\.?$/i,
  /^\[\d+\] is setting up NCCL communicator\b/,
  /^(?:read|write|connect) E(?:CONNRESET|CONNREFUSED|PIPE)\b/,
  /^(?:(?:an?|the|one|another|some) )?(?:rank|peer|worker|node|neighbou?r)s?(?: \d+)? (?:is|are|was|were|has|have)(?: been)? (?:gone|lost|dead|exited|terminated|died|left|disconnected|unreachable)\b/i,
  /^(?:lost|no) (?:the )?(?:peer|connection to (?:rank|peer|worker|node))\b/i,
  /^(?:MPI_ERR_PROC_FAILED|MPI_ERR_REVOKED)\b/,
]

/** What NCCL says of a mistake of this rank. */
const ownOfLibraries =
  /\b(?:invalid (?:usage|argument)|unhandled cuda error|ncclInvalid\w+|ncclUnhandledCudaError|Duplicate GPU)\b/

/** Of a line of a process that raised nothing in Python: what such a library prints. */
const lines: readonly RegExp[] = [
  ...messages,
  /\bWatchdog caught collective operation timeout\b|\bMPI_ERR_PROC_FAILED\b|\bncclRemoteError\b/,
]

export function isOfPeer({ type, typePath, message, files }: Raised): boolean {
  if (type === '') return isPeerLine(message)
  if (ofLibraries.test(type)) return !ownOfLibraries.test(message)
  if (general.test(type) && messages.some((one) => one.test(message))) return !ownOfLibraries.test(message)
  if (!ofConnections.test(type) || !isPlain(typePath)) return false
  const where = placeOf(files)
  if (where === 'service') return false
  // What any wait and any file says too.
  if (/^(?:timeout|TimeoutError)$/.test(type)) return where === 'ranks' || isBareTimeout(message)
  return type === 'EOFError' ? message === '' && where !== 'script' : true
}

export function isPeerLine(line: string): boolean {
  return lines.some((one) => one.test(line.trim()))
}

/** A type of Python itself: those of libraries are printed with their module. */
function isPlain(typePath: string): boolean {
  return /^(?:(?:builtins|socket|asyncio(?:\.\w+)*|multiprocessing(?:\.\w+)*|concurrent\.futures\.\w+)\.)?\w+$/.test(
    typePath,
  )
}

function isBareTimeout(message: string): boolean {
  return /^(?:\[Errno 110\] )?(?:connection )?timed out$/i.test(message)
}

/** Code between a script and a socket that says nothing of whom it speaks to. */
const neutral =
  /[/\\](?:socket|selectors|ssl|threading|queue|contextlib)\.py$|[/\\](?:asyncio|multiprocessing|concurrent)[/\\]/
const ranksSpeak =
  /[/\\](?:torch[/\\](?:distributed|nn[/\\]parallel)|horovod|mpi4py|deepspeed|megatron|apex|ray|fairscale|accelerate|colossalai)[/\\]/
const library = /[/\\](?:site|dist)-packages[/\\]/
const services =
  /[/\\](?:http|urllib|xmlrpc|email|wsgiref)[/\\]|[/\\](?:ftplib|smtplib|imaplib|poplib|nntplib|telnetlib|socketserver)\.py$/

/** By the innermost file that says anything: a library through which ranks speak, one that asks a service, or a script itself. */
function placeOf(files: readonly string[]): 'ranks' | 'service' | 'script' | 'unknown' {
  for (const file of files.toReversed()) {
    if (ranksSpeak.test(file)) return 'ranks'
    if (services.test(file) || library.test(file)) return 'service'
    if (/[/\\]multiprocessing[/\\]connection\.py$/.test(file)) return 'unknown'
    if (!neutral.test(file) && !file.startsWith('<')) return 'script'
  }
  return 'unknown'
}
