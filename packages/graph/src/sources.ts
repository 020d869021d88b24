import type { EventOf, RunState, SharedState } from './state.ts'
import { keyOf } from './name.ts'

type Source = EventOf<'source'>

/** A state of the source code, by all that ranks know of it together. */
export interface OneSource {
  /** As the first that told of it, with what the others know besides. */
  readonly shared: SharedState
  readonly facts: Source
  /** What is not known of it, and why: each in words. */
  readonly problems: readonly string[]
}

/**
 * The sources of a run, each once: where git did not answer one rank in time, or was asked of a folder of the same work
 * tree, that is no other source than the one whose commit is known.
 */
export function sourcesOf(state: RunState): OneSource[] {
  const told = (state.groups.get(keyOf('source'))?.members ?? []).flatMap(
    (key) => state.shared.get(key) ?? [],
  )
  return sourcesAmong(told)
}

export function sourcesAmong(told: readonly SharedState[]): OneSource[] {
  const found: OneSource[] = []
  for (const shared of told.toSorted((a, b) => places(a) - places(b))) {
    if (shared.facts.type !== 'source') continue
    const { facts } = shared
    const at = found.slice(0, comparedMax).findIndex((one) => isSame(one.facts, facts))
    const known = found[at]
    if (known === undefined) {
      const { problem } = facts
      found.push({ shared, facts, problems: problem === undefined ? [] : [problem] })
    } else found[at] = together(known, shared, facts, told)
  }
  return found
}

/** Of many that differ, further ones are not compared with all. */
const comparedMax = 64

/** What is known wholly comes first, and the folder before what is in it: the others are then of one that is there. */
function places({ facts }: SharedState): number {
  if (facts.type !== 'source') return 0
  return (facts.path?.length ?? 0) + (isPart(facts) ? 1_000_000 : 0)
}

/** The source with what is not known of it, as one thing. */
export function sourceRead({ shared, facts, problems }: OneSource): SharedState {
  return {
    ...shared,
    facts: { ...facts, ...(problems.length === 0 ? {} : { problem: problems.join('; ') }) },
  }
}

/** Words of a source that nothing is wrong with: it is in no repository. The clients and agents have them too. */
export function isUnversioned(problem: string): boolean {
  return problem.startsWith('no git repository holds ')
}

/** Git did not say all of it. */
function isPart({ problem, dirty }: Source): boolean {
  return problem !== undefined && !isUnversioned(problem) && dirty === undefined
}

const compared = ['remote', 'commit', 'branch', 'dirty', 'diffSha256'] as const

function isSame(a: Source, b: Source): boolean {
  if (!areNested(a.path, b.path)) return false
  const partly = [isPart(a), isPart(b)]
  return (
    compared.every(
      (name) =>
        a[name] === b[name] || (partly[0] && a[name] === undefined) || (partly[1] && b[name] === undefined),
    ) &&
    (partly[0] || partly[1] || a.commit !== undefined)
  )
}

function areNested(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return true
  const [outer, inner] = a.length <= b.length ? [a, b] : [b, a]
  return inner === outer || inner.startsWith(outer.endsWith('/') ? outer : `${outer}/`)
}

function together(
  known: OneSource,
  other: SharedState,
  facts: Source,
  order: readonly SharedState[],
): OneSource {
  // The first that was told gave the entity its name.
  const first = order.indexOf(other) < order.indexOf(known.shared) ? other : known.shared
  const paths = [known.facts.path, facts.path].flatMap((path) => path ?? [])
  const path = paths.reduce<string | undefined>(
    (short, one) => (short === undefined || one.length < short.length ? one : short),
    undefined,
  )
  const { problem: _problem, ...rest } = { ...facts, ...known.facts }
  const problems = facts.problem === undefined ? [] : [facts.problem]
  return {
    shared: { ...first, members: new Map([...other.members, ...known.shared.members]) },
    facts: { ...rest, ...(path === undefined ? {} : { path }) },
    problems: [...new Set([...known.problems, ...problems])],
  }
}
