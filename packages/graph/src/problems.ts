import type { ProblemKind, Uncollected } from '@provloom/rundir/entry'
import { limits, problemCodeOf, problemWords, shortened } from '@provloom/shared'
import type { ProblemCode } from '@provloom/shared'
import { isUnversioned, sourcesOf } from './sources.ts'
import { rankRanges, timesWords } from './render/words.ts'
import { userNamespaceOf } from './space.ts'
import type { RankFacts } from './kept.ts'
import type { RunState } from './state.ts'

/**
 * The problems of a run by their kind, in words, most first: what its ranks told, what is known of it as a whole, entries
 * that could not be taken in, and what git did not say of its source. Graph, run.json and summary have them from here.
 */
export function problemKinds(state: RunState, ranks: Iterable<RankFacts>): ProblemKind[] {
  const counts = new Map<ProblemCode, number>(state.problemCodes)
  const note = (code: ProblemCode, count: number): void => {
    if (count > 0) counts.set(code, (counts.get(code) ?? 0) + count)
  }
  note('ENTRY_SKIPPED', state.skipped)
  note('FILE_GONE', state.gone.size)
  note('NOT_COLLECTED', state.bystanders.size)
  for (const { remarks } of ranks) for (const words of remarks) note(codeIn(words), 1)
  note('BAD_NAMESPACE', namespaceProblem(state) === undefined ? 0 : 1)
  note('RANKS_ABSENT', state.absent.length > 0 ? 1 : 0)
  for (const words of state.remarks) note(codeIn(words), 1)
  for (const { problems } of sourcesOf(state)) note('SOURCE', problems.every(isUnversioned) ? 0 : 1)
  return [...counts]
    .sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))
    .map(([code, count]) => ({ code, count, ...problemWords[code] }))
}

function codeIn(words: string): ProblemCode {
  return problemCodeOf(words.slice(0, words.indexOf(':')))
}

/** Of the run as a whole, each `CODE: words`. */
export interface RunWords {
  readonly words: readonly string[]
  readonly hints: readonly string[]
}

export function runWords(state: RunState): RunWords {
  const amiss = sourcesOf(state).flatMap(({ problems }) => (problems.every(isUnversioned) ? [] : problems))
  return { words: [...ownProblems(state), ...amiss.map((one) => `SOURCE: ${one}`)], hints: state.hints }
}

/** Those of the run as a whole; what ranks told is told with them, and what is amiss with the source with that. */
export function ownProblems(state: RunState): string[] {
  const namespace = namespaceProblem(state)
  const words = namespace === undefined ? [] : [`BAD_NAMESPACE: ${namespace}`]
  return [
    ...words,
    ...state.skippedWords,
    ...absentWords(state),
    ...goneWords(state),
    ...state.remarks,
    ...[...state.bystanders.values()].map(bystanderWords),
  ]
}

/** The run's problems in words: its own, and those that its ranks told by their kind. */
export function runProblems(state: RunState, kinds: readonly ProblemKind[]): string[] {
  const told = kinds.filter(({ code }) => state.problemCodes.has(code))
  const counts = told.map(({ code, what }) =>
    timesWords(`${code}: ${what}`, state.problemCodes.get(code) ?? 0),
  )
  return [...ownProblems(state), ...counts]
}

/** A rank that is not collected ends no run: how it ended is told. */
function bystanderWords({ rank, status, exitCode, signal, error }: Uncollected): string {
  const how = signal ?? (exitCode === undefined ? undefined : `exit code ${exitCode}`)
  const why = error === undefined ? '' : `: ${error.trimEnd().split('\n').at(-1)}`
  const words = `NOT_COLLECTED: rank ${rank}, which is not collected: ${status}${how === undefined ? '' : `, ${how}`}${why}`
  return shortened(words, limits.problemLengthMax)
}

/** Ranks of the known world of which nobody ever heard, until the run goes on. */
function absentWords({ absent, worldSize, opened }: RunState): string[] {
  if (absent.length === 0) return []
  const one = absent.length === 1
  const those = one ? 'rank' : 'ranks'
  return [
    `RANKS_ABSENT: ${those} ${rankRanges(absent)} of ${worldSize ?? absent.length} ${one ? 'is' : 'are'} not in this run: while it was open nobody said to be one of them, as a rank of the job ${opened?.jobKey}, in the save directory that this run is in`,
  ]
}

/** What a look at its end did not find; each of them is told where it is named, too. */
function goneWords({ gone }: RunState): string[] {
  if (gone.size === 0) return []
  const first = [...gone.keys()].sort().slice(0, goneTold).join(', ')
  const files = gone.size === 1 ? '1 file is' : `${gone.size} files are`
  const words = `FILE_GONE: ${files} not in the run directory any more: ${first}${gone.size > goneTold ? ', ...' : ''}`
  return [shortened(words, limits.problemLengthMax)]
}

const goneTold = 3

/** What was wrong with the namespace that the user gave. */
export function namespaceProblem({ opened }: RunState): string | undefined {
  return opened === undefined ? undefined : userNamespaceOf(opened.settings.provUserNamespace).problem
}
