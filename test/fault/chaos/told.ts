import { typesOf } from './found-params.ts'
import type { Attributes, FoundRun, Sections } from './found.ts'
import type { KnownAttempt } from './known.ts'

/** Where the statistics that PROV tells differ from the rows that Parquet holds. */
export function seriesProblems({ document, series }: FoundRun): string[] {
  const problems: string[] = []
  for (const [name, { steps, values }] of series) {
    const told = toldOf(document, name)
    if (told === undefined) {
      problems.push(`the document does not tell of series ${name}`)
      continue
    }
    const real: Record<string, number> = {
      rows: steps.length,
      min: values.reduce((least, one) => Math.min(least, one), Infinity),
      max: values.reduce((most, one) => Math.max(most, one), -Infinity),
      last: values.at(-1)!,
      firstStep: steps[0]!,
      lastStep: steps.at(-1)!,
    }
    for (const [fact, value] of Object.entries(real)) {
      const words = numberOf(told[`provloom:${fact}`])
      if (words !== value) problems.push(`series ${name}: ${fact} is told as ${words}, and is ${value}`)
    }
  }
  return problems
}

/** An entity of its own, or folded into an influence. */
function toldOf(document: Sections, name: string): Attributes | undefined {
  const [rank, attempt, key] = name.split('.')
  const id = `run:rank-${rank}${attempt === '0' ? '' : `.attempt-${attempt}`}.TRAINING.${key}`
  return document['entity']?.[id] ?? document['wasInfluencedBy']?.[id]
}

function numberOf(value: unknown): number {
  return Number(typeof value === 'object' && value !== null && '$' in value ? value.$ : value)
}

/** Where statuses and ledgers of the document are not what happened. */
export function rankProblems(known: readonly KnownAttempt[], document: Sections): string[] {
  const problems: string[] = []
  const activities = Object.values(document['activity'] ?? {})
  const ranks = activities.filter((one) => typesOf(one).includes('provloom:RankExecution'))
  for (const one of known) {
    const mine = ranks.filter(
      (told) => told['provloom:globalRank'] === one.rank && told['provloom:attempt'] === one.attempt,
    )
    const name = `rank ${one.rank}, attempt ${one.attempt}`
    if (mine.length !== 1) problems.push(`${name} is told ${mine.length} times`)
    for (const told of mine) {
      const status = String(told['provloom:status'])
      if (!statusesOf(one).includes(status)) problems.push(`${name} is told to be ${status}`)
      const [sent, stored, dropped] = ['Sent', 'Stored', 'Dropped'].map(
        (word) => told[`provloom:events${word}`],
      )
      if (dropped !== 0 || sent !== stored)
        problems.push(`${name}: ${String(sent)} sent, ${String(stored)} stored, ${String(dropped)} dropped`)
    }
  }
  if (ranks.length !== known.length)
    problems.push(`${ranks.length} attempts are told, ${known.length} were made`)
  return problems
}

/** A worker that no agent of its own saw die cannot be told from one that ended without a word. */
function statusesOf({ killed, endSeen }: KnownAttempt): readonly string[] {
  if (!killed) return ['completed']
  return endSeen ? ['killed'] : ['killed', 'incomplete']
}
