import { isCode } from './apply/shared-id.ts'
import type { EventOf, RunState, SharedFacts, SharedState } from './state.ts'

type Source = EventOf<'source'>

/** A state of the source code, by all that ranks know of it together. */
export interface OneSource {
  /** Of all that was told of it, the least. */
  readonly id: string
  readonly keys: readonly string[]
  /** Ranks that have it. */
  readonly members: ReadonlyMap<string, number>
  readonly facts: Source
  /** What is not known of it, and why: each in words. */
  readonly problems: readonly string[]
}

/**
 * The sources of a run, each once: where git did not answer one rank in time, or was asked of a folder of the same work
 * tree, that is no other source than the one whose commit is known.
 */
export function sourcesOf(state: RunState): OneSource[] {
  const told = toldOf(state).filter(({ shared }) => shared.facts.type === 'source')
  return sourcesAmong(told)
}

interface Told {
  readonly key: string
  readonly shared: SharedState
}

function toldOf(state: RunState): Told[] {
  return state.code.flatMap((key) => {
    const shared = state.shared.get(key)
    return shared === undefined ? [] : [{ key, shared }]
  })
}

/**
 * What the run's code is, and by which identifiers: one command, source, script or diff alone goes without a hash. Looked
 * up once for all that is rendered.
 */
export class Sources {
  readonly list: readonly OneSource[]
  /** Keys of the files of the code. */
  readonly files: readonly string[]
  readonly #ids = new Map<string, string>()

  constructor(state: RunState) {
    this.list = sourcesOf(state)
    const told = toldOf(state)
    for (const { id, keys } of this.list)
      for (const key of keys) this.#ids.set(key, this.list.length === 1 ? 'source' : id)
    const alone = new Map<string, string[]>()
    for (const { key, shared } of told) {
      const word = wordOf(shared.facts)
      if (word !== undefined) alone.set(word, [...(alone.get(word) ?? []), key])
    }
    for (const [word, keys] of alone) if (keys.length === 1) this.#ids.set(keys[0]!, word)
    this.files = told.flatMap(({ key, shared }) => (isCode(shared.facts) ? [key] : [])).sort()
  }

  /** Undefined for what goes by its own. */
  idOf(key: string): string | undefined {
    return this.#ids.get(key)
  }
}

function wordOf(facts: SharedFacts): string | undefined {
  if (facts.type === 'command') return 'command'
  if (facts.type !== 'artifact') return undefined
  return facts.kind === 'script' ? 'script' : facts.kind === 'diff' ? 'source.diff' : undefined
}

function sourcesAmong(told: readonly Told[]): OneSource[] {
  const found: OneSource[] = []
  const order = told.toSorted(
    (a, b) => places(a.shared) - places(b.shared) || (a.shared.id < b.shared.id ? -1 : 1),
  )
  for (const { key, shared } of order) {
    if (shared.facts.type !== 'source') continue
    const { facts, id, members } = shared
    const at = found.slice(0, comparedMax).findIndex((one) => isSame(one.facts, facts))
    const known = found[at]
    const { problem } = facts
    const one = { id, keys: [key], members, facts, problems: problem === undefined ? [] : [problem] }
    if (known === undefined) found.push(one)
    else found[at] = together(known, one)
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

function together(known: OneSource, other: OneSource): OneSource {
  const paths = [known.facts.path, other.facts.path].flatMap((path) => path ?? [])
  const path = paths.reduce<string | undefined>(
    (short, one) => (short === undefined || one.length < short.length ? one : short),
    undefined,
  )
  const { problem: _problem, ...rest } = { ...other.facts, ...known.facts }
  return {
    id: known.id < other.id ? known.id : other.id,
    keys: [...known.keys, ...other.keys],
    members: new Map([...other.members, ...known.members]),
    facts: { ...rest, ...(path === undefined ? {} : { path }) },
    problems: [...new Set([...known.problems, ...other.problems])],
  }
}
