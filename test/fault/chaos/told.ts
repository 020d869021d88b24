import type { Attributes, FoundRun, Sections } from './found.ts'
import type { KnownAttempt } from './known.ts'
import type { Matched } from './matching.ts'

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
      first: values[0]!,
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

function toldOf(document: Sections, name: string): Attributes | undefined {
  const [rank, attempt, key] = name.split('.')
  const id = `run:rank-${rank}${attempt === '0' ? '' : `.attempt-${attempt}`}.TRAINING.${key}`
  return document['entity']?.[id]
}

function numberOf(value: unknown): number {
  return Number(typeof value === 'object' && value !== null && '$' in value ? value.$ : value)
}

/** Where statuses and ledgers of the document are not what happened. */
export function rankProblems(matched: readonly Matched[]): string[] {
  const problems: string[] = []
  for (const { known, told } of matched) {
    if (told === undefined) continue
    const name = `rank ${known.rank}, attempt ${known.attempt}`
    const status = String(told['provloom:status'])
    if (!statusesOf(known).includes(status)) problems.push(`${name} is told to be ${status}`)
    const [sent, stored, dropped] = ['Sent', 'Stored', 'Dropped'].map(
      (word) => told[`provloom:events${word}`],
    )
    if (dropped !== 0 || sent !== stored)
      problems.push(`${name}: ${String(sent)} sent, ${String(stored)} stored, ${String(dropped)} dropped`)
  }
  return problems
}

/** What the run says of itself that cannot be: nobody's rank was wrong. */
export function runProblems(document: Sections): string[] {
  const run = document['activity']?.['run:run'] ?? {}
  const conflicts = numberOf(run['provloom:rankConflicts'] ?? 0)
  return conflicts === 0 ? [] : [`${conflicts} ranks are told to be in conflict`]
}

/** A worker that no agent of its own saw die cannot be told from one that ended without a word. */
function statusesOf({ killed, ending, endSeen }: KnownAttempt): readonly string[] {
  if (!killed) return ['completed']
  return ['killed', ...(endSeen ? [] : ['incomplete']), ...(ending === true ? ['completed'] : [])]
}
