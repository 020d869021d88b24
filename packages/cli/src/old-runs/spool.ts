import { createHash } from 'node:crypto'
import { MadeTree } from '@provloom/agent/spool'
import type { MadeSession } from '@provloom/agent/spool'
import { limits, systemClock } from '@provloom/shared'
import type { Event } from '@provloom/shared'
import type { OldRank } from './old-run.ts'
import { isTooLong } from './series.ts'

/**
 * Writes an old run as what its ranks would have recorded, to be handed in.
 *
 * @returns the tree's folder, and how many points are in it
 */
export function spoolOf(
  root: string,
  ranks: readonly OldRank[],
  provUserNamespace: string | undefined,
): { readonly folder: string; readonly points: number } {
  const key = `prov4ml-${createHash('sha256')
    .update(ranks[0]?.file ?? '')
    .digest('hex')
    .slice(0, 12)}`
  const tree = new MadeTree(systemClock(), root, key)
  let points = 0
  for (const rank of ranks) {
    const asked = {
      experimentName: rank.experiment.slice(0, limits.nameLengthMax),
      rank: rank.rank,
      ...(ranks.length > 1 ? { worldSize: Math.max(...ranks.map((one) => one.rank)) + 1 } : {}),
      collectAllProcesses: true,
      ...(provUserNamespace === undefined ? {} : { provUserNamespace }),
    }
    const { startUs, host, command } = rank
    const session = tree.session({ ...asked, openedUs: startUs, host, argv: command, environment: {} })
    session.event({
      type: 'session.start',
      time: startUs,
      session: session.id,
      pid: 0,
      library: 'yprov4ml',
      libraryVersion: 'imported',
      language: 'python',
      ...asked,
    })
    points += write(session, rank)
    session.close()
  }
  return { folder: tree.folder, points }
}

function write(session: MadeSession, rank: OldRank): number {
  const { startUs, endUs, told } = rank
  const say = (event: Event): void => void session.event(event)
  for (const { key, valueType, value, context, source } of rank.params) {
    const text = value.slice(0, limits.valueBytesMax)
    say({
      type: 'param',
      time: startUs,
      key: named(key),
      valueType,
      value: text,
      ...placed({ context, source }),
    })
  }
  for (const context of rank.contexts) say({ type: 'context', time: startUs, ...context })
  for (const dataset of rank.datasets) say({ type: 'dataset', time: startUs, ...dataset })
  let points = 0
  const late: string[] = []
  for (const { key, context, source, columns } of rank.series) {
    const { steps, values, times } = columns
    if (times.includes(undefined)) late.push(key)
    for (const [i, step] of steps.entries()) {
      const value = values[i] ?? NaN
      if (isTooLong(value)) continue
      const parts = typeof value === 'number' ? [value] : value
      for (const [k, part] of parts.entries()) {
        const name = named(typeof value === 'number' ? key : `${key}[${k}]`)
        if (session.point(name, context, source, step, times[i] ?? startUs, part)) points++
      }
    }
  }
  const timeless =
    late.length === 0
      ? []
      : [
          `no times were recorded with ${late.slice(0, 5).join(', ')}: its points have that of the run's start`,
        ]
  for (const { atUs, ...artifact } of rank.artifacts)
    say({ type: 'artifact', time: atUs ?? endUs, ...artifact })
  for (const model of rank.models) say({ type: 'model', time: endUs, ...model })
  for (const message of [...told, ...timeless])
    say({ type: 'problem', code: 'OLD_RUN', time: endUs, message })
  say({ type: 'session.end', time: endUs, status: 'completed', by: 'call' })
  return points
}

function named(key: string): string {
  return key.slice(0, limits.nameLengthMax)
}

function placed(place: { readonly context: string | undefined; readonly source: string | undefined }): {
  readonly context?: string
  readonly source?: string
} {
  return {
    ...(place.context === undefined ? {} : { context: place.context }),
    ...(place.source === undefined ? {} : { source: place.source }),
  }
}
