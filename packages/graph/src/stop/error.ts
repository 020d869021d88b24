import { isOfPeer, isPeerLine } from './peer.ts'
import { raisedIn } from './said.ts'
import type { Raised } from './said.ts'

const memory: readonly RegExp[] = [
  /\bout of memory\b|\bMemoryError\b|\bOutOfMemoryError\b|\bbad_alloc\b|\bcannot allocate memory\b|\bENOMEM\b/i,
  /\boom[-_ ]?kill|\bheap (?:limit|out)\b|\bRESOURCE_EXHAUSTED\b|\bResourceExhaustedError\b|\bCU(?:DNN|BLAS)_STATUS_ALLOC_FAILED\b/i,
  /\bDefaultCPUAllocator: (?:can't|not enough)\b|\bexceeded memory limit\b/i,
]

const disk =
  /\bENOSPC\b|\bno space left on device\b|\bEDQUOT\b|\bdisk quota exceeded\b|\bErrno 28\b|\bErrno 122\b/i

/** What a mistake in a program, its settings or its data is called: whatever words its message has, it is of its own. */
const mistakes =
  /^(?:Value|Key|Type|Index|Lookup|Attribute|Assertion|Name|UnboundLocal|Import|ModuleNotFound|NotImplemented|Syntax|Indentation|Unicode\w*|ZeroDivision|Overflow|FloatingPoint|Arithmetic|Recursion|FileNotFound|FileExists|Permission|IsADirectory|NotADirectory|Reference|Range)Error$/

export type ErrorKind = 'memory' | 'disk' | 'peer' | 'asked' | 'own'

/**
 * What the text of an error says of its cause: of a chain the first error, which the others came of. Whether it is the loss of
 * a peer its type and its place say, never words inside a message.
 *
 * @returns undefined where nothing is said
 */
export function errorKind(text: string | undefined): ErrorKind | undefined {
  if (text === undefined || text.trim() === '') return undefined
  const [root] = raisedIn(text)
  if (root === undefined) return kindOfLines(text)
  if (mistakes.test(root.type)) return 'own'
  if (isAsked(root)) return 'asked'
  const said = root.place === undefined ? text : root.reason
  if (memory.some((one) => one.test(said))) return 'memory'
  if (disk.test(said)) return 'disk'
  if (isOfPeer(root)) return 'peer'
  return root.place === undefined && text.split('\n').some(isPeerLine) ? 'peer' : 'own'
}

/** Of what no language calls an error: the last lines that a process wrote. */
function kindOfLines(text: string): ErrorKind {
  if (memory.some((one) => one.test(text))) return 'memory'
  if (disk.test(text)) return 'disk'
  return text.split('\n').some(isPeerLine) ? 'peer' : 'own'
}

/** It is what became of a signal by which it was asked to end. */
function isAsked({ type }: Raised): boolean {
  return type === 'KeyboardInterrupt' || type === 'SignalException'
}

/** Whether an error of its own was raised, which who is ended by a signal before has not. */
export function isRaised(text: string | undefined): boolean {
  return (
    text !== undefined &&
    raisedIn(text).some(({ place, type }) => place !== undefined && type !== 'SystemExit')
  )
}

/** The line that names the error: the last one's of a chain, but where that is the loss of a peer the first one's. */
export function reasonIn(text: string): string {
  return meant(text)?.reason ?? lastLine(text)
}

/** Where in the code it was raised, `train.py:143 in main`; undefined where no traceback says. */
export function placeIn(text: string): string | undefined {
  return meant(text)?.place
}

function meant(text: string): Raised | undefined {
  const all = raisedIn(text).filter(({ place }) => place !== undefined)
  const [root] = all
  const last = all.at(-1)
  return last !== undefined && isOfPeer(last) ? root : last
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? ''
}
