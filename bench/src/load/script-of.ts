import { hostname } from 'node:os'
import type { Points } from '@provloom/shared'
import type { Plan } from './plan.ts'
import { openingEvents, samplePoints, sessionEnd } from './records.ts'
import type { Script } from './script.ts'
import { trainingScript } from './training.ts'

/** Envelopes repeat these points, with numbers of their own: what is measured is not how sine is computed. */
const POINT_SETS = 4

export function scriptOf(plan: Plan, rank: number): Script {
  const { training } = plan
  return training === undefined ? sampleScript(plan, rank) : trainingScript(plan, training, rank)
}

function sampleScript(plan: Plan, rank: number): Script {
  const { seriesPerRank, recordsPerEnvelope, envelopesPerRank } = plan
  const timeUs = Date.now() * 1000
  const sample = (count: number, first: number): Points =>
    samplePoints(count, seriesPerRank, first, timeUs, rank)
  const sets = Array.from({ length: POINT_SETS }, (_, i) =>
    sample(recordsPerEnvelope, i * recordsPerEnvelope),
  )
  return {
    host: hostname(),
    opening: openingEvents(seriesPerRank, timeUs),
    records: envelopesPerRank * recordsPerEnvelope,
    closing: () => [sessionEnd(Date.now() * 1000)],
    recordsPerEnvelope,
    ofTraining: 1,
    isLost: false,
    points(first, count) {
      if (plan.fresh === true || count !== recordsPerEnvelope) return sample(count, first)
      return sets[Math.floor(first / recordsPerEnvelope) % POINT_SETS]!
    },
  }
}
