import { parseArgs } from 'node:util'

export interface Options {
  readonly json: boolean
  /** Prefixes of figure names; empty: all. */
  readonly only: readonly string[]
  readonly compare: boolean
  readonly save: boolean
  /** Few repetitions, small amounts: does it run at all. */
  readonly quick: boolean
  /** The long ones too: 1e8 points. */
  readonly full: boolean
  /** Install the peers that are not there yet. */
  readonly peers: boolean
  readonly insecure: boolean
  readonly repetitions: number
  readonly help: boolean
}

export const helpText = `npm run bench -- [options]

  --only NAME          figures whose names begin with NAME; may be given several times
  --json               one line of JSON per figure instead of the table
  --quick              few repetitions and small amounts: whether it runs, not how fast
  --full               also what takes long: 1e8 points
  --compare            tell what got worse than bench/baseline.json by more than noise; exit code 1 if something did
  --save               write what was measured into bench/baseline.json
  --peers              install other trackers into .cache/bench-venvs first (minutes); those installed are always measured
  --insecure           without CURVE
  --repetitions N      how often each figure is measured (5; with --quick 2)
`

/** @throws TypeError of parseArgs: an option that is not known, or one without its value */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      compare: { type: 'boolean', default: false },
      save: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      full: { type: 'boolean', default: false },
      peers: { type: 'boolean', default: false },
      insecure: { type: 'boolean', default: false },
      repetitions: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const repetitions = values.repetitions === undefined ? (values.quick ? 2 : 5) : Number(values.repetitions)
  if (!Number.isInteger(repetitions) || repetitions < 1 || repetitions > 1000) {
    throw new TypeError(`--repetitions must be an integer from 1 to 1000, not ${values.repetitions ?? ''}`)
  }
  return { ...values, repetitions }
}
