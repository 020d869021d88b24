import { prov } from '@provloom/prov'
import { term } from '../space.ts'
import type { EventOf, RankState } from '../state.ts'
import { Facts } from './facts.ts'
import { attemptName, runName } from './names.ts'
import { forUsers } from './people.ts'
import { spanOfRanks, times } from './span.ts'
import type { Span } from './span.ts'
import type { Keyed, View } from './view.ts'
import { activity, agent, informed, relation } from './view.ts'
import { commandWords } from './words.ts'

/** One start of all ranks together: a part of the run, after the attempt before it, by its launcher. */
export function attemptRecords(view: View, key: string): Keyed[] {
  const attempt = Number(key)
  const numbers = attemptNumbers(view)
  if (!numbers.includes(attempt)) return []
  const me = attemptName(view, attempt)
  const launched = launchOf(view, attempt)
  const facts = new Facts()
    .label(`attempt ${attempt}`)
    .type(term('provloom', 'Attempt'))
    .int('attempt', attempt)
    .int('worldSize', view.state.worlds.get(attempt))
  if (launched !== undefined) {
    facts.text('launcher', launched.launcher)
    if (launched.launcherCommand !== undefined) facts.text('argv', JSON.stringify(launched.launcherCommand))
  }
  const run = runName(view)
  const records = [
    activity(me, times(spanOfRanks(spansOf(view, attempt))), facts.link('dcterms', 'isPartOf', run).list),
    informed(me, run),
  ]
  const former = numbers[numbers.indexOf(attempt) - 1]
  if (former !== undefined) records.push(informed(me, attemptName(view, former)))
  if (launched !== undefined)
    records.push(relation('wasAssociatedWith', { activity: me, agent: view.space.run('launcher') }))
  return records
}

/** Those of collected ranks, and of others that are told of. */
function attemptNumbers({ attempts, state }: View): number[] {
  const others = [...state.bystanders.values()].map(({ attempt }) => attempt)
  return [...new Set([...attempts.numbers, ...others])].sort((a, b) => a - b)
}

function* ranksOf({ state }: View, attempt: number): Generator<RankState> {
  for (const rank of state.ranks.values()) if (rank.attempt === attempt) yield rank
}

function* spansOf({ state, kept }: View, attempt: number): Generator<Span> {
  for (const [key, rank] of state.ranks) if (rank.attempt === attempt) yield kept.ofRank(key, rank).span
}

/** How it was launched, as its first rank knows; undefined where nothing launched it: an agent then says `none`. */
function launchOf(view: View, attempt: number): EventOf<'rank.start'> | undefined {
  let first: RankState | undefined
  for (const rank of ranksOf(view, attempt)) {
    const { start } = rank
    const { launcher, launcherCommand } = start ?? {}
    const isLaunched = launcherCommand !== undefined || (launcher !== undefined && launcher !== 'none')
    if (isLaunched && (first === undefined || rank.rank < first.rank)) first = rank
  }
  return first?.start
}

/** What launched the run's attempts; nothing where nothing did. */
export function launcherRecords(view: View): Keyed[] {
  const launches = view.attempts.numbers.flatMap((attempt) => launchOf(view, attempt) ?? [])
  if (launches.length === 0) return []
  const words = [...new Set(launches.map(launcherWords))]
  const id = view.space.run('launcher')
  return [
    agent(id, new Facts().label(words.join(', ')).type(prov('SoftwareAgent')).list),
    ...forUsers(view, id),
  ]
}

/** The launcher's name; one that is known by its variables alone (`generic`) by its command, where there is one. */
function launcherWords({ launcher, launcherCommand = [] }: EventOf<'rank.start'>): string {
  const isNamed = launcher !== undefined && launcher !== 'generic' && launcher !== 'none'
  if (isNamed) return launcher
  const words = launcherCommand.map((word) => word.replace(/^.*\//, ''))
  const isScript = /^(?:node|python[\d.]*|bash|sh)$/.test(words[0] ?? '') && words.length > 1
  const word = isScript ? words[1]?.replace(/\.[a-z]+$/, '') : words[0]
  return word === undefined || word === '' ? (launcher ?? 'launcher') : commandWords([word], 40)
}
