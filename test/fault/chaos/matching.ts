import { typesOf } from './found-params.ts'
import type { Attributes, Sections } from './found.ts'
import type { KnownAttempt } from './known.ts'

/** An attempt that was made, and where the run has it. */
export interface Matched {
  readonly known: KnownAttempt
  /** Its number in the graph, which may be higher than the one its launcher told; undefined when it is not there. */
  readonly attempt: number | undefined
  readonly told: Attributes | undefined
}

export interface Matching {
  readonly matched: readonly Matched[]
  readonly problems: readonly string[]
}

/**
 * Finds each attempt of each rank in the graph, by its process: the aggregator may have given it another number than its
 * launcher told. Those of a rank must stand in the order in which they were made.
 */
export function matchAttempts(known: readonly KnownAttempt[], document: Sections): Matching {
  const problems: string[] = []
  const left = new Set(rankExecutions(document))
  const highest = new Map<number, number>()
  const matched = [...known]
    .sort((a, b) => a.rank - b.rank || a.attempt - b.attempt)
    .map((one): Matched => {
      const name = `rank ${one.rank}, attempt ${one.attempt} (process ${one.pid})`
      const [told, second] = [...left].filter(
        (some) => some['provloom:globalRank'] === one.rank && some['provloom:pid'] === one.pid,
      )
      if (told === undefined) {
        if (one.maybe !== true) problems.push(`${name} is not told`)
        return { known: one, attempt: undefined, told }
      }
      if (second !== undefined) problems.push(`${name} is told more than once`)
      left.delete(told)
      const attempt = Number(told['provloom:attempt'])
      if (attempt <= (highest.get(one.rank) ?? -1)) problems.push(`${name} stands as attempt ${attempt}`)
      highest.set(one.rank, attempt)
      return { known: one, attempt, told }
    })
  for (const some of left)
    problems.push(
      `rank ${String(some['provloom:globalRank'])}, attempt ${String(some['provloom:attempt'])} ` +
        `(process ${String(some['provloom:pid'])}) is told, and nobody made it`,
    )
  return { matched, problems }
}

function rankExecutions(document: Sections): Attributes[] {
  return Object.values(document['activity'] ?? {}).filter((one) =>
    typesOf(one).includes('provloom:RankExecution'),
  )
}
