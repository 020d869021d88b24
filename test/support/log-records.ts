import { payloadAt } from '@provloom/shared'
import type { Damage, LogCursor } from '@provloom/shared'

export interface ReadBack {
  /** In the order they were read. */
  readonly records: readonly (readonly [number: number, text: string])[]
  readonly damage: readonly Damage[]
}

/** Everything a cursor gives until it waits for more. */
export async function readAll(cursor: LogCursor): Promise<ReadBack> {
  const records: (readonly [number, string])[] = []
  const damage: Damage[] = []
  for (let chunk = await cursor.next(); chunk !== undefined; chunk = await cursor.next()) {
    damage.push(...chunk.damage)
    for (let k = 0; k < chunk.count; k++) records.push([chunk.first + k, payloadAt(chunk, k).toString()])
  }
  return { records, damage }
}

/** Every number once, ascending, and every number between two of them told as lost. Returns what is wrong. */
export function orderProblem(back: ReadBack, from: number): string | undefined {
  let expected = from
  let gap = 0
  for (const [number] of back.records) {
    if (number < expected) return `record ${number} is given where ${expected} is next`
    gap += number - expected
    expected = number + 1
  }
  const lost = back.damage.reduce((sum, one) => sum + one.lost, 0)
  return lost === gap ? undefined : `${gap} records are missing and ${lost} are told as lost`
}
