/**
 * What the text of an error says of its cause. The text is the tail of what a process wrote last, or a traceback: of Python
 * exceptions that were raised while another was handled the first is why, and the others came of it.
 */

/** The loss of a peer: what a rank says when another one is gone. It is never why a run failed. */
const peerLoss: readonly RegExp[] = [
  /\bconnection (?:was )?(?:reset|closed|aborted|refused|lost)\b/i,
  /\b(?:reset|closed) by (?:remote )?peer\b/i,
  /\bConnection(?:Reset|Aborted|Refused)Error\b|\bBrokenPipeError\b|\bIncompleteReadError\b|\bbroken pipe\b/i,
  /\bECONNRESET\b|\bECONNREFUSED\b|\bEPIPE\b|\bsocket hang up\b/,
  /\b(?:rank|peer|worker|process|node|neighbou?r)s?(?: \d+)? (?:is|are|was|were|has|have)(?: been)? (?:gone|lost|dead|exited|terminated|died|left|disconnected|unreachable)\b/i,
  /\b(?:lost|no) (?:the )?(?:peer|connection to (?:rank|peer|worker|node))\b/i,
  /\bncclRemoteError\b|\bncclSystemError\b|\bNCCL .*(?:remote process|timeout|timed out|abort)/i,
  /\bDistBackendError\b|\bcollective operation timeout\b|\b(?:Watchdog|monitored[_ ]?barrier)\b.*(?:timeout|timed out|terminat)/i,
  /\bgloo\b.*(?:timed out|timeout|connection|read error|write error)|\[.*\/gloo\/.*\]/i,
  /\bTCPStore\b|\bstore.*(?:timed out|timeout|broken)\b|\bsocket (?:timeout|timed out|has timed out)\b/i,
  /\bSignalException: Process \d+ got signal\b|\bMPI_ERR_PROC_FAILED\b|\bMPI_ERR_REVOKED\b|\bBrokenBarrierError\b/,
  /\bEOFError\b|\bremote (?:process|end|host) (?:closed|exited|has)\b|\bUnavailableError: .*(?:peer|socket)\b/i,
]

const memory: readonly RegExp[] = [
  /\bout of memory\b|\bMemoryError\b|\bOutOfMemoryError\b|\bbad_alloc\b|\bcannot allocate memory\b|\bENOMEM\b/i,
  /\boom[-_ ]?kill|\bheap (?:limit|out)\b|\bRESOURCE_EXHAUSTED\b|\bCUDNN_STATUS_ALLOC_FAILED\b|\bCUBLAS_STATUS_ALLOC_FAILED\b/i,
  /\bDefaultCPUAllocator: (?:can't|not enough)\b|\bexceeded memory limit\b/i,
]

const disk =
  /\bENOSPC\b|\bno space left on device\b|\bEDQUOT\b|\bdisk quota exceeded\b|\bErrno 28\b|\bErrno 122\b/i

export type ErrorKind = 'memory' | 'disk' | 'peer' | 'own'

/** @returns undefined where nothing is said */
export function errorKind(text: string | undefined): ErrorKind | undefined {
  const said = text === undefined ? '' : rootOf(text)
  if (said.trim() === '') return undefined
  if (memory.some((one) => one.test(said))) return 'memory'
  if (disk.test(said)) return 'disk'
  return peerLoss.some((one) => one.test(said)) ? 'peer' : 'own'
}

/** The line that names the error: the last one's of a chain, but where that is the loss of a peer the first one's. */
export function reasonIn(text: string): string {
  const reasons = tracebacks(text).map(({ reason }) => reason)
  const last = reasons.at(-1) ?? text.trimEnd().split('\n').at(-1) ?? ''
  const [root = last] = reasons
  return errorKind(last) === 'peer' ? root : last
}

/** Where in the code it was raised, `train.py:143 in main`; undefined where no traceback says. */
export function placeIn(text: string): string | undefined {
  const reason = reasonIn(text)
  return tracebacks(text).find((one) => one.reason === reason)?.place
}

/** What decides what kind it is: of tracebacks the first one's line, else all that is said. */
function rootOf(text: string): string {
  return tracebacks(text)[0]?.reason ?? text
}

interface Traceback {
  readonly reason: string
  readonly place: string | undefined
}

/** Of a Python traceback the line that names the error, behind the last place in it: its text may have many more lines. */
function tracebacks(text: string): Traceback[] {
  const found: Traceback[] = []
  let place: string | undefined
  for (const line of text.trimEnd().split('\n')) {
    const at = /^ +File "(.+)", line (\d+)(?:, in (.+))?$/.exec(line)
    if (at !== null) {
      const [, file = '', number, name] = at
      place = `${file.replace(/^.*[/\\]/, '')}:${number}${name === undefined ? '' : ` in ${name}`}`
    } else if (place !== undefined && /^[^\s^~]/.test(line) && !line.startsWith('Traceback (')) {
      found.push({ reason: line, place })
      place = undefined
    }
  }
  return found
}
