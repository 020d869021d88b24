import { hostname } from 'node:os'
import { encodeEvent, roomForPoints } from '@provloom/shared'
import type { Plan, Training } from './plan.ts'
import { hash, sessionEnd, sessionStart } from './records.ts'
import type { Script } from './script.ts'

/** Ranks that are not as the others are, as far as there are so many. */
export const slowRank = 613
export const lostRank = 800
export const spikeRank = 411
/** What the one point is that no other comes near. */
export const spikeValue = 1000
export const slowRatio = 1.5

export const stepUs = 100_000
const ranksPerHost = 8
const callUs = 12
/** As many as an agent packs that has so many to tell: they are a megabyte. */
const recordsPerEnvelopeMost = 32_768
/** Of each of the further metrics of rank 0. */
const morePoints = 100

type Value = (step: number, noise: number, slow: boolean) => number

/** What all ranks log in each step; the first three are what the step timer writes. */
export const metrics: readonly { readonly key: string; readonly source?: string; readonly of: Value }[] = [
  {
    key: 'compute_time',
    source: 'step',
    of: (_, noise, slow) => (slow ? slowRatio : 1) * (0.06 + noise * 0.002),
  },
  { key: 'wait_time', source: 'data', of: (_, noise) => 0.001 + noise * 0.0005 },
  { key: 'wait_time', source: 'between', of: (_, noise) => 0.002 + noise * 0.0005 },
  { key: 'loss', of: (step, noise) => Math.fround(4 / (1 + step / 1000) + (noise - 0.5) * 0.1) },
  { key: 'accuracy', of: (step, noise) => Math.fround(step / (step + 1000) + (noise - 0.5) * 0.01) },
  { key: 'learning_rate', of: (step) => 0.001 * 0.5 ** Math.floor(step / 2000) },
  { key: 'grad_norm', of: (step, noise) => Math.fround(1 + noise * 3 + 100 / (50 + step)) },
  { key: 'samples_per_second', of: (_, noise) => 640 + noise * 20 },
  { key: 'aux_loss', of: (step, noise) => Math.fround(0.5 / (1 + step / 3000) + noise * 0.02) },
  { key: 'temperature', of: (_, noise) => 60 + Math.round(noise * 20) },
]

/** Since when the slow rank is slow, when the spike is, and the lost rank's last step. */
export function marksOf({ steps }: Training): Record<'slowFrom' | 'spike' | 'lostAt', number> {
  return {
    slowFrom: Math.floor(steps * 0.3),
    spike: Math.floor(steps * 0.52),
    lostAt: Math.floor(steps * 0.6),
  }
}

/** A rank of a training: which points it has is told by their numbers alone. */
export function trainingScript(plan: Plan, training: Training, rank: number): Script {
  const { steps, beganUs } = training
  const more = rank === 0 ? training.more : 0
  const marks = marksOf(training)
  const isLost = rank === lostRank
  const ownSteps = isLost ? marks.lostAt + 1 : steps
  // Rank 0 logs the further ones together, each so many steps.
  const each = Math.max(1, Math.floor(steps / morePoints))
  const block = each * metrics.length + more
  const records = ownSteps * metrics.length + Math.floor(ownSteps / each) * more
  const perEnvelope = Math.min(
    Math.ceil((plan.recordsPerEnvelope * block) / (each * metrics.length)),
    recordsPerEnvelopeMost,
  )
  return {
    // Of this machine nobody is waited for any longer than it takes to be sure; of another one ten minutes.
    host: isLost ? hostname() : `n${String(Math.floor(rank / ranksPerHost)).padStart(3, '0')}`,
    opening: openingOf(more, beganUs),
    records,
    closing: () => [sessionEnd(beganUs + ownSteps * stepUs)],
    recordsPerEnvelope: perEnvelope,
    ofTraining: ownSteps / steps,
    isLost,
    points(first, count) {
      const points = roomForPoints(count)
      for (let row = 0; row < count; row++) {
        const number = first + row
        const inBlock = more === 0 ? number : number % block
        const begun = more === 0 ? 0 : Math.floor(number / block) * each
        const isOther = more > 0 && inBlock >= each * metrics.length
        const id = isOther ? metrics.length + inBlock - each * metrics.length : inBlock % metrics.length
        const step = isOther ? begun + each - 1 : begun + Math.floor(inBlock / metrics.length)
        const noise = hash(number, rank)
        const slow = rank === slowRank && step >= marks.slowFrom
        points.series[row] = id
        points.step[row] = BigInt(step)
        points.time[row] = BigInt(
          beganUs + step * stepUs + Math.min(id, 200) * callUs + Math.floor(hash(step, rank) * 400),
        )
        points.value[row] = isOther ? Math.fround(noise + id) : metrics[id]!.of(step, noise, slow)
        if (rank === spikeRank && step === marks.spike && metrics[id]?.key === 'loss')
          points.value[row] = spikeValue
      }
      return points
    },
  }
}

function openingOf(more: number, time: number): Uint8Array[] {
  const context = 'TRAINING'
  const own = metrics.map(({ key, source }, id) =>
    encodeEvent({ type: 'series', time, id, key, context, ...(source === undefined ? {} : { source }) }),
  )
  const others = Array.from({ length: more }, (_, i) => {
    const key = `layer_${String(i).padStart(5, '0')}/weight_norm`
    return encodeEvent({ type: 'series', time, id: metrics.length + i, key, context })
  })
  return [sessionStart(time), ...own, ...others]
}

/** Points of all ranks. */
export function pointsOf(ranks: number, training: Training): number {
  const { steps, more } = training
  const lost = ranks > lostRank ? steps - 1 - marksOf(training).lostAt : 0
  const each = Math.max(1, Math.floor(steps / morePoints))
  return (ranks * steps - lost) * metrics.length + Math.floor(steps / each) * more
}
