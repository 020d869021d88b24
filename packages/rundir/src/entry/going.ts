import type { HeadMetric } from './head.ts'

/** How far a run is to go, as far as a parameter or its step timer says so. */
export interface Wanted {
  /** Names and values of parameters. */
  readonly params: Iterable<{ readonly name: string; readonly value: unknown }>
  /** The last step that was logged. */
  readonly step: number
  /** Since its begin. */
  readonly seconds: number
  /** `stepsSeries`, where there are such: what step timers were told, and what they know of loops over loaders. */
  readonly total?: Pick<HeadMetric, 'last'> | undefined
  readonly loop?: Pick<HeadMetric, 'last' | 'lastStep'> | undefined
}

/** How many steps there are to be. */
export interface StepsWanted {
  readonly steps: number
  /** To the end of the loop that goes on: nobody says how many there are to be. */
  readonly loop?: true
}

const ofTraining = '(?:max_|total_|num_|n_)?(?:train_|training_)?'
const stepsNames = new RegExp(`^${ofTraining}(?:steps|iterations|iters)$`, 'i')
const epochsNames = new RegExp(`^${ofTraining}epochs$`, 'i')
const perEpochNames = /^(?:num_|n_)?(?:steps|batches|iterations|iters)_per_epoch$/i

/** Steps may be epochs: by then those of batches have gone beyond the number of epochs. */
const epochsAfterSeconds = 60

/** @returns undefined where nothing says it, or the steps that are logged are others than it means */
export function stepsWanted({ params, step, seconds, total, loop }: Wanted): StepsWanted | undefined {
  let [steps, epochs, perEpoch]: (number | undefined)[] = []
  for (const { name, value } of params) {
    if (typeof value !== 'number' || !Number.isInteger(value) || value <= 0) continue
    if (stepsNames.test(name)) steps ??= value
    else if (epochsNames.test(name)) epochs ??= value
    else if (perEpochNames.test(name)) perEpoch ??= value
  }
  const [from, to] = [loop?.lastStep ?? 0, Number(loop?.last ?? NaN)]
  if (to > from) perEpoch ??= to - from
  const whole = epochs !== undefined && perEpoch !== undefined ? epochs * perEpoch : undefined
  // One epoch after the other counts from 0 anew, or there is a loop in each that is none of these.
  const ofEpochs = whole !== undefined && step <= whole ? whole : undefined
  const told = numberOf(total) ?? steps ?? ofEpochs ?? (seconds >= epochsAfterSeconds ? epochs : undefined)
  if (told !== undefined && step <= told) return { steps: told }
  return step >= from && step <= to ? { steps: to, loop: true } : undefined
}

function numberOf(total: Pick<HeadMetric, 'last'> | undefined): number | undefined {
  return typeof total?.last === 'number' ? total.last : undefined
}
