/** How far a run is to go, as far as a parameter says so. */
export interface Wanted {
  /** Names and values of parameters. */
  readonly params: Iterable<{ readonly name: string; readonly value: unknown }>
  /** The last step that was logged. */
  readonly step: number
  /** Since its begin. */
  readonly seconds: number
}

const ofTraining = '(?:max_|total_|num_|n_)?(?:train_|training_)?'
const stepsNames = new RegExp(`^${ofTraining}(?:steps|iterations|iters)$`, 'i')
const epochsNames = new RegExp(`^${ofTraining}epochs$`, 'i')
const perEpochNames = /^(?:num_|n_)?(?:steps|batches|iterations|iters)_per_epoch$/i

/** Steps may be epochs: by then those of batches have gone beyond the number of epochs. */
const epochsAfterSeconds = 60

/** @returns undefined where no parameter says it, or the steps that are logged are others than it means */
export function stepsWanted({ params, step, seconds }: Wanted): number | undefined {
  let [steps, epochs, perEpoch]: (number | undefined)[] = []
  for (const { name, value } of params) {
    if (typeof value !== 'number' || !Number.isInteger(value) || value <= 0) continue
    if (stepsNames.test(name)) steps ??= value
    else if (epochsNames.test(name)) epochs ??= value
    else if (perEpochNames.test(name)) perEpoch ??= value
  }
  const whole = epochs !== undefined && perEpoch !== undefined ? epochs * perEpoch : undefined
  const told = steps ?? whole ?? (seconds >= epochsAfterSeconds ? epochs : undefined)
  return told !== undefined && step <= told ? told : undefined
}
